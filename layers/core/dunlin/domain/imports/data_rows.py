"""The data rows of one range of a file: what is no row of a debt is left out here."""

from __future__ import annotations

from collections.abc import Iterator

from dunlin.domain.imports import fields
from dunlin.domain.imports.columns import LONG
from dunlin.domain.imports.guard import REASON_COLUMN, unguarded
from dunlin.domain.imports.head import TOTAL_WORD, is_total_row
from dunlin.domain.imports.records import ByteStream, Decoder, Rows, lines_of
from dunlin.domain.imports.types import FileProfile, Range, Row


def read_range(stream: ByteStream, profile: FileProfile, part: Range) -> Iterator[Row]:
    """The data rows of one range; `stream` starts at the range's first byte and may go on.

    Blank rows, titles, repeated headers, totals and notes are left out. In a report that groups
    rows under a heading, the heading becomes one more last cell.
    """
    data = _exactly(stream, part.end - part.start)
    if profile.encoding.startswith("utf"):
        # A line that is no UTF-8 is read as what it most likely is.
        text = Decoder(bom=False).text(data)
    else:
        text = data.decode(profile.encoding, "replace")
    lines = lines_of(text)
    del data
    header = list(profile.headers)
    width = len(header)
    money = {c.index for c in profile.mapping if c.field in fields.MONEY}
    before = profile.header_row or 0
    last = profile.last_line or 0
    group = part.group
    returned = REASON_COLUMN in header
    for line, row in Rows(profile.delimiter, part.line).read(lines):
        cells = row
        if not (len(cells) > 2 and cells[0] and cells[1]):
            heading = _heading(cells, width, grouped=profile.grouped)
            if heading is not None:
                group = heading or group
                continue
        if line <= before or line > last or is_total_row(cells, money):
            continue
        if cells[0] == header[0] and _same(cells, header):
            continue
        if returned:
            cells = [unguarded(c) for c in cells]
        if profile.grouped:
            cells = [*cells[:width], *[""] * (width - len(cells)), group]
        yield Row(line, cells)


def _heading(cells: list[str], width: int, *, grouped: bool) -> str | None:
    """What a nearly empty record says: the heading of the rows below it, "" for a title, a note
    or a blank line; None where it is a row of data all the same."""
    filled = [i for i, c in enumerate(cells) if c and not c.isspace()]
    if not filled:
        return ""
    if len(filled) > 1 or width <= 2:
        return None
    first = filled[0]
    if grouped:
        text = cells[first].strip()
        return text[:LONG] if first <= 1 and not TOTAL_WORD.match(text) else ""
    return "" if len(cells) == 1 or (width >= 5 and first == 0) else None


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


def _same(cells: list[str], header: list[str]) -> bool:
    return [c.strip() for c in cells if c.strip()] == [h for h in header if h]
