"""Instalments: what the arrangement machine does at each look.

A look does one thing after another until nothing is due: it reminds, debits, asks where a payment
stands, tells of a refusal, and ends an arrangement that broke. Everything said or taken has a
name that makes it once: notices by their cause, debits by their attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from dunlin.domain.accounts import arrangement_steps, lifecycle
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.arrangements.arrangement import (
    PENDING,
    Arrangement,
    ArrangementState,
    ArrangementStep,
    Instalment,
    StepKind,
    Try,
    arrangeable,
    changed,
    credited,
    ended,
    goes_on_at,
    instant,
    next_step,
    scheduled,
    thawed,
    varies,
    with_try,
)
from dunlin.domain.contact import cadence
from dunlin.domain.errors import Defect, DomainError
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import (
    Decline,
    DeclineReason,
    MethodKind,
    PaymentState,
    PaymentStatus,
)
from dunlin.domain.rulebook import Verdict
from dunlin.ports.accounts import Conversations, Facts
from dunlin.ports.arrangements import ArrangedAccounts, Arrangements
from dunlin.ports.machines import LadderWaker
from dunlin.ports.payments import Charges, SavedMethods
from dunlin.service.accounts.writing import retry_on_conflict, seconds
from dunlin.service.arrangements.autopay import autopay_saved
from dunlin.service.arrangements.crediting import FLYING, failed, payment_data, tried
from dunlin.service.arrangements.debits import NoticesSent, announcement, judge, told
from dunlin.service.arrangements.writing import write
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.permits import rules

_STEPS = 40  # more than one look can find to do
_STUCK = timedelta(days=10)
_NOTICE_WAITS = timedelta(days=3)  # for the lawful hour of a notice that must come first
_COMES_BACK = timedelta(days=60)  # a file that lacked an account may have been wrong
_HELD_LOOK = timedelta(days=300)  # a person decides within it


class InstalmentBook(ArrangedAccounts, Conversations, Protocol):
    """An arrangement and what was told about its instalments."""


class DebitingProcessor(Charges, SavedMethods, Protocol):
    """Saved methods and what is taken through them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementDecision:
    """What the machine does next: `wait`, or the state in which the arrangement ended."""

    outcome: str
    account_id: str
    arrangement_id: str
    run: int
    version: int
    wait_seconds: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementPorts:
    """What a look needs; the processor is called only where money moves."""

    book: InstalmentBook
    gate: Gate
    processor: Callable[[], DebitingProcessor]
    waker: LadderWaker
    now: datetime


def advance(
    account_id: str, arrangement_id: str, run: int, ports: ArrangementPorts
) -> ArrangementDecision:
    """Do what is due on an arrangement and say how long to wait. Safe to repeat at any point.

    Raises `Conflict` and `Unavailable`, after which the same call goes on where it stopped.
    """
    for _ in range(_STEPS):
        arrangement = _find(account_id, arrangement_id, ports.book)
        if not arrangement.in_force or arrangement.run != run:
            return _over(arrangement, run, ports)
        waits: datetime | None = retry_on_conflict(lambda: _once(account_id, arrangement_id, ports))
        if waits is not None:
            now_stands = _find(account_id, arrangement_id, ports.book)
            return _look("wait", now_stands, seconds(waits, ports.now))
    raise Defect(f"arrangement {arrangement_id} found more than {_STEPS} things to do")


def _find(account_id: str, arrangement_id: str, book: Arrangements) -> Arrangement:
    same_id = (a for a in book.arrangements(account_id) if a.arrangement_id == arrangement_id)
    arrangement = next(same_id, None)
    if arrangement is None:
        raise DomainError(f"account {account_id} has no arrangement {arrangement_id}")
    return arrangement


def _look(outcome: str, arrangement: Arrangement, wait: int = 1) -> ArrangementDecision:
    return ArrangementDecision(
        outcome=outcome,
        account_id=arrangement.account_id,
        arrangement_id=arrangement.arrangement_id,
        run=arrangement.run,
        version=arrangement.version,
        wait_seconds=wait,
    )


def _over(arrangement: Arrangement, run: int, ports: ArrangementPorts) -> ArrangementDecision:
    """The arrangement has ended, or a newer run looks after it."""
    if arrangement.run != run:
        return replace(_look(ArrangementState.REPLACED.value, arrangement), run=run)
    if arrangement.state in (ArrangementState.KEPT, ArrangementState.PAID_OFF):
        account = ports.book.account(arrangement.account_id)
        if account is not None and account.balance.minor <= 0:
            ports.waker.notice(
                account=account, kind="paid_in_full", cause=arrangement.arrangement_id
            )
    ports.waker.wake(arrangement.account_id)
    return _look(arrangement.state.value, arrangement)


