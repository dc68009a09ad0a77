"""Accounts, consumers and strategies with every field filled; tests change what matters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from dunlin.domain import ids
from dunlin.domain.accounts import shown
from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Consumer
from dunlin.domain.audit.audit import append
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change, ChangeWriter
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.writing import entry_of, next_version

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # Monday noon in Chicago
CREDITOR = "acme-clinic"


RUNGS = [
    {"name": "Reminder", "days": 0, "channels": ["email", "sms"], "template": "reminder"},
    {"name": "Second", "days": 10, "channels": ["email", "sms"], "template": "second_reminder"},
    {"name": "Options", "days": 14, "channels": ["sms", "email"], "template": "arrangement_offer"},
    {"name": "Final", "days": 21, "channels": ["email", "sms"], "template": "final_notice"},
]


def strategy_document(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "brand": {
            "name": "Acme Clinic",
            "address": "100 Example Street, Springfield, IL 62701",
            "phone": "+12175550100",
            "email_from": "accounts@clinic.example.com",
            "reply_to": "accounts@clinic.example.com",
            "sms_origination": "+12175550101",
        },
        "debt_role": "first",
        # Whether a number is still theirs is asked by the tests of it alone.
        "reassigned_numbers": {"without_answer": "proceed"},
        "ladders": {"standard": RUNGS},
    }
    return document | changes


def consumer(name: str = "ada", **changes: Any) -> Consumer:
    """A consumer in Springfield, Illinois, with e-mail and an SMS consent."""
    base: dict[str, Any] = {
        "consumer_id": ids.consumer_id(CREDITOR, name),
        "creditor": CREDITOR,
        "name": "Ada Example",
        "given_name": "Ada",
        "emails": (f"{name}@example.com",),
        "phones": ("+12175550142",),
        "state": "IL",
        "zip": "62701",
        "date_of_birth": date(1980, 5, 17),
        "consents": {
            Channel.EMAIL: Consent(state=ConsentState.IMPLIED, version=1, evidence="import"),
            Channel.SMS: Consent(state=ConsentState.GRANTED, version=1, evidence="import"),
        },
    }
    return Consumer(**base | changes)


def account(reference: str = "INV-1", **changes: Any) -> Account:
    base: dict[str, Any] = {
        "account_id": ids.account_id(CREDITOR, reference),
        "creditor": CREDITOR,
        "consumer_id": ids.consumer_id(CREDITOR, "ada"),
        "reference": reference,
        "balance": Money(12_500, "USD"),
        "issued_on": date(2026, 9, 1),
        "due_on": date(2026, 10, 1),
    }
    return Account(**base | changes)


def adjusted(account: Account, owed: Money, at: datetime) -> list[LedgerEntry]:
    """What brings an account's balance to `owed`; nothing where it is there."""
    if owed == account.balance:
        return []
    return [
        LedgerEntry(
            entry_id=ids.entry_id(account.account_id, f"adjusted {account.version}"),
            account_id=account.account_id,
            kind="adjustment",
            amount=owed - account.balance,
            on=at.date(),
            source="test",
        )
    ]


def store(
    book: ChangeWriter,
    creditors: Creditors,
    *accounts: Account,
    person: Consumer | None = None,
    at: datetime = NOON,
    **document: Any,
) -> None:
    """Put a creditor, a consumer and accounts (with their opening charge) into a book."""
    creditors.put_strategy(CREDITOR, strategy_document(**document), at)
    person = person or consumer()
    entry = append(
        subject=f"consumer#{person.consumer_id}",
        sequence=1,
        previous="",
        at=at,
        actor="test",
        what="ConsumerImported",
        data=shown.of_person(person, account=accounts[0].account_id if accounts else ""),
    )
    from dataclasses import replace

    book.apply(Change(consumer=replace(person, version=1, audit_head=entry.hash), audit=[entry]))
    for account in accounts:
        charge = LedgerEntry(
            entry_id=ids.entry_id(account.account_id, "opening"),
            account_id=account.account_id,
            kind="charge",
            amount=account.balance,
            on=account.issued_on or at.date(),
            source="opening",
        )
        data = shown.of_account(account, ledger=[charge])
        first = entry_of(account, now=at, what="AccountImported", data=data, actor="test")
        book.apply(Change(account=next_version(account, first), ledger=[charge], audit=[first]))
