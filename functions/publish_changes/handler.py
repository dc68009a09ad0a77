"""PublishChanges: table streams become counters, domain events and metrics."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.reports.publishing import publish


def handler(event: dict[str, Any], _context: object) -> None:
    """Called by the streams of Accounts and Touches with old and new images.

    Raises where a batch could not be counted or told, so that it comes again or is parked.
    """
    records = wiring.read_records(event)
    measures = publish(
        records,
        counters=wiring.counters(),
        meter=wiring.spend_meter(),
        bus=wiring.event_bus(),
    )
    for measure in measures:
        count(measure.name, measure.value, **measure.dimensions)
    logger.info("published", extra={"records": len(records), "measures": len(measures)})
