"""Ladders: the next step of an account's ladder, decided and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from dunlin.domain import ids
from dunlin.domain.accounts import lifecycle, shown
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.reasons import PACED
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.contact import cadence, coordination, planner, refusals
from dunlin.domain.contact.adapting import TouchChoice
from dunlin.domain.errors import Conflict, Defect
from dunlin.domain.rulebook import Verdict
from dunlin.ports.accounts import (
    AccountsAndPeople,
    Change,
    ChangeWriter,
    Facts,
    ManyAtOnce,
    People,
)
from dunlin.ports.contact import PermitTaking, Touches
from dunlin.ports.messages import MailTurns, MessageTemplates
from dunlin.service.accounts.writing import account_change, retry_on_conflict, write, written
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.permits import (
    LadderDecision,
    Word,
    because,
    decision,
    new_touch,
    rules,
    take,
    touch_data,
    without_contact,
)
from dunlin.service.contact.replay import record_of

# A wait costs a write and three transitions; so little too early evens out at the provider.
_AT_ONCE = timedelta(seconds=2)
_WORDS: dict[str, Word] = {
    "wait": "wait",
    "held": "held",
    "escalated": "escalated",
    "settled": "settled",
    "exhausted": "exhausted",
    "covered": "wait",
}


class LadderBook(AccountsAndPeople, Touches, PermitTaking, ManyAtOnce, Protocol):
    """What a step of a ladder is decided from, and the permit that it takes."""


def check_ladder(
    account_id: str,
    run: int,
    *,
    book: LadderBook,
    gate: Gate,
    templates: MessageTemplates,
    now: datetime,
    turns: MailTurns | None = None,
) -> LadderDecision:
    """Decide the next step of an account's ladder and take the permit where one is due. With
    `turns`, an e-mail waits for its turn first."""
    return retry_on_conflict(
        lambda: _check_once(
            account_id, run, book=book, gate=gate, templates=templates, turns=turns, now=now
        )
    )


def _check_once(
    account_id: str,
    run: int,
    *,
    book: LadderBook,
    gate: Gate,
    templates: MessageTemplates,
    turns: MailTurns | None,
    now: datetime,
) -> LadderDecision:
    facts = book.facts(account_id)
    account = facts.account
    if account.ladder_run != run:
        # A newer run owns the account; this execution has nothing left to do.
        return LadderDecision(outcome="exhausted", account_id=account_id, run=run, version=0)
    plan = _plan(facts, (), now)
    if plan.step != "offer":
        return _settle_step(facts, plan, book=book, now=now)
    if account.hold is not None:
        _end_rest(account, book=book, now=now)
    before = _attempt_before(facts, book) if account.occurrence else None
    if before is not None and before.state is not TouchState.RELEASED:
        return _finish_attempt(facts, before, book=book, now=now)
    plan = _plan(facts, _others(account, book), now)
    if plan.step != "offer":
        return _settle_step(facts, plan, book=book, now=now)
    verdicts: list[tuple[planner.Offer, Verdict]] = []
    for offer in plan.offers:
        verdict = gate.judge(
            facts, channel=offer.channel, template=offer.template, purpose="", now=now
        )
        if verdict.outcome == "allow":
            rest = _rest_day(facts, plan, verdict, now) or _turn(facts, plan, offer, turns, now)
            if rest is not None:
                return _settle_step(facts, rest, book=book, now=now)
            return _permit_rung(
                facts, plan, (offer, verdict), verdicts,
                book=book, templates=templates, gate=gate, now=now,
            )  # fmt: skip
        verdicts.append((offer, verdict))
    return _refuse(facts, plan, verdicts, book=book, gate=gate, now=now)


def _plan(facts: Facts, others: Sequence[Account], now: datetime) -> planner.Plan:
    return planner.plan(
        account=facts.account,
        consumer=facts.consumer,
        history=facts.history,
        strategy=facts.strategy,
        paused=facts.pause(cadence.today(now)),
        now=now,
        others=others,
    )


def _others(account: Account, book: People) -> list[Account]:
    """The person's other accounts. The index may lag: what is named is read again."""
    return book.accounts_of_consumer(account.consumer_id, beside=account.account_id)


