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
