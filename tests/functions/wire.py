"""Parts in memory in the place of those that a function would build for itself."""

from __future__ import annotations

from typing import Any

import pytest

from dunlin.runtime import wiring


def wire(monkeypatch: pytest.MonkeyPatch, **parts: Any) -> None:
    """Each part behind the factory of its name."""
    for name, part in parts.items():
        monkeypatch.setattr(wiring, name, lambda part=part: part)


class Context:
    """What Lambda hands a function beside its event."""

    def __init__(self, function: str, alias: str = "live") -> None:
        self.invoked_function_arn = (
            f"arn:aws:lambda:us-east-1:000000000000:function:{function}:{alias}"
        )
