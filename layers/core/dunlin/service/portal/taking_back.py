"""Taking back what one said: a rest ends at once, what staff have begun to look at is for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.portal.in_force import ENDED_AT_ONCE
from dunlin.domain.portal.page import Page
from dunlin.ports.portal import Session
from dunlin.service.portal import PortalPorts
from dunlin.service.portal.pages import Done


def take_back(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """End what the account's page showed as in force, by its kind. A promise or a quiet time is
    over by the person's own word. A dispute, a question, an insurer's case is before staff, who
    have the last word: they are told, and it holds until they have decided."""
    inside = portal.inside(session, now=now)
    what, version = form.get("what", ""), form.get("version", "")
    if not any(item.kind == what and item.own for item in inside.in_force):
        return portal.account(inside, status=409, trouble="nothing_to_take_back")
    # The same button pressed twice is once; so is one on a page of before.
    again = {"form_id": f"take back {what} {version}"}
    if what in ENDED_AT_ONCE:
        portal.say(
            session,
            SignalKind.PREFERENCE,
            again,
            "",
            now=now,
            detail={"by": "portal", "rest": "over"},
            labels=("consent",),
        )
        return inside.page("taken_back", Done())
    if portal.rate_limited(session, now):
        return portal.account(inside, status=422, trouble="messages_many")
    case = portal.say(
        session,
        SignalKind.REPLY,
        again,
        f"Takes back: {what.replace('_', ' ')}.",
        now=now,
        detail={"labels": ["withdrawn"]},
        labels=("withdrawn", what),
    )
    return portal.told("take_back_asked", inside, case, "reply")
