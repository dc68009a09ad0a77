"""Drops files and follows what becomes of them; `dunlin strategy put`. The bucket is the interface:
these commands only use it as a person would.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from dunlin.cli import packs, strategies
from dunlin.cli.commands import Commands
from dunlin.cli.packs import init
from dunlin.cli.refit import refit
from dunlin.cli.speech import not_in_order, say
from dunlin.cli.stack import ToWrite
from dunlin.cli.target import Target
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import import_id
from dunlin.domain.imports import file_names

T = TypeVar("T")
_PATIENCE = 900.0
_SILENT, _LOOKS = 15.0, 5.0
"""Seconds of an import of which nothing is said, and between two looks at what it waits for."""
_SHOWN = 300
"""Characters of what a failed step said."""
strategy_app = Commands("A creditor's strategy.", example="dunlin strategy show harbor-clinic")
strategy_app.command()(init)
strategy_app.command()(strategies.check)
strategy_app.command()(strategies.show)
strategy_app.command()(strategies.approve)
strategy_app.command()(strategies.diff)
strategy_app.command()(refit)


def drop_and_follow(target: Target, creditor: str, path: Path) -> dict[str, Any]:
    """Drop one file and wait until its import has ended or asks; the summary."""
    key = f"drop/{creditor}/{path.name}"
    version = drop(target, key, path.read_bytes())
    return follow(target, key, import_id(creditor, key, version))


def follow(target: Target, key: str, wanted: str, *, after: str = "") -> dict[str, Any]:
    """Wait for an import's next summary; `after` is the version of one that was seen already."""
    place = file_names.summary_name(key)

    def done() -> dict[str, Any] | None:
        read = _read(target, place)
        if read is None or read[1] == after:
            return None
        document = read[0]
        ended = document.get("import_id") == wanted and document["state"] != "reading"
        return document | {"summary_version": read[1]} if ended else None

    name = key.rpartition("/")[2]
    return wait_for(done, f"the import of {name}", between=_Watch(target, name, wanted))


