"""`dunlin pilot agree`: a shadow beside the process that it would replace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.call import refuse, rows
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.domain.errors import DomainError


def agree(
    rollout: Annotated[str, typer.Argument(help="A shadow, as `dunlin pilot list` shows it.")],
    log: Annotated[Path, typer.Argument(help="CSV: at, reference, channel.")],
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """How far a shadow agrees with the contacts that were made meanwhile, and which of these the
    rules would have refused, by what is known today."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring
    from dunlin.service.rollouts.shadows import beside

    try:
        shadow = beside(
            rollout,
            rows(log, "at", "reference", "channel"),
            ports=wiring.rollout_ports(),
            gate=wiring.gate(),
        )
    except DomainError as error:
        raise refuse(error) from error
    both = shadow.agreement
    rate = "nothing to compare" if both.rate is None else f"{float(both.rate):.1%}"
    console.print(
        f"Agreement: {rate}. In both {both.both}, made alone {both.only_made}, proposed alone "
        f"{both.only_proposed}; {shadow.others} contacts are about other accounts."
    )
    console.print(
        f"Of {shadow.contacts} contacts the rules would have refused {len(shadow.refused)}:"
    )
    for refused in shadow.refused:
        where = f"{refused.contact.at:%Y-%m-%d %H:%M %Z} {refused.contact.channel}"
        console.print(f"  {where} {refused.contact.account_id}", markup=False)
        for rule, why in refused.because:
            console.print(f"    {rule}: {why}", markup=False)
