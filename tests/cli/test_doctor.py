"""`dunlin doctor`: what it says of each fact, and that no answer of the outside makes it fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from pynamodb.exceptions import QueryError
from typer.testing import CliRunner

from dunlin.adapters.aws.readiness import (
    Identity,
    MailAccount,
    PhoneNumber,
    Processor,
    Readiness,
    ReceivingDomain,
    Unknown,
    WebhookEndpoint,
    gather,
)
from dunlin.adapters.stripe.events import WEBHOOK_EVENTS
from dunlin.cli import doctor as command
from dunlin.cli.doctor import assess
from dunlin.cli.main import app
from dunlin.cli.target import Target
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import Defect, Unavailable
from dunlin.domain.strategy.strategy import Brand, Rung, Strategy

TOPIC = "arn:aws:sns:us-east-1:000000000000:dunlin-replies"
URL = "https://pay.example.com/webhooks/stripe"
VERSION = "2026-10-28.endive"
FROM = "accounts@mail.example.com"
NUMBER = "+12175550101"
MAIL_TOPIC = "arn:aws:sns:us-east-1:000000000000:dunlin-mail"
SERVER = "inbound-smtp.us-east-1.amazonaws.com"
VERSION_HERE = "0.1.0"
OUTPUTS = {
    "Release": VERSION_HERE,
    "Stage": "prod",
    "PortalUrl": "https://pay.example.com",
    "MailConfigurationSetName": "dunlin",
    "AlarmTopicArn": "arn:aws:sns:us-east-1:000000000000:dunlin-alarms",
    "ReplyTopicArn": TOPIC,
    "MailTopicArn": MAIL_TOPIC,
    "MailDomain": "reply.example.com",
    "DropBucketName": "drop",
    "AuditKeyId": "key",
}


RECEIVES = ReceivingDomain(verified=True, servers=(SERVER,))


def strategy(*, number: str = NUMBER, role: str = "first") -> Strategy:
    brand = Brand(
        name="Example Creditor",
        address="100 Example Street",
        phone="+12175550100",
        email_from=FROM,
        reply_to=FROM,
        sms_origination=number,
    )
    rung = Rung(name="One", days=0, channels=(Channel.EMAIL, Channel.SMS), template="reminder")
    return Strategy(
        creditor="acme", version=3, brand=brand, ladders={"standard": (rung,)}, debt_role=role
    )


def endpoint(**changes: Any) -> WebhookEndpoint:
    webhook = WebhookEndpoint(
        url=URL, enabled=True, version=VERSION, events=frozenset(WEBHOOK_EVENTS)
    )
    return replace(webhook, **changes)


def keys(*endpoints: WebhookEndpoint, **changes: Any) -> Processor:
    return replace(Processor(key="live", signs=True, endpoints=endpoints), **changes)


def mail(**changes: Any) -> MailAccount:
    account = MailAccount(
        production=True,
        sending=True,
        per_day=50_000,
        per_second=14,
        suppresses=frozenset({"BOUNCE", "COMPLAINT"}),
    )
    return replace(account, **changes)


def ready(**changes: Any) -> Readiness:
    """A stack that may send, but for the changes."""
    identity = Identity(
        name="mail.example.com", verified=True, dkim=True, mail_from="bounce.mail.example.com"
    )
    readiness = Readiness(
        release=VERSION_HERE,
        command=VERSION_HERE,
        certificate="ISSUED",
        stage="prod",
        time_lapse="",
        portal_url="https://pay.example.com",
        strategies={"acme": strategy()},
        accounts=800,
        mail=mail(),
        identities={FROM: identity},
        mail_events=frozenset({"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "OPEN"}),
        mail_domain="reply.example.com",
        mail_domains={"reply.example.com": RECEIVES},
        mail_server=SERVER,
        mail_rule=True,
        sms_sandbox=False,
        sms={
            "MonthlySpendLimit": "200",
            "DeliveryStatusIAMRole": "arn:aws:iam::000000000000:role/receipts",
            "DeliveryStatusSuccessSamplingRate": "100",
        },
        numbers={NUMBER: PhoneNumber(active=True, two_way=True, reply_topic=TOPIC)},
        reply_topic=TOPIC,
        processor=keys(endpoint()),
        webhook_events=frozenset(WEBHOOK_EVENTS),
        webhook_version=VERSION,
        alarm_subscribers=1,
        concurrency=1000,
        open_executions=1_000_000,
        signs_audit=True,
    )
    return replace(readiness, **changes)


def states(readiness: Readiness) -> dict[str, str]:
    return {
        finding.subject: finding.state for finding in assess(readiness) if finding.state != "ok"
    }


def test_a_stack_that_is_ready_lacks_nothing() -> None:
    assert states(ready()) == {}


def test_what_is_not_ok_says_what_to_do() -> None:
    worst = ready(
        strategies={},
        identities={FROM: None},
        mail=Unknown("AccessDenied"),
        processor=Unknown("Defect"),
        signs_audit=False,
    )
    findings = [finding for finding in assess(worst) if finding.state != "ok"]
    assert len(findings) >= 5
    assert all(finding.to_do for finding in findings)


NO_IDENTITY = Identity(name=FROM, verified=False, dkim=False, mail_from="")
SIGNS_NOT = Identity(name="mail.example.com", verified=True, dkim=False, mail_from="")
IDLE = PhoneNumber(active=False, two_way=False, reply_topic="")
ELSEWHERE = PhoneNumber(active=True, two_way=True, reply_topic="arn:aws:sns:x:0:other")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"stage": "sandbox"}, {"stage"}),
        ({"release": "0.0.9"}, {"release"}),
        ({"release": ""}, {"release"}),
        ({"certificate": "EXPIRED"}, {"portal certificate"}),
        ({"certificate": "none"}, {"portal certificate"}),
        ({"time_lapse": "2026-11-23T15:00:00Z"}, {"clock"}),
        ({"portal_url": "http://127.0.0.1:4566"}, {"portal address", "webhook endpoint"}),
        ({"signs_audit": False}, {"audit key"}),
        ({"alarm_subscribers": 0}, {"alarms"}),
        ({"strategies": {}}, {"strategies"}),
        ({"strategies": {"acme": None}}, {"strategy of acme"}),
        ({"strategies": {"acme": strategy(role="third")}}, {"texts of acme"}),
        ({"mail": mail(production=False)}, {"mail account"}),
        ({"mail": mail(sending=False)}, {"mail account"}),
        ({"mail": mail(per_day=200)}, {"mail quota"}),
        ({"mail": mail(per_day=700)}, {"mail quota"}),  # of 800 accounts
        ({"mail": mail(suppresses=frozenset({"BOUNCE"}))}, {"suppression list"}),
        ({"identities": {FROM: None}}, {f"sender {FROM}"}),
        ({"identities": {FROM: NO_IDENTITY}}, {f"sender {FROM}"}),
        ({"identities": {FROM: SIGNS_NOT}}, {f"DKIM of {FROM}", f"MAIL FROM of {FROM}"}),
        ({"mail_events": frozenset({"DELIVERY", "REJECT", "COMPLAINT"})}, {"mail events"}),
        ({"mail_domain": ""}, {"answers to acme"}),
        ({"mail_rule": False}, {"receipt rule"}),
        (
            {"mail_domains": {"r.example.com": replace(RECEIVES, verified=False)}},
            {"mail domain r.example.com"},
        ),
        (
            {"mail_domains": {"r.example.com": replace(RECEIVES, servers=())}},
            {"MX of r.example.com"},
        ),
        (
            {
                "mail_domains": {
                    "r.example.com": replace(RECEIVES, servers=(SERVER, "mx.example.com"))
                }
            },
            {"MX of r.example.com"},
        ),
        ({"sms_sandbox": True}, {"text account"}),
        ({"sms": {}}, {"text spend limit", "text receipts"}),
        ({"numbers": {NUMBER: None}}, {f"number {NUMBER}"}),
        ({"numbers": {NUMBER: IDLE}}, {f"number {NUMBER}"}),
        ({"numbers": {NUMBER: ELSEWHERE}}, {f"replies to {NUMBER}"}),
        ({"processor": keys(endpoint(), key="test")}, {"processor key"}),
        ({"processor": keys(endpoint(), key="placeholder")}, {"processor key"}),
        ({"processor": keys(endpoint(), signs=False)}, {"webhook secret"}),
        ({"processor": keys()}, {"webhook endpoint"}),
        ({"processor": keys(endpoint(enabled=False))}, {"webhook endpoint"}),
        ({"processor": keys(endpoint(version="2020-08-27"))}, {"webhook version"}),
        (
            {"processor": keys(endpoint(events=frozenset({"payment_intent.succeeded"})))},
            {"webhook events"},
        ),
        ({"concurrency": 10}, {"Lambda concurrency"}),
        ({"accounts": 900_000, "mail": mail(per_day=-1, per_second=90)}, {"open executions"}),
    ],
)
def test_each_gap_is_told_alone(changes: Mapping[str, Any], missing: set[str]) -> None:
    assert states(ready(**changes)) == dict.fromkeys(missing, "missing")


@pytest.mark.parametrize(
    ("field", "subjects"),
    [
        ("certificate", {"portal certificate"}),
        ("strategies", {"strategies"}),
        ("mail", {"mail account"}),
        ("mail_events", {"mail events"}),
        ("mail_rule", {"receipt rule"}),
        ("sms_sandbox", {"text account"}),
        ("sms", {"text attributes"}),
        ("processor", {"processor keys"}),
        ("alarm_subscribers", {"alarms"}),
        ("concurrency", {"Lambda concurrency"}),
        ("accounts", {"open executions"}),
        ("open_executions", {"open executions"}),
        ("signs_audit", {"audit key"}),
    ],
)
def test_what_cannot_be_read_is_unknown_and_not_missing(field: str, subjects: set[str]) -> None:
    assert states(ready(**{field: Unknown("AccessDenied")})) == dict.fromkeys(subjects, "unknown")


def test_every_event_counts_as_all_of_them() -> None:
    assert states(ready(processor=keys(endpoint(events=frozenset({"*"}))))) == {}


def test_who_texts_nobody_needs_nothing_for_texts() -> None:
    silent = ready(strategies={"acme": strategy(number="")}, sms={}, sms_sandbox=True, numbers={})
    assert states(silent) == {}


class Aws:
    """Clients that answer from a table of `service.operation`, or refuse."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers

    def __call__(self, service: str) -> Any:
        return _Client(service, self.answers)


