"""`dunlin segment …`, `dunlin pilot …` and `dunlin activate`: whom a strategy reaches, and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.cli.report import compared
from dunlin.cli.stack import Aws, Json, StackName, console, target_or_exit
from dunlin.cli.target import Target
from dunlin.domain.errors import DomainError
from dunlin.domain.reports.outcome import Lift, Report
from dunlin.domain.rollouts.ramp import PILOT_SIZE
from dunlin.domain.rollouts.rollout import Count, Segment
from dunlin.domain.strategy.strategy import Selection, document_of
from dunlin.views.reports.pilot_text import money, pilot_lines

segments = typer.Typer(no_args_is_help=True, help="Saved selections of accounts.")
pilots = typer.Typer(no_args_is_help=True, help="From a pilot to every account.")

CreditorArgument = Annotated[str, typer.Argument(help="The creditor's id.")]
Id = Annotated[str, typer.Argument(metavar="ROLLOUT", help="As `dunlin pilot list` shows it.")]
EVERYBODY = Segment(name="everybody", when=Selection())
_USUAL = {"name": "aged 30 to 60 days", "when": {"days_past_due": {"from": 30, "to": 60}}}


def _fail(error: object) -> typer.Exit:
    console.print(f"[red]{error}")
    return typer.Exit(1)


@segments.command("put")
def put_segment(
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
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Save a segment under a name, or change the one of this name."""
    target_or_exit(stack=stack, aws=aws)
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
    try:
        segment = segment_of({"name": name, "when": {k: v for k, v in when.items() if v}})
    except DomainError as error:
        raise _fail(error) from error
    wiring.rollout_ports().rollouts.put_segment(creditor, segment)
    console.print(f"{name}: {segment.when}")


def _ends(low: int | None, high: int | None) -> dict[str, int]:
    return {end: n for end, n in (("from", low), ("to", high)) if n is not None}


