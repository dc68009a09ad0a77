"""The live half of `dunlin import`, and `dunlin strategy put`: drop a file, follow what becomes
of it. The bucket is the interface; these commands only use it as a person would.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from dunlin.cli import packs, strategies
from dunlin.cli.packs import init
from dunlin.cli.refit import refit
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.cli.target import Target
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import creditor_id

T = TypeVar("T")
_PATIENCE = 900.0
strategy_app = typer.Typer(no_args_is_help=True, help="A creditor's strategy.")
strategy_app.command()(init)
strategy_app.command()(strategies.check)
strategy_app.command()(strategies.show)
strategy_app.command()(strategies.diff)
strategy_app.command()(refit)


def upload(files: Sequence[Path], sidecars: Sequence[Path], creditor: str) -> int:
    """Drop files (sidecars first) and print each import's summary. 1 where one was rejected."""
    target = target_or_exit()
    try:
        creditor_id(creditor)
    except DomainError as error:
        console.print(f"[red]--creditor: {error}")
        return 2
    code = 0
    for number, path in enumerate(files):
        if number < len(sidecars):
            name = f"{_stem(path.name)}.mapping.yaml"
            drop(target, f"drop/{creditor}/{name}", sidecars[number].read_bytes())
        summary = drop_and_follow(target, creditor, path)
        print_summary(path.name, summary)
        code = max(code, 0 if summary["state"] == "done" else 1)
    return code


def drop_and_follow(target: Target, creditor: str, path: Path) -> dict[str, Any]:
    """Drop one file and wait for its summary; the summary."""
    name = path.name
    key = f"drop/{creditor}/{name}"
    version = drop(target, key, path.read_bytes())
    from dunlin.domain.ids import import_id

    wanted = import_id(creditor, key, version)
    summary = f"drop/{creditor}/{_stem(name)}.summary.json"

    def done() -> dict[str, Any] | None:
        document = _read(target, summary)
        return document if document and document.get("import_id") == wanted else None

    return wait_for(done, f"the import of {path.name}")


def drop(target: Target, key: str, content: bytes) -> str:
    """Put a file into the drop bucket; its version."""
    bucket = target.outputs["DropBucketName"]
    put = target.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
    return str(put["VersionId"])


def _read(target: Target, key: str) -> dict[str, Any] | None:
    from botocore.exceptions import ClientError

    try:
        stored = target.client("s3").get_object(Bucket=target.outputs["DropBucketName"], Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    content: dict[str, Any] = json.loads(stored["Body"].read())
    return content


def wait_for(look: Callable[[], T | None], what: str, patience: float = _PATIENCE) -> T:
    """Look until something is there. Exits with 1 after `patience` seconds."""
    end = time.monotonic() + patience
    while True:
        answer = look()
        if answer is not None:
            return answer
        if time.monotonic() > end:
            console.print(f"[red]{what} did not end within {patience:.0f} s.")
            raise typer.Exit(1)
        time.sleep(0.2)


def print_summary(name: str, summary: dict[str, Any]) -> None:
    """A summary in a few lines for a person."""
    from dunlin.domain.money import Money

    outcomes = ", ".join(f"{n} {o}" for o, n in sorted(summary["outcomes"].items())) or "no rows"
    console.print(f"[bold]{name}[/]: {summary['kind']}, {summary['encoding']}; {outcomes}")
    for currency, sums in summary["totals"].items():
        total = Money(sums["balance_minor"], currency)
        console.print(f"  {sums['rows']} accounts owe {total}")
    for code, number in sorted(summary["codes"].items()):
        console.print(f"  {number:5} {code}")
    missing = summary.get("missing", {})
    if missing.get("accounts"):
        console.print(
            f"  {missing['accounts']} accounts of the last file are not in this one,"
            f" {missing['closed']} of them closed"
        )
    console.print(f"  {summary['next_step']}")
    if summary.get("report"):
        console.print(f"  report: {summary['report']} in the drop bucket", highlight=False)


def _stem(name: str) -> str:
    return name.split(".", 1)[0] if name.endswith(".gz") else name.rsplit(".", 1)[0]


@strategy_app.command()
def put(
    creditor: Annotated[str, typer.Argument(help="The creditor's id.")],
    file: Annotated[Path, typer.Argument(help="strategy.yaml")],
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Show what a strategy changes, drop it, and print what the stack says of it."""
    target = target_or_exit(stack=stack, aws=aws)
    brand = strategies.read_or_exit(file.read_bytes(), creditor, file.name).brand
    samples = [f"brand.{field}: {getattr(brand, field)}" for field in packs.sample_fields(brand)]
    if samples:
        console.print(
            f"{file.name}: messages would come from an invented office. Write your own first:",
            style="red",
            markup=False,
        )
        for line in samples:
            console.print(f"  {line}", markup=False, highlight=False)
        raise typer.Exit(1)
    changes = strategies.difference(creditor, file.read_bytes(), file.name)
    console.print(changes, markup=False)
    answer = put_strategy(target, creditor, file.read_bytes())
    console.print(answer)
    if not answer.startswith("No errors"):
        raise typer.Exit(1)


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
