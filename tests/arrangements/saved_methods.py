"""The methods that people save in these tests, and a processor that is interrupted at a debit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import MethodKind, PaymentStatus, SavedMethod

CARD = SavedMethod(
    customer_ref="cus_1", method_ref="pm_card", kind=MethodKind.CARD, label="Visa 4242",
    expires="2027-04",
)  # fmt: skip
NEW_CARD = replace(CARD, method_ref="pm_new", label="Visa 1111", expires="2031-04")
BANK = replace(CARD, method_ref="pm_bank", kind=MethodKind.BANK, label="Bank 6789", expires="")


class InterruptedProcessor(MemoryProcessor):
    """`before` is called where a debit is asked for (`charge`) and once it is made (`charged`)."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[str], None] = lambda _point: None

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
        self.before("charge")
        before = len(self.payments)
        result = super().charge_saved(
            attempt_id=attempt_id,
            account_id=account_id,
            creditor=creditor,
            amount=amount,
            customer_ref=customer_ref,
            method_ref=method_ref,
        )
        if len(self.payments) > before:
            self.before("charged")
        return result

    @property
    def taken(self) -> int:
        """What all debits and payments took together, in minor units."""
        return sum(p.received.minor for p in self.payments.values())
