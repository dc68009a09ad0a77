"""Messages are priced as they are handed over; at the cap every touch stops, and once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dunlin.adapters.memory.counters import MemoryBus, MemoryCounters, MemorySpendMeter
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.messages.prices import EMAIL_MICRO, TEXT_PART_MICRO
from dunlin.ports.reports import StreamRecord
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from dunlin.service.reports.publishing import publish
from dunlin.service.reports.spending import guard_spend
from tests.support import builders, ground
from tests.support.builders import NOON
from tests.support.evidence import MemoryArchive

MONTH = "2026-11"
CAP = 5 * EMAIL_MICRO


def touch(number: int, channel: Channel, content: str) -> Touch:
    return Touch(
        touch_id=f"tch_{number}",
        key=f"T#1#{number}#0",
        account_id="acc_1",
        consumer_id="con_1",
        creditor=builders.CREDITOR,
        channel=channel,
        template="reminder.gentle",
        template_version="v1",
        state=TouchState.UNKNOWN,
        permitted_at=NOON,
        expires_at=NOON,
        content=content,
    )


def spend(meter: MemorySpendMeter, *touches: Touch) -> None:
    records = [
        StreamRecord(
            record_id=t.touch_id, old=t, new=replace(t, state=TouchState.SENT, sent_at=NOON)
        )
        for t in touches
    ]
    publish(records, counters=MemoryCounters(), meter=meter, bus=MemoryBus())


def test_a_message_is_priced_when_it_is_handed_over_and_then_no_more() -> None:
    meter = MemorySpendMeter()
    mail = touch(1, Channel.EMAIL, "long " * 500)
    text = touch(2, Channel.SMS, "x" * 161)  # two parts
    spend(meter, mail, text)
    assert meter.sums == {MONTH: EMAIL_MICRO + 2 * TEXT_PART_MICRO}
    sent = replace(mail, state=TouchState.SENT, sent_at=NOON)
    arrived = replace(sent, state=TouchState.DELIVERED)
    publish(
        [StreamRecord(record_id="d", old=sent, new=arrived)],
        counters=MemoryCounters(),
        meter=meter,
        bus=MemoryBus(),
    )
    assert meter.sums == {MONTH: EMAIL_MICRO + 2 * TEXT_PART_MICRO}


def test_at_the_cap_what_was_permitted_is_void_and_nothing_more_is_permitted() -> None:
    book, account = ground.memory_world()
    gate, templates = ground.gate("PLAT-FREQ-ALL"), ground.PlainLetters()
    means: dict[str, Any] = {
        "meter": MemorySpendMeter(),
        "book": book,
        "creditors": book.creditors,
        "log": MemoryArchive(lambda: book.chains),
        "now": NOON,
    }
    permitted = check_ladder(
        account.account_id, 1, book=book, gate=gate, templates=templates, now=NOON
    )
    assert permitted.outcome == "email"
    spend(means["meter"], *(touch(n, Channel.EMAIL, "") for n in range(4)))
    below = guard_spend(CAP, **means)
    assert (below.percent, below.stopped) == (80, False)
    spend(means["meter"], touch(5, Channel.EMAIL, ""))
    at_cap = guard_spend(CAP, **means)
    assert (at_cap.percent, at_cap.stopped) == (100, True)
    outbox = ground.outbox()
    done = send(
        account.account_id,
        permitted.touch_key,
        permitted.permit_id,
        book=book,
        ports=outbox,
        now=NOON,
    )
    assert done.outcome == "void"
    assert outbox.mailbox is not None
    assert outbox.mailbox.sent == []  # type: ignore[attr-defined]
    assert [e.what for e in book.chains[f"creditor#{account.creditor}"]] == ["ContactPaused"]
    assert not guard_spend(CAP, **means).stopped
    assert guard_spend(0, **means).percent == 0


def test_who_resumes_goes_on_until_a_higher_cap_is_reached() -> None:
    book, _ = ground.memory_world()
    means: dict[str, Any] = {
        "meter": MemorySpendMeter(),
        "book": book,
        "creditors": book.creditors,
        "log": MemoryArchive(lambda: book.chains),
        "now": NOON,
    }
    means["meter"].add(MONTH, 2 * CAP)
    assert guard_spend(CAP, **means).stopped
    book.pause("platform", on=False, actor="staff", at=NOON)
    assert not guard_spend(CAP, **means).stopped
    assert not book.pauses
    assert guard_spend(2 * CAP, **means).stopped
    assert book.pauses == {"platform"}
