"""`dunlin payments`: what is applied, what the functions answer, and who decided."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.cli.main import app
from dunlin.cli.target import Target
from dunlin.domain.accounts.account import LedgerEntry
from dunlin.domain.money import Money
from dunlin.runtime import wiring
from dunlin.service.imports import held_payments
from dunlin.service.imports.held_payments import HeldPayment
from tests.support import ground
from tests.support.builders import CREDITOR, NOON

RUN = CliRunner()
FUNCTIONS = ("ReconcilePayments", "RefundExcess", "ChangeBalance")


class Functions:
    """Lambda, answering what a test says."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, Any]] = []
        self.error = ""

    def invoke(self, **asked: str) -> dict[str, Any]:
        self.asked.append((asked["FunctionName"], json.loads(asked["Payload"])))
        response = {"Payload": io.BytesIO(json.dumps(self.answers).encode())}
        return response | ({"FunctionError": self.error} if self.error else {})


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Functions:
    fakes = Functions()
    target = Target(
        where="local cloud",
        outputs={
            f"{n}FunctionName": n for n in ("ReconcilePayments", "RefundExcess", "ChangeBalance")
        },
        time_lapse="",
        endpoint="http://127.0.0.1:1",
        urls={},
    )
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: target)
    monkeypatch.setattr(Target, "client", lambda *_: fakes)
    return fakes


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> MemoryBook:
    memory, account = ground.memory_world()
    owed = account.balance
    lines = [("charge", owed), ("fee", owed), ("payment", -owed)]
    memory.ledgers[account.account_id] = {
        kind: LedgerEntry(
            entry_id=kind, account_id=account.account_id, kind=kind, amount=amount,
            on=NOON.date(), source=kind,
        )
        for kind, amount in lines
    }  # fmt: skip
    monkeypatch.setattr(wiring, "account_book", lambda: memory)
    monkeypatch.setattr(wiring, "creditors", lambda: memory.creditors)
    monkeypatch.setattr(wiring, "waker", MemoryWaker)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
    return memory


def run(*arguments: str) -> tuple[int, str]:
    done = RUN.invoke(app, ["payments", *arguments], env={"COLUMNS": "200"})
    return done.exit_code, done.output


REPORT: dict[str, Any] = {
    "events": 3, "missed": ["evt_2"], "posted": ["evt_2"], "stuck": [], "differences": [],
    "processor_minor": {"USD": 5_000}, "ledger_minor": {"USD": 5_000},
}  # fmt: skip


def test_reconcile_says_what_was_found(functions: Functions) -> None:
    functions.answers = REPORT
    code, output = run("reconcile", "--days", "7")
    assert (code, functions.asked) == (0, [("ReconcilePayments", {"days": 7})])
    assert "3 events, 1 missed by the webhook, 1 posted now, 0 bank debits stuck" in output
    assert "USD: processor $50.00, ledger $50.00" in output


def test_reconcile_exits_with_one_where_the_books_differ(functions: Functions) -> None:
    wrong = {"what": "not_posted", "account_id": "acc_1", "payment_id": "pi_1",
             "currency": "USD", "processor_minor": 5_000, "ledger_minor": 0}  # fmt: skip
    functions.answers = REPORT | {"differences": [wrong]}
    code, output = run("reconcile")
    assert code == 1
    assert "Not posted: account acc_1, payment pi_1, processor $50.00, ledger $0.00" in output
    functions.error, functions.answers = "Unhandled", {"errorType": "Unavailable"}
    code, output = run("reconcile")
    assert (code, "ReconcilePayments failed: Unavailable" in output) == (1, True)


def test_a_refund_needs_who_and_why_and_says_what_goes_back(
    functions: Functions, book: MemoryBook
) -> None:
    (account,) = book.accounts.values()
    which = (account.reference, "--creditor", CREDITOR)
    assert run("refund", *which, "--by", "Ada Example", "--why", "c-1")[0] == 2
    assert functions.asked == []
    functions.answers = {"refunded": "$40.00"}
    assert run("refund", *which, "--by", "op-7", "--why", "c-1") == (
        0,
        "Writes to the local cloud.\n$40.00 goes back\n",
    )
    asked = {"account_id": account.account_id, "by": "op-7", "why": "c-1"}
    assert functions.asked == [("RefundExcess", asked)]
    functions.answers = {"refused": "nothing was paid too much"}
    assert run("refund", *which, "--by", "op-7", "--why", "c-1")[0] == 2


def test_what_was_applied_is_shown_and_a_fee_can_be_waived(
    functions: Functions, book: MemoryBook
) -> None:
    (account,) = book.accounts.values()
    which = (account.account_id,)
    code, output = run("applied", *which)
    assert code == 0
    assert "payments pay fee, then interest, then principal" in output
    assert f"23 Nov 2026 payment {account.balance}: {account.balance} fee" in output
    who = ("--by", "op-7", "--why", "goodwill")
    code, output = run("waive", *which, "--kind", "fee", "--minor", "1", *who)
    assert (code, "only $0.00 of fee is left" in output) == (2, True)
    book.ledgers[account.account_id].pop("payment")
    assert run("waive", *which, "--kind", "fee", "--minor", "1", *who) == (
        0,
        "Writes to the local cloud.\n$0.01 of its fee is waived\n",
    )
    assert book.accounts[account.account_id].balance.minor == account.balance.minor - 1


@pytest.mark.parametrize(("minor", "kind"), [(950, "payment"), (-950, "returned")])
def test_a_held_payment_is_listed_with_its_reason_and_placed_by_the_function(
    functions: Functions, book: MemoryBook, monkeypatch: pytest.MonkeyPatch, minor: int, kind: str
) -> None:
    (account,) = book.accounts.values()
    box = MemoryDropBox()
    monkeypatch.setattr(wiring, "drop_box", lambda: box)
    held_payments.keep_held(
        HeldPayment(
            creditor=CREDITOR, payment_id="pay_1", import_id="imp_1", file="p.csv", row=2,
            day="2026-11-26", amount=Money(minor, account.balance.currency), payer="Bo Sample",
            text="K-1, K-5", why="unknown_number", accounts=(account.account_id,),
        ),
        drop_box=box,
    )  # fmt: skip
    code, output = run("held", CREDITOR)
    assert code == 0
    assert f"pay_1  {Money(minor, 'USD')} of 26 Nov 2026" in output
    assert "p.csv row 2, Bo Sample, names K-1, K-5: it names a number" in output
    placing = ("place", "pay_1", "--creditor", CREDITOR, "--by", "op-7", "--why", "c-1")
    assert run(*placing)[0] == 2
    assert run(*placing, "--on", f"{account.account_id}=9.51")[0] == 2
    assert functions.asked == []
    functions.answers = {"outcome": "applied", "balance_minor": 50}
    code, output = run(*placing, "--on", account.account_id)
    assert (code, output.splitlines()[-1]) == (0, "placed")
    ((function, document),) = functions.asked
    assert (function, document["change_id"], document["kind"], document["amount_minor"]) == (
        "ChangeBalance", "pay_1", kind, 950,
    )  # fmt: skip
    assert run("held", CREDITOR) == (0, "No payment waits to be placed.\n")
    assert run(*placing, "--nothing")[0] == 2
