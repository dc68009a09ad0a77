"""`dunlin strategy check | show | diff`: a strategy looked at before and after it is in force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.speech import count, not_in_order, say
from dunlin.cli.stack import OnStack
from dunlin.cli.who import Doer
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import creditor_id
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import settings_of

File = Annotated[Path, typer.Argument(help="strategy.yaml", exists=True, dir_okay=False)]
CreditorId = Annotated[str, typer.Argument(help="The creditor's id.")]


def check(file: File) -> None:
    """Read a strategy as the stack would; say line, field and reason of the first error.

    Example: dunlin strategy check harbor-clinic.strategy.yaml
    """
    strategy = read_or_exit(file.read_bytes(), "check", file.name)
    say(f"No errors. Ladders: {_ladders(strategy)}.")


def _ladders(strategy: Strategy) -> str:
    rungs = {name: len(ladder) for name, ladder in strategy.ladders.items()}
    return ", ".join(f"{name} ({count(number, 'rung')})" for name, number in rungs.items())


def approve(
    creditor: CreditorId,
    by: Doer,
    version: Annotated[int, typer.Option("--version", help="The newest without.")] = 0,
) -> None:
    """Let the creditor's own words of a strategy go out, as somebody who did not write them.

    Example: dunlin strategy approve harbor-clinic --by desk-2
    """
    from dunlin.runtime import wiring
    from dunlin.service.contact.strategies import approve_words

    approved = approve_words(
        creditor_id(creditor),
        version,
        by=by,
        reader=wiring.strategy_reader(),
        creditors=wiring.creditors(),
        book=wiring.account_book(),
        log=wiring.audit_archive(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    names = ", ".join(sorted(approved.templates))
    say(f"{by} approved the words of strategy {approved.version}: {names}.")


def show(
    creditor: CreditorId,
    _on: OnStack,
    version: Annotated[int, typer.Option("--version", help="The newest without.")] = 0,
) -> None:
    """Every setting of a creditor's strategy, also those that were left to their default.

    Example: dunlin strategy show harbor-clinic
    """
    strategy = _stored(creditor, version)
    say(f"{creditor}, version {strategy.version}")
    for field, value in settings_of(strategy).items():
        say(f"{field}: {value}", deeper=2)


def diff(creditor: CreditorId, file: File, _on: OnStack) -> None:
    """What a file would change: settings, and the next touch of active accounts.

    Example: dunlin strategy diff harbor-clinic harbor-clinic.strategy.yaml
    """
    for line in difference(creditor, file.read_bytes(), file.name):
        say(line, deeper=2)


def difference(creditor: str, content: bytes, name: str) -> list[str]:
    """The settings that a document changes and what becomes of rungs still to come, as sentences;
    of a creditor's first strategy its ladders alone."""
    from dunlin.runtime import wiring
    from dunlin.service.contact.replanning import moves, told

    stored = wiring.creditors().strategy(creditor)
    number = stored.version + 1 if stored else 1
    new = read_or_exit(content, creditor, name, version=number)
    if stored is None:
        return [f"The first strategy of {creditor}. Ladders: {_ladders(new)}."]
    before, after = settings_of(stored), settings_of(new)
    lines = [
        f"{field}: {before.get(field, 'not set')} -> {after.get(field, 'not set')}"
        for field in sorted(before | after)
        if before.get(field) != after.get(field)
    ]
    moved = moves(
        new, book=wiring.account_book(), creditors=wiring.creditors(), now=wiring.clock().now()
    )
    return [*(lines or ["No setting changes."]), *told(list(moved)).split("\n")]


def read_or_exit(content: bytes, creditor: str, name: str, *, version: int = 1) -> Strategy:
    """The strategy of a document; prints what is wrong and exits with 1 where it has none."""
    from dunlin.runtime import wiring

    try:
        return wiring.strategy_reader().read(
            content, creditor=creditor_id(creditor), version=version
        )[1]
    except DomainError as error:
        raise not_in_order(f"{name}: {error}") from None


def _stored(creditor: str, version: int) -> Strategy:
    from dunlin.runtime import wiring

    strategy = wiring.creditors().strategy(creditor, version or None)
    if strategy is None:
        raise DomainError(f"{creditor} has no such strategy")
    return strategy
