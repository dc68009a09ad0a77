"""The price of harm follows the projection, slowly, and never below half of what it began with."""

from dunlin.domain.learning.harm_budget import STEP, HarmBudget

BUDGET = HarmBudget(budget=0.05, price=2.0)
AGES = [day / 10 for day in range(600)]


def test_too_much_harm_makes_it_dearer_and_little_cheaper():
    dear, cheap = BUDGET.steered(AGES, 60), BUDGET.steered(AGES, 3)
    assert cheap.price < BUDGET.price < dear.price
    assert dear.projected is not None
    assert dear.projected > 0.05


def test_a_week_moves_it_by_a_quarter_at_most():
    assert BUDGET.steered(AGES, 600).price == BUDGET.price * (1 + STEP)


def test_it_never_falls_below_half_of_where_it_began():
    budget = BUDGET
    for _ in range(40):
        budget = budget.steered(AGES, 0)
    assert budget.price == 1.0


def test_few_accounts_hardly_move_it():
    steered = BUDGET.steered([20.0] * 5, 1)
    assert abs(steered.price / BUDGET.price - 1) < 0.06
