"""Sending: a permit is spent for what was permitted, once, and every end is recorded."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.senders import Failure, MemoryMailbox
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.lifecycle import settle
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.errors import DomainError
from dunlin.domain.tokens import address_hash, reply_token, token_hash
from dunlin.ports.accounts import Change
from dunlin.ports.messages import Email
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import Sending, SendingPorts, send
from tests.support import builders, ground
from tests.support.builders import NOON

GATE = ground.gate("PLAT-FREQ-ALL", "PLAT-OPTOUT-ALL")


def permitted() -> tuple[MemoryBook, Account, Touch]:
    book, account = ground.memory_world()
    check_ladder(
        account.account_id, 1, book=book, gate=GATE, templates=ground.PlainLetters(), now=NOON
    )
    (touch,) = book.touches.values()
    return book, account, touch


def hand_over(book: MemoryBook, touch: Touch, outbox: SendingPorts) -> Sending:
    return send(touch.account_id, touch.key, touch.touch_id, book=book, ports=outbox, now=NOON)


@pytest.mark.parametrize(
    ("failure", "outcome", "state", "rung", "taken"),
    [
        (None, "sent", TouchState.SENT, 1, 1),
        (Failure.BEFORE, "void", TouchState.RELEASED, 0, 0),
        (Failure.DURING, "unknown", TouchState.UNKNOWN, 1, 0),
        (Failure.AFTER, "unknown", TouchState.UNKNOWN, 1, 1),
    ],
)
def test_every_answer_of_the_provider_has_its_end(
    failure: Failure | None, outcome: str, state: TouchState, rung: int, taken: int
) -> None:
    book, account, touch = permitted()
    mailbox = MemoryMailbox(fail=[failure] if failure else [])
    outbox = ground.outbox(mailbox=mailbox)
    assert hand_over(book, touch, outbox).outcome == outcome
    assert book.touches[touch.account_id, touch.key].state is state
    assert book.accounts[account.account_id].rung == rung
    assert not book.permits
    # Called again, whatever happened: nothing more leaves.
    hand_over(book, touch, outbox)
    assert (mailbox.calls, len(mailbox.sent)) == (1, taken)
    counted = [c for c in book.facts(touch.account_id).history.contacts if c.outcome != "released"]
    assert len(counted) == (0 if failure is Failure.BEFORE else 1)


def test_a_message_carries_its_touch_and_a_way_out() -> None:
    book, _, touch = permitted()
    mailbox = MemoryMailbox()
    outbox = ground.outbox(mailbox=mailbox)
    hand_over(book, touch, outbox)
    (email,) = mailbox.sent
    assert email.tags == {"touch_id": touch.touch_id, "account_id": touch.account_id}
    stop = email.headers["List-Unsubscribe"].split(">")[0].lstrip("<")
    token = stop.rsplit("/", 1)[1]
    link = outbox.links.link(token_hash(token))
    assert link is not None
    assert (link.touch_id, link.channel) == (touch.touch_id, "email")


def test_words_approved_after_the_permit_need_a_permit_of_their_own() -> None:
    book, account, touch = permitted()

    class Newer(ground.PlainLetters):
        def render(self, *args, **kwargs):
            return replace(super().render(*args, **kwargs), version="v2")

    mailbox = MemoryMailbox()
    outbox = replace(ground.outbox(mailbox=mailbox), templates=Newer())
    assert hand_over(book, touch, outbox).outcome == "void"
    assert not mailbox.calls
    assert book.touches[touch.account_id, touch.key].state is TouchState.RELEASED
    assert book.accounts[account.account_id].due_at == NOON


def test_an_address_that_changed_after_the_permit_gets_nothing() -> None:
    book, account, touch = permitted()
    person = book.consumers[account.consumer_id]
    book.consumers[account.consumer_id] = replace(
        person, emails=("other@example.com",), version=person.version + 1
    )
    mailbox = MemoryMailbox()
    assert hand_over(book, touch, ground.outbox(mailbox=mailbox)).outcome == "void"
    assert not mailbox.calls


def test_a_late_release_leaves_the_next_rung_where_it_is() -> None:
    book, account, touch = permitted()
    stored = book.accounts[account.account_id]
    later = NOON + timedelta(days=10)
    entry = entry_of(stored, now=NOON, what="Moved", data={})
    book.apply(
        Change(
            account=next_version(replace(stored, rung=1, occurrence=0, due_at=later), entry),
            audit=[entry],
        )
    )
    book.permits.clear()
    assert hand_over(book, touch, ground.outbox()).outcome == "void"
    assert book.accounts[account.account_id].due_at == later


class Settling(MemoryMailbox):
    """The person pays while the provider takes the message."""

    def __init__(self, book: MemoryBook, account_id: str) -> None:
        super().__init__()
        self.book, self.account_id = book, account_id

    def send(self, email: Email) -> str:
        account = self.book.accounts[self.account_id]
        paid = replace(account, balance=account.balance - account.balance)
        entry = entry_of(account, now=NOON, what="PaymentPosted", data={})
        ledger = builders.adjusted(account, paid.balance, NOON)
        after = next_version(settle(paid), entry)
        self.book.apply(Change(account=after, ledger=ledger, audit=[entry]))
        return super().send(email)


def test_a_message_that_leaves_as_the_debt_is_paid_counts_and_plans_nothing() -> None:
    book, account, touch = permitted()
    mailbox = Settling(book, account.account_id)
    assert hand_over(book, touch, ground.outbox(mailbox=mailbox)).outcome == "sent"
    after = book.accounts[account.account_id]
    assert (after.status, after.rung, after.sent) == (Status.SETTLED, 1, ("Reminder",))
    assert (after.due_at, after.next_action) == (None, None)


def test_a_sender_has_nothing_to_do_with_the_other_channel() -> None:
    book, _, touch = permitted()
    with pytest.raises(DomainError):
        hand_over(book, touch, ground.outbox(Channel.SMS))
    assert book.permits


def test_an_e_mail_has_addresses_of_its_own_for_answers_and_to_unsubscribe() -> None:
    book, _, touch = permitted()
    mailbox, links = MemoryMailbox(), MemoryPortalSessions()
    outbox = replace(ground.outbox(mailbox=mailbox, links=links), mail_domain="reply.example.org")
    assert hand_over(book, touch, outbox).outcome == "sent"
    [message] = mailbox.sent
    token = reply_token(f"{1:022d}")
    assert message.reply_to == f"reply-{token}@reply.example.org"
    assert f"<mailto:stop-{token}@reply.example.org?" in message.headers["List-Unsubscribe"]
    bound = links.link(token_hash(token))
    assert bound is not None
    assert (bound.touch_id, bound.account_id, bound.consumer_id) == (
        touch.touch_id,
        touch.account_id,
        touch.consumer_id,
    )
    assert bound.address_hash == address_hash("ada@example.com")
    assert bound.expires_at - NOON == timedelta(days=400)
    # Who reads the address cannot open the portal with it.
    assert all(portal != token for portal in re.findall(r"/m/(\w+)", message.text))


def test_without_a_mail_domain_answers_go_to_the_inbox() -> None:
    book, _, touch = permitted()
    mailbox = MemoryMailbox()
    hand_over(book, touch, ground.outbox(mailbox=mailbox))
    [message] = mailbox.sent
    assert message.reply_to == "accounts@clinic.example.com"
    assert "<mailto:accounts@clinic.example.com?" in message.headers["List-Unsubscribe"]
