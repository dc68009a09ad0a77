"""A rehearsal in plain words for a terminal: every message by day, what each says, and why somebody
is not written to. Lines of at most 80 columns; what comes from a file reaches the terminal as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from dunlin.domain.plain_text import WIDTH, shortened, wrapped
from dunlin.domain.reports.forecast import Forecast, ForecastDifference, Message
from dunlin.domain.rollouts.rollout import why_not

MOST = 400
"""Messages that are listed; of more the page has all."""
CHANNELS = {"email": "e-mail", "sms": "text"}
ENDS = {
    "exhausted": "got every message of the ladder",
    "imported": "never written to",
    "active": "still under way",
    "settled": "paid",
    "closed": "taken back",
    "escalated": "waiting for a person",
}
_PERSON, _REFERENCE = 24, 16


def dollars(micro: int) -> str:
    return f"${micro / 1_000_000:,.2f}"


def in_words(rule: str, rules: Mapping[str, str]) -> tuple[str, str]:
    """A rule's id and what it says in plain words."""
    return rule, rules.get(rule, "not a rule of this rulebook any more")


def forecast_lines(
    name: str, forecast: Forecast, rules: Mapping[str, str] | None = None
) -> list[str]:
    """The whole forecast; `rules` says what each rule is for in plain words, by its id."""
    messages = sorted(forecast.messages, key=lambda m: (m.local.replace(tzinfo=None), m.reference))
    people = len({message.person_id for message in messages})
    head = (
        f"{name}: {len(messages):,} messages to {people:,} people in {forecast.days} days from"
        f" {forecast.start:%a %d %b %Y}, {dollars(forecast.cost_micro)} at list price."
    )
    lines = wrapped(head)
    if not messages:
        lines += ["", "Nobody is written to:"]
    for reason, count in forecast.passed_over.items():
        lines += wrapped(f"{_accounts(count)}: {why_not(reason)}", 2)
    lines += _by_day(messages[:MOST])
    if len(messages) > MOST:
        more = f"… and {len(messages) - MOST:,} more: `--html FILE` writes a page with all of them."
        lines += wrapped(more)
    lines += _words(messages)
    if forecast.refusals:
        lines += ["", "The rules refused or put off, by rule:"]
        for rule, count in forecast.refusals.items():
            name, plain = in_words(rule, rules or {})
            lines += wrapped(f"{count:,} × {name}: {plain}", 2, 4)
    if messages:
        lines += ["", f"After {forecast.days} days, if nobody answers and nobody pays:"]
        for standing, count in forecast.ends.items():
            lines += wrapped(f"{_accounts(count)}: {ENDS.get(standing, standing)}", 2)
    return lines


def difference_lines(names: Sequence[str], difference: ForecastDifference) -> list[str]:
    """What sets two forecasts over the same accounts apart."""
    first, second = names
    return [
        f"{difference.both:,} messages are alike in both",
        f"{difference.only_first:,} only with {first}",
        f"{difference.only_second:,} only with {second}",
        f"{_accounts(difference.accounts_changed)}: something else is sent",
    ]


def _by_day(messages: Sequence[Message]) -> list[str]:
    lines = []
    for day, of_day in groupby(messages, key=lambda m: m.local.date()):
        lines += ["", f"{day:%a %d %b %Y}"]
        for message in of_day:
            line = (
                f"  {message.local:%H:%M}  {CHANNELS[message.channel]:<6}"
                f"  {shortened(message.person, _PERSON):<{_PERSON}}"
                f"  {shortened(message.reference, _REFERENCE):<{_REFERENCE}}  {message.step}"
            )
            lines.append(shortened(line, WIDTH).rstrip())
    return lines


def _words(messages: Sequence[Message]) -> list[str]:
    """What each kind of message says, as its first reader would get it."""
    lines = []
    seen: set[tuple[str, str]] = set()
    for message in messages:
        kind = (message.step, message.channel)
        if kind in seen:
            continue
        seen.add(kind)
        lines += ["", f"{message.step}, as {CHANNELS[message.channel]}:"]
        for paragraph in message.text.splitlines():
            lines += wrapped(paragraph, 2) if paragraph.strip() else []
    return lines


def _accounts(count: int) -> str:
    return f"{count:,} account{'' if count == 1 else 's'}"
