"""How the rows of a file lie, counted while they pass: sums, headings, running balances."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dunlin.domain.imports import statuses
from dunlin.domain.imports.amounts import COMMA, DOT, EITHER, evidence, is_blank
from dunlin.domain.imports.foreign_shapes import begins_table
from dunlin.domain.imports.headings import Headings, says_settled
from dunlin.domain.imports.records import FileRefused
from dunlin.domain.imports.row_kinds import FIGURES, LONE, SUM, TOTAL, RowKinds, label_of
from dunlin.domain.imports.running import RunningBalance, as_movements, scaled_value
from dunlin.domain.imports.sums import ABOVE, Figures, Sums, Unplaced
from dunlin.domain.imports.types import (
    CREDIT,
    DRAFT,
    PAID,
    VOID,
    ColumnMap,
    ImportQuestion,
    Shape,
)  # fmt: skip

_OWED = ("balance",)
_BILLED = ("amount", "line_amount")
_QUESTION_ROWS = 3
_TEN_THOUSAND = 10_000
_MOST_STANDINGS = 2_000
_FEWEST_LEGS = 4
_MOST_CURRENCIES = 20
_MONEY_WRITTEN = re.compile(
    r"\(?-?[^\w\s(]{0,2}\s?[A-Z]{0,3}\s?\d[\d.,' ]*[.,]\d\d\)?-?\s?(?:[A-Z]{3}|[^\w\s])?"
)
"""A figure that can be nothing but money: above the headings stand years and counts too."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is in force where a range starts, by each way in which the file may lie."""

    heading: str = ""
    sum_heading: str = ""
    above: tuple[str, ...] = ()
    head: tuple[str, ...] = ()


