"""Replacing a piece of upstream source text, or failing loudly."""


class Changed(Exception):
    """The emulator's code is not the code this patch was written for."""


def replace(text: str, old: str, new: str) -> str:
    """`text` with its one occurrence of `old` replaced by `new`.

    Raises `Changed` when `old` is not there exactly once.
    """
    if text.count(old) != 1:
        raise Changed(f"expected once in the emulator's source: {old.strip()!r}")
    return text.replace(old, new)
