"""One attempt, and what its failure proves: shared by the two adapters that send.

A failure is certain where the request cannot have had an effect (never connected, refused with a
4xx); after the request went out, silence, a reset or a 5xx proves nothing.
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

from dunlin.domain.errors import Unavailable

ONE_ATTEMPT = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=10)

_NEVER_SENT = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
    SSLError,
)
# The service says 4xx and yet may have taken the request.
_SAYS_NOTHING = frozenset({"RequestTimeout", "RequestTimeoutException"})


@contextmanager
def unavailable(provider: str) -> Iterator[None]:
    """Turn the SDK's errors into `Unavailable`. The reason is a code, never the message, which
    may quote an address."""
    try:
        yield
    except _NEVER_SENT as error:
        raise Unavailable(provider, type(error).__name__, certain=True) from None
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "Unknown")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        refused = 400 <= status < 500 and code not in _SAYS_NOTHING
        raise Unavailable(provider, code, certain=refused) from None
    except BotoCoreError as error:
        raise Unavailable(provider, type(error).__name__, certain=False) from None