def _once(account_id: str, arrangement_id: str, ports: ArrangementPorts) -> datetime | None:
    """Do one thing; None where it was done, else the instant to wait for."""
    facts, arrangement = ports.book.facts(account_id), _find(account_id, arrangement_id, ports.book)
    if not arrangement.in_force:
        return None
    account, now = facts.account, ports.now
    owed = min(arrangement.left, arrangeable(account), key=lambda m: m.minor)
    if owed.minor < arrangement.left.minor:  # a credit of the creditor's, or a file
        after = credited(arrangement, owed, now)
        _write(facts, after, "ArrangementCredited", {"owed": owed.minor}, ports)
        return None
    if account.missing_since is not None and now.date() < account.missing_since + _COMES_BACK:
        return _frozen(facts, arrangement, ports)
    if account.status is Status.CLOSED:
        after = ended(
            arrangement, ArrangementState.CANCELLED, now, "The creditor took the account back."
        )
        _write(facts, after, "ArrangementCancelled", {}, ports)
        return None
    if facts.paused or account.paused or account.hold not in (Hold.ARRANGEMENT, None):
        return _frozen(facts, arrangement, ports)
    if arrangement.frozen_since is not None:
        _write(facts, thawed(arrangement, now), "ArrangementThawed", {}, ports)
        return None
    step = next_step(arrangement)
    if step is None:
        raise Defect(f"arrangement {arrangement_id} is in force with nothing left to do")
    if step.at > now:
        return step.at
    if not (_waits_for_method(arrangement) and _took_up(arrangement, ports)):
        _do(step, facts, arrangement, ports)
    return None


def _waits_for_method(arrangement: Arrangement) -> bool:
    autopay = arrangement.autopay
    opened = autopay is not None and autopay.setup_id not in ("", autopay.setup_ref)
    return (
        opened and not arrangement.autopays and autopay is not None and autopay.stopped_at is None
    )


def _took_up(arrangement: Arrangement, ports: ArrangementPorts) -> bool:
    """The person may have saved a method and never come back to our page."""
    after = autopay_saved(
        arrangement.account_id,
        book=ports.book,
        waker=ports.waker,
        processor=ports.processor(),
        now=ports.now,
    )
    return after is not None and after.version != arrangement.version


def _frozen(facts: Facts, arrangement: Arrangement, ports: ArrangementPorts) -> datetime:
    """Another hold or a pause stands: nothing is asked or taken until it is gone. Whoever lifts
    a hold wakes the account; a pause is looked at again every day."""
    paused = facts.pause(cadence.today(ports.now))
    until = _tomorrow(ports.now) if paused else ports.now + _HELD_LOOK
    if arrangement.frozen_since is None or (
        arrangement.next_at is not None and arrangement.next_at <= ports.now
    ):
        missing = "missing" if facts.account.missing_since is not None else ""
        why = missing or paused or (facts.account.hold or Hold.PAUSED).value
        after = replace(
            arrangement,
            frozen_since=arrangement.frozen_since or ports.now,
            next_at=until if paused else None,
        )
        _write(facts, after, "ArrangementFrozen", {"reason": why}, ports)
    return until


def _tomorrow(now: datetime) -> datetime:
    return instant(now.date() + timedelta(days=1))


def _do(
    step: ArrangementStep, facts: Facts, arrangement: Arrangement, ports: ArrangementPorts
) -> None:
    if step.number == PENDING:
        _ask_pending(facts, arrangement, ports)
        return
    act = {
        StepKind.REMIND: _remind,
        StepKind.CHARGE: _charge,
        StepKind.ASK: _ask,
        StepKind.LATE: _late,
        StepKind.MISSED: _missed,
    }
    act[step.kind](facts, arrangement, arrangement.instalment(step.number), ports)


def _remind(
    facts: Facts, arrangement: Arrangement, instalment: Instalment, ports: ArrangementPorts
) -> None:
    kind, cause = announcement(arrangement, instalment)
    ports.waker.notice(account=facts.account, kind=kind, cause=cause)
    announced = replace(instalment, told_minor=instalment.left.minor, told_at=ports.now)
    after = changed(arrangement, instalment.number, announced)
    data = {"number": instalment.number, "amount": instalment.left.minor, "cause": cause}
    _write(facts, after, "InstalmentAnnounced", data, ports)


def _late(
    facts: Facts, arrangement: Arrangement, instalment: Instalment, ports: ArrangementPorts
) -> None:
    cause = f"{arrangement.arrangement_id}.{instalment.number}"
    ports.waker.notice(account=facts.account, kind="broken_instalment", cause=cause)
    after = changed(arrangement, instalment.number, replace(instalment, late_at=ports.now))
    _write(facts, after, "InstalmentLate", {"number": instalment.number}, ports)


