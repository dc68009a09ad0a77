"""Questions, answers and strays on the deployed stack, IAM enforced."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from dunlin.cli.drop import follow, put_strategy
from dunlin.domain import ids
from dunlin.domain.imports.question_words import asked_of_the_file, mark_of
from dunlin.runtime import wiring
from dunlin.service.imports.shown import newest_imports
from local.local_stack import LocalStack
from tests.imports.place import BO, table
from tests.imports.test_workbook import DEBTS, SUPPLIERS, workbook
from tests.support.builders import CREDITOR, strategy_document

pytestmark = pytest.mark.cloud

DUE = "date_order:Due date"


class Sender:
    """Somebody who may put files into the drop bucket, and press the dashboard's buttons."""

    def __init__(self, stack: LocalStack) -> None:
        self.outputs = stack.outputs
        self.client = stack.cloud.client
        put_strategy(self, CREDITOR, yaml.safe_dump(strategy_document()).encode())  # type: ignore[arg-type]

    def put(self, key: str, content: str | bytes) -> str:
        put = self.client("s3").put_object(
            Bucket=self.outputs["DropBucketName"],
            Key=key,
            Body=content.encode() if isinstance(content, str) else content,
        )
        return str(put["VersionId"])

    def read(self, key: str) -> str:
        stored = self.client("s3").get_object(Bucket=self.outputs["DropBucketName"], Key=key)
        return stored["Body"].read().decode("utf-8-sig")

    def drop(self, name: str, content: str | bytes) -> dict[str, Any]:
        key = f"drop/{CREDITOR}/{name}"
        return self.follow(key, self.put(key, content))

    def follow(self, key: str, version: str, after: str = "") -> dict[str, Any]:
        wanted = ids.import_id(CREDITOR, key, version)
        return follow(self, key, wanted, after=after)  # type: ignore[arg-type]

    def press(self, payload: dict[str, Any]) -> str:
        called = self.client("lambda").invoke(
            FunctionName=self.outputs["AnswerImportFunctionName"],
            Payload=json.dumps(payload).encode(),
        )
        page = json.loads(called["Payload"].read())
        assert "FunctionError" not in called, page
        return str(page)


@pytest.fixture(scope="module")
def sender(stack: LocalStack) -> Sender:
    return Sender(stack)


def waits(reference: str) -> str:
    return table([BO.replace("K-1", reference).replace("2026-09-01", "03/04/2026")])


def eventually(look: Callable[[], Any], *, seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)
    return seen


def test_an_answer_on_the_dashboard_lets_the_import_go_on(sender: Sender) -> None:
    key = f"drop/{CREDITOR}/pressed.csv"
    version = sender.put(key, waits("Q-1"))
    document = sender.follow(key, version)
    assert document["state"] == "waiting"
    ((question, _),) = asked_of_the_file(document)
    payload = {
        "key": f"drop/{CREDITOR}/pressed.summary.json",
        "import_id": document["import_id"],
        "question": mark_of(question),
        "answer": 2,
    }
    assert "The import goes on by itself" in sender.press(payload)
    after = sender.follow(key, version, document["summary_version"])
    assert after["outcomes"] == {"created": 1}
    due = {a.reference: str(a.due_on) for a in wiring.account_book().accounts_of_creditor(CREDITOR)}
    assert due["Q-1"] == "2026-04-03"
    chain = wiring.audit_archive().chain(f"creditor#{CREDITOR}")
    assert chain[-1].what == "ImportAnswered"
    assert "Nothing was changed" in sender.press(payload)


def test_next_months_file_asks_nothing_and_a_mapping_file_answers_too(sender: Sender) -> None:
    header = "Bill No,Client Name,E-Mail,Open balance,Due date"
    row = "{},Wo Sample,wo@example.com,120.00,03/04/2026"
    key = f"drop/{CREDITOR}/written-03.csv"
    version = sender.put(key, table([row.format("W-1")], header))
    document = sender.follow(key, version)
    assert document["state"] == "waiting"
    place = f"drop/{CREDITOR}/written-03.mapping.yaml"
    sender.put(place, sender.read(place).replace(f'"{DUE}":', f'"{DUE}": dmy'))
    assert sender.follow(key, version, document["summary_version"])["state"] == "done"
    assert sender.drop("written-04.csv", table([row.format("W-2")], header))["state"] == "done"
    due = {a.reference: str(a.due_on) for a in wiring.account_book().accounts_of_creditor(CREDITOR)}
    assert (due["W-1"], due["W-2"]) == ("2026-04-03", "2026-04-03")


def test_a_workbook_is_read_on_its_sheet_of_debts(sender: Sender) -> None:
    document = sender.drop("book.xlsx", workbook(SUPPLIERS, DEBTS))
    assert document["outcomes"] == {"created": 2}
    assert document["notes"] == ['Of the workbook the sheet "s1" was read, not "s0".']


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("open-invoices.csv", "wrong_folder"),
        (f"drop/{CREDITOR}/2026/open.csv", "wrong_folder"),
        (f"drop/{CREDITOR}/.DS_Store", "left_by_a_computer"),
        (f"drop/{CREDITOR}/lonely.mapping.yaml", "mapping_alone"),
        (f"config/{CREDITOR}/open.csv", "wrong_folder"),
        (f"drop/{CREDITOR}/bill.pdf", "pdf"),
    ],
)
def test_what_is_not_imported_leaves_a_line(sender: Sender, key: str, code: str) -> None:
    sender.put(key, "%PDF-1.7\n" if key.endswith("pdf") else "version: 1\n")

    def line() -> dict[str, Any] | None:
        newest = newest_imports(wiring.drop_box(), "")
        return next((d for d in newest if d.get("refusal") == code), None)

    shown = eventually(line)
    assert shown["next_step"].startswith("Nothing was imported")
    assert code in sender.read(shown["report"])


def test_the_command_drops_follows_and_writes_beside(
    sender: Sender,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from dunlin.cli import import_live

    (tmp_path / "typed.csv").write_text(waits("T-1"))
    monkeypatch.setattr(import_live, "target_or_exit", lambda: sender)
    # The columns are those of the first test, whose answer is remembered.
    assert import_live.upload([tmp_path / "typed.csv"], [], CREDITOR) == 0
    words = capsys.readouterr().out
    assert "1 account is ready to be activated." in words
    assert "pressed.csv" in words, "it says whose answer it was read by"
    assert max(len(line) for line in words.splitlines()) <= 80
    assert (tmp_path / "typed.report.csv").is_file()
    assert (tmp_path / "typed.mapping.yaml").is_file()
