"""An import run by hand over memory: drop a file, run every stage, read what lies beside it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from dunlin.adapters.imports.dropped import DroppedFiles
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account
from dunlin.ports.accounts import Change
from dunlin.service.imports.job import Job, job_of
from dunlin.service.imports.loading import load_rows
from dunlin.service.imports.profiling import profile_file
from dunlin.service.imports.reconciling import reconcile_import
from tests.support import builders

CREDITOR = builders.CREDITOR
HEADER = "Invoice,Customer No,Customer,Email,Phone,Balance,Due date"


class Stopped(Exception):
    """The process ended here."""


class CountingBook(MemoryBook):
    """Counts what is written, and may stop before a change."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.left: int | None = None

    def apply(self, change: Change) -> None:
        if self.left is not None:
            if not self.left:
                self.left = None
                raise Stopped
            self.left -= 1
        super().apply(change)
        self.writes += 1


class Office:
    """One creditor with a bucket, a book and a clock."""

    def __init__(self) -> None:
        self.box = MemoryDropBox()
        self.book = CountingBook()
        self.waker = MemoryWaker()
        self.now: datetime = builders.NOON
        self.intake = DroppedFiles(self.box)
        self._versions = count(1)
        self.book.creditors.put_strategy(CREDITOR, builders.strategy_document(), self.now)

    def put(self, name: str, content: str | bytes, creditor: str = CREDITOR) -> Job:
        key = f"drop/{creditor}/{name}"
        self.box.written.discard(key)
        self.box.files[key] = content.encode() if isinstance(content, str) else content
        job = job_of(key, f"v{next(self._versions)}")
        assert job is not None
        return job

    def drop(self, name: str, content: str | bytes, creditor: str = CREDITOR) -> dict[str, Any]:
        """The summary of the import of one more version of a file."""
        return self.run(self.put(name, content, creditor))

    def run(self, job: Job) -> dict[str, Any]:
        means: dict[str, Any] = {
            "intake": self.intake,
            "creditors": self.book.creditors,
            "drop_box": self.box,
        }
        answer = profile_file(job, today=self.now.date(), **means)
        for part in answer["ranges"]:
            load_rows(
                job,
                share=part["share"],
                of=part["of"],
                creditors=self.book.creditors,
                book=self.book,
                waker=self.waker,
                drop_box=self.box,
                now=self.now,
            )
        if answer["outcome"] == "ready":
            reconcile_import(job, today=self.now.date(), **means)
        content: dict[str, Any] = json.loads(self.box.files[f"{job.stem}.summary.json"])
        return content

    def account(self, reference: str) -> Account:
        return next(a for a in self.book.accounts.values() if reference in (a.reference, a.invoice))

    def ledger_sum(self, account: Account) -> int:
        return sum(e.amount.minor for e in self.book.ledgers[account.account_id].values())

    def report(self, name: str) -> list[dict[str, str]]:
        text = self.box.files[f"drop/{CREDITOR}/{name}"].decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))


def table(rows: Sequence[str], header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


BO = "K-1,C-1,Bo Sample,bo@example.com,(217) 555-0111,120.00,2026-09-01"
CY = "K-2,C-2,Cy Sample,cy@example.com,(217) 555-0112,80.50,2026-09-02"
DI = "K-3,C-3,Di Sample,,,40.00,2026-09-03"
