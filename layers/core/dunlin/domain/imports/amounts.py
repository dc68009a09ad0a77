"""Money as people write it: `$1,234.50`, `1.234,50`, `1 234,50`, `1'234.50`, `(45.00)`, `45-`.

A value is read to an unscaled whole number and its decimals, so nothing is ever a float; the
currency's minor unit is applied later by `minor`, when the currency is known.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dunlin.domain.money import CURRENCIES, exponent

DOT, COMMA, EITHER, MIXED = ".", ",", "", "?"
"""Decimal mark of a column: a dot, a comma, not known, or now the one and now the other."""

_SYMBOLS = {
    "US$": "USD", "USD$": "USD", "CA$": "CAD", "C$": "CAD", "CAD$": "CAD", "A$": "AUD",
    "AU$": "AUD", "NZ$": "NZD", "MX$": "MXN", "MXN$": "MXN", "HK$": "HKD", "S$": "SGD",
    "R$": "BRL", "€": "EUR", "£": "GBP", "₹": "INR", "RS.": "INR", "FR.": "CHF", "SFR.": "CHF",
    "ZŁ": "PLN", "KČ": "CZK", "₪": "ILS", "₩": "KRW", "₺": "TRY", "₽": "RUB", "₴": "UAH",
    "$CA": "CAD", "$CAN": "CAD", "CAN$": "CAD", "$US": "USD", "$USD": "USD", "$CAD": "CAD",
    "$MXN": "MXN", "$MX": "MXN", "$AU": "AUD", "COL$": "COP", "COP$": "COP", "AR$": "ARS",
    "CLP$": "CLP", "RD$": "DOP", "$U": "UYU", "S/": "PEN", "S/.": "PEN", "₡": "CRC", "₲": "PYG",
    "EURO": "EUR", "EUROS": "EUR", "₦": "NGN", "₱": "PHP", "฿": "THB", "₫": "VND",
}  # fmt: skip
# `$` and `¥` and `kr` name several currencies: the hint says which sign stood there.
_SHARED = {"$": "$", "¥": "¥", "KR": "kr", "KR.": "kr"}

_BLANK = frozenset(
    {"", "-", "--", "—", "–", "n/a", "na", "null", "none", "nil", "nan", "#n/a", "n.a.", "?", "$-"}
)  # fmt: skip
_PLAIN = re.compile(r"(-)?(\$)?([0-9]{1,3}(?:,[0-9]{3})+(?=\.)|[0-9]+)(?:\.([0-9]{1,2}))?")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009\u2007]+")
_SHAPE = re.compile(
    r"(?P<open>\()?(?P<sign>[-+])?(?P<pre>[^\d\s.,'’()+-]{1,4}\.?|Rs\.|[Ff]r\.)?(?P<sign2>[-+])?"
    r"(?P<open2>\()?(?P<num>\d[\d.,'’]*|[.,]\d+)(?P<close2>\))?(?P<sign3>[-+])?"
    r"(?P<post>[^\d\s.,'’()+-]{1,5}\.?)?(?P<close>\))?(?P<sign4>[-+])?"
)
_ALIKE = dict.fromkeys(map(ord, "−–‐‑‒－"), "-") | {
    ord("<"): "(", ord(">"): ")", ord("["): "(", ord("]"): ")", ord("（"): "(", ord("）"): ")",
}  # fmt: skip
"""Other minuses, and the other brackets in which ledgers put what is below zero."""
_CREDIT = frozenset(
    "CR C H CREDIT CRED CREDITO CRÉDITO CRÉDIT HABEN HABER KREDIT GUTSCHRIFT ABONO AVOIR".split()
)
_DEBIT = frozenset("DR D S DEBIT DEB DEBITO DÉBITO DÉBIT DEBE SOLL CARGO".split())
_WORD = "|".join(sorted(_CREDIT | _DEBIT, key=len, reverse=True))
_LONG_WORD = "|".join(w for w in _WORD.split("|") if len(w) > 1)
_SIDE_AFTER = re.compile(
    rf"(?<=[\d)\s$€£+-])(?:\s*\(({_WORD})\.?\)|({_WORD})\.?)(?=[)\s+-]*$)", re.IGNORECASE
)
_SIDE_BEFORE = re.compile(
    rf"^([(\s+-]*)(?:\(({_LONG_WORD})\.?\)|({_LONG_WORD})[.:]?\s)\s*(?=.*\d)", re.IGNORECASE
)


class Amount(NamedTuple):
    """`unscaled` x 10**-`places`, with the currency (or the shared sign, `$`) that stood there.

    A tuple, for one is made of every figure of a file.
    """

    unscaled: int
    places: int
    hint: str = ""

    def minor(self, currency: str) -> int | None:
        """Whole minor units of `currency`; None where the value has more decimals than it has.

        Trailing zeros are dropped, and six or more decimals are a float's noise and are rounded.
        """
        return scaled(self.unscaled, self.places, exponent(currency))


def scaled(unscaled: int, places: int, units: int) -> int | None:
    """`unscaled` with `places` decimals as a whole number with `units` decimals, or None."""
    if places <= units:
        return int(unscaled * 10 ** (units - places))
    cut: int = 10 ** (places - units)
    whole, rest = divmod(abs(unscaled), cut)
    if rest:
        if places < 6:
            return None
        whole += rest * 2 >= cut
    return -whole if unscaled < 0 else whole


def in_unit(amount: Amount, currency: str, unit: str) -> int | None:
    """The minor units of a figure given in cents, thousands or millions, or, with no unit, as it
    stands; None where it has more decimals than the currency."""
    if unit == "cents":
        return scaled(amount.unscaled, amount.places, 0)
    power: int = 10 ** {"thousands": 3, "millions": 6}.get(unit, 0)
    return scaled(amount.unscaled * power, amount.places, exponent(currency))


def is_blank(text: str) -> bool:
    """True for what an export writes where there is no value."""
    return text.strip().lower() in _BLANK


def plain_hundredths(text: str) -> int | None:
    """Hundredths of a figure written `1234.50`, `$1,234.50` or without its commas, as most are;
    None for any other, which `parse_amount` reads."""
    if text[-3:-2] != "." or not text.isascii():
        return None
    whole, cents = text[1 if text[0] == "$" else 0 : -3], text[-2:]
    if "," in whole:
        plain = whole.replace(",", "")
        if not plain.isdigit() or f"{int(plain):,}" != whole:
            return None
        whole = plain
    digits = whole + cents
    return int(digits) if whole and digits.isdigit() else None


def parse_amount(text: str, decimal: str = EITHER) -> Amount | None:
    """The amount in `text`, or None where it is not one or where it is ambiguous.

    `decimal` is the column's mark where known. With `EITHER` a lone mark before exactly three
    digits groups thousands, for no everyday currency writes three decimals; with `MIXED` it is
    ambiguous.
    """
    if decimal != COMMA:
        cents = plain_hundredths(text)
        if cents is not None:
            return Amount(cents, 2, "$" if text[0] == "$" else "")
        plain = _PLAIN.fullmatch(text)
        if plain:
            sign, dollar, whole, part = plain.groups("")
            unscaled = int(whole.replace(",", "") + part)
            return Amount(-unscaled if sign else unscaled, len(part), dollar)
    return _parse_full(text, decimal)


def _parse_full(text: str, decimal: str) -> Amount | None:
    if len(text) > 64:
        return None
    stated = _without_side(text.translate(_ALIKE))
    if stated is None:
        return None
    bare, credit = stated
    shape = _SHAPE.fullmatch(_SPACES.sub("", bare))
    if not shape:
        return None
    hint = ""
    for part in ("pre", "post"):
        affix = shape[part]
        if not affix:
            continue
        named = _currency_of(affix.upper())
        if named is None or (hint and named != hint and hint not in _SHARED.values()):
            return None
        hint = named
    opens, closes = (bool(shape["open"] or shape["open2"]), bool(shape["close"] or shape["close2"]))
    signs = [s for s in (shape["sign"], shape["sign2"], shape["sign3"], shape["sign4"]) if s]
    if opens != closes or len(signs) > 1:
        return None
    number = _digits(shape["num"], decimal)
    if number is None:
        return None
    unscaled, places = number
    # Brackets, a minus and a mark of credit say one thing, and none takes another back.
    negative = opens or credit or signs == ["-"]
    return Amount(-unscaled if negative else unscaled, places, hint)


def _without_side(text: str) -> tuple[str, bool] | None:
    """The amount without a mark of its side (CR, Haben), and whether it is a credit; None where
    it bears marks of both."""
    marks: set[str] = set()
    bare = text
    for pattern, kept in ((_SIDE_AFTER, ""), (_SIDE_BEFORE, r"\1")):
        mark = pattern.search(bare)
        if mark:
            marks.add(next(w for w in mark.groups()[::-1] if w and w.strip("(+- ")).upper())
            bare = pattern.sub(kept, bare, count=1)
    if marks & _CREDIT and marks & _DEBIT:
        return None
    return bare, bool(marks & _CREDIT)


def side_of(text: str) -> int:
    """-1 for the mark of a credit in a column of its own (CR, H, Haben, a minus), 1 for that of a
    debit, 0 for anything else."""
    word = text.translate(_ALIKE).strip(" .()").upper()
    return -1 if word in _CREDIT or word == "-" else 1 if word in _DEBIT or word == "+" else 0


def _currency_of(word: str) -> str | None:
    if word in CURRENCIES:
        return word
    return _SYMBOLS.get(word) or _SHARED.get(word)


def _digits(num: str, decimal: str) -> tuple[int, int] | None:
    """(unscaled, places) of a bare number under a column's decimal mark."""
    num = num.replace("’", "'")
    if num[-1] in ".,'":
        num = num[:-1]
        if not num or num[-1] in ".,'":
            return None
    marks = [c for c in num if c in ".,'"]
    if not marks:
        return int(num), 0
    point = _decimal_mark(num, marks, decimal)
    if point is None:
        return None
    whole, _, part = num.rpartition(point) if point else (num, "", "")
    groups = re.split(r"[.,']", whole)
    if len(groups) > 1 and not _grouped(groups):
        return None
    return int("".join(groups) + part or "0"), len(part)


