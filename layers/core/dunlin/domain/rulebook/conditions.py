"""The condition language of the rules: small mappings with one key, compiled to closures.

Static conditions read only what rarely changes between decisions (role, kind, channel, industry,
jurisdiction, profile), so that which rules apply is worked out once for each combination.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.domain.rulebook.facts import CONTACT_CHANNELS
from dunlin.domain.rulebook.holidays import business_days
from dunlin.domain.rulebook.situation import UNCONNECTED, Situation, getter, instant_getter
from dunlin.domain.rulebook.values import holds, number, present, proven, switched_off


class RuleError(DomainError):
    """A rule or table that cannot be used; `rule` is its id, `reason` says what is wrong."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What decides which rules apply: the key of the memo of applicable rules."""

    channels: frozenset[str]
    debt_role: str
    consumer_debt: bool
    industry: str
    states: frozenset[str]
    presumed: frozenset[str]
    nyc: bool
    military: bool
    profile: str
    several_zones: bool


Condition = Callable[[Situation], bool]
StaticCondition = Callable[[Setting], bool]

_STATIC: dict[str, Callable[[Any], StaticCondition]] = {
    "channel_in": lambda v: _any_channel(frozenset(v)),
    "debt_role": lambda v: lambda s: s.debt_role == v,
    "debt_kind": lambda v: lambda s: s.consumer_debt is (v == "consumer"),
    "industry_in": lambda v: _member("industry", frozenset(v)),
    "state_in": lambda v: _any_state(frozenset(v)),
    "presumed_state_in": lambda v: _presumed(frozenset(v)),
    "nyc": lambda v: lambda s: s.nyc is v,
    "military": lambda v: lambda s: s.military is v,
    "profile": lambda v: lambda s: s.profile == v,
    "several_zones": lambda v: lambda s: s.several_zones is v,
}


def _member(name: str, values: frozenset[Any]) -> StaticCondition:
    return lambda s: getattr(s, name) in values


def _any_channel(channels: frozenset[str]) -> StaticCondition:
    return lambda s: not channels.isdisjoint(s.channels)


def _any_state(states: frozenset[str]) -> StaticCondition:
    return lambda s: not states.isdisjoint(s.states)


def _presumed(states: frozenset[str]) -> StaticCondition:
    return lambda s: not (states.isdisjoint(s.states) and states.isdisjoint(s.presumed))


def _single(rule: str, condition: Any) -> tuple[str, Any]:
    if not isinstance(condition, Mapping) or len(condition) != 1:
        raise RuleError(rule, f"a condition is a mapping with one key, not {condition!r}")
    return next(iter(condition.items()))


def compile_static(rule: str, condition: Any) -> StaticCondition:
    """A static condition as a closure. Raises `RuleError` on an unknown key."""
    if condition == "always":
        return lambda _s: True
    key, value = _single(rule, condition)
    if key in ("all", "any"):
        parts = [compile_static(rule, c) for c in value]
        if key == "all":
            return lambda s: all(p(s) for p in parts)
        return lambda s: any(p(s) for p in parts)
    if key == "not":
        part = compile_static(rule, value)
        return lambda s: not part(s)
    if key not in _STATIC:
        raise RuleError(rule, f"applies_when knows no {key!r}")
    return _STATIC[key](value)


def why_not(condition: Any, setting: Setting) -> str:
    """The first part of an unmet static condition, in words."""
    if condition == "always":
        return "the rule is not in force"
    key, value = _single("", condition)
    if key == "all":
        for part in value:
            if not compile_static("", part)(setting):
                return why_not(part, setting)
    if key == "any":
        return " or ".join(why_not(part, setting) for part in value)
    if key == "not":
        return f"not where {_words(value)}"
    return f"only where {_words(condition)}"


_WORDS = {"channel_in": "the channel", "debt_role": "the role", "debt_kind": "the debt",
          "industry_in": "the industry", "state_in": "the state", "nyc": "New York City",
          "presumed_state_in": "the state or area code", "military": "a military address",
          "profile": "the profile", "several_zones": "several time zones"}  # fmt: skip


def _words(condition: Any) -> str:
    key, value = _single("", condition)
    if key in ("all", "any", "not"):
        parts = [value] if key == "not" else value
        joined = (" or " if key == "any" else " and ").join(_words(p) for p in parts)
        return f"not {joined}" if key == "not" else joined
    if isinstance(value, list):
        return f"{_WORDS[key]} is {', '.join(value)}"
    return f"{_WORDS[key]} is {str(value).lower()}"


