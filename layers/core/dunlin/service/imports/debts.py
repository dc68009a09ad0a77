"""Accounts of a file: created, brought up to a newer file, missed by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from dunlin.domain import ids
from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.industry import PENDING, facts_of
from dunlin.domain.imports.types import CREATED, OPEN, UNCHANGED, UPDATED, NormalisedAccount
from dunlin.domain.money import Money
from dunlin.ports.accounts import AccountBook, Change
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.imports.people import (
    known_by_address,
    new_consumer,
    next_consumer,
    with_contacts,
)
from dunlin.service.imports.plans import (
    MADE_BY,
    MOST_ENTRIES,
    MOVED_BY,
    ImportContext,
    ImportPlan,
    Read,
)
from dunlin.service.imports.received import FELL, RECEIVED, payment_source

# What a person must decide comes before what a file or time lifts: an account has one hold.
_HOLDS = {
    "disputed": (Hold.DISPUTE, "The file says that it is disputed."),
    "probable_match": (Hold.REVIEW, "Probably the same person as another; confirm it."),
    "unknown_status": (Hold.REVIEW, "The file gives a status that is not known."),
    "no_contact": (Hold.NO_CONTACT_POINT, "No e-mail address or phone number in the file."),
    "no_due_date": (Hold.REVIEW, "The file gives no due date."),
    "insurer": (Hold.INSURER, "The insurer has not answered."),
    "not_due": (Hold.NOT_DUE, "The due date lies ahead."),
}

# What the files said last, kept with the account: a file that says it again is no news, whatever
# was paid or decided here since.
_SAID, _SAID_DISPUTED, _ABSENT = "file_balance_minor", "file_disputed", "missing_since"
MISSING, CLOSED = "missing", "closed"
# Columns of a file, and what they decide together.
_DERIVED = {
    frozenset({"lease_status", "move_out"}): ("relationship",),
    frozenset({"insurance_status", "insurance_pending"}): ("insurance", "insurance_pending_minor"),
    frozenset({"claim_amount_minor"}): (),
}
_CAN_CLOSE = frozenset({Status.IMPORTED, Status.ACTIVE, Status.EXHAUSTED, Status.FAILED})


def create(
    book: AccountBook, desk: ImportContext, key: str, found: NormalisedAccount, read: Read
) -> ImportPlan:
    """A new account, with its consumer where that is new too."""
    account_id = ids.account_id(desk.job.creditor, key)
    consumer_id = ids.consumer_id(desk.job.creditor, found.identity)
    known = read.consumers.get(consumer_id)
    maybe = found.maybe and ids.consumer_id(desk.job.creditor, found.maybe)
    if known is None and desk.terms["known"]:
        known, doubted = known_by_address(book, desk, found.consumer, read)
        consumer_id = known.consumer_id if known else consumer_id
        maybe = maybe or doubted
    person, said = (
        next_consumer(desk, new_consumer(desk, consumer_id, found), "ConsumerImported")
        if known is None
        else with_contacts(desk, known, found.consumer)
    )
    account = _new_account(desk, account_id, consumer_id, found, maybe)
    entry = entry_of(
        account,
        now=desk.now,
        what="AccountImported",
        data={
            "import": desk.job.import_id,
            "lines": list(found.lines),
            "matched_by": found.matched_by,
            "balance_minor": account.balance.minor,
            "currency": account.balance.currency,
        },
        actor="import",
    )
    change = Change(
        account=next_version(account, entry),
        consumer=person,
        ledger=_ledger(desk, account, found),
        audit=[entry, *said],
    )
    return ImportPlan(outcomes={key: CREATED}, changes=(change,))


def _new_account(
    desk: ImportContext, account_id: str, consumer_id: str, found: NormalisedAccount, maybe: str
) -> Account:
    """`maybe` is the id of a consumer who is probably the same person, "" where there is none."""
    holds = (*found.holds, "probable_match") if maybe else found.holds
    hold, reason = next((of for name, of in _HOLDS.items() if name in holds), (None, ""))
    extras = told(found, desk.now.date()) | {
        MADE_BY: desk.job.import_id,
        _SAID: str(found.balance.minor),
    }
    if maybe:
        extras["probable_match"] = maybe
    if found.disputed:
        extras[_SAID_DISPUTED] = "yes"
    company = "business" if found.consumer.company else "consumer"
    return Account(
        account_id=account_id,
        creditor=desk.job.creditor,
        consumer_id=consumer_id,
        reference=found.reference,
        invoice=found.invoice,
        status=Status.IMPORTED,
        hold=hold,
        hold_reason=reason,
        balance=found.balance,
        issued_on=found.issued_on,
        due_on=found.due_on,
        industry=desk.terms["industry"] or desk.strategy.industry,
        debt_kind=desk.terms["debt_kind"] or company,
        debt_role=desk.strategy.debt_role,
        language=found.consumer.language or "en",
        extras=extras,
        contested_minor=_contested(extras, found.balance.minor),
        strategy_version=desk.strategy.version,
    )


def _ledger(desk: ImportContext, account: Account, found: NormalisedAccount) -> list[LedgerEntry]:
    """The file's own entries; what they do not explain of the balance is an opening entry."""
    currency = account.balance.currency
    alike: Counter[tuple[str, int]] = Counter()
    entries = []
    for number, one in enumerate(found.entries[:MOST_ENTRIES]):
        if not one.minor:
            continue
        source = f"{desk.job.import_id} {number}"
        if one.kind == "payment" and one.on is not None:
            day = one.on.isoformat()
            alike[day, one.minor] += 1
            source = payment_source(day, one.minor, alike[day, one.minor])
        entries.append(
            LedgerEntry(
                entry_id=ids.entry_id(account.account_id, source),
                account_id=account.account_id,
                kind=one.kind if one.kind in ("payment", "credit") else "charge",
                amount=Money(one.minor, currency),
                on=one.on or found.issued_on or desk.now.date(),
                source=f"import {one.source}",
            )
        )
    missing = account.balance.minor - sum(e.amount.minor for e in entries)
    if missing:
        entries.append(
            LedgerEntry(
                entry_id=ids.entry_id(account.account_id, f"{desk.job.import_id} opening"),
                account_id=account.account_id,
                kind="charge" if missing > 0 else "credit",
                amount=Money(missing, currency),
                on=found.issued_on or desk.now.date(),
                source="import opening balance",
            )
        )
    return entries


