"""Ports: what the use cases need from the outside world, named for the need.

Adapters implement them over AWS (`adapters/dynamo`, `adapters/ses_mailbox` ...) and in memory
(`adapters/memory`); one contract suite runs over both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from dunlin.domain.account import Account, LedgerEntry
from dunlin.domain.arrangement import Arrangement
from dunlin.domain.audit import AuditEntry, Leaf, SignedRoot
from dunlin.domain.consumer import Channel, Consumer, ContactHistory
from dunlin.domain.counters import Cell, Figure, Share
from dunlin.domain.events import DomainEvent
from dunlin.domain.money import Money
from dunlin.domain.queue import Item
from dunlin.domain.rollout import Rollout, Segment
from dunlin.domain.strategy import Strategy
from dunlin.domain.touch import Permit, Touch

if TYPE_CHECKING:
    from dunlin.domain.intake.matching import Shelves
    from dunlin.domain.intake.normalise import Checks
    from dunlin.domain.intake.sidecar import Sidecar
    from dunlin.domain.payments import (
        CheckoutSession,
        CheckoutStatus,
        PaymentEvent,
        PaymentStatus,
        RefundStatus,
        SavedMethod,
    )


class Clock(Protocol):
    """Reads the time once a request; production reads real time, a time-lapse stack a row."""

    def now(self) -> datetime: ...


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
class Thread:
    """One account as staff and the person see it: ledger and touches, oldest first."""

    account: Account
    consumer: Consumer
    ledger: tuple[LedgerEntry, ...]
    touches: tuple[Touch, ...]
    replies: tuple[Reply, ...]
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
    """What staff wrote to a person, kept for the sender and the thread, never logged. `channel`
    is the one that the person wrote on, "" for any; `by` is a code."""

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
        """The permit transaction (DESIGN.md section 5), all or nothing:

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

    def arrangements(self, account_id: str) -> list[Arrangement]:
        """Every arrangement of an account, newest first."""

    def due_arrangements(self, until: datetime) -> Iterable[Arrangement]:
        """Arrangements in force at which something is to be done by `until`, earliest first."""

    def consumer(self, consumer_id: str) -> Consumer | None: ...

    def thread(self, account_id: str) -> Thread: ...

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


class Creditors(Protocol):
    """Strategies by creditor, versioned. A creditor exists once its strategy does."""

    def strategy(self, creditor: str, version: int | None = None) -> Strategy | None: ...

    def put_strategy(self, creditor: str, document: Mapping[str, Any], at: datetime) -> int:
        """Store a checked document as the next version and return it; the same document as
        the newest version returns that version and writes nothing. Raises `StrategyError`."""

    def all(self) -> list[str]: ...


class Rollouts(Protocol):
    """Saved segments and rollouts of a creditor."""

    def segments(self, creditor: str) -> list[Segment]:
        """By name."""

    def put_segment(self, creditor: str, segment: Segment) -> None:
        """Store a segment in place of the one of this name."""

    def rollout(self, rollout_id: str) -> Rollout | None: ...

    def rollouts(self, creditor: str) -> list[Rollout]:
        """Oldest first."""

    def put_rollout(self, rollout: Rollout) -> None:
        """Store it where the stored version is exactly one less. Raises `Conflict`."""


