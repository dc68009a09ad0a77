"""What files say of a person that forbids to write: it holds every debt of theirs in the book."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import Consumer, Flag
from dunlin.domain.imports import barring
from dunlin.domain.imports.types import NormalisedAccount
from dunlin.ports.accounts import People
from dunlin.service.imports.plans import ImportContext, ImportPlan, Read

# What a person must decide comes before what a file or time lifts: an account has one hold.
HOLDS = {
    "deceased": (Hold.REVIEW, "The file says that the person has died."),
    "bankruptcy": (Hold.REVIEW, "The file names a bankruptcy."),
    "attorney": (Hold.REVIEW, "The file says that an attorney speaks for the person."),
    "legal_action": (Hold.REVIEW, "The file says that the debt is in court."),
    "do_not_contact": (Hold.REVIEW, "The file says not to contact this person."),
    "minor": (Hold.REVIEW, "The file says that the person is under 18."),
    "fraud": (Hold.REVIEW, "The file names fraud or a stolen identity."),
    "wrong_person": (Hold.REVIEW, "The file says that this is the wrong person."),
    "vulnerable": (Hold.REVIEW, "The file says that the person is ill, in custody or in service."),
    "agency": (Hold.REVIEW, "The file says that an agency has the debt."),
    "payment_plan": (Hold.REVIEW, "The file says that a payment plan is agreed."),
    "on_hold": (Hold.REVIEW, "The file says that the debt is on hold."),
    "does_not_add_up": (Hold.REVIEW, "The figures of the file's row do not add up."),
    "odd_currency": (Hold.REVIEW, "No other row of the file is in this currency."),
    "disputed": (Hold.DISPUTE, "The file says that it is disputed."),
    "probable_match": (Hold.REVIEW, "Probably the same person as another; confirm it."),
    "payment_shown": (Hold.REVIEW, "The file says that it was paid."),
    "cleared_with_balance": (
        Hold.REVIEW,
        "The file says that it was settled, with a balance left.",
    ),
    "payment_ahead": (Hold.REVIEW, "The file names a day of payment that lies ahead."),
    "due_before_bill": (Hold.REVIEW, "It fell due long before it was billed."),
    "unknown_status": (Hold.REVIEW, "The file gives a status that is not known."),
    "shared_contact": (
        Hold.NO_CONTACT_POINT,
        "The address or number in the file stands under other names too.",
    ),
    "contact_unclear": (
        Hold.NO_CONTACT_POINT,
        "Several contacts, or several debtors, bear this name.",
    ),
    "older_file": (Hold.REVIEW, "An older file names it, and the newer one does not."),
    "no_contact": (Hold.NO_CONTACT_POINT, "No e-mail address or phone number in the file."),
    "no_due_date": (Hold.REVIEW, "The file gives no due date."),
    "two_balances": (Hold.REVIEW, "Two rows of the file give it two balances."),
    "instalments": (Hold.REVIEW, "Is it instalments that fall due on different days?"),
    "insurer": (Hold.INSURER, "The insurer has not answered."),
    "not_due": (Hold.NOT_DUE, "The due date lies ahead."),
}

SAID_BARS = "file_bars"
"""What the files said, among an account's extras and a person's flags: a file that says it again is
no news, whatever was decided here since."""
BARS = frozenset(
    (*barring.STAFF, "unknown_status", "payment_shown", "cleared_with_balance", "payment_ahead")
)


def personal(account_read: NormalisedAccount) -> tuple[str, ...]:
    """The codes of what a row says of the person and not of the debt alone."""
    return tuple(code for code in account_read.holds if code in barring.PERSONAL)


def barred_anew(stored: Account, after: Account, codes: Iterable[str]) -> Account:
    """The account held for a person by what a file says of it that no file said before, whatever
    holds it already; a plan that runs here is no news."""
    before = _told_of(stored)
    bars = [name for name in codes if name in BARS and name not in before]
    if not bars:
        return after
    after = replace(after, extras={**after.extras, SAID_BARS: " ".join([*before, *bars])})
    if after.hold is Hold.ARRANGEMENT:
        bars = [name for name in bars if name != barring.PLAN]
    if not bars or not after.owes:
        return after
    why = HOLDS[bars[0]][1]
    return lifecycle.note_in_dispute(lifecycle.review(after, why), why)


def marked(person: Consumer, codes: Iterable[str], context: ImportContext) -> Consumer:
    """The person with what a file says of them: debts that come later are held by it too."""
    before = _said_of(person)
    new = [code for code in codes if code not in before]
    if not new:
        return person
    by = f"import {context.job.import_id}"
    flag = Flag(at=context.now, by=by, detail={"value": " ".join([*before, *new])})
    return replace(person, flags={**person.flags, SAID_BARS: flag})


def undecided(person: Consumer, book: People) -> tuple[str, ...]:
    """The codes of what files said of a known person, as far as nobody has looked and let a debt
    of theirs go on all the same."""
    codes = _said_of(person)
    if not codes:
        return ()
    theirs = [a for a in book.accounts_of_consumer(person.consumer_id) if a.owes]
    waits = (Hold.REVIEW, Hold.DISPUTE)
    let_go = {code for a in theirs if a.hold not in waits for code in _told_of(a)}
    return tuple(code for code in codes if code not in let_go)


def hold_others(
    plan: ImportPlan,
    codes: tuple[str, ...],
    consumer_id: str,
    *,
    book: People,
    context: ImportContext,
    read: Read,
) -> ImportPlan:
    """The plan with every other debt of the person held by what the file says of them. Asked of
    each row that says so, told before or not: what another writer was faster at is made good."""
    if not codes:
        return plan
    written = {change.account.account_id for change in plan.changes if change.account is not None}
    changes, wake = [], []
    for known in book.accounts_of_consumer(consumer_id):
        account = read.accounts.get(known.account_id, known)
        after = barred_anew(account, account, codes)
        if known.account_id in written or not account.owes or after == account:
            continue
        data = {"why": "said of the person", "codes": list(codes)}
        changes.append(context.changed(account, "AccountHeld", data=data, after=after))
        if account.status is Status.ACTIVE:
            wake.append(account.account_id)
    return replace(plan, changes=(*plan.changes, *changes), wake=(*plan.wake, *wake))


def _told_of(account: Account) -> list[str]:
    return account.extras.get(SAID_BARS, "").split()


def _said_of(person: Consumer) -> list[str]:
    flag = person.flags.get(SAID_BARS)
    return str(flag.detail["value"]).split() if flag else []
