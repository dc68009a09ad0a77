"""GuardSpend: stops every touch once the month's messages have reached the cap, and keeps the
pace of e-mails at what the provider allows."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.contact.pacing import keep_pace
from dunlin.service.reports.spending import guard_spend


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Called by a schedule, every five minutes. Returns what was spent, and whether it stopped."""
    spent = guard_spend(
        wiring.spend_cap_micro(),
        meter=wiring.spend_meter(),
        book=wiring.account_book(),
        creditors=wiring.creditors(),
        log=wiring.audit_archive(),
        now=wiring.clock().now(),
    )
    count("SpendPercent", spent.percent)
    if (turns := wiring.mail_turns()) is not None:
        now = wiring.real_clock().now()
        allowance = keep_pace(account=wiring.sending_account(), turns=turns, now=now)
        count("MailQuotaPercent", allowance.percent)
        if not allowance.sending:
            count("SendingLimited")
    spending = {"month": spent.month, "micro": spent.micro, "stopped": spent.stopped}
    logger.info("spend", extra=spending)
    return spending
