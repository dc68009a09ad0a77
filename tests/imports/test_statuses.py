"""What a status says: owed, paid, void, a draft, a credit, held for a person, or not known.

`truth/statuses.txt` holds over a thousand as billing systems, clinics, landlords, law firms,
lenders and carriers write them in five languages; a heading gives the readings that are right.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dunlin.domain.imports.statuses import read_status
from tests.imports.reading import read, result_of, rows_by

TRUTH = Path(__file__).parent / "truth" / "statuses.txt"


def _truth() -> Iterator[tuple[str, list[str]]]:
    right: list[str] = []
    for line in TRUTH.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            right = line[1:-1].split(" or ")
        elif line:
            yield line, right


def _said(text: str) -> str:
    reading = read_status(text)
    if reading.hold:
        return f"held {reading.hold}"
    return {"open": "owed", None: "held"}.get(reading.status, reading.status or "")


@pytest.mark.parametrize(("text", "right"), list(_truth()))
def test_a_status_is_read_as_people_mean_it(text: str, right: list[str]) -> None:
    reading = _said(text)
    assert reading in right or (reading.startswith("held") and "held" in right)


def test_the_list_of_statuses_is_long_and_holds_each_text_under_one_heading() -> None:
    texts = [text for text, _ in _truth()]
    assert len(texts) == len(set(texts))
    assert len(texts) > 1_000


def _rows(*statuses: str, header: str = "Status") -> dict[int, dict[str, object]]:
    lines = [f"Invoice,Customer,Email,Due Date,Balance,{header}"]
    lines += [
        f'{n},Ada Abbott{n},a{n}@example.com,2026-01-15,1{n}.00,"{status}"'
        for n, status in enumerate(statuses, 1)
    ]
    return rows_by(read("\n".join(lines)))


@pytest.mark.parametrize(
    ("status", "held"),
    [
        ("Disputed", "disputed"), ("In dispute", "disputed"), ("BK Ch 13", "bankruptcy"),
        ("Estate", "deceased"), ("Sent to collections", "agency"), ("Legal", "legal_action"),
        ("C&D", "do_not_contact"), ("Payment plan", "payment_plan"), ("On hold", "on_hold"),
        ("ID theft", "fraud"), ("Wrong party", "wrong_person"), ("Blue", "unknown_status"),
        ("Pending insurance", "insurance_pending"), ("Hospice", "vulnerable"),
    ],
)  # fmt: skip
def test_a_status_that_forbids_holds_the_debt_under_its_own_code(status: str, held: str) -> None:
    row = _rows(status, "Open", "Overdue")[2]
    assert row["outcome"] == "created"
    assert row["account"]["held"] == held  # type: ignore[index]


def test_what_is_said_of_a_person_holds_all_their_debts_and_nobody_elses() -> None:
    rows = rows_by(
        read(
            "Invoice,Customer No,Customer,Email,Due Date,Balance,Status\n"
            "1,C-1,Ada Abbott,ada@example.com,2026-01-15,10.00,Deceased\n"
            "2,C-1,Ada Abbott,ada@example.com,2026-02-15,20.00,Open\n"
            "3,C-1,Ada Abbott,ada@example.com,2026-03-15,30.00,Paid\n"
            "4,C-2,Ben Barker,ben@example.com,2026-01-15,40.00,Open\n"
        )
    )
    held = {n: row["account"]["held"] for n, row in rows.items() if row["outcome"] == "created"}
    assert held == {2: "deceased", 3: "deceased", 5: None}


def test_a_dispute_of_one_debt_leaves_the_others_of_its_person_free() -> None:
    rows = rows_by(
        read(
            "Invoice,Customer No,Customer,Email,Due Date,Balance,Status\n"
            "1,C-1,Ada Abbott,ada@example.com,2026-01-15,10.00,Disputed\n"
            "2,C-1,Ada Abbott,ada@example.com,2026-02-15,20.00,Open\n"
        )
    )
    assert [rows[n]["account"]["held"] for n in (2, 3)] == ["disputed", None]


@pytest.mark.parametrize(
    ("first", "second", "created", "held"),
    [
        ("Open", "Paid", False, None), ("Closed", "Unpaid", True, "unknown_status"),
        ("Overdue", "In dispute", True, "disputed"), ("Sent", "Void", False, None),
        ("Open", "Bankruptcy", True, "bankruptcy"), ("Open", "Past due", True, None),
        ("Sent", "Partially paid", True, None), ("Open", "", True, None),
    ],
)  # fmt: skip
def test_of_two_status_columns_the_word_that_forbids_wins(
    first: str, second: str, created: bool, held: str | None
) -> None:
    result = result_of(
        "Invoice,Customer,Email,Due Date,Balance,Invoice status,Payment status\n"
        f"1,Ada Abbott,ada@example.com,2026-01-15,10.00,{first},{second}\n"
        "2,Ben Barker,ben@example.com,2026-01-15,20.00,Open,Overdue\n"
    )
    assert result.assembly is not None
    accounts = {a.invoice: a for a in result.assembly.created()}
    assert ("1" in accounts) == created
    if created:
        holds = accounts["1"].holds or (None,)
        assert holds[0] == held