class LayoutVotes:
    """Takes every record of a file and says at the end how they lie."""

    def __init__(
        self,
        columns: Sequence[ColumnMap],
        headers: Sequence[str],
        samples: Sequence[Sequence[str]],
        *,
        titles: Sequence[Sequence[str]],
        answers: Mapping[str, str],
        names_at: int = -1,
        journal: bool = False,
    ) -> None:
        self.kinds = RowKinds(headers, columns, names_at)
        self._answers = answers
        self._names_at = names_at
        self._width = len(headers)
        by: dict[str, list[int]] = {}
        for column in columns:
            by.setdefault(column.field, []).append(column.index)
        self._name_at = next((by[f][0] for f in ("consumer_name", "company") if f in by), -1)
        self._has_details = bool(
            by.keys() & {"email", "phone", "street", "unit", "invoice_number", "due_date"}
        )
        marks = {i: _mark(samples[i]) for i in self.kinds.money if i < len(samples)}
        self._marks = marks
        self._owed = _first(by, _OWED)
        self._billed = _first(by, _BILLED)
        if self._owed < 0:
            self._owed, self._billed = self._billed, -1
        billed = self._billed if self._billed >= 0 else _first(by, ("debit",))
        self._moves = [(1, billed)] if billed >= 0 else []
        self._moves += [(-1, by[f][0]) for f in ("credit", "paid", "credited") if f in by]
        self._sides = _first(by, ("debit",)), _first(by, ("credit",))
        self._is_journal = journal and min(self._sides) >= 0
        self._debits = self._credits = 0
        self._buckets = by.get("bucket", [])
        self._currency = _first(by, ("currency",))
        self._by_currency: dict[str, int] = {}
        self.running = RunningBalance(columns, marks)
        self._running_through_sums = RunningBalance(columns, marks)
        """The same, where rows without a number and a day are movements like the others."""
        self._row_before: list[str] = []
        self._sums = Sums(self.kinds.who)
        words = [" ".join(c for c in cells if c.strip()) for cells in titles]
        self._headings, self._sum_headings = Headings(words), Headings(words)
        self._standings = [*by.get("document_type", ()), *by.get("status", ())]
        self._paid_flags = by.get("paid_flag", [])
        self._paid_days = by.get("paid_date", [])
        off = ("void_mark", "write_off_mark", "deleted", "settled_mark")
        self._marked_off = [i for field in off for i in by.get(field, ())]
        self._standings += [*self._paid_flags, *self._marked_off]
        self._by_standing: dict[tuple[str, ...], int] = {}
        self._above: Sequence[str] = ()
        self._head: tuple[str, ...] = ()
        self._named_rows = self._orphans = self._repeats = self._runs = 0
        self._after_orphan = False
        self._name = ""
        self._asks_for_headings = self.over_jobs = False
        self._second: tuple[int, tuple[str, ...]] | None = None
        self._settled = ""
        self._section: tuple[int, str, bool] | None = None
        self._lone_name: tuple[int, int] | None = None

    @property
    def start(self) -> Start:
        """What is in force for the next record."""
        return Start(self._headings.now, self._sum_headings.now, tuple(self._above), self._head)

    @property
    def sum_rows(self) -> int:
        """How many rows have a name and a sum, but no number and no day."""
        return self._sums.sum_rows.count

    def passes(self, kind: int, line: int, cells: list[str]) -> bool:
        """Takes a record that is no plain row; True where it may be a row all the same."""
        if kind == SUM:
            name = self.kinds.named(cells)
            value = self._figures(cells)
            self._sums.sum_row(line, cells, value, name)
            self._running_through_sums.add(cells, name)
            if value == (None, None):
                self._headings.name(name)
            self._sum_headings.name(name)
            self._head, self._name = tuple(cells), ""
            return value != (None, None)
        if kind == TOTAL:
            self._sums.total(line, cells, self._figures(cells), self.kinds.label)
            self._name = ""
        elif kind == FIGURES:
            self._sums.figures(self._figures(cells))
        elif kind == LONE:
            lone = next(c.strip() for c in cells if c and not c.isspace())
            self._settled = lone if says_settled(lone) else ""
            text = self._headings.lone(cells)
            if text:
                self._head = ()
                self._sum_headings.name(text)
                self._sums.heading(text)
                self._name = ""
        return False

    def title(self, line: int, cells: Sequence[str]) -> None:
        """Takes a record above the headings: `Total outstanding:` beside a figure."""
        words = [part.strip() for c in cells for part in c.split(":") if part.strip()]
        label = label_of(words[0]) if words else None
        figures = [w for w in words[1:] if _MONEY_WRITTEN.fullmatch(w)]
        if label is None or label.of or not label.compared or len(figures) != 1:
            return
        value = scaled_value(figures[0], self._marks.get(self._owed, EITHER))
        if value is not None:
            self._sums.over_all(line, cells, value)

    def row(self, cells: list[str]) -> None:
        """Takes a plain row."""
        name = "" if self._names_at >= 0 else self.kinds.named(cells)
        orphan = not name and not any(
            i < len(cells) and cells[i] and not cells[i].isspace() for i in self.kinds.contact
        )
        if self._headings.now:
            self._headings.row(name)
        if self._sum_headings.now:
            self._sum_headings.row(name)
        if orphan:
            self._orphans += 1
            self._runs += self._after_orphan
        elif name:
            self._repeats += name == self._name
            self._named_rows += 1
            self._above = cells
        self._after_orphan = orphan
        self._name = name or self._name
        counts = self._counts(cells) if self._standings else 1
        figures = self._figures(cells)
        self._sums.row(cells, figures, named=bool(name), orphan=orphan, counts=counts)
        if self._is_journal:
            self._weigh(cells)
        if self.running.asked and cells != self._row_before:
            self._row_before = cells
            paid = any(i < len(cells) and _is_set(cells[i]) for i in self._paid_days)
            moves = 0 if paid else counts  # what was paid may be off the balance already
            for running in (self.running, self._running_through_sums):
                running.add(cells, name or self._headings.now, counts=moves)
        if 0 <= self._currency < len(cells):
            self._count_currency(cells[self._currency].strip(), figures[0] or 0)

    def finish(self) -> Shape:
        """The shape of the file."""
        sums = self._sums
        runs = self.running.runs() or (
            sums.sum_rows.count > 0 and self._running_through_sums.runs()
        )
        sums.finish(running=runs)
        lie = sums.lie()
        if sums.doubtful_sums() and "sum_rows" in self._answers:
            lie = sums.likelier() if self._answers["sum_rows"] == "sums" else ""
        headings = self._sum_headings if lie == ABOVE else self._headings
        self.over_jobs = self._answered_jobs()
        heads = headings.head_rows() or bool(self.over_jobs)
        into_name = self._name_at >= 0 and not self.over_jobs
        self._lone_name = sums.doubtful_customer()
        customers = sums.customers()
        if self._lone_name and self._answers.get("named_total") == "customer":
            customers = (self._lone_name[0],)
        return Shape(
            heading_at=(self._name_at if into_name else self._width) if heads else -1,
            names_at=self._names_at,
            running=self._owed if runs else -1,
            sums=lie,
            figures=bool(sums.figures_placed and not sums.figures_off),
            merged=not heads and self._merged(),
            customers=tuple(sorted(customers)),
        )

    def start_of(self, start: Start, shape: Shape) -> tuple[str, tuple[str, ...]]:
        """The heading and the row above that are in force where a range starts."""
        if shape.heading_at < 0:
            return "", start.above if shape.merged else ()
        return (start.sum_heading if shape.sums == ABOVE else start.heading), start.head

    def questions(self) -> list[ImportQuestion]:
        """What only a person can say of the shape."""
        sums, answers = self._sums, self._answers
        out: list[ImportQuestion] = []
        if sums.doubtful_sums() and answers.get("sum_rows") not in ("sums", "debts"):
            out.append(_sum_rows_question(sums))
        if self._asks_for_headings and answers.get("headings") not in ("customers", "places"):
            out.append(_HEADINGS_QUESTION)
        if self._is_balanced and answers.get("journal") not in ("as_it_stands", "stop"):
            out.append(_JOURNAL_QUESTION)
        if self._second and answers.get("second_table") not in ("first", "stop"):
            out.append(_second_table_question(*self._second))
        if self._section and answers.get("section") not in ("above", "both", "debts", "stop"):
            out.append(_section_question(*self._section))
        if self._lone_name and answers.get("named_total") not in ("total", "customer"):
            out.append(_named_total_question(*self._lone_name))
        off = self._disagreeing()
        if off and not sums.unread and not answers.get("totals"):
            out.append(_totals_question(off, self._added(off[0])))
        return out

    def mapped(self, columns: Sequence[ColumnMap], shape: Shape) -> tuple[ColumnMap, ...]:
        """The columns as they mean in a file of this shape."""
        if shape.running >= 0:
            columns = as_movements(columns)
        if not self.over_jobs:
            return tuple(columns)
        job = "the heading above names who owes"
        return tuple(
            replace(c, field="job", why=job) if c.index == self._name_at else c for c in columns
        )

    def ends(self, line: int, cells: list[str]) -> bool:
        """Whether the header of another table stands here, or the first row below a heading that
        says it is owed no more, so that this one has ended."""
        if self._settled and self._section is None:
            above = bool(self._named_rows + self._orphans)
            self._section = (line, self._settled, above)
            return above and self._answers.get("section") != "both"
        if not begins_table(cells):
            return False
        self._second = (line, tuple(cells))
        return True

    def refuse_stopped(self) -> None:
        """Raises `FileRefused` where a person said that the file lacks rows."""
        if self._disagreeing() and self._answers.get("totals") == "stop":
            raise FileRefused("totals_differ", "the rows do not add up to the file's own total")
        if self._is_balanced and self._answers.get("journal") == "stop":
            raise FileRefused("journal", "the file holds all legs of a journal")
        if self._section and self._answers.get("section") == "stop":
            raise FileRefused("section", "the file holds what is not owed: export it by itself")
        if self._second and self._answers.get("second_table") == "stop":
            raise FileRefused("second_table", "the file holds two tables: export each by itself")

    def _answered_jobs(self) -> bool:
        """Whether the names in rows are jobs of whoever the heading above names."""
        below = self._headings
        may_be = (
            below.named and not below.head_rows() and self._sums.of_headings
            and not self._has_details
        )  # fmt: skip
        jobs = below.over_jobs() if may_be else False
        self._asks_for_headings = jobs is None
        if jobs is None:
            return self._answers.get("headings") == "customers"
        return jobs

    def _merged(self) -> bool:
        """Whether rows without a consumer are of the one above: sums say so, or no consumer is
        ever written twice and many rows follow each other without one."""
        if not self._orphans or not self._named_rows:
            return False
        many = self._orphans * 10 >= 3 * (self._orphans + self._named_rows)
        return self._sums.orphans_summed or (many and not self._repeats and self._runs >= 2)

    def _counts(self, cells: list[str]) -> int:
        """How a row counts in a total of open debts: 1, -1 for a credit, 0 for what is not owed."""
        size = len(cells)
        standing = tuple([cells[i] for i in self._standings if i < size])
        counts = self._by_standing.get(standing)
        if counts is None:
            states = {s for w in standing for s in (statuses.type_of(w), statuses.status_of(w))}
            settled = any(i < size and statuses.yes_no(cells[i]) for i in self._paid_flags)
            settled = settled or any(i < size and _is_set(cells[i]) for i in self._marked_off)
            counts = 0 if settled or states & {PAID, VOID, DRAFT} else 1
            if counts and states & {CREDIT, statuses.PAYMENT}:
                counts = -1
            if len(self._by_standing) < _MOST_STANDINGS:
                self._by_standing[standing] = counts
        return counts

    def _count_currency(self, currency: str, owed: int) -> None:
        """Adds what a row owes to what is owed in its currency."""
        by_currency = self._by_currency
        if currency in by_currency or (currency and len(by_currency) < _MOST_CURRENCIES):
            by_currency[currency] = by_currency.get(currency, 0) + owed

    def _disagreeing(self) -> list[Unplaced]:
        """The totals that no rows add up to. In a file of several currencies a total may be that
        of one of them; one that names its currency was exchanged, and nothing here says at what
        rate."""
        off = self._sums.disagreeing()
        if len(self._by_currency) < 2:
            return off
        each = set(self._by_currency.values())
        return [u for u in off if u.value not in each and not self._names_currency(u.cells)]

    def _names_currency(self, cells: Sequence[str]) -> bool:
        return self._currency < len(cells) and cells[self._currency].strip() in self._by_currency

    def _added(self, total: Unplaced) -> str:
        """What the rows add up to, as a person reads it."""
        if total.of:
            return "something else"
        if len(self._by_currency) < 2:
            return _money(self._sums.rows_total)
        return " and ".join(f"{_money(v)} {c}" for c, v in self._by_currency.items())

    def _weigh(self, cells: list[str]) -> None:
        """Adds the two sides of a posting to those of the file."""
        self._debits += self._value(cells, self._sides[0]) or 0
        self._credits += self._value(cells, self._sides[1]) or 0

    @property
    def _is_balanced(self) -> bool:
        """True where debits and credits of a file come to the same: all legs stand in it."""
        rows = self._named_rows + self._orphans
        return bool(self._debits) and self._debits == self._credits and rows >= _FEWEST_LEGS

    def _figures(self, cells: list[str]) -> Figures:
        debit, credit = self._sides
        if self._owed < 0 and (debit >= 0 or credit >= 0):
            two = self._value(cells, debit), self._value(cells, credit)
            return (None if two == (None, None) else (two[0] or 0) - (two[1] or 0)), None
        owed = self._value(cells, self._owed)
        if owed is None and self._buckets:
            aged = [self._value(cells, i) for i in self._buckets]
            owed = sum(v or 0 for v in aged) if any(v is not None for v in aged) else None
        return owed, self._moved(cells) if self._moves else None

    def _moved(self, cells: list[str]) -> int | None:
        """What a row was billed less what it says was paid: what it moves where balances run on."""
        moves = [(sign, self._value(cells, i)) for sign, i in self._moves]
        if all(value is None for _, value in moves):
            return None
        return sum(sign * abs(v) if sign < 0 else v for sign, v in moves if v is not None)

    def _value(self, cells: list[str], index: int) -> int | None:
        if index < 0 or index >= len(cells):
            return None
        text = cells[index]
        mark = self._marks.get(index, EITHER)
        if mark == DOT == text[-3:-2]:
            digits = text.replace(",", "").replace(".", "").lstrip("$")
            if digits.isdigit():
                return int(digits) * _TEN_THOUSAND
        return scaled_value(text, mark)


