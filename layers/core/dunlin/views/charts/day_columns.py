"""Columns by day as SVG: stacked where a day has more than one number, each with its figure for
who points at it, and a level across them where one is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from markupsafe import Markup

from dunlin.views.jinja import environment

_WIDTH, _LEFT, _TOP, _BOTTOM = 960, 44, 10, 24
_TEMPLATES = environment()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacked:
    """One number of each day: its colour, and the word for what is counted, "" where the chart's
    title says it."""

    colour: str
    counted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One number of one day, in pixels of the drawing."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    title: str


def day_columns(
    label: str,
    days: Mapping[date, Mapping[str, int]],
    stacked: Mapping[str, Stacked],
    *,
    height: int,
    every: int,
    level: Fraction | None = None,
) -> Markup:
    """The chart: `days` holds each day's numbers by the keys of `stacked`, which stand on one
    another in its order. Every so many days a date is written; `level` is a number a day."""
    sums = [sum(numbers.values()) for numbers in days.values()]
    top = max(*sums, -(-level // 1) if level else 0, 1)
    floor = height - _BOTTOM
    scale = (floor - _TOP) / top
    wide = (_WIDTH - _LEFT) / max(len(days), 1)
    bars = []
    for place, (day, numbers) in enumerate(days.items()):
        base = float(floor)
        for key, look in stacked.items():
            if not (number := numbers.get(key, 0)):
                continue
            base -= number * scale
            bars.append(
                Bar(
                    x=_LEFT + place * wide,
                    y=base,
                    width=max(wide - 1, 0.5),
                    height=number * scale,
                    colour=look.colour,
                    title=f"{day}: {number:,} {look.counted}".rstrip(),
                )
            )
    return Markup(  # noqa: S704 - what a template wrote is escaped
        _TEMPLATES.get_template("day_columns.svg.j2").render(
            label=label,
            width=_WIDTH,
            height=height,
            left=_LEFT,
            floor=floor,
            top=top,
            bars=bars,
            dates=[(_LEFT + n * wide, day) for n, day in enumerate(days) if n % every == 0],
            level=floor - float(level * scale) if level is not None else None,
        )
    )
