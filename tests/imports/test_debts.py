"""What is owed: rows become debts, debts find their consumer, credits and contacts find debts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dunlin.adapters.imports.spill_store import FileSpillStore
from dunlin.domain.imports.profile import read_profile
from dunlin.service.imports.read_file import rows
from tests.imports.reading import TODAY, dropped, read, read_together, result_of, rows_by

HEADER = "Invoice,Customer ID,Customer,Email,Phone,Due Date,Balance\n"


def outcomes(result: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(r["row"], r["outcome"], r.get("code", "")) for r in result["rows"]]


@pytest.mark.parametrize(
    ("row", "outcome", "code"),
    [
        ("1,C1,Ann Lee,ann@example.com,,2026-03-04,", "rejected", "missing_balance"),
        ("1,C1,Ann Lee,ann@example.com,,,10.00", "created", "missing_due_date"),
        ("1,C1,Ann Lee,,,2026-03-04,10.00", "created", "missing_contact"),
        ("1,C1,Ann Lee,ann@example.com,,2026-03-04,-10.00", "unchanged", "negative_balance"),
        ("1,C1,Ann Lee,ann@example.com,,2026-12-04,10.00", "created", "future_due_date"),
        ("1,C1,Ann Lee,ann@example.com,,2026-03-04,ten", "rejected", "bad_amount"),
        ("1,C1,Ann Lee,ann@example.com,,2026-02-31,10.00", "created", "missing_due_date"),
        ("1,C1,Ann Lee,ann@example.com,555-0100,2026-03-04,10.00", "created", "bad_phone"),
        (",,,ann@example.com,,2026-03-04,10.00", "created", ""),
        (",,,,,2026-03-04,10.00", "rejected", "no_reference"),
    ],
)
def test_one_bad_row_gives_exactly_its_code(row: str, outcome: str, code: str) -> None:
    good = "9,C9,Sam Roe,sam@example.com,,2026-03-05,1.00\n"
    assert outcomes(read(HEADER + good + row + "\n"))[1] == (3, outcome, code)


def test_an_account_on_hold_is_created_and_counted() -> None:
    result = read(HEADER + "1,C1,Ann Lee,,,2026-12-04,10.00\n")
    assert result["totals"] == {"USD": {"rows": 1, "balance_minor": 1000}}


def test_repeated_totals_count_once() -> None:
    result = read(
        "Invoice,Customer,Email,Due Date,Description,Total,Balance\n"
        "1,Ann Lee,ann@example.com,2026-03-04,Design,100,80\n"
        "1,Ann Lee,ann@example.com,2026-03-04,Print,100,80\n"
        "2,Bo Cy,bo@example.com,2026-03-05,Design,10,10\n"
    )
    assert outcomes(result) == [
        (2, "created", ""), (3, "unchanged", "same_account"), (4, "created", ""),
    ]  # fmt: skip
    assert result["totals"]["USD"] == {"rows": 2, "balance_minor": 9000}


def test_line_items_sum() -> None:
    result = read(
        "Invoice,Customer,Email,Due Date,Description,Line Total\n"
        "1,Ann Lee,ann@example.com,2026-03-04,Design,60\n"
        "1,Ann Lee,ann@example.com,2026-03-04,Print,40\n"
    )
    assert result["totals"]["USD"] == {"rows": 1, "balance_minor": 10000}


def test_split_payments_of_one_invoice() -> None:
    result = read(
        "Invoice,Customer,Email,Due Date,Total,Amount Paid,Last Payment Date\n"
        "1,Ann Lee,ann@example.com,2026-03-04,100,30,2026-03-20\n"
        "1,Ann Lee,ann@example.com,2026-03-04,100,20,2026-04-20\n"
    )
    account = result["rows"][0]["account"]
    assert account["balance_minor"] == 5000
    assert account["extras"]["last_payment_date"] == "2026-04-20"


def test_transactions_of_one_invoice_sum() -> None:
    result = read(
        "Invoice,Customer,Email,Date,Due Date,Type,Amount\n"
        "1,Ann Lee,ann@example.com,2026-02-01,2026-03-04,Invoice,100\n"
        "1,Ann Lee,ann@example.com,2026-02-20,2026-03-04,Payment,-40\n"
    )
    assert outcomes(result) == [(2, "created", ""), (3, "unchanged", "payment")]
    assert result["rows"][0]["account"]["balance_minor"] == 6000


def test_of_two_conflicting_rows_the_first_is_kept() -> None:
    result = read(
        HEADER
        + "1,C1,Ann Lee,ann@example.com,,2026-03-04,100\n"
        + "1,C1,Ann Lee,ann@example.com,,2026-03-04,90\n"
    )
    assert outcomes(result) == [
        (2, "created", "conflicting_rows"),
        (3, "duplicate", "conflicting_row"),
    ]
    assert result["totals"]["USD"]["balance_minor"] == 10000


def test_the_same_row_twice_is_a_duplicate() -> None:
    row = "1,C1,Ann Lee,ann@example.com,,2026-03-04,100\n"
    assert outcomes(read(HEADER + row + row)) == [(2, "created", ""), (3, "duplicate", "same_row")]


def test_credits_are_netted_against_the_oldest_debt_and_shown() -> None:
    result = result_of(
        HEADER
        + "1,C1,Ann Lee,ann@example.com,,2026-05-04,100.00\n"
        + "2,C1,Ann Lee,ann@example.com,,2026-03-04,30.00\n"
        + "3,C1,Ann Lee,ann@example.com,,2026-06-04,-50.00\n"
        + "4,C2,Bo Cy,bo@example.com,,2026-06-04,-5.00\n"
    )
    assert result.assembly is not None
    accounts = {a.invoice: a for a in result.assembly.accounts.values()}
    assert (accounts["2"].status, accounts["2"].balance.minor) == ("paid", 0)
    assert (accounts["1"].status, accounts["1"].balance.minor) == ("open", 8000)
    assert [e.minor for e in accounts["1"].entries] == [10000, -2000]
    assert [(o.line, o.outcome, o.code) for o in result.assembly.outcomes] == [
        (2, "created", ""), (3, "unchanged", "settled_by_credit"),
        (4, "unchanged", "negative_balance"), (5, "unchanged", "negative_balance"),
    ]  # fmt: skip


def test_ledger_entries_sum_to_the_balance() -> None:
    result = result_of(
        "Invoice,Customer,Email,Due Date,Total,Paid,Balance\n"
        "1,Ann Lee,ann@example.com,2026-03-04,100,30,70\n"
        "2,Ann Lee,ann@example.com,2026-03-04,100,30,65\n"
        "3,Ann Lee,ann@example.com,2026-03-04,,,-15\n"
    )
    assert result.assembly is not None
    for account in result.assembly.accounts.values():
        assert sum(e.minor for e in account.entries) == account.balance.minor


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        ("1,C1,Ann Lee,,,2026-03-04,10", "2,C1,A. Lee,ann@example.com,,2026-03-05,10", "reference"),
        ("1,,Ann Lee,ann@example.com,,2026-03-04,10", "2,,Ann Lee,ANN@example.com,,2026-03-05,10",
         "email"),
        ("1,,Ann Lee,,(212) 555-0147,2026-03-04,10", "2,,Lee Ann,,212-555-0147,2026-03-05,10",
         "phone"),
        ("1,,Ann Lee,,,2026-03-04,10", "2,,Ann Lee,,,2026-03-05,10", "name"),
    ],
)  # fmt: skip
def test_the_rule_that_matched_a_consumer_is_recorded(first: str, second: str, rule: str) -> None:
    result = result_of(HEADER + first + "\n" + second + "\n")
    assert result.assembly is not None
    earlier, later = result.assembly.accounts.values()
    assert earlier.identity == later.identity
    assert later.matched_by == rule


def test_name_and_address_match() -> None:
    result = result_of(
        "Invoice,Customer,Street,City,ZIP,Due Date,Balance\n"
        "1,Ann Lee,12 Elm St,Springfield,95112,2026-03-04,10\n"
        "2,ann LEE,12 Elm St.,Springfield,95112-1234,2026-03-05,10\n"
        "3,Ann Lee,9 Oak Ave,Springfield,95112,2026-03-05,10\n"
    )
    assert result.assembly is not None
    first, second, third = result.assembly.accounts.values()
    assert first.identity == second.identity != third.identity
    assert second.matched_by == "name_and_address"


def test_a_probable_match_is_left_for_a_person() -> None:
    document = read(
        HEADER
        + "1,,Ann Lee,lees@example.com,,2026-03-04,10\n"
        + "2,,Bob Moss,lees@example.com,,2026-03-05,10\n"
    )
    (asked,) = document["decisions_needed"]
    assert asked["kind"] == "match"
    assert asked["choices"] == ["same", "different"]
    # The address speaks Ann's name, not Bob's.
    assert outcomes(document) == [(2, "created", ""), (3, "created", "probable_match")]
    result = result_of(HEADER + "1,,Ann Lee,lees@example.com,,2026-03-04,10\n"
                       + "2,,Bob Moss,lees@example.com,,2026-03-05,10\n")  # fmt: skip
    assert result.assembly is not None
    assert len({a.identity for a in result.assembly.accounts.values()}) == 2


DEBTS = (
    "Invoice,Customer ID,Due Date,Balance\n"
    "1,C1,2026-03-04,10.00\n"
    "2,C2,2026-03-05,20.00\n"
    "3,C3,2026-03-06,30.00\n"
)
CONTACTS = (
    "Customer ID,Name,Email,Phone\n"
    "C1,Ann Lee,ann@example.com,(212) 555-0147\n"
    "C2,Bo Cy,bo@example.com,\n"
    "C9,Al Fox,al@example.com,\n"
)


@pytest.mark.parametrize("contacts_first", [True, False])
def test_a_contacts_file_fills_accounts_whichever_came_first(contacts_first: bool) -> None:
    files = (CONTACTS, DEBTS) if contacts_first else (DEBTS, CONTACTS)
    result = read_together(*files)
    contacts, debts = result if contacts_first else reversed(result)
    assert contacts["kind"] == "contacts"
    assert outcomes(contacts) == [(n, "unchanged", "contact") for n in (2, 3, 4)]
    by_line = rows_by(debts)
    assert by_line[2]["account"]["consumer"]["emails"] == ["ann@example.com"]
    assert by_line[2]["account"]["consumer"]["phones"] == ["+12125550147"]
    assert by_line[3]["account"]["consumer"]["name"] == "Bo Cy"
    assert [by_line[n].get("code") for n in (2, 3, 4)] == [None, None, "missing_contact"]


def test_contacts_by_customer_name() -> None:
    result = read_together(
        "Customer,Num,Due Date,Open Balance\nAnn Lee,1,2026-03-04,10.00\nBo Cy,2,2026-03-05,5.00\n",
        "Display Name,Email,Mobile\nAnn Lee,ann@example.com,\nBo Cy,,212-555-0147\n",
    )
    consumers = [r["account"]["consumer"] for r in result[0]["rows"]]
    assert [c["emails"] for c in consumers] == [["ann@example.com"], []]
    assert [c["phones"] for c in consumers] == [[], ["+12125550147"]]


def test_a_key_names_the_debt_and_never_how_much() -> None:
    keys = []
    for balance in ("10.00", "99.00"):
        result = result_of(f"Tenant,Unit,Email,Balance\nAnn Lee,4B,ann@example.com,{balance}\n")
        assert result.assembly is not None
        keys.append(list(result.assembly.accounts))
    assert keys[0] == keys[1]


@pytest.mark.slow
def test_a_file_in_many_ranges_reads_as_in_one() -> None:
    table = HEADER + "".join(
        f'{n},C{n % 700},"Ann ""A"" Lee {n}\nx",p{n}@example.com,,2026-03-04,{n}.50\n'
        for n in range(1, 20_000)
    )
    whole = dropped(table.encode())
    parts = dropped(table.encode(), range_bytes=1)
    whole_profile, many = (
        read_profile(whole.open(), whole.hints),
        read_profile(parts.open(), parts.hints),
    )
    assert len(whole_profile.ranges) == 1
    assert len(many.ranges) > 1
    assert [(r.start, r.end) for r in many.ranges][1:] == [
        (a.end, b.end) for a, b in zip(many.ranges, many.ranges[1:], strict=False)
    ]
    assert [(r.line, r.cells) for r in rows(whole, whole_profile)] == [
        (r.line, r.cells) for r in rows(parts, many)
    ]


@pytest.mark.slow
def test_spilling_to_disk_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    table = HEADER + "".join(
        f"{n % 9000},C{n % 700},Ann Lee {n % 700},p{n % 700}@example.com,,2026-03-04,"
        f"{(n * 7) % 900 - 20}.50\n"
        for n in range(12_000)
    )
    here = read_together(table, CONTACTS)
    monkeypatch.setattr("dunlin.service.imports.read_file.LARGE", 10)
    spilled = read_together(table, CONTACTS, large=FileSpillStore)
    assert spilled == here
    assert sum(here[0]["outcomes"].values()) == 12_000


def test_days_are_judged_by_the_day_given() -> None:
    assert dt.date(2026, 11, 21) == TODAY
    result = read(HEADER + "1,C1,Ann Lee,ann@example.com,,2026-11-21,10\n")
    assert outcomes(result) == [(2, "created", "")]


def test_a_number_that_everybody_gives_makes_no_doubt() -> None:
    people = [
        "Ann Lee",
        "Bo Cy",
        "Al Fox",
        "Di Roe",
        "Ed May",
        "Flo Kim",
        "Gus Ray",
        "Hal Orr",
        "Ivy Poe",
        "Jo Ash",
    ]
    result = read(
        HEADER + "".join(f"{n},,{who},,2125550147,2026-03-04,1\n" for n, who in enumerate(people))
    )
    assert result["decisions_needed"] == []
    # It reaches nobody before a person has looked.
    assert all(r["account"]["held"] for r in result["rows"])
    assert all(r["account"]["consumer"]["phones"] == [] for r in result["rows"])
    assert result["outcomes"]["created"] == 10


@pytest.mark.parametrize("heading", ["Acct", "ACCT_NO", "Account Number"])
def test_an_invoices_number_is_the_reference_beside_the_customers_account(heading: str) -> None:
    document = read(
        f"{heading},Customer,Email,Inv,Due,Amt Open\n"
        "1,Ada Abbott,ada@example.com,W1,08/31/2026,45.00\n"
        "2,Ben Barker,ben@example.com,W2,09/14/2026,145.00\n"
    )
    accounts = [r["account"] for r in document["rows"]]
    assert [(a["reference"], a["held"]) for a in accounts] == [("W1", None), ("W2", None)]
