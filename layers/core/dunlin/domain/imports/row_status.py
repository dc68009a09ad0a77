"""What the status columns of a row say of its debt."""

from __future__ import annotations

from dunlin.domain.imports import fields, statuses
from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.columns import LONG, MEMORY, Columns
from dunlin.domain.imports.paid_share import NONE, PART, WHOLE, share_paid
from dunlin.domain.imports.row_marks import SHOWN
from dunlin.domain.imports.status_codes import HOLD
from dunlin.domain.imports.statuses import StatusReading
from dunlin.domain.imports.types import CREDIT, DRAFT, OPEN, PAID, PAYABLE, VOID, FileProfile

_FIELDS = (
    "status",
    "document_type",
    "deleted",
    "docstatus",
    "draft_flag",
    "paid_flag",
    "open_flag",
    "paid_percent",
)
_RESTS = frozenset("balance paid credited bucket debit credit line_amount".split())
"""Fields beside which what is left of a bill is known."""
_OPEN_ITEMS = frozenset(
    fields.key_of(name)
    for name in """amount in local currency|amount in lc|amount loc curr|amount in doc curr
    |amount in document currency|amount in company code currency|betrag in hauswahrung|betr in hw
    |betrag in hw|betrag in belegwahrung|betr in bw|importe en ml|importe en moneda local
    |importe en md|montant en devise interne""".split("|")
)
"""Names of the amounts of SAP's lists of open items: they are what is left open."""
_SILENT = StatusReading(OPEN)


class RowStatus:
    """Reads the cells of status, kind of document and flags, and remembers their words."""

    def __init__(self, profile: FileProfile, columns: Columns) -> None:
        self._profile = profile
        self._columns = columns
        self._read = [i for field in _FIELDS for i in columns.by.get(field, ())]
        open_items = any(fields.key_of(key) in _OPEN_ITEMS for key in columns.keys.values())
        self._whole_bills = _RESTS.isdisjoint(columns.by) and not open_items
        self._told = dict(profile.status_codes)
        self._known: dict[tuple[str, ...], tuple[str, str, str]] = {}

    def status(self, cells: list[str]) -> tuple[str, str, str]:
        """(status, reason code, code of a hold or ""): worst first, what forbids a touch wins over
        what allows it."""
        key = tuple([cells[i] for i in self._read])
        known = self._known.get(key)
        if known is None:
            if len(self._known) > MEMORY:
                self._known.clear()
            known = self._known[key] = self._status(cells)
        return known

    def _status(self, cells: list[str]) -> tuple[str, str, str]:
        first = self._columns.first
        if "deleted" in first and self._flag(cells, "deleted"):
            return VOID, "deleted", ""
        kind = self._type(cells)
        reading = self._state(cells)
        if kind == PAYABLE or ("vendor" in first and self._profile.kind == "payables"):
            return PAYABLE, "payable", ""
        if "docstatus" in first and cells[first["docstatus"]].strip() in ("0", "2"):
            draft = cells[first["docstatus"]].strip() == "0"
            return (DRAFT, "draft", "") if draft else (VOID, "void", "")
        status, code = self._standing(cells, kind, reading)
        if status != OPEN:
            return status, code, ""
        at = first.get("paid_percent", -1)
        share = share_paid(cells[at]) if at >= 0 else NONE
        if share == WHOLE and self._whole_bills:
            return PAID, "paid", ""
        # Of a bill that was paid in part, and no figure that says what is left, nobody knows it.
        unsure = self._whole_bills and (reading.part_paid or share == PART)
        # What is left of one that is paid in full is a slip, in one column or the other.
        unsure = unsure or share == WHOLE
        return status, code, reading.hold or (SHOWN if unsure else "")

    def _standing(
        self, cells: list[str], kind: str | None, reading: StatusReading
    ) -> tuple[str, str]:
        state = reading.status
        if reading.written_off and kind != VOID:
            return (OPEN if self._profile.written_off else VOID), "written_off"
        for worst in (VOID, DRAFT):
            if worst in (state, kind):
                return worst, worst
        if self._flag(cells, "draft_flag"):
            return DRAFT, "draft"
        if kind == statuses.PAYMENT:
            return statuses.PAYMENT, "payment"
        if CREDIT in (kind, state):
            return (PAID, "paid") if state == PAID else (CREDIT, "credit")
        if state == PAID or self._flag(cells, "paid_flag") or self._shut(cells):
            return PAID, "paid"
        return OPEN, "" if state and not self._puzzling(cells) else "unknown_status"

    def _state(self, cells: list[str]) -> StatusReading:
        """The reading of the status columns. Columns that say different things are read as one
        text, of which what forbids most counts; a word that is not known says nothing there."""
        columns = self._columns.by.get("status", ())
        words = [w for w in (cells[i].strip() for i in columns) if w]
        if not words:
            return _SILENT
        readings = [self._reading(w) for w in words]
        known = [(w, r) for w, r in zip(words, readings, strict=True) if r.status]
        if len(known) < 2 or len({r for _, r in known}) == 1:
            return known[0][1] if known else readings[0]
        return self._reading(" | ".join(w for w, _ in known))

    def _flag(self, cells: list[str], field: str) -> bool:
        return any(statuses.yes_no(cells[i]) is True for i in self._columns.by.get(field, ()))

    def _puzzling(self, cells: list[str]) -> bool:
        """True where a column asks whether it was paid and the row says `half`, or an amount."""
        flags = [cells[i].strip() for i in self._columns.by.get("paid_flag", ())]
        return any(not is_blank(text) and statuses.yes_no(text) is None for text in flags)

    def _shut(self, cells: list[str]) -> bool:
        """True where a column asks whether the debt is open and the row says no."""
        columns = self._columns.by.get("open_flag", ())
        return any(statuses.yes_no(cells[i]) is False for i in columns)

    def _type(self, cells: list[str]) -> str | None:
        index = self._columns.first.get("document_type", -1)
        text = cells[index][:LONG] if index >= 0 else ""
        return statuses.type_of(text) if text else None

    def _reading(self, text: str) -> StatusReading:
        meaning = self._told.get(text)
        if meaning is not None:
            return StatusReading(None if meaning == HOLD else meaning)
        return statuses.read_status(text[:LONG])
