"""`dunlin strategy refit`: what payment history would change of a strategy, as a proposal."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.speech import say, say_whole, write_new
from dunlin.cli.stack import OnStack
from dunlin.domain.errors import DomainError


def refit(
    _on: OnStack,
    creditor: Annotated[str, typer.Argument(help="The creditor's id.")],
    file: Annotated[
        Path | None, typer.Option(help="A strategy.yaml; the one in use if left out.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the proposed file here.")
    ] = None,
) -> None:
    """Compare timing, arrangement limits and escalation with how people in fact paid, and show
    what would change and why. Nothing changes until you `dunlin strategy put` the file.

    Example: dunlin strategy refit harbor-clinic -o proposed.strategy.yaml
    """
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
        raise DomainError(str(error)) from error
    if not suggestions:
        say("History proposes nothing: it is too short, or the strategy fits it.")
        return
    for suggestion in suggestions:
        place = ".".join(str(step) for step in suggestion.path)
        say(f"{place}: {suggestion.before} -> {suggestion.after}. {suggestion.why}", deeper=2)
    before, after = (text.decode().splitlines(keepends=True) for text in (content, proposed))
    say_whole("".join(difflib.unified_diff(before, after, "in use", "proposed")))
    if output is not None:
        write_new(output, proposed)
        say(f"{output} is written. To approve it:")
        say_whole(f"  dunlin strategy put {creditor} {output}")
