"""`dunlin export` and `dunlin destroy`: take everything along, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.stack import Aws, StackName, console, down, target_or_exit
from dunlin.cli.target import TABLES, Target
from dunlin.domain.errors import DomainError

Folder = Annotated[Path, typer.Argument(help="An empty folder, or a new one.")]


def export(
    folder: Folder,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only check a folder against its manifest.")
    ] = False,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Write every row and every file of the stack into a folder, with a manifest of hashes."""
    from dunlin.adapters.aws.stack_export import differences

    if verify:
        faults = differences(folder)
        for line in faults:
            console.print(f"[red]{line}")
        console.print("Whole." if not faults else f"{len(faults)} differences.")
        raise typer.Exit(1 if faults else 0)
    _export(folder, target_or_exit(stack=stack, aws=aws))


def _export(folder: Path, target: Target) -> None:
    from dunlin.adapters.aws.stack_export import export as write

    try:
        files = write(
            folder,
            tables={name.lower(): target.outputs[f"{name}TableName"] for name in TABLES},
            buckets={
                "drop": target.outputs["DropBucketName"],
                "audit": target.outputs["AuditBucketName"],
            },
            progress=console.print,
        )
    except DomainError as error:
        console.print(f"[red]{error}")
        raise typer.Exit(1) from error
    console.print(f"{len(files):,} files in {folder}.")


def destroy(
    folder: Folder,
    confirm: Annotated[str, typer.Option(help="The stack's name, so that it is no slip.")] = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Export everything into a folder, then remove the stack and all that it holds.

    What is write-once stays until its retention ends, and is named.
    """
    target = target_or_exit(stack=stack, aws=aws)
    if confirm != stack:
        console.print(f"[red]This removes {target.where}. Say --confirm {stack} to do it.")
        raise typer.Exit(2)
    _export(folder, target)
    from dunlin.adapters.aws.stack_export import differences, empty, remove_rest

    if differences(folder):
        console.print("[red]The export is not whole: nothing was removed.")
        raise typer.Exit(1)
    if target.endpoint:
        down()
        return
    # CloudFormation deletes no bucket that holds files.
    buckets = [target.outputs["DropBucketName"], target.outputs["AuditBucketName"]]
    for bucket in buckets:
        empty(bucket)
    formation = target.client("cloudformation")
    formation.delete_stack(StackName=stack)
    console.print(f"Removing {stack} …")
    formation.get_waiter("stack_delete_complete").wait(StackName=stack)
    tables = [target.outputs[f"{name}TableName"] for name in TABLES]
    for line in remove_rest(tables, buckets):
        console.print(f"[yellow]left: {line}")
    console.print(f"{stack} is gone.")
