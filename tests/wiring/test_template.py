"""The template: lints clean, in the source and as SAM translates it, with our own rules."""

import copy
import json
import os
import re
import subprocess
import tomllib
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from cfnlint.rules import RulesCollection

from tests.wiring import stack
from tools import template as parts

# What the local cloud cannot make, and what would shut out a cloud without TLS; everything else
# is deployed there as on AWS.
ON_AWS_ALONE = {
    "AccountQuery",
    "ApiGatewayAccount",
    "ApiGatewayLogRole",
    "AuditBucketPolicy",
    "DropBucketPolicy",
    "MailRule",
    "MailRuleSet",
    "MonthlySpending",
    "PortalFirewall",
    "PortalFirewallAssociation",
    "PortalFirewallLog",
    "PortalFirewallLogging",
    "PortalRefusalsAlarm",
    "SendingUnsafeAlarm",
    "TouchQuery",
}


def _faults(template: dict, *, ours_alone: bool = False) -> list[str]:
    rules = None
    if ours_alone:
        rules = RulesCollection()
        rules.create_from_directory(str(stack.RULES))
    everything = ManualArgs(append_rules=[str(stack.RULES)], regions=["us-east-1"])
    problems = lint(json.dumps(template, default=str), rules, ["us-east-1"], everything)
    return [f"{m.rule.id} {m.message}" for m in problems]


