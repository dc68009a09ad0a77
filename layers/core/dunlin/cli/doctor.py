"""`dunlin doctor`: what is still missing before a live touch, and what to do about it.

It reads and changes nothing. Facts come from `adapters.aws.readiness`; judging them is pure.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from dunlin.adapters.aws.readiness import (
    Identity,
    MailAccount,
    PhoneNumber,
    Readiness,
    ReceivingDomain,
    Unknown,
    gather,
    mail_servers,
    pinned_version,
    read_processor,
    texts,
)
from dunlin.cli.speech import count, not_in_order, say
from dunlin.cli.stack import OnStack
from dunlin.cli.target import Target, release
from dunlin.domain.contact.pace import SendingAllowance, pace_of, time_for
from dunlin.domain.errors import DomainError
from dunlin.domain.strategy.strategy import Strategy

CheckState = Literal["ok", "missing", "unknown"]

_MAIL_EVENTS = frozenset({"DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"})
_SUPPRESSED = frozenset({"BOUNCE", "COMPLAINT"})
_COLOURS: dict[CheckState, str] = {"ok": "green", "missing": "red", "unknown": "yellow"}


@dataclass(frozen=True, slots=True)
class ReadinessFinding:
    """One line: a subject, its state, what was seen, and what to do unless all is well."""

    subject: str
    state: CheckState
    seen: str
    to_do: str = ""


def doctor(target: OnStack) -> None:
    """Tell what is still missing before a live touch; exit code 1 where something is.

    Example: dunlin doctor
    """
    say(target.where)
    findings = assess(_read(target))
    for finding in findings:
        line = f"{finding.state:8} {finding.subject}: {finding.seen}"
        say(line, deeper=9, colour=_COLOURS[finding.state])
        if finding.to_do and finding.state != "ok":
            say(f"-> {finding.to_do}", 9, 3)
    missing = sum(finding.state == "missing" for finding in findings)
    unknown = sum(finding.state == "unknown" for finding in findings)
    counts = f"{missing} missing, {unknown} unknown, {len(findings)} looked at"
    if missing:
        raise not_in_order(counts)
    say(counts)


def _read(target: Target) -> Readiness:
    from botocore.config import Config

    from dunlin.adapters.stripe.events import WEBHOOK_EVENTS
    from dunlin.runtime import wiring

    def client(service: str) -> Any:
        import boto3

        patience = Config(connect_timeout=3, read_timeout=8, retries={"total_max_attempts": 2})
        make: Any = boto3.client
        return make(service, config=patience)

    def strategies() -> dict[str, Strategy | None]:
        known = wiring.creditors()
        return {creditor: _strategy(known, creditor) for creditor in known.all()}

    def accounts() -> int:
        """By the counters: a million rows are not read to size a quota."""
        counters = wiring.counters()
        tallies = (counters.tally(creditor) for creditor in wiring.creditors().all())
        return sum(figure.accounts for tally in tallies for figure in tally.values())

    return gather(
        outputs=target.outputs,
        time_lapse=target.time_lapse,
        clients=client,
        strategies=strategies,
        accounts=accounts,
        processor=lambda: read_processor(
            secret_name=target.outputs["StripeSecretName"],
            webhook_secret_name=target.outputs["WebhookSecretName"],
            api_base=target.urls.get("payments stand-in", os.environ.get("STRIPE_API_BASE", "")),
        ),
        webhook_events=WEBHOOK_EVENTS,
        webhook_version=pinned_version(),
        mail_servers=mail_servers,
        command=release(),
    )


def _strategy(known: Any, creditor: str) -> Strategy | None:
    """The newest strategy; one that today's rules refuse counts as none."""
    try:
        strategy: Strategy | None = known.strategy(creditor)
    except DomainError:
        return None
    return strategy


def assess(readiness: Readiness) -> list[ReadinessFinding]:
    """Judge the facts. Pure: the same facts give the same lines, in the same order."""
    return [
        *_stack(readiness),
        *_creditors(readiness),
        *_mail(readiness),
        *_answers(readiness),
        *_sms(readiness),
        *_processor(readiness),
        *_quotas(readiness),
    ]


def _not_read(subject: str, why: Unknown, to_do: str) -> ReadinessFinding:
    return ReadinessFinding(subject, "unknown", f"not read ({why.why})", to_do)


def _judged(subject: str, good: bool, seen: str, to_do: str) -> ReadinessFinding:
    return ReadinessFinding(subject, "ok" if good else "missing", seen, to_do)


