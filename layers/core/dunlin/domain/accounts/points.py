"""Contact points: which of them are used, which rest, and what a corrected one opens again.

The newest word of the creditor comes first. A point that its file replaced is never used for a
demand; one that the person gave to us stays in use. An address that is dead or somebody else's
closes itself: a corrected one opens its channel again, unless the person closed it. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    Consumer,
    Flag,
    channel_of,
)
from dunlin.domain.accounts.known_facts import UNKNOWN, of_point
from dunlin.domain.tokens import address_hash

MOST_POINTS = 15
"""E-mail addresses, and phone numbers, of one person; and contact points at rest."""
WRONG_PARTY = {Channel.EMAIL: "email_wrong_party", Channel.SMS: "wrong_number"}
"""The flag by which a channel is closed because it reached somebody else."""
OPTED_OUT = {Channel.EMAIL: "email_optout", Channel.SMS: "sms_optout"}
"""The flag by which the person closed a channel."""
DENIED = {Channel.EMAIL: "email_denied_by_file", Channel.SMS: "sms_denied_by_file"}
"""The flag by which the creditor's file closed a channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPoints:
    """The contact points of a person as somebody names them now.

    `before` are the hashes of those that the same file named of the same debt when it was last
    read; None where it speaks of the debt for the first time. `first`: what is new comes before
    what is known.
    """

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    before: Collection[str] | None = None
    first: bool = True

    def of(self, channel: Channel) -> tuple[str, ...]:
        return self.emails if channel is Channel.EMAIL else self.phones


def hashes(points: Iterable[str]) -> tuple[str, ...]:
    """What is kept of contact points where the points themselves need not stand."""
    return tuple(address_hash(point)[:16] for point in points)


def take_named(person: Consumer, named: NamedPoints, *, at: datetime, evidence: str) -> Consumer:
    """The person as the creditor reaches them now: new points first, replaced ones at rest."""
    for channel in Channel:
        person = _take(person, channel, named, at=at, evidence=evidence)
    return person


def take_given(person: Consumer, point: str, *, at: datetime, evidence: str) -> Consumer:
    """The person with a contact point that they gave to us, used before the others whatever a
    file says later. An address that was wrong or dead may turn out to be theirs."""
    channel = channel_of(point)
    hashed = address_hash(point)
    others = tuple(p for p in person.points(channel) if p.lower() != point.lower())
    known = {**person.flags}
    name = f"{channel.value}_bounced"
    if hashed in person.bounced(channel):
        left = sorted(person.bounced(channel) - {hashed})
        known[name] = replace(known[name], detail={"address_hashes": left})
    after = replace(
        _with_points(person, channel, (point, *others)[:MOST_POINTS]),
        given_here=tuple(dict.fromkeys((point, *person.given_here))),
        resting=tuple(p for p in person.resting if p.lower() != point.lower()),
        wrong=tuple(h for h in person.wrong if h != hashed),
        flags=known,
    )
    if "reassigned" in known:
        after = of_point(after, "reassigned", point, UNKNOWN, at=at, by="person", evidence=evidence)
    return _opened(person, after, channel, at=at, evidence=evidence)


def deny(person: Consumer, channel: Channel, *, at: datetime, by: str, evidence: str) -> Consumer:
    """The person without the permission for a channel that the creditor takes away: it is no
    permission any more, and not a person telling us to stop."""
    flags = {DENIED[channel]: Flag(at=at, by=by, detail={"value": True}), **person.flags}
    now = person.consent(channel)
    if not now.open:
        return replace(person, flags=flags)
    none = Consent(state=ConsentState.NONE, version=now.version + 1, at=at, evidence=evidence[:200])
    return replace(person, flags=flags, consents={**person.consents, channel: none})


def closed_by_word(person: Consumer, channel: Channel) -> bool:
    """True where somebody's word closed a channel, the person's or the creditor's, whatever an
    address did besides."""
    return bool({OPTED_OUT[channel], DENIED[channel]} & person.flags.keys())


def _take(
    person: Consumer, channel: Channel, named: NamedPoints, *, at: datetime, evidence: str
) -> Consumer:
    useless = {*person.bounced(channel), *person.wrong}
    used = person.points(channel)
    now = tuple(p for p in named.of(channel) if address_hash(p) not in useless)
    if not now:
        return person
    stated = {point.lower() for point in now}
    before = set(named.before or ())
    fresh = tuple(
        point
        for point in now
        if point.lower() not in {p.lower() for p in used} and address_hash(point)[:16] not in before
    )
    if named.before is None:
        replaced = {p for p in used if p.lower() not in stated} if fresh and named.first else set()
    else:
        replaced = {p for p in used if p.lower() not in stated and hashes([p])[0] in before}
    replaced -= set(person.given_here)
    if fresh:
        replaced |= {p for p in used if address_hash(p) in person.wrong}
    kept = tuple(p for p in used if p not in replaced)
    ordered = (*fresh, *kept) if named.first else (*kept, *fresh)
    ordered = tuple(sorted(ordered, key=lambda p: address_hash(p) in person.bounced(channel)))
    resting = (*(p for p in used if p in replaced), *person.resting)
    after = replace(
        _with_points(person, channel, ordered[:MOST_POINTS]),
        resting=tuple(p for p in dict.fromkeys(resting) if p not in fresh)[: 2 * MOST_POINTS],
    )
    return _opened(person, after, channel, at=at, evidence=evidence) if fresh else after


def _opened(
    before: Consumer, after: Consumer, channel: Channel, *, at: datetime, evidence: str
) -> Consumer:
    """The channel as a point that is new to it leaves it. What closed the points before it closes
    it no more; a permission that was given for another point is none for this one."""
    consent = after.consent(channel)
    silent = ConsentState.IMPLIED if channel is Channel.EMAIL else ConsentState.NONE
    state = consent.state
    if state is ConsentState.REVOKED and not closed_by_word(after, channel):
        state = silent
    elif state is ConsentState.GRANTED and before.points(channel):
        state = silent if after.address(channel) != before.address(channel) else state
    flags = {n: f for n, f in after.flags.items() if n != WRONG_PARTY[channel]}
    if state is consent.state:
        return replace(after, flags=flags)
    opened = Consent(state=state, version=consent.version + 1, at=at, evidence=evidence[:200])
    return replace(after, flags=flags, consents={**after.consents, channel: opened})


def _with_points(person: Consumer, channel: Channel, points: tuple[str, ...]) -> Consumer:
    if channel is Channel.EMAIL:
        return replace(person, emails=points)
    return replace(person, phones=points)
