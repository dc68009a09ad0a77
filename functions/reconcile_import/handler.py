"""ReconcileImport: gives every row its one outcome and writes the report beside the file."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.imports.job import Job
from dunlin.service.imports.reconciling import reconcile_import


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{import_id, creditor, key, version}` → `{outcome, import_id, counts, resting}`."""
    answer = reconcile_import(
        Job(**event),
        intake=wiring.intake(),
        creditors=wiring.creditors(),
        drop_box=wiring.drop_box(),
        today=wiring.clock().now().date(),
    )
    if answer["resting"]:
        count("ImportsWaiting")
    logger.info("imported", extra={"import_id": event["import_id"], "counts": answer["counts"]})
    return answer
