"""Rows of the table Accounts, one account a partition: `META`, and its ledger."""

from __future__ import annotations

from functools import cache
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import (
    AllProjection,
    GlobalSecondaryIndex,
    IncludeProjection,
    KeysOnlyProjection,
)

from dunlin.adapters.dynamo.rows.forms import DAY, INSTANT, TABLE, WORDS, document, word
from dunlin.adapters.dynamo.rows.row import JsonAttribute, StoredRow, TextAttribute, WholeAttribute
from dunlin.adapters.dynamo.rows.tables import ACCOUNTS, shard
from dunlin.domain.accounts.account import (
    Account,
    Case,
    Hold,
    LedgerEntry,
    NextAction,
    Override,
    Restarts,
    Status,
)
from dunlin.domain.accounts.names import plain
from dunlin.domain.ids import account_id as made_of
from dunlin.domain.money import Money

META = "META"
AWAIT = "AWAIT"  # before META, which comes last in its partition
LEDGER = "LEDGER#"
DUE_SHARDS = 16
RESTING = "rest"  # the bucket of what rests without a ladder; few do


# A ladder writes its account some twenty times, and each index that copies what changed is a
# write more: so indexes lead to rows, and rows are read by their keys.


class ByConsumer(GlobalSecondaryIndex["AccountRow"]):
    class Meta:
        index_name = "byConsumer"
        projection = KeysOnlyProjection()

    consumer_id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)


class ByCreditor(GlobalSecondaryIndex["AccountRow"]):
    """With what a walk leaves accounts out by; both change a few times in an account's life."""

    class Meta:
        index_name = "byCreditor"
        projection = IncludeProjection(["status", "cohort"])

    creditor = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)


class ByDue(GlobalSecondaryIndex["AccountRow"]):
    class Meta:
        index_name = "byDue"
        projection = KeysOnlyProjection()

    due_bucket = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class ByQueue(GlobalSecondaryIndex["AccountRow"]):
    """Whole rows: no ladder walks while its account waits here."""

    class Meta:
        index_name = "byQueue"
        projection = AllProjection()

    queue = UnicodeAttribute(hash_key=True)
    queued_at = UnicodeAttribute(range_key=True)


class OnLadders(GlobalSecondaryIndex["AccountRow"]):
    """Every active account, in few bytes: who has an execution and who should."""

    class Meta:
        index_name = "onLadders"
        projection = IncludeProjection(["ladder_run"])

    on_ladder_of = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)


class AccountRow(StoredRow):
    """The account itself. Without a status, a balance or its place in the audit chain nobody can
    say what may be done, so such a row is refused."""

    Meta: Any = ACCOUNTS
    WAITING = frozenset({"task_token"})  # of executions that began before there was `WaitRow`
    OWED = frozenset({"balance_minor", "currency"})

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=META)
    creditor = UnicodeAttribute()
    consumer_id = UnicodeAttribute()
    reference = UnicodeAttribute()
    invoice = UnicodeAttribute(null=True)
    status = TextAttribute(word(Status))
    hold = TextAttribute(word(Hold), null=True)
    hold_reason = UnicodeAttribute(null=True)
    balance_minor = WholeAttribute()
    currency = UnicodeAttribute()
    issued_on = TextAttribute(DAY, null=True)
    due_on = TextAttribute(DAY, null=True)
    industry = UnicodeAttribute(null=True)
    debt_kind = UnicodeAttribute(null=True)
    debt_role = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    extras = JsonAttribute(TABLE, null=True)
    strategy_version = WholeAttribute(null=True)
    ladder = UnicodeAttribute(null=True)
    ladder_run = WholeAttribute(null=True)
    rung = WholeAttribute(null=True)
    occurrence = WholeAttribute(null=True)
    due_at = TextAttribute(INSTANT, null=True)
    next_action = JsonAttribute(document(NextAction, at=INSTANT), null=True)
    escalated = UnicodeAttribute(null=True)
    behind = JsonAttribute(WORDS, null=True)
    approved_triggers = JsonAttribute(WORDS, null=True, attr_name="released")
    activated_at = TextAttribute(INSTANT, null=True)
    touched_at = TextAttribute(INSTANT, null=True)
    paid_at = TextAttribute(INSTANT, null=True)
    sent = JsonAttribute(WORDS, null=True)
    cohort = UnicodeAttribute(null=True)
    shadow = BooleanAttribute(null=True)
    contested_minor = WholeAttribute(null=True)
    arrangement_id = UnicodeAttribute(null=True)
    arranged = BooleanAttribute(null=True)
    override = JsonAttribute(document(Override), null=True)
    case = JsonAttribute(document(Case, since=INSTANT, asked_at=INSTANT), null=True)
    restarts = JsonAttribute(document(Restarts, due_at=INSTANT), null=True)
    version = WholeAttribute()
    audit_head = UnicodeAttribute()
    # What the indexes read.
    due_bucket = UnicodeAttribute(null=True)
    queue = UnicodeAttribute(null=True)
    queued_at = UnicodeAttribute(null=True)
    on_ladder_of = UnicodeAttribute(null=True)
    task_token = UnicodeAttribute(null=True)

    by_consumer = ByConsumer()
    by_creditor = ByCreditor()
    by_due = ByDue()
    by_queue = ByQueue()
    on_ladders = OnLadders()

    @classmethod
    @cache
    def beside_balance(cls) -> tuple[str, ...]:
        """What a write sets that moves no money."""
        return tuple(name for name in cls.written() if name not in cls.OWED)

    @classmethod
    def of(cls, account: Account, at: str) -> AccountRow:
        """The row of an account; `at` is when a new wait for staff began."""
        queue = _queue_of(account)
        return cls.holding(
            account,
            balance_minor=account.balance.minor,
            currency=account.balance.currency,
            due_bucket=_bucket_of(account),
            queue=queue,
            queued_at=at if queue else None,
            on_ladder_of=account.creditor if account.status is Status.ACTIVE else None,
        )

    def to_domain(self) -> Account:
        return Account(**self.fields_of(Account), balance=Money(self.balance_minor, self.currency))


