"""`dunlin payments applied | held | place | reconcile | refund | waive`: what staff see and decide
about money.

What speaks with the processor runs in the stack, where its key is; nothing here reads that key.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.table import Table

from dunlin.cli.account import Creditor, Which, find_account
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.cli.target import Target
from dunlin.cli.who import By, Why, order, refused
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.ledger import allocate
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.amounts import parse_amount
from dunlin.domain.money import Money
from dunlin.service.imports.held_payments import WHY, held
from dunlin.service.imports.held_payments import place as lay_held
from dunlin.service.payments.posting import policy_of
from dunlin.service.payments.waivers import waive as give_up

app = typer.Typer(
    no_args_is_help=True, help="Money: what was applied, what differs, what goes back."
)


@app.command()
def applied(
    which: Which, creditor: Creditor = "", aws: Aws = False, stack: StackName = "dunlin"
) -> None:
    """What of an account's fees, interest and principal is charged, paid and left."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    book = wiring.account_book()
    account = find_account(which, creditor)
    ledger = book.ledger(account.account_id)
    rule = policy_of(account, book=book).allocation
    allocation = allocate(ledger, account.balance.currency, rule)
    table = Table("part", "charged", "paid", "left")
    for share in allocation.shares:
        table.add_row(share.part, str(share.charged), str(share.applied), str(share.left))
    console.print(f"{account.balance} owed; payments pay {', then '.join(rule)}")
    console.print(table)
    if allocation.credit.minor:
        console.print(f"[yellow]{allocation.credit} paid beyond what is owed")
    entries = {e.entry_id: e for e in ledger}
    for line in allocation.lines:
        entry = entries[line.entry_id]
        paid = ", ".join(f"{amount} {part}" for part, amount in line.parts) or "nothing"
        console.print(f"{entry.on} {entry.kind} {-entry.amount}: {paid}", markup=False)


