"""The columns of money of a file and the part of a debt that each names.

A name tells more than the field that it maps to: "Amount due", "Past due" and "Balance" are all
what is owed by their names, and only the rows tell which of them is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dunlin.domain.imports import fields
from dunlin.domain.imports.content import Content
from dunlin.domain.imports.header_names import figures as names
from dunlin.domain.imports.industry import PATIENTS_PART
from dunlin.domain.imports.neighbours import SET_BY_HAND
from dunlin.domain.imports.types import ColumnMap
from dunlin.domain.money import CURRENCIES


class MoneyPart(StrEnum):
    """What part of a debt a column of money names."""

    LEFT = "left"  # what is left of it: a balance
    DUE = "due"  # what is due: the bill, or what is left
    OVERDUE = "overdue"  # the part that is past its date
    CURRENT = "current"  # the part that falls due now
    BILLED = "billed"
    NET = "net"  # without tax
    TAX = "tax"
    RATE = "rate"  # of the tax, in percent
    PAID = "paid"
    FEE = "fee"
    TAKEN_OFF = "taken_off"  # prepaid, unapplied credits
    NONE = ""


OWED = (MoneyPart.LEFT, MoneyPart.DUE, MoneyPart.OVERDUE, MoneyPart.CURRENT)
"""Parts that could be what is owed, the plainest name first."""


@dataclass(frozen=True, slots=True)
class MoneyColumn:
    """One column of money: its place, its key, the part that it names, and whether that is told
    in the creditor's own money (`home`), in that of the debt (`foreign`), or not said (``)."""

    index: int
    key: str
    part: MoneyPart
    money: str = ""
    by_hand: bool = False
    barred: bool = False  # its words say that it is another balance than the one owed


def figures_of(
    headers: Sequence[str], contents: Sequence[Content], columns: Sequence[ColumnMap]
) -> list[MoneyColumn]:
    """The columns of money that name a part of a debt."""
    out = []
    for column in columns:
        header = headers[column.index]
        by_hand = column.why in (SET_BY_HAND, PATIENTS_PART)
        if column.field not in _MONEY and (column.field != fields.IGNORE or by_hand):
            continue
        if by_hand:
            part = _BY_FIELD[column.field]
        elif _holds_figures(header, contents[column.index]):
            named = _named(header) if column.field == fields.IGNORE else column.field
            part = part_of(header, named)
        else:
            continue
        if part is not MoneyPart.NONE:
            barred = bool(words_in(header) & names.NOT_OWED) and not _other_part(header)
            if column.field == fields.IGNORE and barred:
                continue
            money = money_of(header)
            out.append(MoneyColumn(column.index, column.key, part, money, by_hand, barred))
    if any(f.part in OWED and not f.barred for f in out):
        out = [f for f in out if f.part not in OWED or not f.barred or f.by_hand]
    return out


def _holds_figures(header: str, content: Content) -> bool:
    if content.share("money") >= 0.6 and content.share("date") <= 0.4:
        return True
    return _tax_part(words_in(header), header) is MoneyPart.RATE


def _other_part(header: str) -> bool:
    """True where a name says tax, fee or what is taken off, which no word of a balance bars."""
    have = words_in(header)
    return bool(have & (names.TAX | names.FEE | names.TAKEN_OFF))


def _named(header: str) -> str:
    """The field of money that a column is named after, though another column had it."""
    for key in (fields.key_of(header), fields.bare_key(header)):
        for field in fields.STRONG.get(key, ()):
            if field in _MONEY:
                return field
    return fields.IGNORE


def part_of(header: str, field: str) -> MoneyPart:
    """The part of a debt that a column's name tells; the field tells where the words do not."""
    have, text = words_in(header), " ".join(fields.words_of(header))
    if field == "bucket" or (have & names.NO_FIGURE and field == fields.IGNORE):
        return MoneyPart.NONE
    taxed = _tax_part(have, header)
    if taxed is not MoneyPart.NONE:
        return taxed
    if have & names.SURELY_NET:
        return MoneyPart.NONE if have & _LINES else MoneyPart.NET
    owed = _owed_part(have, text)
    if owed in (MoneyPart.OVERDUE, MoneyPart.CURRENT):
        return owed
    if have & names.BILLED_FIRST and field in ("balance", "amount"):
        return MoneyPart.BILLED
    if (have & names.NET or _says(text, names.NET_PHRASES)) and owed is MoneyPart.NONE:
        return MoneyPart.NONE if have & _LINES else MoneyPart.NET
    if have & names.WITHOUT_TAX and have & names.TAX:
        return MoneyPart.NET
    return _by_words(have, field, owed) or _BY_FIELD.get(field, MoneyPart.NONE)


