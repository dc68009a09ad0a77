"""Rows of the version before, put into the tables as they were, are worked on like new ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import boto3
import pytest

from dunlin.adapters.dynamo.rows.accounts import AccountRow
from dunlin.domain.errors import Conflict
from dunlin.runtime import settings, wiring
from tests.rows import values
from tests.rows.test_older_rows import BEFORE, TABLES
from tests.rows.values import AT, CREDITOR
from tests.support.builders import strategy_document

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module", autouse=True)
def older(stack: Any) -> None:
    """Without the pauses and the clock, which would speak for the whole stack, and without what
    has expired long ago. What was counted comes first, else the stream counts it once more."""
    names = settings.TableNames.from_env()
    client = boto3.client("dynamodb")
    for table, items in sorted(TABLES.items(), key=lambda rows: rows[0] != "ops"):
        for item in items:
            if item.get("pk", {}).get("S", "").startswith(("PAUSE#", "CLOCK")):
                continue
            client.put_item(TableName=getattr(names, table), Item=item)


def test_counters_go_on_from_what_they_were() -> None:
    """First of all: once its account is written again, the stream counts it too."""
    counters = wiring.counters()
    assert counters.tally(CREDITOR) == values.TALLY
    assert values.SHARE.cell is not None
    moved = replace(values.SHARE, version=99, cell=replace(values.SHARE.cell, status="settled"))
    assert counters.count([moved]) == 1
    tally = counters.tally(CREDITOR)
    assert values.SHARE.cell not in tally
    assert {cell.status for cell in tally} == {"imported", "settled"}


def test_the_strategy_it_was_opened_under_is_no_new_version() -> None:
    creditors = wiring.creditors()
    document = strategy_document(**values.OWN_WORDS)
    del document["reassigned_numbers"]  # no document of that day said what becomes of them
    assert creditors.put_strategy(CREDITOR, document, AT) == 1
    strategy = creditors.strategy(CREDITOR)
    assert strategy is not None
    assert (strategy.templates, strategy.approved_by) == (values.OWN_WORDS["templates"], "")
    creditors.approve(CREDITOR, 1, by="ben", at=AT)
    approved = creditors.strategy(CREDITOR, 1)
    assert approved is not None
    assert approved.approved_by == "ben"
    with pytest.raises(Conflict):
        creditors.approve(CREDITOR, 1, by="eve", at=AT)


def test_an_account_is_read_with_all_that_lies_around_it() -> None:
    book, creditors = wiring.account_book(), wiring.creditors()
    for version in (2, 3):  # it stands under the third
        document = strategy_document(holdout_percent=version)
        assert creditors.put_strategy(CREDITOR, document, AT) == version
    facts = book.facts("acc_full", touch_key=values.TOUCH.key)
    assert (facts.account, facts.consumer) == (BEFORE, values.CONSUMER)
    assert (facts.history, facts.touch) == (values.HISTORY, values.TOUCH)
    history = book.account_history("acc_full")
    assert history.ledger == (values.LEDGER_ENTRY,)
    assert history.answers == (values.ANSWER,)
    assert book.arrangement("acc_full") == values.ARRANGEMENT
    assert book.arrangements("acc_full") == [values.ARRANGEMENT, values.REQUEST]
    assert book.read_accounts(["acc_bare"]) == {"acc_bare": values.NEW_ACCOUNT}


def test_an_account_that_is_written_again_says_its_shape_and_keeps_its_token() -> None:
    from tests.accounts.books import change_account

    change_account(wiring.account_book(), "acc_full", invoice="2026/18")
    row = AccountRow.get("acc_full", "META")
    assert (row.shape, row.invoice, row.task_token) == (1, "2026/18", "token-of-a-wait")
    with patch("dunlin.adapters.aws.ladder_waker._client") as client:
        assert wiring.waker().wake("acc_full") is True
    client().send_task_success.assert_called_with(taskToken="token-of-a-wait", output="{}")


def test_attempts_to_pay_are_replaced_though_they_were_spelled_otherwise() -> None:
    sessions = wiring.sessions()
    before = sessions.payment_attempts("con_full")
    assert before == values.PAYMENT_ATTEMPTS
    after = (replace(before[0], closed=False),)
    with pytest.raises(Conflict):
        sessions.put_payment_attempts("con_full", after, replaces=before[:1])
    sessions.put_payment_attempts("con_full", after, replaces=before)
    assert sessions.payment_attempts("con_full") == after
    with pytest.raises(Conflict):
        sessions.put_payment_attempts("con_full", after, replaces=before)


def test_what_a_month_has_cost_is_added_to() -> None:
    meter = wiring.spend_meter()
    assert meter.stopped("2026-11") == 10_000
    meter.add("2026-12", 500)  # in November the touches that were put here cost something too
    assert (meter.spent("2026-12"), meter.stopped("2026-12")) == (1_000, 0)
