"""From the log of signals to what is known of an account and of a person.

Everything is recomputed from the log, in whatever order and however often it was told; nothing is
kept beside it. Opens never count: privacy proxies fetch the picture of a message that nobody looked
at. Clicks and visits count unless a rule says that a program made them; what a rule left out is
told with its evidence.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.learning.features import KnownState
from dunlin.domain.learning.payment_timing import usual_weekday

SIGNALS_VERSION = 1
"""Changes with every change of a rule: features of another version are computed anew."""
TOO_SOON = timedelta(seconds=10)
"""Nobody follows a link so soon after its message was handed over; scanners do."""
BURST, BURST_WITHIN = 3, timedelta(seconds=10)
"""So many clicks and visits of a message in so short a time are a program's walk through it."""
FLOOD, FLOOD_WITHIN = 20, timedelta(days=1)
"""A message followed more often than this within a day is fetched by a machine, again and again."""
FOLLOWED = timedelta(days=10)
"""What no link explains belongs to the last message within so long."""
CLOCKS = timedelta(minutes=5)
"""By so much two clocks may disagree."""

_LINKS = frozenset({SignalKind.CLICK, SignalKind.PORTAL_VISIT})
_ACTS = frozenset(
    {
        *_LINKS,
        SignalKind.REPLY,
        SignalKind.QUESTION,
        SignalKind.PROMISE,
        SignalKind.PLAN_REQUEST,
        SignalKind.PLAN_STARTED,
        SignalKind.PAYMENT,
    }
)
_HARM = frozenset({SignalKind.OPT_OUT, SignalKind.COMPLAINT})


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message of the log that went out."""

    touch_id: str
    at: datetime
    channel: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A signal that moves nothing. `rule` is `open`, `too soon`, `burst`, `flood` (made by a
    program), `clocks` (before its message was sent), `later` (than the instant asked about) or
    `repeated`; `evidence` is the figure that the rule went by."""

    signal_id: str
    rule: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSignals:
    """What the log says of an account at an instant. `engaged` counts messages of a channel that a
    person acted on, `ignored` those sent since they last did. `harmed` is a label, never a
    feature. `unattributed` counts acts that belong to no message: a payment out of the blue is
    known, and credited to nothing."""

    version: int
    touches: int
    softer: int
    last_sent: datetime | None
    delivered: dict[str, int]
    engaged: dict[str, int]
    ignored: dict[str, int]
    wants_plan: bool
    broken_promise: bool
    pay_weekday: int | None
    payments: int
    harmed: bool
    unattributed: int
    engaged_touches: frozenset[str]
    left_out: tuple[LeftOut, ...]


