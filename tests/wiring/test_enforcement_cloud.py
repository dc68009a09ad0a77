"""The policies at work: each role of the deployed stack is taken on, and the cloud refuses."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local import cloud, deploy
from tests.local.place import free_port
from tests.wiring import stack

pytestmark = pytest.mark.cloud
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
PERMIT = {"permit_id": {"S": "forged"}}
ENTRY = {"subject": {"S": "account#x"}, "sequence": {"N": "1"}}


class Stack:
    """A deployed stack with its outputs, whose roles can be taken on."""

    def __init__(self, running: cloud.Cloud, outputs: dict[str, str]) -> None:
        self.cloud, self.outputs = running, outputs
        pages = running.client("iam").get_paginator("list_roles").paginate()
        self._roles = pages.build_full_result()["Roles"]

    def client(self, role: str, service: str) -> Any:
        """A client with the rights of one function, as its code has them."""
        (arn,) = [r["Arn"] for r in self._roles if f"-{role}Role-" in r["RoleName"]]
        session = self.cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="proof")
        key = session["Credentials"]
        make: Any = boto3.client  # its stubs want each service as a literal
        return make(
            service,
            endpoint_url=self.cloud.endpoint,
            region_name="us-east-1",
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            aws_session_token=key["SessionToken"],
        )


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    built = deploy.build(directory=stack.ROOT / ".aws-sam" / "wiring-cloud", say=lambda line: None)
    running = cloud.start(free_port(), directory=tmp_path_factory.mktemp("cloud"), schedules=False)
    try:
        outputs = deploy.deploy(
            running,
            "proof",
            {"Stage": "local", "PortalBaseUrl": "http://127.0.0.1:1/live"},
            built=built,
            say=lambda line: None,
        )
        ses = running.client("sesv2")
        ses.create_email_identity(EmailIdentity="bills@example.com")
        yield Stack(running, outputs)
    finally:
        running.stop()


def _refused(call: Callable[[], Any]) -> bool:
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] not in DENIED:
            raise
        return True
    return False


def _attempts(there: Stack, role: str) -> dict[str, bool]:
    """What a role tries, and whether it may."""
    permits, audit = there.outputs["PermitsTableName"], there.outputs["AuditTableName"]
    rows, mail = there.client(role, "dynamodb"), there.client(role, "sesv2")
    phone = there.client(role, "sns")
    calls: dict[str, Callable[[], Any]] = {
        "put a permit": lambda: rows.put_item(TableName=permits, Item=PERMIT),
        "put a permit in a transaction": lambda: rows.transact_write_items(
            TransactItems=[{"Put": {"TableName": permits, "Item": PERMIT}}]
        ),
        "update a permit": lambda: rows.update_item(TableName=permits, Key=PERMIT),
        "delete a permit": lambda: rows.delete_item(TableName=permits, Key=PERMIT),
        "edit an audit entry": lambda: rows.update_item(TableName=audit, Key=ENTRY),
        "delete an audit entry": lambda: rows.delete_item(TableName=audit, Key=ENTRY),
        "send a mail": lambda: mail.send_email(
            FromEmailAddress="bills@example.com",
            Destination={"ToAddresses": ["a@example.com"]},
            Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
        ),
        "send a text": lambda: phone.publish(PhoneNumber="+12065550100", Message="t"),
        "publish to a topic": lambda: phone.publish(
            TopicArn=there.outputs["ReplyTopicArn"], Message="t"
        ),
    }
    return {name: not _refused(call) for name, call in calls.items()}


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("CheckCompliance", {"put a permit", "put a permit in a transaction"}),
        ("SendEmail", {"delete a permit", "send a mail"}),
        ("SendSms", {"delete a permit", "send a text"}),
        ("Portal", set()),
        ("PostPayment", set()),
        ("ChargeInstalment", set()),
        ("Decide", set()),
        ("AnswerImport", set()),
        ("ReconcileLadders", set()),
    ],
)
def test_a_role_may_do_its_own_work_and_nobody_elses(deployed, role, may):
    assert {name for name, allowed in _attempts(deployed, role).items() if allowed} == may


# What may be written in Ops, by whom: the beginnings of partition keys. Whoever is not here writes
# nothing there.
OPS = [
    "AGG#", "ATTEMPT#", "CLOCK", "CODE#", "CREDITOR#", "CREDITORS", "DRAFT#", "LINK#", "NOTICE#",
    "PACE#", "PAUSE#", "PAY#", "ROLLOUTS#", "SEEN#", "SESSION#", "SPEND#", "STRAY#",
    "WALK#",
]  # fmt: skip
OPS_WRITERS = {
    "ActivateAccounts": {"ROLLOUTS#"},
    "ChangeBalance": {"SEEN#"},
    "CheckCompliance": {"PACE#"},
    "GuardSpend": {"PACE#", "PAUSE#", "SPEND#"},
    "LoadStrategy": {"CREDITOR#", "CREDITORS", "PAUSE#"},
    "Portal": {"ATTEMPT#", "CODE#", "DRAFT#", "PAY#", "SEEN#", "SESSION#"},
    "PostPayment": {"SEEN#"},
    "PublishChanges": {"AGG#", "SPEND#"},
    "ReadMail": {"ATTEMPT#", "SEEN#", "STRAY#"},
    "ReadReply": {"SEEN#"},
    "ReceiveChanges": {"SEEN#"},
    "ReconcileCounts": {"AGG#"},
    "ReconcileLadders": {"WALK#"},
    "ReconcilePayments": {"SEEN#"},
    "RecordEmailEvent": {"SEEN#"},
    "RecordSmsReceipt": {"SEEN#"},
    "SendEmail": {"CODE#", "LINK#"},
    "SendSms": {"CODE#", "LINK#"},
    "SyncOptouts": {"SEEN#"},
}


def _writes(rows: Any, table: str, key: dict[str, Any]) -> list[Callable[[], Any]]:
    """Every way to change one row, none of which changes any: the condition never holds."""
    never = {"TableName": table, "ConditionExpression": "attribute_exists(nothing)"}
    return [
        partial(rows.put_item, Item=key, **never),
        partial(rows.update_item, Key=key, **never),
        partial(rows.delete_item, Key=key, **never),
        partial(rows.transact_write_items, TransactItems=[{"Put": {"Item": key, **never}}]),
        partial(rows.batch_write_item, RequestItems={table: [{"PutRequest": {"Item": key}}]}),
    ]


def _may(call: Callable[[], Any]) -> bool:
    """Whether IAM lets a write through that then finds its condition unmet."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] not in DENIED
    return True


