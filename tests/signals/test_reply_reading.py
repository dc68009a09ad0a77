"""A reply that no list understands, read with and without the model."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from dunlin.adapters.files.reply_model_file import load_reply_model
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.replies.inbound import Inbound
from dunlin.domain.staff.queue import kind_of
from dunlin.service.signals.replies import read_reply
from tests.signals.test_signals import ADA, FIRST, LATER, SECOND, a_touch, book_with

UNHEARD = "would you quit blowing up my phone"


@pytest.mark.parametrize("asked", [True, False])
def test_what_the_lists_miss_closes_the_person_where_the_model_hears_it(asked: bool) -> None:
    book = book_with()
    person = book.consumers[ADA]
    inbound = Inbound(
        message_id="in-1", sender=person.phones[0], receiver="+12175550101", text=UNHEARD
    )
    outcome = read_reply(
        inbound,
        book=book,
        creditors=book.creditors,
        waker=MemoryWaker(),
        now=LATER,
        model=load_reply_model() if asked else None,
    )
    assert outcome == ("opt_out" if asked else "reply")
    assert book.consumers[ADA].consent(Channel.SMS).open is not asked


def test_only_the_reader_of_replies_loads_the_model() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import sys, dunlin.service.signals.signals, dunlin.service.contact.sending;"
                "import dunlin.runtime.wiring;"
                "assert 'dunlin.domain.replies.model' not in sys.modules"
            ),
        ],
        check=False,
    )
    assert done.returncode == 0


def heard(text: str, book: MemoryBook, number: int = 1) -> Account:
    """The account of the first message after a text of its person, lists and model together."""
    inbound = Inbound(
        message_id=f"in-{number}",
        sender=book.consumers[ADA].phones[0],
        receiver="+12175550101",
        text=text,
        answers="out-9",
    )
    read_reply(
        inbound,
        book=book,
        creditors=book.creditors,
        waker=MemoryWaker(),
        now=LATER,
        model=load_reply_model(),
    )
    return book.accounts[FIRST.account_id]


def test_a_promise_by_text_holds_until_its_day_as_one_on_the_portal() -> None:
    book = book_with(touch=a_touch(message_id="out-9"))
    on = (LATER + timedelta(days=5)).date()
    held = heard(f"I'll pay on {on:%B} {on.day}, promise", book)
    assert held.hold is Hold.PROMISE
    assert held.due_at is not None
    grace = book.strategy_of(held).coordination.promise_grace_days
    assert (held.due_at - LATER).days in (5 + grace, 6 + grace)
    assert book.accounts[SECOND.account_id].hold is None  # it binds its own account alone
    [kept] = book.replies.values()
    assert kept.labels == ("promise",)


def test_the_third_promise_and_one_without_a_day_are_read_by_staff() -> None:
    book = book_with(touch=a_touch(message_id="out-9"))
    for number in (1, 2):
        assert heard("will pay tomorrow, i promise", book, number).hold is Hold.PROMISE
    third = heard("will pay tomorrow, i promise", book, 3)
    assert third.hold is Hold.REVIEW
    another = book_with(touch=a_touch(message_id="out-9"))
    undated = heard("I'll pay as soon as my refund comes", another)
    assert (undated.hold, undated.hold_reason) == (Hold.REVIEW, "Promises to pay")
    assert kind_of(undated) == "reply"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("can I set up a payment plan? I can do $50 a month", "arrangement_request"),
        ("¿puedo pagar en abonos?", "arrangement_request"),
        ("What is this bill for?", "question"),
    ],
)
def test_what_asks_for_something_is_in_the_queue_as_from_the_portal(text: str, kind: str) -> None:
    held = heard(text, book_with(touch=a_touch(message_id="out-9")))
    assert (held.hold, kind_of(held)) == (Hold.REVIEW, kind)


def test_a_reply_that_nobody_understands_waits_for_a_person_however_long_the_rest() -> None:
    """The creditor rests ladders for a few days after a reply; only what asks for nothing does."""
    book = book_with(touch=a_touch(message_id="out-9"))
    held = heard("zxq blorp the heron wept for uncle's ledger", book)
    assert held.hold is Hold.REVIEW
    assert held.hold_reason.startswith(("Not understood", "May want us to stop"))
    assert held.waits_for_staff


def test_no_machine_answers_a_lawyers_client_who_stops_us() -> None:
    book = book_with(touch=a_touch(message_id="out-9"))
    waker = MemoryWaker()
    for number, text in enumerate(("STOP. I filed chapter 7", "STOP")):
        inbound = Inbound(
            message_id=f"in-{number}",
            sender=book.consumers[ADA].phones[0],
            receiver="+12175550101",
            text=text,
            answers="out-9",
        )
        read_reply(
            inbound,
            book=book,
            creditors=book.creditors,
            waker=waker,
            now=LATER,
            model=load_reply_model(),
        )
        assert len(waker.notices) == number
