"""A slow planner of its own: days counted one by one over the document as people write it.

It shares no code with the planner but the table of tones that a family is written in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from dunlin.domain.messages.templates import template_id

# Federal holidays and the days observed instead, as the calendars print them.
HOLIDAYS = {
    date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 18),
    date(2027, 2, 15), date(2027, 5, 31), date(2027, 6, 18), date(2027, 6, 19), date(2027, 7, 4),
    date(2027, 7, 5), date(2027, 9, 6), date(2027, 10, 11), date(2027, 11, 11),
    date(2027, 11, 25), date(2027, 12, 24), date(2027, 12, 25), date(2027, 12, 31),
}  # fmt: skip
DAY = timedelta(days=1)


@dataclass
class Debt:
    """One account as the reference sees it. `reads` says how the person read each message."""

    due: date | None
    issued: date
    minor: int
    relationship: str
    texts: bool
    wish: str
    reads: list[str]
    used: list[str] = field(default_factory=list)
    let_go: set[str] = field(default_factory=set)
    messages: list[tuple[str, str, str]] = field(default_factory=list)  # channel, family, read
    last: date | None = None


def actions(debt: Debt, document: dict[str, Any], start: date, days: int) -> list[tuple[Any, ...]]:
    """What a debt calls for within so many days: (day, rung, channel, template)."""
    steps: list[tuple[Any, ...]] = []
    ladder = _ladder(debt, document, start, "")
    planned = _planned(debt, document, ladder, start, start)
    today = start
    while today <= start + days * DAY:
        if planned is not None and today >= planned and _open(today, document):
            now_on = _ladder(debt, document, today, ladder)
            moved, ladder = now_on != ladder, now_on
            if moved and (again := _planned(debt, document, ladder, start, today)) is not None:
                planned = again
                if planned > today:
                    continue
            debt.let_go |= _triggers(debt, document, today)
            rung = _next(debt, document, ladder, today)
            if rung is None:
                return steps
            first = _earliest(debt, rung, document)
            if rung["name"] != _rungs(debt, document, ladder)[0]["name"]:
                # A notice before it is out of place: the rung keeps the day it would have had.
                first = _planned(debt, document, ladder, start, today)
            if first is not None and first > today:
                planned = first
                continue
            steps.append((today, rung["name"], *_put(debt, rung, document)))
            debt.used.append(rung["name"])
            debt.last = today
            planned = _planned(debt, document, ladder, start, today) or today + 7 * DAY
        today += DAY
    return steps


def _open(day: date, document: dict[str, Any]) -> bool:
    choice = document.get("coordination", {})
    if day.weekday() > 4 and not choice.get("weekends", False):
        return False
    return day not in HOLIDAYS or bool(choice.get("holidays", False))


def _within(number: int | None, span: dict[str, int] | None) -> bool:
    if span is None:
        return True
    return number is not None and span.get("from", -(10**15)) <= number <= span.get("to", 10**15)


def _ladder(debt: Debt, document: dict[str, Any], today: date, now_on: str) -> str:
    past = (today - debt.due).days if debt.due else None
    for rule in document.get("assign") or [{"ladder": next(iter(document["ladders"]))}]:
        when = rule.get("when", {})
        fits = _within(past, when.get("days_past_due"))
        fits = fits and _within(debt.minor, when.get("balance_minor"))
        fits = fits and debt.relationship in when.get("relationship", [debt.relationship])
        fits = fits and "open" in when.get("status", ["open"])
        fits = fits and not when.get("insurance")
        if fits:
            return str(rule["ladder"])
    return now_on


def _rungs(debt: Debt, document: dict[str, Any], ladder: str) -> list[dict[str, Any]]:
    rungs = [
        {"basis": "previous" if place else "activation"} | rung
        for place, rung in enumerate(document["ladders"].get(ladder, []))
    ]
    wanted = document.get("escalation", {}).get("rung", "")
    if wanted and debt.let_go:
        names = [rung["name"] for rung in rungs]
        if wanted in names:
            rungs = rungs[names.index(wanted) :]
    return [r for r in rungs if r["name"] not in debt.used and r["basis"] != "instalment"]


def _next(debt: Debt, document: dict[str, Any], ladder: str, today: date) -> dict[str, Any] | None:
    rungs = _rungs(debt, document, ladder)
    for place, rung in enumerate(rungs):
        if not _before_due(rung):
            return rung
        if debt.due is None or today > debt.due:
            continue
        later = [r for r in rungs[place + 1 :] if _before_due(r) and r["days"] > rung["days"]]
        if not any(debt.due + r["days"] * DAY <= today for r in later):
            return rung
    return None


def _before_due(rung: dict[str, Any]) -> bool:
    return rung["basis"] == "due_date" and rung["days"] <= 0


def _earliest(debt: Debt, rung: dict[str, Any], document: dict[str, Any]) -> date | None:
    bounds = []
    if debt.last is not None:
        hours = document.get("coordination", {}).get("minimum_gap_hours", 48)
        bounds.append(debt.last + -(-hours // 24) * DAY)
    if not _before_due(rung):
        bounds.append(max(debt.due or debt.issued, debt.issued) + DAY)
    return max(bounds, default=None)


def _planned(
    debt: Debt, document: dict[str, Any], ladder: str, start: date, today: date
) -> date | None:
    rung = _next(debt, document, ladder, today)
    if rung is None:
        return None
    first = _earliest(debt, rung, document)
    began = (
        start if _before_due(rung) else max(start, max(debt.due or debt.issued, debt.issued) + DAY)
    )
    if rung["basis"] == "due_date" and debt.due is not None:
        day = debt.due + rung["days"] * DAY
    elif rung["basis"] == "previous":
        day = (debt.last or began) + rung["days"] * DAY
    else:
        day = began + max(rung["days"], 0) * DAY
    day = max(day, first or day)
    while not _open(day, document):
        day += DAY
    return day


def _triggers(debt: Debt, document: dict[str, Any], today: date) -> set[str]:
    limits, fired = document.get("escalation", {}), set()
    if debt.minor > limits.get("balance_over_minor", 10**15):
        fired.add("balance")
    if debt.due and (today - debt.due).days > limits.get("days_past_due", 10**6):
        fired.add("days_past_due")
    silence = 0
    for _, _, read in reversed(debt.messages):
        if read == "clicked":
            break
        silence += 1
    if silence >= limits.get("silent_touches", 10**6):
        fired.add("silent")
    return fired


def _put(debt: Debt, rung: dict[str, Any], document: dict[str, Any]) -> tuple[str, str]:
    """Channel and template: the ladder's, unless what the person did says otherwise."""
    adapt = {"enabled": True, "unread_emails": 3, "answered": 2} | document.get("adapt", {})
    order = list(rung["channels"])
    unread = 0
    for channel, _, read in reversed(debt.messages):
        if channel == "email" and read:
            break
        unread += channel == "email"
    answers = {
        wanted: sum(c == wanted and r == "clicked" for c, _, r in debt.messages)
        for wanted in ("email", "sms")
    }
    front = ""
    if debt.wish:
        front = debt.wish
    elif adapt["enabled"]:
        enough = adapt["answered"]
        if answers["email"] >= enough and answers["email"] >= answers["sms"]:
            front = "email"
        elif answers["sms"] >= enough and not answers["email"]:
            front = "sms" if debt.texts else ""
        elif unread >= adapt["unread_emails"] and document.get("opens", True) and debt.texts:
            front = "sms"
    if rung.get("approval") and front not in order:
        front = ""
    order = [front, *(c for c in order if c != front)] if front else order
    channel = order[0]
    family, plain = rung["template"], rung.get("offer", "pay_now")
    free = plain != "final" and not rung.get("approval") and not _before_due(rung)
    if free and adapt["enabled"] and debt.messages:
        _, last_family, last_read = debt.messages[-1]
        if last_read == "clicked":
            family = "arrangement_offer"
        elif last_read == "opened" and (plain == "pay_now" or rung["template"] == last_family):
            family = "answers" if last_family == "arrangement_offer" else "arrangement_offer"
    template = template_id(family, rung.get("tone", "neutral"))
    debt.messages.append((channel, family, debt.reads[len(debt.messages)]))
    return channel, template
