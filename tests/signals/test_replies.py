"""Replies: STOP first, everything else read by a person, and nobody sees another's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.aws.sns_events import read_inbound_text
from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.senders import MemorySmsSender
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.consumer import Channel, Consumer, PastContact
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.audit.audit import append
from dunlin.domain.replies import reading
from dunlin.domain.replies.inbound import Inbound
from dunlin.domain.replies.reading import labels_of
from dunlin.domain.replies.signals import ReplySignals, classify_reply
from dunlin.ports.accounts import Change
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.notices import check_notice
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.contact.sending import SendingPorts, send
from dunlin.service.signals.replies import read_reply
from dunlin.views.messages.jinja_messages import JinjaMessages
from tests.signals.test_signals import ADA, FIRST, LATER, SECOND, a_touch, book_with
from tests.support.builders import account, consumer, strategy_document

OURS, THEIRS = "+12175550101", "+12175550142"


def inbound(text: str, **changes: Any) -> Inbound:
    base = Inbound(message_id="in-1", sender=THEIRS, receiver=OURS, text=text)
    return replace(base, **changes)


def read(book: MemoryBook, message: Inbound) -> tuple[str, MemoryWaker]:
    waker = MemoryWaker()
    word = read_reply(message, book=book, creditors=book.creditors, waker=waker, now=LATER)
    return word, waker


@pytest.fixture
def signals_of_words(monkeypatch: pytest.MonkeyPatch) -> dict[str, ReplySignals]:
    """What the classifier makes of a text, where a test says so."""
    known: dict[str, ReplySignals] = {}
    real = classify_reply
    monkeypatch.setattr(reading, "classify_reply", lambda text: known.get(text) or real(text))
    return known


@pytest.mark.parametrize(
    ("signals", "labels"),
    [
        (ReplySignals(), ()),
        (ReplySignals(opt_out=True), ("opt_out",)),
        (ReplySignals(ambiguous=True, signals=frozenset({"dispute"})), ("ambiguous", "dispute")),
        (ReplySignals(signals=frozenset({"email_opt_out"})), ("opt_out",)),
        (ReplySignals(signals=frozenset({"wrong_person"})), ("wrong_party",)),
        (ReplySignals(start=True), ("start",)),
        (ReplySignals(help=True), ("help",)),
    ],
)
def test_labels_put_what_binds_most_first(signals: ReplySignals, labels: tuple[str, ...]) -> None:
    assert labels_of(signals) == labels


def test_stop_closes_everything_and_is_confirmed_once() -> None:
    book = book_with(touch=a_touch(message_id="out-9", channel=Channel.SMS))
    message = inbound("STOP", answers="out-9")
    word, waker = read(book, message)
    assert word == "opt_out"
    assert not any(book.consumers[ADA].consent(c).open for c in Channel)
    [reply] = book.replies.values()
    assert (reply.account_id, reply.labels, reply.text) == (
        FIRST.account_id,
        ("opt_out",),
        "STOP",
    )
    assert waker.notices == [(FIRST.account_id, "opt_out_confirmation", reply.reply_id)]
    assert sorted(waker.woken) == sorted([FIRST.account_id, SECOND.account_id])
    assert {a.hold for a in book.accounts.values()} == {None}
    # Delivered again: the same cause, so the notice machine starts nothing new.
    again = read(book, message)[1]
    assert again.notices == waker.notices
    assert len(book.replies) == 1


def test_the_confirmation_goes_within_five_minutes_once_and_says_nothing_else() -> None:
    book = book_with(touch=a_touch(message_id="out-9", channel=Channel.SMS))
    [(account_id, kind, cause)] = read(book, inbound("STOP", answers="out-9"))[1].notices
    templates, gate, line = JinjaMessages(), Gate(rulebook=load_rulebook()), MemorySmsSender()
    sessions = MemoryPortalSessions()

    def decide(seconds: int) -> LadderDecision:
        return check_notice(
            account_id,
            kind=kind,
            cause=cause,
            book=book,
            links=sessions,
            gate=gate,
            templates=templates,
            now=LATER + timedelta(seconds=seconds),
        )

    late = decide(301)
    assert (late.outcome, late.refusals) == ("refused", ("US-TCPA-CONFIRM",))
    decision = decide(5)
    assert decision.outcome == "sms"
    outbox = SendingPorts(
        channel=Channel.SMS,
        templates=templates,
        links=sessions,
        portal_url="https://pay.example.com",
        new_token=lambda: "t" * 22,
        new_code=lambda: "123456",
        real_now=lambda: LATER,
        sms_sender=line,
    )
    at = LATER + timedelta(seconds=6)
    sent = send(account_id, decision.touch_key, decision.permit_id, book=book, ports=outbox, now=at)
    assert sent.outcome == "sent"
    [text] = line.sent
    assert text.body == (
        "Acme Clinic: You are opted out and will get no more messages from us. "
        "Reply START to get texts again."
    )
    assert decide(10).outcome == "refused"


def test_stop_from_a_person_without_an_account_is_obeyed() -> None:
    book = book_with()
    book.accounts.clear()
    word, waker = read(book, inbound("stop"))
    assert word == "opt_out"
    assert not any(book.consumers[ADA].consent(c).open for c in Channel)
    assert waker.notices == []


def test_start_opens_texts_and_help_is_answered_and_changes_nothing(
    signals_of_words: dict[str, ReplySignals],
) -> None:
    signals_of_words |= {"START": ReplySignals(start=True), "HELP": ReplySignals(help=True)}
    book = book_with()
    read(book, inbound("stop"))
    assert read(book, inbound("START", message_id="in-2"))[0] == "start"
    assert book.consumers[ADA].consent(Channel.SMS).open
    assert not book.consumers[ADA].consent(Channel.EMAIL).open
    before = (dict(book.accounts), dict(book.consumers))
    word, waker = read(book, inbound("HELP", message_id="in-3"))
    assert (word, waker.woken) == ("help", [])
    [(account_id, kind, cause)] = waker.notices
    assert (account_id in book.accounts, kind) == (True, "help")
    assert cause == f"{ADA}.2026-11-23"
    # Again on the same day it has the same cause, and so gets no second answer.
    again = read(book, inbound("HELP", message_id="in-4"))[1]
    assert again.notices == waker.notices
    assert (book.accounts, book.consumers) == before
    assert len(book.replies) == 4


SENT = "Acme Clinic: Ada, a balance is open: pay.example.com/a Reply STOP to opt out"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (f"Liked “{SENT}”", "reaction"),
        (f"Loved “{SENT[:-8]}…”", "reaction"),
        (f'Emphasized "{SENT}"', "reaction"),
        (f"Laughed at “{SENT}”", "reaction"),
        (f"Reacted 👍 to “{SENT}”", "reaction"),
        (f"Removed a heart from “{SENT}”", "reaction"),
        (f"\u200a👍\u200a to “\u200a{SENT}\u200a”", "reaction"),
        ("Le gustó “Clínica Acme: responda STOP para darse de baja”", "reaction"),
        (
            "Reaccionó con 👍 a “Clínica Acme: responda STOP para no recibir más mensajes”",
            "reaction",
        ),
        ("Loved an image", "reaction"),
        ("[Auto-Reply] I am out of office", "automatic"),
        ("Automatic reply: closed until Monday. Please stop by then.", "automatic"),
        ("I'm currently driving - Sent from My Car", "automatic"),
        (
            "I'm driving with Do Not Disturb on. I'll see your message when I get where I'm going.",
            "automatic",
        ),
        ("Sorry, I can't talk right now.", "automatic"),
        ("Estoy manejando", "automatic"),
        ("", "picture"),
    ],
)
def test_what_nobody_worded_is_kept_and_changes_nothing(text: str, word: str) -> None:
    book = book_with()
    before = (dict(book.accounts), dict(book.consumers))
    outcome, waker = read(book, inbound(text))
    assert (outcome, waker.woken, waker.notices) == (word, [], [])
    assert (book.accounts, book.consumers) == before
    [kept] = book.replies.values()
    assert (kept.text, kept.labels) == (text, (word,))


@pytest.mark.parametrize(
    "text",
    [
        f"Liked “{SENT}” stop texting me",
        "I am out of office, stop texting me",
        "[Auto-Reply] unsubscribe me",
        "“STOP”",
    ],
)
def test_an_opt_out_beside_it_is_one(text: str) -> None:
    book = book_with()
    assert read(book, inbound(text))[0] == "opt_out"
    assert not book.consumers[ADA].consent(Channel.SMS).open


@pytest.mark.parametrize(
    "text", [f"Disliked “{SENT}”", f"👎 to “{SENT}”", "Liked “stop”", "…", "?"]
)
def test_who_shows_that_they_mind_is_read_by_a_person(text: str) -> None:
    book = book_with()
    assert read(book, inbound(text))[0] == "reply"
    assert {a.hold for a in book.accounts.values()} == {Hold.REVIEW}
    assert book.consumers[ADA].consent(Channel.SMS).open


@pytest.mark.parametrize(
    ("signals", "hold", "reason"),
    [
        (ReplySignals(), Hold.REVIEW, "Wrote back"),
        (
            ReplySignals(ambiguous=True),
            Hold.REVIEW,
            "May want us to stop: read it before anything is sent",
        ),
        (ReplySignals(signals=frozenset({"dispute"})), Hold.DISPUTE, "Disputes what is owed"),
        (ReplySignals(signals=frozenset({"already_paid"})), Hold.REVIEW, "Says it is paid"),
        (ReplySignals(signals=frozenset({"hardship"})), Hold.REVIEW, "Says that paying is hard"),
        (ReplySignals(start=True, ambiguous=True), Hold.REVIEW, "May want us to stop"),
    ],
)
def test_any_other_reply_holds_until_a_person_reads_it(
    signals_of_words: dict[str, ReplySignals], signals: ReplySignals, hold: Hold, reason: str
) -> None:
    signals_of_words["…"] = signals
    book = book_with(touch=a_touch(message_id="out-9"))
    word, waker = read(book, inbound("…", answers="out-9"))
    assert word in ("reply", "start")
    held = book.accounts[FIRST.account_id]
    assert (held.hold, held.hold_reason[: len(reason)]) == (hold, reason)
    assert book.accounts[SECOND.account_id].hold is Hold.REVIEW
    assert book.consumers[ADA].consent(Channel.SMS).open
    assert waker.notices == []
    assert set(waker.woken) == {FIRST.account_id, SECOND.account_id}


def test_an_opt_out_with_a_lawyer_does_both(signals_of_words: dict[str, ReplySignals]) -> None:
    signals_of_words["…"] = ReplySignals(opt_out=True, signals=frozenset({"attorney"}))
    book = book_with()
    read(book, inbound("…"))
    person = book.consumers[ADA]
    assert "attorney" in person.flags
    assert not person.consent(Channel.EMAIL).open
    assert Hold.REVIEW in {a.hold for a in book.accounts.values()}


def test_a_number_that_nobody_has_is_counted() -> None:
    book = book_with()
    assert read(book, inbound("stop", sender="+12175550199"))[0] == "nobody"
    assert book.replies == {}


def with_another_creditor(origination: str) -> tuple[MemoryBook, Consumer]:
    """A second creditor whose consumer has the same number."""
    book = book_with(touch=a_touch(message_id="out-9", channel=Channel.SMS))
    other = replace(
        consumer("bob"), consumer_id="con_bob", creditor="other-firm", audit_head="", version=1
    )
    book.creditors.put_strategy(
        "other-firm",
        strategy_document(brand=strategy_document()["brand"] | {"sms_origination": origination}),
        LATER,
    )
    theirs = replace(
        account("INV-9"),
        account_id="acc_bob",
        creditor="other-firm",
        consumer_id="con_bob",
        status=Status.ACTIVE,
    )
    entries = [
        append(
            subject=subject,
            sequence=1,
            previous="",
            at=LATER,
            actor="test",
            what="Imported",
            data={},
        )
        for subject in ("consumer#con_bob", "account#acc_bob")
    ]
    other = replace(other, audit_head=entries[0].hash)
    theirs = replace(theirs, version=1, audit_head=entries[1].hash)
    book.apply(Change(consumer=other, account=theirs, audit=entries))
    return book, other


def test_a_reply_is_seen_by_the_creditor_whose_number_it_went_to() -> None:
    book, other = with_another_creditor("+12175550102")
    read(book, inbound("hello?", receiver="+12175550102"))
    assert [r.consumer_id for r in book.replies.values()] == [other.consumer_id]
    read(book, inbound("stop", message_id="in-2", receiver="+12175550102"))
    assert not book.consumers[other.consumer_id].consent(Channel.SMS).open
    assert book.consumers[ADA].consent(Channel.SMS).open


def test_on_a_shared_number_a_reply_goes_to_whom_it_answers_and_a_stop_to_all() -> None:
    book, other = with_another_creditor("")
    shared = "+12175550100"
    read(book, inbound("hello?", receiver=shared, answers="out-9"))
    assert [r.consumer_id for r in book.replies.values()] == [ADA]
    read(book, inbound("stop", message_id="in-2", receiver=shared))
    for person in (ADA, other.consumer_id):
        assert not any(book.consumers[person].consent(c).open for c in Channel)


PAYLOAD = {
    "originationNumber": THEIRS,
    "destinationNumber": OURS,
    "messageKeyword": "KEYWORD",
    "messageBody": "STOP",
    "inboundMessageId": "in-1",
    "previousPublishedMessageId": "out-9",
}


def test_a_payload_is_read_with_and_without_its_envelope() -> None:
    expected = inbound("STOP", answers="out-9")
    assert read_inbound_text(PAYLOAD) == expected
    assert read_inbound_text({"Type": "Notification", "Message": json.dumps(PAYLOAD)}) == expected
    long = read_inbound_text(PAYLOAD | {"messageBody": "x" * 9000})
    assert long is not None
    assert len(long.text) == 2000


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Message": "not json"},
        {"Message": "[1]"},
        PAYLOAD | {"originationNumber": "12345"},
        PAYLOAD | {"messageBody": None},
        PAYLOAD | {"inboundMessageId": ""},
    ],
)
def test_a_shape_that_is_none_is_malformed(body: dict[str, Any]) -> None:
    assert read_inbound_text(body) is None


def test_a_reply_without_a_hint_belongs_to_what_was_written_last() -> None:
    book = book_with()
    touch: Touch = a_touch(account_id=SECOND.account_id)
    history = book.facts(FIRST.account_id).history
    contact = PastContact(
        at=LATER,
        channel="sms",
        direction="out",
        outcome="sent",
        account_id=touch.account_id,
        template="reminder",
        touch_id="tch_2",
    )
    book.apply(Change(history=replace(history, contacts=(contact,), version=1)))
    read(book, inbound("hello?"))
    [reply] = book.replies.values()
    assert reply.account_id == SECOND.account_id
