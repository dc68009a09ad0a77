"""`dunlin template compile | list | lint | preview | send-test | diversity`: the letters; all
but the last two without a stack or AWS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from dunlin.adapters.files.yaml_documents import parse
from dunlin.cli.account import channel_word
from dunlin.cli.commands import Commands
from dunlin.cli.speech import count, not_in_order, say, say_table
from dunlin.cli.stack import OnStack, ToWrite
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import Defect, DomainError
from dunlin.domain.messages.diversity import VariantSent, diversity
from dunlin.domain.messages.sms_parts import measure
from dunlin.domain.messages.templates import TemplateError
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.ports.accounts import PortfolioConversations
from dunlin.ports.messages import Email
from dunlin.views.messages.jinja_messages import JinjaMessages
from dunlin.views.messages.message_compiler import FOLDER, compile_letters, write_letters
from dunlin.views.messages.message_samples import (
    LINK,
    NOTICES,
    STOP_LINK,
    Sample,
    sample_facts,
    samples,
)

app = Commands("The letters: lay out, check, look at.", example="dunlin template list")

ROLES = ("first", "third")
SAMPLE = {
    "debt_role": "first",
    "brand": {
        "name": "Harbor Lane & Co",
        "address": "120 Harbor Lane, Portland, OR 97201",
        "phone": "(503) 555-0142",
        "email_from": "accounts@example.com",
        "reply_to": "accounts@example.com",
        "signature": "Your team at Harbor Lane",
    },
    "ladders": {
        "standard": [{"name": "First", "days": 0, "channels": ["email"], "template": "reminder"}]
    },
}
StrategyFile = Annotated[
    Path | None, typer.Option("--strategy", help="A strategy document: its brand, role, words.")
]


@app.command("compile")
def compile_(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where something would change.")
    ] = False,
) -> None:
    """Lay out the letters anew from their documents, for the senders to read.

    Example: dunlin template compile --check
    """
    try:
        files = compile_letters()
    except TemplateError as error:
        raise not_in_order(error) from None
    if not check:
        changed = write_letters(files)
        say(f"{count(len(files), 'file')}, {len(changed):,} changed")
        return
    compiled = {p.name: p.read_text("utf-8") for p in (FOLDER / "compiled").iterdir()}
    stale = sorted(n for n in {*files, *compiled} if files.get(n) != compiled.get(n))
    if stale:
        raise not_in_order(*(f"{name} is not what its document gives" for name in stale))
    say(f"{count(len(files), 'file')}, as their documents give them")


@app.command("list")
def list_(strategy: StrategyFile = None) -> None:
    """Every template with its channels, its versions, and whose words they are.

    Example: dunlin template list --strategy harbor-clinic.strategy.yaml
    """
    given, templates = _strategies(strategy)[0], JinjaMessages()
    say_table(
        ("template", "as", "version", "words"),
        [
            (
                name,
                channel_word(channel.value),
                templates.version(name, channel, strategy=given),
                "the creditor's" if name in given.templates else "shipped",
            )
            for name, channels in templates.templates(given.templates).items()
            for channel in channels
        ],
    )


@app.command()
def lint(strategy: StrategyFile = None) -> None:
    """Check what every letter says and how many segments every text needs.

    Example: dunlin template lint --strategy harbor-clinic.strategy.yaml
    """
    rows, faults = [], 0
    for given in _strategies(strategy):
        for sample in _samples(given):
            faults += len(sample.findings)
            if sample.findings or sample.channel is Channel.SMS:
                findings = "; ".join(f"{f.rule_id} {f.part}: {f.because}" for f in sample.findings)
                rows.append(
                    (
                        sample.template,
                        sample.language,
                        sample.audience,
                        given.debt_role,
                        channel_word(sample.channel.value),
                        _size(sample),
                        findings,
                    )
                )
    say_table(("template", "language", "to", "party", "as", "size", "to mend"), rows)
    if faults:
        raise not_in_order(f"{count(faults, 'finding')} to mend.")
    say("Nothing to mend.")


@app.command()
def preview(
    template: Annotated[str, typer.Argument(help="Its name, such as reminder.gentle.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.")],
    strategy: StrategyFile = None,
    accounts: Annotated[
        int, typer.Option(min=1, max=20, help="How many accounts the message is about.")
    ] = 1,
) -> None:
    """Write one letter in every language, to every audience and on every channel, as it is sent.

    Example: dunlin template preview reminder.gentle -o letters
    """
    output.mkdir(parents=True, exist_ok=True)
    chosen = _samples(_strategies(strategy)[0], accounts=accounts, only=template)
    if not chosen:
        raise DomainError(f"there is no template {template}: dunlin template list")
    for sample in chosen:
        stem = f"{sample.template}.{sample.language}.{sample.audience}.{sample.channel.value}"
        parts = {"txt": sample.rendered.text, "html": sample.rendered.html}
        for ending, content in parts.items():
            if content:
                path = output / f"{stem}.{ending}"
                path.write_bytes(content.encode())
                say(str(path))
                say(f"sha256 {sample.rendered.sha256}", 2)


@app.command("send-test")
def send_test(
    _on: ToWrite,
    template: Annotated[str, typer.Argument(help="Its name, such as reminder.gentle.")],
    creditor: Annotated[str, typer.Option(help="Whose strategy, words and sender.")],
    to: Annotated[str, typer.Option(help="One of the strategy's test_addresses.")],
    language: Annotated[str, typer.Option(help="en or es")] = "en",
) -> None:
    """Send one e-mail, marked as a test and about an invented person, to a known address.

    Example: dunlin template send-test reminder.gentle --creditor harbor-clinic \\
    --to you@example.com
    """
    from dunlin.adapters.aws.mailbox import SesMailbox
    from dunlin.runtime import wiring

    strategy = wiring.creditors().strategy(creditor)
    if strategy is None:
        raise DomainError(f"there is no creditor {creditor}")
    message = as_test(strategy, template, to=to, language=language)
    try:
        sent = SesMailbox("").send(message)
    except Defect as error:
        raise not_in_order(error) from None
    say(f"sent as {sent}: {message.subject}", deeper=2)


def as_test(strategy: Strategy, template: str, *, to: str, language: str) -> Email:
    """A test message: what would be sent, about the invented person, with links that lead
    nowhere, marked in its subject and headers. Raises `DomainError` for any other address."""
    if to not in strategy.test_addresses:
        raise DomainError(f"{to} is not in the test_addresses of {strategy.creditor}'s strategy")
    rendered = JinjaMessages().render(
        template,
        Channel.EMAIL,
        facts=sample_facts(strategy, language=language),
        link=LINK,
        stop_link=STOP_LINK,
        fields=NOTICES.get(template, {}),
    )
    return Email(
        to=to,
        sender=strategy.brand.email_from,
        reply_to=strategy.brand.reply_to,
        subject=f"[Test] {rendered.subject}",
        html=rendered.html,
        text=rendered.text,
        headers={"X-Dunlin-Test": rendered.sha256},
    )


@app.command("diversity")
def diversity_(
    creditor: Annotated[str, typer.Option(help="Whose messages.")], _on: OnStack
) -> None:
    """How many different messages the accounts of each ladder were sent, and how evenly.

    Example: dunlin template diversity --creditor harbor-clinic
    """
    from dunlin.runtime import wiring

    rows = [
        (
            measured.segment,
            f"{measured.messages:,}",
            measured.variants,
            f"{measured.effective:.1f}",
            f"{measured.most_used} {measured.most_share:.0%}",
            measured.repeated,
        )
        for measured in diversity(said(creditor, wiring.account_book()))
    ]
    say_table(
        ("ladder", "messages", "variants", "as good as", "most used", "heard one twice"), rows
    )
    if not rows:
        say(f"{creditor} has sent no message yet.")


def said(creditor: str, book: PortfolioConversations) -> Iterator[VariantSent]:
    """Every rung's message that a creditor's accounts were sent, by the ladder they are on."""
    for account in book.accounts_of_creditor(creditor):
        for touch in book.conversation(account.account_id).touches:
            if touch.run and touch.sent_at is not None:
                yield VariantSent(
                    segment=account.ladder,
                    account_id=account.account_id,
                    variant=f"{touch.template}/{touch.channel.value}",
                )


def _samples(strategy: Strategy, *, accounts: int = 1, only: str = "") -> list[Sample]:
    return list(samples(JinjaMessages(), strategy, accounts=accounts, only=only))


def _strategies(file: Path | None) -> list[Strategy]:
    """The strategy of a file, or an invented one in both roles."""
    if file is None:
        return [
            read_strategy(SAMPLE | {"debt_role": role}, creditor="preview", version=1)
            for role in ROLES
        ]
    try:
        return [read_strategy(parse(file.read_bytes()), creditor="preview", version=1)]
    except (OSError, UnicodeDecodeError, DomainError) as error:
        raise DomainError(f"{file}: {error}") from None


def _size(sample: Sample) -> str:
    if sample.channel is Channel.EMAIL:
        return f"{len(sample.rendered.html.encode()) / 1000:.1f} kB"
    parts = measure(sample.rendered.text)
    forced = f" for {' '.join(parts.offenders)}" if parts.offenders else ""
    return f"{parts.count} x {parts.encoding}, {parts.units} units{forced}"
