"""`dunlin queue`: what waits for staff, and what they decide and answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dunlin.cli.account import (
    Steered,
    SteeredAccount,
    ThisAccount,
    channel_word,
)
from dunlin.cli.commands import Commands
from dunlin.cli.speech import count, day, minute, not_in_order, say, say_json, say_table
from dunlin.cli.stack import Json, OnStack, ToWrite
from dunlin.cli.who import tell, tell_outcome
from dunlin.domain.arrangements.terms import NoTerms
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.staff.queue import KINDS, Item, item_of
from dunlin.ports.staff import StrayMail
from dunlin.service import arrangements
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.contact import recovery
from dunlin.service.staff import queue
from dunlin.views.widgets.words import KINDS as KIND_WORDS
from dunlin.views.widgets.words import words

app = Commands("What waits for a person at the creditor.", example="dunlin queue list")


@app.command("list")
def list_items(
    _on: OnStack,
    creditor: Annotated[str, typer.Option(help="One creditor; all where left out.")] = "",
    kind: Annotated[str, typer.Option(help=", ".join(KINDS))] = "",
    owner: Annotated[str, typer.Option(help="Only what this member of staff has.")] = "",
    late: Annotated[bool, typer.Option("--late", help="Only what is overdue.")] = False,
    as_json: Json = False,
) -> None:
    """What waits for staff, by when it is due. No names are shown.

    Example: dunlin queue list --creditor harbor-clinic --late
    """
    from dunlin.runtime import wiring

    now = wiring.clock().now()
    items = queue.listing(
        creditor=creditor,
        kind=kind,
        owner=owner,
        late=late,
        book=wiring.account_book(),
        creditors=wiring.creditors(),
        now=now,
    )
    # They have neither an account nor an owner, and are due as what a person writes is.
    strays = [] if owner or late or kind not in ("", "reply") else _strays(creditor)
    if as_json:
        documents = [_item_document(item, now) for item in items]
        say_json([*documents, *(_stray_document(mail) for mail in strays)])
        return
    say_table(
        ("account", "owed", "what", "due (UTC)", "with"),
        [
            (
                item.account.reference,
                item.account.balance,
                f"{KIND_WORDS[item.kind]}{f', +{len(item.also)}' if item.also else ''}",
                f"{minute(item.due)}{' LATE' if item.late(now) else ''}",
                item.owner or "-",
            )
            for item in items
        ],
    )
    say(f"{len(items):,} {'waits' if len(items) == 1 else 'wait'}. Look at one: dunlin queue show")
    if strays:
        say(f"{count(len(strays), 'mail')} of nobody we know: dunlin queue mail", colour="yellow")


def _strays(creditor: str) -> list[StrayMail]:
    from dunlin.runtime import wiring

    names = [creditor] if creditor else wiring.creditors().all()
    return [mail for name in names for mail in wiring.stray_mails().strays(name)]


def _stray_document(mail: StrayMail) -> dict[str, Any]:
    return {
        "mail_id": mail.mail_id,
        "creditor": mail.creditor,
        "kind": "stray_mail",
        "since": mail.at.isoformat(),
        "key": mail.key,
    }


@app.command("mail")
def stray_mail(
    _on: OnStack,
    creditor: Annotated[str, typer.Option(help="One creditor; all where left out.")] = "",
    seen: Annotated[str, typer.Option(help="The id of a mail that somebody has seen to.")] = "",
) -> None:
    """Mail to a creditor that belongs to no message and nobody we know. It went to the creditor's
    inbox too; as it came it lies in the drop bucket, for 90 days.

    Example: dunlin queue mail --creditor harbor-clinic
    """
    from dunlin.runtime import wiring

    strays = _strays(creditor)
    if seen:
        chosen = [mail for mail in strays if mail.mail_id == seen]
        settled = [wiring.stray_mails().settle_stray(m.creditor, m.mail_id) for m in chosen]
        if not any(settled):
            raise not_in_order(f"no mail {seen} waits")
        say(f"{seen} waits no longer")
        return
    if not strays:
        say("no mail waits")
        return
    say_table(
        ("mail", "creditor", "since (UTC)", "in the drop bucket"),
        [(mail.mail_id, mail.creditor, minute(mail.at), mail.key) for mail in strays],
    )


def _item_document(item: Item, now: datetime) -> dict[str, Any]:
    return {
        "account_id": item.account.account_id,
        "creditor": item.account.creditor,
        "kind": item.kind,
        "also": list(item.also),
        "since": item.since and item.since.isoformat(),
        "due": item.due and item.due.isoformat(),
        "late": item.late(now),
        "owner": item.owner,
        "version": item.account.version,
    }


@app.command()
def show(account: ThisAccount) -> None:
    """One item: why it waits, what the person wrote, and what was answered. It shows words that
    a person wrote, so mind who looks over your shoulder.

    Example: dunlin queue show HC-1003
    """
    from dunlin.runtime import wiring

    book, now = wiring.account_book(), wiring.clock().now()
    item = item_of(account, queue.queue_policy(account.creditor, wiring.creditors()))
    say(f"{account.reference}  {account.account_id}")
    if item is None:
        say("waits for nobody")
    else:
        late = ", LATE" if item.late(now) else ""
        kind, whose = KIND_WORDS[item.kind], f"with {item.owner}" if item.owner else "with nobody"
        say(f"{kind}, due {minute(item.due)} UTC{late}, {whose}")
        if item.also:
            say(f"and then: {', '.join(KIND_WORDS[also] for also in item.also)}")
    say(f"version {account.version}, {account.balance} owed")
    if account.hold_reason:
        say(account.hold_reason, colour="yellow")
    request = arrangements.open_request(account.account_id, book)
    if request is not None:
        terms = request.terms
        say(
            f"asks for {len(terms.instalments)} payments,"
            f" {words(terms.frequency.value).lower()}, of {terms.total} in all:"
        )
        for planned in terms.instalments:
            say(f"{day(planned.due_on)}  {planned.amount}", 2)
    conversation = book.conversation(account.account_id)
    spoken = [
        (
            r.at,
            f"reply by {channel_word(r.channel)}: {_labels(r.labels)}",
            r.text,
        )
        for r in conversation.replies
    ]
    spoken += [(a.at, f"answer by {a.by}", a.text) for a in conversation.answers]
    for at, what, text in sorted(spoken, key=lambda line: line[0]):
        say(f"\n{minute(at)} UTC  {what}")
        say(text, 2)


def _labels(labels: Iterable[str]) -> str:
    return ", ".join(words(label).lower() for label in labels)


@app.command()
def take(
    steered: SteeredAccount,
    owner: Annotated[str, typer.Option(help="Who gets it; whoever takes it by default.")] = "",
) -> None:
    """Take an item, or give it to somebody.

    Example: dunlin queue take HC-1003 --why case-17 --by desk-1
    """
    from dunlin.runtime import wiring

    account, asked = steered.account, _as_it_stands(steered)
    done = queue.take(
        account.account_id,
        asked,
        owner=owner or asked.by,
        book=wiring.account_book(),
        now=wiring.clock().now(),
    )
    tell(done, f"{account.reference} is with {owner or asked.by}")


def _as_it_stands(steered: Steered) -> StaffCommand:
    """The order; where no version is named, of the account as it stands now."""
    asked = steered.order
    return replace(asked, version=asked.version or steered.account.version)


@app.command()
def approve(steered: SteeredAccount) -> None:
    """Agree to the arrangement asked for, or let the account go on; the rules still bind.

    Example: dunlin queue approve HC-1003 --why case-17 --by desk-1
    """
    _decide("approve", steered)


@app.command()
def release(steered: SteeredAccount) -> None:
    """Let an account go on whose matter is settled; a request for an arrangement is not.

    Example: dunlin queue release HC-1003 --why case-17 --by desk-1
    """
    _decide("release", steered)


@app.command()
def decline(steered: SteeredAccount) -> None:
    """Refuse the arrangement asked for and tell the person, or keep the account on hold.

    Example: dunlin queue decline HC-1003 --why case-17 --by desk-1
    """
    _decide("decline", steered)


@app.command()
def close(steered: SteeredAccount) -> None:
    """Close an account for good: its ladder ends and no message follows.

    Example: dunlin queue close HC-1003 --why case-17 --by desk-1
    """
    _decide("close", steered)


_DONE = {
    "approve": "approved",
    "release": "released",
    "decline": "declined: nothing goes out on its own account",
    "close": "closed",
}


def _decide(decision: str, steered: Steered) -> None:
    from dunlin.runtime import wiring

    account = steered.account
    decided = queue.decide(
        account_id=account.account_id,
        decision=decision,
        order=_as_it_stands(steered),
        book=wiring.account_book(),
        waker=wiring.arranging_waker(),
        now=wiring.clock().now(),
    )
    tell_outcome(decided.outcome, f"{account.reference}: {_DONE[decision]}", decided.because)


@app.command()
def counter(
    steered: SteeredAccount,
    frequency: Annotated[str, typer.Option(help="weekly, every_two_weeks or monthly")],
    first: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first payment.")],
    payments: Annotated[int | None, typer.Option("--count", help="How many payments.")] = None,
    instalment: Annotated[
        int | None, typer.Option(help="Or how much each, in minor units (cents).")
    ] = None,
) -> None:
    """Answer a request for an arrangement with other terms, and tell the person.

    Example: dunlin queue counter HC-1003 --frequency monthly \\
    --first 2026-12-15 --count 3 \\
    --why case-17 --by desk-1
    """
    from dunlin.runtime import wiring

    account = steered.account
    book, now = wiring.account_book(), wiring.clock().now()
    strategy = arrangements.in_force(account.creditor, wiring.creditors(), now.date())
    terms = arrangements.propose(
        account,
        strategy,
        instalment=Money(instalment, account.balance.currency) if instalment else None,
        count=payments,
        frequency=frequency,
        first_on=date(first.year, first.month, first.day),
        today=now.date(),
    )
    if isinstance(terms, NoTerms):
        raise DomainError(f"no such schedule can be made: {words(terms.value).lower()}")
    done = queue.counter(
        account.account_id,
        _as_it_stands(steered),
        terms,
        book=book,
        waker=wiring.arranging_waker(),
        now=now,
    )
    tell(done, f"{account.reference}: countered, and the person is told")


@app.command()
def answer(
    steered: SteeredAccount,
    text_file: Annotated[
        Path, typer.Argument(help="A text file with the answer; - reads the input.")
    ],
    release_too: Annotated[
        bool | None,
        typer.Option(
            "--release/--keep", help="Lift the hold besides; by itself only for a question."
        ),
    ] = None,
) -> None:
    """Write back to the person, word for word, as a message that the rules allow.

    Example: dunlin queue answer HC-1003 answer.txt --why case-17 --by desk-1
    """
    from dunlin.runtime import wiring

    account = steered.account
    typed = str(text_file) == "-"
    text = typer.get_text_stream("stdin").read() if typed else text_file.read_text("utf-8")
    done = queue.answer(
        account.account_id,
        _as_it_stands(steered),
        text,
        release=release_too,
        model=wiring.words_model(),
        book=wiring.account_book(),
        creditors=wiring.creditors(),
        waker=wiring.arranging_waker(),
        now=wiring.clock().now(),
    )
    tell(done, f"{account.reference}: the answer is on its way, if the rules allow it")


@app.command()
def unattended(_on: OnStack) -> None:
    """Open accounts that will not move and give no reason; exit code 1 where there are any.

    Example: dunlin queue unattended
    """
    from dunlin.runtime import wiring

    unattended_accounts = recovery.unattended(
        book=wiring.account_book(),
        creditors=wiring.creditors(),
        waker=wiring.arranging_waker(),
        now=wiring.clock().now(),
    )
    say_table(
        ("account", "reference", "why"),
        [
            (
                account.account_id,
                account.reference,
                f"due {minute(account.due_at)} UTC, and nothing runs for it"
                if account.due_at
                else "nothing planned",
            )
            for account in unattended_accounts
        ],
    )
    if unattended_accounts:
        raise not_in_order(f"{count(len(unattended_accounts), 'account')} unattended")
    say("No account is unattended.")


@app.command()
def notify(
    target: ToWrite,
    creditor: Annotated[str, typer.Argument(help="Whose `escalation.notify` to subscribe.")],
) -> None:
    """Let the addresses of the creditor's strategy hear by e-mail of what waits for staff, by ids
    alone. Each must confirm once, by the link that AWS sends.

    Example: dunlin queue notify harbor-clinic
    """
    from dunlin.runtime import wiring

    strategy = wiring.creditors().strategy(creditor)
    if strategy is None or not strategy.escalation.notify:
        raise DomainError(f"the strategy of {creditor} names nobody to notify")
    client, topic = target.client("sns"), target.outputs["StaffTopicArn"]
    only = {
        "FilterPolicyScope": "MessageBody",
        "FilterPolicy": json.dumps({"creditor": [creditor]}),
    }
    for address in strategy.escalation.notify:
        client.subscribe(TopicArn=topic, Protocol="email", Endpoint=address, Attributes=only)
        say(f"{address}  asked to confirm")
