"""`dunlin deploy` looks before it builds: what would let a deployment fail is said with what to do,
and nothing is built; what messages will lack after it is said and stops nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from dunlin.adapters.aws.preflight import Certificate, Preflight, look, stage_parameters
from dunlin.adapters.aws.readiness import Unknown
from dunlin.adapters.aws.teardown import Teardown
from dunlin.cli import deploy as command
from dunlin.cli.deploy import obstacles
from dunlin.cli.main import app
from dunlin.domain.errors import DomainError
from tests.cli.test_doctor import Aws
from tests.wiring import stack as template

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
PROD = {
    "Stage": "prod",
    "Runtime": "python3.13",
    "PortalDomain": "pay.example.com",
    "PortalCertificateArn": CERTIFICATE,
    "MailSenders": "*@mail.example.com",
    "MailDomain": "reply.example.com",
    "AlarmEmail": "desk@example.com",
    "MonthlySpendCap": "500",
}
READY = Preflight(
    parameters=PROD,
    region="eu-west-1",
    lacking=frozenset(),
    python=True,
    stack="",
    certificate=Certificate(status="ISSUED", names=frozenset({"pay.example.com"})),
    mail_production=True,
    senders={"mail.example.com": True, "reply.example.com": True},
    sms_logs=0,
)


def without(name: str, **others: str) -> dict[str, str]:
    return {key: value for key, value in (PROD | others).items() if key != name}


def test_nothing_stands_in_the_way_of_what_is_ready() -> None:
    assert list(obstacles(READY, "dunlin")) == []
    sandbox = {"Stage": "sandbox", "Runtime": "python3.13"}
    assert list(obstacles(replace(READY, parameters=sandbox, certificate=None), "dunlin")) == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(READY, lacking=frozenset({"sesv2"})), "eu-west-1 lacks sesv2: export another"),
        (replace(READY, python=False), "`uv python install 3.13`"),
        (replace(READY, stack="ROLLBACK_FAILED", reason="No role."),
         "half made (ROLLBACK_FAILED): its first deployment failed. No role. Mend that, then"),
        (replace(READY, stack="UPDATE_IN_PROGRESS"), "is being changed (UPDATE_IN_PROGRESS)"),
        (replace(READY, stack="UPDATE_ROLLBACK_FAILED"), "continue-update-rollback"),
        (replace(READY, stack="DELETE_FAILED"), "delete-stack"),
        (replace(READY, parameters=without("AlarmEmail")), "lacks AlarmEmail"),
        (replace(READY, parameters=without("MonthlySpendCap")), "lacks MonthlySpendCap"),
        (replace(READY, parameters=without("", MonthlySpendCap="0")), "lacks MonthlySpendCap"),
        (replace(READY, parameters=without("MailSenders")), "lacks MailSenders"),
        (replace(READY, parameters=without("PortalCertificateArn")),
         "`aws acm request-certificate --domain-name pay.example.com"),
        (replace(READY, certificate=None), "names no certificate of eu-west-1"),
        (replace(READY, certificate=Certificate(status="PENDING_VALIDATION",
                                                names=frozenset({"*.example.com"}))),
         "is PENDING_VALIDATION, not issued"),
        (replace(READY, certificate=Certificate(status="ISSUED",
                                                names=frozenset({"*.a.example.com"}))),
         "is for *.a.example.com, not for pay.example.com"),
        (replace(READY, sms_logs=2), "set SmsDeliveryLogs to existing."),
        (replace(READY, sms_logs=1), "make the one of the two that is missing"),
        (replace(READY, parameters=without("", SmsDeliveryLogs="existing")), "to create"),
    ],
)  # fmt: skip
def test_what_would_let_it_fail_stops_it(facts: Preflight, words: str) -> None:
    assert [(k, words in s) for k, s in obstacles(facts, "dunlin")] == [("stop", True)]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(READY, mail_production=False), "SES is in its sandbox"),
        (replace(READY, parameters=without("PortalDomain")), "links in messages lead to amazonaws"),
        (replace(READY, senders={"mail.example.com": False}),
         "mail.example.com is not verified: `aws sesv2 create-email-identity"),
    ],
)  # fmt: skip
def test_what_messages_will_lack_is_said_and_stops_nothing(facts: Preflight, words: str) -> None:
    assert [(k, words in s) for k, s in obstacles(facts, "dunlin")] == [("later", True)]


def test_a_star_is_one_label_and_what_could_not_be_read_stops_nothing() -> None:
    star = Certificate(status="ISSUED", names=frozenset({"*.example.com"}))
    unknown = replace(
        READY, certificate=star, mail_production=Unknown("AccessDenied"),
        senders={"mail.example.com": Unknown("AccessDenied")}, sms_logs=Unknown("AccessDenied"),
    )  # fmt: skip
    assert list(obstacles(unknown, "dunlin")) == []
    assert list(obstacles(replace(READY, certificate=Unknown("x")), "dunlin")) == []


def test_clearing_is_for_what_is_half_made_alone() -> None:
    half = replace(READY, stack="ROLLBACK_COMPLETE")
    assert list(obstacles(half, "dunlin", clear=True)) == []
    whole = replace(READY, stack="UPDATE_COMPLETE")
    assert [k for k, _ in obstacles(whole, "dunlin", clear=True)] == ["stop"]
    assert list(obstacles(whole, "dunlin")) == []


GOOD: dict[str, Any] = {
    "cloudformation.describe_stacks": {"Stacks": [{"StackStatus": "UPDATE_COMPLETE"}]},
    "acm.describe_certificate": {
        "Certificate": {"Status": "ISSUED", "DomainName": "pay.example.com"}
    },
    "sesv2.get_account": {"ProductionAccessEnabled": True},
    "sesv2.get_email_identity": {"VerifiedForSendingStatus": True},
    "logs.describe_log_groups": {"logGroups": [{"logGroupName": "sns/eu-west-1/1/x"}]},
}


def looked(answers: Mapping[str, Any], **changes: Any) -> Preflight:
    given: dict[str, Any] = {
        "parameters": PROD, "stack": "dunlin", "region": "eu-west-1", "account": "1",
        "offers": lambda _: ["eu-west-1"], "clients": Aws(answers),
    }  # fmt: skip
    return look(**(given | changes))


def test_the_facts_are_read_as_aws_answers_them() -> None:
    facts = looked(GOOD)
    assert facts == replace(READY, stack="UPDATE_COMPLETE", python=facts.python)
    assert looked(GOOD, offers=lambda service: [] if service == "sesv2" else ["eu-west-1"]
                  ).lacking == {"sesv2"}  # fmt: skip
    elsewhere = PROD | {"PortalCertificateArn": CERTIFICATE.replace("eu-west-1", "us-east-1")}
    assert looked(GOOD, parameters=elsewhere).certificate is None
    absent = ClientError(
        {"Error": {"Code": "ValidationError", "Message": "dunlin does not exist"}}, "x"
    )
    assert looked(GOOD | {"cloudformation.describe_stacks": absent}).stack == ""


def test_what_may_not_be_read_is_unknown() -> None:
    facts = looked({"cloudformation.describe_stacks": GOOD["cloudformation.describe_stacks"]})
    assert isinstance(facts.certificate, Unknown)
    assert isinstance(facts.mail_production, Unknown)


def test_production_as_it_is_delivered_waits_for_what_only_its_owner_knows() -> None:
    given = stage_parameters(template.ROOT / "infra/stages/prod.toml")
    facts = replace(READY, parameters=given, certificate=None)
    missing = {s.split()[2] for k, s in obstacles(facts, "dunlin") if k == "stop"}
    assert missing == {"AlarmEmail:", "MonthlySpendCap:", "MailSenders:"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The command over given facts, with a `sam` that writes down what it was asked."""

    def called(facts: Preflight, *order: str) -> tuple[int, str, list[str]]:
        asked = tmp_path / "asked.txt"
        asked.unlink(missing_ok=True)
        sam = tmp_path / ".local/sam/bin/sam"
        sam.parent.mkdir(parents=True, exist_ok=True)
        sam.write_text(f'#!/bin/sh\necho "$DUNLIN_RUNTIME $*" >> {asked}\n')
        sam.chmod(0o755)
        (tmp_path / "infra").mkdir(exist_ok=True)
        for name in ("infra/stages", "samconfig.toml"):
            if not (tmp_path / name).exists():
                (tmp_path / name).symlink_to(template.ROOT / name)
        monkeypatch.setattr(command, "project_root", lambda: tmp_path)
        monkeypatch.setattr(command, "_look", lambda *_: (facts, "123456789012"))
        answer = CliRunner().invoke(app, ["deploy", *order], env={"COLUMNS": "80"})
        lines = asked.read_text().splitlines() if asked.exists() else []
        return answer.exit_code, re.sub(r"\s+", " ", answer.output), lines

    return called


