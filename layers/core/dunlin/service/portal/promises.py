"""Paying later: a promise to pay all by a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dunlin.domain.accounts.consumer import zone_of
from dunlin.domain.accounts.promised import PROMISE_DAYS, promise_rest
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.portal.page import Page
from dunlin.ports.portal import Session
from dunlin.service.portal import PortalPorts, coming
from dunlin.service.portal.inside import case_number, rest_answer
from dunlin.service.portal.pages import Done


def promise(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """A promise to pay all by a day, at most 30 days ahead. It holds by itself until that day and
    the creditor's days of grace have passed; after two of them a person at the creditor decides."""
    inside = portal.inside(session, now=now)
    person = inside.consumer
    on = coming(form, inside.today, PROMISE_DAYS)
    if isinstance(on, str):
        return portal.form("promise", inside, form, [("date", on)])
    replies = portal.book.conversation(session.account_id).replies
    detail = promise_rest(
        on,
        grace_days=inside.strategy.coordination.promise_grace_days,
        zone=zone_of(person),
        earlier=sum("promise" in reply.labels for reply in replies),
    )
    case = portal.say(
        session,
        SignalKind.PROMISE,
        form,
        f"Promises to pay {inside.account.balance} by {on.isoformat()}.",
        now=now,
        detail=detail,
        labels=("promise",),
    )
    after = portal.stored(session)
    done = rest_answer(after, "promise_done") if detail else "promise_asked"
    return inside.page(done, Done(case=case_number(case), until=on))
