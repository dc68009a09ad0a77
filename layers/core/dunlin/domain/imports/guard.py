"""Cells that a spreadsheet would run as a formula, made harmless and read back.

After OWASP ASVS 1.2.10: a cell that begins with = + - @ or a control character gets an apostrophe
in front. A figure is no formula and stays.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

REASON_COLUMN = "dunlin_reason"
"""The column that `NAME.rejected.csv` adds; a file that has it comes back and is unguarded."""

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FIGURE = re.compile(r"[+-]?[\d.,' ]*\d[\d.,]*%?")
_WRAPPED = re.compile(r'(?<![^,;\t|\r\n])(?:="([^"\r\n]*)"|"=""([^"\r\n]*)""")(?![^,;\t|\r\n])')
_APOSTROPHE = re.compile(r"""(?<![^,;\t|\r\n"])'([#\w./-]*\d[\w./-]*)'?(?![^,;\t|\r\n"])""")
_BEFORE = frozenset(',;\t|"\n\r')


def guarded(cell: str) -> str:
    """The cell, safe to open in a spreadsheet. What already looks guarded is guarded again."""
    if cell.startswith(_RISKY) and not _FIGURE.fullmatch(cell):
        return "'" + cell
    if cell.startswith("'") and cell[1:].startswith((*_RISKY, "'")):
        return "'" + cell
    return cell


def unguarded(cell: str) -> str:
    """The cell as it was before `guarded`."""
    if cell.startswith("'") and cell[1:].startswith((*_RISKY, "'")):
        return cell[1:]
    return cell


def unwrapped(text: str) -> str:
    """A text without what keeps a spreadsheet from turning a number round: `="0012"`, `'0012`."""
    if '="' in text:
        text = _WRAPPED.sub(lambda m: f'"{m[1] if m[1] is not None else m[2]}"', text)
    return _APOSTROPHE.sub(r"\1", text) if _opens_with_apostrophe(text) else text


def _opens_with_apostrophe(text: str) -> bool:
    """Whether any cell begins with one; looked for by hand, for this runs over whole files."""
    at = text.find("'")
    while at > 0 and text[at - 1] not in _BEFORE:
        at = text.find("'", at + 1)
    return at >= 0


def csv_line(cells: Iterable[str]) -> str:
    """One guarded CSV record, ending in CRLF."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([guarded(c) for c in cells])
    return out.getvalue()


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A guarded CSV text."""
    return csv_line(header) + "".join(csv_line(row) for row in rows)
