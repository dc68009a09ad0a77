"""The processor's keys, read by name from Secrets Manager and kept for five minutes.

The secret is JSON: `{"api_key": "sk_...", "webhook_secret": "whsec_...",
"webhook_secret_previous": "whsec_..."}`; the previous one is there while a rotation runs.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dunlin.domain.errors import Defect, Unavailable

_KEPT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class ProcessorKeys:
    """Keys of the processor; hidden from repr so that they cannot reach a log."""

    api_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)


_kept: dict[str, tuple[float, ProcessorKeys]] = {}


def processor_keys(name: str) -> ProcessorKeys:
    """Read the secret of that name. Raises `Unavailable`, or `Defect` where it is malformed."""
    kept = _kept.get(name)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    client = boto3.client("secretsmanager", config=Config(connect_timeout=1, read_timeout=3))
    try:
        text = client.get_secret_value(SecretId=name)["SecretString"]
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("secretsmanager", type(error).__name__, certain=True) from error
    keys = _read(name, text)
    _kept[name] = (time.monotonic() + _KEPT_SECONDS, keys)
    return keys


def _read(name: str, text: str) -> ProcessorKeys:
    try:
        document = json.loads(text)
        api_key, current = str(document["api_key"]), str(document["webhook_secret"])
        previous = str(document.get("webhook_secret_previous") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        # Not chained: the parser's message would quote the secret.
        raise Defect(f"the secret {name} must hold api_key and webhook_secret") from None
    return ProcessorKeys(api_key, tuple(s for s in (current, previous) if s))