class _Client:
    def __init__(self, service: str, answers: Mapping[str, Any]) -> None:
        self.service, self.answers = service, answers

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            answer = self.answers.get(f"{self.service}.{operation}")
            if isinstance(answer, Exception):
                raise answer
            if answer is None:
                raise ClientError({"Error": {"Code": "AccessDenied"}}, operation)
            return answer(**arguments) if callable(answer) else answer

        return call

    def get_paginator(self, operation: str) -> _Pages:
        return _Pages(getattr(self, operation))


class _Pages:
    def __init__(self, call: Callable[..., Any]) -> None:
        self.paginate = lambda **arguments: [call(**arguments)]


def read(answers: Mapping[str, Any], **changes: Any) -> Readiness:
    given: dict[str, Any] = {
        "outputs": OUTPUTS,
        "time_lapse": "",
        "clients": Aws(answers),
        "strategies": lambda: {"acme": strategy()},
        "accounts": lambda: 800,
        "processor": lambda: keys(endpoint()),
        "webhook_events": WEBHOOK_EVENTS,
        "webhook_version": VERSION,
        "mail_servers": lambda _: [f"{SERVER.upper()}."],
        "command": VERSION_HERE,
    }
    return gather(**(given | changes))


def identities(EmailIdentity: str) -> Any:  # noqa: N803 - the name AWS gives it
    """Only the domain is an identity; the address is not."""
    if EmailIdentity not in ("mail.example.com", "reply.example.com"):
        raise ClientError({"Error": {"Code": "NotFoundException"}}, "GetEmailIdentity")
    return {
        "VerifiedForSendingStatus": True,
        "DkimAttributes": {"Status": "SUCCESS"},
        "MailFromAttributes": {
            "MailFromDomain": "bounce.mail.example.com",
            "MailFromDomainStatus": "SUCCESS",
        },
    }


