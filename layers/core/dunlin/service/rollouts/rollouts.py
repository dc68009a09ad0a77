"""Rollouts: a pilot of a few, its report, and the promotion of what was tested to everybody.

The configuration is pinned when a pilot starts. Promotion changes nothing but how many accounts
it may reach; the ramp and its guardrails decide how fast, and halt it by themselves.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.aging import aging_bucket
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.contact.cadence import today
from dunlin.domain.errors import Conflict, Defect, DomainError
from dunlin.domain.messages.content import visible
from dunlin.domain.messages.templates import template_id
from dunlin.domain.reports.outcome import Lift, Outcomes, Report, RolloutLook
from dunlin.domain.rollouts import ramp
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import (
    Baseline,
    Rollout,
    RolloutChoice,
    RolloutStage,
    Segment,
    Walk,
    choose,
    held_out,
    outside,
    rollout_id_of,
    why_not,
)
from dunlin.domain.rollouts.segment_counts import Count, SegmentCounts
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_selection
from dunlin.ports.messages import LinkChecker, MessageTemplates
from dunlin.service.accounts.writing import retry_on_conflict
from dunlin.service.rollouts.filling import always, fill, moved, strategy_of
from dunlin.service.rollouts.halting import PLATFORM, halt, pause_on
from dunlin.service.rollouts.looking import begun, look, member, report_of
from dunlin.service.rollouts.requests import Started, stored
from dunlin.service.rollouts.rollout_ports import RolloutPorts

LARGEST_PILOT = 5_000
"""Those drawn are stored in the rollout's own row."""
_LINK = re.compile(r"https?://[^\s\"'<>)]+")


def counts(
    creditor: str, names: Sequence[str], *, ports: RolloutPorts, now: datetime
) -> tuple[list[Count], list[Count]]:
    """The saved segments (or those named) counted with their overlaps, and suggested ones."""
    strategy = strategy_of(creditor, None, ports)
    saved = ports.rollouts.segments(creditor)
    unknown = set(names) - {s.name for s in saved}
    if unknown:
        raise DomainError(f"no segment {', '.join(sorted(unknown))} of {creditor}")
    chosen = [s for s in saved if not names or s.name in names]
    counted = SegmentCounts(chosen, strategy, today(now))
    for account in ports.book.accounts_of_creditor(creditor):
        counted.add(account)
    return counted.counts(), counted.suggested()


def preview(
    creditor: str, segment: Segment, *, size: int, ports: RolloutPorts, now: datetime
) -> tuple[list[Account], dict[str, int]]:
    """Exactly the accounts that a pilot would contact, and who would be passed over."""
    strategy = strategy_of(creditor, None, ports)
    _check_size(RolloutStage.PILOT, size)
    rollout = _new(creditor, segment, RolloutStage.PILOT, size, strategy, ports=ports, now=now)
    choice = _choice(rollout, strategy, ports, now)
    return list(choice.start), dict(choice.passed_over)


def segment_of(document: Mapping[str, Any]) -> Segment:
    """`{name, when}` as a segment. Raises `StrategyError` for conditions that nobody knows."""
    name = str(document["name"])
    return Segment(name=name, when=read_selection(document.get("when", {}), name=name))


def begin(
    request: RolloutRequest,
    segment: Segment,
    *,
    stage: str,
    size: int,
    ports: RolloutPorts,
    now: datetime,
    go_on: Callable[[], bool] = always,
) -> Started:
    """Store a rollout with its baseline and, for a pilot or a shadow, the accounts drawn for it;
    then start them. One request makes one rollout however often it comes. Only `full` takes
    every account of the segment, with `size` 0. Raises `DomainError`, also for a pilot that would
    contact nobody."""
    wanted = RolloutStage(stage)
    _check_size(wanted, size)

    def attempt() -> Rollout:
        asked = stored(request, ports)
        if asked.rollout_id:
            return _rollout(asked.rollout_id, ports)
        rollout = _drawn(asked, segment, wanted, size, ports=ports, now=now)
        again = replace(asked, rollout_id=rollout.rollout_id, version=asked.version + 1)
        ports.rollouts.put_request(again, rollout)
        return rollout

    return fill(retry_on_conflict(attempt), ports=ports, now=now, go_on=go_on)


def _check_size(stage: RolloutStage, size: int) -> None:
    if stage is RolloutStage.RAMP:
        raise DomainError("a ramp begins by promoting a pilot")
    if stage is RolloutStage.FULL and size:
        raise DomainError("a rollout to everybody has no size: begin a pilot of so many")
    if stage is not RolloutStage.FULL and not 0 < size <= LARGEST_PILOT:
        raise DomainError(f"a pilot has 1 to {LARGEST_PILOT:,} accounts, not {size:,}")


