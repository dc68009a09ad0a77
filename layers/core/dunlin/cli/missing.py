"""`dunlin missing`: what a complete file lacks, and whether it is gone or stays."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from dunlin.cli.speech import say
from dunlin.cli.stack import OnStack, Yes
from dunlin.cli.target import agree_to_write
from dunlin.cli.who import By, order
from dunlin.domain.errors import DomainError


class Fate(StrEnum):
    """What a person says of the accounts that a file lacks."""

    GONE = "gone"
    STAY = "stay"


def missing(
    target: OnStack,
    creditor: Annotated[str, typer.Argument(help="Whose files.")],
    fate: Annotated[
        Fate | None, typer.Option("--say", help="Close them, or let them go on as they stood.")
    ] = None,
    import_id: Annotated[str, typer.Option("--import", help="Of this import, where several.")] = "",
    why: Annotated[str, typer.Option("--why", help="A code: a case number, a ticket.")] = "",
    by: By = "",
    yes: Yes = False,
) -> None:
    """List the accounts that complete files lacked in great number, or say what became of them.

    Example: dunlin missing harbor-clinic --say stay --by desk-1 --why cut-short
    """
    from dunlin.runtime import wiring
    from dunlin.service.imports.missing import open_questions, settle

    drop_box = wiring.drop_box()
    asked = [
        question
        for question in open_questions(creditor, drop_box=drop_box)
        if import_id in ("", question.import_id)
    ]
    if fate is None or len(asked) != 1:
        for question in asked:
            lacking = [account.reference for account in question.accounts]
            more = f" and {len(lacking) - 5:,} more" if len(lacking) > 5 else ""
            say(
                f"{question.file} lacks {len(lacking):,} of {question.before:,} accounts,"
                f" {question.owed}; nothing is sent about them until you say what became of them"
                f" (--import {question.import_id})."
            )
            say(f"{', '.join(lacking[:5])}{more}", 2, 2)
        if not asked:
            say("No file lacks so many accounts that a person must say.")
        elif fate is not None:
            raise DomainError("Several files wait: name one with --import.")
        return
    agree_to_write(target, yes)
    given = order(target, by, why)
    (question,) = asked
    while True:
        done = settle(
            question,
            given,
            gone=fate is Fate.GONE,
            book=wiring.account_book(),
            waker=wiring.waker(),
            drop_box=drop_box,
            now=wiring.clock().now(),
        )
        word = "closed" if fate is Fate.GONE else "go on as they stood"
        say(f"{done.done:,} {word}, {done.left:,} left")
        again = open_questions(creditor, drop_box=drop_box)
        left = [q for q in again if q.import_id == question.import_id]
        if not left:
            return
        question = left[0]
