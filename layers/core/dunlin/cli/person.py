"""`dunlin person export | erase`: one person's data, given out or taken out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from dunlin.cli.account import Creditor, find_account
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.cli.who import By, Why, order, refused
from dunlin.domain.errors import DomainError

app = typer.Typer(no_args_is_help=True, help="One person: what is held of them.")
WhichPerson = Annotated[
    str, typer.Argument(help="A person's id (con_…), or whatever names one account of theirs.")
]


def _person(which: str, creditor: str) -> str:
    return which if which.startswith("con_") else find_account(which, creditor).consumer_id


@app.command()
def export(
    which: WhichPerson,
    out: Annotated[Path, typer.Argument(help="The file to write, JSON; it must not exist.")],
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Write contacts, messages, payments and the log of one person into a file."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring
    from dunlin.service.staff.person import export_person

    try:
        document = export_person(
            _person(which, creditor),
            book=wiring.account_book(),
            log=wiring.audit_archive(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    try:
        with out.open("x", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False, indent=1)
    except FileExistsError as error:
        raise refused(DomainError(f"{out} is there already")) from error
    messages = sum(len(a["messages"]) for a in document["accounts"])
    console.print(f"{len(document['accounts'])} accounts and {messages} messages are in {out}.")


@app.command()
def erase(
    which: WhichPerson,
    by: By = "",
    why: Why = "",
    creditor: Creditor = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; it cannot be undone.")] = False,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Take out a person's name and contact points and the words of messages, so far as nothing
    keeps them, and list what stays and why. A later file of the creditor's that names the person
    brings them back."""
    target = target_or_exit(stack=stack, aws=aws)
    asked = order(target, by, why)
    if not yes:
        raise refused(DomainError("what is erased cannot be brought back: say --yes to do it"))
    from dunlin.runtime import wiring
    from dunlin.service.staff.person import erase_person

    try:
        done = erase_person(
            _person(which, creditor),
            asked,
            book=wiring.account_book(),
            creditors=wiring.creditors(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    console.print(f"{done.contact_points} contact points and {done.messages} messages are gone.")
    for held in done.held:
        of = f" of {held.reference}" if held.reference else ""
        console.print(f"kept: {held.what}{of}. {held.reason}", markup=False)