def update(
    desk: ImportContext, key: str, stored: Account, found: NormalisedAccount, read: Read
) -> ImportPlan:
    """Bring a known account up to the file: balance, settled or not, mended holds."""
    consumer = read.consumers.get(stored.consumer_id)
    if consumer is None:
        raise DomainError(f"{stored.account_id} has no consumer")
    if found.balance.currency != stored.balance.currency:
        return ImportPlan(outcomes={key: UNCHANGED})
    person, said = with_contacts(desk, consumer, found.consumer)
    owed = found.balance.minor if found.status == OPEN else 0
    changes, difference = _news(
        stored,
        found,
        owed,
        person or consumer,
        desk,
    )
    if not changes and person is None:
        return ImportPlan(outcomes={key: desk.before(stored)})
    ledger = []
    if difference:
        ledger.append(
            LedgerEntry(
                entry_id=ids.entry_id(stored.account_id, f"{desk.job.import_id} update"),
                account_id=stored.account_id,
                kind="adjustment",
                amount=Money(difference, stored.balance.currency),
                on=found.paid_on or desk.now.date(),
                source="import newer file",
            )
        )
    extras = changes.pop("extras", stored.extras) | {MOVED_BY: desk.job.import_id}
    data = {"changed": sorted(changes), "difference_minor": difference}
    change = desk.changed(
        stored,
        "AccountUpdated",
        data=data,
        changes=changes | {"extras": extras},
        ledger=ledger,
        person=person,
        said=said,
    )
    wake = (stored.account_id,) if stored.status is Status.ACTIVE else ()
    return ImportPlan(outcomes={key: UPDATED}, changes=(change,), wake=wake)


def close_absent(desk: ImportContext, account_id: str, read: Read) -> ImportPlan:
    """An account that its source no longer names: told, and closed where the file is whole."""
    stored = read.accounts.get(account_id)
    if stored is None:
        return ImportPlan(outcomes={account_id: UNCHANGED})
    if stored.status is Status.CLOSED and desk.before(stored) == UPDATED:
        return ImportPlan(outcomes={account_id: CLOSED})
    if stored.status not in _CAN_CLOSE or stored.balance.minor <= 0:
        return ImportPlan(outcomes={account_id: UNCHANGED})
    if not desk.terms["complete"]:
        return ImportPlan(outcomes={account_id: MISSING})
    extras = stored.extras | {
        MOVED_BY: desk.job.import_id,
        _ABSENT: desk.now.date().isoformat(),
    }
    changes = {
        "status": Status.CLOSED,
        "due_at": None,
        "next_action": None,
        "extras": extras,
    }
    change = desk.changed(stored, "AccountClosed", data={"why": "absent"}, changes=changes)
    wake = (account_id,) if stored.status is Status.ACTIVE else ()
    return ImportPlan(outcomes={account_id: CLOSED}, changes=(change,), wake=wake)