def test_nobody_writes_more_of_ops_than_its_own_rows(deployed):
    """Strategies, rollouts and pauses above all: whoever hears the outside writes none of them."""
    table = deployed.outputs["OpsTableName"]
    written = {}
    for name in map(stack.resource_name, sorted(stack.functions())):
        rows = deployed.client(name, "dynamodb")
        kinds = {
            kind
            for kind in OPS
            if any(
                _may(write) for write in _writes(rows, table, {"pk": {"S": kind}, "sk": {"S": "x"}})
            )
        }
        if kinds:
            written[name] = kinds
    assert written == OPS_WRITERS


POSTERS = {
    "ChangeBalance", "LoadRows", "PostPayment", "ReceiveChanges", "ReconcilePayments",
    "RefundExcess",
}  # fmt: skip


def _sets(rows: Any, table: str, key: dict[str, Any], attribute: str) -> Callable[[], Any]:
    """An update of one attribute whose condition never holds."""
    return partial(
        rows.update_item,
        TableName=table,
        Key=key,
        UpdateExpression="SET #a = :a",
        ConditionExpression="attribute_exists(sk) AND attribute_not_exists(sk)",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":a": {"N": "0"}},
    )


def test_nobody_but_who_posts_money_moves_a_balance(deployed):
    table = deployed.outputs["AccountsTableName"]
    account = {"account_id": {"S": "x"}, "sk": {"S": "META"}}
    line = {"account_id": {"S": "x"}, "sk": {"S": "LEDGER#1"}, "amount_minor": {"N": "-1"}}
    movers = set()
    for name in map(stack.resource_name, sorted(stack.functions())):
        rows = deployed.client(name, "dynamodb")
        never = {"TableName": table, "ConditionExpression": "attribute_exists(amount_minor)"}
        transacted = {"Put": {"Item": line, **never}}
        tries: list[Callable[[], Any]] = [
            _sets(rows, table, account, "balance_minor"),
            _sets(rows, table, account, "currency"),
            partial(rows.put_item, Item=line, **never),
            partial(rows.transact_write_items, TransactItems=[transacted]),
        ]
        if any(map(_may, tries)):
            movers.add(name)
    # The gate's own condition names the balance, and AWS cannot tell that from what is set.
    assert movers == POSTERS | {"CheckCompliance"}