GOOD = {
    "apigateway.get_domain_name": {"regionalCertificateArn": "arn:aws:acm:x:0:certificate/1"},
    "acm.describe_certificate": {"Certificate": {"Status": "ISSUED"}},
    "sesv2.get_account": {
        "ProductionAccessEnabled": True,
        "SendingEnabled": True,
        "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0},
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
    },
    "sesv2.get_configuration_set": {},
    "sesv2.get_email_identity": identities,
    "sesv2.get_configuration_set_event_destinations": {
        "EventDestinations": [
            {
                "Enabled": True,
                "EventBridgeDestination": {"EventBusArn": "arn:aws:events:x:0:event-bus/default"},
                "MatchingEventTypes": ["DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"],
            },
            {"Enabled": True, "SnsDestination": {}, "MatchingEventTypes": ["OPEN"]},
        ]
    },
    "ses.describe_active_receipt_rule_set": {
        "Rules": [
            {"Name": "idle", "Enabled": False, "Actions": []},
            {
                "Name": "dunlin-mail",
                "Enabled": True,
                "Actions": [
                    {"StopAction": {"Scope": "RuleSet"}},
                    {
                        "S3Action": {
                            "BucketName": "drop",
                            "ObjectKeyPrefix": "mail/",
                            "TopicArn": MAIL_TOPIC,
                        }
                    },
                ],
            },
        ]
    },
    "sns.get_sms_sandbox_account_status": {"IsInSandbox": False},
    "sns.get_sms_attributes": {
        "attributes": {
            "MonthlySpendLimit": "200",
            "DeliveryStatusIAMRole": "arn:aws:iam::000000000000:role/receipts",
            "DeliveryStatusSuccessSamplingRate": "100",
        }
    },
    "sns.list_subscriptions_by_topic": {
        "Subscriptions": [
            {"SubscriptionArn": "PendingConfirmation"},
            {"SubscriptionArn": "arn:aws:sns:us-east-1:000000000000:dunlin-alarms:1"},
        ]
    },
    "pinpoint-sms-voice-v2.describe_phone_numbers": {
        "PhoneNumbers": [
            {
                "PhoneNumber": NUMBER,
                "Status": "ACTIVE",
                "TwoWayEnabled": True,
                "TwoWayChannelArn": TOPIC,
            }
        ]
    },
    "lambda.get_account_settings": {"AccountLimit": {"ConcurrentExecutions": 1000}},
    "service-quotas.list_service_quotas": {
        "Quotas": [
            {"QuotaName": "Registered state machines", "Value": 10_000.0},
            {"QuotaName": "Open executions", "Value": 1_000_000.0},
        ]
    },
    "kms.describe_key": {"KeyMetadata": {"Enabled": True, "KeyUsage": "SIGN_VERIFY"}},
}


