"""Accounts of a file: created, brought up to a newer file, missed by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any, Protocol

from dunlin.domain import ids
from dunlin.domain.accounts import lifecycle, stated
from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.known_facts import BY_FILE, LAST_PAYMENT
from dunlin.domain.accounts.points import MOST_POINTS, hashes
from dunlin.domain.accounts.stated import RECEIVED, SAID
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.dated import read_days
from dunlin.domain.imports.industry import PENDING, facts_of
from dunlin.domain.imports.types import CREATED, OPEN, UNCHANGED, UPDATED, NormalisedAccount
from dunlin.domain.money import Money
from dunlin.ports.accounts import Addresses, Change, ManyAtOnce, People
from dunlin.service.accounts.crediting import CreditingBook, credit
from dunlin.service.accounts.writing import account_change
from dunlin.service.imports import missing
from dunlin.service.imports.bars import (
    BARS,
    HOLDS,
    SAID_BARS,
    barred_anew,
    hold_others,
    personal,
    undecided,
)
from dunlin.service.imports.people import (
    OF_PERSON,
    hear,
    known_by_address,
    new_consumer,
    next_consumer,
    of_person_in,
    place_others,
    placed,
    reached_again,
    taken_up,
    told_otherwise,
    with_contacts,
    withdrawal,
    without_points,
)
from dunlin.service.imports.plans import (
    ANOTHER_PERSON,
    MADE_BY,
    MOST_ENTRIES,
    OLDER_FILE,
    OTHER_CURRENCY,
    ImportContext,
    ImportPlan,
    Read,
)
from dunlin.service.imports.received import payment_source
from dunlin.service.imports.whose import identity_of_other, key_of_other, named_person, strangers


class UpdatingBook(People, CreditingBook, Protocol):
    """The accounts of a person, and the arrangement of an account."""


class DebtsBook(Addresses, ManyAtOnce, UpdatingBook, Protocol):
    """People by how they are reached, and accounts and people by id beside."""


# What the files said last, kept with the account: a file that says it again is no news, whatever
# was paid or decided here since.
_SAID_DISPUTED = "file_disputed"
_STATED_ELSE = "file_other_currency"
_DAYS = "file_days"
_REPLACED = "number_given_on"
_POINTS = "file_points"  # hashes of the contact points
MISSING, CLOSED, RESTING = "missing", "closed", "resting"
# Columns of a file, and what they decide together.
_DERIVED = {
    frozenset({"lease_status", "move_out"}): ("relationship",),
    frozenset({"insurance_status", "insurance_pending"}): ("insurance", "insurance_pending_minor"),
    frozenset({"claim_amount_minor"}): (),
    frozenset({LAST_PAYMENT}): (),
}
_CAN_CLOSE = frozenset({Status.IMPORTED, Status.ACTIVE, Status.EXHAUSTED, Status.FAILED})


def create(
    book: DebtsBook,
    context: ImportContext,
    key: str,
    account_read: NormalisedAccount,
    read: Read,
    *,
    account_id: str,
) -> ImportPlan:
    """A new account, with its consumer where that is new too."""
    no_news = context.terms["no_news"]
    if no_news:
        account_read = replace(account_read, holds=(*account_read.holds, OLDER_FILE))
    bars = personal(account_read)
    consumer_id = ids.consumer_id(context.job.creditor, account_read.identity)
    known = read.consumers.get(consumer_id)
    if known is not None and strangers(known, account_read.consumer):
        identity = identity_of_other(account_read.identity, account_read.consumer)
        consumer_id = ids.consumer_id(context.job.creditor, identity)
        read.consumers |= book.read_consumers([consumer_id]) | read.consumers
        known = read.consumers.get(consumer_id)
    maybe = account_read.maybe and ids.consumer_id(context.job.creditor, account_read.maybe)
    if known is None and context.terms["known"]:
        known, doubted, crowded = known_by_address(book, context, account_read.consumer, read)
        account_read = without_points(account_read, crowded)
        maybe = maybe or doubted
    # A record that was matched by an address has points of its own; the file's stand behind them.
    own = known is None or read.consumers.get(consumer_id) == known
    consumer_id = known.consumer_id if known else consumer_id
    if known is not None:
        bars_before = (c for c in undecided(known, book) if c not in account_read.holds)
        account_read = replace(account_read, holds=(*account_read.holds, *bars_before))
    person, entries = (
        next_consumer(
            context,
            new_consumer(context, consumer_id, account_read),
            "ConsumerImported",
            account=account_id,
        )
        if known is None
        else with_contacts(
            context,
            known,
            account_read.consumer,
            before=None if own else (),
            first=own,
            bars=bars,
            facts=of_person_in(account_read),
            account=account_id,
        )
    )
    account = _new_account(context, account_id, consumer_id, account_read, maybe)
    change = account_change(
        account,
        account,
        now=context.now,
        what="AccountImported",
        data={
            "import": context.job.import_id,
            "lines": list(account_read.lines),
            "matched_by": account_read.matched_by,
            "balance_minor": account.balance.minor,
            "currency": account.balance.currency,
        },
        actor="import",
        besides=Change(
            consumer=person, ledger=_ledger(context, account, account_read), audit=list(entries)
        ),
    )
    if known is None:
        codes = {key: no_news} if no_news else {}
        return ImportPlan(outcomes={key: CREATED}, changes=(change,), codes=codes)
    codes = {
        **({key: no_news} if no_news else {}),
        **told_otherwise(key, known, account_read.consumer),
        **withdrawal(key, known, person),
    }
    plan = ImportPlan(outcomes={key: CREATED}, changes=(change,), codes=codes)
    plan = place_others(plan, known, person, book=book, context=context, read=read)
    return hold_others(plan, bars, consumer_id, book=book, context=context, read=read)


def _new_account(
    context: ImportContext,
    account_id: str,
    consumer_id: str,
    account_read: NormalisedAccount,
    maybe: str,
) -> Account:
    """`maybe` is the id of a consumer who is probably the same person, "" where there is none."""
    holds = (*account_read.holds, "probable_match") if maybe else account_read.holds
    hold, reason = next((of for name, of in HOLDS.items() if name in holds), (None, ""))
    extras = (
        told(account_read, context.now.date())
        | {
            MADE_BY: context.job.import_id,
            SAID: str(account_read.balance.minor),
        }
        | _days(context)
        | _named(account_read)
        | named_person(account_read)
    )
    if maybe:
        extras["probable_match"] = maybe
    if account_read.disputed:
        extras[_SAID_DISPUTED] = "yes"
    bars = [name for name in holds if name in BARS]
    if bars:
        extras[SAID_BARS] = " ".join(bars)
    company = "business" if account_read.consumer.company else "consumer"
    account = Account(
        account_id=account_id,
        creditor=context.job.creditor,
        consumer_id=consumer_id,
        reference=account_read.reference,
        invoice=account_read.invoice,
        balance=account_read.balance,
        issued_on=account_read.issued_on,
        due_on=account_read.due_on,
        industry=context.terms["industry"] or context.strategy.industry,
        debt_kind=context.terms["debt_kind"] or company,
        debt_role=context.strategy.debt_role,
        language=account_read.consumer.language or "en",
        extras=extras,
        strategy_version=context.strategy.version,
    )
    account = lifecycle.contest(account, _contested(extras, account_read.balance.minor))
    return lifecycle.hold_by_file(account, hold, reason) if hold else account


def _ledger(
    context: ImportContext, account: Account, account_read: NormalisedAccount
) -> list[LedgerEntry]:
    """The file's own entries; what they do not explain of the balance is an opening entry."""
    currency = account.balance.currency
    alike: Counter[tuple[str, int]] = Counter()
    entries = []
    for number, file_entry in enumerate(account_read.entries[:MOST_ENTRIES]):
        if not file_entry.minor:
            continue
        source = f"{context.job.import_id} {number}"
        if file_entry.kind == "payment" and file_entry.on is not None:
            day = file_entry.on.isoformat()
            alike[day, file_entry.minor] += 1
            source = payment_source(day, file_entry.minor, alike[day, file_entry.minor])
        entries.append(
            LedgerEntry(
                entry_id=ids.entry_id(account.account_id, source),
                account_id=account.account_id,
                kind=file_entry.kind if file_entry.kind in ("payment", "credit") else "charge",
                amount=Money(file_entry.minor, currency),
                on=file_entry.on or account_read.issued_on or context.now.date(),
                source=f"import {file_entry.source}",
            )
        )
    missing = account.balance.minor - sum(e.amount.minor for e in entries)
    if missing:
        entries.append(
            LedgerEntry(
                entry_id=ids.entry_id(account.account_id, f"{context.job.import_id} opening"),
                account_id=account.account_id,
                kind="charge" if missing > 0 else "credit",
                amount=Money(missing, currency),
                on=account_read.issued_on or context.now.date(),
                source="import opening balance",
            )
        )
    return entries