def _stack(readiness: Readiness) -> Iterator[ReadinessFinding]:
    yield _judged(
        "stage",
        readiness.stage == "prod",
        readiness.stage or "none",
        "deploy with --config-env prod; only its messages are meant for people",
    )
    yield _judged(
        "clock",
        not readiness.time_lapse,
        f"virtual, since {readiness.time_lapse}" if readiness.time_lapse else "real time",
        "deploy with an empty TimeLapse",
    )
    yield _judged(
        "portal address",
        readiness.portal_url.startswith("https://"),
        readiness.portal_url or "none",
        "set PortalDomain and its certificate; links in messages must be https",
    )
    yield _judged(
        "release",
        readiness.release == readiness.command,
        f"{readiness.release or 'an early one'} is deployed, this command is {readiness.command}",
        "deploy this version, or use the command of that one: it writes to no other",
    )
    yield from _certificate(readiness)
    subject, check = "audit key", "kms describe-key on the stack's AuditKeyId"
    if isinstance(readiness.signs_audit, Unknown):
        yield _not_read(subject, readiness.signs_audit, check)
    else:
        yield _judged(
            subject,
            readiness.signs_audit,
            "enabled, signs" if readiness.signs_audit else "disabled, or not a signing key",
            "enable the key of the output AuditKeyId; without it no root is signed",
        )
    subject, check = "alarms", "sns list-subscriptions-by-topic on the output AlarmTopicArn"
    if isinstance(readiness.alarm_subscribers, Unknown):
        yield _not_read(subject, readiness.alarm_subscribers, check)
    else:
        yield _judged(
            subject,
            readiness.alarm_subscribers > 0,
            f"{readiness.alarm_subscribers} confirmed subscribers",
            "set AlarmEmail and confirm the message it receives",
        )


def _certificate(readiness: Readiness) -> Iterator[ReadinessFinding]:
    """Of a domain of one's own; an address of API Gateway has AWS's."""
    if isinstance(readiness.certificate, Unknown):
        check = "aws apigateway get-domain-name, and aws acm describe-certificate"
        yield _not_read("portal certificate", readiness.certificate, check)
    elif readiness.certificate:
        yield _judged(
            "portal certificate",
            readiness.certificate == "ISSUED",
            readiness.certificate.lower().replace("_", " "),
            "deploy with PortalDomain and a certificate of this region that ACM has issued",
        )


def _creditors(readiness: Readiness) -> Iterator[ReadinessFinding]:
    if isinstance(readiness.strategies, Unknown):
        yield _not_read("strategies", readiness.strategies, "read access to the stack's Ops table")
        return
    if not readiness.strategies:
        yield ReadinessFinding(
            "strategies", "missing", "no creditor", "dunlin strategy put CREDITOR strategy.yaml"
        )
    for creditor, strategy in sorted(readiness.strategies.items()):
        if strategy is None:
            yield ReadinessFinding(
                f"strategy of {creditor}", "missing", "none that is in order",
                f"dunlin strategy put {creditor} strategy.yaml",
            )  # fmt: skip
            continue
        yield _judged(
            f"strategy of {creditor}",
            strategy.debt_role in ("first", "third"),
            f"version {strategy.version}, {strategy.debt_role} party, "
            f"{len(strategy.ladders)} ladders",
            "state debt_role: first or third",
        )
        if strategy.debt_role == "third" and texts(strategy):
            yield ReadinessFinding(
                f"texts of {creditor}", "missing", "a third party with a number to text from",
                "US carriers forbid third-party collection by text: take sms out of the rungs",
            )  # fmt: skip


def _quota(mail: MailAccount, accounts: int | Unknown) -> ReadinessFinding:
    """In a day an e-mail to everybody should be out: ladders wait for what the account lets go."""
    allowance = SendingAllowance(
        per_second=mail.per_second, per_day=mail.per_day, used=0, sending=True
    )
    pace = pace_of(allowance, None, datetime.now(UTC))
    number = 0 if isinstance(accounts, Unknown) else accounts
    takes = time_for(number, pace)
    return _judged(
        "mail quota",
        (mail.per_day < 0 or mail.per_day > 200) and takes <= timedelta(days=1),
        f"{mail.per_day:,.0f} a day, {mail.per_second:,.0f} a second; one to each of"
        f" {count(number, 'account')} takes {_span(takes)}",
        "ask for a quota that fits the campaign",
    )


def _span(time: timedelta) -> str:
    hours = math.ceil(time / timedelta(hours=1))
    return count(math.ceil(hours / 24), "day") if hours > 48 else count(max(hours, 1), "hour")


