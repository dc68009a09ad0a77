"""`dunlin redrive`: what failed to its end, once its cause is mended."""

from __future__ import annotations

from typing import Annotated

import typer

from dunlin.cli.speech import count, not_in_order, say, say_table
from dunlin.cli.stack import OnStack, Yes
from dunlin.cli.target import agree_to_write
from dunlin.domain.errors import DomainError

_SHOWN = 10


def redrive(
    target: OnStack,
    queue: Annotated[str, typer.Argument(help="A queue, as the list names it.")] = "",
    every: Annotated[bool, typer.Option("--all", help="All queues of dead letters.")] = False,
    yes: Yes = False,
) -> None:
    """Give dead letters once more to who was to take them; without a queue, list them. Mend first
    what they failed of (docs/runbook.md). Exit code 1 where a message stays.

    Example: dunlin redrive --all
    """
    from dunlin.adapters.aws.dead_letters import NAMES, Redrive

    if queue and queue not in NAMES:
        raise DomainError(f"no queue {queue}: {', '.join(NAMES)}")
    if queue and every:
        raise DomainError("Name one queue, or say --all.")
    redriving = Redrive(outputs=target.outputs, clients=target.client)
    waiting = [redriving.look(name) for name in NAMES if queue in ("", name)]
    if not queue and not every:
        say_table(("dead letters", "messages"), [(w.name, f"{w.messages:,}") for w in waiting])
        return
    filled = [letters for letters in waiting if letters.messages]
    for letters in filled:
        say(f"{letters.name}: {count(letters.messages, 'message')}; {letters.meaning}.", 0, 2)
    if not filled:
        say("No dead letters.")
        return
    agree_to_write(target, yes)
    stayed: list[str] = []
    for letters in filled:
        redriven = redriving.give_again(letters.name)
        say(f"{letters.name}: {count(redriven.given, 'message')} given again.")
        stayed += [f"{letters.name} keeps {key}: {why}." for key, why in redriven.stayed.items()]
    if stayed:
        more = [f"… and {len(stayed) - _SHOWN:,} more."] if len(stayed) > _SHOWN else []
        raise not_in_order(*stayed[:_SHOWN], *more)
