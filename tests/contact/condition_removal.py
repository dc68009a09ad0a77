"""Books that forget exactly one condition of one transaction, in memory and over DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dunlin.adapters.dynamo.account_book import DynamoBook
from dunlin.adapters.dynamo.transaction import Transaction
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.creditors import MemoryCreditors
from dunlin.domain.accounts.touch import Touch
from dunlin.ports.accounts import Facts
from dunlin.ports.strategies import Creditors

# (phase, name in memory) → what it is in DynamoDB: the row and the attributes of its condition.
IN_DYNAMO: dict[tuple[str, str], tuple[str, frozenset[str]]] = {
    ("take", "account version"): ("AccountRow", frozenset({"version"})),
    ("take", "account active"): ("AccountRow", frozenset({"status"})),
    ("take", "balance"): ("AccountRow", frozenset({"balance_minor"})),
    ("take", "hold"): ("AccountRow", frozenset({"hold"})),
    ("take", "consumer version"): ("ProfileRow", frozenset({"version"})),
    ("take", "consent"): ("ProfileRow", frozenset({"email_open"})),
    ("take", "pause of the platform"): ("PauseRow", frozenset({"by_platform"})),
    ("take", "pause of the creditor"): ("PauseRow", frozenset({"by_creditor"})),
    ("take", "paused segments as read"): ("PauseRow", frozenset({"segments_version"})),
    ("take", "contact history version"): ("ContactsRow", frozenset({"version"})),
    ("take", "touch absent"): ("TouchRow", frozenset({"account_id"})),
    ("take", "permit absent"): ("PermitRow", frozenset({"permit_id"})),
    ("take", "audit entry absent"): ("AuditRow", frozenset({"subject"})),
    # A condition on any attribute of a row asks that the row is there.
    ("spend", "permit exists"): (
        "PermitRow",
        frozenset({"touch_id", "ends_at", "consumer_id", "consumer_version"}),
    ),
    ("spend", "permit of this touch"): ("PermitRow", frozenset({"touch_id"})),
    ("spend", "permit alive"): ("PermitRow", frozenset({"ends_at"})),
    ("spend", "consumer as the gate saw them"): (
        "PermitRow",
        frozenset({"consumer_id", "consumer_version"}),
    ),
    ("spend", "touch permitted"): ("TouchRow", frozenset({"state"})),
    ("spend", "account active"): ("AccountRow", frozenset({"status"})),
    ("spend", "balance"): ("AccountRow", frozenset({"balance_minor"})),
    ("spend", "hold"): ("AccountRow", frozenset({"hold"})),
    ("spend", "consumer version"): ("ProfileRow", frozenset({"version"})),
    ("spend", "consent"): ("ProfileRow", frozenset({"email_open"})),
    ("spend", "pause of the platform"): ("PauseRow", frozenset({"by_platform"})),
    ("spend", "pause of the creditor"): ("PauseRow", frozenset({"by_creditor"})),
    ("spend", "paused segments as read"): ("PauseRow", frozenset({"segments_version"})),
}


class ForgetfulMemory(MemoryBook):
    """The book in memory without one condition; `met` collects the names it asked for."""

    def __init__(
        self, phase: str = "", name: str = "", creditors: MemoryCreditors | None = None
    ) -> None:
        super().__init__(creditors)
        self.forgets = (phase, name)
        self.met: set[tuple[str, str]] = set()

    def _left(self, phase: str, conditions: Iterable[tuple[str, bool]]) -> Iterator[Any]:
        for name, holds in conditions:
            self.met.add((phase, name))
            if (phase, name) != self.forgets:
                yield name, holds

    def _taking(self, **asked: Any) -> Iterator[tuple[str, bool]]:
        return self._left("take", super()._taking(**asked))

    def _spending(
        self, facts: Facts, touch: Touch, permit_id: str, now: Any
    ) -> Iterator[tuple[str, bool]]:
        return self._left("spend", super()._spending(facts, touch, permit_id, now))


class ForgetfulDynamo(DynamoBook):
    """The book over DynamoDB without one condition. `installed` must be given its transaction."""

    def __init__(self, creditors: Creditors) -> None:
        super().__init__(creditors)
        self.forgets: tuple[str, str] = ("", "")
        self.met: set[tuple[str, str, str]] = set()
        self.phase = ""

    def take_permit(self, **asked: Any) -> None:
        self.phase = "take"
        try:
            super().take_permit(**asked)
        finally:
            self.phase = ""

    def _spend(self, *asked: Any) -> None:
        self.phase = "spend"
        try:
            super()._spend(*asked)
        finally:
            self.phase = ""

    def without(self, row: str, condition: Any) -> Any:
        """The condition less the leaves that are to be forgotten; None where nothing is left."""
        if condition is None or not self.phase:
            return condition
        if condition.operator == "AND":
            left = [self.without(row, part) for part in condition.values]
            kept = [part for part in left if part is not None]
            return kept[0] & kept[1] if len(kept) == 2 else kept[0] if kept else None
        attribute = str(condition.values[0].path[0])
        self.met.add((self.phase, row, attribute))
        forgotten_row, attributes = IN_DYNAMO.get(self.forgets, ("", frozenset()))
        forgets = self.forgets[0] == self.phase and row == forgotten_row
        return None if forgets and attribute in attributes else condition


def forgetful_transaction(book: ForgetfulDynamo) -> type[Any]:
    """`Transaction` as `book` would have it."""

    class Forgetful(Transaction):
        def condition_check(self, row: Any, key: str, sk: str, condition: Any) -> None:
            left = book.without(row.__name__, condition)
            if left is not None:
                super().condition_check(row, key, sk, left)

        def delete(self, row: Any, condition: Any) -> None:
            super().delete(row, book.without(type(row).__name__, condition))

        def put(self, row: Any, condition: Any) -> None:
            super().put(row, book.without(type(row).__name__, condition))

        def raw_update(self, row: Any, actions: list[Any], condition: Any) -> None:
            super().raw_update(row, actions, book.without(type(row).__name__, condition))

    return Forgetful
