"""An account's life: every step that changes where it stands, an account in, an account out.

Nothing else, but for `absence` and `arrangement_steps`, sets an account's status, hold, escalation,
case, due time, place on its ladder, arrangement or override;
`tests/accounts/test_lifecycle_alone.py` reads the code for anybody who does. A step that makes no
sense where an account stands is refused by name, which is a bug of whoever took it: a use case
looks first. `legality` says what no account may be; every write is held to it. Version and chain
belong to the write, not to the step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from dunlin.domain.accounts import legality, reasons
from dunlin.domain.accounts.account import (
    PAYS_IN_INSTALMENTS,
    STAFF_HOLDS,
    TIMED_HOLDS,
    Account,
    Case,
    Hold,
    NextAction,
    Override,
    Restarts,
    Status,
)
from dunlin.domain.accounts.legality import StepRefusal, StepRefused
from dunlin.domain.accounts.reasons import (
    BROKEN_PROMISE,
    PAUSED,
    PROMISES,
    REQUEST,
    in_order,
    waits_for_place,
)

_PATIENCE, _MOST_RESTARTS = timedelta(days=1), 5
"""How long a ladder may get nowhere, and how often it is begun again at least."""
_FOR_STAFF = (Hold.DISPUTE, Hold.REVIEW)
# What waits for money or for an insurer, and for a person besides where one must look.
_ELSEWHERE_DUE = (Hold.PAYMENT_PENDING, Hold.ARRANGEMENT, Hold.INSURER)


def complete(account: Account, at: datetime) -> Account:
    """What every step ends with, at the instant of its write: an arrangement in force holds the
    account where nothing else does, and a case is open exactly while the account waits for
    staff."""
    return attend(keep_arrangement(account), at)


def activate(
    account: Account,
    *,
    strategy_version: int,
    ladder: str,
    cohort: str,
    shadow: bool,
    at: datetime,
) -> Account:
    """The account on its ladder, which looks at once until `plan_next` says when. A rest whose
    time has come, or that a file asked for until the debt is due, is over."""
    if account.status is not Status.IMPORTED:
        raise StepRefused("activate", StepRefusal.NOT_IMPORTED)
    if account.balance.minor <= 0:
        raise StepRefused("activate", StepRefusal.NOTHING_OWED)
    legality.needs_no_hold("activate", account)
    return replace(
        account,
        status=Status.ACTIVE,
        hold=None,
        hold_reason="",
        strategy_version=strategy_version,
        ladder=ladder,
        ladder_run=account.ladder_run + 1,
        rung=0,
        occurrence=0,
        cohort=cohort,
        shadow=shadow,
        activated_at=at,
        due_at=at,
        next_action=None,
    )


def plan_next(account: Account, action: NextAction) -> Account:
    """The account with what its ladder does next."""
    legality.needs_ladder("plan_next", account)
    return replace(account, due_at=action.at, next_action=action)


def show_next(account: Account, *, channel: str, template: str) -> Account:
    """The next action as it would go out now; its time stands. Nothing planned, nothing shown."""
    if account.next_action is None or account.status is not Status.ACTIVE:
        return account
    action = replace(account.next_action, channel=channel, template=template)
    return replace(account, next_action=action)


def take_ladder(account: Account, ladder: str) -> Account:
    """The account on another ladder of its strategy, where `ladder` names one."""
    return replace(account, ladder=ladder or account.ladder)


def defer(account: Account, until: datetime, reason: str, *, ladder: str = "") -> Account:
    """The next rung put off until an instant; what it was to be, it stays."""
    legality.needs_ladder("defer", account)
    action = account.next_action or NextAction(at=until, channel="", template="", reason=reason)
    action = replace(action, at=until, reason=reason)
    return replace(take_ladder(account, ladder), due_at=until, next_action=action)


def look_again(account: Account, at: datetime) -> Account:
    """The ladder looks at an instant, whatever it had planned."""
    legality.needs_ladder("look_again", account)
    return replace(account, due_at=at)


def permit_rung(account: Account, *, until: datetime, ladder: str = "") -> Account:
    """One more attempt at the rung, whose sender reports back before `until`."""
    legality.needs_ladder("permit_rung", account)
    if account.hold is not None or account.escalated or account.paused:
        raise StepRefused("permit_rung", StepRefusal.HELD)
    return replace(take_ladder(account, ladder), occurrence=account.occurrence + 1, due_at=until)


def use_rung(account: Account, name: str, *, ladder: str, at: datetime) -> Account:
    """The rung of that name counts as used and is never used again; also where the debt ended
    while its message was on its way. What comes next is for `plan_next`."""
    return replace(
        account,
        ladder=ladder,
        rung=account.rung + 1,
        occurrence=0,
        sent=(*account.sent, name),
        touched_at=at,
    )


def replan(
    account: Account, *, strategy_version: int, ladder: str, action: NextAction | None = None
) -> Account:
    """The account under a newer version of its strategy, with another next action where the
    version changes it."""
    legality.needs_ladder("replan", account)
    moved = replace(account, strategy_version=strategy_version, ladder=ladder)
    return plan_next(moved, action) if action is not None else moved


def restart(account: Account) -> Account:
    """A new run of the ladder at the same rung: names of executions stay taken, runs do not."""
    legality.needs_ladder("restart", account)
    return replace(account, ladder_run=account.ladder_run + 1)


def begin_again(account: Account, at: datetime) -> Account:
    """A new run after the execution was lost. A ladder that is begun again and again and has got
    nowhere for a day has failed: no further run would fare better, and a person must look."""
    due, before = account.due_at, account.restarts
    if due is None:
        return restart(account)
    times = before.times + 1 if before is not None and before.due_at == due else 1
    if times > _MOST_RESTARTS and at - due >= _PATIENCE:
        legality.needs_ladder("begin_again", account)
        return replace(account, status=Status.FAILED, restarts=None)
    return replace(restart(account), restarts=Restarts(due_at=due, times=times))


def exhaust(account: Account) -> Account:
    """The ladder is over, and something is still owed. A rest that was still noted is over."""
    legality.needs_ladder("exhaust", account)
    legality.needs_no_hold("exhaust", account)
    return replace(_idle(account), status=Status.EXHAUSTED)


def hold_out(account: Account, *, cohort: str, why: str) -> Account:
    """Left without contact, so that the others can be measured by it."""
    if account.status is not Status.IMPORTED:
        raise StepRefused("hold_out", StepRefusal.NOT_IMPORTED)
    if account.cohort:
        raise StepRefused("hold_out", StepRefusal.IN_ROLLOUT)
    return replace(account, hold=Hold.HOLDOUT, hold_reason=why, cohort=cohort)


def settle(account: Account) -> Account:
    """Nothing is owed any more. What a person at the creditor must still answer stays with them;
    an account that the creditor took back stays closed."""
    if account.balance.minor > 0:
        raise StepRefused("settle", StepRefusal.OWES)
    status = Status.CLOSED if account.status is Status.CLOSED else Status.SETTLED
    return _ended(account, status, legality.OUTLIVES[status] - {Hold.PAYMENT_PENDING})


def close(account: Account) -> Account:
    """The creditor took the account back: nothing holds it and nobody need look, but for a
    question of the person, which is still to be answered."""
    return _ended(account, Status.CLOSED, frozenset())


def dismiss(account: Account) -> Account:
    """Closed by staff, who have seen what the person asked."""
    return replace(close(account), case=None)


def _ended(account: Account, status: Status, outlives: frozenset[Hold]) -> Account:
    stays = account.hold in outlives
    return replace(
        account,
        status=status,
        hold=account.hold if stays else None,
        hold_reason=account.hold_reason if stays else "",
        escalated="",
        behind=(),
        due_at=None,
        next_action=None,
    )


def reopen(account: Account, why: str) -> Account:
    """Something is owed again, as after a refund: the ladder that ended is over and its
    execution's name is taken, so a new run begins, for staff to free."""
    legality.needs_end("reopen", account, Status.SETTLED)
    began = account.ladder_run > 0
    return replace(
        review(_anew(account), why),
        status=Status.ACTIVE if began else Status.IMPORTED,
        ladder_run=account.ladder_run + 1 if began else 0,
    )


