"""Payments files: what came back, what names several debts or only who paid, what waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.reasons import UNPLACED
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.staff.queue import kind_of
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.imports import held_payments
from dunlin.service.imports.held_payments import HeldPayment
from tests.imports.place import BO, CREDITOR, CY, Office, Stopped, table

ONE = "Invoice number,Payment date,Amount,Payment method,Payment ID"
PAID = f"{ONE}\nK-1,2026-11-24,50.00,check,P-1\n"
BY_PAYER = "Customer No,Customer,Payment date,Amount"
MORE = "K-5,C-1,Bo Sample,bo@example.com,(217) 555-0111,60.00,2026-10-01"
OTHER = "K-9,C-9,Zed Other,zed@example.com,(217) 555-0177,900.00,2026-10-01"


@pytest.fixture
def office() -> Office:
    """Bo owes 120.00 and then 60.00, Cy 80.50; a day later payments come."""
    office = Office()
    office.drop("open.csv", table([BO, MORE, CY]))
    office.now += timedelta(days=1)
    return office


def owed(office: Office) -> dict[str, int]:
    return {a.invoice or a.reference: a.balance.minor for a in office.book.accounts.values()}


def held(office: Office) -> list[HeldPayment]:
    return held_payments.held(CREDITOR, drop_box=office.box)


def by_payer(*rows: str) -> str:
    return table(rows, BY_PAYER)


@pytest.mark.parametrize(
    "back",
    [
        f"{ONE}\nK-1,2026-12-02,-50.00,returned check,P-1R\n",
        f"{ONE}\nK-1,2026-12-02,(50.00),returned check,P-1R\n",
        f"{ONE}\nK-1,2026-12-02,50.00,NSF returned,P-1R\n",
        f"{ONE}\nK-2,2026-12-02,10.00,check,P-2\nK-1,2026-12-02,-50.00,check,P-1R\n",
        "Type,Invoice,Payment date,Amount\nReturned payment,K-1,2026-12-02,50.00\n",
    ],
)
def test_a_returned_payment_is_owed_again(office: Office, back: str) -> None:
    office.drop("paid.csv", PAID)
    assert owed(office)["K-1"] == 7_000
    office.drop("back.csv", back)
    account = office.account("K-1")
    assert account.balance.minor == 12_000 == office.ledger_sum(account)
    kinds = [e.kind for e in office.book.ledgers[account.account_id].values()]
    assert sorted(kinds) == ["charge", "payment", "refund"]
    assert (account.hold, kind_of(account)) == (Hold.REVIEW, "review")
    before = office.book.writes
    office.drop("back-again.csv", back)
    assert office.book.writes == before


def test_a_payment_that_settled_and_came_back_is_asked_for_again(office: Office) -> None:
    office.drop("paid.csv", PAID.replace("50.00", "120.00"))
    assert office.account("K-1").status is Status.SETTLED
    office.drop("back.csv", f"{ONE}\nK-1,2026-12-02,-120.00,returned,P-1R\n")
    account = office.account("K-1")
    assert (account.balance.minor, account.owes) == (12_000, True)


def test_a_payment_that_the_file_marks_as_returned_is_undone_once(office: Office) -> None:
    head = "Invoice,Payment date,Amount,Status"
    office.drop("paid.csv", table(["K-1,2026-11-24,50.00,Cleared"], head))
    returned = table(["K-1,2026-11-24,50.00,Returned", "K-2,2026-11-24,9.00,Bounced"], head)
    office.drop("again.csv", returned)
    office.drop("thrice.csv", returned)
    assert owed(office) == {"K-1": 12_000, "K-5": 6_000, "K-2": 8_050}


@pytest.mark.parametrize("word", ["Failed", "Pending", "Voided", "Declined", "Fehlgeschlagen"])
def test_a_payment_that_never_came_pays_nothing(office: Office, word: str) -> None:
    head = "Invoice,Payment date,Amount,Status"
    report = office.drop("paid.csv", table([f"K-1,2026-11-24,50.00,{word}"], head))
    assert report["codes"] == {"payment_not_received": 1}
    assert owed(office)["K-1"] == 12_000


def test_what_was_paid_is_read_and_not_the_bill_beside_it(office: Office) -> None:
    head = "Payment Date,Invoice,Invoice Amount,Payment Amount"
    office.drop("paid.csv", table(["2026-11-24,K-1,120.00,50.00"], head))
    assert owed(office)["K-1"] == 7_000


def test_figures_below_nought_that_nothing_explains_are_asked_about(office: Office) -> None:
    text = "Invoice,Payment date,Amount\nK-1,2026-11-24,-50.00\nK-2,2026-11-24,(9.00)\n"
    report = office.drop("paid.csv", text)
    (question,) = report["decisions_needed"]
    assert (report["state"], question["id"]) == ("waiting", "payment_sign")
    office.box.files[f"drop/{CREDITOR}/paid.mapping.yaml"] = b"answers: {payment_sign: came}\n"
    office.drop("paid.csv", text)
    assert owed(office) == {"K-1": 7_000, "K-5": 6_000, "K-2": 7_150}
    office.box.files[f"drop/{CREDITOR}/back.mapping.yaml"] = b"answers: {payment_sign: came_back}\n"
    office.drop("back.csv", text.replace("11-24", "12-02"))
    assert owed(office) == {"K-1": 12_000, "K-5": 6_000, "K-2": 8_050}


def test_a_payment_of_one_person_never_pays_anothers_debt(office: Office) -> None:
    office.drop("more.csv", table([OTHER]))
    head = "Invoice,Customer No,Customer,Payment date,Amount"
    report = office.drop("p.csv", table(["K-1,C-9,Zed Other,2026-11-24,50.00"], head))
    assert report["codes"] == {"payment_held": 1}
    assert owed(office) == {"K-1": 12_000, "K-5": 6_000, "K-2": 8_050, "K-9": 90_000}
    assert [p.why for p in held(office)] == ["another_person"]
    waiting = {a.invoice for a in office.book.accounts.values() if a.escalated == UNPLACED}
    assert waiting == {"K-1", "K-9"}


@pytest.mark.parametrize(
    ("paid", "left"),
    [
        ("150.00", {"K-1": 0, "K-5": 3_000}),
        ("180.00", {"K-1": 0, "K-5": 0}),
        ("20.00", {"K-1": 10_000, "K-5": 6_000}),
    ],
)
def test_a_payment_by_customer_pays_the_oldest_first(
    office: Office, paid: str, left: dict[str, int]
) -> None:
    report = office.drop("p.csv", by_payer(f"C-1,Bo Sample,2026-11-26,{paid}"))
    assert report["outcomes"] == {"updated": 1}
    assert owed(office) == {**left, "K-2": 8_050}
    before = office.book.writes
    again = office.drop("p-2.csv", by_payer(f"C-1,Bo Sample,2026-11-26,{paid}"))
    assert (again["outcomes"], office.book.writes) == ({"unchanged": 1}, before)


def test_two_payments_of_one_customer_in_one_file_follow_each_other(office: Office) -> None:
    rows = ["C-1,Bo Sample,2026-11-26,100.00", "C-1,Bo Sample,2026-11-26,50.00"]
    office.drop("p.csv", by_payer(*rows))
    assert owed(office) == {"K-1": 0, "K-5": 3_000, "K-2": 8_050}


def test_a_payment_by_name_alone_is_its_only_bearers(office: Office) -> None:
    office.drop("p.csv", table(["Cy Sample,2026-11-26,30.00"], "Customer,Payment date,Amount"))
    assert owed(office)["K-2"] == 5_050


@pytest.mark.parametrize("both", ['"K-1, K-5"', "K-1 & K-5", "K-1 / K-5", "K-5;K-1"])
def test_a_payment_over_several_invoices_is_laid_over_them(office: Office, both: str) -> None:
    head = "Invoice,Customer No,Payment date,Amount"
    office.drop("p.csv", table([f"{both},C-1,2026-11-26,150.00"], head))
    assert owed(office) == {"K-1": 0, "K-5": 3_000, "K-2": 8_050}


@pytest.mark.parametrize(
    ("rows", "payment", "why"),
    [
        ([BO, MORE], "C-1,Bo Sample,2026-11-26,200.00", "more_than_owed"),
        ([BO, MORE.replace("10-01", "09-01")], "C-1,Bo Sample,2026-11-26,60.00", "equal_debts"),
        ([BO, MORE], "C-1,Bo Sample,2026-11-26,-60.00", "returned"),
        ([BO, MORE], "C-1,Bo Sample,2026-11-26,€60.00", "currency_differs"),
    ],
)
def test_a_payment_that_nobody_can_lay_waits_for_a_person(
    rows: list[str], payment: str, why: str
) -> None:
    office = Office()
    office.drop("open.csv", table(rows))
    office.now += timedelta(days=1)
    before = owed(office)
    first = by_payer(payment, "C-77,No One,2026-11-26,1.00", "C-78,No Other,2026-11-26,2.00")
    office.drop("p.csv", first)
    assert owed(office) == before
    (payment_held,) = held(office)
    assert (payment_held.why, payment_held.payer) == (why, "Bo Sample")
    assert {kind_of(a) for a in office.book.accounts.values()} == {UNPLACED}
    writes = office.book.writes
    office.drop("p-2.csv", first)
    assert (office.book.writes, len(held(office))) == (writes, 1)


def test_a_payment_in_another_currency_is_said_and_held(office: Office) -> None:
    report = office.drop("p.csv", PAID.replace("50.00", "€50.00"))
    assert report["codes"] == {"currency_differs": 1}
    assert owed(office)["K-1"] == 12_000
    assert [(p.why, p.amount) for p in held(office)] == [("currency_differs", Money(5_000, "EUR"))]
    assert office.account("K-1").escalated == UNPLACED


def test_a_payment_of_somebody_unknown_is_told_and_holds_nobody(office: Office) -> None:
    report = office.drop("p.csv", by_payer("C-5,Not Known,2026-11-26,20.00"))
    assert report["codes"] == {"no_account": 1}
    assert held(office) == []


def test_numbers_that_no_debt_bears_are_not_the_debts_numbers(office: Office) -> None:
    """Numbers of cheques: whose debts it pays is known, which is not."""
    head = "Date,Type,Num,Name,Amount"
    office.drop("p.csv", table(["2026-11-26,Payment,1001,Bo Sample,-50.00"], head))
    assert [p.why for p in held(office)] == ["unknown_number"]


def test_a_payment_that_some_debts_exports_count_waits(office: Office) -> None:
    office.now += timedelta(days=6)
    office.drop("other.csv", table([MORE]))
    office.drop("p.csv", by_payer("C-1,Bo Sample,2026-11-26,20.00"))
    assert [p.why for p in held(office)] == ["counted_in_part"]


def test_a_run_that_is_killed_lays_a_payment_once(office: Office) -> None:
    job = office.put("p.csv", by_payer("C-1,Bo Sample,2026-11-26,150.00"))
    office.book.left = 1
    with pytest.raises(Stopped):
        office.run(job)
    office.run(replace(job))
    assert owed(office) == {"K-1": 0, "K-5": 3_000, "K-2": 8_050}


def place(office: Office, shares: dict[str, int]) -> list[tuple[str, Money]]:
    """What the accounts were told when a person placed the one payment that waits."""
    (payment,) = held(office)
    laid = tuple((office.account(name).account_id, minor) for name, minor in shares.items())
    heard: list[tuple[str, Money]] = []
    held_payments.place(
        payment,
        laid,
        StaffCommand(by="desk-1", why="t-7"),
        tell=lambda account, amount: heard.append((account.invoice, amount)),
        book=office.book,
        waker=office.waker,
        drop_box=office.box,
        now=office.now,
    )
    return heard


def test_a_person_places_a_held_payment_and_the_debts_go_on(office: Office) -> None:
    paid = by_payer("C-1,Bo Sample,2026-11-26,200.00")
    office.drop("p.csv", paid)
    heard = place(office, {"K-1": 12_000, "K-5": 6_000})
    assert heard == [("K-1", Money(12_000, "USD")), ("K-5", Money(6_000, "USD"))]
    assert held(office) == []
    assert not any(a.escalated for a in office.book.accounts.values())
    before = office.book.writes
    office.drop("p-2.csv", paid)
    assert (held(office), office.book.writes) == ([], before)


def test_what_came_back_is_placed_below_nought(office: Office) -> None:
    office.drop("p.csv", by_payer("C-1,Bo Sample,2026-11-26,9.00", "C-1,Bo,2026-11-26,-9.00"))
    assert place(office, {"K-5": 900}) == [("K-5", Money(-900, "USD"))]


@pytest.mark.parametrize(
    ("shares", "why"),
    [
        ({"K-1": 20_001}, "more than the payment"),
        ({"K-1": 0}, "above nought"),
        ({"K-2": 100, "K-1": -100}, "above nought"),
    ],
)
def test_a_placing_that_cannot_be_is_refused(
    office: Office, shares: dict[str, int], why: str
) -> None:
    office.drop("p.csv", by_payer("C-1,Bo Sample,2026-11-26,200.00"))
    with pytest.raises(DomainError, match=why):
        place(office, shares)
    assert len(held(office)) == 1


def test_debts_wait_until_the_last_payment_that_may_be_theirs_is_placed(office: Office) -> None:
    rows = ["C-1,Bo Sample,2026-11-26,200.00", "C-1,Bo Sample,2026-11-27,300.00"]
    office.drop("p.csv", by_payer(*rows))
    first, second = held(office)
    for payment, left in ((first, {UNPLACED}), (second, {""})):
        held_payments.place(
            payment, (), StaffCommand(by="desk-1", why="t-7"), tell=lambda *_: None,
            book=office.book, waker=office.waker, drop_box=office.box, now=office.now,
        )  # fmt: skip
        theirs = (office.account(name).escalated for name in ("K-1", "K-5"))
        assert set(theirs) == left
