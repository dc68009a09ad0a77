"""What only a deployed stack can tell of AWS, asked in one go: see docs/aws-facts.md.

Each look settles one fact there. It uses the stack as the world does (an event, a page, a file with
markup in it) and removes what it made. A look that cannot be had, because the account lacks
something or the local cloud has no such call, leaves its fact open; it never stops the others.
"""

from __future__ import annotations

import contextlib
import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from dunlin.adapters.aws.readiness import Clients

FactState = Literal["holds", "fails", "open"]

_LOOK_EVERY = 2.0
_TOKEN_LIMIT = 2048
_MARKUP = b"%PDF-1.7 <script>alert(1)</script> ../../etc/passwd http://192.0.2.1/x?y=1"
_BLOCKED = 403


class FactAnswer(NamedTuple):
    """What a look at one fact gave, and what was seen."""

    state: FactState
    seen: str


class FactFinding(NamedTuple):
    """A fact of docs/aws-facts.md by its name, and how it stands in this account."""

    fact: str
    answer: FactAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A stack that is looked at.

    Args:
        stack: Its name.
        outputs: Its outputs.
        portal: The address of its portal.
        clients: Service → boto3 client.
        on_aws: Whether it is AWS that answers; the local cloud has no access log.
        patience: Seconds until something that should have arrived has not.
    """

    stack: str
    outputs: Mapping[str, str]
    portal: str
    clients: Clients
    on_aws: bool
    patience: float = 120.0
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))

    def physical(self, logical: str) -> str:
        """The physical id of one of its resources. Raises `ClientError` where it has none."""
        shown = self.clients("cloudformation").describe_stack_resource(
            StackName=self.stack, LogicalResourceId=logical
        )
        name: str = shown["StackResourceDetail"]["PhysicalResourceId"]
        return name

    def until(self, look: Callable[[], str]) -> str:
        """What a look shows once it shows something, "" where patience ends before."""
        deadline = time.monotonic() + self.patience
        while not (seen := look()) and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY)
        return seen


Look = Callable[[Deployment], FactAnswer]


def look_at_all(deployment: Deployment) -> Iterator[FactFinding]:
    """Every fact, in the order of `LOOKS`; what could not be asked is open and says why."""
    for fact, look in LOOKS.items():
        try:
            yield FactFinding(fact, look(deployment))
        except (BotoCoreError, ClientError, OSError, LookupError) as fault:
            yield FactFinding(fact, FactAnswer("open", f"could not be asked: {fault}"))


def _machines(deployment: Deployment) -> FactAnswer:
    """AWS's own validator, over the definitions as they were deployed."""
    states = deployment.clients("stepfunctions")
    faults = []
    arns = [arn for name, arn in deployment.outputs.items() if name.endswith("MachineArn")]
    for arn in arns:
        definition = states.describe_state_machine(stateMachineArn=arn)["definition"]
        shown = states.validate_state_machine_definition(definition=definition)
        faults += [
            f"{arn.rpartition(':')[2]}: {fault['code']} {fault.get('location', '')}"
            for fault in shown["diagnostics"]
            if fault["severity"] == "ERROR"
        ]
    return (
        FactAnswer("fails", "; ".join(faults))
        if faults
        else FactAnswer("holds", f"{len(arns)} valid")
    )


def _streams(deployment: Deployment) -> FactAnswer:
    """What a mapping says of its last read; a missing permission is a PROBLEM there. Just after a
    deployment it is not enabled yet."""
    functions = deployment.clients("lambda")
    names = [
        deployment.outputs[name]
        for name in ("PublishChangesFunctionName", "ArchiveAuditFunctionName")
    ]
    states: list[str] = []

    def look() -> str:
        states[:] = [
            f"{name}: {mapping['State']} {mapping.get('LastProcessingResult') or ''}".strip()
            for name in names
            for mapping in functions.list_event_source_mappings(FunctionName=name)[
                "EventSourceMappings"
            ]
        ]
        read = states and all(": Enabled" in s and "PROBLEM" not in s for s in states)
        return f"{len(states)} enabled" if read else ""

    if seen := deployment.until(look):
        return FactAnswer("holds", seen)
    return FactAnswer("fails", "; ".join(states) or "no stream is read")


