"""Accounts with a past that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dunlin.domain.accounts.account import LedgerEntry
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import Touch, TouchState
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.money import Money
from dunlin.domain.reports.outcome import Member
from tests.support import builders

LAUNCH = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


def day(number: int) -> date:
    """The day so many days after the launch."""
    return LAUNCH.date() + timedelta(days=number)


def member(
    name: str = "one",
    *,
    owed: int = 10_000,
    paid: Sequence[tuple[int, int]] = (),
    touched: Sequence[int] = (),
    launched: bool = True,
    entries: Sequence[tuple[int, str, dict[str, Any]]] = (),
    labels: Sequence[tuple[int, tuple[str, ...]]] = (),
    clicked: Sequence[int] = (),
    currency: str = "USD",
    charged: int = -60,
    **account: Any,
) -> Member:
    """An account that owed `owed` sixty days before the launch. `paid` are (day, minor units),
    `touched` days of e-mails at noon, `clicked` those of them whose link was followed."""
    fields = {"balance": Money(owed, currency), "due_on": day(-30)} | account
    held = builders.account(name, **fields)
    lines = [(charged, "charge", owed)] + [(on, "payment", -minor) for on, minor in paid]
    events: list[tuple[int, str, dict[str, Any]]] = (
        [(0, "AccountActivated", {})] if launched else []
    ) + list(entries)
    return Member(
        account=held,
        ledger=[
            LedgerEntry(
                entry_id=f"{name}-{n}",
                account_id=held.account_id,
                kind=kind,
                amount=Money(minor, currency),
                on=day(on),
                source=str(n),
            )
            for n, (on, kind, minor) in enumerate(lines)
        ],
        touches=[touch(held.account_id, on, on in clicked) for on in touched],
        labels=[(LAUNCH + timedelta(days=on), label) for on, label in labels],
        entries=[
            AuditEntry(
                subject=f"account#{held.account_id}",
                sequence=n,
                at=LAUNCH + timedelta(days=on),
                actor="test",
                what=what,
                data=data,
                previous="",
                hash="",
            )
            for n, (on, what, data) in enumerate(sorted(events, key=lambda e: e[0]), start=1)
        ],
        personal=[],
    )


def touch(account_id: str, on: int, clicked: bool) -> Touch:
    at = LAUNCH + timedelta(days=on)
    return Touch(
        touch_id=f"tch-{account_id}-{on}",
        key=f"T#1#{on}#0",
        account_id=account_id,
        consumer_id="con",
        creditor=builders.CREDITOR,
        channel=Channel.EMAIL,
        template="reminder.gentle",
        template_version="1",
        state=TouchState.DELIVERED,
        permitted_at=at,
        expires_at=at,
        run=1,
        clicked_at=at if clicked else None,
    )