class Prober(Protocol):
    """Tries links as a person's browser would."""

    def alive(self, url: str) -> bool:
        """True where a GET is answered by a page (below 400) within five seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """One rendered e-mail. Headers hold no line breaks; tags hold ids only."""

    to: str
    sender: str
    reply_to: str
    subject: str
    html: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One rendered SMS. `to` is E.164; `origination` the creditor's own number, "" for default."""

    to: str
    body: str
    origination: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A rendered message. E-mail fills subject, html and text; SMS fills text alone.

    `version` is the template's version (content hash), `sha256` that of all rendered parts.
    """

    text: str
    version: str
    sha256: str
    subject: str = ""
    html: str = ""


class Letters(Protocol):
    """Approved templates, rendered. What is previewed is byte for byte what is sent."""

    def version(self, template: str, channel: Channel, *, strategy: Strategy) -> str:
        """The version of a template under a strategy, which may hold words of its own for it.
        Raises `DomainError` where there is none."""

    def render(
        self,
        template: str,
        channel: Channel,
        *,
        facts: Facts,
        link: str,
        stop_link: str,
        fields: Mapping[str, str],
        accounts: Sequence[Account] = (),
    ) -> Rendered:
        """Render in the consumer's language (English where the strategy has no other).

        `link` opens the portal, `stop_link` is the one-click unsubscribe. `fields` are the
        extra fields of a notice. `accounts`: all that the message is about, the one of `facts`
        first; two or more are listed by reference and due date. Raises `Defect` for an
        unresolved field and for what the content check refuses.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A printable letter: the document, its SHA-256, and the version of its words."""

    html: str
    sha256: str
    version: str
    language: str


class Press(Protocol):
    """Prints letters that staff put into the post."""

    def print(self, template: str, *, facts: Facts, on: date) -> Printed:
        """Raises `DomainError` for an unknown template or a person without an address."""


class Mailbox(Protocol):
    """Sends e-mail, once. Only the function `send_email` holds the right to use it."""

    def send(self, email: Email) -> str:
        """Returns the provider's message id. Raises `Unavailable`, `certain` where the message
        was certainly not accepted; otherwise nobody knows and it must not be sent again."""


class TextLine(Protocol):
    """Sends SMS, once. Only the function `send_sms` holds the right to use it."""

    def send(self, text: Text) -> str:
        """As `Mailbox.send`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """An address on a mail provider's list: `complained`, or else undeliverable."""

    address: str
    complained: bool


class OptOutLists(Protocol):
    """The lists of those whom the providers do not deliver to. Every method raises
    `Unavailable`. There is no way to take anybody off a list."""

    def phones(self) -> Iterable[str]:
        """Numbers (E.164) that opted out at the text provider, who takes none from us."""

    def emails(self) -> Iterable[Suppressed]:
        """Addresses that the mail provider suppresses."""

    def suppress(self, address: str) -> None:
        """Put an address on the mail provider's list; again is harmless."""


class SendStatistics(Protocol):
    """What the mail provider itself counted."""

    def emails(self, day: date) -> int | None:
        """Messages it was handed on a day (UTC), None where it says nothing. Raises
        `Unavailable`."""


class Machine(Protocol):
    """One state machine. Names make a start idempotent."""

    def start(self, name: str, content: Mapping[str, Any]) -> bool:
        """False where an execution of this name was started before."""


class Alarm(Protocol):
    """Wakes a waiting ladder or starts one. The account was written before."""

    def wake(self, account_id: str) -> bool:
        """Wake the account's ladder by the token that is on the account now. False where there
        is none or it is dead, which is harmless: the next look reads the account. The machine of
        its arrangement is woken besides."""

    def start(self, account: Account, *, wait_seconds: int) -> bool:
        """Start the execution of this account's ladder run; False where it already runs."""

    def running(self, account: Account) -> bool:
        """True while the execution of this account's ladder run is alive."""

    def alive(self) -> set[str]:
        """The names (`ids.execution_name`) of all ladder executions that are alive."""

    def start_arrangement(self, arrangement: Arrangement, *, wait_seconds: int) -> bool:
        """Start the execution of this arrangement's run; False where it already runs."""

    def wake_arrangement(self, arrangement: Arrangement) -> bool:
        """Wake the arrangement's machine; False where no living execution waits."""

    def arrangement_running(self, arrangement: Arrangement) -> bool:
        """True while the execution of this arrangement's run is alive."""

    def notice(self, *, account: Account, kind: str, cause: str) -> bool:
        """Start a notice (receipt, code, confirmation). One cause and kind give one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a portal link leads. Stored under the SHA-256 of its token, never the token."""

    token_hash: str
    account_id: str
    consumer_id: str
    creditor: str
    touch_id: str
    channel: str
    address_hash: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A portal session, stored under the SHA-256 of its cookie. Lives in real time."""

    session_hash: str
    account_id: str
    consumer_id: str
    creditor: str
    csrf: str
    language: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person typed into a form after their session had ended: given back to the same
    person on the same account once they have proved again who they are. `place` is the form's
    route."""

    account_id: str
    consumer_id: str
    place: str
    form: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAttempt:
    """The newest attempt to pay an account. `attempt_id` is the processor's idempotency key;
    `checkout_id` and `url` are empty until the processor has answered; `closed` once its page
    gave way to a page for another account of the person."""

    attempt_id: str
    account_id: str
    amount: Money
    locale: str
    at: datetime
    checkout_id: str = ""
    url: str = ""
    closed: bool = False


