"""Matches: staff say whether two records are one person (an import only ever asks)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consumer import Consumer, ContactHistory
from dunlin.domain.accounts.merging import merge, one_history, taken_in
from dunlin.domain.audit.audit import AuditEntry
from dunlin.ports.accounts import AccountsAndPeople, Change
from dunlin.service.accounts.staff_command import CommandResult, StaffCommand, consumer_entry, staff
from dunlin.service.accounts.writing import retry_on_conflict, write

MAYBE, APART = "probable_match", "kept_apart_from"


def probable_match(account: Account) -> str:
    """The consumer that this account's person may be, "" where nobody asks."""
    return account.extras.get(MAYBE, "") if account.hold is Hold.REVIEW else ""


def settle(
    account_id: str, order: StaffCommand, *, same: bool, book: AccountsAndPeople, now: datetime
) -> CommandResult:
    """Lift the question. `same`: the other record takes in this one with all its accounts, and
    every link that was ever sent for this one leads there; else both stay, and the answer stays
    with the account."""
    merging = _Merging(order=order, book=book, now=now)
    done, person = retry_on_conflict(partial(merging.settle, account_id, same=same))
    if person is not None:
        for other in book.accounts_of_consumer(person.consumer_id):
            retry_on_conflict(partial(merging.follow, other.account_id))
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merging:
    """What staff said of two records, written."""

    order: StaffCommand
    book: AccountsAndPeople
    now: datetime

    def settle(self, account_id: str, *, same: bool) -> tuple[CommandResult, Consumer | None]:
        """What came of it, and the record that was taken in, if one was."""
        account = self.book.account(account_id)
        if account is None or not probable_match(account):
            return CommandResult(outcome="gone"), None
        if self.order.version is not None and account.version != self.order.version:
            return CommandResult(outcome="stale"), None
        kept = self.book.consumer(probable_match(account))
        person = self.book.consumer(account.consumer_id)
        if kept is None or person is None:
            return CommandResult(outcome="gone"), None
        after = self._answered(account)
        data = {"why": self.order.why, "consumer": person.consumer_id, "other": kept.consumer_id}
        if not same:
            after = replace(after, extras=after.extras | {APART: kept.consumer_id})
            self._write(account, after, "PersonsKeptApart", data, Change())
            return CommandResult(outcome="done"), None
        besides = self._taking_in(account, person, kept)
        after = replace(after, consumer_id=kept.consumer_id)
        self._write(account, after, "PersonConfirmed", data, besides)
        return CommandResult(outcome="done"), person

    def follow(self, account_id: str) -> None:
        """Another account of a record that was taken in goes over too; what else is asked about
        its person stays asked."""
        account = self.book.account(account_id)
        kept = self.book.consumer(account.consumer_id) if account is not None else None
        if account is None or kept is None or account.consumer_id == kept.consumer_id:
            return
        asked = self.book.consumer(probable_match(account)) if probable_match(account) else None
        answered = asked is not None and asked.consumer_id == kept.consumer_id
        after = self._answered(account) if answered else account
        data = {"why": self.order.why, "consumer": account.consumer_id, "other": kept.consumer_id}
        self._write(
            account, replace(after, consumer_id=kept.consumer_id), "PersonConfirmed", data, Change()
        )

    def _answered(self, account: Account) -> Account:
        extras = {k: v for k, v in account.extras.items() if k != MAYBE}
        return replace(lifecycle.tell_apart(account, self.now), extras=extras)

    def _taking_in(self, account: Account, person: Consumer, kept: Consumer) -> Change:
        """Both records as one write leaves them; nothing where the one took in the other before.
        It hangs on both, so an opt-out that comes meanwhile is in what is merged."""
        if person.consumer_id == kept.consumer_id:
            return Change()
        data = {"why": self.order.why, "account": account.account_id}
        merged, rest = merge(kept, person), taken_in(person, kept)
        other = data | {"other": person.consumer_id}
        learned = self._entry(kept, merged, "PersonMerged", other, took_in=person.consumer_id)
        left = self._entry(person, rest, "PersonTakenIn", data | {"by": kept.consumer_id})
        return Change(
            consumer=replace(merged, version=kept.version + 1, audit_head=learned.hash),
            taken_in=replace(rest, version=person.version + 1, audit_head=left.hash),
            history=self._history(account, kept),
            audit=[learned, left],
        )

    def _history(self, account: Account, kept: Consumer) -> ContactHistory | None:
        """The contacts of both, so that no cap on one person is met twice; None without any."""
        other = self.book.facts(account.account_id).history
        own = next(iter(self.book.accounts_of_consumer(kept.consumer_id)), None)
        if own is None or not other.contacts:
            return None
        return one_history(self.book.facts(own.account_id).history, other)

    def _entry(
        self, person: Consumer, after: Consumer, what: str, data: dict[str, Any], took_in: str = ""
    ) -> AuditEntry:
        return consumer_entry(
            person,
            after,
            now=self.now,
            actor=staff(self.order.by),
            what=what,
            data=data,
            took_in=took_in,
        )

    def _write(
        self, before: Account, after: Account, what: str, data: dict[str, Any], besides: Change
    ) -> None:
        actor = staff(self.order.by)
        write(
            self.book,
            before,
            after,
            what=what,
            data=data,
            now=self.now,
            actor=actor,
            besides=besides,
        )
