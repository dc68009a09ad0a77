"""Answers on the dashboard: one button each, on the record, and the import goes on by itself."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from dunlin.service.imports.answering import AnswerOrder, AnswerTaken, answer_import
from dunlin.service.imports.shown import import_at
from dunlin.views.widgets.ask import Ask, read_ask
from dunlin.views.widgets.imports import ImportWidget
from tests.imports.place import CREDITOR, Office
from tests.imports.test_arriving import Runner, drop
from tests.staff.builders import ChainLog

SHOW = "arn:aws:lambda:us-east-1:000000000000:function:dunlin-show_import"
ANSWER = "arn:aws:lambda:us-east-1:000000000000:function:dunlin-answer_import"
KEY = f"drop/{CREDITOR}/open.summary.json"
OPEN = (
    "Invoice,Customer No,Customer,Email,Phone,Balance,Due date,Issued\n"
    "K-1,C-1,Bo Sample,bo@example.com,(217) 555-0111,120.00,03/04/2026,01/02/2026\n"
)
WIDGET = ImportWidget()


class Desk:
    """A member of staff before the dashboard."""

    def __init__(self) -> None:
        self.office = Office()
        self.machine = Runner(self.office)
        drop(self.office, self.machine, f"drop/{CREDITOR}/open.csv", OPEN)

    def page(self, **params: str) -> str:
        ask = Ask(describe=False, endpoint=SHOW, params={"answer": ANSWER, **params})
        return str(WIDGET.one(ask, import_at(self.office.box, "", KEY)))

    def buttons(self) -> dict[str, dict[str, Any]]:
        """The payload of every button of the page that answers, by its label."""
        pressable = re.findall(
            r'<button type="button" class="btn[^"]*">([^<]*)</button><cwdb-action action="call" '
            rf'display="widget" endpoint="{ANSWER}">([^<]*)</cwdb-action>',
            self.page(),
        )
        return {
            f"{n}: {label}": json.loads(payload) for n, (label, payload) in enumerate(pressable)
        }

    def press(self, payload: dict[str, Any], by: str = "bea") -> AnswerTaken:
        ask = read_ask(payload, f"{ANSWER}:{by}")
        order = AnswerOrder(
            creditor=ask.creditor,
            key=ask.value("key"),
            import_id=ask.value("import_id"),
            question=ask.value("question"),
            answer=ask.value("answer"),
        )
        return answer_import(
            order, by=ask.by, intake=self.office.intake, drop_box=self.office.box,
            machine=self.machine, book=self.office.book, log=ChainLog(self.office.book),
            now=self.office.now,
        )  # fmt: skip


@pytest.fixture
def staff() -> Desk:
    return Desk()


def test_the_page_asks_with_rows_choices_and_what_each_would_do(staff: Desk) -> None:
    page = staff.page()
    assert "Due date: every date of the column reads both day first and month first." in page
    assert "Row 2: " in page
    assert "03/04/2026" in page
    assert "B••• S•••" in page
    assert "Bo Sample" not in page
    assert "1 debt, $120.00, due 4 March 2026" in page
    assert "1 debt, $120.00, due 3 April 2026" in page
    assert list(staff.buttons()) == [
        "0: month first", "1: day first", "2: month first", "3: day first",
    ]  # fmt: skip


def test_the_last_answer_lets_the_import_go_on(staff: Desk) -> None:
    first, second = list(staff.buttons().values())[1], list(staff.buttons().values())[2]
    assert staff.press(first) == AnswerTaken(outcome="noted", left=1)
    assert not staff.office.book.accounts
    assert "Answered: day first" in staff.page()
    assert len(staff.buttons()) == 2
    assert staff.press(second).outcome == "going_on"
    assert str(staff.office.account("K-1").due_on) == "2026-04-03"
    assert staff.buttons() == {}
    assert "1 account is ready to be activated." in staff.page()


def test_who_answered_is_on_the_record_without_a_word_of_the_file(staff: Desk) -> None:
    for payload in list(staff.buttons().values())[1:3]:
        staff.press(payload)
    entries = ChainLog(staff.office.book).chain(f"creditor#{CREDITOR}")
    assert [(e.what, e.actor, e.data["kind"]) for e in entries] == [
        ("ImportAnswered", "staff:bea", "date_order")
    ] * 2
    assert "Due date" not in str(entries)
    assert len({e.data["answer_sha256"] for e in entries}) == 2


def test_a_button_of_an_older_page_changes_nothing(staff: Desk) -> None:
    old = list(staff.buttons().values())
    drop(staff.office, staff.machine, f"drop/{CREDITOR}/open.csv", OPEN.replace("120", "130"))
    assert staff.press(old[0]).outcome == "stale"
    new = list(staff.buttons().values())
    staff.press(new[0])
    assert staff.press(new[2]).outcome == "going_on"
    assert staff.press(new[0]).outcome == "stale", "it goes on already"
    assert len(staff.machine.names) == 3


@pytest.mark.parametrize(
    "wrong",
    [{"answer": 9}, {"answer": "x"}, {"answer": 0}, {"key": "drop/x/y.summary.json"},
     {"question": "0" * 24}, {"import_id": "imp_0"}, {"key": "work/a.summary.json"}],
)  # fmt: skip
def test_what_no_page_showed_is_not_taken(staff: Desk, wrong: dict[str, Any]) -> None:
    payload = next(iter(staff.buttons().values())) | wrong
    before = dict(staff.office.box.files)
    assert staff.press(payload).outcome in ("gone", "stale")
    assert staff.office.box.files == before
    assert ChainLog(staff.office.book).chain(f"creditor#{CREDITOR}") == []


def test_a_page_of_one_creditor_answers_no_others_import(staff: Desk) -> None:
    payload = next(iter(staff.buttons().values())) | {"creditor": "somebody-else"}
    assert staff.press(payload).outcome == "gone"


def test_what_a_person_wrote_in_the_mapping_file_stays(staff: Desk) -> None:
    place = f"drop/{CREDITOR}/open.mapping.yaml"
    staff.office.box.files[place] = b"# mine\nmapping:\n  Phone: ignore\n"
    buttons = list(staff.buttons().values())
    staff.press(buttons[0])
    assert staff.office.box.files[place].startswith(b"# mine\nmapping:\n  Phone: ignore\n")
    staff.press(buttons[2])
    document = import_at(staff.office.box, CREDITOR, KEY)
    assert document is not None
    assert document["mapping"]["Phone"]["field"] == "ignore"


def test_a_mapping_file_that_cannot_be_read_is_said(staff: Desk) -> None:
    staff.office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = b"version: 1\nx: [\n"
    taken = staff.press(next(iter(staff.buttons().values())))
    assert taken.outcome == "refused"
    assert "line" in taken.why


def test_a_dashboard_without_the_function_says_so(staff: Desk) -> None:
    assert "This dashboard names no function for answers." in staff.page(answer="")
    assert "month first" in staff.page(answer="")


@pytest.mark.parametrize("taken", [
    AnswerTaken(outcome="going_on"), AnswerTaken(outcome="noted", left=2),
    AnswerTaken(outcome="stale"), AnswerTaken(outcome="gone"),
    AnswerTaken(outcome="refused", why="line 2: <b>no</b>"),
])  # fmt: skip
def test_what_became_of_an_answer_is_said_with_a_way_back(taken: AnswerTaken) -> None:
    ask = read_ask({"list": SHOW, "key": KEY}, ANSWER)
    page = str(WIDGET.answered(ask, taken))
    assert "Back to the import" in page
    assert KEY in page
    assert "<b>" not in page


def test_a_file_of_a_very_long_name_is_answered() -> None:
    key = f"drop/{CREDITOR}/{'a' * 900}.summary.json"
    ask = read_ask({"key": key, "question": "q" * 300}, ANSWER)
    assert ask.value("key") == key
    assert len(ask.value("question")) == 200
