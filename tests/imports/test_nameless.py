"""Tables without headings: what one reading is left of is read, the rest is asked and obeyed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.imports.reading import read

PEOPLE = ("Noor Haddad", "Samuel Osei", "Grace Kim")
MAILS = ("noor@example.com", "samuel@example.com", "grace@example.com")
OWED = ("120.00", "80.50", "600.25")
DUE = ("2026-03-13", "2026-04-14", "2026-05-15")


def table(*columns: tuple[str, ...]) -> str:
    return "".join(",".join(cells) + "\n" for cells in zip(*columns, strict=True))


def questions(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {q["id"]: q for q in document["decisions_needed"] if q["blocking"]}


def debts(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Name, minor units, due day and hold of each open debt."""
    accounts = (row["account"] for row in document["rows"] if row["outcome"] == "created")
    return [
        (a["consumer"]["name"], a["balance_minor"], a["due_on"], a["held"])
        for a in accounts
        if a["status"] == "open"
    ]


RIGHT = [
    ("Noor Haddad", 12000, "2026-03-13", None),
    ("Samuel Osei", 8050, "2026-04-14", None),
    ("Grace Kim", 60025, "2026-05-15", None),
]


def test_one_column_of_each_kind_is_read_without_a_question() -> None:
    document = read(table(("1001", "1002", "1003"), PEOPLE, MAILS, DUE, OWED))
    assert (questions(document), debts(document)) == ({}, RIGHT)


@pytest.mark.parametrize(
    "terms",
    [
        ("Due upon receipt", "NET30", "NET30"),
        ("net15", "Net 30", "net15"),
        ("n/10", "30d", "30d"),
        ("NET30", "NET30", "NET30"),
        ("30 Tage", "14 Tage", "30 Tage"),
    ],
)
def test_the_only_day_beside_terms_is_asked_and_the_terms_count_from_the_bill(
    terms: tuple[str, ...],
) -> None:
    text = table(PEOPLE, MAILS, DUE, terms, OWED)
    assert set(questions(read(text))) == {"mapping:#3"}
    assert debts(read(text, mapping={"#3": "due_date"})) == RIGHT
    after = {"Due upon receipt": 0, "n/10": 10, "14 Tage": 14, "net15": 15}
    due = [
        str(dt.date.fromisoformat(day) + dt.timedelta(days=after.get(term, 30)))
        for day, term in zip(DUE, terms, strict=True)
    ]
    document = read(text, mapping={"#3": "issue_date"})
    assert (questions(document), [d[2] for d in debts(document)]) == ({}, due)


def test_a_unit_is_no_term_of_payment() -> None:
    document = read(table(PEOPLE, MAILS, DUE, ("B30", "N15", "B31"), OWED))
    assert "mapping:#3" not in questions(document)


ISSUED = ("2026-02-11", "2026-03-12", "2026-04-13")
KIDS = ("Lily Haddad", "Kofi Osei", "Min Kim")
PAID = ("20.00", "0.00", "99.75")
BILLED = ("140.00", "80.50", "700.00")


@pytest.mark.parametrize(
    ("columns", "answers"),
    [
        ((PEOPLE, MAILS, ISSUED, DUE, OWED), {"#3": "issue_date", "#4": "due_date"}),
        ((PEOPLE, MAILS, DUE, ISSUED, OWED), {"#3": "due_date", "#4": "issue_date"}),
        ((KIDS, PEOPLE, MAILS, DUE, OWED), {"#1": "for", "#2": "consumer_name"}),
        ((PEOPLE, KIDS, MAILS, DUE, OWED), {"#1": "consumer_name", "#2": "for"}),
        (
            (PEOPLE, MAILS, DUE, BILLED, PAID, OWED),
            {"#4": "amount", "#5": "paid", "#6": "balance"},
        ),
        (
            (PEOPLE, MAILS, DUE, OWED, BILLED, PAID),
            {"#4": "balance", "#5": "amount", "#6": "paid"},
        ),
        (
            (
                tuple(p.split()[1] for p in PEOPLE),
                tuple(p.split()[0] for p in PEOPLE),
                MAILS,
                DUE,
                OWED,
            ),
            {"#1": "last_name", "#2": "first_name"},
        ),
    ],
)
def test_two_columns_of_a_kind_are_asked_and_the_answers_obeyed(
    columns: tuple[tuple[str, ...], ...], answers: dict[str, str]
) -> None:
    text = table(*columns)
    asked = questions(read(text))
    assert set(asked) == {f"mapping:{key}" for key in answers}
    for key, field in answers.items():
        question = asked[f"mapping:{key}"]
        assert field in question["choices"]
        assert len(question["meanings"]) == len(question["choices"])
        assert len(question["rows"]) == 3
    document = read(text, answers={f"mapping:{key}": field for key, field in answers.items()})
    assert (questions(document), debts(document)) == ({}, RIGHT)


@pytest.mark.parametrize(
    ("beside", "answer"),
    [
        (("Y", "N", "N"), "opt_out_all"),
        (("office@example.com", "office@example.com", "office@example.com"), "for_email"),
        (("713-555-0130", "713-555-0131", "713-555-0132"), "ignore"),
    ],
)
def test_what_may_forbid_or_be_another_persons_is_asked(
    beside: tuple[str, ...], answer: str
) -> None:
    phones = ("713-555-0110", "713-555-0111", "713-555-0112")
    text = table(PEOPLE, MAILS, phones, DUE, OWED, beside)
    assert "mapping:#6" in questions(read(text))
    answers = {"mapping:#2": "email", "mapping:#3": "phone", "mapping:#6": answer}
    document = read(text, answers=answers)
    assert questions(document) == {}
    accounts = [row["account"] for row in document["rows"]]
    if answer == "opt_out_all":
        assert [bool(a["held"] or a["extras"].get("consents")) for a in accounts] == [
            True, False, False,
        ]  # fmt: skip
    assert [a["consumer"]["emails"] for a in accounts] == [[m] for m in MAILS]
    assert [len(a["consumer"]["phones"]) for a in accounts] == [1, 1, 1]


def test_days_in_few_rows_and_long_past_ones_are_asked_though_no_other_column_has_days() -> None:
    for days in (("2026-03-13", "", ""), ("1980-05-01", "1971-02-03", "1990-10-11")):
        asked = questions(read(table(PEOPLE, MAILS, days, OWED)))
        assert list(asked) == ["mapping:#3"]


def test_texts_are_read_for_words_that_forbid() -> None:
    notes = ("", "deceased in 2025", "promised to call on Friday")
    document = read(table(("1001", "1002", "1003"), PEOPLE, MAILS, DUE, OWED, notes))
    assert [held for *_, held in debts(document)] == [None, "deceased", None]


def test_headings_that_only_count_the_columns_are_none() -> None:
    head = "Column1,Column2,Column3,Column4,Column5\n"
    asked = questions(read(head + table(PEOPLE, MAILS, ISSUED, DUE, OWED)))
    assert set(asked) == {"mapping:Column3", "mapping:Column4"}


def test_a_word_for_a_standing_is_nobodys_name() -> None:
    (row,) = read("Open,Sam Norton,sam@example.com,339.61,05/24/26\n")["rows"]
    assert row["account"]["consumer"]["name"] == "Sam Norton"


def test_days_that_a_spreadsheet_counts_are_asked_where_all_could_be_zips() -> None:
    asked = questions(read(table(PEOPLE, MAILS, OWED, ("46207", "46114", "46178"))))
    assert set(asked) == {"mapping:#4"}
    assert {"due_date", "zip"} <= set(asked["mapping:#4"]["choices"])
