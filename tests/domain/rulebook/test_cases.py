"""Cases: the samples of the rulebook's case format, and at least three of its own for each rule."""

import json
from collections import Counter
from pathlib import Path

import pytest

from dunlin.adapters.rulebook_files import load_rulebook
from dunlin.cli.judge import judge_line
from dunlin.cli.scoring import faults

HERE = Path(__file__).parent


def _read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


SAMPLES = _read(HERE / "sample_cases.jsonl")
OWN = [case for path in sorted((HERE / "cases").glob("*.jsonl")) for case in _read(path)]


def _answer(case: dict) -> dict:
    profile = case.get("profile", "baseline")
    return judge_line(load_rulebook(), json.dumps(case), profile)


@pytest.mark.parametrize("case", SAMPLES, ids=[c["id"] for c in SAMPLES])
def test_every_sample_is_judged_as_expected(case):
    assert faults(case, _answer(case)) == []


@pytest.mark.parametrize("case", OWN, ids=[c["id"] for c in OWN])
def test_every_case_of_a_rule_is_judged_as_its_text_says(case):
    assert faults(case, _answer(case)) == [], case["why"]


def test_every_rule_has_at_least_three_cases_met_and_not_met():
    counted = Counter(case["rule_ids"][0] for case in OWN)
    outcomes = {r: {c["expect"]["outcome"] for c in OWN if c["rule_ids"][0] == r} for r in counted}
    ids = [rule["id"] for rule in load_rulebook().documents]
    assert [i for i in ids if counted[i] < 3] == []
    # What nobody is ever denied has only one outcome to show.
    assert [i for i in ids if len(outcomes[i]) < 2] == ["PLAT-INBOUND"]


def test_a_rule_tested_by_its_case_answers_with_its_own_result():
    for case in OWN:
        if case["expect"]["outcome"] == "allow":
            continue
        results = {r["id"]: r["result"] for r in _answer(case)["rules"]}
        assert results[case["expect"]["rule_ids"][0]] in ("block", "defer"), case["id"]


def test_the_score_notices_a_wrong_answer():
    case = next(c for c in OWN if c["expect"]["outcome"] == "defer")
    answer = _answer(case)
    assert faults(case, {**answer, "outcome": "allow", "earliest_utc": None}) != []
    assert faults(case, {**answer, "earliest_utc": "2030-01-01T00:00:00Z"}) != []
    silent = [{**r, "result": "pass"} for r in answer["rules"]]
    assert faults(case, {**answer, "rules": silent}) != []
