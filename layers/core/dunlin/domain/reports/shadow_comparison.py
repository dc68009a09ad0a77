"""Agreement: what a shadow proposed, held against the contacts of the process it would replace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from dunlin.domain.errors import DomainError

WITHIN = timedelta(hours=24)
CHANNELS = ("email", "sms", "call", "letter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One contact about one account, made or proposed."""

    at: datetime
    account_id: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far two processes agree: `both` did it, within a day and on the same channel; the rest
    one of them alone."""

    both: int
    only_made: int
    only_proposed: int

    @property
    def rate(self) -> Fraction | None:
        """Of all that either did, the share that both did; None where neither did anything."""
        total = self.both + self.only_made + self.only_proposed
        return Fraction(self.both, total) if total else None


def agreement(practice: Iterable[Spoken], proposed: Iterable[Spoken]) -> Agreement:
    """Pair each contact with one proposal at most, the earliest that fits first."""
    left: dict[tuple[str, str], list[datetime]] = {}
    for shadow in proposed:
        left.setdefault((shadow.account_id, shadow.channel), []).append(shadow.at)
    both = alone = 0
    for contact in sorted(practice, key=lambda c: c.at):
        times = left.get((contact.account_id, contact.channel), [])
        nearest = min((at for at in times if abs(contact.at - at) <= WITHIN), default=None)
        if nearest is None:
            alone += 1
        else:
            times.remove(nearest)
            both += 1
    return Agreement(both=both, only_made=alone, only_proposed=sum(map(len, left.values())))


def read_contacts(
    rows: Sequence[Mapping[str, str]], account_ids: Mapping[str, str]
) -> tuple[list[Spoken], int]:
    """The contacts of a log (columns `at`, `reference`, `channel`) about these accounts, by
    reference, and how many are about others. Raises `DomainError` naming the line."""
    spoken, others = [], 0
    for number, row in enumerate(rows, start=2):
        channel = row.get("channel", "").strip().lower()
        if channel not in CHANNELS:
            raise DomainError(f"line {number}: channel is one of {', '.join(CHANNELS)}")
        try:
            at = datetime.fromisoformat(row.get("at", "").strip())
        except ValueError:
            raise DomainError(
                f"line {number}: at is an instant such as 2026-11-23T15:00Z"
            ) from None
        if at.tzinfo is None:
            raise DomainError(f"line {number}: at says no time zone: end it with Z or an offset")
        account_id = account_ids.get(row.get("reference", "").strip(), "")
        if account_id:
            spoken.append(Spoken(at=at, account_id=account_id, channel=channel))
        else:
            others += 1
    return spoken, others
