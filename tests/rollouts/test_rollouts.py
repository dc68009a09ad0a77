"""A pilot reaches exactly its fifty; what was tested is promoted unchanged, or halts itself."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.rollouts import MemoryRollouts
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.errors import DomainError
from dunlin.domain.payments.posting import add
from dunlin.domain.rollouts.ramp import GUARDRAILS
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import Rollout, RolloutStage, Segment, held_out
from dunlin.domain.strategy.strategy import Selection, Span
from dunlin.ports.accounts import Change, Facts
from dunlin.ports.messages import Rendered
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from dunlin.service.rollouts import rollouts
from dunlin.service.rollouts.requests import Started
from dunlin.service.rollouts.rollout_ports import RolloutPorts
from dunlin.service.signals.signals import apply_signal
from tests.support import builders, ground
from tests.support.builders import CREDITOR, NOON
from tests.support.evidence import MemoryArchive

EVERYBODY = Segment(name="everybody", when=Selection())
AGED = Segment(name="aged", when=Selection(days_past_due=Span(low=30, high=60)))
TWO_DAYS = NOON + timedelta(hours=49)


class Links:
    """A prober for whom some links are dead."""

    def __init__(self, *dead: str) -> None:
        self.dead, self.tried = set(dead), set[str]()

    def alive(self, url: str) -> bool:
        self.tried.add(url)
        return url not in self.dead


class Town:
    """A creditor with many people, each with one account, and time that passes."""

    def __init__(self, number: int, *, due_on: Any = date(2026, 10, 10), **document: Any) -> None:
        self.book = MemoryBook()
        for n in range(number):
            person = builders.consumer(f"p{n}")
            due = due_on(n) if callable(due_on) else due_on
            builders.store(
                self.book,
                self.book.creditors,
                builders.account(f"INV-{n}", consumer_id=person.consumer_id, due_on=due),
                person=person,
                **{"holdout_percent": 0} | document,
            )
        self.waker = MemoryWaker()
        self.templates = ground.PlainLetters()
        self.ports = RolloutPorts(
            book=self.book,
            creditors=self.book.creditors,
            rollouts=MemoryRollouts(),
            templates=self.templates,
            log=MemoryArchive(lambda: self.book.chains),
            waker=self.waker,
        )
        self.gate = ground.gate("PLAT-FREQ-ALL")
        self.now = NOON

    def begin(self, segment: Segment = EVERYBODY, **asked: Any) -> Started:
        wanted: dict[str, Any] = {"stage": "pilot", "size": 50} | asked
        return rollouts.begin(self.request(), segment, ports=self.ports, now=self.now, **wanted)

    def promote(self, rollout: Rollout, links: Links | None = None) -> Started | list[str]:
        return rollouts.promote(
            self.request(),
            rollout.rollout_id,
            ports=self.ports,
            link_checker=links or Links(),
            now=self.now,
        )

    def request(self) -> RolloutRequest:
        """Something that nobody has asked before."""
        return RolloutRequest(request_id=uuid.uuid4().hex, creditor=CREDITOR, asked_at=self.now)

    def advance(self) -> list[Started]:
        return rollouts.advance_all(ports=self.ports, now=self.now)

    def active(self) -> set[str]:
        return {a.account_id for a in self.accounts() if a.status is Status.ACTIVE}

    def accounts(self) -> list[Account]:
        return list(self.book.accounts.values())

    def contact(self, hours: int) -> None:
        """Let some hours pass and every ladder take the steps that fall due in them."""
        self.now += timedelta(hours=hours)
        for account in self.accounts():
            if account.status is not Status.ACTIVE or not account.timed:
                continue
            decided = check_ladder(
                account.account_id,
                account.ladder_run,
                book=self.book,
                gate=self.gate,
                templates=self.templates,
                now=self.now,
            )
            if decided.outcome in ("email", "sms"):
                channel = Channel(decided.outcome)
                send(
                    account.account_id,
                    decided.touch_key,
                    decided.permit_id,
                    book=self.book,
                    ports=ground.outbox(channel),
                    now=self.now,
                )

    def touched(self) -> set[str]:
        return {
            t.account_id for t in self.book.touches.values() if t.state is not TouchState.PERMITTED
        }

    def react(self, kind: SignalKind, share: float, dice: random.Random) -> None:
        """A share of those contacted opt out, complain or bounce, each once."""
        for touch in list(self.book.touches.values()):
            if touch.state is not TouchState.SENT or dice.random() >= share:
                continue
            apply_signal(
                Signal(
                    signal_id=f"{kind}-{touch.touch_id}",
                    kind=kind,
                    at=self.now,
                    account_id=touch.account_id,
                    consumer_id=touch.consumer_id,
                    touch_id=touch.touch_id,
                    channel=touch.channel.value,
                    detail={"permanent": True, "message_id": touch.message_id},
                ),
                book=self.book,
                waker=self.waker,
                now=self.now,
            )


def stage(town: Town, rollout: Rollout) -> Rollout:
    rollout_now = town.ports.rollouts.rollout(rollout.rollout_id)
    assert rollout_now is not None
    return rollout_now


def test_a_pilot_of_nobody_does_not_start() -> None:
    town = Town(5)
    nobody = replace(AGED, name="nobody", when=Selection(status=("settled",)))
    with pytest.raises(DomainError, match="a pilot of nobody would contact nobody"):
        town.begin(nobody)
    assert list(town.ports.rollouts.rollouts(CREDITOR)) == []


def test_exactly_those_chosen_are_contacted() -> None:
    town = Town(120)
    listed, _ = rollouts.preview(CREDITOR, EVERYBODY, size=50, ports=town.ports, now=NOON)
    begun = town.begin()
    assert (begun.started, begun.passed_over) == (50, {"over the size": 70})
    town.contact(hours=2)
    assert town.touched() == {a.account_id for a in listed} == town.active()


def test_a_pilot_is_drawn_from_its_segment_to_the_day() -> None:
    days = (29, 30, 60, 61)
    today = date(2026, 11, 23)
    town = Town(40, due_on=lambda n: today - timedelta(days=days[n % 4]))
    begun = town.begin(AGED)
    assert begun.started == 20
    assert {
        (today - a.due_on).days for a in town.accounts() if a.status is Status.ACTIVE and a.due_on
    } == {30, 60}


def test_people_held_out_are_left_alone_and_measured_by() -> None:
    town = Town(200, holdout_percent=20)
    strategy = town.book.creditors.strategy(CREDITOR)
    assert strategy is not None
    begun = town.begin(stage="full", size=0)
    out = {a.account_id for a in town.accounts() if a.hold is Hold.HOLDOUT}
    assert (
        len(out)
        == begun.held_out
        == sum(held_out(strategy, a.consumer_id) for a in town.accounts())
    )
    assert 20 <= len(out) <= 60
    town.contact(hours=2)
    assert town.touched() == town.active()
    assert not town.touched() & out
    report, _ = rollouts.show(begun.rollout.rollout_id, ports=town.ports, now=town.now)
    assert (report.accounts, report.held_out) == (200 - len(out), len(out))


def test_who_was_held_out_and_paid_is_still_measured_as_held_out() -> None:
    town = Town(200, holdout_percent=20)
    begun = town.begin(stage="full", size=0)
    for account in town.accounts():
        if account.hold is Hold.HOLDOUT:
            entry = entry_of(account, now=NOON, what="BalanceChanged", data={})
            paid = LedgerEntry(
                entry_id=f"pay-{account.account_id}",
                account_id=account.account_id,
                kind="payment",
                amount=-account.balance,
                on=NOON.date(),
                source="desk",
            )
            after = add(account, [paid], NOON).account
            town.book.apply(
                Change(account=next_version(after, entry), ledger=[paid], audit=[entry])
            )
    assert not any(a.hold is Hold.HOLDOUT for a in town.accounts())
    report, lifted = rollouts.show(begun.rollout.rollout_id, ports=town.ports, now=town.now)
    assert (report.accounts, report.held_out) == (begun.started, begun.held_out)
    assert report.paid == {}
    assert lifted is not None
    assert (lifted.treated, lifted.held_out) == (0.0, 1.0)


def test_the_report_counts_what_the_log_holds() -> None:
    town = Town(60)
    begun = town.begin()
    town.contact(hours=2)
    dice = random.Random(1)
    town.react(SignalKind.BOUNCE, 0.1, dice)
    town.react(SignalKind.DELIVERED, 1.0, dice)
    town.react(SignalKind.COMPLAINT, 0.0, dice)
    report, _ = rollouts.show(begun.rollout.rollout_id, ports=town.ports, now=TWO_DAYS)
    bounced = sum(t.state is TouchState.BOUNCED for t in town.book.touches.values())
    assert bounced > 0
    assert (report.accounts, report.planned, report.actual, report.contacts) == (50, 50, 50, 50)
    (counted,) = report.deliveries.values()
    assert (counted.sent, counted.bounced, counted.delivered) == (50, bounced, 50 - bounced)
    assert {r.guardrail: r.events for r in report.guardrails}["bounce"] == bounced


class Unfinished(ground.PlainLetters):
    """A template that cannot be written in Spanish."""

    def render(self, template: str, channel: Channel, **rest: Any) -> Rendered:
        facts: Facts = rest["facts"]
        if template.startswith("reminder") and facts.consumer.language == "es":
            raise DomainError("'given_name' is unresolved")
        return super().render(template, channel, **rest)


class Linked(ground.PlainLetters):
    """Templates with a link of the creditor's own."""

    def render(self, template: str, channel: Channel, **rest: Any) -> Rendered:
        rendered = super().render(template, channel, **rest)
        return replace(rendered, html=rendered.html + ' <a href="https://example.com/faq">')


