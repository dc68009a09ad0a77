"""Settings: small frozen groups, each read once from the environment the template gives.

A missing variable is a `Defect` that names it. Secrets are never here: only their names.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from dunlin.domain.errors import Defect


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise Defect(f"the environment variable {name} is not set")
    return value


def time_lapse() -> str:
    """The start instant of the stack's virtual clock, "" for none."""
    return os.environ.get("DUNLIN_TIME_LAPSE", "")


@dataclass(frozen=True, slots=True)
class Stack:
    """Which stack this is. `time_lapse` is the start instant of a virtual clock, "" for none."""

    stage: str
    time_lapse: str

    @classmethod
    def from_env(cls) -> Stack:
        stage, start = _required("DUNLIN_STAGE"), time_lapse()
        if stage == "prod" and start:
            raise Defect("DUNLIN_TIME_LAPSE must be empty where DUNLIN_STAGE is prod")
        return cls(stage, start)


@dataclass(frozen=True, slots=True)
class TableNames:
    """Names of the seven tables."""

    accounts: str
    people: str
    touches: str
    permits: str
    audit: str
    ops: str
    webhooks: str

    @classmethod
    def from_env(cls) -> TableNames:
        return cls(
            accounts=_required("ACCOUNTS_TABLE"),
            people=_required("PEOPLE_TABLE"),
            touches=_required("TOUCHES_TABLE"),
            permits=_required("PERMITS_TABLE"),
            audit=_required("AUDIT_TABLE"),
            ops=_required("OPS_TABLE"),
            webhooks=_required("WEBHOOKS_TABLE"),
        )


@dataclass(frozen=True, slots=True)
class BucketNames:
    """The drop bucket and the write-once audit bucket."""

    drop: str
    audit: str

    @classmethod
    def from_env(cls) -> BucketNames:
        return cls(drop=_required("DROP_BUCKET"), audit=_required("AUDIT_BUCKET"))


@dataclass(frozen=True, slots=True)
class Machines:
    """ARNs of the machines that a ladder needs."""

    ladder: str
    notice: str

    @classmethod
    def from_env(cls) -> Machines:
        return cls(
            ladder=_required("LADDER_MACHINE_ARN"),
            notice=_required("NOTICE_MACHINE_ARN"),
        )


@dataclass(frozen=True, slots=True)
class Mail:
    """The SES configuration set that every e-mail carries."""

    configuration_set: str

    @classmethod
    def from_env(cls) -> Mail:
        return cls(configuration_set=_required("MAIL_CONFIGURATION_SET"))


def mail_domain() -> str:
    """Where answers to e-mail arrive, of creditors without a domain of their own; "" for none."""
    return os.environ.get("MAIL_DOMAIN", "").lower()


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """Where people reach the portal; links take their base from here, never from a request."""

    base_url: str

    @classmethod
    def from_env(cls) -> PortalSettings:
        return cls(base_url=_required("PORTAL_BASE_URL").rstrip("/"))


def stack_id() -> str:
    """What tells this stack's payments from those of another on the same account at the processor,
    also of one that had the same name before."""
    return os.environ.get("STACK_ID", "")


@dataclass(frozen=True, slots=True)
class Payments:
    """The processor. `api_base` is empty except where a stand-in is used; `secret` is a name;
    `stack` as `stack_id`."""

    secret: str
    api_base: str
    checkout_origin: str
    stack: str

    @classmethod
    def from_env(cls) -> Payments:
        return cls(
            secret=_required("STRIPE_SECRET_NAME"),
            api_base=os.environ.get("STRIPE_API_BASE", ""),
            checkout_origin=_required("CHECKOUT_ORIGIN"),
            stack=os.environ.get("STACK_ID", ""),
        )


def webhook_secret() -> str:
    """The name of the secret with what the processor signs its events with."""
    return _required("WEBHOOK_SECRET_NAME")


def billing_secret() -> str:
    """The name of the secret with the keys of billing systems."""
    return _required("BILLING_SECRET_NAME")


def arrangement_machine_arn() -> str:
    """The state machine of an arrangement."""
    return _required("ARRANGEMENT_MACHINE_ARN")


def spend_cap_micro() -> int:
    """The month's cap on messages in millionths of a dollar, 0 for none."""
    return int(float(_required("MONTHLY_SPEND_CAP")) * 1_000_000)


def import_machine_arn() -> str:
    """The state machine of an import."""
    return _required("IMPORT_MACHINE_ARN")


def queue_url(name: str) -> str:
    """URL of a queue that a function writes to or hands back to, as the template names it."""
    return _required(name)


def drop_bucket() -> str:
    """The drop bucket alone, for a function that has no business in the audit bucket."""
    return _required("DROP_BUCKET")


def audit_key_id() -> str:
    """The KMS key that signs the daily audit roots."""
    return _required("AUDIT_KEY_ID")


def metrics_namespace() -> str:
    """Where a stack's metrics are counted, apart from another stack's of the same account; for a
    command at a terminal, which belongs to none, the bare name."""
    return os.environ.get("METRICS_NAMESPACE", "Dunlin")
