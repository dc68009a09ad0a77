"""Wishes: what a person chose on the portal, and what of it binds the gate.

A wish about the order of things is a preference, for the planner. A time or a channel that the
person ruled out is a flag, which the rulebook reads (12 CFR 1006.6(b)(1), 1006.14(h)). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    Consumer,
    Flag,
    Preferences,
)
from dunlin.domain.accounts.points import DENIED, OPTED_OUT
from dunlin.domain.accounts.whereabouts import say_zone

# The sentences a person agrees to on the portal: for texts as 47 CFR 64.1200(f)(9) wants them,
# for e-mail so that a collector may use the address too (12 CFR 1006.6(d)(4)(i)(B)). Other words
# are another version: a consent's evidence names the version, and the sentence itself is kept.
CONSENT_WORDS = "consent-2026-11"
_CONSENT = {
    "en": {
        Channel.EMAIL: "I agree that {name} may write to me about my account at my e-mail address "
        "shown here. I can stop it at any time, here or with the link in each message.",
        Channel.SMS: "I agree that {name} may send me text messages about my account, also by an "
        "automatic system. I do not have to agree to get any service. Message and data rates may "
        "apply. I can stop them at any time: I reply STOP, or change it here.",
    },
    "es": {
        Channel.EMAIL: "Acepto que {name} me escriba sobre mi cuenta a la dirección de correo "
        "que se muestra aquí. Puedo detenerlo cuando quiera, aquí o con el enlace de cada mensaje.",
        Channel.SMS: "Acepto que {name} me envíe mensajes de texto sobre mi cuenta, también con "
        "un sistema automático. No tengo que aceptar para recibir ningún servicio. Pueden "
        "aplicarse tarifas de mensajes y datos. Puedo detenerlos cuando quiera: respondo STOP o "
        "lo cambio aquí.",
    },
}
# Local hours that a person may choose among, by the word of the form, [from, to).
HOURS = {
    "any": None,
    "morning": (8, 12),
    "afternoon": (12, 17),
    "evening": (17, 21),
    "day": (9, 18),
}
# The clocks of the United States, from east to west, and "" for what the address tells.
ZONES = (
    *("", "America/Puerto_Rico", "America/New_York", "America/Chicago", "America/Denver"),
    *("America/Phoenix", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu"),
    "Pacific/Guam",
)
# Contact that a person rules out: at their place of work, by their wish or their employer's (15 USC
# 1692c(a)(3)), at an address that is their employer's (12 CFR 1006.22(f)(3)), and by text to a
# telephone that others read too (15 USC 1692c(b)).
RULED_OUT = ("no_work_contact", "employer_prohibits", "work_email", "shared_phone")
_INCONVENIENT, _MEDIUM, _ONLY = "inconvenient", "medium_optout", "only_medium"


def consent_words(name: str) -> dict[str, dict[Channel, str]]:
    """The sentences by language and channel, for a creditor of that name."""
    return {
        code: {channel: text.replace("{name}", name) for channel, text in texts.items()}
        for code, texts in _CONSENT.items()
    }


def agreed_here(consent: Consent) -> bool:
    """True where the person themselves agreed to a channel on the portal, whatever the version
    of the words."""
    return consent.state is ConsentState.GRANTED and consent.evidence.startswith("portal consent-")


def hours_word(wishes: Preferences) -> str:
    """The word of the hours that were chosen; "" for hours of another origin."""
    return next((word for word, hours in HOURS.items() if hours == wishes.hours), "")


def inconvenient_times(wishes: Preferences) -> list[dict[str, Any]]:
    """The times outside the wished ones, as the rulebook's flag `inconvenient` lists them (days
    0 to 6 from Monday or None for every day; both ends barred)."""
    barred: list[dict[str, Any]] = []
    others = [day - 1 for day in range(1, 8) if day not in wishes.days]
    if wishes.days and others:
        barred.append({"days": others, "start": "00:00", "end": "24:00"})
    if wishes.hours is not None:
        first, last = wishes.hours
        if first > 0:
            barred.append({"days": None, "start": "00:00", "end": f"{first:02d}:00"})
        if last < 24:
            barred.append({"days": None, "start": f"{last:02d}:00", "end": "24:00"})
    return barred


def with_times(
    person: Consumer, wished: Mapping[str, Any], *, at: datetime, evidence: str
) -> Consumer:
    """The person with the wished language, hours, days, payday and time zone, and without contact
    at work where they rule it out. What staff noted as inconvenient stays."""
    before = person.preferences
    hours = wished.get("hours")
    wishes = replace(
        before,
        hours=(int(hours[0]), int(hours[1])) if hours else None,
        days=tuple(wished.get("days", ())),
        payday=wished.get("payday"),
    )
    flag = person.flags.get(_INCONVENIENT)
    ours = inconvenient_times(before)
    noted = [time for time in _listed(flag) if time not in ours]
    flags = {name: held for name, held in person.flags.items() if name != _INCONVENIENT}
    if barred := noted + inconvenient_times(wishes):
        same = flag is not None and _listed(flag) == barred
        flags[_INCONVENIENT] = (
            flag if flag and same else Flag(at=at, by=evidence, detail={"value": barred})
        )
    for name in RULED_OUT:
        if name in wished.get("ruled_out", ()):
            known = flags.get(name)
            # What was said of some addresses alone gives way to their word about all.
            if known is None or "address_hashes" in known.detail:
                flags[name] = Flag(at=at, by=evidence, detail={"value": True})
        elif name in flags and flags[name].by.startswith("portal:"):
            del flags[name]
    language = str(wished.get("language") or person.language)
    heard = replace(person, preferences=wishes, flags=flags, language=language)
    return say_zone(heard, str(wished["zone"]), at) if "zone" in wished else heard


def with_channels(
    person: Consumer, wished: Mapping[str, Any], *, at: datetime, evidence: str
) -> Consumer:
    """The person with each channel on or off as they said, one by one.

    A channel that is off has no consent and is a medium they ruled out; it is no opt-out, which
    would close the other too. A channel whose every address is dead is left alone.
    """
    flags = {n: f for n, f in person.flags.items() if n not in (_MEDIUM, _ONLY)}
    out = set(_listed(person.flags.get(_MEDIUM)))
    consents = dict(person.consents)
    for channel in Channel:
        if person.dead(channel):
            continue
        on = bool(wished[channel.value])
        for closed in (OPTED_OUT[channel], *([DENIED[channel]] if on else [])):
            flags.pop(closed, None)
        out = out - {channel.value} if on else out | {channel.value}
        consents[channel] = _consent(person.consent(channel), on, at=at, evidence=evidence)
    if out:
        flags[_MEDIUM] = Flag(at=at, by=evidence, detail={"value": sorted(out)})
    first = wished.get("first")
    order = sorted((c for c in Channel if wished[c.value]), key=lambda c: c.value != first)
    return replace(
        person,
        flags=flags,
        consents=consents,
        preferences=replace(person.preferences, channels=tuple(order)),
    )


def _consent(before: Consent, on: bool, *, at: datetime, evidence: str) -> Consent:
    state = ConsentState.GRANTED if on else ConsentState.NONE
    if before.state is state and (not on or agreed_here(before)):
        return before
    return Consent(state=state, version=before.version + 1, at=at, evidence=evidence)


def _listed(flag: Flag | None) -> list[Any]:
    return list(flag.detail.get("value", ())) if flag else []
