"""In what currency a file is: by what it names, else the creditor's own.

Where debtors live says nothing of it, and what looks otherwise than the creditor's currency is
asked about: marks of another one, a `$` that can be many, a language and a decimal comma.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import parse_amount
from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.figures import currency_in
from dunlin.domain.imports.header_names.languages import LANGUAGES, PESOS_BY_WORD
from dunlin.domain.imports.places import DOLLARS, EURO_COUNTRIES
from dunlin.domain.imports.types import ImportQuestion
from dunlin.domain.money import CURRENCIES

USUAL = "USD"
"""The currency of a creditor whose strategy names none, until a file looks otherwise."""
DOLLAR_SIGNED = frozenset(DOLLARS.values()) | frozenset(
    ("BRL", "UYU", "DOP", "TTD", "BBD", "JMD", "BZD", "FJD", "BMD", "BSD", "TWD")
)
"""Currencies that are written with `$`."""
_OF_SIGN = {"kr": ("SEK", "NOK", "DKK", "ISK"), "¥": ("JPY", "CNY")}
_SPOKEN = {
    "de": ("EUR", "CHF"),
    "fr": ("EUR", "CAD", "CHF"),
    "es": ("EUR", "MXN", "COP", "ARS", "CLP", "PEN", "USD"),
    "pt": ("BRL", "EUR"),
}
"""Where each language is spoken, the likeliest currency first."""
_COMMA_DOLLARS = {
    "es": ("COP", "ARS", "CLP", "UYU", "USD"), "fr": ("CAD", "USD"), "pt": ("BRL", "USD"),
}  # fmt: skip
_WITH_COMMA = frozenset(("COP", "ARS", "CLP", "UYU", "CAD"))
_POINT_DOLLARS = {"es": ("MXN", "USD", "DOP"), "fr": ("CAD", "USD"), "pt": ("USD", "BRL")}
_HOME = {
    "GB": "GBP", "CH": "CHF", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "MX": "MXN", "IN": "INR",
    "SE": "SEK", "NO": "NOK", "DK": "DKK", "PL": "PLN", "BR": "BRL", "ZA": "ZAR", "CO": "COP",
    "CL": "CLP", "AR": "ARS", "PE": "PEN", "JP": "JPY",
} | dict.fromkeys(EURO_COUNTRIES, "EUR")  # fmt: skip
_MOST_WORDS = 1_000
_MANY = 3


@dataclass(slots=True)
class CurrencyMarks:
    """What the rows show: words of a currency column, marks in figures, where people live."""

    words: Counter[str] = field(default_factory=Counter)
    signs: Counter[str] = field(default_factory=Counter)
    behind: int = 0  # figures with the `$` behind them
    _signs_of: dict[int, Counter[str]] = field(default_factory=dict)
    _behind_of: Counter[int] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    states: int = 0
    provinces: int = 0

    def word(self, text: str) -> None:
        """Counts the cell of a currency column."""
        if text in self.words or len(self.words) < _MOST_WORDS:
            self.words[text] += 1

    def figure(self, column: int, text: str) -> None:
        """Counts the mark of a figure of a column, if it has one."""
        amount = parse_amount(text)
        if amount is not None and amount.hint:
            self._signs_of.setdefault(column, Counter())[amount.hint] += 1
            self._behind_of[column] += amount.hint == "$" and text.rstrip(" )-").endswith("$")

    def read_in(self, columns: Iterable[int]) -> None:
        """Takes the marks of these columns of money for the file's: which they are is known only
        when all rows are read."""
        self.signs.clear()
        self.behind = 0
        for column in columns:
            self.signs.update(self._signs_of.get(column, ()))
            self.behind += self._behind_of[column]

    def named(self) -> Counter[str]:
        """The currencies that a column names, by rows."""
        out: Counter[str] = Counter()
        for word, rows in self.words.items():
            code = code_of(word)
            if code:
                out[code] += rows
        return out

    def marked(self) -> Counter[str]:
        """The currencies of which marks stand in figures."""
        return Counter({sign: n for sign, n in self.signs.items() if sign in CURRENCIES})


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCurrency:
    """The currency of rows that name none. With `alone` no row has another one, whatever it says;
    `odd` are currencies that one row alone names; `likely` is asked where it is not empty."""

    code: str
    likely: tuple[str, ...] = ()
    why: str = ""
    alone: bool = False
    odd: tuple[str, ...] = ()

    def questions(self) -> list[ImportQuestion]:
        """The question for a person, if there is one."""
        if not self.likely:
            return []
        return [ImportQuestion(kind="currency", column=None, choices=self.likely, why=self.why)]


def code_of(word: str) -> str:
    """The currency that the word of a currency column names, "" where it names none or many."""
    text = word.strip().upper()
    if text in CURRENCIES:
        return text
    amount = parse_amount(f"{text}1") if text else None
    return amount.hint if amount is not None and amount.hint in CURRENCIES else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyClues:
    """What speaks for a currency: the creditor's setting ("" where there is none), a person's
    answer, the names of the columns, the lines above them, how decimals and days are written."""

    creditor: str
    stated: str
    answered: bool
    headers: Sequence[str]
    money_headers: Sequence[str]
    titles: Sequence[Sequence[str]]
    comma: bool
    abroad: bool


def currency_of_file(clues: CurrencyClues, marks: CurrencyMarks) -> FileCurrency:
    """The currency of a file, with what must be asked about it."""
    home = clues.creditor or USUAL
    named = marks.named()
    in_headers = Counter(code for h in clues.money_headers if (code := currency_in(h)))
    in_words = in_headers or (Counter() if marks.marked() else _in_titles(clues.titles))
    names = named or in_words or marks.marked()
    dollars = marks.signs["$"]
    whose = set(in_words) & DOLLAR_SIGNED
    if names and dollars and not named and not whose and home in DOLLAR_SIGNED:
        names[home] += dollars
    odd = _odd(names, home)
    if clues.stated:
        # An answer against all that the file names is a word about every row.
        other = bool(names) and clues.stated not in names
        other = other or (bool(dollars) and clues.stated not in DOLLAR_SIGNED)
        alone = clues.answered and (other or bool(_unlike(marks, in_headers)))
        return FileCurrency(code=clues.stated, alone=alone, odd=() if alone else odd)
    if not named and (unlike := _unlike(marks, in_headers)):
        return unlike
    if names:
        return _by_name(clues, names, odd)
    for sign, codes in _OF_SIGN.items():
        if marks.signs[sign]:
            code = clues.creditor if clues.creditor in codes else ""
            why = f'"{sign}" is the sign of several currencies'
            return FileCurrency(code=code or codes[0], likely=() if code else codes, why=why)
    if marks.signs["$"]:
        return _by_dollars(clues, marks)
    return _by_silence(clues, marks)


def _in_titles(titles: Sequence[Sequence[str]]) -> Counter[str]:
    """The currency that a line above the table names: `Currency: EUR`, a cell that is a code."""
    text = "\n".join("\n".join(cells) for cells in titles)
    return Counter(code for code in _STATED.findall(text) if code in CURRENCIES)


_STATED = re.compile(
    r"(?:^|(?i:currency|currencies|amounts?|figures|w[äa]hrung|betr[äa]ge|moneda|importes|devise"
    r"|montants|moeda|valores)\b[^\n]{0,20}?[\s:(])([A-Z]{3})\)?$",
    re.MULTILINE,
)


def _odd(seen: Counter[str], usual: str) -> tuple[str, ...]:
    """Currencies of one row alone among many of another."""
    most = max(seen.values(), default=0)
    return tuple(sorted(c for c, n in seen.items() if n == 1 and c != usual and most >= _MANY))


def _unlike(marks: CurrencyMarks, in_headers: Counter[str]) -> FileCurrency | None:
    """The question where the heading names one currency and the figures bear another's mark."""
    others = [code for code in marks.marked() if code not in in_headers]
    if not in_headers or not others or marks.named():
        return None
    first = max(in_headers, key=lambda c: in_headers[c])
    why = f"the heading says {first}, and its figures are marked as {others[0]}"
    return FileCurrency(code=first, likely=(first, *others), why=why)