def _is_set(text: str) -> bool:
    """Whether a mark is set: a yes, a day, a name."""
    return not is_blank(text) and statuses.yes_no(text) is not False


def _first(by: Mapping[str, Sequence[int]], names: Sequence[str]) -> int:
    return next((by[n][0] for n in names if n in by), -1)


def _mark(values: Sequence[str]) -> str:
    """The decimal mark of a column by its first cells."""
    marks = {evidence(v.strip()) for v in values if v}
    return next(iter(marks & {DOT, COMMA})) if len(marks & {DOT, COMMA}) == 1 else EITHER


def _money(millionths: int) -> str:
    return f"{millionths / 1_000_000:,.2f}"


def _totals_question(off: Sequence[Unplaced], added: str) -> ImportQuestion:
    first = off[0]
    whose = f' of "{first.of}"' if first.of else ""
    return ImportQuestion(
        kind="totals",
        lasting=False,
        column=None,
        choices=("rows", "stop"),
        why=f"the total{whose} in line {first.line} says {_money(first.value)}, and the rows add"
        f" up to {added}",
        rows=tuple((u.line, u.cells) for u in off[:_QUESTION_ROWS]),
    )


def _sum_rows_question(sums: Sums) -> ImportQuestion:
    rows = sums.sum_rows
    fit = max(rows.above, rows.below)
    return ImportQuestion(
        kind="sum_rows",
        lasting=False,
        column=None,
        choices=("sums", "debts"),
        why=f"{rows.count} rows have a name and an amount but no number and no day, and {fit} of"
        " them add up the rows beside them",
        rows=tuple((rows.off or rows.first)[:_QUESTION_ROWS]),
    )


