"""Accounts and people: what is read of them, each need by itself, and what one write is.

One class of an adapter provides all of it, with what `arrangements`, `contact`, `staff` and
`payments` ask beside it; a use case names the narrowest part that it needs. Every write raises
`Conflict` where something it depends on changed since it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.consumer import Consumer, ContactHistory
from dunlin.domain.accounts.touch import Touch
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.rollouts.rollout import Segment
from dunlin.domain.strategy.strategy import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that decides about one account at one moment, from one consistent read.

    `paused` names the pause that is on (platform, creditor), "" where none. `segments` are the
    paused segments of the creditor and `segments_version` how often they changed: a permit holds
    only as long as they stand as they were read.
    """

    account: Account
    consumer: Consumer
    history: ContactHistory
    strategy: Strategy
    paused: str = ""
    segments: tuple[Segment, ...] = ()
    segments_version: int = 0
    touch: Touch | None = None

    def pause(self, today: date) -> str:
        """What pauses the account's ladder today: platform, creditor or a segment that takes it,
        "" where nothing does."""
        return self.paused or self.segment_pause(today)

    def segment_pause(self, today: date) -> str:
        """The paused segment that takes the account today, "" where none does."""
        taking = (s.name for s in self.segments if s.when.takes(self.account, today))
        return next((f"segment {name}" for name in taking), "")


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

    `account` and `consumer` are the new states, `taken_in` that of the record which `consumer` took
    in; they are written only if the stored version is exactly one less. The balance of an account
    moves with an entry of its ledger in the same change and never without. Entries, replies and
    touches must not exist yet, except `touch_moves`, which move a touch from the states named.
    Arrangements are written as accounts are, each one version on, and never without their account.
    `audit` holds one entry for each subject written.
    """

    account: Account | None = None
    consumer: Consumer | None = None
    taken_in: Consumer | None = None
    history: ContactHistory | None = None
    ledger: Sequence[LedgerEntry] = ()
    touch_move: tuple[Touch, Sequence[str]] | None = None
    arrangements: Sequence[Arrangement] = ()
    reply: Reply | None = None
    answer: Answer | None = None
    seen: str = ""  # signal id that must not have been seen before, "" where repeats are harmless
    digest: str = ""  # kept with `seen`, to tell a repetition from other words
    audit: Sequence[AuditEntry] = ()


class AlreadySeen(Exception):
    """The signal was applied before; nothing was written."""


class ChangeWriter(Protocol):
    """The one way in which anything about an account or a person is written."""

    def apply(self, change: Change) -> None:
        """Write a change. Raises `Conflict` or `AlreadySeen`."""


class Accounts(ChangeWriter, Protocol):
    """One account: read, decided about from its facts, and written."""

    def facts(self, account_id: str, *, touch_key: str = "") -> Facts:
        """One strongly consistent read. Raises `DomainError` for an unknown account."""

    def account(self, account_id: str) -> Account | None: ...


class People(Protocol):
    """One person and the accounts that are theirs."""

    def consumer(self, consumer_id: str) -> Consumer | None:
        """The person's record; of one that was taken in, the record that holds the person now."""

    def accounts_of_consumer(self, consumer_id: str, *, beside: str = "") -> list[Account]:
        """Those of a person but the one `beside`. Which they are is from an index, eventually
        consistent: never decide a permit from it."""


class AccountsAndPeople(Accounts, People, Protocol):
    """An account with its person and the other accounts of theirs."""


class Addresses(Protocol):
    """People found by how they are reached."""

    def consumers_at(self, address: str) -> list[Consumer]:
        """Every consumer who has this e-mail address or E.164 number."""


class NamedAccounts(Protocol):
    """Accounts found by what their creditor calls them."""

    def accounts_named(self, creditor: str, name: str) -> list[Account]:
        """Every account of a creditor that goes by a name (`Account.names`), however it is
        written in capitals and spaces, by account id."""


class CalledPeople(Protocol):
    """People found by what they are called."""

    def consumers_called(self, creditor: str, name: str) -> list[Consumer]:
        """The people of a creditor whose name has every word of this one, of which one is more
        than a given name, by id; of more than `MOST_CALLED` as many of them. Raises `DomainError`
        where so many bear a word that none is found among those that are looked at."""


MOST_CALLED = 100


