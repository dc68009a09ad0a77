"""Signals over the account book in memory: what each writes, whom it wakes, and that twice is
once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import Channel, ConsentState, Consumer, Flag, PastContact
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.audit import audit
from dunlin.domain.errors import Conflict, DomainError, Unavailable
from dunlin.domain.money import Money
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import Change, Reply
from dunlin.service.signals.signals import apply_signal
from tests.support.builders import NOON, account, consumer, store

FIRST, SECOND = account("INV-1"), account("INV-2")
ADA = consumer().consumer_id
LATER = NOON + timedelta(hours=1)


def book_with(
    *accounts: Account, person: Consumer | None = None, touch: Touch | None = None
) -> MemoryBook:
    book = MemoryBook()
    active = [replace(a, status=Status.ACTIVE, ladder_run=1) for a in accounts or (FIRST, SECOND)]
    store(book, book.creditors, *active, person=person)
    if touch is not None:
        book.touches[touch.account_id, touch.key] = touch
    return book


def a_touch(state: TouchState = TouchState.SENT, **changes: Any) -> Touch:
    base = Touch(
        touch_id="tch_1",
        key="T#1#0#0",
        account_id=FIRST.account_id,
        consumer_id=ADA,
        creditor=FIRST.creditor,
        channel=Channel.EMAIL,
        template="reminder",
        template_version="1",
        state=state,
        permitted_at=NOON,
        expires_at=NOON + timedelta(seconds=300),
        run=1,
        message_id="m-1",
        sent_at=NOON,
    )
    return replace(base, **changes)


def a_signal(kind: SignalKind, **changes: Any) -> Signal:
    base = Signal(
        signal_id=f"sig-{kind}",
        kind=kind,
        at=LATER,
        account_id=FIRST.account_id,
        consumer_id=ADA,
        channel="email",
    )
    return replace(base, **changes)


def apply(book: MemoryBook, signal: Signal, reply: Reply | None = None) -> tuple[bool, list[str]]:
    waker = MemoryWaker()
    applied = apply_signal(signal, book=book, waker=waker, now=LATER, reply=reply)
    for subject, chain in book.chains.items():
        assert audit.verify(chain) == [], subject
    return applied, sorted(waker.woken)


BOTH = sorted([FIRST.account_id, SECOND.account_id])


@pytest.mark.parametrize("kind", [SignalKind.OPT_OUT, SignalKind.COMPLAINT])
def test_an_opt_out_closes_every_channel_and_wakes_every_account(kind: SignalKind) -> None:
    book = book_with()
    applied, woken = apply(book, a_signal(kind, detail={"by": "portal_link"}))
    person = book.consumers[ADA]
    assert applied
    assert sorted(woken) == BOTH
    for channel in Channel:
        consent = person.consent(channel)
        assert (consent.state, consent.version) == (ConsentState.REVOKED, 2)
        assert consent.at == LATER
        assert consent.evidence == f"portal_link:sig-{kind}"
    assert {"email_optout", "sms_optout"} <= set(person.flags)
    entry = book.chains[f"consumer#{ADA}"][-1]
    assert (entry.what, entry.sequence, person.audit_head) == ("OptedOut", 2, entry.hash)
    assert entry.data["consents"] == {"email": "revoked", "sms": "revoked"}


def test_an_opt_out_is_not_refused_for_what_it_lacks() -> None:
    book = book_with()
    signal = Signal(signal_id="s", kind=SignalKind.OPT_OUT, at=LATER, consumer_id=ADA)
    assert apply(book, signal)[0]
    assert not book.consumers[ADA].consent(Channel.SMS).open
    book = book_with()
    signal = Signal(
        signal_id="s",
        kind=SignalKind.OPT_OUT,
        at=LATER,
        account_id=FIRST.account_id,
        touch_id="tch_unknown",
    )
    assert apply(book, signal)[0]
    assert not book.consumers[ADA].consent(Channel.EMAIL).open


def test_an_opt_out_needs_no_strategy() -> None:
    book = book_with()
    book.creditors._documents.clear()
    reply = Reply(
        reply_id="rep_1",
        account_id=FIRST.account_id,
        consumer_id=ADA,
        channel="sms",
        at=LATER,
        text="stop",
    )
    assert apply(book, a_signal(SignalKind.OPT_OUT), reply)[0]
    assert not book.consumers[ADA].consent(Channel.SMS).open


def test_a_signal_twice_is_once_and_wakes_again() -> None:
    book = book_with()
    signal = a_signal(SignalKind.OPT_OUT)
    assert apply(book, signal) == (True, BOTH)
    before = (dict(book.consumers), dict(book.accounts))
    assert apply(book, signal) == (False, BOTH)
    assert (book.consumers, book.accounts) == before


def test_a_second_opt_out_keeps_the_first_evidence() -> None:
    book = book_with()
    apply(book, a_signal(SignalKind.OPT_OUT, signal_id="one"))
    first = book.consumers[ADA]
    assert apply(book, a_signal(SignalKind.OPT_OUT, signal_id="two"))[0]
    assert book.consumers[ADA] == first


def test_a_signal_about_nobody_writes_nothing() -> None:
    book = book_with()
    signal = Signal(signal_id="s", kind=SignalKind.OPT_OUT, at=LATER, account_id="acc_unknown")
    assert apply(book, signal) == (False, [])
    assert book.seen == set()


def test_a_writer_in_between_is_read_again() -> None:
    book = book_with()
    apply_now, tries = book.apply, []

    def interfere(change: Change) -> None:
        tries.append(change)
        if len(tries) == 1:
            raise Conflict("moved")
        apply_now(change)

    book.apply = interfere  # type: ignore[method-assign]
    assert apply(book, a_signal(SignalKind.DISPUTE))[0]
    assert len(tries) == 2


def test_a_dispute_holds_its_account_alone() -> None:
    book = book_with()
    _, woken = apply(book, a_signal(SignalKind.DISPUTE, detail={"reason": "amount_wrong"}))
    held = book.accounts[FIRST.account_id]
    assert (held.hold, held.hold_reason) == (Hold.DISPUTE, "Disputes what is owed")
    assert held.next_action is not None
    assert held.next_action.channel == ""
    assert book.accounts[SECOND.account_id].hold is None
    assert woken == [FIRST.account_id]
    entry = book.chains[f"account#{FIRST.account_id}"][-1]
    assert (entry.what, entry.data["hold"], entry.data["reason"]) == (
        "AccountHeld",
        "dispute",
        "amount_wrong",
    )


@pytest.mark.parametrize(
    ("kind", "woken"),
    [
        (SignalKind.HARDSHIP, BOTH),
        (SignalKind.REPLY, BOTH),
        (SignalKind.QUESTION, []),
    ],
)
def test_what_a_person_says_holds_all_their_accounts(kind: SignalKind, woken: list[str]) -> None:
    book = book_with()
    assert sorted(apply(book, a_signal(kind))[1]) == woken
    assert {a.hold for a in book.accounts.values()} == {Hold.REVIEW}
    assert all(a.waits_for_staff for a in book.accounts.values())
    # Staff lifts it; the same signal delivered late does not hold again.
    lifted = book.accounts[SECOND.account_id]
    book.accounts[SECOND.account_id] = replace(lifted, hold=None, hold_reason="")
    apply(book, a_signal(kind))
    assert book.accounts[SECOND.account_id].hold is None


@pytest.mark.parametrize(
    ("before", "kind", "after", "reason", "escalated"),
    [
        (Hold.NOT_DUE, SignalKind.REPLY, Hold.REVIEW, "Wrote back", ""),
        (Hold.DISPUTE, SignalKind.REPLY, Hold.DISPUTE, "why, Wrote back", ""),
        (Hold.REVIEW, SignalKind.REPLY, Hold.REVIEW, "why, Wrote back", ""),
        (Hold.REVIEW, SignalKind.DISPUTE, Hold.DISPUTE, "why, Disputes what is owed", ""),
        (Hold.PAYMENT_PENDING, SignalKind.REPLY, Hold.PAYMENT_PENDING, "why", "reply"),
        (Hold.PAYMENT_PENDING, SignalKind.DISPUTE, Hold.DISPUTE, "Disputes what is owed", ""),
    ],
)
def test_a_hold_only_grows_stricter(
    before: Hold, kind: SignalKind, after: Hold, reason: str, escalated: str
) -> None:
    book = book_with(replace(FIRST, hold=before, hold_reason="why"))
    apply(book, a_signal(kind))
    held = book.accounts[FIRST.account_id]
    assert (held.hold, held.hold_reason, held.escalated) == (after, reason, escalated)
    assert held.waits_for_staff


def test_a_reply_about_a_settled_account_is_seen_too() -> None:
    book = book_with()
    settled = replace(
        book.accounts[FIRST.account_id], status=Status.SETTLED, balance=Money(0, "USD")
    )
    book.accounts[FIRST.account_id] = settled
    _, woken = apply(book, a_signal(SignalKind.DISPUTE))
    assert book.accounts[FIRST.account_id].waits_for_staff
    assert woken == []


def test_a_wrong_number_closes_the_number_alone() -> None:
    book = book_with()
    _, woken = apply(book, a_signal(SignalKind.WRONG_PARTY, channel="sms"))
    person = book.consumers[ADA]
    assert set(person.flags) == {"wrong_number"}
    assert not person.consent(Channel.SMS).open
    assert person.consent(Channel.EMAIL).open
    assert sorted(woken) == BOTH


def test_a_permanent_bounce_closes_the_channel_of_the_only_address() -> None:
    touch = a_touch()
    book = book_with(touch=touch)
    contact = PastContact(
        at=NOON,
        channel="email",
        direction="out",
        outcome="sent",
        account_id=FIRST.account_id,
        template="reminder",
        touch_id="tch_1",
    )
    history = book.facts(FIRST.account_id).history
    book.apply(Change(history=replace(history, contacts=(contact,), version=1)))
    detail = {"permanent": True, "reason": "General", "address_hash": hash_of("ada@example.com")}
    _, woken = apply(book, a_signal(SignalKind.BOUNCE, touch_id="tch_1", detail=detail))
    moved = book.touches[FIRST.account_id, touch.key]
    assert (moved.state, moved.reason) == (TouchState.BOUNCED, "General")
    assert not book.consumers[ADA].consent(Channel.EMAIL).open
    assert book.consumers[ADA].consent(Channel.SMS).open
    assert sorted(woken) == BOTH
    assert [c.outcome for c in book.histories[ADA].contacts] == ["bounced"]


def hash_of(address: str) -> str:
    return address_hash(address)


def test_a_dead_address_makes_room_for_the_next_until_all_are_dead() -> None:
    book = book_with(person=consumer(emails=("old@example.com", "new@example.com")))

    def bounce(address: str) -> Consumer:
        detail = {"permanent": True, "address_hash": hash_of(address)}
        apply(book, a_signal(SignalKind.BOUNCE, signal_id=f"b-{address}", detail=detail))
        return book.consumers[ADA]

    person = bounce("old@example.com")
    assert person.address(Channel.EMAIL) == "new@example.com"
    assert person.consent(Channel.EMAIL).open
    assert person.consent(Channel.EMAIL).version == 2  # a permit for the dead address is void
    assert bounce("someone@example.com") == person
    person = bounce("new@example.com")
    assert not person.consent(Channel.EMAIL).open
    assert person.flags["email_bounced"].detail["address_hashes"] == sorted(
        [hash_of("old@example.com"), hash_of("new@example.com")]
    )


@pytest.mark.parametrize(
    ("state", "after"),
    [(TouchState.SENT, TouchState.FAILED), (TouchState.DELIVERED, TouchState.DELIVERED)],
)
def test_a_soft_bounce_touches_the_touch_alone(state: TouchState, after: TouchState) -> None:
    book = book_with(touch=a_touch(state))
    signal = a_signal(SignalKind.BOUNCE, touch_id="tch_1", detail={"permanent": False})
    assert apply(book, signal) == (True, [])
    assert book.touches[FIRST.account_id, "T#1#0#0"].state is after
    assert book.consumers[ADA].version == 1
    assert book.accounts[FIRST.account_id].version == 1


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (SignalKind.OPEN, "opened_at"),
        (SignalKind.CLICK, "clicked_at"),
        (SignalKind.PORTAL_VISIT, "clicked_at"),
    ],
)
def test_what_was_seen_is_on_the_touch_and_nowhere_else(kind: SignalKind, field: str) -> None:
    book = book_with(touch=a_touch())
    accounts, consumers = dict(book.accounts), dict(book.consumers)
    assert apply(book, a_signal(kind, touch_id="tch_1")) == (True, [])
    again = a_signal(kind, signal_id="again", touch_id="tch_1", at=LATER + timedelta(days=1))
    apply(book, again)
    touch = book.touches[FIRST.account_id, "T#1#0#0"]
    assert getattr(touch, field) == LATER
    assert touch.state is TouchState.SENT
    assert (book.accounts, book.consumers) == (accounts, consumers)


def test_deliveries_settle_doubtful_touches_and_never_go_back() -> None:
    doubtful = a_touch(TouchState.UNKNOWN, message_id="", sent_at=None)
    book = book_with(touch=doubtful)
    signal = a_signal(SignalKind.DELIVERED, touch_id="tch_1", detail={"message_id": "m-9"})
    assert apply(book, signal) == (True, [])
    touch = book.touches[FIRST.account_id, doubtful.key]
    assert (touch.state, touch.message_id) == (TouchState.DELIVERED, "m-9")
    bounced = replace(touch, state=TouchState.BOUNCED)
    book.touches[FIRST.account_id, doubtful.key] = bounced
    apply(book, replace(signal, signal_id="late"))
    assert book.touches[FIRST.account_id, doubtful.key] == bounced


def test_an_event_waits_for_the_sender_but_an_opt_out_does_not() -> None:
    at_work = a_touch(TouchState.UNKNOWN, expires_at=LATER + timedelta(seconds=60))
    book = book_with(touch=at_work)
    for kind in (SignalKind.DELIVERED, SignalKind.BOUNCE, SignalKind.OPEN):
        with pytest.raises(Unavailable):
            apply(book, a_signal(kind, touch_id="tch_1"))
    assert book.seen == set()
    assert apply(book, a_signal(SignalKind.COMPLAINT, touch_id="tch_1"))[0]
    assert not book.consumers[ADA].consent(Channel.EMAIL).open
    assert book.touches[FIRST.account_id, at_work.key] == at_work


def test_start_opens_texts_alone() -> None:
    book = book_with()
    apply(book, a_signal(SignalKind.OPT_OUT))
    start = a_signal(SignalKind.PREFERENCE, channel="sms", detail={"start": "sms", "by": "sms"})
    assert sorted(apply(book, start)[1]) == BOTH
    person = book.consumers[ADA]
    consent = person.consent(Channel.SMS)
    assert (consent.state, consent.version) == (ConsentState.GRANTED, 3)
    assert not person.consent(Channel.EMAIL).open
    assert set(person.flags) == {"email_optout"}


@pytest.mark.parametrize(
    ("label", "flag", "detail"),
    [
        ("attorney", "attorney", {}),
        ("bankruptcy", "bankruptcy", {"value": "stay"}),
        ("deceased", "deceased", {}),
        ("only_email", "only_medium", {"value": "email"}),
        ("cease", "cease", {"at": LATER.isoformat(), "medium": "sms"}),
    ],
)
def test_what_binds_by_law_is_flagged_with_the_reply(
    label: str, flag: str, detail: dict[str, Any]
) -> None:
    book = book_with()
    reply = Reply(
        reply_id="rep_1",
        account_id=FIRST.account_id,
        consumer_id=ADA,
        channel="sms",
        at=LATER,
        text="…",
        labels=(label,),
    )
    signal = a_signal(SignalKind.REPLY, channel="sms", detail={"labels": [label]})
    apply(book, signal, reply)
    person = book.consumers[ADA]
    assert person.flags[flag] == Flag(at=LATER, by=f"reply:{signal.signal_id}", detail=detail)
    assert person.consent(Channel.EMAIL).open is (label != "cease")
    assert book.accounts[FIRST.account_id].hold is Hold.REVIEW
    assert book.replies["rep_1"] == reply
    [contact] = book.histories[ADA].contacts
    assert (contact.direction, contact.outcome, contact.touch_id) == ("in", "received", "rep_1")


@pytest.mark.parametrize("kind", [SignalKind.PAYMENT, SignalKind.STAFF, SignalKind.CHARGEBACK])
def test_what_other_use_cases_apply_is_refused(kind: SignalKind) -> None:
    with pytest.raises(DomainError):
        apply(book_with(), a_signal(kind))


def test_no_entry_of_the_log_holds_what_a_person_wrote() -> None:
    book = book_with()
    reply = Reply(
        reply_id="rep_1",
        account_id=FIRST.account_id,
        consumer_id=ADA,
        channel="sms",
        at=LATER,
        text="my secret",
    )
    apply(book, a_signal(SignalKind.REPLY, detail={"text": "my secret"}), reply)
    assert "secret" not in repr(book.chains)
