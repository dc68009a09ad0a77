"""Missing: what a complete file lacks beyond the bound rests until a person has said.

A file that was cut short looks like one in which most debts are paid. The accounts it lacks are
set aside, nothing is sent, and a person says of the whole file whether they are gone or stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from dunlin.domain.accounts import absence, lifecycle
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.standing import Standing
from dunlin.domain.money import Money
from dunlin.ports.accounts import Accounts
from dunlin.ports.imports import DropBox
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.staff_command import (
    AccountChange,
    CommandResult,
    StaffCommand,
    apply_command,
)
from dunlin.service.imports import work
from dunlin.service.imports.job import Job
from dunlin.service.imports.work import Named

CLOSED_ON, STOOD = "missing_since", "missing_was"
"""Extras of an account that a complete file lacked: the day on which that closed it, and where it
stood before."""
RESTS, STAYS = "missing_rests", "missing_stays"
"""Extras: the import that set it aside, and the one of which a person said that it stays."""
AT_ONCE = 2_000
"""Accounts that one call settles; a creditor with more says it again."""
A_PRESS = 250
"""Accounts that one press of a button settles: what a function does in half of its time."""


class MissingAccount(NamedTuple):
    """One account that a file lacks, with what its source last said is owed."""

    account_id: str
    reference: str
    minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingAccounts:
    """What one file lacked beyond the bound: `before` accounts were known of its source, these it
    does not name, and nobody has said yet what became of them."""

    creditor: str
    import_id: str
    file: str
    before: int
    accounts: tuple[MissingAccount, ...]

    @property
    def owed(self) -> str:
        """What they owed together by the files that last named them, each currency by itself."""
        sums: Counter[str] = Counter()
        for account in self.accounts:
            sums[account.currency] += account.minor
        return " and ".join(str(Money(minor, currency)) for currency, minor in sums.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledMissing:
    """How many accounts one call closed or took up again, and how many are left to do."""

    done: int
    left: int


def write_down(job: Job, absent: Iterable[Named], *, before: int, drop_box: DropBox) -> None:
    """Note what a file lacks, for a person to say; an import that is run again notes it once."""
    lacks = [[n.account_id, n.reference, n.minor, n.currency] for n in absent if not n.missing]
    content = {"file": job.key.rpartition("/")[2], "before": before, "accounts": lacks}
    work.write_json(drop_box, _key(job.creditor, job.import_id), content)


def open_questions(creditor: str, *, drop_box: DropBox) -> list[MissingAccounts]:
    """The files of a creditor of which a person must say whether what they lack is gone."""
    read = (
        (key, work.read_json(drop_box, key)) for key in drop_box.keys(f"work/{creditor}/missing/")
    )
    return [_missing(creditor, key, content) for key, content in read if content is not None]


def question(creditor: str, import_id: str, *, drop_box: DropBox) -> MissingAccounts | None:
    """What one import lacks and nobody has settled; None where there is nothing."""
    content = work.read_json(drop_box, _key(creditor, import_id))
    if content is None:
        return None
    return _missing(creditor, _key(creditor, import_id), content)


def settle(
    asked: MissingAccounts,
    order: StaffCommand,
    *,
    gone: bool,
    book: Accounts,
    waker: LadderWaker,
    drop_box: DropBox,
    now: datetime,
    at_once: int = AT_ONCE,
) -> SettledMissing:
    """Close the accounts that rest (`gone`), or take them up as they stood. At most `at_once` a
    call; safe to say again. One that a file has named since, or that somebody else settled, is
    left as it is. Raises `DomainError`, `Conflict`."""

    def decide(account: Account) -> CommandResult | AccountChange:
        if account.extras.get(RESTS) != asked.import_id:
            return CommandResult(outcome="unchanged")
        if gone:
            return AccountChange(
                what="AccountClosed", account=closed(account, now), data={"why": "absent"}
            )
        extras = account.extras | {STAYS: asked.import_id}
        after = named_again(replace(account, extras=extras), now)
        return AccountChange(what="AccountStays", account=after, data={"import": asked.import_id})

    some, rest = asked.accounts[:at_once], asked.accounts[at_once:]
    done = 0
    for lacking in some:
        result = apply_command(lacking.account_id, order, decide, book=book, now=now)
        done += result.outcome == "done"
        if result.account is not None:
            waker.wake(lacking.account_id)
    if rest:
        content = {"file": asked.file, "before": asked.before, "accounts": [list(a) for a in rest]}
        work.write_json(drop_box, _key(asked.creditor, asked.import_id), content)
    else:
        drop_box.remove(_key(asked.creditor, asked.import_id))
    return SettledMissing(done=done, left=len(rest))


def set_aside(account: Account, import_id: str) -> Account:
    """The account at rest, for a file lacks it that is perhaps cut short."""
    extras = account.extras | {RESTS: import_id, STOOD: Standing.of(account).text()}
    return replace(absence.set_aside(account), extras=extras)


def closed(account: Account, at: datetime) -> Account:
    """The account closed, for a complete file lacks it; where it stood is kept."""
    extras = {name: value for name, value in account.extras.items() if name != RESTS}
    stood = extras[STOOD] if RESTS in account.extras else Standing.of(account).text()
    extras |= {CLOSED_ON: at.date().isoformat(), STOOD: stood}
    if RESTS in account.extras:
        account = absence.take_up(account, Standing.read(stood), at)
    return replace(lifecycle.close(account), extras=extras)


def named_again(account: Account, at: datetime) -> Account:
    """The account as it stood before files lacked it, where one did and something is owed."""
    extras = dict(account.extras)
    closed_on, rests = extras.pop(CLOSED_ON, ""), extras.pop(RESTS, "")
    stood = extras.pop(STOOD, "")
    if account.balance.minor <= 0 or not (closed_on or rests):
        return account
    if not stood:  # closed before it was noted where it stood
        return replace(lifecycle.reimport(account), extras=extras)
    was = Standing.read(stood)
    if closed_on and account.status is Status.CLOSED:
        return replace(absence.restore(account, was, at), extras=extras)
    if rests and account.owes:
        return replace(absence.take_up(account, was, at), extras=extras)
    return account


def _missing(creditor: str, key: str, content: dict[str, Any]) -> MissingAccounts:
    return MissingAccounts(
        creditor=creditor,
        import_id=key.rpartition("/")[2].removesuffix(".json"),
        file=content["file"],
        before=content["before"],
        accounts=tuple(MissingAccount(*lacking) for lacking in content["accounts"]),
    )


def _key(creditor: str, import_id: str) -> str:
    return f"work/{creditor}/missing/{import_id}.json"
