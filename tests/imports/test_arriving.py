"""Whatever is dropped starts an import or leaves a line where its sender looks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dunlin.domain.imports.opened import Dropped
from dunlin.domain.imports.sidecar import Sidecar
from dunlin.service.imports.arriving import arrive
from dunlin.service.imports.job import Job
from dunlin.service.imports.shown import newest_imports
from tests.imports.place import BO, CREDITOR, Office, table

WAITS = table([BO.replace("2026-09-01", "03/04/2026")])
DUE = "date_order:Due date"


class Runner:
    """The import's machine: runs what is started at once; a name starts once."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.names: list[str] = []
        self.asleep = False

    def start(self, name: str, content: Any) -> bool:
        if name in self.names:
            return False
        self.names.append(name)
        if not self.asleep:
            self.office.run(Job(**content))
        return True


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def machine(office: Office) -> Runner:
    return Runner(office)


def drop(office: Office, machine: Runner, key: str, content: str | bytes, version: str = "") -> str:
    office.box.written.discard(key)
    office.box.files.pop(key, None)
    office.box.files[key] = content.encode() if isinstance(content, str) else content
    return arrive(
        key,
        version or f"v{len(machine.names)}",
        drop_box=office.box,
        machine=machine,
        now=office.now,
    )


def summary(office: Office, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(office.box.files[f"drop/{CREDITOR}/{name}.summary.json"])
    return document


STRAYS = {
    "no folder": ("open.csv", "wrong_folder"),
    "no creditor": ("drop/open.csv", "wrong_folder"),
    "another folder": ("incoming/acme/open.csv", "wrong_folder"),
    "a folder too deep": (f"drop/{CREDITOR}/2026/open.csv", "wrong_folder"),
    "beside the strategy": (f"config/{CREDITOR}/open.csv", "wrong_folder"),
    "macOS": (f"drop/{CREDITOR}/.DS_Store", "left_by_a_computer"),
    "macOS, in a folder": (f"drop/{CREDITOR}/__MACOSX/open.csv", "left_by_a_computer"),
    "macOS, beside": (f"drop/{CREDITOR}/._open.csv", "left_by_a_computer"),
    "half a download": (f"drop/{CREDITOR}/open.csv.crdownload", "not_finished"),
    "a mapping file alone": (f"drop/{CREDITOR}/open.mapping.yaml", "mapping_alone"),
    "a person's own report": (f"drop/{CREDITOR}/mine.report.csv", "named_as_a_result"),
    "a person's own summary": (f"drop/{CREDITOR}/mine.summary.json", "named_as_a_result"),
    "a report elsewhere": ("mine.report.csv", "named_as_a_result"),
    "a mapping file elsewhere": ("open.mapping.yaml", "wrong_folder"),
}


@pytest.mark.parametrize("name", STRAYS)
def test_what_is_not_imported_leaves_a_line(office: Office, machine: Runner, name: str) -> None:
    key, code = STRAYS[name]
    assert drop(office, machine, key, "version: 1\n") == "stray"
    assert machine.names == []
    (shown,) = newest_imports(office.box, "")
    assert (shown["dropped"], shown["refusal"], shown["state"]) == (key, code, "rejected")
    assert shown["next_step"].startswith("Nothing was imported: ")
    assert code in office.box.files[shown["report"]].decode()
    folder = key.rpartition("/")[0]
    assert shown["report"].rpartition("/")[0] == folder, "it lies beside what was dropped"
    if key.startswith(f"drop/{CREDITOR}/"):
        assert newest_imports(office.box, CREDITOR) == [shown]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("open.pdf", b"%PDF-1.7\n", "pdf"),
        ("photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
        ("empty.csv", b"", "empty_file"),
        ("open.csv", b"Invoice,Name,Balance\n", "no_rows"),
    ],
)
def test_what_is_no_table_leaves_a_line(
    office: Office, machine: Runner, name: str, content: bytes, code: str
) -> None:
    assert drop(office, machine, f"drop/{CREDITOR}/{name}", content) == "started"
    (shown,) = newest_imports(office.box, CREDITOR)
    assert shown["refusal"] == code
    assert shown["outcomes"].get("created", 0) == 0


