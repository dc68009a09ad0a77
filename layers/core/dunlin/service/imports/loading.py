"""LoadRows: write one share, many accounts in a transaction. Safe to run again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from dunlin.domain import ids
from dunlin.domain.batches import batches
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.types import OPEN
from dunlin.ports.accounts import Addresses, Batches, LedgerEntries, People
from dunlin.ports.imports import DropBox
from dunlin.ports.machines import LadderWaker
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.crediting import CreditingBook
from dunlin.service.accounts.writing import retry_on_conflict
from dunlin.service.imports import debts, people, received, work
from dunlin.service.imports.job import Job, strategy_of
from dunlin.service.imports.plans import ImportContext, ImportPlan, Read
from dunlin.service.imports.whose import another_person

_AT_ONCE = 400


class LoadingBook(Batches, Addresses, People, LedgerEntries, CreditingBook, Protocol):
    """What a file is loaded into."""


def load_rows(
    job: Job,
    *,
    share: int,
    of: int,
    creditors: Creditors,
    book: LoadingBook,
    waker: LadderWaker,
    drop_box: DropBox,
    now: datetime,
) -> dict[str, int]:
    """Write the accounts of one share; counts by outcome. Safe to run again."""
    strategy = strategy_of(job.creditor, creditors)
    if strategy is None or not 0 <= share < of:
        raise DomainError(f"share {share} of {of} of {job.key} cannot be loaded")
    lines = work.read_lines(drop_box, job.work(f"share-{share}.jsonl"))
    context = ImportContext(job=job, terms=next(lines), strategy=strategy, now=now)
    loader = _RowLoader(context=context, book=book, waker=waker, drop_box=drop_box)
    outcomes: dict[str, str] = {}
    codes: dict[str, str] = {}
    for items in batches(lines, _AT_ONCE):
        for plan in loader.load(items):
            outcomes |= plan.outcomes
            codes |= plan.codes
    written = {"outcomes": outcomes, "codes": codes}
    work.write_json(drop_box, job.work(f"outcomes-{share}.json"), written)
    return dict(Counter(outcomes.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _RowLoader:
    """Reads many accounts at once, plans what each item changes, writes in large transactions."""

    context: ImportContext
    book: LoadingBook
    waker: LadderWaker
    drop_box: DropBox

    def load(self, items: list[dict[str, Any]]) -> list[ImportPlan]:
        """What was done, in order. What was refused because somebody else wrote is done alone."""
        read = self._read(items)
        plans = []
        for item in items:
            plan = self._plan(item, read)
            read.after(plan.changes)
            plans.append(plan)
        refused = {id(c) for c in self.book.apply_many([c for plan in plans for c in plan.changes])}
        for number, item in enumerate(items):
            if any(id(change) in refused for change in plans[number].changes):
                plans[number] = retry_on_conflict(partial(self._alone, item))
            self._wake(plans[number])
        return plans

    def _wake(self, plan: ImportPlan) -> None:
        for account_id in plan.wake:
            self.waker.wake(account_id)
        for change in plan.changes:
            for arrangement in change.arrangements:
                if not arrangement.in_force:  # its account no longer names it
                    self.waker.wake_arrangement(arrangement)

    def _alone(self, item: dict[str, Any]) -> ImportPlan:
        plan = self._plan(item, self._read([item]))
        for change in plan.changes:
            self.book.apply(change)
        return plan

    def _read(self, items: list[dict[str, Any]]) -> Read:
        accounts: set[str] = set()
        consumers: set[str] = set()
        for item in items:
            if item["what"] == "account":
                accounts.add(item["id"])
                identity = item["account"]["identity"]
                consumers.add(ids.consumer_id(self.context.job.creditor, identity))
            elif item["what"] == "contact":
                consumers |= item["consumers"].keys()
                accounts |= {a for own in item["consumers"].values() for a in own}
            else:
                accounts |= set(item["accounts"]) if item["what"] == "payment" else {item["key"]}
        stored = self.book.read_accounts(sorted(accounts))
        consumers |= {a.consumer_id for a in stored.values()}
        return Read(stored, self.book.read_consumers(sorted(consumers)))

    def _plan(self, item: dict[str, Any], read: Read) -> ImportPlan:
        if item["what"] == "account":
            account_read = work.unpacked(item["account"])
            stored = read.accounts.get(item["id"])
            holder = read.consumers.get(stored.consumer_id) if stored is not None else None
            if stored and holder and another_person(stored, holder, account_read):
                return debts.take_over(
                    self.book, self.context, item["key"], stored, account_read, read=read
                )
            if stored is not None:
                return debts.update(
                    self.context, item["key"], stored, account_read, read, book=self.book
                )
            if account_read.status != OPEN:
                return people.hear(self.context, item["key"], account_read, read, book=self.book)
            return debts.create(
                self.book, self.context, item["key"], account_read, read, account_id=item["id"]
            )
        if item["what"] == "contact":
            return people.fill(self.context, item, read)
        if item["what"] == "payment":
            return received.pay(self.book, self.drop_box, self.context, item, read)
        return debts.close_absent(self.context, item, read)
