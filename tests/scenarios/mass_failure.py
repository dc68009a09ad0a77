"""Many executions that are lost at once on a deployed stack, and the looks that bring them back."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

from botocore.config import Config

from dunlin.adapters.aws.ladder_waker import StepFunctionsWaker
from dunlin.domain.accounts.account import Account
from dunlin.domain.ids import execution_name
from local.local_stack import LocalStack
from tests.support import builders, ground


def lose_and_look(stack: LocalStack, ladders: int) -> list[int]:
    """Begin so many ladders, stop them all at once, and let the deployed reconciler look twice;
    how many each look restarted. Each ladder then has one execution, in its second run."""
    from dunlin.runtime import wiring

    now = wiring.clock().now()
    machine = stack.outputs["LadderMachineArn"]
    waker = StepFunctionsWaker(ladder=machine, notice="")
    person = builders.consumer("lost")
    accounts = [
        replace(
            ground.active(f"lost-{n}", at=now, due_at=now + timedelta(days=5)),
            consumer_id=person.consumer_id,
        )
        for n in range(ladders)
    ]
    book, creditors = wiring.account_book(), wiring.creditors()
    builders.store(book, creditors, *accounts, person=person, at=now)

    def begin(account: Account) -> bool:
        return waker.start(replace(account, version=1), wait_seconds=86_400)

    with ThreadPoolExecutor(8) as together:
        assert all(together.map(begin, accounts))
    assert len(set(waker.alive())) == ladders
    _stop_all(stack, machine, waker)
    restarted = [_look(stack) for _ in range(2)]
    assert set(waker.alive()) == {execution_name(account.account_id, 2) for account in accounts}
    _stop_all(stack, machine, waker)
    return restarted


def _stop_all(stack: LocalStack, machine: str, waker: StepFunctionsWaker) -> None:
    states: Any = stack.cloud.client("stepfunctions")
    execution = machine.replace(":stateMachine:", ":execution:")

    def stop(name: str) -> None:
        states.stop_execution(executionArn=f"{execution}:{name}")

    with ThreadPoolExecutor(8) as together:
        list(together.map(stop, list(waker.alive())))
    assert list(waker.alive()) == []


def _look(stack: LocalStack) -> int:
    # Asked once and waited for: a second call beside it would find the first one at it.
    patient = Config(read_timeout=600, retries={"total_max_attempts": 1})
    functions: Any = stack.cloud.client("lambda", config=patient)
    answer = functions.invoke(
        FunctionName=stack.outputs["ReconcileLaddersFunctionName"], Payload=b"{}"
    )
    report = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, report
    return int(report["restarted"])
