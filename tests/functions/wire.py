"""Parts in memory in the place of those that a function would build for itself."""

from __future__ import annotations

from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.domain.accounts.account import Account
from dunlin.runtime import wiring
from tests.support import ground
from tests.support.builders import NOON


def wire(monkeypatch: pytest.MonkeyPatch, **parts: Any) -> None:
    """Each part behind the factory of its name."""
    for name, part in parts.items():
        monkeypatch.setattr(wiring, name, lambda part=part: part)


def wire_account(monkeypatch: pytest.MonkeyPatch) -> tuple[MemoryBook, Account]:
    """A book with one account whose next message is due, and the parts that look at it."""
    book, account = ground.memory_world()
    wire(
        monkeypatch,
        account_book=book,
        gate=ground.gate("PLAT-FREQ-ALL"),
        templates=ground.PlainLetters(),
        sessions=MemoryPortalSessions(),
        clock=FixedClock(NOON),
        mail_turns=None,
    )
    return book, account


class Context:
    """What Lambda hands a function beside its event."""

    def __init__(self, function: str, alias: str = "live") -> None:
        self.invoked_function_arn = (
            f"arn:aws:lambda:us-east-1:000000000000:function:{function}:{alias}"
        )
