"""Starts and stops the local cloud: one emulator process, its workers and their folder.

Several clouds may run at a time, each with its own port and folder. Everything listens on
127.0.0.1. The folder holds the process id, the log, unpacked layers and, if asked for, state.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import processes

ROOT = Path(__file__).resolve().parents[1]
INTERPRETER = ROOT / ".local" / "ministack" / "bin" / "python"
REGION = "us-east-1"
ACCOUNT = "000000000000"

# Unpacked layers nobody used for so long are thrown away at the next start.
_KEEP_UNPACKED_SECONDS = 7 * 86_400


class CloudError(Exception):
    """The local cloud cannot be started, does not answer, or is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What moves in the cloud at one instant."""

    executions_running: int
    executions_waiting: int
    calls: int
    messages: int
    stream_records: int

    @property
    def at_rest(self) -> bool:
        """Every execution waits for a token and nothing is on its way to a function."""
        idle = self.executions_running == self.executions_waiting
        return idle and not (self.calls or self.messages or self.stream_records)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """A running local cloud. `start` makes one, `find` returns one that runs already."""

    pid: int
    port: int
    directory: Path

    @property
    def endpoint(self) -> str:
        """The address of every AWS service."""
        return f"http://127.0.0.1:{self.port}"

    def api_url(self, api_id: str, stage: str = "Prod") -> str:
        """The address of a deployed REST API, for browsers and programs alike."""
        return f"{self.endpoint}/_aws/execute-api/{api_id}/{stage}"

    def environment(self) -> dict[str, str]:
        """Variables that make boto3, the AWS CLI and sam speak to this cloud as its root."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of this cloud with the root key."""
        import boto3

        make: Any = boto3.client  # its stubs want each service as a literal
        return make(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            **options,
        )

    def ask(self, method: str, path: str, timeout: float = 30) -> bytes:
        """Call one of the emulator's own endpoints. Raises `CloudError` when it refuses."""
        request = urllib.request.Request(self.endpoint + path, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                answer: bytes = response.read()
                return answer
        except (OSError, urllib.error.HTTPError) as error:
            raise CloudError(f"{method} {path}: {error}") from error

    def wait_ready(self, deadline: float = 30) -> None:
        """Return once the cloud answers; raise `CloudError` after `deadline` seconds or its end."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            if not processes.alive(self.pid):
                raise CloudError(f"the local cloud ended at once: {self._log_tail()}")
            try:
                self.ask("GET", "/_ministack/health", timeout=2)
            except CloudError:
                time.sleep(0.05)
            else:
                return
        raise CloudError(f"no answer on port {self.port} in {deadline:.0f} s: {self._log_tail()}")

    def mark(self) -> None:
        """Remember rows, objects, queues, outboxes, logs and metrics as they are now."""
        self.ask("POST", "/_ministack/mark")

    def rewind(self) -> None:
        """Go back to the mark: end what runs, restore the data, keep functions and workers."""
        self.ask("POST", "/_ministack/rewind")

    def activity(self) -> Activity:
        """What moves now."""
        return Activity(**json.loads(self.ask("GET", "/_ministack/activity")))

    def settle(self, deadline: float = 30) -> Activity:
        """Return once nothing moves for two looks; raise `CloudError` after `deadline` seconds."""
        end = time.monotonic() + deadline
        calm = 0
        while True:
            seen = self.activity()
            calm = calm + 1 if seen.at_rest else 0
            if calm == 2:
                return seen
            if time.monotonic() > end:
                raise CloudError(f"still moving after {deadline:.0f} s: {seen}")
            time.sleep(0.05)

    def processes(self) -> list[int]:
        """The emulator and its workers."""
        return processes.group(self.pid)

    def memory_mb(self) -> float:
        """Resident memory of the emulator and its workers, shared pages counted once a process."""
        return sum(processes.resident_mb(pid) for pid in self.processes())

    def running(self) -> bool:
        """Whether the emulator is alive."""
        return processes.alive(self.pid)

    def stop(self, deadline: float = 5) -> None:
        """End the emulator and its workers and remove the process id. Safe to call twice."""
        workers = self.processes()
        if processes.alive(self.pid):
            os.kill(self.pid, signal.SIGTERM)
            processes.wait_gone(self.pid, deadline)
        for pid in {self.pid, *workers, *self.processes()}:
            processes.kill(pid)
            processes.wait_gone(pid, deadline)
        (self.directory / "pid").unlink(missing_ok=True)
        shutil.rmtree(self.directory / "tmp", ignore_errors=True)

    def _log_tail(self) -> str:
        log = self.directory / "log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else "no log"


def find(directory: Path | str = ROOT / ".local" / "cloud") -> Cloud | None:
    """The cloud of this folder, if it runs."""
    directory = Path(directory)
    try:
        written = json.loads((directory / "pid").read_text())
    except (OSError, ValueError):
        return None
    cloud = Cloud(pid=written["pid"], port=written["port"], directory=directory)
    same = processes.alive(cloud.pid) and processes.started(cloud.pid) == written["started"]
    return cloud if same else None


def start(
    port: int = 4566,
    auth: bool = True,
    *,
    directory: Path | str = ROOT / ".local" / "cloud",
    schedules: bool = True,
    persist: bool = False,
    wave: int = 2,
    idle_seconds: int = 120,
    skip: Collection[str] = (),
    deadline: float = 30,
) -> Cloud:
    """Start the emulator and return once it answers.

    `auth` enforces IAM. `schedules=False` keeps schedules from firing. `persist` keeps the state
    in the folder over a restart. `wave` is how many executions, messages and events may call a
    function at a time; a worker that nobody calls ends after `idle_seconds`. `skip` names patches
    to leave out (`all` for none).

    Raises `CloudError` when a cloud runs in this folder or something else listens on the port.
    """
    directory = Path(directory).resolve()
    if (runs := find(directory)) is not None:
        raise CloudError(f"a local cloud runs in {directory} on port {runs.port}, pid {runs.pid}")
    if _listens(port):
        raise CloudError(f"something else listens on port {port}")
    if not INTERPRETER.exists():
        raise CloudError(f"{INTERPRETER} is missing: install requirements/ministack.lock there")
    unpacked, temporary = directory / "unpacked", directory / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    _forget_old(unpacked)
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{temporary / 'no-docker.sock'}",
        "AUTH": "true" if auth else "false",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(temporary),
        "LOCAL_UNPACKED": str(unpacked),
        "LOCAL_WAVE": str(wave),
        "LOCAL_SCHEDULES": "1" if schedules else "0",
        "LAMBDA_ACCOUNT_CONCURRENCY": "12",
        "LAMBDA_WARM_TTL_SECONDS": str(idle_seconds),
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.2",
        "PERSIST_STATE": "1" if persist else "0",
        "STATE_DIR": str(directory / "state"),
        "SKIP": ",".join(skip),
    }
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [INTERPRETER, "-I", ROOT / "local" / "emulator.py"],
            cwd=temporary,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    processes.CHILDREN[process.pid] = process
    cloud = Cloud(pid=process.pid, port=port, directory=directory)
    written = {"pid": cloud.pid, "port": port, "started": processes.started(cloud.pid)}
    (directory / "pid").write_text(json.dumps(written))
    try:
        cloud.wait_ready(deadline)
    except CloudError:
        cloud.stop()
        raise
    return cloud


def _forget_old(unpacked: Path) -> None:
    oldest = time.time() - _KEEP_UNPACKED_SECONDS
    for folder in unpacked.iterdir() if unpacked.exists() else ():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
