"""The opt-out lists of SNS and SES. SNS has no call that opts a number out, only ones that read;
its opposite, OptInPhoneNumber, is not used and not permitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from dunlin.adapters.aws.one_attempt import unavailable
from dunlin.ports.messages import Suppressed

if TYPE_CHECKING:
    from types_boto3_sesv2.client import SESV2Client
    from types_boto3_sns.client import SNSClient


@cache
def _sns() -> SNSClient:
    import boto3

    return boto3.client("sns")


@cache
def _ses() -> SESV2Client:
    import boto3

    return boto3.client("sesv2")


class ProviderLists:
    """Both lists of this AWS account in this region."""

    def __init__(self, *, sns: SNSClient | None = None, ses: SESV2Client | None = None) -> None:
        self._given_sns = sns
        self._given_ses = ses

    def phones(self) -> Iterator[str]:
        client = self._given_sns or _sns()
        more: dict[str, Any] = {}
        while True:
            with unavailable("sns"):
                page = client.list_phone_numbers_opted_out(**more)
            yield from page.get("phoneNumbers", [])
            if not page.get("nextToken"):
                return
            more = {"nextToken": page["nextToken"]}

    def emails(self) -> Iterator[Suppressed]:
        client = self._given_ses or _ses()
        more: dict[str, Any] = {}
        while True:
            with unavailable("ses"):
                page = client.list_suppressed_destinations(PageSize=1000, **more)
            for summary in page.get("SuppressedDestinationSummaries", []):
                yield Suppressed(
                    address=summary["EmailAddress"], complained=summary["Reason"] == "COMPLAINT"
                )
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}

    def suppress(self, address: str) -> None:
        client = self._given_ses or _ses()
        with unavailable("ses"):
            # The API knows two reasons; a wish to be left alone is the nearer one.
            client.put_suppressed_destination(EmailAddress=address, Reason="COMPLAINT")
