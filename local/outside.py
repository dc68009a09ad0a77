"""The world outside: what was sent, and what mail servers, phone carriers and people answer.

Everything here goes through the roads that AWS uses: SES events on the default bus, SNS
delivery lines in a log group, two-way SMS on a topic. It holds the root key.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from local.cloud import ACCOUNT, REGION, Cloud, CloudError

_PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148"
)
SMS_LOG_GROUP = f"sns/{REGION}/{ACCOUNT}/DirectPublishToPhoneNumber"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEmail:
    """A message that SES accepted."""

    message_id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    sent_at: datetime
    configuration_set: str | None
    tags: Mapping[str, str]
    headers: Mapping[str, str]
    reply_to: tuple[str, ...]

    @property
    def touch_id(self) -> str | None:
        """The touch this message belongs to, from its tag."""
        return self.tags.get("touch_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxText:
    """An SMS that SNS accepted."""

    message_id: str
    to: str
    body: str
    sent_at: datetime
    attributes: Mapping[str, str]


class EmailKind(StrEnum):
    """What can happen to an e-mail; the value is SES's `eventType`."""

    SEND = "Send"
    DELIVERY = "Delivery"
    BOUNCE = "Bounce"
    COMPLAINT = "Complaint"
    REJECT = "Reject"
    OPEN = "Open"
    CLICK = "Click"
    DELIVERY_DELAY = "DeliveryDelay"
    RENDERING_FAILURE = "Rendering Failure"


