"""What a function counted: its metric lines, as CloudWatch reads them out of the log."""

from __future__ import annotations

import json
from typing import Any

import pytest


def counted(name: str, written: pytest.CaptureFixture[str] | str) -> list[dict[str, Any]]:
    """The metric lines that count `name`, oldest first; a capture is emptied by it."""
    text = written if isinstance(written, str) else written.readouterr().out
    lines = [json.loads(line) for line in text.splitlines() if '"_aws"' in line]
    return [line for line in lines if name in line]
