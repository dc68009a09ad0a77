"""What a person wishes of our messages: when, in which language, on which channel, quiet for a
while, none at all. Each takes effect at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.wishes import (
    CONSENT_WORDS,
    HOURS,
    RULED_OUT,
    ZONES,
    agreed_here,
    consent_words,
)
from dunlin.domain.portal.page import Page
from dunlin.ports.portal import Session
from dunlin.service.portal import PortalPorts
from dunlin.service.portal.inside import day, rest_answer, writing_days
from dunlin.service.portal.pages import Done

LANGUAGES = ("en", "es")
SNOOZE_DAYS = {"week": 7, "fortnight": 14, "month": 30}


def preferences(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """Language, hours, days, payday and clock, and whether we keep away from work."""
    errors = []
    language, hours = form.get("language", ""), form.get("hours", "")
    if language not in LANGUAGES:
        errors.append(("language", "language_missing"))
    if hours not in HOURS:
        errors.append(("hours", "hours_missing"))
    inside = portal.inside(session, now=now)
    possible = writing_days(inside.strategy)
    days = [n for n in possible if form.get(f"day{n}")]
    if not days:
        errors.append(("day1", "days_missing"))
    zone = form.get("zone", "")
    if zone not in ZONES:
        errors.append(("zone", "zone_missing"))
    payday = form.get("payday", "").strip()
    if payday and not (payday.isascii() and payday.isdigit() and 1 <= int(payday[:3]) <= 31):
        errors.append(("payday", "payday_unreadable"))
    if errors:
        return portal.form("preferences", inside, form, errors)
    chosen = HOURS[hours]
    _wish(
        portal,
        session,
        form,
        {
            "times": {
                "language": language,
                "hours": list(chosen) if chosen else None,
                "days": [] if len(days) == len(possible) else days,
                "payday": int(payday) if payday else None,
                "zone": zone,
                "ruled_out": [name for name in RULED_OUT if form.get(name)],
            }
        },
        now=now,
    )
    return inside.page("preferences_done", Done(), language=language)


def channels(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """Consent given or withdrawn, channel by channel; with both off, all messages stop. The
    sentences that a person has newly agreed to are kept with the signal."""
    wanted = {channel: form.get(channel.value) == "yes" for channel in Channel}
    if not any(wanted.values()):
        return stop_all(portal, session, form, now=now)
    inside = portal.inside(session, now=now)
    language = form.get("language", "")
    words = consent_words(inside.strategy.brand.name)[language if language in LANGUAGES else "en"]
    new = [c for c, on in wanted.items() if on and not agreed_here(inside.consumer.consent(c))]
    _wish(
        portal,
        session,
        form,
        {
            "by": f"portal {CONSENT_WORDS}",
            "channels": {c.value: on for c, on in wanted.items()}
            | {"first": form.get("first", "email")},
        },
        now=now,
        text="\n".join(words[channel] for channel in new),
    )
    return inside.page("channels_done", Done())


def snooze(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """No reminders about this account for a while; then they go on by themselves."""
    inside = portal.inside(session, now=now)
    days = SNOOZE_DAYS.get(form.get("long", ""))
    if days is None:
        return portal.form("snooze", inside, form, [("long", "long_missing")])
    until = now + timedelta(days=days)
    _wish(portal, session, form, {"rest": "snooze", "until": until.isoformat()}, now=now)
    done = rest_answer(portal.stored(session), "snooze_done", ended="rest_ended_done")
    return inside.page(done, Done(until=day(until, inside.consumer)))


def _wish(
    portal: PortalPorts,
    session: Session,
    form: Mapping[str, str],
    detail: Mapping[str, object],
    *,
    now: datetime,
    text: str = "",
) -> None:
    portal.say(
        session,
        SignalKind.PREFERENCE,
        form,
        text,
        now=now,
        detail={"by": "portal", **detail},
        labels=("consent",),
    )


def stop_all(
    portal: PortalPorts, session: Session, _form: Mapping[str, str], *, now: datetime
) -> Page:
    """Stop every message on every channel for this person and creditor."""
    inside = portal.inside(session, now=now)
    portal.raise_signal(
        Signal(
            signal_id=f"stop-{session.session_hash[:32]}",
            kind=SignalKind.OPT_OUT,
            at=now,
            account_id=session.account_id,
            consumer_id=session.consumer_id,
            channel="portal",
            detail={"by": "portal", "scope": "all"},
        ),
        None,
        now,
    )
    return inside.page("stop_all_done", Done())
