"""What one item changes, before it is written; how every change of an import is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.imports.types import CREATED, UNCHANGED, UPDATED
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import account_change
from dunlin.service.imports.job import Job

MOST_ENTRIES = 50
"""Ledger entries of one write; a transaction holds a hundred items in all."""


UNMATCHED = "unmatched"
"""The outcome of an item that means no account."""
COUNTED = "counted"
"""The outcome of a payment that the newest export of its account counts already."""
MADE_BY, MOVED_BY = "import", "import_update"
"""Extras of an account: the import that made it, and the one that changed it last."""
WITHDRAWN = "permission_withdrawn"
"""The code of a row by which the file took a permission away."""
OLDER_FILE = "older_file"
"""The code of a row of a file that a newer one has overtaken."""
ANOTHER_PERSON = "another_person"
"""The code of a row whose number is known for somebody else."""
PLACE_KEPT = "place_kept"
"""The code of a row that names another place than staff wrote down of the person."""
OTHER_CURRENCY = "currency_differs"
"""The code of a row that states a known account in another currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What becomes of one item: outcomes by key, what to write, which ladder to wake after.
    `codes` say by key what a person should read of it in the report."""

    outcomes: dict[str, str]
    changes: tuple[Change, ...] = ()
    wake: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Read:
    """Accounts and consumers as read, and as the writes planned so far will leave them."""

    accounts: dict[str, Account]
    consumers: dict[str, Consumer]

    def after(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.account is not None:
                self.accounts[change.account.account_id] = change.account
            if change.consumer is not None:
                self.consumers[change.consumer.consumer_id] = change.consumer


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportContext:
    """Where items are planned: whose file it is, under which terms, and when."""

    job: Job
    terms: Mapping[str, Any]
    strategy: Strategy
    now: datetime

    def changed(
        self,
        stored: Account,
        what: str,
        *,
        data: dict[str, Any],
        after: Account,
        ledger: Sequence[LedgerEntry] = (),
        person: Consumer | None = None,
        entries: Iterable[AuditEntry] = (),
        arrangements: Sequence[Arrangement] = (),
    ) -> Change:
        """The write of an account that a file moved from `stored` to `after`."""
        moved = after.extras | {MOVED_BY: self.job.import_id}
        return account_change(
            stored,
            replace(after, extras=moved),
            what=what,
            data={"import": self.job.import_id} | data,
            now=self.now,
            actor="import",
            besides=Change(
                consumer=person, ledger=ledger, audit=list(entries), arrangements=arrangements
            ),
        )

    def before(self, stored: Account) -> str:
        """What an interrupted run of this same import did to the account."""
        if stored.extras.get(MOVED_BY) == self.job.import_id:
            return UPDATED
        return CREATED if stored.extras.get(MADE_BY) == self.job.import_id else UNCHANGED
