"""Notices: the same gate and permit as a rung, one message for a cause and kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.senders import Failure, MemoryMailbox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import PERMIT_LIFE, TouchState
from dunlin.domain.errors import DomainError
from dunlin.domain.messages.inbound import Inbound
from dunlin.domain.tokens import address_hash, token_hash
from dunlin.ports.portal import Link
from dunlin.service.contact.notices import check_notice
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.contact.sending import SendingPorts, send
from dunlin.service.signals.replies import read_reply
from tests.support import ground
from tests.support.builders import NOON


class Desk:
    """One account, its person's door, and the whole rulebook."""

    def __init__(self) -> None:
        self.book, self.account = ground.memory_world()
        self.sessions = MemoryPortalSessions()
        self.gate = ground.gate()
        paid = LedgerEntry(
            entry_id="ent_1",
            account_id=self.account.account_id,
            kind="payment",
            amount=-self.account.balance,
            on=NOON.date(),
            source="cause-1",
        )
        self.book.ledgers[self.account.account_id] = {paid.entry_id: paid}

    def ask(self, kind: str, cause: str = "cause-1", *, now: datetime = NOON) -> LadderDecision:
        return check_notice(
            self.account.account_id,
            kind=kind,
            cause=cause,
            book=self.book,
            links=self.sessions,
            gate=self.gate,
            templates=ground.PlainLetters(),
            now=now,
        )

    def link(self, channel: Channel, address: str) -> str:
        hashed = token_hash("t" * 22)
        self.sessions.put_link(
            Link(
                token_hash=hashed,
                account_id=self.account.account_id,
                consumer_id=self.account.consumer_id,
                creditor=self.account.creditor,
                touch_id="tch_1",
                channel=channel.value,
                address_hash=address_hash(address),
                expires_at=NOON + timedelta(days=45),
            )
        )
        return hashed

    def set(self, **changes: object) -> None:
        stored = self.book.accounts[self.account.account_id]
        self.book.accounts[self.account.account_id] = replace(stored, **changes)  # type: ignore[arg-type]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_one_cause_and_kind_take_one_permit(desk: Desk) -> None:
    first, again = desk.ask("receipt"), desk.ask("receipt")
    assert first.outcome == again.outcome == "email"
    assert first.permit_id == again.permit_id != ""
    assert len(desk.book.touches) == len(desk.book.permits) == 1
    second = desk.ask("receipt", "cause-2")
    assert second.outcome == "email"
    assert second.permit_id != first.permit_id


def test_a_notice_whose_permit_died_is_asked_for_again(desk: Desk) -> None:
    mailbox, late = MemoryMailbox(), NOON + PERMIT_LIFE
    outbox = ground.outbox(mailbox=mailbox, links=desk.sessions)
    dead = desk.ask("receipt")
    assert desk.ask("receipt", now=late) == replace(dead, version=dead.version)
    assert hand_over(desk.book, desk.account, dead, outbox, now=late) == "void"
    again = desk.ask("receipt", now=late)
    assert (again.outcome, again.touch_key) == ("email", "N#receipt#cause-1~2")
    assert hand_over(desk.book, desk.account, again, outbox, now=late) == "sent"
    assert desk.ask("receipt", now=late).outcome == "refused"
    assert len(mailbox.sent) == 1


def test_a_person_whose_record_moved_between_gate_and_sender_loses_no_notice(desk: Desk) -> None:
    """Whatever is learned about a person makes a permit void; what it was for is asked again."""
    mailbox = MemoryMailbox()
    outbox = ground.outbox(mailbox=mailbox, links=desk.sessions)
    first = desk.ask("receipt")
    person = desk.book.consumers[desk.account.consumer_id]
    desk.book.consumers[person.consumer_id] = replace(person, version=person.version + 1)
    sending = send(
        desk.account.account_id,
        first.touch_key,
        first.permit_id,
        book=desk.book,
        ports=outbox,
        now=NOON,
    )
    assert (sending.outcome, sending.wait_seconds) == ("void", 1)
    again = desk.ask("receipt")
    assert hand_over(desk.book, desk.account, again, outbox) == "sent"
    states = [touch.state.value for touch in desk.book.touches.values()]
    assert (states, len(mailbox.sent)) == (["released", "sent"], 1)


