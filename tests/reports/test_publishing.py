"""Counters, domain events and measures from the streams."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunlin.adapters.aws.event_bus import EventBridgeBus, detail
from dunlin.adapters.memory.counters import MemoryBus, MemoryCounters, MemorySpendMeter
from dunlin.domain import ids
from dunlin.domain.accounts import counters as count
from dunlin.domain.accounts.account import Account, Case, Hold, LedgerEntry, Status
from dunlin.domain.accounts.aging import AgingBucket, aging_bucket
from dunlin.domain.accounts.counters import Figure, fold, portfolio, share_of
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.errors import Unavailable
from dunlin.domain.money import Money
from dunlin.domain.staff import events
from dunlin.ports.accounts import Reply
from dunlin.ports.reports import StreamRecord
from dunlin.service.reports import publishing
from tests.staff import builders
from tests.staff.builders import CREDITOR, NOW

SCHEMAS = Path(__file__).parents[2] / "infra" / "events"
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, AgingBucket.NOT_DUE),
        (0, AgingBucket.TO_30),
        (30, AgingBucket.TO_30),
        (31, AgingBucket.TO_60),
        (60, AgingBucket.TO_60),
        (61, AgingBucket.TO_90),
        (90, AgingBucket.TO_90),
        (91, AgingBucket.OVER_90),
        (4000, AgingBucket.OVER_90),
    ],
)
def test_aging_buckets_meet_without_a_gap(days: int, bucket: AgingBucket) -> None:
    assert aging_bucket(TODAY - timedelta(days=days), TODAY) is bucket


def test_no_due_date_is_a_bucket_of_its_own() -> None:
    assert aging_bucket(None, TODAY) is AgingBucket.UNKNOWN


@st.composite
def histories(draw: st.DrawFn) -> list[count.CountedShare]:
    """Changes of a few accounts, each version once, then some repeated and all shuffled."""
    shares = []
    for number in range(draw(st.integers(1, 4))):
        for version in range(1, draw(st.integers(1, 5)) + 1):
            account = builders.account(
                f"R{number}",
                creditor="one",
                version=version,
                status=draw(st.sampled_from(list(Status))),
                hold=draw(st.sampled_from([None, Hold.DISPUTE])),
                balance=Money(draw(st.integers(-500, 100_000)), "USD"),
                due_on=draw(
                    st.none() | st.dates(min_value=date(2024, 1, 30), max_value=date(2026, 12, 31))
                ),
            )
            shares.append(share_of(account))
    repeated = draw(st.lists(st.sampled_from(shares), max_size=6))
    return draw(st.permutations([*shares, *repeated]))


@pytest.mark.slow
@given(histories(), st.integers(1, 5))
def test_counters_equal_a_count_of_the_accounts_whatever_is_repeated_or_reordered(
    shares: list[count.CountedShare], size: int
) -> None:
    counters = MemoryCounters()
    sums: dict[count.CounterCell, Figure] = {}
    for start in range(0, len(shares), size):
        batch = shares[start : start + size]
        for cell, figure in count.moves(counters.shares, batch).deltas.items():
            sums[cell] = sums.get(cell, Figure()) + figure
        counters.count(batch)
    truth = fold(count.newest(shares).values())
    assert counters.tally("one") == truth
    assert {c: f for c, f in sums.items() if f != Figure()} == truth


@pytest.mark.slow
@given(histories())
def test_buckets_and_statuses_add_up_to_the_portfolio(shares: list[count.CountedShare]) -> None:
    for part in portfolio(fold(count.newest(shares).values()), TODAY):
        assert sum(part.by_bucket.values(), Figure()) == part.owing
        assert sum(part.by_status.values(), Figure()) == part.all


def test_currencies_are_never_mixed() -> None:
    tally = fold(
        [
            share_of(builders.account("A", balance=Money(100, "USD"))),
            share_of(builders.account("B", balance=Money(900, "JPY"))),
        ]
    )
    assert {p.currency: p.owing for p in portfolio(tally, TODAY)} == {
        "USD": Figure(1, 100),
        "JPY": Figure(1, 900),
    }


def test_a_settled_account_leaves_the_aging_and_stays_in_the_statuses() -> None:
    settled = builders.account(status=Status.SETTLED, balance=Money(0, "USD"))
    (part,) = portfolio(fold([share_of(settled)]), TODAY)
    assert part.owing == Figure()
    assert part.by_status == {"settled": Figure(1, 0)}


def test_a_removed_account_counts_no_more() -> None:
    counters, bus = MemoryCounters(), MemoryBus()
    account = builders.account()
    publishing.publish(
        [StreamRecord(record_id="1", old=None, new=account)],
        counters=counters,
        meter=MemorySpendMeter(),
        bus=bus,
    )
    assert counters.tally(CREDITOR)
    publishing.publish(
        [StreamRecord(record_id="2", old=account, new=None)],
        counters=counters,
        meter=MemorySpendMeter(),
        bus=bus,
    )
    assert counters.tally(CREDITOR) == {}


def test_a_change_of_plans_alone_is_neither_counted_nor_told() -> None:
    counters, bus = MemoryCounters(), MemoryBus()
    account = builders.account()
    later = replace(account, rung=2, version=2)
    measures = publishing.publish(
        [StreamRecord(record_id="1", old=account, new=later)],
        counters=counters,
        meter=MemorySpendMeter(),
        bus=bus,
    )
    assert (counters.shares, bus.events, measures) == ({}, {}, ())


def test_an_escalation_and_a_hold_are_told_once() -> None:
    bus = MemoryBus()
    stuck = builders.account(escalated="balance", hold=Hold.DISPUTE)
    later = replace(stuck, rung=1, version=2)
    publishing.publish(
        [StreamRecord(record_id="1", old=stuck, new=later)],
        counters=MemoryCounters(),
        meter=MemorySpendMeter(),
        bus=bus,
    )
    assert bus.events == {}


def test_recount_finds_a_lost_change() -> None:
    account = builders.account()
    held = builders.book(account)
    counters = MemoryCounters()
    counters.count([share_of(account)])
    assert publishing.recount(CREDITOR, book=held, counters=counters) == []
    held.accounts[account.account_id] = replace(account, balance=Money(7, "USD"), version=2)
    (difference,) = publishing.recount(CREDITOR, book=held, counters=counters)
    assert (difference.counted, difference.actual) == (Figure(1, 12_345), Figure(1, 7))


def test_counting_anew_makes_good_what_the_stream_lost_and_nothing_else() -> None:
    accounts = [builders.account(f"R{n}", balance=Money(100 + n, "USD")) for n in range(5)]
    held = builders.book(*accounts)
    counters = MemoryCounters()
    counters.count([share_of(account) for account in accounts[:3]])
    moved = replace(accounts[0], status=Status.SETTLED, balance=Money(0, "USD"), version=2)
    held.accounts[moved.account_id] = moved
    assert len(publishing.recount(CREDITOR, book=held, counters=counters)) > 0
    assert publishing.count_anew(CREDITOR, book=held, counters=counters) == 3
    assert publishing.recount(CREDITOR, book=held, counters=counters) == []
    assert publishing.count_anew(CREDITOR, book=held, counters=counters) == 0


def everything() -> list[StreamRecord]:
    """Records that together make every event happen."""
    imported = builders.account(status=Status.IMPORTED)
    active = replace(imported, status=Status.ACTIVE, version=2)
    held = replace(active, hold=Hold.DISPUTE, version=3)
    released = replace(held, hold=None, escalated="balance_over", version=4)
    pairs: list[tuple[Any, Any]] = [
        (None, imported), (imported, active), (active, held), (held, released),
        (held, replace(held, case=Case(lapsed=True), version=4)),
    ]  # fmt: skip
    plan = ids.arrangement_id(active.account_id, 1)
    arranged = replace(active, arranged=True, arrangement_id=plan, version=3)
    pairs += [(active, arranged), (arranged, replace(active, version=4))]
    pairs += [
        (released, replace(released, status=status, version=5))
        for status in (Status.SETTLED, Status.EXHAUSTED, Status.FAILED, Status.CLOSED)
    ]
    pairs += [
        (None, builders.entry(active, kind))
        for kind in ("charge", "payment", "refund", "credit", "adjustment", "chargeback")
    ]
    permitted = builders.touch(active)
    pairs.append((None, permitted))
    pairs += [
        (permitted, replace(permitted, state=state))
        for state in TouchState
        if state is not TouchState.PERMITTED
    ]
    sent = replace(permitted, state=TouchState.SENT)
    pairs.append((sent, replace(sent, opened_at=NOW)))
    pairs.append((sent, replace(sent, clicked_at=NOW)))
    pairs.append(
        (
            None,
            Reply(
                reply_id="r1",
                account_id=active.account_id,
                consumer_id=active.consumer_id,
                channel="sms",
                at=NOW,
                text="I paid <b>already</b>",
            ),
        )
    )
    return [
        StreamRecord(record_id=str(n), old=old, new=new)
        for n, (old, new) in enumerate(pairs, start=1)
    ]


def test_staff_are_called_once_for_each_wait_and_again_for_a_new_message() -> None:
    quiet = builders.account()
    question = Case(kind="question", asked_at=NOW)
    asked = replace(quiet, hold=Hold.REVIEW, case=question)
    read = replace(asked, case=Case())
    graver = replace(asked, case=Case(kind="dispute", asked_at=NOW))
    late = replace(asked, case=replace(question, lapsed=True))

    def kinds(old: Account, new: Account) -> list[tuple[str, str]]:
        staff = ("StaffNeeded", "StaffTimerLapsed")
        notices = [e for e in events.of_account("1", old, new) if e.name in staff]
        return [(e.name, e.detail["kind"]) for e in notices]

    assert kinds(quiet, asked) == [("StaffNeeded", "question")]
    assert kinds(asked, replace(asked, rung=1)) == []
    assert kinds(asked, graver) == [("StaffNeeded", "dispute")]
    assert kinds(asked, read) == [("StaffNeeded", "review")]
    assert kinds(read, asked) == [("StaffNeeded", "question")]
    assert kinds(asked, late) == [("StaffTimerLapsed", "question")]
    assert kinds(late, replace(late, rung=1)) == []
    assert kinds(late, quiet) == []


def test_one_arrangement_in_place_of_another_ends_one_and_starts_one() -> None:
    quiet = builders.account()
    first = replace(quiet, arranged=True, arrangement_id="arr_1")
    asked = replace(quiet, arrangement_id="arr_1")

    def kinds(old: Account, new: Account) -> list[tuple[str, str]]:
        notices = [e for e in events.of_account("1", old, new) if e.name.startswith("Arr")]
        return [(e.name, e.detail["arrangement_id"]) for e in notices]

    assert kinds(quiet, asked) == []
    assert kinds(asked, first) == [("ArrangementStarted", "arr_1")]
    assert kinds(first, replace(first, rung=1)) == []
    assert kinds(first, replace(first, arrangement_id="arr_2")) == [
        ("ArrangementEnded", "arr_1"), ("ArrangementStarted", "arr_2"),
    ]  # fmt: skip
    assert kinds(first, quiet) == [("ArrangementEnded", "arr_1")]


def test_every_event_meets_its_schema_and_every_schema_has_its_event() -> None:
    bus = MemoryBus()
    publishing.publish(everything(), counters=MemoryCounters(), meter=MemorySpendMeter(), bus=bus)
    names = {event.name for event in bus.events.values()}
    schemas = {p.name.removesuffix(".schema.json") for p in SCHEMAS.glob("*.schema.json")}
    assert names == schemas == set(events.FIELDS)
    for event in bus.events.values():
        schema = json.loads((SCHEMAS / f"{event.name}.schema.json").read_text())
        jsonschema.validate(detail(event), schema)
        assert set(schema["required"]) == set(schema["properties"]) == set(detail(event))


def test_events_carry_ids_only() -> None:
    bus = MemoryBus()
    publishing.publish(everything(), counters=MemoryCounters(), meter=MemorySpendMeter(), bus=bus)
    text = json.dumps([dict(event.detail) for event in bus.events.values()])
    for secret in ("Robin", "Castellano", "example.com", "already", "12345", "5000"):
        assert secret not in text


def test_a_batch_told_twice_is_told_with_the_same_ids() -> None:
    bus, counters = MemoryBus(), MemoryCounters()
    publishing.publish(everything(), counters=counters, meter=MemorySpendMeter(), bus=bus)
    before = (dict(bus.events), dict(counters.shares))
    publishing.publish(everything(), counters=counters, meter=MemorySpendMeter(), bus=bus)
    assert (bus.events, counters.shares) == before


@pytest.mark.parametrize(
    ("source", "counted"),
    [("import row 6", 0), ("import newer file", 1), ("import payments file", 1), ("pi_1", 1)],
)
def test_what_was_paid_before_the_first_file_is_no_recovery(source: str, counted: int) -> None:
    paid = LedgerEntry(
        entry_id="e1",
        account_id="acc_1",
        kind="payment",
        amount=Money(-5_000, "USD"),
        on=date(2026, 11, 1),
        source=source,
    )
    record = StreamRecord(record_id="1", old=None, new=paid)
    measures = publishing.publish(
        [record], counters=MemoryCounters(), meter=MemorySpendMeter(), bus=MemoryBus()
    )
    assert [m.value for m in measures if m.name == "Payments"] == [1] * counted


def test_measures_are_summed_and_of_few_dimensions() -> None:
    measures = publishing.publish(
        everything(), counters=MemoryCounters(), meter=MemorySpendMeter(), bus=MemoryBus()
    )
    values = {(m.name, tuple(m.dimensions.items())): m.value for m in measures}
    # Sent, delivered and bounced each came straight from `permitted` here: three messages.
    assert values == {
        ("LadderOutcomes", (("outcome", "closed"),)): 1,
        ("LadderOutcomes", (("outcome", "exhausted"),)): 1,
        ("LadderOutcomes", (("outcome", "failed"),)): 1,
        ("LadderOutcomes", (("outcome", "settled"),)): 1,
        ("MessagesSent", (("channel", "email"),)): 3,
        ("Payments", ()): 1,
        ("RecoveredMinor", (("currency", "USD"),)): 5_000,
    }


def test_a_message_is_counted_once_from_the_permit_to_the_bounce() -> None:
    touch = builders.touch(builders.account())
    way = [
        TouchState.PERMITTED, TouchState.UNKNOWN, TouchState.SENT, TouchState.DELIVERED,
        TouchState.BOUNCED,
    ]  # fmt: skip
    states = [None, *(replace(touch, state=state) for state in way)]
    records = [
        StreamRecord(record_id=str(n), old=old, new=new)
        for n, (old, new) in enumerate(itertools.pairwise(states))
    ]
    measures = publishing.publish(
        records, counters=MemoryCounters(), meter=MemorySpendMeter(), bus=MemoryBus()
    )
    assert [(m.name, m.value) for m in measures] == [("MessagesSent", 1)]


class Bus:
    """Stands for the boto3 client: takes ten entries at most, refuses those named."""

    def __init__(self, refused: str = "") -> None:
        self.entries: list[dict[str, str]] = []
        self.refused = refused

    def put_events(self, *, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert len(Entries) <= 10
        self.entries += Entries
        bad = [e for e in Entries if e["DetailType"] == self.refused]
        return {
            "FailedEntryCount": len(bad),
            "Entries": [{"ErrorCode": "ThrottlingException"} if e in bad else {} for e in Entries],
        }


def changes(number: int) -> list[events.DomainEvent]:
    account = builders.account()
    return [
        events.of_account(f"rec{n}", None, replace(account, status=Status.IMPORTED))[0]
        for n in range(number)
    ]


def test_events_go_on_the_bus_ten_at_a_time() -> None:
    client: Any = Bus()
    EventBridgeBus(client).publish(changes(23))
    assert len(client.entries) == 23
    assert client.entries[0]["Source"] == "dunlin"
    assert json.loads(client.entries[0]["Detail"])["event_id"] == "rec0/AccountImported"


def test_a_refused_event_fails_the_batch() -> None:
    client: Any = Bus(refused="AccountImported")
    with pytest.raises(Unavailable, match="ThrottlingException"):
        EventBridgeBus(client).publish(changes(2))
