"""One emulator, with short words for what the tests of the local cloud do in it."""

import io
import json
import socket
import sys
import time
import zipfile
from collections.abc import Callable
from typing import Any

from local.cloud import Cloud

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
ROLE = "arn:aws:iam::000000000000:role"
ECHO = "def handler(event, context):\n    return event\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Place:
    """One emulator, with short words for what the tests do in it."""

    def __init__(self, running: Cloud) -> None:
        self.cloud = running
        self._clients: dict[str, Any] = {}
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        self.role("any", [everything])

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.cloud.client(service)
        return self._clients[service]

    def role(self, name: str, statements: list[dict[str, Any]]) -> str:
        iam = self.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=policy)
        return f"{ROLE}/{name}"

    def function(self, name: str, code: str = ECHO, **options: Any) -> str:
        """Make a function from source text; the ARN."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("app.py", code)
        answer = self.client("lambda").create_function(
            **{
                "FunctionName": name,
                "Runtime": RUNTIME,
                "Handler": "app.handler",
                "Role": f"{ROLE}/any",
                "Code": {"ZipFile": packed.getvalue()},
                "Timeout": 20,
                **options,
            }
        )
        return str(answer["FunctionArn"])

    def call(self, name: str, event: object = None) -> Any:
        """Invoke a function; what it returned, or its error."""
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())

    def machine(self, name: str, definition: dict[str, Any], role: str = f"{ROLE}/any") -> str:
        answer = self.client("stepfunctions").create_state_machine(
            name=name, roleArn=role, definition=json.dumps(definition)
        )
        return str(answer["stateMachineArn"])

    def start(self, machine: str, given: object = None, **options: Any) -> str:
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=machine, input=json.dumps(given or {}), **options
        )
        return str(started["executionArn"])

    def end(self, execution: str, deadline: float = 15) -> dict[str, Any]:
        """The description of an execution, once it has ended."""
        describe = self.client("stepfunctions").describe_execution

        def ended() -> Any:
            seen = describe(executionArn=execution)
            return seen if seen["status"] != "RUNNING" else None

        return dict(self.until(ended, deadline))

    def run(self, machine: str, given: object = None) -> dict[str, Any]:
        return self.end(self.start(machine, given))

    def queue(self, name: str, **attributes: str) -> tuple[str, str]:
        """Make a queue; its URL and ARN."""
        sqs = self.client("sqs")
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, f"arn:aws:sqs:us-east-1:000000000000:{name}"

    def received(self, url: str, count: int = 1, deadline: float = 60) -> list[Any]:
        """The bodies of at least `count` messages of a queue."""
        bodies: list[Any] = []

        def take() -> bool:
            answer = self.client("sqs").receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=60
            )
            bodies.extend(json.loads(message["Body"]) for message in answer.get("Messages", []))
            return len(bodies) >= count

        self.until(take, deadline)
        return bodies

    def table(self, name: str, **options: Any) -> None:
        self.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            **options,
        )

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        items = self.client("dynamodb").scan(TableName=table)["Items"]
        return {item["id"]["S"]: item for item in items}

    def stack(self, name: str, template: dict[str, Any], **options: Any) -> str:
        """Create a stack; its final status."""
        self.client("cloudformation").create_stack(
            StackName=name, TemplateBody=json.dumps(template), **options
        )
        return self._settled(name)

    def change(self, name: str, template: dict[str, Any]) -> str:
        """Update a stack; its final status."""
        self.client("cloudformation").update_stack(
            StackName=name, TemplateBody=json.dumps(template)
        )
        return self._settled(name)

    def _settled(self, stack: str) -> str:
        describe = self.client("cloudformation").describe_stacks

        def settled() -> Any:
            status = describe(StackName=stack)["Stacks"][0]["StackStatus"]
            return None if status.endswith("IN_PROGRESS") else status

        return str(self.until(settled, 15))

    @staticmethod
    def until(check: Callable[[], Any], deadline: float = 60) -> Any:
        """The first true answer of `check`; fails after `deadline` seconds."""
        end = time.monotonic() + deadline
        while not (seen := check()):
            assert time.monotonic() < end, f"nothing after {deadline} s: {check}"
            time.sleep(0.02)
        return seen
