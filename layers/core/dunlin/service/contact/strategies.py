"""Strategies: a creditor's document, dropped in the bucket, checked and stored as a version."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Status
from dunlin.domain.contact.planner import UNAPPROVED
from dunlin.domain.errors import Conflict, Defect, DomainError
from dunlin.domain.ids import creditor_id
from dunlin.domain.strategy.document import Path
from dunlin.domain.strategy.strategy import Strategy, StrategyError
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.ports.accounts import PortfolioAccounts
from dunlin.ports.audit import AuditLog
from dunlin.ports.imports import DropBox
from dunlin.ports.machines import LadderWaker
from dunlin.ports.strategies import Creditors
from dunlin.service.accounts.creditor_log import record
from dunlin.service.accounts.staff_command import staff
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.contact.replanning import move_pending, moves, told

_KEY = re.compile(r"config/([^/]+)/strategy\.yaml")
_LARGEST = 256 * 1024
SHIPPED = "shipped"  # who approved the words of a pack
_APPROVE = "dunlin strategy approve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How the text of a strategy is read: `parse` makes plain values of it, `line_of` finds a
    place in it, `check` refuses a policy that the rulebook does not allow, `templates` a rung whose
    message is not written and words of the creditor's own that may not be said; `shipped` tells
    words that a pack came with, which are approved as they are."""

    parse: Callable[[bytes], Any]
    line_of: Callable[[bytes, Path], int]
    check: Callable[[Any], None]
    templates: Callable[[Strategy], None]
    shipped: Callable[[Strategy], bool]

    def read(self, content: bytes, *, creditor: str, version: int = 1) -> tuple[Any, Strategy]:
        """The document and its strategy. Raises `DomainError` that names line, field, reason."""
        document = self.parse(content)
        try:
            strategy = read_strategy(document, creditor=creditor, version=version)
            self.check(document)
            self.templates(strategy)
        except StrategyError as error:
            line = self.line_of(content, error.path)
            raise StrategyError(error.path, error.reason, line=line) from None
        return document, strategy


def load_strategy(
    key: str,
    *,
    version: str | None,
    reader: Reader,
    creditors: Creditors,
    book: PortfolioAccounts,
    waker: LadderWaker,
    drop_box: DropBox,
    now: datetime,
) -> int | None:
    """Store `config/{creditor}/strategy.yaml` as the creditor's next strategy version, and move
    the rungs still to come to it; before and after are written beside it.

    A document that cannot be used changes nothing; what is wrong is written beside it as
    `strategy.errors.txt`. Returns the version, None where it was refused or is no strategy.
    """
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    beside = key.removesuffix("yaml") + "errors.txt"
    try:
        creditor = creditor_id(match[1])
        content = drop_box.read(key, version=version, end=_LARGEST)
        document, read = reader.read(content, creditor=creditor)
        approved_by = SHIPPED if read.templates and reader.shipped(read) else ""
        stored = creditors.put_strategy(creditor, document, now, approved_by=approved_by)
    except DomainError as error:
        drop_box.write(beside, f"{error}\n".encode(), "text/plain; charset=utf-8")
        return None
    strategy = creditors.strategy(creditor, stored)
    if strategy is None:
        raise Defect(f"strategy {stored} of {creditor} was just stored and is not there")
    moving = list(moves(strategy, book=book, creditors=creditors, now=now))
    if moving:
        changes = f"Version {stored}. {told(moving)}\n".encode()
        drop_box.write(key.removesuffix("yaml") + "changes.txt", changes, "text/plain")
    move_pending(strategy, book=book, creditors=creditors, waker=waker, now=now)
    report = f"No errors. Stored as version {stored}. {len(moving)} active accounts follow it.\n"
    if strategy.templates and not strategy.approved_by:
        report += f"Its own words go out once they are approved: {_APPROVE} {creditor}\n"
    drop_box.write(beside, report.encode(), "text/plain")
    return stored


def approve_words(
    creditor: str,
    version: int,
    *,
    by: str,
    reader: Reader,
    creditors: Creditors,
    book: PortfolioAccounts,
    log: AuditLog,
    waker: LadderWaker,
    now: datetime,
) -> Strategy:
    """Let the own words of a version (0 for the newest) go out, by the code of whoever read them.

    They pass the words check of today besides. The creditor's chain of the audit log says who let
    them go, and the accounts that wait for them are woken. Raises `DomainError` where there are
    none, where nobody says who wrote them, where `by` wrote them, or where they may not be said;
    `Conflict` where they are approved.
    """
    strategy = creditors.strategy(creditor, version or None)
    if strategy is None:
        raise DomainError(f"there is no strategy {version or ''} of {creditor}".replace("  ", " "))
    name = f"strategy {strategy.version} of {creditor}"
    if not strategy.templates:
        raise DomainError(f"{name} has no words of its own")
    if strategy.approved_by:
        raise Conflict(f"{name} was approved by {strategy.approved_by}")
    if not strategy.templates_by:
        raise DomainError(f"{name} does not say who wrote its words: add templates_by, and put it")
    if strategy.templates_by == by:
        raise DomainError(f"{by} wrote these words; somebody else must approve them")
    reader.templates(strategy)
    creditors.approve(creditor, strategy.version, by=by, at=now)
    data = {"version": strategy.version, "templates": sorted(strategy.templates)}
    record(creditor, "WordsApproved", data, staff(by), book=book, log=log, now=now)
    for account in book.accounts_of_creditor(creditor, status=Status.ACTIVE.value):
        _look_now(account.account_id, strategy.version, book=book, waker=waker, now=now)
    return strategy


def _look_now(
    account_id: str, version: int, *, book: PortfolioAccounts, waker: LadderWaker, now: datetime
) -> None:
    """The rung of an account that waits for the words of a version is due at once."""

    def attempt() -> bool:
        account = book.account(account_id)
        waits = account and account.next_action and account.next_action.reason == UNAPPROVED
        if account is None or not waits or account.strategy_version != version:
            return False
        due, data = lifecycle.look_again(account, now), {"version": version}
        write(book, account, due, what="WordsApproved", data=data, now=now)
        return True

    if retry_on_conflict(attempt):
        waker.wake(account_id)
