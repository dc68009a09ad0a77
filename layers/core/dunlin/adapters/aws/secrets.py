"""Keys of the processor and of billing systems, read by name from Secrets Manager and kept for
five minutes.

The processor's secret is JSON: `{"api_key": "sk_...", "webhook_secret": "whsec_...",
"webhook_secret_previous": "whsec_..."}`; the previous one is there while a rotation runs. That of
the billing systems is `{CREDITOR: {"key": "...", "older": "...", "made_on": "2026-11-30"}}`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dunlin.domain.errors import Defect, Unavailable
from dunlin.domain.payments.billing_keys import BillingKeys

_KEPT_SECONDS = 300.0


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
    text = _text(name)
    try:
        return {
            creditor: BillingKeys(
                key=str(keys["key"]),
                older=str(keys["older"]),
                made_on=date.fromisoformat(keys["made_on"]),
            )
            for creditor, keys in json.loads(text).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Defect(f"the secret {name} must hold key, older and made_on of creditors") from None


def write_billing_keys(name: str, keys: Mapping[str, BillingKeys]) -> None:
    """Store the keys of every creditor. Raises `Unavailable`."""
    document = {
        creditor: {"key": k.key, "older": k.older, "made_on": k.made_on.isoformat()}
        for creditor, k in sorted(keys.items())
    }
    try:
        _client().put_secret_value(SecretId=name, SecretString=json.dumps(document))
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("secretsmanager", type(error).__name__, certain=True) from error


def _client() -> Any:
    return boto3.client("secretsmanager", config=Config(connect_timeout=1, read_timeout=3))


def _text(name: str) -> str:
    try:
        return str(_client().get_secret_value(SecretId=name)["SecretString"])
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
