"""What a deployment needs of an AWS account, a machine and the stage's parameters, read before
anything is built. It changes nothing; `dunlin deploy` judges the facts.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from dunlin.adapters.aws.readiness import Clients, Unknown, ask, verified

SERVICES = ("lambda", "stepfunctions", "sesv2", "apigateway", "dynamodb", "kms")
"""Services without which no stack stands; texts need one more where they are sent."""
SMS_LOGS = "DirectPublishToPhoneNumber"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What ACM knows of the portal's certificate: its status and the names that it is for."""

    status: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """Facts before a deployment.

    Args:
        parameters: Of the stage, as its file has them.
        region: `""` where none is named.
        lacking: Services that the region does not have; all of them where it is no region.
        python: Whether the interpreter that builds the layers is on this machine.
        stack: The stack's status, `""` where there is none.
        reason: CloudFormation's words for that status.
        certificate: Of the portal's domain; None where no parameter names one that exists.
        mail_production: Whether SES lets messages go to anybody.
        senders: Domain → whether SES has it verified: of the senders and of the answers.
        sms_logs: How many of the two log groups of SNS the account has.
    """

    parameters: Mapping[str, str]
    region: str
    lacking: frozenset[str]
    python: bool
    stack: str
    reason: str = ""
    certificate: Certificate | Unknown | None
    mail_production: bool | Unknown
    senders: Mapping[str, bool | Unknown]
    sms_logs: int | Unknown


def stage_parameters(path: Path) -> dict[str, str]:
    """The parameters of a stage's file, each as text."""
    return {name: str(value) for name, value in tomllib.loads(path.read_text("utf-8")).items()}


def look(
    *, parameters: Mapping[str, str], stack: str, region: str, account: str,
    offers: Callable[[str], list[str]], clients: Clients,
) -> Preflight:  # fmt: skip
    """Read every fact. `offers` gives the regions of a service. Raises what AWS answers where even
    the stack cannot be looked for: without that nothing else can be read either."""
    status, reason = _status(clients("cloudformation"), stack)
    return Preflight(
        parameters=parameters,
        region=region,
        lacking=frozenset(service for service in SERVICES if region not in offers(service)),
        python=shutil.which(parameters.get("Runtime", "python3.13")) is not None,
        stack=status,
        reason=reason,
        certificate=_certificate(clients, parameters, region),
        mail_production=ask(
            lambda: bool(clients("sesv2").get_account()["ProductionAccessEnabled"])
        ),
        senders={
            domain: ask(partial(verified, clients("sesv2"), domain))
            for domain in sorted(_domains(parameters))
        },
        sms_logs=ask(lambda: _sms_logs(clients("logs"), region, account)),
    )


def sender_patterns(parameters: Mapping[str, str]) -> list[str]:
    """The patterns of `MailSenders`."""
    return [p.strip() for p in parameters.get("MailSenders", "*@*").split(",") if p.strip()]


def _domains(parameters: Mapping[str, str]) -> set[str]:
    domains = {pattern.rpartition("@")[2] for pattern in sender_patterns(parameters)}
    domains.add(parameters.get("MailDomain", ""))
    return {domain for domain in domains if domain and "*" not in domain}


def _status(formation: Any, stack: str) -> tuple[str, str]:
    try:
        described = formation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return "", ""
        raise
    return described["StackStatus"], described.get("StackStatusReason", "")


def _certificate(
    clients: Clients, parameters: Mapping[str, str], region: str
) -> Certificate | Unknown | None:
    arn = parameters.get("PortalCertificateArn", "")
    # ACM answers for its own region alone, and API Gateway takes a certificate of none other.
    if not arn or arn.split(":")[3:4] != [region]:
        return None

    def read() -> Certificate | None:
        try:
            known = clients("acm").describe_certificate(CertificateArn=arn)["Certificate"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        names = frozenset({known["DomainName"], *known.get("SubjectAlternativeNames", ())})
        return Certificate(status=known["Status"], names=names)

    return ask(read)


def _sms_logs(logs: Any, region: str, account: str) -> int:
    prefix = f"sns/{region}/{account}/{SMS_LOGS}"
    groups = logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    return sum(group["logGroupName"] in (prefix, f"{prefix}/Failure") for group in groups)
