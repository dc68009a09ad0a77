"""Account: one debt of one consumer to one creditor, and the state its ladder is in.

The account row is the truth; an execution is only its alarm clock. Every write of an account
carries exactly one audit entry, so `version` is also the sequence of the account's audit chain.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from dunlin.domain.accounts.reasons import SNOOZED
from dunlin.domain.money import Money


class Status(StrEnum):
    """Where an account stands.

    imported: created, not yet activated. active: its ladder runs. settled: balance zero.
    exhausted: every rung was used. failed: the ladder stopped on an error and a person must look.
    closed: the creditor took it back.
    """

    IMPORTED = "imported"
    ACTIVE = "active"
    SETTLED = "settled"
    EXHAUSTED = "exhausted"
    FAILED = "failed"
    CLOSED = "closed"


class Hold(StrEnum):
    """Why nothing happens on an account. A hold is lifted by what its comment says."""

    NO_CONTACT_POINT = "no_contact_point"  # a contacts file or staff
    DISPUTE = "dispute"  # staff decision
    PAYMENT_PENDING = "payment_pending"  # the payment settles or fails
    ARRANGEMENT = "arrangement"  # the arrangement ends or breaks
    PROMISE = "promise"  # the promised day passes
    REVIEW = "review"  # staff decision (open import decision, ambiguous reply, counsel)
    PAUSED = "paused"  # staff
    CREDIT = "credit"  # the balance is not positive: nothing is owed
    NOT_DUE = "not_due"  # the due date passes
    SNOOZED = "snoozed"  # the day that the person or staff chose passes
    INSURER = "insurer"  # the insurer has answered: a newer file, or staff
    HOLDOUT = "holdout"  # never by itself: left without contact so that lift can be measured


STAFF_HOLDS = frozenset({Hold.NO_CONTACT_POINT, Hold.DISPUTE, Hold.REVIEW})
TIMED_HOLDS = frozenset({Hold.PROMISE, Hold.NOT_DUE, Hold.SNOOZED})  # lifted by time alone


# Names under which a creditor may say that its debts are medical; the rules know the first.
MEDICAL = ("medical", "healthcare", "dental")
PAYS_IN_INSTALMENTS = "Pays in instalments."


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """What the ladder does next, shown to staff and then done. `reason` is in plain words."""

    at: datetime
    channel: str  # email, sms, or "" while a person must act
    template: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What staff decided for one account in place of its strategy; the gate binds it all the same.

    "" and None leave the strategy as it is. `tone`, `channel`: for every rung still to come.
    `longest_months`, `lowest_instalment_minor`: limits of arrangements. `paused` binds until staff
    resume, whatever hold comes and goes meanwhile. `by` and `why` are on the audit log too.
    """

    tone: str = ""
    channel: str = ""
    longest_months: int | None = None
    lowest_instalment_minor: int | None = None
    paused: bool = False
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What waits for a person at the creditor, from when it began to wait until it is decided.

    `since` is when the wait began. `asked_at` is when the oldest unanswered message of the person
    came, and `kind` its kind in the staff queue; None and "" where nobody asked. `owner` took it,
    "" where nobody did. `lapsed`: its service timer ran out and staff were told, once.
    """

    since: datetime | None = None
    kind: str = ""
    asked_at: datetime | None = None
    owner: str = ""
    lapsed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts:
    """How many times a ladder was begun again while the account was due at one instant."""

    due_at: datetime | None = None
    times: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One debt. Money in minor units; dates are the creditor's calendar dates, never shifted."""

    account_id: str
    creditor: str
    consumer_id: str
    reference: str
    invoice: str = ""
    status: Status = Status.IMPORTED
    hold: Hold | None = None
    hold_reason: str = ""
    balance: Money
    issued_on: date | None = None
    due_on: date | None = None
    industry: str = "generic"
    debt_kind: str = "consumer"
    debt_role: str = "first"
    language: str = "en"
    extras: dict[str, str] = field(default_factory=dict)
    strategy_version: int = 0
    ladder: str = ""  # the name of its ladder in the strategy, "" before activation
    ladder_run: int = 0
    rung: int = 0
    occurrence: int = 0
    due_at: datetime | None = None
    next_action: NextAction | None = None
    escalated: str = ""  # the trigger that fired and waits for a person, "" where none
    behind: tuple[str, ...] = ()  # further triggers that wait for a person once it is decided
    approved_triggers: tuple[str, ...] = ()  # triggers that a person has let pass
    activated_at: datetime | None = None  # when its present run of the ladder began
    touched_at: datetime | None = None  # when its newest rung was used
    paid_at: datetime | None = None  # when money last came, by whatever way
    sent: tuple[str, ...] = ()  # names of the rungs used so far, in order, whatever the ladder
    cohort: str = ""  # the rollout it belongs to, "" before
    shadow: bool = False  # its ladder plans and logs what it would send, and sends nothing
    contested_minor: int = 0  # the part of the balance that is contested and not asked for
    arrangement_id: str = ""  # the arrangement in force or asked for, "" where none
    arranged: bool = False  # that arrangement is in force
    override: Override | None = None
    case: Case | None = None
    restarts: Restarts | None = None  # since the ladder last got anywhere; None where never
    version: int = 0
    audit_head: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What the creditor calls it: its reference, its invoice, both as its books key them, the
        name of its own, and the number of who owes it."""
        both = f"{self.reference}/{self.invoice}" if self.reference and self.invoice else ""
        number = self.extras.get("consumer_reference", "")
        named = (self.reference, self.invoice, both, self.own_name, number)
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def own_name(self) -> str:
        """The name that tells it from the creditor's other debts."""
        part = self.extras.get("instalment", "")
        if part:
            return f"{self.invoice or self.reference}#{part}"
        apart = self.invoice and self.reference and self.reference != self.invoice
        return f"{self.reference}/{self.invoice}" if apart else self.invoice or self.reference

    @property
    def on_ladder(self) -> bool:
        """True while its ladder runs or may still begin, and something is owed: what Dunlin does
        of its own accord asks this."""
        return self.status in (Status.IMPORTED, Status.ACTIVE) and self.balance.minor > 0

    @property
    def runs(self) -> bool:
        """True while its ladder runs, whatever holds it now."""
        return self.status is Status.ACTIVE and self.balance.minor > 0

    @property
    def owes(self) -> bool:
        """True while something is owed, also once its ladder has ended: what a person says and
        staff decide asks this. Closed and settled accounts owe nothing here."""
        return self.status not in (Status.SETTLED, Status.CLOSED) and self.balance.minor > 0

    @property
    def timed(self) -> bool:
        """True while time alone moves it on. What a person or a payment must lift keeps its due
        time for later and is not due."""
        return (
            self.on_ladder
            and self.due_at is not None
            and not self.escalated
            and not self.paused
            and (self.hold is None or self.hold in TIMED_HOLDS)
        )

    @property
    def rest_beneath(self) -> str:
        """Why it would rest until its due time, without a ladder, were it not for a hold that came
        upon it, as of a payment that is on its way; "" where it would not."""
        waits = self.owes and not self.on_ladder and self.due_at is not None
        return self.next_action.reason if waits and self.next_action is not None else ""

    @property
    def snoozed_by_staff(self) -> bool:
        """True at a rest that staff chose, not the person."""
        return self.hold is Hold.SNOOZED and self.hold_reason.startswith(SNOOZED)

    @property
    def resting(self) -> bool:
        """True while it rests until a day without a ladder that would look then, as after a
        promise that followed the last letter: the end of the rest must be seen to."""
        return (
            self.owes
            and not self.on_ladder
            and self.due_at is not None
            and self.hold in TIMED_HOLDS
        )

    @property
    def paused(self) -> bool:
        """True while staff keep it from being contacted, whatever else holds it."""
        return self.hold is Hold.PAUSED or (self.override is not None and self.override.paused)

    @property
    def location(self) -> str:
        """The creditor's site that it belongs to, "" where its file says none."""
        return self.extras.get("property", "").strip()

    @property
    def missing_since(self) -> date | None:
        """The day on which a complete file closed it by lacking it; None where none did."""
        day = self.extras.get("missing_since", "")
        return date.fromisoformat(day) if day and self.status is Status.CLOSED else None

    @property
    def claimed_minor(self) -> int:
        """What the debtor claims back by the creditor's file, at most the balance."""
        claimed = int(self.extras.get("claim_amount_minor", "0"))
        return max(0, min(claimed, self.balance.minor))

    @property
    def held_out(self) -> bool:
        """True where it is left without contact to measure by, also once it has paid or something
        else holds it: it belongs to a rollout, and no ladder ever began."""
        return bool(self.cohort) and not self.ladder_run

    @property
    def waiting(self) -> tuple[str, ...]:
        """Every trigger that waits for a person, the one in front first."""
        return (self.escalated, *self.behind) if self.escalated else ()

    @property
    def has_open_message(self) -> bool:
        """True while a message of the person waits for an answer."""
        return self.case is not None and self.case.asked_at is not None

    @property
    def unattended(self) -> bool:
        """True where nothing will happen and nobody can say why: a defect, which is reported."""
        return (
            self.status is Status.ACTIVE
            and self.on_ladder
            and self.due_at is None
            and self.hold is None
            and not self.paused
            and not self.waits_for_staff
        )

    @property
    def waits_for_staff(self) -> bool:
        """True while a person at the creditor must decide or answer something; a review also
        where nothing is owed any more, as when too much was paid, and a question even then."""
        return (
            self.status is Status.FAILED
            or self.hold is Hold.REVIEW
            or self.has_open_message
            or (self.owes and (bool(self.escalated) or self.hold in STAFF_HOLDS))
        )

    def days_past_due(self, today: date) -> int | None:
        """Whole days since the due date on the consumer's calendar; None where it is unknown."""
        return None if self.due_on is None else (today - self.due_on).days


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One line of an account's ledger. Entries of an account sum to its balance.

    kind: charge, fee, interest, payment, refund, credit, adjustment, chargeback. `amount` is
    signed: what is owed is positive, what was paid (or waived) is negative. `source` makes it
    unique (a row, a payment id).
    """

    entry_id: str
    account_id: str
    kind: str
    amount: Money
    on: date
    source: str
    note: str = ""
