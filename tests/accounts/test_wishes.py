"""Wishes as states: what they add to a person and what they leave alone."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Flag, Preferences
from dunlin.domain.accounts.wishes import (
    consent_words,
    inconvenient_times,
    with_channels,
    with_times,
)
from tests.support import builders

AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
HOURS = st.none() | st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda h: h[0] < h[1])
DAYS = st.lists(st.integers(1, 7), unique=True).map(lambda d: tuple(sorted(d)))


def barred(times: list[dict[str, Any]], day: int, hour: int) -> bool:
    """Whether half past an hour of an ISO weekday is inside one of the times."""
    clock = f"{hour:02d}:30"
    return any(
        (t["days"] is None or day - 1 in t["days"]) and t["start"] <= clock <= t["end"]
        for t in times
    )


@given(HOURS, DAYS)
def test_exactly_the_times_outside_the_wish_are_barred(
    hours: tuple[int, int] | None, days: tuple[int, ...]
) -> None:
    times = inconvenient_times(Preferences(hours=hours, days=days))
    for day in range(1, 8):
        for hour in range(24):
            wished = (not days or day in days) and (not hours or hours[0] <= hour < hours[1])
            assert barred(times, day, hour) is not wished, (day, hour, times)


@given(st.lists(st.tuples(HOURS, DAYS), min_size=1, max_size=5))
def test_only_the_last_wish_counts_and_what_staff_noted_always(
    wishes: list[tuple[tuple[int, int] | None, tuple[int, ...]]],
) -> None:
    noted = {"days": [6], "start": "09:15", "end": "10:45"}
    person = builders.consumer(
        flags={"inconvenient": Flag(at=AT, by="staff:ana", detail={"value": [noted]})}
    )
    for hours, days in wishes:
        wished = {"hours": list(hours) if hours else None, "days": list(days)}
        person = with_times(person, wished, at=AT, evidence="portal:1")
    hours, days = wishes[-1]
    assert person.preferences == Preferences(hours=hours, days=days)
    held = person.flags["inconvenient"].detail["value"]
    assert held == [noted, *inconvenient_times(person.preferences)]


@given(st.lists(st.tuples(st.booleans(), st.booleans()).filter(any), min_size=2, max_size=6))
def test_the_last_word_about_each_channel_stands(wishes: list[tuple[bool, bool]]) -> None:
    person = builders.consumer(
        consents={c: Consent(state=ConsentState.REVOKED, version=3) for c in Channel},
        flags={"email_optout": Flag(at=AT, by="x"), "attorney": Flag(at=AT, by="x")},
    )
    versions = []
    for email, sms in wishes:
        person = with_channels(
            person, {"email": email, "sms": sms}, at=AT, evidence="portal consent-1:x"
        )
        versions.append([person.consent(c).version for c in Channel])
    email, sms = wishes[-1]
    for channel, on in ((Channel.EMAIL, email), (Channel.SMS, sms)):
        wanted = ConsentState.GRANTED if on else ConsentState.NONE
        assert person.consent(channel).state is wanted
        assert f"{channel.value}_optout" not in person.flags
    out = person.flags.get("medium_optout")
    off = sorted(n for n, on in (("email", email), ("sms", sms)) if not on)
    assert (out.detail["value"] if out else []) == off
    assert "attorney" in person.flags, "a wish lifts nothing else"
    # A version moves with every change, so that what was permitted before is void.
    for (before, now), (old, new) in zip(pairwise(wishes), pairwise(versions), strict=True):
        for was, wants, first, second in zip(before, now, old, new, strict=True):
            assert (second > first) is (was != wants)


def test_the_consents_name_the_sender_and_how_to_stop_in_both_languages() -> None:
    for texts in consent_words("Acme {Clinic}").values():
        assert set(texts) == set(Channel)
        assert all("Acme {Clinic}" in text for text in texts.values())
        assert "STOP" in texts[Channel.SMS]
