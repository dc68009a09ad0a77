"""What is done to an account book under test."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dunlin.domain import ids
from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.consumer import Channel, PastContact
from dunlin.domain.accounts.touch import Permit, Touch, TouchState
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import (
    Change,
    Facts,
)
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.permits import with_contact
from tests.support import builders
from tests.support.builders import CREDITOR, NOON
from tests.support.wholes import AccountBook


class Book:
    """A book under test with a fresh creditor's worth of accounts for each test."""

    def __init__(self, book: AccountBook, creditors: Creditors) -> None:
        self.book, self.creditors = book, creditors


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
        segments_version=facts.segments_version,
    )
    return touch


def change_account(book: AccountBook, account_id: str, **changes: Any) -> None:
    account = book.account(account_id)
    assert account is not None
    entry = entry_of(account, now=NOON, what="Changed", data={})
    after = next_version(replace(account, **changes), entry)
    ledger = builders.adjusted(account, after.balance, NOON)
    book.apply(Change(account=after, ledger=ledger, audit=[entry]))


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


def fresh(under_test: Book, name: str) -> str:
    person = builders.consumer(name)
    account = builders.account(
        f"INV-{name}",
        consumer_id=person.consumer_id,
        status=Status.ACTIVE,
        ladder_run=1,
        due_at=NOON,
    )
    builders.store(under_test.book, under_test.creditors, account, person=person)
    return account.account_id


def write(book: AccountBook, account_id: str, **changes: Any) -> None:
    stored = book.account(account_id)
    assert stored is not None
    entry = entry_of(stored, now=NOON, what="Changed", data={})
    after = next_version(replace(stored, **changes), entry)
    ledger = builders.adjusted(stored, after.balance, NOON)
    book.apply(Change(account=after, ledger=ledger, audit=[entry]))


def eventually(holds: Callable[[], bool]) -> None:
    """An index may lag behind by a moment."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "the index never caught up"
