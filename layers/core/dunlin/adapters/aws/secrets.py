"""Keys of the processor and of billing systems, read by name from Secrets Manager and kept for
five minutes.

The processor's secret is JSON: `{"api_key": "sk_...", "webhook_secret": "whsec_...",
"webhook_secret_previous": "whsec_..."}`; the previous one is there while a rotation runs. That of
the billing systems is `{CREDITOR: {"key": "...", "older": "...", "made_on": "2026-11-30"}}`.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dunlin.domain.errors import Conflict, Defect, DomainError, Unavailable
from dunlin.domain.payments.billing_keys import BillingKeys

_KEPT_SECONDS = 300.0
_ATTEMPTS = 8
_LARGEST_SECRET = 65_536
"""Bytes that Secrets Manager stores in one secret."""


@dataclass(frozen=True, slots=True)
class ProcessorKeys:
    """Keys of the processor; hidden from repr so that they cannot reach a log."""

    api_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)


_kept: dict[str, tuple[float, ProcessorKeys]] = {}
_kept_billing: dict[str, tuple[float, Mapping[str, BillingKeys]]] = {}


def processor_keys(name: str) -> ProcessorKeys:
    """Read the secret of that name. Raises `Unavailable`, or `Defect` where it is malformed."""
    kept = _kept.get(name)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    keys = _read(name, _text(name))
    _kept[name] = (time.monotonic() + _KEPT_SECONDS, keys)
    return keys


def billing_keys(name: str) -> Mapping[str, BillingKeys]:
    """The keys of every creditor whose billing system signs, as `processor_keys` reads them."""
    kept = _kept_billing.get(name)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    keys = read_billing_keys(name)
    _kept_billing[name] = (time.monotonic() + _KEPT_SECONDS, keys)
    return keys


def read_billing_keys(name: str) -> Mapping[str, BillingKeys]:
    """The keys as they are stored now. Raises `Unavailable`, or `Defect` where malformed."""
    return _billing_keys(name)[0]


def change_billing_keys(
    name: str, change: Callable[[Mapping[str, BillingKeys]], Mapping[str, BillingKeys]]
) -> Mapping[str, BillingKeys]:
    """Store what `change` makes of the keys as they are stored; what was stored then. Of two at
    once the second sees what the first stored, so `change` may be called again.

    Raises `DomainError` where the secret has no room for them, `Unavailable`, and what `change`
    raises.
    """
    for _ in range(_ATTEMPTS):
        keys, version = _billing_keys(name)
        changed = change(keys)
        if _replaced(name, changed, version):
            return changed
    raise Conflict(f"the secret {name} is changed by others all the time: say it again")


def _billing_keys(name: str) -> tuple[Mapping[str, BillingKeys], str]:
    """The keys, and the version of the secret that holds them."""
    stored = _stored(name)
    try:
        keys = {
            creditor: BillingKeys(
                key=str(keys["key"]),
                older=str(keys["older"]),
                made_on=date.fromisoformat(keys["made_on"]),
            )
            for creditor, keys in json.loads(stored["SecretString"]).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Defect(f"the secret {name} must hold key, older and made_on of creditors") from None
    return keys, str(stored["VersionId"])


def _replaced(name: str, keys: Mapping[str, BillingKeys], version: str) -> bool:
    """Put keys in the place of a version; False where that is not the current one any more.

    They are stored beside it under a label of their own, and AWS moves the label of the current
    version to them only from the version that is named."""
    document = {
        creditor: {"key": k.key, "older": k.older, "made_on": k.made_on.isoformat()}
        for creditor, k in sorted(keys.items())
    }
    text = json.dumps(document, separators=(",", ":"))
    if len(text) > _LARGEST_SECRET:
        raise DomainError(
            f"the secret {name} is full: {len(keys)} creditors have keys, and AWS stores"
            f" {_LARGEST_SECRET:,} bytes. End older keys, or give the next creditors another stack"
        )
    client, fresh = _client(), str(uuid.uuid4())
    label = f"proposed-{fresh}"
    try:
        client.put_secret_value(
            SecretId=name, SecretString=text, ClientRequestToken=fresh, VersionStages=[label]
        )
        try:
            client.update_secret_version_stage(
                SecretId=name,
                VersionStage="AWSCURRENT",
                MoveToVersionId=fresh,
                RemoveFromVersionId=version,
            )
            moved = True
        except client.exceptions.InvalidParameterException:
            moved = False
        client.update_secret_version_stage(
            SecretId=name, VersionStage=label, RemoveFromVersionId=fresh
        )
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("secretsmanager", type(error).__name__) from error
    return moved


def _client() -> Any:
    return boto3.client("secretsmanager", config=Config(connect_timeout=1, read_timeout=3))


def _text(name: str) -> str:
    return str(_stored(name)["SecretString"])


def _stored(name: str) -> Any:
    """The secret's current version, as AWS answers."""
    try:
        return _client().get_secret_value(SecretId=name)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("secretsmanager", type(error).__name__, certain=True) from error


def _read(name: str, text: str) -> ProcessorKeys:
    try:
        document = json.loads(text)
        api_key, current = str(document["api_key"]), str(document["webhook_secret"])
        previous = str(document.get("webhook_secret_previous") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        # Not chained: the parser's message would quote the secret.
        raise Defect(f"the secret {name} must hold api_key and webhook_secret") from None
    return ProcessorKeys(api_key, tuple(s for s in (current, previous) if s))
