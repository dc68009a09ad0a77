"""Calls of Stripe's SDK that the contract's checks begin with."""

from __future__ import annotations

import uuid
from typing import Any

import stripe

from tests.stripe.conftest import Processor

BACK = {"return_url": "https://example.com/back"}
NEVER = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}


def key() -> dict[str, str]:
    return {"idempotency_key": str(uuid.uuid4())}


def pay(at: Processor, method: str = "pm_card_visa", **more: Any) -> stripe.PaymentIntent:
    return at.v1.payment_intents.create(
        {"amount": 2500, "currency": "usd", "payment_method": method, "confirm": True,
         **BACK, **more}
    )  # fmt: skip


def saved(at: Processor, method: str = "pm_card_visa") -> tuple[str, str]:
    customer = at.v1.customers.create({"email": "payer@example.com"}).id
    return customer, at.v1.payment_methods.attach(method, {"customer": customer}).id


def bank(at: Processor, number: str = "000123456789") -> str:
    return at.v1.payment_methods.create(
        {
            "type": "us_bank_account",
            "us_bank_account": {
                "account_holder_type": "individual",
                "account_number": number,
                "routing_number": "110000000",
            },
            "billing_details": {"name": "Ada Moreno", "email": "ada@example.com"},
        }
    ).id


def mandate() -> dict[str, Any]:
    return {
        "customer_acceptance": {
            "type": "online",
            "online": {"ip_address": "192.0.2.1", "user_agent": "test"},
        }
    }


def session(at: Processor, **more: Any) -> stripe.checkout.Session:
    return at.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "https://example.com/done?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://example.com/back",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "usd",
                        "unit_amount": 12345,
                        "product_data": {"name": "Account payment"},
                    },
                }
            ],
            **more,
        }
    )