def _end_rest(account: Account, *, book: ChangeWriter, now: datetime) -> None:
    """Lift a hold whose time has passed; what comes next is a decision of its own."""
    held = account.hold.value if account.hold else ""
    after = lifecycle.lift(account, now)
    write(book, account, after, what="HoldEnded", data={"hold": held}, now=now)
    raise Conflict(f"the hold {held} has ended")


def _rest_day(
    facts: Facts, plan: planner.Plan, verdict: Verdict, now: datetime
) -> planner.Plan | None:
    """The wait until the next day on which the creditor sends, where the person is."""
    until = cadence.working_from(
        now, [zone.name for zone in verdict.zones], facts.strategy.coordination
    )
    if until is None:
        return None
    until = cadence.spread(facts.account.consumer_id, until)
    why = "The creditor does not send on this day."
    return replace(plan, step="wait", until=until, reason=why)


def _turn(
    facts: Facts, plan: planner.Plan, offer: planner.Offer, turns: MailTurns | None, now: datetime
) -> planner.Plan | None:
    """The wait for the account's turn at the rate of the mail account; None where it is its turn,
    or where the rung goes by another channel."""
    if turns is None or offer.channel is not Channel.EMAIL:
        return None
    action, due = facts.account.next_action, facts.account.due_at
    if action is not None and action.reason == PACED and action.at == due:
        if due > now:  # somebody woke it before its turn
            return replace(plan, step="wait", until=due, reason=PACED)
        if turns.closed_until(now) is None:
            return None
    turn = turns.take(now)
    if turn - now <= _AT_ONCE:
        return None
    return replace(plan, step="wait", until=turn, reason=PACED)


def _attempt_before(facts: Facts, book: Touches) -> Touch | None:
    """The attempt at this rung whose sender never reported back: of this run, or of the lost run
    that this one took over."""
    account = facts.account
    for run in range(account.ladder_run, 0, -1):
        touch = book.touch(account.account_id, f"T#{run}#{account.rung}#{account.occurrence - 1}")
        if touch is not None:
            return touch
    return None


def _finish_attempt(
    facts: Facts, touch: Touch, *, book: ChangeWriter, now: datetime
) -> LadderDecision:
    """See to what a lost sender left. What may have been sent counts as sent: its rung is over
    and is never tried again. What was certainly not sent is given back."""
    account = facts.account
    if touch.state is TouchState.PERMITTED and now < touch.expires_at:
        return decision("wait", account, now, until=touch.expires_at)
    data = {**touch_data(touch), "state": touch.state.value}
    if touch.state is TouchState.PERMITTED:
        given_back = replace(touch, state=TouchState.RELEASED, reason=refusals.EXPIRED)
        write(
            book,
            account,
            lifecycle.look_again(account, now),
            what="TouchReleased",
            data=data | {"reason": refusals.EXPIRED},
            now=now,
            besides=Change(
                history=without_contact(facts.history, touch, now),
                touch_move=(given_back, [TouchState.PERMITTED.value]),
            ),
        )
        # The permit is given back; what comes next is a decision of its own.
        raise Conflict(f"touch {touch.touch_id} was given back")
    used = planner.rung_used(account, facts.strategy, touch.rung_name, touch.permitted_at)
    resumed = shown.of_touch(touch)
    after = write(book, account, used, what="LadderResumed", data=data, now=now, touch=resumed)
    return decision("wait", after, now, until=after.due_at)


