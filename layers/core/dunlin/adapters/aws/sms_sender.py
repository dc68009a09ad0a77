"""The text line over SNS. One call is one attempt, as for e-mail: `Publish` to a phone number has
no idempotency key.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from dunlin.adapters.aws.one_attempt import ONE_ATTEMPT, unavailable
from dunlin.domain.errors import Defect
from dunlin.ports.messages import Text

if TYPE_CHECKING:
    from types_boto3_sns.client import SNSClient
    from types_boto3_sns.type_defs import MessageAttributeValueTypeDef

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@cache
def _sns() -> SNSClient:
    import boto3

    return boto3.client("sns", config=ONE_ATTEMPT)


class SnsSmsSender:
    """Sends transactional SMS, from the creditor's own number where it has one."""

    def __init__(self, *, client: SNSClient | None = None) -> None:
        self._given = client

    def send(self, text: Text) -> str:
        """Hand one text over and return SNS's message id. Raises as `SesMailbox.send` does."""
        for number in (text.to, *filter(None, [text.origination])):
            if not _E164.fullmatch(number):
                raise Defect("a text goes from and to numbers in E.164 form only")
        attributes: dict[str, MessageAttributeValueTypeDef] = {
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}
        }
        if text.origination:
            attributes["AWS.MM.SMS.OriginationNumber"] = {
                "DataType": "String",
                "StringValue": text.origination,
            }
        client = self._given or _sns()
        with unavailable("sns"):
            return client.publish(
                PhoneNumber=text.to, Message=text.body, MessageAttributes=attributes
            )["MessageId"]
