"""The decision: masks first, exact probabilities, exploration by one factor, replay."""

import math
import random
from collections import Counter
from dataclasses import fields, replace
from datetime import date

import pytest

from dunlin.domain.learning import features
from dunlin.domain.learning.arms import ARMS, EVERY, FIRM, NEIGHBOURS, Arm
from dunlin.domain.learning.decision import (
    WAIT,
    LearnerSettings,
    allowed_arms,
    choose_by_votes,
    decide,
)
from dunlin.domain.learning.features import COLUMNS, GROUPS, KnownState, columns
from dunlin.domain.learning.learner_model import (
    DRAWS,
    HEADS,
    LearnerModel,
    ModelError,
    ModelHead,
    model_document,
    read_model,
)

DAY = date(2025, 5, 14)
STATE = KnownState(
    days_past_due=40, balance_ratio=1.3, invoices=4, on_time_ratio=0.5, partial_payments=1,
    prior_plan=False, portal_user=True, placed_days=12, touches=2, softer=2, days_since_touch=6,
)  # fmt: skip
SETTINGS = LearnerSettings()


def model(seed: int = 1, spread: float = 0.4, harm: float = -4.5) -> LearnerModel:
    """A model of invented weights."""
    dice = random.Random(seed)
    constants = {"engaged": -1.5, "value": -0.3, "harm": harm}
    heads = {}
    for name in HEADS:
        draws = tuple(
            tuple(
                dice.gauss(0, spread) + (constants[name] if place == 0 else 0)
                for place in range(len(COLUMNS))
            )
            for _ in range(DRAWS)
        )
        heads[name] = ModelHead(mean=draws[0], draws=draws, precision=(1.0, 0.5, 2.0))
    return LearnerModel(heads=heads, touches=5000, engagements=700)


def test_the_features_are_the_allowed_ones_and_no_other():
    assert {field.name for field in fields(KnownState)} == {
        "days_past_due", "balance_ratio", "invoices", "on_time_ratio", "partial_payments",
        "prior_plan", "portal_user", "placed_days", "touches", "softer", "days_since_touch",
        "email_engaged", "sms_engaged", "email_ignored", "sms_ignored", "wants_plan",
        "broken_promise", "pay_weekday",
    }  # fmt: skip
    assert len(COLUMNS) == len(GROUPS) == len(set(COLUMNS))


def test_an_arm_has_one_place_and_its_neighbours_differ_in_one_factor():
    assert [arm.index for arm in ARMS] == list(range(72))
    for place, near in enumerate(NEIGHBOURS):
        assert len(near) == 1 + 5 + 2 + 1
        for other in near:
            pairs = zip(
                (getattr(ARMS[place], f) for f in ("channel", "block", "tone", "offer")),
                (getattr(ARMS[other], f) for f in ("channel", "block", "tone", "offer")),
                strict=True,
            )
            assert sum(a != b for a, b in pairs) == 1


@pytest.mark.parametrize(
    ("changes", "channels", "left"),
    [
        ({"days_since_touch": 4}, (True, True), 0),
        ({"touches": 7}, (True, True), 0),
        ({}, (True, True), 72),
        ({"softer": 1}, (True, True), 48),
        ({}, (True, False), 36),
        ({}, (False, False), 0),
    ],
)
def test_masks_come_before_any_score(changes, channels, left):
    known = replace(STATE, **changes)
    allowed = allowed_arms(known, SETTINGS, email=channels[0], sms=channels[1])
    assert len(allowed) == left
    choice = decide(known, day=DAY, allowed=allowed, model=model(), settings=SETTINGS, lot=0.5)
    assert choice.arm in allowed | {WAIT}
    assert set(choice.probabilities) <= allowed | {WAIT}


def test_a_row_holds_person_day_and_the_terms_of_its_arm():
    person = features.person_part(STATE)
    day = features.day_part(STATE, DAY, 0)
    row = dict(
        zip(COLUMNS, columns(person, day, Arm("sms", 18, "firm", "plan").index), strict=True)
    )
    assert row["always"] == row["text: always"] == row["firm: always"] == row["plan: always"] == 1
    assert row["neutral: always"] == 0
    assert row["18:00"] == row["text at 18:00"] == 1
    assert row["12:00"] == 0
    assert row["Wednesday"] == 1
    assert all(-2 <= value <= 2 for value in row.values())


def test_what_lies_outside_of_training_cannot_carry_a_score_away():
    wild = replace(STATE, days_past_due=1e9, balance_ratio=1e12, invoices=10**6, touches=99)
    assert all(-2 <= value <= 2 for value in features.person_part(wild))
    assert all(math.isfinite(value) for value in features.day_part(wild, DAY, 3))


