"""What is in force on an account, for the first page: what the person said or asked for and what
follows from it, each with the way to change it or to take it back. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consequences import DISPUTES, INSURER_OWES, QUIET
from dunlin.domain.accounts.consumer import Channel, ConsentState, Consumer
from dunlin.domain.accounts.points import OPTED_OUT
from dunlin.domain.accounts.reasons import CHEQUE
from dunlin.domain.money import Money

# What the person's own word ends at once; what else may be taken back goes to staff, who have
# begun to look at it.
ENDED_AT_ONCE = frozenset({"promise", "cheque", "quiet"})
# A message that waits for an answer, by its kind in the staff queue.
_MESSAGES = ("dispute", "wrong_party", "hardship", "arrangement_request", "question", "reply")


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """One thing that stands. `kind` names its sentence; `since` and `until` are the person's
    calendar days, `amount` a part of the balance. `change` is the route where it can be changed,
    "" where there is none; `own`: the person may take it back. `quiet`: while it waits for staff
    no reminders go out."""

    kind: str
    since: date | None = None
    until: date | None = None
    amount: Money | None = None
    change: str = ""
    own: bool = False
    quiet: bool = False


def in_force(
    account: Account, person: Consumer, day: Callable[[datetime], date]
) -> tuple[InForce, ...]:
    """What stands now, the gravest first. `day` is the person's calendar day of an instant. A
    payment on its way, a plan and what is owed are the account's own standing, not here."""
    held = _held(account, day)
    asked = _asked(account, day, held)
    return (*held, *asked, *_messages_to(person))


def _held(account: Account, day: Callable[[datetime], date]) -> tuple[InForce, ...]:
    """What holds the account back, while something is owed."""
    if not account.owes:
        return ()
    until = day(account.due_at) if account.due_at is not None else None
    standing: list[InForce] = []
    match account.hold:
        case Hold.DISPUTE if DISPUTES in account.hold_reason:
            standing.append(InForce(kind="dispute", own=True))
        case Hold.PROMISE if account.hold_reason == CHEQUE:
            standing.append(InForce(kind="cheque", until=until, own=True))
        case Hold.PROMISE:
            standing.append(InForce(kind="promise", until=until, change="promise", own=True))
        case Hold.SNOOZED if account.hold_reason == QUIET:
            standing.append(InForce(kind="quiet", until=until, change="snooze", own=True))
        case Hold.SNOOZED:
            standing.append(InForce(kind="rest", until=until))
        case Hold.INSURER:
            by_them = account.hold_reason == INSURER_OWES
            standing.append(InForce(kind="insurer", change="insurance", own=by_them))
        case Hold.REVIEW if _message(account) not in _MESSAGES:
            standing.append(InForce(kind="review"))
    kind = _message(account)
    if account.contested_minor and account.hold is not Hold.DISPUTE and kind == "dispute":
        part = replace(account.balance, minor=account.contested_minor)
        standing.append(InForce(kind="dispute_part", amount=part, own=True))
    if account.paused and account.hold is not Hold.DISPUTE:
        standing.append(InForce(kind="paused"))
    return tuple(standing)


def _message(account: Account) -> str:
    """The kind of the message that waits for an answer, "" where none does."""
    return account.case.kind if account.case is not None and account.has_open_message else ""


def _asked(
    account: Account, day: Callable[[datetime], date], held: tuple[InForce, ...]
) -> tuple[InForce, ...]:
    """The oldest message that waits for an answer, unless what holds the account says it."""
    case = account.case
    if case is None or case.asked_at is None or case.kind not in _MESSAGES:
        return ()
    if case.kind == "dispute" and any(item.kind.startswith("dispute") for item in held):
        return ()
    return (
        InForce(
            kind=case.kind,
            since=day(case.asked_at),
            own=case.kind != "wrong_party",
            quiet=account.owes and account.hold in (Hold.REVIEW, Hold.DISPUTE),
        ),
    )


def _messages_to(person: Consumer) -> tuple[InForce, ...]:
    """Whom we write to, and on what: a lawyer instead, nobody, one channel alone."""
    standing = [InForce(kind="attorney")] if "attorney" in person.flags else []
    if "cease" in person.flags:
        return (*standing, InForce(kind="cease"))
    closed = [c for c in Channel if person.points(c) and not person.consent(c).open]
    stopped = [c for c in closed if OPTED_OUT[c] in person.flags or _ruled_out(person, c)]
    if not stopped:
        return tuple(standing)
    if all(not person.consent(c).open for c in Channel):
        return (*standing, InForce(kind="stopped", change="channels"))
    only = (InForce(kind=f"no_{channel.value}", change="channels") for channel in stopped)
    return (*standing, *only)


def _ruled_out(person: Consumer, channel: Channel) -> bool:
    """True where the person chose against a channel on their page, after having had it."""
    flag = person.flags.get("medium_optout")
    ruled = channel.value in flag.detail.get("value", ()) if flag is not None else False
    before = person.consent(channel)
    return ruled and before.state is not ConsentState.GRANTED and before.version > 0
