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
from dunlin.service.portal.inside import due_by
from dunlin.service.portal.pages import ReceiptPage, ReturnedPage


def pay(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime, language: str
) -> Page | GoTo:
    """Open the processor's page for all that is owed, the instalment that
    is due, or another amount. A page that showed
    another balance is shown anew first: nobody pays a sum that they have not seen."""
    record = portal.book.account_record(session.account_id)
    if record is None:
        return GONE
    account = record.account
    if form.get("seen", str(account.balance.minor)) != str(account.balance.minor):
        return _refused(portal, session, "pay_changed", 409, now)
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
        due = due_by(record.arrangement, now)
        if due is None or due.minor <= 0 or form.get("amount_due") != str(due.minor):
            return _refused(portal, session, "pay_changed", 409, now)
        amount = due
    try:
        opened = payments.open_checkout(
            session.account_id,
            amount=amount,
            locale=language,
            success_url=f"{portal.base_url}/return",
            cancel_url=f"{portal.base_url}/return",
            book=portal.book,
            attempts=portal.attempts,
            processor=portal.processor(),
            new_id=portal.new_token,
            now=now,
        )
    except (Unavailable, Conflict):
        return _refused(portal, session, "till_away", 503, now)
    except DomainError:
        return _refused(portal, session, "till_refused", 422, now)
    if isinstance(opened, payments.OpenCheckout):
        return GoTo(place=opened.url)
    if opened is payments.PayRefusal.AMOUNT:
        return _pay_error(portal, session, form, "amount_large", now)
    return _refused(portal, session, f"pay_{opened}", 409, now)


def _refused(
    portal: PortalPorts, session: Session, trouble: str, status: int, now: datetime
) -> Page:
    """The account as it is now, and why nothing can be paid."""
    return portal.account(portal.inside(session, now=now), status=status, trouble=trouble)


def _pay_error(
    portal: PortalPorts, session: Session, form: Mapping[str, str], word: str, now: datetime
) -> Page:
    return portal.account(
        portal.inside(session, now=now),
        status=422,
        errors=(("amount", word),),
        form={"amount": form.get("amount", "")[:40]},
    )


def returned(portal: PortalPorts, session: Session, *, now: datetime) -> Page:
    """Back from the processor: asks it where the payment stands, and changes nothing."""
    try:
        payment = payments.returned_payment(
            session.account_id,
            book=portal.book,
            attempts=portal.attempts,
            processor=portal.processor(),
        )
    except Unavailable:
        payment = payments.ReturnedPayment(outcome=payments.Returned.PROCESSING)
    return portal.inside(session, now=now).page("returned", ReturnedPage(payment=payment))


def receipt(portal: PortalPorts, session: Session, reference: str, *, now: datetime) -> Page:
    """One line of the ledger to keep or print; only of the session's own account."""
    inside = portal.inside(session, now=now)
    for entry, number in inside.history:
        if number == reference:
            content = ReceiptPage(
                entry=entry,
                number=number,
                person=inside.consumer.name,
                reference=inside.account.reference,
                balance=inside.account.balance,
            )
            return inside.page("receipt", content)
    return replace(GONE, session=None)
