"""Replies: a text that a person wrote back is stored, read by the fixed lists, and obeyed.

STOP and its kin come before everything else and are never refused. A person reads every other
reply before anything more is sent (US-TCPA-AMBIG); HELP changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel, Consumer, PastContact
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.errors import DomainError
from dunlin.domain.messages.inbound import Inbound
from dunlin.domain.messages.reply_model import ReplyModel, add_to
from dunlin.domain.messages.unspoken import DISLIKE, QUIET, unspoken, worded
from dunlin.domain.rulebook.replies import ReplySignals, classify_reply
from dunlin.ports.accounts import (
    Accounts,
    AccountsAndPeople,
    Addresses,
    AlreadySeen,
    Change,
    Reply,
)
from dunlin.ports.machines import LadderWaker
from dunlin.ports.strategies import Creditors
from dunlin.service.signals.signals import SignalBook, apply_signal

# What changes nothing where it stands alone.
_ALONE = {"help", *QUIET}
_COUNTED = {"opt_out", "start", *_ALONE}
# What the classifier calls a matter, where the labels of a reply call it otherwise.
_LABELS = {"wrong_person": "wrong_party", "wrong_number": "wrong_party"}


class SenderBook(SignalBook, Addresses, Protocol):
    """All of `SignalBook`, found by the address that it came from."""


def labels_of(heard: ReplySignals) -> tuple[str, ...]:
    """The labels of a reply, the one that binds most first. Any opt-out is an opt-out, whatever
    channel it names (PLAT-OPTOUT-ALL)."""
    others = sorted(_LABELS.get(name, name) for name in heard.signals)
    stops = heard.opt_out or any(name.endswith("opt_out") for name in others)
    return tuple(
        dict.fromkeys(
            [
                *(["opt_out"] if stops else []),
                *(["ambiguous"] if heard.ambiguous else []),
                *(n for n in others if not n.endswith("opt_out")),
                *(["start"] if heard.start else []),
                *(["help"] if heard.help else []),
            ]
        )
    )


def read_reply(
    inbound: Inbound,
    *,
    book: SenderBook,
    creditors: Creditors,
    waker: LadderWaker,
    now: datetime,
    model: ReplyModel | None = None,
) -> str:
    """Store and obey one reply; what the lists hear binds, the `model` may only add to it.

    One word for the metric: opt_out, start, help, reply, nobody, or what no person worded
    (reaction, automatic, picture).

    Raises `Conflict` where others kept writing first: deliver it again.
    """
    people = book.consumers_at(inbound.sender)
    if not people:
        return "nobody"
    labels = _labels(inbound.text, model)
    touch = book.touch_by_message(inbound.answers) if inbound.answers else None
    homes = {p.consumer_id: _home(p, touch, book) for p in people}
    for person in _meant(people, inbound, touch, homes, creditors, stops="opt_out" in labels):
        _take_down(
            person,
            homes[person.consumer_id].account,
            inbound,
            labels=labels,
            book=book,
            waker=waker,
            now=now,
        )
    return next((label for label in labels if label in _COUNTED), "reply")


def _labels(text: str, model: ReplyModel | None) -> tuple[str, ...]:
    """What binds of a text. What no person worded is kept under its own label, unless an opt-out
    stands beside what was quoted or recited."""
    kind = unspoken(text)
    if kind and "opt_out" not in labels_of(classify_reply(worded(text))):
        # Who shows that they mind is read by a person first.
        return ("ambiguous",) if kind == DISLIKE else (kind,)
    labels = labels_of(classify_reply(text))
    return labels if model is None else add_to(labels, text, model)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    """The account a person's reply most likely speaks of, and when we last wrote about it."""

    account: Account | None
    written_at: datetime | None = None


