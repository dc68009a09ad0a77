"""What an error of AWS means to whoever runs a command, and what to do about it."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

# Error codes and exceptions by what is wrong, since the same trouble has a name in every service.
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN_KEYS = frozenset(
    {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch",
     "AuthFailure", "InvalidAccessKeyId"}
)  # fmt: skip
_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"}
)
_NOT_ENABLED = frozenset({"OptInRequired", "SubscriptionRequiredException"})
_NO_CREDENTIALS = frozenset({"NoCredentialsError", "PartialCredentialsError"})
_SIGNED_OUT = frozenset(
    {"UnauthorizedSSOTokenError", "SSOTokenLoadError", "TokenRetrievalError",
     "CredentialRetrievalError", "LoginRefreshRequired", "LoginTokenLoadError"}
)  # fmt: skip
_UNREACHED = frozenset({"EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError"})

_LOG_IN = "log in again (`aws sso login`, or fresh keys)"


def code_of(error: Exception) -> str:
    """The name of an error: AWS's code of what it answered, else the class of the SDK's own."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def is_of_aws(error: BaseException) -> bool:
    """Whether AWS or its SDK raised an error."""
    return isinstance(error, BotoCoreError | ClientError)


def explained(error: Exception, *, region: str = "") -> str:
    """One sentence: what is wrong and what to do; what AWS says where it is none of these."""
    code, where = code_of(error), region or "this region"
    operation = getattr(error, "operation_name", "")
    for names, sentence in (
        (_EXPIRED, f"Your AWS credentials have expired: {_LOG_IN}."),
        (_SIGNED_OUT, f"You are signed out of AWS: {_LOG_IN}."),
        (_UNKNOWN_KEYS, f"AWS does not know these credentials: {_LOG_IN}, or name AWS_PROFILE."),
        (_NO_CREDENTIALS, "There are no AWS credentials here: name AWS_PROFILE, or log in."),
        ({"ProfileNotFound"}, f"{error}: AWS_PROFILE names no profile of this machine."),
        ({"NoRegionError"}, "No region is named: export AWS_REGION, such as us-east-1."),
        ({"InvalidRegionError"}, f"{error}: export another AWS_REGION."),
        (
            _UNREACHED,
            f"AWS was not reached in {where}: is AWS_REGION a region, and is there a net?",
        ),
        (_NOT_ENABLED, f"This account has not enabled {where} or the service."),
        (_DENIED, f"These credentials may not call {operation or 'this'}: {error}"),
    ):
        if code in names:
            return sentence
    return str(error)
