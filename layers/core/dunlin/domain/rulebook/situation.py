"""Situation: one intended contact at one instant, with what every rule asks for worked out once.

History at `now` is deduplicated and sorted, the kind of debt, the zones, the reply status and the
opt-outs that inbound texts imply are derived here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dunlin.domain.replies.signals import ReplySignals, classify_reply
from dunlin.domain.rulebook.facts import Contact, ContactFacts
from dunlin.domain.rulebook.values import instant, local_date
from dunlin.domain.rulebook.verdict import CandidateZone
from dunlin.domain.rulebook.zones import zone_info

CALL_CHANNELS = frozenset({"call", "voicemail_lcm", "prerecorded_call"})
UNCONNECTED = frozenset({"busy", "not_in_service", "failed"})
REPLY_SECONDS = 600
_NEW_YORK = "America/New_York"


def medium_of(channel: str) -> str:
    """The medium a channel belongs to: `call` covers voicemail and recordings."""
    return "call" if channel in CALL_CHANNELS else channel


# Notices that go to the consumer: by post unless they say otherwise.
_NOTICES = frozenset({"validation_notice", "sue_threat"})
_VIA = {"email": "email", "sms": "sms"}


def _posted_as(facts: ContactFacts) -> str | None:
    """The contact channel that a notice goes by; None for what is no notice."""
    if facts.channel not in _NOTICES:
        return None
    return _VIA.get(str(facts.message.get("via")), "letter")


def channels_of(facts: ContactFacts) -> frozenset[str]:
    """What a contact is to the rules: its channel and, of a notice, the letter, e-mail or text
    that it goes as, so that it minds whatever they mind."""
    posted_as = _posted_as(facts)
    return frozenset({facts.channel} if posted_as is None else {facts.channel, posted_as})


def prepared(history: tuple[Contact, ...], now: datetime) -> list[Contact]:
    """History up to `now`, oldest first, an event counted once, released touches left out."""
    seen: set[str] = set()
    kept: list[Contact] = []
    for item in sorted(history, key=lambda c: c.at):
        if item.at > now or item.outcome == "released":
            continue
        if item.event_id:
            if item.event_id in seen:
                continue
            seen.add(item.event_id)
        kept.append(item)
    return kept


class Situation:
    """Facts and `now`, with derived values. Lives for one decision."""

    __slots__ = (
        "_local",
        "channel",
        "channels",
        "consumer_debt",
        "facts",
        "history",
        "infos",
        "medium",
        "no_clock",
        "now",
        "nyc",
        "out",
        "policy",
        "reply",
        "said",
        "states",
        "zones",
    )

    def __init__(
        self,
        facts: ContactFacts,
        now: datetime,
        zones: tuple[CandidateZone, ...],
        policy: Mapping[str, Any],
        *,
        states: frozenset[str],
        nyc: bool,
        no_clock: bool,
    ) -> None:
        self.facts = facts
        self.now = now
        self.channel = facts.channel
        self.channels = channels_of(facts)
        self.medium = _posted_as(facts) or medium_of(facts.channel)
        self.zones = zones
        infos = [zone_info(z.name) for z in zones]
        self.infos: list[ZoneInfo] = [i for i in infos if i is not None]
        self.policy = policy
        self.states = states
        self.nyc = nyc
        self.no_clock = no_clock
        self.consumer_debt = is_consumer_debt(facts)
        self.history = prepared(facts.history, now)
        self.out = [h for h in self.history if h.direction == "out"]
        self.reply = self._is_timely_reply()
        self.said = SpokenWishes(self.history, facts.account_id)
        self._local: dict[datetime, list[datetime]] = {}

    def _is_timely_reply(self) -> bool:
        """Section 2, point 10: the one answer in the same medium within 600 s."""
        if self.facts.purpose != "response":
            return False
        asked = [h.at for h in self.history if h.direction == "in" and h.channel in self.channels]
        if not asked:
            return False
        last = asked[-1]
        if (self.now - last).total_seconds() > REPLY_SECONDS:
            return False
        return not any(h.at >= last for h in self.out)

    def local(self, at: datetime) -> list[datetime]:
        """`at` on the wall clock of every candidate zone."""
        times = self._local.get(at)
        if times is None:
            times = self._local[at] = [at.astimezone(info) for info in self.infos]
        return times

    def midnight_after(self, base: datetime, days: int) -> datetime:
        """Local midnight `days` calendar days after the date of `base`; the latest zone wins."""
        return max(
            _midnight(base.astimezone(i).date() + timedelta(days=days), i) for i in self.infos
        )

    def date_zone(self) -> ZoneInfo:
        """The zone of stated calendar dates: the first candidate by name, else New York."""
        known = [] if self.zones[0].sources == ("no data",) else self.infos
        return known[0] if known else ZoneInfo(_NEW_YORK)

    def midnight_of(self, day: date, days: int) -> datetime:
        """Midnight in the date zone, `days` after a stated calendar date."""
        return _midnight(day + timedelta(days=days), self.date_zone())

    def same_account(self, item: Contact) -> bool:
        """Whether a past contact counts for this account: unattributed ones count for all."""
        named = item.account_id
        if named is None or named in ("*", ""):
            return True
        if isinstance(named, str):
            return named == self.facts.account_id
        return self.facts.account_id in named or "*" in named or not named

    def calls(self, *, person: bool = True) -> list[Contact]:
        """Outbound calls that connected somewhere, to the consumer unless `person` is false."""
        return [
            h
            for h in self.out
            if h.channel in CALL_CHANNELS
            and h.outcome not in UNCONNECTED
            and (not person or h.person in ("", "consumer"))
        ]

    def conversations(self) -> list[Contact]:
        """Live telephone conversations with the consumer, in either direction."""
        return [
            h
            for h in self.history
            if h.outcome == "conversation"
            and h.channel in CALL_CHANNELS
            and h.person in ("", "consumer")
        ]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def is_consumer_debt(facts: ContactFacts) -> bool:
    """Unknown counts as consumer; a business debt of mixed use too."""
    return facts.debt_kind != "business" or bool(facts.flags.get("sole_prop_mixed_use"))


class SpokenWishes:
    """What the consumer's own words in the history amount to, later words winning on START."""

    __slots__ = ("ambiguous_sms", "closed", "confirmable", "disputes", "only", "signals", "wrong")

    def __init__(self, history: list[Contact], account_id: str) -> None:
        self.signals: set[str] = set()
        self.closed: set[str] = set()
        self.wrong: set[str] = set()
        self.only: set[str] = set()
        self.ambiguous_sms = False
        self.confirmable: datetime | None = None
        self.disputes: list[datetime] = []
        for item in history:
            if item.direction != "in":
                continue
            if item.heard is not None:
                self._hear(item, item.heard, account_id)
            elif item.text:
                self._hear(item, classify_reply(item.text), account_id)

    def _hear(self, item: Contact, reply: ReplySignals, account_id: str) -> None:
        medium = medium_of(item.channel)
        if reply.start and medium == "sms":
            self.closed.discard("sms")
            self.ambiguous_sms = False
            self.confirmable = None
            return
        self.signals |= reply.signals
        if "refusal" in reply.signals:
            self.signals.add("cease")  # who refuses to pay is to be left in peace (15 USC 1692c(c))
        self._hear_closing(item, reply, medium)
        if reply.ambiguous and medium == "sms":
            self.ambiguous_sms = True
        if "wrong_person" in reply.signals:
            self.wrong.add("email" if medium == "email" else "number")
        # Who says it is paid contests that it is owed.
        contests = not reply.signals.isdisjoint(("dispute", "already_paid"))
        if contests and item.account_id in (None, "", "*", account_id):
            self.disputes.append(item.at)

    def _hear_closing(self, item: Contact, reply: ReplySignals, medium: str) -> None:
        closed: set[str] = set()
        if "message_opt_out" in reply.signals:
            closed.add("email" if medium == "email" else "sms")
        for signal, channel in _CLOSES.items():
            if signal in reply.signals:
                closed.add(channel)
        for signal, channel in _ONLY.items():
            if signal in reply.signals:
                self.only.add(channel)
        if "sms" in closed and medium == "sms" and self.confirmable is None:
            self.confirmable = item.at
        self.closed |= closed


