"""ShowDecisions: dashboard widget of what waits for a person, with buttons to decide."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.service.staff.queue import waiting


def handler(event: dict[str, Any], context: Any) -> str | dict[str, str]:
    """Called by CloudWatch with `{creditor, decide, account, widgetContext}`; returns HTML."""
    widgets = wiring.widgets()
    ask = widgets.read(event, context.invoked_function_arn)
    if ask.describe:
        return widgets.describe("decisions")
    now = wiring.clock().now()
    shown, total = waiting(
        creditor=ask.creditor,
        book=wiring.account_book(),
        creditors=wiring.creditors(),
        now=now,
    )
    return widgets.decisions(ask, shown, total, now)
