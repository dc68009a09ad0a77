"""`dunlin export` and `dunlin destroy`: take everything along, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.speech import count, not_in_order, say
from dunlin.cli.stack import Aws, OnStack, StackName, down, on_stack
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
    """Write every row and every file of the stack into a folder, with a manifest of hashes.

    Example: dunlin export everything
    """
    from dunlin.adapters.aws.stack_export import differences

    if verify:
        faults = differences(folder)
        if faults:
            raise not_in_order(*faults, f"{count(len(faults), 'difference')}.")
        say("Whole.")
        return
    _export(folder, on_stack(aws, stack))


def _export(folder: Path, target: Target) -> None:
    from dunlin.adapters.aws.stack_export import export as write

    files = write(
        folder,
        tables={name.lower(): target.outputs[f"{name}TableName"] for name in TABLES},
        buckets={
            "drop": target.outputs["DropBucketName"],
            "audit": target.outputs["AuditBucketName"],
        },
        progress=say,
    )
    say(f"{folder} holds {count(len(files), 'file')}.")


def destroy(
    folder: Folder,
    target: OnStack,
    confirm: Annotated[str, typer.Option(help="The stack's name, so that it is no slip.")] = "",
    stack: StackName = "dunlin",
) -> None:
    """Export everything into a folder, then remove the stack and all that it holds.

    What is write-once stays until its retention ends, and is named.

    Example: dunlin destroy everything --confirm dunlin
    """
    if confirm != stack:
        raise DomainError(f"This removes {target.where}. Say --confirm {stack} to do it.")
    _export(folder, target)
    from dunlin.adapters.aws.stack_export import differences, empty, remove_rest

    if differences(folder):
        raise not_in_order("The export is not whole: nothing was removed.")
    if target.endpoint:
        down()
        return
    # CloudFormation deletes no bucket that holds files.
    buckets = [target.outputs["DropBucketName"], target.outputs["AuditBucketName"]]
    for bucket in buckets:
        empty(bucket)
    formation = target.client("cloudformation")
    formation.delete_stack(StackName=stack)
    say(f"Removing {stack} …")
    formation.get_waiter("stack_delete_complete").wait(StackName=stack)
    tables = [target.outputs[f"{name}TableName"] for name in TABLES]
    for line in remove_rest(tables, buckets):
        say(f"left: {line}", colour="yellow")
    say(f"{stack} is gone.")
