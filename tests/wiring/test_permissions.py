"""Separation of duties, read from the policies: who may permit, who may send, who may write."""

import re
from collections import defaultdict

import pytest

from dunlin.adapters.dynamo.rows.accounts import AccountRow, LedgerRow
from dunlin.adapters.dynamo.rows.people import ContactsRow
from dunlin.adapters.dynamo.rows.touches import TouchRow
from dunlin.domain.messages.arrival import FORWARDER
from infra.rules.permissions import STAR_RESOURCES, as_list, statements
from tests.wiring import stack


def _by_role(prefix: str) -> dict[str, set[str]]:
    actions: dict[str, set[str]] = defaultdict(set)
    for role in stack.roles():
        for action, _ in stack.grants(role):
            if action.startswith(prefix):
                actions[role].add(action)
    return dict(actions)


def _on_table(table: str, *, stream: bool = False) -> dict[str, set[str]]:
    actions: dict[str, set[str]] = defaultdict(set)
    for role in stack.roles():
        for action, resource in stack.grants(role):
            of_stream = "StreamArn" in resource or "/stream/" in resource
            if stack.table_of(resource) == table and of_stream is stream:
                actions[role].add(action.removeprefix("dynamodb:"))
    return dict(actions)


def test_only_the_gate_writes_permits_and_only_senders_delete_them():
    assert _on_table("PermitsTable") == {
        "CheckComplianceRole": {"PutItem"},
        "SendEmailRole": {"DeleteItem"},
        "SendSmsRole": {"DeleteItem"},
    }


@pytest.mark.parametrize("table", ["Accounts", "Touches"])
def test_who_finds_rows_by_an_index_may_read_them(table):
    """An index copies no more than its keys and what a walk leaves rows out by."""
    finds, reads = set(), set()
    for role in stack.roles():
        for action, resource in stack.grants(role):
            if action == "dynamodb:Query" and f"{table}Table.Arn}}/index/by" in resource:
                finds.add(role)
            if action == "dynamodb:BatchGetItem" and stack.table_of(resource) == f"{table}Table":
                reads.add(role)
    assert finds
    assert finds <= reads


def test_only_the_senders_send():
    lists = {"ses:ListSuppressedDestinations", "ses:PutSuppressedDestination"}
    assert _by_role("ses:") == {
        "SendEmailRole": {"ses:SendEmail"},
        "ReadMailRole": {"ses:SendEmail"},
        "SyncOptoutsRole": lists,
        "ReconcileCountsRole": {"ses:GetSendStatistics"},
        "GuardSpendRole": {"ses:GetAccount"},
    }
    assert _by_role("sns:") == {
        "SendSmsRole": {"sns:Publish"},
        "SyncOptoutsRole": {"sns:ListPhoneNumbersOptedOut"},
    }
    assert _by_role("sms-voice:") == {}


def test_who_reads_mail_may_only_hand_it_on():
    policies = stack.translated()["Resources"]["ReadMailRole"]["Properties"]["Policies"]
    sends = [
        s
        for s in policies[0]["PolicyDocument"]["Statement"]
        if "ses:SendEmail" in as_list(s["Action"])
    ]
    assert [s["Condition"] for s in sends] == [
        {"StringLikeIfExists": {"ses:FromAddress": f"{FORWARDER}@*"}}
    ]


def test_a_text_goes_to_a_phone_and_never_to_a_topic():
    policies = stack.translated()["Resources"]["SendSmsRole"]["Properties"]["Policies"]
    denied = {
        s["Sid"]: (s["Action"], stack.target(s["Resource"]))
        for s in policies[0]["PolicyDocument"]["Statement"]
        if s["Effect"] == "Deny"
    }
    assert denied["NoTopics"] == ("sns:Publish", "arn:${AWS::Partition}:sns:*:*:*")


def test_the_audit_table_grants_put_alone_and_query_to_its_readers():
    granted = _on_table("AuditTable")
    readers = {role for role, actions in granted.items() if "Query" in actions}
    # These also look at what they append to: a pilot's report, the chain of a creditor.
    both = {"ActivateAccountsRole", "GuardSpendRole", "AnswerImportRole"}
    assert readers == {"ShowAccountRole", *both}
    for role, actions in granted.items():
        wanted = {"PutItem", "Query"} if role in both else {"Query"}
        assert actions == (wanted if role in readers else {"PutItem"}), role


