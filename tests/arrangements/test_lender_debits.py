"""A lender's debits stop after two that failed running (12 CFR 1041.8)."""

from datetime import UTC, datetime

from dunlin.domain.payments.payments import DeclineReason
from tests.arrangements.ground import FIRST, days
from tests.arrangements.life import Life
from tests.arrangements.saved_methods import CARD


def _a_week_without_funds(industry: str) -> Life:
    life = Life(industry=industry)
    life.agreed(autopay=True)
    life.save()
    life.processor.declines[CARD.method_ref] = DeclineReason.INSUFFICIENT_FUNDS
    last = FIRST + days(7)
    life.go(datetime(last.year, last.month, last.day, 15, tzinfo=UTC))
    return life


def test_a_lender_whose_debits_failed_twice_running_asks_for_a_new_permission_first() -> None:
    life = _a_week_without_funds("financial")
    assert len(life.newest.instalments[0].tries) == 2
    assert life.newest.autopay is not None
    assert "US-CFPB-1041" in life.newest.autopay.paused


def test_whoever_lends_nothing_tries_as_often_as_the_networks_allow() -> None:
    assert len(_a_week_without_funds("medical").newest.instalments[0].tries) == 3
