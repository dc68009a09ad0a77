"""How rows lie: totals in their shapes, names in headings, jobs, journals, balances that run on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.imports.reading import read, result_of

Owed = dict[str, int]


def owed(result: dict[str, Any]) -> Owed:
    """What each name owes in open debts, in minor units."""
    out: Owed = {}
    for row in result["rows"]:
        account = row["account"]
        if row["outcome"] == "created" and account["status"] == "open":
            name = account["consumer"]["name"]
            out[name] = out.get(name, 0) + account["balance_minor"]
    return out


def asked(result: dict[str, Any]) -> list[str]:
    return [q["id"] for q in result["decisions_needed"] if q["blocking"]]


LIST = "Customer,Email,Invoice,Due Date,Balance\n"
ADA = "Ada Abbott,ada@example.com,1001,2026-03-04,100.00\n"
ADAS_SECOND = "Ada Abbott,ada@example.com,1002,2026-04-04,50.00\n"
BEN = "Ben Barker,ben@example.com,1003,2026-03-04,75.00\n"
ALL = {"Ada Abbott": 15000, "Ben Barker": 7500}


@pytest.mark.parametrize(
    "word",
    [
        "Total", "TOTAL:", "Grand Total", "Report Total", "Summe", "Gesamtsumme", "Zwischensumme",
        "Total general", "Sous-total", "Subtotal", "Total geral", "Suma", "Somme", "Soma",
        "Total Receivables", "Totals for all customers", "Carried forward", "Übertrag",
    ],
)  # fmt: skip
@pytest.mark.parametrize("at", range(4))
def test_the_sum_of_all_rows_is_no_debt(word: str, at: int) -> None:
    cells = [""] * 5
    cells[at], cells[4] = word, "225.00"
    result = read(LIST + ADA + ADAS_SECOND + BEN + ",".join(cells) + "\n")
    assert (owed(result), asked(result), len(result["rows"])) == (ALL, [], 3)


@pytest.mark.parametrize(
    ("first", "second"), [("Total for", ""), ("", " Total"), ("Sous-total", "")]
)
def test_the_sum_of_one_customer_is_no_debt(first: str, second: str) -> None:
    result = read(
        LIST + ADA + ADAS_SECOND + f"{first} Ada Abbott{second},,,,150.00\n"
        + BEN + f"{first} Ben Barker{second},,,,75.00\nTotal,,,,225.00\n"
    )  # fmt: skip
    assert (owed(result), asked(result), len(result["rows"])) == (ALL, [], 3)


@pytest.mark.parametrize("row", ["% of total,,,,100.00", "Percent,,,,100", "Average,,,,75.00"])
def test_a_row_of_shares_or_means_is_no_debt(row: str) -> None:
    result = read(LIST + ADA + ADAS_SECOND + BEN + "Total,,,,225.00\n" + row + "\n")
    assert (owed(result), asked(result), len(result["rows"])) == (ALL, [], 3)


def test_figures_without_a_word_that_add_up_are_sums() -> None:
    result = read(LIST + ADA + ADAS_SECOND + ",,,,150.00\n" + BEN + ",,,,75.00\n,,,,225.00\n")
    assert (owed(result), len(result["rows"])) == (ALL, 3)


def test_a_total_before_its_rows_is_one() -> None:
    result = read(
        LIST + "Total,,,,225.00\n" + "Total Ada Abbott,,,,150.00\n" + ADA + ADAS_SECOND + BEN
    )
    assert (owed(result), len(result["rows"])) == (ALL, 3)


def test_an_unquoted_repeat_of_the_header_and_lines_of_dashes_are_no_rows() -> None:
    result = read(
        LIST + ADA + "-----,-----,----,-----,-----\nPage 2,,,,\n" + LIST.upper() + ADAS_SECOND + BEN
    )
    assert (owed(result), len(result["rows"])) == (ALL, 3)


AGED = "Customer,Current,1 - 30,31 - 60,Total\n"


@pytest.mark.parametrize("name", ["Total Tire Centers", "Summe Karl", "Suma Ortiz", "Soma Ana"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_customer_who_is_called_like_a_total_owes(name: str, place: int) -> None:
    rows = ["Ben Barker,0.00,90.50,0.00,90.50\n", "Cora Castillo,0.00,0.00,75.00,75.00\n"]
    rows.insert(place, f"{name},0.00,210.25,0.00,210.25\n")
    result = read(AGED + "".join(rows) + "TOTAL,0.00,300.75,75.00,375.75\n")
    assert asked(result) == []
    assert sorted(owed(result).values()) == [7500, 9050, 21025]


def test_a_customer_called_like_a_total_owes_where_no_row_sums_up() -> None:
    result = read(AGED + "Ben Barker,0.00,90.50,0.00,90.50\nTotal Care,0.00,0.00,5.00,5.00\n")
    assert sorted(owed(result).values()) == [500, 9050]


def test_a_customer_who_owes_as_much_as_the_row_above_is_told_by_the_last_sum() -> None:
    rows = "Ben Barker,0.00,90.50,0.00,90.50\nTotal Care,0.00,90.50,0.00,90.50\n"
    assert sorted(owed(read(AGED + rows + "Total,0.00,181.00,0.00,181.00\n")).values()) == [
        9050, 9050,
    ]  # fmt: skip


def test_where_nothing_tells_a_customer_from_a_total_the_file_asks() -> None:
    text = AGED + "Ben Barker,0.00,90.50,0.00,90.50\nTotal Care,0.00,90.50,0.00,90.50\n"
    assert asked(read(text)) == ["named_total"]
    assert owed(read(text, answers={"named_total": "total"})) == {"Ben Barker": 9050}
    assert sum(owed(read(text, answers={"named_total": "customer"})).values()) == 18100


@pytest.mark.parametrize(
    "totals",
    ["Total,,,,310.00\n", "Total Ben Barker,,,,80.00\nTotal,,,,225.00\n", "Summe,,,,22.50\n"],
)
def test_a_total_that_disagrees_is_asked_about(totals: str) -> None:
    text = LIST + ADA + ADAS_SECOND + BEN + totals
    assert asked(read(text)) == ["totals"]
    assert owed(read(text, answers={"totals": "rows"})) == ALL
    stopped = result_of(text, answers={"totals": "stop"})
    assert stopped.profile.refusal is not None
    assert stopped.profile.refusal.code == "totals_differ"


@pytest.mark.parametrize("label", ["Totals", "Total CAD", "Grand Total"])
@pytest.mark.parametrize(("total", "question"), [("225.00", []), ("310.00", ["totals"])])
def test_a_total_may_be_named_in_the_column_of_currencies(
    label: str, total: str, question: list[str]
) -> None:
    text = (
        "CCY,Customer,Email,Invoice,Due Date,Balance\n"
        + "".join(f"CAD,{row}" for row in (ADA, ADAS_SECOND, BEN))
        + f"{label},,,,,{total}\n"
    )
    result = read(text)
    assert asked(result) == question
    assert owed(read(text, answers={"totals": "rows"})) == ALL


TWO_CURRENCIES = (
    "Customer,Email,Invoice,Due Date,Balance,Currency\n"
    "Ada Abbott,ada@example.com,1,2026-03-04,100.00,USD\n"
    "Ben Barker,ben@example.com,2,2026-03-04,75.00,EUR\n"
    "Cora Castillo,cora@example.com,3,2026-03-04,20.00,USD\n"
)


@pytest.mark.parametrize(
    "totals",
    [
        "Total,,,,202.13,USD\n",  # exchanged, as the currency of the total says
        "Total,,,,195.00,\n",  # a column summed up whatever stands beside it
        "Total,,,,120.00,\n",
        "Total USD,,,,120.00,\nTotal EUR,,,,75.00,\n",
    ],
)
def test_a_total_of_two_currencies_that_can_be_told(totals: str) -> None:
    result = read(TWO_CURRENCIES + totals)
    assert (asked(result), len(result["rows"])) == ([], 3)


@pytest.mark.parametrize("totals", ["Total,,,,202.13,\n", "Total USD,,,,119.00,\n"])
def test_a_total_of_two_currencies_that_is_the_sum_of_nothing_is_asked_about(totals: str) -> None:
    result = read(TWO_CURRENCIES + totals)
    assert asked(result) == ["totals"]
    assert "120.00 USD and 75.00 EUR" in str(result) or "TOTAL USD" in str(result).upper()
    assert len(owed(read(TWO_CURRENCIES + totals, answers={"totals": "rows"}))) == 3


NUMBERED = "Customer ID,Customer,Email,Invoice,Date,Due Date,Balance\n"


@pytest.mark.parametrize("who", ["A1,Ada Abbott,,", "A1,,,", ",Ada Abbott,ada@example.com,"])
def test_a_sum_may_repeat_the_customer(who: str) -> None:
    result = read(
        NUMBERED
        + "A1,Ada Abbott,ada@example.com,1001,2026-02-04,2026-03-04,100.00\n"
        + "A1,Ada Abbott,ada@example.com,1002,2026-03-04,2026-04-04,50.00\n"
        + f"{who},,,150.00\n"
        + "B1,Ben Barker,ben@example.com,1003,2026-02-04,2026-03-04,75.00\n"
    )
    assert (owed(result), asked(result), len(result["rows"])) == (ALL, [], 3)


def test_a_sum_may_stand_before_the_rows_of_its_customer() -> None:
    result = read(
        NUMBERED
        + "A1,Ada Abbott,,,,,150.00\n"
        + "A1,Ada Abbott,ada@example.com,1001,2026-02-04,2026-03-04,100.00\n"
        + "A1,Ada Abbott,ada@example.com,1002,2026-03-04,2026-04-04,50.00\n"
        + "B1,Ben Barker,,,,,75.00\n"
        + "B1,Ben Barker,ben@example.com,1003,2026-02-04,2026-03-04,75.00\n"
    )
    assert (owed(result), asked(result), len(result["rows"])) == (ALL, [], 3)


def test_a_customer_is_written_once_where_sums_say_so() -> None:
    result = read(
        NUMBERED
        + "A1,Ada Abbott,ada@example.com,1001,2026-02-04,2026-03-04,100.00\n"
        + ",,,1002,2026-03-04,2026-04-04,50.00\n"
        + "A1,Ada Abbott,,,,,150.00\n"
        + "B1,Ben Barker,ben@example.com,1003,2026-02-04,2026-03-04,75.00\n"
        + "B1,Ben Barker,,,,,75.00\n"
    )
    assert (owed(result), asked(result)) == (ALL, [])


def test_a_row_that_lacks_its_customer_is_nobodys() -> None:
    result = read(LIST + ADA + ",,1002,2026-04-04,50.00\n" + BEN)
    nameless = [r for r in result["rows"] if r["account"]["consumer"]["name"] is None]
    assert [(r["row"], r["code"]) for r in nameless] == [(3, "missing_contact")]


def test_one_sum_that_repeats_the_row_above_is_asked_about() -> None:
    text = (
        NUMBERED
        + "A1,Ada Abbott,ada@example.com,1001,2026-02-04,2026-03-04,100.00\n"
        + "A1,Ada Abbott,ada@example.com,,,,100.00\n"
        + "B1,Ben Barker,ben@example.com,1003,2026-02-04,2026-03-04,75.00\n"
    )
    assert asked(read(text)) == ["sum_rows"]
    assert sum(owed(read(text, answers={"sum_rows": "sums"})).values()) == 17500
    assert sum(owed(read(text, answers={"sum_rows": "debts"})).values()) == 27500


def test_a_debt_without_number_and_day_that_adds_up_nothing_is_a_debt() -> None:
    result = read(
        NUMBERED
        + "A1,Ada Abbott,ada@example.com,1001,2026-02-04,2026-03-04,100.00\n"
        + "B1,Ben Barker,ben@example.com,,,,75.00\n"
    )
    assert owed(result) == {"Ada Abbott": 10000, "Ben Barker": 7500}
    assert asked(result) == []


@pytest.mark.parametrize("heading", ["", "Customer", "Customer:Project", "Name", "Kunde"])
@pytest.mark.parametrize("page", ["", "Page 2 of 3,,,,\n", "Printed 11/20/2026,,,,\n"])
def test_names_stand_in_headings(heading: str, page: str) -> None:
    result = read(
        f"{heading},Type,Num,Due Date,Open Balance\n"
         '"Abbott, Ada",,,,\n,Invoice,1001,03/14/2026,100.00\n' + page
        + ",Invoice,1002,04/14/2026,50.00\n"
        + '"Total Abbott, Ada",,,,150.00\n"Barker, Ben",,,,\n,Invoice,1003,03/14/2026,75.00\n'
        + '"Total Barker, Ben",,,,75.00\nTOTAL,,,,225.00\n'
    )  # fmt: skip
    assert (owed(result), asked(result)) == (ALL, [])


def test_headings_hold_over_the_ranges_of_a_large_file() -> None:
    lines = ["Customer,Type,Num,Due Date,Open Balance\n"]
    for n in range(4000):
        lines += [f"Firm{n} Ltd,,,,\n", f",Invoice,A{n},03/14/2026,10.00\n"]
        lines += [f",Invoice,B{n},03/14/2026,5.00\n", f"Total Firm{n} Ltd,,,,15.00\n"]
    result = read("".join(lines), range_bytes=1)
    assert set(owed(result).values()) == {1500}
    assert len(owed(result)) == 4000


JOBS = "Customer,Current,1 - 30,TOTAL\n"


@pytest.mark.parametrize("job", ["   Kitchen", "Kitchen"])
def test_rows_under_a_customer_are_jobs(job: str) -> None:
    result = read(
        JOBS + '"Abbott, Ada",,,\n' + f"{job},0.00,100.00,100.00\n" + "   Bath,50.00,0.00,50.00\n"
        + '"Total Abbott, Ada",50.00,100.00,150.00\n"Barker, Ben",,,\n'
        + f"{job},0.00,75.00,75.00\n" + '"Total Barker, Ben",0.00,75.00,75.00\n'
        + "TOTAL,50.00,175.00,225.00\n"
    )  # fmt: skip
    assert (owed(result), asked(result)) == (ALL, [])


def test_people_under_a_place_owe_themselves() -> None:
    result = read(
        JOBS + "Maple Court,,,\n" + '"Abbott, Ada",50.00,100.00,150.00\n'
        + '"Barker, Ben",0.00,75.00,75.00\n' + "Total Maple Court,50.00,175.00,225.00\n"
    )  # fmt: skip
    assert (owed(result), asked(result)) == (ALL, [])


def test_where_nothing_tells_jobs_from_people_the_file_asks() -> None:
    text = (
        JOBS + "Maple Court,,,\nAda Abbott,50.00,100.00,150.00\nBen Barker,0.00,75.00,75.00\n"
        "Total Maple Court,50.00,175.00,225.00\n"
    )
    assert asked(read(text)) == ["headings"]
    assert owed(read(text, answers={"headings": "places"})) == ALL
    assert owed(read(text, answers={"headings": "customers"})) == {"Maple Court": 22500}


@pytest.mark.parametrize("older", ["Older", "Anterior", "Plus ancien"])
def test_names_stand_over_the_numbers_of_their_invoices(older: str) -> None:
    result = read(
        f",Invoice Date,At Date,1-30,{older},Total\n"
        "Ada Abbott,,0.00,50.00,100.00,150.00\nINV/1,2026-03-04,0.00,0.00,100.00,\n"
        "INV/2,2026-10-04,0.00,50.00,0.00,\nTotal Ada Abbott,,0.00,50.00,100.00,150.00\n"
        "Ben Barker,,0.00,75.00,0.00,75.00\nINV/3,2026-10-05,0.00,75.00,0.00,\n"
        "Total Ben Barker,,0.00,75.00,0.00,75.00\n"
    )
    assert (owed(result), asked(result)) == (ALL, [])
    assert [r["account"]["invoice"] for r in result["rows"]] == ["INV/1", "INV/2", "INV/3"]


RUNNING = "Customer,Email,Date,Type,Num,Amount,Balance\n"


@pytest.mark.parametrize(
    "rows",
    [
        (("Invoice", "100.00", "100.00"), ("Payment", "-30.00", "70.00"),
         ("Invoice", "80.00", "150.00")),
        (("Invoice", "100.00", "100.00"), ("Payment", "30.00", "70.00"),
         ("Invoice", "80.00", "150.00")),
        (("Invoice", "80.00", "150.00"), ("Payment", "-30.00", "70.00"),
         ("Invoice", "100.00", "100.00")),
        (("Invoice", "120.00", "120.00"), ("Payment", "-120.00", "0.00"),
         ("Invoice", "150.00", "150.00"), ("Payment", "-20.00", "130.00"),
         ("Invoice", "20.00", "150.00")),
    ],
)  # fmt: skip
def test_a_balance_that_runs_on_is_owed_once(rows: tuple[tuple[str, str, str], ...]) -> None:
    adas = "".join(
        f"Ada Abbott,ada@example.com,2026-03-{n:02},{kind},{n},{amount},{balance}\n"
        for n, (kind, amount, balance) in enumerate(rows, 13)
    )
    bens = "Ben Barker,ben@example.com,2026-03-20,Invoice,99,75.00,75.00\n"
    assert owed(read(RUNNING + adas + bens)) == ALL


def test_what_was_owed_before_the_first_movement_is_owed() -> None:
    result = read(
        "Customer,Email,Date,Description,Debit,Credit,Balance\n"
        "Ada Abbott,ada@example.com,2026-03-13,Opening balance,,,60.00\n"
        "Ada Abbott,ada@example.com,2026-03-14,Invoice 1,100.00,,160.00\n"
        "Ada Abbott,ada@example.com,2026-03-20,Payment,,10.00,150.00\n"
        "Ben Barker,ben@example.com,2026-03-20,Invoice 2,75.00,,75.00\n"
    )
    assert owed(result) == ALL


def test_a_balance_of_each_invoice_does_not_run_on() -> None:
    result = read(
        RUNNING
        + "Ada Abbott,ada@example.com,2026-03-13,Invoice,1,200.00,100.00\n"
        + "Ada Abbott,ada@example.com,2026-03-14,Invoice,2,50.00,50.00\n"
        + "Ben Barker,ben@example.com,2026-03-15,Invoice,3,75.00,75.00\n"
    )
    assert (owed(result), asked(result)) == (ALL, [])


@pytest.mark.parametrize(
    ("account", "others"),
    [
        ("Accounts Receivable", ("Sales", "Checking")),
        ("1200 · Accounts Receivable", ("4000 Income", "1000 Cash")),
        ("Debitoren", ("Erlöse", "Bank")),
        ("430000 Clientes", ("700 Ventas", "572 Bancos")),
        ("411000 Clients", ("706 Prestations", "512 Banque")),
        ("Contas a receber", ("Receita", "Caixa")),
    ],
)
def test_of_a_journal_the_customers_legs_alone_are_debts(
    account: str, others: tuple[str, str]
) -> None:
    result = read(
        "Trans,Date,Account,Name,Num,Debit,Credit\n"
        f"1,2026-03-13,{account},Ada Abbott,1001,150.00,\n"
        f"1,2026-03-13,{others[0]},Ada Abbott,1001,,150.00\n"
        f"2,2026-03-14,{account},Ben Barker,1002,100.00,\n"
        f"2,2026-03-14,{others[0]},Ben Barker,1002,,100.00\n"
        f"3,2026-03-15,{others[1]},Ben Barker,1002,25.00,\n"
        f"3,2026-03-15,{account},Ben Barker,1002,,25.00\n"
    )
    assert owed(result) == ALL


def test_a_customer_whose_firm_is_called_receivables_is_a_customer() -> None:
    result = read(
        "Account Name,Email,Invoice,Due Date,Balance\n"
        "Acme Receivables LLC,acme@example.com,1,2026-03-04,10.00\n"
        "Ben Barker,ben@example.com,2,2026-03-04,75.00\n"
        "Cora Castillo,cora@example.com,3,2026-03-04,5.00\n"
        "Dan Dalton,dan@example.com,4,2026-03-04,5.00\n"
    )
    assert sorted(owed(result).values()) == [500, 500, 1000, 7500]


CHARGES = "Account,Name,Email,Charge,Due Date,Balance\n"


def test_charges_of_one_account_add_up() -> None:
    result = read(
        CHARGES
        + "t1,Ada Abbott,ada@example.com,rent,2026-03-01,100.00\n"
        + "t1,Ada Abbott,ada@example.com,water,2026-03-01,50.00\n"
        + "t2,Ben Barker,ben@example.com,rent,2026-03-01,75.00\n"
    )
    assert owed(result) == ALL


def test_two_balances_of_one_invoice_wait_for_a_person() -> None:
    result = read(LIST + ADA + ADA.replace("100.00", "90.00") + BEN)
    assert result["rows"][0]["account"]["held"] == "conflicting_rows"


@pytest.mark.parametrize(
    "part", ["Patient Portion", "=Patient", "Pt Responsibility", "Pat Est Bal", "Eigenanteil"]
)
@pytest.mark.parametrize("insurer", ["Ins Est", "Insurance Pending", "Primary Carrier"])
def test_a_patient_owes_the_patients_part(part: str, insurer: str) -> None:
    result = read(
        f"Guarantor,Phone,0-30,31-60,Total,{insurer},{part}\n"
        '"Abbott, Ada",216-555-0101,400.00,0.00,400.00,250.00,150.00\n'
        '"Barker, Ben",216-555-0102,75.00,0.00,75.00,0.00,75.00\n'
        '"Castillo, Cora",216-555-0103,90.00,0.00,90.00,90.00,0.00\n'
    )
    assert owed(result) == ALL


@pytest.mark.parametrize(
    ("payer", "held"), [("Acme Health", "insurance_pending"), ("Self Pay", None)]
)
def test_a_claim_waits_for_the_insurer_whom_it_names(payer: str, held: str | None) -> None:
    result = read(
        "Claim ID,Patient,Email,Payer,Billed Amount,Submitted,Due Date\n"
        f"C1,Ada Abbott,ada@example.com,{payer},150.00,2026-02-01,2026-03-01\n"
    )
    assert [r["account"]["held"] for r in result["rows"]] == [held]


@pytest.mark.parametrize("at", [2, 3])
def test_a_label_may_stand_in_the_column_of_numbers_or_days(at: int) -> None:
    def sum_of(who: str, amount: str) -> str:
        cells = [who, "", "", "", amount]
        cells[at] = "Subtotal"
        return ",".join(cells) + "\n"

    result = read(
        LIST + ADA + ADAS_SECOND + sum_of("Ada Abbott", "150.00")
        + BEN + sum_of("Ben Barker", "75.00")
    )  # fmt: skip
    assert (owed(result), asked(result), len(result["rows"])) == (ALL, [], 3)


@pytest.mark.parametrize(
    "heading", ["1 - 30 days past due", "91 or more days", "Current", "Über 90 Tage"]
)
def test_an_age_is_nobodys_name(heading: str) -> None:
    result = result_of(
        f"Date,Num,Due date,Open balance\n{heading},,,\n2026-01-01,11,2026-10-30,100.00\n"
    )
    assert result.profile.refusal is not None
    assert result.profile.refusal.code == "no_contact_column"


MOVES = "Customer,Email,Type,Date,Num,Amount\n"


@pytest.mark.parametrize(
    ("payment", "back"),
    [
        ("Payment,2026-01-20,2,-100.00", "Payment,2026-01-22,3,100.00"),
        ("Payment,2026-01-20,2,100.00", "Payment,2026-01-22,3,-100.00"),
        ("Payment,2026-01-20,2,-100.00", "Returned payment,2026-01-22,3,100.00"),
        ("Payment,2026-01-20,2,100.00", "Payment (NSF),2026-01-22,3,100.00"),
        ("Payment,2026-01-20,1,-100.00", "Payment,2026-01-22,1,100.00"),
    ],
)
def test_a_payment_that_came_back_pays_nothing(payment: str, back: str) -> None:
    sign = "-" if ",-" in payment else ""
    result = read(
        MOVES + "Ada Abbott,ada@example.com,Invoice,2026-01-13,1,150.00\n"
        + f"Ada Abbott,ada@example.com,{payment}\n" + f"Ada Abbott,ada@example.com,{back}\n"
        + "Ben Barker,ben@example.com,Invoice,2026-01-13,4,100.00\n"
        + f"Ben Barker,ben@example.com,Payment,2026-01-14,5,{sign}25.00\n"
    )  # fmt: skip
    assert owed(result) == ALL


def test_a_claim_that_waits_for_an_explanation_of_benefits_is_held() -> None:
    result = read(
        "Patient,Email,Payer,Claim Status,Due Date,Balance\n"
        "Ada Abbott,ada@example.com,Acme Health,EOB Pending,2026-03-01,100.00\n"
        "Ben Barker,ben@example.com,Acme Health,Paid,2026-03-01,75.00\n"
    )
    assert [r["account"]["held"] for r in result["rows"]] == ["insurance_pending", None]


def test_a_second_table_below_the_first_is_asked_about() -> None:
    text = (
        LIST + ADA + ADAS_SECOND + BEN + "\nPayments received\n"
        "Date,Customer,Amount,Method,Reference\n2026-03-05,Ada Abbott,100.00,Check,551\n"
    )
    assert asked(read(text)) == ["second_table"]
    assert owed(read(text, answers={"second_table": "first"})) == ALL
    stopped = result_of(text, answers={"second_table": "stop"})
    assert stopped.profile.refusal is not None
    assert stopped.profile.refusal.code == "second_table"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (("Customer,Email,Invoice 1,Due 1,Amount 1,Invoice 2,Due 2,Amount 2\n"
         "Ada,ada@example.com,1,2026-03-01,120.00,2,2026-04-01,30.00\n"), "side_by_side"),
        ("Kunde,Rechnung 1,Betrag 1,Rechnung 2,Betrag 2\nAda,1,120.00,2,30.00\n", "side_by_side"),
        (("Customer,Ada Abbott,Ben Barker\nInvoice,1,2\nEmail,ada@example.com,ben@example.com\n"
         "Due Date,2026-03-01,2026-03-01\nBalance,120.00,80.00\n"), "turned"),
        (("Cliente;Correo;Vence;Importe;;Cliente;Correo;Vence;Importe\n"
          "Ada;ada@example.com;2026-03-01;120,00;;Ben;ben@example.com;2026-03-01;80,00\n"),
         "side_by_side"),
        ("Tenant,Email,Jan 2026,Feb 2026\nAda Abbott,ada@example.com,120.00,80.00\n", "by_month"),
        ("Mieter;E-Mail;Januar;Februar\nAda Abbott;ada@example.com;120,00;80,00\n", "by_month"),
    ],
)  # fmt: skip
def test_a_table_of_another_shape_is_refused(text: str, code: str) -> None:
    refusal = result_of(text).profile.refusal
    assert refusal is not None
    assert refusal.code == code


def test_two_lines_of_an_address_are_not_side_by_side() -> None:
    result = read(
        "Customer,Address 1,Address 2,Phone 1,Phone 2,Invoice,Due Date,Balance\n"
        "Ada Abbott,1 Elm St,Apt 2,216-555-0101,216-555-0102,1,2026-03-01,150.00\n"
        "Ben Barker,2 Elm St,,216-555-0103,,2,2026-03-01,75.00\n"
    )
    assert owed(result) == ALL


def test_a_heading_may_hold_the_contact_points_of_whom_it_names() -> None:
    lines = ["Customer,Email,Num,Due Date,Open Balance\n"]
    for n in range(300):
        lines += [f"Firm{n} Ltd,f{n}@example.com,,,\n", f",,A{n},03/14/2026,10.00\n"]
        lines += [f",,B{n},03/14/2026,5.00\n", f"Total for Firm{n} Ltd,,,,15.00\n"]
    result = read("".join(lines), range_bytes=1)
    reached = {(r["account"]["consumer"]["name"], *r["account"]["consumer"]["emails"])
            for r in result["rows"]}  # fmt: skip
    assert reached == {(f"Firm{n} Ltd", f"f{n}@example.com") for n in range(300)}


def test_a_journal_that_does_not_say_whose_leg_is_whose_is_asked_about() -> None:
    text = (
        "Trans,Date,Account,Name,Num,Debit,Credit\n"
        "1,2026-03-13,1200,Ada Abbott,1001,150.00,\n1,2026-03-13,4000,Ada Abbott,1001,,150.00\n"
        "2,2026-03-14,1200,Ben Barker,1002,75.00,\n2,2026-03-14,4000,Ben Barker,1002,,75.00\n"
    )
    assert asked(read(text)) == ["journal"]
    assert asked(read(text, answers={"journal": "as_it_stands"})) == []
    stopped = result_of(text, answers={"journal": "stop"})
    assert stopped.profile.refusal is not None
    assert stopped.profile.refusal.code == "journal"


def test_a_balance_that_runs_past_what_is_written_off_runs_on() -> None:
    text = (
        "Customer,Email,Amount,Due Date,Payment Status,Balance\n"
        "Ada Abbott,ada@example.com,126.79,2026-04-23,Unpaid,126.79\n"
        'Ben Barker,ben@example.com,"3,473.00",2026-04-21,Past Due,"3,599.79"\n'
        'Ben Barker,ben@example.com,"2,187.77",2026-06-20,Charged off,"3,599.79"\n'
        'Ada Abbott,ada@example.com,"4,691.20",2026-06-30,Unpaid,"8,290.99"\n'
        'Cora Castillo,cora@example.com,100.00,2026-06-30,Unpaid,"8,390.99"\n'
    )
    document = read(text)
    left = {"Ada Abbott": 481799, "Ben Barker": 347300, "Cora Castillo": 10000}
    assert (asked(document), owed(document)) == ([], left)