@segments.command("list")
def list_segments(
    creditor: CreditorArgument,
    as_json: Json = False,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Saved segments and suggested ones, each with its accounts and what it shares with others.
    Nothing is started."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring
    from dunlin.service.rollouts.rollouts import counts

    try:
        saved, suggested = counts(
            creditor, [], ports=wiring.rollout_ports(), now=wiring.clock().now()
        )
    except DomainError as error:
        raise _fail(error) from error
    if as_json:
        listing = {
            "saved": [_count_in_words(c) for c in saved],
            "suggested": [_count_in_words(c) for c in suggested],
        }
        console.print_json(json.dumps(listing))
        return
    for title, section in (("saved", saved), ("suggested", suggested)):
        table = Table(title, "which", "accounts", "ready", "owed", "shared with")
        for count in section:
            table.add_row(
                count.segment.name,
                str(count.segment.when),
                str(count.accounts),
                str(count.ready),
                money(count.owed),
                ", ".join(f"{name} ({n})" for name, n in count.overlaps.items()),
            )
        console.print(table)


def _count_in_words(count: Count) -> dict[str, Any]:
    return {
        "name": count.segment.name,
        "which": str(count.segment.when),
        "accounts": count.accounts,
        "ready": count.ready,
        "owed": dict(count.owed),
        "overlaps": dict(count.overlaps),
    }


@pilots.command()
def start(
    creditor: CreditorArgument,
    segment: Annotated[str, typer.Option(help="A saved segment; default: 30 to 60 days.")] = "",
    size: Annotated[int, typer.Option(help="How many accounts.")] = PILOT_SIZE,
    shadow: Annotated[bool, typer.Option(help="Plan and log, send nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list who it would be.")] = False,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Start a pilot: exactly these accounts are contacted and no other."""
    target = target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring
    from dunlin.service.rollouts.rollouts import preview, segment_of

    ports = wiring.rollout_ports()
    try:
        chosen = segment_of(_USUAL) if not segment else saved_segment(creditor, segment)
        if dry_run:
            accounts, passed = preview(
                creditor, chosen, size=size, ports=ports, now=wiring.clock().now()
            )
            for account in accounts:
                line = f"{account.reference:16} {account.balance!s:>12}  due {account.due_on}"
                console.print(line, markup=False, highlight=False)
            console.print(f"{len(accounts)} would be contacted. {_reasons(passed)}")
            return
    except DomainError as error:
        raise _fail(error) from error
    done = begin(target, creditor, segment=chosen, stage="shadow" if shadow else "pilot", size=size)
    console.print(
        f"[bold]{done['rollout']}[/]: {done['started']} started, {done['held_out']} held out."
        f" {_reasons(done['passed_over'])}"
    )
    console.print(f"In 48 hours: dunlin pilot show {done['rollout']}")


def _reasons(passed: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {why}" for why, n in passed.items())


def saved_segment(creditor: str, name: str) -> Segment:
    """A saved segment of a creditor. Raises `DomainError` naming those there are."""
    from dunlin.runtime import wiring

    segments = wiring.rollout_ports().rollouts.segments(creditor)
    for segment in segments:
        if segment.name == name:
            return segment
    raise DomainError(f"no segment {name!r}; there are: {', '.join(s.name for s in segments)}")


def activate(
    creditor: CreditorArgument,
    segment: Annotated[str, typer.Option(help="A saved segment; default: everybody.")] = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Start every account of a segment at once, without a pilot before it, and each new one as
    it becomes due."""
    target = target_or_exit(stack=stack, aws=aws)
    try:
        chosen = saved_segment(creditor, segment) if segment else EVERYBODY
    except DomainError as error:
        raise _fail(error) from error
    done = begin(target, creditor, segment=chosen, stage="full")
    console.print(
        f"[bold]{done['rollout']}[/]: {done['started']} started, {done['held_out']} held out."
        f" {_reasons(done['passed_over'])}"
    )


def begin(
    target: Target, creditor: str, *, segment: Segment, stage: str, size: int = 0
) -> dict[str, Any]:
    """Begin a rollout through its function; `size` 0 is every account of the segment."""
    return _call(
        target,
        {
            "begin": {
                "creditor": creditor,
                "segment": {"name": segment.name, "when": document_of(segment.when)},
                "stage": stage,
                "size": size,
            }
        },
    )


def _call(target: Target, event: dict[str, Any]) -> dict[str, Any]:
    answer = target.client("lambda").invoke(
        FunctionName=target.outputs["ActivateAccountsFunctionName"], Payload=json.dumps(event)
    )
    content: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise _fail(content.get("errorMessage", content))
    return content


@pilots.command("list")
def list_rollouts(
    creditor: CreditorArgument, aws: Aws = False, stack: StackName = "dunlin"
) -> None:
    """The rollouts of a creditor."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    table = Table("rollout", "segment", "stage", "size", "strategy", "started", "halted")
    for rollout in wiring.rollout_ports().rollouts.rollouts(creditor):
        table.add_row(
            rollout.rollout_id,
            rollout.segment.name,
            rollout.stage.value,
            str(rollout.size),
            str(rollout.strategy_version),
            f"{rollout.started_at:%Y-%m-%d %H:%M}",
            rollout.halted,
        )
    console.print(table)


@pilots.command()
def show(rollout: Id, as_json: Json = False, aws: Aws = False, stack: StackName = "dunlin") -> None:
    """What a rollout did: planned and actual touches, deliveries, replies, refusals, payments."""
    target_or_exit(stack=stack, aws=aws)
    report, lifted = _report(rollout)
    if as_json:
        console.print_json(json.dumps(_in_words(report, lifted)))
        return
    _print(report, lifted)


@pilots.command()
def compare(first: Id, other: Id, aws: Aws = False, stack: StackName = "dunlin") -> None:
    """Two rollouts side by side, each with its own counts."""
    target_or_exit(stack=stack, aws=aws)
    both = [_in_words(*_report(rollout)) for rollout in (first, other)]
    table = Table("", first, other)
    for key in both[0]:
        values = [json.dumps(b[key]) if isinstance(b[key], dict) else str(b[key]) for b in both]
        table.add_row(key.replace("_", " "), *values)
    console.print(table)
    console.print(compared(_versus(first, other), first, other), markup=False)


def _versus(first: str, other: str) -> Lift | None:
    from dunlin.runtime import wiring
    from dunlin.service.reports.measures import versus

    return versus(first, other, ports=wiring.rollout_ports(), now=wiring.clock().now())


def _report(rollout: str) -> tuple[Report, Lift | None]:
    from dunlin.runtime import wiring
    from dunlin.service.rollouts.rollouts import show as draw

    try:
        return draw(rollout, ports=wiring.rollout_ports(), now=wiring.clock().now())
    except DomainError as error:
        raise _fail(error) from error


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


def _print(report: Report, lifted: Lift | None) -> None:
    for line in pilot_lines(report, lifted, load_rulebook().plain):
        console.print(line, markup=False, highlight=False)


@pilots.command()
def promote(rollout: Id, aws: Aws = False, stack: StackName = "dunlin") -> None:
    """Let the tested configuration, unchanged, reach every eligible account of its segment."""
    target = target_or_exit(stack=stack, aws=aws)
    done = _call(target, {"promote": rollout})
    if "obstacles" in done:
        for line in done["obstacles"]:
            console.print(f"[red]{line}")
        raise typer.Exit(1)
    reach = "everybody of its segment" if done["stage"] == "full" else f"{done['size']} accounts"
    console.print(
        f"{rollout} now reaches {reach}: {done['started']} more started. "
        "It grows by itself and halts by itself."
    )


@pilots.command()
def halt(
    rollout: Id,
    by: Annotated[str, typer.Option("--by", help="Who does it: a code, never a name.")],
    why: Annotated[str, typer.Option("--why", help="A code.")],
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Stop a rollout: nothing more is started, and each of its accounts is paused."""
    target = target_or_exit(stack=stack, aws=aws)
    done = _call(target, {"halt": rollout, "by": by, "why": why})
    console.print(f"{rollout} is halted: {done['halted']}.")
