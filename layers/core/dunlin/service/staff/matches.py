"""Matches: staff say whether two records are one person (an import only ever asks)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.merging import merge
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
    """Lift the question. `same`: the account goes over to the other record, which takes in what
    this one knew; else both stay, and the answer stays with the account."""
    actor = staff(order.by)

    def attempt() -> CommandResult:
        account = book.account(account_id)
        if account is None or not probable_match(account):
            return CommandResult(outcome="gone")
        if order.version is not None and account.version != order.version:
            return CommandResult(outcome="stale")
        kept = book.consumer(probable_match(account))
        person = book.consumer(account.consumer_id)
        if kept is None or person is None:
            return CommandResult(outcome="gone")
        extras = {k: v for k, v in account.extras.items() if k != MAYBE}
        if not same:
            extras[APART] = kept.consumer_id
        after = replace(lifecycle.tell_apart(account, now), extras=extras)
        data = {"why": order.why, "consumer": person.consumer_id, "other": kept.consumer_id}
        if not same:
            write(book, account, after, what="PersonsKeptApart", data=data, now=now, actor=actor)
            return CommandResult(outcome="done")
        merged = merge(kept, person)
        learned = consumer_entry(
            kept,
            now=now,
            actor=actor,
            what="PersonMerged",
            data={"why": order.why, "other": person.consumer_id, "account": account_id},
        )
        write(
            book,
            account,
            replace(after, consumer_id=kept.consumer_id),
            what="PersonConfirmed",
            data=data,
            now=now,
            actor=actor,
            besides=Change(
                consumer=replace(merged, version=kept.version + 1, audit_head=learned.hash),
                audit=[learned],
            ),
        )
        return CommandResult(outcome="done")

    return retry_on_conflict(attempt)
