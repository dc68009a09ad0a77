"""Notices and acts beside what a plain message minds: cases of a third reading, written from the
statutes apart from the rules, and every case of a message judged again as a notice by its medium.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.cli.judge import judge_line
from dunlin.cli.scoring import faults

HERE = Path(__file__).parent
VIA = {"letter": "mail", "email": "email", "sms": "sms"}


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


THIRD = _read(HERE / "third_reading.jsonl")
MESSAGES = [
    case
    for path in sorted((HERE / "cases").glob("*.jsonl"))
    for case in _read(path)
    if case["given"]["channel"] in VIA
]
# What stops the message and not the notice, by the words of the rule.
NOT_FOR = {
    "sue_threat": {"US-REGF-CEASE", "US-DECEASED"},
    "validation_notice": {
        "US-REGF-VALIDATION", "MA-940-VALIDATION", "US-REGF-DISPUTE", "LEGAL-FEES", "SOLAR-LOAN",
        "ST-TIMEBARRED", "US-DECEASED",
    },
}  # fmt: skip
# What stops the notice and not the message.
BESIDES = {
    "sue_threat": {
        "US-REGF-TIMEBARRED",
        "US-501R-ECA",
        "PLAT-AID-PENDING",
        "NM-PATIENT-DEBT",
        "NJ-MED-120",
    },
    "validation_notice": set[str](),
}


def _judged(case: dict[str, Any], given: dict[str, Any]) -> dict[str, str]:
    """The rules that stop a contact, with how."""
    line = json.dumps({"id": case["id"], "given": given})
    answer = judge_line(load_rulebook(), line, case.get("profile", "baseline"))
    assert "error" not in answer, answer
    return {r["id"]: r["result"] for r in answer["rules"] if r["result"] in ("block", "defer")}


@pytest.mark.parametrize("case", THIRD, ids=[c["id"] for c in THIRD])
def test_a_third_reading_of_the_statutes_found_the_same_answers(case):
    answer = judge_line(load_rulebook(), json.dumps(case))
    assert faults(case, answer) == [], case["why"]


@pytest.mark.parametrize("notice", ["sue_threat", "validation_notice"])
def test_a_notice_minds_what_a_message_of_its_medium_minds(notice):
    assert len(MESSAGES) > 150
    for case in MESSAGES:
        given = json.loads(json.dumps(case["given"]))
        plain = _judged(case, given)
        message = given.setdefault("message", {})
        message |= {"via": VIA[given["channel"]], "intent_and_authority": True}
        given["channel"] = notice
        given["consumer"].setdefault("consents", {})["esign"] = True
        as_notice = _judged(case, given)
        lost, gained = plain.items() - as_notice.items(), as_notice.items() - plain.items()
        assert {rule for rule, _ in lost} <= NOT_FOR[notice], (case["id"], lost)
        assert {rule for rule, _ in gained} <= BESIDES[notice], (case["id"], gained)
