"""Contacts, payments, sidecars and limits; and an import that is killed and run again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.imports.dropped import DroppedFiles
from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.audit import audit
from tests.imports.place import BO, CREDITOR, CY, DI, Office, Stopped, table

CONTACTS = "Customer No,Name,Email,Phone\nC-3,Di Sample,di@example.com,(217) 555-0133\n"


@pytest.fixture
def office() -> Office:
    return Office()


def test_contacts_fill_the_accounts_that_came_before(office: Office) -> None:
    office.drop("open.csv", table([BO, DI]))
    assert office.account("K-3").hold is Hold.NO_CONTACT_POINT
    report = office.drop("people.csv", CONTACTS)
    assert report["kind"] == "contacts"
    assert report["outcomes"] == {"updated": 1}
    account = office.account("K-3")
    assert account.hold is None
    person = office.book.consumers[account.consumer_id]
    assert person.emails == ("di@example.com",)
    assert person.phones == ("+12175550133",)
    before = office.book.writes
    assert office.drop("people.csv", CONTACTS)["outcomes"] == {"unchanged": 1}
    assert office.book.writes == before


def test_contacts_wait_for_the_accounts_that_come_after(office: Office) -> None:
    assert office.drop("people.csv", CONTACTS)["outcomes"] == {"unchanged": 1}
    office.drop("open.csv", table([BO, DI]))
    account = office.account("K-3")
    assert account.hold is None
    assert office.book.consumers[account.consumer_id].emails == ("di@example.com",)


def test_contacts_find_accounts_by_invoice_number(office: Office) -> None:
    office.drop("open.csv", table(["K-9,,Ed Sample,,,40.00,2026-09-03"]))
    assert office.account("K-9").hold is Hold.NO_CONTACT_POINT
    office.drop("people.csv", "Account Number,Name,Email,Phone\nK-9,Ed Sample,ed@example.com,\n")
    assert office.account("K-9").hold is None


def test_contacts_of_another_creditor_stay_there(office: Office) -> None:
    office.drop("people.csv", CONTACTS)
    kept = [key for key in office.box.files if "/contacts/" in key]
    assert kept
    assert all(key.startswith(f"work/{CREDITOR}/") for key in kept)


PAYMENTS = (
    "Invoice number,Payment date,Amount,Payment method,Payment ID\n"
    "K-1,2026-11-24,50.00,check,P-1\n"
    "K-2,2026-11-25,80.50,card,P-2\n"
    "K-77,2026-11-25,10.00,card,P-3\n"
)


def later(office: Office, days: int = 7) -> None:
    office.now += timedelta(days=days)


def test_payments_are_posted_once(office: Office) -> None:
    office.drop("open.csv", table([BO, CY]))
    later(office)
    report = office.drop("payments.csv", PAYMENTS)
    assert report["kind"] == "payments"
    assert report["outcomes"] == {"updated": 2, "unchanged": 1}
    assert report["codes"]["no_account"] == 1
    first, second = office.account("K-1"), office.account("K-2")
    assert first.balance.minor == 7_000 == office.ledger_sum(first)
    assert (second.status, second.balance.minor) == (Status.SETTLED, 0)
    before = office.book.writes
    office.drop("payments-2.csv", PAYMENTS)
    # The export that did not know of them may come again; the next one does know.
    office.drop("open.csv", table([BO, CY]))
    office.drop("open.csv", table([BO.replace("120.00", "70.00")]))
    assert office.book.writes == before
    assert office.account("K-1").balance.minor == 7_000


def test_a_payment_that_the_export_counts_already_is_not_subtracted(office: Office) -> None:
    office.drop("open.csv", table([BO, CY]))
    before = office.book.writes
    early = PAYMENTS.replace("2026-11-24", "2026-11-22").replace("2026-11-25", "2026-11-02")
    report = office.drop("payments.csv", early)
    assert report["outcomes"] == {"unchanged": 3}
    assert report["codes"] == {"already_counted": 2, "no_account": 1}
    assert office.book.writes == before
    assert {r["code"] for r in office.report("payments.report.csv")} >= {"already_counted"}


def test_a_payment_of_the_exports_own_day_is_counted_where_it_explains_the_fall(
    office: Office,
) -> None:
    office.drop("open.csv", table([BO, CY]))
    later(office, 1)
    office.drop("open.csv", table([BO.replace("120.00", "70.00"), CY]))
    report = office.drop("payments.csv", PAYMENTS)
    assert report["outcomes"] == {"updated": 1, "unchanged": 2}
    assert report["codes"]["already_counted"] == 1
    assert office.account("K-1").balance.minor == 7_000
    assert office.account("K-2").balance.minor == 0


def test_a_payment_that_was_counted_all_the_same_is_given_back_by_the_next_export(
    office: Office,
) -> None:
    later(office, 1)
    office.drop("open.csv", table([BO.replace("120.00", "70.00"), CY]))
    office.drop("payments.csv", PAYMENTS.split("K-2", maxsplit=1)[0])
    assert office.account("K-1").balance.minor == 2_000
    later(office)
    office.drop("open.csv", table([BO.replace("120.00", "70.00"), CY, DI]))
    account = office.account("K-1")
    assert account.balance.minor == 7_000 == office.ledger_sum(account)


def test_the_day_of_a_report_is_the_one_in_its_title(office: Office) -> None:
    title = "Open invoices as of 2026-11-20\n\n"
    office.drop("open.csv", title + table([BO, CY]))
    report = office.drop("payments.csv", PAYMENTS.replace("2026-11-24", "2026-11-21"))
    assert report["outcomes"] == {"updated": 2, "unchanged": 1}


def test_a_wrong_sidecar_is_told_in_the_report(office: Office) -> None:
    office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = b"mapping: {Balance: money}\nrole: x\n"
    report = office.drop("open.csv", table([BO]))
    assert report["state"] == "rejected"
    assert "no field" in report["reason"]
    assert "role" in report["reason"]
    assert [r["code"] for r in office.report("open.report.csv")] == ["bad_mapping_file"]
    assert not office.book.accounts


def test_a_sidecar_is_remembered_for_the_header(office: Office) -> None:
    header = "Invoice,Customer No,Customer,Email,Phone,Balance,Due date"
    row = "K-1,C-1,Bo Sample,bo@example.com,(217) 555-0111,120.00,03/04/2026"
    assert office.drop("a.csv", table([row], header))["state"] == "waiting"
    assert not office.book.accounts
    sidecar = f"drop/{CREDITOR}/a.mapping.yaml"
    office.box.files[sidecar] = b"version: 1\ndate_order: dmy\ncomplete: true\n"
    assert office.drop("a.csv", table([row], header))["state"] == "done"
    assert str(office.account("K-1").due_on) == "2026-04-03"
    other = row.replace("K-1", "K-2")
    assert office.drop("b.csv", table([other], header))["state"] == "done"
    assert str(office.account("K-2").due_on) == "2026-04-03"
    report = office.drop("a-2.csv", table([other], header))
    assert report["missing"]["closed"] == 0


def test_a_file_over_the_limit_is_refused(office: Office) -> None:
    office.intake = DroppedFiles(office.box, largest=1_000)
    report = office.drop("open.csv", table([BO] * 100))
    assert report["state"] == "rejected"
    assert "split it" in report["reason"]
    assert not office.book.accounts


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_of_too_many_lines_is_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr("dunlin.service.imports.profiling.MOST_LINES", 3)
    assert office.drop("open.csv", table([BO, CY]))["state"] == "done"
    report = office.drop("more.csv", table([BO, CY, DI]).replace("\n", end))
    assert report["state"] == "rejected"
    assert "split it" in report["reason"]


def end_state(office: Office) -> dict[str, Any]:
    """Everything that is left of an import, but for the instants."""
    book = office.book
    return {
        "accounts": book.accounts,
        "consumers": book.consumers,
        "ledgers": book.ledgers,
        "chains": book.chains,
        "files": {k: v for k, v in office.box.files.items() if k.startswith("drop/")},
    }


def staged() -> tuple[Office, list[tuple[str, str]]]:
    """An office before its second week, and that week's files in order."""
    office = Office()
    office.drop("open.csv", table([BO, CY, DI, "K-4,C-4,Ed Sample,,,9.00,2026-09-03"]))
    sidecar = f"drop/{CREDITOR}/open.mapping.yaml"
    office.box.files[sidecar] += b"\n"
    text = office.box.files[sidecar].replace(b"\ncomplete:", b"\ncomplete: true")
    office.box.files[sidecar] = text
    new = "K-5,C-1,Bo Sample,bo2@example.com,,12.00,2026-09-05"
    files = [
        ("open.csv", table([BO.replace("120.00", "70.00"), CY, DI, new])),
        ("people.csv", CONTACTS),
        ("payments.csv", PAYMENTS),
    ]
    return office, files


def play(stop: int | None) -> tuple[dict[str, Any], bool]:
    """The second week, killed before write number `stop` and run again; whether it was killed."""
    office, files = staged()
    office.book.left = stop
    killed = False
    for name, content in files:
        job = office.put(name, content)
        try:
            office.run(job)
        except Stopped:
            killed = True
            office.run(job)
    return end_state(office), killed


def test_killed_before_any_write_and_run_again_it_ends_the_same() -> None:
    whole, _ = play(None)
    for chain in whole["chains"].values():
        assert not audit.verify(chain)
    stop = 0
    while True:
        state, killed = play(stop)
        if not killed:
            break
        for part, expected in whole.items():
            assert state[part] == expected, (stop, part)
        stop += 1
    assert stop == 6  # K-1, K-5 with its consumer, K-4 closed, K-3 filled, two payments


def test_the_summary_says_where_the_report_lies(office: Office) -> None:
    report = office.drop("open.csv", table([BO]))
    assert report["report"] == f"drop/{CREDITOR}/open.report.csv"
    assert report["report"] in office.box.files
    assert json.dumps(report)
