"""The dashboard's page of imports: what it says, and that a file's words stay words."""

from __future__ import annotations

from typing import Any

import pytest

from dunlin.domain.imports.report import advice
from dunlin.service.imports.shown import import_at, newest_imports
from dunlin.views.widgets.ask import Ask
from dunlin.views.widgets.imports import ImportWidget
from tests.imports.place import BO, CREDITOR, CY, DI, HEADER, Office, table

ARN = "arn:aws:lambda:us-east-1:000000000000:function:ShowImport"
EVIL = "<script>alert(1)</script>"
WIDGET = ImportWidget()


@pytest.fixture
def office() -> Office:
    return Office()


def ask(**params: str) -> Ask:
    return Ask(describe=False, endpoint=ARN, params=params)


def shown(office: Office, name: str, creditor: str = "") -> str:
    key = f"drop/{CREDITOR}/{name}.summary.json"
    return str(WIDGET.one(ask(), import_at(office.box, creditor, key)))


def test_one_import_is_shown_with_its_sums_beside_the_files_own(office: Office) -> None:
    broken = DI.replace("40.00", "?")
    office.drop("open.csv", table([BO, CY, broken, "Total,,,,,200.50,"]))
    page = shown(office, "open")
    assert "$200.50" in page
    assert "2 debts" in page
    assert "own total agrees" in page
    assert "61–90 days" in page
    assert "Not imported</td><td>1" in page
    assert f"<td>missing balance</td><td>{advice('missing_balance')}</td>" in page
    assert "Due date</td><td>due date" in page
    office.drop("open.csv", table([BO, CY, "Total,,,,,200.00,"]))
    assert "The total in line 4 says 200.00" in shown(office, "open")
    answered = b"version: 1\nanswers:\n  totals: rows\n"
    office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = answered
    office.drop("open.csv", table([BO, CY, "Total,,,,,200.00,"]))
    assert "$0.50 less than its rows" in shown(office, "open")


def test_what_waits_is_told_with_what_a_person_must_do(office: Office) -> None:
    lost = BO.replace("bo@example.com", "").replace("(217) 555-0111", "")
    office.drop("open.csv", table([lost, CY]))
    page = shown(office, "open")
    assert "Accounts that wait before anybody is written to" in page
    assert f"<td>1</td><td>missing contact</td><td>{advice('missing_contact')}</td>" in page
    assert "missing_contact" not in page


def test_a_file_that_waits_says_what_to_decide(office: Office) -> None:
    office.drop("open.csv", table([BO.replace("2026-09-01", "03/04/2026")]))
    page = shown(office, "open")
    assert "it waits for an answer to a question" in page
    assert "every date of the column reads both day first and month first" in page
    assert "month first: 1 debt, $120.00, due 4 March 2026" in page


def test_the_list_names_the_newest_file_first(office: Office) -> None:
    for name in ("a.csv", "b.csv", "a.csv"):
        office.drop(name, table([BO]))
    newest = newest_imports(office.box, CREDITOR)
    assert [summary["file"] for summary in newest] == ["a.csv", "b.csv"]
    page = str(WIDGET.imports(ask(), newest))
    assert page.index("a.csv") < page.index("b.csv")
    assert newest_imports(office.box, "somebody-else") == []
    assert "No imports yet" in str(WIDGET.imports(ask(), []))


@pytest.mark.parametrize("key", ["work/x.summary.json", f"drop/{CREDITOR}/no.summary.json", ""])
def test_a_key_that_names_no_import_shows_none(office: Office, key: str) -> None:
    assert "There is no import" in str(WIDGET.one(ask(), import_at(office.box, "", key)))


def test_one_creditors_page_shows_no_other(office: Office) -> None:
    office.drop("open.csv", table([BO]))
    assert "There is no import" in shown(office, "open", creditor="somebody-else")
    assert "There is no import" not in shown(office, "open", creditor=CREDITOR)


def test_what_a_file_says_never_becomes_markup(office: Office) -> None:
    name = f"{EVIL.replace('/', '')}.csv"
    header = HEADER.replace("Phone", EVIL)
    report: dict[str, Any] = office.drop(name, table([BO, CY.replace("80.50", EVIL)], header))
    assert EVIL in report["mapping"]
    pages = (
        shown(office, name.removesuffix(".csv")),
        str(WIDGET.imports(ask(), newest_imports(office.box, CREDITOR))),
    )
    for page in pages:
        assert "<script" not in page
        assert "&lt;script&gt;" in page
