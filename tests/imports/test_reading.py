"""How a file is read: encodings, headers, ragged rows, orders and marks decided from all rows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imports.reading import read, rows_by

HEADER = "Invoice,Customer,Email,Due Date,Balance\n"


def row(number: int, name: str = "Ann Lee", due: str = "2026-03-04", owed: str = "10.00") -> str:
    return f"{number},{name},p{number}@example.com,{due},{owed}\n"


def accounts(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [r["account"] for r in result["rows"]]


def test_a_broken_line_does_not_make_utf8_something_else() -> None:
    table = HEADER + "".join(row(n, "José") for n in range(50))
    result = read(table.encode() + row(99, "Zoë").encode("cp1252"))
    assert result["encoding"] == "utf-8"
    assert accounts(result)[-1]["consumer"]["name"] == "Zoë"


@pytest.mark.parametrize(
    ("raw", "encoding", "name"),
    [(b"\x93A\x94 Co\x99", "cp1252", "“A” Co™"), (b"Jos\xe9 Roe", "cp1252", "José Roe"),
     (b"A\x81 \xe9", "latin-1", "A\x81 é"), (b"Ann Lee", "utf-8", "Ann Lee")],
)  # fmt: skip
def test_one_byte_encodings(raw: bytes, encoding: str, name: str) -> None:
    result = read(HEADER.encode() + b"1," + raw + b",a@example.com,2026-03-04,10.00\n")
    assert result["encoding"] == encoding
    assert accounts(result)[0]["consumer"]["name"] == name


def test_utf16_without_a_mark() -> None:
    assert read((HEADER + row(1)).encode("utf-16-le"))["encoding"] == "utf-16-le"
    assert read((HEADER + row(1)).encode("utf-16-be"))["encoding"] == "utf-16-be"


def test_one_ambiguous_column_stops_the_file() -> None:
    result = read(HEADER + row(1, due="03/04/2026") + row(2, due="05/06/2026"))
    assert result["rows"] == []
    assert result["totals"] == {}
    (asked,) = result["decisions_needed"]
    assert (asked["kind"], asked["column"], asked["choices"]) == (
        "date_order", "Due Date", ["mdy", "dmy"],
    )  # fmt: skip


def test_a_column_that_is_both_day_and_month_first_stops_the_file() -> None:
    result = read(HEADER + row(1, due="13/04/2026") + row(2, due="05/26/2026"))
    assert [d["kind"] for d in result["decisions_needed"]] == ["date_order"]


@pytest.mark.slow
def test_the_last_row_can_decide_the_order() -> None:
    table = HEADER + "".join(row(n, due="03/04/2026") for n in range(5000))
    result = read(table + row(9999, due="25/04/2026"), currency="GBP")
    assert {a["due_on"] for a in accounts(result)} == {"2026-04-03", "2026-04-25"}


def test_a_title_tells_the_order_its_program_writes() -> None:
    result = read("Open invoices as of 11/20/2026\n\n" + HEADER + row(1, due="03/04/2026"))
    assert accounts(result)[0]["due_on"] == "2026-03-04"


def test_an_ambiguous_last_payment_is_left_out_and_asked() -> None:
    table = HEADER.replace("Balance", "Balance,Last Payment Date")
    result = read(table + "1,Ann,a@example.com,2026-03-04,10.00,03/04/2026\n")
    assert [d["column"] for d in result["decisions_needed"]] == ["Last Payment Date"]
    assert "last_payment_date" not in accounts(result)[0]["extras"]
    assert result["outcomes"]["created"] == 1


def test_mixed_marks_only_where_each_value_is_plain() -> None:
    table = HEADER.replace(",", ";") + "".join(
        f"{n};Ann;p{n}@example.com;2026-03-04;{owed}\n"
        for n, owed in enumerate(("1.234,50", "1,234.50", "12,5", "1.234", "7"), 1)
    )
    result = read(table)
    assert [r["account"]["balance_minor"] for r in result["rows"] if r["account"]] == [
        123450, 123450, 1250, 700,
    ]  # fmt: skip
    bad = rows_by(result)[5]
    assert (bad["outcome"], bad["code"], bad["field"], bad["value"]) == (
        "rejected", "ambiguous_amount", "balance", "1.234",
    )  # fmt: skip


def test_currencies_are_never_mixed() -> None:
    result = read(HEADER + row(1, owed="$10.00") + row(2, owed="€20.00") + row(3, owed="GBP 5"))
    assert result["totals"] == {
        "USD": {"rows": 1, "balance_minor": 1000},
        "EUR": {"rows": 1, "balance_minor": 2000},
        "GBP": {"rows": 1, "balance_minor": 500},
    }


def test_a_sign_against_its_currency_column_is_rejected() -> None:
    result = read(
        "Invoice,Customer,Email,Due Date,Balance,Currency\n1,A,a@example.com,2026-03-04,€5,USD\n"
    )
    assert [r.get("code") for r in result["rows"]] == ["mixed_currency"]


def test_a_table_without_a_header() -> None:
    result = read(
        "A1,Ann Lee,ann@example.com,2026-03-04,$10.00,(212) 555-0101\n"
        "A2,Bo Cy,bo@example.com,2026-05-06,$20.00,(212) 555-0102\n"
    )
    assert result["header_row"] is None
    assert {k: v["field"] for k, v in result["mapping"].items()} == {
        "#1": "account_reference", "#2": "consumer_name", "#3": "email", "#4": "due_date",
        "#5": "balance", "#6": "phone",
    }  # fmt: skip
    assert [r["row"] for r in result["rows"]] == [1, 2]


def test_two_nameless_amounts_wait_for_a_decision() -> None:
    result = read(
        "A1,Ann Lee,ann@example.com,2026-03-04,$10.00,$9.00\n"
        "A2,Bo Cy,bo@example.com,2026-05-06,$20.00,$8.00\n"
    )
    assert [d["id"] for d in result["decisions_needed"]] == ["mapping:#5", "mapping:#6"]
    assert result["rows"] == []


def test_empty_and_repeated_headers_have_number_keys() -> None:
    result = read(
        "Invoice,Customer,Email,Email,,Due Date,Balance\n"
        "1,A,a@example.com,b@example.com,x,2026-03-04,1\n"
    )
    assert list(result["mapping"]) == [
        "Invoice",
        "Customer",
        "Email",
        "#4",
        "#5",
        "Due Date",
        "Balance",
    ]
    assert accounts(result)[0]["consumer"]["emails"] == ["a@example.com", "b@example.com"]


def test_repeated_headers_blanks_totals_and_ragged_rows() -> None:
    result = read(
        HEADER + row(1) + "\n" + HEADER + "2,Bo Cy,bo@example.com,2026-03-04,20,,\n"
        + "3,Smith, John,j@example.com,2026-03-04,30\n4,Ed,ed@example.com\n"
        + "5,a,b,c,d,e,f,g,h,i\n,,,Total,60\n"
    )  # fmt: skip
    assert [(r["row"], r["outcome"], r.get("code")) for r in result["rows"]] == [
        (2, "created", None), (5, "created", None), (6, "created", None),
        (7, "rejected", "missing_balance"), (8, "rejected", "ragged_row"),
    ]  # fmt: skip
    assert rows_by(result)[6]["account"]["consumer"]["name"] == "John Smith"


def test_a_customer_whose_name_begins_with_total_is_no_total() -> None:
    result = read(
        "Customer,Invoice,Due Date,Balance\nTotal Fitness,1,2026-03-04,45.00\n"
        "Sum Company,2,2026-03-04,5.00\nTotal,,,50.00\n"
    )
    assert result["outcomes"]["created"] == 2
    assert len(result["rows"]) == 2


def test_quoted_line_breaks_count_as_physical_lines() -> None:
    result = read(HEADER + '1,"Ann\nLee",a@example.com,2026-03-04,1\r\n' + row(2))
    assert [r["row"] for r in result["rows"]] == [2, 4]


@pytest.mark.parametrize(
    ("word", "outcome", "status"),
    [("Unpaid", "created", "open"), ("Partially Paid", "created", "open"),
     ("Überfällig", "created", "open"), ("Pagada", "unchanged", "paid"),
     ("Written Off", "unchanged", "void"), ("Borrador", "unchanged", "draft"),
     ("Avoir", "unchanged", "credit"), ("Bankruptcy", "created", "open"),
     ("Ask Maria", "created", "open")],
)  # fmt: skip
def test_words_of_status(word: str, outcome: str, status: str) -> None:
    header = "Invoice,Customer,Email,Due Date,Balance,Status\n"
    result = read(f"{header}1,A,a@example.com,2026-03-04,5,{word}\n")
    (only,) = result["rows"]
    assert (only["outcome"], only["account"]["status"]) == (outcome, status)
    assert (only.get("code") == "unknown_status") == (word == "Ask Maria")


def test_consent_columns_keep_their_evidence() -> None:
    result = read(
        "Account,Name,Email,Phone,Due Date,Balance,"
        "SMS Consent,Consent Date,Consent Source,Do Not Email\n"
        "1,Ann Lee,ann@example.com,2125550147,2026-03-04,5,Yes,2026-01-15,web form,true\n"
    )
    assert accounts(result)[0]["extras"]["consents"] == [
        {"channel": "sms", "granted": True,
         "evidence": "SMS Consent: Yes; Consent Date: 2026-01-15; Consent Source: web form"},
        {"channel": "email", "granted": False,
         "evidence": "Do Not Email: true; Consent Date: 2026-01-15; Consent Source: web form"},
    ]  # fmt: skip


def test_other_files_say_what_they_are() -> None:
    bank = read("Date,Value Date,Amount,Name\n2026-01-01,2026-01-02,5.00,Ann\n")
    assert (bank["kind"], bank["why"]) == (
        "other", "This looks like a bank statement, which holds no debts.",
    )  # fmt: skip
    bills = read(
        "Vendor,Bill No,Bill Date,Due Date,Amount Due\nPaper Co,7,2026-01-02,2026-02-02,5\n"
    )
    assert bills["kind"] == "payables"
    assert [r["account"]["status"] for r in bills["rows"]] == ["payable"]


@pytest.mark.parametrize("owed", ["$10.00", "1000"])
def test_an_unnamed_balance_is_asked_for(owed: str) -> None:
    result = read(f"Invoice,Customer,Email,Due Date,Zork\n1,Ann,a@example.com,2026-03-04,{owed}\n")
    (asked,) = result["decisions_needed"]
    assert (asked["id"], asked["choices"]) == ("owed", ["Zork", "none"])
    assert result["rows"] == []


def test_every_row_has_an_account_or_null() -> None:
    result = read(HEADER + row(1) + row(2, owed="x"))
    assert [r["account"] is None for r in result["rows"]] == [False, True]


def test_days_overdue_on_the_day_of_the_report_give_the_due_date() -> None:
    table = "Account,Name,Email,Balance,Days Past Due\n1,Ann,a@example.com,5.00,45\n"
    result = read("Delinquent accounts\nAs of November 20, 2026\n\n" + table)
    assert accounts(result)[0]["due_on"] == "2026-10-06"
    assert accounts(read(table))[0]["due_on"] is None


def test_a_mapping_of_a_column_that_is_not_there_is_said() -> None:
    result = read(HEADER + row(1), mapping={"Ballance": "balance", "INVOICE": "invoice_number"})
    assert result["refused"]["code"] == "bad_mapping_file"
    assert 'names the column "Ballance"; the file has' in result["refused"]["why"]
