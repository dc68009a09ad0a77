"""The list of accounts that staff leaf through: a page of it, and where the next one begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.lists import AccountFilter, ListOrder, account_at, order_key
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import CalledPeople, FoundAccounts, ManyAtOnce
from dunlin.ports.reports import AccountLists
from dunlin.ports.strategies import Creditors
from dunlin.service.staff.finding import MOST, find_accounts, find_called

PAGE = 50
LOOKED_AT = 500
"""Accounts that are read for one page at most, however few of them are asked for."""
_AT_ONCE = 100
_LONGEST = 200  # of the key of a place


class ListedBook(FoundAccounts, CalledPeople, ManyAtOnce, Protocol):
    """Accounts by their ids, and by whatever somebody knows of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """What staff ask for: of one creditor or, for "", of all; in an order; behind a page. `find`
    is what somebody has at hand, and is answered by what goes by it alone."""

    creditor: str = ""
    wanted: AccountFilter = field(default_factory=AccountFilter)
    find: str = ""
    order: ListOrder = ListOrder.DUE
    backwards: bool = False
    after: str = ""
    size: int = PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountListPage:
    """Some accounts in the order asked for. `after` is what to ask the next page with, "" after
    the last; `looked_at` is how many were read for it; `cut_off` says that more may go by what was
    to be found than are told."""

    accounts: tuple[Account, ...]
    after: str = ""
    looked_at: int = 0
    cut_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountListPorts:
    lists: AccountLists
    book: ListedBook
    creditors: Creditors


def list_accounts(request: ListRequest, *, ports: AccountListPorts, today: date) -> AccountListPage:
    """One page. It costs the same whatever number of accounts there is: at most `LOOKED_AT` are
    read, so a page may be short, or empty, and still not be the last (the lists may lag by a
    moment, each account is as it is). Raises `DomainError` for an `after` that no page said."""
    if request.after and ("#" not in request.after or len(request.after) > _LONGEST):
        raise DomainError("go on with what the page before ended with")
    if request.find:
        return _found(request, ports, today)
    creditors = [request.creditor] if request.creditor else ports.creditors.all()
    stretch = request.wanted.stretch(creditors, request.order, today, backwards=request.backwards)
    shown: dict[str, Account] = {}
    after, looked_at, most = request.after, 0, request.size
    while True:
        keys = ports.lists.keys(stretch, after=after, most=most)
        accounts = ports.book.read_accounts([account_at(key) for key in keys])
        for key in keys:
            after, looked_at = key, looked_at + 1
            account = accounts.get(account_at(key))
            if account is not None and request.wanted.takes(account, today):
                shown[account.account_id] = account
            if len(shown) == request.size:
                break
        ended = len(keys) < most and after == (keys[-1] if keys else after)
        if ended or len(shown) == request.size or looked_at >= LOOKED_AT:
            return AccountListPage(
                accounts=tuple(shown.values()),
                after="" if ended else after,
                looked_at=looked_at,
            )
        most = min(_AT_ONCE, LOOKED_AT - looked_at)


def people_of(page: AccountListPage, *, ports: AccountListPorts) -> dict[str, Consumer]:
    """Who owes the accounts of a page, by the id that each account names."""
    return ports.book.read_consumers({account.consumer_id for account in page.accounts})


def every_page(
    request: ListRequest, *, ports: AccountListPorts, today: date
) -> Iterator[Sequence[Account]]:
    """The accounts of every page from this one on; one page is held at a time."""
    while True:
        page = list_accounts(request, ports=ports, today=today)
        yield page.accounts
        if not page.after:
            return
        request = replace(request, after=page.after)


def _found(request: ListRequest, ports: AccountListPorts, today: date) -> AccountListPage:
    creditor, book, creditors = request.creditor, ports.book, ports.creditors
    meant = find_accounts(request.find, creditor=creditor, book=book, creditors=creditors)
    if not meant:
        meant = find_called(request.find, creditor=creditor, book=book, creditors=creditors)
    taken = [account for account in meant if request.wanted.takes(account, today)]
    in_order = sorted(
        taken, key=lambda account: order_key(account, request.order), reverse=request.backwards
    )
    return AccountListPage(
        accounts=tuple(in_order), looked_at=len(meant), cut_off=len(meant) == MOST
    )
