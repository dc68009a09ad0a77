"""The series of a report as one HTML page: bars by day, with the average day before launch as a
line across them. No script, no file beside it, printable; what came from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from dunlin.domain.reports.daily_series import DailySeries

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 960, 180, 44, 22
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2321; --soft: #5d6a66; --page: #fbfcfb; --bar: #1f5f4a;
  --line: #c7772c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ecea; --soft: #9fb0aa; --page: #131917;
  --bar: #5fb296; --line: #e39a55; } }
body { margin: 0 auto; max-width: 1000px; padding: 32px 24px; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; } h2 { font-size: 18px; margin: 36px 0 4px; }
p { margin: 0 0 8px; color: var(--soft); } svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--soft); font-size: 11px; } rect { fill: var(--bar); }
line { stroke: var(--line); stroke-width: 2; stroke-dasharray: 6 4; }
"""


def charts(title: str, series: Iterable[DailySeries]) -> str:
    """One chart for each series."""
    name = escape(title)
    return "".join(
        [
            "<!doctype html><html lang=en><meta charset=utf-8>",
            "<meta name=viewport content='width=device-width'>",
            f"<title>{name}</title><style>{_STYLE}</style><h1>{name}</h1>",
            *(_chart(one) for one in series),
        ]
    )


def _chart(one: DailySeries) -> str:
    name = escape(one.name)
    before = "Nothing is known of the time before launch."
    if one.baseline is not None:
        before = f"Before launch {float(one.baseline):.1f} a day (the line)."
    since = f" Since launch {float(one.average or 0):.1f} a day."
    return f"<h2>{name}</h2><p>{before}{since}</p>{_bars(one)}"


def _bars(one: DailySeries) -> str:
    top = max(*one.days.values(), -(-one.baseline // 1) if one.baseline else 0, 1)
    tall, floor = _HEIGHT - _BOTTOM - 10, _HEIGHT - _BOTTOM
    wide = (_WIDTH - _LEFT) / max(len(one.days), 1)
    shapes = []
    for place, (day, number) in enumerate(one.days.items()):
        left, height = _LEFT + place * wide, tall * number / top
        if number:
            shapes.append(
                f"<rect x='{left:.1f}' y='{floor - float(height):.1f}' "
                f"width='{max(wide - 1, 0.5):.1f}' height='{float(height):.1f}'>"
                f"<title>{day}: {number:,}</title></rect>"
            )
        if place % max(1, len(one.days) // 8) == 0:
            shapes.append(f"<text x='{left:.1f}' y='{_HEIGHT - 4}'>{day:%b %d}</text>")
    if one.baseline is not None:
        level = floor - float(tall * one.baseline / top)
        shapes.append(f"<line x1='{_LEFT}' x2='{_WIDTH}' y1='{level:.1f}' y2='{level:.1f}' />")
    return (
        f"<svg viewBox='0 0 {_WIDTH} {_HEIGHT}' role='img' aria-label='{escape(one.name)} by day'>"
        f"<text x='0' y='12'>{top:,}</text><text x='0' y='{floor}'>0</text>{''.join(shapes)}</svg>"
    )
