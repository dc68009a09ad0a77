"""ChangeBalance: the billing system's word about one account, applied before the next touch."""

from __future__ import annotations

from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.payments.balances import change_balance, read_change


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{creditor, reference, change_id, kind, amount_minor, currency}` → `{outcome: applied |
    known, account_id, balance_minor}`, or `{outcome: refused, reason}`."""
    try:
        account_id, change = read_change(event)
        fresh, account = change_balance(
            account_id,
            change,
            by="billing",
            book=wiring.account_book(),
            attempts=wiring.sessions(),
            processor=wiring.processor(),
            waker=wiring.waker(),
            now=wiring.clock().now(),
        )
    except DomainError as refusal:
        count("BalanceChanges", outcome="refused")
        return {"outcome": "refused", "reason": str(refusal)}
    outcome = "applied" if fresh else "known"
    count("BalanceChanges", outcome=outcome)
    logger.info("balance", extra={"account_id": account_id, "outcome": outcome})
    balance = account.balance.minor
    return {"outcome": outcome, "account_id": account_id, "balance_minor": balance}
