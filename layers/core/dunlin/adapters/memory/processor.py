"""The payment processor in memory, with the same promises as Stripe's: one contract runs over both.

What people, banks and time do at a processor is done by the methods below `# -- what happens
there`; each move of money is told once, in `told`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.errors import Defect, DomainError
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    CheckoutSession,
    CheckoutState,
    CheckoutStatus,
    Decline,
    DeclineReason,
    MethodKind,
    PaymentEvent,
    PaymentState,
    PaymentStatus,
    RefundState,
    RefundStatus,
    SavedMethod,
)
from dunlin.domain.payments.posting import EXCESS

_LEAST_MINOR = 50  # Stripe takes no less than 50 cents
_TOLD = {
    PaymentState.SUCCEEDED: SignalKind.PAYMENT,
    PaymentState.PENDING: SignalKind.PAYMENT_PENDING,
    PaymentState.FAILED: SignalKind.PAYMENT_FAILED,
}


class MemoryProcessor:
    """A payment processor whose idempotency key is the attempt id, as at Stripe.

    `declines` holds the reason for which a saved method (by its reference) is refused; a bank's
    is refused when it answers (`clear`), a card's at once. `refund_state` is what becomes of the
    next refunds. `remembers` false: the idempotency keys are forgotten, as Stripe's are after a
    day.
    """

    def __init__(
        self,
        origin: str = "https://checkout.example.com",
        *,
        now: datetime = datetime(2026, 11, 21, 18, 0, tzinfo=UTC),
    ) -> None:
        self.origin = origin
        self.now = now
        self.opened: list[dict[str, object]] = []  # what each page for a payment was asked for
        self.checkouts: dict[str, CheckoutStatus] = {}
        self.setups: dict[str, CheckoutStatus] = {}  # pages on which a method is saved
        self.saved: dict[str, SavedMethod] = {}  # by page
        self.forgotten: list[str] = []
        self.declines: dict[str, DeclineReason] = {}
        self.payments: dict[str, PaymentStatus] = {}
        self.refunded: dict[str, RefundStatus] = {}  # by our key
        self.refund_state = RefundState.SUCCEEDED
        self.remembers = True
        self.told: list[PaymentEvent] = []
        self._asked: dict[str, dict[str, object]] = {}
        self._charged: dict[str, tuple[str, str]] = {}  # payment → customer and method

    # -- the port

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
    ) -> CheckoutSession:
        asked: dict[str, object] = {
            "attempt_id": attempt_id,
            "account_id": account_id,
            "creditor": creditor,
            "amount": amount,
            "locale": locale,
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        if amount.minor < _LEAST_MINOR:
            raise DomainError(f"no page for {amount}")
        if self._first(attempt_id, asked):
            self.opened.append(asked)
            page = self._page(attempt_id, account_id, amount=amount)
            self.checkouts[page.id] = page
        return self._session(attempt_id)

    def expire_checkout(self, session_id: str) -> None:
        checkout = self.checkout(session_id)
        if checkout.state is CheckoutState.OPEN:
            pages = self.checkouts if session_id in self.checkouts else self.setups
            pages[session_id] = replace(checkout, state=CheckoutState.EXPIRED, url="")

    def checkout(self, session_id: str) -> CheckoutStatus:
        checkout = self.checkouts.get(session_id) or self.setups.get(session_id)
        if checkout is None:
            raise DomainError(f"no such page: {session_id}")
        return checkout

    def payment(self, payment_id: str) -> PaymentStatus:
        payment = self.payments.get(payment_id)
        if payment is None:
            raise DomainError(f"no such payment: {payment_id}")
        return payment

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
        asked: dict[str, object] = {
            "account_id": account_id,
            "creditor": creditor,
            "locale": locale,
            "success_url": success_url,
            "cancel_url": cancel_url,
            "customer_ref": customer_ref,
        }
        if self._first(attempt_id, asked):
            page = self._page(attempt_id, account_id, customer_ref=customer_ref)
            self.setups[page.id] = page
        return self._session(attempt_id)

    def saved_method(self, session_id: str) -> SavedMethod | None:
        self.checkout(session_id)
        return self.saved.get(session_id)

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
        method = next((m for m in self.saved.values() if m.method_ref == method_ref), None)
        if method is None or method_ref in self.forgotten:
            raise DomainError(f"no such method: {method_ref}")
        known = self.find_charge(attempt_id=attempt_id, customer_ref=customer_ref)
        if known is not None and self.remembers:
            if (known.amount, self._charged[known.id][1]) != (amount, method_ref):
                raise Defect("one attempt id was used for two different requests")
            return known
        waiting = PaymentStatus(
            id=f"pi_{len(self.payments) + 1}",
            state=PaymentState.WAITING,
            amount=amount,
            received=Money(0, amount.currency),
            refunded=Money(0, amount.currency),
            account_id=account_id,
            attempt_id=attempt_id,
            creditor=creditor,
            method=method.kind,
            created=self.now,
        )
        self.payments[waiting.id] = waiting
        self._charged[waiting.id] = (customer_ref, method_ref)
        if method.kind is MethodKind.BANK:
            return self.arrive(waiting.id, PaymentState.PENDING)
        return self._answer(waiting.id)

    def find_charge(self, *, attempt_id: str, customer_ref: str) -> PaymentStatus | None:
        for name, (customer, _) in reversed(self._charged.items()):
            if customer == customer_ref and self.payments[name].attempt_id == attempt_id:
                return self.payments[name]
        return None

    def forget_method(self, method_ref: str) -> None:
        if method_ref not in self.forgotten:
            self.forgotten.append(method_ref)

    def refund(
        self, *, refund_key: str, payment_id: str, amount: Money | None = None
    ) -> RefundStatus:
        if refund_key in self.refunded:
            return self.refunded[refund_key]
        payment = self.payment(payment_id)
        left = payment.received - payment.refunded
        back = left if amount is None else amount
        if not 0 < back.minor <= left.minor or self.refund_state is RefundState.REFUSED:
            return RefundStatus(
                id="",
                state=RefundState.REFUSED,
                payment_id=payment_id,
                amount=amount,
                code="amount_too_large" if left < back else "charge_already_refunded",
            )
        refund = RefundStatus(
            id=f"re_{len(self.refunded) + 1}",
            state=self.refund_state,
            payment_id=payment_id,
            amount=back,
            key=refund_key,
        )
        self.refunded[refund_key] = refund
        if refund.state is not RefundState.FAILED:
            self.payments[payment_id] = replace(payment, refunded=payment.refunded + back)
        self._tell_of_refund(refund, back, undone=refund.state is RefundState.FAILED)
        return refund

    def refunds(self, payment_id: str) -> list[RefundStatus]:
        return [
            refund for refund in reversed(self.refunded.values()) if refund.payment_id == payment_id
        ]

    def events_since(self, start: datetime) -> Iterator[PaymentEvent]:
        return (e for e in reversed(self.told) if e.at >= start)

    # -- what happens there

    def pay(self, attempt_id: str, payment: PaymentStatus) -> None:
        """A person submits the page of an attempt, which makes this payment."""
        page = self.checkout(f"cs_{attempt_id}")
        self.checkouts[page.id] = replace(
            page,
            state=CheckoutState.COMPLETE,
            paid=payment.state is PaymentState.SUCCEEDED,
            payment_id=payment.id,
            url="",
        )
        self.payments[payment.id] = payment
        self._tell_of_payment(payment)

    def save(self, session_id: str, method: SavedMethod) -> None:
        """A person saves a method on a page of `create_setup`."""
        page = self.checkout(session_id)
        self.setups[page.id] = replace(
            page,
            state=CheckoutState.COMPLETE,
            customer_ref=method.customer_ref,
            setup_ref=f"seti_{page.attempt_id}",
            url="",
        )
        self.saved[page.id] = method

    def arrive(
        self, payment_id: str, state: PaymentState, reason: DeclineReason | None = None
    ) -> PaymentStatus:
        """A payment reaches a state of which the processor tells: paid, with the bank, refused."""
        payment = self.payment(payment_id)
        paid = state is PaymentState.SUCCEEDED
        self.payments[payment_id] = replace(
            payment,
            state=state,
            received=payment.amount if paid else Money(0, payment.amount.currency),
            decline=Decline(reason=reason, code=reason.value) if reason else None,
        )
        self._tell_of_payment(self.payments[payment_id])
        return self.payments[payment_id]

    def clear(self, payment_id: str) -> PaymentStatus:
        """A bank's answer to a debit: the money, or the reason set for its method."""
        return self._answer(payment_id)

    def fail_refund(self, refund_key: str) -> None:
        """A refund comes back, as from an account that was closed. Once."""
        refund = self.refunded[refund_key]
        if refund.state is RefundState.FAILED or refund.amount is None:
            return
        self.refunded[refund_key] = replace(refund, state=RefundState.FAILED)
        payment = self.payments[refund.payment_id]
        self.payments[payment.id] = replace(payment, refunded=payment.refunded - refund.amount)
        self._tell_of_refund(refund, refund.amount, undone=True)

    def tell(
        self,
        fact: SignalKind,
        payment_id: str,
        fact_id: str,
        amount: Money,
        *,
        undone: bool = False,
        lost: bool = False,
    ) -> None:
        """Tell one fact about money. Refunds and chargebacks do not repeat whose it was."""
        known = self.payment(payment_id)
        repeats = fact not in (SignalKind.REFUND, SignalKind.CHARGEBACK)
        self.told.append(
            PaymentEvent(
                event_id=f"evt_{len(self.told)}",
                fact=fact,
                fact_id=fact_id,
                payment_id=payment_id,
                amount=amount,
                at=self.now,
                account_id=known.account_id if repeats else "",
                attempt_id=known.attempt_id if repeats else "",
                creditor=known.creditor if repeats else "",
                method=known.method if repeats else MethodKind.OTHER,
                decline=known.decline if fact is SignalKind.PAYMENT_FAILED else None,
                undone=undone,
                lost=lost,
            )
        )

    # -- behind it

    def _first(self, attempt_id: str, asked: dict[str, object]) -> bool:
        if self._asked.setdefault(attempt_id, asked) != asked:
            raise Defect("one attempt id was used for two different requests")
        return f"cs_{attempt_id}" not in self.checkouts | self.setups

    def _page(
        self,
        attempt_id: str,
        account_id: str,
        *,
        amount: Money | None = None,
        customer_ref: str = "",
    ) -> CheckoutStatus:
        name = f"cs_{attempt_id}"
        return CheckoutStatus(
            id=name,
            state=CheckoutState.OPEN,
            paid=False,
            amount=amount,
            account_id=account_id,
            attempt_id=attempt_id,
            url=f"{self.origin}/c/pay/{name}",
            customer_ref=customer_ref,
        )

    def _session(self, attempt_id: str) -> CheckoutSession:
        name = f"cs_{attempt_id}"
        return CheckoutSession(
            id=name, url=f"{self.origin}/c/pay/{name}", expires_at=self.now + timedelta(days=1)
        )

    def _answer(self, payment_id: str) -> PaymentStatus:
        reason = self.declines.get(self._charged[payment_id][1])
        state = PaymentState.SUCCEEDED if reason is None else PaymentState.FAILED
        return self.arrive(payment_id, state, reason)

    def _tell_of_payment(self, payment: PaymentStatus) -> None:
        if payment.state in _TOLD:
            fact = _TOLD[payment.state]
            suffix = {PaymentState.PENDING: "/pending", PaymentState.FAILED: "/failed"}
            fact_id = payment.id + suffix.get(payment.state, "")
            self.tell(fact, payment.id, fact_id, payment.amount)

    def _tell_of_refund(self, refund: RefundStatus, amount: Money, *, undone: bool) -> None:
        fact_id = refund.key if refund.key.startswith(f"{EXCESS}/") else refund.id
        self.tell(SignalKind.REFUND, refund.payment_id, fact_id, amount, undone=undone)
