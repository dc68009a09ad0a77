"""Money on the deployed stack, with the rights that each function really has: webhooks that never
come, a debt that is paid twice, staff and a billing system."""

from __future__ import annotations

import json
import urllib.request
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dunlin.adapters.stripe.processor import StripeProcessor
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.ledger import total
from local.local_stack import LocalStack
from local.timelapse import TimeLapse
from tests.portal.test_whole_way_cloud import activated
from tests.support import builders

pytestmark = pytest.mark.cloud


def call(stack: LocalStack, function: str, payload: dict[str, Any]) -> dict[str, Any]:
    response = stack.cloud.client("lambda").invoke(
        FunctionName=stack.outputs[f"{function}FunctionName"], Payload=json.dumps(payload)
    )
    answer: dict[str, Any] = json.loads(response["Payload"].read())
    assert "FunctionError" not in response, answer
    return answer


def control(stack: LocalStack, path: str, wanted: dict[str, Any]) -> None:
    request = urllib.request.Request(
        f"{stack.stripe_url}/_test/{path}",
        data=json.dumps(wanted).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10):
        pass


def pay(stack: LocalStack, account: Account, number: int) -> None:
    """A person pays a page for all that is owed, whatever was paid meanwhile."""
    processor = StripeProcessor(secret_key="sk_test_cloud", api_base=stack.stripe_url)
    opened = processor.open_checkout(
        attempt_id=f"{account.account_id}-{number}",
        account_id=account.account_id,
        creditor=account.creditor,
        amount=account.balance,
        locale="en",
        success_url="https://pay.example.com/return",
        cancel_url="https://pay.example.com/return",
    )
    control(stack, f"sessions/{opened.id}/pay", {"method": "pm_card_visa"})


def test_the_nightly_count_reads_what_it_needs(stack: LocalStack) -> None:
    from dunlin.runtime import wiring

    report = call(stack, "ReconcileCounts", {})
    assert (report["silent"], report["counters_adrift"]) == ([], 0)
    lapse = TimeLapse(stack)
    account = activated(stack, lapse, "counted")
    stack.cloud.settle(120)
    day = timedelta(days=1)
    permitted = wiring.account_book().touches_permitted(lapse.now - day, lapse.now + day)
    touches = [touch for touch in permitted if touch.account_id == account.account_id]
    assert len([touch for touch in touches if touch.sent_at]) == 1, touches
    lapse.run(lapse.now + 2 * day)
    report = call(stack, "ReconcileCounts", {})
    counted = report["counts"]["email"]
    assert counted.get("sent", 0) + counted.get("delivered", 0) == 1, report
    assert report["differences"] == counted.get("sent", 0) == len(report["silent"]), report
    assert report["counters_adrift"] == 0, report


def test_the_books_agree_again_after_lost_webhooks_and_a_second_payment(stack: LocalStack) -> None:
    from dunlin.runtime import wiring

    # The processor outlives the stack: what it told of an earlier day must not reach this one.
    control(stack, "reset", {})
    book, lapse = wiring.account_book(), TimeLapse(stack)
    lapse.run(lapse.now + timedelta(minutes=1))
    name = f"payer{uuid4().hex[:8]}"
    person = builders.consumer(name)
    account = builders.account(f"INV-{name}", consumer_id=person.consumer_id)
    builders.store(book, wiring.creditors(), account, person=person, at=lapse.now)

    def check(balance: int) -> Account:
        account_history = book.account_history(account.account_id)
        assert account_history.account.balance.minor == balance
        return account_history.account

    control(stack, "webhooks", {"drop": 100})
    pay(stack, account, 1)
    pay(stack, account, 2)
    control(stack, "webhooks", {"drop": 0})
    lapse.run(lapse.now + timedelta(hours=1))
    check(account.balance.minor)

    report = call(stack, "ReconcilePayments", {"days": 2})
    assert (len(report["missed"]), len(report["posted"]), report["differences"]) == (2, 2, [])
    owed = account.balance.minor
    assert report["processor_minor"] == report["ledger_minor"] == {"USD": 2 * owed}
    settled = check(0)
    assert settled.status is Status.SETTLED
    kinds = [e.kind for e in book.account_history(account.account_id).ledger]
    assert (kinds.count("payment"), kinds.count("refund")) == (2, 1)
    stack.cloud.settle(120)
    again = call(stack, "ReconcilePayments", {})
    assert (again["posted"], again["differences"]) == ([], [])
    (key,) = [
        o["Key"]
        for o in stack.cloud.client("s3").list_objects_v2(
            Bucket=stack.outputs["DropBucketName"], Prefix="reports/payments/"
        )["Contents"]
    ]
    assert key.endswith(".json")

    edit = {"creditor": account.creditor, "reference": account.reference, "kind": "credit",
            "amount_minor": 700, "currency": "USD", "change_id": "cn-1"}  # fmt: skip
    assert call(stack, "ChangeBalance", edit)["outcome"] == "applied"
    assert call(stack, "ChangeBalance", edit)["outcome"] == "known"
    assert call(stack, "ChangeBalance", {**edit, "currency": "EUR"})["outcome"] == "refused"
    assert check(-700).waits_for_staff
    given = {"account_id": account.account_id, "by": "op-7", "why": "cn-1"}
    assert call(stack, "RefundExcess", given) == {"refunded": "$7.00"}
    assert call(stack, "RefundExcess", given) == {"refused": "nothing was paid too much"}
    ledger = book.account_history(account.account_id).ledger
    assert total(ledger, "USD") == check(0).balance