def compile_condition(rule: str, condition: Any) -> Condition:
    """A condition over the whole situation as a closure. Raises `RuleError` on an unknown key."""
    key, value = _single(rule, condition)
    if key in ("all", "any"):
        parts = tuple(compile_condition(rule, c) for c in value)
        if key == "all":
            return lambda s: all(p(s) for p in parts)
        return lambda s: any(p(s) for p in parts)
    if key == "not":
        part = compile_condition(rule, value)
        return lambda s: not part(s)
    if key not in _DYNAMIC:
        raise RuleError(rule, f"conditions know no {key!r}")
    return _DYNAMIC[key](value)


def _holds(path: str) -> Condition:
    read = getter(path)
    return lambda s: holds(read(s))


def _proven(path: str) -> Condition:
    read = getter(path)
    return lambda s: proven(read(s))


def _present(path: str) -> Condition:
    read = getter(path)
    return lambda s: present(read(s))


def _value_in(spec: Mapping[str, Any]) -> Condition:
    read, values = getter(spec["of"]), tuple(spec["values"])
    return lambda s: read(s) in values


def _same(spec: Mapping[str, str]) -> Condition:
    left, right = getter(spec["of"]), getter(spec["as"])
    return lambda s: left(s) == right(s)


def _medium_in(path: str) -> Condition:
    read = getter(path)

    def test(s: Situation) -> bool:
        return _names(read(s), s)

    return test


def _medium_is_not(path: str) -> Condition:
    read = getter(path)

    def test(s: Situation) -> bool:
        only = read(s)
        return bool(only) and not _names(only, s)

    return test


def _names(listed: Any, s: Situation) -> bool:
    """Whether one medium or a list of them names the one in question."""
    named = [listed] if isinstance(listed, str) else listed or ()
    return s.medium in named or s.channel in named


def _elapsed(spec: Mapping[str, Any]) -> Condition:
    """True when an instant is known and at least so many seconds ago."""
    read, seconds = instant_getter(spec["since"]), int(spec["seconds"])

    def test(s: Situation) -> bool:
        since = read(s)
        return since is not None and (s.now - since).total_seconds() >= seconds

    return test


def _fresh(spec: Mapping[str, Any]) -> Condition:
    """True when an instant is known, past, and at most so many seconds ago."""
    read, seconds = instant_getter(spec["since"]), int(spec["seconds"])

    def test(s: Situation) -> bool:
        since = read(s)
        return since is not None and 0 <= (s.now - since).total_seconds() <= seconds

    return test


def _past(path: str) -> Condition:
    """True when an instant is known and not in the future."""
    read = instant_getter(path)

    def test(s: Situation) -> bool:
        at = read(s)
        return at is not None and at <= s.now

    return test


def _before(path: str) -> Condition:
    """True while an instant that is known still lies ahead."""
    read = instant_getter(path)

    def test(s: Situation) -> bool:
        at = read(s)
        return at is not None and s.now < at

    return test


def _days_since(spec: Mapping[str, Any]) -> Condition:
    """True from so many calendar days after an instant, in whichever zone gets there first."""
    read, days = instant_getter(spec["since"]), int(spec["days"])

    def test(s: Situation) -> bool:
        since = read(s)
        if since is None:
            return False
        pairs = zip(s.local(s.now), s.local(since), strict=True)
        return any((a.date() - b.date()).days >= days for a, b in pairs)

    return test


def _business_days_over(spec: Mapping[str, Any]) -> Condition:
    """True once more than `days` business days have ended since the first contact about this
    debt: the oldest made while it was over `late` days late, the one stated at `since` if it was.
    Saturdays, Sundays and federal holidays are none; the day of the contact is day 0."""
    stated, days, late = instant_getter(spec["since"]), int(spec["days"]), int(spec["late"])

    def test(s: Situation) -> bool:
        since = _first_contact(s, stated(s), late)
        if since is None:
            return False
        pairs = zip(s.local(since), s.local(s.now), strict=True)
        return any(business_days(a.date(), b.date()) > days for a, b in pairs)

    return test


def _first_contact(s: Situation, stated: datetime | None, late: int) -> datetime | None:
    """The oldest contact about this account that reached somebody while it was so late."""
    days = s.facts.days_past_due
    since = None if days is None else s.now - timedelta(days=days - late)
    if stated is not None and (since is None or stated > since):
        return stated
    reached = [
        h.at
        for h in s.out
        if h.channel in CONTACT_CHANNELS
        and h.outcome not in _NOT_REACHED
        and s.same_account(h)
        and (since is None or h.at > since)
    ]
    return min(reached, default=None)


_NOT_REACHED = UNCONNECTED | {"no_answer", "undeliverable", "bounced"}


