"""`dunlin pause | resume`: a creditor, a segment of its accounts, or the whole platform."""

from __future__ import annotations

from typing import Annotated

import typer

from dunlin.cli.rollout import saved_segment
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.cli.who import By, Why, order, refused
from dunlin.domain.errors import DomainError

Scope = Annotated[str, typer.Argument(help="`platform` or a creditor's id.")]
SegmentName = Annotated[
    str, typer.Option("--segment", help="Only the accounts of this saved segment, one by one.")
]


def pause(
    scope: Scope,
    why: Why,
    by: By = "",
    segment: SegmentName = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Stop every touch of a creditor, a segment or the platform, queued ones included."""
    _switch(scope, segment, by, why, on=True, aws=aws, stack=stack)


def resume(
    scope: Scope,
    why: Why,
    by: By = "",
    segment: SegmentName = "",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Let touches go again."""
    _switch(scope, segment, by, why, on=False, aws=aws, stack=stack)


def _switch(
    scope: str, segment: str, by: str, why: str, *, on: bool, aws: bool, stack: str
) -> None:
    target = target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring
    from dunlin.service.staff import pauses

    asked, now = order(target, by, why), wiring.clock().now()
    if segment:
        try:
            selection = saved_segment(scope, segment).when
        except DomainError as error:
            raise refused(error) from error
        counts = pauses.pause_all(
            scope,
            lambda account: selection.takes(account, now.date()),
            asked,
            on=on,
            book=wiring.account_book(),
            waker=wiring.waker(),
            now=now,
        )
        for outcome, number in sorted(counts.items()):
            console.print(f"{number:6}  {outcome}")
        return
    book, creditors, log = wiring.account_book(), wiring.creditors(), wiring.audit_archive()
    try:
        if on:
            pauses.pause_scope(scope, asked, book=book, creditors=creditors, log=log, now=now)
        else:
            pauses.resume_scope(
                scope,
                asked,
                book=book,
                creditors=creditors,
                log=log,
                waker=wiring.waker(),
                now=now,
            )
    except DomainError as error:
        raise refused(error) from error
    console.print(f"{scope} is {'paused' if on else 'running'}.")
