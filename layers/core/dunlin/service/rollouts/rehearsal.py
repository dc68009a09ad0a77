"""Rehearsal: the ladders of a whole portfolio on a virtual clock, in one process.

Nothing here plans, judges or writes a message: the use cases that do so in the field are called
at the instants at which the machines would call them, so the forecast is what would be sent if
the same things happened. Given no events, nobody answers and nobody pays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.contact.cadence import today
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import MethodKind, PaymentEvent, PaymentState, PaymentStatus
from dunlin.domain.payments.posting import post
from dunlin.domain.reports.forecast import Forecast, Happening, Message
from dunlin.domain.rollouts.rollout import held_out, ineligible
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.accounts import Change
from dunlin.ports.machines import LadderWaker
from dunlin.ports.messages import MessageTemplates
from dunlin.ports.payments import PostingBook
from dunlin.ports.portal import LinksAndCodes
from dunlin.service.accounts.writing import write
from dunlin.service.contact.activation import start_ladder
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.ladders import LadderBook, check_ladder
from dunlin.service.contact.notices import check_notice
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.contact.sending import Sending, SendingBook, SendingPorts, send
from dunlin.service.signals.signals import SignalBook, apply_signal


class RehearsalBook(SignalBook, LadderBook, SendingBook, PostingBook, Protocol):
    """One book for every part: a rehearsal plays the ladder, the sender and the person."""


class Clockwork(LadderWaker, Protocol):
    """An alarm that also says what comes next: its own clock stands at `now` until then."""

    now: datetime

    def at(self, when: datetime, account_id: str, kind: str = "", cause: str = "") -> None:
        """Note an instant: of a ladder where `kind` is "", else of a notice or an event."""

    def next(self) -> tuple[datetime, str, str, str] | None:
        """The earliest instant noted, with what was noted; None where nothing is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalPorts:
    """What a rehearsal plays on."""

    book: RehearsalBook
    waker: Clockwork
    gate: Gate
    templates: MessageTemplates
    links: LinksAndCodes
    outboxes: Mapping[Channel, SendingPorts]

    price: Callable[[Channel, str], int]
    """Micro-dollars of one message: its channel and, for a text, its words."""


@dataclass(slots=True)
class _Play:
    ports: RehearsalPorts
    messages: list[Message] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    zones: dict[str, str] = field(default_factory=dict)
    deferred: int = 0


def rehearse(
    accounts: Sequence[Account],
    strategy: Strategy,
    *,
    ports: RehearsalPorts,
    start: datetime,
    days: int,
    events: Iterable[Happening] = (),
    progress: Callable[[datetime], None] | None = None,
) -> Forecast:
    """Start every eligible account at `start` and let `days` days pass."""
    clockwork, end = ports.waker, start + timedelta(days=days)
    play = _Play(ports)
    clockwork.now = start
    passed: Counter[str] = Counter()
    for account in accounts:
        passed[_begin(account, strategy, ports=ports, now=start)] += 1
    pending = sorted(events, key=lambda event: event.at)
    for event in pending:
        clockwork.at(event.at, event.account_id, "happening", event.event_id)
    by_id = {event.event_id: event for event in pending}
    while (due := clockwork.next()) is not None and due[0] <= end:
        at, account_id, kind, cause = due
        if progress is not None and at.date() != clockwork.now.date():
            progress(at)
        clockwork.now = at
        if kind == "happening":
            _happen(by_id[cause], ports=ports, now=at)
        elif kind:
            _notice(account_id, kind, cause, play=play, now=at)
        else:
            _look(account_id, play=play, now=at)
    started = passed.pop("started", 0)
    ends = Counter(_standing(ports.book.account(a.account_id) or a) for a in accounts)
    return Forecast(
        start=start,
        days=days,
        started=started,
        passed_over=dict(sorted(passed.items())),
        messages=tuple(play.messages),
        refusals=dict(play.refusals.most_common()),
        deferred=play.deferred,
        ends=dict(sorted(ends.items())),
    )


def _happen(event: Happening, *, ports: RehearsalPorts, now: datetime) -> None:
    """One outside event, through the use case that applies its kind in the field."""
    if event.kind == "payment":
        _pay(event, ports=ports, now=now)
        return
    account = ports.book.account(event.account_id)
    if account is None:
        raise DomainError(f"no account {event.account_id}")
    apply_signal(
        Signal(
            signal_id=event.event_id,
            kind=SignalKind(event.kind),
            at=now,
            account_id=account.account_id,
            consumer_id=account.consumer_id,
            channel=Channel.EMAIL.value,
            detail={"permanent": True},
        ),
        book=ports.book,
        waker=ports.waker,
        now=now,
    )