# docs.aws.amazon.com/eventbridge/latest/ref/events-ref-ses.html
_DETAIL_TYPES = {
    EmailKind.SEND: "Email Sent",
    EmailKind.DELIVERY: "Email Delivered",
    EmailKind.BOUNCE: "Email Bounced",
    EmailKind.COMPLAINT: "Email Complaint Received",
    EmailKind.REJECT: "Email Rejected",
    EmailKind.OPEN: "Email Opened",
    EmailKind.CLICK: "Email Clicked",
    EmailKind.DELIVERY_DELAY: "Email Delivery Delayed",
    EmailKind.RENDERING_FAILURE: "Email Rendering Failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideWorld:
    """The outside of one cloud. `now` dates events; None takes the real time."""

    cloud: Cloud
    now: datetime | None = field(default=None)

    def emails(self) -> tuple[OutboxEmail, ...]:
        """Every e-mail sent since the outbox was emptied, oldest first."""
        outbox = json.loads(self.cloud.ask("GET", "/_ministack/ses/messages"))["messages"]
        return tuple(_email(record) for record in outbox.get(ACCOUNT, []))

    def email(self, message_id: str) -> OutboxEmail:
        """One sent e-mail. Raises `KeyError` when nothing with this id was sent."""
        for email in self.emails():
            if email.message_id == message_id:
                return email
        raise KeyError(message_id)

    def texts(self) -> tuple[OutboxText, ...]:
        """Every SMS sent since the outbox was emptied, oldest first."""
        outbox = json.loads(self.cloud.ask("GET", "/_ministack/sns/sms-messages"))
        records = [record for sent in outbox["sms_messages"].values() for record in sent]
        return tuple(sorted(map(_text, records), key=lambda text: text.sent_at))

    def carrier_opt_out(self, number: str) -> None:
        """The carrier closes a number to us without a word: it appears on the list of SNS."""
        self.cloud.ask("PUT", f"/_ministack/sns/sms-messages?optedOut={quote(number)}")

    def empty_outboxes(self) -> None:
        """Forget every e-mail and SMS that was sent."""
        self.cloud.ask("DELETE", "/_ministack/ses/messages")
        self.cloud.ask("DELETE", "/_ministack/sns/sms-messages")

    def email_event(self, kind: EmailKind | str, message_id: str, **details: Any) -> dict[str, Any]:
        """Publish what happened to a sent e-mail, as SES publishes it to EventBridge.

        `details` replace fields of the kind's own object, for example
        `bounceType="Transient"` or `ipAddress="192.0.2.9"`. Returns the event's detail.
        Raises `KeyError` when nothing with this id was sent.
        """
        kind = EmailKind(kind)
        email = self.email(message_id)
        detail = email_detail(kind, email, self._instant(), details)
        self._publish(_DETAIL_TYPES[kind], detail, email.sender)
        return detail

    def sms_receipt(
        self,
        message_id: str,
        status: str = "SUCCESS",
        response: str | None = None,
        to: str | None = None,
    ) -> dict[str, Any]:
        """Write the delivery line of an SMS into the log group of SNS.

        `status` is `SUCCESS` or `FAILURE`; failures have a log group of their own. `to` is
        needed only for a message that is not in the outbox. Returns the line.
        docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html
        """
        if status not in ("SUCCESS", "FAILURE"):
            raise ValueError(f"SNS knows no delivery status {status!r}")
        sent = [text for text in self.texts() if text.message_id == message_id]
        line = {
            "notification": {
                "messageId": message_id,
                "timestamp": f"{self._instant():%Y-%m-%d %H:%M:%S.%f}"[:-3],
            },
            "delivery": {
                "phoneCarrier": "Example Wireless",
                "mnc": 150,
                "numberOfMessageParts": 1,
                "destination": to or sent[0].to,
                "priceInUSD": 0.00581,
                "smsType": "Transactional",
                "mcc": 310,
                "providerResponse": response or _RESPONSES[status],
                "dwellTimeMs": 122,
                "dwellTimeMsUntilDeviceAck": 1344,
            },
            "status": status,
        }
        self._log(SMS_LOG_GROUP + ("/Failure" if status == "FAILURE" else ""), line)
        return line

    def sms_reply(
        self,
        from_number: str,
        to_number: str,
        text: str,
        *,
        topic_arn: str,
        previous_message_id: str | None = None,
    ) -> dict[str, Any]:
        """Deliver a person's SMS to the topic of a two-way number. Returns the payload.

        docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html
        """
        payload = {
            "originationNumber": from_number,
            "destinationNumber": to_number,
            "messageKeyword": f"KEYWORD_{ACCOUNT}",
            "messageBody": text,
            "inboundMessageId": str(uuid.uuid4()),
        }
        if previous_message_id is not None:
            payload["previousPublishedMessageId"] = previous_message_id
        self.cloud.client("sns").publish(TopicArn=topic_arn, Message=json.dumps(payload))
        return payload

    def _instant(self) -> datetime:
        return self.now or datetime.now(UTC)

    def _publish(self, detail_type: str, detail: dict[str, Any], sender: str) -> None:
        domain = sender.rpartition("@")[2].rstrip(">")
        entry = {
            "Source": "aws.ses",
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
            "Resources": [f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{domain}"],
        }
        answer = self.cloud.client("events").put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise CloudError(f"event refused: {answer['Entries']}")

    def _log(self, group: str, line: dict[str, Any]) -> None:
        """Append a line, making the group as SNS does where the stack did not."""
        logs = self.cloud.client("logs")
        stream = str(uuid.uuid4())
        try:
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        except logs.exceptions.ResourceNotFoundException:
            logs.create_log_group(logGroupName=group)
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {
            "timestamp": int(datetime.now(UTC).timestamp() * 1000),
            "message": json.dumps(line),
        }
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])


_RESPONSES = {
    "SUCCESS": "Message has been accepted by phone carrier",
    "FAILURE": "Phone is currently unreachable/unavailable",
}


