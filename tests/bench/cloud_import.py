"""A file dropped into the deployed stack: time end to end, whose time it is, calls and their price.

The rows are imported once as they would be. Then the import's functions are pointed at a counter
and a tenth of the rows, of another creditor, is imported again: what AWS bills grows with the
rows, and counting every call would slow the first run.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local import cloud as clouds
from local import local_stack
from local.cloud import Cloud
from local.local_stack import LocalStack
from tests.bench.bench_import import write_sample
from tests.bench.counting import Call, Counter, counting
from tests.bench.ladder import DIRECTORY, PRICES, REPORT, free_ports, strategy
from tests.bench.tables import say, table
from tests.support.deployment import target_of

_FUNCTIONS = ("start_import", "profile_file", "load_rows", "reconcile_import")
_MEMORY_GB = {"start_import": 0.5, "load_rows": 1.0}
_CORE_GB = 1769 / 1024
_PER = 100_000
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True, kw_only=True)
class Run:
    """One import: seconds by the clock, CPU seconds by process, peak of memory, milliseconds."""

    rows: int
    seconds: float = 0.0
    ours: float = 0.0
    emulator: float = 0.0
    emulator_mb: float = 0.0
    functions_mb: float = 0.0
    took: dict[str, list[float]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)


def measure(built: Path, rows: int) -> tuple[Run, Run]:
    """Open a stack, import `rows` rows and count a tenth of them, close the stack."""
    port = free_ports()
    local_stack.close_stack(DIRECTORY)
    (DIRECTORY / "cloud").mkdir(parents=True, exist_ok=True)
    with counting(port) as counter:
        # Not enforcing IAM: the counter changes what was signed.
        clouds.start(port, auth=False, schedules=False, directory=DIRECTORY / "cloud")
        try:
            stack = local_stack.open_stack(
                port=port, directory=DIRECTORY, built=built / "template.yaml", say=say
            )
            os.environ.update(stack.environment())
            timed = _import(stack, counter, "timed", rows)
            _point(stack.cloud, counter.url)
            return timed, _import(stack, counter, "counted", max(rows // 10, 1), first=rows)
        finally:
            local_stack.close_stack(DIRECTORY)


def _point(cloud: Cloud, url: str) -> None:
    """Send the calls of the import's functions through the counter, each under its own name."""
    client = cloud.client("lambda")
    for name in _FUNCTIONS:
        function = f"{local_stack.STACK}-{name}"
        known = client.get_function_configuration(FunctionName=function)
        variables = known["Environment"]["Variables"]
        variables |= {"AWS_ENDPOINT_URL": url, "AWS_SDK_UA_APP_ID": name}
        client.update_function_configuration(
            FunctionName=function, Environment={"Variables": variables}
        )


def _import(
    stack: LocalStack, counter: Counter, creditor: str, rows: int, *, first: int = 0
) -> Run:
    from dunlin.cli.drop import drop_and_follow, put_strategy

    target = target_of(stack)
    answer = put_strategy(target, creditor, strategy(creditor))
    if not answer.startswith("No errors"):
        raise RuntimeError(answer)
    file = DIRECTORY / f"{creditor}.csv"
    write_sample(file, rows, first)
    # The streams of the run before are followed long after its report where a machine is busy.
    stack.cloud.settle(1_800)
    counter.forget()
    say(f"{creditor}: importing {rows:,} rows")
    since, run = time.time(), Run(rows=rows)
    with _watched(stack.cloud, run):
        report = drop_and_follow(target, creditor, file)
    run.seconds = time.time() - since
    if report["outcomes"] != {"created": rows}:
        raise RuntimeError(f"{report['outcomes']}: {report['reason']}")
    say(
        f"{creditor}: {run.seconds:.0f} s, {run.ours:.0f} CPU s ours, {run.emulator:.0f} the"
        f" emulator's; {run.functions_mb:.0f} and {run.emulator_mb:.0f} MB"
    )
    run.calls = list(counter.calls)
    run.took = _took(stack.cloud, since)
    return run


@contextmanager
def _watched(cloud: Cloud, run: Run) -> Iterator[None]:
    """Peak memory and CPU seconds of the emulator and of the functions while the block runs."""
    ended = threading.Event()
    before, last = _cpu(cloud), {}

    def look() -> None:
        while not ended.wait(3):
            last.update(_cpu(cloud))
            for pid, megabytes in _memory(cloud).items():
                if pid == cloud.pid:
                    run.emulator_mb = max(run.emulator_mb, megabytes)
                else:
                    run.functions_mb = max(run.functions_mb, megabytes)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    last.update(_cpu(cloud))
    for pid, seconds in last.items():
        spent = seconds - before.get(pid, 0.0)
        if pid == cloud.pid:
            run.emulator += spent
        else:
            run.ours += spent