def _pay(event: Happening, *, ports: RehearsalPorts, now: datetime) -> None:
    """A payment that the processor has in hand."""
    account = ports.book.account(event.account_id)
    if account is None:
        raise DomainError(f"no account {event.account_id}")
    amount = Money(event.minor, account.balance.currency)
    paid = PaymentStatus(
        id=event.event_id,
        state=PaymentState.SUCCEEDED,
        amount=amount,
        received=amount,
        refunded=Money(0, amount.currency),
        account_id=account.account_id,
        attempt_id=event.event_id,
        creditor=account.creditor,
        method=MethodKind.OTHER,
    )
    payment_event = PaymentEvent(
        event_id=event.event_id,
        fact=SignalKind.PAYMENT,
        fact_id=event.event_id,
        payment_id=event.event_id,
        amount=amount,
        at=now,
        account_id=account.account_id,
    )
    posted = post(
        account, (), payment_event, paid, ports.book.facts(account.account_id).strategy.payments
    )
    write(
        ports.book,
        account,
        posted.account,
        what="PaymentPosted",
        data={"payment": paid.id},
        now=now,
        besides=Change(ledger=posted.entries),
    )
    ports.waker.wake(account.account_id)
    ports.waker.notice(account=account, kind="receipt", cause=paid.id)


def _begin(account: Account, strategy: Strategy, *, ports: RehearsalPorts, now: datetime) -> str:
    why = ineligible(account, strategy, today(now))
    if not why and held_out(strategy, account.consumer_id):
        why = "held out"
    return why or start_ladder(
        account.account_id,
        strategy=strategy,
        cohort="rehearsal",
        shadow=False,
        book=ports.book,
        waker=ports.waker,
        now=now,
    )


def _standing(account: Account) -> str:
    if account.status is Status.ACTIVE and account.hold is not None:
        return f"held: {account.hold.value}"
    return "escalated" if account.escalated else account.status.value


def _look(account_id: str, *, play: _Play, now: datetime) -> None:
    """One account's turn, as its machine takes it: look, send, and wait for what comes next."""
    ports = play.ports
    account = ports.book.account(account_id)
    if account is None or account.status is not Status.ACTIVE:
        return
    if account.timed and account.due_at is not None and account.due_at > now:
        # It moved on since this was noted, as by a message about another account.
        ports.waker.at(account.due_at, account_id)
        return
    decided = check_ladder(
        account_id,
        account.ladder_run,
        book=ports.book,
        gate=ports.gate,
        templates=ports.templates,
        now=now,
    )
    play.refusals.update(decided.refusals)
    if decided.outcome in ("email", "sms"):
        sent = _send(account_id, decided, play=play, now=now)
        ports.waker.at(now + timedelta(seconds=sent.wait_seconds), account_id)
    elif decided.outcome == "wait":
        play.deferred += bool(decided.refusals)
        ports.waker.at(now + timedelta(seconds=decided.wait_seconds), account_id)


def _notice(account_id: str, kind: str, cause: str, *, play: _Play, now: datetime) -> None:
    ports = play.ports
    decided = check_notice(
        account_id,
        kind=kind,
        cause=cause,
        book=ports.book,
        links=ports.links,
        gate=ports.gate,
        templates=ports.templates,
        now=now,
    )
    play.refusals.update(decided.refusals)
    if decided.outcome in ("email", "sms"):
        _send(account_id, decided, play=play, now=now)
    elif decided.outcome == "wait":
        ports.waker.at(now + timedelta(seconds=decided.wait_seconds), account_id, kind, cause)


def _send(account_id: str, decided: LadderDecision, *, play: _Play, now: datetime) -> Sending:
    ports = play.ports
    channel = Channel(decided.outcome)
    sent = send(
        account_id,
        decided.touch_key,
        decided.permit_id,
        book=ports.book,
        ports=ports.outboxes[channel],
        now=now,
    )
    touch = ports.book.touch(account_id, decided.touch_key)
    account = ports.book.account(account_id)
    if sent.outcome == "sent" and touch is not None and account is not None:
        play.messages.append(
            Message(
                account_id=account_id,
                reference=account.reference,
                at=now,
                zone=_zone(account, play=play, now=now),
                channel=channel.value,
                template=touch.template,
                rung=bool(touch.run),
                cost_micro=ports.price(channel, touch.content),
                person_id=account.consumer_id,
                person=ports.book.facts(account_id).consumer.name,
                step=touch.rung_name or touch.template.partition(".")[0].replace("_", " "),
                text=touch.content,
            )
        )
    return sent


def _zone(account: Account, *, play: _Play, now: datetime) -> str:
    """The first of the zones that the rulebook takes the person to be in."""
    known = play.zones.get(account.consumer_id)
    if known is None:
        facts = play.ports.book.facts(account.account_id)
        verdict = play.ports.gate.judge(
            facts, channel=Channel.EMAIL, template="", purpose="", now=now
        )
        known = verdict.zones[0].name if verdict.zones else "UTC"
        play.zones[account.consumer_id] = known
    return known
