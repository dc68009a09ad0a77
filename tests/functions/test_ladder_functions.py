"""The functions that a ladder runs through: the look, both senders; and who begins it."""

from __future__ import annotations

from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.senders import MemoryMailbox, MemorySmsSender
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import DomainError, Limit, Unavailable
from functions.activate_accounts.handler import handler as activate_accounts
from functions.check_compliance.handler import handler as check_compliance
from functions.send_email.handler import handler as send_email
from functions.send_sms.handler import handler as send_sms
from tests.functions.metrics import counted
from tests.functions.wire import wire, wire_account
from tests.rollouts.test_rollouts import Town
from tests.support import ground
from tests.support.builders import CREDITOR


@pytest.fixture
def wired_account(monkeypatch: pytest.MonkeyPatch) -> tuple[MemoryBook, Account]:
    return wire_account(monkeypatch)


def looked(account: Account) -> dict[str, Any]:
    return check_compliance({"account_id": account.account_id, "run": account.ladder_run}, None)


def permit_of(decision: dict[str, Any]) -> dict[str, Any]:
    return {name: decision[name] for name in ("account_id", "touch_key", "permit_id")}


def test_a_look_takes_a_permit_and_the_message_goes_out_once(
    wired_account: tuple[MemoryBook, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    book, account = wired_account
    mailbox = MemoryMailbox()
    wire(monkeypatch, email_outbox=ground.outbox(mailbox=mailbox))
    decision = looked(account)
    assert decision == {
        "outcome": "email",
        "account_id": account.account_id,
        "run": 1,
        "version": book.accounts[account.account_id].version,
        "wait_seconds": 1,
        "touch_key": "T#1#0#0",
        "permit_id": decision["permit_id"],
    }
    sent = send_email(permit_of(decision), None)
    assert sent == {
        "outcome": "sent",
        "account_id": account.account_id,
        "run": 1,
        "version": book.accounts[account.account_id].version,
        "wait_seconds": sent["wait_seconds"],
    }
    assert send_email(permit_of(decision), None)["outcome"] == "sent"
    assert len(mailbox.sent) == 1


def test_a_provider_whose_answer_was_lost_leaves_a_doubt_that_is_counted(
    wired_account: tuple[MemoryBook, Account],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Lost(MemoryMailbox):
        def send(self, *_: Any, **__: Any) -> str:
            raise Unavailable("ses", "no answer")

    wire(monkeypatch, email_outbox=ground.outbox(mailbox=Lost()))
    assert send_email(permit_of(looked(wired_account[1])), None)["outcome"] == "unknown"
    assert [m["channel"] for m in counted("TouchesUnknown", capsys)] == ["email"]


def test_a_provider_at_its_limit_is_counted_and_named(
    wired_account: tuple[MemoryBook, Account],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wire(monkeypatch, email_outbox=ground.outbox(mailbox=MemoryMailbox(fail=[Limit.QUOTA])))
    answer = send_email(permit_of(looked(wired_account[1])), None)
    assert answer["outcome"] == "void"
    assert answer["wait_seconds"] >= 3600
    lines = capsys.readouterr().out
    [refused] = counted("TouchesRefused", lines)
    assert (refused["channel"], refused["reason"]) == ("email", "quota")
    assert len(counted("SendingLimited", lines)) == 1


def test_a_permit_for_one_channel_sends_nothing_on_another(
    wired_account: tuple[MemoryBook, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = MemorySmsSender()
    wire(monkeypatch, sms_outbox=ground.outbox(Channel.SMS, sms_sender=line))
    with pytest.raises(DomainError):
        send_sms(permit_of(looked(wired_account[1])), None)
    assert line.sent == []


def test_a_look_at_an_account_that_nobody_knows_fails(
    wired_account: tuple[MemoryBook, Account],
) -> None:
    with pytest.raises(DomainError):
        check_compliance({"account_id": "acc_nothing", "run": 1}, None)


def test_a_notice_is_decided_by_its_cause(wired_account: tuple[MemoryBook, Account]) -> None:
    asked = {"account_id": wired_account[1].account_id, "kind": "receipt", "cause": "pi_1"}
    assert check_compliance(asked, None)["touch_key"] in ("N#receipt#pi_1", "")


def test_a_rollout_begins_is_looked_at_and_is_halted(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(3)
    wire(monkeypatch, rollout_ports=town.ports, clock=FixedClock(town.now))
    asked = {
        "creditor": CREDITOR,
        "segment": {"name": "everybody", "when": {}},
        "stage": "pilot",
        "size": 2,
    }
    begun = activate_accounts({"request": "r1", "begin": asked}, None)
    assert begun == {
        "rollout": begun["rollout"],
        "stage": "pilot",
        "halted": "",
        "size": 2,
        "started": 2,
        "held_out": 0,
        "passed_over": begun["passed_over"],
    }
    assert len(town.active()) == 2
    hourly = activate_accounts({"source": "aws.scheduler"}, None)
    assert [rollout["rollout"] for rollout in hourly["rollouts"]] == [begun["rollout"]]
    halt = {"request": "r2", "halt": begun["rollout"], "by": "s.okafor", "why": "case-1"}
    assert activate_accounts(halt, None)["halted"]


def test_a_rollout_of_a_creditor_that_nobody_knows_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = Town(1)
    wire(monkeypatch, rollout_ports=town.ports, clock=FixedClock(town.now))
    asked = {"creditor": "other", "segment": {"name": "all"}, "stage": "pilot", "size": 2}
    refused = activate_accounts({"request": "r1", "begin": asked}, None)
    assert "creditor other has no strategy" in refused["refused"]
    assert town.active() == set()
