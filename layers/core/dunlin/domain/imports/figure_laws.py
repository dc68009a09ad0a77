"""Sums that the rows of a file keep: bill less paid is the balance, net and tax are the gross.

Which columns belong together is seen in a few rows of the file's beginning, by what their figures
add up to or by what their names say; then all rows are counted. A law that nearly all rows keep is
the file's own, and a row that breaks it has a figure that is wrong. Counts alone are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, product

from dunlin.domain.imports.content import Content
from dunlin.domain.imports.figure_counts import hundredths
from dunlin.domain.imports.figures import MoneyPart, part_of, words_in
from dunlin.domain.imports.header_names import figures as names
from dunlin.domain.imports.types import ColumnMap, FigureLaw, ImportQuestion

HOLD, AS_IT_STANDS = "hold", "as_it_stands"
ROW_SUMS = "row_sums"

_SAMPLE = 24
_MOST_COLUMNS = 8
_MOST_LAWS = 6
_SHOWN = 3
_ONE = 100
"""1.00 in hundredths, as figures are counted here."""

SignedColumns = tuple[tuple[int, int], ...]
Hundredths = Mapping[int, int | None]


@dataclass(slots=True)
class LawCount:
    """How the rows of open debts keep a law: `holds` that do, `breaks` that do not, `shown` a few
    figures of rows in which more than two columns say something. `by_name` is True where the names
    of the columns say the law, `plainly` where they leave no other reading."""

    law: FigureLaw
    by_name: bool = False
    plainly: bool = False
    holds: int = 0
    breaks: int = 0
    shown: set[int] = field(default_factory=set)
    broken: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        """True where so many rows keep it that one which does not is wrong."""
        if self.by_name:
            return self.holds > 1 and 2 * self.breaks <= self.holds
        return len(self.shown) >= _SHOWN and 5 * self.breaks <= self.holds

    @property
    def is_doubtful(self) -> bool:
        """True where the names say it plainly, and many rows do not keep it."""
        return self.plainly and not self.is_kept and self.breaks > 1


class LawCounts:
    """Takes the rows of a file one by one; `marks` are the decimal marks by column."""

    def __init__(
        self,
        headers: Sequence[str],
        contents: Sequence[Content],
        columns: Sequence[ColumnMap],
        samples: Sequence[Sequence[str]],
        marks: Mapping[int, str],
    ) -> None:
        self._marks = marks
        self._keys = {c.index: c.key for c in columns}
        self._owed = _owed_at(columns)
        figures = [i for i in _figure_columns(contents, columns) if i in marks]
        self._figures = figures
        self.counts: list[LawCount] = []
        if self._owed in figures and len(figures) > 2:
            rows = _telling(samples, figures, marks, self._owed)
            known = list(_by_names(headers, columns, figures, rows))
            named = [set(count.law.columns) for count in known]
            laws = _by_sums(rows, figures, self._owed)
            seen = (LawCount(law) for law in laws if set(law.columns) not in named)
            self.counts = [*known, *islice(seen, _MOST_LAWS)]
        self._counted = {at for count in self.counts for at in count.law.columns} - {self._owed}

    @property
    def asked(self) -> bool:
        """True where the rows are to be counted."""
        return bool(self.counts)

    def row(self, line: int, cells: Sequence[str]) -> None:
        """Counts one row."""
        size = len(cells)
        marks = self._marks
        text = cells[self._owed] if self._owed < size else ""
        owed = hundredths(text, marks[self._owed])
        if owed is None or owed <= 0:
            return
        values: dict[int, int | None] = {self._owed: owed}
        for at in self._counted:
            values[at] = hundredths(cells[at], marks[at]) if at < size and cells[at] else None
        for count in self.counts:
            off = off_by(count.law, values)
            if off is None:
                continue
            if not off:
                count.holds += 1
                if len(count.shown) < _SHOWN and _says(count.law, values):
                    count.shown.add(owed)
            elif not is_explained(off, count.law, cells, marks):
                count.breaks += 1
                if len(count.broken) < _SHOWN:
                    count.broken.append((line, tuple(cells)))

    def taken_off(self) -> frozenset[tuple[int, int]]:
        """What the figures show to be taken off already, as (what is left, what was taken off)."""
        kept = (c.law for c in self.counts if c.is_kept and not c.by_name)
        return frozenset((law.whole, at) for law in kept for at in law.less)

    def settled(
        self, answers: Mapping[str, str], owed: int
    ) -> tuple[tuple[FigureLaw, ...], tuple[ImportQuestion, ...]]:
        """The laws of the file, and what is asked where names say one that many rows break. `owed`
        is the column that is owed after all: of another the names say nothing."""
        counts = [c for c in self.counts if c.law.owed == owed or not c.by_name]
        laws = [c.law for c in counts if c.breaks and c.is_kept]
        doubtful = next((c for c in counts if c.is_doubtful), None)
        if doubtful is None:
            return tuple(laws), ()
        answer = answers.get(ROW_SUMS)
        if answer == HOLD:
            laws.append(doubtful.law)
        if answer in (HOLD, AS_IT_STANDS):
            return tuple(laws), ()
        why = (
            f"in {doubtful.breaks:,} of {doubtful.breaks + doubtful.holds:,} rows"
            f" {self._in_words(doubtful.law)}"
        )
        question = ImportQuestion(
            kind=ROW_SUMS, column=None, choices=(AS_IT_STANDS, HOLD), why=why,
            rows=tuple(doubtful.broken),
        )  # fmt: skip
        return tuple(laws), (question,)

    def _in_words(self, law: FigureLaw) -> str:
        """`"Balance" is not "Total" less "Paid"`."""
        plus = " and ".join(f'"{self._keys[at]}"' for at in law.plus)
        less = "".join(f' less "{self._keys[at]}"' for at in law.less)
        return f'"{self._keys[law.whole]}" is not {plus}{less}'


def off_by(law: FigureLaw, values: Hundredths) -> int | None:
    """How far the first figure of a law is from what the others make, 0 where it keeps the law;
    None where the row says nothing: where it, or all that it comes of, is missing."""
    figure = values[law.whole]
    if figure is None:
        return None
    right, given = 0, False
    if law.is_product:
        first, second = values[law.plus[0]], values[law.plus[1]]
        if first is not None and second is not None:
            right, given = round(first * second / _ONE), True
    else:
        for at in law.plus:
            value = values[at]
            if value is not None:
                right, given = right + value, True
        for at in law.less:
            right -= abs(values[at] or 0)
    off = figure - right
    return None if not given else 0 if -1 <= off <= 1 else off


def is_explained(off: int, law: FigureLaw, cells: Sequence[str], marks: Mapping[int, str]) -> bool:
    """True where a figure beside those of the law, and none of them, is just what it is off by: a
    fee, a discount."""

    def is_off(at: int) -> bool:
        figure = hundredths(cells[at], marks.get(at, "")) if at < len(cells) else None
        return figure is not None and abs(figure) == abs(off)

    return not any(map(is_off, law.columns)) and any(map(is_off, law.beside))


def keeps(laws: Sequence[FigureLaw], cells: Sequence[str], marks: Mapping[int, str]) -> bool:
    """False where a row breaks one of the laws of its file."""
    values: dict[int, int | None] = {}
    for law in laws:
        for at in law.columns:
            if at not in values:
                values[at] = hundredths(cells[at], marks.get(at, ""))
        off = off_by(law, values)
        if off and not is_explained(off, law, cells, marks):
            owed = hundredths(cells[law.owed], marks.get(law.owed, ""))
            if owed is not None and owed > 0:
                return False
    return True


def _says(law: FigureLaw, values: Hundredths) -> bool:
    """Whether a row that keeps a law shows it: more than two of its figures say something."""
    if law.is_product:
        return all(values[at] not in (None, 0, _ONE) for at in law.plus)
    return sum(bool(values[at]) for at in law.columns) > 2


def _owed_at(columns: Sequence[ColumnMap]) -> int:
    by = {c.field: c.index for c in reversed(columns)}
    return next((by[f] for f in ("balance", "amount", "line_amount") if f in by), -1)


def _figure_columns(contents: Sequence[Content], columns: Sequence[ColumnMap]) -> list[int]:
    """The columns of figures: of money, hours, quantities; no days and no numbers of a debt."""
    out = []
    for column in columns:
        content = contents[column.index]
        if column.field in _NO_FIGURES or content.share("date") > 0.2:
            continue
        if content.share("money") >= 0.8 and content.share("marked_phone") < 0.2:
            out.append(column.index)
    return out


_NO_FIGURES = frozenset(
    """account_reference invoice_number consumer_reference zip phone for_phone unit claim
    load_number due_date issue_date days_overdue row_number""".split()
)


def _law(
    whole: int,
    plus: Sequence[int],
    less: Sequence[int],
    figures: Sequence[int],
    owed: int,
    *,
    is_product: bool = False,
) -> FigureLaw:
    beside = tuple(i for i in figures if i not in (whole, *plus, *less))
    return FigureLaw(
        whole=whole, plus=tuple(plus), less=tuple(less), owed=owed, beside=beside,
        is_product=is_product,
    )  # fmt: skip


def _by_names(
    headers: Sequence[str],
    columns: Sequence[ColumnMap],
    figures: Sequence[int],
    rows: Sequence[Mapping[int, int]],
) -> Iterator[LawCount]:
    """The laws that the names of the columns say. A bill of another name is known by its figures:
    what is owed and what was taken off, in most rows."""
    by: dict[str, list[int]] = {}
    for column in columns:
        if column.index in figures:
            by.setdefault(column.field, []).append(column.index)
    owed = next(iter(by.get("balance", ())), -1)
    if owed < 0:
        return
    parts = {i: part_of(headers[i], c.field) for c in columns if (i := c.index) in figures}
    paid = [*by.get("paid", ()), *by.get("credited", ())]
    paid = paid or [i for i in figures if parts[i] is MoneyPart.PAID or _is_taken_off(headers[i])]
    billed = by.get("amount") or [i for i in figures if parts[i] is MoneyPart.BILLED]
    billed = billed or [
        i for i in figures if i not in (owed, *paid) and _is_billed(i, owed, paid, rows)
    ]  # fmt: skip
    for plus, less in ((billed, paid), (by.get("debit"), by.get("credit"))):
        if plus and less:
            off = [i for i in less if i != owed]
            plainly = {"amount", "paid"} <= by.keys() and plus is billed
            law = _law(owed, plus[:1], off, figures, owed)
            yield LawCount(law, by_name=True, plainly=plainly)
    buckets = by.get("bucket", ())
    if len(buckets) > 1:
        yield LawCount(_law(owed, buckets, (), figures, owed), by_name=True)


def _is_taken_off(header: str) -> bool:
    have = words_in(header)
    return bool(have & _TAKEN_OFF) and not have & names.NOT_OWED


_TAKEN_OFF = names.PAID | {"advance", "advances", "adelanto", "adelantos", "acompte", "acomptes"}
"""Words of a figure that is taken off a bill."""


def _is_billed(at: int, owed: int, paid: Sequence[int], rows: Sequence[Mapping[int, int]]) -> bool:
    fits = sum(row[at] - sum(abs(row[i]) for i in paid) == row[owed] for row in rows)
    return fits * 2 > len(rows)


def _telling(
    samples: Sequence[Sequence[str]], figures: Sequence[int], marks: Mapping[int, str], owed: int
) -> list[dict[int, int]]:
    """The rows of the file's beginning in which most columns have a figure."""
    rows = []
    for number in range(min(len(samples[owed]), 400)):
        cells = {i: samples[i][number] if number < len(samples[i]) else "" for i in figures}
        values = {i: hundredths(cell, marks[i]) or 0 for i, cell in cells.items()}
        if values[owed] > 0:
            rows.append(values)
    rows.sort(key=lambda r: -sum(map(bool, r.values())))
    return rows[:_SAMPLE]


