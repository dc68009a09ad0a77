"""Standing: where an account stood before a file lacked it, to be taken up again as it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from dunlin.domain.accounts.account import Account, Hold, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What `lifecycle` needs to take an account up again; all else stays on it meanwhile."""

    status: Status
    hold: Hold | None
    hold_reason: str
    waiting: tuple[str, ...]
    due_at: datetime | None
    paused: bool

    @classmethod
    def of(cls, account: Account) -> Standing:
        return cls(
            status=account.status,
            hold=account.hold,
            hold_reason=account.hold_reason,
            waiting=account.waiting,
            due_at=account.due_at,
            paused=account.paused,
        )

    def text(self) -> str:
        """As it is kept with the account."""
        due = self.due_at.isoformat() if self.due_at else ""
        held = self.hold.value if self.hold else ""
        return json.dumps(
            [self.status.value, held, self.hold_reason, self.waiting, due, self.paused]
        )

    @classmethod
    def read(cls, text: str) -> Standing:
        """The standing of `text`."""
        status, held, why, waiting, due, paused = json.loads(text)
        if isinstance(waiting, str):  # as it was kept while one alone could wait
            waiting = [waiting] if waiting else []
        return cls(
            status=Status(status),
            hold=Hold(held) if held else None,
            hold_reason=why,
            waiting=tuple(waiting),
            due_at=datetime.fromisoformat(due) if due else None,
            paused=paused,
        )
