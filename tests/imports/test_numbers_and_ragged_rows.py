"""Numbers that a spreadsheet cut, columns that count rows, and rows whose cells slid."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imports.reading import read, rows_by

HEADER = "Invoice,Customer,Email,Due Date,Balance\n"
OF_ADA = "Ada Abbott,ada@example.com,2026-01-15,300.25"
OF_BEN = "Ben Barker,ben@example.com,2026-01-25,80.10"
OF_CORA = "Cora Castillo,cora@example.com,2026-02-26,70.00"
OF_DAN = "Dan Dalton,dan@example.com,2026-02-27,60.00"


def references(result: dict[str, Any]) -> list[tuple[str, int]]:
    return [
        (r["account"]["reference"], r["account"]["balance_minor"])
        for r in result["rows"]
        if r["outcome"] == "created"
    ]


@pytest.mark.parametrize("number", ["2.026E+14", "4.5E+11", "1.23E+5", "4,5E+11", "4.5e11"])
def test_a_number_written_as_a_power_is_no_number(number: str) -> None:
    result = read(HEADER + f'"{number}",{OF_ADA}\n"{number}",{OF_BEN}\nINV-3,{OF_CORA}\n')
    assert references(result) == [("INV-3", 7000)]
    codes = [(r["code"], r["value"]) for r in result["rows"] if r["outcome"] == "rejected"]
    assert codes == [("cut_number", number)] * 2


@pytest.mark.parametrize("number", ["12E45", "5E12", "E100", "1E-CRATE"])
def test_a_code_with_an_e_in_it_is_a_number(number: str) -> None:
    assert references(read(HEADER + f"{number},{OF_ADA}\n")) == [(number, 30025)]


def test_long_numbers_that_all_end_in_zeros_were_cut() -> None:
    result = read(
        HEADER + f"202600010000012000,{OF_ADA}\n202600010000012000,{OF_BEN}\nA-1,{OF_CORA}\n"
    )
    assert references(result) == [("A-1", 7000)]
    assert result["outcomes"]["rejected"] == 2


def test_a_long_number_that_ends_otherwise_shows_that_none_was_cut() -> None:
    result = read(HEADER + f"202600010000012000,{OF_ADA}\n202600010000012345,{OF_BEN}\n")
    assert references(result) == [("202600010000012000", 30025), ("202600010000012345", 8010)]


def test_a_customers_number_that_was_cut_joins_nobody() -> None:
    result = read("Customer ID," + HEADER + f"4.5E+11,1001,{OF_ADA}\n4.5E+11,1002,{OF_BEN}\n")
    assert [
        (r["account"]["consumer"]["name"], r["account"]["consumer"]["emails"])
        for r in result["rows"]
    ] == [("Ada Abbott", ["ada@example.com"]), ("Ben Barker", ["ben@example.com"])]


@pytest.mark.parametrize(
    "cell", ['="0012345"', '"=""0012345"""', "'0012345", '"\'0012345"', "'0012345'"]
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_keeps_a_zero_in_a_spreadsheet_is_no_part_of_the_number(
    cell: str, ending: str
) -> None:
    text = HEADER + f"{cell},{OF_ADA}\n1002,{OF_BEN}\n"
    assert references(read(text.replace("\n", ending)))[0] == ("0012345", 30025)


def test_a_guarded_number_under_name_is_the_orders() -> None:
    result = read(
        "Name,Email,Payment Due,Billing Name,Outstanding Balance\n"
        "'#43995,quinn@example.com,2026-07-20,Quinn Hobbs,10.50\n"
        "'#44000,amber@example.com,2026-03-16,Amber Walsh,20.50\n"
    )
    assert references(result) == [("#43995", 1050), ("#44000", 2050)]


def test_every_cell_may_be_wrapped() -> None:
    wrapped = ",".join(f'="{cell}"' for cell in ("0012345", *OF_ADA.split(",")))
    result = read(HEADER + wrapped + "\n")
    assert references(result) == [("0012345", 30025)]
    assert result["rows"][0]["account"]["consumer"]["emails"] == ["ada@example.com"]


def test_an_apostrophe_of_a_name_stays() -> None:
    result = read(HEADER + "1001,'t Hooft Ans,ans@example.com,2026-01-15,300.25\n")
    assert "'t Hooft" in result["rows"][0]["account"]["consumer"]["name"]


@pytest.mark.parametrize("name", ["#", "No.", "Nr.", "Row", "Lfd. Nr.", "Pos", "S/N", ""])
@pytest.mark.parametrize("first", [0, 1, 2])
def test_a_column_that_counts_the_rows_is_no_reference(name: str, first: int) -> None:
    lines = [f"{first + n},INV-20{n},{who}\n" for n, who in enumerate((OF_ADA, OF_BEN, OF_CORA))]
    result = read(f"{name}," + HEADER + "".join(lines))
    assert [reference for reference, _ in references(result)] == ["INV-200", "INV-201", "INV-202"]


