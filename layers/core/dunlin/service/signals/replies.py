"""Replies: what a person wrote back is read once, stored and obeyed, whichever way it came.

STOP and its kin come before everything else and are never refused. A person reads every other
reply before anything more is sent (US-TCPA-AMBIG); HELP changes nothing and is
answered once a day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel, Consumer, PastContact, zone_of
from dunlin.domain.accounts.promised import PROMISE_DAYS, promise_rest
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.errors import DomainError
from dunlin.domain.replies.inbound import Inbound
from dunlin.domain.replies.model import ReplyModel
from dunlin.domain.replies.reading import ReplyReading, read
from dunlin.domain.replies.unspoken import QUIET
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


class SenderBook(SignalBook, Addresses, Protocol):
    """All of `SignalBook`, found by the address that it came from."""


def read_reply(
    inbound: Inbound,
    *,
    book: SenderBook,
    creditors: Creditors,
    waker: LadderWaker,
    now: datetime,
    model: ReplyModel | None = None,
) -> str:
    """Store and obey one text; what the lists hear binds, the `model` may only add to it.

    One word for the metric: opt_out, start, help, reply, nobody, or what no person worded
    (reaction, automatic, picture).

    Raises `Conflict` where others kept writing first: deliver it again.
    """
    people = book.consumers_at(inbound.sender)
    if not people:
        return "nobody"
    reading = read(
        inbound.text, channel=Channel.SMS.value, now=now, zone=zone_of(people[0]), model=model
    )
    touch = book.touch_by_message(inbound.answers) if inbound.answers else None
    homes = {p.consumer_id: _home(p, touch, book) for p in people}
    for person in _meant(people, inbound, touch, homes, creditors, stops=reading.opt_out):
        obey(
            reading,
            text=inbound.text,
            channel=Channel.SMS,
            once=inbound.message_id,
            person=person,
            account=homes[person.consumer_id].account,
            book=book,
            waker=waker,
            now=now,
        )
    return next((label for label in reading.labels if label in _COUNTED), "reply")


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


def obey(
    reading: ReplyReading,
    *,
    text: str,
    channel: Channel,
    once: str,
    person: Consumer,
    account: Account | None,
    book: SignalBook,
    waker: LadderWaker,
    now: datetime,
) -> str:
    """Store a reply of the person with the account that it speaks of, and do what it asks. `once`
    names the delivery: the same again changes nothing. Gives the id of the reply. Raises
    `Conflict`."""
    named = f"{once}\x1f{person.consumer_id}"
    reply_id = f"rep_{hashlib.sha256(named.encode()).hexdigest()[:32]}"
    labels = reading.labels
    reply = Reply(
        reply_id=reply_id,
        account_id=account.account_id if account else None,
        consumer_id=person.consumer_id,
        channel=channel.value,
        at=now,
        text=text,
        labels=labels,
    )
    kind, detail = _kind(reading, person, account, book, now)
    stored = reply if account else None
    if kind is None:
        with suppress(AlreadySeen):
            book.apply(Change(reply=stored, seen=reply_id))
        if labels == ("help",) and account is not None:
            # One cause and kind give one message: HELP is answered once a day.
            day = now.astimezone(zone_of(person)).date()
            waker.notice(account=account, kind="help", cause=f"{person.consumer_id}.{day}")
        return reply_id
    signal = Signal(
        signal_id=reply_id,
        kind=kind,
        at=now,
        account_id=reply.account_id,
        consumer_id=person.consumer_id,
        channel=channel.value,
        detail={"by": channel.value, "labels": list(labels), **detail},
    )
    apply_signal(signal, book=book, waker=waker, now=now, reply=stored)
    if kind is SignalKind.OPT_OUT and account and channel is Channel.SMS and reading.answerable:
        # Asked again on a repeat too: one cause and kind give one message (US-TCPA-CONFIRM).
        # Where the carrier answers STOP by itself it also refuses ours, so one arrives.
        waker.notice(account=account, kind="opt_out_confirmation", cause=reply_id)
    return reply_id


def _kind(
    reading: ReplyReading,
    person: Consumer,
    account: Account | None,
    book: SignalBook,
    now: datetime,
) -> tuple[SignalKind | None, dict[str, Any]]:
    """What a reply does: an opt-out whatever else it says; START and HELP only by themselves; a
    promise and the wish for a plan what they do on the portal."""
    labels = reading.labels
    if "opt_out" in labels:
        return SignalKind.OPT_OUT, {}
    if labels == ("start",):
        return SignalKind.PREFERENCE, {"start": Channel.SMS.value}
    if len(labels) == 1 and labels[0] in _ALONE:
        return None, {}
    if labels == ("plan_request",):
        return SignalKind.PLAN_REQUEST, {}
    if labels == ("promise",) and account is not None:
        detail = _promised(reading, person, account, book, now)
        return (SignalKind.REPLY, {}) if detail is None else (SignalKind.PROMISE, detail)
    return SignalKind.REPLY, {}


def _promised(
    reading: ReplyReading, person: Consumer, account: Account, book: SignalBook, now: datetime
) -> dict[str, str] | None:
    """The detail of a promise that names a day ahead; None where staff must ask for one."""
    on, zone = reading.promise_on, zone_of(person)
    today = now.astimezone(zone).date()
    if on is None or not today <= on <= today + timedelta(days=PROMISE_DAYS):
        return None
    try:
        grace = book.strategy_of(account).coordination.promise_grace_days
    except DomainError:
        return None  # nobody has said how long a promise is waited for
    replies = book.conversation(account.account_id).replies
    earlier = sum("promise" in reply.labels for reply in replies)
    return promise_rest(on, grace_days=grace, zone=zone, earlier=earlier)
