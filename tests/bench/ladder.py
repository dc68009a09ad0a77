"""A ladder of four rungs on the deployed stack, every billed thing counted.

A stack of its own is opened with its functions pointed at a counter; one account with an e-mail
address is imported, activated and left silent for ninety virtual days, then others together. The
virtual clock's own reads and what schedules do are left out: they do not belong to a ladder.
"""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections import Counter as Tally
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from samtranslator.yaml_helper import yaml_parse

from dunlin.adapters.dynamo.rows.accounts import AWAIT, META
from local import cloud as clouds
from local import local_stack
from local.cloud import ROOT, Cloud
from local.demo import monday
from local.local_stack import LocalStack
from local.outside import OutsideWorld
from local.timelapse import TimeLapse
from tests.bench.counting import Call, Counter, counting
from tests.bench.tables import say, table
from tests.support.deployment import target_of

DIRECTORY = ROOT / ".local" / "bench"
PRICES = json.loads((Path(__file__).parent / "prices.json").read_text())["prices"]
ACCOUNTS = 1000
DAYS = 90
SCHEDULED = frozenset({"reconcile_ladders", "sign_audit_roots", "sync_optouts"})
# Billed time is assumed, not measured: this machine is not Lambda. 250 ms a call and 900 ms of a
# cold start; the two functions that read streams take a twentieth and a tenth of a touch here.
_SECONDS = {"publish_changes": 0.05, "archive_audit": 0.1}
_ASSUMED_SECONDS, _COLD_SECONDS, _COLD_SHARE = 0.25, 0.9, 0.05
_MEMORY_GB = 0.5
_TRACED = 0.05  # X-Ray's default rule, beside the first request of each second
# What gathers for a minute on AWS (twenty seconds where mails are concerned) gathers so long here,
# where a wave of some accounts is over in seconds.
_WINDOW_SECONDS = 8
_HEAD = "Account Number,Customer Name,Email,Address,City,State,ZIP,Balance,Invoice Date,Due Date\n"
_ROW = (
    "B-{n},Rowan Alder{n},alder{n}@example.com,{n} Elm Street,Springfield,IL,62701,240.00,{i},{d}\n"
)


@dataclass(slots=True, kw_only=True)
class Measured:
    """What the ladders of `accounts` accounts did together."""

    accounts: int
    states: Tally[str] = field(default_factory=Tally)
    retries: int = 0
    ends: Tally[str] = field(default_factory=Tally)
    calls: list[Call] = field(default_factory=list)
    invocations: dict[str, list[float]] = field(default_factory=dict)
    log_bytes: int = 0
    traced: frozenset[str] = frozenset()
    emails: int = 0
    events: int = 0
    token_writes: float = 0.0
    account_bytes: int = 0

    @property
    def transitions(self) -> int:
        return sum(self.states.values()) + self.retries


def measure(built: Path, company: int) -> tuple[Measured, Measured]:
    """Open a stack, walk one ladder and then `company` together, close the stack."""
    port = free_ports()
    local_stack.close_stack(DIRECTORY)
    (DIRECTORY / "cloud").mkdir(parents=True, exist_ok=True)
    with counting(port) as counter:
        start = monday()
        # Not enforcing IAM: the counter changes what was signed.
        clouds.start(port, auth=False, schedules=False, directory=DIRECTORY / "cloud")
        try:
            stack = local_stack.open_stack(
                port=port,
                directory=DIRECTORY,
                time_lapse=start.strftime("%Y-%m-%dT%H:%M:%SZ"),
                built=_pointed(built / "template.yaml", counter.url),
                say=say,
            )
            os.environ.update(stack.environment())
            lapse = TimeLapse(stack)
            return (
                _walk(stack, lapse, counter, "alone", 1),
                _walk(stack, lapse, counter, "company", company),
            )
        finally:
            local_stack.close_stack(DIRECTORY)


def free_ports() -> int:
    """The first of four neighbouring free ports, where a stack lives."""
    for port in range(4700, 4800, 4):
        probes = [socket.socket() for _ in range(4)]
        try:
            for offset, probe in enumerate(probes):
                probe.bind(("127.0.0.1", port + offset))
        except OSError:
            continue
        else:
            return port
        finally:
            for probe in probes:
                probe.close()
    raise RuntimeError("no four free ports from 4700 on")


