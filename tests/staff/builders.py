"""Accounts, consumers and their threads for the tests of what staff see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.creditors import MemoryCreditors
from dunlin.domain import ids
from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Channel, Consumer
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.audit import audit
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import next_version

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
CREDITOR = "harbor-dental"
STRATEGY = {
    "creditor": CREDITOR,
    "debt_role": "first",
    "brand": {
        "name": "Harbor Dental",
        "address": "1 Pier Road, Portland, ME 04101",
        "phone": "+12075550100",
        "email_from": "billing@harbor.example.com",
        "reply_to": "billing@harbor.example.com",
    },
    "ladders": {
        "standard": [{"name": "first", "days": 0, "channels": ["email"], "template": "reminder"}]
    },
}


def account(reference: str = "INV-1", **changes: Any) -> Account:
    creditor = changes.pop("creditor", CREDITOR)
    fields: dict[str, Any] = {
        "account_id": ids.account_id(creditor, reference),
        "creditor": creditor,
        "consumer_id": ids.consumer_id(creditor, reference),
        "reference": reference,
        "status": Status.ACTIVE,
        "balance": Money(12_345, "USD"),
        "due_on": date(2026, 10, 1),
        "ladder_run": 1,
        "version": 1,
    }
    return Account(**(fields | changes))


def consumer(of: Account, **changes: Any) -> Consumer:
    fields: dict[str, Any] = {
        "consumer_id": of.consumer_id,
        "creditor": of.creditor,
        "name": "Robin Castellano",
        "given_name": "Robin",
        "emails": ("robin.castellano@example.com",),
        "phones": ("+12075550123",),
        "version": 1,
    }
    return Consumer(**(fields | changes))


def touch(of: Account, state: TouchState = TouchState.PERMITTED, **changes: Any) -> Touch:
    fields: dict[str, Any] = {
        "touch_id": ids.ladder_touch_id(of.account_id, 1, 0, 0),
        "key": "T#1#0#0",
        "account_id": of.account_id,
        "consumer_id": of.consumer_id,
        "creditor": of.creditor,
        "channel": Channel.EMAIL,
        "template": "reminder",
        "template_version": "v1",
        "state": state,
        "permitted_at": NOW,
        "expires_at": NOW,
        "run": 1,
    }
    return Touch(**(fields | changes))


def entry(of: Account, kind: str = "payment", minor: int = -5_000, **changes: Any) -> LedgerEntry:
    fields: dict[str, Any] = {
        "entry_id": ids.entry_id(of.account_id, f"{kind}{minor}"),
        "account_id": of.account_id,
        "kind": kind,
        "amount": Money(minor, "USD"),
        "on": NOW.date(),
        "source": f"{kind}{minor}",
    }
    return LedgerEntry(**(fields | changes))


def book(*accounts: Account) -> MemoryBook:
    creditors = MemoryCreditors()
    creditors.put_strategy(CREDITOR, STRATEGY, NOW)
    filled = MemoryBook(creditors)
    for account in accounts:
        filled.accounts[account.account_id] = account
        filled.consumers[account.consumer_id] = consumer(account)
    return filled


class ChainLog:
    """The audit log of a book in memory, to read from."""

    def __init__(self, book: MemoryBook) -> None:
        self.book = book

    def chain(self, subject: str) -> list[audit.AuditEntry]:
        return self.book.chains.get(subject, [])


def held_book(**changes: Any) -> tuple[MemoryBook, Account]:
    """A book with one account that was put on hold two days ago, with its audit entry."""
    fields: dict[str, Any] = {
        "hold": Hold.DISPUTE,
        "hold_reason": "Says it was paid.",
        "version": 0,
    } | changes
    wanted = account(**fields)
    filled = book()
    filled.consumers[wanted.consumer_id] = consumer(wanted)
    entry = audit.append(
        subject=f"account#{wanted.account_id}",
        sequence=1,
        previous="",
        at=NOW - timedelta(days=2),
        actor="dunlin",
        what="AccountHeld",
        data={},
    )
    stored = next_version(wanted, entry)
    filled.apply(Change(account=stored, audit=[entry]))
    return filled, stored