@app.command("held")
def show_held(
    creditor: Annotated[str, typer.Argument(help="Whose payments files.")],
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """List the payments of files of which nothing says which debt they pay.

    Example: dunlin payments held acme-clinic
    """
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    waiting = held(creditor, drop_box=wiring.drop_box())
    book = wiring.account_book()
    for payment in waiting:
        names = f", names {payment.text}" if payment.text else ""
        console.print(f"{payment.payment_id}  {payment.amount} of {payment.day}", markup=False)
        console.print(
            f"  {payment.file} row {payment.row}, {payment.payer or 'no payer'}{names}:"
            f" {WHY[payment.why]}",
            markup=False,
        )
        for account_id in payment.accounts:
            account = book.account(account_id)
            if account is not None:
                console.print(f"  {_called(account)}: {account.balance} due {account.due_on}",
                              markup=False)  # fmt: skip
    if not waiting:
        console.print("No payment waits to be placed.")


@app.command()
def place(
    payment_id: Annotated[str, typer.Argument(help="As `payments held` lists it.")],
    by: By,
    why: Why,
    creditor: Annotated[str, typer.Option("--creditor", help="Whose payments file.")],
    on: Annotated[
        list[str] | None,
        typer.Option("--on", help="ACCOUNT=AMOUNT, as often as needed; ACCOUNT alone takes all."),
    ] = None,
    nothing: Annotated[
        bool, typer.Option("--nothing", help="It pays none of these debts: let them go on.")
    ] = False,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Say which debts a held payment pays; those that waited for it go on.

    Example: dunlin payments place pay_1 --creditor acme-clinic --on K-1=9.50 --by d-1 --why t-7
    """
    target = target_or_exit(stack=stack, aws=aws)
    who = order(target, by, why)
    if nothing == bool(on):
        raise typer.BadParameter("say --on, or --nothing")
    from dunlin.runtime import wiring

    drop_box = wiring.drop_box()
    meant = [p for p in held(creditor, drop_box=drop_box) if p.payment_id == payment_id]
    if not meant:
        raise refused(DomainError(f"no payment {payment_id} waits"))
    (payment,) = meant

    def tell(account: Account, amount: Money) -> None:
        document = {
            "creditor": creditor,
            "change_id": payment_id,
            "kind": "payment" if amount.minor > 0 else "charge",
            "reference": "/".join(filter(None, (account.reference, account.invoice))),
            "amount_minor": abs(amount.minor),
            "currency": amount.currency,
        }
        answer = _call(target, "ChangeBalance", document)
        if answer["outcome"] == "refused":
            raise DomainError(answer["reason"])
        left = Money(answer["balance_minor"], amount.currency)
        console.print(f"{_called(account)}: {left} owed now", markup=False)

    try:
        lay_held(
            payment,
            tuple(_share(text, payment.amount, creditor) for text in on or ()),
            who,
            tell=tell,
            book=wiring.account_book(),
            waker=wiring.waker(),
            drop_box=drop_box,
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    console.print("placed")


def _called(account: Account) -> str:
    return account.invoice or account.reference


def _share(text: str, payment: Money, creditor: str) -> tuple[str, int]:
    """(account id, minor units) of `ACCOUNT=AMOUNT`."""
    which, _, figure = text.rpartition("=") if "=" in text else (text, "", "")
    minor = abs(payment.minor)
    if figure:
        amount = parse_amount(figure)
        exact = amount.minor(payment.currency) if amount is not None else None
        if not exact:
            raise typer.BadParameter(f"{figure!r} is no amount")
        minor = exact
    return find_account(which, creditor).account_id, minor


@app.command()
def reconcile(
    days: Annotated[int, typer.Option(min=1, max=30, help="How far back.")] = 4,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Hold the processor's events against the ledger now; exit code 3 where they differ."""
    target = target_or_exit(stack=stack, aws=aws)
    report = _call(target, "ReconcilePayments", {"days": days})
    console.print(
        f"{report['events']} events, {len(report['missed'])} missed by the webhook, "
        f"{len(report['posted'])} posted now, {len(report['stuck'])} bank debits stuck"
    )
    sums = report["processor_minor"], report["ledger_minor"]
    for currency in sorted({*sums[0], *sums[1]}):
        there, here = (Money(side.get(currency, 0), currency) for side in sums)
        console.print(f"{currency}: processor {there}, ledger {here}", markup=False)
    for difference in report["differences"]:
        console.print(
            f"{difference['what']}: account {difference['account_id']}, payment "
            f"{difference['payment_id'] or '-'}, "
            f"processor {difference['processor_minor']}, ledger {difference['ledger_minor']}",
            style="red",
            markup=False,
        )
    if report["differences"]:
        raise typer.Exit(3)


@app.command()
def refund(
    which: Which,
    by: By,
    why: Why,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Give back all that was paid too much, to the newest payments first."""
    target = target_or_exit(stack=stack, aws=aws)
    who = order(target, by, why)
    account = find_account(which, creditor)
    answer = _call(
        target,
        "RefundExcess",
        {"account_id": account.account_id, "by": who.by, "why": who.why},
    )
    if "refused" in answer:
        raise refused(DomainError(answer["refused"]))
    console.print(f"{answer['refunded']} goes back", markup=False)


@app.command()
def waive(
    which: Which,
    kind: Annotated[str, typer.Option(help="fee or interest.")],
    minor: Annotated[int, typer.Option("--minor", help="How much, in cents or their like.")],
    by: By,
    why: Why,
    creditor: Creditor = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Give up a part of the fees or interest that are still owed."""
    target = target_or_exit(stack=stack, aws=aws)
    who = order(target, by, why)
    from dunlin.runtime import wiring

    account = find_account(which, creditor)
    try:
        give_up(
            account.account_id,
            kind=kind,
            amount=Money(minor, account.balance.currency),
            by=who.by,
            why=who.why,
            book=wiring.account_book(),
            waker=wiring.waker(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        raise refused(error) from error
    console.print("waived")


def _call(target: Target, function: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Call one of the stack's functions and wait for its answer. Exits with 1 where it failed."""
    response = target.client("lambda").invoke(
        FunctionName=target.outputs[f"{function}FunctionName"], Payload=json.dumps(payload)
    )
    answer: dict[str, Any] = json.loads(response["Payload"].read())
    if response.get("FunctionError"):
        console.print(f"[red]{function} failed: {answer.get('errorType', 'unknown')}")
        raise typer.Exit(1)
    return answer
