"""`dunlin report`: what contacting a creditor's accounts brought, with its definitions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.reports.measures import BY_DAY, Collected, Period, Return, Week
from dunlin.domain.reports.outcome import Lift
from dunlin.service.reports.measures import ReportDocument


def report(
    creditor: Annotated[str, typer.Argument(help="The creditor's id.")],
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day; the launch if left out."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; today if left out."),
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option(help="What was spent, such as aws=1250, staff=8000; in minor units."),
    ] = None,
    agency_percent: Annotated[
        int, typer.Option(min=0, max=100, help="What an agency would keep of the recovered.")
    ] = 25,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write the series by day as charts into this file.")
    ] = None,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """What contact brought: recovery against the holdout and the time before launch, days to
    collect, responses, calls, return, locations. Figures are measured, never promised."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring
    from dunlin.service.reports.measures import draw

    try:
        told = draw(
            creditor,
            since=first.date() if first else None,
            until=last.date() if last else None,
            costs=costs_of(cost or []),
            agency_percent=agency_percent,
            ports=wiring.rollout_ports(),
            drop_box=wiring.drop_box(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from error
    if html is not None:
        from dunlin.views.reports.measures_page import charts

        page = charts(f"{creditor}, {told.since} to {told.until}", told.series)
        html.write_text(page, "utf-8")
    if as_json:
        console.print_json(json.dumps(in_words(told)))
        return
    _print(told)


def costs_of(said: list[str]) -> dict[str, int]:
    """`aws=1250` and the like as figures. Raises `DomainError`."""
    found: dict[str, int] = {}
    for one in said:
        name, _, minor = one.partition("=")
        if not name or not (minor.isascii() and minor.isdigit()):
            raise DomainError(f"a cost is written as staff=8000, not {one!r}")
        found[name] = found.get(name, 0) + int(minor)
    return found


def _number(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 4)


def _lift(found: Lift | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "contacted": round(found.treated, 4),
        "baseline": round(found.held_out, 4),
        "low": round(found.low, 4),
        "high": round(found.high, 4),
        "accounts": [found.treated_accounts, found.held_out_accounts],
        "winner": {"treated": "contacted", "held_out": "baseline", "": ""}[found.winner],
    }


def _collected(found: Collected) -> dict[str, Any]:
    return {
        "accounts": found.accounts,
        "targeted": dict(found.targeted),
        "recovered": dict(found.recovered),
        "share": {c: _number(found.share(c)) for c in found.targeted},
    }


def _period(found: Period) -> dict[str, Any]:
    return {
        "from": found.since.isoformat(),
        "to": found.until.isoformat(),
        "recovered": dict(found.recovered),
        "days_to_collect": {c: _number(d) for c, d in found.days_to_collect.items()},
    }


def _return(found: Return) -> dict[str, Any]:
    return {
        "recovered": found.recovered,
        "cost": found.cost,
        "net": found.net,
        "cost_of_each_recovered": _number(found.cost_of_a_unit),
        "agency_fee": found.agency_fee,
        "saved_against_agency": found.saved,
        "extra_net_low_middle_high": found.extra_net,
    }


def in_words(told: ReportDocument) -> dict[str, Any]:
    """The report as JSON; money in minor units by currency."""
    both = told.before_and_after
    return {
        "creditor": told.creditor,
        "from": told.since.isoformat(),
        "to": told.until.isoformat(),
        "launch": told.launch.isoformat() if told.launch else None,
        "accounts": told.accounts,
        "cohorts": {
            rollout.rollout_id: [
                {"week": w.week, "against": w.against} | {"lift": _lift(w.lift)} for w in weeks
            ]
            for rollout, weeks in told.cohorts
        },
        "by_day_60": _collected(told.by_day_60),
        "calls_made": told.calls,
        "recovered_apart": {kind: _collected(found) for kind, found in told.kinds.items()},
        "before_launch": _period(both[0]) if both else None,
        "since_launch": _period(both[1]) if both else None,
        "medians": {
            "touch_to_payment_hours": _number(told.medians.touch_to_payment_hours),
            "request_to_active_hours": _number(told.medians.request_to_active_hours),
            "touches_per_resolution": _number(told.medians.touches_per_resolution),
        },
        "roll_rates": {
            currency: {bucket.value: _number(rate) for bucket, rate in found.items()}
            for currency, found in told.rolled.items()
        },
        "arrangements": {
            "kept": told.kept.kept,
            "broken": told.kept.broken,
            "rate": _number(told.kept.rate),
        },
        "lateness": {
            "touches": told.lateness.touches,
            "on_time": _number(told.lateness.on_time),
            "within_seconds": {str(k): n for k, n in told.lateness.within.items()},
            "longest_seconds": told.lateness.longest_seconds,
        },
        "responses": [
            {
                "template": template,
                "channel": channel,
                "segment": segment,
                "contacts": cell.contacts,
                "responded": cell.responded,
                "paid": cell.paid,
                "days_to_pay": _number(cell.days_to_pay),
                "feedback": dict(cell.feedback),
            }
            for (template, channel, segment), cell in told.responses.items()
        ],
        "returns": {currency: _return(found) for currency, found in told.returns.items()},
        "series": {
            s.name: {
                "baseline": _number(s.baseline),
                "average": _number(s.average),
                "days": {on.isoformat(): n for on, n in s.days.items()},
            }
            for s in told.series
        },
        "locations": [
            {
                "name": site.name,
                "accounts": site.accounts,
                "units": site.units,
                "owing": site.owing,
                "owed": dict(site.owed),
                "recovered": dict(site.recovered),
            }
            for site in told.locations
        ],
    }


def _sums(sums: Mapping[str, int]) -> str:
    return "  ".join(str(Money(minor, currency)) for currency, minor in sums.items()) or "-"


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False)


def _print(told: ReportDocument) -> None:
    _say(f"{told.creditor}, {told.since} to {told.until}, {told.accounts} accounts")
    if told.launch is None:
        _say("No ladder has begun yet.")
    for rollout, weeks in told.cohorts:
        _say(f"{rollout.rollout_id}: {rollout.segment.name}")
        for week in weeks:
            _say(f"  {_week(week)}")
    _print_figures(told)
    _print_periods(told)
    _print_returns(told)
    _print_tables(told)


def _print_figures(told: ReportDocument) -> None:
    for currency, owed in told.by_day_60.targeted.items():
        share = told.by_day_60.share(currency) or Fraction(0)
        _say(f"Recovered by day {BY_DAY}: {float(share):.1%} of {Money(owed, currency)}")
    _say(f"Calls made: {told.calls}")
    if (on_time := told.lateness.on_time) is not None:
        _say(
            f"On time: {float(on_time):.1%} of {told.lateness.touches} touches within a minute of "
            f"their plan, the latest after {told.lateness.longest_seconds} s"
        )
    for kind, found in told.kinds.items():
        if found.accounts:
            words = kind.replace("_", " ")
            _say(f"{words}: {_sums(found.recovered)} of {_sums(found.targeted)} recovered")
    for currency, shares in told.rolled.items():
        rates = ", ".join(f"{bucket.value} {float(rate):.1%}" for bucket, rate in shares.items())
        _say(f"Rolled into an older bucket ({currency}): {rates}")
    if (rate := told.kept.rate) is not None:
        ended = told.kept.kept + told.kept.broken
        _say(f"Arrangements kept: {float(rate):.1%} of {ended} that ended")


def _print_tables(told: ReportDocument) -> None:
    table = Table("template", "channel", "segment", "contacts", "responded", "paid", "days")
    for (template, channel, segment), cell in told.responses.items():
        numbers = (cell.contacts, cell.responded, cell.paid, _number(cell.days_to_pay))
        _row(table, template, channel, segment, *numbers)
    console.print(table)
    table = Table("a day", "before launch", "since")
    for one in told.series:
        _row(table, one.name, _number(one.baseline), _number(one.average))
    console.print(table)
    if len(told.locations) > 1:
        table = Table("location", "accounts", "units", "owing", "owed", "recovered")
        for site in told.locations:
            counts = (site.accounts, site.units, site.owing)
            _row(table, site.name or "(none)", *counts, _sums(site.owed), _sums(site.recovered))
        console.print(table)


def _row(table: Table, *cells: object) -> None:
    """Names come from outside: they are shown, never read as markup."""
    table.add_row(*(Text("-" if c is None else str(c)) for c in cells))


def _week(week: Week) -> str:
    against = {"holdout": "where nobody was contacted", "before": "in as many days before"}
    text = f"week {week.week}: "
    found = week.lift
    if found is None:
        return text + f"nothing to tell yet against {week.against}"
    text += f"{found.treated:.1%} recovered, {found.held_out:.1%} {against[week.against]}: "
    text += f"{found.difference:+.1%} ({found.low:+.1%} to {found.high:+.1%})"
    return text + ("" if found.decided else ", which proves nothing")


def _print_periods(told: ReportDocument) -> None:
    for name, found in zip(("before", "since"), told.before_and_after or (), strict=False):
        days = ", ".join(f"{float(d):.1f} days ({c})" for c, d in found.days_to_collect.items())
        _say(
            f"{name} launch, {found.since} to {found.until}: {_sums(found.recovered)} recovered, "
            f"on average {days or 'nothing'} after the due date"
        )


def _print_returns(told: ReportDocument) -> None:
    for currency, found in told.returns.items():

        def money(minor: int, currency: str = currency) -> str:
            return str(Money(minor, currency))

        _say(
            f"recovered {money(found.recovered)} for {money(found.cost)}: net {money(found.net)}; "
            f"an agency would have kept {money(found.agency_fee)}"
        )
        if found.extra_net is not None:
            low, middle, high = found.extra_net
            _say(
                f"of which contact brought {money(middle)} after its cost "
                f"({money(low)} to {money(high)})"
            )


def compared(found: Lift | None, one: str, other: str) -> str:
    """Two rollouts in a sentence; a winner is named only where the interval lets one be."""
    if found is None:
        return "Too few accounts to compare what was recovered."
    told = (
        f"Recovered {found.treated:.1%} of {found.treated_accounts} accounts and "
        f"{found.held_out:.1%} of {found.held_out_accounts}, over equally many days: "
        f"{found.difference:+.1%} ({found.low:+.1%} to {found.high:+.1%})."
    )
    winner = {"treated": one, "held_out": other, "": ""}[found.winner]
    return f"{told} {winner} is better." if winner else f"{told} Neither is proven better."