def _over(spec: Mapping[str, Any]) -> Condition:
    read, limit = getter(spec["of"]), Decimal(str(spec["limit"]))

    def test(s: Situation) -> bool:
        value = read(s)
        if value is None:
            return False
        amount = number(value)
        return amount is None or amount > limit

    return test


def _at_most(spec: Mapping[str, str]) -> Condition:
    """True when the number at `of` is not over the one at `as`, and both are known."""
    left, right = getter(spec["of"]), getter(spec["as"])

    def test(s: Situation) -> bool:
        amount, most = number(left(s)), number(right(s))
        return amount is not None and most is not None and amount <= most

    return test


def _days_past_due_over(days: int) -> Condition:
    def test(s: Situation) -> bool:
        late = s.facts.days_past_due
        return late is None or late > days

    return test


def _paid(_value: Any) -> Condition:
    def test(s: Situation) -> bool:
        balance = s.facts.balance_minor
        return holds(s.facts.flags.get("paid_in_full")) or (balance is not None and balance <= 0)

    return test


def _licensed(path: str) -> Condition:
    """True where every state that the person may be in is listed, or no list is kept."""
    read = getter(path)

    def test(s: Situation) -> bool:
        states = read(s)
        return states is None or (bool(s.states) and s.states <= set(states))

    return test


def _this_account(path: str) -> Condition:
    """True when a fact names this account, or none."""
    read = getter(path)

    def test(s: Situation) -> bool:
        named = read(s)
        return named is None or named == s.facts.account_id

    return test


def _disputed_since(paths: list[str]) -> Condition:
    """True when the consumer disputed this account in words, after every answer at `paths`."""
    reads = [instant_getter(p) for p in paths]

    def test(s: Situation) -> bool:
        if not s.said.disputes:
            return False
        answered = [at for read in reads if (at := read(s)) is not None and at <= s.now]
        return any(at > max(answered, default=at - timedelta(1)) for at in s.said.disputes)

    return test


def _letter_since(path: str) -> Condition:
    """True when a letter about this account went after an instant that is known."""
    read = instant_getter(path)

    def test(s: Situation) -> bool:
        since = read(s)
        if since is None:
            return False
        return any(h.channel == "letter" and h.at > since and s.same_account(h) for h in s.out)

    return test


def _closed_medium(_value: Any) -> Condition:
    def test(s: Situation) -> bool:
        return s.medium in s.said.closed or (bool(s.said.only) and s.medium not in s.said.only)

    return test


_DYNAMIC: dict[str, Callable[[Any], Condition]] = {
    "holds": _holds,
    "proven": _proven,
    "present": _present,
    "value_in": _value_in,
    "same": _same,
    "medium_in": _medium_in,
    "medium_is_not": _medium_is_not,
    "goes_by": lambda names: lambda s: s.medium in names,
    "elapsed": _elapsed,
    "fresh": _fresh,
    "past": _past,
    "before": _before,
    "days_since": _days_since,
    "business_days_over": _business_days_over,
    "over": _over,
    "at_most": _at_most,
    "days_past_due_over": _days_past_due_over,
    "paid": _paid,
    "licensed": _licensed,
    "this_account": _this_account,
    "disputed_since": _disputed_since,
    "closed_medium": _closed_medium,
    "letter_since": _letter_since,
    "no_clock": lambda _v: lambda s: s.no_clock,
    "nyc": lambda v: lambda s: s.nyc is v,
    "off": lambda path: _off(getter(path)),
    "signal": lambda name: lambda s: name in s.said.signals,
    "closed": lambda medium: lambda s: medium in s.said.closed,
    "any_closed": lambda _v: lambda s: bool(s.said.closed),
    "wrong": lambda what: lambda s: what in s.said.wrong,
    "ambiguous_text": lambda _v: lambda s: s.said.ambiguous_sms,
    "reply": lambda _v: lambda s: s.reply,
    "purpose_in": lambda names: lambda s: s.facts.purpose in names,
    "channel_in": lambda names: lambda s: not s.channels.isdisjoint(names),
    "debt_role": lambda role: lambda s: s.facts.debt_role == role,
    "debt_kind": lambda kind: lambda s: s.consumer_debt is (kind == "consumer"),
    "state_in": lambda states: lambda s: not s.states.isdisjoint(states),
    "every_state_in": lambda states: lambda s: bool(s.states) and s.states <= set(states),
    "no_state": lambda _v: lambda s: not s.states,
    "industry_in": lambda names: lambda s: s.facts.industry in names,
    "route": lambda name: lambda s: s.facts.route == name,
}


def _off(read: Callable[[Situation], Any]) -> Condition:
    return lambda s: switched_off(read(s))