def test_what_aws_answers_is_read_as_ready() -> None:
    facts = read(GOOD)
    assert states(facts) == {}
    assert facts.alarm_subscribers == 1
    assert facts.mail_events == {"DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"}


def test_a_refused_call_makes_its_fact_unknown_and_no_other() -> None:
    for operation in GOOD:
        facts = read({name: answer for name, answer in GOOD.items() if name != operation})
        assert set(states(facts).values()) == {"unknown"}, operation


@pytest.mark.parametrize(
    "answer", [{}, {"Error": []}, None, EndpointConnectionError(endpoint_url="https://x")]
)
def test_nothing_that_the_outside_answers_makes_it_fail(answer: Any) -> None:
    facts = read(dict.fromkeys(GOOD, answer))
    assert "missing" not in {
        finding.state
        for finding in assess(facts)
        if finding.subject in ("mail account", "audit key")
    }


def test_the_configuration_set_beats_the_account_where_it_speaks_of_suppression() -> None:
    facts = read(
        GOOD
        | {"sesv2.get_configuration_set": {"SuppressionOptions": {"SuppressedReasons": ["BOUNCE"]}}}
    )
    assert states(facts) == {"suppression list": "missing"}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"Rules": [{"Enabled": True, "Actions": [{"S3Action": {"BucketName": "other"}}]}]},
    ],
)
def test_a_rule_set_of_somebody_else_is_not_ours(answer: Any) -> None:
    facts = read(GOOD | {"ses.describe_active_receipt_rule_set": answer})
    assert states(facts) == {"receipt rule": "missing"}


