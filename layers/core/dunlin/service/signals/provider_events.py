"""What mail and text providers tell, read into signals. Pure: foreign shapes in, signals out.

SES: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html (the same
objects stand in an EventBridge event's `detail`). SNS delivery status lines:
docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html. Both are outside data: whatever does
not have the shape is `Unread` with a reason, never an exception.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.errors import Unavailable
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import AccountBook
from dunlin.ports.machines import LadderWaker
from dunlin.service.signals.signals import apply_signal

# Apple's privacy proxy fetches every pixel with exactly this user agent.
_PREFETCH = "Mozilla/5.0"
# Nobody reads a message this soon after it was handed over; scanners and proxies do.
_TOO_SOON = timedelta(seconds=10)
# A receipt can be quicker than the index by which its touch is found.
_INDEX_LAG = timedelta(minutes=2)
_ID = re.compile(r"[A-Za-z0-9_.@-]{1,128}")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")

# `providerResponse` of SNS, by what it means for the number. What is not listed may pass.
_CLOSED = (
    "invalid phone number",
    "phone has blocked sms",
    "phone is on a blocked list",
    "destination is on a blocked list",
    "phone number is landline",
)
_OPTED_OUT = ("opted out", "opt out")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSignal:
    """One provider event as a signal; `message_id` finds the touch where no tag names it."""

    signal: Signal
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """An event that moves nothing, with the reason it is counted under."""

    reason: str


def read_email_event(event: Mapping[str, Any]) -> ProviderSignal | Unread:
    """One SES event as EventBridge delivers it: `{source, detail: {eventType, mail, …}}`."""
    detail = _object(event, "detail")
    mail = _object(detail, "mail")
    message_id, kind = mail.get("messageId"), detail.get("eventType")
    if not isinstance(message_id, str) or not _ID.fullmatch(message_id):
        return Unread(reason="malformed")
    sent_at = _instant(mail.get("timestamp"))
    read = _EMAIL_KINDS.get(kind) if isinstance(kind, str) else None
    if read is None:
        return Unread(reason="not_a_signal")
    signal = read(detail, message_id, sent_at)
    if isinstance(signal, Unread):
        return signal
    return ProviderSignal(
        message_id=message_id,
        signal=replace(
            signal,
            account_id=_tag(mail, "account_id"),
            touch_id=_tag(mail, "touch_id"),
            detail={**signal.detail, "message_id": message_id},
        ),
    )


def _object(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _tag(mail: Mapping[str, Any], name: str) -> str | None:
    values = _object(mail, "tags").get(name)
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, str) and _ID.fullmatch(first) else None


def _instant(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _code(text: object, otherwise: str) -> str:
    """A provider's code word, and nothing that could quote an address."""
    return str(text) if isinstance(text, str) and _CODE.fullmatch(text) else otherwise


def _signal(
    kind: SignalKind, message_id: str, at: datetime | None, **detail: Any
) -> Signal | Unread:
    """One signal for each message and kind: a repeated event has the same id."""
    if at is None:
        return Unread(reason="malformed")
    return Signal(
        signal_id=f"ses-{message_id}-{kind}{'-soft' if detail.get('permanent') is False else ''}",
        kind=kind,
        at=at,
        channel=Channel.EMAIL.value,
        detail=detail,
    )


def _delivery(
    detail: Mapping[str, Any], message_id: str, sent_at: datetime | None
) -> Signal | Unread:
    at = _instant(_object(detail, "delivery").get("timestamp")) or sent_at
    return _signal(SignalKind.DELIVERED, message_id, at)


def _bounce(
    detail: Mapping[str, Any], message_id: str, sent_at: datetime | None
) -> Signal | Unread:
    bounce = _object(detail, "bounce")
    permanent = bounce.get("bounceType") == "Permanent"
    told: dict[str, Any] = {
        "permanent": permanent,
        "reason": _code(bounce.get("bounceSubType"), "bounced"),
    }
    recipients = bounce.get("bouncedRecipients")
    first = recipients[0] if isinstance(recipients, list) and recipients else {}
    address = first.get("emailAddress") if isinstance(first, Mapping) else None
    if isinstance(address, str):
        told["address_hash"] = address_hash(_bare(address))
    at = _instant(bounce.get("timestamp")) or sent_at
    return _signal(SignalKind.BOUNCE, message_id, at, **told)


def _bare(address: str) -> str:
    """The address of `Name <address>`."""
    return address.rpartition("<")[2].rstrip(">")


def _complaint(
    detail: Mapping[str, Any], message_id: str, sent_at: datetime | None
) -> Signal | Unread:
    complaint = _object(detail, "complaint")
    at = _instant(complaint.get("timestamp")) or sent_at
    reason = _code(complaint.get("complaintFeedbackType"), "complaint")
    return _signal(SignalKind.COMPLAINT, message_id, at, reason=reason, by="complaint")


