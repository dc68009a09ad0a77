"""Rollouts begun through the deployed function, as the operator's command begins them."""

from __future__ import annotations

import json
import uuid
from typing import Any

from local.local_stack import LocalStack
from tests.support.builders import CREDITOR


def launch(stack: LocalStack, *, stage: str = "full", size: int = 0) -> dict[str, Any]:
    """Begin a rollout over everybody; what the function answers."""
    return ask(
        stack,
        {
            "begin": {
                "creditor": CREDITOR,
                "segment": {"name": "everybody"},
                "stage": stage,
                "size": size,
            }
        },
    )


def ask(stack: LocalStack, event: dict[str, Any]) -> dict[str, Any]:
    """Call the function with an event, each time a request of its own where it asks for
    something."""
    if event:
        event = {"request": uuid.uuid4().hex, **event}
    answer = stack.cloud.client("lambda").invoke(
        FunctionName=stack.outputs["ActivateAccountsFunctionName"],
        Payload=json.dumps(event).encode(),
    )
    reply: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, reply
    return reply
