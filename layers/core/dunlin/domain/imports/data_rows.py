"""The data rows of one range of a file: what is no row of a debt is left out here."""

from __future__ import annotations

from collections.abc import Iterator

from dunlin.domain.imports.columns import LONG
from dunlin.domain.imports.guard import REASON_COLUMN, unguarded
from dunlin.domain.imports.headings import heading_of
from dunlin.domain.imports.records import ByteStream, Decoder, Rows, lines_of
from dunlin.domain.imports.row_kinds import FIGURES, LONE, ROW, SUM, TOTAL, RowKinds
from dunlin.domain.imports.running import is_opening
from dunlin.domain.imports.sums import ABOVE
from dunlin.domain.imports.types import FileProfile, Range, Row


def read_range(stream: ByteStream, profile: FileProfile, part: Range) -> Iterator[Row]:
    """The data rows of one range; `stream` starts at the range's first byte and may go on.

    Blank rows, titles, repeated headers, totals and notes are left out. In a report that groups
    rows under a heading, the heading names the consumer of each row below it: in the column of
    names, or as one more last cell.
    """
    data = _exactly(stream, part.end - part.start)
    if profile.encoding.startswith("utf"):
        # A line that is no UTF-8 is read as what it most likely is.
        text = Decoder(bom=False).text(data)
    else:
        text = data.decode(profile.encoding, "replace")
    lines = lines_of(text)
    del data
    rows = _Following(profile, part)
    before = profile.header_row or 0
    last = profile.last_line or 0
    returned = REASON_COLUMN in profile.headers
    kind_of = rows.kinds.kind
    plain = rows.plain
    for line, cells in Rows(profile.delimiter, part.line).read(lines):
        if line <= before or line > last:
            continue
        kind = kind_of(cells)
        if kind != ROW and rows.leaves_out(kind, line, cells):
            continue
        whole = [unguarded(c) for c in cells] if returned else cells
        yield Row(line, whole if plain else rows.completed(whole))


class _Following:
    """Follows the headings and sums of a range, and gives each row what they say of it."""

    def __init__(self, profile: FileProfile, part: Range) -> None:
        self._shape = shape = profile.shape
        self._width = len(profile.headers)
        self.kinds = RowKinds(profile.headers, profile.mapping, shape.names_at)
        self._customers = frozenset(shape.customers)
        self._group = part.group
        self._above = list(part.above)
        self._head = self._above
        self._owing = ""
        by = {c.field: c.index for c in profile.mapping}
        self._moves = [by[f] for f in ("debit", "credit", "amount", "line_amount") if f in by]
        self.plain = shape.heading_at < 0 and not shape.merged and shape.running < 0
        """True where each row says all by itself."""

    def leaves_out(self, kind: int, line: int, cells: list[str]) -> bool:
        """Whether a record that is no plain row is no debt."""
        if kind == SUM:
            return self._is_sum(cells)
        if kind == TOTAL:
            return line not in self._customers
        if kind == FIGURES:
            return self._shape.figures
        if kind == LONE and self._shape.heading_at >= 0:
            group = heading_of(cells, self._group)
            if group != self._group:
                self._group, self._head = group, []
        elif kind == LONE:
            return len(cells) == 1 or (self._width >= 5 and bool(cells[0].strip()))
        return True

    def _is_sum(self, cells: list[str]) -> bool:
        figures = any(i < len(cells) and cells[i].strip() for i in self.kinds.money)
        heads = not figures or self._shape.sums == ABOVE
        if heads and self._shape.heading_at >= 0:
            self._group = self.kinds.named(cells)[:LONG] or self._group
            self._head = cells
            return True
        return bool(self._shape.sums and figures)

    def completed(self, cells: list[str]) -> list[str]:
        """A row with the name that its heading or the row above says."""
        shape = self._shape
        if shape.running >= 0:
            self._open(cells, shape.running)
        if shape.heading_at >= self._width:
            width = self._width
            return [*cells[:width], *[""] * (width - len(cells)), self._group]
        if shape.heading_at >= 0 and not self.kinds.named(cells):
            cells += [""] * (self._width - len(cells))
            for index in self.kinds.contact:
                if index < len(self._head) and not cells[index].strip():
                    cells[index] = self._head[index]
            cells[shape.heading_at] = self._group
        if shape.merged:
            self._share(cells)
        return cells

    def _share(self, cells: list[str]) -> None:
        at = [i for i in self.kinds.contact if i < len(cells)]
        if any(cells[i].strip() for i in at):
            self._above = cells
            return
        for index in at:
            if index < len(self._above):
                cells[index] = self._above[index]

    def _open(self, cells: list[str], balance: int) -> None:
        """What was owed before the first movement moves too."""
        who = self._group or self.kinds.named(cells)
        first, self._owing = who != self._owing, who
        moved = any(i < len(cells) and cells[i].strip() for i in self._moves)
        if first and not moved and balance < len(cells) and is_opening(cells):
            cells[self._moves[0]] = cells[balance]


def _exactly(stream: ByteStream, size: int) -> bytes:
    """The next `size` bytes; a range is a few megabytes."""
    parts = []
    while size > 0:
        data = stream.read(size)
        if not data:
            break
        parts.append(data)
        size -= len(data)
    return b"".join(parts)
