"""The four families of exceptions that leave a use case. A state machine matches class names, so
what a machine must retry is raised as exactly one of these classes, with evidence as attributes.

An expected "no" is a value, such as `Verdict`, or `Refusal` for a file that cannot be imported.
`FileRefused` alone is raised on the way there, inside the import, which makes that value of it.
"""

from __future__ import annotations

from enum import StrEnum


class Limit(StrEnum):
    """What keeps a provider from taking a message from us that says nothing about the message or
    whom it is for. It costs time, and passes, or ends by what somebody does for the account.

    rate: too many at once. quota: the day's or the month's are used up. stopped: the provider lets
    this account send nothing. unreachable: nobody was there to take it.
    """

    RATE = "rate"
    QUOTA = "quota"
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"


class DomainError(Exception):
    """A rule of the field was broken by the caller. Retrying cannot help."""


class Conflict(Exception):
    """Somebody else wrote first. Read and decide again now.

    `contended` is true where two writes only met and no condition was found false: the same
    write may succeed.
    """

    def __init__(self, reason: str = "", *, contended: bool = False) -> None:
        super().__init__(reason)
        self.contended = contended


class Unavailable(Exception):
    """A provider or AWS did not answer. Back off and try again.

    `provider` is the name of who failed, `certain` is true where the request certainly had
    no effect (throttled, refused, never connected). `limit` says what kept a sender from taking a
    message that it did not refuse; None where it refused this message, or nobody can know.
    """

    def __init__(
        self, provider: str, reason: str, *, certain: bool = False, limit: Limit | None = None
    ) -> None:
        super().__init__(f"{provider}: {reason}")
        self.provider = provider
        self.reason = reason
        self.certain = certain
        self.limit = limit


class Defect(Exception):
    """Our own bug or a broken configuration. Stop and raise an alarm."""
