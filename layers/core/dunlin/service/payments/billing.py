"""Changes that a billing system tells: read, applied once each, answered one by one.

Every change is in force when it is answered, before the next touch. A change id is one change of
one account: said again it changes nothing, said again with other words it is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from dunlin.domain.accounts import absence, lifecycle
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import Channel, Consumer
from dunlin.domain.accounts.points import NamedPoints, deny, hashes, take_named
from dunlin.domain.accounts.standing import Standing
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.billing_words import (
    BalanceChange,
    ChangeRefused,
    Closing,
    NewContact,
    ReadChange,
    StatedBalance,
    Withdrawal,
    read_change,
)
from dunlin.domain.money import Money
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import AlreadySeen, Change, NamedAccounts, People, SaidBefore
from dunlin.ports.machines import LadderWaker
from dunlin.ports.payments import ArrangedPostingBook, Checkouts
from dunlin.ports.portal import PaymentAttempts
from dunlin.service.accounts.staff_command import accounts_of, consumer_entry, wake_all
from dunlin.service.accounts.writing import account_change, retry_on_conflict, write
from dunlin.service.imports import missing
from dunlin.service.imports.people import reached_again, taken_up
from dunlin.service.payments.balances import change_balance
from dunlin.service.payments.payments import close_page

BY = "billing"
"""The actor of these changes in the audit log."""
_FEW, _TOGETHER = 10, 16
"""A list of more changes than the first is applied by as many threads as the second: each change
waits for the tables most of its time."""
_STOOD = "billing_closed_was"  # extras: where an account stood before the billing system closed it


class BillingPeople(People, NamedAccounts, SaidBefore, Protocol):
    """Whom a billing system's word is about, and what it said before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingPorts:
    """What a change needs beside itself."""

    book: ArrangedPostingBook
    people: BillingPeople
    attempts: PaymentAttempts
    processor: Checkouts
    waker: LadderWaker


@dataclass(frozen=True, slots=True, kw_only=True)
class _MeantChange:
    """A change that was read, and the account that it names. `origin` is the row of a dropped file
    that tells it, "" of a call."""

    change_id: str
    read: ReadChange
    account: Account
    origin: str = ""

    @property
    def kept(self) -> str:
        """What is kept with the change id: all that the change says, and the row that told it."""
        return f"{self.read.digest} {self.origin}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAnswer:
    """What became of one change: applied, known (it was applied before) or refused, and then why
    and by which field, "" where no field is at fault."""

    outcome: Literal["applied", "known", "refused"]
    change_id: str = ""
    account: Account | None = None
    reason: str = ""
    field: str = ""

    def wire(self) -> dict[str, Any]:
        """The JSON of it, as docs/billing-openapi.yaml has it."""
        shown: dict[str, Any] = {"change_id": self.change_id, "outcome": self.outcome}
        if self.account is None:
            return shown | {"reason": self.reason, "field": self.field}
        return shown | {
            "account_id": self.account.account_id,
            "balance_minor": self.account.balance.minor,
            "currency": self.account.balance.currency,
            "status": self.account.status.value,
        }


def apply_changes(
    creditor: str,
    documents: Sequence[object],
    *,
    ports: BillingPorts,
    now: datetime,
    origins: Sequence[str] = (),
) -> list[ChangeAnswer]:
    """Apply changes, those of one person in their order and those of several people side by side;
    one that is refused keeps none of the others from being applied. `origins` are the rows that
    tell them: what a row applied before it broke off, it has applied. Raises `Unavailable` or
    `Conflict`: say all of it again."""
    rows = list(zip(documents, origins or [""] * len(documents), strict=True))
    with ThreadPoolExecutor(_TOGETHER if len(documents) > _FEW else 1) as together:
        meant = list(together.map(lambda t: _understood(creditor, t[0], t[1], ports.people), rows))
        people: dict[str, list[int]] = defaultdict(list)
        for number, change in enumerate(meant):
            if isinstance(change, _MeantChange):
                people[change.account.consumer_id].append(number)
        answers = {n: c for n, c in enumerate(meant) if isinstance(c, ChangeAnswer)}

        def apply_in_order(numbers: list[int]) -> None:
            for number in numbers:
                change = meant[number]
                if isinstance(change, _MeantChange):
                    answers[number] = _answer(change, ports, now)

        list(together.map(apply_in_order, people.values()))
    return [answers[number] for number in range(len(documents))]