def test_it_says_where_and_deploys_once_somebody_agrees(run: Any) -> None:
    code, output, asked = run(READY, "--stage", "prod", "--yes")
    assert code == 0, output
    assert "Deploys to the stack dunlin on AWS (account 123456789012, eu-west-1)." in output
    assert asked == [
        "python3.13 build --cached --parallel",
        "python3.13 deploy --config-env prod --region eu-west-1 --no-confirm-changeset",
    ]
    code, output, asked = run(READY, "--stage", "prod")
    assert (code, asked) == (2, [])
    assert "say --yes" in output
    assert run(READY, "--stage", "nowhere")[0] == 2


def test_nothing_is_built_where_something_stands_in_the_way(run: Any) -> None:
    code, output, asked = run(replace(READY, stack="ROLLBACK_COMPLETE"), "--yes")
    assert (code, asked) == (1, [])
    assert "Nothing was built or deployed." in output


def test_without_a_region_or_in_none_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for region, words in ((None, "export AWS_REGION"), ("eu-nowhere-1", "is no region of AWS")):
        session = boto3.Session(region_name=region)
        monkeypatch.setattr(type(session), "region_name", region, raising=False)
        with pytest.raises(DomainError, match=words):
            command._look("dunlin", PROD)


class HalfMade:
    """A stack whose first deployment failed, with a protected table left of it."""

    def __init__(self, rows: int) -> None:
        self.rows, self.protected, self.there = rows, True, True

    def __call__(self, _service: str) -> Any:
        return self

    def get_paginator(self, _operation: str) -> Any:
        kinds = [("AWS::DynamoDB::Table", "AccountsTable", "CREATE_COMPLETE")]
        kinds.append(("AWS::DynamoDB::Table", "gone", "DELETE_COMPLETE"))
        pages = [
            {
                "StackResourceSummaries": [
                    {
                        "ResourceType": kind, "PhysicalResourceId": name,
                        "LogicalResourceId": name, "ResourceStatus": status,
                    }
                    for kind, name, status in kinds
                ]
            }
        ]  # fmt: skip
        return type("Pages", (), {"paginate": lambda *_, **__: pages})()

    def scan(self, *, TableName: str, Limit: int) -> Any:  # noqa: N803 - AWS's names
        assert (TableName, Limit) == ("AccountsTable", 1)
        return {"Items": [{}] * self.rows}

    def update_table(self, *, TableName: str, DeletionProtectionEnabled: bool) -> None:  # noqa: N803
        assert TableName == "AccountsTable"
        self.protected = DeletionProtectionEnabled

    def delete_stack(self, **_: Any) -> None:
        self.there = self.protected

    def describe_stacks(self, **_: Any) -> Any:
        if self.there:
            return {"Stacks": [{"StackStatus": "DELETE_FAILED"}]}
        error: Any = {"Code": "ValidationError", "Message": "dunlin does not exist"}
        raise ClientError({"Error": error}, "DescribeStacks")


def test_what_a_failed_first_try_left_is_removed_unless_it_holds_rows() -> None:
    empty, used = HalfMade(0), HalfMade(1)
    assert Teardown(stack="dunlin", outputs={}, clients=empty, look_every=0).clear() == []
    assert not empty.there
    with pytest.raises(DomainError, match="holds rows: nothing was removed"):
        Teardown(stack="dunlin", outputs={}, clients=used, look_every=0).clear()
    assert used.protected
