"""Merging: two records that are one person. What binds either binds both; nothing is forgotten."""

from __future__ import annotations

from dataclasses import replace

from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    Consumer,
    ContactHistory,
    Flag,
    Preferences,
)
from dunlin.domain.accounts.erasure import nameless
from dunlin.domain.accounts.whereabouts import BY_STAFF


def merge(kept: Consumer, other: Consumer) -> Consumer:
    """`kept` with what `other` adds: contact points behind its own, flags, wishes where it has
    none, and the stricter permission of each channel. Version and chain are the kept one's."""
    place = max((kept, other), key=lambda c: (c.placed_by == BY_STAFF, bool(c.state or c.zip)))
    zone = max((kept, other), key=lambda c: (c.tz_by == "person", bool(c.tz_known)))
    return replace(
        kept,
        emails=_added(kept.emails, other.emails),
        phones=_added(kept.phones, other.phones),
        resting=_added(kept.resting, other.resting),
        given_here=_added(kept.given_here, other.given_here),
        wrong=_added(kept.wrong, other.wrong),
        consents={c: _stricter(kept.consent(c), other.consent(c)) for c in Channel},
        flags=_flags(kept, other),
        preferences=other.preferences if kept.preferences == Preferences() else kept.preferences,
        date_of_birth=kept.date_of_birth or other.date_of_birth,
        street=place.street or kept.street or other.street,
        city=place.city or kept.city or other.city,
        state=place.state or kept.state or other.state,
        zip=place.zip or kept.zip or other.zip,
        placed_by=place.placed_by,
        tz_known=zone.tz_known,
        tz_by=zone.tz_by,
        tz_at=zone.tz_at,
    )


def taken_in(other: Consumer, kept: Consumer) -> Consumer:
    """What is left of `other` once `kept` took it in: the way there, and nothing that could be
    written to. Its links, sessions and ids lead to the kept one from then on."""
    closed = {
        channel: replace(consent, state=ConsentState.NONE, version=consent.version + 1)
        for channel, consent in other.consents.items()
    }
    return replace(nameless(other), consents=closed, taken_in_by=kept.consumer_id)


def one_history(kept: ContactHistory, other: ContactHistory) -> ContactHistory:
    """The contacts of both records, oldest first: every cap counts them for the one person."""
    contacts = sorted((*kept.contacts, *other.contacts), key=lambda c: c.at)
    return replace(kept, contacts=tuple(contacts), version=kept.version + 1)


def _added(points: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return (*points, *(p for p in more if p not in points))


def _flags(kept: Consumer, other: Consumer) -> dict[str, Flag]:
    """The flags of both. What was said of some contact points of either is true of them here."""
    flags = {**other.flags, **kept.flags}
    for name, flag in kept.flags.items():
        more = other.flags.get(name)
        if more is None or "address_hashes" not in flag.detail:
            continue
        if "address_hashes" not in more.detail:
            flags[name] = more
            continue
        hashes = sorted({*flag.detail["address_hashes"], *more.detail["address_hashes"]})
        flags[name] = replace(flag, detail={**flag.detail, "address_hashes": hashes})
    return flags


def _stricter(kept: Consent, other: Consent) -> Consent:
    """Revoked by either is revoked. A permission that only the other record holds was given for
    an address that now stands here too. Every change of state is a new version, so that what was
    permitted under the old one is void."""
    taken = kept
    if other.state is ConsentState.REVOKED or kept.state is ConsentState.NONE:
        taken = other
    if taken.state is kept.state:
        return kept
    return replace(taken, version=max(kept.version, other.version) + 1)
