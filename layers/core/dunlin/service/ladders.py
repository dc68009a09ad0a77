"""Ladders: the next step of an account's ladder, decided and written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from dunlin.domain import ids, planner
from dunlin.domain.account import Hold, NextAction, Status
from dunlin.domain.errors import Conflict
from dunlin.domain.rulebook import Verdict
from dunlin.domain.touch import Touch, TouchState
from dunlin.ports import AccountBook, Change, Facts, Letters
from dunlin.service.gate import Gate
from dunlin.service.permits import (
    Decision,
    Word,
    because,
    decision,
    entry_of,
    new_touch,
    rules,
    take,
    touch_data,
    until_nobody_interferes,
    without_contact,
    written,
)
from dunlin.service.replay import record_of

_WORDS: dict[str, Word] = {
    "wait": "wait",
    "held": "held",
    "escalated": "escalated",
    "settled": "settled",
    "exhausted": "exhausted",
}


def check_ladder(
    account_id: str, run: int, *, book: AccountBook, gate: Gate, letters: Letters, now: datetime
) -> Decision:
    """Decide the next step of an account's ladder and take the permit where one is due."""
    return until_nobody_interferes(
        lambda: _check_once(account_id, run, book=book, gate=gate, letters=letters, now=now)
    )


def _check_once(
    account_id: str, run: int, *, book: AccountBook, gate: Gate, letters: Letters, now: datetime
) -> Decision:
    facts = book.facts(account_id)
    account = facts.account
    if account.ladder_run != run:
        # A newer run owns the account; this execution has nothing left to do.
        return Decision(outcome="exhausted", account_id=account_id, run=run, version=0)
    plan = planner.plan(
        account=account,
        consumer=facts.consumer,
        strategy=facts.strategy,
        paused=facts.paused,
        now=now,
    )
    if plan.step != "offer":
        return _settle_step(facts, plan, book=book, now=now)
    before = _attempt_before(facts, book) if account.occurrence else None
    if before is not None and before.state is not TouchState.RELEASED:
        return _finish_attempt(facts, before, book=book, now=now)
    verdicts: list[tuple[planner.Offer, Verdict]] = []
    for offer in plan.offers:
        verdict = gate.judge(
            facts, channel=offer.channel, template=offer.template, purpose="", now=now
        )
        if verdict.outcome == "allow":
            return _permit_rung(
                facts, offer, verdict, verdicts, book=book, letters=letters, gate=gate, now=now
            )
        verdicts.append((offer, verdict))
    return _refuse(facts, verdicts, book=book, gate=gate, now=now)


def _attempt_before(facts: Facts, book: AccountBook) -> Touch | None:
    """The attempt at this rung whose sender never reported back: of this run, or of the lost run
    that this one took over."""
    account = facts.account
    for run in range(account.ladder_run, 0, -1):
        found = book.touch(account.account_id, f"T#{run}#{account.rung}#{account.occurrence - 1}")
        if found is not None:
            return found
    return None


def _finish_attempt(facts: Facts, touch: Touch, *, book: AccountBook, now: datetime) -> Decision:
    """See to what a lost sender left. What may have been sent counts as sent: its rung is over
    and is never tried again. What was certainly not sent is given back."""
    account = facts.account
    if touch.state is TouchState.PERMITTED and now < touch.expires_at:
        return decision("wait", account, now, until=touch.expires_at)
    data = {**touch_data(touch), "state": touch.state.value}
    if touch.state is TouchState.PERMITTED:
        entry = entry_of(
            account, now=now, what="TouchReleased", data=data | {"reason": "expired unspent"}
        )
        book.apply(
            Change(
                account=written(account, entry, due_at=now),
                history=without_contact(facts.history, touch, now),
                touch_move=(
                    replace(touch, state=TouchState.RELEASED, reason="expired unspent"),
                    [TouchState.PERMITTED.value],
                ),
                audit=[entry],
            )
        )
        # The permit is given back; what comes next is a decision of its own.
        raise Conflict(f"touch {touch.touch_id} was given back")
    action = planner.after_sending(account, facts.strategy, touch.rung, touch.permitted_at)
    entry = entry_of(account, now=now, what="LadderResumed", data=data)
    after = written(
        account, entry, rung=touch.rung + 1, occurrence=0, due_at=action.at, next_action=action
    )
    book.apply(Change(account=after, audit=[entry]))
    return decision("wait", after, now, until=action.at)