def _drawn(
    asked: RolloutRequest,
    segment: Segment,
    stage: RolloutStage,
    size: int,
    *,
    ports: RolloutPorts,
    now: datetime,
) -> Rollout:
    """A rollout as it is stored first; whom a pilot reaches is drawn here and never again."""
    strategy = strategy_of(asked.creditor, None, ports)
    if strategy.paused:
        raise DomainError(f"the strategy of {asked.creditor} is paused")
    rollout = _new(asked.creditor, segment, stage, size, strategy, ports=ports, now=now)
    walk = Walk(request=asked.request_id)
    if stage is RolloutStage.FULL:
        return replace(rollout, walk=walk)
    choice = _choice(rollout, strategy, ports, now)
    if not choice.start:
        reasons = "; ".join(f"{n}: {why_not(why)}" for why, n in choice.passed_over.items())
        raise DomainError(
            f"a pilot of {segment.name} would contact nobody: {reasons or 'no account is there'}"
        )
    return replace(
        rollout,
        chosen=tuple(account.account_id for account in choice.start),
        walk=walk.further("", choice.passed_over),
    )


def _choice(
    rollout: Rollout, strategy: Strategy, ports: RolloutPorts, now: datetime
) -> RolloutChoice:
    accounts = ports.book.accounts_of_creditor(rollout.creditor)
    return choose(accounts, rollout, strategy, room=rollout.size, today=today(now))


def show(rollout_id: str, *, ports: RolloutPorts, now: datetime) -> tuple[Report, Lift | None]:
    """The report of a rollout as it stands, counted now, and what contact recovered beyond the
    holdout, as a share of what was owed. Raises `DomainError`."""
    rollout = _rollout(rollout_id, ports)
    outcomes = Outcomes()
    for account in ports.book.accounts_of_creditor(rollout.creditor):
        if account.cohort == rollout.rollout_id:
            outcomes.add(member(account, ports=ports), rollout.started_at, now)
    return outcomes.report(rollout, at=now), outcomes.lift


def look_at(
    rollout_id: str,
    *,
    ports: RolloutPorts,
    now: datetime,
    go_on: Callable[[], bool] = always,
) -> RolloutLook | None:
    """Look at a rollout because somebody asks; None where it goes on by itself. Raises
    `DomainError`."""
    return look(_rollout(rollout_id, ports), ports=ports, now=now, go_on=go_on)


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
    tested = strategy_of(rollout.creditor, rollout.strategy_version, ports)
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
    request: RolloutRequest,
    rollout_id: str,
    *,
    ports: RolloutPorts,
    link_checker: LinkChecker,
    now: datetime,
    go_on: Callable[[], bool] = always,
) -> Started | list[str]:
    """Let the tested configuration, unchanged, reach every eligible account, or say why not. What
    the guardrails have cleared starts at once, the rest as the ramp allows."""

    def attempt() -> list[str]:
        asked = stored(request, ports)
        reasons = (
            []
            if asked.rollout_id
            else obstacles(rollout_id, ports=ports, link_checker=link_checker, now=now)
        )
        if not (reasons or asked.rollout_id):
            rollout = _rollout(rollout_id, ports)
            walk = Walk(request=asked.request_id)
            ports.rollouts.put_request(
                replace(asked, rollout_id=rollout_id, version=asked.version + 1),
                replace(rollout, stage=RolloutStage.RAMP, walk=walk, version=rollout.version + 1),
            )
        return reasons

    reasons = retry_on_conflict(attempt)
    return reasons or advance(_rollout(rollout_id, ports), ports=ports, now=now, go_on=go_on)


def advance(
    rollout: Rollout,
    *,
    ports: RolloutPorts,
    now: datetime,
    go_on: Callable[[], bool] = always,
) -> Started:
    """Look at a rollout again: halt it, let it grow, or start what has become due. Harmless at
    any time, any number of times."""
    nothing = Started(rollout=rollout, started=0, held_out=0, passed_over={})
    if rollout.halted or strategy_of(rollout.creditor, None, ports).paused:
        return nothing
    if rollout.stage is RolloutStage.FULL:
        # The configuration holds; accounts that have become due since start by themselves.
        return fill(rollout, ports=ports, now=now, go_on=go_on)
    looked = look(rollout, ports=ports, now=now, go_on=go_on)
    if looked is None:
        return replace(nothing, finished=False)
    report, _ = report_of(looked, rollout)
    if report.course is ramp.RampDecision.HALT:
        why = ", ".join(
            r.guardrail for r in report.guardrails if r.course is ramp.RampDecision.HALT
        )
        return halt(rollout, why, by=PLATFORM, ports=ports, now=now, go_on=go_on)
    if rollout.stage is not RolloutStage.RAMP:
        return nothing
    if report.course is not ramp.RampDecision.UNDECIDED or _heard_enough(report, rollout):
        everybody = report.accounts + _eligible(rollout, ports, now)
        size = ramp.next_size(rollout.size, report.course, everybody)
        stage = RolloutStage.FULL if size >= everybody else RolloutStage.RAMP
        # Everybody has no number: who is there when their page is read is started and counted.
        size = report.accounts if stage is RolloutStage.FULL else size
        rollout = moved(rollout, ports, size=size, stage=stage)
    return fill(rollout, ports=ports, now=now, go_on=go_on)


