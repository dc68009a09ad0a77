"""Facts to render letters with: one invented creditor and one invented person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Consumer, ContactHistory
from dunlin.domain.money import Money
from dunlin.domain.strategy.strategy import Brand
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.ports.accounts import Facts
from dunlin.views.messages.message_samples import NOTICES

LINK = "https://pay.example.org/m/4fK29sLq0ZxYb71mNcPuWd"
STOP_LINK = "https://pay.example.org/s/9aB28tMr1AyZc82nOdQvXe"
NOTICE = {
    **NOTICES,
    "receipt": NOTICES["receipt"] | {"reference": "1001"},
    "opt_out_confirmation": {"reference": "1001"},
}
BRAND = Brand(
    name="Harbor Lane & Co",
    address="120 Harbor Lane, Portland, OR 97201",
    phone="(503) 555-0142",
    email_from="billing@example.org",
    reply_to="help@example.org",
)
_STRATEGY = read_strategy(
    {
        "debt_role": "first",
        "brand": {
            "name": BRAND.name,
            "address": BRAND.address,
            "phone": BRAND.phone,
            "email_from": BRAND.email_from,
            "reply_to": BRAND.reply_to,
        },
        "ladders": {
            "standard": [{"name": "one", "days": 0, "channels": ["email"], "template": "reminder"}]
        },
    },
    creditor="harbor",
    version=1,
)


def facts(
    *,
    language: str = "en",
    role: str = "first",
    given_name: str = "Ana",
    brand: Brand = BRAND,
    languages: tuple[str, ...] = ("en", "es"),
    business: bool = False,
    state: str = "OR",
    own: Mapping[str, Any] | None = None,
) -> Facts:
    return Facts(
        account=Account(
            account_id="acc_1",
            creditor="harbor",
            consumer_id="con_1",
            reference="1001",
            balance=Money(4500, "USD"),
            due_on=date(2026, 10, 1),
            debt_kind="business" if business else "consumer",
        ),
        consumer=Consumer(
            consumer_id="con_1",
            creditor="harbor",
            name="Ana Ruiz",
            given_name=given_name,
            language=language,
            company=business,
            state=state,
        ),
        history=ContactHistory(consumer_id="con_1"),
        strategy=replace(
            _STRATEGY, debt_role=role, brand=brand, languages=languages, templates=own or {}
        ),
    )
