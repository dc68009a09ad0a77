"""`dunlin drop list | show`: what became of dropped files. `dunlin answers list | forget`: what was
answered about a creditor's files and is remembered for the next.
"""

from __future__ import annotations

from typing import Annotated

import typer

from dunlin.cli.stack import Aws, StackName, target_or_exit
from dunlin.cli.who import By, Why, order, refused
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.field_words import answer_words, field_words
from dunlin.domain.plain_text import wrapped
from dunlin.views.imports.import_text import import_lines

drops = typer.Typer(no_args_is_help=True, help="What became of the files that were dropped.")
answers = typer.Typer(no_args_is_help=True, help="What was answered about a creditor's files.")

CreditorName = Annotated[str, typer.Argument(help="The creditor's id.")]
_STATES = {
    "done": "imported",
    "waiting": "waits for an answer",
    "rejected": "not imported",
    "reading": "being read",
}


@drops.command("list")
def list_drops(
    creditor: Annotated[str, typer.Option(help="One creditor alone; all where left out.")] = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """The newest files, imported or not, each with what to do now."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring
    from dunlin.service.imports.shown import newest_imports

    newest = newest_imports(wiring.drop_box(), creditor)
    if not newest:
        typer.echo("Nothing was dropped yet.")
    for document in newest:
        place = document.get("dropped", f"drop/{document['creditor']}/{document['file']}")
        state = _STATES.get(document["state"], document["state"])
        for line in wrapped(f"{document.get('day', '')} {place}: {state}"):
            typer.echo(line)
        for line in wrapped(document["next_step"], 2):
            typer.echo(line)
        if document["lacks"]:
            creditor_id = document["creditor"]
            text = f"{document['lacks']:,} accounts are not in it: dunlin missing {creditor_id}"
            for line in wrapped(text, 2):
                typer.echo(line)


@drops.command("show")
def show_drop(
    creditor: CreditorName,
    file: Annotated[str, typer.Argument(help="The name of the file, such as open.csv.")],
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """What became of one file, as `dunlin import` says it."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.domain.imports.file_names import summary_name
    from dunlin.runtime import wiring
    from dunlin.service.imports.shown import import_at

    key = summary_name(f"drop/{creditor}/{file}")
    document = import_at(wiring.drop_box(), creditor, key)
    if document is None:
        raise refused(DomainError(f"no file {file} of {creditor} was dropped: dunlin drop list"))
    for line in import_lines(document):
        typer.echo(line)


@answers.command("list")
def list_answers(creditor: CreditorName, aws: Aws = False, stack: StackName = "dunlin") -> None:
    """What is remembered, by the columns of the files that it was said of."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring
    from dunlin.service.imports.remembering import layouts

    known = sorted(layouts(creditor, wiring.drop_box()), key=lambda k: k.at, reverse=True)
    if not known:
        typer.echo(f"Nothing is remembered for {creditor}.")
    for layout in known:
        columns = ", ".join(layout.columns)
        for line in wrapped(f"{layout.fingerprint[:12]}  {layout.file}, {layout.at}: {columns}"):
            typer.echo(line)
        sidecar = layout.sidecar
        lines = [f"{column}: {field_words(field)}" for column, field in sidecar.mapping.items()]
        for question, answer in sidecar.answers.items():
            kind, _, column = question.partition(":")
            about = f"{column} ({kind.replace('_', ' ')})" if column else kind.replace("_", " ")
            lines.append(f"{about}: {answer_words(kind, answer)}")
        for name in ("date_order", "country", "currency", "industry", "debt_kind"):
            value = getattr(sidecar, name)
            if value:
                lines.append(f"{name.replace('_', ' ')}: {answer_words(name, value)}")
        if sidecar.written_off:
            lines.append("rows written off are debts")
        for text in lines:
            for line in wrapped(text, 4, 2):
                typer.echo(line)


@answers.command("forget")
def forget_answers(
    creditor: CreditorName,
    layout: Annotated[str, typer.Argument(help="The layout's mark, as `answers list` shows it.")],
    why: Why,
    by: By = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Forget what was answered about files of one layout; the next one asks again."""
    target = target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring
    from dunlin.service.imports.remembering import forget

    try:
        known = forget(
            creditor,
            layout,
            order(target, by, why),
            drop_box=wiring.drop_box(),
            book=wiring.account_book(),
            log=wiring.audit_archive(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    typer.echo(f"What was answered about {known.file} is forgotten.")