def _heard_enough(report: Report, rollout: Rollout) -> bool:
    """True once most of those started have been contacted: growing tells nothing before."""
    return report.contacts * 10 >= min(report.accounts, rollout.size) * 8


def _eligible(rollout: Rollout, ports: RolloutPorts, now: datetime) -> int:
    """How many accounts of the segment a ladder may still start on."""
    strategy = strategy_of(rollout.creditor, rollout.strategy_version, ports)
    day = today(now)
    return sum(
        not outside(account, rollout, strategy, day) and not held_out(strategy, account.consumer_id)
        for account in ports.book.accounts_of_creditor(
            rollout.creditor, status=Status.IMPORTED.value
        )
    )


def halt_by_staff(
    request: RolloutRequest,
    rollout_id: str,
    *,
    by: str,
    why: str,
    ports: RolloutPorts,
    now: datetime,
    go_on: Callable[[], bool] = always,
) -> Started:
    """Stop a rollout by hand; `by` and `why` are codes. Raises `DomainError`."""

    def attempt() -> Started:
        return halt(
            _rollout(rollout_id, ports),
            why,
            by=by,
            ports=ports,
            now=now,
            go_on=go_on,
            request=request.request_id,
        )

    return retry_on_conflict(attempt)


def advance_all(
    *, ports: RolloutPorts, now: datetime, go_on: Callable[[], bool] = always
) -> list[Started]:
    """Look at every rollout of every creditor (hourly). One that moved meanwhile is left for the
    next hour."""

    def look(rollout: Rollout) -> Started:
        return advance(rollout, ports=ports, now=now, go_on=go_on)

    return _each(look, ports=ports, go_on=go_on)


def go_on_all(
    *, ports: RolloutPorts, now: datetime, go_on: Callable[[], bool] = always
) -> list[Started]:
    """Let every rollout that was left in the middle of starting or of pausing accounts go on
    (every five minutes), and answer who asked for it once it is done."""

    def look(rollout: Rollout) -> Started | None:
        if rollout.halted and rollout.walk is not None:
            return pause_on(rollout, ports=ports, now=now, go_on=go_on)
        newest = strategy_of(rollout.creditor, None, ports)
        if begun(rollout.rollout_id, ports=ports) is not None:
            return _looked_on(rollout, ports=ports, now=now, go_on=go_on)
        if rollout.walk is None or rollout.halted or newest.paused:
            return None
        return fill(rollout, ports=ports, now=now, go_on=go_on)

    return _each(look, ports=ports, go_on=go_on)


def _looked_on(
    rollout: Rollout, *, ports: RolloutPorts, now: datetime, go_on: Callable[[], bool]
) -> Started | None:
    """Go on with a look; where the rollout hangs on what it says, with that too."""
    if rollout.stage is not RolloutStage.FULL and not rollout.halted:
        return advance(rollout, ports=ports, now=now, go_on=go_on)
    look(rollout, ports=ports, now=now, go_on=go_on)
    return None


def _each(
    look: Callable[[Rollout], Started | None], *, ports: RolloutPorts, go_on: Callable[[], bool]
) -> list[Started]:
    done: list[Started] = []
    for creditor in ports.creditors.all():
        for rollout in ports.rollouts.rollouts(creditor):
            if not go_on():
                return done
            try:
                looked = look(rollout)
            except Conflict:
                continue
            if looked is not None:
                done.append(looked)
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


def _rollout(rollout_id: str, ports: RolloutPorts) -> Rollout:
    rollout = ports.rollouts.rollout(rollout_id)
    if rollout is None:
        raise DomainError(f"no rollout {rollout_id}")
    return rollout


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
    accounts = 0
    owed: Counter[str] = Counter()
    buckets: Counter[str] = Counter()
    for account in ports.book.accounts_of_creditor(creditor):
        if account.on_ladder and segment.when.takes(account, day):
            accounts += 1
            owed[account.balance.currency] += account.balance.minor
            buckets[aging_bucket(account.due_on, day).value] += 1
    return Baseline(
        on=day,
        accounts=accounts,
        owed=dict(sorted(owed.items())),
        buckets=dict(sorted(buckets.items())),
    )
