"""Notices: the same gate and permit as a rung, one message for a cause and kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.senders import Failure, MemoryMailbox, MemorySmsSender
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import PERMIT_LIFE, TouchState
from dunlin.domain.errors import DomainError
from dunlin.domain.replies.inbound import Inbound
from dunlin.domain.tokens import address_hash, token_hash
from dunlin.ports.portal import Link
from dunlin.service.contact.notices import check_notice
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.contact.sending import SendingPorts, send
from dunlin.service.signals.replies import read_reply
from dunlin.views.messages.jinja_messages import JinjaMessages
from tests.support import ground
from tests.support.builders import NOON


class NoticeSetup:
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
def setup() -> NoticeSetup:
    return NoticeSetup()


def test_one_cause_and_kind_take_one_permit(setup: NoticeSetup) -> None:
    first, again = setup.ask("receipt"), setup.ask("receipt")
    assert first.outcome == again.outcome == "email"
    assert first.permit_id == again.permit_id != ""
    assert len(setup.book.touches) == len(setup.book.permits) == 1
    second = setup.ask("receipt", "cause-2")
    assert second.outcome == "email"
    assert second.permit_id != first.permit_id


def test_a_notice_whose_permit_died_is_asked_for_again(setup: NoticeSetup) -> None:
    mailbox, late = MemoryMailbox(), NOON + PERMIT_LIFE
    outbox = ground.outbox(mailbox=mailbox, links=setup.sessions)
    dead = setup.ask("receipt")
    assert setup.ask("receipt", now=late) == replace(dead, version=dead.version)
    assert hand_over(setup.book, setup.account, dead, outbox, now=late) == "void"
    again = setup.ask("receipt", now=late)
    assert (again.outcome, again.touch_key) == ("email", "N#receipt#cause-1~2")
    assert hand_over(setup.book, setup.account, again, outbox, now=late) == "sent"
    assert setup.ask("receipt", now=late).outcome == "refused"
    assert len(mailbox.sent) == 1


def test_a_person_whose_record_moved_between_gate_and_sender_loses_no_notice(
    setup: NoticeSetup,
) -> None:
    """Whatever is learned about a person makes a permit void; what it was for is asked again."""
    mailbox = MemoryMailbox()
    outbox = ground.outbox(mailbox=mailbox, links=setup.sessions)
    first = setup.ask("receipt")
    person = setup.book.consumers[setup.account.consumer_id]
    setup.book.consumers[person.consumer_id] = replace(person, version=person.version + 1)
    sending = send(
        setup.account.account_id,
        first.touch_key,
        first.permit_id,
        book=setup.book,
        ports=outbox,
        now=NOON,
    )
    assert (sending.outcome, sending.wait_seconds) == ("void", 1)
    again = setup.ask("receipt")
    assert hand_over(setup.book, setup.account, again, outbox) == "sent"
    states = [touch.state.value for touch in setup.book.touches.values()]
    assert (states, len(mailbox.sent)) == (["released", "sent"], 1)


def test_a_notice_the_provider_refuses_waits_longer_each_time_and_not_for_ever(
    setup: NoticeSetup,
) -> None:
    mailbox = MemoryMailbox(fail=[Failure.BEFORE] * 9)
    outbox = ground.outbox(mailbox=mailbox, links=setup.sessions)
    waits, now = [], NOON
    while (decision := setup.ask("receipt", now=now)).outcome == "email":
        sending = send(
            setup.account.account_id,
            decision.touch_key,
            decision.permit_id,
            book=setup.book,
            ports=outbox,
            now=now,
        )
        waits.append(sending.wait_seconds)
        now += timedelta(seconds=1)
    assert waits == [300, 1_200, 4_800, 19_200, 76_800]
    assert decision.outcome == "refused"


def test_a_receipt_goes_on_a_settled_account_and_plans_nothing(setup: NoticeSetup) -> None:
    owed = setup.account.balance
    setup.set(status=Status.SETTLED, due_at=None, balance=owed - owed)
    assert setup.ask("receipt").outcome == "email"
    stored = setup.book.accounts[setup.account.account_id]
    assert (stored.status, stored.due_at, stored.rung) == (Status.SETTLED, None, 0)


def test_on_a_held_account_the_rulebook_decides(setup: NoticeSetup) -> None:
    setup.set(hold=Hold.REVIEW)
    assert setup.ask("receipt").outcome == "email"
    setup.set(hold=Hold.DISPUTE)
    refused = setup.ask("receipt", "cause-2")
    assert (refused.outcome, refused.refusals) == ("refused", ("US-REGF-DISPUTE",))


def test_a_code_goes_only_to_the_contact_its_link_went_to(setup: NoticeSetup) -> None:
    by_text = setup.link(Channel.SMS, "+12175550142")
    assert setup.ask("code", f"{by_text}.1").outcome == "sms"
    assert setup.ask("code", f"{by_text}.2").outcome == "sms"
    gone = setup.link(Channel.EMAIL, "former@example.com")
    assert setup.ask("code", f"{gone}.3").outcome == "refused"
    assert setup.ask("code", f"{'0' * 64}.1").outcome == "refused"
    assert len(setup.book.touches) == 2


def test_after_stop_its_confirmation_goes_by_text_and_nothing_else(setup: NoticeSetup) -> None:
    stop = Inbound(message_id="in-1", sender="+12175550142", receiver="+12175550101", text="STOP")
    waker = MemoryWaker()
    read_reply(stop, book=setup.book, creditors=setup.book.creditors, waker=waker, now=NOON)
    ((_, kind, cause),) = waker.notices
    assert setup.ask("receipt").outcome == "refused"
    confirmation = setup.ask(kind, cause)
    assert (kind, confirmation.outcome) == ("opt_out_confirmation", "sms")
    chain = setup.book.chains[f"account#{setup.account.account_id}"]
    assert [e.what for e in chain][-2:] == ["NoticeRefused", "NoticePermitted"]


def test_help_is_answered_by_text_with_who_where_and_how_to_stop(setup: NoticeSetup) -> None:
    ask = Inbound(message_id="in-1", sender="+12175550142", receiver="+12175550101", text="Help")
    waker = MemoryWaker()
    read_reply(ask, book=setup.book, creditors=setup.book.creditors, waker=waker, now=NOON)
    ((_, kind, cause),) = waker.notices
    decision = setup.ask(kind, cause)
    assert (kind, decision.outcome) == ("help", "sms")
    line = MemorySmsSender()
    outbox = ground.outbox(Channel.SMS, sms_sender=line)
    assert hand_over(setup.book, setup.account, decision, outbox) == "sent"
    assert len(line.sent) == 1
    assert setup.ask(kind, cause).outcome != "sms"
    answer = JinjaMessages().render(
        "help",
        Channel.SMS,
        facts=setup.book.facts(setup.account.account_id),
        link=f"https://pay.example.org/m/{'t' * 22}",
        stop_link=f"https://pay.example.org/u/{'t' * 22}",
        fields={"phone": "+12175550100"},
    )
    assert answer.text == (
        "Acme Clinic: We write about your account. Questions: call +12175550100 or reply."
        " Reply STOP to opt out"
    )


def test_an_unknown_kind_does_not_exist(setup: NoticeSetup) -> None:
    with pytest.raises(DomainError):
        setup.ask("newsletter")
    assert not setup.book.touches


def test_a_code_is_in_no_decision_and_is_stored_as_a_hash(setup: NoticeSetup) -> None:
    link = setup.link(Channel.EMAIL, "ada@example.com")
    decision = setup.ask("code", f"{link}.1")
    mailbox = MemoryMailbox()
    outbox = ground.outbox(mailbox=mailbox, links=setup.sessions)
    assert hand_over(setup.book, setup.account, decision, outbox) == "sent"
    assert setup.sessions.code(link, NOON) == token_hash("123456")
    assert "123456" not in repr(decision) + repr(setup.book.chains)
    assert len(mailbox.sent) == 1


def test_a_notice_counts_for_the_cap_and_moves_no_rung(setup: NoticeSetup) -> None:
    decision = setup.ask("receipt")
    (touch,) = setup.book.touches.values()
    assert (touch.run, touch.rung) == (0, 0)
    assert len(setup.book.facts(setup.account.account_id).history.contacts) == 1
    assert decision.touch_key == "N#receipt#cause-1"
    stored = setup.book.accounts[setup.account.account_id]
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
