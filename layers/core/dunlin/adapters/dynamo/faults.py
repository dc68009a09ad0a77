"""What DynamoDB's answers mean: a failed condition is a `Conflict`, silence is `Unavailable`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from dunlin.domain.errors import Conflict, Unavailable

_CONDITION = "ConditionalCheckFailedException"
# Refused before anything was done.
CERTAIN = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Run one call; `what` names the row for the message of a `Conflict`."""
    try:
        yield
    except (PynamoDBException, ClientError, BotoCoreError) as error:
        code = _code(error)
        if code == _CONDITION:
            raise Conflict(f"{what} moved") from error
        raise Unavailable("dynamodb", code, certain=code in CERTAIN) from error


def _code(error: Exception) -> str:
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"]
    cause = answered(error) if isinstance(error, PynamoDBException) else ""
    return cause or type(error).__name__


def answered(error: PynamoDBException) -> str:
    """The code of what DynamoDB answered, "" where it answered nothing. PynamoDB's own property
    breaks there: the SDK's error of a time-out has a response, which is None."""
    response = getattr(error.cause, "response", None) or {}
    return str(response.get("Error", {}).get("Code") or "")
