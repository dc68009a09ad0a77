"""The planner: which touch comes next on an account, in which order of preference.

Pure: the same account, person, history, strategy and moment give the same plan every time. It
offers; the rulebook decides. `plan` is the whole of it: a learner takes its place behind the same
arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import TIMED_HOLDS, Account, NextAction, Status
from dunlin.domain.accounts.consumer import (
    Channel,
    ConsentState,
    Consumer,
    ContactHistory,
    PastContact,
)
from dunlin.domain.contact import adapting, cadence, coordination
from dunlin.domain.contact.adapting import TouchChoice
from dunlin.domain.messages.templates import template_id
from dunlin.domain.strategy.strategy import Rung, Strategy

PUT_OFF = timedelta(days=30)
"""How long an account waits for news, such as the end of its creditor's pause, which wakes it."""
PAUSED_LOOK = timedelta(days=1)
"""How often the ladder of a paused creditor looks meanwhile; a look writes nothing."""
WORDS_LOOK = timedelta(days=1)
"""How often a ladder looks whether the creditor's own words of its next message are approved."""
UNAPPROVED = "The creditor's own words of this message wait for an approval."
_PAUSED = "Paused for the "
_SMALL = "Too little is owed to be asked for."
CERTAIN = "1"  # the probability of a choice that follows from fixed rules
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One touch that could come next."""

    channel: Channel
    template: str
    rung: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the account calls for now.

    step: offer (ask the gate about `offers`, in order), wait (until `until`), covered (a message
    about another account, `named`, stood for `rung`), held, escalated, settled, exhausted.
    `reason` is in plain words, for staff and the log. `ladder` is the account's ladder from now
    on; it looks at `look` at the latest. `covers` are the person's accounts that the message names
    besides, `choice` how the rung was put to this person.
    """

    step: Literal["offer", "wait", "covered", "held", "escalated", "settled", "exhausted"]
    reason: str
    offers: tuple[Offer, ...] = ()
    until: datetime | None = None
    look: datetime | None = None
    trigger: str = ""
    ladder: str = ""
    rung: Rung | None = None
    named: PastContact | None = None
    covers: tuple[str, ...] = ()
    choice: TouchChoice | None = None
    probability: str = CERTAIN


def plan(
    *,
    account: Account,
    consumer: Consumer,
    history: ContactHistory,
    strategy: Strategy,
    paused: str,
    now: datetime,
    others: Sequence[Account] = (),
) -> Plan:
    """The next step of an account's ladder. `now` is aware; worst first, first match wins.
    `others` are the person's other accounts, as far as they are known."""
    stopped = _stopped(account, strategy, paused, now)
    if stopped is not None:
        return stopped
    trigger = _trigger(account, history, strategy, now)
    if trigger:
        return Plan(step="escalated", trigger=trigger, reason=f"Escalated by {trigger}.")
    ladder = cadence.ladder_of(account, strategy, now)
    moved = account.ladder not in ("", ladder)
    account = lifecycle.take_ladder(account, ladder)
    step = cadence.next_step(account, strategy, now=now)
    due = step.at if moved and step is not None else account.due_at
    if _put_off(account) and not moved:
        due = None  # it was due when it was put off, and what put it off is over
    if step and due and cadence.stands_in(step.rung, account, strategy, now):
        # The time on the account is that of a notice which is out of place by now. What is due
        # at once is spread anew at each look: that is no later time.
        due = max(due, step.at) if step.at > now + cadence.SPREAD else due
    if due is not None and due > now:
        why = f"It is on the ladder {ladder} now." if moved else "The next rung is not due yet."
        return Plan(step="wait", until=due, ladder=ladder, reason=why)
    if step is None:
        return Plan(step="exhausted", ladder=ladder, reason="Every rung was used.")
    due_now = _Due(
        rung=step.rung,
        account=account,
        consumer=consumer,
        history=history,
        strategy=strategy,
        now=now,
        others=others,
    )
    return replace(_rung_due(due_now), ladder=ladder, rung=step.rung)


def put_off_by_pause(account: Account) -> bool:
    """True where the account waits for no rung but for its creditor to go on."""
    return account.next_action is not None and account.next_action.reason.startswith(_PAUSED)


