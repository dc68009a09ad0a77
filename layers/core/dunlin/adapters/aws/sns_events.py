"""What SNS and the two-way number tell of texts: delivery status lines, and what people write.

Status lines: docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html. They are outside data:
whatever does not have the shape is `Unread` with a reason, never an exception.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping
from typing import Any

from dunlin.adapters.aws.event_fields import MESSAGE_ID, instant_of, json_object, object_at
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.signal import ProviderSignal, Signal, SignalKind, Unread
from dunlin.domain.replies.inbound import Inbound
from dunlin.domain.tokens import address_hash

OVER_QUOTA = "quota"
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MOST = 2000  # characters kept of one reply; a long SMS has 1,600

# `providerResponse` of SNS, by what it means for the number. What is not listed may pass.
_CLOSED = (
    "invalid phone number",
    "phone has blocked sms",
    "phone is on a blocked list",
    "destination is on a blocked list",
    "phone number is landline",
)
# SNS took the text, and then what this account may spend in the month was used up: that says
# nothing about the number (docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html).
_SPENT = ("no quota left for account", "delivery would exceed max price")
_OPTED_OUT = ("opted out", "opt out")


def read_sms_receipt(line: Mapping[str, Any]) -> ProviderSignal | Unread:
    """One delivery status line of SNS: `{notification, delivery, status}`."""
    notification, delivery = object_at(line, "notification"), object_at(line, "delivery")
    message_id = notification.get("messageId")
    at = instant_of(notification.get("timestamp"))
    status = line.get("status")
    if (
        not isinstance(message_id, str)
        or not MESSAGE_ID.fullmatch(message_id)
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
    if any(words in response for words in _SPENT):
        return SignalKind.BOUNCE, {"permanent": False, "reason": OVER_QUOTA}
    return SignalKind.BOUNCE, {"permanent": False, "reason": "not_delivered"}


def read_status_lines(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The JSON lines of a CloudWatch Logs subscription event, `{awslogs: {data}}`: base64 of a
    gzipped document. Control messages and lines that are no JSON object give an empty object,
    which is counted as malformed."""
    packed = base64.b64decode(object_at(event, "awslogs").get("data", ""))
    document = json.loads(gzip.decompress(packed))
    if document.get("messageType") != "DATA_MESSAGE":
        return []
    return [
        json_object(str(log_event.get("message", "")))
        for log_event in document.get("logEvents", [])
    ]


def read_inbound_text(body: Mapping[str, Any]) -> Inbound | None:
    """The payload of an SNS notification, or the payload itself; None for any other shape.

    Shape: docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html
    """
    payload: Any = body
    if isinstance(body.get("Message"), str):
        try:
            payload = json.loads(body["Message"])
        except ValueError:
            return None
    if not isinstance(payload, Mapping):
        return None
    fields = {k: payload.get(k) for k in ("inboundMessageId", "originationNumber", "messageBody")}
    if not all(isinstance(v, str) for v in fields.values()):
        return None
    if not fields["inboundMessageId"] or not _E164.fullmatch(str(fields["originationNumber"])):
        return None
    return Inbound(
        message_id=str(fields["inboundMessageId"]),
        sender=str(fields["originationNumber"]),
        receiver=str(payload.get("destinationNumber") or ""),
        text=str(fields["messageBody"])[:_MOST],
        answers=str(payload.get("previousPublishedMessageId") or ""),
    )