def reimport(account: Account) -> Account:
    """A newer file asks for it again: it stands as on its first day, until a rollout takes it."""
    legality.needs_end("reimport", account, *legality.ENDED)
    marks = (reasons.COUNTERED, reasons.ASKED_BESIDES)
    kept = tuple(t for t in account.approved_triggers if t in marks)
    return replace(_anew(account), status=Status.IMPORTED, cohort="", approved_triggers=kept)


def reenter(account: Account) -> Account:
    """An exhausted account among the imported ones again, for the next rollout; a rung that it
    has used stays used."""
    if account.status is not Status.EXHAUSTED:
        raise StepRefused("reenter", StepRefusal.NOT_EXHAUSTED)
    return replace(
        account,
        status=Status.IMPORTED,
        ladder="",
        cohort="",
        escalated="",
        behind=(),
        activated_at=None,
        due_at=None,
        next_action=None,
    )


def _anew(account: Account) -> Account:
    """What is owed once more is asked for once more; a request nobody decided waits once more."""
    asked = (REQUEST,) if legality.has_undecided_request(account) else ()
    return _before_staff(replace(account, rung=0, occurrence=0, sent=()), asked)


def hold(account: Account, wanted: Hold, why: str, at: datetime) -> Account:
    """The account held for a person, never less strictly than before.
    A dispute outranks a review and the reasons of both add up. What waits for money keeps its
    hold and its list of payments, and waits for a person besides. Where nothing is owed any more
    a review is what staff see.
    """
    wanted = wanted if account.owes else Hold.REVIEW
    if account.hold in _FOR_STAFF:
        if why in account.hold_reason and wanted in (account.hold, Hold.REVIEW):
            return account
        wanted = Hold.DISPUTE if Hold.DISPUTE in (wanted, account.hold) else Hold.REVIEW
        why = ", ".join(dict.fromkeys(filter(None, (*account.hold_reason.split(", "), why))))
    elif account.owes and account.hold in _ELSEWHERE_DUE and wanted in (Hold.REVIEW, Hold.INSURER):
        return put_before_staff(account, "reply")
    return replace(
        account,
        hold=wanted,
        hold_reason=why,
        next_action=NextAction(at=at, channel="", template="", reason=why),
    )