def _mail(readiness: Readiness) -> Iterator[ReadinessFinding]:
    if isinstance(readiness.mail, Unknown):
        yield _not_read("mail account", readiness.mail, "aws sesv2 get-account")
    else:
        mail = readiness.mail
        yield _judged(
            "mail account",
            mail.production and mail.sending,
            "production access" if mail.production else "sandbox: verified receivers only",
            "ask SES for production access, and for sending again if AWS paused it",
        )
        yield _quota(mail, readiness.accounts)
        yield _judged(
            "suppression list",
            mail.suppresses >= _SUPPRESSED,
            ", ".join(sorted(mail.suppresses)).lower() or "off",
            "deploy again, and turn it on for the account: aws sesv2"
            " put-account-suppression-attributes --suppressed-reasons BOUNCE COMPLAINT",
        )
    for address, identity in readiness.identities.items():
        yield from _sender(address, identity)
    if isinstance(readiness.mail_events, Unknown):
        yield _not_read("mail events", readiness.mail_events, "deploy again: the stack makes them")
    else:
        lacking = _MAIL_EVENTS - readiness.mail_events
        yield _judged(
            "mail events",
            not lacking,
            f"lacks {', '.join(sorted(lacking))}" if lacking else "reach the default bus",
            "deploy again: bounces and complaints must come back",
        )


def _answers(readiness: Readiness) -> Iterator[ReadinessFinding]:
    """What people write back by e-mail must reach the stack."""
    strategies = {} if isinstance(readiness.strategies, Unknown) else readiness.strategies
    for creditor, strategy in sorted(strategies.items()):
        if strategy is not None and not (strategy.brand.mail_domain or readiness.mail_domain):
            yield ReadinessFinding(
                f"answers to {creditor}", "missing", f"go to {strategy.brand.reply_to} unread",
                "deploy with MailDomain, or set mail_domain in the strategy",
            )  # fmt: skip
    for domain, known in readiness.mail_domains.items():
        yield from _receiving(domain, known, readiness.mail_server)
    subject = "receipt rule"
    activate = "aws ses set-active-receipt-rule-set --rule-set-name with the stack's name"
    if isinstance(readiness.mail_rule, Unknown):
        yield _not_read(subject, readiness.mail_rule, activate)
    elif readiness.mail_domains:
        seen = "hands mail to this stack" if readiness.mail_rule else "not in the active rule set"
        yield _judged(subject, readiness.mail_rule, seen, activate)


def _receiving(domain: str, known: ReceivingDomain, server: str) -> Iterator[ReadinessFinding]:
    verify = f"aws sesv2 create-email-identity --email-identity {domain}, publish its records"
    if isinstance(known.verified, Unknown):
        yield _not_read(f"mail domain {domain}", known.verified, verify)
    else:
        seen = "verified" if known.verified else "not verified"
        yield _judged(f"mail domain {domain}", known.verified, seen, verify)
    publish = f"publish {domain} MX 10 {server}, and no other"
    if isinstance(known.servers, Unknown):
        yield _not_read(f"MX of {domain}", known.servers, publish)
    else:
        seen = ", ".join(known.servers) or "none"
        yield _judged(f"MX of {domain}", set(known.servers) == {server}, seen, publish)


def _sender(address: str, identity: Identity | Unknown | None) -> Iterator[ReadinessFinding]:
    domain = address.rpartition("@")[2]
    verify = f"aws sesv2 create-email-identity --email-identity {domain}, publish its records"
    if isinstance(identity, Unknown):
        yield _not_read(f"sender {address}", identity, verify)
        return
    if identity is None or not identity.verified:
        yield ReadinessFinding(f"sender {address}", "missing", "not verified", verify)
        return
    yield ReadinessFinding(f"sender {address}", "ok", f"verified by {identity.name}")
    yield _judged(
        f"DKIM of {address}",
        identity.dkim,
        "signs" if identity.dkim else "does not sign",
        "publish the three CNAME records of the domain's identity",
    )
    yield _judged(
        f"MAIL FROM of {address}",
        bool(identity.mail_from),
        identity.mail_from or "amazonses.com",
        f"aws sesv2 put-email-identity-mail-from-attributes --email-identity {domain}"
        f" --mail-from-domain bounce.{domain}, publish MX and SPF",
    )


