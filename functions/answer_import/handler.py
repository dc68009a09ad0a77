"""AnswerImport: takes the answer to what an import asks, given on the dashboard."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.imports.answering import (
    MISSING,
    AnswerOrder,
    answer_import,
    answer_missing,
)


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
    if order.question == MISSING:
        settled = answer_missing(
            order,
            by=ask.by,
            book=wiring.account_book(),
            waker=wiring.waker(),
            drop_box=wiring.drop_box(),
            now=wiring.clock().now(),
        )
        count("MissingAnswers", outcome=settled.outcome)
        logger.info("missing", extra={"import_id": order.import_id, "outcome": settled.outcome})
        return widget.settled(ask, settled)
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