def test_nobody_rewrites_the_audit_archive():
    for role in stack.roles():
        actions = {a for a, r in stack.grants(role) if "AuditBucket" in r}
        assert actions <= {"s3:PutObject", "s3:GetObject", "s3:ListBucket"}, role
    assert {r for r in stack.roles() for _, on in stack.grants(r) if "AuditBucket" in on} == {
        "ArchiveAuditRole",
        "SignAuditRootsRole",
    }


def test_nobody_deletes_accounts_people_or_touches():
    for table in ("AccountsTable", "PeopleTable", "TouchesTable", "WebhooksTable"):
        for role, actions in _on_table(table).items():
            assert not actions & {"DeleteItem", "BatchWriteItem"}, (table, role)


def test_widgets_that_show_write_nothing():
    for name in ("ShowPortfolio", "ShowAccount", "ShowAccounts", "ShowDecisions"):
        actions = {a for a, _ in stack.grants(f"{name}Role")}
        assert actions <= {
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        }
    assert {a for a, _ in stack.grants("ShowImportRole")} == {
        "s3:GetObject",
        "s3:ListBucket",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }


def test_the_key_is_read_by_those_who_speak_with_the_processor_and_not_by_the_door():
    readers = defaultdict(set)
    for role in stack.roles():
        for action, resource in stack.grants(role):
            if action.startswith("secretsmanager:"):
                assert action == "secretsmanager:GetSecretValue"
                readers[resource].add(role)
    assert readers == {
        "StripeSecret.Id": {
            "PortalRole",
            "PostPaymentRole",
            "ChargeInstalmentRole",
            "ReconcilePaymentsRole",
            "RefundExcessRole",
            "ChangeBalanceRole",
            "ReceiveChangesRole",
        },
        "WebhookSecret.Id": {"ReceiveWebhookRole"},
        "BillingSecret.Id": {"ReceiveChangesRole"},
    }
    assert set(_by_role("kms:")) == {"SignAuditRootsRole"}


def test_each_machine_may_call_its_functions_and_store_its_token():
    logs = {a for a, r in stack.grants("LadderMachineRole") if r == "*"}
    assert all(a.startswith("logs:") for a in logs)

    def without_logs(role: str) -> set[tuple[str, str]]:
        return {(a, r) for a, r in stack.grants(role) if not a.startswith("logs:")}

    def call(*names: str) -> set[tuple[str, str]]:
        return {("lambda:InvokeFunction", f"{name}Function.Arn") for name in names}

    road = call("CheckCompliance", "SendEmail", "SendSms")
    assert without_logs("LadderMachineRole") == road | {
        ("dynamodb:UpdateItem", "AccountsTable.Arn")
    }
    assert without_logs("ArrangementMachineRole") == call("ChargeInstalment") | {
        ("dynamodb:UpdateItem", "AccountsTable.Arn")
    }
    assert without_logs("NoticeMachineRole") == road | {("dynamodb:UpdateItem", "OpsTable.Arn")}
    own = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}"
    assert without_logs("ImportMachineRole") == call(
        "ProfileFile", "LoadRows", "ChangeBalance", "ReconcileImport"
    ) | {
        ("states:StartExecution", own + ":stateMachine:${AWS::StackName}-import"),
        ("states:DescribeExecution", own + ":execution:${AWS::StackName}-import*"),
        ("states:StopExecution", own + ":execution:${AWS::StackName}-import*"),
    }


WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"}


def test_every_write_in_ops_is_bound_to_the_rows_of_its_act():
    """Strategies, rollouts, pauses and sessions lie there side by side."""
    bound = set()
    for role in stack.roles():
        for statement, _ in statements(stack.translated()["Resources"][role], []):
            actions = {a.removeprefix("dynamodb:") for a in as_list(statement["Action"])}
            if actions & WRITES and "OpsTable.Arn" in map(
                stack.target, as_list(statement["Resource"])
            ):
                keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
                assert all(re.fullmatch(r"[A-Z]+(#\*)?", key) for key in keys), (role, keys)
                bound.add(role)
    assert bound >= {"PortalRole", "ReadMailRole", "LoadStrategyRole", "NoticeMachineRole"}


