"""`dunlin missing`: what a complete file lacks, and whether it is gone or stays."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.cli.who import By, order, refused
from dunlin.domain.errors import DomainError


class Fate(StrEnum):
    """What a person says of the accounts that a file lacks."""

    GONE = "gone"
    STAY = "stay"


def missing(
    creditor: Annotated[str, typer.Argument(help="Whose files.")],
    fate: Annotated[
        Fate | None, typer.Option("--say", help="Close them, or let them go on as they stood.")
    ] = None,
    import_id: Annotated[str, typer.Option("--import", help="Of this import, where several.")] = "",
    why: Annotated[str, typer.Option("--why", help="A code: a case number, a ticket.")] = "",
    by: By = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """List the accounts that complete files lacked in great number, or say what became of them.

    Example: dunlin missing acme-clinic --say stay --by desk-1 --why cut-short
    """
    target = target_or_exit(stack=stack, aws=aws)
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
            console.print(
                f"{question.import_id}  {question.file}: lacks {len(question.accounts):,} of"
                f" {question.before:,} accounts; nothing is sent about them",
                markup=False,
            )
            console.print(f"  {', '.join(r for _, r in question.accounts[:5])} ...", markup=False)
        if not asked:
            console.print("No file lacks so many accounts that a person must say.")
        elif fate is not None:
            console.print("[red]Several files wait: name one with --import.")
            raise typer.Exit(2)
        return
    given = order(target, by, why)
    (question,) = asked
    while True:
        try:
            done = settle(
                question,
                given,
                gone=fate is Fate.GONE,
                book=wiring.account_book(),
                waker=wiring.waker(),
                drop_box=drop_box,
                now=wiring.clock().now(),
            )
        except DomainError as error:
            raise refused(error) from error
        word = "closed" if fate is Fate.GONE else "go on as they stood"
        console.print(f"{done.done:,} {word}, {done.left:,} left")
        again = open_questions(creditor, drop_box=drop_box)
        left = [q for q in again if q.import_id == question.import_id]
        if not left:
            return
        question = left[0]
