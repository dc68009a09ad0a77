"""Answers are remembered for the creditor and the layout, and asked anew where it changed."""

from __future__ import annotations

from typing import Any

import pytest

from dunlin.adapters.imports.sidecar_file import read_sidecar, with_answers
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.sidecar import Sidecar
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.imports.remembering import forget, layouts
from tests.imports.place import CREDITOR, Office
from tests.staff.builders import ChainLog

DUE = "date_order:Due date"
HEADER = "Invoice,Customer No,Customer,Email,Phone,Balance,Due date"


@pytest.fixture
def office() -> Office:
    return Office()


def month(number: int, header: str = HEADER, more: str = "") -> str:
    return (
        f"{header}\nK-{number},C-1,Bo Sample,bo@example.com,(217) 555-0111,120.00,"
        f"0{number}/04/2026{more}\n"
    )


def answer(office: Office, name: str, **answers: str) -> None:
    key = f"drop/{CREDITOR}/{name}"
    by_id = {DUE if q == "due" else q: a for q, a in answers.items()}
    office.box.files[key] = with_answers(office.box.files.get(key, b""), by_id)


def answered(office: Office) -> None:
    """A file of March, its question answered in the mapping file that was written."""
    assert office.drop("open-2026-03.csv", month(3))["state"] == "waiting"
    answer(office, "open-2026-03.mapping.yaml", due="dmy")
    assert office.drop("open-2026-03.csv", month(3))["state"] == "done"


def test_next_months_file_asks_nothing(office: Office) -> None:
    answered(office)
    report = office.drop("open-2026-04.csv", month(5))
    assert report["state"] == "done"
    assert str(office.account("K-5").due_on) == "2026-04-05"
    assert any("open-2026-03.csv" in note for note in report["notes"])
    written = office.box.files[f"drop/{CREDITOR}/open-2026-04.mapping.yaml"]
    assert read_sidecar(written) == Sidecar(), "nobody said it of this file"


def test_another_creditor_is_asked(office: Office) -> None:
    answered(office)
    assert list(layouts("somebody-else", office.box)) == []
    (known,) = layouts(CREDITOR, office.box)
    assert known.sidecar.answers == {DUE: "dmy"}
    assert known.file == "open-2026-03.csv"


def test_a_remembered_answer_that_a_file_does_not_need_changes_nothing(office: Office) -> None:
    answered(office)
    plain = month(5).replace("05/04/2026", "05/24/2026")
    report = office.drop("open-2026-04.csv", plain)
    assert str(office.account("K-5").due_on) == "2026-05-24"
    assert not any("was not used" in note for note in report["notes"])
    assert office.drop("open-2026-05.csv", month(6))["state"] == "done"
    assert str(office.account("K-6").due_on) == "2026-04-06"


def test_a_layout_that_changed_asks_again_and_says_what_changed(office: Office) -> None:
    answered(office)
    changed = month(5, HEADER + ",Region", ",North")
    report = office.drop("open-2026-04.csv", changed)
    assert report["state"] == "waiting"
    (asked,) = report["decisions_needed"]  # all else hangs on it
    assert asked["id"] == "layout"
    assert 'new "Region"' in asked["why"]
    assert "gone" not in asked["why"]
    assert "due 5 April 2026" in asked["meanings"][0]
    answer(office, "open-2026-04.mapping.yaml", layout="as before")
    assert office.drop("open-2026-04.csv", changed)["state"] == "done"
    assert str(office.account("K-5").due_on) == "2026-04-05"
    later = office.drop("open-2026-05.csv", month(6, HEADER + ",Region", ",South"))
    assert later["state"] == "done", "the new layout is known now"
    assert str(office.account("K-6").due_on) == "2026-04-06"


def test_a_changed_layout_may_be_read_anew(office: Office) -> None:
    answered(office)
    changed = month(5, HEADER + ",Region", ",North")
    office.drop("open-2026-04.csv", changed)
    answer(office, "open-2026-04.mapping.yaml", layout="anew", due="mdy")
    assert office.drop("open-2026-04.csv", changed)["state"] == "done"
    assert str(office.account("K-5").due_on) == "2026-05-04"


def test_a_mapping_of_a_column_that_went_is_not_carried_over(office: Office) -> None:
    mapping = f"drop/{CREDITOR}/open-3.mapping.yaml"
    office.box.files[mapping] = b"mapping:\n  Phone: ignore\n  Due date: issue_date\n"
    assert office.drop("open-3.csv", month(3).replace("03/04", "03/24"))["state"] == "done"
    changed = month(5, HEADER.replace("Phone", "Telephone")).replace("05/04", "05/24")
    report = office.drop("open-4.csv", changed)
    (asked,) = report["decisions_needed"]
    assert 'new "Telephone"; gone "Phone"' in asked["why"]
    answer(office, "open-4.mapping.yaml", layout="as_before")
    after = office.drop("open-4.csv", changed)
    assert after["mapping"]["Due date"]["field"] == "issue_date"
    assert after["mapping"]["Telephone"]["field"] == "phone"


def test_a_file_of_another_kind_is_not_taken_for_a_changed_layout(office: Office) -> None:
    answered(office)
    payments = "Invoice,Payment Date,Amount Paid\nK-3,2026-04-02,20.00\n"
    assert office.drop("payments.csv", payments)["state"] == "done"


def test_what_is_forgotten_is_asked_again_and_the_record_says_who(office: Office) -> None:
    answered(office)
    (known,) = layouts(CREDITOR, office.box)
    order = StaffCommand(by="bea", why="case-1")
    means: dict[str, Any] = {
        "drop_box": office.box,
        "book": office.book,
        "log": ChainLog(office.book),
        "now": office.now,
    }
    with pytest.raises(DomainError, match="0 remembered layouts"):
        forget(CREDITOR, "zzzz", order, **means)
    forget(CREDITOR, known.fingerprint[:8], order, **means)
    assert list(layouts(CREDITOR, office.box)) == []
    assert office.drop("open-2026-04.csv", month(5))["state"] == "waiting"
    (entry,) = ChainLog(office.book).chain(f"creditor#{CREDITOR}")
    assert (entry.what, entry.actor) == ("AnswersForgotten", "staff:bea")


def test_an_answer_about_one_file_alone_is_not_remembered(office: Office) -> None:
    answered(office)
    changed = month(5, HEADER + ",Region", ",North")
    office.drop("open-2026-04.csv", changed)
    answer(office, "open-2026-04.mapping.yaml", layout="as_before")
    office.drop("open-2026-04.csv", changed)
    assert {tuple(k.sidecar.answers) for k in layouts(CREDITOR, office.box)} == {(DUE,)}
