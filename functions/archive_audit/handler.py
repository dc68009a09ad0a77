"""ArchiveAudit: copies new audit entries from the table's stream to write-once storage."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.reports.audit_log import archive_entries


def handler(event: dict[str, Any], _context: object) -> dict[str, list[Any]]:
    """Stream records of the Audit table. A failure fails the batch, which is tried again whole:
    copying twice changes nothing."""
    entries, tampered = wiring.audit_records(event["Records"])
    copied = archive_entries(entries, archive=wiring.audit_archive())
    count("AuditEntriesArchived", copied)
    if tampered:
        count("AuditEntriesTampered", tampered)
        logger.critical("audit entries were replaced or removed", extra={"records": tampered})
    logger.info("archived", extra={"records": len(event["Records"]), "copied": copied})
    return {"batchItemFailures": []}
