"""Autopay: a person's standing permission to debit their instalments, and the method they saved.

What they agreed to is kept as a hash with its version and instant; the method lives at the
processor and only its reference here. Stopping needs no reason and holds at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from dunlin.domain.arrangements.arrangement import Arrangement, Authorisation, Autopay, scheduled
from dunlin.domain.errors import DomainError
from dunlin.domain.payments.payments import CheckoutSession, SavedMethod
from dunlin.ports.accounts import Accounts
from dunlin.ports.arrangements import ArrangedAccounts
from dunlin.ports.machines import LadderWaker
from dunlin.ports.payments import SavedMethods
from dunlin.service.accounts.writing import retry_on_conflict
from dunlin.service.arrangements.writing import (
    CONSUMER,
    AskRefusal,
    account_of,
    current_of,
    write,
)
from dunlin.service.contact.arrangement_notices import copy_cause


def consent_of(text: str, *, version: str, language: str, at: datetime) -> Authorisation:
    """The consent to a text exactly as it was shown: purpose, how the amounts are set, the dates,
    how to stop it."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Authorisation(text_sha256=sha256, version=version, language=language, at=at)


def autopay_page(
    account_id: str,
    *,
    consent: Authorisation,
    locale: str,
    success_url: str,
    cancel_url: str,
    book: ArrangedAccounts,
    processor: SavedMethods,
    now: datetime,
) -> CheckoutSession | AskRefusal:
    """The processor's page on which the person saves a method, first or in place of another.

    The consent is stored before the page opens and its instant makes the attempt, so a double
    click leads to one page. Raises `Unavailable`, `Conflict`.
    """

    def agree() -> Arrangement | None:
        account = account_of(account_id, book)
        current = current_of(account, book.arrangements(account_id))
        if current is None or not current.in_force or current.manual:
            return None
        before = current.autopay
        if before is not None and before.consent == consent and before.stopped_at is None:
            return current
        after = replace(before or Autopay(consent=consent), consent=consent, stopped_at=None)
        return _write(account_id, current, after, "AutopayAgreed", book=book, now=now, by=CONSUMER)

    current: Arrangement | None = retry_on_conflict(agree)
    if current is None:
        return AskRefusal.GONE
    autopay = current.autopay or Autopay(consent=consent)
    page = processor.create_setup(
        attempt_id=_attempt_id(current.arrangement_id, autopay),
        account_id=account_id,
        creditor=account_of(account_id, book).creditor,
        locale=locale,
        success_url=success_url,
        cancel_url=cancel_url,
        customer_ref=autopay.customer_ref,
    )

    def remember() -> None:
        account = account_of(account_id, book)
        standing = current_of(account, book.arrangements(account_id))
        if standing is None or standing.autopay is None or standing.autopay.setup_id == page.id:
            return
        after = replace(standing.autopay, setup_id=page.id)
        _write(account_id, standing, after, "AutopayOpened", book=book, now=now, by=CONSUMER)

    retry_on_conflict(remember)
    return page


def _attempt_id(arrangement_id: str, autopay: Autopay) -> str:
    """One page for each consent, and another once a method was saved on that one: two consents
    fall on one instant where a stack's clock stands still."""
    instant = int(autopay.consent.at.timestamp() * 1_000_000)
    return "-".join(filter(None, (f"{arrangement_id}-setup-{instant}", autopay.setup_ref)))


def autopay_saved(
    account_id: str,
    *,
    book: ArrangedAccounts,
    waker: LadderWaker,
    processor: SavedMethods,
    now: datetime,
) -> Arrangement | None:
    """Take up the method that the person saved on the page opened last; the arrangement as it
    is then, None where there is none in force. Nothing saved, or taken up before: no change.

    The person gets their copy of what they agreed to. The method that it replaces is let go of,
    and what failed with it is tried again at once.
    """
    freed: list[str] = []

    def attempt() -> Arrangement | None:
        freed.clear()
        account = account_of(account_id, book)
        current = current_of(account, book.arrangements(account_id))
        if current is None or current.autopay is None or not current.autopay.setup_id:
            return current
        before = current.autopay
        saved = processor.saved_method(before.setup_id)
        if saved is None or saved.method_ref == before.method_ref:
            return current
        if before.method_ref:
            freed.append(before.method_ref)
        after = replace(
            before,
            setup_ref=before.setup_id,
            customer_ref=saved.customer_ref,
            method_ref=saved.method_ref,
            kind=saved.kind,
            label=saved.label,
            expires=saved.expires,
            paused="",
        )
        return _write(account_id, current, after, "AutopaySaved", book=book, now=now, by=CONSUMER)

    arrangement: Arrangement | None = retry_on_conflict(attempt)
    for method_ref in freed:
        processor.forget_method(method_ref)
    if arrangement is not None and arrangement.autopays:
        account = account_of(account_id, book)
        waker.notice(
            account=account, kind="arrangement_confirmation", cause=copy_cause(arrangement)
        )
        waker.wake(account_id)
    return arrangement


def autopay_waiting(
    account_id: str, *, book: ArrangedAccounts, processor: SavedMethods
) -> SavedMethod | None:
    """What the person saved on the page opened last and nobody has taken up yet; changes
    nothing. Raises `Unavailable`."""
    current = current_of(account_of(account_id, book), book.arrangements(account_id))
    if current is None or current.autopay is None or current.autopay.stopped_at is not None:
        return None
    if current.autopay.setup_id in ("", current.autopay.setup_ref):
        return None
    return processor.saved_method(current.autopay.setup_id)


def stop_autopay(
    account_id: str, *, by: str, book: ArrangedAccounts, waker: LadderWaker, now: datetime
) -> Arrangement | None:
    """Withdraw the permission to debit; the arrangement goes on and is paid by hand. None where
    none is in force. `by` is the actor: `consumer` or `staff:…`."""

    def attempt() -> Arrangement | None:
        account = account_of(account_id, book)
        current = current_of(account, book.arrangements(account_id))
        if current is None or current.autopay is None or current.autopay.stopped_at is not None:
            return current
        after = replace(current.autopay, stopped_at=now)
        return _write(account_id, current, after, "AutopayStopped", book=book, now=now, by=by)

    arrangement: Arrangement | None = retry_on_conflict(attempt)
    if arrangement is not None:
        waker.wake(account_id)
    return arrangement


def _write(
    account_id: str,
    current: Arrangement,
    autopay: Autopay,
    what: str,
    *,
    book: Accounts,
    now: datetime,
    by: str,
) -> Arrangement:
    after = scheduled(replace(current, autopay=autopay, version=current.version + 1))
    account = account_of(account_id, book)
    if account.arrangement_id != current.arrangement_id:
        raise DomainError(f"account {account_id} has another arrangement")
    data: dict[str, Any] = {
        "consent": autopay.consent.text_sha256,
        "consent_version": autopay.consent.version,
        "consent_language": autopay.consent.language,
        "consent_at": autopay.consent.at.isoformat(),
        "method": autopay.kind.value if autopay.method_ref else "",
    }
    write(account, account, [after], what=what, data=data, book=book, now=now, actor=by)
    return after
