"""The staff queue as a list with buttons: what waits, by when, whose it is, and what to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.views.widgets.words import KINDS, TRIGGERS, age, masked, words

if TYPE_CHECKING:
    from dunlin.service.staff.queue import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One item as it is shown: its kind and why it waits in words, facts in a line, and the
    decisions with their label and the question that is asked before one is taken."""

    waiting: Waiting
    kind: str
    because: str
    facts: tuple[str, ...]
    choices: tuple[tuple[str, str, str], ...]


def queue_row(waiting: Waiting, now: datetime) -> QueueRow:
    """An item of the queue in words."""
    account = waiting.item.account
    days = account.days_past_due(now.date())
    return QueueRow(
        waiting=waiting,
        kind=KINDS[waiting.item.kind],
        because=_waits_because(account, waiting.request),
        facts=(
            account.creditor,
            masked(waiting.consumer.name) if waiting.consumer else "•••",
            f"{days} days past due" if days is not None else "no due date",
            f"waiting for {age(waiting.item.since, now)}",
            *(f"also: {KINDS[kind]}" for kind in waiting.item.also),
            f"with {waiting.item.owner}" if waiting.item.owner else "with nobody yet",
        ),
        choices=_choices(waiting),
    )


def _waits_because(account: Account, request: Arrangement | None) -> str:
    if request is not None:
        terms = request.terms
        how = f"{terms.frequency.value.replace('_', ' ')}, {terms.total} in all"
        first, last = terms.instalments[0], terms.instalments[-1]
        return (
            f"Asks to pay {len(terms.instalments)} times, {how}: {first.amount} on "
            f"{first.due_on:%d %b %Y}, the last {last.amount} on {last.due_on:%d %b %Y}."
        )
    if account.escalated:
        return f"{TRIGGERS.get(account.escalated, words(account.escalated))}."
    if account.hold_reason:
        return account.hold_reason
    return (
        "A message waits for an answer." if account.has_open_message else "No reason was recorded."
    )


def _then(account: Account) -> str:
    """What an approval lets go on, "" where no ladder does."""
    if account.status is Status.FAILED:
        return " and begin its ladder anew"
    return " and let its ladder continue" if account.on_ladder else ""


def _choices(waiting: Waiting) -> tuple[tuple[str, str, str], ...]:
    account = waiting.item.account
    name = f"{account.reference} ({account.balance})"
    close = ("close", "Close", f"Close {name} for good? Its ladder ends and no message follows.")
    if waiting.request is not None:
        asked = f"the arrangement asked for on {name}"
        yes = ("approve", "Agree", f"Agree to {asked}, beyond the limits, and tell the person?")
        no = ("decline", "Decline", f"Decline {asked} and tell the person?")
    else:
        yes = ("approve", "Approve", f"Lift the hold on {name}{_then(account)}?")
        no = ("decline", "Keep on hold", f"Keep {name} on hold? Nothing is sent meanwhile.")
    return (yes, no, close) if waiting.approvable else (no, close)
