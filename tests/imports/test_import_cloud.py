"""The import on the deployed stack: dropped files, real tables, real state machine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from dunlin.cli.main import app
from dunlin.domain.accounts.account import Hold
from local.local_stack import LocalStack
from tests.imports.place import BO, CY, DI, table
from tests.imports.test_hostile_files import HOSTILE
from tests.support.builders import CREDITOR, strategy_document
from tests.support.deployment import target_of

pytestmark = pytest.mark.cloud


class ImportOperator:
    """An operator at the deployed stack."""

    def __init__(self, stack: LocalStack, folder: Path) -> None:
        from dunlin.cli.drop import put_strategy
        from dunlin.runtime import wiring

        self.outputs = stack.outputs
        self.client = stack.cloud.client
        self._folder = folder
        self.book = wiring.account_book()
        put_strategy(self, CREDITOR, yaml.safe_dump(strategy_document()).encode())  # type: ignore[arg-type]

    def drop(self, name: str, content: str | bytes) -> dict[str, Any]:
        from dunlin.cli.drop import drop_and_follow

        path = self._folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return drop_and_follow(self, CREDITOR, path)  # type: ignore[arg-type]

    def read(self, name: str) -> str:
        stored = self.client("s3").get_object(
            Bucket=self.outputs["DropBucketName"], Key=f"drop/{CREDITOR}/{name}"
        )
        return stored["Body"].read().decode("utf-8-sig")

    def exists(self, name: str) -> bool:
        prefix = f"drop/{CREDITOR}/{name}"
        listed = self.client("s3").list_objects_v2(
            Bucket=self.outputs["DropBucketName"], Prefix=prefix
        )
        return bool(listed["KeyCount"])

    def accounts(self) -> dict[str, Any]:
        return {a.reference: a for a in self.book.accounts_of_creditor(CREDITOR)}


@pytest.fixture(scope="module")
def operator(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> ImportOperator:
    return ImportOperator(stack, tmp_path_factory.mktemp("drop"))


def test_a_file_its_newer_version_and_a_contacts_file(operator: ImportOperator) -> None:
    assert operator.drop("open.csv", table([BO, CY, DI]))["outcomes"] == {"created": 3}
    before = operator.accounts()
    assert before["K-3"].hold is Hold.NO_CONTACT_POINT
    assert operator.drop("open.csv", table([BO, CY, DI]))["outcomes"] == {"unchanged": 3}
    assert operator.accounts() == before
    contacts = "Customer No,Name,Email,Phone\nC-3,Di Sample,di@example.com,\n"
    assert operator.drop("people.csv", contacts)["outcomes"] == {"updated": 1}
    newer = operator.drop("open.csv", table([BO.replace("120.00", "70.00"), DI]))
    assert newer["outcomes"] == {"updated": 1, "unchanged": 1}
    assert newer["missing"]["references"] == ["K-2"]
    after = operator.accounts()
    assert after["K-1"].balance.minor == 7_000
    assert after["K-2"] == before["K-2"]
    assert after["K-3"].hold is None
    ledger = operator.book.account_history(after["K-1"].account_id).ledger
    assert sum(entry.amount.minor for entry in ledger) == 7_000


def test_rejected_rows_are_mended_by_either_route(operator: ImportOperator) -> None:
    broken = [r.replace("K-", "R-").replace("C-", "P-") for r in (BO, CY, DI)]
    broken[1], broken[2] = broken[1].replace("80.50", "?"), broken[2].replace("40.00", "?")
    assert operator.drop("odd.csv", table(broken))["outcomes"] == {"created": 1, "rejected": 2}
    rows = operator.read("odd.rejected.csv").splitlines()
    # What the import wrote itself started nothing; what a person drops under that name does.
    assert not operator.exists("odd.rejected.summary.json")
    first = "\n".join([rows[0], rows[1].replace("?", "80.50")])
    assert operator.drop("odd.rejected.csv", first)["outcomes"] == {"created": 1}
    second = "\n".join([rows[0], rows[2].replace("?", "40.00")])
    assert operator.drop("mended by hand.csv", second)["outcomes"] == {"created": 1}
    assert {"R-1", "R-2", "R-3"} <= operator.accounts().keys()


@pytest.mark.parametrize("name", ["one endless line", "an archive that unpacks without end"])
def test_a_hostile_file_is_refused_by_the_deployed_functions(
    operator: ImportOperator, name: str
) -> None:
    make, reason = HOSTILE[name]
    before = operator.accounts()
    report = operator.drop(f"{name}.csv", make())
    assert report["state"] == "rejected"
    assert reason in report["reason"]
    assert reason in operator.read(f"{name}.report.csv")
    assert operator.accounts() == before


def test_a_second_file_closes_corrects_and_misses_on_the_deployed_stack(
    operator: ImportOperator,
) -> None:
    from dunlin.runtime import wiring
    from dunlin.service.accounts.staff_command import StaffCommand
    from dunlin.service.imports import missing
    from dunlin.service.staff.finding import find_accounts

    header = "Patient ID,Patient,Email,Phone,Balance,Due date,Opted out"
    rows = [f"S{n},Pat Sample {n:03},s{n}@example.com,,{n + 20}.00,2026-08-14" for n in range(40)]
    full = "\n".join([header, *(f"{row},No" for row in rows)]) + "\n"
    assert operator.drop("second.csv", full)["outcomes"] == {"created": 40}

    def account(number: str) -> Any:
        (only,) = find_accounts(
            number, creditor=CREDITOR, book=operator.book, creditors=wiring.creditors()
        )
        return only

    assert account("S7") == account("S7 2026-08-14") == account("s7@example.com")
    newer = full.replace("s7@", "s7.new@").replace(f"{rows[8]},No", f"{rows[8]},Yes")
    report = operator.drop("second.csv", newer)
    assert (report["outcomes"], report["permission_withdrawn"]) == (
        {"updated": 2, "unchanged": 38},
        1,
    )
    person = operator.book.consumer(account("S7").consumer_id)
    assert person is not None
    assert (person.emails, person.resting) == (("s7.new@example.com",), ("s7@example.com",))
    # A mapping file beside it says that it is complete, and it is cut short.
    operator.client("s3").put_object(
        Bucket=operator.outputs["DropBucketName"],
        Key=f"drop/{CREDITOR}/second.mapping.yaml",
        Body=b"version: 1\ncomplete: true\n",
    )
    cut = operator.drop("second.csv", "\n".join(newer.splitlines()[:4]) + "\n")
    assert (cut["missing"]["closed"], cut["missing"]["resting"]) == (0, 37)
    assert account("S30").paused
    (asked,) = missing.open_questions(CREDITOR, drop_box=wiring.drop_box())
    settled = missing.settle(
        asked,
        StaffCommand(by="desk-1", why="cut-short"),
        gone=False,
        book=operator.book,
        waker=wiring.waker(),
        drop_box=wiring.drop_box(),
        now=wiring.clock().now(),
    )
    assert (settled.done, settled.left) == (37, 0)
    assert not account("S30").paused
    assert missing.open_questions(CREDITOR, drop_box=wiring.drop_box()) == []


def test_payments_are_laid_over_debts_held_placed_and_taken_back(
    operator: ImportOperator, stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dunlin.runtime import wiring

    who = "C-51,Flo Sample,flo@example.com,"
    debts = [f"Q-1,{who},100.00,2026-09-01", f"Q-2,{who},60.00,2026-10-01"]
    operator.drop("flo.csv", table(debts))

    def owed() -> tuple[int, int]:
        known = operator.accounts()
        return known["Q-1"].balance.minor, known["Q-2"].balance.minor

    day = wiring.clock().now().date() + timedelta(days=1)
    head = "Customer No,Customer,Payment date,Amount"
    laid = table([f"C-51,Flo Sample,{day},120.00"], head)
    assert operator.drop("paid.csv", laid)["outcomes"] == {"updated": 1}
    assert owed() == (0, 4_000)
    assert operator.drop("paid-2.csv", laid)["outcomes"] == {"unchanged": 1}
    assert owed() == (0, 4_000)
    by_number = "Invoice,Customer No,Payment date,Amount,Payment method"
    back = table([f"Q-1,C-51,{day},-100.00,returned check"], by_number)
    operator.drop("back.csv", back)
    assert owed() == (10_000, 4_000)
    too_much = table([f"C-51,Flo Sample,{day},150.00"], head)
    assert operator.drop("more.csv", too_much)["codes"] == {"payment_held": 1}
    assert operator.accounts()["Q-2"].escalated == "unplaced_payment"
    target = target_of(stack)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: target)
    listed = CliRunner().invoke(app, ["payments", "held", CREDITOR], env={"COLUMNS": "200"})
    payment_id = listed.output.split()[0]
    assert "more.csv row 2, Flo Sample: it is more than is owed" in listed.output
    shares = ["--on", "Q-1=100.00", "--on", "Q-2=40.00"]
    placed = CliRunner().invoke(
        app,
        ["payments", "place", payment_id, "--creditor", CREDITOR, *shares, "--by", "desk-1",
         "--why", "t-7"],
    )  # fmt: skip
    assert placed.exit_code == 0, placed.output
    assert owed() == (0, 0)
    assert not operator.accounts()["Q-2"].escalated
    operator.drop("more-2.csv", too_much)
    listed = CliRunner().invoke(app, ["payments", "held", CREDITOR])
    assert (owed(), listed.output) == ((0, 0), "No payment waits to be placed.\n")
