"""The pace of e-mails: what the provider allows, shared by all ladders."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.mail_turns import MemoryMailTurns
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.domain.accounts.reasons import PACED
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.contact.pace import LOOK_EVERY, SendingAllowance, SendingPace, pace_of, time_for
from dunlin.domain.errors import Limit
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.contact.sending import send
from tests.support import builders, ground
from tests.support.builders import NOON

OPEN = SendingAllowance(per_second=14, per_day=50_000, used=0, sending=True)
DAY, MOMENT = timedelta(hours=24), timedelta(seconds=1)


def test_the_pace_is_nine_tenths_of_the_rate_while_the_day_lasts() -> None:
    pace = pace_of(OPEN, None, NOON)
    assert pace.step == timedelta(seconds=1 / 12.6)
    assert (pace.closed_until, pace.quiet_at) == (None, NOON)


def test_no_more_goes_until_the_next_look_than_the_day_has_left() -> None:
    nearly = replace(OPEN, used=48_400)
    pace = pace_of(nearly, None, NOON)
    assert LOOK_EVERY / pace.step == pytest.approx(600)
    assert pace.closed_until is None


def test_a_day_that_is_used_up_opens_when_its_first_messages_are_a_day_old() -> None:
    began = pace_of(OPEN, None, NOON)
    used = pace_of(replace(OPEN, used=49_000), began, NOON + timedelta(hours=1))
    assert used.closed_until == NOON + DAY
    late = pace_of(replace(OPEN, used=49_500), began, NOON + timedelta(hours=30))
    assert late.closed_until == NOON + timedelta(hours=31), "some of it comes back all the time"


def test_an_account_that_is_paused_or_has_no_quota() -> None:
    paused = pace_of(replace(OPEN, sending=False), None, NOON)
    assert paused.closed_until == NOON + timedelta(minutes=30)
    endless = pace_of(replace(OPEN, per_day=-1, used=10**6), None, NOON)
    assert endless.closed_until is None
    assert replace(OPEN, per_day=-1).percent == 0
    assert replace(OPEN, used=45_000).percent == 90


def test_how_long_a_message_to_everybody_takes() -> None:
    pace = pace_of(OPEN, None, NOON)
    assert time_for(12_600, pace) == pytest.approx(timedelta(seconds=1_000), abs=MOMENT)
    assert time_for(98_000, pace) == timedelta(days=2)
    endless = pace_of(replace(OPEN, per_day=-1), None, NOON)
    assert time_for(126_000, endless) == pytest.approx(timedelta(seconds=10_000), abs=MOMENT)


def many(number: int) -> MemoryBook:
    """As many people, each with an account that is due now."""
    book = MemoryBook()
    for n in range(number):
        person = builders.consumer(f"p{n}")
        builders.store(book, book.creditors, ground.active(f"p{n}"), person=person)
    return book


def look(
    book: MemoryBook, account_id: str, turns: MemoryMailTurns, now: datetime
) -> LadderDecision:
    return check_ladder(
        account_id,
        1,
        book=book,
        gate=ground.gate(),
        templates=ground.PlainLetters(),
        now=now,
        turns=turns,
    )


def test_a_wave_leaves_at_the_rate_and_each_waits_once() -> None:
    book, turns = many(120), MemoryMailTurns()
    turns.set_pace(SendingPace(step=timedelta(seconds=1)))
    left: Counter[datetime] = Counter()
    looks = 0
    waiting = [(NOON, account_id) for account_id in book.accounts]
    while waiting:
        now, account_id = waiting.pop(0)
        decision = look(book, account_id, turns, now)
        looks += 1
        if decision.outcome == "email":
            left[now] += 1
            continue
        stored = book.accounts[account_id]
        assert stored.next_action is not None
        assert (decision.outcome, stored.next_action.reason) == ("wait", PACED)
        assert stored.due_at is not None
        waiting.append((stored.due_at, account_id))
    # Three may go at once, two of them a little early; then one a second.
    assert left.total() == 120
    assert max(left.values()) == 3
    assert max(left) == NOON + timedelta(seconds=119)
    assert looks == 120 + 117


def test_whoever_is_woken_keeps_their_turn_and_a_closed_account_gives_another() -> None:
    book, turns = many(5), MemoryMailTurns()
    turns.set_pace(SendingPace(step=timedelta(minutes=1)))
    first, second, *_ = book.accounts
    assert look(book, first, turns, NOON).outcome == "email"
    assert look(book, second, turns, NOON).outcome == "wait"
    turn = book.accounts[second].due_at
    assert turn == NOON + timedelta(minutes=1)
    assert look(book, second, turns, NOON + timedelta(seconds=5)).outcome == "wait"
    assert book.accounts[second].due_at == turn
    opens = NOON + timedelta(hours=3)
    turns.set_pace(SendingPace(step=timedelta(minutes=1), closed_until=opens))
    assert look(book, second, turns, turn).outcome == "wait"
    assert book.accounts[second].due_at == opens
    assert look(book, second, turns, opens).outcome == "email"


def test_a_message_that_the_provider_gave_back_takes_a_turn_anew() -> None:
    book, turns = many(2), MemoryMailTurns()
    turns.set_pace(SendingPace(step=timedelta(minutes=10)))
    first, second = book.accounts
    assert look(book, first, turns, NOON).outcome == "email"
    assert look(book, second, turns, NOON).outcome == "wait"
    stored = book.accounts[second]
    # As the sender leaves it: due again at another instant than the turn it had.
    book.accounts[second] = replace(stored, due_at=NOON + timedelta(minutes=5))
    assert look(book, second, turns, NOON + timedelta(minutes=5)).outcome == "wait"
    assert book.accounts[second].due_at == NOON + timedelta(minutes=20)


def test_after_a_day_without_the_provider_everybody_is_written_to_once_and_at_the_pace() -> None:
    book, turns, mailbox = many(80), MemoryMailTurns(), MemoryMailbox()
    turns.set_pace(SendingPace(step=timedelta(seconds=10)))
    outbox, back = ground.outbox(mailbox=mailbox), NOON + DAY
    left: list[datetime] = []
    waiting = [(NOON, account_id) for account_id in book.accounts]
    while waiting:
        now, account_id = heapq.heappop(waiting)
        decision = look(book, account_id, turns, now)
        if decision.permit_id:
            mailbox.fail = [Limit.UNREACHABLE] if now < back else []
            key, permit = decision.touch_key, decision.permit_id
            send(account_id, key, permit, book=book, ports=outbox, now=now)
        due = book.accounts[account_id].due_at
        assert due is not None
        if len(mailbox.sent) > len(left):
            left.append(now)
        else:
            heapq.heappush(waiting, (due, account_id))
    assert mailbox.calls > 2 * len(left), "it was tried all day"
    assert len({e.tags["touch_id"] for e in mailbox.sent}) == len(left) == 80
    assert len({e.to for e in mailbox.sent}) == 80
    states = Counter(touch.state for touch in book.touches.values())
    assert states.keys() == {TouchState.SENT, TouchState.RELEASED}
    assert min(left) >= back
    in_a_minute = max(sum(at <= t < at + timedelta(minutes=1) for t in left) for at in left)
    assert in_a_minute <= 6 + 3, "a turn each ten seconds, and some a little early"
