"""Arrangement: an agreed plan to pay over time, its instalments, and what is to be done next.

What was paid is never added up here: it is the agreed total less what is still owed under the
arrangement, laid over the instalments in the order in which they are due. So what is left of
them is what is owed, whatever order payments, refunds and chargebacks come in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from dunlin.domain.accounts.account import Account
from dunlin.domain.arrangements.terms import Bound, Terms, due_dates
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import Decline, DeclineReason, MethodKind, Retry
from dunlin.domain.strategy.strategy import Strategy

# 15:00 UTC lies inside the same calendar day, and after midnight, in every US time zone.
HOUR = time(15, tzinfo=UTC)
REMIND_DAYS = 3
VARYING_DAYS = 12  # ten days' notice (12 CFR 1005.10(d)) and two for the message to go out
GRACE_DAYS = 7
RETRY_AFTER = (3, 3)  # days after the first refusal, and after the second: three tries in all
TRIES_IN_30_DAYS = 10  # of one method; Visa allows 15, Mastercard 35, and each costs a fee
ASK_DAYS = 5  # a bank answers within four working days; its event comes by itself
COUNTER_DAYS = 14
PENDING = -1  # the number of a step that is about no instalment


class ArrangementState(StrEnum):
    """requested: staff must decide. countered: the person must. active: in force. The rest are
    ends: kept, paid_off (early), broken, cancelled, replaced (by another), declined."""

    REQUESTED = "requested"
    COUNTERED = "countered"
    ACTIVE = "active"
    KEPT = "kept"
    PAID_OFF = "paid_off"
    BROKEN = "broken"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    DECLINED = "declined"


class InstalmentState(StrEnum):
    """pending: the money is on its way. late: due and inside the days of grace."""

    DUE = "due"
    PENDING = "pending"
    PAID = "paid"
    LATE = "late"
    MISSED = "missed"


class TryState(StrEnum):
    """started: the processor may have been asked. pending: with the bank. taken: paid, and not
    on the ledger yet. posted: on the ledger. failed: refused or returned."""

    STARTED = "started"
    PENDING = "pending"
    TAKEN = "taken"
    POSTED = "posted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One debit of one instalment. `attempt_id` is the processor's idempotency key, `asked_at`
    when the processor was last asked where the money is."""

    attempt_id: str
    at: datetime
    amount: Money
    method_ref: str
    kind: MethodKind
    state: TryState = TryState.STARTED
    payment_id: str = ""
    decline: Decline | None = None
    asked_at: datetime | None = None

    @property
    def in_flight(self) -> bool:
        return self.state in (TryState.STARTED, TryState.PENDING, TryState.TAKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One agreed payment; number 0 is the down payment. `told_minor` is the amount that the last
    notice before its date was about, 0 for none. `not_before`: a later day from which it counts,
    after a dispute, a returned payment or a notice period. `late_at`, `missed_at`: when it was
    found so."""

    number: int
    due_on: date
    amount: Money
    paid_minor: int = 0
    told_minor: int = 0
    told_at: datetime | None = None
    not_before: date | None = None
    late_at: datetime | None = None
    missed_at: datetime | None = None
    tries: tuple[Try, ...] = ()

    @property
    def left(self) -> Money:
        return replace(self.amount, minor=self.amount.minor - self.paid_minor)

    @property
    def counts_from(self) -> date:
        """The day from which it is due: never before the agreed one."""
        return max(self.due_on, self.not_before or self.due_on)

    @property
    def in_flight(self) -> Try | None:
        return next((t for t in self.tries if t.in_flight), None)

    def state(self, today: date) -> InstalmentState:
        """Where it stands on a day."""
        if self.left.minor == 0:
            return InstalmentState.PAID
        if self.in_flight is not None:
            return InstalmentState.PENDING
        if self.missed_at is not None:
            return InstalmentState.MISSED
        return InstalmentState.LATE if self.counts_from < today else InstalmentState.DUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """What a person agreed to when they let us debit them: which words (SHA-256 and version), in
    which language, when (card networks' stored-credential rules; 12 CFR 1005.10(b))."""

    text_sha256: str
    version: str
    language: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Autopay:
    """A person's standing permission to debit their instalments, and the method. The refs are
    the processor's; `label` is for people (`Visa 4242`). `paused` names the refusal after which
    the method is not tried again before the person mends it; `stopped_at` is their word."""

    consent: Authorisation
    setup_id: str = ""
    setup_ref: str = ""
    customer_ref: str = ""
    method_ref: str = ""
    kind: MethodKind = MethodKind.OTHER
    label: str = ""
    expires: str = ""
    paused: str = ""
    stopped_at: datetime | None = None

    @property
    def ready(self) -> bool:
        return bool(self.method_ref) and not self.paused and self.stopped_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """One arrangement of one account, from its request on.

    `terms`: the schedule asked for, or countered by staff, or agreed. `beyond`: the limits that
    the request exceeds. `strategy_version`: under which it was agreed; later limits leave it
    alone. `manual`: recorded by staff, without reminders or debits. `replaces`: the arrangement
    that it took the place of. `next_at`: when the machine looks again. `remind_days`: how long
    before a date it is spoken of. `frozen_since`: the account is held by something stronger and
    nothing is asked or taken meanwhile. `pending`: the person's own payments that are with their
    bank, `pending_at` when that was last looked at; while there are any, nothing is debited and
    nothing is late.
    """

    arrangement_id: str
    account_id: str
    number: int
    state: ArrangementState
    terms: Terms
    asked_at: datetime
    asked_by: str
    beyond: tuple[Bound, ...] = ()
    strategy_version: int = 0
    instalments: tuple[Instalment, ...] = ()
    agreed_at: datetime | None = None
    ended_at: datetime | None = None
    counter_until: datetime | None = None
    why: str = ""
    manual: bool = False
    replaces: str = ""
    autopay: Autopay | None = None
    remind_days: int = REMIND_DAYS
    frozen_since: datetime | None = None
    pending: tuple[str, ...] = ()
    pending_at: datetime | None = None
    next_at: datetime | None = None
    run: int = 0
    version: int = 0

    @property
    def in_force(self) -> bool:
        return self.state is ArrangementState.ACTIVE

    @property
    def undecided(self) -> bool:
        """True while staff or the person must still decide."""
        return self.state in (ArrangementState.REQUESTED, ArrangementState.COUNTERED)

    @property
    def left(self) -> Money:
        """What is still to be paid under it."""
        return sum((i.left for i in self.instalments), start=replace(self.terms.total, minor=0))

    @property
    def autopays(self) -> bool:
        return self.autopay is not None and self.autopay.ready

    def instalment(self, number: int) -> Instalment:
        return next(i for i in self.instalments if i.number == number)

    def amount_due(self, today: date) -> Money:
        """What the portal asks for: everything due by now, else the next instalment; nothing
        that is already on its way. Paying all that is left is always possible beside it."""
        nothing = replace(self.terms.total, minor=0)
        still = [i for i in self.instalments if i.left.minor and i.in_flight is None]
        due = [i for i in still if i.counts_from <= today] or still[:1]
        return sum((i.left for i in due), start=nothing)


def arrangeable(account: Account) -> Money:
    """What an arrangement would be about: the balance without the part that is contested."""
    return replace(account.balance, minor=max(0, account.balance.minor - account.contested_minor))


def goes_on_at(strategy: Strategy, now: datetime) -> datetime:
    """When a ladder goes on after an arrangement, at the earliest: after its usual gap."""
    return now + timedelta(hours=strategy.coordination.minimum_gap_hours)


def agreed(arrangement: Arrangement, at: datetime) -> Arrangement:
    """The arrangement in force under its terms."""
    return scheduled(
        replace(
            arrangement,
            state=ArrangementState.ACTIVE,
            agreed_at=at,
            counter_until=None,
            run=arrangement.run + 1,
            instalments=tuple(
                Instalment(number=p.number, due_on=p.due_on, amount=p.amount)
                for p in arrangement.terms.instalments
            ),
        )
    )


def ended(arrangement: Arrangement, state: ArrangementState, at: datetime, why: str) -> Arrangement:
    return replace(arrangement, state=state, ended_at=at, why=why, next_at=None)


def credited(arrangement: Arrangement, owed: Money, at: datetime) -> Arrangement:
    """The arrangement with `owed` left under it: what was paid fills the instalments in the order
    in which they are due. One that was paid and is owed again counts from today, with its grace
    anew."""
    total = arrangement.terms.total
    paid = max(0, min(total.minor, total.minor - owed.minor))
    laid: dict[int, Instalment] = {}
    for instalment in sorted(arrangement.instalments, key=lambda i: (i.counts_from, i.number)):
        part = min(paid, instalment.amount.minor)
        paid -= part
        now = replace(instalment, paid_minor=part)
        if instalment.left.minor == 0 and now.left.minor and instalment.due_on < at.date():
            now = replace(now, not_before=at.date(), late_at=None, missed_at=None)
        laid[instalment.number] = now
    before = arrangement.instalments
    after = tuple(laid[instalment.number] for instalment in before)
    if after == before:
        return arrangement
    arrangement = replace(arrangement, instalments=after)
    if owed.minor > 0:
        return scheduled(arrangement)
    ahead = [i for i in before if i.left.minor and i.due_on > at.date()]
    early = len(ahead) > 1
    return ended(
        arrangement,
        ArrangementState.PAID_OFF if early else ArrangementState.KEPT,
        at,
        "Paid in full before its last date." if early else "Every instalment was paid.",
    )


def with_try(arrangement: Arrangement, number: int, moved: Try) -> Arrangement:
    """The arrangement with one try of an instalment new or in a new state."""

    def put(instalment: Instalment) -> Instalment:
        known = [t.attempt_id for t in instalment.tries]
        if moved.attempt_id not in known:
            return replace(instalment, tries=(*instalment.tries, moved))
        return replace(
            instalment,
            tries=tuple(moved if t.attempt_id == moved.attempt_id else t for t in instalment.tries),
        )

    return changed(arrangement, number, put(arrangement.instalment(number)))


def changed(arrangement: Arrangement, number: int, instalment: Instalment) -> Arrangement:
    return scheduled(
        replace(
            arrangement,
            instalments=tuple(
                instalment if i.number == number else i for i in arrangement.instalments
            ),
        )
    )


def find_try(arrangement: Arrangement, attempt_id: str) -> tuple[Instalment, Try] | None:
    """The try that a payment belongs to, None where it is no debit of this arrangement."""
    for instalment in arrangement.instalments:
        for tried in instalment.tries:
            if tried.attempt_id == attempt_id:
                return instalment, tried
    return None


def thawed(arrangement: Arrangement, at: datetime) -> Arrangement:
    """What fell due while the account was held, or while a payment was with its bank, counts
    from today, the oldest first and one more each period: nobody was to pay meanwhile, and
    nobody is to pay it all on one day."""
    today = at.date()
    overdue = [
        i.number
        for i in arrangement.instalments
        if i.left.minor and i.counts_from < today and i.missed_at is None
    ]
    from_on = dict(
        zip(
            overdue,
            due_dates(arrangement.terms.frequency, today, len(overdue)),
            strict=True,
        )
    )
    return scheduled(
        replace(
            arrangement,
            frozen_since=None,
            instalments=tuple(
                replace(i, not_before=from_on[i.number], late_at=None) if i.number in from_on else i
                for i in arrangement.instalments
            ),
        )
    )


class StepKind(StrEnum):
    """In the order in which they are done at one instant."""

    REMIND = "remind"
    CHARGE = "charge"
    ASK = "ask"  # where a payment under way stands: its event may have been lost
    LATE = "late"
    MISSED = "missed"


_ORDER = tuple(StepKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementStep:
    """One thing to do about one instalment, from `at` on; `PENDING` stands for the person's own
    payments under way."""

    at: datetime
    kind: StepKind
    number: int


def instant(day: date) -> datetime:
    """When what belongs to a calendar date is done."""
    return datetime.combine(day, HOUR)


def next_step(arrangement: Arrangement) -> ArrangementStep | None:
    """The earliest thing that is still to be done, None for an arrangement that has ended."""
    if not arrangement.in_force:
        return None
    steps = [s for i in arrangement.instalments for s in _steps(arrangement, i)]
    if arrangement.pending and arrangement.pending_at:
        at = arrangement.pending_at + timedelta(days=ASK_DAYS)
        steps.append(ArrangementStep(at=at, kind=StepKind.ASK, number=PENDING))
    return min(steps, key=lambda s: (s.at, _ORDER.index(s.kind), s.number), default=None)


def scheduled(arrangement: Arrangement) -> Arrangement:
    """The arrangement with the instant at which the machine looks next."""
    step = next_step(arrangement)
    return replace(arrangement, next_at=step.at if step else None)


def _steps(arrangement: Arrangement, instalment: Instalment) -> Iterator[ArrangementStep]:
    if instalment.left.minor == 0 or instalment.missed_at is not None:
        return

    def step(kind: StepKind, at: datetime) -> ArrangementStep:
        return ArrangementStep(at=at, kind=kind, number=instalment.number)

    flying = instalment.in_flight
    if flying is not None:
        if flying.state is TryState.STARTED:
            yield step(StepKind.CHARGE, flying.at)
        else:
            yield step(StepKind.ASK, (flying.asked_at or flying.at) + timedelta(days=ASK_DAYS))
        return
    if arrangement.pending:
        return
    yield step(StepKind.MISSED, instant(instalment.counts_from + timedelta(days=GRACE_DAYS + 1)))
    if arrangement.manual:
        return
    notice_at = _notice_at(arrangement, instalment)
    if notice_at is not None:
        yield step(StepKind.REMIND, notice_at)
    debit = charge_at(arrangement, instalment)
    if debit is not None:
        yield step(StepKind.CHARGE, debit)
    if instalment.late_at is None:
        failed = [t for t in instalment.tries if t.state is TryState.FAILED]
        if failed:
            yield step(StepKind.LATE, failed[-1].at)
        elif debit is None:
            yield step(StepKind.LATE, instant(instalment.counts_from + timedelta(days=1)))


def varies(arrangement: Arrangement, instalment: Instalment) -> bool:
    """True where a bank debit would differ from the amount that was authorised, which calls for
    ten days' notice of the new one (12 CFR 1005.10(d))."""
    autopay = arrangement.autopay
    bank = autopay is not None and autopay.ready and autopay.kind is MethodKind.BANK
    return bank and instalment.left != instalment.amount


def _notice_at(arrangement: Arrangement, instalment: Instalment) -> datetime | None:
    """When the person hears of it beforehand; None where they have, or where the agreement
    itself was the notice."""
    if varies(arrangement, instalment):
        if instalment.told_minor == instalment.left.minor:
            return None
        return instant(instalment.counts_from - timedelta(days=VARYING_DAYS))
    at = instant(instalment.due_on - timedelta(days=arrangement.remind_days))
    known = arrangement.agreed_at is not None and at <= arrangement.agreed_at
    return (
        None
        if instalment.told_minor or known or instalment.number == 0 or instalment.late_at
        else at
    )


def charge_at(arrangement: Arrangement, instalment: Instalment) -> datetime | None:
    """When it is debited next; None where it is not, or not before the person has done
    something. Tries with a method that was replaced do not count against the new one."""
    autopay = arrangement.autopay
    if autopay is None or not autopay.ready:
        return None
    tried = [t for t in instalment.tries if t.method_ref == autopay.method_ref]
    first = instant(instalment.counts_from)
    if not tried:
        return first
    last = tried[-1]
    refused = sum(t.state is TryState.FAILED for t in tried)
    if last.state is TryState.POSTED:
        pause = RETRY_AFTER[0]  # its money went to an older instalment; not twice on one day
    elif refused > len(RETRY_AFTER) or not _may_retry(last):
        return None
    else:
        pause = RETRY_AFTER[refused - 1]
    at = max(first, instant(last.at.date() + timedelta(days=pause)))
    recent = [
        t
        for i in arrangement.instalments
        for t in i.tries
        if t.method_ref == autopay.method_ref and at - t.at < timedelta(days=30)
    ]
    return at if len(recent) < TRIES_IN_30_DAYS else None


def _may_retry(failed: Try) -> bool:
    """By the decline: a card where its bank says later; a bank debit for want of funds alone,
    which are the returns R01 and R09 (Nacha 2.12.4)."""
    if failed.decline is None:
        return False
    if failed.kind is MethodKind.BANK:
        return failed.decline.reason is DeclineReason.INSUFFICIENT_FUNDS
    return failed.decline.retry is Retry.LATER
