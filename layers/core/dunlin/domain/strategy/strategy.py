"""Strategy: a creditor's ladders, terms, limits and brand, as versioned data.

`config/{creditor}/strategy.yaml` becomes this, by `strategy_document`. What a strategy says is
the creditor's choice; the gate decides whether it is lawful.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.reassigned import AnswerPolicy
from dunlin.domain.payments.payments import PaymentPolicy
from dunlin.domain.strategy.document import DocumentError

TONES = ("gentle", "neutral", "firm")


class StrategyError(DocumentError):
    """A strategy document that cannot be used; `path` and `field` name the place inside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """How the creditor shows itself. Colours are #rrggbb, contrast of both on white >= 4.5."""

    name: str
    address: str
    phone: str
    email_from: str
    reply_to: str
    mail_domain: str = ""  # where answers to e-mail arrive; "" for that of the stack
    sms_origination: str = ""
    accent: str = "#1f5f4a"
    signature: str = ""


class Basis(StrEnum):
    """From what a rung's days are counted. An unknown due date counts as the activation."""

    ACTIVATION = "activation"
    DUE_DATE = "due_date"  # negative days: a notice before the debt is due
    PREVIOUS = "previous"  # the rung before
    INSTALMENT = "instalment"  # each instalment's due date, while an arrangement is in force


class RungOffer(StrEnum):
    """What a rung puts before the person."""

    PAY_NOW = "pay_now"
    ARRANGEMENT = "arrangement"
    ANSWERS = "answers"
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of a ladder, `days` after its basis; with `approval` a person lets it go first.

    `channels` in order of preference; the first that the gate allows is used. A name is one
    rung: what was sent under it is never sent again, whatever ladder it stands on.
    """

    name: str
    days: int
    channels: tuple[Channel, ...]
    template: str
    tone: str = "neutral"
    basis: Basis = Basis.PREVIOUS
    offer: RungOffer = RungOffer.PAY_NOW
    approval: bool = False

    @property
    def pre_due(self) -> bool:
        """True where it is for the time until the debt is due, and is out of place after."""
        return self.basis is Basis.DUE_DATE and self.days <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A range of whole numbers, both ends included; None is open."""

    low: int | None = None
    high: int | None = None

    def takes(self, number: int | None) -> bool:
        if number is None:
            return False
        return (self.low is None or number >= self.low) and (
            self.high is None or number <= self.high
        )

    def __str__(self) -> str:
        return self._in_words("{}".format)

    def as_amounts(self) -> str:
        """Of minor units, as amounts of money in the creditor's currency."""
        return self._in_words(lambda minor: f"{minor / 100:,.2f}")

    def _in_words(self, word: Callable[[int], str]) -> str:
        if self.low is not None and self.high is not None:
            return f"{word(self.low)} to {word(self.high)}"
        return f"from {word(self.low)}" if self.low is not None else f"up to {word(self.high or 0)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which accounts: all that is stated must fit. Empty takes every account. The rules that
    assign ladders and the saved segments speak the same words."""

    days_past_due: Span | None = None
    balance_minor: Span | None = None
    industry: tuple[str, ...] = ()
    debt_kind: tuple[str, ...] = ()
    relationship: tuple[str, ...] = ()
    insurance: tuple[str, ...] = ()
    status: tuple[str, ...] = ()

    def takes(self, account: Account, today: date) -> bool:
        past = account.days_past_due(today)
        if self.days_past_due is not None and not self.days_past_due.takes(past):
            return False
        if self.balance_minor is not None and not self.balance_minor.takes(account.balance.minor):
            return False
        return all(not wanted or has in wanted for wanted, has in self._words(account))

    def _words(self, account: Account) -> list[tuple[tuple[str, ...], str]]:
        return [
            (self.industry, account.industry),
            (self.debt_kind, account.debt_kind),
            (self.relationship, account.extras.get("relationship", "")),
            (self.insurance, account.extras.get("insurance", "")),
            (self.status, status_of(account)),
        ]

    @property
    def conditions(self) -> int:
        """How many conditions it states."""
        return sum(bool(getattr(self, name)) for name in _CONDITIONS)

    def __str__(self) -> str:
        conditions = [
            f"{_name(name)} {_said_of(name, value)}"
            for name in _CONDITIONS
            if (value := getattr(self, name))
        ]
        return ", ".join(conditions) or "every account"


def _name(condition: str) -> str:
    return condition.removesuffix("_minor").replace("_", " ")


def _said_of(condition: str, value: Span | tuple[str, ...]) -> str:
    if not isinstance(value, Span):
        return " or ".join(value)
    return value.as_amounts() if condition == "balance_minor" else str(value)


_CONDITIONS = (
    "days_past_due", "balance_minor", "industry", "debt_kind", "relationship", "insurance",
    "status",
)  # fmt: skip


def document_of(when: Selection) -> dict[str, Any]:
    """A selection as it stands in a document; `strategy_document.read_selection` reads it back."""
    document: dict[str, Any] = {}
    for name in _CONDITIONS:
        value = getattr(when, name)
        if isinstance(value, Span):
            ends = {"from": value.low, "to": value.high}
            document[name] = {end: number for end, number in ends.items() if number is not None}
        elif value:
            document[name] = list(value)
    return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The ladder of the accounts that a selection takes."""

    ladder: str
    when: Selection = Selection()


REENTERED = "reentered"  # the extra of an account that entered again, and its status


