"""CheckCompliance: asks the planner and the rulebook, and takes the permit where one is due."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.notices import check_notice


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Ladder `{account_id, run}` or notice `{account_id, kind, cause}` → `Decision` as a dict."""
    book, gate, templates = wiring.account_book(), wiring.gate(), wiring.templates()
    now = wiring.clock().now()
    if "kind" in event:
        decision = check_notice(
            event["account_id"],
            kind=event["kind"],
            cause=event["cause"],
            book=book,
            links=wiring.sessions(),
            gate=gate,
            templates=templates,
            now=now,
        )
    else:
        decision = check_ladder(
            event["account_id"],
            event["run"],
            book=book,
            gate=gate,
            templates=templates,
            now=now,
            turns=wiring.mail_turns(),
        )
    for rule in decision.refusals:
        count("Refusals", rule=rule)
    logger.info("decided", extra=asdict(decision))
    return {k: v for k, v in asdict(decision).items() if k != "refusals"}