def test_a_domain_of_the_creditors_own_is_looked_at_too() -> None:
    own = strategy()
    own = replace(own, brand=replace(own.brand, mail_domain="answers.example.org"))

    def servers(domain: str) -> list[str]:
        if domain == "answers.example.org":
            raise OSError("no answer")
        return [SERVER]

    facts = read(GOOD, strategies=lambda: {"acme": own}, mail_servers=servers)
    assert states(facts) == {
        "mail domain answers.example.org": "missing",
        "MX of answers.example.org": "unknown",
    }


def test_a_sender_that_ses_does_not_know_is_missing() -> None:
    def nobody(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "NotFoundException"}}, "GetEmailIdentity")

    assert states(read(GOOD | {"sesv2.get_email_identity": nobody})) == {
        f"sender {FROM}": "missing",
        "mail domain reply.example.com": "missing",
    }


@pytest.mark.parametrize(
    "error", [QueryError("refused"), Unavailable("secretsmanager", "x", certain=True), Defect("x")]
)
def test_tables_and_keys_that_cannot_be_read_are_unknown(error: Exception) -> None:
    def fail() -> Any:
        raise error

    states_found = states(read(GOOD, strategies=fail, accounts=fail, processor=fail))
    assert states_found == dict.fromkeys(
        ("strategies", "open executions", "processor keys"), "unknown"
    )


def test_outputs_of_an_older_stack_make_facts_unknown() -> None:
    facts = read(GOOD, outputs={"Stage": "prod", "PortalUrl": "https://pay.example.com"})
    states_found = states(facts)
    unread = ("audit key", "alarms", "mail events", "mail account")
    assert [states_found[subject] for subject in unread] == ["unknown"] * 4


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[Readiness], tuple[int, str]]:
    """The command over given facts: exit code and what it prints."""

    def called(readiness: Readiness) -> tuple[int, str]:
        target = Target(where="stack dunlin on AWS", outputs=OUTPUTS, time_lapse="", urls={})
        monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: target)
        monkeypatch.setattr(command, "_read", lambda _: readiness)
        answer = CliRunner().invoke(app, ["doctor"], catch_exceptions=False)
        return answer.exit_code, re.sub(r"\s+", " ", answer.output)

    return called


def test_the_command_ends_with_1_only_where_something_is_missing(
    run: Callable[[Readiness], tuple[int, str]],
) -> None:
    assert run(ready())[0] == 0
    code, output = run(ready(sms=Unknown("AccessDenied")))
    assert code == 0
    assert "0 missing, 1 unknown" in output
    code, output = run(ready(stage="sandbox"))
    assert code == 1
    assert "missing stage: sandbox -> deploy with --config-env prod" in output


def test_text_from_outside_is_printed_as_it_is(
    run: Callable[[Readiness], tuple[int, str]],
) -> None:
    hostile = ready(processor=keys(endpoint(version="[red]x[/]")))
    assert "[red]x[/]" in run(hostile)[1]
