"""`dunlin pause | resume`: a creditor, a segment of its accounts, or the whole platform."""

from __future__ import annotations

from typing import Annotated

import typer

from dunlin.cli.rollout import saved_segment
from dunlin.cli.speech import say
from dunlin.cli.who import Asked, ByStaff

Scope = Annotated[str, typer.Argument(help="`platform` or a creditor's id.")]
SegmentName = Annotated[
    str, typer.Option("--segment", help="Only what this saved segment takes, now or later.")
]


def pause(scope: Scope, asked: ByStaff, segment: SegmentName = "") -> None:
    """Stop every touch of a creditor, a segment or the platform, queued ones included.

    Example: dunlin pause harbor-clinic --why case-17 --by desk-1
    """
    _switch(scope, segment, asked, on=True)


def resume(scope: Scope, asked: ByStaff, segment: SegmentName = "") -> None:
    """Let touches go again.

    Example: dunlin resume harbor-clinic --why case-17 --by desk-1
    """
    _switch(scope, segment, asked, on=False)


def _switch(scope: str, segment: str, asked: Asked, *, on: bool) -> None:
    from dunlin.runtime import wiring
    from dunlin.service.staff import pauses

    staff, now = asked.order, wiring.clock().now()
    book, creditors, log = wiring.account_book(), wiring.creditors(), wiring.audit_archive()
    if segment:
        paused = saved_segment(scope, segment)
        if on:
            changed = pauses.pause_segment(
                scope, paused, staff, book=book, creditors=creditors, log=log, now=now
            )
        else:
            changed = pauses.resume_segment(
                scope,
                paused,
                staff,
                book=book,
                creditors=creditors,
                log=log,
                waker=wiring.waker(),
                now=now,
            )
        state = "paused" if on else "running"
        say(f"{segment} of {scope} {'is' if changed else 'was already'} {state}: {paused.when}.")
        return
    if on:
        pauses.pause_scope(scope, staff, book=book, creditors=creditors, log=log, now=now)
    else:
        pauses.resume_scope(
            scope,
            staff,
            book=book,
            creditors=creditors,
            log=log,
            waker=wiring.waker(),
            now=now,
        )
    say(f"{scope} is {'paused' if on else 'running'}.")
