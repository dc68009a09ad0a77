"""Request: what was asked of the rollouts of a creditor, kept so that it is done once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRequest:
    """One thing asked of a creditor's rollouts: to begin one, to promote it, to halt it.

    Who asks makes `request_id` and asks again under the same. `rollout_id` is what it was done
    to, "" before; `answer` is what came of it, None while it is being done.
    """

    request_id: str
    creditor: str
    asked_at: datetime
    rollout_id: str = ""
    answer: Mapping[str, Any] | None = None
    version: int = 0
