"""`dunlin payments applied | held | place | reconcile | refund | waive`: what staff see and decide
about money.

What speaks with the processor runs in the stack, where its key is; nothing here reads that key.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

import typer

from dunlin.cli.account import ThisAccount, find_account
from dunlin.cli.commands import Commands
from dunlin.cli.speech import count, day, not_in_order, say, say_table
from dunlin.cli.stack import OnStack, ToWrite
from dunlin.cli.target import Target
from dunlin.cli.who import ByStaff
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.ledger import allocate
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.amounts import parse_amount
from dunlin.domain.imports.billing_words import RETURNED
from dunlin.domain.money import Money
from dunlin.service.imports.held_payments import WHY, held
from dunlin.service.imports.held_payments import place as lay_held
from dunlin.service.payments.posting import policy_of
from dunlin.service.payments.waivers import waive as give_up
from dunlin.views.widgets.words import words

app = Commands(
    "Money: what was applied, what differs, what goes back.",
    example="dunlin payments applied HC-1003",
)


@app.command()
def applied(account: ThisAccount) -> None:
    """What of an account's fees, interest and principal is charged, paid and left.

    Example: dunlin payments applied HC-1003
    """
    from dunlin.runtime import wiring

    book = wiring.account_book()
    ledger = book.ledger(account.account_id)
    rule = policy_of(account, book=book).allocation
    allocation = allocate(ledger, account.balance.currency, rule)
    say(f"{account.balance} owed; payments pay {', then '.join(rule)}")
    say_table(
        ("part", "charged", "paid", "left"),
        [(s.part, s.charged, s.applied, s.left) for s in allocation.shares],
    )
    if allocation.credit.minor:
        say(f"{allocation.credit} paid beyond what is owed", colour="yellow")
    entries = {e.entry_id: e for e in ledger}
    for line in allocation.lines:
        entry = entries[line.entry_id]
        paid = ", ".join(f"{amount} {part}" for part, amount in line.parts) or "nothing"
        say(f"{day(entry.on)} {words(entry.kind).lower()} {-entry.amount}: {paid}", deeper=2)


@app.command("held")
def show_held(
    creditor: Annotated[str, typer.Argument(help="Whose payments files.")], _on: OnStack
) -> None:
    """List the payments of files of which nothing says which debt they pay.

    Example: dunlin payments held harbor-clinic
    """
    from dunlin.runtime import wiring

    waiting = held(creditor, drop_box=wiring.drop_box())
    book = wiring.account_book()
    for payment in waiting:
        names = f", names {payment.text}" if payment.text else ""
        say(f"{payment.payment_id}  {payment.amount} of {day(date.fromisoformat(payment.day))}")
        payer = payment.payer or "no payer"
        say(f"{payment.file} row {payment.row}, {payer}{names}: {WHY[payment.why]}", 2, 2)
        for account_id in payment.accounts:
            account = book.account(account_id)
            if account is not None:
                say(f"{account.own_name}: {account.balance} due {day(account.due_on)}", 2, 2)
    if not waiting:
        say("No payment waits to be placed.")


@app.command()
def place(
    payment_id: Annotated[str, typer.Argument(help="As `payments held` lists it.")],
    asked: ByStaff,
    creditor: Annotated[str, typer.Option("--creditor", help="Whose payments file.")],
    on: Annotated[
        list[str] | None,
        typer.Option("--on", help="ACCOUNT=AMOUNT, as often as needed; ACCOUNT alone takes all."),
    ] = None,
    nothing: Annotated[
        bool, typer.Option("--nothing", help="It pays none of these debts: let them go on.")
    ] = False,
) -> None:
    """Say which debts a held payment pays; those that waited for it go on.

    Example: dunlin payments place pay_1 --creditor harbor-clinic \\
    --on HC-1003=9.50 \\
    --why case-17 --by desk-1
    """
    if nothing == bool(on):
        raise DomainError("say --on, or --nothing")
    from dunlin.runtime import wiring

    drop_box = wiring.drop_box()
    meant = [p for p in held(creditor, drop_box=drop_box) if p.payment_id == payment_id]
    if not meant:
        raise DomainError(f"no payment {payment_id} waits")
    (payment,) = meant

    def tell(account: Account, amount: Money) -> None:
        document = {
            "creditor": creditor,
            "change_id": payment_id,
            "kind": "payment" if amount.minor > 0 else RETURNED,
            "reference": account.own_name,
            "amount_minor": abs(amount.minor),
            "currency": amount.currency,
        }
        answer = call_function(asked.target, "ChangeBalance", document)
        if answer["outcome"] == "refused":
            raise DomainError(answer["reason"])
        left = Money(answer["balance_minor"], amount.currency)
        say(f"{account.own_name}: {left} owed now")

    lay_held(
        payment,
        tuple(_share(text, payment.amount, creditor) for text in on or ()),
        asked.order,
        tell=tell,
        book=wiring.account_book(),
        waker=wiring.waker(),
        drop_box=drop_box,
        now=wiring.clock().now(),
    )
    say("placed")


def _share(text: str, payment: Money, creditor: str) -> tuple[str, int]:
    """(account id, minor units) of `ACCOUNT=AMOUNT`."""
    which, _, figure = text.rpartition("=") if "=" in text else (text, "", "")
    minor = abs(payment.minor)
    if figure:
        amount = parse_amount(figure)
        exact = amount.minor(payment.currency) if amount is not None else None
        if not exact:
            raise DomainError(f"{figure} is no amount")
        minor = exact
    return find_account(which, creditor).account_id, minor


@app.command()
def reconcile(
    target: ToWrite,
    days: Annotated[int, typer.Option(min=1, max=30, help="How far back.")] = 4,
) -> None:
    """Hold the processor's events against the ledger now; exit code 1 where they differ.

    Example: dunlin payments reconcile --days 7
    """
    report = call_function(target, "ReconcilePayments", {"days": days})
    say(
        f"{count(report['events'], 'event')}, {len(report['missed'])} missed by the webhook,"
        f" {len(report['posted'])} posted now, {count(len(report['stuck']), 'bank debit')} stuck"
    )
    sums = report["processor_minor"], report["ledger_minor"]
    for currency in sorted({*sums[0], *sums[1]}):
        there, here = (Money(side.get(currency, 0), currency) for side in sums)
        say(f"{currency}: processor {there}, ledger {here}")
    if report["differences"]:
        raise not_in_order(*map(_difference, report["differences"]))


def _difference(row: dict[str, Any]) -> str:
    """One difference in words."""
    currency = row["currency"]
    there, here = (Money(row[f"{side}_minor"], currency) for side in ("processor", "ledger"))
    payment = f", payment {row['payment_id']}" if row["payment_id"] else ""
    what = words(row["what"])
    return f"{what}: account {row['account_id']}{payment}, processor {there}, ledger {here}"


@app.command()
def refund(account: ThisAccount, asked: ByStaff) -> None:
    """Give back all that was paid too much, to the newest payments first.

    Example: dunlin payments refund HC-1003 --why case-17 --by desk-1
    """
    who = asked.order
    answer = call_function(
        asked.target,
        "RefundExcess",
        {"account_id": account.account_id, "by": who.by, "why": who.why},
    )
    if "refused" in answer:
        raise DomainError(answer["refused"])
    say(f"{answer['refunded']} goes back")


@app.command()
def waive(
    account: ThisAccount,
    kind: Annotated[str, typer.Option(help="fee or interest.")],
    minor: Annotated[int, typer.Option("--minor", help="How much, in cents or their like.")],
    asked: ByStaff,
) -> None:
    """Give up a part of the fees or interest that are still owed.

    Example: dunlin payments waive HC-1003 --kind fee --minor 1500 \\
    --why case-17 --by desk-1
    """
    from dunlin.runtime import wiring

    amount = Money(minor, account.balance.currency)
    give_up(
        account.account_id,
        kind=kind,
        amount=amount,
        by=asked.order.by,
        why=asked.order.why,
        book=wiring.account_book(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    say(f"{amount} of its {kind} is waived")


def call_function(target: Target, function: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Call one of the stack's functions and wait for its answer. Exits with 1 where it failed."""
    response = target.client("lambda").invoke(
        FunctionName=target.outputs[f"{function}FunctionName"], Payload=json.dumps(payload)
    )
    answer: dict[str, Any] = json.loads(response["Payload"].read())
    if response.get("FunctionError"):
        raise not_in_order(f"{function} failed: {answer.get('errorType', 'unknown')}")
    return answer