def _put_off(account: Account) -> bool:
    small = account.next_action is not None and account.next_action.reason == _SMALL
    return small or put_off_by_pause(account)


def _wait_for_news(account: Account, why: str, now: datetime) -> Plan:
    """What is due is put off until somebody wakes it, what is not keeps its time. A pause that is
    over may have missed one of many, so those look every day."""
    later = account.due_at if account.due_at is not None and account.due_at > now else None
    if later is not None and not _put_off(account):
        return Plan(step="wait", until=later, reason=why)
    look = now + PAUSED_LOOK if why.startswith(_PAUSED) else None
    return Plan(step="wait", until=later or now + PUT_OFF, look=look, reason=why)


def _stopped(account: Account, strategy: Strategy, paused: str, now: datetime) -> Plan | None:
    """What keeps an account from its rungs altogether."""
    if account.status is Status.CLOSED:
        return Plan(step="exhausted", reason="The creditor took the account back.")
    if account.balance.minor <= 0 or account.status is Status.SETTLED:
        return Plan(step="settled", reason="Nothing is owed any more.")
    if account.status is Status.EXHAUSTED:
        return Plan(step="exhausted", reason="The ladder of this account has ended.")
    if account.paused:
        return Plan(step="held", reason=account.hold_reason or "Paused by staff.")
    if account.hold in TIMED_HOLDS and account.due_at is not None and account.due_at > now:
        return Plan(step="wait", until=account.due_at, reason=account.hold_reason)
    if account.hold is not None and account.hold not in TIMED_HOLDS:
        return Plan(step="held", reason=account.hold_reason or account.hold.value)
    if cadence.claimable_minor(account) <= 0:
        return Plan(step="held", reason="Everything that is owed is contested.")
    if account.contested_minor > 0 and strategy.contested_rest == "wait":
        return Plan(step="held", reason="A part is contested, and the rest waits for it.")
    if cadence.claimable_minor(account) < strategy.payments.smallest_minor:
        return _wait_for_news(account, _SMALL, now)
    if paused or strategy.paused:
        why = f"{_PAUSED}{paused or 'creditor, by its strategy'}."
        return _wait_for_news(account, why, now)
    if account.escalated:
        return Plan(step="escalated", trigger=account.escalated, reason="A person must look first.")
    return None


def _trigger(account: Account, history: ContactHistory, strategy: Strategy, now: datetime) -> str:
    """The trigger that fires now, "" where none does. Each fires once: a release is for good."""
    limits = strategy.escalation
    days = account.days_past_due(cadence.today(now))
    fired = {
        "balance": limits.balance_over_minor is not None
        and cadence.claimable_minor(account) > limits.balance_over_minor,
        "days_past_due": limits.days_past_due is not None
        and days is not None
        and days > limits.days_past_due,
        "silent": limits.silent_touches is not None
        and _silence(account, history) >= limits.silent_touches,
    }
    return next((t for t, on in fired.items() if on and t not in account.approved_triggers), "")


