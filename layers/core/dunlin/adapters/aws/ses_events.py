"""What SES tells of a message, read into signals.

The shape: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html (the
same objects stand in an EventBridge event's `detail`). It is outside data: whatever does not have
the shape is `Unread` with a reason, never an exception.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dunlin.adapters.aws.event_fields import MESSAGE_ID, instant_of, object_at
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.signal import ProviderSignal, Signal, SignalKind, Unread
from dunlin.domain.tokens import address_hash

# What people read with says an engine, a device or a mail program's name; Apple's privacy proxy,
# which fetches every pixel, says "Mozilla/5.0" alone.
_READERS = re.compile(
    r"mozilla/\d.*(?:applewebkit|gecko/|trident|msie |presto|\((?:iphone|ipad|macintosh|windows nt"
    r"|linux; android|x11);)|outlook|thunderbird|applemail"
    r"|apple mail|iphone mail|ipad mail|samsung|googleimageproxy|yahoomailproxy|ymailproxy"
    r"|airmail|spark|superhuman|em ?client|postbox|bluemail|k-9|fairemail|aquamail|lotus-notes"
    r"|evolution|kmail|mutt|alpine|opera/|dalvik",
    re.IGNORECASE,
)
# Scanners that carry a browser's name, and programs that name themselves.
_PROGRAMS = re.compile(
    r"bot\b|bot/|crawl|spider|headless|phantom|puppeteer|playwright|selenium|python|curl|wget|perl"
    r"|\bruby|java/|okhttp|go-http|node-fetch|axios|httpclient|libwww|scan|preview|expand|prefetch"
    r"|barracuda|proofpoint|mimecast|forcepoint|symantec|messagelabs|trend ?micro|sophos|fireeye"
    r"|ironport|fortinet|fortimail|zscaler|cloudmark|safelinks|urldefense|office existence|monitor"
    r"|slack|facebookexternalhit|whatsapp|telegram|discord|validator|check|\+https?:",
    re.IGNORECASE,
)
# Nobody reads a message this soon after it was handed over; scanners and proxies do.
_TOO_SOON = timedelta(seconds=10)
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def read_email_event(event: Mapping[str, Any]) -> ProviderSignal | Unread:
    """One SES event as EventBridge delivers it: `{source, detail: {eventType, mail, …}}`."""
    detail = object_at(event, "detail")
    mail = object_at(detail, "mail")
    message_id, kind = mail.get("messageId"), detail.get("eventType")
    if not isinstance(message_id, str) or not MESSAGE_ID.fullmatch(message_id):
        return Unread(reason="malformed")
    sent_at = instant_of(mail.get("timestamp"))
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


def _tag(mail: Mapping[str, Any], name: str) -> str | None:
    values = object_at(mail, "tags").get(name)
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, str) and MESSAGE_ID.fullmatch(first) else None


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
    at = instant_of(object_at(detail, "delivery").get("timestamp")) or sent_at
    return _signal(SignalKind.DELIVERED, message_id, at)


def _bounce(
    detail: Mapping[str, Any], message_id: str, sent_at: datetime | None
) -> Signal | Unread:
    bounce = object_at(detail, "bounce")
    permanent = bounce.get("bounceType") == "Permanent"
    facts: dict[str, Any] = {
        "permanent": permanent,
        "reason": _code(bounce.get("bounceSubType"), "bounced"),
    }
    recipients = bounce.get("bouncedRecipients")
    first = recipients[0] if isinstance(recipients, list) and recipients else {}
    address = first.get("emailAddress") if isinstance(first, Mapping) else None
    if isinstance(address, str):
        facts["address_hash"] = address_hash(_bare(address))
    at = instant_of(bounce.get("timestamp")) or sent_at
    return _signal(SignalKind.BOUNCE, message_id, at, **facts)


def _bare(address: str) -> str:
    """The address of `Name <address>`."""
    return address.rpartition("<")[2].rstrip(">")


def _complaint(
    detail: Mapping[str, Any], message_id: str, sent_at: datetime | None
) -> Signal | Unread:
    complaint = object_at(detail, "complaint")
    at = instant_of(complaint.get("timestamp")) or sent_at
    reason = _code(complaint.get("complaintFeedbackType"), "complaint")
    return _signal(SignalKind.COMPLAINT, message_id, at, reason=reason, by="complaint")


def _not_sent(
    detail: Mapping[str, Any], message_id: str, sent_at: datetime | None
) -> Signal | Unread:
    reason = "rejected" if detail.get("eventType") == "Reject" else "rendering_failure"
    return _signal(SignalKind.BOUNCE, message_id, sent_at, permanent=False, reason=reason)


def _open(detail: Mapping[str, Any], message_id: str, sent_at: datetime | None) -> Signal | Unread:
    opened = object_at(detail, "open")
    at = instant_of(opened.get("timestamp"))
    if by_machine(opened, sent_at):
        return Unread(reason="machine_open")
    return _signal(SignalKind.OPEN, message_id, at)


def by_machine(opened: Mapping[str, Any], sent_at: datetime | None) -> bool:
    """True where no person opened the message: an agent that nobody reads with, no agent, SES's
    own mark, or sooner than anybody reads. The proxies of Gmail and Yahoo fetch when a person
    opens, so they are a person's."""
    agent, at = opened.get("userAgent"), instant_of(opened.get("timestamp"))
    marked = any("bot" in key.lower() and value is True for key, value in opened.items())
    early = at - sent_at if at and sent_at else timedelta(0)
    too_soon = timedelta(0) <= early < _TOO_SOON
    return marked or too_soon or not isinstance(agent, str) or _is_program(agent)


def _is_program(agent: str) -> bool:
    return bool(_PROGRAMS.search(agent)) or not _READERS.search(agent)


_EMAIL_KINDS: Mapping[str, Callable[[Mapping[str, Any], str, datetime | None], Signal | Unread]] = {
    "Delivery": _delivery,
    "Bounce": _bounce,
    "Complaint": _complaint,
    "Open": _open,
    "Reject": _not_sent,
    "Rendering Failure": _not_sent,
}
