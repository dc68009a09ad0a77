"""`dunlin restore`: the tables as they were at an instant, and the stack pointed at them."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from dunlin.cli.speech import count, minute, say
from dunlin.cli.stack import OnStack, StackName
from dunlin.cli.target import Target, agree_to_write, environment, house
from dunlin.cli.who import By, Why, order
from dunlin.domain.errors import DomainError
from dunlin.service.accounts.staff_command import StaffCommand

_SHOWN = 20


def restore(
    target: OnStack,
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M:%SZ"], help="UTC; the latest there is if left out."),
    ] = None,
    label: Annotated[
        str, typer.Option(help="Ends the new tables' names; the same goes on with it.")
    ] = "restored",
    confirm: Annotated[str, typer.Option(help="The stack's name, so that it is no slip.")] = "",
    why: Why = "restored",
    by: By = "",
    stack: StackName = "dunlin",
) -> None:
    """Restore every table to an instant, under other names, and point the stack at them; without
    --confirm it says what it would do.

    The platform must be paused, and stays so. Pauses of today are carried over. Whoever has lost
    something since that instant is paused: a message may be out of which the tables know nothing.

    Example: dunlin restore --at 2026-11-30T12:00:00Z
    """
    instant = at.replace(tzinfo=UTC) if at else None
    if confirm != stack:
        when = f"to {minute(instant)} UTC" if instant else "to the latest instant there is"
        say(f"This would restore the tables of the {target.where} {when}, as {stack}-*-{label},")
        say(f"and point the stack at them. Say --confirm {stack} to do it.")
        return
    ordered = order(target, by, why)
    agree_to_write(target, yes=True)  # its name was said
    _swap(target, stack, label, instant)
    _hold(ordered, instant, target.time_lapse)


def _swap(target: Target, stack: str, label: str, instant: datetime | None) -> None:
    from dunlin.adapters.aws.restore import Restore

    restoring = Restore(
        stack=stack,
        clients=target.client,
        bucket=target.outputs["DropBucketName"],
        say=say,
        look_every=0.2 if target.endpoint else 5.0,
    )
    ops = target.outputs["OpsTableName"]
    if not restoring.paused(ops):
        raise DomainError("Messages are going out: `dunlin pause platform` first, then restore.")
    template = restoring.begin(label)
    protect = target.outputs["Stage"] == "prod"
    restored = restoring.restore(template, instant, label, protect=protect)
    if restored["OpsTable"].name != ops:
        say(f"{count(restoring.carry_pauses(ops, restored['OpsTable'].name), 'pause')} carried.")
    restoring.swap(template, restored)
    outputs = restoring.outputs()
    os.environ.update(environment(outputs, target.time_lapse))
    if target.endpoint:
        record = house() / "local_stack.json"
        record.write_text(json.dumps(json.loads(record.read_text()) | {"outputs": outputs}))


def _hold(ordered: StaffCommand, instant: datetime | None, time_lapse: str) -> None:
    """Nothing of `runtime.wiring` was asked for before: it reads the new names.

    A virtual clock's days, under which the archive lies then, are not those of an instant of
    DynamoDB's: all since its start are looked through.
    """
    from dunlin.runtime import wiring
    from dunlin.service.staff.restored import hold_what_was_lost

    today = wiring.clock().now().date()
    since = instant.date() if instant else today - timedelta(days=1)
    if time_lapse:
        since = datetime.fromisoformat(time_lapse).date()
    overtaken = hold_what_was_lost(
        since,
        today,
        ordered,
        archive=wiring.audit_archive(),
        book=wiring.account_book(),
        now=wiring.clock().now(),
    )
    say(f"{count(len(overtaken.paused), 'account')} paused, of which something is lost since:")
    for account_id in overtaken.paused[:_SHOWN]:
        say(account_id, 2)
    if overtaken.unknown:
        say(f"{count(overtaken.unknown, 'account')} came later: import those files again.")
    say("The stack reads the restored tables. The platform is paused: look, then resume it.")