def _missed(
    facts: Facts, arrangement: Arrangement, instalment: Instalment, ports: ArrangementPorts
) -> None:
    """The grace is over: the arrangement is broken and the ladder goes on, after a person has
    looked where the strategy says so or staff made the arrangement."""
    marked = changed(arrangement, instalment.number, replace(instalment, missed_at=ports.now))
    why = f"Instalment {instalment.number} was missed."
    after = ended(marked, ArrangementState.BROKEN, ports.now, why)
    left = arrangement_steps.break_arrangement(
        facts.account,
        goes_on_at(facts.strategy, ports.now),
        manual=arrangement.manual,
        looks=facts.strategy.escalation.broken_arrangement,
    )
    data = {"number": instalment.number, "signal": SignalKind.PLAN_MISSED.value}
    _write(facts, after, "ArrangementBroken", data, ports, account=left)


def _charge(
    facts: Facts, arrangement: Arrangement, instalment: Instalment, ports: ArrangementPorts
) -> None:
    """Debit an instalment: the try is written before the processor hears of it, and its attempt
    is the idempotency key, so a crash at any point leads back to the same payment."""
    flying = instalment.in_flight
    known = told(arrangement, instalment, ports.book)
    verdicts = judge(facts, arrangement, instalment, known, gate=ports.gate, now=ports.now)
    refusal = next((v for v in verdicts if v.outcome != "allow"), None)
    if flying is None:
        if refusal is not None:
            _refused(facts, arrangement, instalment, ports, verdict=refusal, known=known)
            return
        flying = _started(facts, arrangement, instalment, verdicts, ports)
        status = _asked_to_pay(facts.account, arrangement, flying, ports.processor())
    else:
        # It may be long ago: the processor may have forgotten the key, not the payment; and the
        # person may have taken their word back, or paid, before anything was taken.
        customer = arrangement.autopay.customer_ref if arrangement.autopay else ""
        charged = ports.processor().find_charge(attempt_id=flying.attempt_id, customer_ref=customer)
        stands = refusal is None and _stands(arrangement, instalment, flying)
        if charged is not None:
            status = charged
        elif stands:
            status = _asked_to_pay(facts.account, arrangement, flying, ports.processor())
        else:
            status = _nothing_made(flying, facts.account, DeclineReason.TRY_LATER, "withdrawn")

    def record() -> None:
        now_facts = ports.book.facts(arrangement.account_id)
        standing = _find(arrangement.account_id, arrangement.arrangement_id, ports.book)
        after = tried(standing, flying.attempt_id, status, ports.now)
        if after != standing:
            what = "InstalmentRefused" if failed(status) else "InstalmentCharged"
            data = {"number": instalment.number, **payment_data(flying, status)}
            _write(now_facts, after, what, data, ports)

    retry_on_conflict(record)


def _started(
    facts: Facts,
    arrangement: Arrangement,
    instalment: Instalment,
    verdicts: Sequence[Verdict],
    ports: ArrangementPorts,
) -> Try:
    autopay = arrangement.autopay
    if autopay is None:
        raise Defect(f"arrangement {arrangement.arrangement_id} is debited without autopay")
    number = len(instalment.tries) + 1
    attempt = Try(
        attempt_id=f"{arrangement.arrangement_id}-{instalment.number}-{number}",
        at=ports.now,
        amount=instalment.left,
        method_ref=autopay.method_ref,
        kind=autopay.kind,
    )
    data = {
        "number": instalment.number,
        "attempt": attempt.attempt_id,
        "amount": attempt.amount.minor,
        "rules": {k: v for verdict in verdicts for k, v in rules(verdict).items()},
        "rulebook": ports.gate.version,
        "consent": autopay.consent.text_sha256,
    }
    _write(
        facts, with_try(arrangement, instalment.number, attempt), "InstalmentCharging", data, ports
    )
    return attempt


def _asked_to_pay(
    account: Account, arrangement: Arrangement, attempt: Try, processor: Charges
) -> PaymentStatus:
    customer = arrangement.autopay.customer_ref if arrangement.autopay else ""
    try:
        return processor.charge_saved(
            attempt_id=attempt.attempt_id,
            account_id=account.account_id,
            creditor=account.creditor,
            amount=attempt.amount,
            customer_ref=customer,
            method_ref=attempt.method_ref,
        )
    except DomainError:
        # The method is gone at the processor, or it does not take this amount: no error of ours.
        return _nothing_made(attempt, account, DeclineReason.REVOKED, "method_gone")