def _silence(account: Account, history: ContactHistory) -> int:
    """Rungs that arrived since the person last wrote, clicked or came."""
    count = 0
    for contact in reversed(history.contacts):
        if contact.direction == "in" or contact.read in ("clicked", "visited"):
            break
        named = contact.account_id == account.account_id or account.account_id in contact.covers
        rung = "." in contact.template
        count += named and rung and contact.outcome not in adapting.NEVER_ARRIVED
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A rung whose time has come by its account, and all that is known around it."""

    rung: Rung
    account: Account
    consumer: Consumer
    history: ContactHistory
    strategy: Strategy
    now: datetime
    others: Sequence[Account]


def _rung_due(due: _Due) -> Plan:
    """What becomes of a rung whose time has come."""
    rung, account = due.rung, due.account
    named = coordination.naming(account, rung, due.history)
    if named is not None and named.at + coordination.SETTLES > due.now:
        until = named.at + coordination.SETTLES
        return Plan(step="wait", until=until, reason="A message that names it is on its way.")
    if named is not None:
        return Plan(step="covered", named=named, reason=f"Named in the message {named.touch_id}.")
    trigger = f"approval:{rung.name}"
    if rung.approval and trigger not in account.approved_triggers:
        why = f"{rung.name} goes only when a person lets it."
        return Plan(step="escalated", trigger=trigger, reason=why)
    choice = adapting.choose(
        rung,
        account=account,
        consumer=due.consumer,
        history=due.history,
        strategy=due.strategy,
        others=due.others,
    )
    wait = _not_yet(due, choice)
    if wait is not None:
        return wait
    if not due.strategy.may_say(choice.template):
        return Plan(step="wait", until=due.now + WORDS_LOOK, reason=UNAPPROVED)
    together = coordination.due_together(account, rung, due.others, due.strategy, now=due.now)
    leads = coordination.leader(account, together)
    if leads is not None:
        until = max(leads.due_at or due.now, due.now) + coordination.SETTLES + _MOMENT
        why = "Another account of this person leads: more may be expected there."
        return Plan(step="wait", until=until, reason=why)
    return Plan(
        step="offer",
        reason=f"{rung.name} is due.",
        offers=_offers(rung, account, choice, due.consumer),
        covers=tuple(a.account_id for a in together[: coordination.MOST_NAMED]),
        choice=choice,
    )


def _not_yet(due: _Due, choice: TouchChoice) -> Plan | None:
    """A rung whose time has come by the account may still be too early for the person."""
    account, strategy, now = due.account, due.strategy, due.now
    first = cadence.earliest(due.rung, account, strategy)
    if first is not None and first > now:
        return Plan(step="wait", until=first, reason="Not before the debt is late, nor too soon.")
    if choice.slower and account.touched_at is not None:
        longer = account.touched_at + timedelta(days=due.rung.days) * 3 / 2
        if longer > now:
            why = "The person paid after a mild first notice last time: half as long again."
            return Plan(step="wait", until=longer, reason=why)
    busy = coordination.busy(account, due.history, strategy, now=now)
    if busy is not None:
        return Plan(step="wait", until=busy.until, reason=busy.reason)
    return None


def _offers(
    rung: Rung, account: Account, choice: TouchChoice, consumer: Consumer
) -> tuple[Offer, ...]:
    return tuple(
        Offer(
            channel=channel,
            template=choice.template,
            rung=account.rung,
            reason=f"{rung.name}: {channel.value} is choice {place}. {' '.join(choice.reasons)}",
        )
        for place, channel in enumerate(choice.channels, start=1)
        if usable(consumer, channel)
    )


def usable(consumer: Consumer, channel: Channel) -> bool:
    """There is a living address, and no file said no to e-mail. What a person said, and whether
    a text is permitted, is the rulebook's to judge, so that its refusal is on record."""
    if consumer.address(channel) is None or consumer.dead(channel):
        return False
    return channel is not Channel.EMAIL or (
        consumer.consent(channel).state is not ConsentState.NONE
    )


def next_rung(account: Account, strategy: Strategy, now: datetime) -> Rung | None:
    """The rung that comes next, None where all were used."""
    step = cadence.next_step(account, strategy, now=now)
    return step.rung if step else None


def next_action(account: Account, strategy: Strategy, now: datetime) -> NextAction:
    """When and what comes next on an account as it stands."""
    step = cadence.next_step(account, strategy, now=now)
    if step is None:
        return NextAction(
            at=now + timedelta(days=cadence.CLOSING_DAYS),
            channel="",
            template="",
            reason="The last rung was sent; the ladder ends if nothing comes of it.",
        )
    rung = step.rung
    return NextAction(
        at=max(step.at, now),
        channel=rung.channels[0].value,
        template=template_id(rung.template, rung.tone, strategy.templates),
        reason=f"{rung.name}, {cadence.said(rung)}.",
    )


def rung_used(account: Account, strategy: Strategy, name: str, at: datetime) -> Account:
    """The account after the rung of that name was used at `at`: it is never used again, and the
    next one is planned, unless the debt ended while the message was on its way."""
    ladder = cadence.ladder_of(account, strategy, at)
    used = lifecycle.use_rung(account, name, ladder=ladder, at=at)
    return lifecycle.plan_next(used, next_action(used, strategy, at)) if used.runs else used
