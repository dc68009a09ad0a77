"""Executions that began under the version before call the functions of this one.

They wait for up to a year and keep their definition: what it sends must still be understood, and
what a function answers must be a word that it knows (infra/released.json).
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, get_args, get_type_hints

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.senders import MemoryMailbox, MemorySmsSender
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.arrangements.arrangement import ArrangementState
from dunlin.service.contact.permits import Word
from dunlin.service.contact.sending import Sending
from functions.charge_instalment.handler import handler as charge_instalment
from functions.check_compliance.handler import handler as check_compliance
from functions.send_email.handler import handler as send_email
from functions.send_sms.handler import handler as send_sms
from tests.arrangements.ground import FIRST
from tests.arrangements.test_arrangement_life import at, with_card
from tests.functions.wire import wire, wire_account
from tests.support import ground
from tests.wiring import released

BEFORE = json.loads(released.PATH.read_text())["executions"]
BEFORE_IT_BEGINS = {"requested", "countered", "active", "declined"}
NEEDED_TO_WAIT = {"account_id", "run", "version", "wait_seconds"}


def sent(machine: str, state: str, values: dict[str, Any]) -> dict[str, Any]:
    """What an execution of the version before sends: these names and no others."""
    return {name: values[name] for name in BEFORE[machine]["sent"][state]}


@pytest.fixture
def due(monkeypatch: pytest.MonkeyPatch) -> tuple[MemoryBook, Account]:
    return wire_account(monkeypatch)


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
def test_an_older_ladder_is_looked_at_and_its_message_goes_out(
    due: tuple[MemoryBook, Account], monkeypatch: pytest.MonkeyPatch, channel: Channel
) -> None:
    book, account = due
    mailbox, line = MemoryMailbox(), MemorySmsSender()
    wire(
        monkeypatch,
        email_outbox=ground.outbox(mailbox=mailbox),
        sms_outbox=ground.outbox(Channel.SMS, sms_sender=line),
    )
    if channel is Channel.SMS:
        person = book.consumers[account.consumer_id]
        book.consumers[account.consumer_id] = replace(person, emails=())
    began = {"account_id": account.account_id, "run": 1, "version": 1, "wait_seconds": 1}
    decision = check_compliance(sent("ladder", "CheckCompliance", began), None)
    assert decision["outcome"] == channel.value
    state, send = ("SendEmail", send_email) if channel is Channel.EMAIL else ("SendSms", send_sms)
    answer = send(sent("ladder", state, decision), None)
    assert answer["outcome"] == "sent"
    assert answer.keys() >= NEEDED_TO_WAIT
    assert len(mailbox.sent) + len(line.sent) == 1


def test_an_older_notice_is_decided(due: tuple[MemoryBook, Account]) -> None:
    asked = {"account_id": due[1].account_id, "kind": "receipt", "cause": "pi_1"}
    decision = check_compliance(sent("notice", "CheckCompliance", asked), None)
    assert decision["outcome"] in BEFORE["notice"]["words"]
    assert decision.keys() >= {"account_id", "wait_seconds", "touch_key", "permit_id"}


def test_an_older_arrangement_makes_its_debit(monkeypatch: pytest.MonkeyPatch) -> None:
    life = with_card()
    life.now = at(FIRST)
    wire(
        monkeypatch,
        account_book=life.book,
        gate=life.gate,
        processor=life.processor,
        waker=life.waker,
        clock=FixedClock(life.now),
    )
    newest = life.newest
    asked = {
        "account_id": life.account_id,
        "arrangement_id": newest.arrangement_id,
        "run": newest.run,
    }
    answer = charge_instalment(sent("arrangement", "ChargeInstalment", asked), None)
    assert answer["outcome"] == "wait"
    assert answer.keys() >= NEEDED_TO_WAIT | {"arrangement_id"}
    assert life.processor.taken == 10_000


def test_every_word_of_an_answer_is_one_that_older_executions_know() -> None:
    """Another word would end them as failed: it may come a release after the definition."""
    ladder = {word for word in get_args(Word) if word != "refused"}
    assert ladder <= set(BEFORE["ladder"]["words"])
    assert {"email", "sms", "wait", "refused"} <= set(BEFORE["notice"]["words"])
    ended = {state.value for state in ArrangementState} - BEFORE_IT_BEGINS
    assert {"wait"} | ended <= set(BEFORE["arrangement"]["words"])
    assert "void" in get_args(get_type_hints(Sending)["outcome"])
    assert "void" in BEFORE["notice"]["words"]
