"""Another emulator than the local cloud, and what it makes of the whole template.

moto (github.com/getmoto/moto) runs as a server from an environment of its own (`make opinions`).
Its CloudFormation makes what it knows and passes over the rest without a word. So the stack is made
first; each resource that was passed over is then made by the call that CloudFormation itself would
make, with the properties that moto resolved. boto3 holds each call against AWS's own model of it.
"""

from __future__ import annotations

import ast
import copy
import io
import json
import socket
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.wiring import stack

OPINIONS = stack.ROOT / ".local" / "opinions"
STACK = "dunlin"
REGION = "us-east-1"
ACCOUNT = "123456789012"

# Production with everything on: conditions that are false hide the most.
EVERYTHING = {
    "Stage": "prod",
    "PortalDomain": "pay.example.com",
    "PortalCertificateArn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/"
    "12345678-1234-4234-8234-123456789012",
    "MailDomain": "reply.example.com",
    "MailSenders": "help@example.com",
    "AlarmEmail": "operator@example.com",
    "MonthlySpendCap": "100",
}

# The properties that hold a resource's own name.
NAMES = ("AlarmName", "Name", "RuleSetName", "DomainName", "StageName")

Properties = dict[str, Any]


class Finding(NamedTuple):
    """What one of them holds against one resource."""

    by: str
    rule: str
    resource: str
    message: str


