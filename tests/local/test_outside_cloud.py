"""The outside world: outboxes, provider events and replies; and the patches that they need."""

import json
from datetime import UTC, datetime

import pytest

from local.outside import SMS_LOG_GROUP, EmailKind, OutsideWorld

pytestmark = pytest.mark.cloud

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def _send(place, **more):
    """Send one tagged e-mail through SES; its id."""
    ses = place.client("sesv2")
    names = [each["IdentityName"] for each in ses.list_email_identities()["EmailIdentities"]]
    if "example.org" not in names:
        ses.create_email_identity(EmailIdentity="example.org")
        ses.create_configuration_set(ConfigurationSetName="touches")
    return ses.send_email(
        **{
            "FromEmailAddress": "Acme <pay@example.org>",
            "Destination": {"ToAddresses": ["ada@example.com"]},
            "ReplyToAddresses": ["reply@example.org"],
            "ConfigurationSetName": "touches",
            "EmailTags": [{"Name": "touch_id", "Value": "t-1"}],
            "Content": {
                "Simple": {
                    "Subject": {"Data": "Your balance"},
                    "Body": {"Text": {"Data": "Hello"}, "Html": {"Data": "<p>Hello</p>"}},
                    "Headers": [{"Name": "List-Unsubscribe", "Value": "<https://example.org/u>"}],
                }
            },
            **more,
        }
    )["MessageId"]


def _events_queue(place, name):
    """A queue that receives SES events from the default bus."""
    url, arn = place.queue(name)
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    place.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events = place.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.ses"]}))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}])
    return url


def test_mail_details(patched, bare):
    sent = [_send(patched), _send(bare)]
    email = OutsideWorld(cloud=patched.cloud).email(sent[0])
    assert email.touch_id == "t-1"
    assert email.configuration_set == "touches"
    assert email.headers == {"List-Unsubscribe": "<https://example.org/u>"}
    assert email.reply_to == ("reply@example.org",)
    assert (email.to, email.subject) == (("ada@example.com",), "Your balance")
    assert (email.text, email.html) == ("Hello", "<p>Hello</p>")
    plain = OutsideWorld(cloud=bare.cloud).email(sent[1])
    assert plain.touch_id is None
    assert plain.headers == {}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"ConfigurationSetName": "unknown"}, "NotFoundException"),
        ({"EmailTags": [{"Name": "touch id", "Value": "1"}]}, "BadRequestException"),
    ],
)
def test_mail_refusals(patched, bare, wrong, error):
    with pytest.raises(getattr(patched.client("sesv2").exceptions, error)):
        _send(patched, **wrong)
    assert _send(bare, **wrong)


def test_mail_events(patched, bare):
    """SES events reach the default bus in the shape of SES, from root and from nobody else."""
    url = _events_queue(patched, "mail-events")
    message_id = _send(patched)
    OutsideWorld(cloud=patched.cloud, now=NOON).email_event("Delivery", message_id)
    event = patched.received(url)[0]
    assert event["source"] == "aws.ses"
    assert event["detail-type"] == "Email Delivered"
    detail = event["detail"]
    assert detail["eventType"] == "Delivery"
    assert detail["delivery"]["timestamp"] == "2026-03-02T17:00:00.000Z"
    assert detail["delivery"]["recipients"] == ["ada@example.com"]
    assert detail["mail"]["messageId"] == message_id
    assert detail["mail"]["tags"]["touch_id"] == ["t-1"]
    assert detail["mail"]["tags"]["ses:configuration-set"] == ["touches"]
    entry = {"Source": "aws.ses", "DetailType": "Email Sent", "Detail": "{}"}
    refused = bare.client("events").put_events(Entries=[entry])
    assert refused["FailedEntryCount"] == 1


def test_a_function_cannot_forge_mail_events(patched):
    code = """
import boto3
def handler(event, context):
    return boto3.client("events").put_events(Entries=[event])["Entries"][0].get("ErrorCode")
"""
    patched.function("forges", code)
    entry = {"Source": "aws.ses", "DetailType": "Email Sent", "Detail": "{}"}
    assert patched.call("forges", entry) == "NotAuthorizedForSourceException"


