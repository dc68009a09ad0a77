"""The series of a report as one HTML page: bars by day, with the average day before launch as a
line across them. No script, no file beside it, printable; what came from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from markupsafe import Markup

from dunlin.domain.reports.daily_series import DailySeries
from dunlin.views.charts.day_columns import Stacked, day_columns
from dunlin.views.jinja import environment

_TEMPLATES = environment(Path(__file__).parent / "templates")
_HEIGHT = 180
_DATES = 8  # so many dates are written below a chart
_BARS = {"": Stacked(colour="var(--bar)")}


def charts(title: str, series: Iterable[DailySeries]) -> str:
    """One chart for each series."""
    drawn = [(daily, _chart(daily)) for daily in series]
    return _TEMPLATES.get_template("measures.html.j2").render(title=title, drawn=drawn)


def _chart(series: DailySeries) -> Markup:
    return day_columns(
        f"{series.name} by day",
        {day: {"": number} for day, number in series.days.items()},
        _BARS,
        height=_HEIGHT,
        every=max(1, len(series.days) // _DATES),
        level=series.baseline,
    )
