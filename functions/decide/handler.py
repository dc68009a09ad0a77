"""Decide: takes a decision that staff made on the dashboard."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.staff.queue import decide


def handler(event: dict[str, Any], context: Any) -> str | dict[str, str]:
    """Called by a button with `{account_id, version, decision, widgetContext}`; returns HTML.

    The actor is the alias that was called: IAM decides who may call which.
    """
    widgets = wiring.widgets()
    ask = widgets.read(event, context.invoked_function_arn)
    if ask.describe:
        return widgets.describe("decide")
    decided = decide(
        account_id=ask.account,
        decision=ask.value("decision"),
        order=StaffCommand(by=ask.by, why="dashboard", version=ask.version),
        now=wiring.clock().now(),
        book=wiring.account_book(),
        waker=wiring.arranging_waker(),
    )
    count("Decisions", decision=decided.decision, outcome=decided.outcome)
    logger.info(
        "decided",
        extra={"account_id": ask.account, "decision": decided.decision, "by": ask.by},
    )
    return widgets.decided(ask, decided)
