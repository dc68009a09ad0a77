"""What AWS asks of a template and neither a linter nor the local cloud looks at: who may fill which
queue or topic, what must be there first, what a first deployment leaves when it fails, and which
requests of people and of payment systems a firewall may stop."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.rules.permissions import as_list
from tests.wiring import stack


def _statements(kind: str, holder: str) -> Iterator[tuple[set[str], dict[str, Any]]]:
    """(targets, statement) of every policy of a kind of resource."""
    for policy in stack.resources(kind).values():
        targets = {stack.target(each) for each in policy["Properties"][holder]}
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            yield targets, statement


def _may_fill(queue: str, service: str) -> list[dict[str, Any]]:
    return [
        statement
        for targets, statement in _statements("AWS::SQS::QueuePolicy", "Queues")
        if queue in targets
        and statement["Principal"] == {"Service": service}
        and f"{queue}.Arn" in {stack.target(r) for r in as_list(statement["Resource"])}
    ]


def _queue(arn: Any) -> str:
    return stack.target(arn).removesuffix(".Arn")


def test_a_topic_may_fill_its_queue_and_the_dead_letters_of_it():
    subscriptions = [
        s["Properties"]
        for s in stack.resources("AWS::SNS::Subscription").values()
        if s["Properties"]["Protocol"] == "sqs"
    ]
    assert len(subscriptions) >= 2
    for subscription in subscriptions:
        topic = stack.target(subscription["TopicArn"])
        for queue in (
            _queue(subscription["Endpoint"]),
            _queue(subscription["RedrivePolicy"]["deadLetterTargetArn"]),
        ):
            granted = _may_fill(queue, "sns.amazonaws.com")
            sources = {stack.target(s["Condition"]["ArnEquals"]["aws:SourceArn"]) for s in granted}
            assert topic in sources, queue


def test_no_topic_speaks_to_an_address_on_the_web():
    """Whoever finds such an address can forge its messages; a queue takes them from its topic
    alone, and a person's mailbox does nothing."""
    protocols = {
        s["Properties"]["Protocol"] for s in stack.resources("AWS::SNS::Subscription").values()
    }
    assert protocols == {"sqs", "email"}
    for _, statement in _statements("AWS::SQS::QueuePolicy", "Queues"):
        if statement["Effect"] == "Allow":
            assert statement["Condition"], statement


def test_a_rule_may_fill_its_queues_and_the_dead_letters_of_each_target():
    for name, rule in stack.resources("AWS::Events::Rule").items():
        for target in rule["Properties"]["Targets"]:
            queues = [target["DeadLetterConfig"]["Arn"]]
            queues += [target["Arn"]] if "Queue" in stack.target(target["Arn"]) else []
            for arn in queues:
                assert _may_fill(_queue(arn), "events.amazonaws.com"), (name, _queue(arn))


def test_a_rule_may_publish_to_its_topic_and_no_condition_stands_in_the_way():
    """EventBridge names no source when it publishes to a topic: a condition is never met."""
    topics = {
        stack.target(target["Arn"])
        for rule in stack.resources("AWS::Events::Rule").values()
        for target in rule["Properties"]["Targets"]
        if stack.target(target["Arn"]) in stack.resources("AWS::SNS::Topic")
    }
    assert topics == {"StaffTopic"}
    for topic in topics:
        granted = [
            statement
            for targets, statement in _statements("AWS::SNS::TopicPolicy", "Topics")
            if topic in targets and statement["Principal"] == {"Service": "events.amazonaws.com"}
        ]
        assert [s.get("Condition") for s in granted] == [None]


def test_what_a_failed_first_deployment_made_goes_again_and_what_holds_data_stays():
    kept = {"Fn::If": ["IsProd", "RetainExceptOnCreate", "Delete"]}
    for name, resource in stack.translated()["Resources"].items():
        policy = resource.get("DeletionPolicy")
        assert policy in (None, "Delete", "RetainExceptOnCreate", kept), name
        if policy == kept:
            assert resource["UpdateReplacePolicy"] == {"Fn::If": ["IsProd", "Retain", "Delete"]}


def test_what_may_outlive_the_stack_has_no_name_that_a_second_try_would_meet():
    for name, resource in stack.translated()["Resources"].items():
        if resource.get("DeletionPolicy") not in (None, "Delete"):
            properties = resource["Properties"].keys()
            assert not properties & {"Name", "TableName", "BucketName"}, name


def test_the_portal_waits_for_the_role_with_which_api_gateway_writes_its_log():
    api = stack.resources("AWS::ApiGateway::RestApi")["PortalApi"]
    assert "ApiGatewayAccount" in as_list(api["DependsOn"])
    account = stack.resources("AWS::ApiGateway::Account")["ApiGatewayAccount"]
    assert stack.target(account["Properties"]["CloudWatchRoleArn"]) == "ApiGatewayLogRole.Arn"


