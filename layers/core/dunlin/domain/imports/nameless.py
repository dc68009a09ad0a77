"""A table whose columns have no names: each is what its cells leave no doubt of, or is asked.

The only column of e-mail addresses, of people, of days or of money can mean one thing. Where two
columns hold the same kind of thing, nothing in their cells says which is the day of the bill and
which the day on which it falls due, whose child is whose: a person is asked of each.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dunlin.domain.imports import fields
from dunlin.domain.imports.content import Content
from dunlin.domain.imports.dates import MDY, read_date, resolve
from dunlin.domain.imports.terms import read_terms
from dunlin.domain.imports.types import ImportQuestion

Ranked = list[list[tuple[float, str, str]]]

_LEAST, _SAYS = 0.51, 0.6
_FULL = 0.9
_LONGEST_TERMS, _MOST_TERMS = 30, 6
_BORN_BEFORE = 2012
"""Nearly all days before this year are no days on which a debt falls due."""
_SERIALS = range(36_000, 60_000)
"""What a spreadsheet counts as the days from 1998 to 2064."""
_PLAIN = ("side", "currency", "state", "opaque", "country")
_NOTE = "words that no heading explains are read as notes"
_TERMS = "its values are terms of payment"


class Kind(StrEnum):
    """What the cells of a column hold."""

    EMAIL = "e-mail addresses"
    PHONE = "phone numbers"
    PERSON = "names"
    DAY = "days"
    MONEY = "amounts"
    NUMBER = "numbers"
    FLAG = "yes and no"
    STANDING = "words for how a debt stands"


_CHOICES: Mapping[Kind, tuple[str, ...]] = {
    Kind.EMAIL: ("email", "for_email", fields.IGNORE),
    Kind.PHONE: ("phone", "for_phone", fields.IGNORE),
    Kind.PERSON: ("consumer_name", "company", "first_name", "last_name", "for", "notes", "city"),
    Kind.DAY: ("due_date", "issue_date", "date_of_service", "paid_date", "last_payment_date",
               "date_of_birth", fields.IGNORE),
    Kind.MONEY: ("balance", "amount", "paid", "last_payment_amount", fields.IGNORE),
    Kind.NUMBER: ("account_reference", "invoice_number", "consumer_reference", "days_overdue",
                  "zip", "balance", fields.IGNORE),
    Kind.FLAG: ("opt_out_all", "paid_flag", "open_flag", "disputed", "attorney", "on_hold",
                fields.IGNORE),
    Kind.STANDING: ("status", "document_type", "lease_status", fields.IGNORE),
}  # fmt: skip
_SETTLES: Mapping[Kind, frozenset[str]] = {
    Kind.EMAIL: frozenset(("email",)),
    Kind.PHONE: frozenset(("phone",)),
    Kind.PERSON: frozenset(("consumer_name", "company", "last_name")),
    Kind.DAY: frozenset(),
    Kind.MONEY: frozenset(("balance", "line_amount", "debit")),
    Kind.NUMBER: frozenset(("account_reference", "invoice_number")),
    Kind.FLAG: frozenset(),
    Kind.STANDING: frozenset(("status",)),
}
"""The fields of which a column set by hand leaves nothing to ask of the others of its kind. Of
days and flags there may be several that matter."""
_NAMED: Mapping[Kind, str] = {Kind.DAY: "due_date"}
"""The field of which a column that is named so leaves nothing to ask."""
_OF_PEOPLE = frozenset((Kind.EMAIL, Kind.PHONE, Kind.PERSON))
_WHO = frozenset(("email", "phone", "consumer_name", "company", "last_name"))


@dataclass(frozen=True, slots=True)
class _Column:
    index: int
    key: str
    kind: Kind


def settle_nameless(
    keys: Sequence[str],
    contents: Sequence[Content],
    samples: Sequence[Sequence[str]],
    ranked: Ranked,
    *,
    nameless: Container[int],
    set_by_hand: Mapping[int, str],
    named: Container[str],
) -> list[ImportQuestion]:
    """Takes the meanings from the `nameless` columns whose cells leave a doubt, and asks of each;
    terms of payment are such, other texts become notes. `set_by_hand` holds the fields that a
    person gave, by column, `named` those that names of other columns say: a column with a name of
    its own is not another of these."""
    columns = [
        _Column(index, keys[index], kind)
        for index, content in enumerate(contents)
        if index in nameless
        and index not in set_by_hand
        and (kind := _kind_of(content, samples[index])) is not None
        and not (kind is Kind.NUMBER and _are_terms(samples[index]))
    ]
    if not {c.kind for c in columns} & _OF_PEOPLE and not set(set_by_hand.values()) & _WHO:
        return []
    questions: list[ImportQuestion] = []
    given = set(set_by_hand.values())
    no_money = not given & _SETTLES[Kind.MONEY] and all(c.kind is not Kind.MONEY for c in columns)
    for kind in Kind:
        alike = [c for c in columns if c.kind is kind]
        if any(field in named for field in (*_SETTLES[kind], _NAMED.get(kind, ""))):
            continue
        if given & _SETTLES[kind]:
            for column in alike:
                ranked[column.index] = []
                if kind is Kind.PERSON:
                    ranked[column.index] = [(_LEAST, "notes", _NOTE)]
        elif (
            len(alike) > 1
            or (alike and kind is Kind.NUMBER and no_money)
            or any(_is_doubtful(c, contents, samples) for c in alike)
            or any(kind is Kind.DAY and not _leads_to_a_day(ranked[c.index]) for c in alike)
        ):
            questions += _asked(alike, ranked, contents)
        elif kind is Kind.STANDING:
            for column in alike:
                ranked[column.index] = [(_SAYS, "status", "its values say how a debt stands")]
    known = {c.index for c in columns} | set(set_by_hand)
    for index in _texts(contents, nameless, known):
        terms = "terms" not in given and _are_terms(samples[index])
        ranked[index] = [(_LEAST, "terms", _TERMS) if terms else (_LEAST, "notes", _NOTE)]
    return questions


def _leads_to_a_day(ranks: Sequence[tuple[float, str, str]]) -> bool:
    """False for days that a spreadsheet counts, all of which are ZIPs too: 46207 is in Indiana."""
    return not ranks or max(ranks)[1] in fields.DATES


def _asked(
    alike: Sequence[_Column], ranked: Ranked, contents: Sequence[Content]
) -> Iterator[ImportQuestion]:
    """A question of each; one of amounts and one of names are kept, that it stays a file of debts
    while it waits."""
    kind = alike[0].kind
    others = " and ".join(c.key for c in alike[:4])
    why = f"no heading says which of {others} is what: all hold {kind}"
    if len(alike) == 1:
        why = f"no heading says what these {kind} are"
    for at, column in enumerate(alike):
        if at or kind not in (Kind.MONEY, Kind.PERSON):
            ranked[column.index] = []
        choices = _CHOICES[kind]
        if kind is Kind.DAY and contents[column.index].share("zip") > _SAYS:
            choices = (*choices[:-1], "zip", "account_reference", fields.IGNORE)
        yield ImportQuestion(kind="mapping", column=column.key, choices=choices, why=why)


def _kind_of(content: Content, cells: Sequence[str]) -> Kind | None:
    """What a column holds; None for texts and for what means one thing by itself."""
    share = content.share
    if not content.filled:
        return None
    kind = None
    if share("email") >= 0.5:
        kind = Kind.EMAIL
    elif share("marked_phone") >= 0.6:
        kind = Kind.PHONE
    elif share("bool") >= _FULL:
        kind = Kind.FLAG
    elif share("date") >= 0.7 or _counts_days(content, cells):
        kind = Kind.DAY
    elif share("marked") >= 0.6:
        kind = Kind.MONEY
    elif share("side") >= 0.95 or share("currency") >= _FULL or share("state") >= _FULL:
        kind = None
    elif share("status") >= 0.6:
        kind = Kind.STANDING
    elif share("name") >= 0.8 and content.filled >= 0.6 * len(cells) and _are_short(cells):
        kind = Kind.PERSON
    elif share("code") >= 0.8 or share("money") >= 0.8:
        kind = Kind.NUMBER
    return kind


def _counts_days(content: Content, cells: Sequence[str]) -> bool:
    """True for days as a spreadsheet counts them, and for days written in eight figures."""
    if content.share("number_date") < _FULL:
        return False
    whole = [c.strip().partition(".")[0] for c in cells if c.strip()]
    return all(len(t) == 8 or (t.isdigit() and int(t) in _SERIALS) for t in whole)


def _are_short(cells: Sequence[str]) -> bool:
    words = [len(c.split()) for c in cells if c.strip()]
    return sum(words) <= 4.5 * len(words)


def _is_doubtful(
    column: _Column, contents: Sequence[Content], samples: Sequence[Sequence[str]]
) -> bool:
    """Whether the only column of its kind may still be several things."""
    content, cells = contents[column.index], samples[column.index]
    if column.kind is Kind.FLAG:
        return True
    if column.kind is Kind.DAY:
        terms = any(_are_terms(column) for column in samples)
        return terms or content.filled < _FULL * len(cells) or _are_long_past(cells)
    if column.kind is Kind.NUMBER:
        return content.distinct < 0.98 or content.share("code") < _FULL or _may_count(cells)
    if column.kind is Kind.STANDING:
        return content.share("status") < _FULL
    if column.kind in (Kind.EMAIL, Kind.PHONE, Kind.PERSON):
        return content.filled > 3 and content.distinct < 0.3
    return False


_WORDED = re.compile(
    r"(?<!\S)(?:[^\W\d_]+(?!\S)|(?:net|n/)-?\d|\d+-?(?:d|days?|tage?)(?!\S))", re.IGNORECASE
)
"""Terms hold a word, or run it into their days: `Net30`, `n/30`, `30d`; a unit is `B30`."""


def _are_terms(cells: Sequence[str]) -> bool:
    """True for terms of payment, by which the only day may be that of the bill: `30 Tage`."""
    filled = [c.strip() for c in cells if c.strip()]
    worded = [c for c in filled if _WORDED.search(c) and len(c) < _LONGEST_TERMS]
    terms = [c for c in worded if read_terms(c) is not None and read_date(c) is None]
    return len(terms) >= 0.8 * len(filled) > 0 and len(set(terms)) <= _MOST_TERMS


def _may_count(cells: Sequence[str]) -> bool:
    """True for small whole numbers, which may count days as well as number debts."""
    numbers = [c.strip() for c in cells if c.strip()]
    return all(n.isdigit() and len(n) <= 3 and not n.startswith("0") for n in numbers)


def _are_long_past(cells: Sequence[str]) -> bool:
    readings = (read_date(c.strip()) for c in cells if c.strip())
    days = [d for r in readings if r is not None and isinstance(d := resolve(r, MDY), dt.date)]
    return bool(days) and sum(d.year < _BORN_BEFORE for d in days) > len(days) / 2


def _texts(
    contents: Sequence[Content], nameless: Container[int], known: Container[int]
) -> Iterator[int]:
    """The columns of words that are none of these."""
    for index, content in enumerate(contents):
        if index not in nameless or index in known or content.share("text") < 0.5:
            continue
        if max(map(content.share, _PLAIN)) < 0.5:
            yield index
