"""Days as exports write them: due by terms, turned round by a spreadsheet, or no days at all."""

from __future__ import annotations

import datetime as dt

import pytest

from dunlin.domain.imports.dates import DMY, MDY, to_date
from dunlin.domain.imports.terms import due_on, read_terms
from tests.imports.reading import read, result_of, rows_by

ISSUED = dt.date(2026, 1, 15)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("Net 30", "2026-02-14"), ("N30", "2026-02-14"), ("net30", "2026-02-14"),
        ("30 days", "2026-02-14"), ("30", "2026-02-14"), ("2/10 net 30", "2026-02-14"),
        ("2% 10, Net 30", "2026-02-14"), ("Due on receipt", "2026-01-15"),
        ("COD", "2026-01-15"), ("Immediate", "2026-01-15"), ("2 weeks", "2026-01-29"),
        ("30 Tage netto", "2026-02-14"), ("14 Tage 2% Skonto, 30 Tage netto", "2026-02-14"),
        ("sofort fällig", "2026-01-15"), ("zahlbar bei Erhalt", "2026-01-15"),
        ("30 jours", "2026-02-14"), ("30 jours fin de mois", "2026-02-28"),
        ("fin de mois", "2026-01-31"), ("À réception", "2026-01-15"), ("comptant", "2026-01-15"),
        ("a 30 días", "2026-02-14"), ("contado", "2026-01-15"), ("60 días f.m.", "2026-03-31"),
        ("30 dias", "2026-02-14"), ("à vista", "2026-01-15"), ("Net 10 EOM", "2026-02-10"),
        ("10 business days", "2026-01-29"),
    ],
)  # fmt: skip
def test_terms_give_a_due_date(text: str, due: str) -> None:
    terms = read_terms(text)
    assert terms is not None
    assert due_on(terms, ISSUED).isoformat() == due


@pytest.mark.parametrize("text", ["", "see contract", "A", "Standard", "2%", "net 9999", "VIP"])
def test_words_that_are_no_terms_give_none(text: str) -> None:
    assert read_terms(text) is None


@pytest.mark.parametrize("header", ["Terms", "Payment Terms", "Zahlungsziel", "Plazo de pago"])
def test_terms_stand_in_for_a_due_date_that_is_not_given(header: str) -> None:
    rows = rows_by(
        read(
            f"Invoice,Customer,Email,Invoice Date,Due Date,Balance,{header}\n"
            "1,Ada Abbott,ada@example.com,2026-01-15,,10.00,Net 30\n"
            "2,Ben Barker,ben@example.com,2026-01-15,2026-03-01,20.00,Net 30\n"
            "3,Cora Castillo,cora@example.com,2026-01-15,,30.00,as agreed\n"
        )
    )
    got = [(rows[n]["account"]["due_on"], rows[n]["account"]["held"]) for n in (2, 3, 4)]
    assert got == [("2026-02-14", None), ("2026-03-01", None), (None, "missing_due_date")]


