"""How payments are applied: by the creditor's rule, by date, and to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from dunlin.domain.accounts.account import LedgerEntry
from dunlin.domain.accounts.ledger import FEE, INTEREST, PRINCIPAL, allocate, itemise, total
from dunlin.domain.money import Money

DAY = date(2026, 1, 1)
ORDER = (FEE, INTEREST, PRINCIPAL)


def line(kind: str, minor: int, day: int, note: str = "", number: int = 0) -> LedgerEntry:
    return LedgerEntry(
        entry_id=f"{kind}{day}-{number}",
        account_id="acc_1",
        kind=kind,
        amount=Money(minor, "USD"),
        on=DAY + timedelta(days=day),
        source=f"{kind}{day}-{number}",
        note=note,
    )


def left(*entries: LedgerEntry, order: tuple[str, ...] = ORDER) -> dict[str, int]:
    return {s.part: s.left.minor for s in allocate(entries, "USD", order).shares}


DEBT = (line("charge", 10_000, 0), line("interest", 500, 10), line("fee", 2_500, 20))


def test_a_part_payment_pays_in_the_order_of_the_rule() -> None:
    paid = line("payment", -4_000, 30)
    assert left(*DEBT, paid) == {FEE: 0, INTEREST: 0, PRINCIPAL: 9_000}
    other = (PRINCIPAL, INTEREST, FEE)
    assert left(*DEBT, paid, order=other) == {PRINCIPAL: 6_000, INTEREST: 500, FEE: 2_500}
    (shown,) = allocate((*DEBT, paid), "USD", ORDER).lines
    assert [(part, money.minor) for part, money in shown.parts] == [
        (FEE, 2_500),
        (INTEREST, 500),
        (PRINCIPAL, 1_000),
    ]


def test_fees_and_interest_added_after_the_principal_was_paid_stay_owed() -> None:
    paid = line("payment", -10_000, 5)
    assert left(*DEBT, paid) == {FEE: 2_500, INTEREST: 500, PRINCIPAL: 0}
    waived = line("fee", -2_500, 40, "waived: goodwill")
    assert left(*DEBT, paid, waived) == {FEE: 0, INTEREST: 500, PRINCIPAL: 0}


def test_a_credit_note_and_a_payment_are_both_seen_and_the_sum_is_right() -> None:
    entries = (*DEBT, line("credit", -1_000, 25), line("payment", -3_000, 30))
    allocation = allocate(entries, "USD", ORDER)
    assert [line.entry_id for line in allocation.lines] == ["credit25-0", "payment30-0"]
    assert sum(s.left.minor for s in allocation.shares) == total(entries, "USD").minor == 9_000
    itemised = itemise(entries, "USD")
    assert itemised is not None
    assert (itemised.credited.minor, itemised.fees.minor, itemised.interest.minor) == (
        4_000,
        2_500,
        500,
    )


def test_what_is_taken_back_reopens_what_was_paid_last() -> None:
    paid, back = line("payment", -4_000, 30), line("chargeback", 1_500, 40)
    allocation = allocate((*DEBT, paid, back), "USD", ORDER)
    assert [(p, m.minor) for p, m in allocation.lines[-1].parts] == [
        (PRINCIPAL, -1_000),
        (INTEREST, -500),
    ]
    assert left(*DEBT, paid, back) == {FEE: 0, INTEREST: 500, PRINCIPAL: 10_000}


def test_what_was_paid_in_advance_pays_a_later_charge() -> None:
    entries = (line("charge", 1_000, 0), line("payment", -1_500, 1), line("fee", 300, 2))
    allocation = allocate(entries, "USD", ORDER)
    assert (allocation.credit.minor, left(*entries)) == (200, {FEE: 0, INTEREST: 0, PRINCIPAL: 0})


_KINDS = ("charge", "fee", "interest", "payment", "credit", "refund", "chargeback", "adjustment")


@given(
    amounts=st.lists(
        st.tuples(st.sampled_from(_KINDS), st.integers(1, 5_000), st.integers(0, 9)), max_size=15
    ),
    order=st.sampled_from(list(permutations(ORDER))),
)
def test_nothing_is_lost_in_applying(
    amounts: list[tuple[str, int, int]], order: tuple[str, ...]
) -> None:
    entries = [
        line(kind, -minor if kind in ("payment", "credit") else minor, day, number=n)
        for n, (kind, minor, day) in enumerate(amounts)
    ]
    allocation = allocate(entries, "USD", order)
    owed = sum(s.left.minor for s in allocation.shares) - allocation.credit.minor
    assert owed == total(entries, "USD").minor
    assert allocation.credit.minor >= 0
    assert all(0 <= s.applied.minor <= s.charged.minor for s in allocation.shares)
    assert allocate(entries[::-1], "USD", order) == allocation, "the order of rows means nothing"
