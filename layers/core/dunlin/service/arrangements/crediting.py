"""What a payment does to an arrangement: its own debits, the person's payments, and what a
posting lays over the instalments, in the same write as the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.arrangements.arrangement import (
    Arrangement,
    Try,
    TryState,
    find_try,
    thawed,
    with_try,
)
from dunlin.domain.payments.payments import (
    Decline,
    DeclineReason,
    PaymentState,
    PaymentStatus,
    Retry,
)
from dunlin.service.accounts import crediting
from dunlin.service.accounts.crediting import CreditingBook

FLYING = (PaymentState.PENDING, PaymentState.AUTHORISED)


def tried(
    arrangement: Arrangement, attempt_id: str, status: PaymentStatus, at: datetime
) -> Arrangement:
    """The arrangement after the processor's answer about one of its debits. A refusal that only
    the person can mend, or nobody, pauses autopay."""
    instalment_and_try = find_try(arrangement, attempt_id)
    if instalment_and_try is None or instalment_and_try[1].state is TryState.POSTED:
        return arrangement
    instalment, before = instalment_and_try
    moved = replace(before, payment_id=status.id or before.payment_id, asked_at=at)
    if failed(status):
        decline = status.decline or Decline(reason=DeclineReason.DECLINED, code="")
        moved = replace(moved, state=TryState.FAILED, decline=decline, at=_failed_at(before, at))
        if arrangement.autopay is not None and decline.retry is not Retry.LATER:
            same = arrangement.autopay.method_ref == before.method_ref
            paused = decline.reason.value if same else arrangement.autopay.paused
            arrangement = replace(arrangement, autopay=replace(arrangement.autopay, paused=paused))
    elif status.state is PaymentState.SUCCEEDED:
        moved = replace(moved, state=TryState.TAKEN)
    else:
        moved = replace(moved, state=TryState.PENDING)
    return with_try(arrangement, instalment.number, moved)


def _failed_at(before: Try, at: datetime) -> datetime:
    """A bank's return comes days later: retries count from it."""
    return before.at if before.state is TryState.FAILED else at


def failed(status: PaymentStatus) -> bool:
    return status.state in (PaymentState.FAILED, PaymentState.CANCELED)


def payment_data(attempt: Try, status: PaymentStatus) -> dict[str, Any]:
    """A debit's answer as the audit log keeps it."""
    return {
        "attempt": attempt.attempt_id,
        "payment": status.id,
        "payment_state": status.state.value,
        "decline": status.decline.code if status.decline else "",
    }


def is_debit(attempt_id: str) -> bool:
    """True for an attempt that debits an instalment, which tells the person itself."""
    return attempt_id.startswith("arr_")


def credit(
    account: Account,
    entries: Sequence[LedgerEntry],
    payment: PaymentStatus,
    *,
    book: CreditingBook,
    at: datetime,
) -> tuple[Account, tuple[Arrangement, ...]]:
    """What a payment does to the account's arrangement, as `crediting.credit` has it, and what
    its debit was answered."""

    def followed(arrangement: Arrangement) -> Arrangement:
        after = _followed(arrangement, payment, at)
        return _posted(after, payment) if entries else after

    return crediting.credit(account, entries, book=book, at=at, followed=followed)


def _followed(arrangement: Arrangement, payment: PaymentStatus, at: datetime) -> Arrangement:
    """The arrangement as a payment stands: what its debit was answered, and what is in flight."""
    after = tried(arrangement, payment.attempt_id, payment, at)
    flies = payment.state in FLYING and find_try(arrangement, payment.attempt_id) is None
    if flies == (payment.id in arrangement.pending):
        return after
    others = tuple(p for p in arrangement.pending if p != payment.id)
    pending = (*others, payment.id) if flies else others
    after = replace(after, pending=pending, pending_at=at if pending else None)
    if not pending and payment.state is not PaymentState.SUCCEEDED:
        after = thawed(after, at)
    return after


def _posted(arrangement: Arrangement, payment: PaymentStatus) -> Arrangement:
    instalment_and_try = find_try(arrangement, payment.attempt_id)
    if instalment_and_try is None or payment.state is not PaymentState.SUCCEEDED:
        return arrangement
    return with_try(
        arrangement,
        instalment_and_try[0].number,
        replace(instalment_and_try[1], state=TryState.POSTED),
    )