def test_probabilities_are_those_with_which_arms_are_picked():
    votes = [(5, 0)] * 9 + [(17, 0)] * 4 + [(WAIT, 2)] * 3
    chosen: Counter[int] = Counter()
    runs = 4_000
    for number in range(runs):
        choice = choose_by_votes(votes, allowed=EVERY, explore=0.1, lot=(number + 0.5) / runs)
        assert sum(choice.probabilities.values()) == pytest.approx(1, abs=1e-12)
        chosen[choice.arm] += 1
    for arm, probability in choice.probabilities.items():
        assert chosen[arm] / runs == pytest.approx(probability, abs=2 / runs)
    tried = set(choice.probabilities) - {5, 17, WAIT}
    assert tried < set(NEIGHBOURS[5])
    assert min(choice.probabilities.values()) >= 0.1 / 9 - 1e-12


def test_nothing_is_tried_out_where_waiting_is_the_favourite():
    choice = choose_by_votes([(WAIT, 3)] * 12 + [(4, 0)] * 4, allowed=EVERY, explore=0.1, lot=0.99)
    assert choice.probabilities == {WAIT: 0.75, 4: 0.25}
    assert (choice.arm, choice.explored) == (4, False)


def test_exploration_keeps_to_what_is_allowed():
    choice = choose_by_votes([(0, 0)] * 16, allowed=EVERY - FIRM, explore=0.2, lot=0.999)
    assert not set(choice.probabilities) & FIRM
    assert choice.explored


def test_harm_that_costs_more_than_it_brings_means_waiting():
    allowed = allowed_arms(STATE, SETTINGS, email=True, sms=True)
    dear = replace(SETTINGS, harm_price=10_000.0)
    choice = decide(STATE, day=DAY, allowed=allowed, model=model(), settings=dear, lot=0.3)
    assert choice.probabilities == {WAIT: 1.0}
    assert choice.wait_days == 1


def test_a_better_day_ahead_is_waited_for_and_a_slightly_better_one_is_not():
    """Thursday is worth much: on Wednesday it is waited for a day, on Thursday it is used."""
    flat = model(spread=0.0)
    place = COLUMNS.index("Thursday")
    for worth, step in ((2.0, WAIT), (0.01, 0)):
        heads = dict(flat.heads)
        weights = list(heads["engaged"].mean)
        weights[place] = worth
        heads["engaged"] = replace(heads["engaged"], draws=(tuple(weights),) * DRAWS)
        thursdays = replace(flat, heads=heads)
        choice = decide(STATE, day=DAY, allowed=EVERY, model=thursdays, settings=SETTINGS, lot=0.5)
        assert (choice.arm if choice.arm == WAIT else 0) == step
        assert choice.wait_days == 1
    on_the_day = decide(
        STATE, day=date(2025, 5, 15), allowed=EVERY, model=thursdays, settings=SETTINGS, lot=0.5
    )
    assert on_the_day.arm != WAIT


def test_a_decision_is_repeated_from_what_its_document_says():
    """Model, state and lot are all it takes: a document that was written and read decides as
    often as it is asked the same."""
    first = read_model(model_document(model()))
    second = read_model(model_document(first))
    assert first.name == second.name
    for number in range(20):
        lot = number / 20
        choice = decide(STATE, day=DAY, allowed=EVERY, model=first, settings=SETTINGS, lot=lot)
        again = decide(STATE, day=DAY, allowed=EVERY, model=second, settings=SETTINGS, lot=lot)
        assert choice == again


@pytest.mark.parametrize("spoil", ["weight", "hash", "columns", "draws", "number"])
def test_a_model_that_was_edited_or_damaged_is_not_read(spoil):
    document = model_document(model())
    if spoil == "weight":
        document["heads"]["harm"]["mean"][3] += 0.1
    elif spoil == "hash":
        document["hash"] = "0" * 64
    elif spoil == "columns":
        document = _sealed({**document, "columns": document["columns"][::-1]})
    elif spoil == "draws":
        document["heads"]["value"]["draws"].pop()
        document = _sealed(document)
    else:
        document["heads"]["value"]["mean"][0] = "much"
        document = _sealed(document)
    with pytest.raises(ModelError):
        read_model(document)


def _sealed(document):
    """The document with a hash that fits, as somebody who knows how would edit it."""
    from dunlin.domain.learning import learner_model

    return {**document, "hash": learner_model._hash(document)}
