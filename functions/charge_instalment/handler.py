"""ChargeInstalment: does what is due on an arrangement and says how long to wait."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.arrangements import ArrangementPorts, advance


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{account_id, arrangement_id, run}` → `Look` as a dict."""
    look = advance(
        event["account_id"],
        event["arrangement_id"],
        event["run"],
        ArrangementPorts(
            book=wiring.account_book(),
            gate=wiring.gate(),
            processor=wiring.processor,
            waker=wiring.waker(),
            now=wiring.clock().now(),
        ),
    )
    if look.outcome != "wait":
        count("ArrangementsEnded", outcome=look.outcome)
    logger.info("looked", extra=asdict(look))
    return asdict(look)
