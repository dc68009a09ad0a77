"""Patches of Lambda workers: what they import, how they fail, start, log and count."""

import hashlib
import json
import os
import queue
import tempfile
import threading
import time
import types
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import cloudwatch, lambda_svc

from local.emulator_patches.text import replace

# What AWS's Python runtimes carry beside the standard library.
RUNTIME_PACKAGES = (
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "dateutil",
    "urllib3",
    "six.py",
)


def own_packages_only() -> None:
    """A function imports from its own code, its layers and AWS's runtime, nothing else.

    Upstream runs workers with the emulator's interpreter and all its packages, so a dependency
    that is missing from the layer goes unseen until the stack meets AWS. We take every
    site-packages off the worker's path and leave the few packages that AWS's runtime has.
    """
    here = Path(lambda_runtime.__file__).parents[2]
    runtime = Path(tempfile.mkdtemp(prefix="runtime-"))
    for name in RUNTIME_PACKAGES:
        (runtime / name).symlink_to(here / name)
    lambda_runtime._PYTHON_WORKER_SCRIPT = (
        "import sys\n"
        "sys.path[:] = [p for p in sys.path if not p.endswith(('site-packages', 'dist-packages'))]"
        f" + [{str(runtime)!r}]\n"
    ) + lambda_runtime._PYTHON_WORKER_SCRIPT


class _Raised(str):
    """An error message that remembers the exception's class name and traceback."""

    kind: str
    trace: str


def exception_names() -> None:
    """A handler's exception keeps its class name and does not cost the worker its life.

    Upstream reports every exception as `Runtime.HandlerError`, so Retry and Catch by name never
    match, and kills the worker, so the next call pays a cold start. AWS keeps both.
    """
    lambda_runtime._PYTHON_WORKER_SCRIPT = replace(
        lambda_runtime._PYTHON_WORKER_SCRIPT,
        '{"status": "error", "error": str(e), "trace": traceback.format_exc()}',
        '{"status": "ok", "raised": {"error": str(e), "kind": type(e).__name__, '
        '"trace": traceback.format_exc()}}',
    )
    invoke = lambda_runtime.Worker.invoke
    execute = lambda_svc._execute_function_warm

    def worker_invoke(self: Any, *args: Any, **options: Any) -> dict[str, Any]:
        answer: dict[str, Any] = invoke(self, *args, **options)
        raised = answer.pop("raised", None)
        if raised is None:
            return answer
        message = _Raised(raised["error"])
        message.kind, message.trace = raised["kind"], raised["trace"]
        return {**answer, "status": "error", "error": message, "trace": raised["trace"]}

    def execute_warm(func: dict[str, Any], event: object, request_id: str) -> dict[str, Any]:
        result: dict[str, Any] = execute(func, event, request_id)
        message = result["body"].get("errorMessage") if result.get("error") else None
        if isinstance(message, _Raised):
            result["body"] = {
                "errorMessage": str(message),
                "errorType": message.kind,
                "requestId": request_id,
                "stackTrace": message.trace.splitlines(),
            }
        return result

    lambda_runtime.Worker.invoke = worker_invoke
    lambda_svc._execute_function_warm = execute_warm


class _Unpacked(zipfile.ZipFile):
    """A zip whose content is unpacked once per content, then linked."""

    home = Path(tempfile.gettempdir()) / "unpacked"
    lock = threading.Lock()

    def namelist(self) -> list[str]:
        # The caller walks the names to refuse escapes; `extractall` strips them by itself.
        return []

    def extractall(
        self, path: Any = None, members: Iterable[Any] | None = None, pwd: bytes | None = None
    ) -> None:
        names = "".join(f"{entry.filename}\0{entry.CRC}\n" for entry in self.infolist())
        content = self.home / hashlib.sha256(names.encode()).hexdigest()
        with self.lock:
            if not content.exists():
                self.home.mkdir(parents=True, exist_ok=True)
                fresh = Path(tempfile.mkdtemp(dir=self.home))
                super().extractall(fresh, members or self.infolist(), pwd)
                fresh.rename(content)
            content.touch()
        Path(path).rmdir()
        Path(path).symlink_to(content)


