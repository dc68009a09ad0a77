"""What staff set right about how a reply was read: obeyed at once, and kept to train on.

The correction is an entry of the account's log, by ids and codes; the words stay where they are
kept, and leave that place for training only without those that name people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.errors import DomainError
from dunlin.domain.replies.reading import HALTING, LABELS
from dunlin.domain.replies.unnamed import unnamed
from dunlin.ports.accounts import Conversations, People, Portfolios, Reply
from dunlin.ports.audit import AuditLog
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.staff_command import (
    AccountChange,
    CommandResult,
    StaffCommand,
    apply_command,
)
from dunlin.service.signals.signals import SignalBook, apply_signal

CORRECTED = "ReplyCorrected"


class CorrectedBook(Portfolios, Conversations, People, Protocol):
    """A creditor's accounts, their people and what they wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A text without names, the label that staff gave it, and how it had been read."""

    text: str
    label: str
    was: tuple[str, ...]


def correct(
    account_id: str,
    order: StaffCommand,
    label: str,
    *,
    reply_id: str = "",
    book: SignalBook,
    waker: LadderWaker,
    now: datetime,
) -> CommandResult:
    """Say what a reply is: the one named, or the person's last. An opt-out and what halts is
    obeyed as if it had been read so; a hold or a channel that was closed wrongly is opened by its
    own command. Raises `DomainError` for a label that does not exist."""
    if label not in LABELS:
        raise DomainError(f"a label is one of {', '.join(sorted(LABELS))}")
    replies = book.conversation(account_id).replies
    spoken = [r for r in replies if r.text and reply_id in ("", r.reply_id)]
    if not spoken:
        return CommandResult(outcome="gone", because=(("", "Nobody wrote that."),))
    reply = max(spoken, key=lambda each: each.at)

    def decide(account: Account) -> CommandResult | AccountChange:
        data = {"reply_id": reply.reply_id, "label": label, "was": list(reply.labels)}
        return AccountChange(what=CORRECTED, account=account, data=data)

    done = apply_command(account_id, order, decide, book=book, now=now)
    if done.outcome == "done" and (label == "opt_out" or label in HALTING):
        _obey(reply, label, order, book=book, waker=waker, now=now)
    return done


def _obey(
    reply: Reply,
    label: str,
    order: StaffCommand,
    *,
    book: SignalBook,
    waker: LadderWaker,
    now: datetime,
) -> None:
    signal = Signal(
        signal_id=f"{reply.reply_id}-{label}",
        kind=SignalKind.OPT_OUT if label == "opt_out" else SignalKind.REPLY,
        at=now,
        account_id=reply.account_id,
        consumer_id=reply.consumer_id,
        channel=reply.channel,
        detail={"by": f"staff:{order.by}", "labels": [label]},
    )
    apply_signal(signal, book=book, waker=waker, now=now)


def corrections(creditor: str, *, book: CorrectedBook, log: AuditLog) -> Iterator[Correction]:
    """Every correction of a creditor's replies whose words are still kept, the last for each."""
    for account in book.accounts_of_creditor(creditor):
        entries = [
            entry.data
            for entry in log.chain(f"account#{account.account_id}")
            if entry.what == CORRECTED
        ]
        given = {str(data["reply_id"]): str(data["label"]) for data in entries}
        if not given:
            continue
        person = book.consumer(account.consumer_id)
        known = [person.name, person.given_name, person.street, person.city] if person else []
        for reply in book.conversation(account.account_id).replies:
            if reply.text and reply.reply_id in given:
                yield Correction(
                    text=unnamed(reply.text, known), label=given[reply.reply_id], was=reply.labels
                )
