"""Which stack a command works on: said before it writes, agreed to on AWS, and what is wrong with
an account, its credentials or its stack is said with what to do about it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
    UnauthorizedSSOTokenError,
)
from typer.testing import CliRunner

from dunlin.adapters.aws.refusals import explained
from dunlin.cli.main import app
from dunlin.cli.target import TABLES, NoStack, Target, agree_to_write, find_target, release
from dunlin.domain.errors import DomainError, Unavailable
from tests.cli.examples import commands, is_group, takes
from tests.wiring import stack as template

ARN = "arn:aws:cloudformation:eu-west-1:123456789012:stack/dunlin/9f"
HERE = Target(where="local cloud at http://x", outputs={}, time_lapse="", endpoint="x", urls={})
# Commands that only read a stack, or agree by saying its name.
READS = {
    *("account bounced", "account card", "account list", "account show", "answers list"),
    "arrangement show",
    *("audit export", "audit show", "billing list", "destroy", "doctor", "drop list", "drop show"),
    *("export", "payments applied", "payments held", "person export", "pilot agree"),
    *("pilot compare", "pilot list", "pilot show", "queue list", "queue mail", "queue show"),
    *(
        "queue unattended",
        "reassigned export",
        "reentry list",
        "reentry report",
        "replies corrections",
        "restore",
        "report",
    ),
    *("rules diff", "rules exposure", "rules preview", "rules replay", "segment list", "status"),
    *("strategy diff", "strategy refit", "strategy show", "template diversity"),
}


def outputs(**changes: str) -> dict[str, str]:
    names = [f"{table}TableName" for table in TABLES]
    names += ["Stage", "DropBucketName", "AuditBucketName", "AuditKeyId", "PortalUrl"]
    names += [f"{name}MachineArn" for name in ("Ladder", "Notice", "Arrangement", "Import")]
    return dict.fromkeys(names, "x") | {"Release": release()} | changes


@pytest.fixture
def on_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Callable[..., Target]]:
    """AWS as CloudFormation answers it, and no local stack."""
    monkeypatch.setenv("DUNLIN_HOUSE", str(tmp_path))
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("DUNLIN_AWS", raising=False)
    monkeypatch.setattr("dunlin.cli.target.os.environ", dict(os.environ))

    def account(
        answer: Exception | None = None, *, status: str = "CREATE_COMPLETE",
        stated: Mapping[str, str] | None = None,
    ) -> Callable[..., Target]:  # fmt: skip
        class Formation:
            def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - AWS's name
                if answer is not None:
                    raise answer
                given = outputs() if stated is None else stated
                return {
                    "Stacks": [
                        {
                            "StackId": ARN,
                            "StackStatus": status,
                            "Outputs": [
                                {"OutputKey": k, "OutputValue": v} for k, v in given.items()
                            ],
                        }
                    ]
                }

        monkeypatch.setattr(boto3.Session, "client", lambda *_, **__: Formation())
        return find_target

    return account


def failed(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message or code}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (failed("ExpiredToken"), "credentials have expired: log in again"),
        (failed("RequestExpired"), "credentials have expired"),
        (failed("InvalidClientTokenId"), "does not know these credentials"),
        (failed("AccessDenied"), "may not call DescribeStacks"),
        (failed("OptInRequired"), "has not enabled eu-west-1"),
        (NoCredentialsError(), "no AWS credentials here: name AWS_PROFILE"),
        (UnauthorizedSSOTokenError(), "signed out of AWS: log in again"),
        (ProfileNotFound(profile="x"), "AWS_PROFILE names no profile"),
        (NoRegionError(), "No region is named: export AWS_REGION"),
        (EndpointConnectionError(endpoint_url="https://x"), "was not reached in eu-west-1"),
        (failed("ValidationError", "Stack with id dunlin does not exist"),
         "no stack dunlin in eu-west-1 of this account. Export another AWS_REGION"),
    ],
)  # fmt: skip
def test_what_keeps_a_command_from_its_stack_is_said_with_what_to_do(
    on_aws: Callable[..., Callable[..., Target]], error: Exception, words: str
) -> None:
    find = on_aws(error)
    with pytest.raises(NoStack) as refusal:
        find(aws=True)
    assert words in str(refusal.value)
    assert "local stack" not in str(refusal.value)
    with pytest.raises(NoStack, match="No local stack runs here") as refusal:
        find()
    assert words in str(refusal.value)


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"])
def test_a_half_made_stack_is_told_from_none(
    on_aws: Callable[..., Callable[..., Target]], status: str
) -> None:
    with pytest.raises(NoStack, match=rf"half made \({status}\).*dunlin deploy --clear"):
        on_aws(status=status, stated={})(aws=True)


def test_a_stack_that_is_being_made_is_waited_for(
    on_aws: Callable[..., Callable[..., Target]],
) -> None:
    with pytest.raises(NoStack, match="is being changed"):
        on_aws(status="CREATE_IN_PROGRESS", stated={})(aws=True)


def test_a_stack_of_another_version_is_said_to_be_one(
    on_aws: Callable[..., Callable[..., Target]],
) -> None:
    older = outputs(Release="0.0.9")
    del older["ArrangementMachineArn"]
    with pytest.raises(NoStack, match=r"another version of Dunlin \(0\.0\.9"):
        on_aws(stated=older)(aws=True)
    with pytest.raises(NoStack, match="none of Dunlin's"):
        on_aws(stated={"WebsiteUrl": "https://example.com"})(aws=True)
    target = on_aws(stated=outputs(Release="0.0.9"))(aws=True)  # read it may be
    with pytest.raises(NoStack, match=r"holds Dunlin 0\.0\.9, and this command is"):
        agree_to_write(target, True)


def test_the_account_and_the_region_are_named(
    on_aws: Callable[..., Callable[..., Target]],
) -> None:
    assert on_aws()(aws=True).where == "stack dunlin on AWS (account 123456789012, eu-west-1)"


def test_nothing_is_written_on_aws_only_because_nothing_runs_here(
    on_aws: Callable[..., Callable[..., Target]],
) -> None:
    with pytest.raises(NoStack, match="dunlin up`, or say --aws"):
        agree_to_write(on_aws()(), True)


def test_on_aws_somebody_agrees_or_nothing_is_written(
    on_aws: Callable[..., Callable[..., Target]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = on_aws()(aws=True)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(DomainError, match="say --yes"):
        agree_to_write(target, False)
    agree_to_write(target, True)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer in (True, False):
        monkeypatch.setattr("typer.confirm", lambda *_, answer=answer, **__: answer)
        if answer:
            agree_to_write(target, False)
        else:
            with pytest.raises(DomainError, match="Nothing was written"):
                agree_to_write(target, False)
    said_before = re.sub(r"\s+", " ", capsys.readouterr().err)
    assert said_before.count("Writes to the stack dunlin on AWS (account 123456789012") == 4


def test_the_local_house_is_said_and_not_asked_about(
    capsys: pytest.CaptureFixture[str],
) -> None:
    agree_to_write(HERE, False)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "Writes to the local cloud at http://x.\n")


def test_every_command_on_a_stack_asks_before_it_writes() -> None:
    on_stacks = {name for name in commands() if not is_group(name) and takes(name, "--stack")}
    assert {n for n in on_stacks if not takes(n, "--yes")} == READS


def test_what_aws_refuses_later_is_a_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def expired(**_: Any) -> Target:
        raise failed("ExpiredTokenException")

    monkeypatch.setattr("dunlin.cli.stack.find_target", expired)
    answer = CliRunner().invoke(app, ["status"])
    assert answer.exit_code == 2
    assert "credentials have expired" in re.sub(r"\s+", " ", answer.output)
    assert explained(failed("Throttling", "slow down")).endswith("slow down")


def test_what_an_adapter_could_not_do_is_said_by_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    def put(error: Exception) -> str:
        def asked(**_: Any) -> Target:
            raise error

        monkeypatch.setattr("dunlin.cli.stack.find_target", asked)
        answer = CliRunner().invoke(app, ["status"])
        assert answer.exit_code == 2
        return re.sub(r"\s+", " ", answer.output)

    assert "credentials have expired" in put(Unavailable("dynamodb", "ExpiredTokenException"))
    assert "sandbox receiver, is not verified" in put(Unavailable("ses", "MessageRejected"))
    assert "has stopped the e-mail" in put(Unavailable("ses", "SendingPausedException"))
    hidden = Unavailable("secretsmanager", "ClientError")
    hidden.__cause__ = failed("AccessDeniedException")
    assert "may not call DescribeStacks" in put(hidden)
    assert "Nothing is lost: try again." in put(Unavailable("dynamodb", "InternalServerError"))


def test_the_stack_says_which_version_it_is() -> None:
    project = tomllib.loads((template.ROOT / "pyproject.toml").read_text())["project"]
    assert template.template()["Outputs"]["Release"]["Value"] == project["version"] == release()
