"""A rehearsal as one HTML page with pictures: no script, no file beside it, printable.

Charts are inline SVG. Everything from outside (references, names of creditors) is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from dunlin.domain.reports.forecast import Forecast, ForecastDifference

_COLOURS = {"email": "#1f5f4a", "sms": "#c7772c"}
_NAMES = {"email": "e-mail", "sms": "text"}
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 960, 220, 44, 24

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2321; --soft: #5d6a66; --line: #d9dfdc; --page: #fbfcfb;
  --card: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ecea; --soft: #9fb0aa; --line: #33403c;
  --page: #131917; --card: #1a2220; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1040px; padding: 32px 24px 64px; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 28px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 40px 0 8px; }
p { margin: 4px 0 12px; color: var(--soft); max-width: 70ch; }
.figures { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0; }
.figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 12px 16px; min-width: 150px; }
.figure b { display: block; font-size: 24px; font-variant-numeric: tabular-nums; }
.figure span { color: var(--soft); font-size: 14px; }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font-size: 11px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line);
  font-variant-numeric: tabular-nums; } th { color: var(--soft); font-weight: 600; }
td.n, th.n { text-align: right; }
.key span { display: inline-block; width: 10px; height: 10px; border-radius: 2px;
  margin: 0 6px 0 14px; }
.calendar td { border: 0; padding: 2px; } .calendar td div { width: 100%; min-height: 34px;
  border-radius: 4px; padding: 2px 5px; font-size: 11px; color: var(--ink); }
"""


_INTRODUCTION = (
    "What would be sent if nobody answered and nobody paid, unless events were given. Every "
    "message below was planned, judged and written by the parts that do so in the field. Nothing "
    "was sent."
)


def page(
    forecasts: Sequence[tuple[str, Forecast]], difference: ForecastDifference | None = None
) -> str:
    """The page of one forecast, or of two and what sets them apart. Names are shown as given."""
    title = " and ".join(name for name, _ in forecasts)
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width'>",
        f"<title>Rehearsal: {escape(title)}</title><style>{_STYLE}</style>",
        f"<h1>Rehearsal: {escape(title)}</h1>",
        f"<p>{_INTRODUCTION}</p>",
    ]
    if difference is not None:
        parts.append(_compared(forecasts, difference))
    for name, forecast in forecasts:
        parts.append(_one(name, forecast))
    return "\n".join(parts) + "\n"


def _compared(forecasts: Sequence[tuple[str, Forecast]], difference: ForecastDifference) -> str:
    first, second = (escape(name) for name, _ in forecasts)
    rows = [
        ("messages in both, alike", difference.both),
        (f"only with {first}", difference.only_first),
        (f"only with {second}", difference.only_second),
        ("accounts whose messages differ", difference.accounts_changed),
    ]
    body = "".join(f"<tr><td>{label}</td><td class=n>{n:,}</td></tr>" for label, n in rows)
    return f"<h2>What sets them apart</h2><table>{body}</table>"


def _one(name: str, forecast: Forecast) -> str:
    sent = {c: sum(m.channel == c for m in forecast.messages) for c in _COLOURS}
    figures = [
        (f"{forecast.started:,}", "ladders started"),
        (f"{sent['email']:,}", "e-mails"),
        (f"{sent['sms']:,}", "texts"),
        (_dollars(forecast.cost_micro), "at list price, without carriers' fees"),
        (f"{forecast.deferred:,}", "times the rules let one wait"),
    ]
    cards = "".join(f"<div class=figure><b>{n}</b><span>{what}</span></div>" for n, what in figures)
    return "".join(
        [
            f"<h2>{escape(name)}: {forecast.days} days from {forecast.start:%B %d, %Y}</h2>",
            f"<div class=figures>{cards}</div>",
            _bars(forecast),
            "<h2>Calendar</h2>",
            _calendar(forecast),
            _table("Messages", ("template", "channel", "messages"), [
                (template, _NAMES[channel], n)
                for (template, channel), n in forecast.by_template().items()
            ]),
            _table("Refusals by rule", ("rule", "decisions"), list(forecast.refusals.items())),
            _table("Not started", ("why", "accounts"), list(forecast.passed_over.items())),
            _table("How accounts stand at the end", ("standing", "accounts"),
                   list(forecast.ends.items())),
        ]
    )  # fmt: skip


def _dollars(micro: int) -> str:
    return f"${micro / 1_000_000:,.2f}"


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return ""
    numbers = isinstance(rows[0][-1], int)
    last = len(head) - 1
    top = "".join(
        f"<th{' class=n' if numbers and place == last else ''}>{label}</th>"
        for place, label in enumerate(head)
    )
    body = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)
    return f"<h2>{title}</h2><table><tr>{top}</tr>{body}</table>"


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"<td class=n>{value:,}</td>"
    return f"<td>{escape(str(value))}</td>"


def _bars(forecast: Forecast) -> str:
    """Messages of each day as stacked bars."""
    days = forecast.by_day()
    top = max((sum(c.values()) for c in days.values()), default=0) or 1
    wide = (_WIDTH - _LEFT) / len(days)
    tall = _HEIGHT - _BOTTOM - 8
    shapes = []
    for place, (day, counted) in enumerate(days.items()):
        base = float(_HEIGHT - _BOTTOM)
        for channel, colour in _COLOURS.items():
            height = tall * counted[channel] / top
            if height:
                base -= height
                shapes.append(
                    f"<rect x={_LEFT + place * wide:.1f} y={base:.1f} width={max(wide - 1, 1):.1f}"
                    f" height={height:.1f} rx=1 fill='{colour}'><title>{day}: {counted[channel]:,}"
                    f" {_NAMES[channel]}s</title></rect>"
                )
        if place % 14 == 0:
            shapes.append(f"<text x={_LEFT + place * wide:.1f} y={_HEIGHT - 6}>{day:%b %d}</text>")
    key = "".join(
        f"<span style='background:{colour}'></span>{_NAMES[channel]}s"
        for channel, colour in _COLOURS.items()
    )
    return (
        f"<svg viewBox='0 0 {_WIDTH} {_HEIGHT}' role=img aria-label='Messages by day'>"
        f"<text x=0 y=14>{top:,}</text><text x=0 y={_HEIGHT - _BOTTOM}>0</text>"
        f"{''.join(shapes)}</svg>"
        f"<p class=key>Messages a day, on the person's own calendar.{key}</p>"
    )


def _calendar(forecast: Forecast) -> str:
    """Weeks from Monday, each day as dark as it is busy."""
    days = forecast.by_day()
    top = max((sum(c.values()) for c in days.values()), default=0) or 1
    first = min(days)
    head = "".join(f"<th>{name}</th>" for name in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"))
    rows, row = [], ["<td></td>"] * first.weekday()
    for day, counted in days.items():
        row.append(_day(day, counted, top))
        if len(row) == 7:
            rows.append(row)
            row = []
    rows.append(row)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows if cells)
    return f"<table class=calendar><tr>{head}</tr>{body}</table>"


def _day(day: date, counted: Mapping[str, int], top: int) -> str:
    number = sum(counted.values())
    share = round(70 * number / top) if number else 0
    said = f"<br>{number:,}" if number else ""
    return (
        f"<td><div style='background:color-mix(in srgb, #1f5f4a {share}%, var(--card))'>"
        f"{day:%b %d}{said}</div></td>"
    )
