"""The rows of a payments file: how much came, or came back, and which figure of a row says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dunlin.domain.imports import fields, statuses
from dunlin.domain.imports.columns import Columns
from dunlin.domain.imports.fields import key_of, words_of
from dunlin.domain.imports.types import ColumnMap, FileProfile

RECEIVED, RETURNED = "payment", "returned_payment"
UNDONE, NOT_RECEIVED = "payment_undone", "payment_not_received"
"""What a row says of its payment: it came; it came back, as a movement of its own; the payment
of this very row came back; it never came."""
_SAYS_BACK = ("document_type", "payment_method")
_FREE = (fields.IGNORE, "amount", "line_amount")
_FIGURE = frozenset(
    """paymentamount amountofpayment payment pmtamount pmtamt paymentamt paymenttotal paymentvalue
    netpayment checkamount chequeamount receiptamount depositamount importedelpago importepago
    montopago montodelpago zahlung zahlungsbetrag montantdupaiement montantpaiement
    montantdureglement valorpago valordopagamento""".split()
)
_NEVER_CAME = frozenset(
    """failed failure declined rejected pending processing scheduled incomplete uncaptured void
    voided cancelled canceled expired error denied unpaid draft fehlgeschlagen abgelehnt storniert
    ausstehend fallido fallida rechazado rechazada pendiente anulado anulada cancelado cancelada
    echoue echouee refuse refusee annule annulee recusado recusada pendente falhou""".split()
)


def with_figure(columns: Sequence[ColumnMap]) -> tuple[ColumnMap, ...]:
    """The columns with the one that says what a payment brought named so: the bill may stand
    beside it, and is what the debt was."""
    if any(c.field == "paid" for c in columns):
        return tuple(columns)
    at = next((c.index for c in columns if key_of(c.key) in _FIGURE and c.field in _FREE), -1)
    why = "what a payment brought, in a file of payments"
    return tuple(
        replace(c, field="paid", score=0.9, why=why) if c.index == at else c for c in columns
    )


def figure_of(columns: Sequence[ColumnMap]) -> int:
    """The column that says what a payment brought, -1 where none does."""
    at = {c.field: c.index for c in reversed(columns)}
    return next((at[f] for f in ("paid", "balance", "amount", "line_amount") if f in at), -1)


class RowPayment:
    """Reads what the rows of a payments file say of their payments."""

    def __init__(self, profile: FileProfile, columns: Columns) -> None:
        self.figure = figure_of(profile.mapping)
        self._below = profile.signed_payments
        self._back = [i for f in _SAYS_BACK for i in columns.by.get(f, ())]
        self._status = columns.by.get("status", [])

    def standing(self, cells: list[str], minor: int) -> str:
        """What the row says of a payment of `minor`, as one of the codes above."""
        if any(statuses.is_returned(cells[i]) for i in self._back):
            return RETURNED
        if minor and (minor > 0) is self._below:
            return RETURNED
        for index in self._status:
            if statuses.is_returned(cells[index]):
                return UNDONE
            if not _NEVER_CAME.isdisjoint(words_of(cells[index])):
                return NOT_RECEIVED
        return RECEIVED
