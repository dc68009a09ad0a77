"""AnswerImport: takes the answer to a question that an import waits for, given on the dashboard."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.imports.answering import AnswerOrder, answer_import


def handler(event: dict[str, Any], context: Any) -> str | dict[str, str]:
    """Called by a button with `{key, import_id, question, answer, widgetContext}`; returns HTML.

    The actor is the alias that was called: IAM decides who may call which.
    """
    widget = wiring.import_widget()
    ask = wiring.widgets().read(event, context.invoked_function_arn)
    if ask.describe:
        return widget.describe()
    order = AnswerOrder(
        creditor=ask.creditor,
        key=ask.value("key"),
        import_id=ask.value("import_id"),
        question=ask.value("question"),
        answer=ask.value("answer"),
    )
    taken = answer_import(
        order,
        by=ask.by,
        intake=wiring.intake(),
        drop_box=wiring.drop_box(),
        machine=wiring.import_machine(),
        book=wiring.account_book(),
        log=wiring.audit_archive(),
        now=wiring.clock().now(),
    )
    count("ImportAnswers", outcome=taken.outcome)
    logger.info("answered", extra={"import_id": order.import_id, "outcome": taken.outcome})
    return widget.answered(ask, taken)
