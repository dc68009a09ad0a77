"""State machines and queues: starting and waking what waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.arrangements.arrangement import Arrangement

if TYPE_CHECKING:
    pass


class Machine(Protocol):
    """One state machine. Names make a start idempotent."""

    def start(self, name: str, content: Mapping[str, Any]) -> bool:
        """False where an execution of this name was started before."""


class LadderWaker(Protocol):
    """Wakes a waiting ladder or starts one. The account was written before."""

    def wake(self, account_id: str) -> bool:
        """Wake the account's ladder by the token that is on the account now. False where there
        is none, it is dead or nobody is there to take it, which is harmless: what happened is
        written, the next look reads it, and whoever is due is woken by the reconciler. The machine
        of its arrangement is woken besides."""

    def start(self, account: Account, *, wait_seconds: int) -> bool:
        """Start the execution of this account's ladder run; False where it already runs."""

    def running(self, account: Account) -> bool:
        """True while the execution of this account's ladder run is alive."""

    def alive(self) -> Iterable[str]:
        """The names (`ids.execution_name`) of all ladder executions that are alive (may lag by a
        moment)."""

    def start_arrangement(self, arrangement: Arrangement, *, wait_seconds: int) -> bool:
        """Start the execution of this arrangement's run; False where it already runs."""

    def wake_arrangement(self, arrangement: Arrangement) -> bool:
        """Wake the arrangement's machine; False where no living execution waits."""

    def arrangement_running(self, arrangement: Arrangement) -> bool:
        """True while the execution of this arrangement's run is alive."""

    def notice(self, *, account: Account, kind: str, cause: str) -> bool:
        """Start a notice (receipt, code, confirmation). One cause and kind give one message."""


class WorkQueue(Protocol):
    """Hands work to a later function."""

    def put(self, message: Mapping[str, Any]) -> None: ...
