"""Payments of files that name no single debt: how they were laid, and those that wait for a person.

`work/{creditor}/payments/laid/{id}.json` and `.../held/{id}.json` are one payment each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.reasons import UNPLACED
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.domain.payments.laying import Shares
from dunlin.ports.accounts import Accounts
from dunlin.ports.imports import DropBox
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.staff_command import (
    AccountChange,
    CommandResult,
    StaffCommand,
    apply_command,
    woken,
)
from dunlin.service.imports import work

WHY = {
    "equal_debts": "it pays a part of debts that are due on one day",
    "more_than_owed": "it is more than is owed",
    "nothing_owed": "nothing is owed",
    "another_person": "it names a debt of another person",
    "several_accounts": "several accounts go by the number it names",
    "unknown_number": "it names a number that no debt is known by",
    "several_people": "several people bear the payer's name",
    "currency_differs": "what is owed is in another currency",
    "returned": "it came back, and nothing says which debt it had paid",
    "counted_in_part": "the newest files of some of these debts know of it, and of others not",
}
"""What each code says, after "to be placed, for ..."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPayment:
    """A payment that a person must place. `amount` is below nought where it came back; `accounts`
    are the debts that it may pay and that wait for it; `why` is one of `WHY`."""

    creditor: str
    payment_id: str
    import_id: str
    file: str
    row: int
    day: str
    amount: Money
    payer: str
    text: str
    why: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidPayment:
    """How a payment was laid, and by which import; "" where a person placed it."""

    import_id: str
    shares: Shares


def put_before_staff(account: Account) -> Account:
    """A debt that a payment may pay, before staff, besides what they look at already."""
    return lifecycle.put_before_staff(account, UNPLACED) if account.owes else account


def place(
    payment: HeldPayment,
    shares: Shares,
    order: StaffCommand,
    *,
    tell: Callable[[Account, Money], None],
    book: Accounts,
    waker: LadderWaker,
    drop_box: DropBox,
    now: datetime,
) -> None:
    """Lay a held payment as a person says, and let the debts go that waited for it. `shares` are
    above nought and together at most the payment; what they leave out is for none of these debts.
    `tell` says to an account what it was paid, or below nought what came back of that; it is told
    again where the act is done again. Raises `DomainError`, and what `tell` raises."""
    accounts = _checked(payment, shares, book)
    before = laid(payment.creditor, payment.payment_id, drop_box=drop_box)
    if before is not None and before.shares != shares:
        raise DomainError("this payment was placed before in another way")
    content = LaidPayment(import_id="", shares=shares)
    keep_laid(payment.creditor, payment.payment_id, content, drop_box=drop_box)
    sign = -1 if payment.amount.minor < 0 else 1
    for account, (_, minor) in zip(accounts, shares, strict=True):
        tell(account, Money(sign * minor, payment.amount.currency))
    others = [p for p in held(payment.creditor, drop_box=drop_box) if p != payment]
    waited = {a for other in others for a in other.accounts}
    for account_id in payment.accounts:
        if account_id not in waited:
            done = apply_command(account_id, order, partial(_let_go, now), book=book, now=now)
            woken(account_id, done, waker)
    drop_box.remove(_key(payment.creditor, "held", payment.payment_id))


def _checked(payment: HeldPayment, shares: Shares, book: Accounts) -> list[Account]:
    accounts = []
    for account_id, minor in shares:
        account = book.account(account_id)
        if account is None or account.creditor != payment.creditor:
            raise DomainError("there is no such account of this creditor")
        if account.balance.currency != payment.amount.currency:
            raise DomainError(f"{account.reference} is in {account.balance.currency}")
        if minor <= 0:
            raise DomainError("what is laid on an account is above nought")
        accounts.append(account)
    if len(dict(shares)) < len(shares):
        raise DomainError("an account is named twice")
    if sum(minor for _, minor in shares) > abs(payment.amount.minor):
        raise DomainError(f"that is more than the payment, {payment.amount}")
    return accounts


def _let_go(now: datetime, account: Account) -> CommandResult | AccountChange:
    after = lifecycle.decided(account, UNPLACED, now)
    if after == account:
        return CommandResult(outcome="unchanged")
    return AccountChange(what="PaymentPlaced", account=after, data={"trigger": UNPLACED})


def laid(creditor: str, payment_id: str, *, drop_box: DropBox) -> LaidPayment | None:
    """How a payment was laid, None where it was not."""
    raw = work.read_json(drop_box, _key(creditor, "laid", payment_id))
    if raw is None:
        return None
    return LaidPayment(import_id=raw["import"], shares=tuple((a, m) for a, m in raw["shares"]))


def keep_laid(creditor: str, payment_id: str, laid: LaidPayment, *, drop_box: DropBox) -> None:
    """Keep how a payment was laid."""
    content = {"import": laid.import_id, "shares": laid.shares}
    work.write_json(drop_box, _key(creditor, "laid", payment_id), content)


def keep_held(payment: HeldPayment, *, drop_box: DropBox) -> bool:
    """Keep a payment for a person; False where an import before this one kept it already."""
    key = _key(payment.creditor, "held", payment.payment_id)
    before = work.read_json(drop_box, key)
    if before is not None:
        return bool(before["import"] == payment.import_id)
    content = {
        "import": payment.import_id,
        "file": payment.file,
        "row": payment.row,
        "day": payment.day,
        "minor": payment.amount.minor,
        "currency": payment.amount.currency,
        "payer": payment.payer,
        "text": payment.text,
        "why": payment.why,
        "accounts": payment.accounts,
    }
    work.write_json(drop_box, key, content)
    return True


def held(creditor: str, *, drop_box: DropBox) -> list[HeldPayment]:
    """The payments of a creditor that wait for a person, the oldest first."""
    read = ((k, work.read_json(drop_box, k)) for k in drop_box.keys(_key(creditor, "held", "")))
    waiting = [_held(creditor, key, raw) for key, raw in read if raw is not None]
    return sorted(waiting, key=lambda p: (p.day, p.file, p.row))


def _held(creditor: str, key: str, raw: dict[str, Any]) -> HeldPayment:
    return HeldPayment(
        creditor=creditor,
        payment_id=key.rpartition("/")[2].removesuffix(".json"),
        import_id=raw["import"],
        file=raw["file"],
        row=raw["row"],
        day=raw["day"],
        amount=Money(raw["minor"], raw["currency"]),
        payer=raw["payer"],
        text=raw["text"],
        why=raw["why"],
        accounts=tuple(raw["accounts"]),
    )


def _key(creditor: str, what: str, payment_id: str) -> str:
    return f"work/{creditor}/payments/{what}/{payment_id}" + (".json" if payment_id else "")