def unpack_once() -> None:
    """Code and layers are unpacked once, not once a worker.

    Upstream unpacks the function and both layers afresh for every worker: 1.3 s of cold start
    for layers of 60 MB, more while others start. LOCAL_UNPACKED names the folder to keep them.
    """
    if home := os.environ.get("LOCAL_UNPACKED"):
        _Unpacked.home = Path(home)
    lambda_runtime.zipfile = types.SimpleNamespace(**{**vars(zipfile), "ZipFile": _Unpacked})


_MARK = "\x1edone"


def log_marks() -> None:
    """A call ends when its log ends, which takes 1 ms, not 50.

    Upstream waits 50 ms for the log of a silent call and 5 ms after the last line of another,
    so that a warm call is slow, and a late line lands in the next call's log. The worker now
    writes a mark after each call and we read up to it.
    """
    lambda_runtime._PYTHON_WORKER_SCRIPT = replace(
        lambda_runtime._PYTHON_WORKER_SCRIPT,
        "        _real_stdout.flush()\n\nrun()",
        f'        sys.stderr.write({_MARK!r} + "\\n")\n'
        "        sys.stderr.flush()\n"
        "        _real_stdout.flush()\n\nrun()",
    )
    drain = lambda_runtime.Worker._drain_stderr_bounded

    def drain_to_mark(self: Any, *args: Any, **options: Any) -> str:
        if not str(self.config.get("Runtime", "")).startswith("python"):
            return str(drain(self, *args, **options))
        lines: list[str] = []
        deadline = time.monotonic() + 1.0
        while (left := deadline - time.monotonic()) > 0 and self._proc is not None:
            try:
                line = self._stderr_queue.get(timeout=left)
            except queue.Empty:
                break
            if line == _MARK:
                break
            lines.append(line)
        return "\n".join(lines)

    lambda_runtime.Worker._drain_stderr_bounded = drain_to_mark


def idle_workers() -> None:
    """A worker that nobody called for LAMBDA_WARM_TTL_SECONDS ends, as AWS ends it.

    Upstream keeps one worker of every function for ever: 40 MB each, 800 MB once every function
    was called. A cold start costs half a second.
    """
    seconds = lambda_runtime._LOCAL_WORKER_TTL

    def reap(ttl: float | None = None) -> int:
        oldest = time.time() - (seconds if ttl is None else ttl)
        ended: list[Any] = []
        with lambda_runtime._lock:
            for key, workers in list(lambda_runtime._workers.items()):
                idle = [w for w in workers if not w.in_use and w.last_used <= oldest]
                ended.extend(idle)
                lambda_runtime._workers[key] = [w for w in workers if w not in idle]
        lambda_runtime.kill_workers(ended)
        return len(ended)

    def watch() -> None:
        while True:
            time.sleep(min(seconds, 10))
            reap()

    lambda_runtime.reap_idle_workers = lambda_svc.reap_idle_workers = reap
    threading.Thread(target=watch, daemon=True).start()


def _record_embedded(line: str) -> None:
    """Record the metrics of one log line in CloudWatch's embedded metric format."""
    try:
        row = json.loads(line)
        blocks = row["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for block in blocks:
        for metric in block["Metrics"]:
            values = row.get(metric["Name"], [])
            for keys in block.get("Dimensions") or [[]]:
                for value in values if isinstance(values, list) else [values]:
                    cloudwatch.record_metric(
                        block["Namespace"],
                        metric["Name"],
                        value,
                        metric.get("Unit", "None"),
                        {key: str(row[key]) for key in keys},
                    )
            _look_at_alarms(block["Namespace"], metric["Name"])


def _look_at_alarms(namespace: str, name: str) -> None:
    """Upstream looks at its alarms when a metric is put through the API alone."""
    for alarm in list(cloudwatch._alarms.values()):
        if (alarm.get("Namespace"), alarm.get("MetricName")) == (namespace, name):
            cloudwatch._evaluate_alarm(alarm)


def metrics_from_logs() -> None:
    """Log lines in the embedded metric format become metrics.

    Upstream ignores them. Format: CloudWatch embedded metric format, version 0.
    """
    emit = lambda_svc._emit_lambda_logs

    def emit_logs(
        func: dict[str, Any], request_id: str, text: str, *args: Any, **options: Any
    ) -> None:
        emit(func, request_id, text, *args, **options)
        for line in (text or "").splitlines():
            if '"_aws"' in line:
                _record_embedded(line)

    lambda_svc._emit_lambda_logs = emit_logs
