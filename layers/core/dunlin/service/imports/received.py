"""Payments that the creditor received itself, from a payments file.

One that names a single debt pays it; one that came back is owed again. One that names several, or
only who paid, is laid over those debts (`domain.payments.laying`). What cannot be laid is kept
for a person to place, and until then the debts it may pay are before staff.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from dunlin.domain import ids
from dunlin.domain.accounts.account import Account, LedgerEntry, Status
from dunlin.domain.accounts.stated import FELL, RECEIVED
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.imports.types import UNCHANGED, UPDATED, NormalisedConsumer
from dunlin.domain.money import Money
from dunlin.domain.payments import posting
from dunlin.domain.payments.laying import NotLaid, OpenDebt, Shares, lay
from dunlin.ports.accounts import LedgerEntries
from dunlin.ports.imports import DropBox
from dunlin.service.accounts.crediting import CreditingBook, credit
from dunlin.service.imports import held_payments
from dunlin.service.imports.held_payments import HeldPayment
from dunlin.service.imports.plans import (
    COUNTED,
    OTHER_CURRENCY,
    UNMATCHED,
    ImportContext,
    ImportPlan,
    Read,
)
from dunlin.service.imports.whose import strangers

HELD = "payment_held"
"""The code of a row whose payment waits for a person to place it."""


class TillBook(LedgerEntries, CreditingBook, Protocol):
    """Which payments were posted before, and the arrangements that they count to."""


@dataclass(frozen=True, slots=True)
class _Received:
    """One payment of an item: what came, below nought what came back; `alike` tells those of one
    day and one amount apart; `undone`: the payment of this very row came back."""

    key: str
    minor: int
    currency: str
    day: str
    alike: int
    undone: bool

    @property
    def source(self) -> str:
        return payment_source(self.day, -self.minor, self.alike)


def pay(
    book: TillBook,
    drop_box: DropBox,
    context: ImportContext,
    item: dict[str, Any],
    read: Read,
) -> ImportPlan:
    """The payments of an item, each once: what makes it one is account, day, amount, and which of
    several alike it is.

    A payment dated before the day of which the newest export told the account is counted in that
    export's balance. So are the payments of that very day where together they are exactly what
    the balance fell by with it. Every other payment is subtracted; should an export count it all
    the same, the next one says so and the balance follows.
    """
    till = _Till(book=book, drop_box=drop_box, context=context, item=item, read=read)
    meant = _MeantDebts.of(item, read)
    for line in (_Received(*raw) for raw in item["payments"]):
        till.take(line, meant)
    return till.plan()


@dataclass(frozen=True, slots=True, kw_only=True)
class _MeantDebts:
    """What the payments of an item may mean: `single` debt, or `several`, of which one pays the
    oldest first; nobody knows and `why`, else no debt at all."""

    single: Account | None = None
    several: tuple[Account, ...] = ()
    why: str = ""

    @classmethod
    def of(cls, item: dict[str, Any], read: Read) -> _MeantDebts:
        payer = item["payer"]
        persons = tuple(read.accounts[a] for a in item["persons"] if a in read.accounts)
        by_number = [_first(tiers, payer, read) for tiers in item["named"]]
        known = [accounts for accounts in by_number if accounts]
        theirs = _each(*known, persons)
        own = [[a for a in accounts if not _anothers(a, payer, read)] for accounts in known]
        if known and not all(own):
            return cls(several=theirs, why="another_person")
        if any(len({a.consumer_id for a in accounts}) > 1 for accounts in own):
            return cls(several=theirs, why="several_accounts")
        if own and len(own) < len(by_number):
            return cls(several=theirs, why="unknown_number")
        debts = _each(*own)
        if debts:
            return cls(single=debts[0]) if len(debts) == 1 else cls(several=debts)
        if payer["text"]:
            return cls(several=persons, why="unknown_number") if item["strange"] else cls()
        if len({a.consumer_id for a in persons}) > 1 and not payer["number"]:
            return cls(several=persons, why="several_people")
        return cls(several=persons)


def _each(*lists: Sequence[Account]) -> tuple[Account, ...]:
    """Every account of the lists, once."""
    return tuple({a.account_id: a for accounts in lists for a in accounts}.values())


def _first(tiers: list[list[str]], payer: dict[str, str], read: Read) -> list[Account]:
    """The accounts of the likeliest reading of a number under which any is known; of several the
    payer's own."""
    for tier in tiers:
        known = [read.accounts[a] for a in tier if a in read.accounts]
        own = [a for a in known if not _anothers(a, payer, read)]
        if known:
            return own or known
    return []


