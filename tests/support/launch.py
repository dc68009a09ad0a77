"""Rollouts begun through the deployed function, as the operator's command begins them."""

from __future__ import annotations

import json
from typing import Any

from local.house import House
from tests.support.builders import CREDITOR


def launch(house: House, *, stage: str = "full", size: int = 0) -> dict[str, Any]:
    """Begin a rollout over everybody; what the function answers."""
    return ask(
        house,
        {
            "begin": {
                "creditor": CREDITOR,
                "segment": {"name": "everybody"},
                "stage": stage,
                "size": size,
            }
        },
    )


def ask(house: House, event: dict[str, Any]) -> dict[str, Any]:
    """Call the function with an event."""
    answer = house.cloud.client("lambda").invoke(
        FunctionName=house.outputs["ActivateAccountsFunctionName"],
        Payload=json.dumps(event).encode(),
    )
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, told
    return told
