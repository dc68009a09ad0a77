"""Columns of flags: `truth/flags.txt` holds headings in five languages, each with a cell that says
something and one that does not; a heading in brackets gives what is right. A column that only
hints at permission asks which way it runs, and is obeyed as it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.imports.reading import read, rows_by

TRUTH = Path(__file__).parent / "truth" / "flags.txt"


def _truth() -> Iterator[tuple[str, str, str, str]]:
    right = ""
    for line in TRUTH.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            right = line[1:-1]
        else:
            header, flagged, silent = (part.strip() for part in line.split("|"))
            yield header, flagged, silent, right


def _file(header: str, flagged: str, silent: str) -> str:
    return (
        f'Invoice,Customer,Email,Phone,Due Date,Balance,"{header}"\n'
        f'1001,Ada Abbott,ada@example.com,312-555-0101,2026-01-15,10.00,"{flagged}"\n'
        f'1002,Ben Barker,ben@example.com,312-555-0102,2026-01-16,20.00,"{silent}"\n'
        f'1003,Cleo Castle,cleo@example.com,312-555-0103,2026-01-17,30.00,"{silent}"\n'
        f'1004,Dora Denton,dora@example.com,312-555-0104,2026-01-18,45.00,"{silent}"\n'
    )


def _closed(account: dict[str, Any]) -> set[str]:
    consents = account["extras"].get("consents", ())
    return {consent["channel"] for consent in consents if not consent["granted"]}


def _untouched(row: dict[str, Any]) -> bool:
    account = row["account"]
    return account["status"] == "open" and not account["held"] and not _closed(account)


@pytest.mark.parametrize(("header", "flagged", "silent", "right"), list(_truth()))
def test_a_flag_is_understood_or_asked_about(
    header: str, flagged: str, silent: str, right: str
) -> None:
    document = read(_file(header, flagged, silent))
    if document["state"] == "waiting":
        assert "ask" in right
        assert [q["id"] for q in document["decisions_needed"]] == [f"mapping:{header}"]
        return
    rows = rows_by(document)
    account = rows[2]["account"]
    assert all(_untouched(rows[line]) for line in (3, 4, 5))
    if "free" in right:
        assert _untouched(rows[2])
    elif right == "settled":
        assert account["status"] != "open" or account["held"]
    else:
        channel = right.removeprefix("closed ")
        assert account["held"] or _closed(account) & {"all", channel}


def test_the_list_of_flags_is_long_and_asks_little() -> None:
    texts = list(_truth())
    assert len(texts) > 200
    assert sum("ask" in right for *_, right in texts) < 15


@pytest.mark.parametrize(
    ("answer", "closed"),
    [("opt_out_all", {2}), ("consent_all", {3, 4, 5}), ("ignore", set())],
)
def test_an_answer_says_which_way_a_column_runs(answer: str, closed: set[int]) -> None:
    asked = read(_file("Contact flag", "Y", "N"))
    (question,) = asked["decisions_needed"]
    assert question["choices"] == ["opt_out_all", "consent_all", "ignore"]
    rows = rows_by(read(_file("Contact flag", "Y", "N"), answers={question["id"]: answer}))
    assert {line for line, row in rows.items() if _closed(row["account"])} == closed


def _marks(columns: str, *cells: str) -> dict[int, str]:
    """What was made of three debts, by line: `held`, the channels that are closed, or `free`."""
    rows = [f"Invoice,Customer,Email,Phone,Due Date,Balance,{columns}"]
    people = ("Ada Abbott,ada@example.com", "Ben Barker,ben@example.com", "Cy Roe,cy@example.com")
    for n, (person, cell) in enumerate(zip(people, cells, strict=True), 1):
        rows.append(f"100{n},{person},312-555-010{n},2026-01-1{n},{n}0.00,{cell}")
    document = read("\n".join(rows) + "\n")
    assert document["state"] == "done", document["decisions_needed"]
    accounts = {row["row"]: row["account"] for row in document["rows"]}
    return {
        line: "held" if a["held"] else " ".join(sorted(_closed(a))) or "free"
        for line, a in accounts.items()
    }


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Customer Type", "Deceased"), ("Category", "Do Not Contact"),
        ("Customer Group", "Opted out"), ("Last Activity", "Cease and desist received"),
        ("Last Result", "Do not call again"), ("Disposition", "DNC requested"),
        ("Call Result", "Deceased - per son"), ("Custom Field 1", "customer is deceased"),
        ("Mail Code", "Return to sender - deceased"), ("Grupo de clientes", "Fallecidos"),
        ("Kundengruppe", "Verstorben"), ("Catégorie", "Décédé"), ("Tipo", "No contactar"),
        ("DNC Reason", "CUST REQ"), ("No Stmt", "X"),
    ],
)  # fmt: skip
def test_a_word_under_which_customers_are_sorted_may_forbid(header: str, cell: str) -> None:
    assert _marks(header, cell, "", "") == {2: "held", 3: "free", 4: "free"}


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Class", "Residential"), ("Department", "Legal"), ("Customer Type", "Agency"),
        ("Category", "Estate Planning"), ("Practice Area", "Bankruptcy"),
        ("Matter", "Estate of Jones"), ("Service", "Divorce attorney"),
        ("Project", "Chapter 7 petition"), ("Insurance Type", "Auto claim"),
        ("Description", "Court filing fee"), ("Item", "Attorney consult"),
        ("Communication Language", "English"), ("Statement Delivery", "Email"),
        ("Paperless", "Y"), ("Last Contact Date", "2026-01-02"), ("Contacted?", "Y"),
        ("Invoice Emailed", "Yes"), ("OK to ship", "Yes"), ("Permit No.", "P-123"),
        ("Stop #", "3"), ("Text", "Rent May"), ("Mail Returned", "N"), ("Wants receipt", "Y"),
        ("Accepts cards", "Y"), ("Stop Renewal", "Y"), ("Autopay Consent", "Y"),
        ("Collection Stage", "1"),
    ],
)  # fmt: skip
def test_a_column_that_only_sounds_so_is_passed_over_without_a_question(
    header: str, cell: str
) -> None:
    for second in (cell, "N" if len(cell) == 1 and cell.isalpha() else ""):
        assert _marks(header, cell, second, "") == dict.fromkeys((2, 3, 4), "free")


@pytest.mark.parametrize("header", ["Class", "Segment", "Customer Category"])
def test_a_sort_that_may_speak_of_work_or_of_the_person_is_asked_about(header: str) -> None:
    document = read(_file(header, "Bankruptcy", "Residential"))
    (question,) = document["decisions_needed"]
    assert (question["id"], question["choices"]) == (f"mapping:{header}", ["notes", "ignore"])
    for answer, held in (("notes", "bankruptcy"), ("ignore", None)):
        rows = rows_by(
            read(_file(header, "Bankruptcy", "Residential"), answers={question["id"]: answer})
        )
        assert rows[2]["account"]["held"] == held


@pytest.mark.parametrize(
    ("columns", "cells", "marks"),
    [
        ("Email Allowed,SMS Allowed", ("false,true", "true,true", "true,false"),
         ("email", "free", "sms")),
        ("Opted Out Email,Opted Out SMS", ("1,0", "0,1", "0,0"), ("email", "sms", "free")),
        ("Opt-In Date,Opt-Out Date", ("2025-01-02,2026-02-03", "2025-01-02,", ","),
         ("held", "free", "free")),
        ("Contact Status", ("Do not contact", "Active", "Active"), ("all", "free", "free")),
        ("OK to text", ("", "Y", "N"), ("free", "free", "sms")),
    ],
)  # fmt: skip
def test_several_columns_of_permission_stand_side_by_side(
    columns: str, cells: tuple[str, ...], marks: tuple[str, ...]
) -> None:
    assert tuple(_marks(columns, *cells).values()) == marks


@pytest.mark.parametrize(
    ("email", "phone"),
    [
        ("ada@example.com (do not email)", "312-555-0101"), ("OPTED OUT", "312-555-0101"),
        ("ada@example.com", "DNC 312-555-0101"), ("ada@example.com", "do not call"),
    ],
)  # fmt: skip
def test_words_beside_an_address_or_in_its_place_forbid(email: str, phone: str) -> None:
    document = read(
        "Invoice,Customer,Email,Phone,Due Date,Balance\n"
        f"1001,Ada Abbott,{email},{phone},2026-01-15,10.00\n"
        "1002,Al Legal,estate@example.com,(312) 555-0102 (work),2026-01-15,20.00\n"
    )
    held = {row["row"]: row["account"]["held"] for row in document["rows"]}
    assert held == {2: "do_not_contact", 3: None}