def _by_name(clues: CurrencyClues, names: Counter[str], odd: tuple[str, ...]) -> FileCurrency:
    most = max(names, key=lambda c: (names[c], c))
    if not clues.creditor or clues.creditor in names:
        return FileCurrency(code=clues.creditor or most, odd=odd)
    listed = " and ".join(sorted(names)[:5])
    why = f"the file names {listed}, and this creditor's currency is {clues.creditor}"
    return FileCurrency(code=most, likely=(most, clues.creditor), why=why, odd=odd)


def _by_dollars(clues: CurrencyClues, marks: CurrencyMarks) -> FileCurrency:
    creditor, language = clues.creditor, language_of(clues.headers)
    at_home = bool(marks.states) and not marks.provinces
    spoken = language if language != "en" and not (at_home and not clues.comma) else "en"
    foreign = clues.comma or bool(marks.behind) or spoken != "en"
    table = _COMMA_DOLLARS if clues.comma else _POINT_DOLLARS
    likely = table.get(language, ("CAD", "USD"))
    as_there = creditor in likely[:-1] or (clues.comma and creditor in _WITH_COMMA)
    if creditor and (as_there or (not foreign and creditor in DOLLAR_SIGNED)):
        return FileCurrency(code=creditor)
    if foreign or (creditor and creditor not in DOLLAR_SIGNED):
        by_paper = _by_paper(clues.headers)
        choices = tuple(dict.fromkeys(c for c in (*by_paper, *likely, creditor, USUAL) if c))
        why = '"$" is the sign of several currencies, and this file is written as those of'
        why = f"{why} another country are" if foreign else '"$" is not the creditor\'s currency'
        return FileCurrency(code=choices[0], likely=choices, why=why)
    return _by_people(clues, marks, USUAL)


