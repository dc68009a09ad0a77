"""`dunlin account card`: why a message was sent as it was, from the audit log alone."""

from __future__ import annotations

from typing import Annotated

import typer

from dunlin.cli.account import ThisAccount, channel_word
from dunlin.cli.speech import minute, say
from dunlin.domain.errors import DomainError
from dunlin.domain.reports.decision_card import Card, cards
from dunlin.views.widgets.words import words


def card(
    account: ThisAccount,
    touch: Annotated[str, typer.Option("--touch", help="A touch id; the newest without.")] = "",
    plain: Annotated[
        bool, typer.Option("--plain", help="As the person may read it, in whole sentences.")
    ] = False,
) -> None:
    """Why a message went out: signals, alternatives, rules passed, rules that put it off.

    Example: dunlin account card HC-1003 --plain
    """
    from dunlin.runtime import wiring

    kept = [
        candidate
        for candidate in cards(wiring.audit_archive().chain(f"account#{account.account_id}"))
        if touch in ("", candidate.touch_id)
    ]
    if not kept:
        raise DomainError("The log holds no such decision.")
    for line in [kept[-1].plain] if plain else for_staff(kept[-1]):
        say(line, deeper=2)


def _known(value: object) -> str:
    """A signal's value as staff read it; None is what nothing was known of."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not yet" if value is None else str(value)


def for_staff(decision: Card) -> list[str]:
    """A card as lines of text."""
    lines = [
        (
            f"{decision.rung}: {decision.template} as {channel_word(decision.channel)}"
            f" ({words(decision.offer).lower()}), {minute(decision.at)} UTC"
        ),
        f"touch {decision.touch_id}, strategy {decision.strategy}",
        f"probability {decision.probability}" if decision.probability else "",
        f"label: {decision.label}" if decision.label else "",
    ]
    lines += [f"because: {reason}" for reason in decision.reasons]
    lines += [
        f"known: {words(name).lower()} {_known(value)}"
        for name, value in sorted(decision.signals.items())
    ]
    lines += [f"not taken: {alternative}" for alternative in decision.alternatives]
    lines += [
        f"put off {minute(d.at)} UTC: {', '.join(d.rules) or d.reason}" for d in decision.delays
    ]
    lines.append(f"rules passed: {', '.join(decision.passed) or 'none applied'}")
    return [line for line in lines if line]
