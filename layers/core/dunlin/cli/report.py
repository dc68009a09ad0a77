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

from dunlin.cli.stack import Aws, Json, StackName, console, target_or_exit
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
    as_json: Json = False,
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
        document = draw(
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

        page = charts(f"{creditor}, {document.since} to {document.until}", document.series)
        html.write_text(page, "utf-8")
    if as_json:
        console.print_json(json.dumps(in_words(document)))
        return
    _print(document)


def costs_of(options: list[str]) -> dict[str, int]:
    """`aws=1250` and the like as figures. Raises `DomainError`."""
    costs: dict[str, int] = {}
    for option in options:
        name, _, minor = option.partition("=")
        if not name or not (minor.isascii() and minor.isdigit()):
            raise DomainError(f"a cost is written as staff=8000, not {option!r}")
        costs[name] = costs.get(name, 0) + int(minor)
    return costs


def _number(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 4)


def _lift(lift: Lift | None) -> dict[str, Any] | None:
    if lift is None:
        return None
    return {
        "contacted": round(lift.treated, 4),
        "baseline": round(lift.held_out, 4),
        "low": round(lift.low, 4),
        "high": round(lift.high, 4),
        "accounts": [lift.treated_accounts, lift.held_out_accounts],
        "winner": {"treated": "contacted", "held_out": "baseline", "": ""}[lift.winner],
    }


def _collected(collected: Collected) -> dict[str, Any]:
    return {
        "accounts": collected.accounts,
        "targeted": dict(collected.targeted),
        "recovered": dict(collected.recovered),
        "share": {c: _number(collected.share(c)) for c in collected.targeted},
    }


def _period(period: Period) -> dict[str, Any]:
    return {
        "from": period.since.isoformat(),
        "to": period.until.isoformat(),
        "recovered": dict(period.recovered),
        "days_to_collect": {c: _number(d) for c, d in period.days_to_collect.items()},
    }


def _return(figures: Return) -> dict[str, Any]:
    return {
        "recovered": figures.recovered,
        "cost": figures.cost,
        "net": figures.net,
        "cost_of_each_recovered": _number(figures.cost_of_a_unit),
        "agency_fee": figures.agency_fee,
        "saved_against_agency": figures.saved,
        "extra_net_low_middle_high": figures.extra_net,
    }


def in_words(document: ReportDocument) -> dict[str, Any]:
    """The report as JSON; money in minor units by currency."""
    both = document.before_and_after
    return {
        "creditor": document.creditor,
        "from": document.since.isoformat(),
        "to": document.until.isoformat(),
        "launch": document.launch.isoformat() if document.launch else None,
        "accounts": document.accounts,
        "cohorts": {
            rollout.rollout_id: [
                {"week": w.week, "against": w.against} | {"lift": _lift(w.lift)} for w in weeks
            ]
            for rollout, weeks in document.cohorts
        },
        "by_day_60": _collected(document.by_day_60),
        "calls_made": document.calls,
        "recovered_apart": {
            kind: _collected(collected) for kind, collected in document.kinds.items()
        },
        "before_launch": _period(both[0]) if both else None,
        "since_launch": _period(both[1]) if both else None,
        "medians": {
            "touch_to_payment_hours": _number(document.medians.touch_to_payment_hours),
            "request_to_active_hours": _number(document.medians.request_to_active_hours),
            "touches_per_resolution": _number(document.medians.touches_per_resolution),
        },
        "roll_rates": {
            currency: {bucket.value: _number(rate) for bucket, rate in collected.items()}
            for currency, collected in document.rolled.items()
        },
        "arrangements": {
            "kept": document.kept.kept,
            "broken": document.kept.broken,
            "rate": _number(document.kept.rate),
        },
        "lateness": {
            "touches": document.lateness.touches,
            "on_time": _number(document.lateness.on_time),
            "within_seconds": {str(k): n for k, n in document.lateness.within.items()},
            "longest_seconds": document.lateness.longest_seconds,
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
            for (template, channel, segment), cell in document.responses.items()
        ],
        "returns": {currency: _return(figures) for currency, figures in document.returns.items()},
        "series": {
            s.name: {
                "baseline": _number(s.baseline),
                "average": _number(s.average),
                "days": {on.isoformat(): n for on, n in s.days.items()},
            }
            for s in document.series
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
            for site in document.locations
        ],
    }


def _sums(sums: Mapping[str, int]) -> str:
    return "  ".join(str(Money(minor, currency)) for currency, minor in sums.items()) or "-"


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False)


