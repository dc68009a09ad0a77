"""Rows of a file of contacts or payments: none makes a debt."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping

from dunlin.domain.imports.assemble import Assembly, ByLine
from dunlin.domain.imports.contact_filling import bars_of_contact
from dunlin.domain.imports.matching import SpillStore
from dunlin.domain.imports.row_payment import NOT_RECEIVED, RETURNED, UNDONE
from dunlin.domain.imports.types import (
    CONTACTS,
    UNCHANGED,
    FileProfile,
    NormalisedAccount,
    NormalisedRow,
    Rejected,
    RowOutcome,
)
from dunlin.domain.money import Money


def listed(
    profile: FileProfile, rows: Iterable[NormalisedRow | Rejected], spill: SpillStore
) -> Assembly:
    """The rows of a file of contacts or payments: each is accounted for, none makes an account."""
    code = "contact" if profile.kind == CONTACTS else "payment"
    accounts: MutableMapping[str, NormalisedAccount] = spill.by_text()
    by_line: MutableMapping[int, RowOutcome] = spill.by_number()
    for row in rows:
        if isinstance(row, Rejected):
            by_line[row.line] = RowOutcome(line=row.line, outcome=UNCHANGED, code=code)
            continue
        key = f"row {row.line}"
        extras = dict(row.extras)
        if row.consumer_reference:
            extras["consumer_reference"] = row.consumer_reference
        row_code = code
        if code == "payment":
            unread = row.problems[-1].code if row.problems else code
            row_code = unread if row.balance is None else row.status_code
        if code == "payment" and row.balance is not None and row_code != NOT_RECEIVED:
            extras["payment_minor"] = str(abs(row.balance) * (-1 if row_code == RETURNED else 1))
            if row_code == UNDONE:
                extras["payment_undone"] = "yes"
        accounts[key] = NormalisedAccount(
            reference=row.reference or row.consumer_reference,
            invoice=row.invoice,
            status="",
            balance=Money(0, row.currency),
            issued_on=row.issued_on,
            due_on=row.due_on,
            paid_on=row.paid_on or (row.issued_on if code == "payment" else None),
            identity="",
            matched_by="",
            consumer=row.consumer,
            extras=tuple(sorted(extras.items())),
            lines=(row.line,),
            holds=bars_of_contact(row) if code == "contact" else (),
        )
        by_line[row.line] = RowOutcome(
            line=row.line, outcome=UNCHANGED, code=row_code, account=key, problems=row.problems
        )
    return Assembly(accounts, ByLine(by_line), [])
