"""`dunlin person export | erase`: one person's data, given out or taken out."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from dunlin.cli.account import Creditor, find_account
from dunlin.cli.commands import Commands, Given
from dunlin.cli.speech import count, say, write_new
from dunlin.cli.stack import Aws, Output, StackName, on_stack
from dunlin.cli.who import ByStaff
from dunlin.domain.errors import DomainError

app = Commands(
    "One person: what is held of them.", example="dunlin person export HC-1003 -o person.json"
)
WhichPerson = Annotated[
    str, typer.Argument(help="A person's id (con_…), or whatever names one account of theirs.")
]


def _person(
    which: WhichPerson, creditor: Creditor = "", aws: Aws = False, stack: StackName = "dunlin"
) -> str:
    on_stack(aws, stack)
    return which if which.startswith("con_") else find_account(which, creditor).consumer_id


ThisPerson = Annotated[str, Given(_person)]


@app.command()
def export(person_id: ThisPerson, output: Output) -> None:
    """Write contacts, messages, payments and the log of one person into a new file, as JSON.

    Example: dunlin person export HC-1003 -o person.json
    """
    from dunlin.runtime import wiring
    from dunlin.service.staff.person import export_person

    document = export_person(
        person_id,
        book=wiring.account_book(),
        log=wiring.audit_archive(),
        now=wiring.clock().now(),
    )
    write_new(output, json.dumps(document, ensure_ascii=False, indent=1))
    accounts = document["accounts"]
    messages = count(sum(len(a["messages"]) for a in accounts), "message")
    say(f"{output} holds {count(len(accounts), 'account')} and {messages}.")


@app.command()
def erase(
    person_id: ThisPerson,
    asked: ByStaff,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; it cannot be undone.")] = False,
) -> None:
    """Take out a person's name and contact points and the words of messages, so far as nothing
    keeps them, and list what stays and why. A later file of the creditor's that names the person
    brings them back.

    Example: dunlin person erase HC-1003 --yes --why request-4 --by desk-1
    """
    if not yes:
        raise DomainError("what is erased cannot be brought back: say --yes to do it")
    from dunlin.runtime import wiring
    from dunlin.service.staff.person import erase_person

    done = erase_person(
        person_id,
        asked.order,
        book=wiring.account_book(),
        creditors=wiring.creditors(),
        now=wiring.clock().now(),
    )
    points = count(done.contact_points, "contact point")
    say(f"{points} and {count(done.messages, 'message')} are gone.")
    for held in done.held:
        of = f" of {held.reference}" if held.reference else ""
        say(f"kept: {held.what}{of}. {held.reason}", deeper=2)