class Reworded(ground.PlainLetters):
    def version(self, template: str, channel: Channel, **rest: Any) -> str:
        return "v2"


@pytest.fixture
def pilot() -> tuple[Town, Rollout]:
    """A pilot of fifty whose first two days are over."""
    town = Town(120)
    rollout = town.begin().rollout
    town.contact(hours=2)
    town.now = TWO_DAYS
    return town, rollout


def obstacles(town: Town, rollout: Rollout, links: Links | None = None, **parts: Any) -> list[str]:
    town.ports = replace(town.ports, **parts)
    promotion = town.promote(rollout, links)
    assert isinstance(promotion, list)
    assert stage(town, rollout).stage is RolloutStage.PILOT
    return promotion


def test_each_defect_keeps_a_pilot_from_promotion(pilot: tuple[Town, Rollout]) -> None:
    town, rollout = pilot
    assert "cannot be written" in obstacles(town, rollout, templates=Unfinished())[0]
    dead = obstacles(town, rollout, Links("https://example.com/faq"), templates=Linked())
    assert dead == ["This link is dead: https://example.com/faq"]
    assert "templates have changed" in obstacles(town, rollout, templates=Reworded())[0]
    town.ports = replace(town.ports, templates=town.templates)
    town.now = NOON + timedelta(hours=47)
    assert obstacles(town, rollout) == ["Its first 48 hours are not over."]
    town.now = TWO_DAYS
    town.book.creditors.put_strategy(
        CREDITOR, builders.strategy_document(holdout_percent=0, opens=False), NOON
    )
    assert "is newer" in obstacles(town, rollout)[0]