def test_a_notice_the_provider_refuses_waits_longer_each_time_and_not_for_ever(desk: Desk) -> None:
    mailbox = MemoryMailbox(fail=[Failure.BEFORE] * 9)
    outbox = ground.outbox(mailbox=mailbox, links=desk.sessions)
    waits, now = [], NOON
    while (decision := desk.ask("receipt", now=now)).outcome == "email":
        sending = send(
            desk.account.account_id,
            decision.touch_key,
            decision.permit_id,
            book=desk.book,
            ports=outbox,
            now=now,
        )
        waits.append(sending.wait_seconds)
        now += timedelta(seconds=1)
    assert waits == [300, 1_200, 4_800, 19_200, 76_800]
    assert decision.outcome == "refused"


def test_a_receipt_goes_on_a_settled_account_and_plans_nothing(desk: Desk) -> None:
    owed = desk.account.balance
    desk.set(status=Status.SETTLED, due_at=None, balance=owed - owed)
    assert desk.ask("receipt").outcome == "email"
    stored = desk.book.accounts[desk.account.account_id]
    assert (stored.status, stored.due_at, stored.rung) == (Status.SETTLED, None, 0)


def test_on_a_held_account_the_rulebook_decides(desk: Desk) -> None:
    desk.set(hold=Hold.REVIEW)
    assert desk.ask("receipt").outcome == "email"
    desk.set(hold=Hold.DISPUTE)
    refused = desk.ask("receipt", "cause-2")
    assert (refused.outcome, refused.refusals) == ("refused", ("US-REGF-DISPUTE",))


def test_a_code_goes_only_to_the_contact_its_link_went_to(desk: Desk) -> None:
    by_text = desk.link(Channel.SMS, "+12175550142")
    assert desk.ask("code", f"{by_text}.1").outcome == "sms"
    assert desk.ask("code", f"{by_text}.2").outcome == "sms"
    gone = desk.link(Channel.EMAIL, "former@example.com")
    assert desk.ask("code", f"{gone}.3").outcome == "refused"
    assert desk.ask("code", f"{'0' * 64}.1").outcome == "refused"
    assert len(desk.book.touches) == 2


def test_after_stop_its_confirmation_goes_by_text_and_nothing_else(desk: Desk) -> None:
    stop = Inbound(message_id="in-1", sender="+12175550142", receiver="+12175550101", text="STOP")
    waker = MemoryWaker()
    read_reply(stop, book=desk.book, creditors=desk.book.creditors, waker=waker, now=NOON)
    ((_, kind, cause),) = waker.notices
    assert desk.ask("receipt").outcome == "refused"
    confirmation = desk.ask(kind, cause)
    assert (kind, confirmation.outcome) == ("opt_out_confirmation", "sms")
    chain = desk.book.chains[f"account#{desk.account.account_id}"]
    assert [e.what for e in chain][-2:] == ["NoticeRefused", "NoticePermitted"]


def test_an_unknown_kind_does_not_exist(desk: Desk) -> None:
    with pytest.raises(DomainError):
        desk.ask("newsletter")
    assert not desk.book.touches


def test_a_code_is_in_no_decision_and_is_stored_as_a_hash(desk: Desk) -> None:
    link = desk.link(Channel.EMAIL, "ada@example.com")
    decision = desk.ask("code", f"{link}.1")
    mailbox = MemoryMailbox()
    outbox = ground.outbox(mailbox=mailbox, links=desk.sessions)
    assert hand_over(desk.book, desk.account, decision, outbox) == "sent"
    assert desk.sessions.code(link, NOON) == token_hash("123456")
    assert "123456" not in repr(decision) + repr(desk.book.chains)
    assert len(mailbox.sent) == 1


def test_a_notice_counts_for_the_cap_and_moves_no_rung(desk: Desk) -> None:
    decision = desk.ask("receipt")
    (touch,) = desk.book.touches.values()
    assert (touch.run, touch.rung) == (0, 0)
    assert len(desk.book.facts(desk.account.account_id).history.contacts) == 1
    assert decision.touch_key == "N#receipt#cause-1"
    stored = desk.book.accounts[desk.account.account_id]
    assert (stored.rung, stored.occurrence) == (0, 0)
    assert touch.state is TouchState.PERMITTED


def hand_over(
    book: MemoryBook,
    account: Account,
    decision: LadderDecision,
    outbox: SendingPorts,
    now: datetime = NOON,
) -> str:
    return send(
        account.account_id,
        decision.touch_key,
        decision.permit_id,
        book=book,
        ports=outbox,
        now=now,
    ).outcome
