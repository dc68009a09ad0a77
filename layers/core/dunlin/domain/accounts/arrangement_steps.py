"""The steps of an account's life that an arrangement takes: asked for, in force, answered, ended.

Steps like those of `lifecycle`, an account in and an account out; `lifecycle.keep_arrangement`
gives back the hold of one in force.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dunlin.domain.accounts import legality, lifecycle, reasons
from dunlin.domain.accounts.account import PAYS_IN_INSTALMENTS, Account, Hold, Status
from dunlin.domain.accounts.legality import StepRefusal, StepRefused
from dunlin.domain.accounts.reasons import ASKED_BESIDES, BROKEN, REQUEST


def request_arrangement(account: Account, arrangement_id: str) -> Account:
    """The person asks for an arrangement that staff must decide. One that is in force stays the
    account's until then."""
    asked = _forget(lifecycle.put_before_staff(account, REQUEST), reasons.COUNTERED, ASKED_BESIDES)
    if account.arranged:
        return replace(asked, approved_triggers=(*asked.approved_triggers, ASKED_BESIDES))
    return replace(asked, arrangement_id=arrangement_id)


def begin_arrangement(account: Account, arrangement_id: str) -> Account:
    """An arrangement in force: the ladder stands still while it is kept. A dispute holds on."""
    legality.needs_debt("begin_arrangement", account)
    if account.hold is Hold.PAYMENT_PENDING:
        raise StepRefused("begin_arrangement", StepRefusal.HELD)
    begun = replace(
        _let_pass(_forget(account, ASKED_BESIDES), REQUEST, BROKEN),
        arrangement_id=arrangement_id,
        arranged=True,
        due_at=None,
        next_action=None,
    )
    if account.hold is Hold.DISPUTE:
        return begun
    return replace(begun, hold=Hold.ARRANGEMENT, hold_reason=PAYS_IN_INSTALMENTS)


def counter_request(account: Account, why: str, until: datetime) -> Account:
    """Staff answered a request with other terms; the ladder rests while they stand, where
    nothing stricter holds it."""
    answered = _let_pass(_forget(account, ASKED_BESIDES), REQUEST)
    passed = (*answered.approved_triggers, reasons.COUNTERED)
    answered = replace(answered, approved_triggers=passed)
    if legality.held_firmly(account) or not account.owes:
        return answered
    return replace(answered, hold=Hold.SNOOZED, hold_reason=why, due_at=until)


def decline_request(account: Account, arrangement_id: str, at: datetime) -> Account:
    """Staff refused a request; where it was the account's own the ladder goes on at `at`."""
    answered = _let_pass(_forget(account, ASKED_BESIDES), REQUEST)
    mine = account.arrangement_id == arrangement_id
    return end_arrangement(answered, at) if mine else lifecycle.go_on(answered, at)


def withdraw_arrangement(account: Account, at: datetime, *, countered: bool) -> Account:
    """The arrangement or the request for one is called off, and the ladder goes on at `at`.
    `countered`: an offer of ours was open, for whose answer the ladder rested."""
    answered = _let_pass(_forget(account, ASKED_BESIDES), REQUEST)
    if countered and account.hold is Hold.SNOOZED:
        answered = replace(answered, hold=None, hold_reason="", due_at=None)
    return end_arrangement(answered, at)


def end_arrangement(account: Account, at: datetime) -> Account:
    """No arrangement any more: the ladder goes on at `at`, or later where that was planned.
    Another hold stays, and where the debt has ended there is nothing to go on with."""
    ended = replace(account, arrangement_id="", arranged=False)
    if account.hold not in (Hold.ARRANGEMENT, None):
        return ended
    free = replace(ended, hold=None, hold_reason="", due_at=None)
    if account.status is not Status.ACTIVE:
        return free
    kept = account.due_at if account.hold is None else None
    return replace(free, due_at=max(at, kept) if kept else at)


def break_arrangement(account: Account, at: datetime, *, manual: bool, looks: bool) -> Account:
    """An instalment was missed. `manual`: staff made the arrangement, and see to it themselves.
    `looks`: the strategy has a person look before the ladder goes on at `at`, once."""
    ended = end_arrangement(account, at)
    if manual:
        why = "A payment of an arrangement made by hand was missed"
        return replace(lifecycle.review(ended, why), due_at=None) if ended.owes else ended
    if not ended.owes:
        return ended
    # Where no ladder goes on, nobody but staff would ever follow it up.
    first = looks and BROKEN not in account.approved_triggers
    return lifecycle.put_before_staff(ended, BROKEN) if first or not account.on_ladder else ended


def _forget(account: Account, *marks: str) -> Account:
    """The account without marks that stand among its triggers."""
    left = tuple(t for t in account.approved_triggers if t not in marks)
    return replace(account, approved_triggers=left)


def _let_pass(account: Account, *triggers: str) -> Account:
    """The account without these triggers; what else waits for a person, waits on."""
    front, behind = reasons.in_order(t for t in account.waiting if t not in triggers)
    return replace(account, escalated=front, behind=behind)
