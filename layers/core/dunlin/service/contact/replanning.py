"""Replanning: show what a new version of a strategy would move, then move it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dunlin.domain.accounts.account import Account, NextAction, Status
from dunlin.domain.contact.replanning import Move, move
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.accounts import Accounts, PortfolioAccounts, Portfolios
from dunlin.ports.machines import LadderWaker
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.writing import retry_on_conflict, write


def moves(
    strategy: Strategy, *, book: Portfolios, creditors: Creditors, now: datetime
) -> Iterator[Move]:
    """What the strategy would move on the creditor's active accounts. Writes nothing."""
    for account in book.accounts_of_creditor(strategy.creditor, status=Status.ACTIVE.value):
        move = _move(account, strategy, creditors=creditors, now=now)
        if move is not None:
            yield move


def move_pending(
    strategy: Strategy,
    *,
    book: PortfolioAccounts,
    creditors: Creditors,
    waker: LadderWaker,
    now: datetime,
) -> int:
    """Move the rungs still to come to the strategy; how many accounts moved. Again, after it
    died halfway, it moves the others."""
    accounts = list(book.accounts_of_creditor(strategy.creditor, status=Status.ACTIVE.value))
    return sum(
        _moved(account.account_id, strategy, book=book, creditors=creditors, waker=waker, now=now)
        for account in accounts
        if account.strategy_version < strategy.version
    )


def _move(
    account: Account, strategy: Strategy, *, creditors: Creditors, now: datetime
) -> Move | None:
    old = creditors.strategy(account.creditor, account.strategy_version or None)
    return None if old is None else move(account, old, strategy, now=now)


def _moved(
    account_id: str,
    strategy: Strategy,
    *,
    book: Accounts,
    creditors: Creditors,
    waker: LadderWaker,
    now: datetime,
) -> bool:
    def attempt() -> Account | None:
        account = book.account(account_id)
        if account is None:
            return None
        move = _move(account, strategy, creditors=creditors, now=now)
        if move is None:
            return None
        data = {
            "from": account.strategy_version,
            "to": strategy.version,
            "before": _told(move.before),
            "after": _told(move.after),
        }
        return write(book, account, move.account, what="StrategyMoved", data=data, now=now)

    after = retry_on_conflict(attempt)
    if after is None:
        return False
    if after.timed:
        waker.wake(account_id)
    return True


def _told(action: NextAction | None) -> dict[str, str]:
    if action is None:
        return {}
    return {
        "at": action.at.isoformat(), "channel": action.channel, "template": action.template,
    }  # fmt: skip


def told(moved: list[Move], *, most: int = 20) -> str:
    """Moves as lines for people: how many, and the first of those that a person would notice."""
    seen = [move for move in moved if move.seen]
    lines = [f"{len(moved)} active accounts, {len(seen)} of them with another next touch."]
    lines += [
        f"{move.reference}: {_line(move.before)} -> {_line(move.after)}" for move in seen[:most]
    ]
    if len(seen) > most:
        lines.append(f"... and {len(seen) - most} more.")
    return "\n".join(lines)


def _line(action: NextAction | None) -> str:
    if action is None:
        return "nothing planned"
    return f"{action.at:%Y-%m-%d %H:%M} UTC {action.channel} {action.template}".strip()
