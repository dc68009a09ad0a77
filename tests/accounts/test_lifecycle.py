"""Every step of an account's life from everywhere an account can stand: it lands in a legal state
or is refused by name. Where a stored account is wrong already, no step makes it worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product

import pytest

from dunlin.domain.accounts import arrangement_steps, lifecycle, reasons
from dunlin.domain.accounts.account import (
    Account,
    Case,
    Hold,
    NextAction,
    Override,
    Restarts,
    Status,
)
from dunlin.domain.accounts.legality import StepRefusal, StepRefused, Violation, violations
from dunlin.domain.money import Money
from tests.support import builders
from tests.support.builders import NOON

Step = Callable[[Account], Account]

LATER = NOON + timedelta(days=3)
RUNG = NextAction(at=LATER, channel="email", template="standard.reminder", reason="Reminder.")
CASES = {
    "none": None,
    "waits": Case(since=NOON),
    "asked": Case(since=NOON, kind="question", asked_at=NOON, owner="ana"),
    "disputed": Case(since=NOON, kind="dispute", asked_at=NOON),
}


def owing(account: Account, minor: int) -> Account:
    """The account after money moved, before anything follows from it."""
    return replace(account, balance=Money(minor, "USD"))


def held(wanted: Hold) -> Step:
    return lambda account: lifecycle.hold(account, wanted, "Said so", NOON)


def held_by_file(wanted: Hold) -> Step:
    return lambda account: lifecycle.hold_by_file(account, wanted, "The file says so.")


STEPS: dict[str, Step] = {
    "activate": lambda a: lifecycle.activate(
        a, strategy_version=1, ladder="standard", cohort="r1", shadow=False, at=NOON
    ),
    "plan_next": lambda a: lifecycle.plan_next(a, RUNG),
    "show_next": lambda a: lifecycle.show_next(a, channel="sms", template="standard.final"),
    "take_ladder": lambda a: lifecycle.take_ladder(a, "other"),
    "defer": lambda a: lifecycle.defer(a, LATER, "Quiet hours."),
    "look_again": lambda a: lifecycle.look_again(a, NOON),
    "permit_rung": lambda a: lifecycle.permit_rung(a, until=LATER),
    "use_rung": lambda a: lifecycle.use_rung(a, "Final", ladder="standard", at=NOON),
    "replan": lambda a: lifecycle.replan(a, strategy_version=2, ladder="standard", action=RUNG),
    "restart": lifecycle.restart,
    "begin_again": lambda a: lifecycle.begin_again(a, LATER),
    "begin_again, in vain": lambda a: lifecycle.begin_again(
        replace(a, restarts=Restarts(due_at=a.due_at or NOON, times=5)), LATER + timedelta(days=2)
    ),
    "exhaust": lifecycle.exhaust,
    "hold_out": lambda a: lifecycle.hold_out(a, cohort="r1", why="To measure."),
    "settle": lambda a: lifecycle.settle(owing(a, 0)),
    "close": lifecycle.close,
    "dismiss": lifecycle.dismiss,
    "reopen": lambda a: lifecycle.reopen(owing(a, 100), "refund"),
    "reimport": lambda a: lifecycle.reimport(owing(a, 100)),
    "reenter": lifecycle.reenter,
    **{f"hold {wanted}": held(wanted) for wanted in (Hold.DISPUTE, Hold.REVIEW, Hold.INSURER)},
    **{
        f"hold_by_file {wanted}": held_by_file(wanted)
        for wanted in (Hold.DISPUTE, Hold.INSURER, Hold.NO_CONTACT_POINT, Hold.NOT_DUE)
    },
    "review": lambda a: lifecycle.review(a, "overpaid"),
    "note_in_dispute": lambda a: lifecycle.note_in_dispute(a, "Because"),
    "reviewed": lambda a: lifecycle.reviewed(a, "Because", NOON),
    "placed": lambda a: lifecycle.placed(
        replace(a, hold_reason=f"email: {reasons.UNPLACED_PERSON}. (PLAT-FAILCLOSED)")
        if a.hold
        else a,
        NOON,
    ),
    "stop": lambda a: lifecycle.stop(a, "Everything is contested."),
    "lift": lambda a: lifecycle.lift(a, NOON),
    "await_payment": lambda a: lifecycle.await_payment(a, "pi_2"),
    "payment_over": lambda a: lifecycle.payment_over(a, "Because", NOON),
    "rest_until": lambda a: lifecycle.rest_until(a, Hold.PROMISE, "Promises to pay", LATER),
    "rest_after": lambda a: lifecycle.rest_after(a, "Wrote back", LATER),
    "end_rest": lifecycle.end_rest,
    "take_back_rest": lambda a: lifecycle.take_back_rest(a, NOON),
    "snooze": lambda a: lifecycle.snooze(a, f"{reasons.SNOOZED} 2026-12-01.", LATER),
    "pause": lambda a: lifecycle.pause(a, by="ana", why="case-1"),
    "hold_paused": lifecycle.hold_paused,
    "resume": lambda a: lifecycle.resume(a, by="ana", why="case-1", at=NOON),
    "override_by_staff": lambda a: lifecycle.override_by_staff(a, Override(tone="gentle")),
    "escalate": lambda a: lifecycle.escalate(a, "balance"),
    "put_before_staff": lambda a: lifecycle.put_before_staff(a, "stuck_payment"),
    "decided": lambda a: lifecycle.decided(a, "stuck_payment", NOON),
    "contest": lambda a: lifecycle.contest(a, 5_000),
    "ask": lambda a: lifecycle.ask(a, "question", NOON),
    "answer": lambda a: lifecycle.answer(a, LATER),
    "go_on": lambda a: lifecycle.go_on(a, LATER),
    "take_case": lambda a: lifecycle.take_case(a, "ben"),
    "lapse_case": lifecycle.lapse_case,
    "attend": lambda a: lifecycle.attend(a, NOON),
    "keep_held": lifecycle.keep_held,
    "release": lambda a: lifecycle.release(a, LATER),
    "release, not anew": lambda a: lifecycle.release(a, LATER, anew=False),
    "tell_apart": lambda a: lifecycle.tell_apart(a, NOON),
    "request_arrangement": lambda a: arrangement_steps.request_arrangement(a, "arr-2"),
    "begin_arrangement": lambda a: arrangement_steps.begin_arrangement(a, "arr-2"),
    "keep_arrangement": lifecycle.keep_arrangement,
    "counter_request": lambda a: arrangement_steps.counter_request(a, "Has our offer.", LATER),
    "decline_request": lambda a: arrangement_steps.decline_request(a, "arr-1", LATER),
    "withdraw_arrangement": lambda a: arrangement_steps.withdraw_arrangement(
        a, LATER, countered=True
    ),
    "end_arrangement": lambda a: arrangement_steps.end_arrangement(a, LATER),
    "break_arrangement, by hand": lambda a: arrangement_steps.break_arrangement(
        a, LATER, manual=True, looks=False
    ),
    "break_arrangement, looked at": lambda a: arrangement_steps.break_arrangement(
        a, LATER, manual=False, looks=True
    ),
}


def places() -> Iterator[Account]:
    """Everywhere an account can stand, and everywhere it cannot."""
    for status, hold, escalated, case, owed, due, arranged, paused in product(
        Status, (None, *Hold), ("", "balance", reasons.REQUEST), CASES.values(),
        (12_500, -500), (None, LATER), (False, True), (False, True),
    ):  # fmt: skip
        yield builders.account(
            status=status,
            hold=hold,
            hold_reason="Because" if hold else "",
            escalated=escalated,
            case=case,
            balance=Money(owed, "USD"),
            due_at=due,
            next_action=RUNG if due else None,
            arranged=arranged,
            arrangement_id="arr-1" if arranged else "",
            override=Override(paused=True, by="ana", why="case-1") if paused else None,
            ladder_run=0 if status is Status.IMPORTED else 1,
            rung=1,
            sent=("Friendly",),
        )


@pytest.fixture(scope="module")
def places_found() -> tuple[list[Account], list[Account]]:
    legal: list[Account] = []
    wrong: list[Account] = []
    for place in places():
        (wrong if violations(place) else legal).append(place)
    return legal, wrong


def outcome(step: Step, account: Account) -> frozenset[Violation] | StepRefusal:
    try:
        return violations(lifecycle.complete(step(account), NOON))
    except StepRefused as refused:
        return refused.why


@pytest.mark.parametrize("name", STEPS)
def test_a_step_lands_in_a_legal_state_or_is_refused_by_name(
    name: str, places_found: tuple[list[Account], list[Account]]
) -> None:
    legal, _ = places_found
    outcomes = Counter(outcome(STEPS[name], account) for account in legal)
    wrong = {why: n for why, n in outcomes.items() if isinstance(why, frozenset) and why}
    assert not wrong
    assert outcomes[frozenset()], "it can be taken from nowhere"


@pytest.mark.parametrize("name", STEPS)
def test_a_step_makes_nothing_worse_on_an_account_that_is_wrong_already(
    name: str, places_found: tuple[list[Account], list[Account]]
) -> None:
    _, wrong = places_found
    worse = []
    for account in wrong[::5]:  # a fifth of them: they differ in kind far less than in number
        after = outcome(STEPS[name], account)
        if isinstance(after, frozenset) and after - violations(account):
            worse.append((account, after - violations(account)))
    assert worse == []


def test_the_table_holds_every_step_and_says_how_much_it_tried(
    places_found: tuple[list[Account], list[Account]],
) -> None:
    legal, wrong = places_found
    public = {
        name
        for name, member in vars(lifecycle).items()
        if callable(member) and getattr(member, "__module__", "") == lifecycle.__name__
        if not name.startswith("_")
    }
    named = {name.split(" ")[0].rstrip(",") for name in STEPS}
    assert public - named == {"complete"}
    assert (len(legal), len(wrong), len(STEPS)) == (3_772, 11_204, 67)


def test_a_step_changes_neither_version_nor_chain_nor_money(
    places_found: tuple[list[Account], list[Account]],
) -> None:
    legal, _ = places_found
    kept = ("account_id", "consumer_id", "version", "audit_head", "extras", "reference")
    assert set(kept) <= {field.name for field in fields(Account)}
    for account, step in product(legal[::17], STEPS.values()):
        try:
            after = step(account)
        except StepRefused:
            continue
        assert [getattr(after, k) for k in kept] == [getattr(account, k) for k in kept]
