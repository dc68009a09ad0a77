"""`dunlin segment …`, `dunlin pilot …` and `dunlin activate`: whom a strategy reaches, and when."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

import typer

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.cli.commands import Commands
from dunlin.cli.drop import wait_for
from dunlin.cli.report import compared
from dunlin.cli.speech import (
    count,
    day,
    minute,
    not_in_order,
    say,
    say_json,
    say_table,
)
from dunlin.cli.stack import Json, OnStack, ToWrite
from dunlin.cli.target import Target
from dunlin.cli.who import ByStaff
from dunlin.domain.contact.pace import time_for
from dunlin.domain.errors import DomainError
from dunlin.domain.reports.outcome import Lift, Report, RolloutLook
from dunlin.domain.rollouts.ramp import PILOT_SIZE
from dunlin.domain.rollouts.rollout import RolloutStage, Segment, creditor_of, why_not
from dunlin.domain.rollouts.segment_counts import Count
from dunlin.domain.strategy.strategy import Selection, document_of
from dunlin.views.reports.pilot_text import money, pilot_lines
from dunlin.views.widgets.words import words

segments = Commands("Saved selections of accounts.", example="dunlin segment list harbor-clinic")
pilots = Commands(
    "From a pilot to every account.", example="dunlin pilot start harbor-clinic --dry-run"
)

CreditorArgument = Annotated[str, typer.Argument(help="The creditor's id.")]
Id = Annotated[str, typer.Argument(metavar="ROLLOUT", help="As `dunlin pilot list` shows it.")]
EVERYBODY = Segment(name="everybody", when=Selection())
_USUAL = {"name": "aged 30 to 60 days", "when": {"days_past_due": {"from": 30, "to": 60}}}


@segments.command("put")
def put_segment(
    _on: ToWrite,
    creditor: CreditorArgument,
    name: Annotated[str, typer.Argument(help="How you call it.")],
    min_days: Annotated[int | None, typer.Option(help="At least so many days past due.")] = None,
    max_days: Annotated[int | None, typer.Option(help="At most so many days past due.")] = None,
    min_balance: Annotated[int | None, typer.Option(help="In minor units (cents).")] = None,
    max_balance: Annotated[int | None, typer.Option(help="In minor units (cents).")] = None,
    industry: Annotated[list[str] | None, typer.Option(help="Several are allowed.")] = None,
    debt_kind: Annotated[list[str] | None, typer.Option(help="consumer or business")] = None,
    relationship: Annotated[list[str] | None, typer.Option(help="Such as current_tenant")] = None,
    status: Annotated[list[str] | None, typer.Option(help="open or written_off")] = None,
) -> None:
    """Save a segment under a name, or change the one of this name.

    Example: dunlin segment put harbor-clinic small --max-balance 10000
    """
    from dunlin.runtime import wiring
    from dunlin.service.rollouts.rollouts import segment_of

    when: dict[str, Any] = {
        "days_past_due": _ends(min_days, max_days),
        "balance_minor": _ends(min_balance, max_balance),
        "industry": industry,
        "debt_kind": debt_kind,
        "relationship": relationship,
        "status": status,
    }
    segment = segment_of({"name": name, "when": {k: v for k, v in when.items() if v}})
    wiring.rollout_ports().rollouts.put_segment(creditor, segment)
    say(f"{name}: {segment.when}")


def _ends(low: int | None, high: int | None) -> dict[str, int]:
    return {end: n for end, n in (("from", low), ("to", high)) if n is not None}


@segments.command("list")
def list_segments(creditor: CreditorArgument, _on: OnStack, as_json: Json = False) -> None:
    """Saved segments and suggested ones, each with its accounts and what it shares with others.
    Nothing is started.

    Example: dunlin segment list harbor-clinic
    """
    from dunlin.runtime import wiring
    from dunlin.service.rollouts.rollouts import counts

    saved, suggested = counts(creditor, [], ports=wiring.rollout_ports(), now=wiring.clock().now())
    if as_json:
        listing = {
            "saved": [_count_in_words(c) for c in saved],
            "suggested": [_count_in_words(c) for c in suggested],
        }
        say_json(listing)
        return
    for title, section in (("Saved", saved), ("Suggested", suggested)):
        say(f"{title}:" if section else f"{title}: none")
        say_table(
            ("name", "which", "accounts", "ready", "owed", "shared with"),
            [
                (
                    counted.segment.name,
                    counted.segment.when,
                    f"{counted.accounts:,}",
                    f"{counted.ready:,}",
                    money(counted.owed),
                    ", ".join(f"{name} ({n})" for name, n in counted.overlaps.items()),
                )
                for counted in section
            ],
        )
    say("Save a suggested one to use it: dunlin segment put --help")


def _count_in_words(counted: Count) -> dict[str, Any]:
    return {
        "name": counted.segment.name,
        "which": str(counted.segment.when),
        "accounts": counted.accounts,
        "ready": counted.ready,
        "owed": dict(counted.owed),
        "overlaps": dict(counted.overlaps),
    }


@pilots.command()
def start(
    target: ToWrite,
    creditor: CreditorArgument,
    segment: Annotated[str, typer.Option(help="A saved segment; default: 30 to 60 days.")] = "",
    size: Annotated[int, typer.Option(help="How many accounts.")] = PILOT_SIZE,
    shadow: Annotated[bool, typer.Option(help="Plan and log, send nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list who it would be.")] = False,
) -> None:
    """Start a pilot: exactly these accounts are contacted and no other.

    Example: dunlin pilot start harbor-clinic --size 20 --dry-run
    """
    from dunlin.runtime import wiring
    from dunlin.service.rollouts.rollouts import preview, segment_of

    ports = wiring.rollout_ports()
    chosen = segment_of(_USUAL) if not segment else saved_segment(creditor, segment)
    if dry_run:
        accounts, passed = preview(
            creditor, chosen, size=size, ports=ports, now=wiring.clock().now()
        )
        say_table(
            ("account", "owed", "due"),
            [(a.reference, a.balance, day(a.due_on)) for a in accounts],
        )
        if accounts:
            say(f"{count(len(accounts), 'account')} would be contacted.")
        else:
            say(f"A pilot of {chosen.name} would contact nobody, and so does not start:")
        _say_passed_over(passed)
        raise typer.Exit(0 if accounts else 1)
    done = begin(target, creditor, segment=chosen, stage="shadow" if shadow else "pilot", size=size)
    _say_begun(done)
    say(f"In 48 hours: dunlin pilot show {done['rollout']}")


def _say_begun(done: Mapping[str, Any]) -> None:
    held = f", {done['held_out']:,} held out" if done["held_out"] else ""
    say(f"{done['rollout']}: {count(done['started'], 'account')} started{held}.")
    _say_passed_over(done["passed_over"])


def _say_passed_over(passed: Mapping[str, int]) -> None:
    """Why accounts are not contacted, the most frequent reason first."""
    for why, number in sorted(passed.items(), key=lambda reason: -reason[1]):
        say(f"{count(number, 'account')} not: {why_not(why)}", 2, 2)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n:,} {words(name).lower()}" for name, n in counts.items())


def saved_segment(creditor: str, name: str) -> Segment:
    """A saved segment of a creditor. Raises `DomainError` naming those there are."""
    from dunlin.runtime import wiring

    segments = wiring.rollout_ports().rollouts.segments(creditor)
    for segment in segments:
        if segment.name == name:
            return segment
    there = ", ".join(s.name for s in segments)
    if not there:
        raise DomainError(
            f"no segment {name}: {creditor} has saved none yet (dunlin segment put)."
            " Leave --segment out for the usual one."
        )
    raise DomainError(f"no segment {name}; there are: {there}")


def activate(
    target: ToWrite,
    creditor: CreditorArgument,
    segment: Annotated[str, typer.Option(help="A saved segment; default: all accounts.")] = "",
    everybody: Annotated[
        bool, typer.Option("--everybody", help="Yes, every account, without a pilot before.")
    ] = False,
) -> None:
    """Start every account of a segment at once, without a pilot before it, and each new one as
    it becomes due. Nothing starts without --everybody.

    Example: dunlin activate harbor-clinic --everybody
    """
    chosen = saved_segment(creditor, segment) if segment else EVERYBODY
    if not everybody:
        raise not_in_order(
            f"This would start every account of {creditor} ({chosen.name}) without a pilot.",
            f"A pilot of {PILOT_SIZE} first: dunlin pilot start {creditor}",
            f"Or all of them now: dunlin activate {creditor} --everybody",
        )
    _say_begun(begin(target, creditor, segment=chosen, stage="full"))


def begin(
    target: Target, creditor: str, *, segment: Segment, stage: str, size: int = 0
) -> dict[str, Any]:
    """Begin a rollout through its function; `size` 0 goes with `full`, which is every account of
    the segment."""
    asked = {
        "creditor": creditor,
        "segment": {"name": segment.name, "when": document_of(segment.when)},
        "stage": stage,
        "size": size,
    }
    return _ask(target, creditor, {"begin": asked})


def _ask(target: Target, creditor: str, what: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for something under an id of its own and wait for the answer. The function is called
    without waiting for it, so that no client calls it again in doubt; called again, it does
    nothing twice. Raises `DomainError` where it is refused."""
    from dunlin.runtime import wiring

    request_id = uuid.uuid4().hex
    rollouts = wiring.rollout_ports().rollouts

    def answer() -> Mapping[str, Any] | None:
        request = rollouts.request(creditor, request_id)
        return request.answer if request else None

    target.client("lambda").invoke(
        FunctionName=target.outputs["ActivateAccountsFunctionName"],
        InvocationType="Event",
        Payload=json.dumps({"request": request_id, **what}),
    )
    answered = dict(wait_for(answer, f"{creditor}'s rollout, which goes on by itself"))
    if "refused" in answered:
        raise DomainError(answered["refused"])
    return answered


