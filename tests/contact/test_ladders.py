"""The next step of a ladder: what a lost sender left, and clocks that do not agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.senders import Failure, MemoryMailbox
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import Channel, ContactHistory, PastContact
from dunlin.domain.accounts.touch import PERMIT_LIFE, TouchState
from dunlin.domain.audit import audit
from dunlin.domain.errors import Conflict, Limit
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.contact.sending import send
from tests.support import builders, ground
from tests.support.builders import NOON

GATE = ground.gate("PLAT-FREQ-ALL", "PLAT-OPTOUT-ALL")
LATE = NOON + PERMIT_LIFE


def check(book: MemoryBook, account: Account, after: timedelta = timedelta(0)) -> LadderDecision:
    return check_ladder(
        account.account_id,
        book.accounts[account.account_id].ladder_run,
        book=book,
        gate=GATE,
        templates=ground.PlainLetters(),
        now=NOON + after,
    )


def change(book: MemoryBook, account: Account, **changes: Any) -> None:
    stored = book.accounts[account.account_id]
    entry = entry_of(stored, now=NOON, what="Changed", data={})
    after = next_version(replace(stored, **changes), entry)
    ledger = builders.adjusted(stored, after.balance, NOON)
    book.apply(Change(account=after, ledger=ledger, audit=[entry]))


def test_a_permit_is_asked_for_again_only_after_it_died() -> None:
    book, account = ground.memory_world()
    first = check(book, account)
    again = check(book, account)
    assert (first.outcome, again.outcome, again.permit_id) == ("email", "wait", "")
    assert again.wait_seconds == PERMIT_LIFE.total_seconds()


def test_a_permit_that_died_unspent_is_given_back_and_no_longer_counts() -> None:
    book, account = ground.memory_world()
    first = check(book, account)
    second = check(book, account, PERMIT_LIFE)
    assert (second.outcome, second.touch_key) == ("email", "T#1#0#1")
    lost = book.touches[account.account_id, first.touch_key]
    assert (lost.state, lost.reason) == (TouchState.RELEASED, "expired unspent")
    contacts = {c.touch_id: c.outcome for c in book.facts(account.account_id).history.contacts}
    assert contacts[lost.touch_id] == "released"
    chain = book.chains[f"account#{account.account_id}"]
    assert [e.what for e in chain][-3:] == ["TouchPermitted", "TouchReleased", "TouchPermitted"]
    assert not audit.verify(chain, head=book.accounts[account.account_id].audit_head)


def test_a_lost_permit_does_not_count_as_its_own_repetition() -> None:
    """PLAT-DUP forbids the same template twice a day; what never left is no first time."""
    book, account = ground.memory_world()
    whole = ground.gate()

    def look(after: timedelta) -> LadderDecision:
        return check_ladder(
            account.account_id,
            1,
            book=book,
            gate=whole,
            templates=ground.PlainLetters(),
            now=NOON + after,
        )

    assert look(timedelta(0)).outcome == "email"
    assert look(PERMIT_LIFE).outcome == "email"


@pytest.mark.parametrize(
    "state", [TouchState.UNKNOWN, TouchState.DELIVERED, TouchState.BOUNCED, TouchState.SENT]
)
@pytest.mark.parametrize("restarted", [False, True])
def test_what_may_have_been_sent_ends_its_rung(state: TouchState, restarted: bool) -> None:
    book, account = ground.memory_world()
    first = check(book, account)
    touch = book.touches[account.account_id, first.touch_key]
    book.touches[account.account_id, first.touch_key] = replace(touch, state=state)
    if restarted:
        change(book, account, ladder_run=2)
    after = check(book, account, PERMIT_LIFE)
    stored = book.accounts[account.account_id]
    assert (after.outcome, stored.rung, stored.occurrence) == ("wait", 1, 0)
    assert stored.due_at is not None
    assert stored.due_at >= NOON + timedelta(days=10)
    assert len(book.touches) == 1


def test_a_contact_that_another_clock_dates_ahead_counts_for_the_cap() -> None:
    book, account = ground.memory_world()
    ahead = NOON + timedelta(seconds=2)
    contacts = tuple(
        PastContact(
            at=ahead,
            channel="email",
            direction="out",
            outcome="sent",
            account_id=None,
            template="reminder",
            touch_id=f"past {n}",
        )
        for n in range(7)
    )
    history = ContactHistory(consumer_id=account.consumer_id, contacts=contacts, version=1)
    book.apply(Change(history=history))
    verdict = GATE.judge(
        book.facts(account.account_id),
        channel=Channel.EMAIL,
        template="reminder.neutral",
        purpose="",
        now=NOON,
    )
    assert (verdict.outcome, verdict.blocked_by) == ("defer", ("PLAT-FREQ-ALL",))


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"status": Status.SETTLED}, "settled"),
        ({"hold": Hold.DISPUTE}, "held"),
        ({"status": Status.CLOSED}, "exhausted"),
        ({"sent": ("Reminder", "Second", "Options", "Final")}, "exhausted"),
        ({"escalated": "balance"}, "escalated"),
        ({"due_at": NOON + timedelta(hours=1)}, "wait"),
    ],
)
def test_what_stands_against_an_offer_is_one_word(changes: dict[str, object], outcome: str) -> None:
    book, account = ground.memory_world()
    change(book, account, **changes)
    assert check(book, account).outcome == outcome
    assert not book.touches


def test_an_older_run_has_nothing_left_to_do() -> None:
    book, account = ground.memory_world()
    change(book, account, ladder_run=2)
    old = check_ladder(
        account.account_id, 1, book=book, gate=GATE, templates=ground.PlainLetters(), now=NOON
    )
    assert (old.outcome, old.permit_id) == ("exhausted", "")
    assert not book.touches


def test_a_provider_that_refuses_is_tried_again_later_and_ends_with_a_person() -> None:
    book, account = ground.memory_world()
    mailbox = MemoryMailbox(fail=[Failure.BEFORE] * 5)
    outbox = ground.outbox(mailbox=mailbox)
    now, pauses = NOON, []
    for _ in range(5):
        permit = check(book, account, now - NOON)
        assert permit.outcome == "email"
        sending = send(
            account.account_id,
            permit.touch_key,
            permit.permit_id,
            book=book,
            ports=outbox,
            now=now,
        )
        assert sending.outcome == "void"
        due = book.accounts[account.account_id].due_at
        if due is not None:
            pauses.append((due - now).total_seconds() / 60)
            now = due
    assert pauses == [5, 20, 80, 320]
    assert book.accounts[account.account_id].hold is Hold.REVIEW
    assert not mailbox.sent


@pytest.mark.parametrize("limit", Limit)
def test_a_limit_of_the_provider_costs_time_alone(limit: Limit) -> None:
    book, account = ground.memory_world()
    mailbox = MemoryMailbox(fail=[limit] * 12)
    outbox = ground.outbox(mailbox=mailbox)
    now, waited = NOON, []
    while not mailbox.sent:
        permit = check(book, account, now - NOON)
        if permit.outcome == "email":
            send(
                account.account_id,
                permit.touch_key,
                permit.permit_id,
                book=book,
                ports=outbox,
                now=now,
            )
        stored = book.accounts[account.account_id]
        assert stored.hold is None
        assert stored.due_at is not None
        if permit.outcome == "email":
            waited.append(stored.due_at - now)
        now = max(stored.due_at, now)
    assert mailbox.calls == 13
    assert timedelta(minutes=1) <= min(waited[:-1])
    assert max(waited[:-1]) <= timedelta(hours=12)
    released = [t for t in book.touches.values() if t.state is TouchState.RELEASED]
    assert {t.reason for t in released} == {f"{limit.value}: limit"}
    # None of the twelve counts as a contact any more.
    outcomes = [c.outcome for c in book.histories[account.consumer_id].contacts]
    assert sorted(outcomes) == ["permitted", *["released"] * 12]


def test_a_limit_between_refusals_does_not_count_as_one() -> None:
    book, account = ground.memory_world()
    fail: list[Failure | Limit] = [
        Failure.BEFORE,
        Limit.QUOTA,
        Failure.BEFORE,
        Limit.RATE,
        Failure.BEFORE,
    ]
    mailbox = MemoryMailbox(fail=fail)
    now = NOON
    for _ in fail:
        permit = check(book, account, now - NOON)
        while permit.outcome != "email":
            now += timedelta(seconds=permit.wait_seconds)
            permit = check(book, account, now - NOON)
        send(
            account.account_id,
            permit.touch_key,
            permit.permit_id,
            book=book,
            ports=ground.outbox(mailbox=mailbox),
            now=now,
        )
        now = book.accounts[account.account_id].due_at or now
    assert book.accounts[account.account_id].hold is None


def test_others_who_write_first_are_met_with_another_look() -> None:
    class Busy(MemoryBook):
        left = 3

        def take_permit(self, **asked: object) -> None:
            if self.left:
                self.left -= 1
                raise Conflict("busy")
            super().take_permit(**asked)  # type: ignore[arg-type]

    def busy_book(left: int) -> tuple[Busy, Account]:
        book, account = Busy(), ground.active("ada")
        builders.store(book, book.creditors, account, person=builders.consumer("ada"))
        book.left = left
        return book, account

    assert check(*busy_book(3)).outcome == "email"
    with pytest.raises(Conflict):
        check(*busy_book(100))
