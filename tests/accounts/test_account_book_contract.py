"""One suite for every account book: in memory and over DynamoDB on the local cloud."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.domain import ids
from dunlin.domain.accounts.account import Case, Hold, Override, Status
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Consumer, PastContact
from dunlin.domain.accounts.touch import Permit, Touch, TouchState
from dunlin.domain.errors import Conflict, DomainError
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import (
    AccountBook,
    AlreadySeen,
    Answer,
    Change,
    Conversation,
    Facts,
    Reply,
)
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.permits import with_contact
from tests.support import builders
from tests.support.builders import CREDITOR, NOON


class Book:
    """A book under test with a fresh creditor's worth of accounts for each test."""

    def __init__(self, book: AccountBook, creditors: Creditors) -> None:
        self.book, self.creditors = book, creditors


@pytest.fixture(scope="module", params=["memory", pytest.param("dynamo", marks=pytest.mark.cloud)])
def made(request: pytest.FixtureRequest) -> Book:
    if request.param == "memory":
        book = MemoryBook()
        return Book(book, book.creditors)
    request.getfixturevalue("stack")
    from dunlin.runtime import wiring

    return Book(wiring.account_book(), wiring.creditors())


@pytest.fixture
def world(made: Book, request: pytest.FixtureRequest) -> tuple[AccountBook, str]:
    """The book with one active account of its own consumer; its id."""
    name = request.node.name.split("[")[0]
    person = builders.consumer(name)
    account = builders.account(
        f"INV-{name}",
        consumer_id=person.consumer_id,
        status=Status.ACTIVE,
        ladder_run=1,
        due_at=NOON,
    )
    builders.store(made.book, made.creditors, account, person=person)
    return made.book, account.account_id


def attempt(
    book: AccountBook,
    account_id: str,
    *,
    occurrence: int = 0,
    facts: Facts | None = None,
    channel: Channel = Channel.EMAIL,
) -> Touch:
    """Take a permit exactly as the ladder does; returns the touch or raises `Conflict`."""
    facts = facts or book.facts(account_id)
    account = facts.account
    touch = Touch(
        touch_id=ids.ladder_touch_id(account_id, 1, 0, occurrence),
        key=f"T#1#0#{occurrence}",
        account_id=account_id,
        consumer_id=account.consumer_id,
        creditor=CREDITOR,
        channel=channel,
        template="reminder",
        template_version="v1",
        state=TouchState.PERMITTED,
        permitted_at=NOON,
        expires_at=NOON + timedelta(seconds=300),
        run=1,
        occurrence=occurrence,
    )
    entry = entry_of(account, now=NOON, what="TouchPermitted", data={"touch_id": touch.touch_id})
    contact = PastContact(
        at=NOON,
        channel=channel.value,
        direction="out",
        outcome="permitted",
        account_id=account_id,
        template="reminder",
        touch_id=touch.touch_id,
    )
    book.take_permit(
        permit=Permit(
            permit_id=touch.touch_id,
            touch_id=touch.touch_id,
            account_id=account_id,
            consumer_id=account.consumer_id,
            consumer_version=facts.consumer.version,
            creditor=CREDITOR,
            channel=channel,
            address_hash=address_hash("x@example.com"),
            template_version="v1",
            rulebook="test",
            expires_at=touch.expires_at,
        ),
        touch=touch,
        account=next_version(replace(account, occurrence=occurrence + 1), entry),
        history=with_contact(facts.history, contact, NOON),
        consumer=facts.consumer,
        audit=entry,
    )
    return touch


def change_account(book: AccountBook, account_id: str, **changes: Any) -> None:
    account = book.account(account_id)
    assert account is not None
    entry = entry_of(account, now=NOON, what="Changed", data={})
    book.apply(Change(account=next_version(replace(account, **changes), entry), audit=[entry]))


def change_consumer(book: AccountBook, consumer_id: str, **changes: Any) -> None:
    from dunlin.domain.audit.audit import append

    person = book.consumer(consumer_id)
    assert person is not None
    entry = append(
        subject=f"consumer#{consumer_id}",
        sequence=person.version + 1,
        previous=person.audit_head,
        at=NOON,
        actor="test",
        what="Changed",
        data={},
    )
    after = replace(person, version=person.version + 1, audit_head=entry.hash, **changes)
    book.apply(Change(consumer=after, audit=[entry]))


