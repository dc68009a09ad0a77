"""Hours over every time zone there is and every clock change of two years."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.domain.rulebook import ContactFacts, decide
from dunlin.domain.rulebook.verdict import Verdict
from dunlin.domain.zone_names import named_as_place

BOOK = load_rulebook()
# `judge` takes a zone from outside: any place that exists may come.
ZONES = sorted(z for z in zoneinfo.available_timezones() if named_as_place(z))
FIRST, DAYS = date(2026, 1, 1), 730
DAY = timedelta(days=1)


def _changes(zone: zoneinfo.ZoneInfo) -> list[date]:
    """The days on which the clocks of a zone change, within two years."""
    noon = [datetime.combine(FIRST + n * DAY, time(12), tzinfo=zone) for n in range(DAYS)]
    return [b.date() for a, b in pairwise(noon) if a.utcoffset() != b.utcoffset()]


def _ask(zone: str, wall: datetime, channel: str = "call") -> tuple[Verdict, datetime]:
    now = wall.astimezone(UTC)
    facts = ContactFacts(
        channel=channel, debt_role="first", account_id="D1", state="OH", zip="43215",
        tz_known=zone, consents={"sms": True}, flags={}, profile="baseline",
    )  # fmt: skip
    return decide(BOOK, facts, now), now


@pytest.mark.slow
def test_no_zone_and_no_clock_change_moves_the_hours_by_a_second():
    asked = changes = 0
    for name in ZONES:
        zone = zoneinfo.ZoneInfo(name)
        days = _changes(zone)
        changes += len(days)
        for day in [*days, *(d - DAY for d in days), FIRST + 150 * DAY]:
            for clock, outcome in (
                (time(7, 59, 59), "defer"), (time(8), "defer"), (time(8, 0, 1), "allow"),
                (time(20, 59, 59), "allow"), (time(21), "defer"), (time(21, 1), "defer"),
                (time(3), "defer"),
            ):  # fmt: skip
                verdict, now = _ask(name, datetime.combine(day, clock, tzinfo=zone))
                assert verdict.outcome == outcome, (name, day, clock)
                if verdict.until is not None:
                    local = verdict.until.astimezone(zone)
                    assert local.time() == time(8, 0, 1), (name, day, clock, local)
                    assert now < verdict.until <= now + timedelta(hours=36)
                asked += 1
    assert len(ZONES) > 500
    assert changes > 300
    assert asked > 8_000


@pytest.mark.parametrize("channel", ["call", "sms", "email", "voicemail_lcm"])
def test_one_minute_past_nine_in_the_evening_is_refused_and_always_where_nothing_is_known(channel):
    known, _ = _ask("America/New_York", datetime(2026, 11, 24, 2, 1, tzinfo=UTC), channel)
    assert known.outcome == "defer"
    # 13:01 in New York, but nobody knows whose law to ask.
    facts = ContactFacts(channel=channel, debt_role="first", account_id="D1", state=None,
                         consents={"sms": True}, profile="baseline")  # fmt: skip
    unknown = decide(BOOK, facts, datetime(2026, 11, 24, 18, 1, tzinfo=UTC))
    assert unknown.outcome == "block"
    assert unknown.blocked_by == ("PLAT-FAILCLOSED",)