def test_an_unknown_creditors_file_is_seen(office: Office, machine: Runner) -> None:
    assert drop(office, machine, "drop/Acme Corp/open.csv", table([BO])) == "started"
    (shown,) = newest_imports(office.box, "")
    assert shown["refusal"] == "unknown_creditor"
    assert "has no strategy" in shown["next_step"]


@pytest.mark.parametrize("key", [f"drop/{CREDITOR}/", "drop/", "x/"])
def test_a_folder_that_a_console_makes_is_no_file(
    office: Office, machine: Runner, key: str
) -> None:
    assert drop(office, machine, key, "") == "ours"
    assert newest_imports(office.box, "") == []


def test_a_file_is_being_read_until_it_has_ended(office: Office, machine: Runner) -> None:
    machine.asleep = True
    key = f"drop/{CREDITOR}/open.csv"
    assert drop(office, machine, key, table([BO]), "v1") == "started"
    assert summary(office, "open")["state"] == "reading"
    office.run(Job(import_id=machine.names[0], creditor=CREDITOR, key=key, version="v1"))
    assert summary(office, "open")["state"] == "done"
    assert drop(office, machine, key, table([BO]), "v1") == "known", "the event came twice"
    assert summary(office, "open")["state"] == "done"


def test_a_mapping_file_lets_the_import_that_waits_go_on(office: Office, machine: Runner) -> None:
    assert drop(office, machine, f"drop/{CREDITOR}/open.csv", WAITS) == "started"
    assert summary(office, "open")["state"] == "waiting"
    assert not office.book.accounts
    place = f"drop/{CREDITOR}/open.mapping.yaml"
    text = office.box.files[place].decode().replace(f'"{DUE}":', f'"{DUE}": dmy')
    assert drop(office, machine, place, text) == "again"
    assert summary(office, "open")["state"] == "done"
    assert str(office.account("K-1").due_on) == "2026-04-03"
    assert len(machine.names) == 2
    assert drop(office, machine, place, text) == "known", "nothing waits any more"


def test_a_mapping_file_with_a_mistake_is_told_and_its_correction_goes_on(
    office: Office, machine: Runner
) -> None:
    place = f"drop/{CREDITOR}/open.mapping.yaml"
    office.box.files[place] = b"version: 1\ndate_order: sideways\n"
    drop(office, machine, f"drop/{CREDITOR}/open.csv", WAITS)
    told_of = summary(office, "open")
    assert told_of["state"] == "rejected"
    assert "line 2: date_order must be one of ymd, mdy, dmy" in told_of["reason"]
    assert drop(office, machine, place, "version: 1\ndate_order: mdy\n") == "again"
    assert summary(office, "open")["state"] == "done"
    assert str(office.account("K-1").due_on) == "2026-03-04"


def test_a_mapping_file_that_is_too_large_is_told_and_never_read_whole(
    office: Office, machine: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"drop/{CREDITOR}/open.mapping.yaml"
    drop(office, machine, f"drop/{CREDITOR}/open.csv", WAITS)
    read, sizes = office.box.read, []

    def counted(key: str, **some: Any) -> bytes:
        content = read(key, **some)
        if key == place:
            sizes.append(len(content))
        return content

    monkeypatch.setattr(office.box, "read", counted)
    drop(office, machine, place, b"# not small\n" * 500_000)
    assert "larger than a megabyte" in summary(office, "open")["reason"]
    assert len(machine.names) == 2
    assert sizes
    assert max(sizes) < 1_100_000


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff\xfe", b"[1]", b"null", b'"x"', b"{}", b'{"file": "open.csv", "state": "done"}',
     b"[" * 100_000],
)  # fmt: skip
def test_a_summary_that_dunlin_did_not_write_hides_no_other_and_stops_no_import(
    office: Office, machine: Runner, content: bytes
) -> None:
    drop(office, machine, f"drop/{CREDITOR}/done.csv", table([BO]))
    for name in ("odd", "open"):
        office.box.files[f"drop/{CREDITOR}/{name}.summary.json"] = content
    assert [shown["file"] for shown in newest_imports(office.box, "")] == ["done.csv"]
    assert drop(office, machine, f"drop/{CREDITOR}/odd.mapping.yaml", "version: 1\n") == "stray"
    assert drop(office, machine, f"drop/{CREDITOR}/open.csv", table([BO])) == "started"
    assert summary(office, "open")["state"] == "done"


