"""Drafts out of a phrase grammar: a line of `phrases_*.txt` stands for many sentences.

`<name>` is one of the ways that `<name> = a|b` lists at the head of its file, `{a|b}` one of those
beside it; braces with one name in them (`{amount}`) stay, as a template has them.
"""

import random
import re
from math import log2, prod
from pathlib import Path
from zlib import crc32

_SLOT = re.compile(r"<([^<>]+)>")
_WAYS = re.compile(r"\{([^{}|]*(?:\{\w+\}[^{}|]*)*(?:\|[^{}|]*(?:\{\w+\}[^{}|]*)*)+)\}")
_MOST = 6  # choices within choices


def expanded(path: Path, share: float) -> list[tuple[str, str, int]]:
    """(text, kind, line number) of different drafts of each line of a grammar, the same ones each
    time: `share` of them for each time that the line's ways double, and four at least. Raises
    `KeyError` for a slot that the file does not list."""
    slots: dict[str, list[str]] = {}
    drafts: list[tuple[str, str, int]] = []
    kind = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("["):
            kind = line.strip("[]")
        elif line.startswith("<") and "> = " in line:
            name, _, ways = line.partition("> = ")
            slots[name[1:]] = ways.split("|")
        elif line and not line.startswith("#"):
            chance = random.Random(crc32(line.encode()))  # noqa: S311 - drafts, not secrets
            tries = max(4, round(share * log2(_breadth(line, slots))))
            met = dict.fromkeys(_one_way(line, slots, chance) for _ in range(tries))
            drafts += [(text, kind, number) for text in met]
    return drafts


def _breadth(line: str, slots: dict[str, list[str]]) -> int:
    """How many ways a line has, choices within choices not counted."""
    chosen = prod(len(_ways(m[1])) for m in _WAYS.finditer(line))
    return chosen * prod(len(slots[m[1]]) for m in _SLOT.finditer(line))


def _one_way(line: str, slots: dict[str, list[str]], chance: random.Random) -> str:
    for _ in range(_MOST):
        chosen = _WAYS.sub(lambda m: chance.choice(_ways(m[1])), line)
        filled = _SLOT.sub(lambda m: chance.choice(slots[m[1]]), chosen)
        if filled == line:
            break
        line = filled
    text = " ".join(line.split())
    return text[:1].upper() + text[1:] if chance.random() < 0.9 else text


def _ways(choice: str) -> list[str]:
    return choice.split("|")
