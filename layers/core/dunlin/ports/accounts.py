"""The account book: accounts, people, touches and permits, and what one write of it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.consumer import Consumer, ContactHistory
from dunlin.domain.accounts.touch import Permit, Touch
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.strategy.strategy import Strategy

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that decides about one account at one moment, from one consistent read.

    `paused` names the pause that is on (platform, creditor), "" where none.
    """

    account: Account
    consumer: Consumer
    history: ContactHistory
    strategy: Strategy
    paused: str = ""
    touch: Touch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHistory:
    """One account as staff and the person see it: ledger and touches, oldest first."""

    account: Account
    consumer: Consumer
    ledger: tuple[LedgerEntry, ...]
    touches: tuple[Touch, ...]
    replies: tuple[Reply, ...]
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """One account with its ledger, oldest entry first, and its arrangements, newest first.

    Read together but not at one instant: what lies beside the account may be a moment older
    than it. A write decided from it is safe all the same, for each entry and each arrangement
    is written under a condition of its own.
    """

    account: Account
    ledger: tuple[LedgerEntry, ...]
    arrangements: tuple[Arrangement, ...] = ()

    @property
    def arrangement(self) -> Arrangement | None:
        """The one that the account names: in force, or asked for."""
        named = self.account.arrangement_id
        return next((a for a in self.arrangements if a.arrangement_id == named), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What was written about one account, each kind oldest first: our messages, the person's,
    and what staff answered."""

    touches: tuple[Touch, ...] = ()
    replies: tuple[Reply, ...] = ()
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An inbound message. `text` is what the person wrote: shown to staff, never logged."""

    reply_id: str
    account_id: str | None
    consumer_id: str
    channel: str
    at: datetime
    text: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What staff wrote to a person, kept for the sender and the conversation, never logged.
    `channel` is the one that the person wrote on, "" for any; `by` is a code."""

    answer_id: str
    account_id: str
    at: datetime
    by: str
    channel: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One atomic write of the account book: all of it happens or none.

    `account` and `consumer` are the new states; they are written only if the stored version is
    exactly one less. Entries, replies and touches must not exist yet, except `touch_moves`,
    which move a touch from the states named. Arrangements are written as accounts are, each one
    version on, and never without their account. `audit` holds one entry for each subject written.
    """

    account: Account | None = None
    consumer: Consumer | None = None
    history: ContactHistory | None = None
    ledger: Sequence[LedgerEntry] = ()
    touch_move: tuple[Touch, Sequence[str]] | None = None
    arrangements: Sequence[Arrangement] = ()
    reply: Reply | None = None
    answer: Answer | None = None
    seen: str = ""  # signal id that must not have been seen before, "" where repeats are harmless
    audit: Sequence[AuditEntry] = ()


class AlreadySeen(Exception):
    """The signal was applied before; nothing was written."""


class AccountBook(Protocol):
    """Accounts, consumers, touches and permits, with the transactions that keep them honest.

    Every write raises `Conflict` where something it depends on changed since it was read.
    """

    def facts(self, account_id: str, *, touch_key: str = "") -> Facts:
        """One strongly consistent read. Raises `DomainError` for an unknown account."""

    def take_permit(
        self,
        *,
        permit: Permit,
        touch: Touch,
        account: Account,
        history: ContactHistory,
        consumer: Consumer,
        audit: AuditEntry,
    ) -> None:
        """The permit transaction, all or nothing:

        contact history at the version read · account at the version read, active, positive
        balance, no hold · consumer at the version read with that channel's consent at the
        version read and open · no pause · touch row absent · permit row absent · audit entry
        absent. `account` and `history` are the new states, one version on; `consumer` is as
        read. Raises `Conflict`.
        """

    def spend_permit(self, *, facts: Facts, permit_id: str, now: datetime) -> bool:
        """Delete the permit and mark its touch unknown, under the same checks on consumer,
        consent, account and pauses as when it was taken, for the consumer as they were then.
        False: the permit is void (used, expired, or something changed); nothing was written."""

    def apply(self, change: Change) -> None:
        """Write a change. Raises `Conflict` or `AlreadySeen`."""

    def apply_many(self, changes: Sequence[Change]) -> list[Change]:
        """Write many changes (accounts, consumers, ledger entries and audit alone), packed into
        as few transactions as hold them; each change is written whole or not at all. Returns
        those that were not written because something they depend on changed. Raises
        `Unavailable` where throttling outlasts the back-off; what was written stays."""

    def read_accounts(self, account_ids: Iterable[str]) -> dict[str, Account]:
        """Those of the accounts that exist, read consistently, by id."""

    def read_consumers(self, consumer_ids: Iterable[str]) -> dict[str, Consumer]:
        """Those of the consumers that exist, read consistently, by id."""

    def has_entry(self, account_id: str, entry_id: str) -> bool:
        """True where the account's ledger holds this entry."""

    def account(self, account_id: str) -> Account | None: ...

    def arrangement(self, account_id: str) -> Arrangement | None:
        """The account's arrangement that is in force or asked for, read consistently."""

    def arrangement_of(self, account: Account) -> Arrangement | None:
        """The arrangement that an account names, read consistently and after it: as the account
        stood or newer."""

    def arrangements(self, account_id: str) -> list[Arrangement]:
        """Every arrangement of an account, newest first."""

    def due_arrangements(self, until: datetime) -> Iterable[Arrangement]:
        """Arrangements in force at which something is to be done by `until`, earliest first."""

    def consumer(self, consumer_id: str) -> Consumer | None: ...

    def account_history(self, account_id: str) -> AccountHistory: ...

    def account_record(self, account_id: str) -> AccountRecord | None:
        """The account, its ledger and its arrangements, in one read; None where there is none."""

    def ledger(self, account_id: str) -> tuple[LedgerEntry, ...]:
        """Every entry of an account's ledger, oldest first, read consistently."""

    def conversation(self, account_id: str) -> Conversation:
        """Every touch, reply and answer of an account, in one read."""

    def strategy_of(self, account: Account) -> Strategy:
        """The version of the creditor's strategy that binds an account. Raises `DomainError`
        where the creditor has none."""

    def accounts_of_consumer(self, consumer_id: str) -> list[Account]:
        """From an index, eventually consistent: never decide a permit from it."""

    def consumers_at(self, address: str) -> list[Consumer]:
        """Every consumer who has this e-mail address or E.164 number."""

    def email_closed_on(self, day: date) -> list[Consumer]:
        """Every consumer whose permission for e-mail was revoked on a day, UTC."""

    def touch(self, account_id: str, key: str) -> Touch | None: ...

    def touch_by_message(self, message_id: str) -> Touch | None: ...

    def touches_permitted(self, start: datetime, end: datetime) -> Iterable[Touch]:
        """Every touch permitted in [start, end), in no order. Reads the whole table: for the
        nightly look alone."""

    def accounts_of_creditor(
        self, creditor: str, *, status: str | None = None
    ) -> Iterable[Account]:
        """All accounts of a creditor (index; may lag by a moment)."""

    def due(self, until: datetime) -> Iterable[Account]:
        """Open accounts whose next due time is at or before `until`, earliest first."""

    def rests_over(self, until: datetime) -> Iterable[Account]:
        """Accounts on no ladder whose rest ends at or before `until`, earliest first."""

    def unattended(self, creditor: str) -> Iterable[Account]:
        """Open accounts of a creditor with neither a due time nor a stated reason."""

    def on_ladders(self, creditor: str) -> Iterable[tuple[str, int]]:
        """Id and run of every active account of a creditor: each has one execution, unless that
        was lost (index; may lag by a moment)."""

    def waiting_for_staff(self, creditor: str | None = None) -> Iterable[Account]:
        """Accounts that are held or escalated and wait for a person."""

    def texts(self, owner: str) -> int:
        """How many messages, replies and answers of an account hold words; of a person's id,
        how many replies about no account do."""

    def erase_texts(self, owner: str) -> int:
        """Take the words out of these; ids, times, labels and hashes stay. How many lost them:
        none where it is done again."""

    def drop_points(self, consumer_id: str) -> None:
        """Drop from the index by address what the person's row no longer holds."""

    def pause(self, scope: str, *, on: bool, actor: str, at: datetime) -> None:
        """Switch a pause: scope is `platform` or a creditor id. Binds the next permit and
        every permit not yet spent."""
