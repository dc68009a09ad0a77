"""Opt-out lists of the providers: in step both ways, and never an opt-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from dunlin.adapters.aws.optout_lists import ProviderLists
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.optout_lists import MemoryLists
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.consumer import Channel, ConsentState, Consumer
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.errors import Unavailable
from dunlin.ports.messages import OptOutLists, Suppressed
from dunlin.service.signals.optouts import InStep, reconcile_optouts
from dunlin.service.signals.signals import apply_signal
from tests.support.builders import NOON, account, consumer, store

ONE = account("INV-1")
ADA = consumer()
PHONE, MAIL = ADA.phones[0], ADA.emails[0]


def book_with(person: Consumer = ADA) -> MemoryBook:
    book = MemoryBook()
    active = replace(ONE, status=Status.ACTIVE, ladder_run=1)
    store(book, book.creditors, active, person=person)
    return book


def sync(book: MemoryBook, lists: MemoryLists) -> tuple[InStep, list[str]]:
    waker = MemoryWaker()
    report = reconcile_optouts(lists=lists, book=book, addresses=book, waker=waker, now=NOON)
    return report, waker.woken


def stop(book: MemoryBook) -> None:
    signal = Signal(signal_id="s-1", kind=SignalKind.OPT_OUT, at=NOON, consumer_id=ADA.consumer_id)
    apply_signal(signal, book=book, waker=MemoryWaker(), now=NOON)


def test_an_opt_out_that_only_the_carrier_knows_closes_the_person_and_wakes() -> None:
    book, lists = book_with(), MemoryLists()
    lists.numbers = [PHONE, "+12175550199"]
    report, woken = sync(book, lists)
    assert (report.closed, report.strangers) == (1, 1)
    assert woken == [ONE.account_id]
    person = book.consumers[ADA.consumer_id]
    assert person.consent(Channel.SMS).state is ConsentState.REVOKED
    assert person.consent(Channel.SMS).evidence.startswith("provider_list:")
    assert PHONE not in str(book.chains)


def test_a_complaint_closes_all_and_a_dead_address_its_channel() -> None:
    book, lists = book_with(), MemoryLists()
    lists.suppressed = {MAIL.upper(): True}
    assert sync(book, lists)[0].closed == 1
    assert not book.consumers[ADA.consumer_id].consent(Channel.SMS).open
    book, lists = book_with(), MemoryLists()
    lists.suppressed = {MAIL: False}
    assert sync(book, lists)[0].closed == 1
    person = book.consumers[ADA.consumer_id]
    assert person.dead(Channel.EMAIL)
    assert person.consent(Channel.SMS).open


def test_a_dead_address_beside_a_living_one_is_found_once() -> None:
    book, lists = book_with(replace(ADA, emails=(MAIL, "second@example.com"))), MemoryLists()
    lists.suppressed = {MAIL: False}
    assert sync(book, lists)[0].closed == 1
    assert book.consumers[ADA.consumer_id].emails[0] == "second@example.com"
    assert sync(book, lists)[0].closed == 0


def test_our_opt_outs_go_to_the_mail_provider_and_then_nothing_changes() -> None:
    book, lists = book_with(), MemoryLists()
    stop(book)
    assert sync(book, lists)[0] == InStep(listed=1)
    assert lists.suppressed == {MAIL: True}
    before = dict(book.consumers)
    assert sync(book, lists) == (InStep(), [])
    assert book.consumers == before


def test_only_the_opt_outs_of_the_days_asked_for_are_compared() -> None:
    book, lists = book_with(), MemoryLists()
    stop(book)
    late = NOON + timedelta(days=9)
    known: dict[str, Any] = {
        "lists": lists, "book": book, "addresses": book, "waker": MemoryWaker(), "now": late,
    }  # fmt: skip
    assert reconcile_optouts(**known) == InStep()
    assert reconcile_optouts(**known, days=9) == InStep(listed=1)


def test_one_creditors_opt_out_does_not_silence_another() -> None:
    book, lists = book_with(), MemoryLists()
    other = replace(consumer("bea"), emails=(MAIL,), creditor="other", phones=())
    book.consumers[other.consumer_id] = other
    stop(book)
    assert sync(book, lists)[0].listed == 0
    assert lists.suppressed == {}


def test_a_dead_address_is_not_listed_as_an_opt_out() -> None:
    book, lists = book_with(), MemoryLists()
    lists.suppressed = {MAIL: False}
    sync(book, lists)
    lists.suppressed = {}
    assert sync(book, lists)[0].listed == 0


def test_nobody_is_opted_in_when_a_list_is_empty() -> None:
    book, lists = book_with(), MemoryLists()
    lists.numbers = [PHONE]
    sync(book, lists)
    lists.numbers = []
    sync(book, lists)
    assert not book.consumers[ADA.consumer_id].consent(Channel.SMS).open
    calls = {name for name in dir(OptOutLists) if not name.startswith("_")}
    assert calls == {"phones", "emails", "suppress"}


def test_a_permission_given_anew_that_the_carrier_still_refuses_is_closed_again() -> None:
    book, lists = book_with(), MemoryLists()
    lists.numbers = [PHONE]
    sync(book, lists)
    start = Signal(
        signal_id="s-2",
        kind=SignalKind.PREFERENCE,
        at=NOON,
        consumer_id=ADA.consumer_id,
        channel="sms",
        detail={"start": "sms"},
    )
    apply_signal(start, book=book, waker=MemoryWaker(), now=NOON)
    assert book.consumers[ADA.consumer_id].consent(Channel.SMS).open
    assert sync(book, lists)[0].closed == 1


@pytest.fixture(params=["memory", "aws"])
def lists(request: pytest.FixtureRequest) -> Iterator[OptOutLists]:
    """Two numbers and two addresses, over two pages where there are pages. The stubs hold every
    request and answer to the shapes of the services."""
    if request.param == "memory":
        memory_lists = MemoryLists()
        memory_lists.numbers = [PHONE, "+12175550199"]
        memory_lists.suppressed = {"a@example.com": True, "b@example.com": False}
        yield memory_lists
        return
    known: dict[str, Any] = {
        "region_name": "us-east-1",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }
    sns, ses = boto3.client("sns", **known), boto3.client("sesv2", **known)
    texts, mails = Stubber(sns), Stubber(ses)
    texts.add_response(
        "list_phone_numbers_opted_out", {"phoneNumbers": [PHONE], "nextToken": "n"}, {}
    )
    texts.add_response(
        "list_phone_numbers_opted_out", {"phoneNumbers": ["+12175550199"]}, {"nextToken": "n"}
    )
    for address, reason, page in (
        ("a@example.com", "COMPLAINT", {}),
        ("b@example.com", "BOUNCE", {"NextToken": "n"}),
    ):
        summary = {"EmailAddress": address, "Reason": reason, "LastUpdateTime": NOON}
        more = {} if page else {"NextToken": "n"}
        mails.add_response(
            "list_suppressed_destinations",
            {"SuppressedDestinationSummaries": [summary], **more},
            {"PageSize": 1000, **page},
        )
    mails.add_response(
        "put_suppressed_destination",
        {},
        {"EmailAddress": "c@example.com", "Reason": "COMPLAINT"},
    )
    with texts, mails:
        yield ProviderLists(sns=sns, ses=ses)
        texts.assert_no_pending_responses()
        mails.assert_no_pending_responses()


def test_both_adapters_keep_the_contract(lists: OptOutLists) -> None:
    assert list(lists.phones()) == [PHONE, "+12175550199"]
    assert list(lists.emails()) == [
        Suppressed(address="a@example.com", complained=True),
        Suppressed(address="b@example.com", complained=False),
    ]
    lists.suppress("c@example.com")


def test_a_list_that_cannot_be_read_is_unavailable() -> None:
    client = boto3.client(
        "sns", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    with Stubber(client) as stubs:
        stubs.add_client_error("list_phone_numbers_opted_out", "Throttled", http_status_code=400)
        with pytest.raises(Unavailable):
            list(ProviderLists(sns=client).phones())
