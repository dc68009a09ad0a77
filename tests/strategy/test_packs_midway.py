"""What happens midway, over all packs: a move-out, a claim, a write-off, a letter to approve. The
planner equals a second reading of the documents, day by day, that shares no code with it
(`tests/contact/reference.py` reads persons and adaptation; this one what befalls an account)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import ContactHistory, PastContact
from dunlin.domain.contact import planner
from dunlin.domain.money import Money
from dunlin.domain.strategy.strategy import Strategy
from tests.scenarios.story import pack, strategy_of
from tests.strategy.test_packs import NAMES
from tests.support import builders

COUNT = 1_800
BEGINS = date(2027, 1, 4)
HORIZON = 400
CLOSING = 7  # days after the last rung in which it may still work
# The federal holidays of the time of the test, written down by hand (5 USC 6103).
HOLIDAYS = {
    date(2027, 1, 1), date(2027, 1, 18), date(2027, 2, 15), date(2027, 5, 31), date(2027, 6, 18),
    date(2027, 6, 19), date(2027, 7, 4), date(2027, 7, 5), date(2027, 9, 6), date(2027, 10, 11),
    date(2027, 11, 11), date(2027, 11, 25), date(2027, 12, 24), date(2027, 12, 25),
    date(2027, 12, 31), date(2028, 1, 1), date(2028, 1, 17), date(2028, 2, 21),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One account in plain values. `moves`: the day on which its tenant moves out."""

    number: int
    pack: str
    activated: date
    due: date
    minor: int
    contested: int = 0
    extras: Mapping[str, str] = field(default_factory=dict)
    moves: date | None = None


