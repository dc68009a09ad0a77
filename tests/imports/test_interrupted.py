"""Imports that are throttled, run twice at once, or whose file is replaced under them: every row of
the version that was dropped has one outcome, and nobody is there twice."""

from __future__ import annotations

from random import Random
from typing import Any

from dunlin.adapters.imports.dropped import DroppedFiles
from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.domain.audit import audit
from dunlin.domain.errors import Unavailable
from dunlin.service.imports.job import Job
from dunlin.service.imports.loading import load_rows
from dunlin.service.imports.profiling import profile_file
from dunlin.service.imports.reconciling import reconcile_import
from tests.imports.place import BO, CY, DI, CountingBook, Office, table

MANY = 60


class ThrottledBook(CountingBook):
    """DynamoDB over its limit: of ten reads and of ten transactions three are refused."""

    def __init__(self, dice: Random) -> None:
        super().__init__()
        self.dice, self.refused = dice, 0

    def _throttle(self) -> None:
        if self.dice.random() < 0.3:
            self.refused += 1
            raise Unavailable("dynamodb", "ThrottlingException", certain=True)

    def apply(self, change: Any) -> None:
        self._throttle()
        super().apply(change)

    def read_accounts(self, account_ids: Any) -> Any:
        self._throttle()
        return super().read_accounts(account_ids)


class VersionedBox(MemoryDropBox):
    """A bucket that keeps every version of what was dropped, as the deployed one does."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[tuple[str, str], bytes] = {}

    def read(
        self, key: str, *, version: str | None = None, start: int = 0, end: int | None = None
    ) -> bytes:
        if version is None:
            return super().read(key, start=start, end=end)
        return self.versions[key, version][start:end]


def people(number: int) -> list[str]:
    return [
        f"K-{n},C-{n},Bo Sample,bo{n}@example.com,,{n + 1}.00,2026-09-01" for n in range(number)
    ]


def tried_again(office: Office, job: Job, part: dict[str, Any]) -> None:
    """Load a share as the machine does, which tries again what was refused for a while."""
    for _ in range(400):
        try:
            load_rows(
                job,
                share=part["share"],
                of=part["of"],
                creditors=office.book.creditors,
                book=office.book,
                waker=office.waker,
                drop_box=office.box,
                now=office.now,
            )
        except Unavailable:
            continue
        return
    raise AssertionError("never loaded")


def profiled(office: Office, job: Job) -> list[dict[str, Any]]:
    answer = profile_file(
        job,
        intake=office.intake,
        creditors=office.book.creditors,
        drop_box=office.box,
        today=office.now.date(),
    )
    assert answer["outcome"] == "ready"
    ranges: list[dict[str, Any]] = answer["ranges"]
    return ranges


def reconciled(office: Office, job: Job) -> dict[str, int]:
    answer = reconcile_import(
        job,
        intake=office.intake,
        creditors=office.book.creditors,
        drop_box=office.box,
        today=office.now.date(),
    )
    return dict(answer["counts"])


def assert_whole(office: Office, number: int, minor: int) -> None:
    book = office.book
    assert len(book.accounts) == len(book.consumers) == number
    assert sum(a.balance.minor for a in book.accounts.values()) == minor
    assert sum(office.ledger_sum(a) for a in book.accounts.values()) == minor
    for account in book.accounts.values():
        chain = book.chains[f"account#{account.account_id}"]
        assert audit.verify(chain, head=account.audit_head) == []


def test_a_table_that_refuses_three_calls_of_ten_loses_no_row() -> None:
    office, book = Office(), ThrottledBook(Random(3))
    book.creditors, office.book = office.book.creditors, book
    job = office.put("open.csv", table(people(MANY)))
    for part in profiled(office, job):
        tried_again(office, job, part)
    assert reconciled(office, job) == {"created": MANY}
    assert book.refused >= 10
    assert_whole(office, MANY, sum(100 * (n + 1) for n in range(MANY)))


def test_a_job_that_runs_twice_at_once_loads_each_row_once() -> None:
    office = Office()
    job = office.put("open.csv", table(people(MANY)))
    first, second = profiled(office, job), profiled(office, job)
    assert first == second
    for part, again in zip(first, second, strict=True):
        tried_again(office, job, part)
        tried_again(office, job, again)
    assert reconciled(office, job) == reconciled(office, job) == {"created": MANY}
    assert_whole(office, MANY, sum(100 * (n + 1) for n in range(MANY)))


def test_a_file_that_is_replaced_while_it_is_read_is_read_as_it_was_and_then_as_it_is() -> None:
    office, box = Office(), VersionedBox()
    office.box, office.intake = box, DroppedFiles(box)

    def dropped(rows: list[str]) -> Job:
        job = office.put("open.csv", table(rows))
        box.versions[job.key, job.version] = box.files[job.key]
        return job

    old = dropped([BO, CY])
    ranges = profiled(office, old)
    new = dropped([BO.replace("120.00", "70.00"), CY, DI])
    assert new.import_id != old.import_id
    for part in ranges:
        tried_again(office, old, part)
    assert reconciled(office, old) == {"created": 2}
    assert office.account("K-1").balance.minor == 12_000
    for part in profiled(office, new):
        tried_again(office, new, part)
    assert reconciled(office, new) == {"created": 1, "updated": 1, "unchanged": 1}
    assert_whole(office, 3, 7_000 + 8_050 + 4_000)


def test_the_same_content_under_another_name_changes_nothing() -> None:
    office = Office()
    assert office.drop("open.csv", table(people(12)))["outcomes"] == {"created": 12}
    before = dict(office.book.accounts)
    again = office.drop("a copy.csv", table(people(12)))
    assert again["known_as"] == "open.csv"
    assert office.book.accounts == before
