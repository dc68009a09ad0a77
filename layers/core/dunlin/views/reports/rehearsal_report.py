"""A rehearsal as one HTML page with pictures: no script, no file beside it, printable.

Charts are inline SVG. Everything from outside (references, names of creditors) is escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from dunlin.domain.reports.forecast import Forecast, ForecastDifference
from dunlin.views.charts.day_columns import Stacked, day_columns
from dunlin.views.jinja import environment

_TEMPLATES = environment(Path(__file__).parent / "templates")
_CHANNELS = {
    "email": Stacked(colour="var(--email)", counted="e-mails"),
    "sms": Stacked(colour="var(--sms)", counted="texts"),
}
_NAMES = {"email": "e-mail", "sms": "text"}
_HEIGHT = 220
_DARKEST = 70  # percent of ink in the busiest day of the calendar, whose date is read on it


def page(
    forecasts: Sequence[tuple[str, Forecast]], difference: ForecastDifference | None = None
) -> str:
    """The page of one forecast, or of two and what sets them apart. Names are shown as given."""
    names = [name for name, _ in forecasts]
    return _TEMPLATES.get_template("rehearsal.html.j2").render(
        title=" and ".join(names),
        apart=_apart(names, difference) if difference is not None else [],
        parts=[_part(name, forecast) for name, forecast in forecasts],
        channels=_CHANNELS,
    )


def _apart(names: Sequence[str], difference: ForecastDifference) -> list[tuple[str, int]]:
    first, second = names
    return [
        ("messages in both, alike", difference.both),
        (f"only with {first}", difference.only_first),
        (f"only with {second}", difference.only_second),
        ("accounts whose messages differ", difference.accounts_changed),
    ]


def _part(name: str, forecast: Forecast) -> dict[str, Any]:
    days = forecast.by_day()
    sent = Counter(message.channel for message in forecast.messages)
    return {
        "name": name,
        "forecast": forecast,
        "figures": [
            (f"{forecast.started:,}", "ladders started"),
            *((f"{sent[channel]:,}", look.counted) for channel, look in _CHANNELS.items()),
            (_dollars(forecast.cost_micro), "at list price, without carriers' fees"),
            (f"{forecast.deferred:,}", "times the rules let one wait"),
        ],
        "chart": day_columns("Messages by day", days, _CHANNELS, height=_HEIGHT, every=14),
        "weeks": _weeks(days),
        "templates": [
            (template, _NAMES[channel], number)
            for (template, channel), number in forecast.by_template().items()
        ],
    }


def _dollars(micro: int) -> str:
    return f"${micro / 1_000_000:,.2f}"


def _weeks(days: Mapping[date, Counter[str]]) -> list[list[tuple[date | None, int, int]]]:
    """Weeks from Monday: each day with its messages and how dark it is, in percent; days before
    the first as None."""
    busiest = max((numbers.total() for numbers in days.values()), default=0) or 1
    cells: list[tuple[date | None, int, int]] = [(None, 0, 0)] * min(days).weekday()
    for day, numbers in days.items():
        cells.append((day, numbers.total(), round(_DARKEST * numbers.total() / busiest)))
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]