def test_sns_may_take_the_role_of_the_delivery_log_whatever_it_says_of_itself():
    role = stack.resources("AWS::IAM::Role")["SmsDeliveryRole"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "sns.amazonaws.com"}
    assert "Condition" not in trust


def _firewall() -> dict[str, dict[str, Any]]:
    rules = stack.resources("AWS::WAFv2::WebACL")["PortalFirewall"]["Properties"]["Rules"]
    return {rule["Name"]: rule["Statement"] for rule in rules}


def _looks_at(statement: dict[str, Any], path: str) -> bool:
    """Whether a rule with this scope looks at a path."""
    scope = statement.get("ScopeDownStatement")
    if scope is None:
        return True
    inner = scope.get("NotStatement", {}).get("Statement", scope)
    hit = bool(re.search(inner["RegexMatchStatement"]["RegexString"], path))
    return hit is not ("NotStatement" in scope)


@pytest.mark.parametrize("stage", ["", "/live"])
def test_who_signs_what_they_send_is_not_counted_by_address(stage):
    counted = _firewall()["one-address"]["RateBasedStatement"]
    for path in ("/webhooks/stripe", "/billing/acme/changes"):
        assert not _looks_at(counted, stage + path)
    for path in ("/m/token", "/u/token", "/m/token/dispute", "/"):
        assert _looks_at(counted, stage + path)


def test_a_dispute_a_file_and_an_opt_out_pass_the_rules_for_everybody():
    group = _firewall()["common-rules"]["ManagedRuleGroupStatement"]
    for path in ("/webhooks/stripe", "/u/token", "/live/u/token"):
        assert not _looks_at(group, path)
    assert _looks_at(group, "/m/token")
    # Those of the group that read a body, by AWS's list of its rules.
    counted = {o["Name"] for o in group["RuleActionOverrides"] if o["ActionToUse"] == {"Count": {}}}
    assert counted == {
        "SizeRestrictions_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "CrossSiteScripting_BODY",
    }


def test_what_the_firewall_refuses_is_logged_without_tokens_and_noticed():
    (logging,) = stack.resources("AWS::WAFv2::LoggingConfiguration").values()
    redacted = logging["Properties"]["RedactedFields"]
    assert {"UriPath": {}} in redacted
    assert {"QueryString": {}} in redacted
    assert {"SingleHeader": {"Name": "cookie"}} in redacted
    watched = [
        waker["Properties"]["MetricName"]
        for waker in stack.resources("AWS::CloudWatch::Alarm").values()
        if waker["Properties"].get("Namespace") == "AWS/WAFV2"
    ]
    assert watched == ["BlockedRequests"]


def test_what_failed_waits_minutes_for_its_next_try_however_long_its_function_may_run():
    """A queue hides a message for six times its function's time, ninety minutes for a strategy:
    the function hands back what failed."""
    long = {
        name
        for name, queue in stack.resources("AWS::SQS::Queue").items()
        if queue["Properties"].get("VisibilityTimeout", 30) > 900
    }
    assert "ConfigQueue" in long
    for queue in long:
        granted = {
            role
            for role in stack.roles()
            for action, resource in stack.grants(role)
            if action == "sqs:ReceiveMessage" and resource == f"{queue}.Arn"
        }
        for role in granted:
            assert ("sqs:ChangeMessageVisibility", f"{queue}.Arn") in set(stack.grants(role))


def test_two_stacks_meet_in_nothing_but_what_belongs_to_the_account():
    """Of two stacks in one account and region each name is each one's own."""
    named: dict[str, list[tuple[str, str]]] = {}
    for name, resource in stack.translated()["Resources"].items():
        for key, value in resource.get("Properties", {}).items():
            if key == "Name" or (key.endswith("Name") and isinstance(value, dict | str)):
                named.setdefault(json.dumps(value), []).append((name, key))
    met = {
        (resource, key)
        for text, places in named.items()
        for resource, key in places
        if "AWS::StackName" not in text and _is_its_own(key, text)
    }
    assert met == {
        # SNS writes to these two groups of the account, whoever sends (docs/deploy.md, 8).
        ("SmsDeliveryLog", "LogGroupName"),
        ("SmsFailureLog", "LogGroupName"),
    }


def _is_its_own(key: str, text: str) -> bool:
    """Whether a name is one that a resource gives itself, and no reference to another's."""
    if re.search(r'"Ref": "(?!AWS::)|"Fn::GetAtt"', text):
        return False
    return key not in {"MetricName", "StageName"}
