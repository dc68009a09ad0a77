"""What staff see: the portfolio and one account. Reading changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from dunlin.domain.accounts.account import Account, NextAction
from dunlin.domain.accounts.consumer import Channel, Consumer, Flag
from dunlin.domain.accounts.counters import CounterCell, CurrencyPortfolio, Figure
from dunlin.domain.accounts.counters import portfolio as sum_up
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.batches import batches
from dunlin.domain.contact import cadence
from dunlin.domain.contact.foreseeing import foreseen
from dunlin.domain.errors import DomainError
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import (
    AccountHistory,
    AccountsAndPeople,
    Conversations,
    FoundAccounts,
    Histories,
    ManyAtOnce,
    PortfolioConversations,
)
from dunlin.ports.audit import AuditLog
from dunlin.ports.reports import Counters
from dunlin.ports.strategies import Creditors
from dunlin.service.staff.finding import find_accounts

_AT_ONCE = 100  # accounts whose people are read together


class NextBook(AccountsAndPeople, Protocol):
    """What the next step of an account is foreseen from."""


class LookUpBook(FoundAccounts, Histories, NextBook, Protocol):
    """Accounts by whatever somebody knows of them, and the whole of one."""


class BouncedBook(PortfolioConversations, ManyAtOnce, Protocol):
    """A creditor's messages with the people whom they did not reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccount:
    """One account as a member of staff sees it: its history and what the audit log says of it."""

    account_history: AccountHistory
    history: Sequence[AuditEntry]


def portfolio(
    *, creditor: str, today: date, counters: Counters, creditors: Creditors
) -> list[CurrencyPortfolio]:
    """The portfolio of one creditor, or of all for "", by currency; aged as of `today`."""
    tally: dict[CounterCell, Figure] = {}
    for name in [creditor] if creditor else creditors.all():
        tally |= counters.tally(name)
    return sum_up(tally, today)


def look_up(
    wanted: str,
    *,
    creditor: str,
    book: LookUpBook,
    log: AuditLog,
    creditors: Creditors,
    now: datetime,
) -> StaffAccount | list[Account]:
    """The one account that is meant by an id, a creditor's own word or an address of its person;
    where none or several may be, those.

    A widget made for one creditor never shows an account of another.
    """
    meant = find_accounts(wanted, creditor=creditor, book=book, creditors=creditors)
    if len(meant) != 1:
        return meant
    account_id = meant[0].account_id
    account_history = book.account_history(account_id)
    account = account_history.account
    account = replace(account, next_action=next_of(account, book=book, now=now))
    return StaffAccount(
        account_history=replace(account_history, account=account),
        history=log.chain(f"account#{account_id}"),
    )


def next_of(account: Account, *, book: NextBook, now: datetime) -> NextAction | None:
    """What comes next on an account as it stands now; what its row says where its creditor has no
    strategy that could tell."""
    try:
        facts = book.facts(account.account_id)
    except DomainError:
        return account.next_action
    theirs = book.accounts_of_consumer(account.consumer_id)
    return foreseen(
        account=account,
        consumer=facts.consumer,
        history=facts.history,
        strategy=facts.strategy,
        paused=facts.pause(cadence.today(now)),
        now=now,
        others=[other for other in theirs if other.account_id != account.account_id],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounced:
    """A contact point that takes nothing any more, on one account of its person. `cause` is the
    provider's word, from the newest message of this account that came back, "" where none did."""

    account_id: str
    reference: str
    channel: str
    address: str
    at: datetime
    cause: str


def bounced(creditor: str, *, book: BouncedBook) -> Iterator[Bounced]:
    """Every dead contact point of a creditor's people, once for each of their accounts, by account
    id. What was written is read of those alone, and some accounts at a time."""
    for accounts in batches(book.accounts_of_creditor(creditor), _AT_ONCE):
        people = book.read_consumers({account.consumer_id for account in accounts})
        for account in accounts:
            person = people.get(account.consumer_id)
            yield from _bounced(account, _dead(person) if person is not None else [], book)


def _bounced(
    account: Account, dead: Sequence[tuple[Channel, str, Flag]], book: Conversations
) -> Iterator[Bounced]:
    touches = book.conversation(account.account_id).touches if dead else ()
    for channel, address, flag in dead:
        reasons = [
            touch.reason
            for touch in touches
            if touch.channel is channel and touch.state is TouchState.BOUNCED
        ]
        yield Bounced(
            account_id=account.account_id,
            reference=account.reference,
            channel=channel.value,
            address=address,
            at=flag.at,
            cause=reasons[-1] if reasons else "",
        )


def _dead(person: Consumer) -> list[tuple[Channel, str, Flag]]:
    dead = []
    for channel in Channel:
        flag = person.flags.get(f"{channel.value}_bounced")
        hashes = flag.detail.get("address_hashes", ()) if flag else ()
        points = person.emails if channel is Channel.EMAIL else person.phones
        if flag is not None:
            dead += [(channel, point, flag) for point in points if address_hash(point) in hashes]
    return dead
