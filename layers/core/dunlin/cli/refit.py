"""`dunlin strategy refit`: what payment history would change of a strategy, as a proposal."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.cli.who import refused
from dunlin.domain.errors import DomainError


def refit(
    creditor: Annotated[str, typer.Argument(help="The creditor's id.")],
    file: Annotated[
        Path | None, typer.Option(help="A strategy.yaml; the one in use if left out.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the proposed file here.")
    ] = None,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Compare timing, arrangement limits and escalation with how people in fact paid, and show
    what would change and why. Nothing changes until you `dunlin strategy put` the file."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.adapters.files.yaml_documents import with_numbers
    from dunlin.domain.reports.strategy_suggestions import proposals
    from dunlin.runtime import wiring
    from dunlin.service.reports.measures import members

    try:
        content = (
            file.read_bytes()
            if file
            else wiring.drop_box().read(f"config/{creditor}/strategy.yaml")
        )
        document, strategy = wiring.strategy_reader().read(content, creditor=creditor)
        suggestions = proposals(document, strategy, members(creditor, ports=wiring.rollout_ports()))
        proposed = with_numbers(content, {p.path: p.after for p in suggestions})
        wiring.strategy_reader().read(proposed, creditor=creditor)
    except (DomainError, OSError) as error:
        raise refused(DomainError(str(error))) from error
    if not suggestions:
        console.print("History proposes nothing: it is too short, or the strategy fits it.")
        return
    for suggestion in suggestions:
        place = ".".join(str(step) for step in suggestion.path)
        console.print(
            f"{place}: {suggestion.before} -> {suggestion.after}. {suggestion.why}", markup=False
        )
    before, after = (text.decode().splitlines(keepends=True) for text in (content, proposed))
    console.print("".join(difflib.unified_diff(before, after, "in use", "proposed")), markup=False)
    if output is not None:
        try:
            with output.open("xb") as new:
                new.write(proposed)
        except OSError as error:
            raise refused(DomainError(f"{output}: {error.strerror}")) from error
        console.print(
            f"{output} is written; `dunlin strategy put {creditor} {output}` approves it.",
            markup=False,
        )