@pytest.mark.parametrize(
    "filler",
    ["1900-01-01", "1970-01-01", "1899-12-30", "9999-12-31", "0000-00-00", "01/01/1900",
     "1900-01-00", "12/31/2099", "2999-12-31", "1979-06-30", "1970-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_day_that_programs_write_for_none_is_none_and_told(filler: str) -> None:
    document = read(
        "Invoice,Customer,Email,Due Date,Balance\n"
        f"1,Ada Abbott,ada@example.com,{filler},10.00\n"
        "2,Ben Barker,ben@example.com,01/25/2026,20.00\n"
    )
    row = rows_by(document)[2]
    assert (row["account"]["due_on"], row["account"]["held"]) == (None, "missing_due_date")


def test_an_impossible_day_is_named_in_the_report() -> None:
    result = result_of(
        "Invoice,Customer,Email,Due Date,Balance\n1,Ada Abbott,ada@example.com,1900-01-01,10.00\n"
    )
    assert result.assembly is not None
    (outcome,) = result.assembly.outcomes
    assert [p.code for p in outcome.problems] == ["impossible_date"]


@pytest.mark.parametrize(
    "days",
    [
        # day first, read month first by a spreadsheet
        ["2026-03-01 00:00:00", "25/01/2026", "2026-07-03 00:00:00", "28/02/2026"],
        # month first, read day first
        ["2026-01-03 00:00:00", "01/25/2026", "2026-03-07 00:00:00", "02/28/2026"],
        # the same as numbers of a spreadsheet
        ["46082", "25/01/2026", "46210", "28/02/2026"],
        # with the month's name, as a spreadsheet shows a day that it understood
        ["1-Mar-26", "25/01/2026", "3-Jul-26", "28/02/2026"],
    ],
)
def test_days_that_a_spreadsheet_turned_round_are_asked_about(days: list[str]) -> None:
    text = "Invoice,Customer,Email,Due Date,Balance,Currency\n" + "".join(
        f"{n},Ada Abbott{n},a{n}@example.com,{day},1{n}.00,USD\n" for n, day in enumerate(days)
    )
    asked = read(text)
    assert asked["state"] == "waiting"
    assert [q["id"] for q in asked["decisions_needed"]] == ["turned_dates:Due Date"]

    back = read(text, answers={"turned_dates:Due Date": "turn_back"})
    assert back["state"] == "done"
    first = "2026-03-01" if "01/25/2026" in days else "2026-01-03"
    assert [r["account"]["due_on"] for r in back["rows"]][:2] == [first, "2026-01-25"]

    kept = read(text, answers={"turned_dates:Due Date": "as_written"})
    assert kept["state"] == "done"
    assert kept["rows"][1]["account"]["due_on"] == "2026-01-25"
    assert kept["rows"][0]["account"]["due_on"] != first


@pytest.mark.parametrize(
    "days",
    [
        ["2026-03-01", "2026-01-25", "2026-07-03", "2026-02-28"],
        ["03/01/2026", "01/25/2026", "07/03/2026", "02/28/2026"],
        ["3/1/2026", "1/25/2026", "10/11/2026", "2/28/2026"],
        # shown in the order in which it was turned, a day reads as it was written at first
        ["1/3/2026 0:00", "25/01/2026", "3/7/2026 0:00", "28/02/2026"],
        ["01.03.2026", "25.01.2026", "07.03.2026", "28.02.2026"],
        ["2026-03-01 00:00:00", "2026-01-25 00:00:00", "2026-07-03 00:00:00", "25/01/2026"],
    ],
)
def test_days_of_one_way_of_writing_are_not_asked_about(days: list[str]) -> None:
    text = "Invoice,Customer,Email,Due Date,Balance,Currency\n" + "".join(
        f"{n},Ada Abbott{n},a{n}@example.com,{day},1{n}.00,USD\n" for n, day in enumerate(days)
    )
    assert read(text)["decisions_needed"] == []


@pytest.mark.parametrize(
    "text",
    ["5 de março de 2026", "5 de marzo de 2026", "5 mars 2026", "5. März 2026", "March 5, 2026",
     "jeudi 5 mars 2026", "05-mar-26", "2026-03-05T23:30Z", "2026-03-05T23:30:00+02:00",
     "46086", "5/3/26", "05.03.2026", "5º de março de 2026", "5 mar. 2026", "20260305"],
)  # fmt: skip
def test_a_day_is_read_as_people_and_programs_write_it(text: str) -> None:
    assert to_date(text, DMY) == dt.date(2026, 3, 5)


@pytest.mark.parametrize(
    ("text", "day"),
    [("12 dez 2026", dt.date(2026, 12, 12)), ("7 set 2026", dt.date(2026, 9, 7)),
     ("9 out 26", dt.date(2026, 10, 9)), ("1er août 2026", dt.date(2026, 8, 1)),
     ("Donnerstag, 5. Februar 2026", dt.date(2026, 2, 5)), ("03/05/26", dt.date(2026, 3, 5))],
)  # fmt: skip
def test_months_have_their_names_in_five_languages(text: str, day: dt.date) -> None:
    assert to_date(text, MDY) == day


@pytest.mark.parametrize(
    ("end", "due"),
    [("Maturity Date", "Next Due Date"), ("Loan End Date", "Next Payment Date"),
     ("Laufzeitende", "Nächste Fälligkeit"), ("Vencimiento final", "Próximo vencimiento"),
     ("Contract maturity", "Payment due date")],
)  # fmt: skip
def test_the_end_of_a_loan_is_no_due_date(end: str, due: str) -> None:
    document = read(
        f"Loan,Customer,Email,{end},{due},Balance\n"
        "1,Ada Abbott,ada@example.com,2029-01-15,2026-08-15,10.00\n"
    )
    assert document["rows"][0]["account"]["due_on"] == "2026-08-15"


def test_days_in_few_rows_that_are_said_to_be_of_payment_hold_those_rows() -> None:
    document = read(
        "Ada Abbott,ada@example.com,1001,2026-08-30,10.00,\n"
        "Ben Barker,ben@example.com,1002,2026-06-30,20.50,\n"
        "Cora Castillo,cora@example.com,1003,2026-03-06,30.75,2026-03-16\n",
        currency="USD",
        answers={"mapping:#4": "due_date", "mapping:#6": "paid_date"},
    )
    accounts = [r["account"] for r in document["rows"]]
    assert [(a["due_on"], a["held"]) for a in accounts] == [
        ("2026-08-30", None),
        ("2026-06-30", None),
        ("2026-03-06", "cleared_with_balance"),
    ]


@pytest.mark.parametrize(("day", "terms"), [("Data", "Condições de pagamento"), ("Data", "Prazo")])
def test_a_day_without_more_words_is_that_of_the_bill(day: str, terms: str) -> None:
    document = read(
        f"Devedor\tE-mail\tN.º da fatura\t{day}\t{terms}\tValor em aberto\n"
        "Fábio Brandão\tfabio@example.com\t41347\t2026-07-22\t15 dias\tR$ 4.832,75\n"
    )
    account = document["rows"][0]["account"]
    assert (account["issued_on"], account["due_on"]) == ("2026-07-22", "2026-08-06")


@pytest.mark.parametrize("entered", ["Created", "Created Date", "Posting Date", "Order Date"])
@pytest.mark.parametrize("bills", ["Date", "Invoice Date"])
def test_terms_count_from_the_day_of_the_bill_and_not_of_its_entry(
    entered: str, bills: str
) -> None:
    document = read(
        f"{entered},Customer,Email,Invoice,{bills},Terms,Amount Due\n"
        "03/15/2026,Tess Yates,tess@example.com,1,02/23/2026,Net 30,10.50\n"
        "06/01/2026,Elle Hale,elle@example.com,2,04/29/2026,Net 15,20.50\n"
    )
    dues = [row["account"]["due_on"] for row in document["rows"]]
    assert dues == ["2026-03-25", "2026-05-14"]


def test_a_row_whose_cells_moved_by_an_unquoted_comma_says_nothing_of_days() -> None:
    document = read(
        "Number,Customer Name,Email,Date,Due Date,Balance\n"
        "1,Ada Abbott,ada@example.com,2026-02-08 00:00,2026-10-03 00:00:00,10.00\n"
        "2,Ben Barker,ben@example.com,2026-06-21 00:00,21/07/2026,20.00\n"
        "3,Cora Castillo,cora@example.com,2026-08-10 00:00,2026-09-09 00:00:00,30.00\n"
        "4,Barker, Ben,ben@example.com,2026-02-26 00:00,28/03/2026,40.00\n"
    )
    assert "turned_dates:Due Date" in [q["id"] for q in document["decisions_needed"]]
