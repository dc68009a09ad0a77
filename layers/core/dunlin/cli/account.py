"""`dunlin account`: one account, what staff know of its person, and how they steer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from dunlin.cli.commands import Commands, Given
from dunlin.cli.speech import count, day, minute, refused, say, say_table
from dunlin.cli.stack import Aws, OnStack, Output, StackName, Yes, on_stack, to_write
from dunlin.cli.who import By, Doer, Why, order, tell
from dunlin.domain.accounts.account import Account, Hold, Override
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.known_facts import FACTS
from dunlin.domain.imports.guard import csv_line
from dunlin.domain.money import Money
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.staff import overview, pauses, steering
from dunlin.service.staff.contact_points import channel_standing, give_point
from dunlin.service.staff.facts import PLACES, set_fact
from dunlin.service.staff.finding import find_accounts
from dunlin.service.staff.flags import FLAGS, lift_flag, set_flag
from dunlin.views.widgets.words import HOLDS, TRIGGERS, words

_INSTANT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ"]
app = Commands("One account.", example="dunlin account show HC-1003")
Which = Annotated[
    str, typer.Argument(help="Account id, reference, invoice, or number or address of who owes.")
]
Creditor = Annotated[str, typer.Option("--creditor", help="Of this creditor alone.")]
Version = Annotated[
    int | None, typer.Option(help="The account's version that was looked at; refused if it moved.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """An account that staff steer: which, who, why, and the version that they looked at."""

    account: Account
    order: StaffCommand


def _meant(
    which: Which, creditor: Creditor = "", aws: Aws = False, stack: StackName = "dunlin"
) -> Account:
    on_stack(aws, stack)
    return find_account(which, creditor)


def _steered(
    which: Which,
    why: Why,
    by: By = "",
    version: Version = None,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
    yes: Yes = False,
) -> Steered:
    target = to_write(aws, stack, yes)
    asked = order(target, by, why, version)
    return Steered(account=find_account(which, creditor), order=asked)


ThisAccount = Annotated[Account, Given(_meant)]
SteeredAccount = Annotated[Steered, Given(_steered)]


def find_account(which: str, creditor: str) -> Account:
    """The account that is meant by an id, a reference, an invoice, the number of a person or an
    address of theirs. Exits with 2 where none is, or several are: those are listed."""
    from dunlin.runtime import wiring

    meant = find_accounts(
        which, creditor=creditor, book=wiring.account_book(), creditors=wiring.creditors()
    )
    if len(meant) == 1:
        return meant[0]
    if not meant:
        raise refused(
            f"No account {which}. Give its id, its reference, or the number or the address of who"
            " owes it."
        )
    say_table(
        ("id", "creditor", "reference", "owed", "status"),
        [(a.account_id, a.creditor, a.reference, a.balance, a.status.value) for a in meant],
    )
    raise refused(f"{len(meant)} accounts go by {which}. Give the id of one.")


@app.command()
def show(account: ThisAccount) -> None:
    """Standing, ledger, conversation and next action of one account. No names are shown.

    Example: dunlin account show HC-1003
    """
    from dunlin.runtime import wiring

    account_history = wiring.account_book().account_history(account.account_id)
    say(f"{account.reference}  {account.account_id}  version {account.version}")
    say(f"{words(account.status.value)}, {account.balance} owed, due {day(account.due_on)}")
    _say_waits(account)
    if account.override:
        say(f"Set by staff: {_overridden(account.override, account.balance.currency)}")
    for channel in Channel:
        standing = channel_standing(account_history.consumer, channel)
        say(f"{channel_word(channel)}: {standing}", deeper=2)
    action = overview.next_of(account, book=wiring.account_book(), now=wiring.clock().now())
    if action:
        how = f" as {channel_word(action.channel)}" if action.channel else ""
        say(f"Next: {minute(action.at)} UTC, {action.template}{how}. {action.reason}", deeper=2)
    if account_history.ledger:
        say("")
    say_table(
        ("on", "what", "amount", "source"),
        [(day(e.on), words(e.kind), e.amount, e.source) for e in account_history.ledger],
    )
    if account_history.touches:
        say("")
    say_table(
        ("at (UTC)", "as", "message", "state", "touch"),
        [
            (
                minute(t.permitted_at),
                channel_word(t.channel),
                t.template,
                words(t.state.value),
                t.key,
            )
            for t in account_history.touches
        ],
    )
    if account_history.replies:
        say("")
    for reply in account_history.replies:
        labels = ", ".join(words(label).lower() for label in reply.labels)
        say(f"{minute(reply.at)} UTC reply by {channel_word(reply.channel)}: {labels}")


def channel_word(channel: str) -> str:
    """A channel as people call it."""
    return {"email": "e-mail", "sms": "text"}.get(channel, channel)


def _say_waits(account: Account) -> None:
    """What holds the account, in the words of the dashboard."""
    if account.hold:
        why = f" {account.hold_reason}" if account.hold_reason else ""
        say(f"Held: {HOLDS[account.hold]}.{why}", deeper=2, colour="yellow")
    for waiting in account.waiting:
        trigger = waiting.split(":", 1)[0]
        say(f"Before staff: {TRIGGERS.get(trigger, words(trigger))}", colour="yellow")
    if account.paused and account.hold is not Hold.PAUSED:
        say("Paused by staff besides", colour="yellow")
    if account.case and account.case.asked_at:
        kind, since = words(account.case.kind), minute(account.case.asked_at)
        say(f"{kind}, unanswered since {since} UTC", colour="yellow")


def _overridden(wanted: Override, currency: str) -> str:
    parts = [
        f"tone {wanted.tone}" if wanted.tone else "",
        f"by {channel_word(wanted.channel)}" if wanted.channel else "",
        f"at most {wanted.longest_months} months" if wanted.longest_months else "",
        f"instalments of {Money(wanted.lowest_instalment_minor, currency)} or more"
        if wanted.lowest_instalment_minor
        else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing but its pause"


EvidenceOption = Annotated[str, typer.Option(help="A code: case number, reply id, document id.")]
FlagName = Annotated[str, typer.Argument(metavar="FLAG", help=", ".join(FLAGS))]
FactName = Annotated[str, typer.Argument(metavar="FACT", help=", ".join((*PLACES, *FACTS)))]


@app.command()
def bounced(
    creditor: Annotated[str, typer.Argument(help="Whose people.")], output: Output, _on: OnStack
) -> None:
    """Every contact point that takes nothing any more, with its account and the cause, as CSV.
    The file names addresses: keep it as you keep your own.

    Example: dunlin account bounced harbor-clinic -o bounced.csv
    """
    from dunlin.runtime import wiring

    rows = 0
    with output.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_line(("account_id", "reference", "channel", "address", "at", "cause")))
        for bounce in overview.bounced(creditor, book=wiring.account_book()):
            at = bounce.at.isoformat()
            cells = (
                bounce.account_id,
                bounce.reference,
                bounce.channel,
                bounce.address,
                at,
                bounce.cause,
            )
            file.write(csv_line(cells))
            rows += 1
    say(f"{output} holds {count(rows, 'contact point')}.")


@app.command()
def flag(
    account: ThisAccount,
    name: FlagName,
    by: Doer,
    evidence: EvidenceOption,
    value: Annotated[str, typer.Option(help="A medium, an address label, or bad times.")] = "",
) -> None:
    """Flag the person of an account; it binds at once, for all their accounts.

    Example: dunlin account flag HC-1003 attorney --by desk-1 --evidence letter-7
    """
    _change(set_flag, account, name, by=by, evidence=evidence, value=value)
    say(f"{name} is set; lifted when {FLAGS[name].lifts}")


@app.command()
def unflag(account: ThisAccount, name: FlagName, by: Doer, evidence: EvidenceOption) -> None:
    """Take a flag away. Consents that were revoked stay so.

    Example: dunlin account unflag HC-1003 attorney --by desk-1 \\
    --evidence letter-8
    """
    _change(lift_flag, account, name, by=by, evidence=evidence)
    say(f"{name} does not stand")


@app.command()
def fact(
    account: ThisAccount,
    name: FactName,
    value: Annotated[str, typer.Argument(help="yes, no, a day, a word, or unknown.")],
    by: Doer,
    evidence: EvidenceOption,
    point: Annotated[str, typer.Option(help="The address or number that it is said of.")] = "",
) -> None:
    """Write down what you know of a debt, its person, or a contact point of theirs: where they
    live, what they were given and when, what they agreed to. `unknown` takes it back.

    Example: dunlin account fact HC-1003 state IL --by desk-1 --evidence letter-7
    """
    _change(set_fact, account, name, value=value, by=by, evidence=evidence, point=point)
    say(f"{name} is {value}")


def _change(change: Callable[..., bool], account: Account, name: str, **given: str) -> None:
    from dunlin.runtime import wiring

    change(
        account.account_id,
        name,
        book=wiring.account_book(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
        **given,
    )


@app.command()
def contact(
    account: ThisAccount,
    point: Annotated[str, typer.Argument(help="An e-mail address, or a number as +12175550142.")],
    by: Doer,
    evidence: EvidenceOption,
) -> None:
    """Write down a contact point that the person gave. It opens what a dead or wrong address
    closed, never what the person closed.

    Example: dunlin account contact HC-1003 +12175550142 --by desk-1 \\
    --evidence call-9
    """
    from dunlin.runtime import wiring

    given = give_point(
        account.account_id,
        point,
        by=by,
        evidence=evidence,
        book=wiring.account_book(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    say("It is used first from now on." if given else "It was used first already.")


@app.command()
def pause(steered: SteeredAccount) -> None:
    """Contact nobody about this account until it is resumed; queued messages included.

    Example: dunlin account pause HC-1003 --why case-17 --by desk-1
    """
    from dunlin.runtime import wiring

    account, book = steered.account, wiring.account_book()
    done = pauses.pause(account.account_id, steered.order, book=book, now=wiring.clock().now())
    tell(done, f"{account.reference} is paused")


@app.command()
def resume(steered: SteeredAccount) -> None:
    """End a pause or a snooze of staff; what else holds the account holds it still.

    Example: dunlin account resume HC-1003 --why case-17 --by desk-1
    """
    from dunlin.runtime import wiring

    account = steered.account
    done = pauses.resume(
        account.account_id,
        steered.order,
        book=wiring.account_book(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    tell(done, f"{account.reference} is no longer paused")


@app.command()
def snooze(
    steered: SteeredAccount,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Nothing before then.")],
) -> None:
    """Contact nobody about this account before a day.

    Example: dunlin account snooze HC-1003 --until 2026-12-24 --why case-17 \\
    --by desk-1
    """
    from dunlin.runtime import wiring

    account = steered.account
    done = pauses.snooze(
        account.account_id,
        steered.order,
        until=until.date(),
        book=wiring.account_book(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    tell(done, f"{account.reference} is left in peace until {day(until.date())}")


@app.command()
def skip(steered: SteeredAccount) -> None:
    """Leave out the next rung: it counts as used.

    Example: dunlin account skip HC-1003 --why case-17 --by desk-1
    """
    from dunlin.runtime import wiring

    account = steered.account
    done = steering.skip(
        account.account_id,
        steered.order,
        book=wiring.account_book(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    tell(done, f"the next rung of {account.reference} is left out")


@app.command()
def move(
    steered: SteeredAccount,
    to: Annotated[datetime, typer.Option(formats=_INSTANT, help="An instant in UTC.")],
) -> None:
    """Let the next rung fall due at another instant, where the rules allow it then.

    Example: dunlin account move HC-1003 --to 2026-12-01T17:00 --why case-17 \\
    --by desk-1
    """
    from dunlin.runtime import wiring

    account = steered.account
    done = steering.move(
        account.account_id,
        steered.order,
        at=to.replace(tzinfo=UTC),
        book=wiring.account_book(),
        gate=wiring.gate(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    tell(done, f"the next rung of {account.reference} is due {minute(to.replace(tzinfo=UTC))} UTC")


@app.command()
def override(
    steered: SteeredAccount,
    tone: Annotated[str, typer.Option(help="gentle, neutral or firm")] = "",
    channel: Annotated[str, typer.Option(help="email or sms")] = "",
    longest_months: Annotated[int | None, typer.Option(help="Of an arrangement.")] = None,
    lowest_instalment: Annotated[
        int | None, typer.Option(help="Of an arrangement, in minor units (cents).")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Back to the strategy.")] = False,
) -> None:
    """Override tone, channel or arrangement limits of this account; never the rules.

    Example: dunlin account override HC-1003 --tone gentle --why case-17 \\
    --by desk-1
    """
    from dunlin.runtime import wiring

    account = steered.account
    done = steering.override(
        account.account_id,
        steered.order,
        steering.Wanted(
            tone=tone,
            channel=channel,
            longest_months=longest_months,
            lowest_instalment_minor=lowest_instalment,
            clear=clear,
        ),
        book=wiring.account_book(),
        gate=wiring.gate(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    tell(done, f"{account.reference} is overridden")
