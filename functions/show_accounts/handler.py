"""ShowAccounts: dashboard widget of the accounts that staff ask for, a page at a time."""

from __future__ import annotations

from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.runtime import wiring
from dunlin.service.staff.account_list import list_accounts, people_of


def handler(event: dict[str, Any], context: Any) -> str | dict[str, str]:
    """Called by CloudWatch with `{creditor, account, widgetContext}` and what is asked for; returns
    HTML."""
    widget = wiring.accounts_widget()
    ask = widget.read(event, context.invoked_function_arn)
    if ask.describe:
        return widget.describe()
    ports, today = wiring.account_list(), wiring.clock().now().date()
    try:
        page = list_accounts(widget.request(ask), ports=ports, today=today)
    except DomainError as refusal:
        return widget.refused(ask, refusal)
    return widget.accounts(ask, page, people_of(page, ports=ports), today)
