"""Generated exports with known truth, read as `dunlin import --dry-run --json` reads them.

A sample of what `make measure-import` measures over thousands.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.imports.exports.generate import build, plan
from tests.imports.exports.judge import ASKED, CRASH, NEEDLESS, RIGHT, WRONG, judged
from tests.imports.exports.measure import dry_run, run
from tests.imports.exports.mutations import BY_NAME as MUTATIONS
from tests.imports.exports.shapes import SHAPES
from tests.imports.exports.truth import ASK, EITHER, HOLD, LEAVE, PLAIN, Export

SAMPLE = range(300)
SILENT_WRONG = 4
"""How many files of the sample may be read wrong without a word: none, once all is mended. It is
lowered as faults are."""
NEEDLESS_QUESTIONS = 0.05
"""The share of plain files that may ask."""


@pytest.mark.slow
def test_a_sample_of_generated_exports_is_read_right_or_asks() -> None:
    results = run(SAMPLE, processes=1)
    outcomes = Counter(result.verdict.outcome for result in results)
    crashes = [(r.seed, r.verdict.codes) for r in results if r.verdict.outcome == CRASH]
    assert crashes == []
    assert outcomes[WRONG] <= SILENT_WRONG, outcomes
    plain = [r for r in results if r.plain]
    asked = [r.seed for r in plain if r.verdict.outcome == NEEDLESS]
    assert len(asked) <= NEEDLESS_QUESTIONS * len(plain), asked


def test_a_seed_always_gives_the_same_export() -> None:
    for seed in range(40):
        assert build(seed).content == build(seed).content
        assert plan(seed) == plan(seed)


def test_every_vendor_and_every_mutation_comes_up() -> None:
    plans = [plan(seed) for seed in range(6 * len(MUTATIONS))]
    assert {shape for shape, _, _ in plans} == {shape.name for shape in SHAPES}
    assert {name for _, names, _ in plans for name in names} == set(MUTATIONS)


def plain_list() -> Export:
    """Four debts in a list by hand to which nothing happened."""
    return build(1, shape="hand-en", mutations=[], size=4)


def _change(key: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(account: dict[str, Any]) -> None:
        account[key] = value

    return change


def _consumer(key: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(account: dict[str, Any]) -> None:
        account["consumer"][key] = value

    return change


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (_change("balance_minor", 1), "wrong amount"),
        (_change("currency", "EUR"), "wrong currency"),
        (_change("due_on", "2031-01-01"), "wrong due day"),
        (_change("due_on", None), "due day lost"),
        (_consumer("name", "Wren Hale"), "wrong name"),
        (_consumer("emails", ["wren@example.com"]), "email of another"),
        (_consumer("phones", []), "phone lost"),
        (_change("debt_kind", "unknown"), "person read as a firm"),
    ],
)
def test_the_judge_sees_what_is_wrong_with_a_debt(change, kind) -> None:
    export = plain_list()
    document = dry_run(export)
    assert judged(export, document).faults == []
    person = next(d.party for d in export.debts if not d.party.firm)
    spoiled = copy.deepcopy(document)
    for row in spoiled["rows"]:
        if row["account"] and person.email in row["account"]["consumer"]["emails"]:
            change(row["account"])
            break
    verdict = judged(export, spoiled)
    assert verdict.outcome == WRONG
    assert kind in {fault.kind for fault in verdict.faults}


def test_the_judge_sees_what_is_chased_and_what_is_lost() -> None:
    export = plain_list()
    document = dry_run(export)
    export.debts[0].want = LEAVE
    export.debts[1].want = HOLD
    kinds = {fault.kind for fault in judged(export, document).faults}
    assert kinds == {"chased though open", "chased though it must be held"}
    lost = copy.deepcopy(document)
    lost["rows"][2].update(outcome="unchanged", code="paid")
    assert "debt lost" in {fault.kind for fault in judged(export, lost).faults}


def test_the_judge_tells_questions_that_are_right_from_those_that_are_not() -> None:
    export = plain_list()
    document = dry_run(export)
    waiting = {**document, "state": "waiting", "rows": []}
    assert judged(export, document).outcome == RIGHT
    assert judged(export, waiting).outcome == NEEDLESS
    for doubt in (EITHER, ASK):
        export.verdict = doubt
        assert judged(export, waiting).outcome == ASKED
    assert judged(export, document).outcome == WRONG
    export.verdict = PLAIN
    for row in document["rows"]:
        if row["account"]:
            row["account"]["held"] = "probable_match"
    held = judged(export, document)
    assert (held.outcome, held.held_needlessly) == (RIGHT, len(export.debts))