def apply_document(
    creditor: str, document: object, *, ports: BillingPorts, now: datetime
) -> ChangeAnswer:
    """Read one change and apply it, as `apply_changes` does."""
    (answer,) = apply_changes(creditor, [document], ports=ports, now=now)
    return answer


def _understood(
    creditor: str, document: object, origin: str, people: BillingPeople
) -> _MeantChange | ChangeAnswer:
    """A change with the account that it is about, or the answer that refuses it."""
    named = document.get("change_id") if isinstance(document, dict) else None
    change_id = named[:64] if isinstance(named, str) else ""
    try:
        read = read_change(document)
        account = _meant(creditor, read, people)
        return _MeantChange(change_id=change_id, read=read, account=account, origin=origin)
    except DomainError as refusal:
        return _refused(change_id, refusal)


def _answer(change: _MeantChange, ports: BillingPorts, now: datetime) -> ChangeAnswer:
    try:
        fresh, account = _apply(change, ports, now)
    except DomainError as refusal:
        return _refused(change.change_id, refusal)
    outcome: Literal["applied", "known"] = "applied" if fresh else "known"
    return ChangeAnswer(outcome=outcome, change_id=change.change_id, account=account)


def _refused(change_id: str, refusal: DomainError) -> ChangeAnswer:
    field = refusal.field if isinstance(refusal, ChangeRefused) else ""
    return ChangeAnswer(outcome="refused", change_id=change_id, reason=str(refusal), field=field)


def _meant(creditor: str, read: ReadChange, book: NamedAccounts) -> Account:
    """The one account that a change names; of several, any where all are one person's and the
    change is about the person."""
    named = book.accounts_named(creditor, read.reference)
    if not named:
        raise ChangeRefused("no such account", "reference")
    about_person = isinstance(read.change, NewContact | Withdrawal)
    if len(named) > 1 and not (about_person and len({a.consumer_id for a in named}) == 1):
        raise ChangeRefused("several accounts go by this reference", "reference")
    return named[0]


def _apply(meant: _MeantChange, ports: BillingPorts, now: datetime) -> tuple[bool, Account]:
    """Whether the change was new, and the account as it stands after it."""
    account_id, read, change = meant.account.account_id, meant.read, meant.read.change
    seen = f"billing/{account_id}/{change.change_id}"
    noted = Change(seen=seen, digest=meant.kept)
    earlier = ports.people.digest_of(seen)
    if earlier is None:
        try:
            if isinstance(change, BalanceChange | StatedBalance):
                return _change_balance(account_id, change, noted, ports, now)
            _write(account_id, read, noted, ports, now)
        except AlreadySeen:
            earlier = ports.people.digest_of(seen)
    if earlier is not None and earlier.partition(" ")[0] != read.digest:
        raise ChangeRefused("this change id was said before with other words", "change_id")
    account = _account(account_id, ports.book)
    # What follows a write is done again with a repetition: it may not have come to it.
    if isinstance(change, NewContact):
        _lift(account, ports, now)
        account = _account(account_id, ports.book)
    if isinstance(change, NewContact | Withdrawal):
        wake_all(account, book=ports.people, waker=ports.waker)
    else:
        ports.waker.wake(account_id)
        owed = Money(0, account.balance.currency) if isinstance(change, Closing) else None
        left = replace(account, balance=owed or account.balance)
        close_page(left, but="", attempts=ports.attempts, processor=ports.processor)
    return earlier is None or bool(meant.origin and earlier == meant.kept), account


def _change_balance(
    account_id: str,
    change: BalanceChange | StatedBalance,
    noted: Change,
    ports: BillingPorts,
    now: datetime,
) -> tuple[bool, Account]:
    return change_balance(
        account_id,
        change,
        by=BY,
        book=ports.book,
        attempts=ports.attempts,
        processor=ports.processor,
        waker=ports.waker,
        now=now,
        noted=noted,
    )


def _write(
    account_id: str, read: ReadChange, noted: Change, ports: BillingPorts, now: datetime
) -> None:
    """Write a change of standing or of the person, with the note that it was said."""
    change, book = read.change, ports.book

    def attempt() -> None:
        account = _account(account_id, book)
        if isinstance(change, NewContact | Withdrawal):
            book.apply(_of_person(account, change, noted=noted, ports=ports, now=now))
            return
        closes = isinstance(change, Closing)
        after = _closed(account) if closes else _reopened(account, now)
        if after == account:
            book.apply(noted)
            return
        what = "AccountClosed" if closes else "AccountReopened"
        data = {"change": change.change_id}
        write(book, account, after, what=what, data=data, now=now, actor=BY, besides=noted)

    retry_on_conflict(attempt)


