"""ShowAccount: dashboard widget of one account, found by whatever somebody knows of it."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import logger
from dunlin.service.staff.overview import StaffAccount, look_up


def handler(event: dict[str, Any], context: Any) -> str | dict[str, str]:
    """Called by CloudWatch with `{creditor, account_id, reveal, widgetContext}`; returns HTML."""
    widgets = wiring.widgets()
    ask = widgets.read(event, context.invoked_function_arn)
    if ask.describe:
        return widgets.describe("account")
    staff_account = look_up(
        ask.account,
        creditor=ask.creditor,
        book=wiring.account_book(),
        log=wiring.audit_archive(),
        creditors=wiring.creditors(),
        now=wiring.clock().now(),
    )
    if isinstance(staff_account, StaffAccount) and ask.reveal:
        account_id = staff_account.account_history.account.account_id
        logger.info("name revealed", extra={"account_id": account_id, "by": ask.by})
    return widgets.account(ask, staff_account)