def weekday(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def cases() -> list[Case]:
    dice = random.Random(1_800)
    cases_found = []
    for number in range(COUNT):
        name = NAMES[number % len(NAMES)]
        activated = BEGINS + timedelta(days=dice.randrange(28))
        while not weekday(activated):
            activated += timedelta(days=1)
        moves = activated + timedelta(days=dice.randrange(5, 60))
        while not weekday(moves):
            moves += timedelta(days=1)
        minor = dice.choice([4_000, 9_999, 10_000, 10_001, 25_000, 120_000, 600_000, 1_200_000])
        extras = {}
        if name == "property":
            extras["relationship"] = dice.choice(["current_tenant", "former_tenant"])
        if name == "healthcare" and dice.random() < 0.5:
            extras["insurance"] = dice.choice(["settled", "denied"])
        if dice.random() < 0.1:
            extras["written_off"] = "yes"
        cases_found.append(
            Case(
                number=number,
                pack=name,
                activated=activated,
                due=activated + timedelta(days=dice.randrange(-70, 15)),
                minor=minor,
                contested=minor // 3 if name == "trucking" and dice.random() < 0.5 else 0,
                extras=extras,
                moves=moves if extras.get("relationship") == "current_tenant" else None,
            )
        )
    return cases_found


Event = tuple[date, str, str]  # the day, what happened, and the message where one went out


def reference(case: Case, document: Mapping[str, Any]) -> Iterator[Event]:
    """Walk the days; at each, ask what the document says of an account in this state."""
    sent: list[str] = []
    touched: date | None = None
    for ahead in range(HORIZON):
        day = case.activated + timedelta(days=ahead)
        moved = case.moves is not None and day >= case.moves
        extras = {**case.extras, **({"relationship": "former_tenant"} if moved else {})}
        ladder = _ladder(case, extras, document, day)
        if ladder is None:
            yield (day, "no ladder", "")
            return
        rung = _next(ladder, sent, case, day)
        looked = moved and day == case.moves
        if rung is None:
            assert touched is not None
            if day < touched + timedelta(days=CLOSING) and not looked:
                continue
            trigger = _trigger(case, len(sent), document, day)
            yield (day, "escalated", trigger) if trigger else (touched, "exhausted", "")
            return
        due = _due(rung, case, touched, document)
        if due > day and not looked:
            continue
        trigger = _trigger(case, len(sent), document, day)
        if trigger:
            yield (day, "escalated", trigger)
            return
        if due > day:
            continue
        if rung.get("approval"):
            yield (day, "escalated", f"approval:{rung['name']}")
            return
        sent.append(rung["name"])
        touched = day
        yield (day, rung["name"], f"{rung['template']}.{rung['tone']}")
    raise AssertionError("the ladder has no end")


def _ladder(
    case: Case, extras: Mapping[str, str], document: Mapping[str, Any], day: date
) -> list[Mapping[str, Any]] | None:
    status = "contested" if case.contested else "open"
    if extras.get("written_off"):
        status = "written_off"
    has = {
        "status": status,
        "relationship": extras.get("relationship", ""),
        "insurance": extras.get("insurance", ""),
    }
    numbers = {"balance_minor": case.minor, "days_past_due": (day - case.due).days}
    for rule in document["assign"]:
        when = rule.get("when", {})
        words = all(has[name] in when[name] for name in has if name in when)
        spans = all(
            when[name].get("from", -(10**9)) <= number <= when[name].get("to", 10**12)
            for name, number in numbers.items()
            if name in when
        )
        if words and spans:
            rungs: list[Mapping[str, Any]] = document["ladders"][rule["ladder"]]
            return rungs
    return None


def _early(rung: Mapping[str, Any]) -> bool:
    return rung.get("basis") == "due_date" and rung["days"] <= 0


def _next(
    ladder: list[Mapping[str, Any]], sent: list[str], case: Case, day: date
) -> Mapping[str, Any] | None:
    left = [rung for rung in ladder if rung["name"] not in sent]
    for place, rung in enumerate(left):
        if not _early(rung):
            return rung
        overtaken = any(
            _early(other) and case.due + timedelta(days=other["days"]) <= day
            for other in left[place + 1 :]
            if other["days"] > rung["days"]
        )
        if day <= case.due and not overtaken:
            return rung
    return None


def _due(
    rung: Mapping[str, Any], case: Case, touched: date | None, document: Mapping[str, Any]
) -> date:
    late = case.due + timedelta(days=1)
    began = case.activated if _early(rung) else max(case.activated, late)
    basis = rung.get("basis", "previous")
    days = timedelta(days=rung["days"])
    if basis == "due_date":
        day = case.due + days
    elif touched is not None and basis == "previous":
        day = touched + days
    else:
        day = began + days
    if not _early(rung):
        day = max(day, late)
    if touched is not None:
        gap = document["coordination"]["minimum_gap_hours"]
        assert gap % 24 == 0
        day = max(day, touched + timedelta(days=gap // 24))
    while not weekday(day):
        day += timedelta(days=1)
    return day


def _trigger(case: Case, silent: int, document: Mapping[str, Any], day: date) -> str:
    limits = document["escalation"]
    if case.minor - case.contested > limits.get("balance_over_minor", 10**12):
        return "balance"
    if (day - case.due).days > limits.get("days_past_due", 10**9):
        return "days_past_due"
    return "silent" if silent >= limits.get("silent_touches", 10**9) else ""


def planned(case: Case, strategy: Strategy) -> Iterator[Event]:
    """Ask, wait, send, ask again: until the account has nothing more to do."""
    now = datetime(case.activated.year, case.activated.month, case.activated.day, 18, tzinfo=UTC)
    account = Account(
        account_id=f"acc_{case.number}",
        creditor="packs",
        consumer_id=f"con_{case.number}",
        reference=f"R-{case.number}",
        status=Status.ACTIVE,
        balance=Money(case.minor, "USD"),
        contested_minor=case.contested,
        issued_on=case.due - timedelta(days=30),
        due_on=case.due,
        industry=strategy.industry,
        extras=dict(case.extras),
        activated_at=now,
        ladder_run=1,
    )
    ladder = strategy.assign(account, _day(now)).ladder
    if not ladder:
        yield (_day(now), "no ladder", "")
        return
    account = replace(account, ladder=ladder)
    action = planner.next_action(account, strategy, now)
    account = replace(account, due_at=action.at)
    person = builders.consumer(str(case.number))
    history = ContactHistory(consumer_id=account.consumer_id)
    moves = datetime.combine(case.moves, time(6), UTC) if case.moves else None
    while True:
        due = account.due_at
        assert due is not None, "an open account has neither a timer nor a stated reason"
        if moves and moves <= max(due, now):
            now, moves = max(now, moves), None
            account = replace(account, extras={"relationship": "former_tenant"} | {
                k: v for k, v in account.extras.items() if k != "relationship"
            })  # fmt: skip
        else:
            now = max(now, due)
        plan = planner.plan(
            account=account,
            consumer=person,
            history=history,
            strategy=strategy,
            paused="",
            now=now,
        )
        assert plan.reason
        if plan.step == "wait":
            account = replace(account, due_at=plan.until, ladder=plan.ladder or account.ladder)
            continue
        if plan.step == "exhausted":
            yield (_day(account.touched_at or now), "exhausted", "")
            return
        if plan.step == "escalated":
            yield (_day(now), "escalated", plan.trigger)
            return
        assert plan.step == "offer"
        assert plan.rung is not None
        yield (_day(now), plan.rung.name, plan.offers[0].template)
        account = planner.rung_used(account, strategy, plan.rung.name, now)
        contact = PastContact(
            at=now,
            channel=plan.offers[0].channel.value,
            direction="out",
            outcome="delivered",
            account_id=account.account_id,
            template=plan.offers[0].template,
            touch_id=f"tch_{case.number}_{len(account.sent)}",
        )
        history = replace(history, contacts=(*history.contacts, contact))


def _day(at: datetime) -> date:
    return (at - timedelta(hours=6)).date()


@pytest.mark.slow
def test_every_planned_action_equals_the_reference_none_missed_and_none_repeated() -> None:
    documents = {name: pack(name) for name in NAMES}
    strategies = {name: strategy_of(name) for name in NAMES}
    seen: Counter[str] = Counter()
    actions = 0
    for case in cases():
        wanted = list(reference(case, documents[case.pack]))
        touches = list(planned(case, strategies[case.pack]))
        assert touches == wanted, case
        rungs = [what for _, what, message in touches if "." in message]
        assert len(rungs) == len(set(rungs))
        actions += len(rungs)
        seen[touches[-1][1]] += 1
    assert actions > 2 * COUNT
    assert set(seen) == {"exhausted", "escalated", "no ladder"}
    assert min(seen.values()) > 50


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_reads_the_document_and_not_the_strategy(name: str) -> None:
    """A change of the document that only the reference sees must be told apart."""
    document, strategy = pack(name), strategy_of(name)
    for rungs in document["ladders"].values():
        rungs[0]["days"] = rungs[0]["days"] + 3
    mine = [case for case in cases()[: 20 * len(NAMES)] if case.pack == name]
    assert any(list(reference(c, document)) != list(planned(c, strategy)) for c in mine)
