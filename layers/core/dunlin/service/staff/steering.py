"""Steering: what staff change about one account's next rungs: skip, move, override.

Each is one write with its audit entry, who and why. None of them beats the gate: a time or a
channel that the rules refuse is refused here with the verdict, and every touch is judged again
before it leaves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, NextAction, Override, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.contact import planner
from dunlin.domain.errors import Conflict, DomainError
from dunlin.domain.rulebook import Verdict
from dunlin.domain.strategy.strategy import TONES
from dunlin.ports.accounts import Accounts, AccountsAndPeople, Facts, People
from dunlin.ports.contact import Touches
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.staff_command import (
    AccountChange,
    CommandResult,
    StaffCommand,
    apply_command,
    held_by,
    no_ladder,
    woken,
)
from dunlin.service.contact.gate import Gate
from dunlin.service.staff.pauses import LONGEST_WAIT


class MovingBook(AccountsAndPeople, Touches, Protocol):
    """An account with what its planned message is moved among."""


def skip(
    account_id: str, order: StaffCommand, *, book: MovingBook, waker: LadderWaker, now: datetime
) -> CommandResult:
    """Leave out the next rung: it counts as used and is never sent."""

    def decide(account: Account) -> CommandResult | AccountChange:
        facts = _facts(account, book)
        hindrance = _hindrance(facts, book=book, now=now)
        if hindrance is not None:
            return hindrance
        rung = planner.next_rung(account, facts.strategy, now)
        if rung is None:
            return _refused("Every rung was used.")
        used = planner.rung_used(account, facts.strategy, rung.name, now)
        return AccountChange(what="RungSkipped", account=used, data={"rung": rung.name})

    done = apply_command(account_id, order, decide, book=book, now=now)
    return woken(account_id, done, waker)


def move(
    account_id: str,
    order: StaffCommand,
    *,
    at: datetime,
    book: MovingBook,
    gate: Gate,
    waker: LadderWaker,
    now: datetime,
) -> CommandResult:
    """Let the next rung fall due at another instant, refused with the verdict where every channel
    of it is forbidden then. Raises `DomainError` for an instant that is past or a year away."""
    if not now <= at <= now + LONGEST_WAIT:
        raise DomainError("a rung moves to a later instant, within a year")

    def decide(account: Account) -> CommandResult | AccountChange:
        facts = _facts(account, book)
        hindrance = _hindrance(facts, book=book, now=now) or _judged(facts, gate, at, book)
        if hindrance is not None:
            return hindrance
        action = account.next_action or NextAction(at=at, channel="", template="", reason="")
        return AccountChange(
            what="RungMoved",
            account=lifecycle.plan_next(account, replace(action, at=at, reason="Moved by staff.")),
            data={"to": at.isoformat(), "from": account.due_at and account.due_at.isoformat()},
        )

    done = apply_command(account_id, order, decide, book=book, now=now)
    return woken(account_id, done, waker)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What staff want in place of the strategy; "" and None leave it, `clear` takes everything
    away that was overridden before, except a pause."""

    tone: str = ""
    channel: str = ""
    longest_months: int | None = None
    lowest_instalment_minor: int | None = None
    clear: bool = False


def override(
    account_id: str,
    order: StaffCommand,
    wanted: Wanted,
    *,
    book: AccountsAndPeople,
    gate: Gate,
    waker: LadderWaker,
    now: datetime,
) -> CommandResult:
    """Override the tone, the channel or the arrangement limits of one account.

    A channel that the rules close to this person is refused with the verdict; a message that was
    never approved in that tone keeps its own. Raises `DomainError`.
    """
    _check(wanted)

    def decide(account: Account) -> CommandResult | AccountChange:
        if not account.owes:
            return no_ladder(account)
        before = account.override or Override()
        kept = Override(paused=before.paused) if wanted.clear else before
        after = replace(
            kept,
            tone=wanted.tone or kept.tone,
            channel=wanted.channel or kept.channel,
            longest_months=wanted.longest_months or kept.longest_months,
            lowest_instalment_minor=(
                wanted.lowest_instalment_minor or kept.lowest_instalment_minor
            ),
        )
        if after == before:
            return CommandResult(outcome="unchanged")
        after = replace(after, by=order.by, why=order.why)
        changed = lifecycle.override_by_staff(account, after)
        facts = replace(_facts(account, book), account=changed)
        offers = _plan(facts, max(account.due_at or now, now), book).offers
        refusal = _approved(facts, offers, wanted, gate=gate, now=now)
        if refusal is not None:
            return refusal
        named = {
            "tone": after.tone,
            "channel": after.channel,
            "longest_months": after.longest_months,
            "lowest_instalment_minor": after.lowest_instalment_minor,
        }
        return AccountChange(
            what="AccountOverridden",
            account=_shown(changed, offers),
            data={k: v for k, v in named.items() if v},
        )

    done = apply_command(account_id, order, decide, book=book, now=now)
    return woken(account_id, done, waker)


