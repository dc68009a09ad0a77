"""An export before it is written: columns, lines and the debts behind them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.imports.exports.people import Town
from tests.imports.exports.truth import AS_OF, ASK, EITHER, LEAVE, PLAIN, Debt, Party
from tests.imports.exports.words import HEADINGS, STANDING
from tests.imports.exports.writing import Minor, Style, Value, cell

Fill = Callable[[Debt], Value]


@dataclass(slots=True, eq=False)
class Column:
    """A column. `key` says what it means, as in `words.HEADINGS`, or anything else."""

    header: str
    key: str
    fill: Fill


@dataclass(slots=True, eq=False)
class Line:
    """A line of the file: of a debt, of cells by key, a repeated heading, or raw cells."""

    debt: Debt | None = None
    cells: dict[str, Value] = field(default_factory=dict)
    """For a debt's line, what stands there instead of the columns' own."""
    raw: list[str] | None = None
    heading: bool = False
    shifted: bool = False
    """Written without quotes, whatever its cells hold."""
    short: bool = False
    """Ends with its last cell that holds a value."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """A file that mutations may still change."""

    rng: random.Random
    town: Town
    style: Style
    columns: list[Column]
    lines: list[Line]
    vendor: str
    filename: str = "open.csv"
    settings: str = ""
    grouped: bool = False
    """The first column holds headings of groups, so columns keep their order."""
    free: bool = True
    """The headings are the sender's own, so others may stand in their place."""
    preamble: list[list[str]] = field(default_factory=list)
    footer: list[list[str]] = field(default_factory=list)
    verdict: str = PLAIN
    reasons: list[str] = field(default_factory=list)
    headless: bool = False
    container: str = "csv"
    """csv, gz, zip or xlsx, `xlsx, words first` and `xlsx, words last` with a sheet more."""
    held_back: list[Debt] = field(default_factory=list)
    """Debts that stand in no line of their own, only in a sum of their party."""
    trailing: int = 0
    """Delimiters without cells behind each row."""
    arrange: Callable[[Draft], None] | None = None
    """Lays out the lines once it is known what stands in them."""
    blind: set[str] = field(default_factory=set)
    """What the file does not say although a column is there."""

    @property
    def lang(self) -> str:
        return self.style.lang

    def debts(self) -> list[Debt]:
        """All debts that stand in a line, each once."""
        own = [line.debt for line in self.lines if line.debt is not None]
        return list(dict.fromkeys([*own, *self.held_back]))

    def parties(self) -> list[Party]:
        """All parties of the debts, each once."""
        return list(dict.fromkeys(debt.party for debt in self.debts()))

    def column(self, *keys: str) -> Column | None:
        """The first column with one of these meanings."""
        return next((c for key in keys for c in self.columns if c.key == key), None)

    def doubt(self, verdict: str, why: str) -> None:
        """Makes the file less plain, never plainer."""
        order = (PLAIN, EITHER, ASK)
        if order.index(verdict) > order.index(self.verdict):
            self.verdict = verdict
        self.reasons.append(why)

    def add_column(self, column: Column, rng: random.Random) -> None:
        """Puts a column anywhere, behind the first of a grouped file."""
        self.columns.insert(rng.randint(1 if self.grouped else 0, len(self.columns)), column)

    def drop_column(self, *keys: str) -> None:
        """Removes all columns of these meanings."""
        self.columns = [c for c in self.columns if c.key not in keys]

    def value(self, line: Line, column: Column) -> Value:
        """What stands in a line under a column."""
        if column.key in line.cells:
            return line.cells[column.key]
        return column.fill(line.debt) if line.debt is not None else ""

    def rows(self) -> list[list[str]]:
        """The whole file as texts."""
        out = [list(row) for row in self.preamble]
        if not self.headless:
            out.append([c.header for c in self.columns])
        out += [self.texts(line) for line in self.lines]
        out += [list(row) for row in self.footer]
        return [row + [""] * self.trailing for row in out]

    def values(self) -> list[list[Value]]:
        """The whole file as a workbook holds it: days and money are not texts."""
        out: list[list[Value]] = [list[Value](row) for row in self.preamble]
        if not self.headless:
            out.append([c.header for c in self.columns])
        for line in self.lines:
            if line.raw is not None or line.heading:
                out.append(list[Value](self.texts(line)))
            else:
                out.append([self.value(line, c) for c in self.columns])
        return out + [list[Value](row) for row in self.footer]

    def texts(self, line: Line) -> list[str]:
        """A line as texts."""
        if line.heading:
            return [c.header for c in self.columns]
        if line.raw is not None:
            return list(line.raw)
        texts = [self._text(line, c) for c in self.columns]
        if line.shifted:
            texts[0] = "\0" + texts[0]
        while line.short and texts[-1] == "":
            texts.pop()
        return texts

    def _text(self, line: Line, column: Column) -> str:
        value = self.value(line, column)
        if line.debt is None and value == "":
            return ""
        return cell(value, self.style)