def update(
    context: ImportContext,
    key: str,
    stored: Account,
    account_read: NormalisedAccount,
    read: Read,
    *,
    book: UpdatingBook,
) -> ImportPlan:
    """Bring a known account up to the file: balance, settled or not, mended holds."""
    consumer = read.consumers.get(stored.consumer_id)
    if consumer is None:
        raise DomainError(f"{stored.account_id} has no consumer")
    bars = personal(account_read)
    if overtaken := context.terms["no_news"] or _overtaken(context, stored):
        heard = hear(context, key, account_read, read, book=book, holder=consumer)
        return replace(heard, codes={key: overtaken, **heard.codes})
    person, entries = with_contacts(
        context,
        consumer,
        account_read.consumer,
        before=_named_before(stored),
        bars=bars,
        facts=of_person_in(account_read),
    )
    codes = {
        **told_otherwise(key, consumer, account_read.consumer),
        **withdrawal(key, consumer, person),
    }
    owed = account_read.balance.minor if account_read.status == OPEN else 0
    if account_read.balance.currency == stored.balance.currency:
        after, difference = _news(stored, account_read, owed, person or consumer, context)
    else:
        after, difference = _in_other_currency(stored, account_read), 0
        codes = {key: OTHER_CURRENCY} | codes
    if reached_again(consumer, person):
        after = taken_up(after, context.strategy)
    after = placed(after, person or consumer, context)
    if person is None and _same_but_points(stored, after):
        plan = ImportPlan(outcomes={key: context.before(stored)}, codes=codes)
        return hold_others(plan, bars, consumer.consumer_id, book=book, context=context, read=read)
    after = replace(after, extras=after.extras | _days(context))
    ledger = []
    if difference:
        ledger.append(
            LedgerEntry(
                entry_id=ids.entry_id(stored.account_id, f"{context.job.import_id} update"),
                account_id=stored.account_id,
                kind="adjustment",
                amount=Money(difference, stored.balance.currency),
                on=account_read.paid_on or context.now.date(),
                source="import newer file",
            )
        )
    # What a file shows as paid counts to the instalments; what it asks anew stays outside of them.
    arranged: tuple[Arrangement, ...] = ()
    if difference < 0:
        after, arranged = credit(after, ledger, book=book, at=context.now)
    data = {"changed": _changed(stored, after), "difference_minor": difference}
    change = context.changed(
        stored,
        "AccountUpdated",
        data=data,
        after=after,
        ledger=ledger,
        person=person,
        entries=entries,
        arrangements=arranged,
    )
    back = missing.STOOD in stored.extras and missing.STOOD not in after.extras
    wake = (stored.account_id,) if stored.status is Status.ACTIVE or back else ()
    plan = ImportPlan(outcomes={key: UPDATED}, changes=(change,), wake=wake, codes=codes)
    plan = place_others(plan, consumer, person, book=book, context=context, read=read)
    return hold_others(plan, bars, consumer.consumer_id, book=book, context=context, read=read)


