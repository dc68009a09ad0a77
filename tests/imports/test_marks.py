"""Days, numbers and people beside a debt that show that it was paid, voided or written off."""

from __future__ import annotations

import pytest

from tests.imports.reading import read, rows_by

HEADER = "Invoice,Customer,Email,Due Date,{money}{column}\n"


def _standing(
    column: str, mark: str, *, money: str = "Amount,", amount: str = "120.00"
) -> tuple[str, str | None, str | None]:
    """(status, code, held) of a debt with a mark; beside it stands one without."""
    text = HEADER.format(money=money, column=column)
    text += f'1,Ada Abbott,ada@example.com,2026-01-15,{amount},"{mark}"\n'
    text += f"2,Ben Barker,ben@example.com,2026-01-15,{amount},\n"
    rows = rows_by(read(text, currency="USD"))
    other = rows[3]["account"]
    assert (other["status"], other["held"]) == ("open", None)
    account = rows[2]["account"]
    return account["status"], rows[2].get("code"), account["held"]


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        ("Settled Date", "2026-02-01"), ("Date settled", "2026-02-01"),
        ("Cleared On", "2026-02-01"), ("Clearing Document", "1400000010"),
        ("Cleared by", "J. Smith"), ("Ausgleichsbeleg", "1400000010"),
        ("Ausgeglichen am", "01.02.2026"), ("Réglée le", "13/02/2026"), ("Lettrage", "AB"),
        ("Liquidado em", "13/02/2026"), ("Fecha de liquidación", "13/02/2026"),
        ("Doc. compensación", "1400000021"), ("Paid in full on", "2026-02-01"),
        ("Data da baixa", "13/02/2026"),
    ],
)  # fmt: skip
def test_a_mark_of_settlement_beside_an_amount_means_paid(column: str, mark: str) -> None:
    assert _standing(column, mark) == ("paid", "settled", None)


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        ("Void Date", "2026-02-01"), ("Date Voided", "2026-02-01"), ("Voided By", "J. Smith"),
        ("Void reason", "entered twice"), ("Cancelled On", "2026-02-01"),
        ("Storniert am", "01.02.2026"), ("Fecha de anulación", "13/02/2026"),
        ("Date d'annulation", "13/02/2026"), ("Data de cancelamento", "13/02/2026"),
    ],
)  # fmt: skip
def test_a_mark_of_voiding_voids(column: str, mark: str) -> None:
    assert _standing(column, mark, money="Balance,") == ("void", "void", None)


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        ("Write-off Date", "2026-02-01"), ("Charged Off On", "2026-02-01"),
        ("Written off", "Yes"), ("Ausgebucht am", "01.02.2026"),
        ("Fecha de castigo", "13/02/2026"), ("Date passage en perte", "13/02/2026"),
    ],
)  # fmt: skip
def test_a_mark_of_writing_off_writes_off(column: str, mark: str) -> None:
    assert _standing(column, mark, money="Balance,") == ("void", "written_off", None)


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        ("Payment Date", "2026-02-01"), ("Check No", "20551"), ("Payment ID", "P-881"),
        ("Fecha de pago", "13/02/2026"), ("Date de paiement", "13/02/2026"),
        ("Cheque number", "000412"), ("Paid by", "Ada Abbott"),
    ],
)  # fmt: skip
def test_a_payment_without_a_balance_is_asked_of_a_person(column: str, mark: str) -> None:
    assert _standing(column, mark) == ("open", "payment_shown", "payment_shown")


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        ("Check No", "20551"), ("Settled Date", "N/A"), ("Payment Date", "N/A"),
        ("Void Date", "0000-00-00"), ("Void Date", "9999-12-31"), ("Write-off Date", "1900-01-00"),
        ("Voided", "No"), ("Cleared On", "1970-01-01"), ("Write off amount", "0.00"),
        ("Cancelled On", "-"), ("Settled", "false"),
    ],
)  # fmt: skip
def test_what_marks_nothing_leaves_a_balance_owed(column: str, mark: str) -> None:
    assert _standing(column, mark, money="Balance,") == ("open", None, None)


@pytest.mark.parametrize("column", ["Settled Date", "Payment Date", "Date paid", "Fecha de pago"])
def test_a_settled_debt_with_its_whole_balance_left_is_held_and_a_rest_is_owed(column: str) -> None:
    whole = _standing(column, "2026-02-01", money="Balance,")
    assert whole == ("open", "cleared_with_balance", "cleared_with_balance")
    rest = _standing(column, "2026-02-01", money="Amount,Balance,", amount="120.00,70.00")
    assert rest == ("open", None, None)


