"""Who owes: fillers name nobody, one number is one customer, one name may be two people, and an
address under several names reaches nobody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imports.reading import read, read_together, result_of

HEADER = "Invoice,Customer No,Customer,Email,Phone,Balance,Due date\n"


def debts_of(document: dict[str, Any]) -> list[tuple[str, int, str | None]]:
    """(name, balance, what holds it) of each debt that is open."""
    accounts = (r["account"] for r in document["rows"] if r["outcome"] == "created")
    return [(a["consumer"]["name"], a["balance_minor"], a["held"]) for a in accounts]


def persons_of(text: str) -> dict[str, str]:
    """{invoice: identity of who owes it}."""
    result = result_of(HEADER + text)
    assert result.assembly is not None
    return {a.invoice: a.identity for a in result.assembly.accounts.values()}


@pytest.mark.parametrize(
    "filler",
    [
        "N/A",
        "none",
        "-",
        "0",
        "000",
        "CASH",
        "Walk-in",
        "Barverkauf",
        "S/N",
        "Cliente general",
        "k.A.",
    ],
)
def test_a_filler_is_no_customers_number(filler: str) -> None:
    document = read(
        HEADER
        + f"1,{filler},Ada Abbott,ada@example.com,,300.25,2026-01-15\n"
        + f"2,{filler},Ben Barker,ben@example.com,,80.10,2026-01-25\n"
        + f"3,{filler},Cora Castillo,cora@example.com,,-50.00,2026-01-26\n"
    )
    assert debts_of(document) == [("Ada Abbott", 30025, None), ("Ben Barker", 8010, None)]
    assert [r["account"]["consumer"]["emails"] for r in document["rows"][:2]] == [
        ["ada@example.com"], ["ben@example.com"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "filler",
    ["CASH", "Walk-in customer", "Barverkauf", "Público en general", "Client divers", "Unknown",
     "Consumidor final", "Laufkundschaft", "N/A"],
)  # fmt: skip
def test_a_filler_is_nobodys_name(filler: str) -> None:
    document = read(
        HEADER
        + f"1,,{filler},,,20.00,2026-01-15\n"
        + f"2,,{filler},,,30.00,2026-01-16\n"
        + "3,,Ada Abbott,ada@example.com,,40.00,2026-01-16\n"
    )
    assert debts_of(document) == [
        (None, 2000, "missing_contact"), (None, 3000, "missing_contact"),
        ("Ada Abbott", 4000, None),
    ]  # fmt: skip
    assert len(set(persons_of(f"1,,{filler},,,20,\n2,,{filler},,,30,\n").values())) == 2


@pytest.mark.parametrize(
    "address",
    ["noemail@noemail.com", "none@none.com", "patient@declined.com", "no.email@example.com",
     "NOEMAIL@example.com", "sincorreo@example.com", "keine-email@example.de", "a@a.com", "none"],
)  # fmt: skip
def test_an_address_that_was_made_up_reaches_nobody(address: str) -> None:
    (row,) = read(HEADER + f"1,C1,Ada Abbott,{address},,300.25,2026-01-15\n")["rows"]
    assert row["account"]["consumer"]["emails"] == []
    assert row["account"]["held"] == "missing_contact"


@pytest.mark.parametrize(
    "number",
    ["000-000-0000", "555-555-5555", "1234567890", "(999) 999-9999", "212-555-1212", "111 111 1111",
     "8888888888", "N/A"],
)  # fmt: skip
def test_a_number_that_was_made_up_reaches_nobody(number: str) -> None:
    (row,) = read(HEADER + f"1,C1,Ada Abbott,ada@example.com,{number},300.25,2026-01-15\n")["rows"]
    assert row["account"]["consumer"]["phones"] == []
    assert row["outcome"] == "created"


@pytest.mark.parametrize("address", ["na.li@example.com", "12345@163.com", "ada@none-such.com"])
def test_a_real_address_is_none_of_those(address: str) -> None:
    (row,) = read(HEADER + f"1,C1,Ada Abbott,{address},,300.25,2026-01-15\n")["rows"]
    assert row["account"]["consumer"]["emails"] == [address]


def test_one_invoice_number_of_two_customers_is_two_debts() -> None:
    document = read(
        HEADER
        + "K-1,C-1,Bo Sample,bo@example.com,(217) 555-0111,120.00,2026-09-01\n"
        + "K-1,C-9,Zed Other,zed@example.com,(217) 555-0177,900.00,2026-10-01\n"
    )
    assert debts_of(document) == [("Bo Sample", 12000, None), ("Zed Other", 90000, None)]


def test_two_branches_number_alike_in_whatever_order_they_stand() -> None:
    rows = [
        "17,,Ada Abbott,ada@example.com,,700.00,2026-03-30\n",
        "17,,Ben Barker,ben@example.com,,80.00,2026-04-30\n",
        "18,,Ben Barker,ben@example.com,,90.00,2026-05-30\n",
    ]
    wanted = {("Ada Abbott", 70000), ("Ben Barker", 8000), ("Ben Barker", 9000)}
    for order in (rows, rows[::-1]):
        assert {d[:2] for d in debts_of(read(HEADER + "".join(order)))} == wanted


@pytest.mark.parametrize("second", ["Ada Abbott", "A. Abbott", "ABBOTT ADA", ""])
def test_rows_of_one_number_and_person_are_one_debt(second: str) -> None:
    document = read(
        HEADER
        + "17,,Ada Abbott,ada@example.com,,700.00,2026-03-30\n"
        + f"17,,{second},,,80.00,2026-03-30\n"
    )
    assert len(debts_of(document)) == 1


def test_a_customer_number_under_two_names_makes_no_one_person() -> None:
    rows = ("1,100,Ada Abbott,ada@example.com,,10", "2,100,Zed Other,zed@example.com,,20")
    text = "".join(f"{row},2026-10-01\n" for row in rows)
    assert len(set(persons_of(text).values())) == 2
    document = read(HEADER + text)
    assert document["rows"][1]["code"] == "probable_match"
    assert document["rows"][0]["account"]["consumer"]["emails"] == ["ada@example.com"]


def test_a_customer_number_under_two_spellings_or_one_address_is_one_person() -> None:
    for second in ("A. Abbott,a2@example.com", "Ada Abbott-Cole,a2@example.com",
                   "Dee Cole,ada@example.com"):  # fmt: skip
        text = f"1,100,Ada Abbott,ada@example.com,,10,\n2,100,{second},,20,\n"
        assert len(set(persons_of(text).values())) == 1, second


def test_people_of_one_name_with_other_contact_points_are_other_people() -> None:
    document = read(
        "Name,Email,Mobile,Due Date,Amount Due\n"
        "Maria Garcia,maria.one@example.com,212-555-0101,2026-10-01,287.74\n"
        "Maria Garcia,maria.two@example.com,212-555-0102,2026-10-01,566.35\n"
        "Maria Garcia,maria.one@example.com,212-555-0101,2026-11-01,10.00\n"
    )
    assert [d[:2] for d in debts_of(document)] == [
        ("Maria Garcia", 28774), ("Maria Garcia", 56635), ("Maria Garcia", 1000),
    ]  # fmt: skip
    emails = [r["account"]["consumer"]["emails"] for r in document["rows"]]
    assert emails == [
        ["maria.one@example.com"],
        ["maria.two@example.com"],
        ["maria.one@example.com"],
    ]


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [("Unit", "101", "204"), ("Property", "Elm St 4", "Oak Ave 9"), ("Street", "4 Pine", "9 Lake"),
     ("Email", "a@example.com", "b@example.com"), ("Phone", "2125550101", "2125550102"),
     ("Date of birth", "1960-04-02", "1999-08-15")],
)  # fmt: skip
def test_a_credit_is_not_laid_over_another_of_the_same_name(
    header: str, first: str, second: str
) -> None:
    document = read(
        f"Invoice,Tenant,{header},Due Date,Balance\n"
        f"1,Maria Garcia,{first},2026-10-01,653.00\n"
        f"2,Maria Garcia,{second},2026-10-01,-700.00\n"
        f"3,Ben Barker,,2026-10-01,90.50\n"
    )
    assert [d[:2] for d in debts_of(document)] == [("Maria Garcia", 65300), ("Ben Barker", 9050)]


def test_a_credit_is_laid_over_the_debts_of_its_own_person() -> None:
    document = read(
        HEADER
        + "1,C1,Ada Abbott,ada@example.com,,653.00,2026-10-01\n"
        + "2,C1,Ada Abbott,ada@example.com,,-50.00,2026-10-01\n"
    )
    assert debts_of(document) == [("Ada Abbott", 60300, None)]


def test_an_address_under_names_with_nothing_in_common_reaches_nobody() -> None:
    document = read(
        HEADER
        + "1,,Ada Abbott,desk@example.com,212-555-0101,10.00,2026-03-04\n"
        + "2,,Ben Barker,desk@example.com,,20.00,2026-03-04\n"
        + "3,,Cora Castillo,cora@example.com,,30.00,2026-03-04\n"
    )
    assert [r["account"]["consumer"]["emails"] for r in document["rows"]] == [
        [], [], ["cora@example.com"],
    ]  # fmt: skip
    # The first has a number of her own.
    assert [held for _, _, held in debts_of(document)] == [None, "probable_match", None]
    assert document["rows"][0]["code"] == "shared_contact"
    assert document["rows"][0]["value"] == "desk@example.com"


def test_an_address_that_speaks_one_of_two_names_is_that_persons() -> None:
    document = read(
        HEADER
        + "1,,Uma Lowell,yara.okafor@example.com,,10.00,2026-03-04\n"
        + "2,,Yara Okafor,yara.okafor@example.com,,20.00,2026-03-04\n"
    )
    emails = [r["account"]["consumer"]["emails"] for r in document["rows"]]
    assert emails == [[], ["yara.okafor@example.com"]]


@pytest.mark.parametrize(
    ("first", "second"),
    [("Ada Abbott", "Ben Abbott"), ("Abbott Supply LLC", "Barker Foods Inc"),
     ("Ada Abbott", "Abbott Supply LLC")],
)  # fmt: skip
def test_a_household_and_an_office_may_share_an_address(first: str, second: str) -> None:
    document = read(
        HEADER
        + f"1,,{first},home@example.com,,10.00,2026-03-04\n"
        + f"2,,{second},home@example.com,,20.00,2026-03-04\n"
    )
    emails = [r["account"]["consumer"]["emails"] for r in document["rows"]]
    assert emails == [["home@example.com"], ["home@example.com"]]


def test_one_family_name_in_two_homes_is_no_household() -> None:
    document = read(
        "Invoice,Customer,Email,Street,Zip,Balance,Due date\n"
        "1,Ada Abbott,desk@example.com,4 Pine Rd,30301,10.00,2026-03-04\n"
        "2,Ben Abbott,desk@example.com,9 Lake Dr,60601,20.00,2026-03-04\n"
    )
    assert [r["account"]["consumer"]["emails"] for r in document["rows"]] == [[], []]


def test_where_a_company_stands_it_owes() -> None:
    document = read(
        "invoice_no,company,first_name,last_name,email,due_date,balance\n"
        "1,Mesa Tile Inc,Noor,Haddad,noor@example.com,2026-02-10,350.00\n"
        "2,,Samuel,Osei,samuel@example.com,2026-02-10,90.50\n"
        "3,N/A,Grace,Kim,grace@example.com,2026-02-10,60.00\n"
    )
    assert [d[0] for d in debts_of(document)] == ["Mesa Tile Inc", "Samuel Osei", "Grace Kim"]
    assert [r["account"]["debt_kind"] for r in document["rows"]] == [
        "business", "consumer", "consumer",
    ]  # fmt: skip


def _filled(debts: str, contacts: str) -> list[tuple[str | None, list[str], str | None]]:
    """(name, addresses, what holds it) of each debt, read with a contacts file."""
    accounts = [r["account"] for r in read_together(debts, contacts)[0]["rows"]]
    return [(a["consumer"]["name"], a["consumer"]["emails"], a["held"]) for a in accounts]


@pytest.mark.parametrize(
    ("debts", "contacts"),
    [("id,invoice_number,client_id", "id"), ("ID,Pro Number,Shipper ID", "ID"),
     ("Invoice,Statement No,Customer No", "Customer No"), ("invoice_id,n,account_id", "account_id"),
     ("Bill ID,Doc No,Client No", "Client No")],
)  # fmt: skip
def test_a_contact_fills_by_a_number_of_its_own_kind_alone(debts: str, contacts: str) -> None:
    assert _filled(
        f"{debts},Balance,Due Date\n3,F-1,5,87.50,2026-02-20\n4,F-2,6,63.00,2026-03-01\n",
        f"{contacts},Name,Email\n5,Ada Abbott,ada@example.com\n6,Ben Barker,ben@example.com\n"
        "3,Cora Castillo,cora@example.com\n",
    ) == [
        ("Ada Abbott", ["ada@example.com"], None), ("Ben Barker", ["ben@example.com"], None),
    ]  # fmt: skip


NAMED = "Invoice,Customer,Due Date,Balance\n1,Maria Garcia,2026-01-15,100\n2,Ben Barker,,50\n"


@pytest.mark.parametrize(
    "second",
    ["Maria Garcia,maria.two@example.com,", "\"Garcia, Maria\",,212-555-0102",
     "MARIA GARCIA,m2@example.com,212-555-0102"],
)  # fmt: skip
def test_where_two_contacts_bear_one_name_nobody_is_filled(second: str) -> None:
    first, ben = _filled(
        NAMED,
        f"Name,Email,Phone\nMaria Garcia,maria.one@example.com,212-555-0101\n{second}\n"
        "Ben Barker,ben@example.com,\n",
    )
    assert first == ("Maria Garcia", [], "contact_unclear")
    assert ben[:2] == ("Ben Barker", ["ben@example.com"])


def test_where_two_debtors_bear_one_name_a_contact_of_that_name_fills_neither() -> None:
    assert _filled(
        "Invoice,Unit,Tenant,Due Date,Balance\n1,101,Maria Garcia,2026-01-15,100\n"
        "2,204,Maria Garcia,2026-01-15,50\n",
        "Name,Email\nMaria Garcia,maria@example.com\n",
    ) == [("Maria Garcia", [], "contact_unclear"), ("Maria Garcia", [], "contact_unclear")]


def test_one_contact_told_twice_is_one() -> None:
    contacts = (
        "Name,Email,Phone\nMaria Garcia,m@example.com,\nMaria Garcia,m@example.com,2125550101\n"
    )
    assert _filled(NAMED, contacts)[0] == ("Maria Garcia", ["m@example.com"], None)


def test_a_contact_of_the_number_but_another_name_fills_nobody() -> None:
    (first,) = _filled(
        "Invoice,Customer No,Customer,Balance,Due Date\n1,5,Ada Abbott,10,2026-02-20\n",
        "Customer No,Name,Email\n5,Zed Other,zed@example.com\n",
    )
    assert first == ("Ada Abbott", [], "missing_contact")


def test_a_firm_whose_contact_is_a_child_waits_for_a_person() -> None:
    document = read(
        "Contact Name,Business Name,Email,Birth Date,Due Date,Balance\n"
        'Jack Hale,"Foster Group, Inc.",jack@example.com,2014-10-12,2026-03-01,10.50\n'
        "Liam Hale,Quigley Supply LLC,liam@example.com,1963-12-13,2026-03-01,20.50\n"
    )
    assert debts_of(document) == [
        ("Foster Group, Inc.", 1050, "minor"), ("Quigley Supply LLC", 2050, None),
    ]  # fmt: skip
