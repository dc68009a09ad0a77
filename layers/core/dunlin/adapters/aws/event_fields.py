"""Fields of events that AWS services tell. What has not the shape is empty, never an exception."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

MESSAGE_ID = re.compile(r"[A-Za-z0-9_.@-]{1,128}")


def object_at(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    field = value.get(key) if isinstance(value, Mapping) else None
    return field if isinstance(field, Mapping) else {}


def instant_of(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def json_object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}
