"""What a person types into a form, read generously and refused by name.

Each reader returns the value or one word that says what is wrong; the portal has a sentence
for each word in each language.
"""

from __future__ import annotations

import re
from datetime import date

from dunlin.domain.money import Money, exponent
from dunlin.domain.plain_text import printable

TEXT_LIMIT = 2000
LINE_LIMIT = 120
_AMOUNT = re.compile(r"(\d{1,3}(?:[, ]?\d{3})*|\d+)(?:\.(\d*))?")
_COMMA_AMOUNT = re.compile(r"(\d{1,3}(?:\.?\d{3})*|\d+)(?:,(\d{1,2}))")

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def read_amount(text: str, balance: Money, least: Money) -> Money | str:
    """`$1,234.50`, `1234.5`, `12,50` as money within `least` and `balance`.

    Words: amount_missing, amount_unreadable, amount_decimals, amount_small, amount_large.
    """
    text = text.strip().removeprefix("$").removesuffix(balance.currency).strip()
    if not text:
        return "amount_missing"
    if len(text) > 20:
        return "amount_unreadable"
    places = exponent(balance.currency)
    match = _COMMA_AMOUNT.fullmatch(text) or _AMOUNT.fullmatch(text)
    if match is None or not text.isascii():
        return "amount_unreadable"
    whole, part = re.sub(r"[., ]", "", match[1]), match[2] or ""
    if len(part) > places:
        return "amount_decimals"
    amount = Money(int(whole) * 10**places + int(part.ljust(places, "0") or 0), balance.currency)
    if amount < least:
        return "amount_small"
    return "amount_large" if balance < amount else amount


def read_date(day: str, month: str, year: str) -> date | str:
    """Three text fields as a date. Words: date_missing, date_unreadable."""
    parts = [p.strip() for p in (year, month, day)]
    if not all(parts):
        return "date_missing"
    if not all(p.isascii() and p.isdigit() and len(p) <= 4 for p in parts) or len(parts[0]) != 4:
        return "date_unreadable"
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return "date_unreadable"


def read_digits(text: str, count: int) -> str | None:
    """Exactly so many digits, spaces and hyphens aside; a ZIP+4 counts as its first five."""
    digits = re.sub(r"[\s-]", "", text)
    if count == 5 and len(digits) == 9:
        digits = digits[:5]
    return digits if digits.isascii() and digits.isdigit() and len(digits) == count else None


def read_contact_point(text: str) -> str | None:
    """An e-mail address, or a phone number as E.164 (a number of ten digits is North American);
    None where it is neither."""
    text = text.strip()
    if _EMAIL.fullmatch(text) and len(text) <= LINE_LIMIT:
        return text.lower()
    digits = re.sub(r"[\s().-]", "", text)
    bare = digits.removeprefix("+")
    if not (bare.isascii() and bare.isdigit() and 10 <= len(bare) <= 15):
        return None
    return f"+1{bare}" if len(bare) == 10 and digits == bare else f"+{bare}"


def read_text(text: str) -> str | None:
    """Free text with its control characters taken out; None where it is too long."""
    text = text.replace("\r\n", "\n").strip()
    clean = "".join(c for c in text if c == "\n" or c.isprintable())
    return clean if len(clean) <= TEXT_LIMIT else None


def read_line(text: str) -> str | None:
    """One line of text with its control characters taken out; None where it is too long."""
    clean = printable(text).strip()
    return clean if len(clean) <= LINE_LIMIT else None