def _by_sums(
    rows: Sequence[Mapping[int, int]], figures: Sequence[int], owed: int
) -> Iterator[FigureLaw]:
    """The laws that the figures of a few rows show: sums first, those with fewest columns first."""
    if len(rows) < _SHOWN:
        return
    filled = [i for i in figures if sum(bool(r[i]) for r in rows) > 1]
    filled.sort(key=lambda i: (i != owed, -sum(bool(r[i]) for r in rows)))
    filled = sorted(filled[:_MOST_COLUMNS])
    if owed not in filled:
        return
    allowed = len(rows) // 4
    empty: list[set[tuple[int, int]]] = []
    """Sums that are nought with fewer columns: what holds them says nothing more."""
    linked = {owed}
    for size in range(2, len(filled) + 1):
        for picked in combinations(filled, size):
            for signs in product((1, -1), repeat=size - 1):
                terms = tuple(zip(picked, (1, *signs), strict=True))
                turned = {(at, -sign) for at, sign in terms}
                if any(e <= set(terms) or e <= turned for e in empty):
                    continue
                if not _vanishes(terms, rows, allowed):
                    continue
                empty.append(set(terms))
                if size > 2 and linked & set(picked):
                    linked |= set(picked)
                    yield _led(terms, figures, owed)
    for target in filled:
        for pair in combinations([i for i in filled if i != target], 2):
            if target in linked and _multiplies(target, pair, rows, allowed):
                yield _law(target, pair, (), figures, owed, is_product=True)


