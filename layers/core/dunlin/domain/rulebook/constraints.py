"""The constraint kinds: the few shapes that every rule of the rulebook is made of.

Tests block at `now`: `flag_block`, `content`, `consent`, `proof`, `not_offered`, `no_repeat`,
`one_confirmation`, `one_call_each`, `retention`, `dates_apart`, `late_fee`. Waits defer: `hours`,
`rolling_cap`, `day_cap`, `conversation_wait`, `calendar_wait`, `date_wait`, `seconds_wait`,
`first_notice_wait`, `quiet_times`, `late_fee`. `carries` repeats the result of other rules.
Every kind may carry `when` and `unless`; docs of the fields stand at each builder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dunlin.domain.rulebook.conditions import Condition, RuleError, compile_condition
from dunlin.domain.rulebook.facts import CONTACT_CHANNELS, Contact
from dunlin.domain.rulebook.holidays import business_day_in_tennessee
from dunlin.domain.rulebook.situation import (
    UNCONNECTED,
    Situation,
    date_getter,
    getter,
    instant_getter,
)
from dunlin.domain.rulebook.values import holds, instant, number, proven
from dunlin.domain.rulebook.verdict import Inputs
from dunlin.domain.rulebook.waits import (
    BadTime,
    Cap,
    DayCap,
    Hours,
    Lifted,
    Until,
    Wait,
    clock_seconds,
)

ConstraintSpec = Mapping[str, Any]
RuleTables = Mapping[str, Any]
Test = Callable[[Situation], str | None]
WaitMaker = Callable[[Situation], Wait | None]
Counting = Callable[[Situation, datetime], Inputs]

CALLS = ("call", "voicemail_lcm", "prerecorded_call")


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """One compiled constraint: a blocking test, a wait, or both, behind one gate.

    `because` is the sentence for staff; where the kind knows better it gives its own. `counting`
    says what a constraint that counts has counted at an instant.
    """

    kind: str
    gate: Condition | None = None
    test: Test | None = None
    wait: WaitMaker | None = None
    counting: Counting | None = None
    because: str = ""

    def applies(self, s: Situation) -> bool:
        return self.gate is None or self.gate(s)


def _gate(rule: str, spec: ConstraintSpec) -> Condition | None:
    when = compile_condition(rule, spec["when"]) if "when" in spec else None
    unless = compile_condition(rule, spec["unless"]) if "unless" in spec else None
    if unless is None:
        return when
    if when is None:
        return lambda s: not unless(s)
    return lambda s: when(s) and not unless(s)


# Tests that block


def _flag_block(rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Blocks while `barred_when` holds."""
    barred = compile_condition(rule, spec["barred_when"])
    return {"test": lambda s: "" if barred(s) else None}


