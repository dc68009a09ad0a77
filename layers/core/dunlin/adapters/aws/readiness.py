"""What is set up around a stack: read from AWS and the processor, never changed, never guessed.

Each fact is a value or `Unknown` with the reason; a call that is refused, missing or answered
strangely is a fact not known, not an error. `dunlin doctor` judges the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import Defect, Unavailable
from dunlin.domain.strategy.strategy import Strategy

T = TypeVar("T")
Clients = Callable[[str], Any]

# docs.aws.amazon.com/general/latest/gr/step-functions.html names the quota; its code is AWS's.
_OPEN_EXECUTIONS = "open executions"
_STRANGE = (KeyError, TypeError, ValueError, AttributeError, OSError)
_ABSENT = frozenset({"NotFoundException", "ResourceNotFoundException", "NotFound"})


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that could not be read."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAccount:
    """SES in this account and region, for the stack's configuration set. Quotas are messages a
    day and a second."""

    production: bool
    sending: bool
    per_day: float
    per_second: float
    suppresses: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What SES knows of the identity that an address sends under."""

    name: str
    verified: bool
    dkim: bool
    mail_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingDomain:
    """A domain for answers by e-mail: whether SES takes it for ours, and where its MX leads."""

    verified: bool | Unknown
    servers: tuple[str, ...] | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber:
    """An origination number of the account."""

    active: bool
    two_way: bool
    reply_topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """A webhook endpoint at the processor."""

    url: str
    enabled: bool
    version: str
    events: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """The processor's keys, by kind alone: `live`, `test` or `placeholder`."""

    key: str
    signs: bool
    endpoints: tuple[WebhookEndpoint, ...] | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Everything the doctor judges. `identities` and `numbers` are by address and by number.

    `mail_domain` is the stack's own for answers by e-mail, "" for none; `mail_server` takes mail
    in for SES; `mail_rule` tells whether the active rule set hands it to this stack. `release` is
    the version that is deployed, `command` that of the command. `certificate` is the state of the
    one that the portal uses: "" where it has no domain, "none" where nothing answers at it.
    """

    release: str
    command: str
    certificate: str | Unknown
    stage: str
    time_lapse: str
    portal_url: str
    strategies: Mapping[str, Strategy | None] | Unknown
    accounts: int | Unknown
    mail: MailAccount | Unknown
    identities: Mapping[str, Identity | Unknown | None]
    mail_events: frozenset[str] | Unknown
    mail_domain: str
    mail_domains: Mapping[str, ReceivingDomain]
    mail_server: str
    mail_rule: bool | Unknown
    sms_sandbox: bool | Unknown
    sms: Mapping[str, str] | Unknown
    numbers: Mapping[str, PhoneNumber | Unknown | None]
    reply_topic: str
    processor: Processor | Unknown
    webhook_events: frozenset[str]
    webhook_version: str
    alarm_subscribers: int | Unknown
    concurrency: int | Unknown
    open_executions: float | Unknown
    signs_audit: bool | Unknown


def texts(strategy: Strategy) -> bool:
    """True where a strategy can send texts: it names a number and a rung uses it."""
    return bool(strategy.brand.sms_origination) and any(
        Channel.SMS in rung.channels for rungs in strategy.ladders.values() for rung in rungs
    )


def ask(read: Callable[[], T]) -> T | Unknown:
    """What `read` answers, or why it could not. Outside answers may have any shape."""
    try:
        return read()
    except ClientError as error:
        return Unknown(error.response.get("Error", {}).get("Code") or "refused")
    except (BotoCoreError, PynamoDBException, Defect, Unavailable, *_STRANGE) as error:
        return Unknown(type(error).__name__)


def _found(read: Callable[[], T]) -> T | None:
    """What `read` answers, None where AWS says that there is no such thing."""
    try:
        return read()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _ABSENT:
            return None
        raise


def gather(
    *,
    outputs: Mapping[str, str],
    time_lapse: str,
    clients: Clients,
    strategies: Callable[[], Mapping[str, Strategy | None]],
    accounts: Callable[[], int],
    processor: Callable[[], Processor],
    webhook_events: Sequence[str],
    webhook_version: str,
    mail_servers: Callable[[str], Sequence[str]],
    command: str,
) -> Readiness:
    """Read every fact. `clients` gives a boto3 client by its service's name, `mail_servers` the
    hosts that the MX records of a domain name."""
    known = ask(strategies)
    present = [] if isinstance(known, Unknown) else [s for s in known.values() if s is not None]
    senders = sorted({b.email_from for s in present for b in s.brands})
    numbers = sorted({s.brand.sms_origination for s in present if texts(s)})
    named = outputs.get("MailDomain", "none")
    own_domain = "" if named == "none" else named
    domains = sorted({own_domain, *(b.mail_domain for s in present for b in s.brands)} - {""})
    return Readiness(
        release=outputs.get("Release", ""),
        command=command,
        certificate=ask(lambda: _certificate(clients, outputs.get("PortalUrl", ""))),
        stage=outputs.get("Stage", ""),
        time_lapse=time_lapse,
        portal_url=outputs.get("PortalUrl", ""),
        strategies=known,
        accounts=ask(accounts),
        mail=ask(lambda: _mail(clients("sesv2"), outputs["MailConfigurationSetName"])),
        identities={
            address: ask(partial(_identity, clients("sesv2"), address)) for address in senders
        },
        mail_events=ask(
            lambda: _mail_events(clients("sesv2"), outputs["MailConfigurationSetName"])
        ),
        mail_domain=own_domain,
        mail_domains={
            domain: ReceivingDomain(
                verified=ask(partial(verified, clients("sesv2"), domain)),
                servers=ask(partial(_servers, mail_servers, domain)),
            )
            for domain in domains
        },
        mail_server=_mail_server(outputs),
        mail_rule=ask(lambda: _mail_rule(clients("ses"), outputs)) if domains else True,
        sms_sandbox=ask(
            lambda: bool(clients("sns").get_sms_sandbox_account_status()["IsInSandbox"])
        ),
        sms=ask(lambda: dict(clients("sns").get_sms_attributes()["attributes"])),
        numbers={
            number: ask(partial(_number, clients("pinpoint-sms-voice-v2"), number))
            for number in numbers
        },
        reply_topic=outputs.get("ReplyTopicArn", ""),
        processor=ask(processor),
        webhook_events=frozenset(webhook_events),
        webhook_version=webhook_version,
        alarm_subscribers=ask(lambda: _subscribers(clients("sns"), outputs["AlarmTopicArn"])),
        concurrency=ask(lambda: _concurrency(clients("lambda"))),
        open_executions=ask(lambda: _quota(clients("service-quotas"), "states", _OPEN_EXECUTIONS)),
        signs_audit=ask(lambda: _signs(clients("kms"), outputs["AuditKeyId"])),
    )


def _certificate(clients: Clients, portal_url: str) -> str:
    host = urlsplit(portal_url).hostname or ""
    if not portal_url.startswith("https://") or host.endswith(".amazonaws.com"):
        return ""
    domain = _found(partial(clients("apigateway").get_domain_name, domainName=host))
    if domain is None:
        return "none"
    arn = domain["regionalCertificateArn"]
    return str(clients("acm").describe_certificate(CertificateArn=arn)["Certificate"]["Status"])


def _mail(ses: Any, configuration_set: str) -> MailAccount:
    ses_account = ses.get_account()
    quota = ses_account["SendQuota"]
    # What the configuration set says of suppression beats what the account says.
    own = ses.get_configuration_set(ConfigurationSetName=configuration_set)
    listed = own.get("SuppressionOptions") or ses_account.get("SuppressionAttributes") or {}
    return MailAccount(
        production=bool(ses_account["ProductionAccessEnabled"]),
        sending=bool(ses_account["SendingEnabled"]),
        per_day=float(quota["Max24HourSend"]),
        per_second=float(quota["MaxSendRate"]),
        suppresses=frozenset(listed.get("SuppressedReasons", [])),
    )


def _identity(ses: Any, address: str) -> Identity | None:
    """The identity SES would use: the address, else its domain, else a domain above."""
    for name in _names(address):
        identity = _found(partial(ses.get_email_identity, EmailIdentity=name))
        if identity is None:
            continue
        mail_from = identity.get("MailFromAttributes") or {}
        ready = mail_from.get("MailFromDomainStatus") == "SUCCESS"
        return Identity(
            name=name,
            verified=bool(identity["VerifiedForSendingStatus"]),
            dkim=(identity.get("DkimAttributes") or {}).get("Status") == "SUCCESS",
            mail_from=mail_from.get("MailFromDomain", "") if ready else "",
        )
    return None


def _names(address: str) -> Iterator[str]:
    domain = address.rpartition("@")[2]
    yield address
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])


def verified(ses: Any, domain: str) -> bool:
    """Whether SES sends for, and takes in for, a domain."""
    identity = _identity(ses, f"anybody@{domain}")
    return identity is not None and identity.verified


def _servers(mail_servers: Callable[[str], Sequence[str]], domain: str) -> tuple[str, ...]:
    return tuple(server.rstrip(".").lower() for server in mail_servers(domain))


def _mail_server(outputs: Mapping[str, str]) -> str:
    """The host that takes mail in for SES in the stack's region
    (docs.aws.amazon.com/ses/latest/dg/receiving-email-mx-record.html)."""
    region = (outputs.get("MailTopicArn", "").split(":") + [""] * 4)[3]
    return f"inbound-smtp.{region}.amazonaws.com"


def _mail_rule(ses: Any, outputs: Mapping[str, str]) -> bool:
    """Whether an enabled rule of the active set lays mail where this stack reads it."""
    wanted = (outputs["DropBucketName"], "mail/", outputs["MailTopicArn"])
    rules = ses.describe_active_receipt_rule_set().get("Rules", [])
    laid = [
        action["S3Action"]
        for rule in rules
        if rule.get("Enabled")
        for action in rule.get("Actions", [])
        if "S3Action" in action
    ]
    return any(
        (a["BucketName"], a.get("ObjectKeyPrefix", ""), a.get("TopicArn", "")) == wanted
        for a in laid
    )


def _mail_events(ses: Any, configuration_set: str) -> frozenset[str]:
    """The kinds of events that reach the default bus."""
    destinations = ses.get_configuration_set_event_destinations(
        ConfigurationSetName=configuration_set
    )
    return frozenset(
        kind
        for destination in destinations["EventDestinations"]
        if destination["Enabled"] and "EventBridgeDestination" in destination
        for kind in destination["MatchingEventTypes"]
    )


def _number(voice: Any, number: str) -> PhoneNumber | None:
    pages = voice.get_paginator("describe_phone_numbers").paginate()
    for owned in (each for page in pages for each in page["PhoneNumbers"]):
        if owned["PhoneNumber"] == number:
            return PhoneNumber(
                active=owned["Status"] == "ACTIVE",
                two_way=bool(owned.get("TwoWayEnabled")),
                reply_topic=owned.get("TwoWayChannelArn", ""),
            )
    return None


def _subscribers(sns: Any, topic: str) -> int:
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    every = [
        subscription["SubscriptionArn"] for page in pages for subscription in page["Subscriptions"]
    ]
    return sum(arn.startswith("arn:") for arn in every)  # else "PendingConfirmation"


def _concurrency(functions: Any) -> int:
    return int(functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])


def _quota(quotas: Any, service: str, name: str) -> float:
    """A quota by a part of its name. Raises `KeyError` where the account lists none such."""
    pages = quotas.get_paginator("list_service_quotas").paginate(ServiceCode=service)
    for quota in (each for page in pages for each in page["Quotas"]):
        if name in quota["QuotaName"].lower():
            return float(quota["Value"])
    raise KeyError(name)


def _signs(kms: Any, key_id: str) -> bool:
    key = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    return bool(key["Enabled"]) and key["KeyUsage"] == "SIGN_VERIFY"


def read_processor(*, secret_name: str, webhook_secret_name: str, api_base: str) -> Processor:
    """The processor's side, by the stored keys. Raises `Defect` or `Unavailable` without them."""
    from dunlin.adapters.aws.secrets import processor_key, signing_secrets

    api_key = processor_key(secret_name)
    kind = next((k for k in ("live", "test") if f"k_{k}_" in api_key), "placeholder")
    signs = any(s.startswith("whsec_") for s in signing_secrets(webhook_secret_name))
    if kind == "placeholder":
        return Processor(key=kind, signs=signs, endpoints=Unknown("no key to ask with"))
    return Processor(key=kind, signs=signs, endpoints=_endpoints(api_key, api_base))