def _facts(account: Account, book: Accounts) -> Facts:
    """The facts of the account as it was read; what moved since fails the write."""
    facts = book.facts(account.account_id)
    if facts.account.version != account.version:
        raise Conflict(f"account {account.account_id} moved")
    return facts


def _hindrance(facts: Facts, *, book: Touches, now: datetime) -> CommandResult | None:
    """Why its next rung cannot be steered now, None where it can."""
    account = facts.account
    if not account.on_ladder or account.status is not Status.ACTIVE:
        return no_ladder(account)
    if account.hold is not None or account.escalated or account.paused:
        return held_by(account)
    if account.occurrence:
        key = f"T#{account.ladder_run}#{account.rung}#{account.occurrence - 1}"
        touch = book.touch(account.account_id, key)
        on_its_way = touch is not None and touch.state is TouchState.PERMITTED
        if touch is not None and on_its_way and now < touch.expires_at:
            return CommandResult(outcome="busy")
    return None


def _refused(why: str) -> CommandResult:
    return CommandResult(outcome="refused", because=(("", why),))


def _plan(facts: Facts, at: datetime, book: People) -> planner.Plan:
    """What the planner would say if the next rung fell due at `at`."""
    account = facts.account
    others = book.accounts_of_consumer(account.consumer_id)
    return planner.plan(
        account=lifecycle.look_again(account, at) if account.runs else account,
        consumer=facts.consumer,
        history=facts.history,
        strategy=facts.strategy,
        paused="",
        now=at,
        others=[other for other in others if other.account_id != account.account_id],
    )


def _judge(facts: Facts, offer: planner.Offer, gate: Gate, at: datetime) -> Verdict:
    return gate.judge(facts, channel=offer.channel, template=offer.template, purpose="", now=at)


def _judged(facts: Facts, gate: Gate, at: datetime, book: People) -> CommandResult | None:
    """The refusal of an instant at which nothing would be sent: the creditor's own plan has no
    rung then, or the rules allow no channel of it."""
    plan = _plan(facts, at, book)
    if plan.step != "offer":
        return _refused(plan.reason)
    verdicts = [_judge(facts, offer, gate, at) for offer in plan.offers]
    if any(verdict.outcome == "allow" for verdict in verdicts):
        return None
    return CommandResult(outcome="refused", because=_reasons(verdicts))


def _approved(
    facts: Facts,
    offers: tuple[planner.Offer, ...],
    wanted: Wanted,
    *,
    gate: Gate,
    now: datetime,
) -> CommandResult | None:
    """The refusal of a channel that is closed to the person."""
    if offers and wanted.channel:  # where nothing is planned now, whatever comes is judged then
        chosen = [offer for offer in offers if offer.channel.value == wanted.channel]
        if not chosen:
            return _refused(f"The person has no address or number for {wanted.channel}.")
        verdict = _judge(facts, chosen[0], gate, max(facts.account.due_at or now, now))
        if verdict.outcome == "block":
            return CommandResult(outcome="refused", because=_reasons([verdict]))
    return None


def _reasons(verdicts: Iterable[Verdict]) -> tuple[tuple[str, str], ...]:
    lines = [
        (result.id, result.because)
        for verdict in verdicts
        for result in verdict.results
        if result.result in ("block", "defer")
    ]
    return tuple(dict.fromkeys(lines))


def _shown(account: Account, offers: tuple[planner.Offer, ...]) -> Account:
    """The account with its next action as the overridden plan offers it: what is shown fires."""
    if not offers:
        return account
    first = offers[0]
    return lifecycle.show_next(account, channel=first.channel.value, template=first.template)


def _check(wanted: Wanted) -> None:
    if wanted.tone and wanted.tone not in TONES:
        raise DomainError(f"a tone is one of {', '.join(TONES)}")
    if wanted.channel and wanted.channel not in tuple(Channel):
        raise DomainError("a channel is email or sms")
    months, lowest = wanted.longest_months, wanted.lowest_instalment_minor
    if months is not None and not 1 <= months <= 120:
        raise DomainError("the longest arrangement is 1 to 120 months")
    if lowest is not None and not 1 <= lowest <= 100_000_000:
        raise DomainError("the lowest instalment is a positive amount")
    named = any((wanted.tone, wanted.channel, months, lowest))
    if named == wanted.clear:
        raise DomainError("name what to override, or clear what was")
