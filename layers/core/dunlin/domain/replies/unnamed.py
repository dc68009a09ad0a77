"""A reply without the words that name people: what may be trained on.

What is known of the person is taken out as such; of the rest, every word that is written as a name
is, and every address and long number. It takes out too much rather than too little.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_PHONE = re.compile(r"\+?\d[\d\s().-]{5,}\d")
_NUMBER = re.compile(r"\d{5,}")
_STREET = re.compile(
    r"\b\d{1,6} (?:[A-Z][\w.]* ){1,4}"
    r"(?:st|street|ave|avenue|rd|road|ln|lane|dr|drive|blvd|ct|way)\b\.?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_TITLED = re.compile(
    r"(?i:\b(?:mr|mrs|ms|miss|dr|sr|sra|srta|atty|attorney|lic|don|doña)\b\.?) ([^\W\d_]+)"
)
_SPOKEN_OF = re.compile(
    r"(?i:\b(?:my name is|me llamo|mi nombre es|signed|regards,|saludos,|i am not|im not|i'm not|"
    r"this is not|this isn't|no soy|looking for|named|called)) ([^\W\d_]+)"
)
# Written with a capital, and nobody's name.
_EVERYBODYS = (
    "i im ive id ill ok okay stop help start monday tuesday wednesday thursday friday saturday "
    "sunday january february march april may june july august september october november december "
    "lunes martes miercoles jueves viernes sabado domingo chapter medicare medicaid christmas "
    "thanksgiving english spanish cfpb bbb fdcpa tcpa ssi irs zelle venmo paypal the a an not sick "
    "sure here home interested able sorry mr mrs ms dr sr sra lic"
)
_COMMON = frozenset(_EVERYBODYS.split())
_BEGINS = re.compile(r"(?:^|[.!?\n:;]\s*|[\"“(]\s*)$")


def unnamed(text: str, known: Iterable[str]) -> str:
    """The text with `{name}`, `{address}` and `{number}` in place of what names anybody. `known`
    are the names and addresses of the person and of who is about them."""
    for pattern, word in ((_ADDRESS, "{address}"), (_STREET, "{address}"), (_PHONE, "{number}")):
        text = pattern.sub(word, text)
    text = _NUMBER.sub("{number}", text)
    names = {_plain(part) for name in known for part in _WORD.findall(name) if len(part) > 1}
    for pattern in (_TITLED, _SPOKEN_OF):
        names |= {_plain(match[1]) for match in pattern.finditer(text)} - _COMMON
    shouted = text.upper() == text

    def put(match: re.Match[str]) -> str:
        word, before = match[0], text[max(0, match.start() - 4) : match.start()]
        if before.endswith("{"):
            return word
        plain = _plain(word)
        base = plain.removesuffix("s") if re.search(r"['’]s$", word) else plain
        if {plain, base} & names:
            return "{name}"
        written = word[0].isupper() and not shouted and not _BEGINS.search(before)
        return "{name}" if written and plain not in _COMMON else word

    return _WORD.sub(put, text)


def _plain(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word).casefold()
    return "".join(c for c in folded if c.isalpha() and not unicodedata.combining(c))
