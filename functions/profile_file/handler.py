"""ProfileFile: reads a dropped file once and says whether and how it can be imported."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.imports.job import Job
from dunlin.service.imports.profiling import profile_file


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{import_id, creditor, key, version}` → `{outcome, ranges, ...}`."""
    answer = profile_file(
        Job(**event),
        intake=wiring.intake(),
        creditors=wiring.creditors(),
        drop_box=wiring.drop_box(),
        today=wiring.clock().now().date(),
    )
    if answer["outcome"] == "rejected":
        count("FilesNotImported")
    elif answer["outcome"] == "waiting":
        count("ImportsWaiting")
    logger.info("profiled", extra={"import_id": event["import_id"], "outcome": answer["outcome"]})
    return answer