def _endpoints(key: str, api_base: str) -> tuple[WebhookEndpoint, ...] | Unknown:
    import stripe

    from dunlin.adapters.stripe.processor import checked_base

    base = checked_base(key, api_base)
    http = stripe.RequestsClient(timeout=8)
    client = (
        stripe.StripeClient(key, base_addresses={"api": base}, http_client=http)
        if base
        else stripe.StripeClient(key, http_client=http)
    )
    try:
        listed = client.v1.webhook_endpoints.list({"limit": 100})
        return tuple(
            WebhookEndpoint(
                url=endpoint.url,
                enabled=endpoint.status == "enabled",
                version=endpoint.api_version or "",
                events=frozenset(endpoint.enabled_events),
            )
            for endpoint in listed.auto_paging_iter()
        )
    except stripe.StripeError as error:
        return Unknown(type(error).__name__)


def pinned_version() -> str:
    """The API version of the installed SDK, which the endpoint must be pinned to."""
    import stripe

    return str(stripe.api_version)


def mail_servers(domain: str) -> list[str]:
    """The hosts that a domain's MX records name, none where it has none. Raises `OSError` where
    nobody answers."""
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(domain, "MX", lifetime=5)
    except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
        return []
    except dns.exception.DNSException as failure:
        raise OSError(type(failure).__name__) from failure
    return [str(record.exchange) for record in answer]
