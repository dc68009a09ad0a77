"""`dunlin account card`: why a message was sent as it was, from the audit log alone."""

from __future__ import annotations

from typing import Annotated

import typer

from dunlin.cli.account import Creditor, Which, find_account
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.domain.reports.decision_card import Card, cards


def card(
    which: Which,
    creditor: Creditor = "",
    touch: Annotated[str, typer.Option("--touch", help="A touch id; the newest without.")] = "",
    plain: Annotated[
        bool, typer.Option("--plain", help="As the person may read it, in whole sentences.")
    ] = False,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Why a message went out: signals, alternatives, rules passed, rules that put it off."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    found_cards = [
        candidate
        for candidate in cards(wiring.audit_archive().chain(f"account#{account.account_id}"))
        if touch in ("", candidate.touch_id)
    ]
    if not found_cards:
        console.print("[red]The log holds no such decision.")
        raise typer.Exit(1)
    console.print(found_cards[-1].plain if plain else for_staff(found_cards[-1]), markup=False)


def for_staff(decision: Card) -> str:
    """A card as lines of text."""
    lines = [
        (
            f"{decision.rung}: {decision.channel}, {decision.template} ({decision.offer}), "
            f"{decision.at:%Y-%m-%d %H:%M} UTC"
        ),
        (
            f"touch {decision.touch_id}, strategy {decision.strategy}, probability "
            f"{decision.probability}"
        ),
    ]
    lines += [f"label: {decision.label}"] if decision.label else []
    lines += [f"because: {reason}" for reason in decision.reasons]
    lines += [f"signal: {name} = {value}" for name, value in sorted(decision.signals.items())]
    lines += [f"not taken: {alternative}" for alternative in decision.alternatives]
    lines += [
        f"put off {d.at:%Y-%m-%d %H:%M}: {', '.join(d.rules) or d.reason}" for d in decision.delays
    ]
    lines.append(f"rules passed: {', '.join(decision.passed) or 'none applied'}")
    return "\n".join(lines)
