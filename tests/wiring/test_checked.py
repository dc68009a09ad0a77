"""What the static checks look at: all of the code, and no limit lifted but for a named file."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
LIMITS = {"C90", "C901", "PLR0912", "PLR0915"}


def test_types_are_checked_in_every_file_of_the_repository() -> None:
    asked = ["git", "ls-files", "*.py"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    checked = tuple(f"{folder}/" for folder in SETTINGS["mypy"]["files"])
    assert [path for path in listed.split() if not path.startswith(checked)] == []
    assert SETTINGS["mypy"]["strict"] is True
    assert not {"exclude", "ignore_errors"} & SETTINGS["mypy"].keys()
    assert not any("ignore_errors" in override for override in SETTINGS["mypy"]["overrides"])


def test_a_limit_of_size_is_lifted_for_a_named_file_alone() -> None:
    lint = SETTINGS["ruff"]["lint"]
    assert lint["mccabe"]["max-complexity"] == 12
    lifted = [pattern for pattern, codes in lint["per-file-ignores"].items() if LIMITS & set(codes)]
    assert [pattern for pattern in lifted if not (ROOT / pattern).is_file()] == []
    assert LIMITS & set(lint["ignore"]) == set()