def _settle_step(facts: Facts, plan: planner.Plan, *, book: AccountBook, now: datetime) -> Decision:
    """Write what a plan without an offer says, if it is not written yet."""
    account = facts.account
    changes: dict[str, Any] = {}
    what = ""
    if plan.step == "settled" and account.status is not Status.SETTLED:
        what, changes = "AccountSettled", {"status": Status.SETTLED, "hold": None}
    elif plan.step == "exhausted" and account.status is Status.ACTIVE:
        what, changes = "LadderExhausted", {"status": Status.EXHAUSTED}
    elif plan.step == "escalated" and account.escalated != plan.trigger:
        what, changes = "AccountEscalated", {"escalated": plan.trigger}
    elif plan.step == "held" and account.paused and account.hold is None:
        # The hold that covered the pause of staff was lifted: the pause is there still.
        what, changes = "AccountHeld", {"hold": Hold.PAUSED, "hold_reason": plan.reason}
    elif plan.step == "wait" and account.due_at != plan.until:
        what = "TouchDeferred"
        changes = {"due_at": plan.until}
    if what and plan.step in ("settled", "exhausted", "escalated"):
        changes |= {"due_at": None, "next_action": None}
    if what:
        entry = entry_of(account, now=now, what=what, data={"reason": plan.reason})
        account = written(account, entry, **changes)
        book.apply(Change(account=account, audit=[entry]))
    return decision(_WORDS[plan.step], account, now, until=plan.until)


def _refuse(
    facts: Facts,
    verdicts: list[tuple[planner.Offer, Verdict]],
    *,
    book: AccountBook,
    gate: Gate,
    now: datetime,
) -> Decision:
    """No offer was allowed: wait for the earliest, hold for a person, or end the ladder."""
    account = facts.account
    deferred = [v for _, v in verdicts if v.outcome == "defer" and v.until is not None]
    refusals = tuple(dict.fromkeys(r for _, v in verdicts for r in v.blocked_by))
    why = because(verdicts)
    data = {
        "reason": why,
        "offers": [
            {"channel": o.channel.value, "outcome": v.outcome, "rules": rules(v)}
            for o, v in verdicts
        ],
        **record_of(facts, verdicts, gate=gate, now=now),
    }
    if deferred:
        until = min(v.until for v in deferred if v.until is not None)
        until = planner.spread(account.account_id, until)
        action = account.next_action
        next_action = NextAction(
            at=until,
            channel=action.channel if action else "",
            template=action.template if action else "",
            reason=why,
        )
        entry = entry_of(account, now=now, what="TouchDeferred", data=data)
        account = written(account, entry, due_at=until, next_action=next_action)
        book.apply(Change(account=account, audit=[entry]))
        return decision("wait", account, now, until=until, refusals=refusals)
    if any(v.needs_person for _, v in verdicts):
        entry = entry_of(account, now=now, what="AccountHeld", data=data)
        account = written(
            account,
            entry,
            hold=Hold.REVIEW,
            hold_reason=why,
            due_at=None,
            next_action=None,
        )
        book.apply(Change(account=account, audit=[entry]))
        return decision("held", account, now, refusals=refusals)
    entry = entry_of(account, now=now, what="LadderExhausted", data=data)
    account = written(account, entry, status=Status.EXHAUSTED, due_at=None, next_action=None)
    book.apply(Change(account=account, audit=[entry]))
    return decision("exhausted", account, now, refusals=refusals)


def _permit_rung(
    facts: Facts,
    offer: planner.Offer,
    verdict: Verdict,
    lost: list[tuple[planner.Offer, Verdict]],
    *,
    book: AccountBook,
    letters: Letters,
    gate: Gate,
    now: datetime,
) -> Decision:
    account = facts.account
    run, rung, occurrence = account.ladder_run, offer.rung, account.occurrence
    touch_id = ids.ladder_touch_id(account.account_id, run, rung, occurrence)
    touch = new_touch(
        facts,
        touch_id=touch_id,
        key=f"T#{run}#{rung}#{occurrence}",
        channel=offer.channel,
        template=offer.template,
        letters=letters,
        verdict=verdict,
        now=now,
    )
    touch = replace(touch, run=run, rung=rung, occurrence=occurrence)
    entry = entry_of(
        account,
        now=now,
        what="TouchPermitted",
        data={
            **touch_data(touch),
            "reason": offer.reason,
            "probability": "1",
            "rules": rules(verdict),
            "lost": [{"channel": o.channel.value, "rules": rules(v)} for o, v in lost],
            "rulebook": gate.version,
            "zones": [zone.name for zone in verdict.zones],
            "strategy": account.strategy_version,
            "consent": facts.consumer.consent(offer.channel).version,
            **record_of(facts, [*lost, (offer, verdict)], gate=gate, now=now),
        },
    )
    after = written(account, entry, occurrence=occurrence + 1, due_at=touch.expires_at)
    take(facts, touch, after, entry, gate=gate, book=book, now=now)
    return decision(offer.channel.value, after, now, touch_key=touch.key, permit_id=touch.touch_id)
