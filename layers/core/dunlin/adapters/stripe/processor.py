"""The payment processor over Stripe: hosted Checkout by redirect, saved methods, refunds, events.

Card data never comes here. Stripe is told an opaque account id and an attempt id, never a name,
a reason or a history. The SDK (0.3 to 0.8 s of import) is loaded on the first call that needs
it; verifying (`webhook`) and reading an event (`events`) needs none of it.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dunlin.adapters.stripe.events import READERS, read_event
from dunlin.adapters.stripe.shapes import (
    METHOD_KINDS,
    facts_of,
    instant,
    money,
    payment_status,
    refund_state,
)
from dunlin.domain.errors import Defect, DomainError, Unavailable
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    CheckoutSession,
    CheckoutState,
    CheckoutStatus,
    MethodKind,
    PaymentEvent,
    PaymentStatus,
    RefundState,
    RefundStatus,
    SavedMethod,
)

if TYPE_CHECKING:
    from stripe import StripeClient
_TIMEOUT = 8  # with two retries still inside the 29 s a REST API waits
_LIVE = ("sk_live_", "rk_live_")  # how keys begin that move real money
_PROVIDER = "stripe"

# Loans and instalment lenders are left out: a debt is not to be paid with another debt.
_METHODS = {"USD": ["card", "us_bank_account"]}
_LABELS = {"es": "Pago de cuenta", "en": "Account payment"}


def moves_money(secret_key: str) -> bool:
    """Whether a key is one of the real account rather than of its test mode."""
    return secret_key.startswith(_LIVE)


def checked_base(secret_key: str, api_base: str) -> str:
    """The base address to use, "" for Stripe itself.

    Raises `Defect` for a live key with any other base, and for a base that is not this
    machine: a mistyped address must never be handed a key or a payment.
    """
    if not api_base:
        return ""
    if moves_money(secret_key):
        raise Defect("STRIPE_API_BASE must be empty with a live key")
    split = urlsplit(api_base)
    host = split.hostname or ""
    if split.scheme not in ("http", "https") or not _loopback(host):
        raise Defect("STRIPE_API_BASE must be an address of this machine")
    return api_base.rstrip("/")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, kw_only=True)
class StripeProcessor:
    """One creditor's account at Stripe. `api_base` is empty but for a stand-in on this machine.
    `stack` is written beside every page and payment: two stacks may share one account at Stripe.
    """

    secret_key: str = field(repr=False)
    api_base: str = ""
    stack: str = ""

    def __post_init__(self) -> None:
        checked_base(self.secret_key, self.api_base)

    @cached_property
    def _client(self) -> StripeClient:
        import stripe

        base = checked_base(self.secret_key, self.api_base)
        http = stripe.RequestsClient(timeout=_TIMEOUT)
        if base:
            return stripe.StripeClient(
                self.secret_key,
                base_addresses={"api": base},
                http_client=http,
                max_network_retries=2,
            )
        return stripe.StripeClient(self.secret_key, http_client=http, max_network_retries=2)

    def _facts(self, attempt_id: str, account_id: str, creditor: str, way: str) -> dict[str, str]:
        facts = {
            "account_id": account_id,
            "attempt_id": attempt_id,
            "creditor": creditor,
            "way": way,
        }
        return facts | {"stack": self.stack} if self.stack else facts

    # -- checkout

    def open_checkout(
        self,
        *,
        attempt_id: str,
        account_id: str,
        creditor: str,
        amount: Money,
        locale: str,
        success_url: str,
        cancel_url: str,
        customer_email: str | None = None,
        expires_at: datetime | None = None,
    ) -> CheckoutSession:
        """A page where this attempt may be paid: by card or US bank account, nothing on credit.

        `attempt_id` is the idempotency key: the same attempt gives the same page, and an
        attempt with anything changed is a `Defect`, so store what the attempt asks for.
        `expires_at` lies 30 minutes to 24 hours ahead (24 hours where none is given).
        Raises `DomainError` for an amount Stripe cannot take, `Unavailable`.
        """
        facts = self._facts(attempt_id, account_id, creditor, "checkout")
        methods = _METHODS.get(amount.currency, ["card"])
        params: dict[str, Any] = {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "locale": _locale(locale),
            "success_url": success_url,
            "cancel_url": cancel_url,
            "client_reference_id": attempt_id,
            "metadata": facts,
            "allowed_payment_method_types": methods,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": amount.currency.lower(),
                        "unit_amount": amount.minor,
                        "product_data": {"name": _LABELS[_locale(locale)]},
                    },
                }
            ],
            "payment_intent_data": {"description": f"Account {account_id}", "metadata": facts},
        }
        if customer_email:
            params["customer_email"] = customer_email
        if expires_at:
            params["expires_at"] = int(expires_at.timestamp())
        return self._opened(params, attempt_id)

    def create_setup(
        self,
        *,
        attempt_id: str,
        account_id: str,
        creditor: str,
        locale: str,
        success_url: str,
        cancel_url: str,
        customer_ref: str = "",
    ) -> CheckoutSession:
        """A page where a method is saved for an arrangement; nothing is charged.

        `customer_ref` keeps further methods with the same person at Stripe. `saved_method`
        tells what was saved. Raises as `open_checkout`.
        """
        facts = self._facts(attempt_id, account_id, creditor, "setup")
        params: dict[str, Any] = {
            "mode": "setup",
            "ui_mode": "hosted_page",
            "locale": _locale(locale),
            "success_url": success_url,
            "cancel_url": cancel_url,
            "client_reference_id": attempt_id,
            "metadata": facts,
            "currency": "usd",
            "allowed_payment_method_types": _METHODS["USD"],
            "setup_intent_data": {"description": f"Account {account_id}", "metadata": facts},
        }
        if customer_ref:
            params["customer"] = customer_ref
        else:
            params["customer_creation"] = "always"
        return self._opened(params, attempt_id)

    def _opened(self, params: dict[str, Any], attempt_id: str) -> CheckoutSession:
        with _translated():
            checkout = self._client.v1.checkout.sessions.create(
                params,  # type: ignore[arg-type]
                {"idempotency_key": attempt_id},
            )
            if not checkout.url:
                raise DomainError("this attempt's page has closed; make a new attempt")
            return CheckoutSession(
                id=checkout.id, url=checkout.url, expires_at=instant(checkout.expires_at)
            )

    def expire_checkout(self, session_id: str) -> None:
        """Close a page so that it can never be paid. One that is closed or submitted stays as
        it is: ask `checkout` what became of it before another is opened."""
        with _translated() as stripe:
            try:
                self._client.v1.checkout.sessions.expire(session_id)
            except stripe.InvalidRequestError as refusal:
                if refusal.http_status == 404 or self.checkout(session_id).state == "open":
                    raise

    def checkout(self, session_id: str) -> CheckoutStatus:
        """Where a page stands. Raises `DomainError` for an unknown one, `Unavailable`."""
        with _translated():
            page = self._client.v1.checkout.sessions.retrieve(session_id).to_dict()
        facts = facts_of(page, self.stack)
        return CheckoutStatus(
            id=page["id"],
            state=CheckoutState(page["status"]),
            paid=page["payment_status"] == "paid",
            amount=money(page["amount_total"], page["currency"])
            if page["amount_total"] is not None
            else None,
            account_id=facts.get("account_id", ""),
            attempt_id=facts.get("attempt_id", ""),
            payment_id=page["payment_intent"] or "",
            url=page["url"] or "",
            customer_ref=page["customer"] or "",
            setup_ref=page["setup_intent"] or "",
        )

    # -- payments

    def payment(self, payment_id: str) -> PaymentStatus:
        """Where a payment stands. Raises `DomainError` for an unknown one, `Unavailable`."""
        with _translated():
            intent = self._client.v1.payment_intents.retrieve(
                payment_id, {"expand": ["latest_charge", "payment_method"]}
            ).to_dict()
        return payment_status(intent, self.stack)

    def charge_saved(
        self,
        *,
        attempt_id: str,
        account_id: str,
        creditor: str,
        amount: Money,
        customer_ref: str,
        method_ref: str,
    ) -> PaymentStatus:
        """Charge a saved method without the person, as they agreed. A refusal is an answer
        (`failed` with its decline), not an error; a bank debit answers `pending`.

        The same attempt charges once however often it is asked. Raises `DomainError` for a
        method that is gone, `Unavailable`.
        """
        params: dict[str, Any] = {
            "amount": amount.minor,
            "currency": amount.currency.lower(),
            "customer": customer_ref,
            "payment_method": method_ref,
            "allowed_payment_method_types": _METHODS.get(amount.currency, ["card"]),
            "confirm": True,
            "off_session": True,
            "description": f"Account {account_id}",
            "metadata": self._facts(attempt_id, account_id, creditor, "saved"),
            "expand": ["latest_charge", "payment_method"],
        }
        with _translated() as stripe:
            try:
                intent = self._client.v1.payment_intents.create(
                    params,  # type: ignore[arg-type]
                    {"idempotency_key": attempt_id},
                )
            except stripe.CardError as refusal:
                tried = (refusal.json_body or {}).get("error", {}).get("payment_intent")
                if not tried:
                    raise
                return self.payment(tried["id"])
        return payment_status(intent.to_dict(), self.stack)

    def find_charge(self, *, attempt_id: str, customer_ref: str) -> PaymentStatus | None:
        """The payment that an attempt of `charge_saved` made, None where it made none: what to
        ask before an attempt is repeated after Stripe's keys may have been forgotten (a day)."""
        with _translated():
            listed = self._client.v1.payment_intents.list({"customer": customer_ref, "limit": 100})
            for intent in listed.auto_paging_iter():
                if intent.metadata.to_dict().get("attempt_id") == attempt_id:
                    return self.payment(intent.id)
        return None

    # -- saved methods

    def saved_method(self, session_id: str) -> SavedMethod | None:
        """What a `create_setup` page saved; None where nothing was (yet)."""
        with _translated():
            page = self._client.v1.checkout.sessions.retrieve(
                session_id, {"expand": ["setup_intent.payment_method"]}
            ).to_dict()
        setup = page["setup_intent"]
        if not setup or setup["status"] != "succeeded" or not setup["payment_method"]:
            return None
        method = setup["payment_method"]
        kind = METHOD_KINDS.get(method["type"], MethodKind.OTHER)
        details = method.get(method["type"]) or {}
        name = details.get("bank_name") or str(details.get("brand", method["type"])).title()
        return SavedMethod(
            customer_ref=setup["customer"] or "",
            method_ref=method["id"],
            kind=kind,
            label=f"{name} {details.get('last4', '')}".strip(),
            expires=f"{details['exp_year']:04}-{details['exp_month']:02}"
            if kind is MethodKind.CARD
            else "",
        )

    def forget_method(self, method_ref: str) -> None:
        """Let go of a saved method for good. One that is already gone is no error."""
        with _translated() as stripe:
            try:
                self._client.v1.payment_methods.detach(method_ref)
            except stripe.InvalidRequestError:
                if self._client.v1.payment_methods.retrieve(method_ref).customer:
                    raise

    # -- refunds

    def refund(
        self, *, refund_key: str, payment_id: str, amount: Money | None = None
    ) -> RefundStatus:
        """Give back a payment, whole (what is left of it) or in part.

        `refund_key` is the idempotency key. What Stripe will not refund (more than is left,
        already refunded, disputed) is `refused` with its code. Raises `Unavailable`.
        """
        params: dict[str, Any] = {
            "payment_intent": payment_id,
            "reason": "requested_by_customer",
            "metadata": {"refund_key": refund_key},
        }
        if amount is not None:
            params["amount"] = amount.minor
        with _translated() as stripe:
            try:
                refund = self._client.v1.refunds.create(
                    params,  # type: ignore[arg-type]
                    {"idempotency_key": refund_key},
                ).to_dict()
            except stripe.InvalidRequestError as refusal:
                if refusal.code == "resource_missing":
                    raise
                return RefundStatus(
                    id="",
                    state=RefundState.REFUSED,
                    payment_id=payment_id,
                    amount=amount,
                    code=refusal.code or "amount_too_large",
                )
        return RefundStatus(
            id=refund["id"],
            state=refund_state(refund["status"]),
            payment_id=payment_id,
            amount=money(refund["amount"], refund["currency"]),
            code=refund.get("failure_reason") or "",
            key=refund_key,
        )

    def refunds(self, payment_id: str) -> list[RefundStatus]:
        """Every refund of a payment, ours and others; a key of ours is found here however old
        it is, while Stripe forgets an idempotency key after a day."""
        with _translated():
            listed = self._client.v1.refunds.list({"payment_intent": payment_id, "limit": 100})
            refunds = [refund.to_dict() for refund in listed.auto_paging_iter()]
        return [
            RefundStatus(
                id=refund["id"],
                state=refund_state(refund["status"]),
                payment_id=payment_id,
                amount=money(refund["amount"], refund["currency"]),
                code=refund.get("failure_reason") or "",
                key=(refund.get("metadata") or {}).get("refund_key", ""),
            )
            for refund in refunds
        ]

    # -- events

    def events_since(self, start: datetime) -> Iterator[PaymentEvent]:
        """Facts about money told since `start`, newest first, at most 30 days back: what the
        daily reconciliation holds against the ledger to find a webhook that never came."""
        with _translated():
            listed = self._client.v1.events.list(
                {
                    "created": {"gte": int(start.timestamp())},
                    "types": sorted(READERS),
                    "limit": 100,
                }
            )
            for event in listed.auto_paging_iter():
                fact = read_event(json.dumps(event.to_dict()), self.stack)
                if fact is not None:
                    yield fact