@pytest.mark.parametrize("kind", EmailKind)
def test_every_kind_of_mail_event(patched, kind):
    message_id = _send(patched)
    detail = OutsideWorld(cloud=patched.cloud, now=NOON).email_event(kind, message_id, marker="x")
    own = detail.keys() - {"eventType", "mail"}
    assert detail["eventType"] == kind.value
    assert [detail[name]["marker"] for name in own] == ["x"]


def test_phone_numbers(patched, bare):
    sns = patched.client("sns")
    sent = sns.publish(PhoneNumber="+12025550123", Message="Hello")["MessageId"]
    texts = {text.message_id: text for text in OutsideWorld(cloud=patched.cloud).texts()}
    assert (texts[sent].to, texts[sent].body) == ("+12025550123", "Hello")
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.publish(PhoneNumber="555-0123", Message="Hello")
    assert bare.client("sns").publish(PhoneNumber="555-0123", Message="Hello")["MessageId"]


def test_optout_lists(patched, bare):
    OutsideWorld(cloud=patched.cloud).carrier_opt_out("+12025550177")
    assert patched.client("sns").list_phone_numbers_opted_out()["phoneNumbers"] == ["+12025550177"]
    ses = patched.client("sesv2")
    ses.put_suppressed_destination(EmailAddress="Ada@example.com", Reason="COMPLAINT")
    [suppressed] = ses.list_suppressed_destinations()["SuppressedDestinationSummaries"]
    assert (suppressed["EmailAddress"], suppressed["Reason"]) == ("ada@example.com", "COMPLAINT")
    with pytest.raises(bare.client("sns").exceptions.ClientError):
        bare.client("sns").list_phone_numbers_opted_out()
    with pytest.raises(bare.client("sesv2").exceptions.ClientError):
        bare.client("sesv2").put_suppressed_destination(
            EmailAddress="ada@example.com", Reason="COMPLAINT"
        )


@pytest.mark.parametrize(("status", "suffix"), [("SUCCESS", ""), ("FAILURE", "/Failure")])
def test_sms_receipts(patched, status, suffix):
    outside = OutsideWorld(cloud=patched.cloud, now=NOON)
    sent = patched.client("sns").publish(PhoneNumber="+12025550124", Message="Hi")["MessageId"]
    outside.sms_receipt(sent, status)
    events = patched.client("logs").filter_log_events(logGroupName=SMS_LOG_GROUP + suffix)["events"]
    line = json.loads(events[-1]["message"])
    assert line["status"] == status
    assert line["notification"] == {"messageId": sent, "timestamp": "2026-03-02 17:00:00.000"}
    assert line["delivery"]["destination"] == "+12025550124"


def test_sms_replies(patched):
    url, arn = patched.queue("two-way")
    topic = patched.client("sns").create_topic(Name="two-way")["TopicArn"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    patched.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    patched.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    OutsideWorld(cloud=patched.cloud).sms_reply(
        "+12025550125", "+18005550100", "STOP", topic_arn=topic, previous_message_id="m-1"
    )
    payload = json.loads(patched.received(url)[0]["Message"])
    assert payload["originationNumber"] == "+12025550125"
    assert payload["destinationNumber"] == "+18005550100"
    assert payload["messageBody"] == "STOP"
    assert payload["previousPublishedMessageId"] == "m-1"


def test_outboxes(patched, bare):
    """Both outboxes can be emptied; upstream's cannot."""
    for place in (patched, bare):
        _send(place)
        place.client("sns").publish(PhoneNumber="+12025550126", Message="Hi")
    outside = OutsideWorld(cloud=patched.cloud)
    outside.empty_outboxes()
    assert (outside.emails(), outside.texts()) == ((), ())
    _send(patched)
    assert [email.subject for email in outside.emails()] == ["Your balance"]
    with pytest.raises(Exception, match="messages"):
        OutsideWorld(cloud=bare.cloud).empty_outboxes()