class SecondCloud:
    """A running moto, and the stack in it once it was made."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """A boto3 client of this cloud; nothing is tried twice."""
        if service not in self._clients:
            self._clients[service] = self._connect(service)
        return self._clients[service]

    def _connect(self, service: str) -> Any:
        make: Any = boto3.client  # its stubs want each service as a literal
        return make(
            service,
            endpoint_url=self._endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            client.close()

    def create(self, template: Properties, definitions: dict[str, Properties]) -> list[Finding]:
        """Make every resource of a translated template; what could not be made.

        `definitions` are the state machines by the first word of their name.
        """
        self._keep_the_code()
        resources = copy.deepcopy(template["Resources"])
        _write_definitions(resources, definitions)
        named = {n: r for n, r in resources.items() if r["Type"] in CALLS and r["Type"] != API}
        resources = {name: _naming(resource, named) for name, resource in resources.items()}
        by_call = {name: r for name, r in resources.items() if r["Type"] in CALLS}
        self.client("cloudformation").create_stack(
            StackName=STACK,
            TemplateBody=json.dumps(
                {
                    **template,
                    "Resources": {
                        name: {key: value for key, value in r.items() if key != "DependsOn"}
                        for name, r in resources.items()
                        if r["Type"] not in FILLED_FIRST
                    },
                    "Outputs": {
                        name: {
                            "Value": r["Properties"],
                            **({"Condition": r["Condition"]} if "Condition" in r else {}),
                        }
                        for name, r in by_call.items()
                    },
                }
            ),
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in EVERYTHING.items()
            ],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        resolved = {
            output["OutputKey"]: without_gaps(ast.literal_eval(output["OutputValue"]))
            for output in self.client("cloudformation").describe_stacks()["Stacks"][0]["Outputs"]
        }
        findings = []
        order = list(CALLS)
        for name in sorted(resolved, key=lambda name: order.index(by_call[name]["Type"])):
            kind = by_call[name]["Type"]
            try:
                CALLS[kind](self, resolved[name])
            except (BotoCoreError, ClientError, LookupError) as fault:
                findings.append(Finding("moto", kind, name, str(fault)))
        held = self.physical_ids()
        findings += [
            Finding("moto", r["Type"], name, "its CloudFormation passes it over")
            for name, r in resources.items()
            if name not in held and name not in by_call
        ]
        return findings

    def physical_ids(self) -> dict[str, str]:
        """Logical → physical id of what the stack holds."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages.paginate(StackName=STACK)
            for each in page["StackResourceSummaries"]
        }

    def api(self) -> str:
        """The id of the REST API that the stack made."""
        return self.physical_ids()["PortalApi"]

    def _keep_the_code(self) -> None:
        """One archive for all functions and layers, where the translation says it lies."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr("handler.py", "def handler(event, context): ...")
        self.client("s3").create_bucket(Bucket="bucket")
        self.client("s3").put_object(Bucket="bucket", Key="key", Body=archive.getvalue())


@contextmanager
def second_cloud() -> Iterator[SecondCloud]:
    """A moto of one's own, ended with the block. Raises `AssertionError` where it is missing."""
    server = OPINIONS / "bin" / "moto_server"
    assert server.exists(), "run: make opinions"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [server, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(port, process)
        cloud = SecondCloud(f"http://127.0.0.1:{port}")
        yield cloud
        cloud.close()
    finally:
        process.terminate()
        process.wait()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "moto ended before it listened"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("moto does not listen")


def _write_definitions(resources: Properties, definitions: dict[str, Properties]) -> None:
    """Machines with their definition in the template, filled in as CloudFormation fills it in."""
    for name, resource in resources.items():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            properties = resource["Properties"]
            del properties["DefinitionS3Location"]
            text = json.dumps(definitions[name.removesuffix("Machine").lower()])
            values = properties.pop("DefinitionSubstitutions")
            properties["DefinitionString"] = {"Fn::Sub": [text, values]}


def _naming(value: Any, named: Properties) -> Any:
    """With the names of what moto's CloudFormation does not make, where the template refers to it.

    A secret is known by its ARN, everything else by the name that its properties give.
    """
    if isinstance(value, list):
        return [_naming(inner, named) for inner in value]
    if isinstance(value, str):
        for target, resource in named.items():
            value = value.replace(f"${{{target}}}", _text(_name(target, resource)))
        return value
    if not isinstance(value, dict):
        return value
    target = value.get("Ref") or (value.get("Fn::GetAtt") or [""])[0]
    if len(value) == 1 and target in named:
        return _name(target, named[target])
    return {key: _naming(inner, named) for key, inner in value.items()}


def _name(logical: str, resource: Properties) -> Any:
    given = [resource["Properties"][key] for key in NAMES if key in resource["Properties"]]
    return given[0] if given else f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{logical}-a1"


def _text(name: Any) -> str:
    """A name as it stands within a `Fn::Sub`."""
    if isinstance(name, dict):
        return name["Fn::Sub"] if "Fn::Sub" in name else f"${{{name['Ref']}}}"
    return str(name)


def without_gaps(value: Any) -> Any:
    """Without what a condition took out: moto leaves None where AWS leaves nothing."""
    if isinstance(value, dict):
        return {key: without_gaps(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_gaps(inner) for inner in value if inner is not None]
    return value


def _small(value: Any) -> Any:
    """The keys as services write them that begin theirs with a small letter."""
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _small(inner) for key, inner in value.items()}
    return [_small(inner) for inner in value] if isinstance(value, list) else value


def _call(service: str, operation: str) -> Callable[[SecondCloud, Properties], None]:
    """CloudFormation's properties are the call's arguments, name by name."""

    def make(cloud: SecondCloud, properties: Properties) -> None:
        getattr(cloud.client(service), operation)(**properties)

    return make


def _small_call(service: str, operation: str) -> Callable[[SecondCloud, Properties], None]:
    def make(cloud: SecondCloud, properties: Properties) -> None:
        getattr(cloud.client(service), operation)(**_small(properties))

    return make


def _bucket_policy(cloud: SecondCloud, properties: Properties) -> None:
    document = json.dumps(properties["PolicyDocument"])
    cloud.client("s3").put_bucket_policy(Bucket=properties["Bucket"], Policy=document)


def _queue_policy(cloud: SecondCloud, properties: Properties) -> None:
    document = json.dumps(properties["PolicyDocument"])
    for queue in properties["Queues"]:
        cloud.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": document})


def _topic_policy(cloud: SecondCloud, properties: Properties) -> None:
    document = json.dumps(properties["PolicyDocument"])
    for topic in properties["Topics"]:
        cloud.client("sns").set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=document
        )


def _subscription(cloud: SecondCloud, properties: Properties) -> None:
    asked = {key: properties.pop(key) for key in ("TopicArn", "Protocol", "Endpoint")}
    attributes = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in properties.items()
    }
    cloud.client("sns").subscribe(**asked, Attributes=attributes)


def _secret(cloud: SecondCloud, properties: Properties) -> None:
    # CloudFormation makes a name where the template has none.
    cloud.client("secretsmanager").create_secret(Name=properties["Description"][:60], **properties)


def _configuration_set(cloud: SecondCloud, properties: Properties) -> None:
    name = properties.pop("Name")
    cloud.client("sesv2").create_configuration_set(ConfigurationSetName=name, **properties)


def _event_destination(cloud: SecondCloud, properties: Properties) -> None:
    name = properties["EventDestination"].pop("Name")
    cloud.client("sesv2").create_configuration_set_event_destination(
        EventDestinationName=name, **properties
    )


def _budget(cloud: SecondCloud, properties: Properties) -> None:
    limit = properties["Budget"]["BudgetLimit"]
    limit["Amount"] = str(limit["Amount"])  # a number in the template, a text in the call
    cloud.client("budgets").create_budget(AccountId=ACCOUNT, **properties)


