"""The cap on a month's spending, on the deployed stack."""

from __future__ import annotations

import json

import pytest

from dunlin.domain.messages.prices import EMAIL_MICRO
from local.local_stack import LocalStack
from tests.support import builders, ground

CAP = 5 * EMAIL_MICRO
pytestmark = pytest.mark.cloud


def test_the_deployed_guard_stops_the_deployed_house(stack: LocalStack) -> None:
    from dunlin.runtime import wiring

    book, creditors, now = wiring.account_book(), wiring.creditors(), wiring.clock().now()
    account = ground.active("spender", at=now)
    builders.store(book, creditors, account, person=builders.consumer("spender"), at=now)
    call = stack.cloud.client("lambda")
    name = stack.outputs["GuardSpendFunctionName"]
    environment = call.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    call.update_function_configuration(
        FunctionName=name,
        Environment={"Variables": environment | {"MONTHLY_SPEND_CAP": "0.0005"}},
    )
    wiring.spend_meter().add(f"{now:%Y-%m}", CAP)
    spent = json.loads(call.invoke(FunctionName=name)["Payload"].read())
    assert spent == {"month": f"{now:%Y-%m}", "micro": CAP, "stopped": True}
    assert book.facts(account.account_id).paused == "platform"
    assert wiring.spend_meter().stopped(f"{now:%Y-%m}") == CAP