_CLOSES = {"call_opt_out": "call", "email_opt_out": "email", "text_opt_out": "sms",
           "mail_opt_out": "letter"}  # fmt: skip
_ONLY = {"only_email": "email", "only_sms": "sms", "only_letter": "letter", "only_call": "call"}

Getter = Callable[[Situation], Any]


def getter(path: str) -> Getter:
    """A reader of one fact by its dotted path: `flags.attorney.no_response_since`, `days_past_due`.

    A missing step reads as None."""
    root, *steps = path.split(".")
    if root in ("flags", "consents", "message") and len(steps) == 1:
        key = steps[0]
        if root == "flags":
            return lambda s: s.facts.flags.get(key)
        if root == "consents":
            return lambda s: s.facts.consents.get(key)
        return lambda s: s.facts.message.get(key)
    if root == "policy":
        return lambda s: s.policy.get(steps[0])

    def read(s: Situation) -> Any:
        value: Any = getattr(s.facts, root)
        for step in steps:
            if not isinstance(value, Mapping):
                return None
            value = value.get(step)
        return value

    return read


def instant_getter(path: str) -> Callable[[Situation], datetime | None]:
    """A reader of one instant; what is not one reads as None."""
    read = getter(path)
    return lambda s: instant(read(s))


def date_getter(path: str) -> Callable[[Situation], date | None]:
    """A reader of one stated calendar date; what is not one reads as None."""
    read = getter(path)
    return lambda s: local_date(read(s))
