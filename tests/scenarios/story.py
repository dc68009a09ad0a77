"""A town on a virtual clock: real services, rulebook and letters over memory, told day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import yaml

import dunlin
from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.senders import MemoryMailbox, MemorySmsSender
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain import ids
from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Channel, Consumer
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.audit.audit import append
from dunlin.domain.money import Money
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.activation import start_ladder
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import SendingPorts, send
from dunlin.service.contact.strategies import SHIPPED
from dunlin.views.messages.jinja_messages import JinjaMessages
from tests.support import builders

PACKS = Path(dunlin.__file__).parent / "strategies" / "packs"
_LOOK = timedelta(minutes=30)
_LETTERS = JinjaMessages()
_GATE = Gate(rulebook=load_rulebook())


def pack(name: str, **changes: Any) -> dict[str, Any]:
    """The document of a shipped pack, with other settings where a story needs them."""
    document: dict[str, Any] = yaml.safe_load((PACKS / f"{name}.yaml").read_text("utf-8"))
    return document | changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message that left: the day where the person is, its rung, and what it said."""

    on: date
    rung: str
    template: str
    channel: str
    account: str
    text: str


class Town:
    """One creditor with a pack, and the people who owe it."""

    def __init__(self, pack_document: Mapping[str, Any], *, today: date) -> None:
        self.now = datetime(today.year, today.month, today.day, 18, tzinfo=UTC)
        self.book, self.waker, self.gate = MemoryBook(), MemoryWaker(), _GATE
        self.sessions = MemoryPortalSessions()
        self.mailbox, self.texts = MemoryMailbox(), MemorySmsSender()
        self.creditor = builders.CREDITOR
        self.book.creditors.put_strategy(
            self.creditor, pack_document, self.now, approved_by=SHIPPED
        )
        self._tokens = count(1)
        self._told: set[str] = set()

    @property
    def strategy(self) -> Strategy:
        strategy = self.book.creditors.strategy(self.creditor)
        assert strategy is not None
        return strategy

    def lives_here(self, name: str = "ada", **changes: Any) -> Consumer:
        """A person moves in."""
        person = builders.consumer(name, **changes)
        entry = append(
            subject=f"consumer#{person.consumer_id}",
            sequence=1,
            previous="",
            at=self.now,
            actor="story",
            what="ConsumerImported",
            data={},
        )
        person = replace(person, version=1, audit_head=entry.hash)
        self.book.apply(Change(consumer=person, audit=[entry]))
        return person

    def owes(self, person: Consumer, reference: str, dollars: float, **changes: Any) -> str:
        """A file brings an account of a person; returns its id."""
        fields: dict[str, Any] = {
            "account_id": ids.account_id(self.creditor, reference),
            "creditor": self.creditor,
            "consumer_id": person.consumer_id,
            "reference": reference,
            "balance": Money(round(dollars * 100), "USD"),
            "issued_on": date(2026, 6, 1),
            "due_on": date(2026, 7, 1),
            "industry": self.strategy.industry,
            "debt_kind": "business" if person.company else "consumer",
        }
        account = Account(**fields | changes)
        entry = entry_of(account, now=self.now, what="AccountImported", data={}, actor="story")
        opening = LedgerEntry(
            entry_id=ids.entry_id(account.account_id, "opening"),
            account_id=account.account_id,
            kind="charge",
            amount=account.balance,
            on=account.issued_on or self.now.date(),
            source="opening",
        )
        self.book.apply(
            Change(account=next_version(account, entry), ledger=[opening], audit=[entry])
        )
        return account.account_id

    def account(self, account_id: str) -> Account:
        account = self.book.account(account_id)
        assert account is not None
        return account

    def changes(self, account_id: str, **changes: Any) -> None:
        """A newer file or a member of staff writes the account, and wakes its ladder."""
        account = self.account(account_id)
        entry = entry_of(account, now=self.now, what="AccountUpdated", data={}, actor="story")
        after = next_version(replace(account, **changes), entry)
        ledger = builders.adjusted(account, after.balance, self.now)
        self.book.apply(Change(account=after, ledger=ledger, audit=[entry]))
        self._look(account_id)

    def begin(self, *account_ids: str) -> list[str]:
        """Staff start the ladders of accounts; what became of each."""
        return [
            start_ladder(
                account_id,
                strategy=self.strategy,
                cohort="story",
                shadow=False,
                book=self.book,
                waker=self.waker,
                now=self.now,
            )
            for account_id in account_ids
        ]

    def pass_days(self, days: float) -> list[Message]:
        """Let time pass; the messages that left and were not told of before, oldest first."""
        end = self.now + timedelta(days=days)
        while self.now < end:
            self.now = min(self.now + _LOOK, end)
            for account in list(self.book.due(self.now)):
                self._look(account.account_id)
        messages = self._sent()
        fresh = [message for key, message in messages.items() if key not in self._told]
        self._told |= set(messages)
        return fresh

    def _look(self, account_id: str) -> None:
        """What the ladder's machine does when its clock rings or somebody wakes it."""
        for _ in range(5):
            account = self.account(account_id)
            if account.status is not Status.ACTIVE:
                return
            decision = check_ladder(
                account_id,
                account.ladder_run,
                book=self.book,
                gate=self.gate,
                templates=_LETTERS,
                now=self.now,
            )
            if decision.outcome not in ("email", "sms"):
                return
            channel = Channel(decision.outcome)
            send(
                account_id,
                decision.touch_key,
                decision.permit_id,
                book=self.book,
                ports=self._outbox(channel),
                now=self.now,
            )

    def _outbox(self, channel: Channel) -> SendingPorts:
        return SendingPorts(
            channel=channel,
            templates=_LETTERS,
            links=self.sessions,
            portal_url="https://pay.example.org",
            new_token=lambda: f"{next(self._tokens):022d}",
            new_code=lambda: "123456",
            real_now=lambda: self.now,
            mailbox=self.mailbox if channel is Channel.EMAIL else None,
            sms_sender=self.texts if channel is Channel.SMS else None,
        )

    def _sent(self) -> dict[str, Message]:
        touches = sorted(self.book.touches.values(), key=lambda t: (t.permitted_at, t.touch_id))
        return {t.touch_id: self._message(t) for t in touches if t.sent_at is not None}

    def _message(self, touch: Touch) -> Message:
        assert touch.sent_at is not None
        return Message(
            on=(touch.sent_at - timedelta(hours=6)).date(),
            rung=touch.rung_name,
            template=touch.template,
            channel=touch.channel.value,
            account=self.account(touch.account_id).reference,
            text=touch.content,
        )


def strategy_of(name: str) -> Strategy:
    """A shipped pack as a store reads it: its words count as approved."""
    return replace(read_strategy(pack(name), creditor="pack", version=1), approved_by=SHIPPED)
