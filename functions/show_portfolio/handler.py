"""ShowPortfolio: dashboard widget of accounts and balances by aging bucket, status and hold."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.service.staff.overview import portfolio


def handler(event: dict[str, Any], context: Any) -> str | dict[str, str]:
    """Called by CloudWatch with `{creditor, widgetContext}`; returns HTML."""
    widgets = wiring.widgets()
    ask = widgets.read(event, context.invoked_function_arn)
    if ask.describe:
        return widgets.describe("portfolio")
    creditors = wiring.creditors()
    parts = portfolio(
        creditor=ask.creditor,
        today=wiring.clock().now().date(),
        counters=wiring.counters(),
        creditors=creditors,
    )
    return widgets.portfolio(ask, parts, creditors.all())