class PortalDoor(Protocol):
    """Links, sessions, drafts, identity attempts, codes and payment attempts of the portal."""

    def put_link(self, link: Link) -> None: ...

    def link(self, token_hash: str) -> Link | None: ...

    def put_session(self, session: Session) -> None: ...

    def session(self, session_hash: str) -> Session | None:
        """A session, also one that ended within the last day: the caller compares."""

    def drop_session(self, session_hash: str) -> None: ...

    def put_draft(self, draft: Draft) -> None:
        """Keep a draft in place of the account's earlier one."""

    def draft(self, account_id: str) -> Draft | None: ...

    def drop_draft(self, account_id: str) -> None: ...

    def count_attempt(self, subject: str, now: datetime) -> int:
        """Count one identity attempt of a subject; the count starts anew a day after the first."""

    def clear_attempts(self, subject: str) -> None: ...

    def put_code(self, subject: str, code_hash: str, expires_at: datetime) -> None: ...

    def code(self, subject: str, now: datetime) -> str | None:
        """The hash of the newest unexpired code."""

    def payment_attempts(self, consumer_id: str) -> tuple[PaymentAttempt, ...]:
        """The newest attempt for each account that a person tried to pay, the last one last;
        read consistently."""

    def put_payment_attempts(
        self,
        consumer_id: str,
        attempts: Sequence[PaymentAttempt],
        *,
        replaces: Sequence[PaymentAttempt],
    ) -> None:
        """Store a person's attempts in place of those read. Raises `Conflict` where others
        stand there."""


class Till(Protocol):
    """The payment processor. Money posts on one fact: a payment reaching `succeeded`."""

    def open_checkout(
        self,
        *,
        attempt_id: str,
        account_id: str,
        creditor: str,
        amount: Money,
        locale: str,
        success_url: str,
        cancel_url: str,
    ) -> CheckoutSession: ...

    def expire_checkout(self, session_id: str) -> None: ...

    def checkout(self, session_id: str) -> CheckoutStatus: ...

    def payment(self, payment_id: str) -> PaymentStatus: ...

    def create_setup(
        self,
        *,
        attempt_id: str,
        account_id: str,
        creditor: str,
        locale: str,
        success_url: str,
        cancel_url: str,
        customer_ref: str = "",
    ) -> CheckoutSession:
        """A page where a method is saved for an arrangement; nothing is charged."""

    def saved_method(self, session_id: str) -> SavedMethod | None:
        """What such a page saved, None where nothing was (yet)."""

    def charge_saved(
        self,
        *,
        attempt_id: str,
        account_id: str,
        creditor: str,
        amount: Money,
        customer_ref: str,
        method_ref: str,
    ) -> PaymentStatus:
        """Debit a saved method as the person agreed; a refusal is an answer (`failed`). The same
        attempt debits once while the processor remembers it, which is a day."""

    def find_charge(self, *, attempt_id: str, customer_ref: str) -> PaymentStatus | None:
        """The payment that an attempt made, however long ago, None where it made none."""

    def forget_method(self, method_ref: str) -> None:
        """Let go of a saved method for good; one that is gone is no error."""

    def refund(
        self, *, refund_key: str, payment_id: str, amount: Money | None = None
    ) -> RefundStatus:
        """Give back a payment in part, or whole for None; the same key gives back once."""

    def refunds(self, payment_id: str) -> list[RefundStatus]:
        """Every refund of a payment, with our key where it is ours."""

    def events_since(self, start: datetime) -> Iterator[PaymentEvent]:
        """Facts about money told since `start`, newest first, at most 30 days back."""


class Evidence(Protocol):
    """Files that people send us (an insurance card, a proof of payment): kept, never served."""

    def keep(self, content: bytes, *, creditor: str, content_type: str) -> str:
        """Store a file under a random name and return it. Raises `Unavailable`."""


class Inbox(Protocol):
    """Raw provider events, each stored once and kept 400 days."""

    def store(self, event_id: str, body: str, at: datetime) -> bool:
        """False where this event was stored before."""

    def event(self, event_id: str) -> str | None: ...


class Queue(Protocol):
    """Hands work to a later function."""

    def put(self, message: Mapping[str, Any]) -> None: ...


