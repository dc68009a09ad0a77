"""`dunlin template compile | lint | preview`: the letters, without a stack and without AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dunlin.adapters.jinja_letters import JinjaLetters
from dunlin.adapters.letter_press import FOLDER, compile_letters, write_letters
from dunlin.domain.account import Account
from dunlin.domain.consumer import Channel, Consumer, ContactHistory
from dunlin.domain.content import Finding
from dunlin.domain.letters import LANGUAGES, TemplateError
from dunlin.domain.money import Money
from dunlin.domain.segments import measure
from dunlin.domain.strategy import Strategy, StrategyError
from dunlin.domain.strategy_document import read_strategy
from dunlin.ports import Facts, Rendered

app = typer.Typer(no_args_is_help=True, help="The letters: lay out, check, look at.")
console = Console()

ROLES = ("first", "third")
_LINK = "https://pay.example.com/m/4fK29sLq0ZxYb71mNcPuWd"
_STOP_LINK = "https://pay.example.com/u/4fK29sLq0ZxYb71mNcPuWd"
_FIELDS = {
    "receipt": {"amount": "$120.00", "paid_on": "2026-11-21", "remaining": "$45.00"},
    "code": {"code": "482913"},
}
_SAMPLE = {
    "debt_role": "first",
    "brand": {
        "name": "Harbor Lane & Co",
        "address": "120 Harbor Lane, Portland, OR 97201",
        "phone": "(503) 555-0142",
        "email_from": "accounts@example.com",
        "reply_to": "accounts@example.com",
    },
    "ladders": {
        "standard": [{"name": "First", "days": 0, "channels": ["email"], "template": "reminder"}]
    },
}
StrategyFile = Annotated[
    Path | None, typer.Option("--strategy", help="A strategy document, for its brand and role.")
]


@app.command("compile")
def compile_(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where something would change.")
    ] = False,
) -> None:
    """Lay out every letter anew from its document, for the senders to read."""
    try:
        files = compile_letters()
    except TemplateError as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from None
    if not check:
        changed = write_letters(files)
        console.print(f"{len(files)} files, {len(changed)} changed")
        return
    compiled = {p.name: p.read_text("utf-8") for p in (FOLDER / "compiled").iterdir()}
    stale = sorted(n for n in {*files, *compiled} if files.get(n) != compiled.get(n))
    for name in stale:
        console.print(f"[red]{name} is not what its document gives[/red]")
    if stale:
        raise typer.Exit(1)
    console.print(f"{len(files)} files, as their documents give them")


@app.command()
def lint(strategy: StrategyFile = None) -> None:
    """Check what every letter says and how many segments every text needs."""
    given = _strategy(strategy)
    table = Table("template", "language", "role", "channel", "size", "findings")
    faults = 0
    for name, language, role, channel, rendered, findings in _all(given):
        faults += len(findings)
        if findings or channel is Channel.SMS:
            found = "\n".join(f"{f.rule_id} {f.part}: {f.because}" for f in findings) or "none"
            table.add_row(name, language, role, channel.value, _size(channel, rendered), found)
    console.print(table)
    if faults:
        raise typer.Exit(1)


@app.command()
def preview(
    template: Annotated[str, typer.Argument(help="Its name, such as reminder.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.")],
    strategy: StrategyFile = None,
) -> None:
    """Write one letter in every language and on every channel, as it would be sent."""
    written = []
    output.mkdir(parents=True, exist_ok=True)
    for name, language, role, channel, rendered, _ in _all(_strategy(strategy)):
        if name != template or (strategy is None and role != "first"):
            continue
        stem = output / f"{name}.{language}.{channel.value}"
        written.append(stem.with_suffix(f"{stem.suffix}.txt"))
        written[-1].write_text(rendered.text, "utf-8")
        if rendered.html:
            written.append(stem.with_suffix(f"{stem.suffix}.html"))
            written[-1].write_text(rendered.html, "utf-8")
    if not written:
        console.print(f"[red]there is no template {template!r}[/red]")
        raise typer.Exit(1)
    for path in written:
        console.print(str(path), soft_wrap=True)


def _strategy(file: Path | None) -> Strategy | None:
    if file is None:
        return None
    import yaml

    try:
        return read_strategy(yaml.safe_load(file.read_text("utf-8")), creditor="preview", version=1)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, StrategyError) as error:
        console.print(f"[red]{file}: {error}[/red]")
        raise typer.Exit(1) from None


def _all(
    given: Strategy | None,
) -> Iterator[tuple[str, str, str, Channel, Rendered, tuple[Finding, ...]]]:
    """Every letter as a made-up person would get it, under the given strategy or in both roles."""
    letters = JinjaLetters()
    sample = given or read_strategy(_SAMPLE, creditor="preview", version=1)
    for role in (given.debt_role,) if given else ROLES:
        for name, channels in letters.templates().items():
            for language in LANGUAGES:
                facts = _facts(replace(sample, debt_role=role), language)
                for channel in channels:
                    rendered, findings = letters.review(
                        name,
                        channel,
                        facts=facts,
                        link=_LINK,
                        stop_link=_STOP_LINK,
                        fields=_FIELDS.get(name, {}),
                    )
                    yield name, language, role, channel, rendered, findings


def _facts(strategy: Strategy, language: str) -> Facts:
    return Facts(
        account=Account(
            account_id="acc_preview",
            creditor=strategy.creditor,
            consumer_id="con_preview",
            reference="1001",
            balance=Money(4500, "USD"),
        ),
        consumer=Consumer(
            consumer_id="con_preview",
            creditor=strategy.creditor,
            name="Ana Example",
            given_name="Ana",
            language=language,
        ),
        history=ContactHistory(consumer_id="con_preview"),
        strategy=strategy,
    )


def _size(channel: Channel, rendered: Rendered) -> str:
    if channel is Channel.EMAIL:
        return f"{len(rendered.html.encode()) / 1000:.1f} kB"
    found = measure(rendered.text)
    forced = f" for {' '.join(found.offenders)}" if found.offenders else ""
    return f"{found.count} x {found.encoding}, {found.units} units{forced}"
