"""What an industry's columns make of an account: tenancy, insurer, claim, write-off."""

from __future__ import annotations

import pytest

from dunlin.domain.accounts.account import Hold, Status
from tests.imports.place import CREDITOR, Office, table

CLINIC = "Account Number,Patient Name,Email,Balance,Due date,Insurance status,Est Ins"
RENT = "Account Number,Tenant,Email,Unit,Balance,Due date,Lease status,Move out"
FREIGHT = "Invoice,Customer,Email,Balance,Due date,Load number,Claim amount"
ANN = "A-1,Ann Sample,ann@example.com,80.00,2026-09-01,"
TOM = "T-1,Tom Sample,tom@example.com,4B,900.00,2026-09-01,"
FRO = "F-1,Haul Sample LLC,haul@example.com,500.00,2026-09-01,L-77,"


@pytest.fixture
def office() -> Office:
    return Office()


def test_an_account_waits_for_its_insurer_until_a_newer_file(office: Office) -> None:
    office.drop("claims.csv", table([ANN + "Pending,30.00"], CLINIC))
    account = office.account("A-1")
    assert account.hold is Hold.INSURER
    assert account.extras["insurance"] == "pending"
    assert account.extras["insurance_pending_minor"] == "3000"
    office.drop("claims.csv", table([ANN + "Denied,0.00"], CLINIC))
    account = office.account("A-1")
    assert (account.hold, account.extras["insurance"]) == (None, "denied")
    assert "insurance_pending_minor" not in account.extras
    office.drop("claims.csv", table([ANN + "Appeal filed,"], CLINIC))
    assert office.account("A-1").hold is Hold.INSURER


def test_an_insurers_estimate_alone_is_a_fact_and_no_hold(office: Office) -> None:
    office.drop("claims.csv", table([ANN + ",30.00"], CLINIC))
    assert office.account("A-1").hold is None
    assert office.account("A-1").extras["insurance"] == "pending"


def test_a_tenant_who_moves_out_becomes_a_former_one(office: Office) -> None:
    office.drop("rent.csv", table([TOM + "Current,"], RENT))
    before = office.account("T-1")
    assert before.extras["relationship"] == "current_tenant"
    office.drop("rent.csv", table([TOM + ",2026-10-01"], RENT))
    after = office.account("T-1")
    assert after.extras["relationship"] == "former_tenant"
    assert after.extras["move_out"] == "2026-10-01"
    assert after.version == before.version + 1


def test_a_claim_for_damage_is_not_asked_for(office: Office) -> None:
    office.drop("loads.csv", table([FRO + "120.00"], FREIGHT))
    account = office.account("F-1")
    assert (account.balance.minor, account.contested_minor) == (50_000, 12_000)
    office.drop("loads.csv", table([FRO + "900.00"], FREIGHT))
    assert office.account("F-1").contested_minor == 50_000


def test_a_written_off_row_is_a_debt_where_the_sidecar_says_so(office: Office) -> None:
    header = "Invoice,Customer,Email,Balance,Due date,Status"
    content = table(["W-1,Wo Sample,w@example.com,40.00,2026-01-01,Written off"], header)
    report = office.drop("old.csv", content)
    assert (report["outcomes"], report["codes"]) == ({"unchanged": 1}, {"written_off": 1})
    office.box.files[f"drop/{CREDITOR}/old.mapping.yaml"] = b"version: 1\nwritten_off: true\n"
    assert office.drop("old.csv", content)["outcomes"] == {"created": 1}
    account = office.account("W-1")
    assert (account.status, account.extras["written_off"]) == (Status.IMPORTED, "yes")


def test_the_sidecar_says_industry_and_kind_of_debt(office: Office) -> None:
    office.box.files[f"drop/{CREDITOR}/loads.mapping.yaml"] = (
        b"version: 1\nindustry: freight\ndebt_kind: consumer\n"
    )
    office.drop("loads.csv", table([FRO], FREIGHT))
    account = office.account("F-1")
    assert (account.industry, account.debt_kind) == ("freight", "consumer")
    office.drop(
        "more.csv", table([FRO.replace("F-1", "F-2")], FREIGHT).replace("Load number", "Load")
    )
    assert office.account("F-2").debt_kind == "business"
