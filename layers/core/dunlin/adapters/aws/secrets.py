"""Keys of the processor and of billing systems, read by name from Secrets Manager and kept for
five minutes.

The processor's secret is JSON: `{"api_key": "sk_..."}`. What its events are signed with is another,
so that the function which anybody may call cannot read a key that moves money:
`{"webhook_secret": "whsec_...", "webhook_secret_previous": "whsec_..."}`; the previous one is there
while a rotation runs. That of the billing systems is
`{CREDITOR: {"key": "...", "older": "...", "made_on": "2026-11-30"}}`.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
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


_kept: dict[str, tuple[float, Mapping[str, Any]]] = {}
_kept_billing: dict[str, tuple[float, Mapping[str, BillingKeys]]] = {}


def processor_key(name: str) -> str:
    """The key with which the processor is asked, of the secret of that name. Raises `Unavailable`,
    or `Defect` where the secret is malformed."""
    return _held(name, "api_key")


def signing_secrets(name: str) -> tuple[str, ...]:
    """What the processor signs its events with, of the secret of that name; two while one takes
    the other's place. Raises as `processor_key`."""
    current = _held(name, "webhook_secret")
    previous = str(_document(name).get("webhook_secret_previous") or "")
    return (current, previous) if previous else (current,)


def _held(name: str, what: str) -> str:
    held = _document(name).get(what)
    if not isinstance(held, str) or not held:
        raise Defect(f"the secret {name} must hold {what}")
    return held


def _document(name: str) -> Mapping[str, Any]:
    """The document of a secret, kept for five minutes."""
    kept = _kept.get(name)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    try:
        document = json.loads(str(_stored(name)["SecretString"]))
    except ValueError:
        document = None
    if not isinstance(document, dict):
        # Not chained: the parser's message would quote the secret.
        raise Defect(f"the secret {name} must hold a document of JSON")
    _kept[name] = (time.monotonic() + _KEPT_SECONDS, document)
    return document


def billing_keys(name: str) -> Mapping[str, BillingKeys]:
    """The keys of every creditor whose billing system signs; kept, and raises, as
    `processor_key`."""
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


def _stored(name: str) -> Any:
    """The secret's current version, as AWS answers."""
    try:
        return _client().get_secret_value(SecretId=name)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("secretsmanager", type(error).__name__, certain=True) from error
