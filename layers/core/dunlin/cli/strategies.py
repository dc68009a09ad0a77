"""`dunlin strategy check | show | diff`: a strategy looked at before and after it is in force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import creditor_id
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import settings_of

File = Annotated[Path, typer.Argument(help="strategy.yaml", exists=True, dir_okay=False)]
CreditorId = Annotated[str, typer.Argument(help="The creditor's id.")]


def check(file: File) -> None:
    """Read a strategy as the stack would; say line, field and reason of the first error."""
    strategy = read_or_exit(file.read_bytes(), "check", file.name)
    rungs = {name: len(ladder) for name, ladder in strategy.ladders.items()}
    ladders = ", ".join(f"{name} ({count} rungs)" for name, count in rungs.items())
    console.print(f"No errors. Ladders: {ladders}.")


def show(
    creditor: CreditorId,
    version: Annotated[int, typer.Option("--version", help="The newest without.")] = 0,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Every setting of a creditor's strategy, also those that were left to their default."""
    target_or_exit(stack=stack, aws=aws)
    strategy = _stored(creditor, version)
    console.print(f"{creditor}, version {strategy.version}")
    for field, value in settings_of(strategy).items():
        console.print(f"{field}: {value}", markup=False, highlight=False)


def diff(creditor: CreditorId, file: File, aws: Aws = False, stack: StackName = "dunlin") -> None:
    """What a file would change: settings, and the next touch of active accounts."""
    target_or_exit(stack=stack, aws=aws)
    console.print(difference(creditor, file.read_bytes(), file.name), markup=False)


def difference(creditor: str, content: bytes, name: str) -> str:
    """The settings that a document changes and what becomes of rungs still to come, as text."""
    from dunlin.runtime import wiring
    from dunlin.service.contact.replanning import moves, told

    stored = wiring.creditors().strategy(creditor)
    number = stored.version + 1 if stored else 1
    new = read_or_exit(content, creditor, name, version=number)
    if stored is None:
        ladders = ", ".join(f"{name} ({len(rungs)} rungs)" for name, rungs in new.ladders.items())
        return f"The first strategy of {creditor}. Ladders: {ladders}."
    before, after = settings_of(stored), settings_of(new)
    lines = [
        f"{field}: {before.get(field, 'not set')} -> {after.get(field, 'not set')}"
        for field in sorted(before | after)
        if before.get(field) != after.get(field)
    ]
    moved = moves(
        new, book=wiring.account_book(), creditors=wiring.creditors(), now=wiring.clock().now()
    )
    return "\n".join([*(lines or ["No setting changes."]), told(list(moved))])


def read_or_exit(content: bytes, creditor: str, name: str, *, version: int = 1) -> Strategy:
    """The strategy of a document; prints what is wrong and exits with 1 where it has none."""
    from dunlin.runtime import wiring

    try:
        return wiring.strategy_reader().read(
            content, creditor=creditor_id(creditor), version=version
        )[1]
    except DomainError as error:
        console.print(f"{name}: {error}", style="red", markup=False)
        raise typer.Exit(1) from None


def _stored(creditor: str, version: int) -> Strategy:
    from dunlin.runtime import wiring

    strategy = wiring.creditors().strategy(creditor, version or None)
    if strategy is None:
        console.print(f"{creditor} has no such strategy", style="red", markup=False)
        raise typer.Exit(1)
    return strategy
