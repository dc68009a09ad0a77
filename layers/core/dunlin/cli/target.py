"""Which stack a command works on: the local one of this project, or a stack on AWS.

The local one is taken where it runs, unless `--aws` (or DUNLIN_AWS=1) is given; DUNLIN_HOUSE is the
full path of a second one's folder. Either way the stack's outputs become the settings that
`dunlin.runtime` reads, so every command works the same.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dunlin.domain.errors import DomainError

TABLES = ("Accounts", "People", "Touches", "Permits", "Audit", "Ops", "Webhooks")


class NoStack(DomainError):
    """There is no stack to work on; the message says what to do."""


def project_root() -> Path:
    """The project: the folder of template.yaml here or above, else the one that this command was
    installed from, so that commands work from any folder."""
    here, installed = Path.cwd(), Path(__file__).resolve()
    for folder in (here, *here.parents, *installed.parents):
        if (folder / "template.yaml").exists() and (folder / "local").is_dir():
            return folder
    raise NoStack("no Dunlin project is here or above, and this command was not installed from one")


def house() -> Path:
    """The folder of the local stack, whether or not it runs. Raises `NoStack`."""
    named = os.environ.get("DUNLIN_HOUSE", "")
    return Path(named) if named else project_root() / ".local" / "stack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One deployed stack. `where` is for people; `endpoint` is empty on AWS."""

    where: str
    outputs: Mapping[str, str]
    time_lapse: str
    endpoint: str = ""
    urls: Mapping[str, str]

    def client(self, service: str) -> Any:
        """A boto3 client in the target's account."""
        import boto3

        session: Any = boto3.Session()
        return session.client(service)


def environment(outputs: Mapping[str, str], time_lapse: str) -> dict[str, str]:
    """A stack's outputs as the variables that `runtime.settings` reads."""
    return {f"{t.upper()}_TABLE": outputs[f"{t}TableName"] for t in TABLES} | {
        "DUNLIN_STAGE": outputs["Stage"],
        "DUNLIN_TIME_LAPSE": time_lapse,
        "DROP_BUCKET": outputs["DropBucketName"],
        "AUDIT_BUCKET": outputs["AuditBucketName"],
        "LADDER_MACHINE_ARN": outputs["LadderMachineArn"],
        "NOTICE_MACHINE_ARN": outputs["NoticeMachineArn"],
        "ARRANGEMENT_MACHINE_ARN": outputs["ArrangementMachineArn"],
        "IMPORT_MACHINE_ARN": outputs["ImportMachineArn"],
        "AUDIT_KEY_ID": outputs["AuditKeyId"],
        "PORTAL_BASE_URL": outputs["PortalUrl"],
    }


def find_target(*, stack: str = "dunlin", aws: bool = False) -> Target:
    """The stack to work on; sets this process's environment to it. Raises `NoStack`."""
    target = None if aws or os.environ.get("DUNLIN_AWS") == "1" else _local()
    target = target or _deployed(stack)
    os.environ.update(environment(target.outputs, target.time_lapse))
    return target


def _local() -> Target | None:
    try:
        record = house() / "local_stack.json"
    except NoStack:
        return None
    if not record.exists():
        return None
    stack = json.loads(record.read_text())
    _answers(stack["endpoint"])
    os.environ.update(
        {
            "AWS_ENDPOINT_URL": stack["endpoint"],
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
        }
    )
    return Target(
        where=f"local cloud at {stack['endpoint']}",
        outputs=stack["outputs"],
        time_lapse=stack["time_lapse"],
        endpoint=stack["endpoint"],
        urls={
            "portal": stack["portal_url"],
            "mailboxes and phones": stack["people_url"],
            "dashboard": stack["viewer_url"],
            "payments stand-in": stack["stripe_url"],
        },
    )


def _answers(endpoint: str) -> None:
    """Raises `NoStack` where the local cloud was started and runs no more."""
    address = urlsplit(endpoint)
    try:
        socket.create_connection((address.hostname, address.port), timeout=5).close()
    except OSError as error:
        raise NoStack(
            f"the local stack was started and does not answer any more ({endpoint}):"
            " `dunlin down`, then `dunlin up`"
        ) from error


def _deployed(stack: str) -> Target:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        description = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except (BotoCoreError, ClientError) as error:
        raise NoStack(
            f"No local stack runs here: start one with `dunlin up`. And no stack {stack} was found"
            f" on AWS: {error}"
        ) from error
    outputs = {o["OutputKey"]: o["OutputValue"] for o in description.get("Outputs", [])}
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in description.get("Parameters", [])}
    return Target(
        where=f"stack {stack} on AWS",
        outputs=outputs,
        time_lapse=parameters.get("TimeLapse", ""),
        urls={"portal": outputs["PortalUrl"]},
    )