def test_a_tripped_guardrail_keeps_a_pilot_from_promotion(pilot: tuple[Town, Rollout]) -> None:
    town, rollout = pilot
    town.react(SignalKind.OPT_OUT, 0.5, random.Random(3))
    assert any(line.startswith("Guardrail opt_out") for line in obstacles(town, rollout))


@pytest.mark.slow
def test_a_good_configuration_reaches_everybody_unchanged() -> None:
    town = Town(400)
    rollout = town.begin().rollout
    town.contact(hours=2)
    town.now = TWO_DAYS
    done = town.promote(rollout)
    assert isinstance(done, Started)
    sizes = [done.rollout.size]
    for _ in range(12):
        town.contact(hours=24)
        sizes += [s.rollout.size for s in town.advance()]
        if stage(town, rollout).stage is RolloutStage.FULL:
            break
    assert sizes == sorted(sizes)
    assert sizes[0] == 100
    final = stage(town, rollout)
    assert (final.stage, final.size) == (RolloutStage.FULL, 400)
    assert (final.configuration, final.strategy_version) == (
        rollout.configuration,
        rollout.strategy_version,
    )
    assert len(town.active()) == 400
    assert {a.strategy_version for a in town.accounts()} == {rollout.strategy_version}


@pytest.mark.parametrize(
    ("kind", "rail"), [(SignalKind.OPT_OUT, "opt_out"), (SignalKind.BOUNCE, "bounce")]
)
def test_a_bad_configuration_halts_itself(kind: SignalKind, rail: str) -> None:
    town = Town(400)
    dice = random.Random(5)
    rollout = town.begin().rollout
    rate = 4 * next(r.unacceptable for r in GUARDRAILS if r.name == rail)
    town.contact(hours=2)
    town.react(kind, rate, dice)
    town.now = TWO_DAYS
    town.advance()
    halted = stage(town, rollout)
    assert halted.halted == rail
    assert all(a.paused for a in town.accounts() if a.cohort and a.on_ladder)
    before = len(town.touched())
    for _ in range(20):
        town.contact(hours=24)
        town.advance()
    assert len(town.touched()) == before
    assert len([a for a in town.accounts() if a.cohort]) == 50