def test_balances_are_named_by_those_who_post_money_and_by_the_gate():
    """The gate's condition asks for one, and AWS cannot tell a condition from what is set."""
    may = set()
    for role in stack.roles():
        on_accounts = [
            s
            for s, _ in statements(stack.translated()["Resources"][role], [])
            if "AccountsTable.Arn" in map(stack.target, as_list(s.get("Resource", [])))
            and {a.removeprefix("dynamodb:") for a in as_list(s["Action"])} & WRITES
        ]
        denied = [s for s in on_accounts if s["Effect"] == "Deny"]
        for deny in denied:
            assert set(deny["Action"]) == {"dynamodb:PutItem", "dynamodb:UpdateItem"}, role
            named = deny["Condition"]["ForAnyValue:StringEquals"]["dynamodb:Attributes"]
            assert AccountRow.OWED | {LedgerRow.amount_minor.attr_name} == set(named), role
        bound = [s for s in on_accounts if s["Effect"] == "Allow" and s.get("Condition")]
        if on_accounts and not denied and not bound:
            may.add(role)
    assert may == {
        "ChangeBalanceRole",
        "CheckComplianceRole",
        "LoadRowsRole",
        "PostPaymentRole",
        "ReceiveChangesRole",
        "ReconcilePaymentsRole",
        "RefundExcessRole",
    }


@pytest.mark.parametrize("role", ["CheckCompliance", "SendEmail", "SendSms"])
def test_the_gate_and_the_senders_count_the_contact_and_move_the_touch(role):
    """Consent and addresses are not theirs to write, nor a sender's what a touch was for."""
    bounds = {
        s.get("Sid"): s["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]
        for s, _ in statements(stack.translated()["Resources"][f"{role}Role"], [])
        if "ForAllValues:StringEquals" in s.get("Condition", {})
    }
    contacts = {"consumer_id", "sk"} | {
        getattr(ContactsRow, name).attr_name for name in ContactsRow.written()
    }
    moves = {"account_id", "sk"} | {getattr(TouchRow, name).attr_name for name in TouchRow.MOVES}
    sends = {"MoveTouch": moves} if role != "CheckCompliance" else {}
    assert {sid: set(names) for sid, names in bounds.items()} == {"CountContact": contacts, **sends}
    puts = {on for action, on in stack.grants(f"{role}Role") if action == "dynamodb:PutItem"}
    assert not puts & {"AccountsTable.Arn", "PeopleTable.Arn"}


def test_the_notice_machine_may_set_the_token_of_a_notice():
    role = stack.translated()["Resources"]["NoticeMachineRole"]
    conditions = [
        s.get("Condition") for s, _ in statements(role, []) if s.get("Sid") == "StoreToken"
    ]
    assert conditions == [{"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["NOTICE#*"]}}]


@pytest.mark.parametrize("machine", ["Ladder", "Arrangement"])
def test_a_machine_may_set_the_token_of_an_account_and_nothing_else(machine):
    role = stack.translated()["Resources"][f"{machine}MachineRole"]["Properties"]["Policies"][0]
    (store,) = [
        s for s in role["PolicyDocument"]["Statement"] if s["Action"] == "dynamodb:UpdateItem"
    ]
    assert store["Condition"] == {
        "ForAllValues:StringEquals": {
            "dynamodb:Attributes": ["account_id", "sk", "task_token", "version"]
        }
    }


def test_the_debits_have_no_hand_in_messages_or_permits():
    grants = set(stack.grants("ChargeInstalmentRole"))
    others = {"PeopleTable.Arn", "TouchesTable.Arn", "OpsTable.Arn"}
    assert {a for a, r in grants if r == "AccountsTable.Arn"} == {
        "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem",
        "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem",
    }  # fmt: skip
    reading = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
    assert {a for a, r in grants if r in others} == reading
    assert {a for a, r in grants if r == "AuditTable.Arn"} == {"dynamodb:PutItem"}
    assert not any(a.startswith(("ses:", "sns:")) or "Permits" in r for a, r in grants)


@pytest.mark.parametrize("folder", sorted(stack.functions()))
def test_a_function_has_a_role_of_its_own(folder):
    function = stack.functions()[folder]
    assert stack.target(function["Role"]) == f"{function['name'].removesuffix('Function')}Role.Arn"
    role = stack.translated()["Resources"][stack.target(function["Role"]).split(".")[0]]
    trust = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert [s["Principal"] for s in trust] == [{"Service": "lambda.amazonaws.com"}]
    assert role["Properties"]["PermissionsBoundary"]["Fn::If"][0] == "HasBoundary"


def test_every_excuse_for_a_star_is_still_needed():
    starred = {
        (role, statement.get("Sid"))
        for role, resource in stack.translated()["Resources"].items()
        if resource["Type"] in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy")
        for statement, _ in statements(resource, [])
        if statement["Effect"] == "Allow" and statement.get("Resource") == "*"
    }
    assert starred == set(STAR_RESOURCES)