def _led(terms: SignedColumns, figures: Sequence[int], owed: int) -> FigureLaw:
    """The law of terms that add up to nought. What is owed is what the others make; without it,
    the figure that stands against all others."""
    signs = dict(terms)
    lone = (at for at, sign in terms if [*signs.values()].count(sign) == 1)
    whole = owed if owed in signs else next(lone, terms[0][0])
    plus = [at for at, sign in terms if sign != signs[whole]]
    less = [at for at, sign in terms if sign == signs[whole] and at != whole]
    return _law(whole, plus, less, figures, owed)


def _vanishes(terms: SignedColumns, rows: Sequence[Mapping[int, int]], allowed: int) -> bool:
    """Whether the terms add up to nought in nearly all rows."""
    off = 0
    for row in rows:
        if not -1 <= sum(sign * row[at] for at, sign in terms) <= 1:
            off += 1
            if off > allowed:
                return False
    return True


def _multiplies(
    target: int, pair: tuple[int, ...], rows: Sequence[Mapping[int, int]], allowed: int
) -> bool:
    off = shown = 0
    for row in rows:
        first, second = row[pair[0]], row[pair[1]]
        right = round(first * second / _ONE)
        if not -1 <= row[target] - right <= 1:
            off += 1
            if off > allowed:
                return False
        else:
            shown += first not in (0, _ONE) and second not in (0, _ONE)
    return shown >= _SHOWN
