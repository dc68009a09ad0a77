"""`dunlin pause | resume`: a creditor, a segment of its accounts, or the whole platform."""

from __future__ import annotations

from typing import Annotated

import typer

from dunlin.cli.rollout import saved_segment
from dunlin.cli.speech import say, say_table
from dunlin.cli.who import Asked, ByStaff
from dunlin.views.widgets.words import words

Scope = Annotated[str, typer.Argument(help="`platform` or a creditor's id.")]
SegmentName = Annotated[
    str, typer.Option("--segment", help="Only the accounts of this saved segment, one by one.")
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
    if segment:
        selection = saved_segment(scope, segment).when
        counts = pauses.pause_all(
            scope,
            lambda account: selection.takes(account, now.date()),
            staff,
            on=on,
            book=wiring.account_book(),
            waker=wiring.waker(),
            now=now,
        )
        say_table(
            ("accounts", "outcome"),
            [(f"{number:,}", words(outcome).lower()) for outcome, number in sorted(counts.items())],
        )
        return
    book, creditors, log = wiring.account_book(), wiring.creditors(), wiring.audit_archive()
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
