"""Staff say whether two records are one person: what binds either then binds both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    Consumer,
    ContactHistory,
    Flag,
    PastContact,
)
from dunlin.domain.accounts.merging import merge
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.audit import audit
from dunlin.ports.accounts import Change, Facts
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.signals.signals import apply_signal
from dunlin.service.staff.queue import decide
from tests.support import builders
from tests.support.builders import NOON

KNOWN, DOUBTED = (
    builders.consumer("ada"),
    builders.consumer(
        "a-sample",
        phones=("+12175550199",),
        date_of_birth=None,
        flags={"attorney": Flag(at=NOON, by="reply:1")},
    ),
)


def place() -> tuple[MemoryBook, Account]:
    """An account under a record that may be a person who is known already."""
    book = MemoryBook()
    builders.store(book, book.creditors, builders.account("INV-1"), person=KNOWN)
    doubted = builders.account(
        "INV-2",
        consumer_id=DOUBTED.consumer_id,
        hold=Hold.REVIEW,
        hold_reason="Probably the same person as another; confirm it.",
        extras={"probable_match": KNOWN.consumer_id},
    )
    builders.store(book, book.creditors, doubted, person=DOUBTED)
    stored = book.account(doubted.account_id)
    assert stored is not None
    return book, stored


def say(book: MemoryBook, account: Account, decision: str, version: int | None = None) -> str:
    return decide(
        account_id=account.account_id,
        decision=decision,
        order=StaffCommand(by="desk-1", why="checked", version=version),
        book=book,
        waker=MemoryWaker(),
        now=NOON,
    ).outcome


def test_one_person_has_both_accounts_and_all_that_binds() -> None:
    book, account = place()
    assert say(book, account, "approve", account.version) == "done"
    person = book.consumers[KNOWN.consumer_id]
    assert {a.reference for a in book.accounts_of_consumer(KNOWN.consumer_id)} == {"INV-1", "INV-2"}
    assert person.emails == ("ada@example.com", "a-sample@example.com")
    assert person.phones == ("+12175550142", "+12175550199")
    assert "attorney" in person.flags
    after = book.accounts[account.account_id]
    assert (after.hold, after.waits_for_staff) == (None, False)
    for subject, head in (
        (f"account#{account.account_id}", after.audit_head),
        (f"consumer#{person.consumer_id}", person.audit_head),
    ):
        assert not audit.verify(book.chains[subject], head=head)
    assert say(book, account, "approve") == "gone"


def test_a_record_that_was_taken_in_takes_everything_along_and_leads_to_the_other() -> None:
    book, account = place()
    add(book, builders.account("INV-3", consumer_id=DOUBTED.consumer_id))
    seen = [
        PastContact(
            at=NOON,
            channel="email",
            direction="out",
            outcome="sent",
            account_id=account.account_id,
            template="reminder",
            touch_id="tch_1",
        )
    ]
    history = ContactHistory(consumer_id=DOUBTED.consumer_id, contacts=tuple(seen), version=1)
    book.apply(Change(history=history))
    assert say(book, account, "approve") == "done"
    references = {a.reference for a in book.accounts_of_consumer(KNOWN.consumer_id)}
    assert references == {"INV-1", "INV-2", "INV-3"}
    assert book.accounts_of_consumer(DOUBTED.consumer_id) == []
    assert book.consumer(DOUBTED.consumer_id) == book.consumers[KNOWN.consumer_id]
    assert book.facts(account.account_id).history.contacts == tuple(seen)
    left = book.consumers[DOUBTED.consumer_id]
    assert (left.name, left.emails, left.phones, left.street) == ("", (), (), "")
    assert not any(left.consent(channel).open for channel in Channel)
    assert not audit.verify(book.chains[f"consumer#{left.consumer_id}"], head=left.audit_head)


def test_an_opt_out_while_staff_decide_is_in_what_is_merged() -> None:
    """The person says stop between the reading of their record and the writing of both."""
    book, account = place()

    class Interrupted(MemoryBook):
        def facts(self, account_id: str, *, touch_key: str = "") -> Facts:
            if not book.seen:
                stop(book, DOUBTED.consumer_id, account.account_id)
            return book.facts(account_id, touch_key=touch_key)

        def __getattribute__(self, name: str) -> Any:
            if name == "facts":
                return object.__getattribute__(self, name)
            return getattr(book, name)

    done = decide(
        account_id=account.account_id,
        decision="approve",
        order=StaffCommand(by="desk-1", why="checked"),
        book=Interrupted(),
        waker=MemoryWaker(),
        now=NOON,
    )
    assert done.outcome == "done"
    assert not any(book.consumers[KNOWN.consumer_id].consent(c).open for c in Channel)


@pytest.mark.parametrize("stop_first", [True, False])
@pytest.mark.parametrize("links", [1, 2])
def test_a_stop_by_any_record_of_a_person_closes_the_one_that_holds_them(
    stop_first: bool, links: int
) -> None:
    """Two records, and a third that takes in both of them: whichever link is used, and when."""
    book, account = place()
    last = builders.consumer("ada-third")
    third = builders.account("INV-4", consumer_id=last.consumer_id)
    builders.store(book, book.creditors, third, person=last)
    first = book.accounts[builders.account("INV-1").account_id]
    if stop_first:
        stop(book, DOUBTED.consumer_id, account.account_id)
    assert say(book, book.accounts[account.account_id], "approve") == "done"
    if links == 2:
        held = replace(
            book.accounts[first.account_id],
            hold=Hold.REVIEW,
            hold_reason="Probably the same person as another; confirm it.",
            extras={"probable_match": last.consumer_id},
        )
        entry = entry_of(held, now=NOON, what="Changed", data={})
        book.apply(Change(account=next_version(held, entry), audit=[entry]))
        assert say(book, book.accounts[first.account_id], "approve") == "done"
    if not stop_first:
        stop(book, DOUBTED.consumer_id, account.account_id)
    person = book.facts(account.account_id).consumer
    assert person.consumer_id == (last if links == 2 else KNOWN).consumer_id
    assert not any(person.consent(channel).open for channel in Channel)
    assert book.consumers_at("a-sample@example.com") == [person]


def add(book: MemoryBook, account: Account) -> None:
    entry = entry_of(account, now=NOON, what="AccountImported", data={})
    book.apply(Change(account=next_version(account, entry), audit=[entry]))


def stop(book: MemoryBook, consumer_id: str, account_id: str) -> None:
    """The one click of a message that went out for this record."""
    signal = Signal(
        signal_id=f"stop-{consumer_id}",
        kind=SignalKind.OPT_OUT,
        at=NOON,
        account_id=account_id,
        consumer_id=consumer_id,
        channel="email",
    )
    assert apply_signal(signal, book=book, waker=MemoryWaker(), now=NOON)


def test_two_people_stay_two_and_nobody_asks_again() -> None:
    book, account = place()
    assert say(book, account, "decline") == "done"
    after = book.accounts[account.account_id]
    assert after.consumer_id == DOUBTED.consumer_id
    assert after.hold is None
    assert after.extras == {"kept_apart_from": KNOWN.consumer_id}
    assert book.consumers[KNOWN.consumer_id].flags == {}


def test_a_page_that_is_old_decides_nothing() -> None:
    book, account = place()
    assert say(book, account, "approve", account.version - 1) == "stale"
    assert book.accounts[account.account_id] == account


STATES = st.sampled_from(list(ConsentState))
CONSENTS = st.builds(Consent, state=STATES, version=st.integers(0, 5))
PEOPLE = st.builds(
    lambda email, sms: replace(KNOWN, consents={Channel.EMAIL: email, Channel.SMS: sms}),
    CONSENTS,
    CONSENTS,
)


@given(kept=PEOPLE, other=PEOPLE)
def test_a_merge_never_opens_what_either_closed(kept: Consumer, other: Consumer) -> None:
    merged = merge(kept, other)
    for channel in Channel:
        states = {kept.consent(channel).state, other.consent(channel).state}
        if ConsentState.REVOKED in states:
            assert merged.consent(channel).state is ConsentState.REVOKED
        assert merged.consent(channel).open <= any(
            state in (ConsentState.IMPLIED, ConsentState.GRANTED) for state in states
        )
        if merged.consent(channel).state is not kept.consent(channel).state:
            assert merged.consent(channel).version > kept.consent(channel).version


@pytest.mark.parametrize("decision", ["release", "close"])
def test_other_decisions_leave_the_records_alone(decision: str) -> None:
    book, account = place()
    assert say(book, account, decision) == "done"
    assert book.accounts[account.account_id].consumer_id == DOUBTED.consumer_id