def hold_by_file(account: Account, wanted: Hold, why: str) -> Account:
    """Held by what a creditor's file says. What holds an account already is not given up."""
    if account.status in legality.ENDED:
        raise StepRefused("hold_by_file", StepRefusal.ENDED)
    if account.hold is not None:
        raise StepRefused("hold_by_file", StepRefusal.HELD)
    if wanted in TIMED_HOLDS and account.status is not Status.IMPORTED:
        raise StepRefused("hold_by_file", StepRefusal.NOT_IMPORTED)
    return replace(account, hold=wanted, hold_reason=why)


def review(account: Account, why: str) -> Account:
    """A person must look, whatever held the account: the reasons add up. A dispute waits for the
    same people already and must not be lost."""
    if account.hold is Hold.DISPUTE:
        return account
    if account.hold is not Hold.REVIEW:
        return replace(account, hold=Hold.REVIEW, hold_reason=why)
    reasons = [r for r in account.hold_reason.split(", ") if r]
    return replace(account, hold_reason=", ".join(dict.fromkeys([*reasons, why])))


def note_in_dispute(account: Account, why: str) -> Account:
    """Whoever answers the dispute that holds the account reads what else there is."""
    if account.hold is not Hold.DISPUTE or why in account.hold_reason:
        return account
    return replace(account, hold_reason=", ".join(filter(None, (account.hold_reason, why))))


