"""How numbers, money, days and bytes are written."""

from __future__ import annotations

import random

from tests.imports.exports.draft import Draft, pick
from tests.imports.exports.mutations.kinds import Mutation
from tests.imports.exports.truth import EITHER

DAYS = {
    "USD": ("%Y-%m-%d", "%m/%d/%Y", "%-m/%-d/%Y", "%m/%d/%y", "%b %-d, %Y", "%B %-d, %Y",
            "%d-%b-%Y", "%d-%b-%y", "%Y-%m-%dT00:00:00Z", "%Y-%m-%d 00:00:00", "%m-%d-%Y",
            "%Y/%m/%d", "%Y%m%d", "%m/%d/%Y 12:00 AM"),
    "GBP": ("%Y-%m-%d", "%d/%m/%Y", "%-d/%-m/%Y", "%d/%m/%y", "%d %b %Y", "%-d %B %Y",
            "%d-%b-%Y", "%d.%m.%Y"),
    "EUR": ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d.%m.%y", "%-d.%-m.%Y", "%d-%m-%Y"),
    "BRL": ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y"),
}  # fmt: skip


def day_style(draft: Draft, rng: random.Random) -> bool:
    """Days in another style of the same country."""
    styles = DAYS[draft.style.currency]
    if draft.lang != "en" and rng.random() < 0.2:
        styles = ("%-d %B %Y", "%-d. %B %Y") if draft.lang == "de" else ("%-d %B %Y",)
    draft.style.day = rng.choice(styles)
    return True


def serial_days(draft: Draft, _rng: random.Random) -> bool:
    """Days as a spreadsheet counts them."""
    draft.style.day = "serial"
    draft.doubt(EITHER, "days as a spreadsheet counts them")
    return True


def money_style(draft: Draft, rng: random.Random) -> bool:
    """Other marks of thousands and decimals, of the same country."""
    styles = ("1234.56", "1,234.56")
    if draft.lang != "en":
        styles = ("1.234,56", "1234,56") if draft.lang != "fr" else ("1 234,56", "1234,56")
    draft.style.money = rng.choice(styles)
    return True


def signs(draft: Draft, rng: random.Random) -> bool:
    """The currency's mark somewhere else."""
    draft.style.sign = rng.choice(("before", "apart", "after", "code"))
    if draft.style.currency == "BRL":
        draft.style.sign = rng.choice(("before", "apart"))
    if draft.lang == "en" and draft.style.sign == "after":
        draft.style.sign = "before"
    return True


def decimal_comma(draft: Draft, rng: random.Random) -> bool:
    """Euros with a decimal comma in an English file."""
    if draft.lang != "en" or draft.style.currency != "USD" or draft.column("state", "cents"):
        return False
    if any("owed" in line.cells or "sole" in line.cells for line in draft.lines if line.debt):
        return False  # amounts written without cents show no comma
    first = draft.debts()[0]
    if any(c.fill(first) in ("USD", "usd") for c in draft.columns if c.key != "currency"):
        return False
    draft.blind.add("phone")  # numbers of another country
    draft.style.currency, draft.style.sign = "EUR", "after"
    draft.style.money, draft.style.delimiter = rng.choice(("1.234,56", "1234,56")), ";"
    draft.style.day = rng.choice(("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y"))
    return True


def unmarked_currency(draft: Draft, _rng: random.Random) -> bool:
    """A file of another country that names no currency."""
    if draft.style.currency in ("USD", "GBP") or draft.column("currency") or not draft.free:
        return False
    draft.style.sign = "none"
    draft.doubt(EITHER, "no currency named")
    return True


def currency_setting(draft: Draft, _rng: random.Random) -> bool:
    """The creditor's currency is set, and the file names none."""
    if draft.style.currency == "USD" or draft.column("currency") or not draft.free:
        return False
    draft.style.sign = "none"
    draft.settings = f"currency: {draft.style.currency}\n"
    return True


def guarded_numbers(draft: Draft, rng: random.Random) -> bool:
    """Numbers kept from a spreadsheet: `="0012345"`, or with an apostrophe before them."""
    column = draft.column("number")
    if column is None:
        return False
    guard = rng.choice(('="{}"', "'{}", "\t{}"))
    for debt in draft.debts():
        debt.number = f"00{debt.number}" if debt.number.isdigit() else debt.number
    column.fill = lambda d: guard.format(d.number)
    return True


def cut_numbers(draft: Draft, rng: random.Random) -> bool:
    """Long numbers that a spreadsheet wrote as powers of ten."""
    if not draft.column("number") or not draft.column("email"):
        return False
    power = rng.choice(("4.50021E+11", "1.23457E+12"))
    for line in draft.lines:
        if line.debt is not None:
            line.cells["number"] = power
            line.debt.may_refuse = line.debt.may_hold = True
            line.debt.number = ""
    draft.blind.add("number")
    draft.doubt(EITHER, "numbers cut to powers of ten")
    return True


def leading_zeros(draft: Draft, _rng: random.Random) -> bool:
    """Numbers with zeros before them, which stay."""
    if not draft.column("number"):
        return False
    for debt in draft.debts():
        debt.number = f"000{debt.number}" if debt.number.isdigit() else debt.number
    return True


def delimiters(draft: Draft, rng: random.Random) -> bool:
    """Another mark between the cells."""
    draft.style.delimiter = rng.choice((";", "\t", "|", ","))
    if draft.style.delimiter == "\t":
        draft.filename = rng.choice(("open.tsv", "open.txt", "open.csv"))
    return True


def encodings(draft: Draft, rng: random.Random) -> bool:
    """Other bytes for the same letters."""
    draft.style.encoding = rng.choice(("cp1252", "utf-8-sig", "utf-16", "utf-8"))
    return True


def quotes(draft: Draft, _rng: random.Random) -> bool:
    """Every cell in quotes."""
    draft.style.quoted = True
    return True


def line_ends(draft: Draft, rng: random.Random) -> bool:
    """Other ends of lines, or a first line that names the delimiter."""
    draft.style.newline = rng.choice(("\n", "\r\n", "\r"))
    draft.style.declared = rng.random() < 0.3
    return True


def padded(draft: Draft, rng: random.Random) -> bool:
    """Spaces around texts, as a database pads them."""
    for debt in pick(rng, draft.debts(), 99):
        debt.party.shown = debt.party.shown or f"  {debt.party.name} "
    return draft.column("name") is not None


MUTATIONS: dict[str, Mutation] = {
    "decimal comma in English": decimal_comma,
    "day style": day_style,
    "serial days": serial_days,
    "money style": money_style,
    "currency marks": signs,
    "currency unnamed": unmarked_currency,
    "currency by setting": currency_setting,
    "leading zeros": leading_zeros,
    "guarded numbers": guarded_numbers,
    "cut numbers": cut_numbers,
    "padded names": padded,
    "delimiters": delimiters,
    "encodings": encodings,
    "everything quoted": quotes,
    "line ends": line_ends,
}
