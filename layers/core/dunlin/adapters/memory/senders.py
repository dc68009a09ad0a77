"""Mailbox and text line in memory. Each can fail as a provider fails: before it took the message,
while it was taking it, or after it took it and before it said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum

from dunlin.domain.errors import Limit, Unavailable
from dunlin.ports.messages import Email, Text


class Failure(StrEnum):
    """before: refused, certainly not taken. during: the line broke and it was not taken, but
    nobody can know. after: taken, and the answer was lost."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class _Outbox:
    """Counts calls and plans how the next ones go wrong, one entry of `fail` a call: a failure,
    or a limit of the provider."""

    def __init__(self, provider: str, fail: Sequence[Failure | Limit] = ()) -> None:
        self.calls = 0
        self.fail = list(fail)
        self._provider = provider

    @contextmanager
    def _call(self) -> Iterator[str]:
        self.calls += 1
        failure = self.fail.pop(0) if self.fail else None
        if isinstance(failure, Limit):
            raise Unavailable(self._provider, "limit", certain=True, limit=failure)
        if failure is Failure.BEFORE:
            raise Unavailable(self._provider, "refused", certain=True)
        if failure is Failure.DURING:
            raise Unavailable(self._provider, "reset", certain=False)
        yield f"{self._provider}-{self.calls}"
        if failure is Failure.AFTER:
            raise Unavailable(self._provider, "read timeout", certain=False)


class MemoryMailbox(_Outbox):
    """Keeps what it took in `sent`, oldest first."""

    def __init__(self, *, fail: Sequence[Failure | Limit] = ()) -> None:
        super().__init__("ses", fail)
        self.sent: list[Email] = []

    def send(self, email: Email) -> str:
        with self._call() as message_id:
            self.sent.append(email)
        return message_id


class MemorySmsSender(_Outbox):
    """Keeps what it took in `sent`, oldest first."""

    def __init__(self, *, fail: Sequence[Failure | Limit] = ()) -> None:
        super().__init__("sns", fail)
        self.sent: list[Text] = []

    def send(self, text: Text) -> str:
        with self._call() as message_id:
            self.sent.append(text)
        return message_id
