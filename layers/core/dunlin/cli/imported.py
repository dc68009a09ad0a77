"""`dunlin drop list | show`: what became of dropped files. `dunlin answers list | forget`: what was
answered about a creditor's files and is remembered for the next.
"""

from __future__ import annotations

from typing import Annotated

import typer

from dunlin.cli.commands import Commands
from dunlin.cli.speech import count, say
from dunlin.cli.stack import OnStack
from dunlin.cli.who import ByStaff
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.field_words import answer_words, field_words
from dunlin.views.imports.import_text import import_lines

drops = Commands("What became of the files that were dropped.", example="dunlin drop list")
answers = Commands(
    "What was answered about a creditor's files.", example="dunlin answers list harbor-clinic"
)

CreditorName = Annotated[str, typer.Argument(help="The creditor's id.")]
_STATES = {
    "done": "imported",
    "waiting": "waits for an answer",
    "rejected": "not imported",
    "reading": "being read",
}


@drops.command("list")
def list_drops(
    _on: OnStack,
    creditor: Annotated[str, typer.Option(help="One creditor alone; all where left out.")] = "",
) -> None:
    """The newest files, imported or not, each with what to do now.

    Example: dunlin drop list --creditor harbor-clinic
    """
    from dunlin.runtime import wiring
    from dunlin.service.imports.shown import newest_imports

    newest = newest_imports(wiring.drop_box(), creditor)
    if not newest:
        say("Nothing was dropped yet.")
    for document in newest:
        place = document.get("dropped", f"drop/{document['creditor']}/{document['file']}")
        state = _STATES.get(document["state"], document["state"])
        say(f"{document.get('day', '')} {place}: {state}".strip(), deeper=2)
        say(document["next_step"], 2)
        if document["lacks"]:
            accounts = count(document["lacks"], "account")
            say(f"It lacks {accounts} of before: dunlin missing {document['creditor']}", 2, 2)


@drops.command("show")
def show_drop(
    creditor: CreditorName,
    file: Annotated[str, typer.Argument(help="The name of the file, such as open.csv.")],
    _on: OnStack,
) -> None:
    """What became of one file, as `dunlin import` says it.

    Example: dunlin drop show harbor-clinic harbor-clinic.csv
    """
    from dunlin.domain.imports.file_names import summary_name
    from dunlin.runtime import wiring
    from dunlin.service.imports.shown import import_at

    key = summary_name(f"drop/{creditor}/{file}")
    document = import_at(wiring.drop_box(), creditor, key)
    if document is None:
        raise DomainError(f"no file {file} of {creditor} was dropped: dunlin drop list")
    for line in import_lines(document):
        typer.echo(line)


@answers.command("list")
def list_answers(creditor: CreditorName, _on: OnStack) -> None:
    """What is remembered, by the columns of the files that it was said of.

    Example: dunlin answers list harbor-clinic
    """
    from dunlin.runtime import wiring
    from dunlin.service.imports.remembering import layouts

    known = sorted(layouts(creditor, wiring.drop_box()), key=lambda k: k.at, reverse=True)
    if not known:
        say(f"Nothing is remembered for {creditor}.")
    for layout in known:
        columns = ", ".join(layout.columns)
        say(f"{layout.fingerprint[:12]}  {layout.file}, {layout.at}: {columns}", deeper=2)
        sidecar = layout.sidecar
        lines = [f"{column}: {field_words(field)}" for column, field in sidecar.mapping.items()]
        for question, answer in sidecar.answers.items():
            kind, _, column = question.partition(":")
            about = f"{column} ({kind.replace('_', ' ')})" if column else kind.replace("_", " ")
            lines.append(f"{about}: {answer_words(kind, answer)}")
        for name in ("date_order", "country", "state", "currency", "industry", "debt_kind"):
            value = getattr(sidecar, name)
            if value:
                lines.append(f"{name.replace('_', ' ')}: {answer_words(name, value)}")
        if sidecar.written_off:
            lines.append("rows written off are debts")
        for text in lines:
            say(text, 4, 2)


@answers.command("forget")
def forget_answers(
    creditor: CreditorName,
    layout: Annotated[str, typer.Argument(help="The layout's mark, as `answers list` shows it.")],
    asked: ByStaff,
) -> None:
    """Forget what was answered about files of one layout; the next one asks again.

    Example: dunlin answers forget harbor-clinic 1f3a9c2b7d40 --why case-17 \\
    --by desk-1
    """
    from dunlin.runtime import wiring
    from dunlin.service.imports.remembering import forget

    known = forget(
        creditor,
        layout,
        asked.order,
        drop_box=wiring.drop_box(),
        book=wiring.account_book(),
        log=wiring.audit_archive(),
        now=wiring.clock().now(),
    )
    say(f"What was answered about {known.file} is forgotten.")
