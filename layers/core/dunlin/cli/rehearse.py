"""`dunlin rehearse FILE --strategy S`: every message of the next ninety days, before anyone gets
one. It works without a cloud: file and strategy are all it needs."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.files.yaml_documents import parse
from dunlin.adapters.imports.dropped import DroppedFiles
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.virtual_waker import VirtualWaker
from dunlin.cli.speech import say, say_json
from dunlin.cli.stack import Json
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.file_names import summary_name
from dunlin.domain.messages.prices import message_micro
from dunlin.domain.reports.forecast import Forecast, Happening, compare
from dunlin.ports.messages import Email, Text
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.sending import SendingPorts
from dunlin.service.imports.job import job_of
from dunlin.service.imports.loading import load_rows
from dunlin.service.imports.profiling import profile_file
from dunlin.service.rollouts import rehearsal
from dunlin.views.imports.import_text import import_lines
from dunlin.views.messages.jinja_messages import JinjaMessages
from dunlin.views.reports.rehearsal_report import page
from dunlin.views.reports.rehearsal_text import difference_lines, forecast_lines

CREDITOR = "rehearsal"


class _Line:
    """A provider that takes everything and delivers nothing."""

    def __init__(self) -> None:
        self._ids = count(1)

    def send(self, _message: Email | Text) -> str:
        return f"rehearsed-{next(self._ids)}"


def rehearse(
    files: Annotated[list[Path], typer.Argument(help="The exports to rehearse with.")],
    strategy: Annotated[Path, typer.Option(help="A strategy document.", exists=True)],
    days: Annotated[int, typer.Option(min=1, max=366)] = 90,
    compare_with: Annotated[
        Path | None, typer.Option("--compare", help="A second strategy.", exists=True)
    ] = None,
    start: Annotated[str, typer.Option(help="First instant, ISO 8601; default now.")] = "",
    events: Annotated[
        Path | None,
        typer.Option(help="JSON lines: {reference, at, kind, minor?}.", exists=True),
    ] = None,
    as_json: Json = False,
    html: Annotated[Path | None, typer.Option(help="Write the report here.")] = None,
) -> None:
    """List every message that would be sent, day by day, and send none.

    Example: dunlin rehearse open.csv --strategy harbor-clinic.strategy.yaml \\
    --html page.html
    """
    began = time.monotonic()
    at = datetime.fromisoformat(start) if start else datetime.now(UTC).replace(microsecond=0)
    strategies = [path for path in (strategy, compare_with) if path is not None]
    names = [path.stem.removesuffix(".strategy") for path in strategies]
    if len(set(names)) < len(names):  # two versions of one file, in two folders
        names = [str(path) for path in strategies]
    forecasts = [
        (name, play(files, parse(path.read_bytes()), at=at, days=days, events=events))
        for name, path in zip(names, strategies, strict=True)
    ]
    difference = compare(forecasts[0][1], forecasts[1][1]) if len(forecasts) == 2 else None
    if html is not None:
        html.write_text(page(forecasts, difference, load_rulebook().plain), encoding="utf-8")
    if as_json:
        say_json({name: in_words(forecast) for name, forecast in forecasts})
        return
    for name, forecast in forecasts:
        for line in forecast_lines(name, forecast, load_rulebook().plain):
            typer.echo(line)
    if difference is not None:
        say("")
        for line in difference_lines(names, difference):
            typer.echo(line)
    # Linux counts kilobytes, macOS bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / 1024 / (1024 if sys.platform == "darwin" else 1)
    say("")
    if html is not None:
        say(f"{html} shows it by person and by day.")
    say(f"{time.monotonic() - began:.0f} s, {megabytes:.0f} MB at most. Nothing was sent.")
    if not any(forecast.messages for _, forecast in forecasts):
        raise typer.Exit(1)


def play(
    files: Sequence[Path],
    document: Any,
    *,
    at: datetime,
    days: int,
    events: Path | None = None,
    creditor: str = CREDITOR,
) -> Forecast:
    """Import the files into memory and rehearse the strategy over them. Raises `DomainError`."""
    book = MemoryBook(log=False)
    templates = JinjaMessages()
    book.creditors.put_strategy(
        creditor, {**document, "creditor": creditor}, at, approved_by="rehearsal"
    )
    strategy = book.creditors.strategy(creditor)
    if strategy is None:
        raise DomainError("the strategy was not kept")
    waker = VirtualWaker()
    _import(files, creditor, book, waker, at)
    sessions, line = MemoryPortalSessions(), _Line()
    ports = rehearsal.RehearsalPorts(
        book=book,
        waker=waker,
        gate=Gate(rulebook=load_rulebook()),
        templates=templates,
        links=sessions,
        outboxes={
            channel: SendingPorts(
                channel=channel,
                templates=templates,
                links=sessions,
                portal_url="https://portal.example.com",
                # One link for all: nobody opens it, and the same words are then read once.
                new_token=lambda: "0" * 32,
                new_code=lambda: "000000",
                real_now=lambda: at,
                mailbox=line if channel is Channel.EMAIL else None,
                sms_sender=line if channel is Channel.SMS else None,
            )
            for channel in Channel
        },
        price=message_micro,
    )
    accounts = list(book.accounts_of_creditor(creditor))
    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(f"{len(accounts):,} accounts, {days} days", total=days)
        return rehearsal.rehearse(
            accounts,
            strategy,
            ports=ports,
            start=at,
            days=days,
            events=_events(events, accounts) if events else (),
            progress=lambda now: bar.update(task, completed=(now - at).days),
        )


def _import(
    files: Sequence[Path], creditor: str, book: MemoryBook, waker: VirtualWaker, at: datetime
) -> None:
    """Every stage of the import, over memory."""
    box = MemoryDropBox()
    intake = DroppedFiles(box)
    for number, path in enumerate(files):
        key = f"drop/{creditor}/{path.name}"
        box.write(key, path.read_bytes(), "text/csv")
        job = job_of(key, f"v{number}")
        if job is None:
            raise DomainError(f"{path.name}: not a file that an import reads")
        profiled = profile_file(
            job, today=at.date(), intake=intake, creditors=book.creditors, drop_box=box
        )
        summary = f"drop/{creditor}/{summary_name(path.name)}"
        if summary in box.keys(summary):
            # A file that is read leaves none before its rows are loaded.
            raise DomainError("\n".join(import_lines(json.loads(box.read(summary)))))
        for part in profiled["ranges"]:
            load_rows(
                job,
                share=part["share"],
                of=part["of"],
                creditors=book.creditors,
                book=book,
                waker=waker,
                drop_box=box,
                now=at,
            )


def _events(path: Path, accounts: Sequence[Account]) -> Iterator[Happening]:
    by_reference = {account.reference: account for account in accounts}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        event = json.loads(line)
        account = by_reference.get(event["reference"])
        if account is None:
            raise DomainError(f"{path.name}:{number}: no account {event['reference']!r}")
        yield Happening(
            event_id=f"event-{number}",
            account_id=account.account_id,
            at=datetime.fromisoformat(event["at"]),
            kind=event["kind"],
            minor=event.get("minor", 0),
        )


def in_words(forecast: Forecast) -> dict[str, Any]:
    """A forecast as JSON: dates ISO 8601, money in millionths of a dollar."""
    return {
        "start": forecast.start.isoformat(),
        "days": forecast.days,
        "started": forecast.started,
        "passed_over": dict(forecast.passed_over),
        "cost_micro_usd": forecast.cost_micro,
        "deferred": forecast.deferred,
        "refusals": dict(forecast.refusals),
        "ends": dict(forecast.ends),
        "calendar": {day.isoformat(): dict(n) for day, n in forecast.by_day().items() if n},
        "messages": [
            {
                "reference": m.reference,
                "at": m.at.isoformat(),
                "local": m.local.isoformat(),
                "channel": m.channel,
                "template": m.template,
                "person": m.person,
                "step": m.step,
                "text": m.text,
                "cost_micro_usd": m.cost_micro,
            }
            for m in forecast.messages
        ],
    }
