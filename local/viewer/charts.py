"""Draws metric widgets as SVG on the server: no library and no script in the page.

Stacked series become columns, others lines. Colours are the widget's or a palette that can be
told apart; every chart says its figures in words for those who do not see it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

from dunlin.views.charts.day_columns import Bar
from dunlin.views.jinja import environment

_PALETTE = (
    "#2f7fb8", "#d08a1d", "#2e8b68", "#b4515f", "#7a63b8", "#8a7a3a", "#3b9fa8", "#c0662f",
    "#5f7f4a", "#a04f8d",
)  # fmt: skip
_WIDTH, _HEIGHT = 600, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 10, 10, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSeries:
    """One line of a chart: values at instants (epoch seconds), oldest first."""

    label: str
    points: tuple[tuple[float, float], ...]
    colour: str = ""

    @property
    def total(self) -> float:
        return sum(value for _, value in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One value on a line, in pixels of the drawing."""

    x: float
    y: float
    colour: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The range of a chart, in epoch seconds, and the seconds between two values."""

    start: float
    end: float
    period: int


def number(value: float) -> str:
    """A figure as people read it: whole where it is whole."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def coloured(series: Sequence[ChartSeries]) -> list[ChartSeries]:
    """Give every series without a colour the next of the palette."""
    return [
        ChartSeries(label=s.label, points=s.points, colour=s.colour or _PALETTE[n % len(_PALETTE)])
        for n, s in enumerate(series)
    ]


_TEMPLATES = environment(Path(__file__).parent / "templates", number=number)


def _drawn(template: str, **values: object) -> Markup:
    html = _TEMPLATES.get_template(f"{template}.html.j2").render(**values)
    return Markup(html)  # what a template wrote is escaped


def single_values(series: Sequence[ChartSeries], *, summed: bool) -> Markup:
    """Each series as one figure: the sum over the range, or the newest value."""
    figures = [
        (s.label, number(s.total if summed else s.points[-1][1]) if s.points else "–")
        for s in series
    ]
    return _drawn("figures", figures=figures)


def chart(title: str, series: Sequence[ChartSeries], frame: Frame, *, stacked: bool) -> Markup:
    """The series over time. What has no data is left out."""
    shown = [s for s in coloured(series) if s.points]
    top = _nice(_highest(shown, stacked)) if shown else 0
    return _drawn(
        "chart",
        title=title,
        series=shown,
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        grid=[(_y(top * quarter / 4, top), top * quarter / 4) for quarter in range(5)]
        if shown
        else [],
        ticks=_ticks(frame),
        bars=_columns(shown, frame, top) if stacked else [],
        lines=[] if stacked else [_line(s, frame, top) for s in shown],
    )


def _highest(series: Sequence[ChartSeries], stacked: bool) -> float:
    if not stacked:
        return max(value for s in series for _, value in s.points)
    sums: dict[float, float] = {}
    for s in series:
        for at, value in s.points:
            sums[at] = sums.get(at, 0) + value
    return max(sums.values())


def _nice(value: float) -> float:
    """The next number that four whole, round steps make up."""
    if value <= 4:
        return 4
    size = 10.0 ** math.floor(math.log10(value / 4))
    steps = (4 * step * size for step in (1.0, 2.0, 3.0, 5.0, 10.0))
    return next(top for top in steps if top >= value)


def _x(at: float, frame: Frame) -> float:
    share = (at - frame.start) / (frame.end - frame.start)
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def _y(value: float, top: float) -> float:
    return round(_HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM), 1)


def _ticks(frame: Frame) -> list[tuple[float, str, str]]:
    """Five instants along the axis: where, how the text is anchored there, and its words."""
    days = frame.end - frame.start > 36 * 3600
    ticks = []
    for step, anchor in enumerate(("start", "middle", "middle", "middle", "end")):
        at = frame.start + (frame.end - frame.start) * step / 4
        moment = datetime.fromtimestamp(at, UTC)
        ticks.append((_x(at, frame), anchor, f"{moment:%d %b}" if days else f"{moment:%H:%M}"))
    return ticks


def _columns(series: Sequence[ChartSeries], frame: Frame, top: float) -> list[Bar]:
    width = max(3.0, (_WIDTH - _LEFT - _RIGHT) * frame.period / (frame.end - frame.start) - 1)
    heights: dict[float, float] = {}
    bars = []
    for s in series:
        for at, value in s.points:
            base = heights.get(at, 0)
            heights[at] = base + value
            if not value:
                continue
            y = _y(base + value, top)
            bars.append(
                Bar(
                    x=min(_x(at, frame), _WIDTH - _RIGHT - width),
                    y=y,
                    width=width,
                    height=_y(base, top) - y,
                    colour=s.colour,
                    title=_tip(s, at, value),
                )
            )
    return bars


def _line(series: ChartSeries, frame: Frame, top: float) -> list[Dot]:
    return [
        Dot(x=_x(at, frame), y=_y(value, top), colour=series.colour, title=_tip(series, at, value))
        for at, value in series.points
    ]


def _tip(series: ChartSeries, at: float, value: float) -> str:
    return f"{series.label}: {number(value)} at {datetime.fromtimestamp(at, UTC):%d %b, %H:%M} UTC"
