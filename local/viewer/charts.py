"""Draws metric widgets as SVG on the server: no library and no script in the page.

Stacked series become columns, others lines. Colours are the widget's or a palette that can be
told apart; every chart says its figures in words for those who do not see it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

_PALETTE = (
    "#2f7fb8", "#d08a1d", "#2e8b68", "#b4515f", "#7a63b8", "#8a7a3a", "#3b9fa8", "#c0662f",
    "#5f7f4a", "#a04f8d",
)  # fmt: skip
WIDTH, HEIGHT = 600, 190
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


def single_values(series: Sequence[ChartSeries], *, summed: bool) -> Markup:
    """Each series as one figure: the sum over the range, or the newest value."""
    return Markup('<dl class="figures">{}</dl>').format(
        Markup("").join(
            Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(
                s.label,
                number(s.total if summed else s.points[-1][1]) if s.points else "–",
            )
            for s in series
        )
    )


def chart(title: str, series: Sequence[ChartSeries], frame: Frame, *, stacked: bool) -> Markup:
    """The series over time. What has no data is left out."""
    shown = [s for s in coloured(series) if s.points]
    if not shown:
        return Markup('<p class="none">No data in this range.</p>')
    words = ", ".join(f"{s.label} {number(s.total)}" for s in shown)
    top = _nice(_highest(shown, stacked))
    marks = _columns(shown, frame, top) if stacked else _lines(shown, frame, top)
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}: {}">{}{}</svg>{}'
    ).format(WIDTH, HEIGHT, title, words, _axes(frame, top), marks, _legend(shown))


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
    return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - _BOTTOM - value / top * (HEIGHT - _TOP - _BOTTOM), 1)


def _axes(frame: Frame, top: float) -> Markup:
    parts = []
    for quarter in range(5):
        value = top * quarter / 4
        y = _y(value, top)
        parts.append(
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{y}" y2="{y}"></line>'
                '<text class="tick" x="{}" y="{}" text-anchor="end">{}</text>'
            ).format(_LEFT, WIDTH - _RIGHT, _LEFT - 6, y + 4, number(value), y=y)
        )
    days = frame.end - frame.start > 36 * 3600
    for step in range(5):
        at = frame.start + (frame.end - frame.start) * step / 4
        moment = datetime.fromtimestamp(at, UTC)
        anchor = ("start", "middle", "middle", "middle", "end")[step]
        parts.append(
            Markup('<text class="tick" x="{}" y="{}" text-anchor="{}">{}</text>').format(
                _x(at, frame), HEIGHT - 6, anchor, f"{moment:%d %b}" if days else f"{moment:%H:%M}"
            )
        )
    return Markup("").join(parts)


def _columns(series: Sequence[ChartSeries], frame: Frame, top: float) -> Markup:
    width = max(3.0, (WIDTH - _LEFT - _RIGHT) * frame.period / (frame.end - frame.start) - 1)
    heights: dict[float, float] = {}
    parts = []
    for s in series:
        for at, value in s.points:
            base = heights.get(at, 0)
            heights[at] = base + value
            if not value:
                continue
            y = _y(base + value, top)
            parts.append(
                Markup(
                    '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"><title>{}</title></rect>'
                ).format(
                    min(_x(at, frame), WIDTH - _RIGHT - width),
                    y,
                    round(width, 1),
                    round(_y(base, top) - y, 1),
                    s.colour,
                    _tip(s, at, value),
                )
            )
    return Markup("").join(parts)


def _lines(series: Sequence[ChartSeries], frame: Frame, top: float) -> Markup:
    parts = []
    for s in series:
        way = " ".join(f"{_x(at, frame)},{_y(value, top)}" for at, value in s.points)
        dots = Markup("").join(
            Markup('<circle cx="{}" cy="{}" r="2.5" fill="{}"><title>{}</title></circle>').format(
                _x(at, frame), _y(value, top), s.colour, _tip(s, at, value)
            )
            for at, value in s.points
        )
        parts.append(
            Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"></polyline>{}')
            .format(way, s.colour, dots)
        )  # fmt: skip
    return Markup("").join(parts)


def _tip(series: ChartSeries, at: float, value: float) -> str:
    return f"{series.label}: {number(value)} at {datetime.fromtimestamp(at, UTC):%d %b, %H:%M} UTC"


def _legend(series: Sequence[ChartSeries]) -> Markup:
    return Markup('<ul class="legend">{}</ul>').format(
        Markup("").join(
            Markup(
                '<li><svg width="10" height="10" aria-hidden="true"><rect width="10" height="10" '
                'rx="2" fill="{}"></rect></svg> {} <b>{}</b></li>'
            ).format(s.colour, s.label, number(s.total))
            for s in series
        )
    )