def _cpu(cloud: Cloud) -> dict[int, float]:
    """CPU seconds of each process of the cloud; the leader is the emulator, the rest functions."""
    cpu = {}
    for pid in cloud.processes():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        cpu[pid] = (int(fields[11]) + int(fields[12])) / _TICK
    return cpu


def _memory(cloud: Cloud) -> dict[int, float]:
    """Peak resident megabytes of each process of the cloud."""
    memory = {}
    for pid in cloud.processes():
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        peak = next((line for line in lines if line.startswith("VmHWM")), None)
        if peak:
            memory[pid] = int(peak.split()[1]) / 1024
    return memory


def _took(cloud: Cloud, since: float) -> dict[str, list[float]]:
    """Milliseconds of every invocation of the import's functions, from their logs."""
    logs = cloud.client("logs")
    seconds: dict[str, list[float]] = defaultdict(list)
    for name in _FUNCTIONS:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{local_stack.STACK}-{name}", startTime=int(since * 1000)
        )
        for event in (e for page in pages for e in page["events"]):
            if report := REPORT.search(event["message"]):
                seconds[name].append(float(report[1]))
    return dict(seconds)


def bill(timed: Run, counted: Run) -> list[tuple[str, float, float]]:
    """(what, units, USD) of `_PER` rows at list price. Time is this machine's, not Lambda's."""
    scale = _PER / counted.rows
    ours = [c for c in counted.calls if not c.clock]
    seconds = sum(
        sum(took) / 1000 * _MEMORY_GB.get(name, _CORE_GB) * _PER / timed.rows
        for name, took in timed.took.items()
    )
    shares = len(timed.took.get("load_rows", ())) * _PER / timed.rows
    # Of the parent: three functions and a choice. Of a share: its start and its one state.
    transitions = 5 + 2 * shares
    lines: list[tuple[str, float, str]] = [
        ("Step Functions transitions", transitions, "transition"),
        ("Lambda requests", shares + 3, "lambda_request"),
        ("Lambda GB-seconds, as long as here", seconds, "lambda_gb_second"),
        ("DynamoDB write units", scale * sum(c.writes for c in ours), "write_unit"),
        ("DynamoDB read units", scale * sum(c.reads for c in ours), "read_unit"),
        ("S3 puts", scale * _s3(ours, "PUT"), "object_put"),
        ("S3 gets", scale * (_s3(ours, "GET") + _s3(ours, "HEAD")), "object_get"),
    ]
    return [(w, n, n * PRICES[p]["usd"] / PRICES[p]["each"]) for w, n, p in lines]


def _s3(calls: list[Call], operation: str) -> int:
    return sum(c.service == "s3" and c.operation == operation for c in calls)


def report(built: Path, rows: int) -> str:
    """The section of the bench. Opens and closes a stack; takes some minutes."""
    timed, counted = measure(built, rows)
    lines = bill(timed, counted)
    kinds: Tally[tuple[str, str, str]] = Tally(
        (c.function, c.service, c.operation) for c in counted.calls if not c.clock
    )
    busy = timed.ours + timed.emulator
    return "\n\n".join(
        [
            "## Import on the deployed stack",
            (f"{timed.rows:,} rows of 12 columns in **{timed.seconds:.0f} s** from the drop to"
             f" the report ({timed.rows / timed.seconds:,.0f} rows a second; target: 100,000 in"
             f" 300 s). CPU: {timed.ours:.0f} s in our functions, {timed.emulator:.0f} s in the"
             f" emulator, so {timed.ours / busy:.0%} is ours. Peak memory:"
             f" {timed.functions_mb:.0f} MB of a function, {timed.emulator_mb:.0f} MB of the"
             " emulator, which keeps every table in memory."),
            table(
                ["function", "calls", "seconds together", "longest"],
                [(n, len(t), f"{sum(t) / 1000:.1f}", f"{max(t) / 1000:.1f}")
                 for n, t in timed.took.items()],
            ),
            f"At list price, for {_PER:,} rows: **${sum(usd for _, _, usd in lines):.2f}**.",
            table(
                ["billed", "units", "USD"],
                [(w, f"{n:,.0f}", f"{usd:.4f}") for w, n, usd in lines],
            ),
            table(
                [f"calls for {counted.rows:,} rows", "service", "operation", "times"],
                [(*kind, n) for kind, n in sorted(kinds.items())],
            ),
        ]
    )  # fmt: skip
