"""What SES allows this account: `GetAccount`
(docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dunlin.adapters.aws.one_attempt import unavailable
from dunlin.domain.contact.pace import SendingAllowance

if TYPE_CHECKING:
    from types_boto3_sesv2.client import SESV2Client


@cache
def _ses() -> SESV2Client:
    import boto3

    return boto3.client("sesv2")


class SesAccount:
    """`SendingAccount` over SES."""

    def __init__(self, ses: SESV2Client | None = None) -> None:
        self._given = ses

    def allowance(self) -> SendingAllowance:
        client = self._given or _ses()
        with unavailable("ses"):
            account = client.get_account()
        quota = account.get("SendQuota", {})
        return SendingAllowance(
            per_second=quota.get("MaxSendRate", 1.0),
            per_day=quota.get("Max24HourSend", 200.0),
            used=quota.get("SentLast24Hours", 0.0),
            sending=account.get("SendingEnabled", True)
            and account.get("EnforcementStatus") != "SHUTDOWN",
        )