@pilots.command("list")
def list_rollouts(creditor: CreditorArgument, _on: OnStack) -> None:
    """The rollouts of a creditor.

    Example: dunlin pilot list harbor-clinic
    """
    from dunlin.runtime import wiring

    rows = [
        (
            rollout.rollout_id,
            rollout.segment.name,
            rollout.stage.value,
            f"{rollout.size:,}",
            rollout.strategy_version,
            minute(rollout.started_at),
            rollout.halted,
        )
        for rollout in wiring.rollout_ports().rollouts.rollouts(creditor)
    ]
    say_table(("rollout", "segment", "stage", "size", "strategy", "started (UTC)", "halted"), rows)
    if not rows:
        say(f"Nothing was started for {creditor} yet: dunlin pilot start {creditor}")


@pilots.command()
def show(
    rollout: Id,
    target: OnStack,
    as_json: Json = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Have it counted again first.")] = False,
) -> None:
    """What a rollout did: planned and actual touches, deliveries, replies, refusals, payments, as
    the stack counted it last.

    Example: dunlin pilot show harbor-clinic.1
    """
    report, lifted = _report(target, rollout, fresh=fresh)
    if as_json:
        say_json(_in_words(report, lifted))
        return
    _say(report, lifted)
    say(f"Counted {minute(report.at)} UTC. Again: dunlin pilot show {rollout} --fresh")