def _mail_events(deployment: Deployment) -> FactAnswer:
    """The kinds of events that the configuration set hands on, as SES took them."""
    shown = deployment.clients("sesv2").get_configuration_set_event_destinations(
        ConfigurationSetName=deployment.outputs["MailConfigurationSetName"]
    )
    kinds = {
        kind
        for destination in shown["EventDestinations"]
        if destination["Enabled"] and "EventBridgeDestination" in destination
        for kind in destination["MatchingEventTypes"]
    }
    missing = {"DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "DELIVERY_DELAY"} - kinds
    if missing:
        return FactAnswer("fails", f"not handed on: {', '.join(sorted(missing))}")
    return FactAnswer("holds", ", ".join(sorted(kinds)))


def _drop_rule(deployment: Deployment) -> FactAnswer:
    """The deployed pattern, asked about a file of a creditor and about two that are ours."""
    events = deployment.clients("events")
    pattern = events.describe_rule(Name=deployment.physical("DropRule"))["EventPattern"]
    expected = {"acme/accounts.csv": True, "work/a/1.json": False, "config/a/strategy.yaml": False}
    for key, matches in expected.items():
        bucket = {"name": deployment.outputs["DropBucketName"]}
        event = {
            "id": str(uuid.uuid4()),
            "account": "123456789012",
            "source": "aws.s3",
            "time": "2026-11-30T00:00:00Z",
            "region": "us-east-1",
            "resources": [],
            "detail-type": "Object Created",
            "detail": {"bucket": bucket, "object": {"key": key}},
        }
        shown = events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))
        if shown["Result"] is not matches:
            return FactAnswer("fails", f"{key} {'is not' if matches else 'is'} taken for a file")
    return FactAnswer("holds", f"{len(expected)} keys told apart")


def _staff(deployment: Deployment) -> FactAnswer:
    """An event of ours reaches whoever listens to the topic of staff: here a queue for a while."""
    topic = deployment.outputs["StaffTopicArn"]
    mark = f"smoke-{uuid.uuid4()}"
    detail = {"account_id": mark, "creditor": "smoke", "kind": "question"}
    with _listening(deployment, topic) as read:
        entry = {"Source": "dunlin", "DetailType": "StaffNeeded", "Detail": json.dumps(detail)}
        deployment.clients("events").put_events(Entries=[entry])
        arrived = deployment.until(lambda: mark if mark in read() else "")
    return (
        FactAnswer("holds", "the event arrived")
        if arrived
        else FactAnswer("fails", "it never arrived")
    )


@contextlib.contextmanager
def _listening(deployment: Deployment, topic: str) -> Iterator[Callable[[], str]]:
    """A queue that hears a topic, and reads what it heard; gone afterwards."""
    queues, topics = deployment.clients("sqs"), deployment.clients("sns")
    url = queues.create_queue(QueueName=f"{deployment.stack}-smoke-{uuid.uuid4().hex[:8]}")[
        "QueueUrl"
    ]
    try:
        named = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        arn = named["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        heard = topics.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
        )
        try:
            yield lambda: _bodies(queues, url)
        finally:
            topics.unsubscribe(SubscriptionArn=heard["SubscriptionArn"])
    finally:
        queues.delete_queue(QueueUrl=url)


def _bodies(queues: Any, url: str) -> str:
    shown = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
    return "\n".join(message["Body"] for message in shown.get("Messages", []))


def _access_log(deployment: Deployment) -> FactAnswer:
    """A page is opened, and its line stands in the log."""
    if not deployment.on_aws:
        return FactAnswer("open", "the local cloud writes no access log")
    _request(deployment, "/")
    group = deployment.physical("PortalAccessLogs")
    return _logged(deployment, group, "a line")


def _firewall_lets_pass(deployment: Deployment) -> FactAnswer:
    """A file with markup, and one click that unsubscribes without a name of the program."""
    head = "multipart/form-data; boundary=smoke"
    body = (
        b'--smoke\r\nContent-Disposition: form-data; name="file"; filename="letter.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + _MARKUP + b"\r\n--smoke--\r\n"
    )
    refused = []
    if _by_firewall(_request(deployment, "/documents", body, {"Content-Type": head})):
        refused.append("a file with markup")
    click = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": ""}
    if _by_firewall(_request(deployment, "/u/smoke", b"List-Unsubscribe=One-Click", click)):
        refused.append("one click that unsubscribes")
    if refused:
        return FactAnswer("fails", f"refused: {', '.join(refused)}")
    if not _has_firewall(deployment):
        return FactAnswer("open", "the portal answers both, but no firewall stands before it here")
    return FactAnswer("holds", "a file with markup and one click that unsubscribes passed")


def _firewall_log(deployment: Deployment) -> FactAnswer:
    """The file with markup is counted, and what is counted is logged."""
    if not _has_firewall(deployment):
        return FactAnswer("open", "no firewall stands before the portal here (WithFirewall)")
    return _logged(deployment, deployment.physical("PortalFirewallLog"), "a counted request")


def _has_firewall(deployment: Deployment) -> bool:
    try:
        return bool(deployment.physical("PortalFirewall"))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return False