def _pointed(built: Path, url: str) -> Path:
    """The built template with every function pointed at the counter, under its own name, and
    gathering as on AWS."""
    document = yaml_parse(built.read_text())
    for key, resource in document["Resources"].items():
        if not key.startswith("Fn::ForEach") and resource["Type"] == "AWS::Serverless::Function":
            properties = resource["Properties"]
            variables = properties.setdefault("Environment", {}).setdefault("Variables", {})
            name = json.dumps(properties["FunctionName"]).rpartition("-")[2].strip('"}]')
            variables |= {"AWS_ENDPOINT_URL": url, "AWS_SDK_UA_APP_ID": name}
            for source in properties.get("Events", {}).values():
                if "MaximumBatchingWindowInSeconds" in source["Properties"]:
                    source["Properties"]["MaximumBatchingWindowInSeconds"] = _WINDOW_SECONDS
    pointed = built.with_name("counted.yaml")
    pointed.write_text(yaml.safe_dump(document, sort_keys=False))
    return pointed


def _walk(
    stack: LocalStack, lapse: TimeLapse, counter: Counter, creditor: str, accounts: int
) -> Measured:
    from dunlin.cli.drop import drop_and_follow, put_strategy
    from dunlin.cli.rollout import EVERYBODY, begin
    from dunlin.runtime import wiring

    target = target_of(stack)
    start = lapse.now
    answer = put_strategy(target, creditor, strategy(creditor))
    if not answer.startswith("No errors"):
        raise RuntimeError(answer)
    local_stack.allow_sender(stack.cloud, f"accounts@{creditor}.example.com")
    say(f"{creditor}: importing {accounts}, activating, walking {DAYS} days")
    drop_and_follow(target, creditor, _portfolio(creditor, accounts, start))
    stack.cloud.settle(120)
    counter.forget()
    measured, people = Measured(accounts=accounts), _People(stack, lapse)
    since = time.time()
    begin(target, creditor, segment=EVERYBODY, stage="full")

    def after_each() -> None:
        people.look()
        if not measured.account_bytes:
            _weigh(stack, measured)
        held = wiring.account_book().accounts_of_creditor(creditor)
        if people.looks > 100 * accounts or any(a.status.value == "failed" for a in held):
            raise RuntimeError("a ladder failed or does not end")

    lapse.run(start + timedelta(days=DAYS), after_each=after_each)
    stack.cloud.settle(120)
    ours = list(wiring.account_book().accounts_of_creditor(creditor))
    measured.ends = Tally(a.status.value for a in ours)
    measured.calls = [c for c in counter.calls if c.function not in SCHEDULED and not c.clock]
    measured.emails, measured.events = people.emails, people.events
    machine = stack.outputs["LadderMachineArn"]
    _read_history(stack.cloud, machine, {a.account_id for a in ours}, measured)
    _read_logs(stack.cloud, since, measured)
    return measured


def strategy(creditor: str) -> bytes:
    import dunlin

    text = (Path(dunlin.__file__).parent / "strategies" / "default.yaml").read_text()
    return text.replace("@creditor.example.com", f"@{creditor}.example.com").encode()


def _portfolio(creditor: str, accounts: int, start: datetime) -> Path:
    issued, due = (start - timedelta(days=70)).date(), (start - timedelta(days=40)).date()
    file = DIRECTORY / f"{creditor}.csv"
    first = 0 if accounts == 1 else 100
    rows = (_ROW.format(n=first + n, i=issued, d=due) for n in range(1, accounts + 1))
    file.write_text(_HEAD + "".join(rows))
    return file


class _People:
    """Silent people: SES tells that every mail left and arrived, and of each first an opening."""

    def __init__(self, stack: LocalStack, lapse: TimeLapse) -> None:
        self._world, self._lapse = OutsideWorld(cloud=stack.cloud), lapse
        self._opened: set[tuple[str, ...]] = set()
        self._before = len(self._world.emails())
        self.emails = self.events = self.looks = 0

    def look(self) -> None:
        self.looks += 1
        for email in self._world.emails()[self._before + self.emails :]:
            self.emails += 1
            self._plan("Send", email.message_id, 0.01)
            self._plan("Delivery", email.message_id, 0.02)
            if email.to not in self._opened:
                self._opened.add(email.to)
                self._plan("Open", email.message_id, 5)

    def _plan(self, kind: str, message_id: str, hours: float) -> None:
        def act() -> None:
            self.events += 1
            replace(self._world, now=self._lapse.now).email_event(kind, message_id)

        self._lapse.plan(self._lapse.now + timedelta(hours=hours), act)


