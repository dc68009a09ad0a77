"""A pilot on the deployed stack, under the time-lapse clock: whom it reaches, what it says, what
keeps it from everybody, and how it halts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.reports.outcome import Report
from dunlin.service.signals.signals import apply_signal
from local.local_stack import LocalStack
from local.outside import OutsideWorld
from local.timelapse import TimeLapse
from tests.support import builders
from tests.support.builders import CREDITOR
from tests.support.launch import ask, launch

pytestmark = pytest.mark.cloud

PEOPLE = 70


class Town:
    """A creditor with seventy people, each with one account aged 30 to 60 days."""

    def __init__(self, stack: LocalStack) -> None:
        from dunlin.runtime import wiring

        self.stack, self.lapse = stack, TimeLapse(stack)
        self.book, self.waker = wiring.account_book(), wiring.waker()
        for n in range(PEOPLE):
            person = builders.consumer(f"p{n}", phones=())
            builders.store(
                self.book,
                wiring.creditors(),
                builders.account(f"INV-{n}", consumer_id=person.consumer_id),
                person=person,
                at=self.lapse.now,
            )

    def addresses(self) -> set[str]:
        return {to for mail in OutsideWorld(cloud=self.stack.cloud).emails() for to in mail.to}

    def active(self) -> list[Account]:
        return list(self.book.accounts_of_creditor(CREDITOR, status=Status.ACTIVE.value))

    def people_of(self, accounts: list[Account]) -> set[str]:
        people = self.book.read_consumers([a.consumer_id for a in accounts]).values()
        return {address for person in people for address in person.emails}

    def pass_days(self, days: int) -> None:
        self.lapse.run(self.lapse.now + timedelta(days=days))

    def report(self, rollout: str) -> Report:
        from dunlin.runtime import wiring
        from dunlin.service.rollouts.rollouts import show

        report, _ = show(rollout, ports=wiring.rollout_ports(), now=self.lapse.now)
        return report


@pytest.fixture
def town(stack: LocalStack) -> Town:
    stack.cloud.rewind()
    return Town(stack)


def test_fifty_are_contacted_and_what_was_tested_reaches_everybody(town: Town) -> None:
    begun = launch(town.stack, stage="pilot", size=50)
    assert (begun["started"], begun["passed_over"]) == (50, {"over the size": 20})
    chosen = town.people_of(town.active())
    assert len(chosen) == 50
    early = ask(town.stack, {"promote": begun["rollout"]})["obstacles"]
    assert "Its first 48 hours are not over." in early
    town.pass_days(3)
    assert town.addresses() == chosen
    report = town.report(begun["rollout"])
    assert (report.planned, report.actual, report.contacts) == (50, 50, 50)
    promoted = ask(town.stack, {"promote": begun["rollout"]})
    assert "obstacles" not in promoted, promoted
    assert (promoted["stage"], promoted["size"], promoted["started"]) == ("full", PEOPLE, 20)
    town.pass_days(3)
    assert len(town.addresses()) == PEOPLE
    assert {a.strategy_version for a in town.active()} == {1}


def test_a_bad_template_halts_itself_and_nobody_more_hears_of_it(town: Town) -> None:
    begun = launch(town.stack, stage="pilot", size=50)
    town.pass_days(3)
    heard = town.addresses()
    for account in town.active()[:12]:
        signal = Signal(
            signal_id=f"stop-{account.account_id}",
            kind=SignalKind.OPT_OUT,
            at=town.lapse.now,
            account_id=account.account_id,
            consumer_id=account.consumer_id,
            channel="email",
        )
        apply_signal(signal, book=town.book, waker=town.waker, now=town.lapse.now)
    refused = ask(town.stack, {"promote": begun["rollout"]})["obstacles"]
    assert any(line.startswith("Guardrail opt_out") for line in refused)
    (halted,) = ask(town.stack, {})["rollouts"]
    assert halted["halted"] == "opt_out"
    before = len(OutsideWorld(cloud=town.stack.cloud).emails())
    town.pass_days(40)
    ask(town.stack, {})
    assert (town.addresses(), len(OutsideWorld(cloud=town.stack.cloud).emails())) == (heard, before)
