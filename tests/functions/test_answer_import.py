"""The buttons of the dashboard's import page, from the page that shows them to what they do."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from dunlin.adapters.memory.clock import FixedClock
from dunlin.domain.imports import file_names
from dunlin.service.imports import missing
from functions.answer_import.handler import handler as answer_import
from functions.show_import.handler import handler as show_import
from tests.functions.metrics import counted
from tests.functions.wire import Context, wire
from tests.imports.place import CREDITOR, Office, table
from tests.imports.test_arriving import WAITS, Runner, drop
from tests.imports.test_missing import ROWS, statuses
from tests.staff.builders import ChainLog
from tests.staff.test_widgets import event

ANSWER = Context("dunlin-answer_import", "bea")
SHOW = Context("dunlin-show_import")
PARAMS = {"creditor": CREDITOR, "answer": ANSWER.invoked_function_arn}


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    office = Office()
    wire(
        monkeypatch,
        account_book=office.book,
        audit_archive=ChainLog(office.book),
        creditors=office.book.creditors,
        waker=office.waker,
        drop_box=office.box,
        intake=office.intake,
        import_machine=Runner(office),
        clock=FixedClock(office.now),
    )
    return office


def page(name: str, **params: str) -> str:
    key = file_names.summary_name(f"drop/{CREDITOR}/{name}")
    return str(show_import(event(key=key, params=PARAMS | params), SHOW))


def press(shown: str, label: str, **changes: Any) -> str:
    pressed = re.search(rf">{label}</button><cwdb-action[^>]*>([^<]*)<", shown)
    assert pressed is not None, shown
    payload = json.loads(html.unescape(pressed[1])) | changes
    return str(answer_import(event(params=PARAMS, **payload), ANSWER))


def test_an_answer_is_obeyed_and_counted(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    drop(office, Runner(office), f"drop/{CREDITOR}/open.csv", WAITS)
    shown = page("open.csv")
    assert "The import goes on by itself" in press(shown, "day first")
    assert str(office.account("K-1").due_on) == "2026-04-03"
    assert [m["outcome"] for m in counted("ImportAnswers", capsys)] == ["going_on"]
    assert "Nothing was changed" in press(shown, "month first")
    assert str(office.account("K-1").due_on) == "2026-04-03"


def cut_short(office: Office) -> None:
    office.drop("open.csv", table(ROWS))
    office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = b"version: 1\ncomplete: true\n"
    office.drop("open.csv", table(ROWS[:3]))


@pytest.mark.parametrize(
    ("label", "says", "after"),
    [
        ("They are gone", "197 accounts closed", {"imported": 3, "closed": 197}),
        ("They stay", "197 accounts go on as they stood", {"imported": 200}),
    ],
)
def test_a_person_says_what_became_of_what_a_cut_file_lacks(
    office: Office,
    label: str,
    says: str,
    after: dict[str, int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    cut_short(office)
    assert "197 accounts are not in it" in str(show_import(event(params=PARAMS), SHOW))
    shown = page("open.csv")
    assert "197 of 200 accounts are not in it" in shown
    assert "nothing is sent about them until you say" in shown
    assert shown.count("197 debts, $21,867.00") == 4  # the box, both answers, "Close ...?"
    assert says in press(shown, label)
    assert statuses(office) == after
    assert not any(a.paused for a in office.book.accounts.values())
    assert [m["outcome"] for m in counted("MissingAnswers", capsys)] == [
        "closed" if "closed" in after else "going_on"
    ]
    account = office.account("K-50")
    entry = office.book.chains[f"account#{account.account_id}"][-1]
    assert (entry.actor, entry.data["why"]) == ("staff:bea", "dashboard")
    assert label not in page("open.csv"), "it is asked once"
    assert "Nothing was changed" in press(shown, label)


def test_a_great_number_takes_more_than_one_press(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing, "A_PRESS", 100)
    cut_short(office)
    assert "97 accounts are left" in press(page("open.csv"), "They are gone")
    assert "97 accounts closed" in press(page("open.csv"), "They are gone")
    assert statuses(office)["closed"] == 197


def test_what_a_whole_file_has_named_since_is_not_closed_by_an_older_page(office: Office) -> None:
    cut_short(office)
    shown = page("open.csv")
    office.drop("open.csv", table(ROWS))
    press(shown, "They are gone")
    assert statuses(office) == {"imported": 200}


@pytest.mark.parametrize(
    "wrong", [{"answer": "perhaps"}, {"import_id": "imp_0"}, {"key": "work/x.summary.json"}]
)
def test_what_no_page_showed_settles_nothing(office: Office, wrong: dict[str, str]) -> None:
    cut_short(office)
    assert "Nothing was changed" in press(page("open.csv"), "They are gone", **wrong)
    assert statuses(office) == {"imported": 200}


def test_a_page_of_one_creditor_settles_no_others_file(office: Office) -> None:
    cut_short(office)
    shown = page("open.csv")
    pressed = re.search(r">They are gone</button><cwdb-action[^>]*>([^<]*)<", shown)
    assert pressed is not None
    payload = json.loads(html.unescape(pressed[1]))
    other = event(params=PARAMS | {"creditor": "somebody-else"}, **payload)
    assert "Nothing was changed" in str(answer_import(other, ANSWER))
    assert statuses(office) == {"imported": 200}


def test_a_dashboard_without_the_function_names_the_command(office: Office) -> None:
    cut_short(office)
    shown = page("open.csv", answer="")
    assert f"dunlin missing {CREDITOR}" in shown
    assert "They are gone</button>" not in shown


@pytest.mark.usefixtures("office")
def test_it_describes_itself() -> None:
    described = answer_import({"describe": True}, ANSWER)
    assert isinstance(described, dict)
    assert described["markdown"].startswith("### Imports")