@pilots.command()
def compare(first: Id, other: Id, target: OnStack) -> None:
    """Two rollouts side by side, each with its own counts.

    Example: dunlin pilot compare harbor-clinic.1 harbor-clinic.2
    """
    both = [_side(_report(target, rollout)[0]) for rollout in (first, other)]
    say_table(("", first, other), [(name, both[0][name], both[1][name]) for name in both[0]])
    say(compared(_versus(first, other), first, other))


def _side(report: Report) -> dict[str, str]:
    """What a rollout did, by what it is called."""
    deliveries = report.deliveries.values()
    return {
        "segment": report.rollout.segment.name,
        "stage": report.rollout.stage.value,
        "halted": report.rollout.halted or "no",
        "strategy": f"version {report.rollout.strategy_version}",
        "accounts": f"{report.accounts:,}",
        "held out": f"{report.held_out:,}",
        "planned in 48 hours": f"{report.planned:,}",
        "contacted in 48 hours": f"{report.actual:,}",
        "contacts": f"{report.contacts:,}",
        "delivered": f"{sum(d.delivered for d in deliveries):,}",
        "bounced": f"{sum(d.bounced for d in deliveries):,}",
        "replies": _counted(report.replies) or "none",
        "refused by rule": ", ".join(f"{rule} {n:,}" for rule, n in report.refused.items())
        or "none",
        "paid": money(report.paid) or "nothing yet",
        "payers": f"{report.payers:,}",
    }


def _versus(first: str, other: str) -> Lift | None:
    from dunlin.runtime import wiring
    from dunlin.service.reports.measures import versus

    return versus(
        first,
        other,
        ports=wiring.rollout_ports(),
        ledgers=wiring.account_book(),
        now=wiring.clock().now(),
    )


