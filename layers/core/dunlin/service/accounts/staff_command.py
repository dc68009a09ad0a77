"""What the use cases of staff share: who did it, a code for why, one write, and waking ladders."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from dunlin.domain.accounts import shown
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.audit import audit
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import Accounts, AccountsAndPeople, Change, ChangeWriter, People
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.writing import account_change, retry_on_conflict

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,59}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """What became of it.

    done · unchanged (it was so already) · stale (the account moved since it was looked at) · gone
    (there is no such account, or nothing more happens on it) · held (something else holds it) ·
    busy (a message is on its way this minute) · refused (the rules or the templates say no).
    `because`: rule ids with their reasons, or one plain reason under "". `account`: as the command
    left it, where it wrote one.
    """

    outcome: Literal["done", "unchanged", "stale", "gone", "held", "busy", "refused"]
    because: tuple[tuple[str, str], ...] = ()
    account: Account | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCommand:
    """Who steers, and why: codes, so that no words about a person reach the audit log. `version`
    is the account's on the page that was looked at; None takes it as it is now."""

    by: str
    why: str
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """What a command makes of a person, and what the audit log calls it."""

    what: str
    person: Consumer
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What a command makes of an account, and what the audit log calls it."""

    what: str
    account: Account
    data: dict[str, Any]


def code(text: str, what: str) -> str:
    """A code that staff gave, checked: letters, digits and `._:-`, so that no words about a
    person reach the audit log. Raises `DomainError`."""
    if not _CODE.fullmatch(text):
        raise DomainError(f"{what} is a code of letters, digits and . _ : - (at most 60)")
    return text


def staff(by: str) -> str:
    """The actor of a member of staff, as the audit log names them."""
    return f"staff:{code(by, 'who')}"


def consumer_entry(
    person: Consumer,
    after: Consumer,
    *,
    now: datetime,
    what: str,
    data: dict[str, Any],
    actor: str,
    took_in: str = "",
    erased: Sequence[str] = (),
) -> audit.AuditEntry:
    """The audit entry of a person's next version, `after` but for its version and chain; `took_in`
    and `erased` as `shown.of_person` takes them."""
    return audit.append(
        subject=f"consumer#{person.consumer_id}",
        sequence=person.version + 1,
        previous=person.audit_head,
        at=now,
        actor=actor,
        what=what,
        data=data | shown.of_person(after, took_in=took_in, erased=erased),
    )


def person_of(account_id: str, book: AccountsAndPeople) -> tuple[Account, Consumer]:
    """An account and its person. Raises `DomainError` where there is no such account."""
    account = book.account(account_id)
    person = book.consumer(account.consumer_id) if account is not None else None
    if account is None or person is None:
        raise DomainError(f"no account {account_id}")
    return account, person


def write_person(
    step: PersonChange, before: Consumer, *, actor: str, book: ChangeWriter, now: datetime
) -> None:
    """Write the next version of a person with its audit entry. Raises `Conflict`."""
    entry = consumer_entry(
        before, step.person, now=now, what=step.what, data=step.data, actor=actor
    )
    after = replace(step.person, version=before.version + 1, audit_head=entry.hash)
    book.apply(Change(consumer=after, audit=[entry]))


def change_person(
    account_id: str,
    decide: Callable[[Consumer], PersonChange | None],
    *,
    actor: str,
    book: AccountsAndPeople,
    waker: LadderWaker,
    now: datetime,
) -> bool:
    """Write what `decide` makes of an account's person, then wake every ladder of theirs; False
    where it makes nothing of them. Raises `DomainError`, `Conflict`."""

    def attempt() -> bool:
        _, person = person_of(account_id, book)
        step = decide(person)
        if step is None:
            return False
        write_person(step, person, actor=actor, book=book, now=now)
        return True

    changed: bool = retry_on_conflict(attempt)
    if changed:
        wake_all(person_of(account_id, book)[0], book=book, waker=waker)
    return changed


def wake_all(account: Account, *, book: People, waker: LadderWaker) -> None:
    """Wake every running ladder of an account's person."""
    for theirs in accounts_of(account, book):
        if theirs.status is Status.ACTIVE:
            waker.wake(theirs.account_id)


def accounts_of(account: Account, book: People) -> list[Account]:
    """Every account of the person, this one as it was read first."""
    return [account, *book.accounts_of_consumer(account.consumer_id, beside=account.account_id)]


def apply_command(
    account_id: str,
    order: StaffCommand,
    decide: Callable[[Account], CommandResult | AccountChange],
    *,
    book: Accounts,
    now: datetime,
    known: Account | None = None,
) -> CommandResult:
    """Decide about an account and write it with its audit entry. `known` is the account as the
    caller has just read it, if it has; it is read anew where somebody wrote first."""
    read = [known] if known is not None else []

    def attempt() -> CommandResult:
        account = read.pop() if read else book.account(account_id)
        if account is None:
            return CommandResult(outcome="gone")
        if order.version is not None and account.version != order.version:
            return CommandResult(outcome="stale")
        step = decide(account)
        if isinstance(step, CommandResult):
            return step
        change = change_of(account, step, order, now)
        book.apply(change)
        return CommandResult(outcome="done", account=change.account)

    return retry_on_conflict(attempt)


def change_of(account: Account, step: AccountChange, order: StaffCommand, now: datetime) -> Change:
    return account_change(
        account,
        step.account,
        what=step.what,
        data={**step.data, "why": code(order.why, "why")},
        now=now,
        actor=staff(order.by),
    )


def woken(account_id: str, done: CommandResult, waker: LadderWaker) -> CommandResult:
    if done.outcome == "done":
        waker.wake(account_id)
    return done


_NO_LADDER = {
    Status.IMPORTED: "It is not activated yet: no ladder runs.",
    Status.ACTIVE: "Nothing is owed.",
    Status.SETTLED: "It is settled: nothing is owed.",
    Status.EXHAUSTED: "Its ladder has ended: every rung was used.",
    Status.FAILED: "Its ladder stopped on an error: decide about it in the queue first.",
    Status.CLOSED: "It is closed: the creditor took it back.",
}


def no_ladder(account: Account) -> CommandResult:
    """Nothing is done, for no ladder runs, and why not."""
    return CommandResult(outcome="gone", because=(("", _NO_LADDER[account.status]),))


def waits_for_nobody() -> CommandResult:
    """Nothing is done, for there is nothing to decide."""
    return CommandResult(outcome="gone", because=(("", "Nothing on it waits for a person."),))


def held_by(account: Account) -> CommandResult:
    if account.hold is None:
        return CommandResult(
            outcome="held", because=(("", account.escalated or "Paused by staff."),)
        )
    return CommandResult(outcome="held", because=(("", account.hold_reason or account.hold.value),))
