"""`dunlin import` at a terminal where a person sits."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_ASKS = b"leaves it open): "


def at_a_terminal(folder: Path, arguments: Sequence[str], *answers: str) -> str:
    """What `dunlin import` says at a terminal of 80 columns; each question gets the next answer."""
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "from dunlin.cli.main import app; app()", "import", *arguments],
        cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs,
        env=os.environ | {"COLUMNS": "80", "TERM": "dumb"},
    )  # fmt: skip
    os.close(theirs)
    left = list(answers)
    seen = b""
    while True:
        try:
            piece = os.read(mine, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        seen += piece
        if left and seen.endswith(_ASKS):
            os.write(mine, left.pop(0).encode() + b"\n")
    os.close(mine)
    assert process.wait(timeout=60) in (0, 1), seen.decode()
    assert not left, "fewer questions were asked than answered"
    return seen.decode().replace("\r\n", "\n")
