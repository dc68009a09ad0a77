"""Money on the deployed stack, with the rights that each function really has: webhooks that never
come, a debt that is paid twice, staff and a billing system."""

from __future__ import annotations

import json
import urllib.request
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dunlin.adapters.stripe.till import StripeTill
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.ledger import total
from local.house import House
from local.timelapse import TimeLapse
from tests.portal.test_whole_way_cloud import activated
from tests.support import builders

pytestmark = pytest.mark.cloud


def call(house: House, function: str, payload: dict[str, Any]) -> dict[str, Any]:
    made = house.cloud.client("lambda").invoke(
        FunctionName=house.outputs[f"{function}FunctionName"], Payload=json.dumps(payload)
    )
    answer: dict[str, Any] = json.loads(made["Payload"].read())
    assert "FunctionError" not in made, answer
    return answer


def control(house: House, path: str, wanted: dict[str, Any]) -> None:
    request = urllib.request.Request(
        f"{house.stripe_url}/_test/{path}",
        data=json.dumps(wanted).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10):
        pass


def pay(house: House, account: Account, number: int) -> None:
    """A person pays a page for all that is owed, whatever was paid meanwhile."""
    till = StripeTill(secret_key="sk_test_cloud", api_base=house.stripe_url)
    opened = till.open_checkout(
        attempt_id=f"{account.account_id}-{number}",
        account_id=account.account_id,
        creditor=account.creditor,
        amount=account.balance,
        locale="en",
        success_url="https://pay.example.com/return",
        cancel_url="https://pay.example.com/return",
    )
    control(house, f"sessions/{opened.id}/pay", {"method": "pm_card_visa"})


def test_the_nightly_count_reads_what_it_needs(house: House) -> None:
    from dunlin.runtime import wiring

    report = call(house, "ReconcileCounts", {})
    assert (report["silent"], report["counters_adrift"]) == ([], 0)
    lapse = TimeLapse(house)
    account = activated(house, lapse, "counted")
    house.cloud.settle(120)
    day = timedelta(days=1)
    found = wiring.account_book().touches_permitted(lapse.now - day, lapse.now + day)
    touches = [touch for touch in found if touch.account_id == account.account_id]
    assert len([touch for touch in touches if touch.sent_at]) == 1, touches
    lapse.run(lapse.now + 2 * day)
    report = call(house, "ReconcileCounts", {})
    counted = report["counts"]["email"]
    assert counted.get("sent", 0) + counted.get("delivered", 0) == 1, report
    assert report["differences"] == counted.get("sent", 0) == len(report["silent"]), report
    assert report["counters_adrift"] == 0, report


def test_the_books_agree_again_after_lost_webhooks_and_a_second_payment(house: House) -> None:
    from dunlin.runtime import wiring

    # The processor outlives the house: what it told of an earlier day must not reach this one.
    control(house, "reset", {})
    book, lapse = wiring.account_book(), TimeLapse(house)
    lapse.run(lapse.now + timedelta(minutes=1))
    name = f"payer{uuid4().hex[:8]}"
    person = builders.consumer(name)
    account = builders.account(f"INV-{name}", consumer_id=person.consumer_id)
    builders.store(book, wiring.creditors(), account, person=person, at=lapse.now)

    def check(balance: int) -> Account:
        thread = book.thread(account.account_id)
        assert thread.account.balance.minor == balance
        return thread.account

    control(house, "webhooks", {"drop": 100})
    pay(house, account, 1)
    pay(house, account, 2)
    control(house, "webhooks", {"drop": 0})
    lapse.run(lapse.now + timedelta(hours=1))
    check(account.balance.minor)

    report = call(house, "ReconcilePayments", {"days": 2})
    assert (len(report["missed"]), len(report["posted"]), report["differences"]) == (2, 2, [])
    owed = account.balance.minor
    assert report["processor_minor"] == report["ledger_minor"] == {"USD": 2 * owed}
    settled = check(0)
    assert settled.status is Status.SETTLED
    kinds = [e.kind for e in book.thread(account.account_id).ledger]
    assert (kinds.count("payment"), kinds.count("refund")) == (2, 1)
    house.cloud.settle(120)
    again = call(house, "ReconcilePayments", {})
    assert (again["posted"], again["differences"]) == ([], [])
    (key,) = [
        o["Key"]
        for o in house.cloud.client("s3").list_objects_v2(
            Bucket=house.outputs["DropBucketName"], Prefix="reports/payments/"
        )["Contents"]
    ]
    assert key.endswith(".json")

    told = {"creditor": account.creditor, "reference": account.reference, "kind": "credit",
            "amount_minor": 700, "currency": "USD", "change_id": "cn-1"}  # fmt: skip
    assert call(house, "ChangeBalance", told)["outcome"] == "applied"
    assert call(house, "ChangeBalance", told)["outcome"] == "known"
    assert call(house, "ChangeBalance", {**told, "currency": "EUR"})["outcome"] == "refused"
    assert check(-700).waits_for_staff
    given = {"account_id": account.account_id, "by": "op-7", "why": "cn-1"}
    assert call(house, "RefundExcess", given) == {"refunded": "$7.00"}
    assert call(house, "RefundExcess", given) == {"refused": "nothing was paid too much"}
    ledger = book.thread(account.account_id).ledger
    assert total(ledger, "USD") == check(0).balance
