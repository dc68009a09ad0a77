"""SMS segments: how many parts a text needs, and what makes it need more.

3GPP TS 23.038: 160 septets in one GSM-7 part, 153 in each of several; 70 UTF-16 units in one
UCS-2 part, 67 in each of several. A character of two units is never split between parts.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Two septets each: an escape and the character.
_EXTENSION = frozenset("\f^{}\\[~]|€")
# Typography that a word processor puts in, and what it stands for.
_TYPOGRAPHY = str.maketrans(
    {
        "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ",
        "«": '"', "»": '"', "\u200b": "", "\u2060": "", "\ufeff": "", "•": "-", "·": "-",
    }
)  # fmt: skip


class Encoding(StrEnum):
    """How a text travels."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """A text as a phone network counts it: `units` are septets (GSM-7) or UTF-16 units (UCS-2),
    `count` the parts billed, `offenders` the characters that force UCS-2."""

    encoding: Encoding
    units: int
    count: int
    offenders: tuple[str, ...] = ()


def measure(text: str) -> Segments:
    """Count the segments of a text. An empty text is one segment."""
    offenders = tuple(dict.fromkeys(c for c in text if c not in _BASIC and c not in _EXTENSION))
    if offenders:
        return _count(Encoding.UCS2, [2 if ord(c) > 0xFFFF else 1 for c in text], offenders)
    return _count(Encoding.GSM7, [2 if c in _EXTENSION else 1 for c in text], ())


def _count(encoding: Encoding, widths: list[int], offenders: tuple[str, ...]) -> Segments:
    single, part = (160, 153) if encoding is Encoding.GSM7 else (70, 67)
    units, count, used = sum(widths), 1, 0
    if units > single:
        for width in widths:
            if used + width > part:
                count, used = count + 1, 0
            used += width
    return Segments(encoding=encoding, units=units, count=count, offenders=offenders)


def plain(text: str) -> str:
    """The text with typography and accents outside GSM-7 written plainly, so that it can travel
    in GSM-7 (`Información` → `Informacion`). What GSM-7 knows, such as ñ and é, is kept."""
    out: list[str] = []
    for c in unicodedata.normalize("NFC", text).translate(_TYPOGRAPHY):
        if c in _BASIC or c in _EXTENSION:
            out.append(c)
        else:
            base = unicodedata.normalize("NFD", c)[0]
            out.append(base if base in _BASIC else c)
    return "".join(out)
