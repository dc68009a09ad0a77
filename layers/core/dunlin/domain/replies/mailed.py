"""What a person worded in a mail: above what they quote, or below it where nothing stands above."""

from __future__ import annotations

import re

from dunlin.domain.replies.folding import own_words

# Who wrote what is quoted, as mail programs say it; long names break it into two lines.
_ATTRIBUTED = re.compile(
    r"^[ \t]*(?:On|El)\b[^\n]{5,250}(?:\n(?!>)[^\n]{0,150})?\b(?:wrote|escribi[oó])[ \t]*:[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_SHORT = "On that day they wrote:"
_MARK = "0"  # keeps `own_words` from giving the whole mail where nothing is the person's own


def _without_gaps(text: str) -> str:
    """With no more than one empty line in a row."""
    lines = [line.rstrip() for line in text.split("\n")]
    before = ["", *lines]
    return "\n".join(line for line, above in zip(lines, before, strict=False) if line or above)


def mailed_words(text: str) -> str:
    """The person's own words, "" where a mail holds nothing but what it quotes."""
    text = _ATTRIBUTED.sub(_SHORT, _without_gaps(text))
    own = own_words(f"{_MARK}\n{text}").removeprefix(_MARK).strip()
    lines = text.replace(_SHORT, "").split("\n")
    quoted = [n for n, line in enumerate(lines) if line.lstrip().startswith(">")]
    if not quoted or any(c.isalnum() for c in own):
        return own
    below = "\n".join(line for line in lines[quoted[0] :] if not line.lstrip().startswith(">"))
    return own_words(below).strip()
