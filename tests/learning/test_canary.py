"""A trial names no winner where there is none, finds one where there is, and stops harm."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from dunlin.domain.errors import DomainError
from dunlin.domain.learning.canary import (
    Canary,
    SideOutcomes,
    canary_share,
    drawn,
    gain,
    holdout_claim,
    look,
    side,
    smallest_gain,
)


def run(draws: random.Random, *, lift: float = 0.0, harm: float = 0.05, planned: int = 800) -> str:
    """One trial to its end: `lift` in the share of accounts that pay; opt-outs of 5 in 100 beside
    `harm` of the challenger."""
    canary = Canary(trial="t", planned=planned, share=0.5)
    sides = {"challenger": SideOutcomes(), "champion": SideOutcomes()}
    for number in range(planned):
        name = "challenger" if number % 2 else "champion"
        owed = draws.expovariate(1 / 300) + 20
        pays = draws.random() < 0.4 + (lift if number % 2 else 0)
        sides[name] = sides[name].with_account(
            owed=owed,
            recovered=owed if pays else 0.0,
            harmed=draws.random() < (harm if number % 2 else 0.05),
        )
        canary, taken = look(canary, sides["challenger"], sides["champion"])
        if taken is not None and taken.over:
            return taken.verdict
    raise AssertionError("a trial ends with its last look")


def verdicts(count: int, *, lift: float = 0.0, harm: float = 0.05) -> Counter[str]:
    draws = random.Random(9)
    return Counter(run(draws, lift=lift, harm=harm) for _ in range(count))


def test_no_difference_names_no_winner():
    counts = verdicts(250)
    # 2.5 % on each side, and three standard errors of 250 trials more.
    assert counts["better"] <= 14
    assert counts["worse"] <= 14
    assert counts["harm"] <= 25
    assert counts["no difference"] >= 200


def test_a_plain_gain_is_found_and_a_plain_loss_stopped():
    assert verdicts(40, lift=0.2)["better"] >= 34
    assert verdicts(40, lift=-0.2)["worse"] >= 34


def test_three_times_the_opt_outs_stop_a_model_that_brings_more():
    assert verdicts(40, lift=0.1, harm=0.16)["harm"] >= 34


def test_a_look_is_taken_once_and_missed_looks_are_not_made_up_for():
    canary = Canary(trial="t", planned=400, share=0.5)
    few = SideOutcomes(accounts=40, owed=40, recovered=20, owed_squared=40, recovered_squared=20,
                       product=20)  # fmt: skip
    assert look(canary, few, few) == (canary, None)
    many = SideOutcomes(accounts=110, owed=110, recovered=55, owed_squared=110,
                        recovered_squared=55, product=55)  # fmt: skip
    later, taken = look(canary, many, many)
    assert taken is not None
    assert (taken.look, taken.verdict, later.looks) == (2, "go on", 2)
    assert look(later, many, many) == (later, None)


def test_a_split_that_is_not_the_drawn_one_concludes_nothing():
    canary = Canary(trial="t", planned=1000, share=0.5)
    many = SideOutcomes(accounts=700, owed=700, recovered=700, owed_squared=700,
                        recovered_squared=700, product=700)  # fmt: skip
    few = SideOutcomes(accounts=300, owed=300, recovered=30, owed_squared=300,
                       recovered_squared=30, product=30)  # fmt: skip
    _, taken = look(canary, many, few)
    assert taken is not None
    assert taken.verdict == "split broken"


def test_the_interval_of_a_gain_covers_it():
    draws = random.Random(4)
    covered = 0
    for _ in range(300):
        sides = [SideOutcomes(), SideOutcomes()]
        for number in range(200):
            owed = draws.choice((50.0, 100.0, 900.0))
            # Who owes much pays less: recovery of money is not the share of accounts.
            pays = draws.random() < (0.2 if owed > 100 else 0.5) + 0.1 * (number % 2)
            sides[number % 2] = sides[number % 2].with_account(
                owed=owed, recovered=owed * pays, harmed=False
            )
        covered += gain(sides[1], sides[0]).holds(0.1)
    assert 270 <= covered <= 297


def test_accounts_are_drawn_by_their_id_alone_and_in_the_share_that_is_asked():
    ids = [f"acc-{number}" for number in range(4_000)]
    sides = Counter(side(i, tenant="ten", trial="m2", share=0.5) for i in ids)
    assert sides["holdout"] == pytest.approx(200, abs=45)
    assert sides["canary"] == pytest.approx(sides["champion"], abs=190)
    held = {i for i in ids if side(i, tenant="ten", trial="m2", share=0.5) == "holdout"}
    assert held == {i for i in ids if side(i, tenant="ten", trial="m3", share=0.2) == "holdout"}
    assert [drawn(i, "x", 0.3) for i in ids] == [drawn(i, "x", 0.3) for i in reversed(ids)][::-1]


def test_a_small_tenant_is_told_what_its_size_can_show():
    assert canary_share(1_000) == 0.5
    assert canary_share(20_000) == 0.2
    assert smallest_gain(1_000, share=0.5) > 0.10
    assert smallest_gain(5_000, share=0.5) < 0.05
    assert smallest_gain(3, share=0.5) == float("inf")


def test_a_side_of_a_single_account_has_no_bounds():
    single = SideOutcomes().with_account(owed=10, recovered=10, harmed=False)
    assert gain(single, single).error == float("inf")


def paying(accounts: int, share: float) -> SideOutcomes:
    """Accounts that owe the same, of which a share paid."""
    paid = round(accounts * share)
    return SideOutcomes(accounts=accounts, owed=accounts, recovered=paid, owed_squared=accounts,
                        recovered_squared=paid, product=paid)  # fmt: skip


@pytest.mark.parametrize(
    ("rest", "holdout", "claim"),
    [
        (paying(9_500, 0.46), paying(500, 0.40), "6.0 points more of what was owed (1.6 to 10.4)"),
        (paying(9_500, 0.34), paying(500, 0.40), "6.0 points less of what was owed (1.6 to 10.4)"),
        (paying(950, 0.46), paying(50, 0.40), "not distinguishable yet"),
        (paying(1, 1.0), paying(1, 0.0), "not distinguishable yet"),
        (SideOutcomes(), SideOutcomes(), "not distinguishable yet"),
    ],
)
def test_the_claim_over_the_holdout_has_an_interval_or_is_none(rest, holdout, claim):
    assert holdout_claim(rest, holdout) == claim


@pytest.mark.parametrize(("planned", "share"), [(3, 0.5), (0, 0.5), (400, 0.0), (400, 1.0)])
def test_a_trial_without_accounts_or_a_second_side_is_none(planned, share):
    with pytest.raises(DomainError):
        Canary(trial="t", planned=planned, share=share)