def _by_silence(clues: CurrencyClues, marks: CurrencyMarks) -> FileCurrency:
    """Nothing names a currency: the creditor's, unless the file is written as elsewhere."""
    creditor, language = clues.creditor, language_of(clues.headers)
    at_home = bool(marks.states) and not marks.provinces and not clues.comma
    spoken = "en" if at_home else language
    usual = creditor or USUAL
    theirs = _SPOKEN.get(spoken, (usual,))
    if usual not in theirs or (spoken == "es" and usual == USUAL and not creditor):
        choices = (*_by_paper(clues.headers), *_SPOKEN[spoken], usual)
        return FileCurrency(
            code=usual,
            likely=tuple(dict.fromkeys(choices)),
            why=f"nothing in the file says in which currency it is, and its headings are in"
            f" {_NAMES[spoken]}",
        )
    if clues.comma and usual in ("USD", "GBP", "AUD", "NZD", "INR"):
        return FileCurrency(
            code=usual,
            likely=("EUR", "CHF", usual),
            why="nothing in the file says in which currency it is, and its figures have a comma"
            f" before the cents or a dot for the thousands, as {usual} has not",
        )
    if clues.abroad and not creditor:
        return FileCurrency(
            code=usual,
            likely=("GBP", "EUR", "AUD", "CAD", usual),
            why="nothing in the file says in which currency it is, and its days stand before the"
            " months, as they are not written in the United States",
        )
    return _by_people(clues, marks, usual)


def _by_people(clues: CurrencyClues, marks: CurrencyMarks, usual: str) -> FileCurrency:
    """Where people live decides nothing; where all live in one other country, and nobody said
    what the creditor's currency is, a person is asked."""
    if clues.creditor or marks.states:
        return FileCurrency(code=clues.creditor or usual)
    homes = {_HOME.get(country, "") for country in marks.countries}
    if marks.provinces:
        homes.add("CAD")
    if len(homes) == 1 and "" not in homes:
        home = homes.pop()
        why = "nobody said what the creditor's currency is, and everybody lives where it is"
        return FileCurrency(code=usual, likely=(home, usual), why=f"{why} {home}")
    return FileCurrency(code=usual)


def _by_paper(headers: Sequence[str]) -> tuple[str, ...]:
    """The currency of the country whose papers a column names."""
    words = {w for h in headers for w in fields.words_of(h)}
    return tuple(code for word, code in PESOS_BY_WORD.items() if word in words)[:1]


_NAMES = {"de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese"}


def language_of(headers: Sequence[str]) -> str:
    """The language of the names of the columns: de, fr, es, pt, or en where it is none of them."""
    spoken = [fields.words_of(fold(h)) for h in headers]
    hits: dict[str, int] = {}
    for language, (exact, starts) in _WORDS.items():
        heard = [{w for w in words if w in exact or w.startswith(starts)} for words in spoken]
        # One word over and over, as in `Cliente, Cliente Email`, is a name and no language.
        hits[language] = sum(map(bool, heard)) if len(frozenset().union(*heard)) > 1 else 0
    best = max(hits, key=lambda language: hits[language])
    return best if hits[best] >= max(2, len(headers) * 0.34) else "en"


def _parted(text: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """(whole words, how words begin) of a list in which the latter end with a star."""
    words = text.split()
    starts = tuple(w[:-1] for w in words if w.endswith("*"))
    return frozenset(w for w in words if not w.endswith("*")), starts


_WORDS = {language: _parted(text) for language, text in LANGUAGES.items()}
