"""An opt-out that only a provider knows reaches Dunlin, ours reaches the provider."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Channel, ConsentState
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.service.signals.signals import apply_signal
from local.local_stack import LocalStack
from local.outside import OutsideWorld
from local.timelapse import TimeLapse
from tests.support import builders

pytestmark = pytest.mark.cloud


class Town:
    """A stack under time-lapse and the people of this module."""

    def __init__(self, stack: LocalStack) -> None:
        from dunlin.runtime import wiring

        self.stack, self.lapse = stack, TimeLapse(stack)
        self.book, self.creditors = wiring.account_book(), wiring.creditors()
        self.waker = wiring.waker()

    @property
    def outside(self) -> OutsideWorld:
        return OutsideWorld(cloud=self.stack.cloud, now=self.lapse.now)

    def call(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        answer = self.stack.cloud.client("lambda").invoke(
            FunctionName=self.stack.outputs[f"{function}FunctionName"],
            Payload=json.dumps(payload).encode(),
        )
        reply: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, reply
        return reply

    def moves_in(self, mailbox: str, number: str) -> Account:
        consumer = builders.consumer(mailbox, phones=(number,))
        account = builders.account(f"INV-{mailbox}", consumer_id=consumer.consumer_id)
        account = replace(
            account,
            status=Status.ACTIVE,
            ladder_run=1,
            activated_at=self.lapse.now,
            due_at=self.lapse.now,
        )
        builders.store(self.book, self.creditors, account, person=consumer, at=self.lapse.now)
        return account

    def heard(self, mailbox: str, number: str) -> int:
        mails = [e for e in self.outside.emails() if f"{mailbox}@example.com" in e.to]
        return len(mails) + len([t for t in self.outside.texts() if t.to == number])


@pytest.fixture(scope="module")
def town(stack: LocalStack) -> Town:
    return Town(stack)


def test_what_the_carrier_closed_is_closed_here_and_the_next_attempt_is_refused(
    town: Town,
) -> None:
    number = "+12175550141"
    account = town.moves_in("quiet", number)
    town.outside.carrier_opt_out(number)
    # On every deployment an opt-out closes all channels: the mail provider learns of it too.
    assert town.call("SyncOptouts", {}) == {"closed": 1, "listed": 1, "strangers": 0}
    person = town.book.consumer(account.consumer_id)
    assert person is not None
    assert person.consent(Channel.SMS).state is ConsentState.REVOKED
    assert not any(person.consent(channel).open for channel in Channel)
    decided = town.call("CheckCompliance", {"account_id": account.account_id, "run": 1})
    assert decided["outcome"] == "exhausted"
    refused = {
        rule
        for entry in _audit(account)
        for row in entry.get("record", {}).get("asked", ())
        for rule in row.get("block", ())
    }
    assert refused >= {"PLAT-OPTOUT-ALL", "US-TCPA-REVOKE"}
    assert town.heard("quiet", number) == 0
    assert town.call("SyncOptouts", {})["closed"] == 0


def _audit(account: Account) -> list[dict[str, Any]]:
    from dunlin.runtime import wiring

    chain = wiring.audit_archive().chain(f"account#{account.account_id}")
    return [dict(entry.data) for entry in chain]


def test_what_was_closed_here_is_on_the_list_of_the_mail_provider(town: Town) -> None:
    account = town.moves_in("loud", "+12175550142")
    signal = Signal(
        signal_id="sig-loud",
        kind=SignalKind.OPT_OUT,
        at=town.lapse.now,
        consumer_id=account.consumer_id,
    )
    apply_signal(signal, book=town.book, waker=town.waker, now=town.lapse.now)
    assert town.call("SyncOptouts", {})["listed"] == 1
    ses = town.stack.cloud.client("sesv2")
    listed = ses.list_suppressed_destinations()["SuppressedDestinationSummaries"]
    assert "loud@example.com" in {entry["EmailAddress"] for entry in listed}
    assert town.call("SyncOptouts", {}) == {"closed": 0, "listed": 0, "strangers": 0}