class _Watch:
    """Says what an import that takes long waits for: that it is read, or which of its steps failed
    and is tried again. Exits with 1 once its machine has given up."""

    def __init__(self, target: Target, name: str, wanted: str) -> None:
        self._target, self._name, self._wanted = target, name, wanted
        self._next = time.monotonic() + _SILENT
        self._last = ""

    def __call__(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _LOOKS
        failed, over = last_failure(self._target, self._wanted)
        words = f"{self._name}: {failed or 'it is being read'}."
        if over:
            raise not_in_order(words)
        if failed:
            words = f"{words} It is tried again."
        if words != self._last:
            self._last = words
            say(words, colour="yellow" if failed else "")


def last_failure(target: Target, import_id: str) -> tuple[str, bool]:
    """What the machine of an import failed at last, "" where it goes on, and whether it has given
    up; nothing where nobody may look or it has not begun."""
    from botocore.exceptions import ClientError

    steps, machine = target.client("stepfunctions"), target.outputs["ImportMachineArn"]
    try:
        runs = steps.list_executions(stateMachineArn=machine, maxResults=100)["executions"]
        own = [run for run in runs if run["name"].startswith(import_id)]
        if not own:
            return "", False
        newest = max(own, key=lambda run: run["startDate"])
        failed = _failed_step(steps, newest["executionArn"])
        over = newest["status"] not in ("RUNNING", "SUCCEEDED")
        return failed or ("it failed" if over else ""), over
    except ClientError:
        return "", False


def _failed_step(steps: Any, execution: str) -> str:
    """The step of an execution, or of one that it waits for, that failed and has not gone well
    since; "" where none has."""
    asked = {"reverseOrder": True, "maxResults": 50}
    for event in steps.get_execution_history(executionArn=execution, **asked)["events"]:
        if event["type"].endswith("StateExited"):
            break
        kinds = ("taskFailedEventDetails", "lambdaFunctionFailedEventDetails")
        details = next((event[kind] for kind in kinds if kind in event), None)
        if details is not None:
            return _of_failure(details)
    for part in steps.list_map_runs(executionArn=execution)["mapRuns"]:
        own = steps.list_executions(mapRunArn=part["mapRunArn"], statusFilter="RUNNING")
        for child in own["executions"]:
            failed = _failed_step(steps, child["executionArn"])
            if failed:
                return failed
    return ""


def _of_failure(details: dict[str, Any]) -> str:
    """A failed step in words: its error, and what that says first."""
    cause = details.get("cause", "")
    try:
        message = str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        message = str(cause)
    first = " ".join(message.split())[:_SHOWN]
    return f"a step failed with {details.get('error', 'an error')} ({first})"


def drop(target: Target, key: str, content: bytes, *, ours: bool = False) -> str:
    """Put a file into the drop bucket; its version. `ours` starts nothing by itself."""
    bucket = target.outputs["DropBucketName"]
    marks = {"written-by": "dunlin"} if ours else {}
    put = target.client("s3").put_object(Bucket=bucket, Key=key, Body=content, Metadata=marks)
    return str(put["VersionId"])


def _read(target: Target, key: str) -> tuple[dict[str, Any], str] | None:
    from botocore.exceptions import ClientError

    try:
        stored = target.client("s3").get_object(Bucket=target.outputs["DropBucketName"], Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    content: dict[str, Any] = json.loads(stored["Body"].read())
    return content, str(stored["VersionId"])


def wait_for(
    look: Callable[[], T | None],
    what: str,
    patience: float = _PATIENCE,
    *,
    between: Callable[[], None] = lambda: None,
) -> T:
    """Look until something is there, and do what stands `between` two looks. Exits with 1 after
    `patience` seconds."""
    end = time.monotonic() + patience
    while True:
        answer = look()
        if answer is not None:
            return answer
        if time.monotonic() > end:
            raise not_in_order(f"{what} did not end within {patience:.0f} s.")
        between()
        time.sleep(0.2)


@strategy_app.command()
def put(
    target: ToWrite,
    creditor: Annotated[str, typer.Argument(help="The creditor's id.")],
    file: Annotated[Path, typer.Argument(help="strategy.yaml")],
) -> None:
    """Show what a strategy changes, drop it, and say what the stack answers.

    Example: dunlin strategy put harbor-clinic harbor-clinic.strategy.yaml
    """
    brand = strategies.read_or_exit(file.read_bytes(), creditor, file.name).brand
    samples = [f"brand.{field}: {getattr(brand, field)}" for field in packs.sample_fields(brand)]
    if samples:
        first = f"{file.name}: messages would come from an invented office. Write your own first:"
        raise DomainError("\n".join([first, *samples]))
    for line in strategies.difference(creditor, file.read_bytes(), file.name):
        say(line, deeper=2)
    if target.endpoint:
        _own_every_domain(target, brand.email_from)
    answer = put_strategy(target, creditor, file.read_bytes())
    if not answer.startswith("No errors"):
        raise not_in_order(answer)
    say(answer)


def _own_every_domain(target: Target, address: str) -> None:
    """On the local cloud a From address counts as verified, as its owner has it done on AWS."""
    ses = target.client("sesv2")
    try:
        ses.create_email_identity(EmailIdentity=address)
    except ses.exceptions.AlreadyExistsException:
        return


def put_strategy(target: Target, creditor: str, content: bytes) -> str:
    """Drop `config/{creditor}/strategy.yaml`; what `strategy.errors.txt` says then."""
    from botocore.exceptions import ClientError

    s3, bucket = target.client("s3"), target.outputs["DropBucketName"]
    answer = f"config/{creditor}/strategy.errors.txt"
    s3.delete_object(Bucket=bucket, Key=answer)
    drop(target, f"config/{creditor}/strategy.yaml", content)

    def said() -> str | None:
        try:
            body: bytes = s3.get_object(Bucket=bucket, Key=answer)["Body"].read()
        except ClientError:
            return None
        return body.decode()

    return wait_for(said, "loading the strategy", 120).strip()
