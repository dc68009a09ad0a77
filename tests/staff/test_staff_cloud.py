"""What staff see on the deployed stack: streams, counters, widgets and decisions, IAM enforced."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dunlin.domain.accounts.account import Account, Hold, LedgerEntry
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.audit import audit
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change
from dunlin.runtime import wiring
from dunlin.service import arrangements
from local.local_stack import LocalStack
from local.viewer.cloud import Source
from tests.staff import builders
from tests.staff.builders import CREDITOR
from tests.support.wholes import AccountBook

pytestmark = pytest.mark.cloud


def eventually(look: Callable[[], Any], *, seconds: float = 30) -> Any:
    """The first true answer, asked for again and again until the deadline."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
    return seen


@pytest.fixture(scope="module")
def now(stack: LocalStack) -> Iterator[datetime]:
    for factory in vars(wiring).values():
        getattr(factory, "cache_clear", lambda: None)()
    at = wiring.clock().now()
    wiring.creditors().put_strategy(CREDITOR, builders.STRATEGY, at)
    yield at
    for factory in vars(wiring).values():
        getattr(factory, "cache_clear", lambda: None)()


def entry(account: Account, at: datetime, what: str) -> AuditEntry:
    return audit.append(
        subject=f"account#{account.account_id}",
        sequence=account.version + 1,
        previous=account.audit_head,
        at=at,
        actor="test",
        what=what,
        data={},
    )


def write(
    book: AccountBook, account: Account, at: datetime, what: str, ledger: tuple[LedgerEntry, ...]
) -> Account:
    audit_entry = entry(account, at, what)
    account = replace(account, version=account.version + 1, audit_head=audit_entry.hash)
    book.apply(Change(account=account, ledger=ledger, audit=[audit_entry]))
    return account


@pytest.fixture(scope="module")
def held(stack: LocalStack, now: datetime) -> Account:
    """One disputed account in the deployed tables."""
    book = wiring.account_book()
    account = builders.account(
        "HD-1",
        hold=Hold.DISPUTE,
        hold_reason="Says it was paid <b>twice</b>.",
        due_on=now.date() - timedelta(days=45),
        version=0,
    )
    person = builders.consumer(account, version=0)
    first = audit.append(
        subject=f"consumer#{person.consumer_id}",
        sequence=1,
        previous="",
        at=now,
        actor="test",
        what="ConsumerImported",
        data={},
    )
    book.apply(Change(consumer=replace(person, version=1, audit_head=first.hash), audit=[first]))
    return write(book, account, now, "AccountHeld", (builders.entry(account, "charge", 12_345),))


@pytest.fixture
def call(stack: LocalStack) -> Callable[..., str]:
    source = Source(endpoint=stack.endpoint, dashboard="dunlin", region="us-east-1")
    endpoints = {
        w["properties"]["endpoint"].rpartition("-")[2]: w["properties"]
        for w in source.body()["widgets"]
        if w["type"] == "custom"
    }
    decide = endpoints["show_decisions"]["params"]["decide"]

    def ask(function: str, **values: Any) -> str:
        properties = endpoints.get(function, endpoints["show_decisions"])
        endpoint = decide if function == "decide" else properties["endpoint"]
        context = {"params": properties["params"], "theme": "light"}
        event = {**(values or properties["params"]), "widgetContext": context}
        return str(source.call(endpoint, event))

    return ask


def test_an_account_reaches_the_portfolio_within_seconds(
    held: Account, call: Callable[..., str]
) -> None:
    page = eventually(lambda: (p := call("show_portfolio")) and "$123.45" in p and p)
    assert "31–60 days" in page
    assert "Disputed" in page


def test_an_account_is_listed_by_its_hold_and_found_by_its_name(
    held: Account, call: Callable[..., str]
) -> None:
    page = eventually(
        lambda: (
            (p := call("show_accounts", listed="yes", hold="dispute")) and held.reference in p and p
        )
    )
    assert "R••• C•••" in page
    for find in ("castellano", held.reference, "robin.castellano@example.com"):
        assert held.reference in call("show_accounts", listed="yes", find=find)
    assert held.reference not in call("show_accounts", listed="yes", bucket="over-90")


def test_one_account_is_shown_with_its_ledger_and_log(
    held: Account, call: Callable[..., str]
) -> None:
    page = call("show_account", account_id=held.reference)
    assert "R••• C•••" in page
    assert "Says it was paid &lt;b&gt;twice" in page
    assert "Account held" in page
    assert "do not add up" not in page
    assert "Robin Castellano" in call(
        "show_account", account_id=held.account_id, reveal="yes", popup="yes"
    )