def _settle_step(
    facts: Facts, plan: planner.Plan, *, book: ChangeWriter, now: datetime
) -> LadderDecision:
    """Write what a plan without an offer says, if it is not written yet."""
    account = facts.account
    step = _step_of(facts, plan)
    if step is not None:
        what, after = step
        data = {"reason": plan.reason} | _more(facts, plan)
        account = write(book, account, after, what=what, data=data, now=now)
    until = plan.look or plan.until or account.due_at
    return decision(_WORDS[plan.step], account, now, until=until)


def _step_of(facts: Facts, plan: planner.Plan) -> tuple[str, Account] | None:
    """What a plan without an offer makes of the account, and what the audit log calls it; None
    where it is so already."""
    account = facts.account
    if plan.step == "settled" and account.status is not Status.SETTLED:
        return "AccountSettled", lifecycle.settle(account)
    if plan.step == "exhausted" and account.status is Status.ACTIVE:
        return "LadderExhausted", lifecycle.exhaust(account)
    if plan.step == "escalated" and account.escalated != plan.trigger:
        return "AccountEscalated", lifecycle.escalate(account, plan.trigger)
    if plan.step == "held" and account.paused and account.hold is None:
        # The hold that covered the pause of staff was lifted: the pause is there still.
        return "AccountHeld", lifecycle.hold_paused(account)
    if plan.step == "held" and account.hold is None:
        return "AccountHeld", lifecycle.review(account, plan.reason)
    if plan.step == "wait" and plan.until is not None and account.due_at != plan.until:
        after = lifecycle.defer(account, plan.until, plan.reason, ladder=plan.ladder)
        return "TouchDeferred", after
    if plan.step == "covered" and plan.named is not None and plan.rung is not None:
        used = planner.rung_used(account, facts.strategy, plan.rung.name, plan.named.at)
        return "RungCovered", used
    return None


def _more(facts: Facts, plan: planner.Plan) -> dict[str, Any]:
    """What an entry says beside the reason: the rung and ladder, and who is told."""
    data: dict[str, Any] = {}
    if plan.rung is not None:
        data["rung"] = plan.rung.name
    if plan.ladder and plan.ladder != facts.account.ladder:
        data["ladder"] = plan.ladder
    if plan.named is not None:
        data["touch_id"] = plan.named.touch_id
    if plan.step == "escalated":
        data |= {"trigger": plan.trigger, "notify": list(facts.strategy.escalation.notify)}
    return data


def _refuse(
    facts: Facts,
    plan: planner.Plan,
    verdicts: list[tuple[planner.Offer, Verdict]],
    *,
    book: ChangeWriter,
    gate: Gate,
    now: datetime,
) -> LadderDecision:
    """No offer was allowed: wait for the earliest, hold for a person, or end the ladder."""
    account = facts.account
    deferred = [v for _, v in verdicts if v.outcome == "defer" and v.until is not None]
    refusals = tuple(dict.fromkeys(r for _, v in verdicts for r in v.blocked_by))
    why = because(verdicts)
    data = {
        "reason": why,
        **_more(facts, plan),
        "offers": [
            {"channel": o.channel.value, "outcome": v.outcome, "rules": rules(v)}
            for o, v in verdicts
        ],
        **record_of(facts, verdicts, gate=gate, now=now),
    }
    if deferred:
        until = min(v.until for v in deferred if v.until is not None)
        until = cadence.spread(account.consumer_id, until)
        after = lifecycle.defer(account, until, why, ladder=plan.ladder)
        account = write(book, account, after, what="TouchDeferred", data=data, now=now)
        return decision("wait", account, now, until=until, refusals=refusals)
    if any(v.needs_person for _, v in verdicts):
        held = lifecycle.stop(account, why)
        account = write(book, account, held, what="AccountHeld", data=data, now=now)
        return decision("held", account, now, refusals=refusals)
    over = lifecycle.exhaust(account)
    account = write(book, account, over, what="LadderExhausted", data=data, now=now)
    return decision("exhausted", account, now, refusals=refusals)


