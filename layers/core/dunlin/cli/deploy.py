"""`dunlin deploy`: build and deploy the stack to AWS, once account, machine and parameters are such
that it can end well.
"""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from dunlin.adapters.aws.preflight import (
    Certificate,
    Preflight,
    look,
    sender_patterns,
    stage_parameters,
)
from dunlin.adapters.aws.readiness import Unknown
from dunlin.cli.speech import not_in_order, say
from dunlin.cli.stack import Yes
from dunlin.cli.target import BUSY, HALF_MADE, agree, project_root
from dunlin.domain.errors import DomainError


def deploy(
    stage: Annotated[str, typer.Option(help="sandbox or prod")] = "sandbox",
    clear: Annotated[
        bool, typer.Option("--clear", help="First remove what a failed first try left.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Build and deploy the stack to AWS with your credentials, unless something would let it fail:
    region, credentials, certificate, parameters, the stack as it stands (infra/stages).

    Example: dunlin deploy --stage sandbox --yes
    """
    root = project_root()
    parameters_file = root / "infra" / "stages" / f"{stage}.toml"
    if not parameters_file.is_file():
        raise DomainError(f"--stage: there is no {parameters_file.relative_to(root)}")
    stack = stack_of(root, stage)
    parameters = stage_parameters(parameters_file)
    facts, account = _look(stack, parameters)
    _judge(facts, stack, clear=clear)
    agree(f"Deploys to the stack {stack} on AWS (account {account}, {facts.region}).", yes)
    if facts.stack in HALF_MADE:
        from dunlin.adapters.aws.teardown import Teardown

        say(f"Removing what the first try left of {stack} …")
        for line in Teardown(stack=stack, outputs={}).clear():
            say(f"left: {line}", colour="yellow")
    _sam(root, stage, parameters, facts.region, yes)


def stack_of(root: Path, stage: str) -> str:
    """The name of a stage's stack. Raises `DomainError` for a stage that samconfig.toml lacks."""
    stages = tomllib.loads((root / "samconfig.toml").read_text("utf-8"))
    try:
        return str(stages[stage]["global"]["parameters"]["stack_name"])
    except KeyError:
        raise DomainError(f"--stage: samconfig.toml has no {stage}") from None


def _look(stack: str, parameters: dict[str, str]) -> tuple[Preflight, str]:
    import boto3
    from botocore.config import Config

    session: Any = boto3.Session()
    if not session.region_name:
        raise DomainError("No region is named: export AWS_REGION, such as us-east-1.")
    patience = Config(connect_timeout=5, read_timeout=15, retries={"total_max_attempts": 2})

    def client(service: str) -> Any:
        return session.client(service, config=patience)

    if session.region_name not in session.get_available_regions("lambda"):
        raise DomainError(f"AWS_REGION: {session.region_name} is no region of AWS.")
    account = str(client("sts").get_caller_identity()["Account"])
    facts = look(
        parameters=parameters,
        stack=stack,
        region=session.region_name,
        account=account,
        offers=session.get_available_regions,
        clients=client,
    )
    return facts, account


def _judge(facts: Preflight, stack: str, *, clear: bool) -> None:
    """Say what is wrong; exit with 1 where the deployment could not end well."""
    findings = list(obstacles(facts, stack, clear=clear))
    for kind, sentence in findings:
        if kind == "later":
            say(f"later: {sentence}", deeper=7, colour="yellow")
    stops = [sentence for kind, sentence in findings if kind == "stop"]
    if stops:
        raise not_in_order(*stops, "Nothing was built or deployed.")


Finding = tuple[Literal["stop", "later"], str]


def obstacles(facts: Preflight, stack: str, *, clear: bool = False) -> Iterator[Finding]:
    """What would let a deployment fail (`stop`), and what messages will lack after it (`later`).
    Pure: the same facts give the same lines."""
    if facts.lacking:
        names = ", ".join(sorted(facts.lacking))
        yield "stop", f"{facts.region} lacks {names}: export another AWS_REGION."
    if not facts.python:
        runtime = facts.parameters.get("Runtime", "python3.13")
        version = runtime.removeprefix("python")
        yield (
            "stop",
            (
                f"The layers are built by {runtime}, which this machine lacks: `uv python install"
                f" {version}`, or name another Runtime and DUNLIN_RUNTIME."
            ),
        )
    yield from _as_it_stands(facts, stack, clear)
    if facts.parameters.get("Stage") == "prod":
        yield from _production(facts)
    yield from _portal(facts)
    yield from _sms_logs(facts)
    yield from _mail(facts)


def _as_it_stands(facts: Preflight, stack: str, clear: bool) -> Iterator[Finding]:
    if facts.stack in HALF_MADE and not clear:
        yield (
            "stop",
            (
                f"The stack {stack} is half made ({facts.stack}): its first deployment failed."
                f" {facts.reason} Mend that, then `dunlin deploy --clear` removes what it left"
                " first."
            ),
        )
    elif clear and facts.stack not in HALF_MADE:
        yield "stop", f"--clear: the stack {stack} is not half made; nothing is removed."
    if facts.stack in BUSY or facts.stack.endswith("IN_PROGRESS"):
        yield "stop", f"The stack {stack} is being changed ({facts.stack}): wait until that ends."
    if facts.stack in ("UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"):
        act = "continue-update-rollback" if facts.stack.startswith("UPDATE") else "delete-stack"
        yield (
            "stop",
            (
                f"The stack {stack} is stuck ({facts.stack}). {facts.reason} Mend that, then"
                f" `aws cloudformation {act} --stack-name {stack}`."
            ),
        )


def _production(facts: Preflight) -> Iterator[Finding]:
    given = facts.parameters
    for name, why in (
        ("AlarmEmail", "who is told when something stands still"),
        ("MonthlySpendCap", "the dollars of messages a month at which all stops"),
    ):
        if given.get(name, "") in ("", "0"):
            yield "stop", f"infra/stages/prod.toml lacks {name}: {why}."
    if "*@*" in sender_patterns(given):
        yield "stop", "infra/stages/prod.toml lacks MailSenders: such as *@mail.example.com."


def _portal(facts: Preflight) -> Iterator[Finding]:
    domain = facts.parameters.get("PortalDomain", "")
    arn = facts.parameters.get("PortalCertificateArn", "")
    if not domain:
        if facts.parameters.get("Stage") == "prod" and not facts.parameters.get("PortalBaseUrl"):
            yield "later", "PortalDomain is not set: links in messages lead to amazonaws.com."
        return
    certificate = facts.certificate
    if not arn:
        yield (
            "stop",
            (
                "PortalCertificateArn is missing: `aws acm request-certificate --domain-name"
                f" {domain} --validation-method DNS` in {facts.region}."
            ),
        )
    elif certificate is None:
        yield "stop", f"PortalCertificateArn names no certificate of {facts.region}."
    elif isinstance(certificate, Certificate):
        if certificate.status != "ISSUED":
            yield (
                "stop",
                (
                    f"The portal's certificate is {certificate.status}, not issued: publish the"
                    " CNAME record that `aws acm describe-certificate` shows."
                ),
            )
        if not any(_covers(name, domain) for name in certificate.names):
            named = ", ".join(sorted(certificate.names))
            yield "stop", f"The portal's certificate is for {named}, not for {domain}."


def _covers(name: str, domain: str) -> bool:
    """A star stands for one label."""
    return fnmatch(domain, name) and name.count(".") == domain.count(".")


def _sms_logs(facts: Preflight) -> Iterator[Finding]:
    if facts.stack not in ("", *HALF_MADE) or isinstance(facts.sms_logs, Unknown):
        return
    choice = facts.parameters.get("SmsDeliveryLogs", "create")
    if choice == "create" and facts.sms_logs:
        yield (
            "stop",
            (
                "The account has log groups of SNS's texts already: set SmsDeliveryLogs to existing"
                + ("." if facts.sms_logs == 2 else ", and make the one of the two that is missing.")
            ),
        )
    if choice == "existing" and facts.sms_logs < 2:
        yield "stop", "The account lacks log groups of SNS's texts: set SmsDeliveryLogs to create."


def _mail(facts: Preflight) -> Iterator[Finding]:
    if facts.mail_production is False:
        yield "later", "SES is in its sandbox: ask for production access; `dunlin doctor` looks."
    for domain, good in facts.senders.items():
        if good is False:
            yield (
                "later",
                (
                    f"{domain} is not verified: `aws sesv2 create-email-identity --email-identity"
                    f" {domain}`, and publish its records."
                ),
            )


def _sam(root: Path, stage: str, parameters: dict[str, str], region: str, yes: bool) -> None:
    sam = root / ".local" / "sam" / "bin" / "sam"
    environment = os.environ | {
        "DUNLIN_RUNTIME": parameters.get("Runtime", "python3.13"),
        "DUNLIN_ARCHITECTURE": parameters.get("Architecture", "arm64"),
    }
    asked = ["--no-confirm-changeset"] if yes else []
    for arguments in (
        ["build", "--cached", "--parallel"],
        ["deploy", "--config-env", stage, "--region", region, *asked],
    ):
        done = subprocess.run(  # noqa: S603 - our own tool, no outside text
            [sam, *arguments], cwd=root, env=environment, check=False
        )
        if done.returncode:
            raise typer.Exit(done.returncode)