def last_first(party: Party) -> str:
    """`Abbott, Ada`; a firm as it is."""
    return party.firm or f"{party.last}, {party.first}"


def phone_as_written(e164: str) -> str:
    """`(212) 555-0101` of a number in North America, `020 7946 0101` of a British one."""
    if e164.startswith("+4420"):
        return f"020 {e164[5:9]} {e164[9:]}"
    if e164.startswith("+1"):
        return f"({e164[2:5]}) {e164[5:8]}-{e164[8:]}"
    return e164


def shown(party: Party) -> str:
    """The name as the file writes it."""
    return party.shown or party.name


def _aged(low: int, high: int) -> Fill:
    """What is owed where it is so many days overdue, else nothing."""

    def fill(debt: Debt) -> Minor:
        days = (AS_OF - debt.due).days if debt.due else 0
        return Minor(debt.minor if low < days <= high else 0)

    return fill


FILLS: dict[str, Fill] = {
    "number": lambda d: d.number,
    "account": lambda d: d.party.number,
    "name": lambda d: shown(d.party),
    "last_first": lambda d: d.party.shown or last_first(d.party),
    "first": lambda d: "" if d.party.firm else d.party.first,
    "last": lambda d: d.party.firm or d.party.last,
    "email": lambda d: d.party.email or None,
    "phone": lambda d: phone_as_written(d.party.phone) or None,
    "street": lambda d: d.party.street,
    "city": lambda d: d.party.city,
    "state": lambda d: d.party.state,
    "zip": lambda d: d.party.zip,
    "issued": lambda d: d.issued,
    "due": lambda d: d.due,
    "owed": lambda d: Minor(0 if d.want == LEAVE else d.minor),
    "sole": lambda d: Minor(d.minor),
    "billed": lambda d: Minor(d.billed),
    "paid": lambda d: Minor(d.billed if d.want == LEAVE else d.billed - d.minor),
    "note": lambda d: d.note,
    "b-current": lambda _: Minor(0),
    "b0": _aged(-9999, 30),
    "b30": _aged(30, 60),
    "b60": _aged(60, 90),
    "b90": _aged(90, 99999),
}
"""What stands under a key. `sole` is the one amount of a file that has no other."""


def heading(lang: str, key: str) -> str:
    """The first heading of a key."""
    names = {"last_first": "name", "sole": "owed"}
    return HEADINGS[lang][names.get(key, key)][0]


def column(lang: str, key: str, header: str = "") -> Column:
    """A column of a usual meaning."""
    return Column(header or heading(lang, key), key, FILLS[key])


def constant(header: str, text: str, key: str = "") -> Column:
    """A column with one text in all rows."""
    return Column(header, key or f"constant {header}", lambda _: text)


def amounts(rng: random.Random, count: int) -> list[int]:
    """Different amounts, most with cents, no two alike and none twice another."""
    taken: set[int] = set()
    while len(taken) < count:
        value = rng.randint(2_500, 490_000)
        if rng.random() < 0.3:
            value -= value % 100
        if not {value, value * 2, value // 2} & taken:
            taken.add(value)
    values = list(taken)
    rng.shuffle(values)
    return values


def ledger(
    rng: random.Random, town: Town, count: int, *, firms: float, prefix: str, terms: int = 30
) -> list[Debt]:
    """`count` debts of about two thirds as many parties, all overdue on `truth.AS_OF`."""
    parties = [town.party(firm=rng.random() < firms) for _ in range(max(2, count * 2 // 3))]
    start = rng.randint(1000, 80_000)
    debts = []
    for place, minor in enumerate(amounts(rng, count)):
        party = parties[place] if place < len(parties) else rng.choice(parties)
        issued = dt.date(2026, 1, 2) + dt.timedelta(days=rng.randint(0, 250))
        billed = minor if rng.random() < 0.7 else minor + rng.randint(1_000, 90_000)
        start += rng.randint(1, 7)
        debts.append(
            Debt(
                party=party,
                number=f"{prefix}{start}",
                minor=minor,
                billed=billed,
                issued=issued,
                due=issued + dt.timedelta(days=terms),
            )
        )
    return debts


def words_of_standing(
    draft: Draft, rng: random.Random, words: dict[str, Sequence[str]] | None = None
) -> Fill:
    """Fills a column of standing: each debt keeps one word of its standing."""
    chosen: dict[Debt, str] = {}
    known: dict[str, Sequence[str]] = words or dict(STANDING[draft.lang])

    def fill(debt: Debt) -> str:
        if debt not in chosen:
            chosen[debt] = rng.choice(list(known.get(debt.standing) or known["open"]))
            debt.word = debt.word or chosen[debt]
        return chosen[debt]

    return fill


def pick(rng: random.Random, debts: Iterable[Debt], count: int) -> list[Debt]:
    """Up to `count` of the debts that nothing has been done to yet."""
    free = [d for d in debts if d.want == "chase" and not d.may_hold and not d.net and not d.note]
    rng.shuffle(free)
    return free[:count]