def _grouped(groups: list[str]) -> bool:
    """Thousands in threes, or the Indian twos with a last three (1,23,456)."""
    return (
        1 <= len(groups[0]) <= 3
        and len(groups[-1]) == 3
        and all(len(g) in (2, 3) for g in groups[1:-1])
    )


def _decimal_mark(num: str, marks: list[str], decimal: str) -> str | None:
    """The mark before the decimals, "" where there are none, None where nothing fits."""
    last = marks[-1]
    kinds = set(marks)
    mixed = decimal == MIXED
    if mixed:
        decimal = EITHER
    if "'" in kinds and last == "'":
        return ""
    if len(kinds) > 1:
        if marks.count(last) > 1 or (decimal and last != decimal and "'" not in kinds):
            return None
        return last
    if len(marks) > 1:
        return "" if decimal != last else None
    tail = len(num) - num.index(last) - 1
    if decimal == last:
        return last
    if mixed and tail == 3:
        return None
    if decimal:
        return "" if tail == 3 else None
    return "" if tail == 3 and num[0] not in ".,0" else last


def evidence(text: str) -> str:
    """What one value says about its column's decimal mark: `.`, `,` or nothing (`EITHER`)."""
    for mark, other in ((".", ","), (",", ".")):
        at = text.rfind(mark)
        if at < 0:
            continue
        tail = 0
        for c in text[at + 1 :]:
            if not c.isdigit():
                break
            tail += 1
        if text.count(mark) > 1:
            return other if other in text[at:] or tail == 3 else EITHER
        if other in text:
            return mark if text.rfind(other) < at else other
        if tail != 3:
            return mark
    return EITHER
