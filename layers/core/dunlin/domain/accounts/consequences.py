"""What a signal does to an account, a person and a touch. Pure: states in, states out.

An opt-out is never refused and closes every channel of the person with that creditor
(PLAT-OPTOUT-ALL, 12 CFR 1006.6(e), 47 CFR 64.1200(a)(10)); a hold only ever grows stricter here,
lifting one is a decision of staff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Consumer, Flag
from dunlin.domain.accounts.points import DENIED, OPTED_OUT, WRONG_PARTY
from dunlin.domain.accounts.reasons import CHEQUE, PROMISED
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import Touch, TouchState, advance
from dunlin.domain.accounts.wishes import with_channels, with_times
from dunlin.domain.errors import DomainError
from dunlin.domain.tokens import address_hash

DISPUTES = "Disputes what is owed"
INSURER_OWES = "Says that the insurer should pay"
QUIET = "Asked for quiet"
# Why a person must look, in words for staff; without commas, which part the reasons of a hold.
_REVIEWED = {
    SignalKind.HARDSHIP: "Says that paying is hard at present",
    SignalKind.WRONG_PARTY: "Says that we reached the wrong person",
    SignalKind.PLAN_REQUEST: "Asks to pay in instalments",
    SignalKind.PROMISE: "Promises to pay",
    SignalKind.QUESTION: "Asks a question",
    SignalKind.REPLY: "Wrote back",
}
# Labels of a reply that bind the gate by themselves, with what staff read.
_FLAGS = {
    "attorney": ("attorney", "Names a lawyer"),
    "cease": ("cease", "Wants no more contact"),
    "refusal": ("cease", "Refuses to pay"),
    "bankruptcy": ("bankruptcy", "Speaks of bankruptcy"),
    "deceased": ("deceased", "Says that the person has died"),
}
_SAID = {
    "ambiguous": "May want us to stop: read it before anything is sent",
    "unclear": "Not understood: read it before anything is sent",
    "dispute": DISPUTES,
    "withdrawn": "Takes back what they said before",
    "hardship": _REVIEWED[SignalKind.HARDSHIP],
    "already_paid": "Says it is paid",
    "abusive": "Is abusive or threatens",
    "plan_request": _REVIEWED[SignalKind.PLAN_REQUEST],
    "promise": _REVIEWED[SignalKind.PROMISE],
    "question": _REVIEWED[SignalKind.QUESTION],
    "wrong_party": _REVIEWED[SignalKind.WRONG_PARTY],
    **{label: text for label, (_, text) in _FLAGS.items()},
    "contact_details": "Gives a new address or number",
    "delete_request": "Asks us to delete their data",
    "document": "Asks for a document",
    "evidence": "Sent a document",
    "helper": "Names somebody whom we may speak to",
    "flagged": "Says that a message of ours is wrong",
    "plan_change": "Asks for other terms",
    "only_email": "Wants e-mail only",
    "only_sms": "Wants texts only",
    "only_letter": "Wants letters only",
    "only_call": "Wants calls only",
}
# Which kind of the staff queue a message belongs to, the gravest first.
_ASKS = {
    "dispute": (SignalKind.DISPUTE, "dispute"),
    "wrong_party": (SignalKind.WRONG_PARTY, "wrong_party"),
    "hardship": (SignalKind.HARDSHIP, "hardship"),
    "arrangement_request": (SignalKind.PLAN_REQUEST, "plan_request"),
    "question": (SignalKind.QUESTION, "question"),
    "locked_out": (SignalKind.LOCKED_OUT, ""),
    "reply": (SignalKind.REPLY, ""),
}
ABOUT_ANOTHER = "Wrote back about another account"
# Contact on one medium alone (US-REGF-MEDIUM).
_ONLY = {"only_email": "email", "only_sms": "sms", "only_letter": "letter", "only_call": "call"}
# What a person says binds all their accounts until staff has read it; a dispute binds its own.
PERSONAL = frozenset({SignalKind.HARDSHIP, SignalKind.QUESTION, SignalKind.REPLY})
_STOPS = frozenset({SignalKind.OPT_OUT, SignalKind.COMPLAINT})
# A wait that the person asked for or promised, by the word in the signal's detail.
_RESTS = {
    "promise": (Hold.PROMISE, PROMISED),
    "cheque": (Hold.PROMISE, CHEQUE),
    "snooze": (Hold.SNOOZED, QUIET),
}
# Holds under which a promise binds nothing and nobody looks yet: staff read it. A plan follows
# itself up, and a dispute or a review is before staff already.
_UNPROMISED = (Hold.PAUSED, Hold.PAYMENT_PENDING, Hold.INSURER)
# Applied by their own use cases: money by payments, decisions by staff.
_ELSEWHERE = frozenset(
    {
        SignalKind.PAYMENT,
        SignalKind.PAYMENT_PENDING,
        SignalKind.PAYMENT_FAILED,
        SignalKind.REFUND,
        SignalKind.CHARGEBACK,
        SignalKind.PLAN_STARTED,
        SignalKind.PLAN_MISSED,
        SignalKind.STAFF,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """New states, without version and chain; None where nothing changes. `what` are past-tense
    event names for the audit log, `data` ids, codes and figures for it."""

    account: Account | None = None
    account_what: str = ""
    consumer: Consumer | None = None
    consumer_what: str = ""
    touch: Touch | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def follow(
    signal: Signal,
    *,
    account: Account | None,
    consumer: Consumer | None,
    touch: Touch | None,
    rests: timedelta | None = None,
) -> Consequence:
    """What follows from a signal for the states as read. Raises `DomainError` for a kind that
    another use case applies."""
    if signal.kind in _ELSEWHERE:
        raise DomainError(f"a {signal.kind} is not applied as a signal")
    after, what = _account(signal, account, rests)
    person, person_what = _consumer(signal, consumer)
    moved = _touch(signal, touch)
    return Consequence(
        account=after if after != account else None,
        account_what=what,
        consumer=person if person != consumer else None,
        consumer_what=person_what,
        touch=moved if moved != touch else None,
        data=_data(signal),
    )


def _data(signal: Signal) -> dict[str, Any]:
    known = (
        "by", "scope", "reason", "permanent", "address_hash", "start", "original_creditor",
        "rest", "until", "times", "channels", "rating", "touch",
        "contested_minor",
    )  # fmt: skip
    return {
        "signal_id": signal.signal_id,
        "kind": signal.kind.value,
        "channel": signal.channel,
        "touch_id": signal.touch_id or "",
        "labels": list(labels_of(signal)),
        **{k: v for k, v in signal.detail.items() if k in known},
    }


def labels_of(signal: Signal) -> tuple[str, ...]:
    """The classifier's labels that a reply's signal carries."""
    return tuple(str(label) for label in signal.detail.get("labels", ()))


def _account(
    signal: Signal, account: Account | None, rests: timedelta | None
) -> tuple[Account | None, str]:
    if account is None:
        return None, ""
    labels = labels_of(signal)
    if signal.kind is SignalKind.LOCKED_OUT:
        # Nothing is held: whoever has a link could stop the messages by guessing.
        return _asked(account, signal), "LockedOut"
    if part := _part(signal, account):
        contested = max(part, account.contested_minor)
        return _asked(lifecycle.contest(account, contested), signal), "PartDisputed"
    if signal.kind is SignalKind.DISPUTE or "dispute" in labels:
        held = lifecycle.hold(account, Hold.DISPUTE, _SAID["dispute"], signal.at)
        return _asked(held, signal), "AccountHeld"
    rest = str(signal.detail.get("rest", ""))
    if rest == "over":
        return lifecycle.take_back_rest(account, signal.at), "RestTakenBack"
    if rest and account.owes:  # else nothing is asked for, and staff read what was promised
        wanted, reason = _RESTS[rest]
        until = datetime.fromisoformat(str(signal.detail["until"]))
        rested = _rest(account, wanted, reason, until)
        unread = account.hold in _UNPROMISED and not account.has_open_message
        if wanted is Hold.PROMISE and unread:
            rested = lifecycle.ask(rested, "reply", signal.at)
        return rested, "AccountHeld"
    if "insurer" in labels:
        held = lifecycle.hold(account, Hold.INSURER, INSURER_OWES, signal.at)
        return _asked(held, signal), "AccountHeld"
    why = ", ".join(_SAID[label] for label in labels if label in _SAID)
    if not why and "opt_out" not in labels and "help" not in labels:
        why = _REVIEWED.get(signal.kind, "")
    if not why:
        return account, ""
    if rests is not None and asks_nothing(signal):
        return _asked(lifecycle.rest_after(account, why, signal.at + rests), signal), "AccountHeld"
    return _asked(lifecycle.hold(account, Hold.REVIEW, why, signal.at), signal), "AccountHeld"


def _rest(account: Account, wanted: Hold, why: str, until: datetime) -> Account:
    """The account at rest. Where no ladder goes on afterwards a promise outlasts a quiet time:
    nobody but staff would ever ask what became of it."""
    two = {account.hold, wanted} == {Hold.PROMISE, Hold.SNOOZED}
    if two and not account.on_ladder and account.due_at is not None:
        if account.hold is Hold.PROMISE:
            wanted, why = account.hold, account.hold_reason
        until = max(until, account.due_at)
    return lifecycle.rest_until(account, wanted, why, until)


def _part(signal: Signal, account: Account) -> int:
    """How much of the balance is disputed, in minor units, where it is only a part: that part is
    not asked for (12 CFR 1006.38(d)(2)), and the creditor's strategy says whether the rest is.
    0 where the dispute concerns the whole account: also one that is paid by an arrangement, whose
    instalments hold the disputed part too, and one in dispute already."""
    if signal.kind is not SignalKind.DISPUTE or account.hold in (Hold.DISPUTE, Hold.ARRANGEMENT):
        return 0
    part = int(signal.detail.get("contested_minor", 0))
    return part if account.owes and 0 < part < account.balance.minor else 0


def _asked(account: Account, signal: Signal) -> Account:
    """The account with the message as a case for staff: the oldest that waits keeps its time, the
    gravest names the kind, and who has the case keeps it."""
    labels = labels_of(signal)
    kinds = {k for k, (kind, label) in _ASKS.items() if signal.kind is kind or label in labels}
    if account.has_open_message and account.case is not None:
        kinds |= {account.case.kind}
    kind = next((k for k in _ASKS if k in kinds), "")
    return lifecycle.ask(account, kind, signal.at) if kind else account


def asks_nothing(signal: Signal) -> bool:
    """A reply in which nobody found anything that staff must decide; they read it all the same."""
    labels = set(labels_of(signal))
    return signal.kind is SignalKind.REPLY and not labels & {*_SAID, "insurer", "opt_out"}


def _consumer(signal: Signal, consumer: Consumer | None) -> tuple[Consumer | None, str]:
    if consumer is None:
        return None, ""
    labels, what = labels_of(signal), ""
    for label in labels:
        if label in _FLAGS:
            consumer, what = _flag(consumer, signal, _FLAGS[label][0]), "FlagRaised"
        if label in _ONLY:
            consumer, what = _flag(consumer, signal, "only_medium", _ONLY[label]), "FlagRaised"
    if signal.kind is SignalKind.WRONG_PARTY or "wrong_party" in labels:
        consumer, what = _wrong_party(consumer, signal), "WrongPartyReported"
    if signal.kind is SignalKind.BOUNCE and signal.detail.get("permanent"):
        consumer, what = _bounced(consumer, signal), "AddressClosed"
    if signal.kind is SignalKind.PREFERENCE and signal.detail.get("start") == Channel.SMS.value:
        consumer, what = _reopen(consumer, Channel.SMS, signal), "ConsentGranted"
    if times := signal.detail.get("times"):
        consumer = with_times(consumer, times, at=signal.at, evidence=evidence(signal))
        what = "PreferencesSet"
    if channels := signal.detail.get("channels"):
        consumer = with_channels(consumer, channels, at=signal.at, evidence=evidence(signal))
        what = "ConsentSet"
    if signal.kind in _STOPS or {"opt_out", "cease"} & set(labels):
        consumer, what = _stop(consumer, signal), "OptedOut"
    return consumer, what


def evidence(signal: Signal) -> str:
    """Where a consent came from: how, and which signal. Never the text itself."""
    return f"{signal.detail.get('by') or signal.kind.value}:{signal.signal_id}"


def _with_consent(
    consumer: Consumer, channel: Channel, state: ConsentState, signal: Signal
) -> Consumer:
    before = consumer.consent(channel)
    if before.state is state:
        return consumer
    consent = Consent(
        state=state, version=before.version + 1, at=signal.at, evidence=evidence(signal)
    )
    return replace(consumer, consents={**consumer.consents, channel: consent})


def _flag(consumer: Consumer, signal: Signal, name: str, value: str = "") -> Consumer:
    if name in consumer.flags:
        return consumer
    detail: dict[str, Any] = {"value": value} if value else {}
    if name == "cease":
        detail = {"at": signal.at.isoformat(), "medium": signal.channel}
    elif name == "bankruptcy":
        detail = {"value": "stay"}
    flag = Flag(at=signal.at, by=evidence(signal), detail=detail)
    return replace(consumer, flags={**consumer.flags, name: flag})


def _stop(consumer: Consumer, signal: Signal) -> Consumer:
    for channel, flag in OPTED_OUT.items():
        consumer = _with_consent(consumer, channel, ConsentState.REVOKED, signal)
        consumer = _flag(consumer, signal, flag)
    return consumer


def _reopen(consumer: Consumer, channel: Channel, signal: Signal) -> Consumer:
    """Express new consent on the very channel it came from. It lifts that opt-out alone."""
    consumer = _with_consent(consumer, channel, ConsentState.GRANTED, signal)
    closed = {OPTED_OUT[channel], DENIED[channel]}
    kept = {n: f for n, f in consumer.flags.items() if n not in closed}
    return replace(consumer, flags=kept)


def _wrong_party(consumer: Consumer, signal: Signal) -> Consumer:
    channels = [c for c in Channel if signal.channel == c.value] or list(Channel)
    for channel in channels:
        consumer = _with_consent(consumer, channel, ConsentState.REVOKED, signal)
        consumer = _flag(consumer, signal, WRONG_PARTY[channel])
        hashed = [address_hash(point) for point in consumer.points(channel)]
        reached = str(signal.detail.get("address_hash") or "")
        wrong = [reached] if reached in hashed else hashed
        consumer = replace(consumer, wrong=tuple(dict.fromkeys((*consumer.wrong, *wrong))))
    return consumer


def _bounced(consumer: Consumer, signal: Signal) -> Consumer:
    """A dead address goes behind the others; where all are dead the channel is closed."""
    channel = Channel.SMS if signal.channel == Channel.SMS.value else Channel.EMAIL
    points = consumer.points(channel)
    name = f"{channel.value}_bounced"
    hashes = [address_hash(p) for p in points]
    dead = str(signal.detail.get("address_hash") or next(iter(hashes), ""))
    if dead not in hashes:
        return consumer  # the address was corrected in the meantime
    earlier = consumer.flags.get(name)
    all_dead = sorted({dead, *(earlier.detail.get("address_hashes", ()) if earlier else ())})
    flag = Flag(at=signal.at, by=evidence(signal), detail={"address_hashes": all_dead})
    ordered = tuple(sorted(points, key=lambda p: address_hash(p) in all_dead))
    consumer = replace(consumer, flags={**consumer.flags, name: flag})
    if channel is Channel.EMAIL:
        consumer = replace(consumer, emails=ordered)
    else:
        consumer = replace(consumer, phones=ordered)
    if set(hashes) <= set(all_dead):
        return _with_consent(consumer, channel, ConsentState.REVOKED, signal)
    # Another address now stands first: what was permitted for the dead one must be void.
    before = consumer.consent(channel)
    consent = replace(before, version=before.version + 1)
    return replace(consumer, consents={**consumer.consents, channel: consent})


def _touch(signal: Signal, touch: Touch | None) -> Touch | None:
    if touch is None:
        return None
    reason = str(signal.detail.get("reason", ""))
    touch = replace(touch, message_id=touch.message_id or str(signal.detail.get("message_id", "")))
    match signal.kind:
        case SignalKind.DELIVERED | SignalKind.COMPLAINT:
            return replace(touch, state=advance(touch.state, TouchState.DELIVERED))
        case SignalKind.BOUNCE if signal.detail.get("permanent"):
            return replace(touch, state=advance(touch.state, TouchState.BOUNCED), reason=reason)
        case SignalKind.BOUNCE if touch.state is not TouchState.DELIVERED:
            # A late soft bounce, such as an absence notice, says nothing against a delivery.
            return replace(touch, state=advance(touch.state, TouchState.FAILED), reason=reason)
        case SignalKind.OPEN:
            return replace(touch, opened_at=touch.opened_at or signal.at)
        case SignalKind.CLICK | SignalKind.PORTAL_VISIT:
            return replace(touch, clicked_at=touch.clicked_at or signal.at)
        case _:
            return touch
