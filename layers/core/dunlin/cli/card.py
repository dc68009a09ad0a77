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
    found = [
        one
        for one in cards(wiring.audit_archive().chain(f"account#{account.account_id}"))
        if touch in ("", one.touch_id)
    ]
    if not found:
        console.print("[red]The log holds no such decision.")
        raise typer.Exit(1)
    console.print(found[-1].plain if plain else for_staff(found[-1]), markup=False)


def for_staff(one: Card) -> str:
    """A card as lines of text."""
    lines = [
        f"{one.rung}: {one.channel}, {one.template} ({one.offer}), {one.at:%Y-%m-%d %H:%M} UTC",
        f"touch {one.touch_id}, strategy {one.strategy}, probability {one.probability}",
    ]
    lines += [f"label: {one.label}"] if one.label else []
    lines += [f"because: {reason}" for reason in one.reasons]
    lines += [f"signal: {name} = {value}" for name, value in sorted(one.signals.items())]
    lines += [f"not taken: {alternative}" for alternative in one.alternatives]
    lines += [
        f"put off {d.at:%Y-%m-%d %H:%M}: {', '.join(d.rules) or d.reason}" for d in one.delays
    ]
    lines.append(f"rules passed: {', '.join(one.passed) or 'none applied'}")
    return "\n".join(lines)
