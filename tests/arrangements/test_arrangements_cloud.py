"""Six instalments on the deployed stack under time-lapse: kept, mended, missed and arranged anew,
paid off early. Messages follow the instalments; the invoice's date causes none."""

from __future__ import annotations

import json
import urllib.request
from datetime import date, timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.adapters.stripe.processor import StripeProcessor
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.arrangements.arrangement import Arrangement, ArrangementState
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.money import Money
from dunlin.service import arrangements
from local.local_stack import LocalStack
from local.timelapse import TimeLapse
from tests.support import builders
from tests.support.builders import CREDITOR
from tests.support.launch import launch
from tests.support.table_calls import table_calls

pytestmark = pytest.mark.cloud

FIRST = date(2026, 12, 7)
LIMITS = {"lowest_instalment_minor": 5_000, "longest_months": 12, "first_within_days": 31}


class Street:
    """Four neighbours with 600.00 dollars each to pay, and the processor they pay through."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack, self.lapse = stack, TimeLapse(stack)
        from dunlin.runtime import wiring

        self.book, self.creditors = wiring.account_book(), wiring.creditors()
        self.waker = wiring.arranging_waker()
        self.processor = StripeProcessor(secret_key="sk_test_local", api_base=stack.stripe_url)

    def moves_in(self, name: str, number: str) -> str:
        person = builders.consumer(name, phones=(number,), given_name=name.title())
        account = builders.account(
            f"INV-{name}",
            consumer_id=person.consumer_id,
            balance=Money(60_000, "USD"),
            due_on=date(2026, 11, 1),
        )
        builders.store(
            self.book, self.creditors, account, person=person, at=self.lapse.now, arrangement=LIMITS
        )
        return account.account_id

    def stripe(self, path: str, content: dict[str, Any]) -> None:
        """One control of the processor's stand-in."""
        request = urllib.request.Request(
            f"{self.stack.stripe_url}/_test{path}",
            data=json.dumps(content).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200

    def asks(
        self, account_id: str, *, first_on: date = FIRST, count: int = 6, autopay: bool = True
    ) -> Arrangement:
        now, account = self.lapse.now, self.account(account_id)
        terms = arrangements.propose(
            account,
            arrangements.in_force(CREDITOR, self.creditors, now.date()),
            instalment=None,
            count=count,
            frequency="monthly",
            first_on=first_on,
            today=now.date(),
        )
        assert isinstance(terms, Terms)
        consent = arrangements.consent_of("Debit me.", version="1", language="en", at=now)
        asked = arrangements.ask(
            account_id,
            terms,
            consent=consent if autopay else None,
            book=self.book,
            creditors=self.creditors,
            waker=self.waker,
            now=now,
        )
        assert isinstance(asked, Arrangement)
        assert asked.in_force
        return asked

    def saves_a_card(self, account_id: str) -> None:
        """The person goes to the processor's page and comes back."""
        now = self.lapse.now
        page = arrangements.autopay_page(
            account_id,
            consent=arrangements.consent_of("Debit me.", version="1", language="en", at=now),
            locale="en",
            success_url="https://pay.example.org/back",
            cancel_url="https://pay.example.org/back",
            book=self.book,
            processor=self.processor,
            now=now,
        )
        assert not isinstance(page, arrangements.AskRefusal)
        self.stripe(f"/sessions/{page.id}/pay", {"method": "pm_card_visa"})
        arrangements.autopay_saved(
            account_id, book=self.book, waker=self.waker, processor=self.processor, now=now
        )

    def card_expires(self, account_id: str) -> None:
        autopay = self.current(account_id).autopay
        assert autopay is not None
        self.stripe(f"/methods/{autopay.method_ref}/behave", {"as": "expired_card"})

    def pays(self, account_id: str, minor: int) -> None:
        """By hand, on the processor's page; the money comes back as its event."""
        page = self.processor.open_checkout(
            attempt_id=f"hand-{account_id}-{self.lapse.now.timestamp()}",
            account_id=account_id,
            creditor=CREDITOR,
            amount=Money(minor, "USD"),
            locale="en",
            success_url="https://pay.example.org/back",
            cancel_url="https://pay.example.org/back",
        )
        self.stripe(f"/sessions/{page.id}/pay", {"method": "pm_card_visa"})

    def account(self, account_id: str) -> Account:
        account = self.book.account(account_id)
        assert account is not None
        return account

    def current(self, account_id: str) -> Arrangement:
        arrangement = self.book.arrangement(account_id)
        assert arrangement is not None
        return arrangement

    def heard(self, account_id: str) -> list[tuple[str, date]]:
        """What went out after the agreement: kind and day."""
        touches = self.book.account_history(account_id).touches
        return [(t.template, t.sent_at.date()) for t in touches if t.sent_at and not t.run]

    def rungs(self, account_id: str) -> int:
        return sum(1 for t in self.book.account_history(account_id).touches if t.run)

    def ends(self, arrangement: Arrangement) -> tuple[str, str]:
        """The status of its execution, and the last state that it entered."""
        arn = self.stack.outputs["ArrangementMachineArn"].replace(":stateMachine:", ":execution:")
        arn = f"{arn}:{arrangement.arrangement_id}-{arrangement.run}"
        steps = self.stack.cloud.client("stepfunctions")
        events = steps.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        entered = [
            e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e
        ]
        return steps.describe_execution(executionArn=arn)["status"], entered[-1]


@pytest.fixture(scope="module")
def street(stack: LocalStack) -> Street:
    return Street(stack)


def months(count: int) -> list[date]:
    return [date(2026 + (11 + n) // 12, (11 + n) % 12 + 1, FIRST.day) for n in range(count)]


def test_four_arrangements_live_through_half_a_year(street: Street) -> None:
    names = ("keeper", "mender", "misser", "earlybird")
    keeper, mender, misser, early = (
        street.moves_in(name, f"+1217555014{n}") for n, name in enumerate(names)
    )
    assert launch(street.stack)["started"] == 4
    for payer in (keeper, mender, early):
        street.asks(payer)
        street.saves_a_card(payer)
    missed = street.asks(misser, autopay=False)
    lapse, due = street.lapse, months(6)

    def on(day: date, act: Any, *, hour: int = 20) -> None:
        at = lapse.now.replace(year=day.year, month=day.month, day=day.day, hour=hour, minute=0)
        lapse.plan(at, act)

    on(due[1] + timedelta(days=2), lambda: street.card_expires(mender))
    on(due[2] + timedelta(days=2), lambda: street.saves_a_card(mender))
    on(due[0] - timedelta(days=1), lambda: street.pays(misser, 10_000))
    anew: list[Arrangement] = []

    def arranges_anew() -> None:
        anew.append(street.asks(misser, first_on=due[2], count=5))
        street.saves_a_card(misser)

    on(due[1] + timedelta(days=3), arranges_anew)
    on(due[2] + timedelta(days=2), lambda: street.pays(early, 30_000))
    lapse.run(lapse.now + timedelta(days=230))

    for account_id in (keeper, mender, misser, early):
        account = street.account(account_id)
        assert (account.status, account.balance.minor) == (Status.SETTLED, 0), account_id
        assert (account.hold, account.arranged) == (None, False)
        assert street.rungs(account_id) == 0
        ledger = street.book.account_history(account_id).ledger
        assert sum(e.amount.minor for e in ledger) == 0

    (kept,) = street.book.arrangements(keeper)
    assert kept.state is ArrangementState.KEPT
    assert [t.at.date() for i in kept.instalments for t in i.tries] == due
    assert street.ends(kept) == ("SUCCEEDED", "Kept")
    notices = [(kind, day) for kind, day in street.heard(keeper) if kind != "receipt"]
    assert notices[0][0] == "arrangement_confirmation"
    assert notices[1:7] == [("instalment_due", day - timedelta(days=3)) for day in due]
    assert notices[7:] == [("paid_in_full", due[5])]

    (mended,) = street.book.arrangements(mender)
    assert mended.state is ArrangementState.KEPT
    assert [len(i.tries) for i in mended.instalments] == [1, 1, 2, 1, 1, 1]
    assert mended.instalments[2].tries[0].decline is not None
    assert mended.instalments[2].tries[1].at.date() == due[2] + timedelta(days=2)
    assert ("broken_instalment", due[2]) in street.heard(mender)

    second, first = street.book.arrangements(misser)
    assert first.arrangement_id == missed.arrangement_id
    assert (first.state, second.state) == (ArrangementState.REPLACED, ArrangementState.KEPT)
    assert street.ends(first) == ("SUCCEEDED", "Cancelled")
    assert street.ends(second) == ("SUCCEEDED", "Kept")
    assert ("broken_instalment", due[1] + timedelta(days=1)) in street.heard(misser)
    assert second.terms.total == Money(50_000, "USD")

    (paid_off,) = street.book.arrangements(early)
    assert paid_off.state is ArrangementState.PAID_OFF
    assert [len(i.tries) for i in paid_off.instalments] == [1, 1, 1, 0, 0, 0]
    assert street.ends(paid_off) == ("SUCCEEDED", "Kept")


def test_a_missed_one_breaks_and_its_ladder_waits_for_a_person(street: Street) -> None:
    account_id = street.moves_in("breaker", "+12175550149")
    assert launch(street.stack)["started"] == 1
    now = street.lapse.now
    first_on = (now + timedelta(days=5)).date()
    arrangement = street.asks(account_id, first_on=first_on, autopay=False)
    street.lapse.run(now + timedelta(days=20))
    account = street.account(account_id)
    (broken,) = street.book.arrangements(account_id)
    assert broken.state is ArrangementState.BROKEN
    assert street.ends(arrangement) == ("SUCCEEDED", "Broken")
    assert (account.hold, account.escalated) == (None, "broken_arrangement")
    assert account.hold is not Hold.ARRANGEMENT
    kinds = [kind for kind, _ in street.heard(account_id)]
    assert kinds == ["arrangement_confirmation", "instalment_due", "broken_instalment"]
    assert street.rungs(account_id) == 0


def test_each_of_a_hundred_requests_inside_the_limits_takes_a_few_calls_of_the_tables(
    street: Street,
) -> None:
    """From the click to an arrangement in force with its entry in the log. At 20 ms a call, far
    more than a table takes, it is agreed within two seconds."""
    asked = [street.moves_in(f"asker{n}", f"+1217555{n:04}") for n in range(100)]
    terms = arrangements.offers(
        street.account(asked[0]),
        arrangements.in_force(CREDITOR, street.creditors, street.lapse.now.date()),
        today=street.lapse.now.date(),
    )[0]
    most = 0
    for account_id in asked:
        with table_calls() as calls:
            arrangement = arrangements.ask(
                account_id,
                terms,
                consent=None,
                book=street.book,
                creditors=street.creditors,
                waker=MemoryWaker(),
                now=street.lapse.now,
            )
        most = max(most, len(calls))
        assert isinstance(arrangement, Arrangement)
        assert arrangement.in_force
    assert 0 < most <= 20
    assert all(street.account(a).hold is Hold.ARRANGEMENT for a in asked)
