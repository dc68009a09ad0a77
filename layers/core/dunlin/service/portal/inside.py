"""What one request knows of its session's own account, read once and handed on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from dunlin.domain.accounts.account import MEDICAL, TIMED_HOLDS, Account, Hold, LedgerEntry, Status
from dunlin.domain.accounts.consumer import Consumer, zone_of
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import entry_id
from dunlin.domain.money import Money
from dunlin.domain.portal.in_force import InForce, in_force
from dunlin.domain.portal.page import Page
from dunlin.domain.staff.queue import HOURS
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.accounts import AccountRecord, BoundStrategies, Ledgers, People
from dunlin.ports.portal import Session
from dunlin.service.payments import payments


class OwnAccount(People, BoundStrategies, Ledgers, Protocol):
    """A person's own account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """The account of a session, its ledger and arrangements, the person and the strategy."""

    session: Session
    record: AccountRecord
    consumer: Consumer
    strategy: Strategy
    now: datetime

    @classmethod
    def read(cls, session: Session, *, book: OwnAccount, now: datetime) -> Inside:
        """No id ever comes from the request. Raises `DomainError` where the account is gone."""
        record = book.account_record(session.account_id)
        consumer = book.consumer(record.account.consumer_id) if record is not None else None
        if record is None or consumer is None:
            raise DomainError(f"no account {session.account_id}")
        return cls(
            session=session,
            record=record,
            consumer=consumer,
            strategy=book.strategy_of(record.account),
            now=now,
        )

    @property
    def account(self) -> Account:
        return self.record.account

    @property
    def arrangement(self) -> Arrangement | None:
        """The account's arrangement that is in force or asked for."""
        return self.record.arrangement

    @property
    def amount_due(self) -> Money | None:
        """What the arrangement asks for today; None where none is in force."""
        return due_by(self.arrangement, self.now)

    @property
    def uncontested(self) -> Money:
        """The balance without the part that is disputed."""
        return uncontested(self.account)

    @property
    def today(self) -> date:
        """The person's calendar day."""
        return day(self.now, self.consumer)

    @property
    def history(self) -> tuple[tuple[LedgerEntry, str], ...]:
        """Every entry of the ledger with its short number, newest first."""
        return tuple(
            (entry, payments.receipt_reference(entry.entry_id))
            for entry in reversed(self.record.ledger)
        )

    @property
    def standing(self) -> str:
        """One word for where the account stands, for the page: owed, pending, settled, credit,
        closed, disputed."""
        return standing(self.account)

    @property
    def in_force(self) -> tuple[InForce, ...]:
        """What the person said or asked for that stands, gravest first."""
        return in_force(self.account, self.consumer, lambda at: day(at, self.consumer))

    @property
    def insured(self) -> bool:
        """True where an insurer may have a part in what is owed."""
        return self.account.industry in MEDICAL

    def page(
        self,
        name: str,
        content: object,
        *,
        status: int = 200,
        errors: tuple[tuple[str, str], ...] = (),
        language: str = "",
    ) -> Page:
        """A page of the signed-in person, in the creditor's brand."""
        balance = self.account.balance
        return Page(
            name=name,
            status=status,
            language=language,
            brand=self.strategy.brand,
            content=content,
            nonce=self.session.csrf,
            errors=errors,
            between=(payments.least_payment(balance), balance),
        )

    def answered_within(self, kind: str) -> int:
        """Hours in which the creditor's staff answer a case of this kind."""
        return self.strategy.queue.hours.get(kind, HOURS[kind])


def due_by(arrangement: Arrangement | None, now: datetime) -> Money | None:
    """What an arrangement in force asks for on a day."""
    if arrangement is None or not arrangement.in_force:
        return None
    return arrangement.amount_due(now.date())


def writing_days(strategy: Strategy) -> tuple[int, ...]:
    """The ISO weekdays on which the creditor writes at all: those a person may choose among."""
    return tuple(range(1, 8 if strategy.coordination.weekends else 6))


def uncontested(account: Account) -> Money:
    """The balance without the part that is disputed, never less than nothing."""
    balance = account.balance
    return replace(balance, minor=max(0, balance.minor - account.contested_minor))


def standing(account: Account) -> str:
    if account.status is Status.CLOSED:
        return "closed"
    if account.balance.minor < 0:
        return "credit"
    if account.balance.minor == 0:
        return "settled"
    if account.hold is Hold.PAYMENT_PENDING:
        return "pending"
    contested = account.hold is Hold.DISPUTE or account.contested_minor >= account.balance.minor
    return "disputed" if contested else "owed"


def rest_answer(account: Account, granted: str, *, ended: str = "ended_done") -> str:
    """The page that answers a wish for no reminders until a day, by the account after it: `granted`
    where the rest holds; else that a plan goes on, that something stricter holds the account, or
    `ended` where nothing is owed that anybody would remind of."""
    if not account.owes:
        return ended
    if account.hold is None or account.hold in TIMED_HOLDS:
        return granted
    return "rest_plan_done" if account.hold is Hold.ARRANGEMENT else "rest_held_done"


def dispute_by(consumer: Consumer, now: datetime) -> date | None:
    """The person's last day to dispute in the validation period of a collector's notice (12 CFR
    1006.34(b)(5)); None where no notice is known, or the period is over."""
    flag = consumer.flags.get("validation")
    known = flag.detail.get("value", flag.detail) if flag else {}
    end = datetime.fromisoformat(str(known["period_end"])) if known.get("period_end") else None
    return day(end, consumer) if end is not None and now < end else None


def day(now: datetime, consumer: Consumer) -> date:
    """The person's calendar day."""
    return now.astimezone(zone_of(consumer)).date()


def case_number(signal_id: str) -> str:
    """The short number of a dispute or message, for the person to name it by."""
    return payments.receipt_reference(entry_id("case", signal_id))
