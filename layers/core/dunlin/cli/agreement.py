"""`dunlin pilot agree`: a shadow beside the process that it would replace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.account import channel_word
from dunlin.cli.call import rows
from dunlin.cli.speech import count, minute, say
from dunlin.cli.stack import OnStack


def agree(
    rollout: Annotated[str, typer.Argument(help="A shadow, as `dunlin pilot list` shows it.")],
    log: Annotated[Path, typer.Argument(help="CSV: at, reference, channel.")],
    _on: OnStack,
) -> None:
    """How far a shadow agrees with the contacts that were made meanwhile, and which of these the
    rules would have refused, by what is known today.

    Example: dunlin pilot agree harbor-clinic.2 contacts.csv
    """
    from dunlin.runtime import wiring
    from dunlin.service.rollouts.shadows import beside

    shadow = beside(
        rollout,
        rows(log, "at", "reference", "channel"),
        ports=wiring.rollout_ports(),
        gate=wiring.gate(),
    )
    both = shadow.agreement
    rate = "nothing to compare" if both.rate is None else f"{float(both.rate):.1%}"
    say(
        f"Agreement: {rate}. In both {both.both}, made alone {both.only_made}, proposed alone"
        f" {both.only_proposed}; {count(shadow.others, 'contact')} about other accounts."
    )
    say(
        f"Of {count(shadow.contacts, 'contact')} the rules would have refused"
        f" {len(shadow.refused)}."
    )
    for refused in shadow.refused:
        contact = refused.contact
        say(f"{minute(contact.at)} UTC {channel_word(contact.channel)} {contact.account_id}", 2)
        for rule, why in refused.because:
            say(f"{rule}: {why}", 4, 2)
