"""A file's own sums held beside its rows: which rows are totals, and whether they agree.

Everything is counted while the rows pass: sums as written, never rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from dunlin.domain.imports.row_kinds import Label, plain

ABOVE, BELOW = "above", "below"
_MOST = 200
_MOST_TRIED = 10
_MOST_OPEN = 5
_CENT = 10_000
"""A cent in millionths, as figures are counted here: a sum may be off by its rounding."""

Figures = tuple[int | None, int | None]
"""What a row says is owed, and what it says was billed, as written."""


@dataclass(slots=True)
class Unplaced:
    """A total that nothing above it adds up to: so far, for it may stand before its rows."""

    line: int
    cells: tuple[str, ...]
    of: str
    known: bool
    value: int
    before: int
    billed: bool


@dataclass(slots=True)
class SumRows:
    """Rows with a name and a sum, but no number and no day: how often they were the sum of the
    rows above, or of those below."""

    count: int = 0
    above: int = 0
    below: int = 0
    total: int = 0
    over_several: int = 0
    counted: bool = False
    first: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    off: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)


class Sums:
    """Takes the records of a file one by one, and tells at the end what they were."""

    def __init__(self, who: Sequence[int]) -> None:
        self._who = who
        self._all = [0, 0]
        self._block = [0, 0]
        self._block_rows = 0
        self._blocks: list[tuple[int, int]] = []
        self._unplaced: list[Unplaced] = []
        self._over_all: list[Unplaced] = []
        self._named: list[tuple[int, int]] = []
        self._over_several = self._too_many = False
        self._lead: int | None = None
        self._heading = ""
        self._last: Sequence[str] = ()
        self._before: Sequence[str] = ()
        self._twice = self._open = self._open_block = 0
        self.sum_rows = SumRows()
        self.figures_off = self.figures_placed = 0
        self.placed = 0
        self.of_headings = 0
        self.unread = 0
        self.orphans_summed = False
        self._orphans = 0

    def row(
        self, cells: Sequence[str], value: Figures, *, named: bool, orphan: bool, counts: int
    ) -> None:
        """A row that is no total. By its standing it `counts` as it is written (1), taken off (-1)
        or not at all (0): a total may hold open debts alone."""
        if self._unplaced and named:
            self._resolve()
        if value[0] is None and value[1] is None:
            self.unread += 1
        owed, billed = value[0] or 0, value[1]
        self._all[0] += owed
        self._block[0] += owed
        if billed:
            self._all[1] += billed
            self._block[1] += billed
        self._block_rows += 1
        self._orphans += orphan
        open_part = -abs(owed) if counts < 0 else owed * counts
        self._open += open_part
        self._open_block += open_part
        if cells == self._before:
            self._twice += owed
        self._before = cells
        if named:
            self._last = cells

    def heading(self, text: str) -> None:
        """A heading over the rows that follow."""
        self._close()
        self._heading = text

    def total(self, line: int, cells: Sequence[str], value: Figures, label: Label) -> None:
        """A labelled total."""
        self._check_lead()
        known = self._is_known(label.of)
        if label.of and known and self._heading and self._matches(plain(self._heading), label.of):
            self.of_headings += 1
        if not label.compared or value == (None, None):
            return
        owed, billed = value
        figure = owed if owed is not None else billed or 0
        fits = self._sums_to(figure, 0 if owed is not None else 1)
        self._resolve()
        if fits or (owed is not None and self._holds_some(figure, all_rows=not label.of)):
            self.placed += 1
            self.orphans_summed |= bool(self._orphans and known)
            if label.of and not known and len(self._named) < _MOST:
                self._named.append((line, figure))
                self._over_several |= self._block_rows > 1
        elif len(self._unplaced) < _MOST:
            by_billed = owed is not None and billed is not None and self._sums_to(billed, 1)
            self._unplaced.append(
                Unplaced(line, tuple(cells), label.of, known, figure, self._all[0], by_billed)
            )
        else:
            self._too_many = True
        self._end_block(fits=fits)

    def over_all(self, line: int, cells: Sequence[str], figure: int) -> None:
        """A total of all rows that stands above the headings."""
        self._over_all.append(Unplaced(line, tuple(cells), "", False, figure, 0, False))

    def figures(self, value: Figures) -> None:
        """Figures without a word."""
        self._check_lead()
        if any(f is not None and self._sums_to(f, at) for at, f in enumerate(value)):
            self.figures_placed += 1
            self._end_block(fits=True)
        else:
            self.figures_off += 1

    def sum_row(self, line: int, cells: Sequence[str], value: Figures, name: str) -> None:
        """A name and figures, where other rows have a number and a day."""
        figure = value[0] if value[0] is not None else value[1]
        rows = self.sum_rows
        if figure is None:
            self.heading(name)
            return
        rows.count += 1
        if len(rows.first) < 3:
            rows.first.append((line, tuple(cells)))
        rows.total += figure
        own = not self._last or not name or bool(self._names(cells) & self._names(self._last))
        if own and self._block_rows and abs(figure - self._block[0]) <= _CENT:
            rows.below += 1
            rows.over_several += self._block_rows > 1
            self.orphans_summed |= bool(self._orphans)
        elif len(rows.off) < 3:
            rows.off.append((line, tuple(cells)))
        self._check_lead()
        self._lead = figure
        self._heading = name or self._heading
        self._end_block(fits=True)

    def finish(self, *, running: bool) -> None:
        """No more records follow. Where the balance runs on, totals are held beside what moved."""
        self._check_lead()
        self._resolve()
        for total in self._over_all:
            figure = total.value
            if abs(figure - self._all[1]) <= _CENT or self._sums_to(figure, 0):
                continue
            if not self._holds_some(figure, all_rows=True):
                self._unplaced.append(total)
        if running:
            self.placed += sum(u.billed for u in self._unplaced)
            self._unplaced = [u for u in self._unplaced if not u.billed]

    def lie(self) -> str:
        """Where rows with a name and a sum lie, `ABOVE` or `BELOW` the rows they add up; "" where
        they are debts."""
        rows = self.sum_rows
        if not rows.count or rows.counted:
            return ""
        fit = max(rows.below, rows.above)
        sure = fit >= 2 or rows.over_several or self.placed
        return self.likelier() if sure and fit * 2 > rows.count else ""

    def likelier(self) -> str:
        """Where such rows lie, where a person says that they are sums."""
        return BELOW if self.sum_rows.below >= self.sum_rows.above else ABOVE

    def doubtful_sums(self) -> bool:
        """True where rows with a name and a sum may be debts or sums: some fit, not all do, or a
        single one that repeats the row above it."""
        rows = self.sum_rows
        fit = max(rows.below, rows.above)
        return bool(fit) and not rows.counted and (fit < rows.count or not self.lie())

    def customers(self) -> tuple[int, ...]:
        """Lines that look like totals and are debts: the file's last sum holds them, or no sum
        says anything of them."""
        grand = [u for u in self._unplaced if not u.of]
        doubted = [(u.line, u.value) for u in self._unplaced if u.of and not u.known]
        every = [*doubted, *self._named]
        for total in grand:
            picked = _subset(every, total.value - self._all[0])
            if picked:
                self._unplaced = [
                    u for u in self._unplaced
                    if u is not total and u.line not in picked
                ]  # fmt: skip
                return picked
        if grand or self.placed > len(self._named) or self._too_many:
            return ()
        kept = tuple(line for line, _ in doubted)
        self._unplaced = [u for u in self._unplaced if u.line not in kept]
        return kept

    def doubtful_customer(self) -> tuple[int, int] | None:
        """Line and value of the only total of a file, where it names somebody unknown and says
        as much as the one row above it."""
        alone = self.placed == len(self._named) == 1 and not self._unplaced
        return self._named[0] if alone and not self._over_several else None

    def disagreeing(self) -> list[Unplaced]:
        """The totals that no rows add up to, once `customers` has been asked."""
        return self._unplaced

    @property
    def rows_total(self) -> int:
        """All rows added up, as written, in millionths."""
        return self._all[0]

    def _holds_some(self, figure: int, *, all_rows: bool) -> bool:
        """Whether a total holds the open debts alone, or rows that stand twice once, or the sums
        of customers too."""
        if not all_rows:
            return bool(self._block_rows) and abs(figure - self._open_block) <= _CENT
        some = self._open, self._all[0] - self._twice
        return any(abs(figure - s) <= _CENT for s in some) or self._holds_sum_rows(figure)

    def _holds_sum_rows(self, figure: int) -> bool:
        """Whether a total holds the rows without number and day too: then they are debts."""
        whole = self._all[0] + self.sum_rows.total
        holds = bool(self.sum_rows.count) and abs(figure - whole) <= _CENT
        self.sum_rows.counted |= holds
        return holds

    def _sums_to(self, figure: int, at: int) -> bool:
        if abs(figure - self._all[at]) <= _CENT or (
            self._block_rows and abs(figure - self._block[at]) <= _CENT
        ):
            return True
        held = self._block[at]
        for before in reversed(self._blocks[-_MOST:]):
            held += before[at]
            if abs(figure - held) <= _CENT:
                return True
        return False

    def _end_block(self, *, fits: bool) -> None:
        if self._block_rows:
            self._blocks = [*self._blocks[1 - _MOST :], (self._block[0], self._block[1])]
        if fits or self._block_rows:
            self._block, self._block_rows, self._orphans = [0, 0], 0, 0
            self._open_block = 0

    def _close(self) -> None:
        self._check_lead()
        self._end_block(fits=False)

    def _check_lead(self) -> None:
        """Whether the rows since the last name and sum add up to it."""
        if self._lead is not None and self._block_rows:
            self.sum_rows.above += abs(self._lead - self._block[0]) <= _CENT
        self._lead = None

    def _resolve(self) -> None:
        """A total that stands before its rows is one all the same."""
        for last in self._unplaced[-_MOST_OPEN:]:
            since = self._all[0] - last.before
            if since and abs(since - last.value) <= _CENT:
                self._unplaced.remove(last)
                self.placed += 1
                if last.of and not last.known:
                    self._named.append((last.line, last.value))

    def _is_known(self, of: str) -> bool:
        names = {plain(self._heading), *self._names(self._last)} - {""}
        return bool(of) and any(self._matches(n, of) for n in names)

    def _names(self, cells: Sequence[str]) -> set[str]:
        return {plain(cells[i]) for i in self._who if i < len(cells)} - {""}

    @staticmethod
    def _matches(name: str, of: str) -> bool:
        return name == of or name.endswith(of) or of.endswith(name)


def _subset(values: Sequence[tuple[int, int]], wanted: int) -> tuple[int, ...]:
    """The lines whose values add up to `wanted`: all of them, or the only few that do."""
    if not values or wanted <= 0:
        return ()
    if abs(sum(v for _, v in values) - wanted) <= _CENT:
        return tuple(line for line, _ in values)
    tried = values[:_MOST_TRIED]
    fits = [
        tuple(line for line, _ in some)
        for size in range(1, len(tried))
        for some in combinations(tried, size)
        if abs(sum(v for _, v in some) - wanted) <= _CENT
    ]
    return fits[0] if len(fits) == 1 else ()
