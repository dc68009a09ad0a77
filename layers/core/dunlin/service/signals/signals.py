"""Signals: write what a consumer or a provider did, then wake the ladders it concerns.

The account book comes first: a lost or late wake costs time, never correctness. A repeated
signal writes nothing and wakes again, since its first delivery may have died in between.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from dunlin.domain.accounts import lifecycle, shown
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consequences import (
    ABOUT_ANOTHER,
    PERSONAL,
    Consequence,
    asks_nothing,
    follow,
)
from dunlin.domain.accounts.consumer import Channel, Consumer, ContactHistory, PastContact, read_on
from dunlin.domain.accounts.signal import Signal, SignalKind, wakes
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.audit import audit
from dunlin.domain.errors import DomainError, Unavailable
from dunlin.ports.accounts import (
    AccountsAndPeople,
    AlreadySeen,
    BoundAccounts,
    BoundStrategies,
    Change,
    Conversations,
    People,
    Reply,
)
from dunlin.ports.contact import Touches
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.writing import account_change, retry_on_conflict, write

_TRIES = 10
# These change the person, so every account of theirs looks again.
_OF_THE_PERSON = PERSONAL | {
    SignalKind.OPT_OUT,
    SignalKind.COMPLAINT,
    SignalKind.WRONG_PARTY,
    SignalKind.BOUNCE,
    SignalKind.PREFERENCE,
}
_OF_THE_TOUCH = frozenset(
    {SignalKind.DELIVERED, SignalKind.OPEN, SignalKind.CLICK, SignalKind.BOUNCE}
)

_READ = {
    SignalKind.OPEN: "opened",
    SignalKind.CLICK: "clicked",
    SignalKind.PORTAL_VISIT: "visited",
}
_MOVES_TOUCH = _OF_THE_TOUCH | {SignalKind.COMPLAINT, SignalKind.PORTAL_VISIT}


class SignalBook(AccountsAndPeople, BoundAccounts, Conversations, Touches, Protocol):
    """Whom a signal concerns, and the message that it answers."""


def apply_signal(
    signal: Signal,
    *,
    book: SignalBook,
    waker: LadderWaker,
    now: datetime,
    reply: Reply | None = None,
) -> bool:
    """Apply one signal; True where it was written now.

    False where it was applied before, or names nobody and nothing we know. A `reply` is stored
    in the same transaction as what it changes. Raises `Unavailable` where the touch's sender may
    still be at work, and `Conflict` where others kept writing first: deliver it again.
    """
    try:
        applied, own = retry_on_conflict(
            lambda: _write(signal, reply, book=book, now=now), tries=_TRIES
        )
    except AlreadySeen:
        applied, own = False, book.account(signal.account_id) if signal.account_id else None
    accounts = _concerned(signal, own, book)
    if signal.kind in PERSONAL:
        for account in accounts:
            if account.account_id != signal.account_id:
                _hold_too(account, signal, book=book, now=now)
    if _wakes(signal):
        for account in accounts:
            if account.status is Status.ACTIVE:
                waker.wake(account.account_id)
    return applied


def _wakes(signal: Signal) -> bool:
    # A complaint is an opt-out in effect; a soft bounce changes nothing that a ladder reads.
    if signal.kind is SignalKind.BOUNCE:
        return bool(signal.detail.get("permanent"))
    return wakes(signal.kind) or signal.kind is SignalKind.COMPLAINT


def _write(
    signal: Signal, reply: Reply | None, *, book: SignalBook, now: datetime
) -> tuple[bool, Account | None]:
    """Whether it was written, and the account as it is then."""
    account, consumer, history = _subjects(signal, book)
    touch = _find_touch(signal, account, book)
    if account is None and consumer is None:
        return False, None
    if touch is not None and _being_sent(touch, now):
        if signal.kind in _OF_THE_TOUCH:
            raise Unavailable("sender", f"touch {touch.touch_id} is being sent", certain=True)
        touch = None  # what binds the person is written at once, whatever becomes of the touch
    rests = _rests(signal, account, book)
    then = follow(signal, account=account, consumer=consumer, touch=touch, rests=rests)
    change = Change(
        history=_history(signal, reply, touch, account, history, now=now),
        touch_move=(then.touch, [touch.state.value]) if then.touch and touch else None,
        reply=reply,
        seen=signal.signal_id,
    )
    if then.consumer is not None:
        change = _with_person(change, then.consumer, then, now)
    if then.account is not None and account is not None:
        change = account_change(
            account,
            then.account,
            what=then.account_what,
            data={**then.data, "hold": then.account.hold.value if then.account.hold else ""},
            now=now,
            actor=_actor(then),
            besides=change,
        )
    book.apply(change)
    return True, change.account or account


def _subjects(
    signal: Signal, book: AccountsAndPeople
) -> tuple[Account | None, Consumer | None, ContactHistory | None]:
    """The account, the person and their contact history. A creditor without a strategy must not
    keep anybody from opting out: then the history stays as it is."""
    try:
        facts = book.facts(signal.account_id) if signal.account_id else None
    except DomainError:
        facts = None
    if facts is not None and signal.consumer_id in (None, "", facts.consumer.consumer_id):
        return facts.account, facts.consumer, facts.history
    account = book.account(signal.account_id) if signal.account_id else None
    consumer_id = signal.consumer_id or (account.consumer_id if account else None)
    consumer = book.consumer(consumer_id) if consumer_id else None
    # The record that the signal names may have been taken in by the account's.
    standing = consumer.consumer_id if consumer is not None else ""
    if facts is not None and standing == facts.consumer.consumer_id:
        return facts.account, facts.consumer, facts.history
    return account, consumer, facts.history if facts is not None else None


def _with_person(change: Change, person: Consumer, then: Consequence, now: datetime) -> Change:
    consents = {c.value: s.state.value for c, s in sorted(person.consents.items())}
    entry = audit.append(
        subject=f"consumer#{person.consumer_id}",
        sequence=person.version + 1,
        previous=person.audit_head,
        at=now,
        actor=_actor(then),
        what=then.consumer_what,
        data={**then.data, "consents": consents, **shown.of_person(person)},
    )
    person = replace(person, version=person.version + 1, audit_head=entry.hash)
    return replace(change, consumer=person, audit=[entry])


def _actor(then: Consequence) -> str:
    return "provider" if then.data["kind"] in _BY_PROVIDERS else "consumer"


def _rests(signal: Signal, account: Account | None, book: BoundStrategies) -> timedelta | None:
    """How long a reply that asks nothing rests a ladder; None leaves it to staff."""
    if account is None or signal.kind is not SignalKind.REPLY:
        return None
    try:
        choice = book.strategy_of(account).coordination
    except DomainError:
        return None
    days = choice.resume_after_reply_days
    return timedelta(days=days) if days else None


def _find_touch(signal: Signal, account: Account | None, book: SignalBook) -> Touch | None:
    if account is None or not signal.touch_id or signal.kind not in _MOVES_TOUCH:
        return None
    message_id = str(signal.detail.get("message_id", ""))
    touch = book.touch_by_message(message_id) if message_id else None
    if touch is not None and touch.touch_id == signal.touch_id:
        return book.touch(touch.account_id, touch.key)  # the index may lag behind its state
    # Its sender died before it could record the message id: only the touch id leads to it.
    touches = book.conversation(account.account_id).touches
    return next((t for t in touches if t.touch_id == signal.touch_id), None)


def _being_sent(touch: Touch, now: datetime) -> bool:
    """A provider may be quicker than the sender's own record. The sender writes first: it also
    plans the next step, which nobody would do if the touch were settled under its hands."""
    return touch.state in (TouchState.PERMITTED, TouchState.UNKNOWN) and now < touch.expires_at


_BY_PROVIDERS = frozenset({SignalKind.BOUNCE.value, SignalKind.COMPLAINT.value})


def _history(
    signal: Signal,
    reply: Reply | None,
    touch: Touch | None,
    account: Account | None,
    history: ContactHistory | None,
    *,
    now: datetime,
) -> ContactHistory | None:
    """The contact history with what the caps, the rules about replies and the planner must know:
    a message came in, one of ours did not arrive, or the person read it."""
    bounced = signal.kind is SignalKind.BOUNCE and signal.detail.get("permanent")
    if signal.kind is SignalKind.PREFERENCE:
        counts = bool(account and _opened(signal, account))
    else:
        counts = bool(reply or (touch and (bounced or signal.kind in _READ)))
    if account is None or history is None or not counts:
        return None
    contacts = list(history.kept(now))
    if signal.kind is SignalKind.PREFERENCE:
        contacts += _opened(signal, account)
    elif reply is not None:
        contacts.append(
            PastContact(
                at=reply.at,
                channel=reply.channel,
                direction="in",
                outcome="received",
                account_id=account.account_id,
                template=reply.labels[0] if reply.labels else "",
                touch_id=reply.reply_id,
            )
        )
    elif touch is not None:
        contacts = [_moved(c, signal) if c.touch_id == touch.touch_id else c for c in contacts]
        if tuple(contacts) == history.contacts:
            return None
    return replace(history, contacts=tuple(contacts), version=history.version + 1)


def _moved(contact: PastContact, signal: Signal) -> PastContact:
    """A contact of ours after it bounced, or after the person read it, so far as is known."""
    if signal.kind is SignalKind.BOUNCE:
        return replace(contact, outcome=TouchState.BOUNCED.value)
    return read_on(contact, _READ[signal.kind], signal.at)


def _opened(signal: Signal, account: Account) -> list[PastContact]:
    """The channels that a person opens by a wish: said on that channel, as a START would be,
    which is what undoes a STOP in the rules about replies."""
    wished: dict[str, Any] = dict(signal.detail.get("channels") or {})
    return [
        PastContact(
            at=signal.at,
            channel=channel.value,
            direction="in",
            outcome="received",
            account_id=account.account_id,
            template="start",
            touch_id=f"{signal.signal_id}/{channel.value}",
        )
        for channel in Channel
        if wished.get(channel.value)
    ]


def _concerned(signal: Signal, account: Account | None, book: People) -> list[Account]:
    consumer_id = signal.consumer_id or (account.consumer_id if account else None)
    if signal.kind in _OF_THE_PERSON and consumer_id:
        if account is None or account.consumer_id != consumer_id:
            person = book.consumer(consumer_id)
            consumer_id = person.consumer_id if person is not None else consumer_id
        read = [account] if account is not None else []
        beside = account.account_id if account is not None else ""
        return [*read, *book.accounts_of_consumer(consumer_id, beside=beside)]
    return [account] if account else []


def _hold_too(account: Account, signal: Signal, *, book: BoundAccounts, now: datetime) -> None:
    """Hold another account of a person who wrote back, until staff has read it, or as long as
    the creditor rests a ladder for it."""

    def attempt() -> bool:
        stored = book.account(account.account_id)
        if stored is None or not stored.on_ladder:
            return False
        rests = _rests(signal, stored, book)
        if rests is not None and asks_nothing(signal):
            held = lifecycle.rest_after(stored, ABOUT_ANOTHER, signal.at + rests)
        else:
            held = lifecycle.hold(stored, Hold.REVIEW, ABOUT_ANOTHER, signal.at)
        if held == stored:
            return False
        write(
            book,
            stored,
            held,
            what="AccountHeld",
            data={"signal_id": signal.signal_id, "kind": signal.kind.value, "hold": held.hold},
            now=now,
            actor="consumer",
            besides=Change(seen=f"{signal.signal_id}/{stored.account_id}"),
        )
        return True

    with suppress(AlreadySeen):  # staff may have lifted it since: not again for the same reply
        retry_on_conflict(attempt, tries=_TRIES)