def _sms(readiness: Readiness) -> Iterator[ReadinessFinding]:
    strategies = {} if isinstance(readiness.strategies, Unknown) else readiness.strategies
    if not any(s is not None and texts(s) for s in strategies.values()):
        yield ReadinessFinding("texts", "ok", "no strategy sends any")
        return
    if isinstance(readiness.sms_sandbox, Unknown):
        yield _not_read("text account", readiness.sms_sandbox, "sns get-sms-sandbox-account-status")
    else:
        yield _judged(
            "text account",
            not readiness.sms_sandbox,
            "sandbox" if readiness.sms_sandbox else "production access",
            "leave the SMS sandbox in the console of End User Messaging",
        )
    if isinstance(readiness.sms, Unknown):
        yield _not_read("text attributes", readiness.sms, "aws sns get-sms-attributes")
    else:
        limit = readiness.sms.get("MonthlySpendLimit", "")
        yield _judged(
            "text spend limit",
            _amount(limit) > 1,
            f"${limit or '1 (never set)'} a month",
            "aws sns set-sms-attributes --attributes MonthlySpendLimit=…",
        )
        role, share = (readiness.sms.get(name, "") for name in _RECEIPTS)
        yield _judged(
            "text receipts",
            bool(role) and _amount(share) == 100,
            f"logged, {share or '0'}% of deliveries" if role else "not logged",
            "set DeliveryStatusIAMRole to the output SmsDeliveryRoleArn and"
            " DeliveryStatusSuccessSamplingRate to 100",
        )
    for number, known in readiness.numbers.items():
        yield from _origination(number, known, readiness.reply_topic)


_RECEIPTS = ("DeliveryStatusIAMRole", "DeliveryStatusSuccessSamplingRate")


def _amount(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _origination(
    number: str, known: PhoneNumber | Unknown | None, reply_topic: str
) -> Iterator[ReadinessFinding]:
    request = "request a 10DLC or toll-free number and register brand and campaign (weeks)"
    if isinstance(known, Unknown):
        yield _not_read(f"number {number}", known, request)
        return
    if known is None or not known.active:
        seen = "not in this account" if known is None else "not active yet"
        yield ReadinessFinding(f"number {number}", "missing", seen, request)
        return
    yield ReadinessFinding(f"number {number}", "ok", "active")
    yield _judged(
        f"replies to {number}",
        known.two_way and known.reply_topic == reply_topic,
        "reach the stack" if known.two_way else "go nowhere",
        "turn on two-way SMS of the number with the output ReplyTopicArn as its destination",
    )


def _processor(readiness: Readiness) -> Iterator[ReadinessFinding]:
    store = "store api_key in the secret of the output StripeSecretName"
    sign = "store webhook_secret in the secret of the output WebhookSecretName"
    if isinstance(readiness.processor, Unknown):
        yield _not_read("processor keys", readiness.processor, f"{store}, {sign}")
        return
    keys = readiness.processor
    yield _judged(
        "processor key",
        keys.key == "live",
        f"{keys.key} key",
        "test keys take no money: store a live restricted key" if keys.key == "test" else store,
    )
    yield _judged("webhook secret", keys.signs, "stored" if keys.signs else "a placeholder", sign)
    address = f"{readiness.portal_url}/webhooks/stripe"
    subject, make = (
        "webhook endpoint",
        f"add {address} at Stripe, version {readiness.webhook_version}",
    )
    if isinstance(keys.endpoints, Unknown):
        yield _not_read(subject, keys.endpoints, f"{make}; the key needs read on Webhook Endpoints")
        return
    ours = [endpoint for endpoint in keys.endpoints if endpoint.url == address and endpoint.enabled]
    if not ours:
        yield ReadinessFinding(subject, "missing", f"none for {address}", make)
        return
    yield ReadinessFinding(subject, "ok", address)
    versions = {endpoint.version for endpoint in ours}
    yield _judged(
        "webhook version",
        readiness.webhook_version in versions,
        ", ".join(sorted(versions)) or "the account's default",
        f"make the endpoint anew with API version {readiness.webhook_version}",
    )
    heard = frozenset[str]().union(*(endpoint.events for endpoint in ours))
    lacking = frozenset() if "*" in heard else readiness.webhook_events - heard
    yield _judged(
        "webhook events",
        not lacking,
        f"lacks {', '.join(sorted(lacking))}"
        if lacking
        else f"all {len(readiness.webhook_events)}",
        "add them to the endpoint",
    )


def _quotas(readiness: Readiness) -> Iterator[ReadinessFinding]:
    if isinstance(readiness.concurrency, Unknown):
        yield _not_read(
            "Lambda concurrency", readiness.concurrency, "aws lambda get-account-settings"
        )
    else:
        yield _judged(
            "Lambda concurrency",
            readiness.concurrency >= 100,
            f"{readiness.concurrency:,} at a time",
            "ask for more: a wave at 9:00 local starves below 100",
        )
    open_accounts, quota = readiness.accounts, readiness.open_executions
    look = "Service Quotas, Step Functions, open executions: one for each active account"
    if isinstance(open_accounts, Unknown):
        yield _not_read("open executions", open_accounts, look)
    elif isinstance(quota, Unknown):
        yield _not_read("open executions", quota, look)
    else:
        yield _judged(
            "open executions",
            open_accounts <= 0.8 * quota,
            f"{open_accounts:,} accounts of {quota:,.0f}",
            "ask for a quota above the number of accounts",
        )
