"""ChangeBalance: the billing system's word about one account, applied before the next touch."""

from __future__ import annotations

from typing import Any

from dunlin.domain import ids
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.payments.balances import BalanceChange, change_balance


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{creditor, reference, change_id, kind, amount_minor, currency}` → `{outcome: applied |
    known, account_id, balance_minor}`, or `{outcome: refused, reason}`."""
    try:
        account_id = ids.account_id(ids.creditor_id(event["creditor"]), event["reference"])
        change = BalanceChange(
            change_id=str(event["change_id"]),
            kind=event["kind"],
            amount=Money(event["amount_minor"], event["currency"]),
        )
        fresh, account = change_balance(
            account_id,
            change,
            by="billing",
            book=wiring.account_book(),
            sessions=wiring.sessions(),
            processor=wiring.processor(),
            waker=wiring.waker(),
            now=wiring.clock().now(),
        )
    except (DomainError, KeyError, TypeError, AttributeError) as refusal:
        reason = f"missing {refusal}" if isinstance(refusal, KeyError) else str(refusal)
        return {"outcome": "refused", "reason": reason}
    outcome = "applied" if fresh else "known"
    count("BalanceChanges", outcome=outcome)
    logger.info("balance", extra={"account_id": account_id, "outcome": outcome})
    balance = account.balance.minor
    return {"outcome": outcome, "account_id": account_id, "balance_minor": balance}
