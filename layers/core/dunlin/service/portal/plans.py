"""Paying later or in parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dunlin.domain.form import read_amount
from dunlin.domain.page import Page
from dunlin.domain.signal import SignalKind
from dunlin.ports import Session
from dunlin.service import payments
from dunlin.service.portal import Portal, case_number, coming, day

FREQUENCIES = ("weekly", "every_two_weeks", "monthly")
PROMISE_DAYS, PLAN_START_DAYS = 30, 45


def promise(portal: Portal, session: Session, form: Mapping[str, str], *, now: datetime) -> Page:
    """A promise to pay all by a day, at most 30 days ahead."""
    thread, _ = portal.inside(session)
    on = coming(form, day(now, thread.consumer), PROMISE_DAYS)
    if isinstance(on, str):
        return portal.shown(
            "promise", session, now=now, status=422, errors=(("date", on),), form=dict(form)
        )
    text = f"Promises to pay {thread.account.balance} by {on.isoformat()}."
    case = portal.say(
        session, SignalKind.PROMISE, form, text, now=now, detail={}, labels=("promise",)
    )
    return portal.shown("promise_done", session, now=now, case=case_number(case))


def plan(portal: Portal, session: Session, form: Mapping[str, str], *, now: datetime) -> Page:
    """A request to pay in parts, which a person at the creditor decides."""
    thread, _ = portal.inside(session)
    balance = thread.account.balance
    errors = []
    amount = read_amount(form.get("amount", ""), balance, payments.least_payment(balance))
    if isinstance(amount, str):
        errors.append(("amount", amount))
    often = form.get("often", "")
    if often not in FREQUENCIES:
        errors.append(("often", "often_missing"))
    on = coming(form, day(now, thread.consumer), PLAN_START_DAYS)
    if isinstance(on, str):
        errors.append(("date", on))
    if errors or isinstance(amount, str) or isinstance(on, str):
        return portal.shown(
            "plan", session, now=now, status=422, errors=tuple(errors), form=dict(form)
        )
    count = -(-balance.minor // amount.minor)
    text = (
        f"Asks to pay {amount} {often.replace('_', ' ')} from {on.isoformat()}: "
        f"{count} payments for {balance}."
    )
    case = portal.say(
        session, SignalKind.PLAN_REQUEST, form, text, now=now, detail={}, labels=("plan",)
    )
    return portal.shown("plan_done", session, now=now, case=case_number(case))
