"""The harm budget: how many opt-outs the creditor accepts, and the price of harm that keeps to it.

The price follows slowly. It is steered by a projection, not by last month's count: opt-outs show
within weeks of placing, so a fast controller overshoots.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

SETTLING_DAYS = 20.0
"""Opt-outs come in the course of contact: after so many days 63 % of an account's are in."""
PRIOR_ACCOUNTS = 200.0
"""The weight of the budget itself in the projection, in accounts (a Gamma prior)."""
STEP = 0.25
"""The most that the price moves in a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmBudget:
    """`budget` in opt-outs per account; `price` of an opt-out in median balances; `default` is
    the price that it began with, half of which it never falls below. `projected` is the rate that
    accounts of the last 60 days are heading for."""

    budget: float
    price: float
    default: float = 0.0
    projected: float | None = None

    def steered(self, ages: Sequence[float], harmed: int) -> HarmBudget:
        """The price after a week: `ages` in days of the accounts placed in the last 60 days, of
        which `harmed` opted out or complained."""
        exposure = sum(1 - math.exp(-age / SETTLING_DAYS) for age in ages)
        prior = self.budget * PRIOR_ACCOUNTS
        projected = (harmed + prior) / (exposure + PRIOR_ACCOUNTS)
        ratio = (projected / self.budget) ** 0.5
        step = min(1 + STEP, max(1 / (1 + STEP), ratio))
        default = self.default or self.price
        return replace(
            self, price=max(default / 2, self.price * step), default=default, projected=projected
        )
