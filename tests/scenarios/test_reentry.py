"""Small and written-off balances enter once more, on a ladder of their own, and what they bring is
counted apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dunlin.domain import ids
from dunlin.domain.accounts.account import Hold, LedgerEntry, Status
from dunlin.domain.money import Money
from dunlin.domain.reports.reentry import Group, recovered
from dunlin.ports.accounts import Change
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.staff.reentry import candidates, reenter, report
from tests.scenarios.story import Town, pack

TUESDAY = date(2027, 2, 2)
STAFF = StaffCommand(by="clerk-7", why="case-1")


def ended(dollars: float = 120, **changes: object) -> tuple[Town, str]:
    """An account whose ladder has run to its end in silence."""
    town = Town(pack("generic"), today=TUESDAY)
    owed = town.owes(town.lives_here(), "G-1", dollars, **changes)
    town.begin(owed)
    assert town.pass_days(80)
    assert town.account(owed).status is Status.EXHAUSTED
    return town, owed


def pays(town: Town, account_id: str, dollars: float, source: str) -> None:
    account = town.account(account_id)
    entry = LedgerEntry(
        entry_id=ids.entry_id(account_id, source), account_id=account_id, kind="payment",
        amount=Money(-round(dollars * 100), "USD"), on=town.now.date(), source=source,
    )  # fmt: skip
    audit_entry = entry_of(account, now=town.now, what="PaymentPosted", data={}, actor="story")
    after = next_version(replace(account, balance=account.balance + entry.amount), audit_entry)
    town.book.apply(Change(account=after, ledger=[entry], audit=[audit_entry]))


def test_a_small_balance_enters_once_more_on_its_own_ladder_and_repeats_no_rung() -> None:
    town, owed = ended()
    pays(town, owed, 20, "before")
    assert [a.account_id for a in candidates(town.creditor, book=town.book)] == [owed]
    used = town.account(owed).sent
    assert reenter(owed, STAFF, book=town.book, now=town.now).outcome == "done"
    assert town.pass_days(10) == []  # nothing begins by itself
    assert town.begin(owed) == ["started"]
    again = town.pass_days(20)
    assert [m.rung for m in again] == ["Another look"]
    assert not {m.rung for m in again} & set(used)

    pays(town, owed, 60, "after")
    [small] = report(town.creditor, book=town.book)
    assert (small.group, small.accounts) == (Group.SMALL, 1)
    assert (small.paid, small.outstanding) == (Money(6_000, "USD"), Money(4_000, "USD"))


def test_once_more_is_once() -> None:
    town, owed = ended()
    assert reenter(owed, STAFF, book=town.book, now=town.now).outcome == "done"
    town.begin(owed)
    town.pass_days(80)
    assert town.account(owed).status is Status.EXHAUSTED
    refused = reenter(owed, STAFF, book=town.book, now=town.now)
    assert (refused.outcome, refused.because) == (
        "refused",
        (("", "it has entered again before"),),
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"balance": Money(50_000, "USD")}, "neither small nor written off"),
        ({"balance": Money(0, "USD")}, "nothing is owed"),
        ({"status": Status.CLOSED}, "it is closed"),
        ({"status": Status.ACTIVE}, "it is active"),
        ({"hold": Hold.DISPUTE}, "held: dispute"),
        ({"balance": Money(49_999, "USD")}, ""),
        ({"balance": Money(900_000, "USD"), "extras": {"written_off": "yes"}}, ""),
    ],
)
def test_only_a_small_or_written_off_balance_whose_ladder_has_ended(
    change: dict[str, object], why: str
) -> None:
    town, owed = ended()
    town.book.accounts[owed] = replace(town.account(owed), **change)  # type: ignore[arg-type]
    done = reenter(owed, STAFF, book=town.book, now=town.now)
    assert done.outcome == ("refused" if why else "done")
    assert not why or why in done.because[0][1]


def test_recoveries_are_grouped_and_what_went_back_counts_against_them() -> None:
    town, owed = ended()
    account = replace(
        town.account(owed),
        extras={"reentered": "2027-03-01 written_off 3000", "written_off": "yes"},
    )

    def entry(kind: str, minor: int, on: date) -> LedgerEntry:
        return LedgerEntry(
            entry_id=f"{kind}{minor}", account_id=owed, kind=kind,
            amount=Money(minor, "USD"), on=on, source=f"{kind}{minor}",
        )  # fmt: skip

    ledger = [
        entry("payment", -3_000, date(2027, 2, 28)),  # the first ladder's
        entry("payment", -5_000, date(2027, 3, 1)),
        entry("chargeback", 1_000, date(2027, 3, 9)),
        entry("credit", -2_000, date(2027, 3, 9)),  # no money came in
    ]
    other = replace(account, account_id="acc_other", extras={})
    [recovery] = recovered([(account, ledger), (other, ledger)])
    assert (recovery.group, recovery.accounts, recovery.paid) == (
        Group.WRITTEN_OFF,
        1,
        Money(4_000, "USD"),
    )