def _anothers(account: Account, payer: dict[str, str], read: Read) -> bool:
    """True where the account is of somebody else than the file says paid."""
    number = account.extras.get("consumer_reference", "")
    if number and payer["number"]:
        return number != payer["number"]
    holder = read.consumers.get(account.consumer_id)
    return holder is not None and strangers(holder, NormalisedConsumer(name=payer["name"]))


@dataclass(slots=True, kw_only=True)
class _Till:
    """Takes payments one by one, and gives what they change together."""

    book: TillBook
    drop_box: DropBox
    context: ImportContext
    item: dict[str, Any]
    read: Read
    outcomes: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    entries: dict[str, list[LedgerEntry]] = field(default_factory=lambda: defaultdict(list))
    waiting: set[str] = field(default_factory=set)

    def take(self, line: _Received, meant: _MeantDebts) -> None:
        """One payment, laid, held, or counted already."""
        if meant.single is not None:
            if line.currency == meant.single.balance.currency:
                self._post(line, meant.single)
            else:
                self._hold(line, (meant.single,), OTHER_CURRENCY)
        elif meant.several:
            self._lay(line, meant)
        else:
            self.outcomes[line.key] = UNMATCHED

    def plan(self) -> ImportPlan:
        """What all of it changes, a write for each account."""
        changes = []
        for account_id in sorted({*self.entries, *self.waiting}):
            stored = self.read.accounts[account_id]
            lines = self.entries.get(account_id, [])
            after, arranged = self._posted(stored, lines) if lines else (stored, ())
            if account_id in self.waiting:
                after = held_payments.put_before_staff(after)
            if after == stored:
                continue
            data = {
                "changed": ["balance"] if lines else ["escalated"],
                "difference_minor": sum(e.amount.minor for e in lines),
            }
            changes.append(
                self.context.changed(
                    stored,
                    "AccountUpdated",
                    data=data,
                    after=after,
                    ledger=lines,
                    arrangements=arranged,
                )
            )
        ids_of = [c.account.account_id for c in changes if c.account is not None]
        wake = tuple(a for a in ids_of if self.read.accounts[a].status is Status.ACTIVE)
        return ImportPlan(
            outcomes=self.outcomes, changes=tuple(changes), wake=wake, codes=self.codes
        )

    def _posted(
        self, stored: Account, lines: list[LedgerEntry]
    ) -> tuple[Account, tuple[Arrangement, ...]]:
        """The account after its payments, with what follows from the new balance, and its
        arrangement where they move it."""
        paid = sum(e.amount.minor for e in lines)
        received = int(stored.extras.get(RECEIVED, "0")) - paid
        noted = replace(stored, extras=stored.extras | {RECEIVED: str(received)})
        after = posting.add(noted, lines, self.context.now).account
        return credit(after, lines, book=self.book, at=self.context.now)

    def _post(self, line: _Received, account: Account) -> None:
        """A payment of one debt."""
        account_id = account.account_id
        if line.undone:
            self._undo(line, ((account_id, line.minor),), line.source)
            return
        as_of = self.item["as_of"].get(account_id, "")
        if self.book.has_entry(account_id, ids.entry_id(account_id, line.source)):
            before = self.context.before(account)
            self.outcomes[line.key] = UPDATED if before == UPDATED else UNCHANGED
        elif line.day and (line.day < as_of or (line.day == as_of and self._fell(line, [account]))):
            self.outcomes[line.key] = COUNTED
        else:
            self._enter(line, account_id, line.minor, line.source)

    def _enter(self, line: _Received, account_id: str, minor: int, source: str) -> None:
        self.entries[account_id].append(
            LedgerEntry(
                entry_id=ids.entry_id(account_id, source),
                account_id=account_id,
                kind="payment" if minor > 0 else "refund",
                amount=Money(-minor, line.currency),
                on=date.fromisoformat(line.day) if line.day else self.context.now.date(),
                source="import payments file",
            )
        )
        self.outcomes[line.key] = UPDATED

    def _undo(self, line: _Received, shares: Shares, source: str) -> None:
        """What a payment that was posted here had paid is owed again, once."""
        undone = f"{source} undone"
        self.outcomes[line.key] = UNCHANGED
        for account_id, minor in shares:
            posted = self.book.has_entry(account_id, ids.entry_id(account_id, source))
            back = self.book.has_entry(account_id, ids.entry_id(account_id, undone))
            if posted and not back:
                self._enter(line, account_id, -minor, undone)

    def _fell(self, line: _Received, accounts: Iterable[Account]) -> bool:
        """True where the balances fell, with the export of that day, by all of its payments."""
        lines = (_Received(*raw) for raw in self.item["payments"])
        same_day = sum(each.minor for each in lines if each.day == line.day)
        fell = (a.extras.get(FELL, "").split() for a in accounts)
        return same_day == sum(int(f[1]) for f in fell if f and f[0] == line.day)

    def _lay(self, line: _Received, meant: _MeantDebts) -> None:
        """A payment over several debts, or over those of who paid."""
        payment_id = self._payment_id(line)
        laid = held_payments.laid(self.context.job.creditor, payment_id, drop_box=self.drop_box)
        if laid is not None:
            if line.undone:
                self._undo(line, laid.shares, payment_id)
            else:
                self._finish(line, laid, payment_id)
            return
        debts = [a for a in meant.several if a.owes and a.balance.currency == line.currency]
        if line.undone:
            self.outcomes[line.key] = UNCHANGED
        elif self._counted(line, meant):
            self.outcomes[line.key] = COUNTED
        elif not debts and any(a.owes for a in meant.several):
            self._hold(line, meant.several, OTHER_CURRENCY)
        elif meant.why or line.minor < 0 or self._some_counted(line, debts):
            why = meant.why or ("returned" if line.minor < 0 else "counted_in_part")
            self._hold(line, meant.several, why)
        else:
            owed = (OpenDebt(account_id=a.account_id, due_on=a.due_on, minor=self._left(a))
                    for a in debts)  # fmt: skip
            try:
                shares = lay(line.minor, (d for d in owed if d.minor > 0))
            except NotLaid as refusal:
                self._hold(line, meant.several, refusal.why)
                return
            # Written first: a run that is killed and begun again lays it in the same way.
            held_payments.keep_laid(
                self.context.job.creditor,
                payment_id,
                held_payments.LaidPayment(import_id=self.context.job.import_id, shares=shares),
                drop_box=self.drop_box,
            )
            for account_id, minor in shares:
                self._enter(line, account_id, minor, payment_id)

    def _finish(self, line: _Received, laid: held_payments.LaidPayment, payment_id: str) -> None:
        """A payment that was laid before: what an interrupted run of this import left undone."""
        own = laid.import_id == self.context.job.import_id
        self.outcomes[line.key] = UPDATED if own else UNCHANGED
        for account_id, minor in laid.shares if own else ():
            if not self.book.has_entry(account_id, ids.entry_id(account_id, payment_id)):
                self._enter(line, account_id, minor, payment_id)

    def _left(self, account: Account) -> int:
        """What the payments taken before this one leave of a debt."""
        lines = self.entries.get(account.account_id, ())
        return account.balance.minor + sum(e.amount.minor for e in lines)

    def _counted(self, line: _Received, meant: _MeantDebts) -> bool:
        """True where the newest export of every debt knows of the payment."""
        days = [self.item["as_of"].get(a.account_id, "") for a in meant.several]
        if not line.day or not all(days):
            return False
        same = set(days) == {line.day} and self._fell(line, meant.several)
        return same or all(line.day < day for day in days)

    def _some_counted(self, line: _Received, debts: Iterable[Account]) -> bool:
        """True where the exports of some debts, and not of all, know of the payment."""
        days = [self.item["as_of"].get(a.account_id, "") for a in debts]
        return bool(line.day) and any(line.day < day for day in days)

    def _hold(self, line: _Received, accounts: Iterable[Account], why: str) -> None:
        """A payment kept for a person to place; the debts it may pay are before staff."""
        job, payer = self.context.job, self.item["payer"]
        open_ones = tuple(a.account_id for a in accounts if a.owes)
        payment = HeldPayment(
            creditor=job.creditor,
            payment_id=self._payment_id(line),
            import_id=job.import_id,
            file=job.key.rpartition("/")[2],
            row=int(line.key.rpartition(" ")[2]),
            day=line.day,
            amount=Money(line.minor, line.currency),
            payer=payer["name"] or payer["number"],
            text=payer["text"],
            why=why,
            accounts=open_ones,
        )
        self.outcomes[line.key] = UNCHANGED
        self.codes[line.key] = OTHER_CURRENCY if why == OTHER_CURRENCY else HELD
        if held_payments.keep_held(payment, drop_box=self.drop_box):
            self.waiting.update(open_ones)

    def _payment_id(self, line: _Received) -> str:
        payer = self.item["payer"]
        return ids.held_payment_id(
            self.context.job.creditor, payer["number"] or payer["name"], payer["text"], line.source,
            line.currency,
        )  # fmt: skip


def payment_source(day: str, minor: int, alike: int) -> str:
    """What makes a payment one: its day, its amount, and which of several alike it is."""
    return f"payment {day} {minor} {alike}"