def test_a_decision_is_taken_once_and_counted(
    held: Account, call: Callable[..., str], stack: LocalStack
) -> None:
    assert "HD-1" in eventually(lambda: (p := call("show_decisions")) and "HD-1" in p and p)
    asked = {"account_id": held.account_id, "version": held.version, "decision": "approve"}
    assert "Approved." in call("decide", **asked)
    assert "has moved since" in call("decide", **asked)
    after = wiring.account_book().account(held.account_id)
    assert after is not None
    assert (after.hold, after.version) == (None, held.version + 1)
    chain = wiring.audit_archive().chain(f"account#{held.account_id}")
    assert audit.verify(chain, head=after.audit_head) == []
    assert (chain[-1].what, chain[-1].actor) == ("ReleaseApproved", "staff:dashboard")
    eventually(lambda: "Nothing is on hold" in call("show_portfolio"))
    eventually(lambda: "Nothing waits" in call("show_decisions"))


def test_a_payment_becomes_metrics_and_events(
    held: Account, now: datetime, stack: LocalStack
) -> None:
    book = wiring.account_book()
    events: Any = stack.cloud.client("events")
    queues: Any = stack.cloud.client("sqs")
    arn = "arn:aws:sqs:us-east-1:000000000000:heard"
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    url = queues.create_queue(QueueName="heard", Attributes={"Policy": policy})["QueueUrl"]
    events.put_rule(Name="hear", EventPattern=json.dumps({"source": ["dunlin"]}))
    events.put_targets(Rule="hear", Targets=[{"Id": "1", "Arn": arn}])
    account = book.account(held.account_id)
    assert account is not None
    paid = replace(account, balance=account.balance - Money(5_000, "USD"))
    write(book, paid, now, "PaymentPosted", (builders.entry(account, "payment", -5_000),))
    metrics: Any = stack.cloud.client("cloudwatch")
    eventually(
        lambda: (
            {"Payments", "RecoveredMinor"}
            <= {m["MetricName"] for m in metrics.list_metrics(Namespace="Dunlin/dunlin")["Metrics"]}
        )
    )

    def heard() -> list[dict[str, Any]]:
        got = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(m["Body"]) for m in got]

    (event, *_) = eventually(heard)
    assert (event["source"], event["detail-type"]) == ("dunlin", "PaymentPosted")
    assert set(event["detail"]) == {"event_id", "entry_id", "account_id"}


def test_an_arrangement_is_agreed_to_by_a_button(
    now: datetime, call: Callable[..., str], stack: LocalStack
) -> None:
    """The role of Decide reaches the machine of the arrangement and the notice to the person."""
    book, waker = wiring.account_book(), wiring.arranging_waker()
    account = builders.account("HD-2", due_on=now.date() - timedelta(days=45), version=0)
    person = builders.consumer(account, version=0)
    first = audit.append(
        subject=f"consumer#{person.consumer_id}",
        sequence=1,
        previous="",
        at=now,
        actor="test",
        what="ConsumerImported",
        data={},
    )
    book.apply(Change(consumer=replace(person, version=1, audit_head=first.hash), audit=[first]))
    write(book, account, now, "AccountImported", (builders.entry(account, "charge", 12_345),))
    strategy = arrangements.in_force(CREDITOR, wiring.creditors(), now.date())
    terms = arrangements.propose(
        account,
        strategy,
        instalment=None,
        count=60,
        frequency="monthly",
        first_on=now.date() + timedelta(days=10),
        today=now.date(),
    )
    assert isinstance(terms, Terms)
    arrangements.ask(
        account.account_id,
        terms,
        consent=None,
        book=book,
        creditors=wiring.creditors(),
        waker=waker,
        now=now,
    )
    page = eventually(lambda: (p := call("show_decisions")) and "HD-2" in p and p)
    assert "Asks to pay 60 times, monthly" in page
    asked = book.account(account.account_id)
    assert asked is not None
    pressed = {"account_id": account.account_id, "version": asked.version, "decision": "approve"}
    assert "Agreed." in call("decide", **pressed)
    (arrangement,) = book.arrangements(account.account_id)
    assert arrangement.in_force
    assert waker.arrangement_running(arrangement)