@pytest.mark.parametrize(
    "column",
    [
        "Financial Status", "Account State", "Collection status", "Estado de cobro", "Situação",
        "État du règlement", "Zahlungszustand", "Loan standing", "Kontostatus", "Zahlstatus",
        "Status of payment", "Wie steht es",
    ],
)  # fmt: skip
def test_a_status_is_known_under_other_names(column: str) -> None:
    document = read(
        f"Invoice,Customer,Email,Due Date,Balance,{column}\n"
        "1,Ada Abbott,ada@example.com,2026-01-15,10.00,Paid\n"
        "2,Ben Barker,ben@example.com,2026-01-15,20.00,Unpaid\n"
        "3,Cora Castillo,cora@example.com,2026-01-15,30.00,Void\n"
    )
    assert document["mapping"][column]["field"] == "status"
    assert [r["account"]["status"] for r in document["rows"]] == ["paid", "open", "void"]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("Marital Status", "Married Single Divorced"), ("Job Stage", "Completed Open Design"),
        ("Stage", "Design Permit Install"), ("Billing State", "OH PA NY"),
        ("Customer type", "New Active Current"), ("Fulfillment Status", "Unfulfilled Sent Shipped"),
    ],
)  # fmt: skip
def test_other_standings_hold_nothing(column: str, words: str) -> None:
    a, b, c = words.split()
    document = read(
        f"Invoice,Customer,Email,Due Date,Balance,{column}\n"
        f"1,Ada Abbott,ada@example.com,2026-01-15,10.00,{a}\n"
        f"2,Ben Barker,ben@example.com,2026-01-15,20.00,{b}\n"
        f"3,Cora Castillo,cora@example.com,2026-01-15,30.00,{c}\n"
    )
    accounts = [r["account"] for r in document["rows"]]
    assert [(a["status"], a["held"]) for a in accounts] == [("open", None)] * 3


def test_a_payment_that_is_promised_is_none() -> None:
    rows = rows_by(
        read(
            "Invoice,Customer,Email,Due Date,Amount,Settled On\n"
            "1,Ada Abbott,ada@example.com,2026-01-15,10.00,2026-02-01\n"
            "2,Ben Barker,ben@example.com,2026-01-16,20.00,2027-02-01\n"
        )
    )
    assert rows[2]["outcome"] == "unchanged"
    assert rows[3]["account"]["held"] == "payment_ahead"
    assert rows[3]["account"]["balance_minor"] == 2000


@pytest.mark.parametrize("heading", ["Paid %", "% paid", "Percent Paid", "Pagado %", "% bezahlt"])
def test_a_share_that_was_paid_is_heard(heading: str) -> None:
    document = read(
        f"Invoice,Customer,Email,Due Date,Amount,{heading}\n"
        "1,Ada Abbott,ada@example.com,2026-01-15,10.00,0%\n"
        "2,Ben Barker,ben@example.com,2026-01-15,20.00,100%\n"
        "3,Cy Carter,cy@example.com,2026-01-15,30.00,50 %\n"
    )
    accounts = [r["account"] for r in document["rows"]]
    assert [(a["status"], a["held"]) for a in accounts] == [
        ("open", None), ("paid", None), ("open", "payment_shown"),
    ]  # fmt: skip


def test_a_share_beside_what_is_left_changes_nothing() -> None:
    document = read(
        "Invoice,Customer,Email,Due Date,Balance,Paid %\n"
        "1,Ada Abbott,ada@example.com,2026-01-15,5.00,50%\n"
        "2,Ben Barker,ben@example.com,2026-01-15,20.00,100%\n"
    )
    assert [r["account"]["held"] for r in document["rows"]] == [None, "payment_shown"]


@pytest.mark.parametrize(
    ("amount", "held"), [("Amount in Local Currency", None), ("Amount", "payment_shown")]
)
def test_an_open_item_of_sap_is_what_is_left_of_it(amount: str, held: str | None) -> None:
    document = read(
        f"Document Number,Name 1,E-mail,Net Due Date,{amount},Status\n"
        "18001,Ada Abbott,ada@example.com,2026-01-15,10.00,Partially paid\n"
        "18002,Ben Barker,ben@example.com,2026-01-15,20.00,Open\n"
    )
    assert [r["account"]["held"] for r in document["rows"]] == [held, None]