def _second_table_question(line: int, cells: tuple[str, ...]) -> ImportQuestion:
    return ImportQuestion(
        kind="second_table",
        lasting=False,
        column=None,
        choices=("first", "stop"),
        why=f"a second table begins in line {line}, and only one can be read from a file",
        rows=((line, cells),),
    )


def _section_question(line: int, heading: str, above: bool) -> ImportQuestion:
    return ImportQuestion(
        kind="section",
        lasting=False,
        column=None,
        choices=("above", "both", "stop") if above else ("debts", "stop"),
        why=f'the rows from line {line} on stand under "{heading}"',
    )


def _named_total_question(line: int, value: int) -> ImportQuestion:
    return ImportQuestion(
        kind="named_total",
        lasting=False,
        column=None,
        choices=("total", "customer"),
        why=f"line {line} begins like a total, and says {_money(value)} as the row above it does",
    )


_JOURNAL_QUESTION = ImportQuestion(
    kind="journal",
    column=None,
    choices=("as_it_stands", "stop"),
    why="debits and credits come to the same, as where a journal tells of each document the"
    " customer's leg and the others too, and no column says which is which",
)
_HEADINGS_QUESTION = ImportQuestion(
    kind="headings",
    column=None,
    choices=("customers", "places"),
    why="rows with names stand under headings with names: who of them owes?",
)