@pytest.mark.parametrize("sender", ["SendEmail", "SendSms"])
def test_a_sender_counts_a_contact_and_changes_nothing_else_of_a_person(deployed, sender):
    rows = deployed.client(sender, "dynamodb")
    people, touches = deployed.outputs["PeopleTableName"], deployed.outputs["TouchesTableName"]
    person = {"consumer_id": {"S": "x"}, "sk": {"S": "CONTACTS"}}
    touch = {"account_id": {"S": "x"}, "sk": {"S": "T#1"}}
    may = {
        (table, attribute): _may(_sets(rows, table, key, attribute))
        for table, key, attributes in (
            (people, person, ("contacts", "profile", "consents", "flags", "email_open")),
            (touches, touch, ("state", "content", "consumer_id", "channel", "template")),
        )
        for attribute in attributes
    }
    assert {named for named, allowed in may.items() if allowed} == {
        (people, "contacts"),
        (touches, "state"),
        (touches, "content"),
    }
    assert not _may(partial(rows.put_item, TableName=people, Item=person))


def test_an_audit_object_cannot_be_deleted_or_shortened(deployed):
    bucket = deployed.outputs["AuditBucketName"]
    s3 = deployed.cloud.client("s3")
    put = s3.put_object(Bucket=bucket, Key="entries/x.jsonl", Body=b"{}")
    version = {"Bucket": bucket, "Key": "entries/x.jsonl", "VersionId": put["VersionId"]}
    assert _refused(lambda: s3.delete_object(**version))
    assert _refused(lambda: s3.delete_object(**version, BypassGovernanceRetention=True))
    for role, own, other in (
        ("ArchiveAudit", "entries", "roots"),
        ("SignAuditRoots", "roots", "entries"),
    ):
        there = deployed.client(role, "s3")
        assert _refused(partial(there.delete_object, **version))
        # A root that the archive's copier put first would silence the signer of the day.
        assert not _refused(partial(there.put_object, Bucket=bucket, Key=f"{own}/y", Body=b"{}"))
        assert _refused(partial(there.put_object, Bucket=bucket, Key=f"{other}/y", Body=b"{}"))


def test_a_key_is_read_by_those_who_speak_with_the_processor(deployed):
    """The door that anybody may call knows what events are signed with and no more."""
    names = {"stripe": "StripeSecretName", "webhook": "WebhookSecretName"}
    readers = {
        role: {
            name
            for name, output in names.items()
            if not _refused(
                partial(
                    deployed.client(role, "secretsmanager").get_secret_value,
                    SecretId=deployed.outputs[output],
                )
            )
        }
        for role in ("ReceiveWebhook", "PostPayment", "ReadMail", "SendEmail")
    }
    assert readers == {
        "ReceiveWebhook": {"webhook"},
        "PostPayment": {"stripe"},
        "ReadMail": set(),
        "SendEmail": set(),
    }


def test_the_deployed_loops_cover_every_deployed_function(deployed):
    """What the cloud made of the loops, which the other tests read as the linter expands them."""
    client, metrics = deployed.cloud.client("lambda"), deployed.cloud.client("cloudwatch")
    pages = client.get_paginator("list_functions").paginate().build_full_result()
    functions = {f["FunctionName"] for f in pages["Functions"]}
    assert functions == {f"proof-{folder}" for folder in stack.functions()}
    alarms = metrics.get_paginator("describe_alarms").paginate().build_full_result()["MetricAlarms"]
    assert {
        waker["AlarmName"]: waker["Dimensions"]
        for waker in alarms
        if waker["Namespace"] == "AWS/Lambda" and waker["MetricName"] == "Errors"
    } == {
        f"proof-{stack.resource_name(folder)}Errors": [
            {"Name": "FunctionName", "Value": f"proof-{folder}"}
        ]
        for folder in stack.functions()
    }
    pages = deployed.cloud.client("logs").get_paginator("describe_log_groups").paginate()
    groups = {g["logGroupName"]: g for g in pages.build_full_result()["logGroups"]}
    for function in functions:
        logging = client.get_function_configuration(FunctionName=function)["LoggingConfig"]
        assert logging["LogGroup"] == f"/aws/lambda/{function}"
        assert groups[logging["LogGroup"]]["retentionInDays"] == 1
    outputs = {folder: f"{stack.resource_name(folder)}FunctionName" for folder in stack.functions()}
    assert all(deployed.outputs[key] == f"proof-{folder}" for folder, key in outputs.items())
