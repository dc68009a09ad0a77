"""Stripe's published test cards and bank accounts, by number and by token, and what each does.

Numbers and tokens: docs.stripe.com/testing and docs.stripe.com/payments/ach-direct-debit. A
number is looked up once and then forgotten; only its last four digits are kept.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Behaviour:
    """What a test card or bank account does when it is charged.

    `decline` is Stripe's decline code; `code` the error code where it is not `card_declined`.
    `authenticate` is `always`, `once` (not after it was set up) or empty. `after` names what
    follows a success: `dispute`, `inquiry`, `refund_pending`, `refund_fails`.
    """

    name: str
    brand: str = "visa"
    funding: str = "credit"
    decline: str = ""
    code: str = ""
    authenticate: str = ""
    after: str = ""
    attach_only: bool = False


_CARDS: dict[str, tuple[str, Behaviour]] = {
    "4242424242424242": ("pm_card_visa", Behaviour("visa")),
    "4000056655665556": ("pm_card_visa_debit", Behaviour("visa_debit", funding="debit")),
    "5555555555554444": ("pm_card_mastercard", Behaviour("mastercard", "mastercard")),
    "378282246310005": ("pm_card_amex", Behaviour("amex", "amex")),
    "6011111111111117": ("pm_card_discover", Behaviour("discover", "discover")),
    "4000000000000002": (
        "pm_card_visa_chargeDeclined",
        Behaviour("declined", decline="generic_decline"),
    ),
    "4000000000009995": (
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        Behaviour("insufficient_funds", decline="insufficient_funds"),
    ),
    "4000000000009987": (
        "pm_card_visa_chargeDeclinedLostCard",
        Behaviour("lost_card", decline="lost_card"),
    ),
    "4000000000009979": (
        "pm_card_visa_chargeDeclinedStolenCard",
        Behaviour("stolen_card", decline="stolen_card"),
    ),
    "4000000000000069": (
        "pm_card_chargeDeclinedExpiredCard",
        Behaviour("expired_card", decline="expired_card", code="expired_card"),
    ),
    "4000000000000127": (
        "pm_card_chargeDeclinedIncorrectCvc",
        Behaviour("incorrect_cvc", decline="incorrect_cvc", code="incorrect_cvc"),
    ),
    "4000000000000119": (
        "pm_card_chargeDeclinedProcessingError",
        Behaviour("processing_error", decline="processing_error", code="processing_error"),
    ),
    "4000000000006975": (
        "pm_card_visa_chargeDeclinedVelocityLimitExceeded",
        Behaviour("velocity", decline="card_velocity_exceeded"),
    ),
    "4100000000000019": (
        "pm_card_chargeDeclinedFraudulent",
        Behaviour("fraudulent", decline="fraudulent"),
    ),
    "4000000000000341": (
        "pm_card_chargeCustomerFail",
        Behaviour("customer_fail", decline="generic_decline", attach_only=True),
    ),
    "4000000000003220": (
        "pm_card_threeDSecure2Required",
        Behaviour("three_d_secure", authenticate="always"),
    ),
    "4000002760003184": (
        "pm_card_authenticationRequired",
        Behaviour("authentication_required", authenticate="always"),
    ),
    "4000002500003155": (
        "pm_card_authenticationRequiredOnSetup",
        Behaviour("authentication_once", authenticate="once"),
    ),
    "4000008260003178": (
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        Behaviour("authentication_then_decline", decline="insufficient_funds",
                  authenticate="always"),
    ),
    "4000000000000259": ("pm_card_createDispute", Behaviour("dispute", after="dispute")),
    "4000000000001976": ("pm_card_createDisputeInquiry", Behaviour("inquiry", after="inquiry")),
    "4000000000007726": ("pm_card_pendingRefund", Behaviour("refund_pending",
                                                            after="refund_pending")),
    "4000000000005126": ("pm_card_refundFail", Behaviour("refund_fails", after="refund_fails")),
}  # fmt: skip

_BANKS: dict[str, tuple[str, Behaviour]] = {
    "000123456789": ("pm_usBankAccount_success", Behaviour("bank_ok")),
    "000111111113": (
        "pm_usBankAccount_accountClosed",
        Behaviour("bank_closed", decline="account_closed"),
    ),
    "000111111116": ("pm_usBankAccount_noAccount", Behaviour("bank_none", decline="no_account")),
    "000222222227": (
        "pm_usBankAccount_insufficientFunds",
        Behaviour("bank_insufficient_funds", decline="insufficient_funds"),
    ),
    "000333333335": (
        "pm_usBankAccount_debitNotAuthorized",
        Behaviour("bank_not_authorized", decline="debit_not_authorized"),
    ),
    "000555555559": ("pm_usBankAccount_dispute", Behaviour("bank_dispute", after="dispute")),
    "000000000009": ("pm_usBankAccount_processing", Behaviour("bank_stuck", after="stuck")),
}

ROUTING = "110000000"
BEHAVIOURS = {b.name: b for table in (_CARDS, _BANKS) for _, b in table.values()}

MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "account_closed": "The customer's bank account has been closed.",
    "no_account": "The customer's bank account could not be located.",
    "debit_not_authorized": "The customer has notified their bank that this payment was "
    "unauthorized.",
}


def by_card_number(number: str) -> Behaviour | None:
    """What a test card does; None where the number is no test card."""
    entry = _CARDS.get(number)
    return entry[1] if entry else None


def by_bank_number(number: str) -> Behaviour | None:
    """What a test bank account does; None where the number is no test account."""
    entry = _BANKS.get(number)
    return entry[1] if entry else None


def by_token(token: str) -> tuple[str, str, Behaviour] | None:
    """(`card` or `us_bank_account`, last four digits, behaviour) of a `pm_card_…` token."""
    for kind, table in (("card", _CARDS), ("us_bank_account", _BANKS)):
        for number, (name, behaviour) in table.items():
            if name == token:
                return kind, number[-4:], behaviour
    return None


def passes_luhn(number: str) -> bool:
    """The check digit every card number carries."""
    digits = [int(d) for d in reversed(number)]
    doubled = (sum(divmod(2 * d, 10)) for d in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
