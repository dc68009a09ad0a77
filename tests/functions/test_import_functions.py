"""The functions of an import, from the dropped file to the page about it, and of a strategy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest

from dunlin.adapters.files import yaml_documents
from dunlin.adapters.memory.clock import FixedClock
from dunlin.domain.errors import DomainError
from functions.load_rows.handler import handler as load_rows
from functions.load_strategy.handler import handler as load_strategy
from functions.profile_file.handler import handler as profile_file
from functions.reconcile_import.handler import handler as reconcile_import
from functions.show_import.handler import handler as show_import
from functions.start_import.handler import handler as start_import
from tests.functions.metrics import counted
from tests.functions.wire import Context, wire
from tests.imports.place import BO, CREDITOR, CY, DI, Office, table
from tests.imports.test_missing import ROWS
from tests.staff.test_widgets import event
from tests.support.builders import strategy_document

KEY = f"drop/{CREDITOR}/open.csv"
FAILED = {"batchItemFailures": [{"itemIdentifier": "q-0"}]}


class MemoryMachine:
    """`Machine` that notes what it started."""

    def __init__(self) -> None:
        self.started: dict[str, Mapping[str, Any]] = {}

    def start(self, name: str, content: Mapping[str, Any]) -> bool:
        fresh = name not in self.started
        self.started.setdefault(name, content)
        return fresh


class Returned(list[tuple[str, int]]):
    """The messages that a function handed back to their queue, and how often they had come."""

    def soon(self, receipt: str, times: int) -> None:
        self.append((receipt, times))


@pytest.fixture
def returned() -> Returned:
    return Returned()


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch, returned: Returned) -> Office:
    new_office = Office()
    wire(
        monkeypatch,
        account_book=new_office.book,
        creditors=new_office.book.creditors,
        waker=new_office.waker,
        drop_box=new_office.box,
        intake=new_office.intake,
        clock=FixedClock(new_office.now),
        strategy_redelivery=returned,
    )
    return new_office


def dropped(key: str, version: str = "v1") -> dict[str, Any]:
    body = json.dumps({"detail": {"object": {"key": key, "version-id": version}}})
    return {"Records": [{"messageId": "q-0", "body": body}]}


def test_a_version_of_a_file_starts_one_import(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = MemoryMachine()
    wire(monkeypatch, import_machine=machine)
    job = office.put("open.csv", table([BO]))
    for _ in range(2):
        assert start_import(dropped(KEY, job.version), None) == {"batchItemFailures": []}
    assert machine.started == {job.import_id: asdict(job)}


def test_what_is_no_dropped_file_starts_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = MemoryMachine()
    wire(monkeypatch, import_machine=machine)
    assert start_import(dropped("work/x.jsonl"), None) == {"batchItemFailures": []}
    assert start_import({"Records": [{"messageId": "q-0", "body": "{}"}]}, None) == FAILED
    assert machine.started == {}


def test_an_import_runs_through_its_functions(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    job = asdict(office.put("open.csv", table([BO, CY, DI])))
    profiled = profile_file(dict(job), None)
    assert profiled["outcome"] == "ready"
    for part in profiled["ranges"]:
        loaded = load_rows({**job, "range": part}, None)
        assert loaded == {"share": part["share"], "counts": {"created": 3}}
    counts = [(m["outcome"], m["ImportedAccounts"]) for m in counted("ImportedAccounts", capsys)]
    assert counts == [("created", [3.0])]
    assert reconcile_import(dict(job), None) == {
        "outcome": "done",
        "import_id": job["import_id"],
        "counts": {"created": 3},
        "resting": 0,
    }
    assert len(office.book.accounts) == 3


def test_a_file_that_is_no_table_is_rejected_and_loads_nothing(office: Office) -> None:
    job = asdict(office.put("open.csv", "a letter, and no table\n"))
    answer = profile_file(job, None)
    assert (answer["outcome"], answer["ranges"]) == ("rejected", [])
    assert office.book.accounts == {}


@pytest.mark.parametrize("function", [profile_file, reconcile_import])
def test_a_job_without_its_file_fails(office: Office, function: Any) -> None:
    job = asdict(office.put("open.csv", table([BO])))
    del office.box.files[KEY]
    with pytest.raises(DomainError, match=r"no file|was not profiled"):
        function(job, None)


STRAY = (f"drop/{CREDITOR}/open.csv.part", "open.csv", "drop/open.csv", f"drop/{CREDITOR}/2026/x")


@pytest.mark.parametrize("key", STRAY)
def test_what_is_not_imported_is_counted(
    office: Office, key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wire(monkeypatch, import_machine=MemoryMachine())
    office.box.files[key] = table([BO]).encode()
    assert start_import(dropped(key), None) == {"batchItemFailures": []}
    assert [m["FilesNotImported"] for m in counted("FilesNotImported", capsys)] == [[1.0]]


@pytest.mark.parametrize(
    ("content", "metric"),
    [
        ("%PDF-1.7", "FilesNotImported"),
        (table([BO.replace("2026-09-01", "03/04/2026")]), "ImportsWaiting"),
    ],
)
def test_a_file_that_is_refused_or_waits_is_counted(
    office: Office, content: str, metric: str, capsys: pytest.CaptureFixture[str]
) -> None:
    profile_file(asdict(office.put("open.csv", content)), None)
    assert [m[metric] for m in counted(metric, capsys)] == [[1.0]]


def test_a_complete_file_that_lacks_many_is_counted_as_waiting(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.drop("open.csv", table(ROWS))
    office.box.files[f"drop/{CREDITOR}/open.mapping.yaml"] = b"version: 1\ncomplete: true\n"
    job = office.put("open.csv", table(ROWS[:3]))
    office.run(job)
    assert reconcile_import(asdict(job), None)["resting"] == 197
    assert [m["ImportsWaiting"] for m in counted("ImportsWaiting", capsys)] == [[1.0]]


def test_a_share_that_nobody_wrote_fails(office: Office) -> None:
    job = asdict(office.put("open.csv", table([BO])))
    with pytest.raises(DomainError, match="no file"):
        load_rows({**job, "range": {"share": 0, "of": 1}}, None)


def test_the_page_of_imports_lists_them_and_shows_one(office: Office) -> None:
    context = Context("show_import")
    office.drop("open.csv", table([BO, CY]))
    page = show_import(event(params={"creditor": CREDITOR}), context)
    assert isinstance(page, str)
    assert "open.csv" in page
    assert "2 new" in page
    summary = f"drop/{CREDITOR}/open.summary.json"
    shown = show_import(
        event(creditor=CREDITOR, key=summary, params={"creditor": CREDITOR}), context
    )
    assert "2 debts" in shown
    other = event(creditor="other", key=summary, params={"creditor": "other"})
    assert "There is no import" in show_import(other, context)
    described = show_import({"describe": True}, context)
    assert isinstance(described, dict)
    assert described["markdown"].startswith("### Imports")


def test_a_strategy_becomes_the_next_version(office: Office) -> None:
    key = f"config/{CREDITOR}/strategy.yaml"
    document = strategy_document() | {"payments": {"pending_days": 12}}
    office.box.files[key] = json.dumps(document).encode()
    assert load_strategy(dropped(key), None) == {"batchItemFailures": []}
    errors = office.box.files[f"config/{CREDITOR}/strategy.errors.txt"].decode()
    assert errors == "No errors. Stored as version 2. 0 active accounts follow it.\n"
    stored = office.book.creditors.strategy(CREDITOR, 2)
    assert stored is not None
    assert yaml_documents.parse(office.box.files[key]) == document


def test_a_strategy_with_an_error_changes_nothing_and_says_the_line(office: Office) -> None:
    key = f"config/{CREDITOR}/strategy.yaml"
    office.box.files[key] = b"debt_role: fourth\n"
    assert load_strategy(dropped(key), None) == {"batchItemFailures": []}
    errors = office.box.files[f"config/{CREDITOR}/strategy.errors.txt"].decode()
    assert errors.startswith("line 1")
    assert office.book.creditors.strategy(CREDITOR, 2) is None


def test_an_event_that_names_no_object_is_delivered_again_soon(
    office: Office, returned: Returned
) -> None:
    received = {"receiptHandle": "r-0", "attributes": {"ApproximateReceiveCount": "2"}}
    record = {"messageId": "q-0", "body": "{}"} | received
    assert load_strategy({"Records": [record]}, None) == FAILED
    assert returned == [("r-0", 2)]