def words_in(header: str) -> set[str]:
    """The words of a name, also those that capitals seem to part (`MwSt`, `pastDue`)."""
    return {*fields.words_of(header), *fields.words_of(header.lower())}


def _tax_part(have: set[str], header: str) -> MoneyPart:
    """The tax or its rate; a figure with or without tax is neither."""
    if not have & names.TAX or have & (names.NOT_TAX | _LINES):
        return MoneyPart.NONE
    if have & names.RATE or "%" in header:
        return MoneyPart.RATE
    return MoneyPart.NONE if have & (names.WITH_TAX | names.WITHOUT_TAX) else MoneyPart.TAX


def _owed_part(have: set[str], text: str) -> MoneyPart:
    if have & names.NOT_OWED - {"next"}:
        return MoneyPart.NONE
    if _says(text, names.CURRENT_PHRASES) or (have & names.CURRENT and have & names.DUE):
        return MoneyPart.CURRENT
    if have & names.OVERDUE or _says(text, names.OVERDUE_PHRASES):
        return MoneyPart.OVERDUE
    if have & names.FEE:
        return MoneyPart.NONE
    if have & names.LEFT:
        return MoneyPart.LEFT
    if have & names.DUE or _says(text, names.DUE_PHRASES):
        return MoneyPart.DUE
    return MoneyPart.NONE


def _by_words(have: set[str], field: str, owed: MoneyPart) -> MoneyPart:
    if have & names.FEE and field in (fields.IGNORE, "amount", "balance"):
        return MoneyPart.FEE
    if field in ("paid", "credited"):
        return MoneyPart.PAID
    if have & names.TAKEN_OFF and field == fields.IGNORE:
        return MoneyPart.TAKEN_OFF
    if owed is not MoneyPart.NONE and field in (fields.IGNORE, "balance", "amount"):
        return owed
    if field == fields.IGNORE and have & names.PAID and not have & names.NOT_OWED:
        return MoneyPart.PAID
    if field == fields.IGNORE and _is_billed(have) and not have & names.NOT_OWED:
        return MoneyPart.BILLED
    return MoneyPart.NONE


def _is_billed(have: set[str]) -> bool:
    """`Gross`, `Invoiced`, `Total da fatura`, `Total con IVA`: a whole by what it is a whole of."""
    taxed = have & names.TAX and have & names.WITH_TAX
    of_a_bill = have & names.WHOLE and (have & names.BILLS or taxed)
    return bool(have & (names.GROSS | names.BILLED) or of_a_bill)


def _says(text: str, phrases: Sequence[str]) -> bool:
    return any(re.search(rf"\b{phrase}\b", text) for phrase in phrases)


_LINES = frozenset(("line", "item", "unit", "price"))
_MONEY = frozenset(("balance", "amount", "paid", "credited"))
_BY_FIELD = {
    "balance": MoneyPart.LEFT, "amount": MoneyPart.BILLED, "paid": MoneyPart.PAID,
    "credited": MoneyPart.PAID,
}  # fmt: skip


def money_of(header: str) -> str:
    """`home`, `foreign` or nothing: whose money a column's name says that it is told in."""
    have = words_in(header)
    if have & names.FOREIGN or "in currency" in " ".join(fields.words_of(header)):
        return "foreign"
    return "home" if have & names.HOME or currency_in(header) else ""


_CODE = re.compile(r"(?<![A-Za-z])([A-Z]{3})(?![A-Za-z])")
_SIGNS = {"€": "EUR", "£": "GBP", "¢": ""}


def currency_in(header: str) -> str:
    """The currency that a column's name states, "" where it states none."""
    for code in _CODE.findall(header):
        if code in CURRENCIES:
            return str(code)
    return next((code for sign, code in _SIGNS.items() if sign in header and code), "")


def unit_of(header: str) -> str:
    """`cents`, `thousands`, `millions` or nothing: in what a column's name, or a title, says that
    figures are given."""
    have = words_in(header)
    if "¢" in header or (have & names.CENTS and not have & {"per", "percent"}):
        return "cents"
    if have & names.MILLIONS:
        return "millions"
    if have & names.THOUSANDS or _K.search(header):
        return "thousands"
    return ""


_K = re.compile(r"[$€£]\s?['’]?000|['’]000|(?<![A-Za-z])[kKT][€$£](?![A-Za-z])|[€$£]\s?[kK]\b")
