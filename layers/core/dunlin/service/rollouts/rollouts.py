"""Rollouts: a pilot of a few, its report, and the promotion of what was tested to everybody.

The configuration is pinned when a pilot starts. Promotion changes nothing but how many accounts
it may reach; the ramp and its guardrails decide how fast, and halt it by themselves.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.aging import aging_bucket
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.contact.cadence import today
from dunlin.domain.errors import Conflict, Defect, DomainError
from dunlin.domain.messages.content import visible
from dunlin.domain.messages.templates import template_id
from dunlin.domain.reports.outcome import Lift, Member, Report, lift, recovered, report
from dunlin.domain.rollouts import ramp
from dunlin.domain.rollouts.rollout import (
    Baseline,
    Count,
    Rollout,
    RolloutChoice,
    RolloutStage,
    Segment,
    choose,
    count,
    owed_by,
    rollout_id_of,
    suggest,
    why_not,
)
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_selection
from dunlin.ports.accounts import Accounts, Batches, Histories, Portfolios
from dunlin.ports.arrangements import Arrangements
from dunlin.ports.audit import AuditLog
from dunlin.ports.machines import LadderWaker
from dunlin.ports.messages import LinkChecker, MessageTemplates
from dunlin.ports.rollouts import Rollouts
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.contact.activation import start_ladder
from dunlin.service.staff.pauses import pause_all

_LINK = re.compile(r"https?://[^\s\"'<>)]+")
_ACTOR = StaffCommand(by="dunlin", why="guardrail")


class RolloutBook(Accounts, Histories, Arrangements, Batches, Portfolios, Protocol):
    """The members of a rollout, all that happened to them, and what moves them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPorts:
    """What a rollout works on."""

    book: RolloutBook
    creditors: Creditors
    rollouts: Rollouts
    templates: MessageTemplates
    log: AuditLog
    waker: LadderWaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What filling a rollout did: ladders started, accounts held out, and who was passed over,
    by reason."""

    rollout: Rollout
    started: int
    held_out: int
    passed_over: dict[str, int]


def counts(
    creditor: str, names: Sequence[str], *, ports: RolloutPorts, now: datetime
) -> tuple[list[Count], list[Count]]:
    """The saved segments (or those named) counted with their overlaps, and suggested ones."""
    strategy = _strategy(creditor, None, ports)
    accounts = list(ports.book.accounts_of_creditor(creditor))
    saved = ports.rollouts.segments(creditor)
    unknown = set(names) - {s.name for s in saved}
    if unknown:
        raise DomainError(f"no segment {', '.join(sorted(unknown))} of {creditor}")
    chosen = [s for s in saved if not names or s.name in names]
    return (
        count(chosen, accounts, strategy, today(now)),
        suggest(accounts, strategy, today(now)),
    )


def preview(
    creditor: str, segment: Segment, *, size: int, ports: RolloutPorts, now: datetime
) -> tuple[list[Account], dict[str, int]]:
    """Exactly the accounts that a pilot would contact, and who would be passed over."""
    strategy = _strategy(creditor, None, ports)
    rollout = _new(creditor, segment, RolloutStage.PILOT, size, strategy, ports=ports, now=now)
    accounts = list(ports.book.accounts_of_creditor(creditor))
    choice = choose(accounts, rollout, strategy, room=size, today=today(now))
    return list(choice.start), dict(choice.passed_over)


def segment_of(document: Mapping[str, Any]) -> Segment:
    """`{name, when}` as a segment. Raises `StrategyError` for conditions that nobody knows."""
    name = str(document["name"])
    return Segment(name=name, when=read_selection(document.get("when", {}), name=name))


def begin(
    creditor: str,
    segment: Segment,
    *,
    stage: str,
    size: int,
    ports: RolloutPorts,
    now: datetime,
) -> Started:
    """Store a rollout with its baseline, then start its first accounts; `size` 0 takes every
    account of the segment. Raises `DomainError`, also for a pilot that would contact nobody."""
    strategy = _strategy(creditor, None, ports)
    if strategy.paused:
        raise DomainError(f"the strategy of {creditor} is paused")
    rollout = _new(creditor, segment, RolloutStage(stage), size, strategy, ports=ports, now=now)
    if not size:
        rollout = replace(rollout, size=_eligible(rollout, ports, now))
    if rollout.stage in (RolloutStage.PILOT, RolloutStage.SHADOW):
        chosen, passed = preview(creditor, segment, size=rollout.size, ports=ports, now=now)
        if not chosen:
            reasons = "; ".join(f"{n}: {why_not(why)}" for why, n in passed.items())
            raise DomainError(
                f"a pilot of {segment.name} would contact nobody:"
                f" {reasons or 'no account is there'}"
            )
    ports.rollouts.put_rollout(rollout)
    return fill(rollout, ports=ports, now=now)


def fill(rollout: Rollout, *, ports: RolloutPorts, now: datetime) -> Started:
    """Start ladders until the rollout has as many accounts as it may; run again after a crash it
    goes on where it stopped."""
    strategy = _strategy(rollout.creditor, rollout.strategy_version, ports)
    accounts = list(ports.book.accounts_of_creditor(rollout.creditor))
    mine = [a for a in accounts if a.cohort == rollout.rollout_id and not a.held_out]
    room = max(0, rollout.size - len(mine))
    choice = choose(accounts, rollout, strategy, room=room, today=today(now))
    return _start(rollout, choice, strategy, ports=ports, now=now)


def _start(
    rollout: Rollout,
    choice: RolloutChoice,
    strategy: Strategy,
    *,
    ports: RolloutPorts,
    now: datetime,
) -> Started:
    outcomes: Counter[str] = Counter(choice.passed_over)
    for place, account in enumerate(choice.start):
        outcomes[
            start_ladder(
                account.account_id,
                strategy=strategy,
                cohort=rollout.rollout_id,
                shadow=rollout.stage is RolloutStage.SHADOW,
                book=ports.book,
                waker=ports.waker,
                now=now,
                place=place,
            )
        ] += 1
    held_out = sum(_hold_out(a.account_id, rollout, ports=ports, now=now) for a in choice.hold_out)
    started = outcomes.pop("started", 0)
    return Started(
        rollout=rollout,
        started=started,
        held_out=held_out,
        passed_over=dict(sorted(outcomes.items())),
    )


def _hold_out(account_id: str, rollout: Rollout, *, ports: RolloutPorts, now: datetime) -> bool:
    """Leave an account without contact, to measure the others by."""

    def attempt() -> bool:
        account = ports.book.account(account_id)
        if account is None or account.status is not Status.IMPORTED or account.cohort:
            return False
        why = "Left without contact, to measure what contact does."
        held = lifecycle.hold_out(account, cohort=rollout.rollout_id, why=why)
        data = {"rollout": rollout.rollout_id}
        write(ports.book, account, held, what="AccountHeldOut", data=data, now=now)
        return True

    return retry_on_conflict(attempt)


def members(rollout: Rollout, *, ports: RolloutPorts) -> list[Member]:
    """Every account of a rollout with all that happened on it."""
    return [
        member(account, ports=ports)
        for account in ports.book.accounts_of_creditor(rollout.creditor)
        if account.cohort == rollout.rollout_id
    ]


def member(account: Account, *, ports: RolloutPorts) -> Member:
    """An account with all that happened on it."""
    account_history = ports.book.account_history(account.account_id)
    return Member(
        account=account_history.account,
        ledger=account_history.ledger,
        touches=account_history.touches,
        labels=tuple((r.at, r.labels) for r in account_history.replies),
        entries=ports.log.chain(f"account#{account.account_id}"),
        personal=ports.log.chain(f"consumer#{account.consumer_id}"),
    )


def show(rollout_id: str, *, ports: RolloutPorts, now: datetime) -> tuple[Report, Lift | None]:
    """The report of a rollout as it stands, and what contact recovered beyond the holdout, as a
    share of what was owed. Raises `DomainError`."""
    rollout = _rollout(rollout_id, ports)
    cohort = members(rollout, ports=ports)
    arms = [
        recovered([m for m in cohort if m.account.held_out is out], rollout.started_at, now)
        for out in (False, True)
    ]
    return report(rollout, cohort, at=now), lift(*arms)


def obstacles(
    rollout_id: str, *, ports: RolloutPorts, link_checker: LinkChecker, now: datetime
) -> list[str]:
    """Why a tested configuration may not be promoted, in plain words; none where it may."""
    rollout = _rollout(rollout_id, ports)
    report, _ = show(rollout_id, ports=ports, now=now)
    reasons = []
    if rollout.stage is not RolloutStage.PILOT:
        reasons.append(f"It is a {rollout.stage.value}, not a pilot.")
    if rollout.halted:
        reasons.append(f"It was halted: {rollout.halted}.")
    if now < rollout.started_at + timedelta(hours=48):
        reasons.append("Its first 48 hours are not over.")
    if not report.contacts:
        reasons.append("Nobody was contacted yet, so nothing was tested.")
    reasons += [
        f"Guardrail {r.guardrail}: {r.events} of {r.contacts} contacts."
        for r in report.guardrails
        if r.course is ramp.RampDecision.HALT
    ]
    newest = ports.creditors.strategy(rollout.creditor)
    tested = _strategy(rollout.creditor, rollout.strategy_version, ports)
    if newest is not None and newest.version != tested.version:
        reasons.append(
            f"Strategy {newest.version} is newer than {tested.version}, which was tested: "
            "run a pilot of it."
        )
    if configuration_of(tested, ports.templates) != rollout.configuration:
        reasons.append("The templates have changed since they were tested: run a pilot of them.")
    links, faults = _rehearsed(rollout, tested, ports)
    reasons += faults
    reasons += [
        f"This link is dead: {link}" for link in sorted(links) if not link_checker.alive(link)
    ]
    return reasons


def _rehearsed(
    rollout: Rollout, strategy: Strategy, ports: RolloutPorts
) -> tuple[set[str], list[str]]:
    """Every message of the configuration, written for one of its accounts in each language: the
    links in them, and what cannot be written."""
    links: set[str] = set()
    faults: list[str] = []
    accounts = ports.book.accounts_of_creditor(rollout.creditor)
    rehearsed = next((a for a in accounts if a.cohort == rollout.rollout_id), None)
    if rehearsed is None:
        return links, faults
    facts = replace(ports.book.facts(rehearsed.account_id), strategy=strategy)
    base = "https://portal.example.com"
    for template, channel in _messages(strategy):
        for language in strategy.languages:
            person = replace(facts.consumer, language=language)
            try:
                rendered = ports.templates.render(
                    template,
                    channel,
                    facts=replace(facts, consumer=person),
                    link=f"{base}/m/{'a' * 32}",
                    stop_link=f"{base}/u/{'a' * 32}",
                    fields={},
                )
            except (Defect, DomainError) as error:
                faults.append(
                    f"{template} cannot be written ({channel.value}, {language}): {error}"
                )
                continue
            links |= {*_LINK.findall(rendered.text), *visible(rendered.html)[1]}
    return {k for k in links if k.startswith("http") and not k.startswith(base)}, faults


def promote(
    rollout_id: str, *, ports: RolloutPorts, link_checker: LinkChecker, now: datetime
) -> Started | list[str]:
    """Let the tested configuration, unchanged, reach every eligible account, or say why not. What
    the guardrails have cleared starts at once, the rest as the ramp allows."""
    reasons = obstacles(rollout_id, ports=ports, link_checker=link_checker, now=now)
    if reasons:
        return reasons
    rollout = _moved(_rollout(rollout_id, ports), ports, stage=RolloutStage.RAMP)
    return advance(rollout, ports=ports, now=now)


def advance(rollout: Rollout, *, ports: RolloutPorts, now: datetime) -> Started:
    """Look at a rollout again: halt it, let it grow, or start what has become due. Harmless at
    any time, any number of times."""
    nothing = Started(rollout=rollout, started=0, held_out=0, passed_over={})
    if rollout.halted or _strategy(rollout.creditor, None, ports).paused:
        return nothing
    if rollout.stage is RolloutStage.FULL:
        # The configuration holds; accounts that have become due since start by themselves.
        strategy = _strategy(rollout.creditor, rollout.strategy_version, ports)
        choice = _everybody_left(rollout, strategy, ports, now)
        if choice.start:
            rollout = _moved(rollout, ports, size=rollout.size + len(choice.start))
        return _start(rollout, choice, strategy, ports=ports, now=now)
    report, _ = show(rollout.rollout_id, ports=ports, now=now)
    if report.course is ramp.RampDecision.HALT:
        why = ", ".join(
            r.guardrail for r in report.guardrails if r.course is ramp.RampDecision.HALT
        )
        return replace(nothing, rollout=halt(rollout, why, order=_ACTOR, ports=ports, now=now))
    if rollout.stage is not RolloutStage.RAMP:
        return nothing
    everybody = report.accounts + _eligible(rollout, ports, now)
    size = ramp.next_size(rollout.size, report.course, everybody)
    if report.course is ramp.RampDecision.UNDECIDED and not _heard_enough(report, rollout):
        return fill(rollout, ports=ports, now=now)
    stage = RolloutStage.FULL if size >= everybody else RolloutStage.RAMP
    return fill(_moved(rollout, ports, size=size, stage=stage), ports=ports, now=now)


def _heard_enough(report: Report, rollout: Rollout) -> bool:
    """True once most of those started have been contacted: growing tells nothing before."""
    return report.contacts * 10 >= min(report.accounts, rollout.size) * 8


def _eligible(rollout: Rollout, ports: RolloutPorts, now: datetime) -> int:
    strategy = _strategy(rollout.creditor, rollout.strategy_version, ports)
    return len(_everybody_left(rollout, strategy, ports, now).start)


def _everybody_left(
    rollout: Rollout, strategy: Strategy, ports: RolloutPorts, now: datetime
) -> RolloutChoice:
    """Every account of the segment that a ladder may still start on."""
    accounts = list(ports.book.accounts_of_creditor(rollout.creditor, status="imported"))
    return choose(accounts, rollout, strategy, room=len(accounts), today=today(now))


def halt(
    rollout: Rollout, why: str, *, order: StaffCommand, ports: RolloutPorts, now: datetime
) -> Rollout:
    """Stop a rollout: it starts nothing more, and every account of it is paused."""
    halted = rollout if rollout.halted else _moved(rollout, ports, halted=why)
    pause_all(
        rollout.creditor,
        lambda account: account.cohort == rollout.rollout_id,
        order,
        on=True,
        book=ports.book,
        waker=ports.waker,
        now=now,
    )
    return halted


def halt_by_staff(
    rollout_id: str, *, by: str, why: str, ports: RolloutPorts, now: datetime
) -> Started:
    """Stop a rollout by hand; `by` and `why` are codes. Raises `DomainError`."""
    halted = halt(
        _rollout(rollout_id, ports), why, order=StaffCommand(by=by, why=why), ports=ports, now=now
    )
    return Started(rollout=halted, started=0, held_out=0, passed_over={})


Done = Started | list[str] | list[Started]


def told(done: Done) -> dict[str, Any]:
    """What was done, as a function answers it: counts and ids alone."""
    if isinstance(done, Started):
        return {
            "rollout": done.rollout.rollout_id,
            "stage": done.rollout.stage.value,
            "halted": done.rollout.halted,
            "size": done.rollout.size,
            "started": done.started,
            "held_out": done.held_out,
            "passed_over": done.passed_over,
        }
    if all(isinstance(item, str) for item in done):
        return {"obstacles": list(done)}
    return {"rollouts": [told(item) for item in done if isinstance(item, Started)]}


def advance_all(*, ports: RolloutPorts, now: datetime) -> list[Started]:
    """Look at every rollout of every creditor (hourly). One that moved meanwhile is left for the
    next hour."""
    done = []
    for creditor in ports.creditors.all():
        for rollout in ports.rollouts.rollouts(creditor):
            try:
                done.append(advance(rollout, ports=ports, now=now))
            except Conflict:
                continue
    return done


def configuration_of(strategy: Strategy, templates: MessageTemplates) -> str:
    """The hash of all that decides what a person is sent: the strategy without its number, and
    the version of every template that its ladders name."""
    document = asdict(strategy)
    del document["version"]
    versions = {
        f"{template}/{channel.value}": templates.version(template, channel, strategy=strategy)
        for template, channel in _messages(strategy)
    }
    text = json.dumps([document, versions], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _messages(strategy: Strategy) -> list[tuple[str, Channel]]:
    """Every message that the ladders name, as it is written."""
    return sorted(
        {
            (template_id(rung.template, rung.tone, strategy.templates), channel)
            for rungs in strategy.ladders.values()
            for rung in rungs
            for channel in rung.channels
        }
    )


def _moved(rollout: Rollout, ports: RolloutPorts, **changes: object) -> Rollout:
    moved = replace(rollout, version=rollout.version + 1, **changes)  # type: ignore[arg-type]
    ports.rollouts.put_rollout(moved)
    return moved


def _rollout(rollout_id: str, ports: RolloutPorts) -> Rollout:
    rollout = ports.rollouts.rollout(rollout_id)
    if rollout is None:
        raise DomainError(f"no rollout {rollout_id}")
    return rollout


def _strategy(creditor: str, version: int | None, ports: RolloutPorts) -> Strategy:
    strategy = ports.creditors.strategy(creditor, version)
    if strategy is None:
        raise DomainError(
            f"creditor {creditor} has no strategy: put config/{creditor}/strategy.yaml"
        )
    return strategy


def _new(
    creditor: str,
    segment: Segment,
    stage: RolloutStage,
    size: int,
    strategy: Strategy,
    *,
    ports: RolloutPorts,
    now: datetime,
) -> Rollout:
    number = len(ports.rollouts.rollouts(creditor)) + 1
    return Rollout(
        rollout_id=rollout_id_of(creditor, number),
        creditor=creditor,
        segment=segment,
        strategy_version=strategy.version,
        configuration=configuration_of(strategy, ports.templates),
        stage=stage,
        size=size,
        started_at=now,
        baseline=_baseline(creditor, segment, ports=ports, now=now),
        version=1,
    )


def _baseline(creditor: str, segment: Segment, *, ports: RolloutPorts, now: datetime) -> Baseline:
    day = today(now)
    accounts = [
        a
        for a in ports.book.accounts_of_creditor(creditor)
        if a.on_ladder and segment.when.takes(a, day)
    ]
    buckets = Counter(aging_bucket(a.due_on, day).value for a in accounts)
    return Baseline(
        on=day,
        accounts=len(accounts),
        owed=owed_by(accounts),
        buckets=dict(sorted(buckets.items())),
    )
