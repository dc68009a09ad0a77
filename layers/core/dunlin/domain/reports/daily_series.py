"""Series: what happened on each day, beside an average day before launch.

Calls come from the creditor's own call log, of which only counts by day are kept: no reference,
number or name. What staff and people did is read from the audit log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from dunlin.domain.accounts.touch import Touch
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.errors import DomainError

INBOUND, OUTBOUND = "in", "out"
_DIRECTIONS = {
    INBOUND: frozenset(["in", "inbound", "incoming", "received"]),
    OUTBOUND: frozenset(["out", "outbound", "outgoing", "made", "placed"]),
}
_LONGEST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Calls of one day in one direction, and the whole minutes that they took."""

    on: date
    direction: str
    calls: int
    minutes: int


def read_call_log(rows: Iterable[Mapping[str, str]]) -> list[Calls]:
    """Sum the rows of a call log: columns `date` (ISO, a time may follow), `direction` (in, out
    and their like) and, where it has one, `minutes`. Raises `DomainError` naming the row."""
    calls: Counter[tuple[date, str]] = Counter()
    minutes: Counter[tuple[date, str]] = Counter()
    for number, row in enumerate(rows, start=2):
        day = _day(row.get("date", ""), number)
        way = row.get("direction", "").strip().lower()
        direction = next((d for d, words in _DIRECTIONS.items() if way in words), "")
        if not direction:
            raise DomainError(f"line {number}: direction is in or out, not {way[:20]!r}")
        calls[day, direction] += 1
        minutes[day, direction] += _minutes(row.get("minutes", ""), number)
    return [
        Calls(on=on, direction=direction, calls=n, minutes=minutes[on, direction])
        for (on, direction), n in sorted(calls.items())
    ]


def _day(text: str, number: int) -> date:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise DomainError(f"line {number}: date is not YYYY-MM-DD") from None


def _minutes(text: str, number: int) -> int:
    text = text.strip() or "0"
    if not (text.isascii() and text.isdigit() and int(text) <= _LONGEST_MINUTES):
        raise DomainError(f"line {number}: minutes is a whole number up to {_LONGEST_MINUTES}")
    return int(text)


def merged(stored: Iterable[Calls], fresh: Iterable[Calls]) -> list[Calls]:
    """The log after a newer file: each day that the file tells is the file's, the rest stays. The
    same file twice changes nothing."""
    fresh = list(fresh)
    days = {c.on for c in fresh}
    kept = [c for c in stored if c.on not in days]
    return sorted([*kept, *fresh], key=lambda c: (c.on, c.direction))


@dataclass(frozen=True, slots=True, kw_only=True)
class DailySeries:
    """One figure by day. `baseline` is its average day before the launch, None where nothing is
    known of the time before; `average` that of the days since. `days` has every day since."""

    name: str
    baseline: Fraction | None
    average: Fraction | None
    days: Mapping[date, int]


def series(
    name: str,
    counted: Mapping[date, int],
    *,
    launch: date,
    until: date,
    known_from: date | None,
) -> DailySeries:
    """Days from the launch to `until`, both included, beside the average of the days from
    `known_from` to the day before the launch. A day without an event counts as zero."""
    since = {
        launch + timedelta(days=n): counted.get(launch + timedelta(days=n), 0)
        for n in range((until - launch).days + 1)
    }
    before = (launch - known_from).days if known_from is not None else 0
    return DailySeries(
        name=name,
        baseline=Fraction(sum(n for on, n in counted.items() if known_from <= on < launch), before)
        if known_from is not None and before > 0
        else None,
        average=Fraction(sum(since.values()), len(since)) if since else None,
        days=since,
    )


def calls_by_day(log: Iterable[Calls], direction: str) -> dict[date, int]:
    """Calls in one direction."""
    return {c.on: c.calls for c in log if c.direction == direction}


def first_day(log: Iterable[Calls]) -> date | None:
    """The first day that a call log tells of."""
    return min((c.on for c in log), default=None)


def acts(entries: Iterable[AuditEntry], actor: str) -> dict[date, int]:
    """What somebody did, by day: `staff` for anybody of the staff, `consumer` for people."""
    return dict(Counter(e.at.date() for e in entries if e.actor.split(":", 1)[0] == actor))


def visits(touches: Sequence[Touch]) -> dict[date, int]:
    """Messages whose link was followed to the portal, by the day of the first time."""
    return dict(Counter(t.clicked_at.date() for t in touches if t.clicked_at is not None))
