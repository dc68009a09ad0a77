"""Instalments of one invoice: a debt each, the same over later files; what is unclear waits."""

from __future__ import annotations

import pytest

from dunlin.domain.accounts.account import Hold
from tests.imports.place import CREDITOR, CY, Office, table
from tests.imports.reading import read
from tests.imports.test_layout import ADA, BEN, LIST


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.parametrize("due", ["2026-04-04", "2026-12-04"])
def test_parts_of_one_invoice_that_fall_due_apart_are_debts_of_their_own(due: str) -> None:
    result = read(LIST + ADA + f"Ada Abbott,ada@example.com,1001,{due},50.00\n" + BEN)
    parts = [row["account"] for row in result["rows"][:2]]
    assert [(p["balance_minor"], p["due_on"]) for p in parts] == [
        (10_000, "2026-03-04"),
        (5_000, due),
    ]
    assert {p["reference"] for p in parts} == {"1001"}
    assert parts[0]["held"] is None


@pytest.mark.parametrize(
    "rows",
    [
        ADA + ADA.replace("03-04", "04-04"),  # one debt told with two days, or two halves
        ADA + ADA.replace("03-04", "04-04").replace("100.00", "-20.00"),
        ADA + ADA.replace("2026-03-04", ""),
    ],
)
def test_rows_that_may_be_instalments_stay_one_debt(rows: str) -> None:
    result = read(LIST + rows + BEN)
    keys = {row["account"]["reference"] for row in result["rows"] if row["outcome"] == "created"}
    created = [row for row in result["rows"] if row["outcome"] == "created"]
    assert (keys, len(created)) == ({"1001", "1003"}, 2)


@pytest.mark.parametrize(
    ("bill", "held"), [("200.00", None), ("100.00", "instalments"), ("250.00", "instalments")]
)
def test_equal_parts_are_instalments_where_the_bill_is_their_sum(
    bill: str, held: str | None
) -> None:
    head = LIST.replace("Balance", "Invoice Total,Balance")
    ada = ADA.replace("100.00", f"{bill},100.00")
    text = head + ada + ada.replace("03-04", "04-04") + BEN.replace(",75.00", ",75.00,75.00")
    result = read(text)
    assert result["rows"][0]["account"]["held"] == held


@pytest.mark.parametrize("column", ["Installment No", "Instalment", "Cuota N.º", "Nº Parcela"])
def test_a_number_of_an_instalment_says_so(column: str) -> None:
    head = LIST.replace("Balance", f"{column},Balance")
    ada = ADA.replace("100.00", "1/2,100.00")
    both = ada + ada.replace("03-04", "04-04").replace("1/2", "2/2")
    result = read(head + both + BEN.replace("75.00", ",75.00"))
    assert [row["outcome"] for row in result["rows"]] == ["created"] * 3


HALF = "K-1,C-1,Bo Sample,bo@example.com,(217) 555-0111,{},{}"


def _parts(*parts: tuple[str, str]) -> str:
    return table([*(HALF.format(owed, due) for owed, due in parts), CY])


def _of_invoice(office: Office) -> dict[str, int]:
    theirs = [a for a in office.book.accounts.values() if a.invoice == "K-1" and a.owes]
    return {str(a.due_on): a.balance.minor for a in theirs}


def test_instalments_are_the_same_debts_in_the_next_files(office: Office) -> None:
    three = (("40.00", "2026-09-01"), ("50.00", "2026-10-01"), ("60.00", "2026-11-01"))
    office.drop("open.csv", _parts(*three))
    debts = set(office.book.accounts)
    assert _of_invoice(office) == {"2026-09-01": 4_000, "2026-10-01": 5_000, "2026-11-01": 6_000}
    for rest in (three[1:], three[2:]):
        office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = b"complete: true\n"
        office.drop("open.csv", _parts(*rest))
        assert set(office.book.accounts) == debts
    assert _of_invoice(office) == {"2026-11-01": 6_000}


def test_an_instalment_whose_day_is_moved_stays_the_same_debt(office: Office) -> None:
    office.drop("open.csv", _parts(("40.00", "2026-09-01"), ("50.00", "2026-10-01")))
    debts = set(office.book.accounts)
    office.drop("open.csv", _parts(("40.00", "2026-09-01"), ("50.00", "2026-10-15")))
    assert set(office.book.accounts) == debts
    assert _of_invoice(office) == {"2026-09-01": 4_000, "2026-10-15": 5_000}


def test_a_debt_that_is_split_into_instalments_is_the_first_of_them(office: Office) -> None:
    office.drop("open.csv", _parts(("90.00", "2026-09-01")))
    office.drop("open.csv", _parts(("40.00", "2026-09-01"), ("50.00", "2026-10-01")))
    assert _of_invoice(office) == {"2026-09-01": 4_000, "2026-10-01": 5_000}


def test_parts_that_changed_altogether_wait_for_a_person(office: Office) -> None:
    office.drop("open.csv", _parts(("40.00", "2026-09-01"), ("50.00", "2026-10-01")))
    office.drop("open.csv", _parts(("45.00", "2026-09-20"), ("45.50", "2026-10-20")))
    held = {str(a.due_on): a.hold for a in office.book.accounts.values() if a.invoice == "K-1"}
    assert held["2026-09-20"] is held["2026-10-20"] is Hold.REVIEW


def test_a_payment_of_an_invoice_pays_its_oldest_instalment(office: Office) -> None:
    office.drop("open.csv", _parts(("40.00", "2026-09-01"), ("50.00", "2026-10-01")))
    office.drop("p.csv", "Invoice,Payment date,Amount\nK-1,2026-11-30,60.00\n")
    assert _of_invoice(office) == {"2026-10-01": 3_000}