def _permit_rung(
    facts: Facts,
    plan: planner.Plan,
    allowed: tuple[planner.Offer, Verdict],
    lost: list[tuple[planner.Offer, Verdict]],
    *,
    book: LadderBook,
    templates: MessageTemplates,
    gate: Gate,
    now: datetime,
) -> LadderDecision:
    (offer, verdict), rung, choice = allowed, plan.rung, plan.choice
    if rung is None or choice is None:
        raise Defect("an offer without its rung")
    account = facts.account
    run, number, occurrence = account.ladder_run, offer.rung, account.occurrence
    touch = new_touch(
        facts,
        touch_id=ids.ladder_touch_id(account.account_id, run, number, occurrence),
        key=f"T#{run}#{number}#{occurrence}",
        channel=offer.channel,
        template=offer.template,
        templates=templates,
        verdict=verdict,
        now=now,
    )
    named = _named(facts, plan, offer, gate=gate, book=book, now=now)
    touch = replace(
        touch, run=run, rung=number, occurrence=occurrence, rung_name=rung.name, covers=named
    )
    if account.shadow:
        # Nothing leaves: the rung counts as used, and the next one is planned.
        after = planner.rung_used(account, facts.strategy, rung.name, now)
    else:
        after = lifecycle.permit_rung(account, until=touch.expires_at, ladder=plan.ladder)
    zones = [zone.name for zone in verdict.zones]
    consent = facts.consumer.consent(offer.channel).version
    permitted = shown.of_permit(touch, consent=consent, rulebook=gate.version, zones=zones)
    change = account_change(
        account,
        after,
        what="TouchProposed" if account.shadow else "TouchPermitted",
        data={
            **touch_data(touch),
            **_more(facts, plan),
            **_chosen(choice, offer, lost),
            "reason": offer.reason,
            "probability": plan.probability,
            "covers": list(named),
            "rules": rules(verdict),
            "rulebook": gate.version,
            "zones": zones,
            "strategy": facts.strategy.version,
            "consent": consent,
            "planned_at": account.due_at.isoformat() if account.due_at else "",
            **record_of(facts, [*lost, (offer, verdict)], gate=gate, now=now),
        },
        now=now,
        touch=None if account.shadow else permitted,
    )
    stored = written(change)
    if account.shadow:
        book.apply(change)
        return decision("wait", stored, now, until=stored.due_at)
    take(facts, touch, change, gate=gate, book=book, now=now)
    return decision(offer.channel.value, stored, now, touch_key=touch.key, permit_id=touch.touch_id)


def _chosen(
    choice: TouchChoice, offer: planner.Offer, lost: list[tuple[planner.Offer, Verdict]]
) -> dict[str, Any]:
    """How the rung was put to this person and what was passed over, as the card shows it."""
    return {
        "offer": choice.offer.value,
        "longer": choice.longer,
        "label": choice.label,
        "signals": choice.signals,
        "reasons": list(choice.reasons),
        "alternatives": [
            {"channel": lost.channel, "template": lost.template, "because": lost.because}
            for lost in choice.lost
            if (lost.channel, lost.template) != (offer.channel.value, offer.template)
        ],
        "lost": [{"channel": o.channel.value, "rules": rules(v)} for o, v in lost],
    }


def _named(
    facts: Facts,
    plan: planner.Plan,
    offer: planner.Offer,
    *,
    gate: Gate,
    book: ManyAtOnce,
    now: datetime,
) -> tuple[str, ...]:
    """The person's other accounts that the message names: those that still call for it by a
    fresh read, and for which the gate allows it too."""
    if not plan.covers or plan.rung is None:
        return ()
    fresh = list(book.read_accounts(plan.covers).values())
    together = coordination.due_together(facts.account, plan.rung, fresh, facts.strategy, now=now)
    return tuple(
        other.account_id
        for other in together
        if gate.judge(
            replace(facts, account=other),
            channel=offer.channel,
            template=offer.template,
            purpose="",
            now=now,
        ).outcome
        == "allow"
    )