def test_what_becomes_due_later_starts_by_itself_where_everybody_was_reached() -> None:
    town = Town(10)
    town.begin(stage="full", size=0)
    person = builders.consumer("late")
    builders.store(
        town.book,
        town.book.creditors,
        builders.account(
            "INV-late",
            consumer_id=person.consumer_id,
            due_on=date(2026, 11, 30),
            hold=Hold.NOT_DUE,
        ),
        person=person,
        holdout_percent=0,
    )
    late = builders.account("INV-late").account_id
    town.advance()
    started = town.book.accounts[late]
    assert started.status is Status.ACTIVE
    for _ in range(12):
        town.contact(hours=24)
        if late in town.touched():
            break
    (touch,) = [t for t in town.book.touches.values() if t.account_id == late]
    assert touch.permitted_at.date() > date(2026, 11, 30)


def test_segments_are_counted_with_what_they_share_before_anything_starts() -> None:
    today = date(2026, 11, 23)
    town = Town(30, due_on=lambda n: today - timedelta(days=10 + 3 * n))
    recent = Segment(name="recent", when=Selection(days_past_due=Span(high=45)))
    for segment in (AGED, recent):
        town.ports.rollouts.put_segment(CREDITOR, segment)
    saved, suggested = rollouts.counts(CREDITOR, [], ports=town.ports, now=NOON)
    by_name = {c.segment.name: c for c in saved}
    assert by_name["aged"].accounts == by_name["aged"].ready == 10
    assert (
        by_name["aged"].overlaps == {"recent": 5} == {"recent": by_name["recent"].overlaps["aged"]}
    )
    begun = town.begin(AGED)
    assert begun.started == by_name["aged"].ready
    assert begun.rollout.baseline.accounts == 10
    assert suggested[0].segment.name == "everybody"
    conditions = [c.segment.when.conditions for c in suggested]
    assert conditions == sorted(conditions)


def test_shadow_plans_and_logs_and_sends_nothing() -> None:
    town = Town(5)
    town.begin(stage="shadow")
    for _ in range(20):
        town.contact(hours=24)
    assert not town.book.touches
    assert not town.book.permits
    proposed = [
        e for chain in town.book.chains.values() for e in chain if e.what == "TouchProposed"
    ]
    assert len({e.subject for e in proposed}) == 5
    assert {e.data["channel"] for e in proposed} <= {"email", "sms"}
    assert len(proposed) >= 10
