"""Which stack a command works on: the local one of this project, or a stack on AWS.

The local one is taken where it runs, unless `--aws` (or DUNLIN_AWS=1) is given; DUNLIN_HOUSE is the
full path of a second one's folder. Either way the stack's outputs become the settings that
`dunlin.runtime` reads, so every command works the same.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import typer

from dunlin.cli.speech import say_aside
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
    named: bool = True
    """Whether AWS was asked for, rather than taken since nothing local runs."""
    release: str = ""
    """The version of Dunlin that was deployed; `""` where it is this one's by nature."""

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
    named = aws or os.environ.get("DUNLIN_AWS") == "1"
    target = None if named else _local()
    target = target or _deployed(stack, named=named)
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


# What a stack is in whose first deployment did not end well, and what becomes of it.
HALF_MADE = frozenset(
    {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS"}
)
BUSY = frozenset({"CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS"})


def _deployed(stack: str, *, named: bool) -> Target:
    import boto3

    session = boto3.Session()
    description = described(stack, session, named=named)
    _stands(stack, description["StackStatus"])
    outputs = {o["OutputKey"]: o["OutputValue"] for o in description.get("Outputs", [])}
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in description.get("Parameters", [])}
    if "PortalUrl" not in outputs:
        raise NoStack(f"the stack {stack} on AWS is none of Dunlin's: name another with --stack")
    try:
        environment(outputs, "")
    except KeyError as missing:
        raise NoStack(
            f"the stack {stack} was deployed by another version of Dunlin"
            f" ({outputs.get('Release', 'an early one')}; this command is {release()}): it lacks"
            f" {missing}. Deploy this one (`dunlin deploy`), or use the command of that version"
        ) from missing
    return Target(
        where=f"stack {stack} on AWS ({_place(description['StackId'])})",
        outputs=outputs,
        time_lapse=parameters.get("TimeLapse", ""),
        urls={"portal": outputs["PortalUrl"]},
        named=named,
        release=outputs.get("Release", "an early one"),
    )


def described(stack: str, session: Any, *, named: bool) -> dict[str, Any]:
    """A stack as CloudFormation describes it. Raises `NoStack` with what to do: no credentials,
    expired ones, another region, no such stack."""
    from botocore.exceptions import BotoCoreError, ClientError

    from dunlin.adapters.aws.refusals import code_of, explained

    region = session.region_name or ""
    locally = "" if named else "No local stack runs here: start one with `dunlin up`. And on AWS: "
    try:
        answer = session.client("cloudformation").describe_stacks(StackName=stack)
    except (BotoCoreError, ClientError) as error:
        if code_of(error) == "ValidationError" and "does not exist" in str(error):
            raise NoStack(
                f"{locally}there is no stack {stack} in {region} of this account. Export another"
                " AWS_REGION or AWS_PROFILE, name another stack with --stack, or `dunlin deploy`"
            ) from error
        raise NoStack(locally + explained(error, region=region)) from error
    description: dict[str, Any] = answer["Stacks"][0]
    return description


def _stands(stack: str, status: str) -> None:
    """Raises `NoStack` where a stack is not made, or not made yet."""
    if status in HALF_MADE:
        raise NoStack(
            f"the stack {stack} is half made ({status}): its first deployment failed. The events of"
            f" `aws cloudformation describe-stack-events --stack-name {stack}` say why; `dunlin"
            " deploy --clear` removes what it left and deploys again"
        )
    if status in BUSY:
        raise NoStack(f"the stack {stack} is being changed ({status}): wait until that has ended")


def _place(stack_id: str) -> str:
    """Account and region of a stack's ARN."""
    _, _, _, region, account, *_ = stack_id.split(":")
    return f"account {account}, {region}"


def release() -> str:
    """The version of Dunlin that this command is."""
    from importlib.metadata import version

    return version("dunlin")


def agree_to_write(target: Target, yes: bool) -> None:
    """Say where something is about to be written; on AWS somebody must agree. Raises `NoStack`
    where AWS was taken only since nothing local runs, or holds another version of Dunlin, and
    `DomainError` where nobody agrees."""
    if target.endpoint:
        say_aside(f"Writes to the {target.where}.")
        return
    if not target.named:
        raise NoStack(
            f"No local stack runs here, and this would write to the {target.where}: start a local"
            " one with `dunlin up`, or say --aws"
        )
    if target.release not in ("", release()):
        raise NoStack(
            f"the {target.where} holds Dunlin {target.release}, and this command is {release()}:"
            " deploy this one (`dunlin deploy`), or use the command of that version"
        )
    agree(f"Writes to the {target.where}.", yes)


def agree(sentence: str, yes: bool) -> None:
    """Say what is about to happen; a person at the terminal agrees, unless they did by `yes`.
    Raises `DomainError` where nobody does."""
    say_aside(sentence)
    if yes:
        return
    if not sys.stdin.isatty():
        raise DomainError("Nobody is here to agree: say --yes.")
    if not typer.confirm("Go on?", err=True):
        raise DomainError("Nothing was written.")