def told(found: NormalisedAccount, today: date) -> dict[str, str]:
    """What the file tells of a debt beside its balance, and what that means in words of rules."""
    extras = dict(found.extras)
    return extras | facts_of(extras, found.balance.currency, today)


def _contested(extras: Mapping[str, str], balance: int) -> int:
    """What the debtor claims back, at most the balance; it is not asked for."""
    return max(0, min(int(extras.get("claim_amount_minor", "0")), balance))


def _moved(stored: Account, found: NormalisedAccount, today: date) -> dict[str, Any]:
    """What a newer file says of tenancy, insurer and claim, as changes; a silent one says
    nothing. What staff decided stands until the file says something else than before."""
    now = told(found, today)
    extras = dict(stored.extras)
    for sources, derived in _DERIVED.items():
        if sources & now.keys():
            for name in (*sources, *derived):
                extras.pop(name, None)
                if name in now:
                    extras[name] = now[name]
    if extras == stored.extras:
        return {}
    changes: dict[str, Any] = {"extras": extras}
    before, after = (e.get("insurance", "") for e in (stored.extras, extras))
    if stored.hold is Hold.INSURER and after != PENDING:
        changes |= {"hold": None, "hold_reason": ""}
    elif stored.hold is None and "insurer" in found.holds and before != PENDING:
        changes["hold"], changes["hold_reason"] = _HOLDS["insurer"]
    if extras.get("claim_amount_minor") != stored.extras.get("claim_amount_minor"):
        disputed = stored.case is not None and stored.case.kind == "dispute"
        changes["contested_minor"] = max(
            _contested(extras, stored.balance.minor), stored.contested_minor if disputed else 0
        )
    return changes


def _news(
    stored: Account,
    found: NormalisedAccount,
    owed: int,
    consumer: Consumer,
    desk: ImportContext,
) -> tuple[dict[str, Any], int]:
    """What a file says that it did not say before, as changes, and by how much the balance
    moves."""
    changes = _moved(stored, found, desk.now.date())
    extras = dict(changes.pop("extras", stored.extras))
    have = stored.balance.minor
    difference = _difference(extras, have, owed, desk.terms)
    if difference:
        left = have + difference
        changes["balance"] = Money(left, stored.balance.currency)
        if left <= 0 and stored.status is not Status.CLOSED:
            changes |= {"status": Status.SETTLED, "due_at": None, "next_action": None}
        elif left > 0 and stored.status is Status.SETTLED:
            changes["status"] = Status.IMPORTED
    if stored.status is Status.CLOSED and _ABSENT in extras and owed > 0:
        del extras[_ABSENT]
        changes["status"] = Status.IMPORTED
    if found.due_on is not None and found.due_on != stored.due_on:
        changes["due_on"] = found.due_on
        if _waits_for_date(stored) and not {"not_due", "no_due_date"} & set(found.holds):
            changes |= {"hold": None, "hold_reason": ""}
    if found.disputed and _SAID_DISPUTED not in extras:
        extras[_SAID_DISPUTED] = "yes"
        if stored.hold is None:
            changes["hold"], changes["hold_reason"] = _HOLDS["disputed"]
    if stored.hold is Hold.NO_CONTACT_POINT and (consumer.emails or consumer.phones):
        changes |= {"hold": None, "hold_reason": ""}
    if extras != stored.extras:
        changes["extras"] = extras
    return changes, difference


def _difference(extras: dict[str, str], have: int, owed: int, terms: Mapping[str, Any]) -> int:
    """By how much a file's figure moves the balance; what the file said is noted in `extras`.

    A payment made here may be unknown to the file, so a figure that fell never raises the
    balance, and one that rose raises it by as much as it rose.
    """
    said = int(extras.get(_SAID, str(have)))
    if not terms["again"]:
        # An export made after a payments file knows of its payments, the same export does not.
        said -= int(extras.get(RECEIVED, "0"))
    if owed == said:
        return 0
    extras[_SAID] = str(owed)
    extras.pop(RECEIVED, None)
    if owed > said:
        return owed - said
    extras[FELL] = f"{terms['as_of']} {said - owed}"
    return min(have, owed) - have


def _waits_for_date(stored: Account) -> bool:
    undated = _HOLDS["no_due_date"]
    return stored.hold is Hold.NOT_DUE or (stored.hold, stored.hold_reason) == undated