def _not_sent(
    detail: Mapping[str, Any], message_id: str, sent_at: datetime | None
) -> Signal | Unread:
    reason = "rejected" if detail.get("eventType") == "Reject" else "rendering_failure"
    return _signal(SignalKind.BOUNCE, message_id, sent_at, permanent=False, reason=reason)


def _open(detail: Mapping[str, Any], message_id: str, sent_at: datetime | None) -> Signal | Unread:
    opened = _object(detail, "open")
    at = _instant(opened.get("timestamp"))
    if by_machine(opened, sent_at):
        return Unread(reason="machine_open")
    return _signal(SignalKind.OPEN, message_id, at)


def by_machine(opened: Mapping[str, Any], sent_at: datetime | None) -> bool:
    """True where no person opened the message: the privacy proxy's user agent, no user agent,
    SES's own mark, or sooner than anybody reads."""
    agent, at = opened.get("userAgent"), _instant(opened.get("timestamp"))
    marked = any("bot" in key.lower() and value is True for key, value in opened.items())
    early = at - sent_at if at and sent_at else timedelta(0)
    too_soon = timedelta(0) <= early < _TOO_SOON
    return marked or too_soon or not isinstance(agent, str) or agent.strip() in ("", _PREFETCH)


_EMAIL_KINDS: Mapping[str, Callable[[Mapping[str, Any], str, datetime | None], Signal | Unread]] = {
    "Delivery": _delivery,
    "Bounce": _bounce,
    "Complaint": _complaint,
    "Open": _open,
    "Reject": _not_sent,
    "Rendering Failure": _not_sent,
}


def read_sms_receipt(line: Mapping[str, Any]) -> ProviderSignal | Unread:
    """One delivery status line of SNS: `{notification, delivery, status}`."""
    notification, delivery = _object(line, "notification"), _object(line, "delivery")
    message_id = notification.get("messageId")
    at = _instant(notification.get("timestamp"))
    status = line.get("status")
    if (
        not isinstance(message_id, str)
        or not _ID.fullmatch(message_id)
        or at is None
        or status not in ("SUCCESS", "FAILURE")
    ):
        return Unread(reason="malformed")
    kind, detail = _fate(str(status), str(delivery.get("providerResponse", "")).lower())
    destination = delivery.get("destination")
    if isinstance(destination, str) and kind is not SignalKind.DELIVERED:
        detail["address_hash"] = address_hash(destination)
    return ProviderSignal(
        message_id=message_id,
        signal=Signal(
            signal_id=f"sns-{message_id}-{kind}",
            kind=kind,
            at=at,
            channel=Channel.SMS.value,
            detail=detail,
        ),
    )


def _fate(status: str, response: str) -> tuple[SignalKind, dict[str, Any]]:
    if status == "SUCCESS":
        return SignalKind.DELIVERED, {}
    if any(words in response for words in _OPTED_OUT):
        # The carrier knows of an opt-out that we do not: it is ours from now on.
        return SignalKind.OPT_OUT, {"by": "carrier", "reason": "opted_out"}
    if any(words in response for words in _CLOSED):
        return SignalKind.BOUNCE, {"permanent": True, "reason": "number_closed"}
    return SignalKind.BOUNCE, {"permanent": False, "reason": "not_delivered"}


def record(told: ProviderSignal, *, book: AccountBook, waker: LadderWaker, now: datetime) -> str:
    """Apply what a provider told; one word for the metric: applied, repeated or unknown.

    Raises `Unavailable` where the touch may only not be findable yet.
    """
    signal = told.signal
    if signal.account_id is None or signal.touch_id is None:
        touch = book.touch_by_message(told.message_id)
        if touch is None:
            if timedelta(0) <= now - signal.at < _INDEX_LAG:
                raise Unavailable("index", "the touch of a message is not known yet", certain=True)
            return "unknown"
        signal = replace(
            signal,
            account_id=touch.account_id,
            consumer_id=touch.consumer_id,
            touch_id=touch.touch_id,
        )
    if book.account(str(signal.account_id)) is None:
        return "unknown"
    return "applied" if apply_signal(signal, book=book, waker=waker, now=now) else "repeated"


def read_status_lines(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The JSON lines of a CloudWatch Logs subscription event, `{awslogs: {data}}`: base64 of a
    gzipped document. Control messages and lines that are no JSON object give an empty object,
    which is counted as malformed."""
    packed = base64.b64decode(_object(event, "awslogs").get("data", ""))
    document = json.loads(gzip.decompress(packed))
    if document.get("messageType") != "DATA_MESSAGE":
        return []
    return [_parsed(str(one.get("message", ""))) for one in document.get("logEvents", [])]


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}
