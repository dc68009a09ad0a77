"""Processes by their id: /proc where there is one, else `ps`, so that macOS does as well."""

import os
import signal
import subprocess
import time
from pathlib import Path

# Processes that this one started: only their parent can collect them when they end.
CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


def command_of(pid: int) -> str:
    """The command line of a process, empty where it is gone."""
    if not _has_proc():
        return _field(pid, "command")
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def _field(pid: int, name: str) -> str:
    """One column of `ps`, empty where the process is gone."""
    shown = subprocess.run(
        ["ps", "-o", f"{name}=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the command's name: state, parent, group ..."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _has_proc() -> bool:
    return Path("/proc/self/stat").exists()


def alive(pid: int) -> bool:
    """True while a process runs; one that ended and was not collected does not."""
    if pid in CHILDREN:
        return CHILDREN[pid].poll() is None
    if _has_proc():
        fields = _stat(pid)
        return fields is not None and fields[0] != "Z"
    state = _field(pid, "stat")
    return bool(state) and not state.startswith("Z")


def started(pid: int) -> str:
    """When a process started, to tell it from a later one with the same id."""
    if _has_proc():
        return (_stat(pid) or [""] * 20)[19]
    return _field(pid, "lstart")


def group(leader: int) -> list[int]:
    """The processes of a process group."""
    if not _has_proc():
        shown = subprocess.run(
            ["ps", "-axo", "pid=,pgid="], capture_output=True, text=True, check=True
        )
        pairs = [line.split() for line in shown.stdout.splitlines()]
        return [int(pid) for pid, group in pairs if int(group) == leader]
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    processes = ((pid, _stat(pid)) for pid in pids)
    return [
        pid for pid, fields in processes if fields and fields[2] == str(leader) and fields[0] != "Z"
    ]


def resident_mb(pid: int) -> float:
    """Resident memory of a process, 0 where it is gone."""
    if not _has_proc():
        return int(_field(pid, "rss") or 0) / 1024
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def kill(pid: int) -> None:
    """End a process at once."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_gone(pid: int, seconds: float) -> None:
    """Return once a process has ended, or after so many seconds."""
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