def _print(document: ReportDocument) -> None:
    _say(f"{document.creditor}, {document.since} to {document.until}, {document.accounts} accounts")
    if document.launch is None:
        _say("No ladder has begun yet.")
    for rollout, weeks in document.cohorts:
        _say(f"{rollout.rollout_id}: {rollout.segment.name}")
        for week in weeks:
            _say(f"  {_week(week)}")
    _print_figures(document)
    _print_periods(document)
    _print_returns(document)
    _print_tables(document)


def _print_figures(document: ReportDocument) -> None:
    for currency, owed in document.by_day_60.targeted.items():
        share = document.by_day_60.share(currency) or Fraction(0)
        _say(f"Recovered by day {BY_DAY}: {float(share):.1%} of {Money(owed, currency)}")
    _say(f"Calls made: {document.calls}")
    if (on_time := document.lateness.on_time) is not None:
        _say(
            f"On time: {float(on_time):.1%} of {document.lateness.touches} touches within a "
            "minute of "
            f"their plan, the latest after {document.lateness.longest_seconds} s"
        )
    for kind, collected in document.kinds.items():
        if collected.accounts:
            words = kind.replace("_", " ")
            _say(f"{words}: {_sums(collected.recovered)} of {_sums(collected.targeted)} recovered")
    for currency, shares in document.rolled.items():
        rates = ", ".join(f"{bucket.value} {float(rate):.1%}" for bucket, rate in shares.items())
        _say(f"Rolled into an older bucket ({currency}): {rates}")
    if (rate := document.kept.rate) is not None:
        ended = document.kept.kept + document.kept.broken
        _say(f"Arrangements kept: {float(rate):.1%} of {ended} that ended")


def _print_tables(document: ReportDocument) -> None:
    table = Table("template", "channel", "segment", "contacts", "responded", "paid", "days")
    for (template, channel, segment), cell in document.responses.items():
        numbers = (cell.contacts, cell.responded, cell.paid, _number(cell.days_to_pay))
        _row(table, template, channel, segment, *numbers)
    console.print(table)
    table = Table("a day", "before launch", "since")
    for series in document.series:
        _row(table, series.name, _number(series.baseline), _number(series.average))
    console.print(table)
    if len(document.locations) > 1:
        table = Table("location", "accounts", "units", "owing", "owed", "recovered")
        for site in document.locations:
            counts = (site.accounts, site.units, site.owing)
            _row(table, site.name or "(none)", *counts, _sums(site.owed), _sums(site.recovered))
        console.print(table)


def _row(table: Table, *cells: object) -> None:
    """Names come from outside: they are shown, never read as markup."""
    table.add_row(*(Text("-" if c is None else str(c)) for c in cells))


def _week(week: Week) -> str:
    against = {"holdout": "where nobody was contacted", "before": "in as many days before"}
    text = f"week {week.week}: "
    lift = week.lift
    if lift is None:
        return text + f"nothing to tell yet against {week.against}"
    text += f"{lift.treated:.1%} recovered, {lift.held_out:.1%} {against[week.against]}: "
    text += f"{lift.difference:+.1%} ({lift.low:+.1%} to {lift.high:+.1%})"
    return text + ("" if lift.decided else ", which proves nothing")


def _print_periods(document: ReportDocument) -> None:
    for name, period in zip(("before", "since"), document.before_and_after or (), strict=False):
        days = ", ".join(f"{float(d):.1f} days ({c})" for c, d in period.days_to_collect.items())
        _say(
            f"{name} launch, {period.since} to {period.until}: {_sums(period.recovered)} "
            "recovered, "
            f"on average {days or 'nothing'} after the due date"
        )


def _print_returns(document: ReportDocument) -> None:
    for currency, figures in document.returns.items():

        def money(minor: int, currency: str = currency) -> str:
            return str(Money(minor, currency))

        _say(
            f"recovered {money(figures.recovered)} for {money(figures.cost)}: net "
            f"{money(figures.net)}; "
            f"an agency would have kept {money(figures.agency_fee)}"
        )
        if figures.extra_net is not None:
            low, middle, high = figures.extra_net
            _say(
                f"of which contact brought {money(middle)} after its cost "
                f"({money(low)} to {money(high)})"
            )


def compared(lift: Lift | None, treated_name: str, other: str) -> str:
    """Two rollouts in a sentence; a winner is named only where the interval lets one be."""
    if lift is None:
        return "Too few accounts to compare what was recovered."
    sentence = (
        f"Recovered {lift.treated:.1%} of {lift.treated_accounts} accounts and "
        f"{lift.held_out:.1%} of {lift.held_out_accounts}, over equally many days: "
        f"{lift.difference:+.1%} ({lift.low:+.1%} to {lift.high:+.1%})."
    )
    winner = {"treated": treated_name, "held_out": other, "": ""}[lift.winner]
    return f"{sentence} {winner} is better." if winner else f"{sentence} Neither is proven better."