def reviewed(account: Account, why: str, at: datetime) -> Account:
    """One reason of a review is gone by itself, as when what was paid too much went back."""
    reasons = [r for r in account.hold_reason.split(", ") if r]
    if account.hold is not Hold.REVIEW or why not in reasons:
        return account
    left = ", ".join(r for r in reasons if r != why)
    return replace(account, hold_reason=left) if left else lift(account, at)


def placed(account: Account, at: datetime) -> Account:
    """It is known by now where the person lives: an account whose ladder stopped because nobody
    knew looks again, and every other rule is asked anew."""
    waits = account.runs and account.hold is Hold.REVIEW and waits_for_place(account.hold_reason)
    return lift(account, at) if waits and not account.has_open_message else account


def stop(account: Account, why: str) -> Account:
    """The ladder cannot go on by itself: held for a person, and no time stands. What else holds
    the account, or waits for a person already, holds it still."""
    legality.needs_ladder("stop", account)
    if account.hold in _FOR_STAFF:
        return review(account, why)
    if legality.held_firmly(account):
        return account
    return replace(account, hold=Hold.REVIEW, hold_reason=why, due_at=None, next_action=None)


def lift(account: Account, at: datetime) -> Account:
    """Nothing holds the account. Its ladder goes on at the time it kept, or looks at `at`."""
    if account.hold is None:
        return account
    return go_on(replace(account, hold=None, hold_reason=""), at)


def go_on(account: Account, at: datetime) -> Account:
    """An active account that nothing holds keeps its time, and has one."""
    waits = account.hold is not None or bool(account.escalated) or account.due_at is not None
    return account if waits or not account.runs else look_again(account, at)


def await_payment(account: Account, payment_id: str) -> Account:
    """Outreach freezes while a bank has the money; `hold_reason` names the payments. What must be
    lifted by a person is stricter and stays."""
    waiting = account.hold is Hold.PAYMENT_PENDING
    if not waiting and legality.held_firmly(account):
        return account
    names = set(account.hold_reason.split()) if waiting else set()
    reason = " ".join(sorted(names | {payment_id}))
    return replace(account, hold=Hold.PAYMENT_PENDING, hold_reason=reason)


def payment_over(account: Account, payment_id: str, at: datetime) -> Account:
    """A payment is with its bank no longer; after the last one nothing holds the account, but
    for the rest that no ladder would have ended, as after a promise: it goes on to its day."""
    names = set(account.hold_reason.split()) if account.hold is Hold.PAYMENT_PENDING else set()
    if payment_id not in names:
        return account
    left = " ".join(sorted(names - {payment_id}))
    why = account.rest_beneath
    if left or not why:
        return replace(account, hold_reason=left) if left else lift(account, at)
    return replace(account, hold=Hold.PROMISE if why in PROMISES else Hold.SNOOZED, hold_reason=why)


def rest_until(account: Account, wanted: Hold, why: str, until: datetime) -> Account:
    """The account at rest until an instant; afterwards its ladder goes on by itself.
    A hold that somebody must lift is stricter and stays. A new wish of the same kind takes the
    place of the one before; of two different ones the later counts.
    """
    if not account.owes or legality.held_firmly(account):
        return account
    later = account.hold not in (None, wanted) and account.due_at is not None
    if later and account.due_at is not None and account.due_at > until:
        return account
    action = NextAction(at=until, channel="", template="", reason=why)
    return replace(account, hold=wanted, hold_reason=why, due_at=until, next_action=action)


def rest_after(account: Account, why: str, until: datetime) -> Account:
    """The account at rest after a reply, and no rung earlier than it was planned."""
    return rest_until(account, Hold.SNOOZED, why, max(until, account.due_at or until))


