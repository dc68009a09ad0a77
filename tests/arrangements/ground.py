"""An account that can be arranged, and short ways to ask for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.arrangements.terms import Terms
from dunlin.domain.money import Money
from dunlin.service import arrangements
from dunlin.service.arrangements import AskRefusal
from tests.support import builders
from tests.support.ground import active

NOW = builders.NOON
TODAY = NOW.date()
FIRST = date(2026, 12, 1)
CONSENT = arrangements.consent_of("I allow these debits.", version="1", language="en", at=NOW)


class Place:
    """A book and an alarm in memory, with one active account of 600.00 dollars."""

    def __init__(self, minor: int = 60_000, industry: str = "generic", **document: Any) -> None:
        self.book, self.waker = MemoryBook(), MemoryWaker()
        limits = {"lowest_instalment_minor": 5_000, "longest_months": 12, "first_within_days": 31}
        self.document = {"arrangement": limits} | document
        account = active("ada", balance=Money(minor, "USD"), industry=industry)
        builders.store(
            self.book,
            self.book.creditors,
            account,
            person=builders.consumer("ada"),
            **self.document,
        )
        self.account_id = account.account_id

    @property
    def account(self) -> Account:
        account = self.book.account(self.account_id)
        assert account is not None
        return account

    @property
    def current(self) -> Arrangement:
        arrangement = self.book.arrangement(self.account_id)
        assert arrangement is not None
        return arrangement

    @property
    def newest(self) -> Arrangement:
        return self.book.arrangements(self.account_id)[0]

    def terms(self, count: int = 6, *, first_on: date = FIRST, **more: Any) -> Terms:
        terms = arrangements.propose(
            self.account,
            arrangements.in_force(self.account.creditor, self.book.creditors, TODAY),
            instalment=None,
            count=count,
            frequency=more.get("frequency", "monthly"),
            first_on=first_on,
            today=more.get("today", TODAY),
        )
        assert isinstance(terms, Terms)
        return terms

    def ask(
        self, terms: Terms | None = None, *, autopay: bool = False, now: datetime = NOW
    ) -> Arrangement | AskRefusal:
        return arrangements.ask(
            self.account_id,
            terms or self.terms(),
            consent=CONSENT if autopay else None,
            book=self.book,
            creditors=self.book.creditors,
            waker=self.waker,
            now=now,
        )

    def agreed(self, **more: Any) -> Arrangement:
        arrangement = self.ask(**more)
        assert isinstance(arrangement, Arrangement)
        assert arrangement.in_force
        return arrangement

    def entries(self) -> list[str]:
        return [e.what for e in self.book.chains[f"account#{self.account_id}"]]


def days(count: int) -> timedelta:
    return timedelta(days=count)