def _logged(deployment: Deployment, group: str, what: str) -> FactAnswer:
    logs = deployment.clients("logs")
    since = int(deployment.begun.timestamp() * 1000)

    def look() -> str:
        shown = logs.filter_log_events(logGroupName=group, startTime=since, limit=1)
        return what if shown["events"] else ""

    if deployment.until(look):
        return FactAnswer("holds", f"{what} stands in {group}")
    return FactAnswer("fails", f"nothing stands in {group} after {deployment.patience:.0f} s")


class PortalAnswer(NamedTuple):
    """What the portal's address answered."""

    status: int
    body: str


def _request(
    deployment: Deployment,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> PortalAnswer:
    address = deployment.portal.rstrip("/") + path
    request = urllib.request.Request(address, data=body, headers=dict(headers or {}))  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own portal
            return PortalAnswer(answer.status, answer.read(2000).decode("utf-8", "replace"))
    except urllib.error.HTTPError as answer:
        return PortalAnswer(answer.code, answer.read(2000).decode("utf-8", "replace"))


def _by_firewall(page: PortalAnswer) -> bool:
    """The firewall answers for the API in one word of JSON; the portal answers with a page."""
    return page.status == _BLOCKED and '"Forbidden"' in page.body


def _leading_keys(deployment: Deployment) -> FactAnswer:
    """IAM's own simulator: the portal may keep a session and may not write a strategy."""
    iam = deployment.clients("iam")
    role = iam.get_role(RoleName=deployment.physical("PortalRole"))["Role"]["Arn"]
    table = deployment.clients("dynamodb").describe_table(
        TableName=deployment.outputs["OpsTableName"]
    )["Table"]["TableArn"]
    decisions = {}
    for key in ("SESSION#smoke", "CREDITOR#smoke"):
        context = {
            "ContextKeyName": "dynamodb:LeadingKeys",
            "ContextKeyValues": [key],
            "ContextKeyType": "stringList",
        }
        shown = iam.simulate_principal_policy(
            PolicySourceArn=role,
            ActionNames=["dynamodb:PutItem"],
            ResourceArns=[table],
            ContextEntries=[context],
        )
        decisions[key] = shown["EvaluationResults"][0]["EvalDecision"]
    seen = ", ".join(f"{key}: {decision}" for key, decision in decisions.items())
    if not deployment.on_aws:
        return FactAnswer("open", f"the local cloud's simulator reads no keys ({seen})")
    right = decisions["SESSION#smoke"] == "allowed" and decisions["CREDITOR#smoke"] != "allowed"
    return FactAnswer("holds" if right else "fails", seen)


def _token(deployment: Deployment) -> FactAnswer:
    """The length of the token of one ladder that waits."""
    states = deployment.clients("stepfunctions")
    running = states.list_executions(
        stateMachineArn=deployment.outputs["LadderMachineArn"], statusFilter="RUNNING", maxResults=1
    )["executions"]
    if not running:
        return FactAnswer("open", "no ladder waits: import an account and start it first")
    events = states.get_execution_history(
        executionArn=running[0]["executionArn"], reverseOrder=True, maxResults=20
    )["events"]
    for event in events:
        scheduled = event.get("taskScheduledEventDetails", {})
        if scheduled.get("resource", "").endswith("waitForTaskToken"):
            values = json.loads(scheduled["parameters"])["ExpressionAttributeValues"]
            length = len(values[":token"]["S"])
            state: FactState = "holds" if length <= _TOKEN_LIMIT else "fails"
            return FactAnswer(state, f"{length} characters")
    return FactAnswer("open", "the ladder that runs does not wait yet")


def _receipts(deployment: Deployment) -> FactAnswer:
    """SNS wrote receipts of texts through our role, if any text was sent."""
    shown = deployment.clients("sns").get_sms_attributes(attributes=["DeliveryStatusIAMRole"])
    role = shown["attributes"].get("DeliveryStatusIAMRole", "")
    if role != deployment.outputs["SmsDeliveryRoleArn"]:
        return FactAnswer("open", "SNS does not use the stack's role yet (docs/deploy.md)")
    streams = deployment.clients("logs").describe_log_streams(
        logGroupName=deployment.outputs["SmsDeliveryLogGroup"], limit=1
    )["logStreams"]
    if not streams:
        return FactAnswer(
            "open", "no text was sent yet, or no receipt came: send one and look again"
        )
    return FactAnswer("holds", "receipts stand in the log")


LOOKS: dict[str, Look] = {
    "machines-are-valid": _machines,
    "streams-are-read": _streams,
    "mail-events-are-handed-on": _mail_events,
    "drop-rule-tells-keys-apart": _drop_rule,
    "staff-are-told": _staff,
    "access-log-is-written": _access_log,
    "firewall-lets-people-pass": _firewall_lets_pass,
    "firewall-log-is-written": _firewall_log,
    "leading-keys-bind": _leading_keys,
    "token-fits": _token,
    "texts-are-receipted": _receipts,
}
"""Name of each fact in docs/aws-facts.md → the look that settles it."""