def test_a_count_beside_no_number_is_no_reference_either() -> None:
    people = (OF_ADA, OF_BEN, OF_CORA, OF_DAN)
    lines = [f"{n},{who}\n" for n, who in enumerate(people, 1)]
    before = read("No.,Customer,Email,Due Date,Balance\n" + "".join(lines))
    after = read(
        "No.,Customer,Email,Due Date,Balance\n"
        + "".join(f"{n},{who}\n" for n, who in enumerate(people[1:], 1))
        + f"4,{OF_ADA}\n"
    )
    assert sorted(references(before)) == sorted(references(after))


def test_small_numbers_that_are_named_as_invoices_are_invoices() -> None:
    result = read(HEADER + f"1,{OF_ADA}\n2,{OF_BEN}\n3,{OF_CORA}\n4,{OF_DAN}\n")
    assert [reference for reference, _ in references(result)] == ["1", "2", "3", "4"]


def test_numbers_with_gaps_count_no_rows() -> None:
    result = read("#," + HEADER[8:] + f"1,{OF_ADA}\n5,{OF_BEN}\n9,{OF_CORA}\n12,{OF_DAN}\n")
    assert [reference for reference, _ in references(result)] == ["1", "5", "9", "12"]


WIDE = "Invoice,Customer,Email,Due Date,Total,Paid,Balance,Notes\n"
WHOLE = "1001,Ada Abbott,ada@example.com,2026-01-15,$400.00,$100.00,$300.00,\n"


@pytest.mark.parametrize(
    "slid",
    [
        "1002,Cora Castillo,cora@example.com,2026-02-25,$1,120.00,$120.00,$1,000.00,",
        "1002,Cora Castillo,cora@example.com,2026-02-25,$1,120.00,$1,120.00,0.00,",
        "1002,Cora Castillo,cora@example.com,2026-02-25,$120.00,0.00,$1,120.00,",
        "1002,Cora Castillo,cora@example.com,2026-02-25,1,120.00,,1,120.00,",
        "1002,Cora Castillo,cora@example.com,2026-02-25,$1,120.00,$120.00,$1,000.00",
    ],
)
def test_a_figure_cut_in_two_sends_the_row_back(slid: str) -> None:
    result = read(WIDE + WHOLE + slid + "\n")
    assert references(result) == [("1001", 30000)]
    assert [(r["row"], r["code"]) for r in result["rows"] if r["outcome"] == "rejected"] == [
        (3, "ragged_row")
    ]


def test_a_name_cut_in_two_is_joined_where_the_tail_is_empty() -> None:
    result = read(
        WIDE + WHOLE + "1002,Castillo, Cora,cora@example.com,2026-02-25,$20.00,$5.00,$15.00,\n"
    )
    second = rows_by(result)[3]["account"]
    assert (second["consumer"]["name"], second["balance_minor"]) == ("Cora Castillo", 1500)


@pytest.mark.parametrize(
    "short",
    [
        "1002,Cora Castillo,2026-02-25,$20.00,$5.00,$15.00",
        "1002,Cora Castillo,cora@example.com,$20.00,$5.00,$15.00",
        "1002,Cora Castillo,cora@example.com,2026-02-25,$20.00,$5.00",
    ],
)
def test_a_row_that_lost_a_cell_goes_back(short: str) -> None:
    result = read(WIDE + WHOLE + short + "\n")
    assert references(result) == [("1001", 30000)]
    assert result["outcomes"]["rejected"] == 1


def test_a_row_without_its_empty_tail_is_whole() -> None:
    result = read(
        WIDE + WHOLE + "1002,Cora Castillo,cora@example.com,2026-02-25,$20.00,$5.00,$15.00\n"
    )
    assert references(result) == [("1001", 30000), ("1002", 1500)]


@pytest.mark.parametrize(
    "rows",
    [
        "1,a@example.com,2026-03-17,Lee, Bo,40.00\n2,c@example.com,2026-03-18,Cole, Cy,4.00\n",
        "1,a@example.com,2026-03-17,Lee,Bo,40.00\n2,c@example.com,2026-03-18,Cole,Cy,4.00\n",
    ],
)  # fmt: skip
def test_rows_that_all_have_a_name_in_two_cells_are_refused(rows: str) -> None:
    document = read(f"Invoice,Email,Due Date,Customer,Balance\n{rows}")
    assert document["state"] == "rejected"
    assert "quotes" in document["why"]


def test_a_row_alone_is_joined_and_a_column_without_a_heading_is_none_too_many() -> None:
    (row,) = read(
        "Name,Email,Payment Due,Billing Name,Total,Outstanding Balance\n"
        "#1,a@example.com,2026-03-17,Abbott, Boris,50.00,40.00\n"
    )["rows"]
    assert (row["account"]["consumer"]["name"], row["account"]["balance_minor"]) == (
        "Boris Abbott", 4000,
    )  # fmt: skip
    document = read(
        "Invoice,Email,Due Date,Customer,Balance\n"
        "1,a@example.com,2026-03-17,Ada Abbott,40.00,called\n"
        "2,c@example.com,2026-03-18,Cy Cole,4.00,wrote\n"
    )
    assert [r["account"]["balance_minor"] for r in document["rows"]] == [4000, 400]
