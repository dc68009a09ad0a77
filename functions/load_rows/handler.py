"""LoadRows: writes the accounts of one share of a dropped file."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.imports.job import Job
from dunlin.service.imports.loading import load_rows


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{import_id, creditor, key, version, range: {share, of}}` → `{share, counts}`."""
    part = event.pop("range")
    counts = load_rows(
        Job(**event),
        share=part["share"],
        of=part["of"],
        creditors=wiring.creditors(),
        book=wiring.account_book(),
        waker=wiring.waker(),
        drop_box=wiring.drop_box(),
        now=wiring.clock().now(),
    )
    for outcome, number in counts.items():
        count("ImportedAccounts", number, outcome=outcome)
    logger.info("loaded", extra={"import_id": event["import_id"], **part, "counts": counts})
    return {"share": part["share"], "counts": counts}
