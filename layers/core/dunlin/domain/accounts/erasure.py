"""Erasure: what of a person may go when they or the creditor ask, and what must stay, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Consumer, Preferences

# 12 CFR 1006.100(a): three years after the last collection activity on the debt.
KEPT_BY_COLLECTORS = timedelta(days=3 * 366)
_OWED = "Something is owed on it."
_UNDECIDED = "Staff have something to decide on it."
_COLLECTOR = "Third parties keep evidence for three years after their last act (12 CFR 1006.100)."
ALWAYS = (
    ("ledger", "Books are kept; entries hold figures, days and ids."),
    ("audit log", "It cannot be rewritten; it holds ids, hashes, codes and figures, no words."),
    ("consents and opt-outs", "They are kept so that they are honoured."),
    ("events of the payment service", "They leave by themselves after 400 days."),
    ("mail as it came in", "It leaves by itself after 90 days."),
    ("files that people sent", "They are evidence, and leave with the log that names them."),
    ("files that the creditor dropped", "They are the creditor's own, in its bucket."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Something that was not erased: what, of which account ("" for the person), and why."""

    what: str
    reference: str
    reason: str


def retained(account: Account, last_act: datetime | None, debt_role: str, now: datetime) -> str:
    """Why the words about an account must stay, "" where they may go. `last_act`: the newest
    contact or payment of it."""
    if account.balance.minor > 0 and account.status not in (Status.SETTLED, Status.CLOSED):
        return _OWED
    if account.waits_for_staff:
        return _UNDECIDED
    if debt_role == "third" and last_act is not None and now < last_act + KEPT_BY_COLLECTORS:
        return _COLLECTOR
    return ""


def points_of(person: Consumer) -> int:
    """How many contact points are held: addresses, numbers, a postal address."""
    return len(person.all_points) + bool(person.street)


def nameless(person: Consumer) -> Consumer:
    """The person without name, contact points, birthday and wishes. State and language stay: they
    decide the law and single nobody out; consents and flags stay so that they are honoured."""
    return replace(
        person,
        name="",
        given_name="",
        emails=(),
        phones=(),
        resting=(),
        given_here=(),
        street="",
        city="",
        zip=None,
        date_of_birth=None,
        preferences=Preferences(),
        matched_by="",
    )
