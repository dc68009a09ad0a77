"""Paying later: a promise to pay all by a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.portal.page import Page
from dunlin.ports.portal import Session
from dunlin.service.portal import PortalPorts, case_number, coming, day, rest_answer, zone_of

PROMISE_DAYS = 30
PROMISES_THAT_HOLD = 2


def promise(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """A promise to pay all by a day, at most 30 days ahead. It holds by itself until that day and
    the creditor's days of grace have passed; after two of them a person at the creditor decides."""
    account_history, strategy = portal.inside(session)
    person = account_history.consumer
    on = coming(form, day(now, person), PROMISE_DAYS)
    if isinstance(on, str):
        return portal.again("promise", session, form, [("date", on)], now=now)
    ends = on + timedelta(days=1 + strategy.coordination.promise_grace_days)
    until = datetime.combine(ends, time(), zone_of(person)).astimezone(UTC)
    made = sum("promise" in reply.labels for reply in account_history.replies)
    holds = made < PROMISES_THAT_HOLD
    case = portal.say(
        session,
        SignalKind.PROMISE,
        form,
        f"Promises to pay {account_history.account.balance} by {on.isoformat()}.",
        now=now,
        detail={"rest": "promise", "until": until.isoformat()} if holds else {},
        labels=("promise",),
    )
    account = portal.book.facts(session.account_id).account
    done = rest_answer(account, "promise_done") if holds else "promise_asked"
    return portal.shown(done, session, now=now, case=case_number(case), until=on)