def _home(person: Consumer, touch: Touch | None, book: AccountsAndPeople) -> _Home:
    accounts = {a.account_id: a for a in book.accounts_of_consumer(person.consumer_id)}
    if not accounts:
        return _Home(account=None)
    if touch is not None and touch.account_id in accounts:
        return _Home(account=accounts[touch.account_id], written_at=touch.permitted_at)
    for contact in reversed(_contacts(next(iter(accounts)), book)):
        ours = contact.direction == "out" and contact.channel == Channel.SMS.value
        if ours and contact.account_id in accounts:
            return _Home(account=accounts[contact.account_id], written_at=contact.at)
    likely = sorted(accounts.values(), key=lambda a: (not a.on_ladder, not a.owes))
    return _Home(account=likely[0])


def _contacts(account_id: str, book: Accounts) -> tuple[PastContact, ...]:
    try:
        return book.facts(account_id).history.contacts
    except DomainError:
        return ()  # a creditor without a strategy must not keep anybody from opting out


def _meant(
    people: list[Consumer],
    inbound: Inbound,
    touch: Touch | None,
    homes: Mapping[str, _Home],
    creditors: Creditors,
    *,
    stops: bool,
) -> list[Consumer]:
    """Whom a reply speaks for. A creditor sees only what was meant for it: the one whose
    number was written to, or whose message was answered, or who wrote last. An opt-out sent to
    a number that several creditors share speaks to all of them."""
    owners = {p.creditor for p in people if _number_of(p.creditor, creditors) == inbound.receiver}
    if owners:
        return [p for p in people if p.creditor in owners]
    if stops:
        return people
    if touch is not None:
        return [p for p in people if p.creditor == touch.creditor]
    latest = max(people, key=lambda p: _last(homes[p.consumer_id]))
    return [p for p in people if p.creditor == latest.creditor]


def _last(home: _Home) -> float:
    return home.written_at.timestamp() if home.written_at else 0.0


def _number_of(creditor: str, creditors: Creditors) -> str:
    strategy = creditors.strategy(creditor)
    return strategy.brand.sms_origination if strategy else ""


def _take_down(
    person: Consumer,
    account: Account | None,
    inbound: Inbound,
    *,
    labels: tuple[str, ...],
    book: SignalBook,
    waker: LadderWaker,
    now: datetime,
) -> None:
    once = f"{inbound.message_id}\x1f{person.consumer_id}"
    reply_id = f"rep_{hashlib.sha256(once.encode()).hexdigest()[:32]}"
    reply = Reply(
        reply_id=reply_id,
        account_id=account.account_id if account else None,
        consumer_id=person.consumer_id,
        channel=Channel.SMS.value,
        at=now,
        text=inbound.text,
        labels=labels,
    )
    kind, detail = _kind(labels)
    stored = reply if account else None
    if kind is None:
        with suppress(AlreadySeen):
            book.apply(Change(reply=stored, seen=reply_id))
        return
    signal = Signal(
        signal_id=reply_id,
        kind=kind,
        at=now,
        account_id=reply.account_id,
        consumer_id=person.consumer_id,
        channel=Channel.SMS.value,
        detail={"by": "sms", "labels": list(labels), **detail},
    )
    apply_signal(signal, book=book, waker=waker, now=now, reply=stored)
    if kind is SignalKind.OPT_OUT and account is not None:
        # Asked again on a repeat too: one cause and kind give one message (US-TCPA-CONFIRM).
        # Where the carrier answers STOP by itself it also refuses ours, so one arrives.
        waker.notice(account=account, kind="opt_out_confirmation", cause=reply_id)


def _kind(labels: tuple[str, ...]) -> tuple[SignalKind | None, dict[str, Any]]:
    """What a reply does: an opt-out whatever else it says; START and HELP only by themselves."""
    if "opt_out" in labels:
        return SignalKind.OPT_OUT, {}
    if labels == ("start",):
        return SignalKind.PREFERENCE, {"start": Channel.SMS.value}
    if len(labels) == 1 and labels[0] in _ALONE:
        return None, {}
    return SignalKind.REPLY, {}
