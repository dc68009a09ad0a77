"""SQS batches: each message is handled by itself, and only what failed is delivered again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dunlin.runtime.telemetry import count, logger


def each_message(
    event: dict[str, Any],
    handle: Callable[[dict[str, Any]], object],
    *,
    soon: Callable[[str, int], None] | None = None,
) -> dict[str, list[dict[str, str]]]:
    """Call `handle` with the parsed body of every message; returns the partial batch answer.

    `soon` is told the receipt of a message that failed, and how often it was received: for a queue
    whose own time to the next try is long.

    A failure is logged by its class and place, never by its text, which may quote a message.
    """
    failed = []
    for record in event["Records"]:
        try:
            handle(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 - one bad message must not fail its neighbours
            where = error.__traceback__
            while where and where.tb_next:
                where = where.tb_next
            logger.error(
                "message failed",
                extra={
                    "message_id": record["messageId"],
                    "error": type(error).__name__,
                    "line": f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where else "",
                },
            )
            count("MessagesFailed")
            if soon is not None:
                soon(record["receiptHandle"], int(record["attributes"]["ApproximateReceiveCount"]))
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
