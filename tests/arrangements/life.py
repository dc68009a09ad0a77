"""An arrangement's life on a clock that only moves forward: its machine and its processor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.domain.accounts.account import Hold
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    MethodKind,
    PaymentEvent,
    PaymentState,
    PaymentStatus,
    SavedMethod,
)
from dunlin.ports.accounts import Change
from dunlin.service import arrangements
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.payments.posting import post_event
from tests.arrangements.ground import CONSENT, NOW, Place, days
from tests.arrangements.saved_methods import CARD, InterruptedProcessor
from tests.support.builders import CREDITOR
from tests.support.ground import gate

_FACTS = {
    PaymentState.SUCCEEDED: SignalKind.PAYMENT,
    PaymentState.PENDING: SignalKind.PAYMENT_PENDING,
    PaymentState.FAILED: SignalKind.PAYMENT_FAILED,
}


class Life(Place):
    """`go` moves the clock to a day, doing at each instant what the machine would; every payment
    is told by its event, unless `deaf`."""

    gate = gate()

    def __init__(self, minor: int = 60_000, **document: Any) -> None:
        super().__init__(minor, **document)
        self.processor = InterruptedProcessor()
        self.now = NOW
        self.deaf = False
        self.told: dict[str, PaymentState] = {}
        self.handmade = 0

    @property
    def means(self) -> arrangements.ArrangementPorts:
        return arrangements.ArrangementPorts(
            book=self.book,
            gate=self.gate,
            processor=lambda: self.processor,
            waker=self.waker,
            now=self.now,
        )

    def save(self, method: SavedMethod = CARD, *, returns: bool = True) -> None:
        """The person saves a method on the processor's page and comes back, or does not."""
        at = self.now
        consent = replace(CONSENT, at=at)
        page = arrangements.autopay_page(
            self.account_id, consent=consent, locale="en", success_url="s", cancel_url="c",
            book=self.book, processor=self.processor, now=at,
        )  # fmt: skip
        assert not isinstance(page, arrangements.AskRefusal)
        self.processor.save(page.id, method)
        if not returns:
            return
        arrangements.autopay_saved(
            self.account_id,
            book=self.book,
            waker=self.waker,
            processor=self.processor,
            now=at,
        )

    def look(self) -> arrangements.ArrangementDecision:
        """One look of the newest arrangement's machine, then the events it caused."""
        newest = self.newest
        look = arrangements.advance(self.account_id, newest.arrangement_id, newest.run, self.means)
        self.hear()
        return look

    def hear(self) -> None:
        """Deliver what the processor has not told yet."""
        for payment in list(self.processor.payments.values()):
            if not self.deaf and self.told.get(payment.id) is not payment.state:
                self.told[payment.id] = payment.state
                if payment.state in _FACTS:
                    self.tell(payment)

    def tell(self, payment: PaymentStatus) -> None:
        event = PaymentEvent(
            event_id=f"evt_{payment.id}_{payment.state}",
            fact=_FACTS[payment.state],
            fact_id=payment.id,
            payment_id=payment.id,
            amount=payment.amount,
            at=self.now,
            account_id=self.account_id,
            attempt_id=payment.attempt_id,
            method=payment.method,
            decline=payment.decline,
        )
        post_event(
            event, processor=self.processor, book=self.book,
            attempts=MemoryPortalSessions(), waker=self.waker,
            now=self.now,
        )  # fmt: skip

    def pay(self, minor: int, *, state: PaymentState = PaymentState.SUCCEEDED) -> PaymentStatus:
        """The person pays by themselves."""
        self.handmade += 1
        amount, nothing = Money(minor, "USD"), Money(0, "USD")
        paid = PaymentStatus(
            id=f"pi_hand{self.handmade}",
            state=state,
            amount=amount,
            received=amount if state is PaymentState.SUCCEEDED else nothing,
            refunded=nothing,
            account_id=self.account_id,
            attempt_id=f"attempt-{self.handmade}",
            creditor=CREDITOR,
            method=MethodKind.CARD if state is PaymentState.SUCCEEDED else MethodKind.BANK,
        )
        self.processor.payments[paid.id] = paid
        self.hear()
        return paid

    def go(self, until: datetime) -> Arrangement:
        """Live until an instant."""
        for _ in range(500):
            self.look()
            newest = self.newest
            if newest.next_at is None or newest.next_at > until:
                break
            self.now = max(self.now, newest.next_at)
        else:
            raise AssertionError("the arrangement never came to rest")
        self.now = max(self.now, until)
        self.look()
        return self.newest

    def after(self, count: int) -> Arrangement:
        return self.go(self.now + days(count))

    def hold(self, hold: Hold | None) -> None:
        account = self.account
        entry = entry_of(account, now=self.now, what="Changed", data={})
        self.book.apply(
            Change(account=next_version(replace(account, hold=hold), entry), audit=[entry])
        )

    def sent(self, kind: str, cause: str) -> None:
        """The notice reached the provider."""
        from dunlin.domain.accounts.consumer import Channel

        touch = Touch(
            touch_id=f"tch_{kind}{cause}", key=f"N#{kind}#{cause}", account_id=self.account_id,
            consumer_id=self.account.consumer_id, creditor=CREDITOR, channel=Channel.EMAIL,
            template=kind, template_version="v1", state=TouchState.SENT,
            permitted_at=self.now, expires_at=self.now, sent_at=self.now,
        )  # fmt: skip
        self.book.touches[self.account_id, touch.key] = touch

    def notices(self, kind: str) -> list[str]:
        """The causes of the notices of a kind, without the arrangement's id."""
        return [c.partition(".")[2] for _, k, c in self.waker.notices if k == kind]