def email_detail(
    kind: EmailKind, email: OutboxEmail, at: datetime, details: Mapping[str, Any]
) -> dict[str, Any]:
    """The `detail` of an SES event. Shapes:
    docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
    """
    stamp = _stamp(at)
    happened: dict[str, Any] = {}
    match kind:
        case EmailKind.DELIVERY:
            happened = {
                "timestamp": stamp,
                "processingTimeMillis": 546,
                "recipients": list(email.to),
                "smtpResponse": "250 2.6.0 Message received",
                "reportingMTA": "mta.example.com",
            }
        case EmailKind.BOUNCE:
            happened = {
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "bouncedRecipients": [
                    {
                        "emailAddress": address,
                        "action": "failed",
                        "status": "5.1.1",
                        "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                    }
                    for address in email.to
                ],
                "timestamp": stamp,
                "feedbackId": str(uuid.uuid4()),
                "reportingMTA": "dsn; mta.example.com",
            }
        case EmailKind.COMPLAINT:
            happened = {
                "complainedRecipients": [{"emailAddress": address} for address in email.to],
                "timestamp": stamp,
                "feedbackId": str(uuid.uuid4()),
                "complaintSubType": None,
                "userAgent": "ExampleCorp Feedback Loop (V0.01)",
                "complaintFeedbackType": "abuse",
                "arrivalDate": stamp,
            }
        case EmailKind.REJECT:
            happened = {"reason": "Bad content"}
        case EmailKind.OPEN:
            happened = {
                "timestamp": stamp,
                "userAgent": _PHONE,
                "ipAddress": "192.0.2.1",
            }
        case EmailKind.CLICK:
            happened = {
                "timestamp": stamp,
                "userAgent": _PHONE,
                "ipAddress": "192.0.2.1",
                "link": "https://example.com/",
                "linkTags": None,
            }
        case EmailKind.DELIVERY_DELAY:
            happened = {
                "timestamp": stamp,
                "delayType": "TransientCommunicationFailure",
                "expirationTime": stamp,
                "delayedRecipients": [
                    {
                        "emailAddress": address,
                        "status": "4.4.1",
                        "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
                    }
                    for address in email.to
                ],
            }
        case EmailKind.RENDERING_FAILURE:
            happened = {"errorMessage": "Attribute is not present", "templateName": "none"}
        case EmailKind.SEND:
            happened = {}
    name = {EmailKind.DELIVERY_DELAY: "deliveryDelay", EmailKind.RENDERING_FAILURE: "failure"}
    return {
        "eventType": kind.value,
        "mail": _mail(email),
        name.get(kind, kind.value.lower()): {**happened, **details},
    }


def _mail(email: OutboxEmail) -> dict[str, Any]:
    """The `mail` object of an SES event: the message it is about, with its tags as lists."""
    named = {"From": email.sender, "To": ", ".join(email.to), "Subject": email.subject}
    headers = {**named, **email.headers}
    tags = {name: [value] for name, value in email.tags.items()}
    if email.configuration_set:
        tags["ses:configuration-set"] = [email.configuration_set]
    return {
        "timestamp": _stamp(email.sent_at),
        "source": email.sender,
        "sourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/"
        f"{email.sender.rpartition('@')[2].rstrip('>')}",
        "sendingAccountId": ACCOUNT,
        "messageId": email.message_id,
        "destination": list(email.to),
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in headers.items()],
        "commonHeaders": {
            "from": [email.sender],
            "to": list(email.to),
            "messageId": email.message_id,
            "subject": email.subject,
        },
        "tags": tags,
    }


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def _pairs(listed: list[dict[str, str]] | None) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in listed or []}


def _email(record: dict[str, Any]) -> OutboxEmail:
    return OutboxEmail(
        message_id=record["MessageId"],
        sender=record["Source"],
        to=tuple(record["To"]),
        subject=record["Subject"],
        text=record["BodyText"] or "",
        html=record["BodyHtml"] or "",
        sent_at=datetime.fromtimestamp(record["Timestamp"], UTC),
        configuration_set=record.get("ConfigurationSetName"),
        tags=_pairs(record.get("EmailTags")),
        headers=_pairs(record.get("Headers")),
        reply_to=tuple(record.get("ReplyTo") or ()),
    )


def _text(record: dict[str, Any]) -> OutboxText:
    attributes = record.get("MessageAttributes") or {}
    return OutboxText(
        message_id=record["MessageId"],
        to=record["PhoneNumber"],
        body=record["Message"],
        sent_at=datetime.fromtimestamp(record["Timestamp"], UTC),
        attributes={
            name: str(value.get("Value") or value.get("StringValue"))
            for name, value in attributes.items()
        },
    )