def _log_role(cloud: SecondCloud, properties: Properties) -> None:
    role = {"op": "replace", "path": "/cloudwatchRoleArn", "value": properties["CloudWatchRoleArn"]}
    cloud.client("apigateway").update_account(patchOperations=[role])


def _filter(cloud: SecondCloud, properties: Properties) -> None:
    # CloudFormation makes a name where the template has none.
    cloud.client("logs").put_subscription_filter(filterName="filter", **_small(properties))


def _firewall_log(cloud: SecondCloud, properties: Properties) -> None:
    properties["ResourceArn"] = _firewall(cloud)
    cloud.client("wafv2").put_logging_configuration(LoggingConfiguration=properties)


def _body(cloud: SecondCloud, properties: Properties) -> None:
    """The API's methods, held against the specification of OpenAPI.

    SAM names no responses, which API Gateway takes and the specification does not; and moto takes
    the parameters that belong to a path for one of its methods.
    """
    body = properties["Body"]
    for methods in body["paths"].values():
        shared = methods.pop("parameters", [])
        for method in methods.values():
            method["parameters"] = [*shared, *method.get("parameters", [])]
            method["responses"] = method["responses"] or {"default": {"description": "any"}}
    cloud.client("apigateway").put_rest_api(
        restApiId=cloud.api(), mode="overwrite", failOnWarnings=True, body=json.dumps(body)
    )


def _deployment(cloud: SecondCloud, properties: Properties) -> None:
    cloud.client("apigateway").create_deployment(**_small(properties))


def _stage(cloud: SecondCloud, properties: Properties) -> None:
    gateway = cloud.client("apigateway")
    deployment = gateway.get_deployments(restApiId=cloud.api())["items"][0]["id"]
    log = properties.pop("AccessLogSetting")
    settings = properties.pop("MethodSettings")
    gateway.create_stage(**{**_small(properties), "deploymentId": deployment})
    gateway.update_stage(
        restApiId=cloud.api(),
        stageName=properties["StageName"],
        patchOperations=[
            {"op": "replace", "path": path, "value": value}
            for path, value in (
                ("/accessLogSettings/destinationArn", log["DestinationArn"]),
                ("/accessLogSettings/format", log["Format"]),
                ("/*/*/throttling/rateLimit", str(settings[0]["ThrottlingRateLimit"])),
                ("/*/*/throttling/burstLimit", str(settings[0]["ThrottlingBurstLimit"])),
            )
        ],
    )


def _firewall_of_the_stage(cloud: SecondCloud, properties: Properties) -> None:
    cloud.client("wafv2").associate_web_acl(
        WebACLArn=_firewall(cloud), ResourceArn=properties["ResourceArn"]
    )


def _firewall(cloud: SecondCloud) -> str:
    arn: str = cloud.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"][0]["ARN"]
    return arn


API = "AWS::ApiGateway::RestApi"  # made by the stack, filled by a call: it reads no body
FILLED_FIRST = {"AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage"}

# In the order in which one needs the other.
CALLS: dict[str, Callable[[SecondCloud, Properties], None]] = {
    "AWS::S3::BucketPolicy": _bucket_policy,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::SNS::TopicPolicy": _topic_policy,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::Lambda::EventInvokeConfig": _call("lambda", "put_function_event_invoke_config"),
    "AWS::Logs::SubscriptionFilter": _filter,
    "AWS::CloudWatch::Alarm": _call("cloudwatch", "put_metric_alarm"),
    "AWS::CloudWatch::CompositeAlarm": _call("cloudwatch", "put_composite_alarm"),
    "AWS::SES::ConfigurationSet": _configuration_set,
    "AWS::SES::ConfigurationSetEventDestination": _event_destination,
    "AWS::SES::ReceiptRuleSet": _call("ses", "create_receipt_rule_set"),
    "AWS::SES::ReceiptRule": _call("ses", "create_receipt_rule"),
    "AWS::Budgets::Budget": _budget,
    "AWS::ApiGateway::Account": _log_role,
    API: _body,
    "AWS::ApiGateway::Deployment": _deployment,
    "AWS::ApiGateway::Stage": _stage,
    "AWS::ApiGateway::DomainName": _small_call("apigateway", "create_domain_name"),
    "AWS::ApiGateway::BasePathMapping": _small_call("apigateway", "create_base_path_mapping"),
    "AWS::WAFv2::WebACL": _call("wafv2", "create_web_acl"),
    "AWS::WAFv2::WebACLAssociation": _firewall_of_the_stage,
    "AWS::WAFv2::LoggingConfiguration": _firewall_log,
}
