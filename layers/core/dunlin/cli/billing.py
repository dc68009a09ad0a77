"""`dunlin billing key | end | list`: the keys with which creditors' billing systems sign.

A key is shown once, when it is made. Two are in force while a billing system changes over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.cli.who import By, Why, order, refused
from dunlin.domain import ids
from dunlin.domain.errors import DomainError
from dunlin.domain.payments.billing_keys import BillingKeys, rotated
from dunlin.service.accounts.staff_command import StaffCommand, staff

app = typer.Typer(no_args_is_help=True, help="Keys with which billing systems sign.")
CreditorKeys = Annotated[str, typer.Argument(help="The creditor.")]


@app.command()
def key(
    creditor: CreditorKeys, by: By, why: Why, aws: Aws = False, stack: StackName = "dunlin"
) -> None:
    """Make a creditor's key and show it, this once; the one before stays in force beside it.

    Example: dunlin billing key acme-clinic --by desk-1 --why set-up
    """
    target = target_or_exit(stack=stack, aws=aws)
    who = order(target, by, why)
    from dunlin.adapters.aws.secrets import read_billing_keys
    from dunlin.adapters.randomness import new_key
    from dunlin.runtime import wiring

    secret, now = target.outputs["BillingSecretName"], wiring.real_clock().now()
    keys = read_billing_keys(secret)
    fresh = new_key()
    try:
        if ids.creditor_id(creditor) not in wiring.creditors().all():
            raise DomainError(f"there is no creditor {creditor}: put its strategy first")
        changed = rotated(keys.get(creditor), fresh, now.date())
    except DomainError as error:
        raise refused(error) from error
    _store(secret, {**keys, creditor: changed}, creditor, "BillingKeyMade", who)
    console.print(f"POST {target.outputs['PortalUrl']}/billing/{creditor}/changes", markup=False,
                  soft_wrap=True)  # fmt: skip
    console.print(f"key  {fresh}", markup=False, soft_wrap=True)
    console.print("Keep it where secrets are kept: it is not shown again. It is taken from now on,"
                  " within five minutes.", markup=False)  # fmt: skip
    if changed.older:
        console.print(f"The key before is in force too, until dunlin billing end {creditor}.")


@app.command()
def end(
    creditor: CreditorKeys, by: By, why: Why, aws: Aws = False, stack: StackName = "dunlin"
) -> None:
    """End a creditor's older key, once its billing system signs with the newer one.

    Example: dunlin billing end acme-clinic --by desk-1 --why changed-over
    """
    target = target_or_exit(stack=stack, aws=aws)
    who = order(target, by, why)
    from dunlin.adapters.aws.secrets import read_billing_keys

    secret = target.outputs["BillingSecretName"]
    keys = read_billing_keys(secret)
    try:
        if creditor not in keys:
            raise DomainError(f"{creditor} has no key")
        changed = keys[creditor].without_older()
    except DomainError as error:
        raise refused(error) from error
    _store(secret, {**keys, creditor: changed}, creditor, "BillingKeyEnded", who)
    console.print("The older key ends, within five minutes.")


@app.command("list")
def show(aws: Aws = False, stack: StackName = "dunlin") -> None:
    """Which creditors have a key, since when, and whether an older one is in force; no key.

    Example: dunlin billing list
    """
    target = target_or_exit(stack=stack, aws=aws)
    from dunlin.adapters.aws.secrets import read_billing_keys

    keys = read_billing_keys(target.outputs["BillingSecretName"])
    for creditor, has in keys.items():
        older = ", an older one is in force too" if has.older else ""
        console.print(f"{creditor}: key of {has.made_on}{older}", markup=False)
    if not keys:
        console.print("No creditor has a key. Make one: dunlin billing key CREDITOR")


def _store(
    secret: str, keys: Mapping[str, BillingKeys], creditor: str, what: str, who: StaffCommand
) -> None:
    """Store the keys, and on the creditor's chain of the audit log who changed them."""
    from dunlin.adapters.aws.secrets import write_billing_keys
    from dunlin.runtime import wiring
    from dunlin.service.accounts.creditor_log import record

    write_billing_keys(secret, keys)
    record(
        creditor,
        what,
        {"why": who.why},
        staff(who.by),
        book=wiring.account_book(),
        log=wiring.audit_archive(),
        now=wiring.clock().now(),
    )
