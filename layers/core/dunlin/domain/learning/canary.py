"""A trial of a model on some accounts: who takes part, when it is looked at, what a look says.

Accounts are drawn, not touches. There are four looks, and the bounds of O'Brien and Fleming
(Biometrics 35, 1979) keep the chance that looking four times names a winner where there is none at
5 %. Harm has bounds of its own, one-sided and lower.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace

from dunlin.domain.errors import DomainError
from dunlin.domain.learning.off_policy import Interval

BOUNDS = (4.05, 2.86, 2.34, 2.02)
HARM_BOUNDS = (2.8, 2.4, 2.1, 1.9)
LOOKS = len(BOUNDS)
MATURED_DAYS = 30
"""An account is looked at so many days after it was placed; the claim itself waits for 60."""
SPLIT_BOUND = 4.0
"""Beyond so many standard errors the split is not the one that was drawn."""
HOLDOUT = 0.05
"""The share of accounts that stays on the fixed ladder for good."""


def drawn(account_id: str, lot: str, share: float) -> bool:
    """Whether an account falls into a share. Follows from its id and the lot's name alone, so that
    it can be repeated and never changes under way."""
    digest = hashlib.sha256(f"{lot}\n{account_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share


def canary_share(accounts: int) -> float:
    """Half of a small tenant's accounts, since a fifth would show nothing; a fifth of a large
    one's."""
    return 0.5 if accounts < 20_000 else 0.2


def side(account_id: str, *, tenant: str, trial: str, share: float) -> str:
    """`holdout`, `canary` or `champion`. The holdout is drawn by the tenant, whatever is tried."""
    if drawn(account_id, f"holdout {tenant}", HOLDOUT):
        return "holdout"
    return "canary" if drawn(account_id, f"canary {tenant} {trial}", share) else "champion"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideOutcomes:
    """Sums over the matured accounts of one side: money owed and recovered in any one unit, with
    squares and product, and how many opted out or complained."""

    accounts: int = 0
    owed: float = 0.0
    recovered: float = 0.0
    owed_squared: float = 0.0
    recovered_squared: float = 0.0
    product: float = 0.0
    harmed: int = 0

    def with_account(self, *, owed: float, recovered: float, harmed: bool) -> SideOutcomes:
        return SideOutcomes(
            accounts=self.accounts + 1,
            owed=self.owed + owed,
            recovered=self.recovered + recovered,
            owed_squared=self.owed_squared + owed * owed,
            recovered_squared=self.recovered_squared + recovered * recovered,
            product=self.product + owed * recovered,
            harmed=self.harmed + harmed,
        )

    @property
    def recovery(self) -> Interval:
        """Money recovered over money owed, a ratio of two sums; without bounds below two
        accounts."""
        if self.accounts < 2 or not self.owed:
            return Interval(value=0.0, error=math.inf)
        rate = self.recovered / self.owed
        squares = self.recovered_squared - 2 * rate * self.product + rate * rate * self.owed_squared
        correction = self.accounts / (self.accounts - 1)
        return Interval(value=rate, error=math.sqrt(max(0.0, squares) * correction) / self.owed)


def gain(challenger: SideOutcomes, champion: SideOutcomes) -> Interval:
    """Recovery of one side beyond that of the other, as a share of what was owed."""
    ours, theirs = challenger.recovery, champion.recovery
    return Interval(value=ours.value - theirs.value, error=math.hypot(ours.error, theirs.error))


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A trial under way: `planned` matured accounts on both sides together, of which `share` get
    the challenger; `looks` were taken so far. Raises `DomainError` where there is nothing to look
    at four times, or but one side."""

    trial: str
    planned: int
    share: float
    looks: int = 0

    def __post_init__(self) -> None:
        if self.planned < LOOKS or not 0 < self.share < 1:
            raise DomainError("A trial wants accounts for its looks, and two sides.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryLook:
    """What a look said. `verdict` is `go on`, `better`, `worse`, `harm`, `no difference` (the last
    look, and no bound was passed) or `split broken`."""

    look: int
    accounts: int
    gain: Interval
    z: float
    harm_z: float
    verdict: str

    @property
    def over(self) -> bool:
        return self.verdict != "go on"


def look(
    canary: Canary, challenger: SideOutcomes, champion: SideOutcomes
) -> tuple[Canary, CanaryLook | None]:
    """Take the look that is due; None before enough accounts have matured. Looks that were missed
    are not made up for: the latest that is due is taken, with its own bound."""
    accounts = challenger.accounts + champion.accounts
    due = min(LOOKS, accounts * LOOKS // canary.planned)
    if due <= canary.looks:
        return canary, None
    difference = gain(challenger, champion)
    z = _z(difference.value, difference.error)
    harm_z = _harm_z(challenger, champion)
    taken = CanaryLook(
        look=due,
        accounts=accounts,
        gain=difference,
        z=z,
        harm_z=harm_z,
        verdict=_verdict(due, z, harm_z, _split_z(canary.share, challenger, champion)),
    )
    return replace(canary, looks=due), taken


def holdout_claim(rest: SideOutcomes, holdout: SideOutcomes) -> str:
    """What is said of the lift over the accounts that stay on the fixed ladder: the only claim
    that is shown as proof. Both sides are of accounts placed 60 days ago or earlier."""
    lift = gain(rest, holdout)
    if not lift.low > 0 and not lift.high < 0:
        return "not distinguishable yet"
    way = "more" if lift.value > 0 else "less"
    low, high = sorted((abs(lift.low), abs(lift.high)))
    return (
        f"{100 * abs(lift.value):.1f} points {way} of what was owed "
        f"({100 * low:.1f} to {100 * high:.1f})"
    )


def smallest_gain(accounts: int, *, share: float, spread: float = 0.6) -> float:
    """The gain in recovery that a trial of so many accounts shows four times in five. `spread` is
    the standard deviation of an account's influence on its side's recovery (0.5 to 0.6 in the
    industries that were simulated)."""
    if accounts < 4:
        return math.inf
    return (BOUNDS[-1] + 0.8416) * spread * math.sqrt(1 / (share * (1 - share) * accounts))


def _verdict(due: int, z: float, harm_z: float, split_z: float) -> str:
    if abs(split_z) > SPLIT_BOUND:
        return "split broken"
    if harm_z > HARM_BOUNDS[due - 1]:
        return "harm"
    if z < -BOUNDS[due - 1]:
        return "worse"
    if z > BOUNDS[due - 1]:
        return "better"
    return "no difference" if due == LOOKS else "go on"


def _z(value: float, error: float) -> float:
    return value / error if error and math.isfinite(error) else 0.0


def _harm_z(challenger: SideOutcomes, champion: SideOutcomes) -> float:
    if not challenger.accounts or not champion.accounts:
        return 0.0
    pooled = (challenger.harmed + champion.harmed) / (challenger.accounts + champion.accounts)
    error = math.sqrt(pooled * (1 - pooled) * (1 / challenger.accounts + 1 / champion.accounts))
    ours, theirs = challenger.harmed / challenger.accounts, champion.harmed / champion.accounts
    return _z(ours - theirs, error)


def _split_z(share: float, challenger: SideOutcomes, champion: SideOutcomes) -> float:
    accounts = challenger.accounts + champion.accounts
    return _z(challenger.accounts - share * accounts, math.sqrt(accounts * share * (1 - share)))
