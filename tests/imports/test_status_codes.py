"""Letters under the name of a standing: asked about once, obeyed, remembered by their question."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imports.reading import read, result_of

ROWS = (
    "1,Ada,ada@example.com,10.00,2026-02-20,O\n"
    "2,Ben,ben@example.com,20.00,2026-02-20,P\n"
    "3,Cora,cora@example.com,30.00,2026-02-20,D\n"
)


def file(heading: str) -> str:
    return f"Acct,Name,Email,Balance,Due Date,{heading}\n{ROWS}"


def standing(document: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    accounts = [row["account"] for row in document["rows"]]
    return {a["reference"]: (a["status"], a["held"]) for a in accounts}


@pytest.mark.parametrize("heading", ["St", "Stat", "Status", "Acct Status", "Disp", "Zustand"])
def test_each_letter_that_nobody_knows_is_asked_about(heading: str) -> None:
    asked = [d["id"] for d in read(file(heading))["decisions_needed"]]
    assert {f"status_code:{heading}=P", f"status_code:{heading}=D"} <= set(asked)


def test_what_a_letter_was_said_to_mean_is_obeyed_and_lasts() -> None:
    answers = {"status_code:St=P": "paid", "status_code:St=D": "hold", "status_code:St=O": "open"}
    assert standing(read(file("St"), answers=answers)) == {
        "1": ("open", None), "2": ("paid", None), "3": ("open", "unknown_status"),
    }  # fmt: skip
    assert {"status_code:St=P", "status_code:St=D"} <= dict(
        result_of(file("St"), answers=answers).profile.lasting_answers
    ).keys()


def test_a_letter_that_comes_later_alone_is_asked_about() -> None:
    later = file("St") + "4,Dan,dan@example.com,40.00,2026-02-20,W\n"
    answers = {"status_code:St=P": "paid", "status_code:St=D": "hold", "status_code:St=O": "open"}
    asked = [d["id"] for d in read(later, answers=answers)["decisions_needed"]]
    assert asked == ["status_code:St=W"]


def test_a_collectors_words_need_no_question() -> None:
    text = file("Disp").replace(",O\n", ",PIF\n").replace(",P\n", ",BK13\n")
    document = read(text.replace(",D\n", ",CND\n"))
    assert document["decisions_needed"] == []
    assert standing(document) == {
        "1": ("paid", None), "2": ("open", "bankruptcy"), "3": ("open", "do_not_contact"),
    }  # fmt: skip


@pytest.mark.parametrize("heading", ["St", "State"])
def test_states_are_places(heading: str) -> None:
    text = file(heading).replace(",O\n", ",TX\n").replace(",P\n", ",IL\n").replace(",D\n", ",NY\n")
    assert read(text)["decisions_needed"] == []


def test_letters_under_a_heading_of_one_letter_are_asked_about() -> None:
    text = "Inv,Cust,Email,Due,Amt,{}\n" + "".join(
        f"{n},A Abel{n},a{n}@example.com,2026-09-01,1{n}.00,{letter}\n"
        for n, letter in enumerate("OPV")
    )
    asked = [q["id"] for q in read(text.format("S"))["decisions_needed"]]
    assert asked == ["status_code:S=P", "status_code:S=V"]
    answers = {"status_code:S=P": "paid", "status_code:S=V": "void"}
    rows = read(text.format("S"), answers=answers)["rows"]
    assert [r["account"]["status"] for r in rows] == ["open", "paid", "void"]


def test_letters_that_tell_of_people_are_not_asked_about() -> None:
    text = "Inv,Cust,Email,Due,Amt,S\n1,Al Abel,a@example.com,2026-09-01,1.00,M\n"
    text += "2,Bo Abel,b@example.com,2026-09-01,2.00,F\n"
    assert read(text)["decisions_needed"] == []