def _weigh(stack: LocalStack, measured: Measured) -> None:
    """What an account weighs, and what storing a task token beside it writes."""
    name = stack.outputs["AccountsTableName"]
    rows = stack.cloud.client("dynamodb").scan(TableName=name)["Items"]
    weights = {
        sk: max((_weight(row) for row in rows if row["sk"]["S"] == sk), default=0)
        for sk in (META, AWAIT)
    }
    if weights[AWAIT]:
        measured.account_bytes = weights[META]
        measured.token_writes = -(-weights[AWAIT] // 1024)


def _weight(row: dict[str, Any]) -> int:
    """Bytes of a row: its names and values."""
    return sum(len(k) + len(json.dumps(next(iter(v.values())))) for k, v in row.items())


def _read_history(cloud: Cloud, machine: str, accounts: set[str], measured: Measured) -> None:
    steps = cloud.client("stepfunctions")
    for execution in steps.list_executions(stateMachineArn=machine)["executions"]:
        if execution["name"].rpartition("-")[0] not in accounts:
            continue
        scheduled: Tally[str] = Tally()
        tasks: Tally[str] = Tally()
        now = ""
        token: dict[str, Any] = {}
        while True:
            page = steps.get_execution_history(
                executionArn=execution["executionArn"], maxResults=1000, **token
            )
            for event in page["events"]:
                if event["type"].endswith("StateEntered"):
                    now = event["stateEnteredEventDetails"]["name"]
                    measured.states[now] += 1
                    tasks[now] += event["type"] == "TaskStateEntered"
                scheduled[now] += event["type"] in ("TaskScheduled", "LambdaFunctionScheduled")
            if not (following := page.get("nextToken")):
                break
            token = {"nextToken": following}
        measured.retries += sum(max(0, scheduled[s] - n) for s, n in tasks.items())


REPORT = re.compile(r"REPORT .*?Duration: ([\d.]+) ms")
_PLATFORM = ("START ", "END ", "REPORT ", "INIT_START ")
"""How the lines begin that `SystemLogLevel: WARN` leaves out on AWS."""


def _read_logs(cloud: Cloud, since: float, measured: Measured) -> None:
    logs = cloud.client("logs")
    durations: dict[str, list[float]] = defaultdict(list)
    for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]:
        name = group["logGroupName"].rpartition("-")[2]
        if name in SCHEDULED:
            continue
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group["logGroupName"], startTime=int(since * 1000)
        )
        for event in (e for page in pages for e in page["events"]):
            if not event["message"].startswith(_PLATFORM):
                measured.log_bytes += len(event["message"].encode()) + 26
            if report := REPORT.search(event["message"]):
                durations[name].append(float(report[1]))
    measured.invocations = dict(durations)
    measured.traced = frozenset(
        function["FunctionName"].rpartition("-")[2]
        for page in cloud.client("lambda").get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if function.get("TracingConfig", {}).get("Mode") == "Active"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the bill of `ACCOUNTS` ladders."""

    what: str
    units: float
    price: str

    @property
    def usd(self) -> float:
        price = PRICES[self.price]
        return self.units * ACCOUNTS * price["usd"] / price["each"]


def bill(m: Measured) -> list[Line]:
    """What one ladder of these is billed for, beside its messages."""
    calls = sum(len(d) for d in m.invocations.values())
    stored = m.states["AwaitDue"] + m.states["Held"] + m.states["Escalated"]
    seconds = calls * _COLD_SHARE * _COLD_SECONDS + sum(
        len(d) * _SECONDS.get(name, _ASSUMED_SECONDS) for name, d in m.invocations.items()
    )
    batches = len(m.invocations.get("record_email_event", []))
    puts = sum(c.service == "s3" and c.operation == "PUT" for c in m.calls)
    lines: list[tuple[str, float, str]] = [
        ("Step Functions transitions", m.transitions, "transition"),
        ("Lambda requests", calls, "lambda_request"),
        ("Lambda GB-seconds (assumed)", seconds * _MEMORY_GB, "lambda_gb_second"),
        ("DynamoDB write units", sum(c.writes for c in m.calls) + stored * m.token_writes,
         "write_unit"),
        ("DynamoDB read units", sum(c.reads for c in m.calls), "read_unit"),
        ("EventBridge custom events",
         sum(c.entries for c in m.calls if c.operation == "PutEvents"), "custom_event"),
        ("SQS requests", m.events + 2 * batches, "queue_request"),
        ("S3 puts", puts, "object_put"),
        ("CloudWatch log GB", m.log_bytes / 1e9, "log_gb"),
        ("X-Ray traces, 5% sampled",
         _TRACED * sum(len(d) for name, d in m.invocations.items() if name in m.traced), "trace"),
    ]  # fmt: skip
    return [Line(what=w, units=n / m.accounts, price=p) for w, n, p in lines]


def report(built: Path, company: int) -> str:
    """The section of the bench. Opens and closes a stack; takes some minutes."""
    alone, together = measure(built, company)
    single, many = bill(alone), bill(together)
    total, cheaper = sum(line.usd for line in single), sum(line.usd for line in many)
    states = ", ".join(f"{n} {s}" for s, n in alone.states.most_common())
    edge = 2 * ACCOUNTS * PRICES["transition"]["usd"] / PRICES["transition"]["each"]
    messages = alone.emails * ACCOUNTS * PRICES["email"]["usd"] / PRICES["email"]["each"]
    rows = [
        (a.what, _units(a.units), f"{a.usd:.4f}", _units(b.units), f"{b.usd:.4f}")
        for a, b in zip(single, many, strict=True)
    ]
    rows.append(("**together**", "", f"**{total:.2f}**", "", f"**{cheaper:.2f}**"))
    return "\n\n".join(
        [
            "## A ladder of four rungs, without deferral",
            (f"One account, {alone.emails} e-mails delivered, one opened; it ended"
            f" {next(iter(alone.ends))}. **{alone.transitions} billed transitions** (target 20):"
            f" {states}; {alone.retries} retries. A wake adds three (AwaitDue, CheckCompliance,"
            " Permitted?). Every state entered is one; some of AWS's examples count the start"
            f" and the end of an execution too, which would add ${edge:.2f}."),
            (f"**${total:.2f} for {ACCOUNTS:,} accounts beside the messages where each walks"
            f" alone, ${cheaper:.2f} where {together.accounts} walk together** and stream"
            f" functions get more than one record a call (target $0.65; {together.accounts} of"
            f" them took {together.transitions / together.accounts:.1f} transitions each). The"
            f" {alone.emails} e-mails themselves: ${messages:.2f} à la carte."),
            table(
                ["billed for one ladder", "alone", f"USD for {ACCOUNTS:,}",
                 f"of {together.accounts}", f"USD for {ACCOUNTS:,}"],
                rows,
            ),
            (f"The account's row weighs {alone.account_bytes} bytes; over 1,024 it would cost"
            f" twice the units. Its token lies beside it ({alone.token_writes:.0f} unit to store"
            " one, two where AWS gives the longest it allows)."),
            table(
                ["function", "calls", "local ms, median", "write units", "in indexes",
                 "read units", "other AWS calls"],
                _by_function(alone),
            ),
            table(
                [f"{together.accounts} together", "calls", "local ms, median", "write units",
                 "in indexes", "read units", "other AWS calls"],
                _by_function(together),
            ),
        ]
    )  # fmt: skip


def _units(number: float) -> str:
    return f"{number:.7f}" if number < 0.01 else f"{number:,.1f}"


def _by_function(m: Measured) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for name in sorted({*m.invocations, *(c.function for c in m.calls)}):
        own = [c for c in m.calls if c.function == name]
        others = Tally(f"{c.service} {c.operation}" for c in own if c.service != "dynamodb")
        took = sorted(m.invocations.get(name, [0.0]))
        rows.append(
            (
                name, len(m.invocations.get(name, [])), f"{took[len(took) // 2]:.0f}",
                f"{sum(c.writes for c in own):.0f}", f"{sum(c.copies for c in own):.0f}",
                f"{sum(c.reads for c in own):.1f}",
                ", ".join(f"{n} {what}" for what, n in sorted(others.items())) or "none",
            )
        )  # fmt: skip
    return rows