def test_what_an_import_writes_itself_starts_nothing(office: Office, machine: Runner) -> None:
    drop(office, machine, f"drop/{CREDITOR}/open.csv", WAITS)
    for key in [k for k in office.box.files if k in office.box.written]:
        if key.startswith("drop/"):
            again = arrive(key, "v9", drop_box=office.box, machine=machine, now=office.now)
            assert again == "ours"
    assert len(machine.names) == 1


def test_a_mapping_file_may_come_before_its_file_has_been_read(
    office: Office, machine: Runner
) -> None:
    machine.asleep = True
    drop(office, machine, f"drop/{CREDITOR}/open.csv", WAITS)
    place = f"drop/{CREDITOR}/open.mapping.yaml"
    assert drop(office, machine, place, "date_order: dmy\n") == "known"
    opened = office.intake.open(f"drop/{CREDITOR}/open.csv", None)
    assert isinstance(opened, Dropped)
    assert opened.hints.sidecar == Sidecar(date_order="dmy")


@pytest.mark.parametrize(
    "name", ["open.pdf", "open.xlsx", "open.CSV", "open.txt", "open", "open.pdf.csv"]
)
def test_files_that_differ_in_their_ending_have_results_of_their_own(
    office: Office, machine: Runner, name: str
) -> None:
    drop(office, machine, f"drop/{CREDITOR}/open.csv", table([BO]))
    report = office.box.files[f"drop/{CREDITOR}/open.report.csv"]
    drop(office, machine, f"drop/{CREDITOR}/{name}", b"%PDF-1.7\n")
    newest = newest_imports(office.box, CREDITOR)
    assert [(shown["file"], shown["state"]) for shown in newest] == [
        (name, "rejected"), ("open.csv", "done"),
    ]  # fmt: skip
    assert office.box.files[f"drop/{CREDITOR}/open.report.csv"] == report
    mapping = f"drop/{CREDITOR}/{newest[0]['key'].rpartition('/')[2]}"
    mapping = mapping.replace(".summary.json", ".mapping.yaml")
    assert drop(office, machine, mapping, "version: 1\n") == "known", "it lies beside its file"


def test_a_persons_file_under_the_name_of_a_summary_is_none(
    office: Office, machine: Runner
) -> None:
    drop(office, machine, f"drop/{CREDITOR}/open.csv", table([BO]))
    assert drop(office, machine, f"drop/{CREDITOR}/open.summary.json", "{") == "stray"
    (shown,) = newest_imports(office.box, CREDITOR)
    assert shown["refusal"] == "named_as_a_result"
    assert drop(office, machine, f"drop/{CREDITOR}/open.csv", table([BO]), "v9") == "started"


def test_a_name_that_leaves_no_room_for_its_results_is_refused(
    office: Office, machine: Runner
) -> None:
    key = f"drop/{CREDITOR}/{'a' * 985}.csv"
    assert drop(office, machine, key, table([BO])) == "stray"
    (shown,) = newest_imports(office.box, CREDITOR)
    assert (shown["dropped"], shown["refusal"]) == (key, "name_too_long")
    assert all(len(place) < 1_024 for place in office.box.files)


def test_a_mapping_file_named_without_the_files_ending_is_told(
    office: Office, machine: Runner
) -> None:
    """`open.mapping.yaml` is for `open.csv`; of `open.xlsx` it is `open.xlsx.mapping.yaml`."""
    given, wanted = "open.mapping.yaml", "open.txt.mapping.yaml"
    text = "version: 1\ndate_order: dmy\n"
    office.box.files[f"drop/{CREDITOR}/{given}"] = text.encode()  # where it once was looked for
    drop(office, machine, f"drop/{CREDITOR}/open.txt", table([BO]))
    assert (
        f"{given} was not read for this file: name it {wanted}."
        in summary(office, "open.txt")["notes"]
    )
    assert drop(office, machine, f"drop/{CREDITOR}/{given}", text) == "stray"
    (shown,) = [s for s in newest_imports(office.box, CREDITOR) if s["state"] == "rejected"]
    assert f"for open.txt it is named {wanted}" in shown["reason"]
    office.box.files[f"drop/{CREDITOR}/{wanted}"] = text.encode()
    drop(office, machine, f"drop/{CREDITOR}/open.txt", table([BO]), "v7")
    assert not any(given in note for note in summary(office, "open.txt")["notes"])
