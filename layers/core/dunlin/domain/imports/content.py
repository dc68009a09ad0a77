"""What the cells of a column look like: the kinds of value that each could be, and their shares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dunlin.domain.imports.amounts import is_blank, parse_amount, side_of
from dunlin.domain.imports.contact_points import email_words, fast_email
from dunlin.domain.imports.dates import fold, read_date
from dunlin.domain.imports.fillers import names_nobody
from dunlin.domain.imports.permissions import permission
from dunlin.domain.imports.places import country_code, looks_like_zip, state_code
from dunlin.domain.imports.statuses import names_payment, read_status
from dunlin.domain.money import CURRENCIES

_SAMPLE = 200
_FLAG = 0.8
_MOST_CODES = 4
_CODE_LETTERS = 4

_TENANCY = frozenset(
    "current past notice future eviction evict former occupied vacated active ended".split()
)
_BOOLS = frozenset(
    """true false yes no y n t f 1 0 ja nein si oui non x sim nao wahr falsch verdadero falso vrai
    faux on off""".split()
)
_SENDING = frozenset(
    """emailsent notset needtosend sent notsent delivered opened viewed queued pending scheduled
    default printed toprint gesendet versendet enviado envoye""".split()
)
"""What became of a document that was to be sent: no word of permission."""
_TICKS = frozenset("✓✔☑✗✘☐")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]{16,}", re.IGNORECASE)
_CODE = re.compile(r"(?=.*\d)[A-Za-z]{0,8}[-_/#]?[A-Za-z0-9]+(?:[-_/.#][A-Za-z0-9]+)*")
_NAME = re.compile(r"[^\W\d_][^\d@<>{}\[\]=|]{1,80}")
_NUMBERED = re.compile(
    r"(?:[A-Z]{0,3}-?\d{3,}[\s:-]+)([^\W\d_][^\d@<>{}\[\]=|]{1,80})"
    r"|([^\W\d_][^\d@<>{}\[\]=|]{1,80}?)\s*[(#\[-]?\s*#?[A-Z]{0,3}-?\d{3,}\s*[)\]]?"
)
"""A name with a customer's number before or behind it."""
_LINE = r"(?:tel|phone|ph|cell|mobile|mob|home|work|office|main|m|c|h|w|o|p)"
_PHONE = re.compile(
    rf"(?:{_LINE}\b[.:]?\s*)?\+?[\d(][\d\s().\-/]{{5,22}}\d(?:\s*(?:x|ext)\.?\s*\d+)?"
    rf"(?:\s*[-(\[]?\s*{_LINE}\b\.?[)\]]?)?",
    re.IGNORECASE,
)
"""A number as people write it, also with the word for its line: `(415) 555-0192 (cell)`."""
_MONEY_MARK = re.compile(r"[$€£¥]|[.,]\d\d?\)?-?$|^\(|\b[A-Z]{3}\b")


@dataclass(frozen=True, slots=True)
class Content:
    """Shares (0 to 1) of a column's non-empty sample that read as each kind of value."""

    filled: int
    shares: Mapping[str, float]
    distinct: float = 0.0

    codes: bool = False
    """Whether the sample is a handful of short words or numbers that recur."""

    def share(self, kind: str) -> float:
        """The share of one kind."""
        return self.shares.get(kind, 0.0)

    @property
    def is_flag(self) -> bool:
        """Whether the cells are yes and no, ticks, days, or words of permission; or there are
        none."""
        kinds = ("bool", "date", "permission")
        return not self.filled or any(self.share(kind) >= _FLAG for kind in kinds)


def kinds_of(value: str) -> set[str]:
    """Every kind of value that one cell could be."""
    kinds: set[str] = set()
    if fold(value) in _BOOLS or value in _TICKS:
        kinds.add("bool")
    if side_of(value) and (len(value) > 1 or not value.isalpha()):
        kinds.add("side")
    if "@" in value:
        if any(fast_email(word) for word in email_words(value)):
            kinds.add("email")
        return kinds
    digits = sum(c.isdigit() for c in value)
    if digits:
        _numeric_kinds(value, digits, kinds)
    else:
        if state_code(value):
            kinds.add("state")
        if country_code(value):
            kinds.add("country")
        if value.upper() in CURRENCIES or value in "$€£":
            kinds.add("currency")
    if _UUID.fullmatch(value) or _HEX.fullmatch(value):
        kinds.add("opaque")
    elif _NAME.fullmatch(value) and len(value) > 1:
        _word_kinds(value, kinds)
    if not digits and read_date(value):
        kinds.add("date")
    kinds.add("text")
    return kinds


def _word_kinds(value: str, kinds: set[str]) -> None:
    kinds.add("name")
    if fold(value).replace(" ", "") in _SENDING:
        kinds.add("sending")
    if len(value) < 40:
        reading = read_status(value, typos=False)
        if reading.status or reading.hold:
            kinds.add("status")
        if reading.status and names_payment(value):
            kinds.add("payment_status")
    if len(value) < 40 and permission(value) is not None:
        kinds.add("permission")
    if _TENANCY & set(value.lower().split()):
        kinds.add("tenancy")


def _numeric_kinds(value: str, digits: int, kinds: set[str]) -> None:
    if parse_amount(value) is not None:
        kinds.add("money")
        if _MONEY_MARK.search(value):
            kinds.add("marked")
    if value.isdigit():
        kinds.add("int")
        if digits == 4 and value[:2] in ("19", "20"):
            kinds.add("year")
    if value[-1] == "%":
        kinds.add("percent")
    reading = read_date(value)
    if reading is not None:
        kinds.add("date" if reading.shape not in ("serial", "epoch", "compact") else "number_date")
    if looks_like_zip(value) or (value.isdigit() and digits in (4, 5)):
        kinds.add("zip")
    if 7 <= digits <= 15 and _PHONE.fullmatch(value) and reading is None:
        kinds.add("phone")
        if digits >= 10 and not value.isdigit():
            kinds.add("marked_phone")
    if _CODE.fullmatch(value):
        kinds.add("code")
    elif " " in value and _NUMBERED.fullmatch(value):
        kinds.add("numbered_name")


def content_of(values: Sequence[str]) -> Content:
    """The content of a column, from a sample of its cells."""
    filled = [v for v in (raw.strip() for raw in values) if not is_blank(v)]
    sample = filled[:_SAMPLE]
    counts: dict[str, int] = {}
    for value in sample:
        for kind in kinds_of(value):
            counts[kind] = counts.get(kind, 0) + 1
    counts["nobody"] = sum(map(names_nobody, sample))
    total = len(sample) or 1
    distinct = set(filled)
    return Content(
        len(filled),
        {kind: n / total for kind, n in counts.items()},
        len(distinct) / (len(filled) or 1),
        codes=len(distinct) <= _MOST_CODES and max(map(len, distinct), default=0) <= _CODE_LETTERS,
    )