def take_over(
    book: DebtsBook,
    context: ImportContext,
    key: str,
    stored: Account,
    account_read: NormalisedAccount,
    *,
    read: Read,
) -> ImportPlan:
    """A known number under another person, as of a unit with a new tenant: a debt of its own. The
    one on record is held, once, for a person to say what became of it."""
    account_id = ids.account_id(context.job.creditor, key_of_other(key, account_read))
    known = read.accounts.get(account_id) or book.read_accounts([account_id]).get(account_id)
    if known is not None:
        read.consumers |= book.read_consumers([known.consumer_id])
        plan = update(context, key, known, account_read, read, book=book)
    elif account_read.status == OPEN:
        plan = create(book, context, key, account_read, read, account_id=account_id)
    else:
        plan = hear(context, key, account_read, read, book=book)
    codes = {key: ANOTHER_PERSON, **plan.codes}
    if _REPLACED in stored.extras or not stored.owes:
        return replace(plan, codes=codes)
    noted = replace(stored, extras=stored.extras | {_REPLACED: context.now.date().isoformat()})
    held = lifecycle.review(noted, "A newer file names somebody else under its number")
    change = context.changed(stored, "AccountHeld", data={"why": ANOTHER_PERSON}, after=held)
    wake = (stored.account_id,) if stored.status is Status.ACTIVE else ()
    return replace(plan, codes=codes, changes=(*plan.changes, change), wake=(*plan.wake, *wake))


