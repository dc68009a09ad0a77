"""What a creditor offers a person, and how far what they build lies inside the limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median_low

from dunlin.domain.accounts.account import Account, Hold, LedgerEntry
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.arrangements import terms as term
from dunlin.domain.arrangements.arrangement import Arrangement, ArrangementState, arrangeable
from dunlin.domain.arrangements.terms import Bound, NoTerms, PayerProfile, Terms
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.strategies import Creditors

_HELD = frozenset({Hold.DISPUTE, Hold.REVIEW, Hold.INSURER, Hold.PAUSED})


def in_force(creditor: str, creditors: Creditors, today: date) -> Strategy:
    """The newest strategy whose limits are in force on a day: a change binds later requests
    only, from its day on. Raises `DomainError` for an unknown creditor."""
    newest = creditors.strategy(creditor)
    if newest is None:
        raise DomainError(f"creditor {creditor} has no strategy")
    for version in range(newest.version, 0, -1):
        strategy = creditors.strategy(creditor, version)
        if strategy is None:
            break
        starts = strategy.arrangement.from_on
        if starts is None or starts <= today:
            return strategy
    return newest


def offers(
    account: Account, strategy: Strategy, *, today: date, profile: PayerProfile | None = None
) -> tuple[Terms, ...]:
    """Two to four schedules inside the limits, none where the debt is too small to be split."""
    limits = term.limits_for(strategy.arrangement, account.override)
    return term.offers(arrangeable(account), limits, today=today, profile=profile)


def propose(
    account: Account,
    strategy: Strategy,
    *,
    instalment: Money | None,
    count: int | None,
    frequency: str,
    first_on: date,
    today: date,
) -> Terms | NoTerms:
    """The schedule that a person builds, by a payment or by a count, inside the limits or not."""
    return term.propose(
        arrangeable(account),
        term.limits_for(strategy.arrangement, account.override),
        instalment=instalment,
        count=count,
        frequency=frequency,
        first_on=first_on,
        today=today,
    )


def beyond(account: Account, strategy: Strategy, terms: Terms, *, today: date) -> tuple[Bound, ...]:
    """The limits that terms exceed; none means that they would be agreed at once."""
    limits = term.limits_for(strategy.arrangement, account.override)
    over = term.beyond(terms, limits, asked_on=today)
    return (*over, Bound.HELD) if account.hold in _HELD else over


def profile_of(
    ledger: Sequence[LedgerEntry], consumer: Consumer, past: Sequence[Arrangement]
) -> PayerProfile:
    """How the person pays, from the account's own ledger and what they stated."""
    paid = [-e.amount.minor for e in ledger if e.kind == "payment" and e.amount.minor < 0]
    broke = sum(1 for a in past if a.state is ArrangementState.BROKEN)
    return PayerProfile(
        usual_minor=median_low(paid) if paid else None,
        broken=broke,
        payday=consumer.preferences.payday,
    )