def _report(target: Target, rollout_id: str, *, fresh: bool = False) -> tuple[Report, Lift | None]:
    """What the last look counted; where there was none, it is old for a rollout that is looked at
    every hour, or it is to be fresh, one is asked for and waited for. Raises `DomainError`."""
    from dunlin.runtime import wiring
    from dunlin.service.rollouts.looking import report_of

    rollouts = wiring.rollout_ports().rollouts
    rollout = rollouts.rollout(rollout_id)
    if rollout is None:
        raise DomainError(f"no rollout {rollout_id}")
    last = rollouts.look(rollout_id)
    hourly = rollout.stage is not RolloutStage.FULL
    old = last is None or (hourly and wiring.clock().now() - last.at > timedelta(hours=1))
    if last is not None and not (old or fresh):
        return report_of(last, rollout)

    def newer() -> RolloutLook | None:
        look = rollouts.look(rollout_id)
        return None if look is None or (last and look.number <= last.number) else look

    target.client("lambda").invoke(
        FunctionName=target.outputs["ActivateAccountsFunctionName"],
        InvocationType="Event",
        Payload=json.dumps({"look": rollout_id}),
    )
    look = wait_for(newer, f"the count of {rollout_id}, which goes on by itself")
    return report_of(look, rollout)


def _in_words(report: Report, lifted: Lift | None) -> dict[str, Any]:
    return {
        "rollout": report.rollout.rollout_id,
        "segment": report.rollout.segment.name,
        "stage": report.rollout.stage.value,
        "halted": report.rollout.halted,
        "strategy": report.rollout.strategy_version,
        "configuration": report.rollout.configuration[:12],
        "at": report.at.isoformat(),
        "accounts": report.accounts,
        "held_out": report.held_out,
        "planned_48h": report.planned,
        "actual_48h": report.actual,
        "contacts": report.contacts,
        "deliveries": {
            f"{template} by {channel}": {
                name: getattr(d, name) for name in d.__slots__ if getattr(d, name)
            }
            for (template, channel), d in report.deliveries.items()
        },
        "replies": dict(report.replies),
        "refused": dict(report.refused),
        "paid": dict(report.paid),
        "payers": report.payers,
        "guardrails": {
            r.guardrail: {"events": r.events, "contacts": r.contacts, "course": r.course.value}
            for r in report.guardrails
        },
        "lift": None
        if lifted is None
        else {
            "treated": round(lifted.treated, 4),
            "held_out": round(lifted.held_out, 4),
            "low": round(lifted.low, 4),
            "high": round(lifted.high, 4),
            "decided": lifted.decided,
        },
    }


def _say(report: Report, lifted: Lift | None) -> None:
    for line in pilot_lines(report, lifted, load_rulebook().plain):
        say(line)


@pilots.command()
def promote(rollout: Id, target: ToWrite) -> None:
    """Let the tested configuration, unchanged, reach every eligible account of its segment.

    Example: dunlin pilot promote harbor-clinic.1
    """
    _say_pace(creditor_of(rollout))
    done = _ask(target, creditor_of(rollout), {"promote": rollout})
    if "obstacles" in done:
        raise not_in_order(*done["obstacles"])
    whole = done["stage"] == "full"
    reach = "everybody of its segment" if whole else count(done["size"], "account")
    say(
        f"{rollout} now reaches {reach}: {done['started']:,} more started."
        " It grows by itself and halts by itself."
    )


def _say_pace(creditor: str) -> None:
    """How long an e-mail to everybody takes at what the mail account lets go."""
    from dunlin.runtime import wiring

    turns = wiring.mail_turns()
    pace = turns.pace() if turns is not None else None
    if pace is None:
        return
    tally = wiring.counters().tally(creditor)
    accounts = sum(figure.accounts for figure in tally.values())
    hours = math.ceil(time_for(accounts, pace) / timedelta(hours=1))
    a_day = f", {pace.per_day:,} in 24 hours" if pace.per_day >= 0 else ""
    say(
        f"The mail account lets {timedelta(hours=1) // pace.step:,} e-mails an hour go{a_day}:"
        f" one to each of {count(accounts, 'account')} takes {count(hours, 'hour')}."
    )


@pilots.command()
def halt(rollout: Id, asked: ByStaff) -> None:
    """Stop a rollout: nothing more is started, and each of its accounts is paused.

    Example: dunlin pilot halt harbor-clinic.1 --why case-17 --by desk-1
    """
    who = asked.order
    order = {"halt": rollout, "by": who.by, "why": who.why}
    done = _ask(asked.target, creditor_of(rollout), order)
    say(f"{rollout} is halted: {done['halted']}.")