def end_rest(account: Account) -> Account:
    """The end of a rest that no ladder ends: nobody is contacted, and after a promise, by whose
    day something is still owed, a person at the creditor looks."""
    if not account.resting:
        raise StepRefused("end_rest", StepRefusal.NOT_RESTING)
    over = _idle(account)
    broken = account.hold is Hold.PROMISE
    return put_before_staff(over, BROKEN_PROMISE) if broken else over


def take_back_rest(account: Account, at: datetime) -> Account:
    """A rest that the person promised or asked for is over by their own word: its ladder looks at
    once; without one nothing is planned, and nobody need look. One that staff chose stays."""
    if account.hold not in (Hold.PROMISE, Hold.SNOOZED) or account.snoozed_by_staff:
        return account
    return go_on(_idle(account), at)


def snooze(account: Account, why: str, until: datetime) -> Account:
    """Put to rest by staff; the rung that comes after it stays as it was planned."""
    legality.needs_ladder("snooze", account)
    legality.needs_no_hold("snooze", account)
    if account.paused:
        raise StepRefused("snooze", StepRefusal.HELD)
    return replace(defer(account, until, why), hold=Hold.SNOOZED, hold_reason=why)


def pause(account: Account, *, by: str, why: str) -> Account:
    """Kept from being contacted until staff resume it, whatever hold comes and goes meanwhile."""
    if account.status in legality.ENDED:
        raise StepRefused("pause", StepRefusal.ENDED)
    marked = replace(account.override or Override(), paused=True, by=by, why=why)
    return hold_paused(replace(account, override=marked))


def hold_paused(account: Account) -> Account:
    """The pause of staff as the hold of an account that nothing stricter holds."""
    if account.status in legality.ENDED or legality.held_firmly(account):
        return account
    return replace(account, hold=Hold.PAUSED, hold_reason=PAUSED)


def resume(account: Account, *, by: str, why: str, at: datetime) -> Account:
    """The end of a pause or a snooze of staff. What else holds the account holds it still; its
    ladder goes on at the time it kept, after a snooze at once."""
    override = account.override
    if override is not None:
        kept = replace(override, paused=False, by=by, why=why)
        override = None if kept == Override(by=by, why=why) else kept
    account = replace(account, override=override)
    snoozed = account.snoozed_by_staff
    if not snoozed and account.hold is not Hold.PAUSED:
        return go_on(account, at)
    free = replace(account, hold=None, hold_reason="")
    if free.status is not Status.ACTIVE:
        return replace(free, due_at=None)
    due = at if snoozed or free.due_at is None else max(free.due_at, at)
    action = free.next_action and replace(free.next_action, at=due, reason="Resumed by staff.")
    return replace(free, due_at=due, next_action=action)


def override_by_staff(account: Account, wanted: Override) -> Account:
    """What staff decide in place of the strategy; a pause of theirs stays as it is."""
    legality.needs_debt("override_by_staff", account)
    paused = account.override is not None and account.override.paused
    return replace(account, override=replace(wanted, paused=paused))


def escalate(account: Account, trigger: str) -> Account:
    """A trigger fired: the ladder stands still until a person has let it pass, and no time
    stands. A rest that was still noted is over."""
    legality.needs_ladder("escalate", account)
    legality.needs_no_hold("escalate", account)
    return _before_staff(_idle(account), (*account.waiting, trigger))


def _idle(account: Account) -> Account:
    """Nothing holds it, nothing is planned, and no time stands."""
    return replace(account, hold=None, hold_reason="", due_at=None, next_action=None)


def put_before_staff(account: Account, trigger: str) -> Account:
    """A person must decide something besides what holds the account, and besides what is before
    them already; it keeps its time."""
    legality.needs_debt("put_before_staff", account)
    return _before_staff(account, (*account.waiting, trigger))


def _before_staff(account: Account, triggers: Iterable[str]) -> Account:
    """The account with these triggers, and no others, before a person."""
    front, behind = in_order(triggers)
    return replace(account, escalated=front, behind=behind)


