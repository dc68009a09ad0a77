"""Days of a ladder, walked over the real services and the book in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.senders import MemoryMailbox, MemorySmsSender
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Channel, Consumer
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.audit.audit import AuditEntry
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.activation import start_ladder
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from dunlin.service.signals.signals import apply_signal
from tests.support import builders, ground
from tests.support.builders import NOON

GATE = ground.gate("PLAT-OPTOUT-ALL")


def rungs(*documents: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A strategy's ladders: one of these rungs, each filled up with what every rung has."""
    # Channels are a new list for each rung: YAML writes a shared one as an alias, which is refused.
    standard = [
        {"channels": ["email", "sms"], "template": "reminder", "days": 10} | document
        for document in documents
    ]
    return {"ladders": {"standard": standard}} | more


FOUR = rungs(
    {"name": "one", "days": 0, "tone": "gentle"},
    {"name": "two"},
    {"name": "three"},
    {"name": "last", "template": "final_notice", "offer": "final", "tone": "firm"},
)


@dataclass(kw_only=True)
class Walk:
    """A creditor, its persons and their accounts, and a clock that is moved by hand."""

    document: dict[str, Any] = field(default_factory=lambda: FOUR)
    now: datetime = NOON
    gate: Gate = GATE
    book: MemoryBook = field(default_factory=MemoryBook)
    waker: MemoryWaker = field(default_factory=MemoryWaker)
    mail: MemoryMailbox = field(default_factory=MemoryMailbox)
    texts: MemorySmsSender = field(default_factory=MemorySmsSender)

    def __post_init__(self) -> None:
        self.put(self.document)
        self.outboxes = {
            Channel.EMAIL: ground.outbox(mailbox=self.mail),
            Channel.SMS: ground.outbox(Channel.SMS, sms_sender=self.texts),
        }

    def put(self, document: dict[str, Any]) -> int:
        whole = builders.strategy_document(**document)
        return self.book.creditors.put_strategy(builders.CREDITOR, whole, self.now)

    def person(self, name: str = "ada", **changes: Any) -> Consumer:
        person = builders.consumer(name, version=1, **changes)
        self.book.consumers[person.consumer_id] = person
        return person

    def owes(self, reference: str, person: Consumer, **changes: Any) -> str:
        """An imported account; its id."""
        base = {"consumer_id": person.consumer_id} | changes
        account = builders.account(reference, **base)
        entry = entry_of(account, now=self.now, what="AccountImported", data={}, actor="test")
        self.book.apply(Change(account=next_version(account, entry), audit=[entry]))
        return account.account_id

    def start(self, *ids: str) -> None:
        strategy = self.book.creditors.strategy(builders.CREDITOR)
        assert strategy is not None
        for place, account_id in enumerate(ids):
            started = start_ladder(
                account_id, strategy=strategy, cohort="", shadow=False, book=self.book,
                waker=self.waker, now=self.now, place=place,
            )  # fmt: skip
            assert started == "started", started

    def account(self, account_id: str) -> Account:
        return self.book.accounts[account_id]

    def change(self, account_id: str, **changes: Any) -> None:
        account = self.account(account_id)
        entry = entry_of(account, now=self.now, what="Changed", data={}, actor="test")
        after = next_version(replace(account, **changes), entry)
        ledger = builders.adjusted(account, after.balance, self.now)
        self.book.apply(Change(account=after, ledger=ledger, audit=[entry]))

    def look(self, account_id: str) -> str:
        """What the account's machine does now; a permit is sent at once."""
        run = self.account(account_id).ladder_run
        decision = check_ladder(
            account_id, run, book=self.book, gate=self.gate, templates=ground.PlainLetters(),
            now=self.now,
        )  # fmt: skip
        if decision.permit_id:
            send(
                account_id, decision.touch_key, decision.permit_id, book=self.book,
                ports=self.outboxes[Channel(decision.outcome)], now=self.now,
            )  # fmt: skip
        return decision.outcome

    def until(self, days: float) -> None:
        """Let the time pass; every account looks whenever it is due, earliest first."""
        end = self.now + timedelta(days=days)
        while True:
            due = [
                a for a in self.book.accounts.values()
                if a.status is Status.ACTIVE and a.timed and a.due_at and a.due_at <= end
            ]  # fmt: skip
            if not due:
                self.now = end
                return
            first = min(due, key=lambda a: (a.due_at, a.account_id))
            assert first.due_at is not None
            self.now = max(self.now, first.due_at)
            before = first.version
            self.look(first.account_id)
            assert self.account(first.account_id).version > before, "it looks for ever"

    def touches(self, *ids: str) -> list[Touch]:
        touches = [t for t in self.book.touches.values() if not ids or t.account_id in ids]
        return sorted(touches, key=lambda t: (t.permitted_at, t.account_id))

    def names(self, *ids: str) -> list[str]:
        return [t.rung_name for t in self.touches(*ids)]

    def entries(self, account_id: str, what: str) -> list[AuditEntry]:
        return [e for e in self.book.chains[f"account#{account_id}"] if e.what == what]

    def signal(self, kind: SignalKind, account_id: str, touch: Touch | None = None) -> None:
        account = self.account(account_id)
        channel = touch.channel.value if touch else "email"
        apply_signal(
            Signal(
                signal_id=f"{kind}-{account_id}-{self.now.isoformat()}",
                kind=kind,
                at=self.now,
                channel=channel,
                account_id=account_id,
                consumer_id=account.consumer_id,
                touch_id=touch.touch_id if touch else None,
            ),
            book=self.book,
            waker=self.waker,
            now=self.now,
        )

    def prefer(self, person: Consumer, **changes: Any) -> None:
        stored = self.book.consumers[person.consumer_id]
        self.book.consumers[person.consumer_id] = replace(stored, **changes)
