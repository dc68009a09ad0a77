"""Writes layers/runtime/requirements.txt: requirements/runtime.lock without what only tools need.

Chalice is used as a library, so its command's dependencies stay out of the layer. A test keeps
the file equal to what this makes; run it after the lock has changed.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "runtime.lock"
REQUIREMENTS = ROOT / "layers" / "runtime" / "requirements.txt"

COMMAND_ONLY = frozenset(
    {
        *("blessed", "click", "editor", "inquirer", "jinxed", "packaging", "pip", "readchar"),
        *("runs", "setuptools", "wcwidth", "wheel", "xmod"),
    }
)

_BLOCK = re.compile(r"^(?P<name>[a-z0-9._-]+)==.*?(?=^[a-z0-9]|\Z)", re.MULTILINE | re.DOTALL)


def requirements(lock: str) -> str:
    """The requirements of the runtime layer with their hashes, in the order of the lock."""
    kept = [
        re.sub(r"^\s*#.*\n?", "", match.group(0), flags=re.MULTILINE)
        for match in _BLOCK.finditer(lock)
        if match["name"] not in COMMAND_ONLY
    ]
    return "# Made by tools/runtime_requirements.py from requirements/runtime.lock.\n" + "".join(
        kept
    )


if __name__ == "__main__":
    REQUIREMENTS.write_text(requirements(LOCK.read_text()))