def _account(account_id: str, book: ArrangedPostingBook) -> Account:
    account = book.account(account_id)
    if account is None:
        raise ChangeRefused("no such account", "reference")
    return account


def _closed(account: Account) -> Account:
    """The account closed, and where it stood; what has ended stays as it is."""
    if account.status in (Status.CLOSED, Status.SETTLED):
        return account
    extras = account.extras | {_STOOD: Standing.of(account).text()}
    return replace(lifecycle.close(account), extras=extras)


def _reopened(account: Account, now: datetime) -> Account:
    """The account as it stood before it was closed; one that staff closed as on its first day."""
    if account.status is Status.SETTLED or account.balance.minor <= 0:
        raise ChangeRefused("nothing is owed on it: say a charge, or the balance")
    if account.status is not Status.CLOSED:
        return account
    extras = dict(account.extras)
    stood = extras.pop(_STOOD, "")
    if stood:
        account = replace(account, extras=extras)
        return absence.restore(account, Standing.read(stood), now)
    if missing.CLOSED_ON in extras:
        return missing.named_again(account, now)
    return lifecycle.reimport(account)


def _reached(person: Consumer, change: NewContact, now: datetime) -> Consumer:
    """The person by contact points as the newest file's: new ones first, replaced ones at rest."""
    useless = {*person.wrong, *(h for c in Channel for h in person.bounced(c))}
    if all(address_hash(p) in useless for p in (*change.emails, *change.phones)):
        raise ChangeRefused("every point named is dead or somebody else's")
    before = hashes(change.replaces)
    named = NamedPoints(emails=change.emails, phones=change.phones, before=before)
    return take_named(person, named, at=now, evidence=f"billing {change.change_id}")


def _denied(person: Consumer, change: Withdrawal, now: datetime) -> Consumer:
    by = f"billing {change.change_id}"
    for channel in change.channels:
        person = deny(person, channel, at=now, by=by, evidence=by)
    return person


def _of_person(
    account: Account,
    change: NewContact | Withdrawal,
    *,
    noted: Change,
    ports: BillingPorts,
    now: datetime,
) -> Change:
    """The write of what a change says of the account's person, with the note that it was said."""
    person = ports.people.consumer(account.consumer_id)
    if person is None:
        raise ChangeRefused("the account has no person", "reference")
    if isinstance(change, NewContact):
        after, what = _reached(person, change, now), "ConsumerUpdated"
    else:
        after, what = _denied(person, change, now), "PermissionWithdrawn"
    if after == person:
        return noted
    data: dict[str, Any] = {
        "change": change.change_id,
        "consents": {c.value: k.state.value for c, k in after.consents.items()},
    }
    entry = consumer_entry(person, after, now=now, what=what, data=data, actor=BY)
    moved = replace(after, version=entry.sequence, audit_head=entry.hash)
    besides = replace(noted, consumer=moved, audit=[entry])
    again = reached_again(person, after)
    standing = taken_up(account, ports.book.strategy_of(account)) if again else account
    if standing == account:
        return besides
    return account_change(
        account,
        standing,
        what="AccountUpdated",
        data={"changed": ["contact"]},
        now=now,
        actor=BY,
        besides=besides,
    )


def _lift(account: Account, ports: BillingPorts, now: datetime) -> None:
    """Lift what waited for a contact point, on every account of the person who has one now."""
    book, person = ports.book, ports.people.consumer(account.consumer_id)
    if person is None or not (person.emails or person.phones):
        return
    waiting = [a for a in accounts_of(account, ports.people) if a.hold is Hold.NO_CONTACT_POINT]
    for theirs in waiting:

        def attempt(account_id: str = theirs.account_id) -> None:
            stored = book.account(account_id)
            if stored is not None and stored.hold is Hold.NO_CONTACT_POINT:
                write(book, stored, lifecycle.lift(stored, now), what="AccountUpdated",
                      data={"changed": ["hold"]}, now=now, actor=BY)  # fmt: skip

        retry_on_conflict(attempt)