def test_what_is_written_is_read_back(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
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


def test_an_unknown_account_is_an_error(made: Book) -> None:
    with pytest.raises(DomainError):
        made.book.facts("acc_nobody")


def test_a_permit_is_taken_and_spent_once(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
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


def test_an_expired_permit_is_void(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
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
def unpaused(made: Book) -> Iterator[None]:
    yield
    for scope in (CREDITOR, "platform"):
        made.book.pause(scope, on=False, actor="test", at=NOON)


@pytest.mark.usefixtures("unpaused")
@pytest.mark.parametrize("what", INTERFERENCES)
def test_no_permit_against_a_condition_that_became_false(
    what: str, made: Book, request: pytest.FixtureRequest
) -> None:
    name = f"before-{what}-{request.node.callspec.id}".replace(" ", "-")
    account_id = _fresh(made, name)
    facts = made.book.facts(account_id)
    INTERFERENCES[what](made.book, account_id)
    with pytest.raises(Conflict):
        attempt(made.book, account_id, facts=facts)
    assert not made.book.account_history(account_id).touches
    assert made.book.facts(account_id).history.version == 0


@pytest.mark.usefixtures("unpaused")
@pytest.mark.parametrize("what", INTERFERENCES)
def test_no_spending_after_a_condition_became_false(
    what: str, made: Book, request: pytest.FixtureRequest
) -> None:
    name = f"after-{what}-{request.node.callspec.id}".replace(" ", "-")
    account_id = _fresh(made, name)
    touch = attempt(made.book, account_id)
    facts = made.book.facts(account_id, touch_key=touch.key)
    INTERFERENCES[what](made.book, account_id)
    assert not made.book.spend_permit(facts=facts, permit_id=touch.touch_id, now=NOON)
    # Nor does a sender who reads only now make it good again.
    facts = made.book.facts(account_id, touch_key=touch.key)
    assert not made.book.spend_permit(facts=facts, permit_id=touch.touch_id, now=NOON)
    left = made.book.touch(account_id, touch.key)
    assert left is not None
    assert left.state is TouchState.PERMITTED


def _fresh(made: Book, name: str) -> str:
    person = builders.consumer(name)
    account = builders.account(
        f"INV-{name}",
        consumer_id=person.consumer_id,
        status=Status.ACTIVE,
        ladder_run=1,
        due_at=NOON,
    )
    builders.store(made.book, made.creditors, account, person=person)
    return account.account_id


def test_contacts_of_a_sibling_account_move_the_same_history(made: Book) -> None:
    first = _fresh(made, "sibling")
    person = made.book.facts(first).consumer
    second = builders.account(
        "INV-sibling-2", consumer_id=person.consumer_id, status=Status.ACTIVE, ladder_run=1
    )
    entry = entry_of(second, now=NOON, what="AccountImported", data={})
    made.book.apply(Change(account=next_version(second, entry), audit=[entry]))
    stale = made.book.facts(second.account_id)
    attempt(made.book, first)
    with pytest.raises(Conflict):
        attempt(made.book, second.account_id, facts=stale)


def test_twenty_attempts_at_one_rung_give_one_permit(made: Book) -> None:
    account_id = _fresh(made, "twenty")
    won: list[Touch] = []
    lost: list[Exception] = []
    gate = threading.Barrier(20)

    def run() -> None:
        facts = made.book.facts(account_id)
        gate.wait(30)
        try:
            won.append(attempt(made.book, account_id, facts=facts))
        except Conflict as conflict:
            lost.append(conflict)

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(won), len(lost)) == (1, 19)
    assert len(made.book.facts(account_id).history.contacts) == 1


def test_a_signal_is_applied_once(world: tuple[AccountBook, str]) -> None:
    book, account_id = world

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


def test_a_stale_write_changes_nothing(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
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


def test_a_ledger_entry_posts_once(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
    charge = book.account_history(account_id).ledger[0]
    account = book.account(account_id)
    assert account is not None
    entry = entry_of(account, now=NOON, what="Again", data={})
    with pytest.raises(Conflict):
        book.apply(Change(account=next_version(account, entry), ledger=[charge], audit=[entry]))


def test_touch_moves_only_from_the_states_named(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
    touch = attempt(book, account_id)
    sent = replace(touch, state=TouchState.SENT, message_id=f"m-{touch.touch_id}")
    with pytest.raises(Conflict):
        book.apply(Change(touch_move=(sent, ["unknown"])))
    book.apply(Change(touch_move=(sent, ["permitted"])))
    found = book.touch_by_message(f"m-{touch.touch_id}")
    assert found is not None
    assert found.touch_id == touch.touch_id


def test_people_are_found_by_address(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
    person = book.facts(account_id).consumer
    (found,) = book.consumers_at(person.emails[0].upper())
    assert found.consumer_id == person.consumer_id
    assert book.consumers_at("nobody@example.org") == []


def test_people_are_found_by_the_day_they_closed_email(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
    person = book.facts(account_id).consumer
    day = date(2026, 3, 14)
    assert book.email_closed_on(day) == []

    def consent(state: ConsentState, at: datetime) -> Consumer:
        now = book.consumer(person.consumer_id)
        assert now is not None
        email = Consent(state=state, version=now.version, at=at, evidence="portal")
        return replace(now, consents={**now.consents, Channel.EMAIL: email},
                       version=now.version + 1)  # fmt: skip

    late = datetime(2026, 3, 14, 23, 59, tzinfo=UTC)
    book.apply(Change(consumer=consent(ConsentState.REVOKED, late)))
    assert [p.consumer_id for p in book.email_closed_on(day)] == [person.consumer_id]
    assert book.email_closed_on(day + timedelta(days=1)) == []
    book.apply(Change(consumer=consent(ConsentState.GRANTED, late)))
    assert book.email_closed_on(day) == []


def test_what_rests_without_a_ladder_is_found_when_its_rest_is_over(made: Book) -> None:
    ended, begun = _fresh(made, "rests-ended"), _fresh(made, "rests-begun")
    day = NOON + timedelta(days=5)
    rest: dict[str, Any] = {"hold": Hold.PROMISE, "hold_reason": "Promises to pay", "due_at": day}
    change_account(made.book, ended, status=Status.EXHAUSTED, **rest)
    change_account(made.book, begun, **rest)
    mine = {ended, begun}
    assert [a.account_id for a in made.book.rests_over(day) if a.account_id in mine] == [ended]
    assert mine.isdisjoint(a.account_id for a in made.book.rests_over(day - timedelta(seconds=1)))
    assert ended not in {a.account_id for a in made.book.due(day)}
    change_account(made.book, ended, hold=Hold.REVIEW)
    assert mine.isdisjoint(a.account_id for a in made.book.rests_over(day))


def test_due_accounts_come_in_order_and_held_ones_wait_for_staff(made: Book) -> None:
    early, late = _fresh(made, "due-early"), _fresh(made, "due-late")
    change_account(made.book, early, due_at=NOON - timedelta(days=9))
    change_account(made.book, late, due_at=NOON - timedelta(days=8))
    due = [a.account_id for a in made.book.due(NOON - timedelta(days=7))]
    assert due == [early, late]
    change_account(made.book, late, hold=Hold.REVIEW, due_at=None)
    assert late in {a.account_id for a in made.book.waiting_for_staff(CREDITOR)}
    assert [a.account_id for a in made.book.due(NOON - timedelta(days=7))] == [early]


def test_replies_stand_in_the_thread(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
    consumer_id = book.facts(account_id).consumer.consumer_id
    reply = Reply(
        reply_id=f"r-{account_id}",
        account_id=account_id,
        consumer_id=consumer_id,
        channel="sms",
        at=NOON,
        text="Can I pay on Friday? <b>",
        labels=("question",),
    )
    book.apply(Change(reply=reply))
    assert book.account_history(account_id).replies == (reply,)


def test_what_nobody_attends_is_listed_until_it_is_attended(world: tuple[AccountBook, str]) -> None:
    book, account_id = world

    def listed() -> bool:
        return account_id in {a.account_id for a in book.unattended(CREDITOR)}

    assert not listed()
    write(book, account_id, due_at=None)
    eventually(listed)
    write(book, account_id, due_at=NOON)
    eventually(lambda: not listed())
    write(book, account_id, due_at=None, hold=Hold.DISPUTE)
    assert not listed()


def test_an_active_account_is_on_its_ladder_by_its_run(world: tuple[AccountBook, str]) -> None:
    book, account_id = world

    def run() -> int | None:
        return dict(book.on_ladders(CREDITOR)).get(account_id)

    eventually(lambda: run() == 1)
    write(book, account_id, ladder_run=2)
    eventually(lambda: run() == 2)
    write(book, account_id, status=Status.CLOSED)
    eventually(lambda: run() is None)


def test_an_answer_is_kept_once_with_the_thread(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
    answer = Answer(
        answer_id=f"ans_{account_id}",
        account_id=account_id,
        at=NOON,
        by="ana",
        channel="sms",
        text="Línea una\nlínea dos",
    )
    book.apply(Change(answer=answer))
    assert book.account_history(account_id).answers == (answer,)
    with pytest.raises(Conflict):
        book.apply(Change(answer=answer))


def test_an_account_is_read_whole_and_in_parts(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
    stored = book.account(account_id)
    assert stored is not None
    debt = book.ledger(account_id)[0]
    paid = replace(debt, entry_id=f"ent_{account_id}", kind="payment", amount=-debt.amount)
    answer = Answer(
        answer_id=f"ans_{account_id}",
        account_id=account_id,
        at=NOON,
        by="ana",
        channel="",
        text="?",
    )
    touch = attempt(book, account_id)
    stored = book.account(account_id)
    assert stored is not None
    entry = entry_of(stored, now=NOON, what="Paid", data={})
    after = next_version(stored, entry)
    book.apply(Change(account=after, ledger=[paid], answer=answer, audit=[entry]))
    record, said = book.account_record(account_id), book.conversation(account_id)
    assert record is not None
    assert (record.account, record.arrangements, record.arrangement) == (after, (), None)
    assert set(record.ledger) == {debt, paid}
    assert record.ledger == book.ledger(account_id) == book.account_history(account_id).ledger
    assert ([t.key for t in said.touches], said.replies, said.answers) == (
        [touch.key], (), (answer,),
    )  # fmt: skip
    assert book.strategy_of(after) == book.facts(account_id).strategy


def test_nothing_is_read_of_an_account_that_is_not_there(made: Book) -> None:
    book = made.book
    assert book.account_record("acc_nobody") is None
    assert book.ledger("acc_nobody") == ()
    assert book.conversation("acc_nobody") == Conversation()


def test_a_case_and_an_override_come_back_as_they_were(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
    case = Case(since=NOON, kind="question", asked_at=NOON, owner="ana", lapsed=True)
    override = Override(tone="gentle", longest_months=18, paused=True, by="ana", why="case-7")
    write(book, account_id, case=case, override=override)
    stored = book.account(account_id)
    assert stored is not None
    assert (stored.case, stored.override, stored.waits_for_staff) == (case, override, True)
    eventually(lambda: account_id in {a.account_id for a in book.waiting_for_staff(CREDITOR)})


def write(book: AccountBook, account_id: str, **changes: Any) -> None:
    stored = book.account(account_id)
    assert stored is not None
    entry = entry_of(stored, now=NOON, what="Changed", data={})
    book.apply(Change(account=next_version(replace(stored, **changes), entry), audit=[entry]))


def eventually(holds: Callable[[], bool]) -> None:
    """An index may lag behind by a moment."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "the index never caught up"


def test_words_go_and_what_happened_stays(world: tuple[AccountBook, str]) -> None:
    book, account_id = world
    touch = attempt(book, account_id)
    facts = book.facts(account_id)
    person = facts.consumer
    entry = entry_of(facts.account, now=NOON, what="Noted", data={})
    said = Reply(
        reply_id=f"rep-{account_id}", account_id=account_id, consumer_id=person.consumer_id,
        channel="sms", at=NOON, text="I paid at the desk", labels=("payment_claim",),
    )  # fmt: skip
    answer = Answer(
        answer_id=f"ans-{account_id}", account_id=account_id, at=NOON, by="desk", channel="sms",
        text="Thank you",
    )  # fmt: skip
    sent = replace(touch, state=TouchState.SENT, content="Hello Ada", body_sha256="ab")
    book.apply(
        Change(
            account=next_version(facts.account, entry),
            reply=said,
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
        ("", ("payment_claim",), NOON)
    ]
    assert [(a.text, a.by) for a in account_history.answers] == [("", "desk")]


def test_a_person_without_contact_points_is_found_by_none(
    world: tuple[AccountBook, str],
) -> None:
    book, account_id = world
    person = book.facts(account_id).consumer
    assert book.consumers_at(person.emails[0])
    change_consumer(book, person.consumer_id, emails=(), phones=())
    book.drop_points(person.consumer_id)
    assert all(
        found.consumer_id != person.consumer_id for found in book.consumers_at(person.emails[0])
    )


def test_a_site_shows_its_own_brand(made: Book) -> None:
    person = builders.consumer("north")
    account = builders.account(
        "INV-north", consumer_id=person.consumer_id, extras={"property": "North"}
    )
    builders.store(
        made.book, made.creditors, account, person=person, locations={"North": {"name": "Acme N"}}
    )
    assert made.book.facts(account.account_id).strategy.brand.name == "Acme N"
