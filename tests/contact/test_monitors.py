"""Consent, frequency and content each stop a touch alone, all else being in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, PastContact
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.errors import Defect
from dunlin.ports.messages import Rendered
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.contact.sending import send
from tests.support import ground
from tests.support.builders import NOON


def _asked(book: MemoryBook, account: Account) -> LadderDecision:
    templates = ground.PlainLetters()
    return check_ladder(
        account.account_id, 1, book=book, gate=ground.gate(), templates=templates, now=NOON
    )


def _with_contacts(count: int) -> tuple[MemoryBook, Account]:
    """A person who had `count` messages in the last seven days, about another account."""
    book, account = ground.memory_world()
    history = book.facts(account.account_id).history
    contacts = tuple(
        PastContact(
            at=NOON - timedelta(days=6, hours=-n),
            channel="email",
            direction="out",
            outcome="delivered",
            account_id="acc_other",
            template=f"t{n}",
            touch_id=f"tch_{n:032x}",
        )
        for n in range(count)
    )
    book.histories[account.consumer_id] = replace(history, contacts=contacts)
    return book, account


def test_all_in_order_the_touch_is_permitted() -> None:
    book, account = ground.memory_world()
    assert _asked(book, account).outcome == "email"


def test_consent_alone_stops_it() -> None:
    book, account = ground.memory_world()
    person = book.consumers[account.consumer_id]
    closed = dict.fromkeys(Channel, Consent(state=ConsentState.REVOKED, version=2, at=NOON))
    book.consumers[person.consumer_id] = replace(person, consents=closed)
    decided = _asked(book, account)
    assert decided.outcome == "exhausted"
    assert "PLAT-OPTOUT-ALL" in decided.refusals
    assert not book.permits


def test_frequency_alone_stops_it() -> None:
    assert _asked(*_with_contacts(6)).outcome in ("email", "sms")
    book, account = _with_contacts(7)
    decided = _asked(book, account)
    assert decided.outcome == "wait"
    due = book.accounts[account.account_id].due_at
    assert due is not None
    assert due >= NOON + timedelta(days=1)
    assert "PLAT-FREQ-ALL" in decided.refusals
    assert not book.permits


def test_content_alone_stops_it() -> None:
    book, account = ground.memory_world()
    assert _asked(book, account).outcome == "email"
    (touch,) = book.touches.values()

    class Unlawful(ground.PlainLetters):
        """Refuses as the shipped letters do, whose check `tests/messages` shows at work."""

        def render(self, *_args: Any, **_known: Any) -> Rendered:
            raise Defect("the content check refuses reminder.gentle: US-FDCPA-FALSE")

    mailbox = MemoryMailbox()
    outbox = replace(ground.outbox(mailbox=mailbox), templates=Unlawful())
    with pytest.raises(Defect, match="US-FDCPA-FALSE"):
        send(account.account_id, touch.key, touch.touch_id, book=book, ports=outbox, now=NOON)
    assert mailbox.calls == 0
    assert book.touches[touch.account_id, touch.key].state is TouchState.PERMITTED