def _bucket_of(account: Account) -> str | None:
    """The list of what comes due that the account is on."""
    if account.resting:
        return RESTING
    timed = account.status is Status.ACTIVE and account.timed
    return str(shard(account.account_id, DUE_SHARDS)) if timed else None


def _queue_of(account: Account) -> str | None:
    """The list that the account is on: for staff, or as a defect."""
    if account.waits_for_staff:
        return f"STAFF#{account.creditor}"
    return f"UNATTENDED#{account.creditor}" if account.unattended else None


class WaitRow(StoredRow):
    """What wakes the execution of an account's ladder, in a row of its own: a token of AWS's is as
    long as the account, and beside it would be paid for whenever the account is written.

    `version` is that of the account as whoever wrote last had seen it. An execution stores its
    token under no older one, and who wakes writes the newest before it reads the token: so one
    of the two sees the other.
    """

    Meta: Any = ACCOUNTS
    WAITING = frozenset({"task_token"})  # `AwaitDue` and its kin write it

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=AWAIT)
    version = WholeAttribute()
    task_token = UnicodeAttribute(null=True)


class NameRow(StoredRow):
    """One for each name of an account that its id is not made of: which accounts go by it."""

    Meta: Any = ACCOUNTS

    account_id = UnicodeAttribute(hash_key=True)  # the name
    sk = UnicodeAttribute(range_key=True)  # the account that it leads to

    @classmethod
    def of(cls, account: Account) -> list[NameRow]:
        named = (n for n in account.names if account.account_id != made_of(account.creditor, n))
        return [cls(cls.key(account.creditor, name), account.account_id) for name in named]

    @staticmethod
    def key(creditor: str, name: str) -> str:
        return f"NAME#{creditor}#{plain(name)}"


class LedgerRow(StoredRow):
    """Sort key `LEDGER#{entry_id}`."""

    Meta: Any = ACCOUNTS

    account_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    amount_minor = WholeAttribute()
    currency = UnicodeAttribute()
    on = TextAttribute(DAY)
    source = UnicodeAttribute()
    note = UnicodeAttribute(null=True)

    @classmethod
    def of(cls, entry: LedgerEntry) -> LedgerRow:
        return cls.holding(
            entry,
            sk=LEDGER + entry.entry_id,
            amount_minor=entry.amount.minor,
            currency=entry.amount.currency,
        )

    def to_domain(self) -> LedgerEntry:
        return LedgerEntry(
            **self.fields_of(LedgerEntry),
            entry_id=self.sk.removeprefix(LEDGER),
            amount=Money(self.amount_minor, self.currency),
        )
