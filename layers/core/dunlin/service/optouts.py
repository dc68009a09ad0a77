"""Opt-out lists of the providers, kept in step with ours in both directions (L9, F27).

What a provider closed and we do not know becomes a signal like any other. What people closed with
us is put on the provider's list where its API allows it. Nobody is ever opted in from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dunlin.domain.consumer import Channel, ConsentState, Consumer
from dunlin.domain.signal import Signal, SignalKind
from dunlin.domain.tokens import address_hash
from dunlin.ports import AccountBook, Alarm, Creditors, OptOutLists
from dunlin.service.signals import apply_signal


@dataclass(frozen=True, slots=True, kw_only=True)
class InStep:
    """What one reconciliation did: people closed here after a provider's list, addresses put on
    a provider's list after ours, and entries of a provider that nobody here has."""

    closed: int = 0
    listed: int = 0
    strangers: int = 0


def reconcile_optouts(
    *,
    lists: OptOutLists,
    book: AccountBook,
    creditors: Creditors,
    alarm: Alarm,
    now: datetime,
) -> InStep:
    """Bring both sides in step; repeating it changes nothing. Raises `Unavailable` where a list
    cannot be read: what was written until then stays, and the next run does the rest."""
    closed = strangers = 0
    for number in lists.phones():
        people = book.consumers_at(number)
        strangers += not people
        for person in people:
            closed += _close(person, number, SignalKind.OPT_OUT, book=book, alarm=alarm, now=now)
    suppressed = {entry.address.lower(): entry.complained for entry in lists.emails()}
    for address, complained in suppressed.items():
        people = book.consumers_at(address)
        strangers += not people
        kind = SignalKind.OPT_OUT if complained else SignalKind.BOUNCE
        for person in people:
            closed += _close(person, address, kind, book=book, alarm=alarm, now=now)
    listed = 0
    for address in _closed_here(book, creditors):
        if address not in suppressed:
            lists.suppress(address)
            listed += 1
    return InStep(closed=closed, listed=listed, strangers=strangers)


def _close(
    person: Consumer,
    address: str,
    kind: SignalKind,
    *,
    book: AccountBook,
    alarm: Alarm,
    now: datetime,
) -> bool:
    channel = Channel.EMAIL if "@" in address else Channel.SMS
    consent, hashed = person.consent(channel), address_hash(address)
    if consent.state is ConsentState.REVOKED:
        return False
    bounced = person.flags.get(f"{channel.value}_bounced")
    dead = bounced.detail.get("address_hashes", ()) if bounced else ()
    if kind is SignalKind.BOUNCE and hashed in dead:
        return False  # known, and another address of theirs is in use
    return apply_signal(
        Signal(
            # A consent that was given anew and is still on the list is a new finding.
            signal_id=f"list-{hashed[:24]}-{person.consumer_id}-{consent.version}",
            kind=kind,
            at=now,
            consumer_id=person.consumer_id,
            channel=channel.value,
            detail={
                "by": "provider_list",
                "permanent": kind is SignalKind.BOUNCE,
                "address_hash": hashed,
            },
        ),
        book=book,
        alarm=alarm,
        now=now,
    )


def _closed_here(book: AccountBook, creditors: Creditors) -> Iterator[str]:
    """Addresses that no creditor may write to any more, each once. A provider's list knows no
    creditors: one who may still write must not be silenced by another's opt-out."""
    seen: set[str] = set()
    for creditor in creditors.all():
        for account in book.accounts_of_creditor(creditor):
            if account.consumer_id in seen:
                continue
            seen.add(account.consumer_id)
            person = book.consumer(account.consumer_id)
            if person is None or not _opted_out(person):
                continue
            for address in person.emails:
                lower = address.lower()
                if lower not in seen and all(_opted_out(p) for p in book.consumers_at(address)):
                    seen.add(lower)
                    yield lower


def _opted_out(person: Consumer) -> bool:
    """Closed by the person's own word; a dead address is the provider's to list."""
    revoked = person.consent(Channel.EMAIL).state is ConsentState.REVOKED
    return revoked and not person.dead(Channel.EMAIL)
