"""What docs/requirements.md points at is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_NAMED = re.compile(r"`((?:tests|docs)/[\w/.-]+)(?:::(\w+))?`")


def test_every_test_that_a_requirement_names_exists() -> None:
    named = _NAMED.findall((ROOT / "docs" / "requirements.md").read_text("utf-8"))
    assert len(named) > 80
    missing = []
    for path, name in named:
        place = ROOT / path
        if not place.exists() or (name and f"def {name}(" not in place.read_text("utf-8")):
            missing.append(f"{path}::{name}" if name else path)
    assert missing == []
