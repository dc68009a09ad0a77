"""A strategy on the deployed stack: two accounts of one person are one message, and a changed
document moves what is still to come."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import yaml

from dunlin.domain.accounts.account import Account
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from local.local_stack import LocalStack
from tests.scenarios.test_ladders_cloud import Town
from tests.support import builders
from tests.support.builders import CREDITOR
from tests.support.launch import launch

pytestmark = pytest.mark.cloud
PATIENCE = 90


def test_one_message_for_two_accounts_and_a_change_that_moves_the_next(stack: LocalStack) -> None:
    town = Town(stack)
    first = town.moves_in("rowan", "+12175550151")
    second = builders.account(
        "INV-rowan-2", consumer_id=first.consumer_id, balance=Money(90_000, "USD")
    )
    entry = entry_of(second, now=town.lapse.now, what="AccountImported", data={}, actor="test")
    town.book.apply(Change(account=next_version(second, entry), audit=[entry]))
    assert launch(stack)["started"] == 2
    town.lapse.run(town.lapse.now + timedelta(days=4))
    (touch,) = town.account_history(second).touches
    assert touch.covers == (first.account_id,)
    assert town.account_history(first).touches == ()
    accounts = [town.book.account(a.account_id) for a in (first, second)]
    assert [a and a.sent for a in accounts] == [("Reminder",), ("Reminder",)]
    (mail,) = [e for e in town.outside.emails() if "rowan@example.com" in e.to]
    assert "INV-rowan" in mail.text
    assert "INV-rowan-2" in mail.text

    rungs = [
        builders.RUNGS[0],
        {"name": "Sooner", "days": 4, "channels": ["email"], "template": "answers"},
        *builders.RUNGS[1:],
    ]
    document = yaml.safe_dump(builders.strategy_document(ladders={"standard": rungs}))
    stack.cloud.client("s3").put_object(
        Bucket=stack.outputs["DropBucketName"],
        Key=f"config/{CREDITOR}/strategy.yaml",
        Body=document.encode(),
    )
    before, after = accounts[1], _moved(town, second)
    assert before is not None
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at < before.due_at
    town.lapse.run(town.lapse.now + timedelta(days=6))
    assert [t.rung_name for t in town.account_history(second).touches] == ["Reminder", "Sooner"]


def _moved(town: Town, account: Account) -> Account:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        stored = town.book.account(account.account_id)
        if stored is not None and stored.strategy_version == 2:
            return stored
        time.sleep(0.3)
    raise AssertionError("the strategy did not move the account in time")
