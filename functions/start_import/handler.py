"""StartImport: starts the import of a file that was dropped under `drop/{creditor}/`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.batches import each_message
from dunlin.runtime.telemetry import logger
from dunlin.service.imports.job import job_to_start


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """SQS batch of S3 events. The same version of a file starts one import, ever."""
    return each_message(event, _start)


def _start(message: dict[str, Any]) -> None:
    item = message["detail"]["object"]
    version = item.get("version-id", item.get("etag", ""))
    job = job_to_start(item["key"], version, wiring.drop_box())
    if job is None:
        return
    started = wiring.import_machine().start(job.import_id, asdict(job))
    logger.info("import", extra={"import_id": job.import_id, "started": started})