class FoundAccounts(Accounts, People, Addresses, NamedAccounts, Protocol):
    """Accounts and people by whatever somebody knows of them."""


class ClosedAddresses(Addresses, Protocol):
    """People by how they are reached, also those who closed that way."""

    def email_closed_on(self, day: date) -> list[Consumer]:
        """Every consumer whose permission for e-mail was revoked on a day, UTC."""


class BoundStrategies(Protocol):
    """The terms that an account was taken on with."""

    def strategy_of(self, account: Account) -> Strategy:
        """The version of the creditor's strategy that binds an account. Raises `DomainError`
        where the creditor has none."""


class BoundAccounts(Accounts, BoundStrategies, Protocol):
    """An account with the strategy that binds it."""


class Ledgers(Protocol):
    """What was owed and what was paid."""

    def ledger(self, account_id: str) -> tuple[LedgerEntry, ...]:
        """Every entry of an account's ledger, oldest first, read consistently."""

    def account_record(self, account_id: str) -> AccountRecord | None:
        """The account, its ledger and its arrangements, in one read; None where there is none."""


class LedgerAccounts(Accounts, Ledgers, Protocol):
    """An account with its ledger."""


class LedgerEntries(Protocol):
    """Whether money is posted already, without reading the whole ledger."""

    def has_entry(self, account_id: str, entry_id: str) -> bool:
        """True where the account's ledger holds this entry."""


class SaidBefore(Protocol):
    """What was said under an id that was seen."""

    def digest_of(self, seen: str) -> str | None:
        """The digest kept with it, "" where none was; None where it was never seen."""


class Conversations(Protocol):
    """What was written about an account."""

    def conversation(self, account_id: str) -> Conversation:
        """Every touch, reply and answer of an account, in one read."""


class Histories(Protocol):
    """An account as staff see it, whole."""

    def account_history(self, account_id: str) -> AccountHistory: ...


class PeoplesHistories(AccountsAndPeople, Histories, Protocol):
    """A person and the whole history of each account of theirs."""


class Portfolios(Protocol):
    """The accounts of a creditor."""

    def accounts_of_creditor(
        self, creditor: str, *, status: str | None = None
    ) -> Iterable[Account]:
        """All accounts of a creditor (index; may lag by a moment)."""


class PortfolioPages(Protocol):
    """The accounts of a creditor, for work that may stop between two pages and go on there."""

    def page_of_creditor(
        self,
        creditor: str,
        *,
        status: str | None = None,
        cohort: str | None = None,
        after: str = "",
    ) -> tuple[list[Account], str]:
        """Some hundred accounts of a creditor, or of one rollout of theirs (index; may lag by a
        moment), and what to ask the next page with, "" after the last."""


class PortfolioAccounts(Accounts, Portfolios, Protocol):
    """A creditor's accounts, each of which may be written."""


class PortfolioConversations(Portfolios, Conversations, Protocol):
    """A creditor's accounts and what was written about each."""


class ManyAtOnce(Protocol):
    """Accounts and people by their ids, in few calls."""

    def read_accounts(self, account_ids: Iterable[str]) -> dict[str, Account]:
        """Those of the accounts that exist, read consistently, by id."""

    def read_consumers(self, consumer_ids: Iterable[str]) -> dict[str, Consumer]:
        """Those of the consumers that exist, read consistently, by the id asked for; for a record
        that was taken in, the record that holds the person now."""


class PeopleIndex(Portfolios, ManyAtOnce, Protocol):
    """Where people are found by, made good for a whole portfolio."""

    def index_people(self, people: Iterable[Consumer]) -> None:
        """Let each be found by their addresses and the words of their name; again is harmless."""


class Batches(ChangeWriter, ManyAtOnce, Protocol):
    """Many accounts and people, read and written in few calls."""

    def apply_many(self, changes: Sequence[Change]) -> list[Change]:
        """Write many changes (accounts, consumers, ledger entries and audit alone), packed into
        as few transactions as hold them; each change is written whole or not at all. Returns
        those that were not written because something they depend on changed. Raises
        `Unavailable` where throttling outlasts the back-off; what was written stays."""


class Rests(Accounts, Protocol):
    """The accounts whose rest from messages is over."""

    def rests_over(self, until: datetime) -> Iterable[Account]:
        """Accounts on no ladder whose rest ends at or before `until`, earliest first."""
