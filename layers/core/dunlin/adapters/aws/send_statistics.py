"""What SES counted: `GetSendStatistics`, quarters of an hour of the last two weeks, of this AWS
account in this region, whoever sent."""

from __future__ import annotations

from datetime import UTC, date
from functools import cache
from typing import Any

from dunlin.adapters.aws.one_attempt import unavailable


@cache
def _ses() -> Any:
    import boto3

    session: Any = boto3.Session()
    return session.client("ses")


class SesStatistics:
    """`SendStatistics` over SES."""

    def __init__(self, ses: Any = None) -> None:
        self._given = ses

    def emails(self, day: date) -> int | None:
        client = self._given or _ses()
        with unavailable("ses"):
            points = client.get_send_statistics()["SendDataPoints"]
        if not points:
            return None
        return sum(
            int(p["DeliveryAttempts"]) + int(p["Rejects"])
            for p in points
            if p["Timestamp"].astimezone(UTC).date() == day
        )
