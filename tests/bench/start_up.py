"""CPU that each function's start takes: import, then what its first call needs.

A fresh interpreter with the function's folder, the two built layers and the standard library,
and with the layers' own bytecode, as on Lambda. `first call` builds the ports that the handler
asks `wiring` for and makes one DynamoDB client and one read, answered by a stub with nothing.
"""

from __future__ import annotations

import ast
import json
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from local.cloud import ROOT
from tests.bench.tables import say, table

RUNS = 5
TARGET_MS = 700
LADDER = ("check_compliance", "send_email", "send_sms")

_CHILD = """
import sys, time, os, json
folder, layers, module, factories = json.loads(sys.argv[1])
sys.path[:0] = [folder, *layers]
began = time.process_time()
__import__(module)
imported = time.process_time()
wiring = sys.modules["dunlin.runtime.wiring"]
for name in factories:
    try:
        getattr(wiring, name)()
    except Exception as error:  # the stub holds no keys of a processor
        if name != "processor" and "Unavailable" not in type(error).__name__:
            raise
built = time.process_time()
if "dunlin.adapters.dynamo.rows.accounts" in sys.modules:
    from dunlin.adapters.dynamo.rows import accounts as rows
    try:
        rows.AccountRow.get("none", "META")
    except rows.AccountRow.DoesNotExist:
        pass
ready = time.process_time()
print(json.dumps([1000 * began, 1000 * (imported - began), 1000 * (built - imported),
                  1000 * (ready - built), len(sys.modules)]))
"""

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "DUNLIN_STAGE": "local",
    "DUNLIN_TIME_LAPSE": "",
    "POWERTOOLS_SERVICE_NAME": "dunlin",
    "DROP_BUCKET": "drop",
    "AUDIT_BUCKET": "audit",
    "LADDER_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:ladder",
    "NOTICE_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:notice",
    "ARRANGEMENT_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:arrangement",
    "IMPORT_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:import",
    "MAIL_CONFIGURATION_SET": "dunlin",
    "PORTAL_BASE_URL": "https://pay.example.com",
    "STRIPE_SECRET_NAME": "dunlin/stripe",
    "WEBHOOK_SECRET_NAME": "dunlin/webhook",
    "STACK_ID": "stack",
    "MONTHLY_SPEND_CAP": "0",
    "STRIPE_API_BASE": "",
    "CHECKOUT_ORIGIN": "https://checkout.stripe.com",
    "PAYMENT_QUEUE_URL": "http://127.0.0.1/000000000000/payments",
    "AUDIT_KEY_ID": "key",
    "PYTHONDONTWRITEBYTECODE": "1",
    **{
        f"{name}_TABLE": name.lower()
        for name in ("ACCOUNTS", "PEOPLE", "TOUCHES", "PERMITS", "AUDIT", "OPS", "WEBHOOKS")
    },
}


def factories(module: Path) -> list[str]:
    """The factories of `wiring` that a handler calls without arguments, in its order."""
    tree = ast.parse(module.read_text())
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "wiring"
        and not node.args
        and not node.keywords
    ]
    named = [node.func.attr for node in calls if isinstance(node.func, ast.Attribute)]
    return list(dict.fromkeys(named))


@contextmanager
def _stub() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """Silent."""

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _once(folder: Path, layers: Sequence[Path], url: str) -> list[float]:
    module = "app" if (folder / "app.py").exists() else "handler"
    asked = [str(folder), [str(each) for each in layers], module,
             factories(folder / f"{module}.py")]  # fmt: skip
    done = subprocess.run(
        # -I and -S: nothing of this environment but the standard library is on the path.
        [sys.executable, "-I", "-S", "-c", _CHILD, json.dumps(asked)],
        env={**_ENVIRONMENT, "AWS_ENDPOINT_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{folder.name}: {done.stderr[-2000:]}")
    figures: list[float] = json.loads(done.stdout)
    return figures


def measure(built: Path) -> dict[str, list[float]]:
    """Median ms of CPU by function: interpreter, import, ports, first read; modules loaded."""
    layers = [built / "RuntimeLayer" / "python", built / "CoreLayer" / "python"]
    times = {}
    with _stub() as url:
        for source in sorted((ROOT / "functions").iterdir()):
            name = "".join(part.capitalize() for part in source.name.split("_"))
            folder = built / f"{name}Function"
            if not folder.is_dir():
                continue
            say(f"starting {source.name} {RUNS} times")
            runs = [_once(folder, layers, url) for _ in range(RUNS)]
            times[source.name] = [statistics.median(each) for each in zip(*runs, strict=True)]
    return times


def report(built: Path) -> str:
    """The section of the bench."""
    times = measure(built)
    worst = max((sum(times[n][1:4]), n) for n in LADDER)
    rows = [
        (
            f"**{name}**" if name in LADDER else name,
            f"{imported:.0f}",
            f"{ports:.0f}",
            f"{read:.0f}",
            f"{imported + ports + read:.0f}",
            f"{modules:.0f}",
        )
        for name, (_, imported, ports, read, modules) in times.items()
    ]
    base = statistics.median(f[0] for f in times.values())
    return "\n\n".join(
        [
            "## Start of each function",
            (
                f"Milliseconds of CPU, median of {RUNS}, Python"
                f" {sys.version_info.major}.{sys.version_info.minor} with the layers' bytecode;"
                f" the interpreter itself takes {base:.0f} ms. Slowest ladder function ready:"
                f" **{worst[1]}, {worst[0]:.0f} ms** (target {TARGET_MS})."
            ),
            table(["function", "import", "ports", "first read", "ready", "modules"], rows),
        ]
    )
