"""Questions that a file raises: what they show, what each answer would do, which still stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dunlin.domain.imports.opened import Dropped
from dunlin.domain.imports.question_words import asked_of_the_file
from dunlin.domain.imports.types import FileProfile, ImportQuestion
from dunlin.service.imports.asking import Reading, heard, weighed
from dunlin.service.imports.read_file import FileResult
from tests.imports.reading import dropped, read, result_of

OPEN_ORDER = (
    "Invoice,Customer,Email,Due Date,Balance\n"
    "1,Ann Lee,ann@example.com,03/04/2026,10.00\n"
    "2,Bo Cy,bo@example.com,05/06/2026,20.50\n"
)
TWO_BALANCES = (
    "Zork,Blip,Quux,Wibble,Wobble\n"
    "1,Ann Lee,ann@example.com,10.00,5.00\n"
    "2,Bo Cy,bo@example.com,20.00,6.00\n"
)
DUE = "date_order:Due Date"


def questions(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {q["id"]: q for q in document["decisions_needed"]}


def of_answers(result: FileResult) -> list[str]:
    """What the reader says of the answers, apart from what it says of the file."""
    return [note for note in result.profile.notes if note.startswith("The answer")]


def test_a_question_shows_rows_and_what_each_answer_would_make_of_the_debts() -> None:
    (asked,) = questions(read(OPEN_ORDER)).values()
    assert asked["id"] == DUE
    assert asked["blocking"]
    assert [row["row"] for row in asked["rows"]] == [2, 3]
    assert asked["rows"][0]["cells"] == ["1", "Ann Lee", "ann@example.com", "03/04/2026", "10.00"]
    assert dict(zip(asked["choices"], asked["meanings"], strict=True)) == {
        "mdy": "2 debts, $30.50, due 4 March 2026 to 6 May 2026",
        "dmy": "2 debts, $30.50, due 3 April 2026 to 5 June 2026",
    }


def test_an_answer_that_moves_money_says_so() -> None:
    asked = questions(read(TWO_BALANCES))["mapping:Wobble"]
    meanings = dict(zip(asked["choices"], asked["meanings"], strict=True))
    assert "$30.00" in meanings["ignore"]
    assert len(set(meanings.values())) > 1


@pytest.mark.parametrize("answer", ["dmy", "DMY", "day first", "2", " dmy "])
def test_an_answer_settles_its_question(answer: str) -> None:
    document = read(OPEN_ORDER, answers={DUE: answer})
    assert document["decisions_needed"] == []
    assert document["rows"][0]["account"]["due_on"] == "2026-04-03"


def test_two_columns_are_answered_apart() -> None:
    table = OPEN_ORDER.replace("Email", "Invoice Date").replace("ann@example.com", "02/03/2026")
    table = table.replace("bo@example.com", "01/02/2026").replace("Customer", "Customer Name")
    answers = {DUE: "dmy", "date_order:Invoice Date": "mdy"}
    assert questions(read(table)).keys() == answers.keys()
    account = read(table, answers=answers)["rows"][0]["account"]
    assert (account["issued_on"], account["due_on"]) == ("2026-02-03", "2026-04-03")


def test_a_column_is_what_the_answer_says() -> None:
    document = read(TWO_BALANCES, answers={"mapping:Wobble": "paid"})
    assert document["mapping"]["Wobble"]["field"] == "paid"
    assert "mapping:Wobble" not in questions(document)


def test_an_answer_that_is_none_of_the_choices_is_told_and_waits() -> None:
    result = result_of(OPEN_ORDER, answers={DUE: "sideways"}, lines={("answers", DUE): 7})
    assert result.profile.waits
    (note,) = of_answers(result)
    assert "line 7" in note
    assert '"sideways" is no answer' in note
    assert "choose mdy, dmy" in note


def test_an_answer_to_what_is_not_asked_is_told_and_not_obeyed() -> None:
    plain = OPEN_ORDER.replace("03/04", "03/24")
    document = read(plain, answers={DUE: "dmy", "sheet": "Two"})
    assert document["rows"][0]["account"]["due_on"] == "2026-03-24"
    notes = of_answers(result_of(plain, answers={DUE: "dmy", "sheet": "Two"}))
    assert len(notes) == 2
    assert all("was not used" in note for note in notes)


def test_a_wrong_answer_to_what_would_not_have_waited_waits() -> None:
    text = OPEN_ORDER.replace("Due Date", "Last Payment Date")
    asked = "date_order:Last Payment Date"
    assert not result_of(text).profile.waits
    assert asked in questions(read(text))
    assert result_of(text, answers={asked: "shells"}).profile.waits


def test_an_answer_may_be_a_currency_that_is_not_among_the_likely_ones() -> None:
    abroad = OPEN_ORDER.replace("03/04", "23/04")
    assert "NZD" not in questions(read(abroad))["currency"]["choices"]
    document = read(abroad, answers={"currency": "nzd"})
    assert document["rows"][0]["account"]["currency"] == "NZD"


def test_a_question_that_only_an_answer_opens_is_heard() -> None:
    """Any kind of question is served: here one that is asked once another is answered."""

    def profiled(file: Dropped) -> Any:
        answers = file.hints.sidecar.answers
        first = ImportQuestion(kind="first", column=None, choices=("a", "b"), why="which?")
        second = ImportQuestion(kind="second", column=None, choices=("c", "d"), why="and then?")
        asks = [] if "first" in answers else [first]
        if answers.get("first") == "a" and "second" not in answers:
            asks.append(second)
        return FileProfile(
            kind="receivables", kind_why="", encoding="utf-8", delimiter=",", header_row=1,
            headers=(), mapping=(), decisions=tuple(asks),
        )  # fmt: skip

    file, profile = heard(dropped(b"x", answers={"second": "D", "first": "A"}), profiled)
    assert file.hints.sidecar.answers == {"first": "a", "second": "d"}
    assert (profile.decisions, profile.notes) == ((), ())
    file, profile = heard(dropped(b"x", answers={"second": "d", "first": "b"}), profiled)
    assert file.hints.sidecar.answers == {"first": "b"}
    assert len(profile.notes) == 1


def test_what_the_asker_said_itself_stays() -> None:
    result = result_of(OPEN_ORDER)
    asked = ImportQuestion(
        kind="x", column=None, choices=("a",), why="?", meanings=("all",), rows=((9, ("z",)),)
    )
    profile = replace(result.profile, decisions=(asked,))
    kept = weighed(dropped(OPEN_ORDER.encode()), profile, reading_of_nothing())
    assert kept.decisions == (asked,)


def reading_of_nothing() -> Any:
    return Reading(profiled=_never, rows=lambda _file, _profile: [], assembled=_never)


def _never(*_: Any) -> Any:
    raise AssertionError


def test_a_large_file_is_tried_on_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunlin.service.imports.asking.SAMPLE", 90)
    (asked,) = questions(read(OPEN_ORDER)).values()
    assert asked["meanings"][0].startswith("among its first 1 rows 1 debt, $10.00")


@pytest.mark.parametrize(
    ("columns", "ada", "asks", "shown"),
    [
        ("Amount Due,Amount Paid", "120.00,20.00",
         '"Amount Due" may be the whole bill, or what is left of it after "Amount Paid".',
         {"Amount Due": "120.00", "Amount Paid": "20.00"}),
        ("Balance,Unapplied Credits", "120.00,20.00",
         ('"Unapplied Credits" may still have to be taken off "Balance", or be taken off it'
         " already."),
         {"Balance": "120.00", "Unapplied Credits": "20.00"}),
        ("Net Amount,VAT", "120.00,24.00",
         '"Net Amount" seems to leave out the tax, which stands in "VAT".',
         {"Net Amount": "120.00", "VAT": "24.00"}),
    ],
)  # fmt: skip
def test_a_question_names_a_column_once_and_shows_those_that_it_names(
    columns: str, ada: str, asks: str, shown: dict[str, str]
) -> None:
    document = read(
        f"Invoice,Customer,Email,Due Date,{columns}\n"
        f"1,Ada Abbott,ada@example.com,2026-10-01,{ada}\n"
        f"2,Ben Barker,ben@example.com,2026-10-21,{ada}\n"
    )
    ((_, question),) = asked_of_the_file(document)
    assert question.asks == asks
    line, cells = question.rows[0]
    assert line == 2
    assert {key: cell for key, _, cell in cells if key in shown} == shown