def _in_other_currency(stored: Account, account_read: NormalisedAccount) -> Account:
    """The account held for a person, once for what the file says: its figure is no figure of this
    debt, and may say that it is paid."""
    figure = f"{account_read.balance.minor} {account_read.balance.currency}"
    if stored.extras.get(_STATED_ELSE) == figure or not stored.owes:
        return stored
    noted = replace(stored, extras=stored.extras | {_STATED_ELSE: figure})
    return lifecycle.review(noted, "The file states it in another currency")


def close_absent(context: ImportContext, item: Mapping[str, Any], read: Read) -> ImportPlan:
    """An account that its source no longer names: told, and closed where the file is whole; at
    rest where it lacks so many that a person must say."""
    account_id = item["key"]
    stored = read.accounts.get(account_id)
    if stored is None:
        return ImportPlan(outcomes={account_id: UNCHANGED})
    if stored.status is Status.CLOSED and context.before(stored) == UPDATED:
        return ImportPlan(outcomes={account_id: CLOSED})
    if stored.status not in _CAN_CLOSE or stored.balance.minor <= 0:
        return ImportPlan(outcomes={account_id: UNCHANGED})
    if missing.RESTS in stored.extras:
        return ImportPlan(outcomes={account_id: RESTING})
    if not context.terms["complete"] or missing.STAYS in stored.extras:
        return ImportPlan(outcomes={account_id: MISSING})
    if item["rests"]:
        after, what = missing.set_aside(stored, context.job.import_id), "AccountSetAside"
    else:
        after, what = missing.closed(stored, context.now), "AccountClosed"
    change = context.changed(stored, what, data={"why": "absent"}, after=after)
    wake = (account_id,) if stored.status is Status.ACTIVE else ()
    outcome = RESTING if item["rests"] else CLOSED
    return ImportPlan(outcomes={account_id: outcome}, changes=(change,), wake=wake)


def _days(context: ImportContext) -> dict[str, str]:
    """Of which days the file tells, as it is kept with the account; nothing where nobody says."""
    days = context.terms["days"]
    return {_DAYS: " ".join(days)} if days else {}


def _overtaken(context: ImportContext, stored: Account) -> str:
    """The code of a file that is older than the one which told the account last, "" else."""
    own, last = read_days(context.terms["days"]), read_days(stored.extras.get(_DAYS, "").split())
    return OLDER_FILE if own is not None and last is not None and own.before(last) else ""


def _same_but_points(stored: Account, after: Account) -> bool:
    """True where a file says nothing new. What a contacts file filled in is not the debts' file's
    own word, so it alone is no news of the account."""
    extras = {name: value for name, value in after.extras.items() if name != _POINTS}
    return after == stored or (
        _POINTS not in stored.extras and replace(after, extras=extras) == stored
    )


def _named(account_read: NormalisedAccount) -> dict[str, str]:
    """The contact points that the file names, as they are kept with the account."""
    person = account_read.consumer
    kept = " ".join(hashes((*person.emails, *person.phones)[: 2 * MOST_POINTS]))
    return {_POINTS: kept} if kept else {}


def _named_before(stored: Account) -> list[str] | None:
    """The contact points that the account's file named last, None where nobody wrote them down."""
    return stored.extras[_POINTS].split() if _POINTS in stored.extras else None


def told(account_read: NormalisedAccount, today: date) -> dict[str, str]:
    """What the file tells of a debt beside its balance, and what that means in words of rules."""
    extras = {n: v for n, v in account_read.extras if n not in OF_PERSON}
    return extras | facts_of(extras, account_read.balance.currency, today)


def _contested(extras: Mapping[str, str], balance: int) -> int:
    """What the debtor claims back, at most the balance; it is not asked for."""
    return max(0, min(int(extras.get("claim_amount_minor", "0")), balance))


