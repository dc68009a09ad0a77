"""Paying: the processor's own page for all or a part, the way back from it, and receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from dunlin.domain.errors import Conflict, DomainError, Unavailable
from dunlin.domain.money import Money
from dunlin.domain.portal.form import read_amount
from dunlin.domain.portal.page import GoTo, Page
from dunlin.ports.portal import Session
from dunlin.service.payments import payments
from dunlin.service.portal import GONE, PortalPorts


def pay(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime, language: str
) -> Page | GoTo:
    """Open the processor's page for all that is owed, the instalment that
    is due, or another amount. A page that showed
    another balance is shown anew first: nobody pays a sum that they have not seen."""
    account = portal.book.facts(session.account_id).account
    if form.get("seen", str(account.balance.minor)) != str(account.balance.minor):
        return portal.account(session, now=now, status=409, trouble="pay_changed")
    amount: Money | None = None
    if form.get("choice") == "part":
        least = payments.least_payment(account.balance)
        read = read_amount(form.get("amount", ""), account.balance, least)
        if isinstance(read, str):
            if payments.payable(account) is None:
                return _pay_error(portal, session, form, read, now)
        else:
            amount = read
    elif form.get("choice") == "instalment":
        standing = portal.book.arrangement(session.account_id)
        due = (
            standing.amount_due(now.date()) if standing is not None and standing.in_force else None
        )
        if due is None or due.minor <= 0 or form.get("amount_due") != str(due.minor):
            return portal.account(session, now=now, status=409, trouble="pay_changed")
        amount = due
    try:
        opened = payments.open_checkout(
            session.account_id,
            amount=amount,
            locale=language,
            success_url=f"{portal.base_url}/return",
            cancel_url=f"{portal.base_url}/return",
            book=portal.book,
            sessions=portal.sessions,
            processor=portal.processor(),
            new_id=portal.new_token,
            now=now,
        )
    except (Unavailable, Conflict):
        return portal.account(session, now=now, status=503, trouble="till_away")
    except DomainError:
        return portal.account(session, now=now, status=422, trouble="till_refused")
    if isinstance(opened, payments.OpenCheckout):
        return GoTo(place=opened.url)
    if opened is payments.PayRefusal.AMOUNT:
        return _pay_error(portal, session, form, "amount_large", now)
    return portal.account(session, now=now, status=409, trouble=f"pay_{opened}")


def _pay_error(
    portal: PortalPorts, session: Session, form: Mapping[str, str], word: str, now: datetime
) -> Page:
    return portal.account(
        session,
        now=now,
        status=422,
        errors=(("amount", word),),
        form={"amount": form.get("amount", "")[:40]},
    )


def returned(portal: PortalPorts, session: Session, *, now: datetime) -> Page:
    """Back from the processor: asks it where the payment stands, and changes nothing."""
    try:
        found = payments.returned_payment(
            session.account_id,
            book=portal.book,
            sessions=portal.sessions,
            processor=portal.processor(),
        )
    except Unavailable:
        found = payments.ReturnedPayment(outcome=payments.Returned.PROCESSING)
    return portal.shown("returned", session, now=now, payment=found)


def receipt(portal: PortalPorts, session: Session, reference: str, *, now: datetime) -> Page:
    """One line of the ledger to keep or print; only of the session's own account."""
    page = portal.shown("receipt", session, now=now)
    for entry, number in page.fields["history"]:
        if number == reference:
            return replace(page, fields={**page.fields, "entry": entry, "number": number})
    return replace(GONE, session=None)
