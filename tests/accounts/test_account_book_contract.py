"""One suite for every account book: in memory and over DynamoDB on the local cloud."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.errors import Conflict, DomainError
from dunlin.ports.accounts import (
    AlreadySeen,
    Answer,
    Change,
    Reply,
)
from dunlin.service.accounts.writing import entry_of, next_version
from tests.accounts.books import Book, attempt, change_account, change_consumer, fresh
from tests.support import builders
from tests.support.builders import CREDITOR, NOON
from tests.support.wholes import AccountBook


def test_what_is_written_is_read_back(stored_account: tuple[AccountBook, str]) -> None:
    book, account_id = stored_account
    facts = book.facts(account_id)
    assert facts.account.balance.minor == 12_500
    assert facts.account.version == 1
    assert facts.account.due_at == NOON
    assert facts.consumer.emails
    assert facts.consumer.consent(Channel.SMS).state is ConsentState.GRANTED
    assert facts.history.version == 0
    assert facts.strategy.ladder("standard")[2].channels == (Channel.SMS, Channel.EMAIL)
    account_history = book.account_history(account_id)
    assert sum(e.amount.minor for e in account_history.ledger) == 12_500


def test_an_unknown_account_is_an_error(under_test: Book) -> None:
    with pytest.raises(DomainError):
        under_test.book.facts("acc_nobody")


def test_a_permit_is_taken_and_spent_once(stored_account: tuple[AccountBook, str]) -> None:
    book, account_id = stored_account
    touch = attempt(book, account_id)
    facts = book.facts(account_id, touch_key=touch.key)
    assert facts.touch is not None
    assert facts.touch.state is TouchState.PERMITTED
    assert len(facts.history.contacts) == 1
    assert book.spend_permit(facts=facts, permit_id=touch.touch_id, now=NOON)
    spent = book.touch(account_id, touch.key)
    assert spent is not None
    assert spent.state is TouchState.UNKNOWN
    assert not book.spend_permit(facts=facts, permit_id=touch.touch_id, now=NOON)


def test_an_expired_permit_is_void(stored_account: tuple[AccountBook, str]) -> None:
    book, account_id = stored_account
    touch = attempt(book, account_id)
    facts = book.facts(account_id, touch_key=touch.key)
    late = NOON + timedelta(seconds=300)
    assert not book.spend_permit(facts=facts, permit_id=touch.touch_id, now=late)
    assert book.spend_permit(
        facts=facts, permit_id=touch.touch_id, now=late - timedelta(microseconds=1)
    )


Interference = Callable[[AccountBook, str], None]


def _opt_out(book: AccountBook, account_id: str) -> None:
    account = book.account(account_id)
    assert account is not None
    revoked = Consent(state=ConsentState.REVOKED, version=2, evidence="test")
    change_consumer(
        book, account.consumer_id, consents={Channel.EMAIL: revoked, Channel.SMS: revoked}
    )


INTERFERENCES: dict[str, Interference] = {
    "paid": lambda b, a: change_account(b, a, balance=replace(b.facts(a).account.balance, minor=0)),
    "held": lambda b, a: change_account(b, a, hold=Hold.DISPUTE),
    "settled": lambda b, a: change_account(b, a, status=Status.SETTLED),
    "opted out": _opt_out,
    "person flagged": lambda b, a: change_consumer(
        b, b.facts(a).account.consumer_id, matched_by="flagged"
    ),
    "creditor paused": lambda b, _a: b.pause(CREDITOR, on=True, actor="test", at=NOON),
    "platform paused": lambda b, _a: b.pause("platform", on=True, actor="test", at=NOON),
}


@pytest.fixture
def unpaused(under_test: Book) -> Iterator[None]:
    yield
    for scope in (CREDITOR, "platform"):
        under_test.book.pause(scope, on=False, actor="test", at=NOON)


@pytest.mark.usefixtures("unpaused")
@pytest.mark.parametrize("what", INTERFERENCES)
def test_no_permit_against_a_condition_that_became_false(
    what: str, under_test: Book, request: pytest.FixtureRequest
) -> None:
    name = f"before-{what}-{request.node.callspec.id}".replace(" ", "-")
    account_id = fresh(under_test, name)
    facts = under_test.book.facts(account_id)
    INTERFERENCES[what](under_test.book, account_id)
    with pytest.raises(Conflict):
        attempt(under_test.book, account_id, facts=facts)
    assert not under_test.book.account_history(account_id).touches
    assert under_test.book.facts(account_id).history.version == 0


@pytest.mark.usefixtures("unpaused")
@pytest.mark.parametrize("what", INTERFERENCES)
def test_no_spending_after_a_condition_became_false(
    what: str, under_test: Book, request: pytest.FixtureRequest
) -> None:
    name = f"after-{what}-{request.node.callspec.id}".replace(" ", "-")
    account_id = fresh(under_test, name)
    touch = attempt(under_test.book, account_id)
    facts = under_test.book.facts(account_id, touch_key=touch.key)
    INTERFERENCES[what](under_test.book, account_id)
    assert not under_test.book.spend_permit(facts=facts, permit_id=touch.touch_id, now=NOON)
    # Nor does a sender who reads only now make it good again.
    facts = under_test.book.facts(account_id, touch_key=touch.key)
    assert not under_test.book.spend_permit(facts=facts, permit_id=touch.touch_id, now=NOON)
    left = under_test.book.touch(account_id, touch.key)
    assert left is not None
    assert left.state is TouchState.PERMITTED


def test_contacts_of_a_sibling_account_move_the_same_history(under_test: Book) -> None:
    first = fresh(under_test, "sibling")
    person = under_test.book.facts(first).consumer
    second = builders.account(
        "INV-sibling-2", consumer_id=person.consumer_id, status=Status.ACTIVE, ladder_run=1
    )
    entry = entry_of(second, now=NOON, what="AccountImported", data={})
    under_test.book.apply(Change(account=next_version(second, entry), audit=[entry]))
    stale = under_test.book.facts(second.account_id)
    attempt(under_test.book, first)
    with pytest.raises(Conflict):
        attempt(under_test.book, second.account_id, facts=stale)


def test_twenty_attempts_at_one_rung_give_one_permit(under_test: Book) -> None:
    account_id = fresh(under_test, "twenty")
    won: list[Touch] = []
    lost: list[Exception] = []
    gate = threading.Barrier(20)

    def run() -> None:
        facts = under_test.book.facts(account_id)
        gate.wait(30)
        try:
            won.append(attempt(under_test.book, account_id, facts=facts))
        except Conflict as conflict:
            lost.append(conflict)

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(won), len(lost)) == (1, 19)
    assert len(under_test.book.facts(account_id).history.contacts) == 1


def test_a_signal_is_applied_once(stored_account: tuple[AccountBook, str]) -> None:
    book, account_id = stored_account

    def apply() -> None:
        account = book.account(account_id)
        assert account is not None
        entry = entry_of(account, now=NOON, what="Signalled", data={})
        book.apply(
            Change(account=next_version(account, entry), audit=[entry], seen=f"sig-{account_id}")
        )

    apply()
    with pytest.raises(AlreadySeen):
        apply()
    after = book.account(account_id)
    assert after is not None
    assert after.version == 2


def test_a_stale_write_changes_nothing(stored_account: tuple[AccountBook, str]) -> None:
    book, account_id = stored_account
    stale = book.account(account_id)
    assert stale is not None
    change_account(book, account_id, hold_reason="first")
    entry = entry_of(stale, now=NOON, what="Changed", data={})
    with pytest.raises(Conflict):
        book.apply(
            Change(account=next_version(replace(stale, hold_reason="second"), entry), audit=[entry])
        )
    after = book.account(account_id)
    assert after is not None
    assert after.hold_reason == "first"


def test_a_ledger_entry_posts_once(stored_account: tuple[AccountBook, str]) -> None:
    book, account_id = stored_account
    charge = book.account_history(account_id).ledger[0]
    account = book.account(account_id)
    assert account is not None
    entry = entry_of(account, now=NOON, what="Again", data={})
    with pytest.raises(Conflict):
        book.apply(Change(account=next_version(account, entry), ledger=[charge], audit=[entry]))


def test_touch_moves_only_from_the_states_named(stored_account: tuple[AccountBook, str]) -> None:
    book, account_id = stored_account
    touch = attempt(book, account_id)
    sent = replace(touch, state=TouchState.SENT, message_id=f"m-{touch.touch_id}")
    with pytest.raises(Conflict):
        book.apply(Change(touch_move=(sent, ["unknown"])))
    book.apply(Change(touch_move=(sent, ["permitted"])))
    touch_found = book.touch_by_message(f"m-{touch.touch_id}")
    assert touch_found is not None
    assert touch_found.touch_id == touch.touch_id


def test_words_go_and_what_happened_stays(stored_account: tuple[AccountBook, str]) -> None:
    book, account_id = stored_account
    touch = attempt(book, account_id)
    facts = book.facts(account_id)
    person = facts.consumer
    entry = entry_of(facts.account, now=NOON, what="Noted", data={})
    reply = Reply(
        reply_id=f"rep-{account_id}", account_id=account_id, consumer_id=person.consumer_id,
        channel="sms", at=NOON, text="I paid at the desk", labels=("already_paid",),
    )  # fmt: skip
    answer = Answer(
        answer_id=f"ans-{account_id}", account_id=account_id, at=NOON, by="desk", channel="sms",
        text="Thank you",
    )  # fmt: skip
    sent = replace(touch, state=TouchState.SENT, content="Hello Ada", body_sha256="ab")
    book.apply(
        Change(
            account=next_version(facts.account, entry),
            reply=reply,
            answer=answer,
            touch_move=(sent, ["permitted"]),
            audit=[entry],
        )
    )
    assert book.texts(account_id) == 3
    assert book.erase_texts(account_id) == 3
    assert (book.texts(account_id), book.erase_texts(account_id)) == (0, 0)
    account_history = book.account_history(account_id)
    assert [(t.state, t.content, t.body_sha256) for t in account_history.touches] == [
        (TouchState.SENT, "", "ab")
    ]
    assert [(r.text, r.labels, r.at) for r in account_history.replies] == [
        ("", ("already_paid",), NOON)
    ]
    assert [(a.text, a.by) for a in account_history.answers] == [("", "desk")]


def test_a_site_shows_its_own_brand(under_test: Book) -> None:
    person = builders.consumer("north")
    account = builders.account(
        "INV-north", consumer_id=person.consumer_id, extras={"property": "North"}
    )
    builders.store(
        under_test.book,
        under_test.creditors,
        account,
        person=person,
        locations={"North": {"name": "Acme N"}},
    )
    assert under_test.book.facts(account.account_id).strategy.brand.name == "Acme N"
