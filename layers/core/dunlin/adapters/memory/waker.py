"""What was woken, started and noticed, in memory."""

from __future__ import annotations

from dunlin.domain.accounts.account import Account
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.ids import execution_name


class MemoryWaker:
    """Remembers what was woken, started and noticed."""

    def __init__(self) -> None:
        self.woken: list[str] = []
        self.started: dict[str, tuple[Account, int]] = {}
        self.notices: list[tuple[str, str, str]] = []
        self.arrangements: dict[str, Arrangement] = {}
        self.woken_arrangements: list[str] = []

    def wake(self, account_id: str) -> bool:
        self.woken.append(account_id)
        return True

    def start(self, account: Account, *, wait_seconds: int) -> bool:
        name = f"{account.account_id}-{account.ladder_run}"
        if name in self.started:
            return False
        self.started[name] = (account, wait_seconds)
        return True

    def running(self, account: Account) -> bool:
        return f"{account.account_id}-{account.ladder_run}" in self.started

    def alive(self) -> set[str]:
        return set(self.started)

    def start_arrangement(self, arrangement: Arrangement, *, wait_seconds: int) -> bool:
        name = execution_name(arrangement.arrangement_id, arrangement.run)
        return self.arrangements.setdefault(name, arrangement) is arrangement

    def wake_arrangement(self, arrangement: Arrangement) -> bool:
        self.woken_arrangements.append(arrangement.arrangement_id)
        return self.arrangement_running(arrangement)

    def arrangement_running(self, arrangement: Arrangement) -> bool:
        return execution_name(arrangement.arrangement_id, arrangement.run) in self.arrangements

    def notice(self, *, account: Account, kind: str, cause: str) -> bool:
        wanted = (account.account_id, kind, cause)
        if wanted in self.notices:
            return False
        self.notices.append(wanted)
        return True