def status_of(account: Account) -> str:
    """How the creditor carries the debt: written_off, reentered (a second time in, and small),
    contested (in part), or open."""
    if account.extras.get("written_off") == "yes":
        return "written_off"
    if account.extras.get(REENTERED):
        return REENTERED
    return "contested" if account.contested_minor > 0 else "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """The ladder of an account, "" where no rule takes it, and why."""

    ladder: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementLimits:
    """Within these an arrangement is agreed at once; up to `approve_up_to_minor` (the debt, None
    for any). `from_on`: the first day on which these terms may be offered."""

    lowest_instalment_minor: int = 2_500
    longest_months: int = 12
    down_payment_percent: int = 0
    frequencies: tuple[str, ...] = ("weekly", "every_two_weeks", "monthly")
    first_within_days: int = 31
    approve_up_to_minor: int | None = None
    from_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """When a person must look first: above a balance, after more days than these past due, after
    so many touches in silence, when an arrangement broke. Each fires once. On release the account
    goes on at `rung`, "" for where it was. `notify` are addresses of staff."""

    balance_over_minor: int | None = None
    days_past_due: int | None = None
    silent_touches: int | None = None
    broken_arrangement: bool = True
    rung: str = ""
    notify: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordination:
    """One person, one budget: at most one touch in `window_hours` over all their accounts (0
    leaves each account to itself), at least `minimum_gap_hours` between two on one account.
    `weekends`, `holidays`: true sends then.
    `resume_after_reply_days`: a reply that needs no staff holds the ladder so long, 0 for staff
    to decide. `rest_after_payment_days`: money that came rests the ladder so long, None for as long
    as the next rung lies behind the one before it. `per_minute`: how fast a wave goes out, 0 for no
    pace."""

    window_hours: int = 24
    minimum_gap_hours: int = 48
    weekends: bool = False
    holidays: bool = False
    resume_after_reply_days: int = 0
    promise_grace_days: int = 1
    rest_after_payment_days: int | None = None
    per_minute: Mapping[Channel, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapt:
    """How a ladder follows what reaches the person; `enabled` false leaves it as written.

    `unread_emails` in a row make the next touch a text where texts are consented to. `answered`
    contacts on one channel and none on the other make a person email-first or text-first.
    """

    enabled: bool = True
    unread_emails: int = 3
    answered: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffQueuePolicy:
    """The hours by which staff answer, and who, by kind of question."""

    hours: Mapping[str, int] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingBound:
    """How many accounts a file that is said to be complete may lack and still close them by
    itself. Beyond both figures it is perhaps cut short: they rest until a person has said."""

    percent: int = 10
    accounts: int = 10

    def beyond(self, missing: int, before: int) -> bool:
        return missing > self.accounts and missing * 100 > self.percent * before


PROOFS = ("birth", "zip")  # those that are taken where the document leaves them out


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One version of a creditor's strategy."""

    creditor: str
    version: int
    brand: Brand
    ladders: Mapping[str, tuple[Rung, ...]]
    assignments: tuple[Assignment, ...] = ()
    debt_role: str = "first"
    industry: str = "generic"
    currency: str = ""  # of the creditor's debts, ISO 4217; "" where the document leaves it out
    licensed_states: tuple[str, ...] | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)  # of every debt of the creditor's
    languages: tuple[str, ...] = ("en", "es")
    arrangement: ArrangementLimits = ArrangementLimits()
    escalation: Escalation = Escalation()
    coordination: Coordination = Coordination()
    adapt: Adapt = Adapt()
    holdout_percent: int = 0
    paused: bool = False
    opens: bool = True
    queue: StaffQueuePolicy = StaffQueuePolicy()
    payments: PaymentPolicy = field(default_factory=PaymentPolicy)
    missing: MissingBound = MissingBound()
    reassigned_numbers: AnswerPolicy = field(default_factory=AnswerPolicy)
    policy: Mapping[str, Any] = field(default_factory=dict)
    proofs: tuple[str, ...] = PROOFS  # what a person may prove who they are by, in this order
    contested_rest: str = "proceed"  # or wait: whether the rest is asked for while a part is not
    templates: Mapping[str, Any] = field(default_factory=dict)  # own words, by template
    templates_by: str = ""  # who wrote them, a code
    approved_by: str = ""  # who let this version's own words go, a code; "" while nobody did
    locations: Mapping[str, Brand] = field(default_factory=dict)  # sites that show themselves
    test_addresses: tuple[str, ...] = ()  # where `dunlin template send-test` may send

    def may_say(self, template: str) -> bool:
        """Whether the words of a message may go out: shipped ones may, the creditor's own once
        somebody approved them."""
        return template not in self.templates or bool(self.approved_by)

    def at(self, account: Account) -> Strategy:
        """The strategy as it shows itself to the person of an account: by the brand of its site,
        where that has one of its own."""
        brand = self.locations.get(account.location)
        return self if brand is None else replace(self, brand=brand)

    @property
    def brands(self) -> tuple[Brand, ...]:
        """The brand of the creditor and those of its sites."""
        return (self.brand, *self.locations.values())

    def ladder(self, name: str) -> tuple[Rung, ...]:
        """The rungs of a ladder, none for a name that this version does not know."""
        return self.ladders.get(name, ())

    def assign(self, account: Account, today: date) -> Assigned:
        """The ladder that takes an account on a day: the first rule that fits."""
        if not self.assignments:
            only = next(iter(self.ladders))
            return Assigned(ladder=only, reason="It is the only ladder.")
        for place, rule in enumerate(self.assignments, start=1):
            if rule.when.takes(account, today):
                return Assigned(ladder=rule.ladder, reason=f"Rule {place}: {rule.when}.")
        return Assigned(ladder="", reason="No assignment rule takes this account.")