def _facts_anew(stored: Account, account_read: NormalisedAccount, today: date) -> dict[str, str]:
    """The account's extras with what a newer file says of tenancy, insurer and claim; a silent
    one says nothing."""
    now = told(account_read, today)
    extras = dict(stored.extras)
    for sources, derived in _DERIVED.items():
        if sources & now.keys():
            for name in (*sources, *derived):
                extras.pop(name, None)
                if name in now:
                    extras[name] = now[name]
    return extras | {name: now[name] for name in now if name.startswith(BY_FILE)}


def _news(
    stored: Account,
    account_read: NormalisedAccount,
    owed: int,
    consumer: Consumer,
    context: ImportContext,
) -> tuple[Account, int]:
    """The account with what a file says that it did not say before, and by how much the balance
    moves. What staff decided stands until the file says something else than before."""
    extras = (
        _facts_anew(stored, account_read, context.now.date())
        | _named(account_read)
        | named_person(account_read)
    )
    after = _claimed(stored, extras)
    difference = _difference(extras, stored.balance.minor, owed, context.terms)
    if difference:
        left = stored.balance.minor + difference
        after = replace(after, balance=Money(left, stored.balance.currency))
        if difference < 0:
            after = replace(after, paid_at=context.now)
        if left <= 0:
            after = lifecycle.settle(after)
        elif stored.status is Status.SETTLED:
            after = lifecycle.reimport(after)
    extras.pop(missing.STAYS, None)
    after = replace(after, extras=extras)
    if owed > 0:
        after = missing.named_again(after, context.now)
        extras = dict(after.extras)
    if account_read.due_on is not None:
        after = replace(after, due_on=account_read.due_on)
    disputes = account_read.disputed and _SAID_DISPUTED not in extras
    if disputes:
        extras[_SAID_DISPUTED] = "yes"
    after = _holds_anew(stored, replace(after, extras=extras), account_read, consumer, context.now)
    if disputes and after.owes and after.hold is None:
        after = lifecycle.hold_by_file(after, *HOLDS["disputed"])
    return barred_anew(stored, after, account_read.holds), difference


def _claimed(stored: Account, extras: dict[str, str]) -> Account:
    """The account with what is contested, where a file says another claim than before."""
    if extras.get("claim_amount_minor") == stored.extras.get("claim_amount_minor"):
        return stored
    disputed = stored.case is not None and stored.case.kind == "dispute"
    contested = _contested(extras, stored.balance.minor)
    return lifecycle.contest(stored, max(contested, stored.contested_minor if disputed else 0))


def _holds_anew(
    stored: Account,
    after: Account,
    account_read: NormalisedAccount,
    consumer: Consumer,
    at: datetime,
) -> Account:
    """Holds that the file's news lift, and the insurer's that they begin."""
    before, now = (e.get("insurance", "") for e in (stored.extras, after.extras))
    if after.hold is Hold.INSURER and now not in (before, PENDING):
        return lifecycle.lift(after, at)
    if after.hold is Hold.NO_CONTACT_POINT and (consumer.emails or consumer.phones):
        return lifecycle.lift(after, at)
    dated = stored.due_on != after.due_on and not {"not_due", "no_due_date"} & set(
        account_read.holds
    )
    if dated and _waits_for_date(after):
        return lifecycle.lift(after, at)
    asks_insurer = "insurer" in account_read.holds and before not in (now, PENDING)
    if after.hold is None and after.owes and asks_insurer:
        return lifecycle.hold_by_file(after, *HOLDS["insurer"])
    return after


def _changed(stored: Account, after: Account) -> list[str]:
    """The names of what a file moved on an account, but for what it tells beside."""
    named = (field.name for field in fields(Account) if field.name != "extras")
    return sorted(name for name in named if getattr(stored, name) != getattr(after, name))


def _difference(extras: dict[str, str], have: int, owed: int, terms: Mapping[str, Any]) -> int:
    """By how much a file's figure moves the balance; what the file said is noted in `extras`. An
    export made after a payments file knows of its payments, the same export does not."""
    known = 0 if terms["again"] else stated.told(extras, RECEIVED)
    as_of = date.fromisoformat(terms["as_of"])
    return stated.difference(extras, have, owed, known=known, as_of=as_of)


def _waits_for_date(stored: Account) -> bool:
    undated = HOLDS["no_due_date"]
    return stored.hold is Hold.NOT_DUE or (stored.hold, stored.hold_reason) == undated
