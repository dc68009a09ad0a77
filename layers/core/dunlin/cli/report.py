"""`dunlin report`: what contacting a creditor's accounts brought, with its definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from dunlin.cli.account import channel_word
from dunlin.cli.speech import count, day, say, say_json, say_table
from dunlin.cli.stack import Json, OnStack
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.reports.measures import (
    BEFORE,
    BY_DAY,
    HOLDOUT,
    SMALL_MINOR,
    Collected,
    Period,
    Return,
    Week,
)
from dunlin.domain.reports.outcome import Lift
from dunlin.service.reports.measures import ReportDocument


def report(
    _on: OnStack,
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
) -> None:
    """What contact brought: recovery against the holdout and the time before launch, days to
    collect, responses, calls, return, locations. Figures are measured, never promised.

    Example: dunlin report harbor-clinic --cost staff=8000
    """
    from dunlin.runtime import wiring
    from dunlin.service.reports.measures import draw

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
    if html is not None:
        from dunlin.views.reports.measures_page import charts

        page = charts(f"{creditor}, {document.since} to {document.until}", document.series)
        html.write_text(page, "utf-8")
    if as_json:
        say_json(in_words(document))
        return
    _say(document)
    if html is not None:
        say(f"{html} shows the series by day.")


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


_KINDS = {
    "other": f"Owed {SMALL_MINOR / 100:.2f} or more",
    "small": f"Small, owed less than {SMALL_MINOR / 100:.2f}",
    "written_off": "Written off before",
}


def _recovered(sums: Mapping[str, int]) -> str:
    return f"{_sums(sums)} recovered" if sums else "nothing recovered"


def _sums(sums: Mapping[str, int]) -> str:
    return "  ".join(str(Money(minor, currency)) for currency, minor in sums.items()) or "-"


def _say(document: ReportDocument) -> None:
    accounts = count(document.accounts, "account")
    say(f"{document.creditor}, {day(document.since)} to {day(document.until)}, {accounts}")
    if document.launch is None:
        say("No ladder has begun yet.")
        _say_tables(document)
        return
    for rollout, weeks in document.cohorts:
        tells = any(week.lift for week in weeks)
        nothing = "" if tells else ", nothing to tell yet"
        say(f"{rollout.rollout_id}: {rollout.segment.name}{nothing}", deeper=2)
        for line in _weeks(weeks) if tells else ():
            say(line, 2, 2)
    _say_figures(document)
    _say_periods(document)
    _say_returns(document)
    _say_tables(document)


def _say_figures(document: ReportDocument) -> None:
    for currency, owed in document.by_day_60.targeted.items():
        share = document.by_day_60.share(currency) or Fraction(0)
        say(f"Recovered by day {BY_DAY}: {float(share):.1%} of {Money(owed, currency)}")
    say(f"Calls made: {document.calls}")
    if (on_time := document.lateness.on_time) is not None:
        say(
            f"On time: {float(on_time):.1%} of {count(document.lateness.touches, 'message')} within"
            f" a minute of their plan, the latest after {document.lateness.longest_seconds:,} s"
        )
    for kind, collected in document.kinds.items():
        if collected.accounts:
            of_all = _sums(collected.targeted)
            say(f"{_KINDS[kind]}: {_recovered(collected.recovered)} of {of_all}", deeper=2)
    for currency, shares in document.rolled.items():
        rates = ", ".join(f"{bucket.value} {float(rate):.1%}" for bucket, rate in shares.items())
        say(f"Rolled into an older bucket ({currency}): {rates}")
    if (rate := document.kept.rate) is not None:
        ended = document.kept.kept + document.kept.broken
        say(f"Arrangements kept: {float(rate):.1%} of {ended} that ended")


def _say_tables(document: ReportDocument) -> None:
    if document.responses:
        say("")
    say_table(
        ("message", "as", "segment", "sent", "answered", "paid", "days"),
        [
            (
                template,
                channel_word(channel),
                segment.replace("_", " "),
                f"{cell.contacts:,}",
                f"{cell.responded:,}",
                f"{cell.paid:,}",
                _average(cell.days_to_pay),
            )
            for (template, channel, segment), cell in document.responses.items()
        ],
    )
    known = [s for s in document.series if s.baseline is not None or s.average]
    if known:
        say("")
    say_table(
        ("a day, on average", "before launch", "since"),
        [(s.name, _average(s.baseline), _average(s.average)) for s in known],
    )
    if len(document.locations) > 1:
        say("")
        say_table(
            ("location", "accounts", "units", "owing", "owed", "recovered"),
            [
                (
                    site.name or "(none)",
                    f"{site.accounts:,}",
                    f"{site.units:,}",
                    f"{site.owing:,}",
                    _sums(site.owed),
                    _sums(site.recovered),
                )
                for site in document.locations
            ],
        )


def _average(value: Fraction | None) -> str:
    return "-" if value is None else f"{float(value):,.1f}"


_AGAINST = {HOLDOUT: "where nobody was contacted", BEFORE: "in as many days before"}


def _weeks(weeks: Sequence[Week]) -> Iterator[str]:
    """What each week tells, and of those that tell nothing yet one line a baseline."""
    silent: dict[str, list[str]] = {}
    for week in weeks:
        if week.lift is None:
            silent.setdefault(week.against, []).append(str(week.week))
        else:
            yield _week(week.week, week.lift, _AGAINST[week.against])
    for against, numbers in silent.items():
        weeks_of = f"week{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
        yield f"{weeks_of}: nothing to tell yet beside what came in {_AGAINST[against]}"


def _week(number: int, lift: Lift, baseline: str) -> str:
    text = f"week {number}: {lift.treated:.1%} recovered, {lift.held_out:.1%} {baseline}:"
    text += f" {lift.difference:+.1%} ({lift.low:+.1%} to {lift.high:+.1%})"
    return text + ("" if lift.decided else ", which proves nothing")


def _say_periods(document: ReportDocument) -> None:
    for name, period in zip(("before", "since"), document.before_and_after or (), strict=False):
        days = ", ".join(f"{float(d):.1f} days ({c})" for c, d in period.days_to_collect.items())
        say(
            f"{name.capitalize()} launch, {day(period.since)} to {day(period.until)}:"
            f" {_recovered(period.recovered)}"
            + (f", on average {days} after the due date" if days else "")
        )


def _say_returns(document: ReportDocument) -> None:
    for currency, figures in document.returns.items():

        def money(minor: int, currency: str = currency) -> str:
            return str(Money(minor, currency))

        say(
            f"Recovered {money(figures.recovered)} for {money(figures.cost)}: net"
            f" {money(figures.net)}; an agency would have kept {money(figures.agency_fee)}"
        )
        if figures.extra_net is not None:
            low, middle, high = figures.extra_net
            say(
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