class DropBox(Protocol):
    """Files of the drop bucket."""

    def read(
        self, key: str, *, version: str | None = None, start: int = 0, end: int | None = None
    ) -> bytes:
        """Bytes [start, end) of one version of a file. Raises `DomainError` where absent."""

    def write(self, key: str, content: bytes | Iterable[bytes], content_type: str) -> None:
        """Write a file, whole or in pieces; pieces are never held together."""

    def ours(self, key: str, version: str) -> bool:
        """True where Dunlin wrote this version itself, False where a person dropped it."""

    def keys(self, prefix: str) -> list[str]:
        """Every key that begins with `prefix`, in order."""

    def newest(self, prefix: str, suffix: str, most: int) -> list[str]:
        """At most `most` keys between `prefix` and `suffix`, the last written first."""


class Intake(Protocol):
    """Opens dropped files for the import's stages."""

    @property
    def checks(self) -> Checks: ...

    def open(self, key: str, version: str | None) -> Any:
        """`service.intake_file.Dropped`, or the `FileProfile` that refuses the file."""

    def shelves(self) -> Shelves:
        """Shelves that hold a large file in little memory."""

    def remember(self, creditor: str, fingerprint: str, key: str) -> None:
        """Keep the sidecar beside a file for this creditor's next file with the same header;
        the same one again writes nothing."""

    def remembered(self, creditor: str, fingerprint: str) -> Sidecar | None:
        """The sidecar kept for a header, None where there is none."""


class AuditArchive(Protocol):
    """The audit log by subject, its write-once copy, and the signed roots of its days."""

    def chain(self, subject: str) -> list[AuditEntry]:
        """All entries of one subject, oldest first."""

    def archive(self, day: date, batch: str, entries: Sequence[AuditEntry]) -> bool:
        """Copy entries; False where this batch of this day was copied before."""

    def archived(self, day: date) -> Iterable[AuditEntry]:
        """Every entry that was copied on a day, in no order, possibly repeated."""

    def put_root(self, root: SignedRoot, leaves: Sequence[Leaf]) -> None: ...

    def root(self, day: date) -> SignedRoot | None: ...

    def leaves(self, day: date) -> list[Leaf]: ...

    def roots(self) -> list[date]:
        """The days that have a root, oldest first."""


class Signer(Protocol):
    """Signs the daily roots (KMS, ECDSA P-256 with SHA-256)."""

    def sign(self, message: bytes) -> str:
        """The signature over a message of at most 4,096 bytes, base64 of DER."""

    def public_key(self) -> str:
        """The public key, PEM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a table's stream: the row before and after, None where there was none."""

    record_id: str
    old: Account | LedgerEntry | Touch | Reply | None
    new: Account | LedgerEntry | Touch | Reply | None


class Counters(Protocol):
    """Counts and sums of the portfolio, exact whatever a stream repeats or delays."""

    def count(self, shares: Sequence[Share]) -> int:
        """Count each account's newest share in place of the one counted before; an older or
        equal version changes nothing. Returns how many accounts moved. Raises `Conflict`."""

    def tally(self, creditor: str) -> dict[Cell, Figure]:
        """All cells of a creditor that are not zero."""


class SpendMeter(Protocol):
    """What messages have cost in a month (`2026-11`), in millionths of a dollar."""

    def add(self, month: str, micro: int) -> None: ...

    def spent(self, month: str) -> int: ...

    def stopped(self, month: str) -> int:
        """The highest cap that has stopped the month, 0 for none."""

    def note_stop(self, month: str, cap: int) -> None: ...


class EventBus(Protocol):
    """Tells domain events to other systems, at least once each."""

    def publish(self, events: Sequence[DomainEvent]) -> None:
        """Raises `Unavailable` where any of them was not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccount:
    """One account as a member of staff sees it: the thread and what the audit log says of it."""

    thread: Thread
    history: Sequence[AuditEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One item of the staff queue with its person; not `approvable` while what it waits for is
    missing. `request` is the arrangement that is asked for."""

    item: Item
    consumer: Consumer | None
    approvable: bool = True
    request: Arrangement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What became of a decision.

    outcome: `done`, `stale` (the account has moved since the page was drawn), `gone` (nothing
    waits for a person there) or `unmet` (what the account waits for is still missing).
    """

    outcome: str
    account_id: str
    decision: str
    request: bool = False  # the decision was about an arrangement asked for