def account_signals(
    sent: Iterable[SentMessage], log: Iterable[Signal], *, as_of: datetime, zone: ZoneInfo
) -> AccountSignals:
    """Compute an account's features from its messages and signals up to an instant. `zone` says on
    which weekday they pay."""
    messages = sorted((m for m in sent if m.at <= as_of), key=lambda m: (m.at, m.touch_id))
    signals, left_out = _believed(messages, log, as_of)
    by_id = {message.touch_id: message for message in messages}
    engaged: set[str] = set()
    acted: dict[str, datetime] = {}
    unattributed = 0
    for signal in signals:
        if signal.kind not in _ACTS:
            continue
        message = by_id.get(signal.touch_id or "") or _last_before(messages, signal.at)
        if message is None:
            unattributed += 1
            continue
        engaged.add(message.touch_id)
        acted[message.channel] = max(signal.at, acted.get(message.channel, signal.at))
    payments = [s.at.astimezone(zone).date() for s in signals if s.kind is SignalKind.PAYMENT]
    kinds = {signal.kind for signal in signals}
    return AccountSignals(
        version=SIGNALS_VERSION,
        touches=len(messages),
        softer=sum(message.tone != "firm" for message in messages),
        last_sent=messages[-1].at if messages else None,
        delivered=dict(Counter(s.channel for s in signals if s.kind is SignalKind.DELIVERED)),
        engaged=dict(Counter(by_id[touch_id].channel for touch_id in engaged)),
        ignored=dict(
            Counter(
                m.channel for m in messages if m.channel not in acted or m.at > acted[m.channel]
            )
        ),
        wants_plan=SignalKind.PLAN_REQUEST in kinds,
        broken_promise=SignalKind.PLAN_MISSED in kinds or _broken(signals, as_of),
        pay_weekday=usual_weekday(payments),
        payments=len(payments),
        harmed=bool(kinds & _HARM),
        unattributed=unattributed,
        engaged_touches=frozenset(engaged),
        left_out=left_out,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSignals:
    """What the log says of a person over all accounts of theirs."""

    version: int
    accounts: int
    engaged: dict[str, int]
    payments: int
    wants_plan: bool
    broken_promise: bool


def person_signals(accounts: Sequence[AccountSignals]) -> PersonSignals:
    """Put the accounts of a person together."""
    engaged: Counter[str] = Counter()
    for account in accounts:
        engaged.update(account.engaged)
    return PersonSignals(
        version=SIGNALS_VERSION,
        accounts=len(accounts),
        engaged=dict(engaged),
        payments=sum(account.payments for account in accounts),
        wants_plan=any(account.wants_plan for account in accounts),
        broken_promise=any(account.broken_promise for account in accounts),
    )


def with_signals(known: KnownState, signals: AccountSignals, *, as_of: datetime) -> KnownState:
    """What is known of an account from its import, with what its log says."""
    since = signals.last_sent
    return replace(
        known,
        touches=signals.touches,
        softer=signals.softer,
        days_since_touch=None if since is None else (as_of - since) / timedelta(days=1),
        email_engaged=signals.engaged.get("email", 0),
        sms_engaged=signals.engaged.get("sms", 0),
        email_ignored=signals.ignored.get("email", 0),
        sms_ignored=signals.ignored.get("sms", 0),
        wants_plan=signals.wants_plan,
        broken_promise=signals.broken_promise,
        pay_weekday=signals.pay_weekday,
    )


def _believed(
    messages: Sequence[SentMessage], log: Iterable[Signal], as_of: datetime
) -> tuple[list[Signal], tuple[LeftOut, ...]]:
    """Signals in the order of their instants, without those that a rule leaves out."""
    believed: list[Signal] = []
    left_out: list[LeftOut] = []
    seen: set[str] = set()
    ordered = sorted(log, key=lambda s: (s.at, s.signal_id, s.kind))
    sent_at = {message.touch_id: message.at for message in messages}
    programs = _programs(s for s in ordered if s.at <= as_of)
    for signal in ordered:
        if signal.at > as_of:
            reason: tuple[str, str] | None = "later", signal.at.isoformat()
        elif signal.signal_id in seen:
            reason = "repeated", signal.signal_id
        else:
            seen.add(signal.signal_id)
            reason = _not_a_person(signal, sent_at.get(signal.touch_id or ""), programs)
        if reason is None:
            believed.append(signal)
        else:
            left_out.append(LeftOut(signal_id=signal.signal_id, rule=reason[0], evidence=reason[1]))
    return believed, tuple(left_out)


def _not_a_person(
    signal: Signal, sent_at: datetime | None, programs: dict[str, tuple[str, str]]
) -> tuple[str, str] | None:
    if signal.kind is SignalKind.OPEN:
        return "open", "a picture that was fetched"
    if signal.kind not in _LINKS:
        return None
    if sent_at is not None:
        after = signal.at - sent_at
        if after < -CLOCKS:
            return "clocks", f"{-after.total_seconds():.0f} s before its message"
        if after < TOO_SOON:
            return "too soon", f"{after.total_seconds():.0f} s after its message"
    return programs.get(signal.signal_id)


def _programs(signals: Iterable[Signal]) -> dict[str, tuple[str, str]]:
    """Clicks and visits that their company gives away, by id, with rule and evidence. A delivery
    that is repeated is no company."""
    by_message: defaultdict[str, dict[str, Signal]] = defaultdict(dict)
    for signal in signals:
        if signal.kind in _LINKS and signal.touch_id is not None:
            by_message[signal.touch_id].setdefault(signal.signal_id, signal)
    programs: dict[str, tuple[str, str]] = {}
    for followers in by_message.values():
        followed = list(followers.values())
        for first, last in zip(followed, followed[BURST - 1 :], strict=False):
            if last.at - first.at <= BURST_WITHIN:
                within = f"{BURST} within {(last.at - first.at).total_seconds():.0f} s"
                for signal in followed:
                    if first.at <= signal.at <= last.at:
                        programs.setdefault(signal.signal_id, ("burst", within))
        pairs = zip(followed, followed[FLOOD:], strict=False)
        if any(last.at - first.at <= FLOOD_WITHIN for first, last in pairs):
            count = f"followed {len(followed)} times"
            programs.update({signal.signal_id: ("flood", count) for signal in followed})
    return programs


def _last_before(messages: Sequence[SentMessage], at: datetime) -> SentMessage | None:
    earlier = [message for message in messages if message.at <= at]
    return earlier[-1] if earlier and at - earlier[-1].at <= FOLLOWED else None


def _broken(signals: Sequence[Signal], as_of: datetime) -> bool:
    """Whether a promise ran out without any payment since it was made."""
    paid = [signal.at for signal in signals if signal.kind is SignalKind.PAYMENT]
    for signal in signals:
        if signal.kind is SignalKind.PROMISE and isinstance(signal.detail.get("until"), str):
            until = datetime.fromisoformat(signal.detail["until"])
            if until < as_of and not any(signal.at <= at <= until for at in paid):
                return True
    return False
