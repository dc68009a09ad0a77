"""What the status columns of a row say of its debt."""

from __future__ import annotations

from dunlin.domain.imports import statuses
from dunlin.domain.imports.columns import LONG, MEMORY, Columns
from dunlin.domain.imports.types import CREDIT, DRAFT, OPEN, PAID, PAYABLE, VOID, FileProfile


class RowStatus:
    """Reads the cells of status, kind of document and flags, and remembers their words."""

    def __init__(self, profile: FileProfile, columns: Columns) -> None:
        self._profile = profile
        self._columns = columns
        self._words: dict[tuple[str, str], str | None] = {}

    def status(self, cells: list[str]) -> tuple[str, str]:
        """(status, reason code): worst first, what forbids a touch wins over what allows it."""
        first = self._columns.first
        if "deleted" in first and self._flag(cells, "deleted"):
            return VOID, "deleted"
        index = first.get("document_type", -1)
        kind = self._word("type", cells[index]) if index >= 0 and cells[index] else None
        state, word = self._state(cells)
        if kind == PAYABLE or ("vendor" in first and self._profile.kind == "payables"):
            return PAYABLE, "payable"
        if "docstatus" in first and cells[first["docstatus"]].strip() in ("0", "2"):
            draft = cells[first["docstatus"]].strip() == "0"
            return (DRAFT, "draft") if draft else (VOID, "void")
        if state == VOID and kind != VOID and statuses.is_written_off(word):
            return (OPEN if self._profile.written_off else VOID), "written_off"
        for worst in (VOID, DRAFT):
            if worst in (state, kind):
                return worst, worst
        if "draft_flag" in first and self._flag(cells, "draft_flag"):
            return DRAFT, "draft"
        if kind == statuses.PAYMENT:
            return statuses.PAYMENT, "payment"
        if CREDIT in (kind, state):
            return (PAID, "paid") if state == PAID else (CREDIT, "credit")
        if state == PAID or ("paid_flag" in first and self._flag(cells, "paid_flag")):
            return PAID, "paid"
        return OPEN, "" if state or not word else "unknown_status"

    def _state(self, cells: list[str]) -> tuple[str | None, str]:
        """(status, word) of the status columns; of several the one that forbids most counts."""
        columns = self._columns.by.get("status", ())
        if len(columns) == 1:
            word = cells[columns[0]].strip()
            return (self._word("status", word), word) if word else (None, "")
        words = [w for w in (cells[i].strip() for i in columns) if w]
        if not words:
            return None, ""
        states = [self._word("status", w) for w in words]
        for worst in (VOID, DRAFT, CREDIT, PAID, OPEN):
            if worst in states:
                return worst, words[states.index(worst)]
        return None, words[0]

    def _flag(self, cells: list[str], field: str) -> bool:
        return any(statuses.yes_no(cells[i]) is True for i in self._columns.by.get(field, ()))

    def _word(self, kind: str, text: str) -> str | None:
        text = text[:LONG]
        key = (kind, text)
        if key in self._words:
            return self._words[key]
        if len(self._words) > MEMORY:
            self._words.clear()
        meaning = statuses.type_of(text) if kind == "type" else statuses.status_of(text)
        self._words[key] = meaning
        return meaning