@pytest.mark.slow
def test_sam_validates_and_lints_the_source():
    done = subprocess.run(
        [stack.ROOT / ".local/sam/bin/sam", "validate", "--lint", "--region", "us-east-1"],
        cwd=stack.ROOT,
        env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is a valid SAM Template" in done.stdout


@pytest.mark.slow
def test_the_translation_lints_clean_with_our_rules():
    assert _faults(stack.translated()) == []


def _without_retention(t):
    del t["Resources"]["PortalLogs"]["Properties"]["RetentionInDays"]


def _star_action(t):
    role = t["Resources"]["DecideRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    role["Statement"][0]["Action"] = "dynamodb:*"


def _star_resource(t):
    role = t["Resources"]["DecideRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    role["Statement"][0]["Resource"] = "*"


def _nameless(t):
    role = t["Resources"]["DecideRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    del role["Statement"][0]["Sid"]


def _no_dead_letters(t):
    del t["Resources"]["DropQueue"]["Properties"]["RedrivePolicy"]


def _impatient_queue(t):
    t["Resources"]["DropQueue"]["Properties"]["VisibilityTimeout"] = 30


def _unbounded_stream(t):
    mapping = t["Resources"]["ArchiveAuditFunctionAuditStream"]["Properties"]
    del mapping["MaximumRecordAgeInSeconds"]


def _whole_batches(t):
    del t["Resources"]["StartImportFunctionDropQueue"]["Properties"]["FunctionResponseTypes"]


def _forgetful_rule(t):
    del t["Resources"]["DropRule"]["Properties"]["Targets"][0]["DeadLetterConfig"]


def _mute_alarm(t):
    del t["Resources"]["BounceRateAlarm"]["Properties"]["AlarmActions"]


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (_star_action, "E9101"),
        (_star_resource, "E9102"),
        (_nameless, "E9103"),
        (_no_dead_letters, "E9201"),
        (_impatient_queue, "E9201"),
        (_unbounded_stream, "E9202"),
        (_whole_batches, "E9202"),
        (_forgetful_rule, "E9202"),
        (_without_retention, "E9203"),
        (_mute_alarm, "E9204"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else value,
)
def test_our_rules_catch_what_they_are_for(spoil, rule):
    template = copy.deepcopy(stack.translated())
    spoil(template)
    assert {fault[:5] for fault in _faults(template, ours_alone=True)} == {rule}


def test_what_the_local_cloud_lacks_stands_behind_on_aws_and_nothing_else_does():
    conditions = {
        name: resource.get("Condition")
        for name, resource in stack.translated()["Resources"].items()
        if resource.get("Condition")
    }
    defined = stack.template()["Conditions"]

    def on_aws(condition: str) -> bool:
        both = defined[condition].get("Fn::And", [])
        return condition == "OnAws" or any(on_aws(p["Condition"]) for p in both if "Condition" in p)

    assert {name for name, condition in conditions.items() if on_aws(condition)} == ON_AWS_ALONE
    assert defined["OnAws"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}


def _holds(assertion: dict[str, Any], values: dict[str, str]) -> bool:
    """What CloudFormation makes of a condition of a rule: text compared with text."""
    ((function, argument),) = assertion.items()
    if function == "Fn::Not":
        return not _holds(argument[0], values)
    assert function == "Fn::Equals"
    left, right = (
        values[side["Ref"]] if isinstance(side, dict) else str(side) for side in argument
    )
    return left == right


def _refusals(**given: str) -> set[str]:
    """The rules that refuse a deployment with these parameters, the others at their defaults."""
    template = stack.template()
    defaults = {n: str(p.get("Default", "")) for n, p in template["Parameters"].items()}
    return {
        name
        for name, rule in template["Rules"].items()
        if _holds(rule["RuleCondition"], defaults | given)
        for assertion in rule["Assertions"]
        if not _holds(assertion["Assert"], defaults | given)
    }


def test_production_is_refused_what_a_sandbox_may():
    named = {
        "Stage": "prod",
        "MailSenders": "*@mail.example.com",
        "AlarmEmail": "ops@example.com",
        "MonthlySpendCap": "500",
    }
    assert _refusals() == set()
    assert _refusals(**named) == set()
    assert _refusals(Stage="prod") == {
        "ProductionNamesItsSenders",
        "ProductionTellsSomebody",
        "ProductionHasASpendCap",
    }
    assert _refusals(**named, TimeLapse="2026-11-23T15:00:00Z") == {"ProductionReadsRealTime"}
    assert _refusals(**named, WithAlarms="off") == {"ProductionTellsSomebody"}
    assert _refusals(**named, StripeApiBase="http://127.0.0.1") == {"ProductionPaysForReal"}


def test_a_domain_is_refused_without_its_certificate():
    assert _refusals(PortalDomain="pay.example.com") == {"DomainsHaveCertificates"}
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/x"
    assert _refusals(PortalDomain="pay.example.com", PortalCertificateArn=arn) == set()


def test_what_an_idle_stack_costs_most_by_is_made_where_it_is_wanted():
    """A sandbox leaves it out; what is made without is free until it is used, or holds data."""
    dear = {
        "AWS::WAFv2::WebACL": "HasFirewall",
        "AWS::WAFv2::WebACLAssociation": "HasFirewall",
        "AWS::WAFv2::LoggingConfiguration": "HasFirewall",
        "AWS::CloudWatch::Alarm": "HasAlarms",
        "AWS::CloudWatch::CompositeAlarm": "HasAlarmsOnAws",
        "AWS::CloudWatch::Dashboard": "HasDashboard",
    }
    conditions = {
        (resource["Type"], resource.get("Condition"))
        for resource in stack.translated()["Resources"].values()
        if resource["Type"] in dear
    }
    assert conditions == {*dear.items(), ("AWS::CloudWatch::Alarm", "WatchesFirewall")}
    sandbox = tomllib.loads((stack.ROOT / "infra" / "stages" / "sandbox.toml").read_text())
    without = {"WithFirewall", "WithAlarms", "WithDashboard"}
    assert {name for name in without if sandbox[name] == "off"} == without
    keys = [k for k in stack.resources("AWS::KMS::Key").values() if k.get("Condition") is None]
    secrets = stack.resources("AWS::SecretsManager::Secret")
    polled = [
        mapping
        for mapping in stack.translated()["Resources"].values()
        if mapping["Type"] == "AWS::Lambda::EventSourceMapping"
        and "Queue" in json.dumps(mapping["Properties"]["EventSourceArn"])
    ]
    # A month of a key, of a secret, and of long polling a queue (docs/cost.md).
    assert len(keys) * 1.00 + len(secrets) * 0.40 + len(polled) * 0.26 < 4.80


def test_the_log_and_the_traces_of_a_ladder_are_kept_in_measure():
    functions = {
        name.removesuffix("Function"): function["Properties"]
        for name, function in stack.translated()["Resources"].items()
        if function["Type"] == "AWS::Lambda::Function"
    }
    assert {f["LoggingConfig"]["SystemLogLevel"] for f in functions.values()} == {"WARN"}
    assert {n for n, f in functions.items() if f["TracingConfig"]["Mode"] == "Active"} == {
        "Portal", "ReceiveWebhook", "PostPayment", "ChargeInstalment", "ReceiveChanges",
        "ChangeBalance",
    }  # fmt: skip


def test_every_role_can_be_bounded():
    for name, role in stack.resources("AWS::IAM::Role").items():
        assert role["Properties"]["PermissionsBoundary"]["Fn::If"][0] == "HasBoundary", name


def test_every_folder_is_a_function_and_every_function_has_its_folder():
    assert set(stack.functions()) == stack.folders()
    for folder, function in stack.functions().items():
        assert function["name"] == stack.resource_name(folder) + "Function"
        module = function.get("Handler", "handler.handler").split(".")[0]
        assert (stack.ROOT / "functions" / folder / f"{module}.py").is_file(), folder


def test_the_document_names_the_same_functions():
    text = (stack.ROOT / "docs" / "architecture.md").read_text()
    table = text.partition("## Functions")[2].partition("## Machines")[0]
    rows = re.findall(r"^\| ([a-z_, ]+) \|", table, re.MULTILINE)
    named = {name.strip() for row in rows for name in row.split(",")} - {"folder"}
    assert named == set(stack.functions())


def test_tables_have_the_keys_and_indexes_of_the_document():
    text = (stack.ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| ([A-Z]\w+) \| ([^|]+) \|", text, re.MULTILINE)
    written = {name: re.findall(r"`(\w+)`", keys) for name, keys in rows}
    tables = stack.resources("AWS::DynamoDB::Table")
    assert {f"{name}Table" for name in written} == set(tables)
    indexes = set()
    for name, keys in written.items():
        table = tables[f"{name}Table"]["Properties"]
        assert [k["AttributeName"] for k in table["KeySchema"]] == keys, name
        for index in table.get("GlobalSecondaryIndexes", []):
            columns = ", ".join(f"`{k['AttributeName']}`" for k in index["KeySchema"])
            indexes.add(f"`{name}.{index['IndexName']}` ({columns}")
        assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert table["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": ["DataKey", "Arn"]}
    flat = " ".join(text.split())
    assert [i for i in sorted(indexes) if i not in flat] == []
    assert len(indexes) == 7
    streams = {n for n, t in tables.items() if "StreamSpecification" in t["Properties"]}
    assert streams == {"AccountsTable", "TouchesTable", "AuditTable"}


def test_what_holds_data_stays_in_production_and_can_be_removed_elsewhere():
    kinds = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key")
    for kind in (*kinds, "AWS::SecretsManager::Secret"):
        for name, resource in stack.resources(kind).items():
            assert resource["DeletionPolicy"]["Fn::If"][2] == "Delete", name
            assert resource["UpdateReplacePolicy"]["Fn::If"] == ["IsProd", "Retain", "Delete"], name


def test_the_access_log_of_the_portal_never_holds_a_path():
    log = stack.template()["Resources"]["PortalApi"]["Properties"]["AccessLogSetting"]["Format"]
    assert "$context.resourcePath" in log
    assert not re.search(r"\$context\.(path|identity|error\.message|authorizer)\b", log)
    assert json.loads(log)["route"] == "$context.resourcePath"


def test_an_alarm_on_our_own_metrics_names_one_that_the_code_counts():
    code = "\n".join(
        path.read_text()
        for folder in ("functions", "layers/core/dunlin")
        for path in (stack.ROOT / folder).rglob("*.py")
    )
    watched = {
        waker["Properties"]["MetricName"]
        for waker in stack.resources("AWS::CloudWatch::Alarm").values()
        if waker["Properties"]["Namespace"] == {"Fn::Sub": "Dunlin/${AWS::StackName}"}
    }
    assert watched
    for metric in watched:
        assert f'"{metric}"' in code, metric


def test_the_stack_says_where_everything_is():
    outputs = set(stack.template()["Outputs"])
    assert {f"{f['name']}Name" for f in stack.functions().values()} <= outputs
    assert {
        *(f"{n.removesuffix('Table')}TableName" for n in stack.resources("AWS::DynamoDB::Table")),
        "PortalUrl",
        "PortalApiId",
        "DropBucketName",
        "AuditBucketName",
        "LadderMachineArn",
        "NoticeMachineArn",
        "ImportMachineArn",
        "ReplyTopicArn",
        "DashboardName",
    } <= outputs


def test_the_template_is_joined_from_its_parts():
    assert stack.TEMPLATE.read_text() == parts.text(), "run: make template"


def test_the_template_carries_the_dashboard():
    body = stack.template()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    assert json.loads(body) == json.loads(parts.BODY.read_text())
    named = set(re.findall(r"\$\{(\w+)[.}]", body))
    assert named <= set(stack.translated()["Resources"])


def test_sam_goes_through_the_loops_in_every_stage():
    stages = tomllib.loads((stack.ROOT / "samconfig.toml").read_text())
    del stages["version"]
    assert set(stages) == {"default", "sandbox", "prod"}
    for name, stage in stages.items():
        assert stage["global"]["parameters"]["language_extensions"] is True, name


def test_a_part_is_named_by_its_trade_and_holds_its_functions_whole():
    for path in sorted(parts.PARTS.iterdir()):
        text = path.read_text()
        name = re.fullmatch(r"\d\d-([a-z]+)\.yaml", path.name)
        assert name, path.name
        banner, *others = re.findall(r"^ *# --- (\w+)", text, re.MULTILINE)
        assert (banner.lower(), others) == (name[1], []), path.name
        for function in re.findall(r"^  (\w+)Function:$", text, re.MULTILINE):
            assert f"\n  {function}Role:\n" in text, (path.name, function)


def _text(value) -> str:
    """A name as CloudFormation makes it: `Fn::Sub` with the values it brings along."""
    sub = value["Fn::Sub"]
    text, values = (sub, {}) if isinstance(sub, str) else sub
    return re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], text)


def _uncovered(translated: dict) -> set[str]:
    """Functions without a log group of their own or an alarm on their first error."""
    resources = translated["Resources"]
    watched = {
        waker["Properties"]["Dimensions"][0]["Value"]["Ref"]
        for name, waker in resources.items()
        if waker["Type"] == "AWS::CloudWatch::Alarm"
        and waker["Properties"]["MetricName"] == "Errors"
        and waker["Properties"]["Threshold"] == 0
        and waker["Properties"]["AlarmActions"]
        and _text(waker["Properties"]["AlarmName"]) == "${AWS::StackName}-" + name[: -len("Alarm")]
    }
    missing = set()
    for name, function in resources.items():
        if function["Type"] != "AWS::Lambda::Function":
            continue
        called = _text(function["Properties"]["FunctionName"])
        group = resources.get(function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"])
        written = group and _text(group["Properties"]["LogGroupName"]) == f"/aws/lambda/{called}"
        if name not in watched or not written:
            missing.add(name)
    return missing


def test_every_function_has_its_log_group_and_an_alarm_on_its_errors():
    assert _uncovered(stack.translated()) == set()
    groups = {n.removesuffix("Logs") for n in stack.resources("AWS::Logs::LogGroup")}
    alarms = {n for n in stack.resources("AWS::CloudWatch::Alarm") if n.endswith("ErrorsAlarm")}
    names = {f["name"].removesuffix("Function") for f in stack.functions().values()}
    assert names <= groups
    assert {n.removesuffix("ErrorsAlarm") for n in alarms} == names


def test_a_function_left_out_of_the_loop_is_found():
    written = copy.deepcopy(stack.written())
    _, names, _ = written["Resources"]["Fn::ForEach::Functions"]
    names.remove("Decide")
    assert _uncovered(stack.translation(stack.without_loops(written))) == {"DecideFunction"}


def test_the_doors_keep_calls_for_themselves_where_the_account_has_enough():
    functions = stack.resources("AWS::Lambda::Function")
    kept = {
        name: function["Properties"]["ReservedConcurrentExecutions"]["Fn::If"][:2]
        for name, function in functions.items()
        if "ReservedConcurrentExecutions" in function["Properties"]
    }
    assert kept == {"PortalFunction": ["Reserves", 20], "ReceiveWebhookFunction": ["Reserves", 10]}
    alarms = stack.resources("AWS::CloudWatch::Alarm")
    for name in kept:
        assert f"{name.removesuffix('Function')}ThrottlesAlarm" in alarms


def test_a_message_that_waits_is_seen():
    """STOP above all: each queue that what people say or pay comes through has its alarm."""
    waiting = {
        name.removesuffix("WaitsAlarm"): alarm["Properties"]["Dimensions"]
        for name, alarm in stack.resources("AWS::CloudWatch::Alarm").items()
        if alarm["Properties"]["MetricName"] == "ApproximateAgeOfOldestMessage"
    }
    assert {
        work: [{"Name": "QueueName", "Value": {"Fn::GetAtt": [f"{work}Queue", "QueueName"]}}]
        for work in ("EmailEvent", "Reply", "Mail", "Payment")
    } == waiting


def test_saved_queries_look_through_the_log_of_every_function():
    groups = {f"{f['name'].removesuffix('Function')}Logs" for f in stack.functions().values()}
    queries = stack.resources("AWS::Logs::QueryDefinition")
    assert set(queries) == {"AccountQuery", "TouchQuery"}
    for name, query in queries.items():
        asked = [group["Ref"] for group in query["Properties"]["LogGroupNames"]]
        assert sorted(asked) == sorted(groups), name


def test_silence_is_red_for_whatever_a_clock_calls():
    """Whoever has a schedule has a heartbeat, which takes no word for a bad one."""
    clocks = {
        rule["Properties"]["Targets"][0]["Arn"]["Fn::GetAtt"][0].removesuffix("Function")
        for rule in stack.resources("AWS::Events::Rule").values()
        if "ScheduleExpression" in rule["Properties"]
    }
    beats = {
        name.removesuffix("SilentAlarm"): alarm["Properties"]
        for name, alarm in stack.resources("AWS::CloudWatch::Alarm").items()
        if name.endswith("SilentAlarm")
    }
    assert set(beats) == clocks
    for name, beat in beats.items():
        assert beat["Dimensions"][0]["Value"] == {"Ref": f"{name}Function"}
        assert (beat["TreatMissingData"], beat["ComparisonOperator"]) == (
            "breaching",
            "LessThanThreshold",
        )


def test_two_stacks_of_one_account_count_apart():
    variables = stack.template()["Globals"]["Function"]["Environment"]["Variables"]
    own = {"Fn::Sub": "Dunlin/${AWS::StackName}"}
    assert variables["METRICS_NAMESPACE"] == own
    alarms = stack.resources("AWS::CloudWatch::Alarm").values()
    spaces = [a["Properties"]["Namespace"] for a in alarms]
    assert all(space == own or space.startswith("AWS/") for space in spaces)
