"""`dunlin export` and `dunlin destroy`: take everything along, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.speech import count, not_in_order, say
from dunlin.cli.stack import Aws, OnStack, StackName, down, on_stack
from dunlin.cli.target import TABLES, Target, agree_to_write
from dunlin.cli.who import actor
from dunlin.domain.errors import DomainError
from dunlin.service.accounts.staff_command import StaffCommand, code

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

    On AWS it first comes to rest: nothing is sent, nobody gets in, nothing is left to read. What is
    write-once stays until its retention ends, and is named, as is all else that stays.

    Example: dunlin destroy everything --confirm dunlin
    """
    from dunlin.adapters.aws.stack_export import differences

    if confirm != stack:
        raise DomainError(f"This removes the {target.where}. Say --confirm {stack} to do it.")
    agree_to_write(target, yes=True)  # its name was said
    if target.endpoint:
        _export(folder, target)
        if differences(folder):
            raise not_in_order("The export is not whole: nothing was removed.")
        down()
        return
    _remove(folder, target, stack)


def _remove(folder: Path, target: Target, stack: str) -> None:
    """Of a stack on AWS: rest, export, and only then remove."""
    from dunlin.adapters.aws.stack_export import differences, empty, remove_rest
    from dunlin.adapters.aws.teardown import Teardown
    from dunlin.runtime import wiring
    from dunlin.service.staff.pauses import pause_scope

    teardown = Teardown(stack=stack, outputs=target.outputs)
    pause_scope(
        "platform",
        StaffCommand(by=code(actor(target, ""), "--by"), why="leaving"),
        book=wiring.account_book(),
        creditors=wiring.creditors(),
        log=wiring.audit_archive(),
        now=wiring.clock().now(),
    )
    try:
        say("Nothing is sent any more. Waiting until queues and streams are read to their end …")
        teardown.rest()
        _export(folder, target)
        if differences(folder):
            raise DomainError("The export is not whole.")
    except Exception:
        teardown.resume()
        say("Nothing was removed. `dunlin resume platform` lets messages go again.", colour="red")
        raise
    say(f"{count(teardown.stop_executions(), 'execution')} stopped.")
    buckets = [target.outputs["DropBucketName"], target.outputs["AuditBucketName"]]
    for bucket in buckets:
        empty(bucket)
    say(f"Removing {stack} …")
    kept = teardown.delete()
    tables = [target.outputs[f"{name}TableName"] for name in TABLES]
    secrets = [value for name, value in target.outputs.items() if name.endswith("SecretName")]
    for line in (*kept, *remove_rest(tables, buckets, secrets)):
        say(f"left: {line}", colour="yellow")
    if target.outputs["Stage"] == "prod":
        say("left: the three keys, which the files need; schedule their deletion with the last.")
    say(f"{stack} is gone.")
