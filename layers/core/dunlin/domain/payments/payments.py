"""Payments in our own words: a checkout, a payment's standing, and what became of the money.

Money posts on one fact, a payment that succeeded; everything else here explains, waits or
takes back. No card number, name or address appears in any of these types.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money


class ForgedEvent(DomainError):
    """A signed message, as a payment event is, that is not from whom it says, not ours, too old
    or unreadable."""


class CheckoutState(StrEnum):
    """`open`: may still be paid. `complete`: submitted. `expired`: can never be paid."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


class PaymentState(StrEnum):
    """`waiting`: for the person (a method, a proof of identity). `pending`: with the bank,
    neither paid nor failed. `failed`: the last try was declined. `authorised`: held, untaken."""

    WAITING = "waiting"
    PENDING = "pending"
    AUTHORISED = "authorised"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class MethodKind(StrEnum):
    CARD = "card"
    BANK = "bank"
    OTHER = "other"


class DeclineReason(StrEnum):
    """Why money was not taken, coarse enough to be said in a sentence with a next step."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED_CARD = "expired_card"
    WRONG_DETAILS = "wrong_details"
    WRONG_SECURITY_CODE = "wrong_security_code"
    LIMIT_REACHED = "limit_reached"
    PROOF_NEEDED = "proof_needed"
    PROOF_FAILED = "proof_failed"
    NOT_SUPPORTED = "not_supported"
    TRY_LATER = "try_later"
    ACCOUNT_CLOSED = "account_closed"
    NOT_AUTHORISED = "not_authorised"
    LOST_OR_STOLEN = "lost_or_stolen"
    SUSPECTED_FRAUD = "suspected_fraud"
    REVOKED = "revoked"
    DECLINED = "declined"


class Retry(StrEnum):
    """What may be done with the same saved method without the person.

    `later`: try again by the arrangement's retry rules. `after_person`: only once the person
    has proved who they are or mended the details. `never`: this method is finished.
    """

    LATER = "later"
    AFTER_PERSON = "after_person"
    NEVER = "never"


_RETRY = {
    DeclineReason.INSUFFICIENT_FUNDS: Retry.LATER,
    DeclineReason.LIMIT_REACHED: Retry.LATER,
    DeclineReason.TRY_LATER: Retry.LATER,
    DeclineReason.DECLINED: Retry.LATER,
    DeclineReason.EXPIRED_CARD: Retry.AFTER_PERSON,
    DeclineReason.WRONG_DETAILS: Retry.AFTER_PERSON,
    DeclineReason.WRONG_SECURITY_CODE: Retry.AFTER_PERSON,
    DeclineReason.PROOF_NEEDED: Retry.AFTER_PERSON,
    DeclineReason.PROOF_FAILED: Retry.AFTER_PERSON,
    DeclineReason.NOT_SUPPORTED: Retry.NEVER,
    DeclineReason.ACCOUNT_CLOSED: Retry.NEVER,
    DeclineReason.NOT_AUTHORISED: Retry.NEVER,
    DeclineReason.LOST_OR_STOLEN: Retry.NEVER,
    DeclineReason.SUSPECTED_FRAUD: Retry.NEVER,
    DeclineReason.REVOKED: Retry.NEVER,
}

# Never told to the person, who may not be the card's owner: they read a plain "declined".
_UNSPOKEN = frozenset({DeclineReason.LOST_OR_STOLEN, DeclineReason.SUSPECTED_FRAUD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """A payment that was refused. `code` is the processor's own word, for staff and logs."""

    reason: DeclineReason
    code: str

    @property
    def retry(self) -> Retry:
        """What may be done with the same method without the person."""
        return _RETRY[self.reason]

    @property
    def text_key(self) -> str:
        """Key of the sentence the person reads: `declined.insufficient_funds` and so on."""
        spoken = DeclineReason.DECLINED if self.reason in _UNSPOKEN else self.reason
        return f"declined.{spoken}"


TEXT_KEYS = frozenset(f"declined.{r}" for r in DeclineReason if r not in _UNSPOKEN)
"""Every sentence about a refused payment that each language of the portal must have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutSession:
    """A page at the processor where one attempt may be paid. `url` is used as it is."""

    id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutStatus:
    """Where a checkout stands. `payment_id` is empty until the person submitted something;
    `customer_ref` and `setup_ref` are filled by a checkout that saves a method."""

    id: str
    state: CheckoutState
    paid: bool
    amount: Money | None
    account_id: str
    attempt_id: str
    payment_id: str = ""
    url: str = ""
    customer_ref: str = ""
    setup_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPolicy:
    """What a creditor decided about money, the block `payments` of its strategy.

    `refund_excess_up_to_minor`: so much paid beyond what is owed goes back by itself, more than
    that when a person says so; 0 is never by itself. `pending_days`: so long may a bank take
    before staff are asked to look. `allocation`: what a payment pays first, second and last.
    `smallest_minor`: less than that is owed, but nobody is asked for it; the usual figure is the
    least that the processor takes by card.
    """

    refund_excess_up_to_minor: int = 100_000
    pending_days: int = 10
    allocation: tuple[str, ...] = ("fee", "interest", "principal")
    smallest_minor: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStatus:
    """Where a payment stands, by the processor's own books."""

    id: str
    state: PaymentState
    amount: Money
    received: Money
    refunded: Money
    account_id: str
    attempt_id: str
    creditor: str
    method: MethodKind
    decline: Decline | None = None
    created: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMethod:
    """A method the person saved for an arrangement. `label` is for people: `Visa 4242`."""

    customer_ref: str
    method_ref: str
    kind: MethodKind
    label: str
    expires: str = ""  # card: YYYY-MM, its last good month


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSaved:
    """The processor's word that a person finished the page on which a method is saved. Which one
    is asked for with `SavedMethods.saved_method`; `account_id` is empty for a page that is not
    ours."""

    event_id: str
    setup_id: str
    account_id: str


class RefundState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStatus:
    """Where a refund stands. `refused` made nothing: `code` says why (already refunded, more
    than is left, disputed) and `id` is empty. `key` is ours, "" for a refund made elsewhere."""

    id: str
    state: RefundState
    payment_id: str
    amount: Money | None
    code: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent:
    """One fact about money, told by the processor, any number of times and in any order.

    `fact` is one of payment, payment_pending, payment_failed, refund, chargeback. `fact_id` is
    unique for the fact, not the telling: post once by it; a refund that we made carries our own
    key, under which it stands on the ledger before the processor answers. `undone` says that
    this refund or chargeback was turned round (it failed, it was won): its reversal, posted once
    beside it.
    `lost`: a chargeback that the bank has decided for good; it moves nothing more.
    A failure says nothing about a later success of the same payment: ask
    `PaymentStates.payment` before telling a person.
    `amount` is what moved, always positive; for payment_failed what was tried. `account_id`,
    `attempt_id` and `creditor` are empty where the processor does not repeat them (refunds and
    chargebacks): find those by `payment_id`. `seen` is true where the person saw a decline on
    the processor's page and needs no message about it.
    """

    event_id: str
    fact: SignalKind
    fact_id: str
    payment_id: str
    amount: Money
    at: datetime
    account_id: str = ""
    attempt_id: str = ""
    creditor: str = ""
    method: MethodKind = MethodKind.OTHER
    decline: Decline | None = None
    undone: bool = False
    lost: bool = False
    seen: bool = False
    reason: str = ""
