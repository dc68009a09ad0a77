"""What an error of AWS means to whoever runs a command, and what to do about it."""

from __future__ import annotations

from botocore.exceptions import ClientError

from dunlin.domain.errors import Unavailable

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
_UNVERIFIED = frozenset({"MessageRejected", "MailFromDomainNotVerifiedException"})
_STOPPED = frozenset({"AccountSuspendedException", "SendingPausedException"})

_LOG_IN = "log in again (`aws sso login`, or fresh keys)"


def code_of(error: BaseException) -> str:
    """The name of an error: AWS's code of what it answered, else the class of the SDK's own. An
    adapter's `Unavailable` carries that name as its reason."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return error.reason if isinstance(error, Unavailable) else type(error).__name__


def explained(error: BaseException, *, region: str = "") -> str:
    """One sentence: what is wrong and what to do, of an error or of what caused it; what AWS says
    where it is none of these."""
    cause: BaseException | None = error
    while cause is not None:
        if sentence := _sentence(cause, region or "this region"):
            return sentence
        cause = cause.__cause__
    return str(error)


def _sentence(error: BaseException, where: str) -> str:
    code, operation = code_of(error), getattr(error, "operation_name", "")
    for names, sentence in (
        (_EXPIRED, f"Your AWS credentials have expired: {_LOG_IN}."),
        (_SIGNED_OUT, f"You are signed out of AWS: {_LOG_IN}."),
        (_UNKNOWN_KEYS, f"AWS does not know these credentials: {_LOG_IN}, or name AWS_PROFILE."),
        (_NO_CREDENTIALS, "There are no AWS credentials here: name AWS_PROFILE, or log in."),
        ({"ProfileNotFound"}, f"{error}: AWS_PROFILE names no profile of this machine."),
        ({"NoRegionError"}, "No region is named: export AWS_REGION, such as us-east-1."),
        ({"InvalidRegionError"}, f"{error}: export another AWS_REGION."),
        (_UNREACHED, f"AWS was not reached in {where}: is that a region, and is there a net?"),
        (_NOT_ENABLED, f"This account has not enabled {where} or the service."),
        (
            _UNVERIFIED,
            f"{error}: sender, or in SES's sandbox receiver, is not verified: `dunlin doctor`.",
        ),
        (_STOPPED, f"{error}: AWS has stopped the e-mail of this account; SES's console says why."),
        (_DENIED, f"These credentials may not call {operation or 'this'}: {error}"),
    ):
        if code in names:
            return sentence
    return ""