def decided(account: Account, trigger: str, at: datetime) -> Account:
    """A person decided what a trigger had put before them: what else waits, waits on."""
    if trigger not in account.waiting:
        return account
    return go_on(_before_staff(account, (t for t in account.waiting if t != trigger)), at)


def contest(account: Account, minor: int) -> Account:
    """How much of the balance is contested and not asked for, in minor units."""
    return replace(account, contested_minor=max(0, minor))


def ask(account: Account, kind: str, at: datetime) -> Account:
    """A message of the person that waits for an answer, of a kind of the staff queue: the oldest
    keeps its time, and who has the case keeps it."""
    case = account.case or Case()
    return replace(account, case=replace(case, kind=kind, asked_at=case.asked_at or at))


def answer(account: Account, at: datetime) -> Account:
    """What the person asked was answered; what else waits, waits on."""
    case = replace(account.case or Case(), asked_at=None, kind="")
    return go_on(replace(account, case=case), at)


def take_case(account: Account, owner: str) -> Account:
    """The case in the hands of a member of staff."""
    legality.needs_wait("take_case", account)
    return replace(account, case=replace(account.case or Case(), owner=owner))


def lapse_case(account: Account) -> Account:
    """The time within which the creditor means to answer is over, and staff are told, once."""
    legality.needs_wait("lapse_case", account)
    return replace(account, case=replace(account.case or Case(), lapsed=True))


def attend(account: Account, at: datetime) -> Account:
    """The account with a case from the moment it waits for staff, and without one after."""
    if not account.waits_for_staff:
        return replace(account, case=None) if account.case else account
    case = account.case or Case()
    return account if case.since else replace(account, case=replace(case, since=at))


def keep_held(account: Account) -> Account:
    """Staff decided that it stays with a person and that nothing is sent."""
    legality.needs_wait("keep_held", account)
    held = replace(account, hold=account.hold or Hold.REVIEW)
    return replace(held, hold_reason=account.hold_reason or "Kept on hold by staff.")


def release(account: Account, due: datetime, *, anew: bool = True) -> Account:
    """Let go on at `due` by staff, who have seen to why it waited for them: to what was asked, to
    the trigger in front and to what held it. A trigger behind it comes to the front, and what
    waits for money or is paused waits on. A ladder that failed begins a new run, unless that is
    left to a decision of its own (`anew`)."""
    free = account.hold is None or account.hold in STAFF_HOLDS
    freed = _seen_to(account)
    if anew and account.status is Status.FAILED and account.balance.minor > 0:
        freed = restart(replace(freed, status=Status.ACTIVE))
    return look_again(freed, due) if free and freed.status is Status.ACTIVE else freed


def _seen_to(account: Account) -> Account:
    freed = replace(account, case=None)
    if account.case is not None and account.case.kind == "dispute":
        freed = contest(freed, account.claimed_minor)  # what a file says stays contested
    if account.escalated and (account.escalated != REQUEST or not account.has_open_message):
        # A request that came with a question is decided by itself.
        passed = (*account.approved_triggers, account.escalated)
        freed = _before_staff(replace(freed, approved_triggers=passed), account.behind)
    if account.hold in STAFF_HOLDS:
        freed = replace(freed, hold=None, hold_reason="")
        freed = hold_paused(freed) if account.paused else freed
    return freed


def tell_apart(account: Account, at: datetime) -> Account:
    """Staff said whether its person is another one too: nothing of the question is left."""
    return go_on(replace(lift(account, at), case=None), at)


def keep_arrangement(account: Account) -> Account:
    """The account with its arrangement's hold: one in force outlives every hold that was put in
    its place and lifted, and every wish to rest until a day."""
    free = account.hold is None or account.hold in TIMED_HOLDS
    if not (free and account.arranged and account.owes):
        return account
    return replace(account, hold=Hold.ARRANGEMENT, hold_reason=PAYS_IN_INSTALMENTS, due_at=None)
