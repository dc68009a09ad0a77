"""SignAuditRoots: signs the root over every audit chain that moved on a finished day."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import settings, wiring
from dunlin.runtime.telemetry import logger
from dunlin.service.reports.audit_log import sign_finished_days


def handler(_event: dict[str, Any], _context: object) -> dict[str, list[str]]:
    """Called by a schedule, daily; days that were missed are signed too. On a virtual clock whoever
    moves it signs: its days are not ours."""
    if settings.time_lapse():
        return {"days": []}
    roots = sign_finished_days(
        wiring.real_clock().now().date(), archive=wiring.audit_archive(), signer=wiring.signer()
    )
    logger.info("signed", extra={"days": [root.day for root in roots]})
    return {"days": [root.day for root in roots]}
