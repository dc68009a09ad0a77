"""The `PaymentProcessor` over Stripe: hosted Checkout by redirect, saved methods, refunds, events.

Card data never comes here. Stripe is told an opaque account id and an attempt id, never a name,
a reason or a history. The SDK (0.3 to 0.8 s of import) is loaded on the first call that needs
it; verifying and reading a webhook needs none of it.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.errors import Defect, DomainError, Unavailable
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    CheckoutSession,
    CheckoutState,
    CheckoutStatus,
    Decline,
    DeclineReason,
    ForgedEvent,
    MethodKind,
    MethodSaved,
    PaymentEvent,
    PaymentState,
    PaymentStatus,
    RefundState,
    RefundStatus,
    SavedMethod,
)
from dunlin.domain.payments.posting import EXCESS

if TYPE_CHECKING:
    from stripe import StripeClient

_TOLERANCE = 300
_TIMEOUT = 8  # with two retries still inside the 29 s a REST API waits
_LIVE = ("sk_live_", "rk_live_")
_PROVIDER = "stripe"
_PAGE_DONE = "checkout.session.completed"

# Loans and instalment lenders are left out: a debt is not to be paid with another debt.
_METHODS = {"USD": ["card", "us_bank_account"]}
_LABELS = {"es": "Pago de cuenta", "en": "Account payment"}

# Stripe's decline codes (docs.stripe.com/declines/codes) and bank return codes in our words.
_REASONS = {
    DeclineReason.INSUFFICIENT_FUNDS: "insufficient_funds",
    DeclineReason.EXPIRED_CARD: "expired_card",
    DeclineReason.WRONG_SECURITY_CODE: "incorrect_cvc invalid_cvc",
    DeclineReason.WRONG_DETAILS: "incorrect_number invalid_number invalid_expiry_month "
    "invalid_expiry_year incorrect_address incorrect_zip invalid_account incorrect_pin "
    "invalid_pin no_account new_account_information_available",
    DeclineReason.LIMIT_REACHED: "card_velocity_exceeded withdrawal_count_limit_exceeded "
    "pin_try_exceeded invalid_amount",
    DeclineReason.PROOF_NEEDED: "authentication_required authentication_not_handled "
    "mobile_device_authentication_required approve_with_id offline_pin_required "
    "online_or_offline_pin_required",
    DeclineReason.PROOF_FAILED: "payment_intent_authentication_failure "
    "setup_intent_authentication_failure",
    DeclineReason.NOT_SUPPORTED: "card_not_supported currency_not_supported invalid_currency "
    "testmode_decline test_mode_live_card",
    DeclineReason.TRY_LATER: "processing_error issuer_not_available try_again_later "
    "reenter_transaction no_action_taken",
    DeclineReason.ACCOUNT_CLOSED: "account_closed bank_account_restricted "
    "bank_ownership_changed account_frozen",
    DeclineReason.NOT_AUTHORISED: "debit_not_authorized",
    DeclineReason.REVOKED: "revocation_of_authorization revocation_of_all_authorizations "
    "stop_payment_order do_not_try_again",
    DeclineReason.LOST_OR_STOLEN: "lost_card stolen_card pickup_card restricted_card",
    DeclineReason.SUSPECTED_FRAUD: "fraudulent merchant_blacklist security_violation "
    "highest_risk_level",
}
_REASON_OF = {code: reason for reason, codes in _REASONS.items() for code in codes.split()}

_PAYMENT_STATES = {
    "succeeded": PaymentState.SUCCEEDED,
    "processing": PaymentState.PENDING,
    "requires_capture": PaymentState.AUTHORISED,
    "canceled": PaymentState.CANCELED,
    "requires_confirmation": PaymentState.WAITING,
    "requires_action": PaymentState.WAITING,
}
_KINDS = {"card": MethodKind.CARD, "us_bank_account": MethodKind.BANK}


def checked_base(secret_key: str, api_base: str) -> str:
    """The base address to use, "" for Stripe itself.

    Raises `Defect` for a live key with any other base, and for a base that is not this
    machine: a mistyped address must never be handed a key or a payment.
    """
    if not api_base:
        return ""
    if secret_key.startswith(_LIVE):
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


def verify_signature(
    raw: bytes, header: str, secrets: Sequence[str], now: datetime, *, tolerance: int = _TOLERANCE
) -> None:
    """Raise `ForgedEvent` unless one secret signed exactly these bytes at most `tolerance`
    seconds ago (docs.stripe.com/webhooks#verify-manually). Two secrets stand in force while
    one replaces the other. `now` is real time, whatever the stack's clock says.
    """
    try:
        pairs = [part.split("=", 2) for part in header.split(",")]
        at = int([pair[1] for pair in pairs if pair[0] == "t"][0])  # noqa: RUF015  as the SDK does
        marks = [pair[1].encode() for pair in pairs if pair[0] == "v1"]
    except (IndexError, ValueError):
        raise ForgedEvent("unreadable signature header") from None
    signed = b"%d." % at + raw
    for secret in secrets:
        if not secret.strip():
            continue
        expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
        if any(hmac.compare_digest(expected, mark) for mark in marks):
            break
    else:
        raise ForgedEvent("no secret in force made this signature")
    if at < now.timestamp() - tolerance:
        raise ForgedEvent("the signature is too old")


def read_event(raw: bytes | str) -> PaymentEvent | None:
    """The fact about money in a verified event; None where it holds none.

    payment: `payment_intent.succeeded`, and nothing else. payment_pending: `.processing`.
    payment_failed: `.payment_failed`. refund: `refund.created` and `.updated` whatever they wait
    for, since Stripe takes the money at once, and `undone` when it failed or was cancelled.
    chargeback: `charge.dispute.funds_withdrawn`, `.funds_reinstated` with `undone`, and
    `.closed` with `lost` where it was lost; an inquiry moves no money and is no chargeback.
    Raises `ForgedEvent` where the bytes are no event.
    """
    try:
        event = json.loads(raw)
        if event["object"] != "event":
            raise ForgedEvent("not an event")
        reader = _READERS.get(event["type"])
        return reader(event, event["data"]["object"]) if reader else None
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as wrong:
        raise ForgedEvent(f"unreadable event: {type(wrong).__name__}") from None


def read_saved(raw: bytes | str) -> MethodSaved | None:
    """That a page of `create_setup` was finished: `checkout.session.completed` in setup mode;
    None for every other event. Raises `ForgedEvent` where the bytes are no event."""
    try:
        event = json.loads(raw)
        if event["type"] != _PAGE_DONE or event["data"]["object"]["mode"] != "setup":
            return None
        page = event["data"]["object"]
        facts = page["metadata"] or {}
        return MethodSaved(
            event_id=event["id"], setup_id=page["id"], account_id=facts.get("account_id", "")
        )
    except (AttributeError, KeyError, TypeError, ValueError) as wrong:
        raise ForgedEvent(f"unreadable event: {type(wrong).__name__}") from None


@dataclass(frozen=True, kw_only=True)
class StripeProcessor:
    """One creditor's till at Stripe. `webhook_secrets` holds one secret, or two while one
    replaces the other. `api_base` is empty but for a stand-in on this machine.
    """

    secret_key: str = field(repr=False)
    webhook_secrets: Sequence[str] = field(default=(), repr=False)
    api_base: str = ""

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
        facts = _metadata(attempt_id, account_id, creditor, "checkout")
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
        facts = _metadata(attempt_id, account_id, creditor, "setup")
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
            made = self._client.v1.checkout.sessions.create(
                params,  # type: ignore[arg-type]
                {"idempotency_key": attempt_id},
            )
            if not made.url:
                raise DomainError("this attempt's page has closed; make a new attempt")
            return CheckoutSession(id=made.id, url=made.url, expires_at=_instant(made.expires_at))

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
            found = self._client.v1.checkout.sessions.retrieve(session_id).to_dict()
        facts = found.get("metadata") or {}
        return CheckoutStatus(
            id=found["id"],
            state=CheckoutState(found["status"]),
            paid=found["payment_status"] == "paid",
            amount=_money(found["amount_total"], found["currency"])
            if found["amount_total"] is not None
            else None,
            account_id=facts.get("account_id", ""),
            attempt_id=facts.get("attempt_id", ""),
            payment_id=found["payment_intent"] or "",
            url=found["url"] or "",
            customer_ref=found["customer"] or "",
            setup_ref=found["setup_intent"] or "",
        )

    # -- payments

    def payment(self, payment_id: str) -> PaymentStatus:
        """Where a payment stands. Raises `DomainError` for an unknown one, `Unavailable`."""
        with _translated():
            found = self._client.v1.payment_intents.retrieve(
                payment_id, {"expand": ["latest_charge", "payment_method"]}
            ).to_dict()
        return _payment(found)

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
            "metadata": _metadata(attempt_id, account_id, creditor, "saved"),
            "expand": ["latest_charge", "payment_method"],
        }
        with _translated() as stripe:
            try:
                made = self._client.v1.payment_intents.create(
                    params,  # type: ignore[arg-type]
                    {"idempotency_key": attempt_id},
                )
            except stripe.CardError as refusal:
                tried = (refusal.json_body or {}).get("error", {}).get("payment_intent")
                if not tried:
                    raise
                return self.payment(tried["id"])
        return _payment(made.to_dict())

    def find_charge(self, *, attempt_id: str, customer_ref: str) -> PaymentStatus | None:
        """The payment that an attempt of `charge_saved` made, None where it made none: what to
        ask before an attempt is repeated after Stripe's keys may have been forgotten (a day)."""
        with _translated():
            listed = self._client.v1.payment_intents.list({"customer": customer_ref, "limit": 100})
            for made in listed.auto_paging_iter():
                if made.metadata.to_dict().get("attempt_id") == attempt_id:
                    return self.payment(made.id)
        return None

    # -- saved methods

    def saved_method(self, session_id: str) -> SavedMethod | None:
        """What a `create_setup` page saved; None where nothing was (yet)."""
        with _translated():
            found = self._client.v1.checkout.sessions.retrieve(
                session_id, {"expand": ["setup_intent.payment_method"]}
            ).to_dict()
        setup = found["setup_intent"]
        if not setup or setup["status"] != "succeeded" or not setup["payment_method"]:
            return None
        method = setup["payment_method"]
        kind = _KINDS.get(method["type"], MethodKind.OTHER)
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
                made = self._client.v1.refunds.create(
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
            id=made["id"],
            state=_refund_state(made["status"]),
            payment_id=payment_id,
            amount=_money(made["amount"], made["currency"]),
            code=made.get("failure_reason") or "",
            key=refund_key,
        )

    def refunds(self, payment_id: str) -> list[RefundStatus]:
        """Every refund of a payment, ours and others; a key of ours is found here however old
        it is, while Stripe forgets an idempotency key after a day."""
        with _translated():
            listed = self._client.v1.refunds.list({"payment_intent": payment_id, "limit": 100})
            made = [refund.to_dict() for refund in listed.auto_paging_iter()]
        return [
            RefundStatus(
                id=one["id"],
                state=_refund_state(one["status"]),
                payment_id=payment_id,
                amount=_money(one["amount"], one["currency"]),
                code=one.get("failure_reason") or "",
                key=(one.get("metadata") or {}).get("refund_key", ""),
            )
            for one in made
        ]

    # -- events

    def parse_event(self, raw: bytes, signature: str, now: datetime) -> PaymentEvent | None:
        """Verify and read one webhook delivery. None: it is genuine and no fact about money.

        Raises `ForgedEvent` for a bad, old or missing signature and for unreadable bytes.
        """
        self.verify(raw, signature, now)
        return read_event(raw)

    def verify(self, raw: bytes, signature: str, now: datetime) -> str:
        """Verify one webhook delivery and give the event's id, under which it is stored once.

        Raises `ForgedEvent`, also for a test event at a live till and the other way round.
        """
        verify_signature(raw, signature, self.webhook_secrets, now)
        try:
            event = json.loads(raw)
            found, live = event["id"], event["livemode"]
        except (KeyError, TypeError, ValueError):
            raise ForgedEvent("unreadable event") from None
        if live != self.secret_key.startswith(_LIVE):
            raise ForgedEvent("an event of the other mode")
        if not isinstance(found, str) or not found.startswith("evt_"):
            raise ForgedEvent("not an event id")
        return found

    def events_since(self, start: datetime) -> Iterator[PaymentEvent]:
        """Facts about money told since `start`, newest first, at most 30 days back: what the
        daily reconciliation holds against the ledger to find a webhook that never came."""
        with _translated():
            listed = self._client.v1.events.list(
                {
                    "created": {"gte": int(start.timestamp())},
                    "types": sorted(_READERS),
                    "limit": 100,
                }
            )
            for event in listed.auto_paging_iter():
                fact = read_event(json.dumps(event.to_dict()))
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


def _metadata(attempt_id: str, account_id: str, creditor: str, way: str) -> dict[str, str]:
    return {
        "account_id": account_id,
        "attempt_id": attempt_id,
        "creditor": creditor,
        "way": way,
    }


def _locale(locale: str) -> str:
    return "es" if locale.lower().startswith("es") else "en"


def _instant(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def _money(minor: int, currency: str) -> Money:
    return Money(minor, currency.upper())


def _decline(error: Mapping[str, Any] | None) -> Decline | None:
    if not error:
        return None
    code = str(error.get("decline_code") or error.get("code") or "unknown")
    return Decline(reason=_REASON_OF.get(code, DeclineReason.DECLINED), code=code)


def _kind(method: Any) -> MethodKind:
    return _KINDS.get(method["type"], MethodKind.OTHER) if method else MethodKind.OTHER


def _refund_state(status: str) -> RefundState:
    if status in ("succeeded", "failed"):
        return RefundState(status)
    return RefundState.FAILED if status == "canceled" else RefundState.PENDING


def _payment(found: Mapping[str, Any]) -> PaymentStatus:
    facts = found.get("metadata") or {}
    error = found.get("last_payment_error")
    charge = found["latest_charge"]
    state = _PAYMENT_STATES.get(found["status"])
    if state is None:
        state = PaymentState.FAILED if error else PaymentState.WAITING
    return PaymentStatus(
        id=found["id"],
        state=state,
        amount=_money(found["amount"], found["currency"]),
        received=_money(found["amount_received"], found["currency"]),
        refunded=_money(charge["amount_refunded"] if charge else 0, found["currency"]),
        account_id=facts.get("account_id", ""),
        attempt_id=facts.get("attempt_id", ""),
        creditor=facts.get("creditor", ""),
        method=_kind(found["payment_method"] or (error or {}).get("payment_method")),
        decline=_decline(error),
        created=_instant(found["created"]),
    )


# -- reading events


def _intent_fact(
    event: Mapping[str, Any], found: Mapping[str, Any], fact: SignalKind
) -> PaymentEvent:
    facts = found.get("metadata") or {}
    failed = fact is SignalKind.PAYMENT_FAILED
    taken = "amount_received" if fact is SignalKind.PAYMENT else "amount"
    error = found.get("last_payment_error") if failed else None
    method = _kind((error or {}).get("payment_method"))
    tries = {
        SignalKind.PAYMENT: found["id"],
        SignalKind.PAYMENT_PENDING: f"{found['id']}/pending",
        SignalKind.PAYMENT_FAILED: f"{found['id']}/failed/{found['latest_charge'] or event['id']}",
    }
    return PaymentEvent(
        event_id=event["id"],
        fact=fact,
        fact_id=tries[fact],
        payment_id=found["id"],
        amount=_money(found[taken], found["currency"]),
        at=_instant(event["created"]),
        account_id=facts.get("account_id", ""),
        attempt_id=facts.get("attempt_id", ""),
        creditor=facts.get("creditor", ""),
        method=method,
        decline=_decline(error),
        seen=failed and facts.get("way") == "checkout" and method is not MethodKind.BANK,
    )


def _paid(event: Mapping[str, Any], found: Mapping[str, Any]) -> PaymentEvent:
    return _intent_fact(event, found, SignalKind.PAYMENT)


def _pending(event: Mapping[str, Any], found: Mapping[str, Any]) -> PaymentEvent:
    return _intent_fact(event, found, SignalKind.PAYMENT_PENDING)


def _failed(event: Mapping[str, Any], found: Mapping[str, Any]) -> PaymentEvent:
    return _intent_fact(event, found, SignalKind.PAYMENT_FAILED)


def _refunded(event: Mapping[str, Any], found: Mapping[str, Any]) -> PaymentEvent | None:
    undone = found["status"] in ("failed", "canceled")
    key = str((found.get("metadata") or {}).get("refund_key", ""))
    return _taken_back(
        event,
        found,
        SignalKind.REFUND,
        fact_id=key if key.startswith(f"{EXCESS}/") else found["id"],
        undone=undone,
        reason=(found.get("failure_reason") if undone else found["reason"]) or "",
    )


def _charged_back(event: Mapping[str, Any], found: Mapping[str, Any]) -> PaymentEvent | None:
    lost = event["type"] == "charge.dispute.closed"
    if lost and found["status"] != "lost":
        return None  # won: told as funds reinstated; an inquiry that ended moved nothing
    return _taken_back(
        event,
        found,
        SignalKind.CHARGEBACK,
        fact_id=found["id"],
        undone=event["type"] == "charge.dispute.funds_reinstated",
        lost=lost,
        reason=str(found["reason"]),
    )


def _taken_back(
    event: Mapping[str, Any],
    found: Mapping[str, Any],
    fact: SignalKind,
    *,
    fact_id: str,
    undone: bool,
    reason: str,
    lost: bool = False,
) -> PaymentEvent | None:
    if not found["payment_intent"]:  # a charge made outside of us: none of our accounts
        return None
    return PaymentEvent(
        event_id=event["id"],
        fact=fact,
        fact_id=fact_id,
        payment_id=found["payment_intent"],
        amount=_money(found["amount"], found["currency"]),
        at=_instant(event["created"]),
        undone=undone,
        lost=lost,
        reason=reason,
    )


_Reader = Callable[[Mapping[str, Any], Mapping[str, Any]], PaymentEvent | None]
_READERS: dict[str, _Reader] = {
    "payment_intent.succeeded": _paid,
    "payment_intent.processing": _pending,
    "payment_intent.payment_failed": _failed,
    "refund.created": _refunded,
    "refund.updated": _refunded,
    "refund.failed": _refunded,
    "charge.dispute.funds_withdrawn": _charged_back,
    "charge.dispute.funds_reinstated": _charged_back,
    "charge.dispute.closed": _charged_back,
}

WEBHOOK_EVENTS = tuple(sorted([*_READERS, _PAGE_DONE]))
"""What the webhook endpoint must be subscribed to, at the API version of the SDK."""
