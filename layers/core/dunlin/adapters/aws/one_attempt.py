"""One attempt, and what its failure proves: shared by the two adapters that send.

A failure is certain where the request cannot have had an effect (never connected, refused with a
4xx); after the request went out, silence, a reset or a 5xx proves nothing.

A 4xx speaks of the message only where its code is in `_OF_THE_MESSAGE`; every other speaks of the
account: its rate, its quota, or that it may not send (docs.aws.amazon.com:
ses/latest/APIReference-V2/API_SendEmail.html, sns/latest/api/API_Publish.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
    SSLError,
)

from dunlin.domain.errors import Limit, Unavailable

ONE_ATTEMPT = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=10)

_NEVER_SENT = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ProxyConnectionError,
    SSLError,
)
# The service says 4xx and yet may have taken the request.
_SAYS_NOTHING = frozenset({"RequestTimeout", "RequestTimeoutException"})
_OF_THE_MESSAGE = frozenset(
    {
        "BadRequestException",
        "InvalidParameter",
        "InvalidParameterValue",
        "MessageRejected",
        "OptedOut",
        "ParameterValueInvalid",
        "ValidationError",
        "ValidationException",
    }
)
_QUOTA = frozenset({"LimitExceededException", "ServiceQuotaExceededException"})
_RATE = frozenset(
    {
        "RequestLimitExceeded",
        "RequestThrottled",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
# SES answers both limits with one code and tells them apart in words alone
# (docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html); and an identity or, in the
# sandbox, a recipient that is not verified it calls a rejected message.
_QUOTA_WORDS = "daily message quota exceeded"
_UNVERIFIED_WORDS = "is not verified"


@contextmanager
def unavailable(provider: str) -> Iterator[None]:
    """Turn the SDK's errors into `Unavailable`. The reason is a code, never the message, which
    may quote an address."""
    try:
        yield
    except _NEVER_SENT as error:
        name = type(error).__name__
        limit = Limit.STOPPED if isinstance(error, NoCredentialsError) else Limit.UNREACHABLE
        raise Unavailable(provider, name, certain=True, limit=limit) from None
    except ParamValidationError as error:
        raise Unavailable(provider, type(error).__name__, certain=True) from None
    except ClientError as error:
        answer = error.response.get("Error", {})
        code = answer.get("Code", "Unknown")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if not 400 <= status < 500 or code in _SAYS_NOTHING:
            raise Unavailable(provider, code, certain=False) from None
        of_account = _limit(code, answer.get("Message", "").lower())
        raise Unavailable(provider, code, certain=True, limit=of_account) from None
    except BotoCoreError as error:
        raise Unavailable(provider, type(error).__name__, certain=False) from None


def _limit(code: str, words: str) -> Limit | None:
    """What a refusal with a 4xx says of the account; None where it speaks of the message."""
    if code in _QUOTA or _QUOTA_WORDS in words:
        return Limit.QUOTA
    if code in _RATE:
        return Limit.RATE
    if code in _OF_THE_MESSAGE and _UNVERIFIED_WORDS not in words:
        return None
    return Limit.STOPPED