def _proof(rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Blocks unless `need` holds."""
    need = compile_condition(rule, spec["need"])
    return {"test": lambda s: None if need(s) else ""}


def _content(rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Blocks a message that carries one of the `defects` (keys of the message)."""
    defects = tuple(spec["defects"])
    if not defects:
        raise RuleError(rule, "content names no defects")

    def test(s: Situation) -> str | None:
        message = s.facts.message
        return "" if any(holds(message.get(d)) for d in defects) else None

    return {"test": test}


def _not_offered(_rule: str, _spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Blocks always: the platform does not do this."""
    return {"test": lambda _s: ""}


def _no_repeat(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Blocks the same template for the same account within `window_seconds`; what bounced may
    be sent once more. `channels` are the ones that count."""
    channels, window = frozenset(spec["channels"]), timedelta(seconds=spec["window_seconds"])
    returned = frozenset(spec["returned_outcomes"])

    def repeated(s: Situation) -> list[Contact]:
        template = s.facts.message.get("template")
        if not template:
            return []
        return [
            h
            for h in s.out
            if h.template == template
            and h.channel in channels
            and s.now - h.at < window
            and s.same_account(h)
        ]

    def test(s: Situation) -> str | None:
        same = repeated(s)
        if not same or (len(same) == 1 and same[0].outcome in returned):
            return None
        return ""

    seconds = int(spec["window_seconds"])
    return {"test": test, "counting": lambda s, _t: _inputs(repeated(s), seconds)}


def _inputs(counted: list[Contact], window_seconds: int | None) -> Inputs:
    named = sorted((h.at, h.event_id) for h in counted if h.event_id)
    return Inputs(
        count=len(counted), window_seconds=window_seconds, events=tuple(e for _, e in named)
    )


def _one_confirmation(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Blocks a confirmation text unless an opt-out came at most `seconds` ago and nothing was
    texted since."""
    seconds = int(spec["seconds"])

    def test(s: Situation) -> str | None:
        asked = s.said.confirmable
        if asked is None:
            return "No opt-out by text is waiting for a confirmation."
        since = [h for h in s.out if h.channel in ("sms", "sms_optout_confirm") and h.at >= asked]
        if since:
            return "The one confirmation has been sent."
        if (s.now - asked).total_seconds() > seconds:
            return f"The opt-out came more than {seconds} seconds ago."
        return None

    return {"test": test}


def _one_call_each(_rule: str, _spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Blocks a second location call to one person, unless the first answer was incomplete."""

    def test(s: Situation) -> str | None:
        if holds(s.facts.message.get("earlier_response_incomplete")):
            return None
        person = s.facts.message.get("person") or ""
        earlier = any(
            h.channel == "third_party_call" and h.person == person and h.outcome not in UNCONNECTED
            for h in s.out
        )
        return "" if earlier else None

    return {"test": test}


def years_later(at: datetime, years: int) -> datetime:
    """The same instant of a later year; 29 February becomes 1 March, the later reading."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, month=3, day=1)


def _retention(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Blocks until strictly later than `years` after the instant at `base`; unknown blocks."""
    read, years = instant_getter(spec["base"]), int(spec["years"])

    def test(s: Situation) -> str | None:
        base = read(s)
        if base is None:
            return "The last collection activity is not known."
        return "" if s.now <= years_later(base, years) else None

    return {"test": test}


def _dates_apart(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Blocks when the date `second` lies less than `days` after the date `first`."""
    first, second = date_getter(spec["first"]), date_getter(spec["second"])
    apart = timedelta(days=spec["days"])

    def test(s: Situation) -> str | None:
        a, b = first(s), second(s)
        return "" if a is not None and b is not None and b < a + apart else None

    return {"test": test}


# Waits


def _hours(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Defers to the next time strictly between `opens` and `closes` in every candidate zone and
    in `also_in`, and not on `days_off` (sunday, saturday, federal_holidays)."""
    opens, closes = clock_seconds(spec["opens"]), clock_seconds(spec["closes"])
    days_off = frozenset(spec.get("days_off", ()))
    also = tuple(ZoneInfo(name) for name in spec.get("also_in", ()))
    return {"wait": lambda s: Hours(s, opens, closes, days_off, also)}


def _counted(count: ConstraintSpec) -> Callable[[Situation], list[Contact]]:
    """The past contacts a cap counts: `channels`, `per` account or person, `not_outcomes`,
    `persons` (consumer or anyone), `not_if` (consented, is_response), `place` (work, other)."""
    channels = frozenset(count["channels"])
    unconnected = frozenset(count.get("not_outcomes", ()))
    to_consumer = count.get("persons", "anyone") == "consumer"
    skip_consented = "consented" in count.get("not_if", ())
    skip_replies = "is_response" in count.get("not_if", ())
    place = count.get("place")
    per_account = count["per"] == "account"
    only_outcome = count.get("only_outcome")

    def counts(s: Situation, h: Contact) -> bool:
        if h.channel not in channels or h.outcome in unconnected:
            return False
        if h.channel in CALLS and h.outcome in UNCONNECTED:
            return False
        if to_consumer and h.person not in ("", "consumer"):
            return False
        if (skip_consented and h.consented) or (skip_replies and h.is_response):
            return False
        if place is not None and (h.place == "work") is not (place == "work"):
            return False
        if only_outcome is not None and h.outcome != only_outcome:
            return False
        return not per_account or s.same_account(h)

    if only_outcome == "conversation":
        return lambda s: [h for h in s.history if counts(s, h)]
    return lambda s: [h for h in s.out if counts(s, h)]


def _limit(spec: ConstraintSpec) -> Callable[[Situation], int | None]:
    """`max`, or the creditor's number at `max_from` (0 or null: none); never over `at_most`."""
    standard, at_most = int(spec["max"]), spec.get("at_most")
    path = spec.get("max_from")
    key = path.split(".")[1] if path else ""

    def limit(s: Situation) -> int | None:
        value: int | None = standard
        if key and key in s.policy:
            given = number(s.policy[key])
            value = int(given) if given is not None and given >= 1 else None
        if at_most is not None:
            value = at_most if value is None else min(value, at_most)
        return value

    return limit


def _lift(spec: ConstraintSpec) -> Callable[[Situation, Wait], Wait]:
    if not spec.get("lifted_by_callback"):
        return lambda _s, wait: wait

    def lift(s: Situation, wait: Wait) -> Wait:
        consent = instant(s.facts.flags.get("callback_consent_at"))
        if consent is None or any(h.at > consent for h in s.conversations()):
            return wait
        return Lifted(s, wait, consent)

    return lift


def _rolling_cap(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Defers while `max` counted contacts lie within the last `window_seconds`."""
    counted, limit, lift = _counted(spec["count"]), _limit(spec), _lift(spec)
    window = int(spec["window_seconds"])

    def make(s: Situation) -> Wait | None:
        most = limit(s)
        if most is None or len(s.history) < most:
            return None
        stamps = [h.at for h in counted(s)]
        # History is fixed, so what is under the limit now stays under it.
        return lift(s, Cap(stamps, most, window)) if len(stamps) >= most else None

    def counting(s: Situation, t: datetime) -> Inputs:
        length = timedelta(seconds=window)
        return _inputs([h for h in counted(s) if t - h.at < length], window)

    return {"wait": make, "counting": counting}


def _day_cap(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Defers to the next local day once `max` counted contacts were made on this one."""
    counted, most = _counted(spec["count"]), int(spec["max"])

    def make(s: Situation) -> Wait | None:
        stamps = [h.at for h in counted(s)]
        return DayCap(s, stamps, most) if len(stamps) >= most else None

    def counting(s: Situation, t: datetime) -> Inputs:
        def today(at: datetime) -> bool:
            return any(t.astimezone(z).date() == at.astimezone(z).date() for z in s.infos)

        return _inputs([h for h in counted(s) if today(h.at)], None)

    return {"wait": make, "counting": counting}


def _conversation_wait(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Defers until `days` local calendar days after a telephone conversation about the debt."""
    days, lift = int(spec["days"]), _lift(spec)

    def make(s: Situation) -> Wait | None:
        talks = [h.at for h in s.conversations() if s.same_account(h)]
        if not talks:
            return None
        release = max(s.midnight_after(t, days) for t in talks)
        return lift(s, Until(release)) if release > s.now else None

    return {"wait": make}


def _missing(spec: ConstraintSpec, known: Callable[[Situation], Any]) -> Test | None:
    if spec.get("missing") != "block":
        return None
    because = spec.get("missing_because", "A date this rule needs is not on file.")
    return lambda s: because if known(s) is None else None


def _calendar_wait(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Defers until local midnight, `days` after the local date of the instant at `base`."""
    read, days = instant_getter(spec["base"]), int(spec["days"])

    def make(s: Situation) -> Wait | None:
        base = read(s)
        return None if base is None else Until(s.midnight_after(base, days))

    return {"wait": make, "test": _missing(spec, read)}


def _date_wait(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Defers until midnight in the date zone, `days` after the calendar date at `base`."""
    read, days = date_getter(spec["base"]), int(spec["days"])

    def make(s: Situation) -> Wait | None:
        base = read(s)
        return None if base is None else Until(s.midnight_of(base, days))

    return {"wait": make, "test": _missing(spec, read)}


def _seconds_wait(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Defers until `seconds` after the instant at `base`."""
    read, length = instant_getter(spec["base"]), timedelta(seconds=spec["seconds"])

    def make(s: Situation) -> Wait | None:
        base = read(s)
        return None if base is None else Until(base + length)

    return {"wait": make, "test": _missing(spec, read)}


def _first_notice_wait(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Defers until `seconds` after the first letter, e-mail or text that reached the consumer;
    none blocks; a telephone conversation satisfies it at once."""
    length = timedelta(seconds=spec["seconds"])
    channels, returned = frozenset(spec["channels"]), frozenset(spec["returned_outcomes"])

    def arrived(s: Situation) -> list[datetime]:
        return [
            h.at
            for h in s.out
            if h.channel in channels and h.outcome not in returned and s.same_account(h)
        ]

    def talked(s: Situation) -> bool:
        return any(s.same_account(h) for h in s.conversations())

    def test(s: Situation) -> str | None:
        return None if talked(s) or arrived(s) else "The consumer has not been told of the debt."

    def make(s: Situation) -> Wait | None:
        first = arrived(s)
        return None if talked(s) or not first else Until(first[0] + length)

    return {"test": test, "wait": make}


def _quiet_times(_rule: str, spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Defers to the second after an interval that the consumer called inconvenient."""
    key = spec["flag"]

    def make(s: Situation) -> Wait | None:
        stated = s.facts.flags.get(key)
        if not isinstance(stated, (list, tuple)):
            return None
        times = [
            BadTime(
                s,
                clock_seconds(str(x.get("start") or "00:00")),
                clock_seconds(str(x.get("end") or "24:00")),
                x.get("days") or None,
            )
            for x in stated
            if not x.get("channels") or s.medium in x["channels"] or s.channel in x["channels"]
        ]
        return _Worst(times) if times else None

    return {"wait": make}


class _Worst:
    """Several waits as one: the latest release, the earliest closing."""

    __slots__ = ("_waits",)

    def __init__(self, waits: list[BadTime]) -> None:
        self._waits = waits

    def until(self, t: datetime) -> datetime | None:
        return max((u for w in self._waits if (u := w.until(t))), default=None)

    def closes(self, t: datetime) -> datetime | None:
        return min((c for w in self._waits if (c := w.closes(t))), default=None)


def _late_fee(rule: str, spec: ConstraintSpec, tables: RuleTables) -> dict[str, Any]:
    """A fee for late rent after the table of states: clause, cap, then the days of grace."""
    states = tables[spec["table"]]["states"]
    due, fee, rent = date_getter("message.due_date"), getter("message.fee"), getter("message.rent")
    if not states:
        raise RuleError(rule, "the late fee table is empty")

    def rows(s: Situation) -> list[ConstraintSpec]:
        """The entries of every state that the person may be in; none where one of them lacks."""
        entries = [e for state in sorted(s.states) if (e := states.get(state)) and e["approved"]]
        return entries if len(entries) == len(s.states) else []

    def test(s: Situation) -> str | None:
        entries = rows(s)
        if not entries:
            return "No approved late fee entry for this state."
        if not proven(s.facts.message.get("in_lease")):
            return "The fee is not in the lease."
        asked, base = number(fee(s)), number(rent(s))
        if due(s) is None or asked is None or base is None:
            return "The due date, the rent or the fee is missing."
        overdue = number(s.facts.message.get("overdue"))
        caps = [c for e in entries if (c := _fee_cap(e, base, overdue)) is not None]
        cap = min(caps, default=None)
        return None if cap is None or asked <= cap else f"The fee is over the cap of ${cap:.2f}."

    def make(s: Situation) -> Wait | None:
        entries, day = rows(s), due(s)
        if not entries or day is None:
            return None
        return Until(s.midnight_of(max(_end_of_grace(e, day) for e in entries), 1))

    return {"test": test, "wait": make}


def _end_of_grace(entry: ConstraintSpec, due: date) -> date:
    """The last day on which the rent is still paid without a fee."""
    last = due + timedelta(days=entry["grace_days"])
    return business_day_in_tennessee(last) if entry.get("rolls") else last


def _fee_cap(entry: ConstraintSpec, rent: Decimal, overdue: Decimal | None) -> Decimal | None:
    """The most a state allows, in dollars; None where the law gives no number."""
    if entry["percent"] is None:
        return None
    base = overdue if entry["of"] == "overdue" and overdue is not None else rent
    part = base * Decimal(str(entry["percent"])) / 100
    if entry["dollars"] is None:
        return part
    dollars = Decimal(str(entry["dollars"]))
    return max(part, dollars) if entry["take"] == "greater" else min(part, dollars)


def _carries(_rule: str, _spec: ConstraintSpec, _tables: RuleTables) -> dict[str, Any]:
    """Carries the result of the rules in `of`: this rule widens or feeds them."""
    return {}


KINDS: dict[str, Callable[[str, ConstraintSpec, RuleTables], dict[str, Any]]] = {
    "flag_block": _flag_block,
    "content": _content,
    "consent": _proof,
    "proof": _proof,
    "not_offered": _not_offered,
    "no_repeat": _no_repeat,
    "one_confirmation": _one_confirmation,
    "one_call_each": _one_call_each,
    "retention": _retention,
    "dates_apart": _dates_apart,
    "hours": _hours,
    "rolling_cap": _rolling_cap,
    "day_cap": _day_cap,
    "conversation_wait": _conversation_wait,
    "calendar_wait": _calendar_wait,
    "date_wait": _date_wait,
    "seconds_wait": _seconds_wait,
    "first_notice_wait": _first_notice_wait,
    "quiet_times": _quiet_times,
    "late_fee": _late_fee,
    "carries": _carries,
}
BLOCKING = frozenset({"flag_block", "content", "consent", "proof", "not_offered", "no_repeat",
    "one_confirmation", "one_call_each", "retention", "dates_apart", "first_notice_wait",
    "late_fee"})  # fmt: skip
DEFERRING = frozenset(KINDS) - BLOCKING - {"carries"} | {"first_notice_wait", "late_fee"}


def compile_constraint(rule: str, spec: ConstraintSpec, tables: RuleTables) -> Constraint:
    """One constraint of a rule, ready to run. Raises `RuleError` where it cannot be."""
    kind = spec.get("kind")
    if kind not in KINDS:
        raise RuleError(rule, f"no constraint kind {kind!r}")
    unknown = set(spec) - _FIELDS[kind] - _COMMON
    if unknown:
        raise RuleError(rule, f"{kind} knows no {', '.join(sorted(unknown))}")
    try:
        parts = KINDS[kind](rule, spec, tables)
    except (KeyError, TypeError, ValueError) as error:
        raise RuleError(rule, f"{kind} cannot be read: {error!r}") from error
    return Constraint(kind=kind, gate=_gate(rule, spec), because=spec.get("because", ""), **parts)


_COMMON = frozenset({"kind", "when", "unless", "because"})
_MISSING = {"missing", "missing_because"}
_FIELDS: dict[str, set[str]] = {
    "flag_block": {"barred_when"},
    "content": {"defects"},
    "consent": {"need"},
    "proof": {"need"},
    "not_offered": set(),
    "no_repeat": {"channels", "window_seconds", "returned_outcomes"},
    "one_confirmation": {"seconds"},
    "one_call_each": set(),
    "retention": {"base", "years"},
    "dates_apart": {"first", "second", "days"},
    "hours": {"opens", "closes", "days_off", "also_in"},
    "rolling_cap": {
        "max", "max_from", "at_most", "window_seconds", "count", "lifted_by_callback"
    },
    "day_cap": {"max", "count"},
    "conversation_wait": {"days", "lifted_by_callback"},
    "calendar_wait": {"base", "days", *_MISSING},
    "date_wait": {"base", "days", *_MISSING},
    "seconds_wait": {"base", "seconds", *_MISSING},
    "first_notice_wait": {"seconds", "channels", "returned_outcomes"},
    "quiet_times": {"flag"},
    "late_fee": {"table"},
    "carries": {"of"},
}  # fmt: skip
ALL_CONTACTS = tuple(sorted(CONTACT_CHANNELS))
