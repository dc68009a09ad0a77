"""What no account may be, and which steps cannot be taken from where one stands.

Every step of `lifecycle` lands in a legal state or is refused by name; every write is held to it.
"""

from __future__ import annotations

from enum import StrEnum

from dunlin.domain.accounts.account import TIMED_HOLDS, Account, Hold, Status
from dunlin.domain.accounts.reasons import ASKED_BESIDES, COUNTERED
from dunlin.domain.errors import Defect

ENDED = frozenset({Status.SETTLED, Status.CLOSED})
# What outlives the end of a debt: a person at the creditor must answer it, or money still moves.
OUTLIVES = {
    Status.SETTLED: frozenset({Hold.DISPUTE, Hold.REVIEW, Hold.PAYMENT_PENDING}),
    Status.CLOSED: frozenset({Hold.REVIEW, Hold.PAYMENT_PENDING}),
}


class Violation(StrEnum):
    """What no account may be."""

    SETTLED_AND_OWES = "settled_and_owes"
    PAID_AND_GOES_ON = "paid_and_goes_on"  # its ladder ran, nothing is owed, and it is not settled
    ENDED_AND_HELD = "ended_and_held"  # by what only a debt that is still asked for can be held by
    ENDED_AND_ESCALATED = "ended_and_escalated"
    BEHIND_NOTHING = "behind_nothing"  # a trigger waits behind one that is gone
    ENDED_AND_DUE = "ended_and_due"  # a time or a message ahead, and nobody to wake for it
    UNHELD_AND_EXPLAINED = "unheld_and_explained"  # the reason of a hold that is gone
    HELD_OUT_AND_ACTIVE = "held_out_and_active"
    RESTS_FOREVER = "rests_forever"  # held until a time that is not named
    ARRANGED_WITHOUT_NAME = "arranged_without_name"
    ARRANGEMENT_HOLD_ALONE = "arrangement_hold_alone"  # held for an arrangement not in force
    UNATTENDED = "unattended"  # nothing will happen, and nobody can say why
    WAITS_WITHOUT_CASE = "waits_without_case"
    CASE_WITHOUT_WAIT = "case_without_wait"


def violations(account: Account) -> frozenset[Violation]:
    """All that is wrong with where an account stands; none of a legal one."""
    ended, owed = account.status in ENDED, account.balance.minor > 0
    over = ended or account.status is Status.EXHAUSTED
    rests = account.hold in TIMED_HOLDS
    began = account.status in (Status.ACTIVE, Status.EXHAUSTED, Status.FAILED)
    ahead = account.next_action is not None and bool(account.next_action.channel)
    case = account.case
    by_rule = {
        Violation.SETTLED_AND_OWES: account.status is Status.SETTLED and owed,
        Violation.PAID_AND_GOES_ON: began and not owed,
        Violation.ENDED_AND_HELD: ended
        and account.hold is not None
        and account.hold not in OUTLIVES[account.status],
        Violation.ENDED_AND_ESCALATED: ended and bool(account.escalated or account.behind),
        Violation.BEHIND_NOTHING: bool(account.behind) and not account.escalated,
        Violation.ENDED_AND_DUE: (ended and account.due_at is not None) or (over and ahead),
        Violation.UNHELD_AND_EXPLAINED: account.hold is None and bool(account.hold_reason),
        Violation.HELD_OUT_AND_ACTIVE: account.hold is Hold.HOLDOUT
        and account.status is not Status.IMPORTED,
        Violation.RESTS_FOREVER: account.status in (Status.ACTIVE, Status.FAILED)
        and rests
        and account.due_at is None,
        Violation.ARRANGED_WITHOUT_NAME: account.arranged and not account.arrangement_id,
        Violation.ARRANGEMENT_HOLD_ALONE: account.hold is Hold.ARRANGEMENT and not account.arranged,
        Violation.UNATTENDED: account.unattended,
        Violation.WAITS_WITHOUT_CASE: account.waits_for_staff
        and (case is None or case.since is None),
        Violation.CASE_WITHOUT_WAIT: case is not None and not account.waits_for_staff,
    }
    return frozenset(name for name, so in by_rule.items() if so)


class StepRefusal(StrEnum):
    """Why a step cannot be taken from where an account stands."""

    NOT_IMPORTED = "not_imported"  # its ladder has begun, or its debt has ended
    NOT_ACTIVE = "not_active"  # no ladder runs
    NOT_SETTLED = "not_settled"  # there is nothing to open again
    NOT_EXHAUSTED = "not_exhausted"
    NOTHING_OWED = "nothing_owed"
    OWES = "owes"  # something is owed still
    ENDED = "ended"  # settled, or closed by the creditor
    HELD = "held"  # something else holds it
    IN_ROLLOUT = "in_rollout"  # it belongs to one already
    NOT_RESTING = "not_resting"  # a ladder ends its rest, or it does not rest
    NOT_WAITING = "not_waiting"  # no case of it waits for staff


class StepRefused(Defect):
    """A step that cannot be taken: which, and why. A use case looks first, so that it was tried is
    a bug of ours, and no answer to whoever asked."""

    def __init__(self, step: str, why: StepRefusal) -> None:
        super().__init__(f"{step}: {why.value}")
        self.step = step
        self.why = why


def needs_ladder(step: str, account: Account) -> None:
    """A ladder runs, and something is owed. Raises `StepRefused`, as the others here do."""
    if account.status is not Status.ACTIVE:
        raise StepRefused(step, StepRefusal.NOT_ACTIVE)
    if account.balance.minor <= 0:
        raise StepRefused(step, StepRefusal.NOTHING_OWED)


def needs_debt(step: str, account: Account) -> None:
    """Something is owed, whether or not a ladder runs."""
    if account.status in ENDED:
        raise StepRefused(step, StepRefusal.ENDED)
    if account.balance.minor <= 0:
        raise StepRefused(step, StepRefusal.NOTHING_OWED)


def needs_end(step: str, account: Account, *ends: Status) -> None:
    """Something is owed on an account that had ended so."""
    if account.status not in ends:
        raise StepRefused(step, StepRefusal.NOT_SETTLED)
    if account.balance.minor <= 0:
        raise StepRefused(step, StepRefusal.NOTHING_OWED)


def needs_wait(step: str, account: Account) -> None:
    """A person at the creditor must decide or answer something."""
    if not account.waits_for_staff:
        raise StepRefused(step, StepRefusal.NOT_WAITING)


def needs_no_hold(step: str, account: Account) -> None:
    """Nothing holds the account but a rest that ends by itself."""
    if held_firmly(account):
        raise StepRefused(step, StepRefusal.HELD)


def held_firmly(account: Account) -> bool:
    """True where what holds the account does not end by time alone."""
    return account.hold is not None and account.hold not in TIMED_HOLDS


def has_undecided_request(account: Account) -> bool:
    """The person asked for an arrangement and nobody has decided, as where the debt ended first;
    also beside an arrangement in force."""
    if ASKED_BESIDES in account.approved_triggers:
        return True
    countered = COUNTERED in account.approved_triggers
    return bool(account.arrangement_id) and not account.arranged and not countered
