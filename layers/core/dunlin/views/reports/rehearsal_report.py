"""A rehearsal as one HTML page with pictures: no script, no file beside it, printable.

Charts are inline SVG. Everything from outside (references, names of creditors) is escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from dunlin.domain.reports.forecast import Forecast, ForecastDifference, Message
from dunlin.domain.rollouts.rollout import why_not
from dunlin.views.charts.day_columns import Stacked, day_columns
from dunlin.views.jinja import environment
from dunlin.views.reports.rehearsal_text import CHANNELS, ENDS, in_words

_TEMPLATES = environment(Path(__file__).parent / "templates")
_CHANNELS = {
    "email": Stacked(colour="var(--email)", counted="e-mails"),
    "sms": Stacked(colour="var(--sms)", counted="texts"),
}
_MOST = 5_000  # messages that are listed with their words
_HEIGHT = 220


def page(
    forecasts: Sequence[tuple[str, Forecast]],
    difference: ForecastDifference | None = None,
    rules: Mapping[str, str] | None = None,
) -> str:
    """The page of one forecast, or of two and what sets them apart. Names are shown as given;
    `rules` says what each rule is for in plain words, by its id."""
    names = [name for name, _ in forecasts]
    return _TEMPLATES.get_template("rehearsal.html.j2").render(
        title=" and ".join(names),
        apart=_apart(names, difference) if difference is not None else [],
        parts=[_part(name, forecast, rules or {}) for name, forecast in forecasts],
        channels=_CHANNELS,
        names=CHANNELS,
    )


def _apart(names: Sequence[str], difference: ForecastDifference) -> list[tuple[str, int]]:
    first, second = names
    return [
        ("messages in both, alike", difference.both),
        (f"only with {first}", difference.only_first),
        (f"only with {second}", difference.only_second),
        ("accounts whose messages differ", difference.accounts_changed),
    ]


def _part(name: str, forecast: Forecast, rules: Mapping[str, str]) -> dict[str, Any]:
    days = forecast.by_day()
    sent = Counter(message.channel for message in forecast.messages)
    messages = sorted(forecast.messages, key=lambda m: (m.local.replace(tzinfo=None), m.reference))
    return {
        "name": name,
        "forecast": forecast,
        "figures": [
            (f"{forecast.started:,}", "accounts written to"),
            *((f"{sent[channel]:,}", look.counted) for channel, look in _CHANNELS.items()),
            (_dollars(forecast.cost_micro), "at list price, without carriers' fees"),
            (f"{forecast.deferred:,}", "times a rule made one wait"),
        ],
        "chart": day_columns("Messages by day", days, _CHANNELS, height=_HEIGHT, every=14),
        "steps": [
            (step, CHANNELS[channel], number)
            for (step, channel), number in forecast.by_step().items()
        ],
        "people": _by_person(messages[:_MOST]),
        "lines": [(day, list(of_day)) for day, of_day in groupby(messages[:_MOST], _day)],
        "more": max(0, len(messages) - _MOST),
        "not_started": [(why_not(r), n) for r, n in forecast.passed_over.items()],
        "refused": [(*in_words(rule, rules), n) for rule, n in forecast.refusals.items()],
        "ends": [(ENDS.get(standing, standing), n) for standing, n in forecast.ends.items()],
    }


def _day(message: Message) -> date:
    return message.local.date()


def _by_person(messages: Sequence[Message]) -> list[tuple[str, list[Message]]]:
    """Each person with their messages, by name; people of one name stand apart by account."""
    people: dict[tuple[str, str], list[Message]] = {}
    for message in messages:
        people.setdefault((message.person, message.person_id), []).append(message)
    return [(name or "without a name", own) for (name, _), own in sorted(people.items())]


def _dollars(micro: int) -> str:
    return f"${micro / 1_000_000:,.2f}"
