"""What a payments file or a newer export does to an arrangement: the same as any other money."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.processor import MemoryProcessor
from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.arrangements.arrangement import Arrangement, ArrangementState
from dunlin.domain.arrangements.terms import Terms, by_hand
from dunlin.domain.imports.billing_words import BalanceChange
from dunlin.domain.money import Money
from dunlin.service import arrangements
from dunlin.service.payments.balances import change_balance
from tests.imports.place import BO, CY, Office, Stopped, table
from tests.support import builders
from tests.support.ground import gate

DAYS = (date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1))
ONE = "Invoice number,Payment date,Amount,Payment method,Payment ID"
CHEQUE = f"{ONE}\nK-1,2026-12-01,40.00,check,P-1\n"
BACK = f"{ONE}\nK-1,2026-12-03,-40.00,returned check,P-1R\n"
LATE_FEE = 3_000


class Debtor(Office):
    """Bo owes 120.00 under an arrangement of three times 40.00. A fee of 30.00 came later and
    stays outside of it, so that the balance alone does not show what was paid under it."""

    def __init__(self) -> None:
        super().__init__()
        self.drop("open.csv", table([BO, CY]))
        self.account_id = self.account("K-1").account_id
        owed = self.account("K-1").balance
        terms = by_hand(owed, [(on, 4_000) for on in DAYS], today=self.now.date())
        assert isinstance(terms, Terms)
        recorded = arrangements.record(
            self.account_id, terms, by="desk-1", why="case-1", book=self.book, waker=self.waker,
            now=self.now,
        )  # fmt: skip
        assert isinstance(recorded, Arrangement)
        self.tell("fee", LATE_FEE)
        self.now += timedelta(days=9)

    def tell(self, kind: str, minor: int) -> None:
        change_balance(
            self.account_id,
            BalanceChange(change_id=f"{kind}-1", kind=kind, amount=Money(minor, "USD")),
            by="billing",
            book=self.book,
            attempts=MemoryPortalSessions(),
            processor=MemoryProcessor(),
            waker=self.waker,
            now=self.now,
        )

    @property
    def arrangement(self) -> Arrangement:
        return self.book.arrangements(self.account_id)[0]

    @property
    def left(self) -> list[int]:
        """What is left of each instalment."""
        return [i.left.minor for i in self.arrangement.instalments]

    def look(self, on: date) -> ArrangementState:
        """The arrangement after its machine looked, about noon of a day."""
        self.now = builders.NOON + (on - builders.NOON.date())
        newest = self.arrangement
        ports = arrangements.ArrangementPorts(
            book=self.book, gate=gate(), processor=MemoryProcessor, waker=self.waker, now=self.now
        )
        arrangements.advance(self.account_id, newest.arrangement_id, newest.run, ports)
        return self.arrangement.state


@pytest.fixture
def debtor() -> Debtor:
    return Debtor()


def newer(owed: str) -> str:
    return table([BO.replace("120.00", owed), CY])


@pytest.mark.parametrize(("name", "content"), [("paid.csv", CHEQUE), ("open.csv", newer("110.00"))])
def test_what_a_file_shows_as_paid_pays_the_oldest_instalment(
    debtor: Debtor, name: str, content: str
) -> None:
    debtor.drop(name, content)
    assert debtor.account("K-1").balance.minor == 11_000
    assert debtor.left == [0, 4_000, 4_000]
    assert debtor.look(date(2026, 12, 12)) is ArrangementState.ACTIVE
    assert debtor.look(date(2027, 1, 12)) is ArrangementState.BROKEN  # the second one is missed


def test_without_the_cheque_the_instalment_is_missed(debtor: Debtor) -> None:
    assert debtor.look(date(2026, 12, 12)) is ArrangementState.BROKEN


def test_a_payment_is_laid_once_over_the_instalments(debtor: Debtor) -> None:
    debtor.drop("paid.csv", CHEQUE)
    writes, version = debtor.book.writes, debtor.arrangement.version
    debtor.drop("paid-again.csv", CHEQUE)
    assert (debtor.book.writes, debtor.arrangement.version) == (writes, version)
    debtor.drop("open.csv", newer("110.00"))  # it knows of the fee and of the cheque
    assert debtor.account("K-1").balance.minor == 11_000
    assert debtor.left == [0, 4_000, 4_000]


def test_an_import_that_was_cut_off_pays_the_instalment_once(debtor: Debtor) -> None:
    job = debtor.put("paid.csv", f"{CHEQUE}K-2,2026-12-01,10.00,check,P-2\n")
    debtor.book.left = 1
    with pytest.raises(Stopped):
        debtor.run(job)
    debtor.run(job)
    assert debtor.left == [0, 4_000, 4_000]
    assert (debtor.account("K-1").balance.minor, debtor.account("K-2").balance.minor) == (
        11_000,
        7_050,
    )


def test_a_payment_that_came_back_is_owed_under_the_arrangement_again(debtor: Debtor) -> None:
    debtor.drop("paid.csv", CHEQUE)
    debtor.now += timedelta(days=3)
    debtor.drop("back.csv", BACK)
    debtor.drop("back-again.csv", BACK)
    account = debtor.account("K-1")
    assert (account.balance.minor, account.hold) == (15_000, Hold.REVIEW)
    assert debtor.left == [4_000, 4_000, 4_000]
    # The day on which it came back counts: nobody is told of a missed one for a bounced cheque.
    assert debtor.arrangement.instalments[0].counts_from == debtor.now.date()


def test_a_payment_by_customer_pays_the_instalments_too(debtor: Debtor) -> None:
    head = "Customer No,Customer,Payment date,Amount"
    debtor.drop("p.csv", table(["C-1,Bo Sample,2026-12-01,90.00"], head))
    assert debtor.left == [0, 0, 3_000]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("paid.csv", f"{ONE}\nK-1,2026-12-01,150.00,check,P-1\n"),
        ("open.csv", newer("0.00")),
    ],
)
def test_paid_in_full_by_a_file_the_arrangement_ends_and_is_woken(
    debtor: Debtor, name: str, content: str
) -> None:
    ended = debtor.arrangement.arrangement_id
    debtor.drop(name, content)
    account = debtor.account("K-1")
    assert (account.status, account.arrangement_id) == (Status.SETTLED, "")
    assert debtor.arrangement.state is ArrangementState.PAID_OFF
    assert debtor.waker.woken_arrangements == [ended]


def test_what_an_export_asks_anew_stays_outside_of_the_instalments(debtor: Debtor) -> None:
    debtor.drop("open.csv", newer("170.00"))
    assert debtor.account("K-1").balance.minor == 17_000
    assert debtor.left == [4_000, 4_000, 4_000]


def test_a_payment_that_staff_say_came_back_is_owed_under_the_arrangement_again(
    debtor: Debtor,
) -> None:
    """As `dunlin payments place` and a billing system tell it, however often."""
    debtor.tell("payment", 4_000)
    assert debtor.left == [0, 4_000, 4_000]
    debtor.now += timedelta(days=3)
    debtor.tell("returned", 4_000)
    debtor.tell("returned", 4_000)
    assert (debtor.account("K-1").balance.minor, debtor.left) == (15_000, [4_000, 4_000, 4_000])
    assert debtor.arrangement.instalments[0].counts_from == debtor.now.date()
    assert [e.kind for e in debtor.book.ledgers[debtor.account_id].values()][-1] == "refund"
    debtor.drop("open.csv", newer("150.00"))  # it knows of the fee, the payment and its return
    assert (debtor.account("K-1").balance.minor, debtor.left) == (15_000, [4_000, 4_000, 4_000])
