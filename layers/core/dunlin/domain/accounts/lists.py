"""The lists of a creditor's accounts: on which an account stands, at which place, and which of
them answer a question.

A list holds the accounts that share one thing (a status, a hold, a site, a pilot), and is kept in
each order by itself, so that a page of it costs the same however long it is. A place is a key and
no more: whether an account is shown is decided from the account itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.aging import AgingBucket, aging_bucket, due_within
from dunlin.domain.accounts.counters import FINISHED, CountedShare
from dunlin.domain.accounts.names import plain
from dunlin.domain.errors import DomainError

Word = TypeVar("Word", bound=StrEnum)

_LONGEST = 100  # of what a list is named by; longer names share a list
_UNDATED = "~"  # behind every day
_FIRST, _LAST = " ", "~"  # before and behind every key
OPEN = "open"
_OPEN = [status for status in Status if status.value not in FINISHED]
_ZERO = 10**15  # so that credits sort before debts


FILTERS = (
    "status", "hold", "bucket", "industry", "location", "pilot", "strategy", "currency",
    "min_balance", "max_balance",
)  # fmt: skip
"""What a list of accounts may be asked by."""


class ListOrder(StrEnum):
    """By due date, what has none last; or by currency and balance, the least first."""

    DUE = "due"
    OWED = "owed"


@dataclass(frozen=True, slots=True, order=True)
class ListPlace:
    """Where an account stands: the list, and its key there, which ends in its id."""

    name: str
    key: str


def places(share: CountedShare) -> set[ListPlace]:
    """Every place of an account as it was counted; none once it is gone or was never listed."""
    cell = share.cell
    if cell is None or not share.listed:
        return set()
    on = [("status", cell.status), ("hold", cell.hold), ("site", share.site),
          ("cohort", share.cohort)]  # fmt: skip
    keys = {
        ListOrder.DUE: cell.due_on or _UNDATED,
        ListOrder.OWED: _owed(cell.currency, share.minor),
    }
    return {
        ListPlace(_list(cell.creditor, kind, value, order), f"{key}#{share.account_id}")
        for kind, value in on
        if value
        for order, key in keys.items()
    }


def order_key(account: Account, order: ListOrder) -> str:
    """What an account is sorted by in an order: its key on the lists of that order."""
    if order is ListOrder.OWED:
        key = _owed(account.balance.currency, account.balance.minor)
    else:
        key = account.due_on.isoformat() if account.due_on else _UNDATED
    return f"{key}#{account.account_id}"


def account_at(key: str) -> str:
    """The id of the account that stands at a key."""
    return key.rsplit("#", 1)[1]


def _list(creditor: str, kind: str, value: str, order: ListOrder) -> str:
    return f"{creditor}#{kind}#{plain(value)[:_LONGEST]}#{order.value}"


def _owed(currency: str, minor: int) -> str:
    return f"{currency}#{_ZERO + minor:016d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of some lists that are read as one: from `first` to `last`, both included, or from
    the last one on where `backwards`. No account stands on two of the lists."""

    lists: Sequence[str]
    first: str
    last: str
    backwards: bool = False

    def behind(self, key: str) -> Stretch:
        """What is left of it from a key on, with the key itself."""
        if self.backwards:
            return Stretch(
                lists=self.lists, first=self.first, last=min(self.last, key), backwards=True
            )
        return Stretch(lists=self.lists, first=max(self.first, key), last=self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilter:
    """Which accounts are asked for; what is empty says nothing. `least` and `most` are balances
    in minor units of `currency`, both included."""

    statuses: tuple[Status, ...] = ()
    hold: Hold | None = None
    bucket: AgingBucket | None = None
    industry: str = ""
    site: str = ""
    cohort: str = ""
    strategy_version: int = 0
    currency: str = ""
    least: int | None = None
    most: int | None = None

    @classmethod
    def read(cls, values: Mapping[str, str]) -> AccountFilter:
        """The filter that words say, by their names in `FILTERS`. Raises `DomainError`."""
        strategy = values.get("strategy", "").removeprefix("v")
        if strategy and not re.fullmatch(r"[0-9]{1,6}", strategy):
            raise DomainError("a strategy is named by its version, such as 3")
        currency = values.get("currency", "").upper()
        if currency and not re.fullmatch(r"[A-Z]{3}", currency):
            raise DomainError("a currency is three letters, such as USD")
        least, most = (_minor(values.get(name, "")) for name in ("min_balance", "max_balance"))
        if least is not None or most is not None:
            currency = currency or "USD"
        return cls(
            statuses=_statuses(values.get("status", "")),
            hold=_word(Hold, "hold", values.get("hold", "")),
            bucket=_word(AgingBucket, "bucket", values.get("bucket", "")),
            industry=values.get("industry", "").strip(),
            site=values.get("location", "").strip(),
            cohort=values.get("pilot", "").strip(),
            strategy_version=int(strategy or 0),
            currency=currency,
            least=least,
            most=most,
        )

    def takes(self, account: Account, today: date) -> bool:
        """True where the account is asked for, as it is today."""
        return (
            (not self.statuses or account.status in self.statuses)
            and self.hold in (None, account.hold)
            and self.bucket in (None, aging_bucket(account.due_on, today))
            and _same(self.industry, account.industry)
            and _same(self.site, account.location)
            and self.cohort in ("", account.cohort)
            and self.strategy_version in (0, account.strategy_version)
            and self._owes(account)
        )

    def _owes(self, account: Account) -> bool:
        owed = account.balance
        return (
            self.currency in ("", owed.currency)
            and (self.least is None or owed.minor >= self.least)
            and (self.most is None or owed.minor <= self.most)
        )

    def stretch(
        self, creditors: Iterable[str], order: ListOrder, today: date, *, backwards: bool = False
    ) -> Stretch:
        """The shortest lists that hold every account asked for, and between which keys."""
        first, last = self._due(today) if order is ListOrder.DUE else self._balances()
        return Stretch(
            lists=[
                _list(creditor, kind, value, order)
                for creditor in creditors
                for kind, value in self._shortest()
            ],
            first=first,
            last=last,
            backwards=backwards,
        )

    def _shortest(self) -> Sequence[tuple[str, str]]:
        # A hold, a site and a pilot each hold fewer than most statuses do.
        if self.hold is not None:
            return [("hold", self.hold.value)]
        if self.site:
            return [("site", self.site)]
        if self.cohort:
            return [("cohort", self.cohort)]
        return [("status", status.value) for status in self.statuses or tuple(Status)]

    def _due(self, today: date) -> tuple[str, str]:
        if self.bucket is None:
            return _FIRST, _LAST + _LAST
        within = due_within(self.bucket, today)
        if within is None:
            return f"{_UNDATED}#", f"{_UNDATED}#{_LAST}"
        return f"{within[0].isoformat()}#", f"{within[1].isoformat()}#{_LAST}"

    def _balances(self) -> tuple[str, str]:
        if not self.currency:
            return _FIRST, _LAST
        least = _owed(self.currency, self.least) if self.least is not None else self.currency
        most = _owed(self.currency, self.most) if self.most is not None else self.currency
        return f"{least}#", f"{most}#{_LAST}"


def _same(wanted: str, value: str) -> bool:
    return not wanted or plain(wanted) == plain(value)


def _word(kind: type[Word], name: str, text: str) -> Word | None:
    if not text:
        return None
    words = {member.value.replace(" ", "-"): member for member in kind}
    meant = words.get(text.strip().lower().replace(" ", "-"))
    if meant is None:
        raise DomainError(f"no {name} {text}; there are {', '.join(words)}")
    return meant


def _statuses(text: str) -> tuple[Status, ...]:
    """The statuses of a list of words; `open` are those in which something may be owed."""
    wanted: list[Status] = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        status = None if word == OPEN else _word(Status, "status", word)
        wanted += [status] if status is not None else _OPEN
    return tuple(dict.fromkeys(wanted))


def _minor(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,14}", text):
        raise DomainError(f"{text} is no balance in minor units, such as 10000 for $100.00")
    return int(text)