def _stands(arrangement: Arrangement, instalment: Instalment, flying: Try) -> bool:
    """The permission, the method and the amount are still those of this try."""
    autopay = arrangement.autopay
    if autopay is None or not autopay.ready or autopay.method_ref != flying.method_ref:
        return False
    return flying.amount == instalment.left


def _nothing_made(
    attempt: Try, account: Account, reason: DeclineReason, code: str
) -> PaymentStatus:
    """A debit that the processor never made, as its answer."""
    nothing = Money(0, attempt.amount.currency)
    return PaymentStatus(
        id="",
        state=PaymentState.FAILED,
        amount=attempt.amount,
        received=nothing,
        refunded=nothing,
        account_id=account.account_id,
        attempt_id=attempt.attempt_id,
        creditor=account.creditor,
        method=attempt.kind,
        decline=Decline(reason=reason, code=code),
    )


def _refused(
    facts: Facts,
    arrangement: Arrangement,
    instalment: Instalment,
    ports: ArrangementPorts,
    *,
    verdict: Verdict,
    known: NoticesSent,
) -> None:
    """The rulebook says wait: the instalment counts from the day it names. It says no: autopay
    stands still until the person or staff mend it, and the instalment is theirs to pay."""
    data = {"number": instalment.number, "rules": rules(verdict)}
    until = verdict.until if verdict.outcome == "defer" else None
    asked_at = _still_to_be_told(arrangement, instalment, known)
    if asked_at is not None and ports.now - asked_at < _NOTICE_WAITS:
        until = _tomorrow(ports.now)
    if until is not None:
        day = until.date() if instant(until.date()) >= until else until.date() + timedelta(days=1)
        day = max(day, ports.now.date() + timedelta(days=1))
        after = changed(arrangement, instalment.number, replace(instalment, not_before=day))
        _write(facts, after, "InstalmentDeferred", data | {"until": day.isoformat()}, ports)
        return
    if arrangement.autopay is None:
        raise Defect(f"arrangement {arrangement.arrangement_id} is debited without autopay")
    paused = replace(arrangement.autopay, paused=",".join(verdict.blocked_by) or "refused")
    _write(facts, scheduled(replace(arrangement, autopay=paused)), "AutopayRefused", data, ports)


def _still_to_be_told(
    arrangement: Arrangement, instalment: Instalment, known: NoticesSent
) -> datetime | None:
    """Since when a message that a bank debit needs has been waiting to go out, None where none
    is: the person's copy of their permission, the notice of another amount."""
    if arrangement.autopay is None or arrangement.autopay.kind is not MethodKind.BANK:
        return None
    if known.copy_at is None and arrangement.agreed_at is not None:
        return max(arrangement.autopay.consent.at, arrangement.agreed_at)
    if varies(arrangement, instalment) and known.notice_at is None:
        return instalment.told_at
    return None


def _ask(
    facts: Facts, arrangement: Arrangement, instalment: Instalment, ports: ArrangementPorts
) -> None:
    """A payment is under way: its event may have been lost, or its bank may never answer."""
    flying = instalment.in_flight
    if flying is None:
        raise Defect(f"instalment {instalment.number} has no payment under way")
    status = ports.processor().payment(flying.payment_id)
    after = tried(arrangement, flying.attempt_id, status, ports.now)
    data = {"number": instalment.number, **payment_data(flying, status)}
    account = facts.account
    waits = ports.now - flying.at >= _STUCK and not failed(status)
    if waits and account.owes:
        account = lifecycle.put_before_staff(account, "stuck_payment")
    _write(facts, after, "InstalmentAsked", data, ports, account=account)


def _ask_pending(facts: Facts, arrangement: Arrangement, ports: ArrangementPorts) -> None:
    """The person's own payments that were with their bank when we last looked."""
    left = tuple(p for p in arrangement.pending if ports.processor().payment(p).state in FLYING)
    after = replace(arrangement, pending=left, pending_at=ports.now if left else None)
    if not left:
        after = thawed(after, ports.now)
    _write(facts, scheduled(after), "PaymentsAsked", {"pending": len(left)}, ports)


def _write(
    facts: Facts,
    after: Arrangement,
    what: str,
    data: dict[str, Any],
    ports: ArrangementPorts,
    *,
    account: Account | None = None,
) -> None:
    """Write an arrangement's next version, with what became of its account besides; one that has
    ended lets the account go."""
    account = account or facts.account
    if after.state is not ArrangementState.ACTIVE:
        account = arrangement_steps.end_arrangement(account, goes_on_at(facts.strategy, ports.now))
    write(
        facts.account,
        account,
        [replace(after, version=after.version + 1)],
        what=what,
        data=data,
        book=ports.book,
        now=ports.now,
    )
