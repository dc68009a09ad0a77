"""StartImport: starts the import of a file that was dropped under `drop/{creditor}/`, and leaves a
line for what is none."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.batches import each_message
from dunlin.runtime.telemetry import count, logger
from dunlin.service.imports.arriving import arrive


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """SQS batch of S3 events. The same version of a file starts one import, ever."""
    return each_message(event, _start)


def _start(message: dict[str, Any]) -> None:
    item = message["detail"]["object"]
    arrival = arrive(
        item["key"],
        item.get("version-id", item.get("etag", "")),
        drop_box=wiring.drop_box(),
        machine=wiring.import_machine(),
        now=wiring.clock().now(),
    )
    if arrival == "stray":
        count("FilesNotImported")
    logger.info("dropped", extra={"arrival": arrival})
