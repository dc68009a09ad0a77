"""Opt-out lists of the providers, kept in step with ours in both directions.

What a provider closed and we do not know becomes a signal like any other. What people closed with
us in the last days is put on the provider's list where its API allows it. Nobody is ever opted in
from here. The work is bounded by the lists and by the opt-outs of those days, not by the accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dunlin.domain.accounts.consumer import Channel, ConsentState, Consumer, channel_of
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import ClosedAddresses
from dunlin.ports.machines import LadderWaker
from dunlin.ports.messages import OptOutLists
from dunlin.service.signals.signals import SignalBook, apply_signal

DAYS = 7  # a daily run that failed is made up by the next; more can be asked for


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
    book: SignalBook,
    addresses: ClosedAddresses,
    waker: LadderWaker,
    now: datetime,
    days: int = DAYS,
) -> InStep:
    """Bring both sides in step; repeating it changes nothing. Our opt-outs of the last `days` are
    compared. Raises `Unavailable` where a list cannot be read: what was written until then stays,
    and the next run does the rest."""
    closed = strangers = 0
    for number in lists.phones():
        people = addresses.consumers_at(number)
        strangers += not people
        for person in people:
            closed += _close(person, number, SignalKind.OPT_OUT, book=book, waker=waker, now=now)
    suppressed = {entry.address.lower(): entry.complained for entry in lists.emails()}
    for address, complained in suppressed.items():
        people = addresses.consumers_at(address)
        strangers += not people
        kind = SignalKind.OPT_OUT if complained else SignalKind.BOUNCE
        for person in people:
            closed += _close(person, address, kind, book=book, waker=waker, now=now)
    listed = 0
    recent = [now.date() - timedelta(days=ago) for ago in range(days + 1)]
    for address in _closed_here(addresses, recent):
        if address not in suppressed:
            lists.suppress(address)
            listed += 1
    return InStep(closed=closed, listed=listed, strangers=strangers)


def _close(
    person: Consumer,
    address: str,
    kind: SignalKind,
    *,
    book: SignalBook,
    waker: LadderWaker,
    now: datetime,
) -> bool:
    channel = channel_of(address)
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
        waker=waker,
        now=now,
    )


def _closed_here(addresses: ClosedAddresses, days: Iterable[date]) -> Iterator[str]:
    """Addresses closed on these days that no creditor may write to any more, each once. A
    provider's list knows no creditors: one who may still write must not be silenced by another's
    opt-out."""
    people = (person for day in days for person in addresses.email_closed_on(day))
    closed = (p.lower() for person in people if _opted_out(person) for p in person.all_points)
    for address in dict.fromkeys(p for p in closed if "@" in p):
        if all(_opted_out(person) for person in addresses.consumers_at(address)):
            yield address


def _opted_out(person: Consumer) -> bool:
    """Closed by the person's own word; a dead address is the provider's to list."""
    revoked = person.consent(Channel.EMAIL).state is ConsentState.REVOKED
    return revoked and not person.dead(Channel.EMAIL)
