"""Staff say whether two records are one person: what binds either then binds both."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Consumer, Flag
from dunlin.domain.accounts.merging import merge
from dunlin.domain.audit import audit
from dunlin.service.accounts.staff_command import StaffCommand
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
