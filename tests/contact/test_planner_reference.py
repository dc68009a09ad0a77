"""Five thousand accounts over every pack and shape: the planner does what a slow one of its own
says, misses nothing and repeats nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    Consumer,
    ContactHistory,
    PastContact,
    Preferences,
)
from dunlin.domain.contact import cadence, planner
from dunlin.domain.money import Money
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.runtime import wiring
from dunlin.service.contact.strategies import SHIPPED
from tests.contact.reference import Debt, actions
from tests.contact.walk import FOUR, Walk, rungs
from tests.support import builders
from tests.support.builders import NOON

DAYS = 150
PACKS = sorted(Path("layers/core/dunlin/strategies/packs").glob("*.yaml"))
SHAPES: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text("utf-8")) for path in PACKS
} | {
    name: builders.strategy_document(**shape)
    for name, shape in {
        "four": FOUR,
        "no mercy for weekends": FOUR | {"coordination": {"weekends": True, "holidays": True}},
        "hasty": rungs(*({"name": f"r{n}", "days": n % 3} for n in range(9))),
        "notices": rungs(
            {"name": "five before", "basis": "due_date", "days": -5, "template": "upcoming"},
            {"name": "two before", "basis": "due_date", "days": -2, "template": "upcoming"},
            {"name": "the day", "basis": "due_date", "days": 0, "template": "upcoming"},
            {"name": "late", "basis": "due_date", "days": 5, "tone": "gentle"},
            {"name": "later", "basis": "due_date", "days": 12, "tone": "firm"},
            {"name": "last", "days": 21, "template": "final_notice", "offer": "final"},
        ),
        "silent": FOUR | {"escalation": {"silent_touches": 2, "rung": "last"}},
        "by age and balance": {
            "ladders": {
                "young": FOUR["ladders"]["standard"],
                "old": [
                    {"name": "one", "days": 0, "channels": ["email"], "template": "reminder"},
                    {"name": "old two", "days": 4, "channels": ["sms", "email"],
                     "template": "second_reminder", "tone": "firm"},
                    {"name": "last", "days": 9, "channels": ["email"], "offer": "final",
                     "template": "final_notice", "tone": "firm"},
                ],
            },
            "assign": [
                {"ladder": "old", "when": {"days_past_due": {"from": 60}}},
                {"ladder": "old", "when": {"balance_minor": {"to": 10_000}}},
                {"ladder": "young", "when": {"days_past_due": {"to": 59}}},
                {"ladder": "young"},
            ],
        },
        "as written": FOUR | {"adapt": {"enabled": False}},
        "no opens": FOUR | {"opens": False},
    }.items()
}  # fmt: skip
COUNT = -(-5_000 // len(SHAPES))


def accounts(seed: int, count: int) -> Iterator[tuple[Debt, Account, Consumer]]:
    """Debts of all ages, their persons and how they read what they are sent."""
    chance = Random(seed)
    for n in range(count):
        late = chance.choice([None, *range(-25, 200)])
        due = None if late is None else NOON.date() - timedelta(days=late)
        issued = min(due or NOON.date(), NOON.date()) - timedelta(days=chance.randint(0, 40))
        relationship = chance.choice(["", "current_tenant", "former_tenant"])
        minor = chance.choice([500, 10_000, 10_001, 40_000, 900_000])
        texts = chance.random() < 0.6
        wish = chance.choice(["", "", "", "sms", "email"])
        reads = chance.choices(["", "opened", "clicked"], [6, 2, 1], k=40)
        person = builders.consumer(
            f"p{n}",
            preferences=Preferences(channels=(Channel(wish),) if wish else ()),
            consents={Channel.EMAIL: Consent(state=ConsentState.IMPLIED, version=1)}
            | ({Channel.SMS: Consent(state=ConsentState.GRANTED, version=1)} if texts else {}),
        )
        account = builders.account(
            f"REF-{seed}-{n}", consumer_id=person.consumer_id, due_on=due, issued_on=issued,
            balance=Money(minor, "USD"),
            extras={"relationship": relationship} if relationship else {},
        )  # fmt: skip
        yield (
            Debt(due=due, issued=issued, minor=minor, relationship=relationship, texts=texts,
                 wish=wish, reads=reads),
            account,
            person,
        )  # fmt: skip


def walked(
    account: Account, person: Consumer, strategy: Strategy, reads: list[str]
) -> list[tuple[Any, ...]]:
    """What the planner makes of an account, look by look; staff let everything go at once."""
    now, end = NOON, NOON + timedelta(days=DAYS, hours=11)
    account = replace(account, status=Status.ACTIVE, activated_at=now, ladder_run=1)
    account = replace(account, ladder=cadence.ladder_of(account, strategy, now))
    if not account.ladder:
        return []
    account = replace(account, due_at=planner.next_action(account, strategy, now).at)
    contacts: list[PastContact] = []
    steps: list[tuple[Any, ...]] = []
    while account.due_at is not None and (now := max(now, account.due_at)) <= end:
        plan = planner.plan(
            account=account, consumer=person, strategy=strategy, paused="", now=now,
            history=ContactHistory(consumer_id=person.consumer_id, contacts=tuple(contacts)),
        )  # fmt: skip
        account = replace(account, ladder=plan.ladder or account.ladder)
        if plan.step == "wait":
            assert plan.until is not None
            assert plan.until > now
            open_day = cadence.on_a_working_day(plan.until, strategy.coordination)
            account = replace(account, due_at=open_day)
        elif plan.step == "escalated":
            account = replace(
                account, approved_triggers=(*account.approved_triggers, plan.trigger), due_at=now
            )
        elif plan.step == "offer":
            assert plan.rung is not None
            offer = plan.offers[0]
            day = cadence.today(now)
            steps.append((day, plan.rung.name, offer.channel.value, offer.template))
            contacts.append(_read(account, offer, now, reads[len(contacts)]))
            account = planner.rung_used(account, strategy, plan.rung.name, now)
        else:
            assert plan.step == "exhausted", plan
            break
    return steps


def _read(account: Account, offer: planner.Offer, now: datetime, read: str) -> PastContact:
    return PastContact(
        at=now, channel=offer.channel.value, direction="out", outcome="delivered",
        account_id=account.account_id, template=offer.template,
        touch_id=f"{account.account_id}-{account.rung}", read=read, read_at=now if read else None,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_the_planner_does_what_the_slow_one_says(name: str) -> None:
    document = SHAPES[name]
    read = read_strategy(document, creditor=builders.CREDITOR, version=1)
    strategy = replace(read, approved_by=SHIPPED)
    seed, sent = sum(map(ord, name)), 0
    for debt, account, person in accounts(seed, COUNT):
        started = bool(cadence.ladder_of(account, strategy, NOON))
        expected = actions(debt, document, date(2026, 11, 23), DAYS) if started else []
        done = walked(account, person, strategy, debt.reads)
        assert done == expected, (account.reference, debt)
        names = [rung for _, rung, _, _ in done]
        assert len(names) == len(set(names)), "a rung was repeated"
        sent += len(done)
    assert sent > COUNT


@pytest.mark.slow
def test_five_thousand_accounts_are_compared() -> None:
    assert COUNT * len(SHAPES) >= 5_000
    assert len(PACKS) >= 9
    for path in PACKS:
        wiring.strategy_reader().read(path.read_bytes(), creditor="acme")


@pytest.mark.parametrize("name", ["generic", "storage", "by age and balance"])
def test_nobody_is_left_without_a_timer_or_a_stated_reason(name: str) -> None:
    walk = Walk(document=SHAPES[name])
    ids = []
    for n, (_, account, person) in enumerate(accounts(7, 60)):
        kept = walk.person(f"p{n // 3}", preferences=person.preferences)
        kept_id = walk.owes(
            account.reference, kept, due_on=account.due_on, issued_on=account.issued_on,
            balance=account.balance, extras=account.extras,
        )  # fmt: skip
        ids.append(kept_id)
    strategy = walk.book.creditors.strategy(builders.CREDITOR)
    assert strategy is not None
    walk.start(*(i for i in ids if strategy.assign(walk.account(i), NOON.date()).ladder))
    for _ in range(8):
        walk.until(15)
        active = [a for a in walk.book.accounts.values() if a.status is Status.ACTIVE]
        left = [a for a in active if a.due_at is None and a.hold is None and not a.escalated]
        assert left == []
        assert list(walk.book.unattended(builders.CREDITOR)) == []