@contextmanager
def _translated() -> Iterator[Any]:
    """Stripe's errors as ours. Gives the SDK, for the errors a caller answers itself."""
    import stripe

    try:
        yield stripe
    except stripe.RateLimitError as wrong:
        raise Unavailable(_PROVIDER, "rate limited", certain=True) from wrong
    except stripe.APIConnectionError as wrong:
        raise Unavailable(_PROVIDER, "no answer") from wrong
    except (stripe.AuthenticationError, stripe.PermissionError) as wrong:
        raise Defect(f"Stripe does not accept the key ({wrong.http_status})") from wrong
    except stripe.IdempotencyError as wrong:
        raise Defect("one attempt id was used for two different requests") from wrong
    except stripe.InvalidRequestError as wrong:
        raise DomainError(f"Stripe refused: {wrong.code or 'invalid'} {wrong.param or ''}") from (
            wrong
        )
    except stripe.CardError as wrong:
        raise DomainError(f"Stripe declined: {wrong.code}") from wrong
    except stripe.StripeError as wrong:  # 5xx, and 409 while the same attempt is under way
        raise Unavailable(_PROVIDER, f"HTTP {wrong.http_status}") from wrong


def _locale(locale: str) -> str:
    return "es" if locale.lower().startswith("es") else "en"
