"""Nothing that waits for a person hides another: whatever is put before staff, in any order, is
before them until it was decided itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunlin.domain.accounts import absence, arrangement_steps, lifecycle
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.legality import violations
from dunlin.domain.accounts.reasons import BROKEN, REQUEST, UNPLACED
from dunlin.domain.accounts.standing import Standing
from dunlin.domain.staff import queue
from dunlin.domain.strategy.strategy import StaffQueuePolicy
from tests.support import builders
from tests.support.builders import NOON

STUCK = "stuck_payment"
LATER = NOON + timedelta(days=2)
TRIGGERS = (STUCK, UNPLACED, "balance")


def _closed_and_back(account: Account) -> Account:
    was = Standing.read(Standing.of(account).text())
    return absence.restore(lifecycle.complete(lifecycle.close(account), NOON), was, NOON)


def _put(trigger: str) -> tuple[Callable[[Account], Account], set[str], set[str]]:
    return lambda a: lifecycle.put_before_staff(a, trigger), {trigger}, set()


def _decide(trigger: str) -> tuple[Callable[[Account], Account], set[str], set[str]]:
    return lambda a: lifecycle.decided(a, trigger, NOON), set(), {trigger}


# What happens, what of it waits for a person then, and what waits no more.
STEPS: dict[str, tuple[Callable[[Account], Account], set[str], set[str]]] = {
    **{f"put {trigger}": _put(trigger) for trigger in TRIGGERS},
    **{f"decide {trigger}": _decide(trigger) for trigger in TRIGGERS},
    "request": (lambda a: arrangement_steps.request_arrangement(a, "arr_1"), {REQUEST}, set()),
    "decline": (lambda a: arrangement_steps.decline_request(a, "arr_1", LATER), set(), {REQUEST}),
    "counter": (
        lambda a: arrangement_steps.counter_request(a, "Other terms", LATER), set(), {REQUEST},
    ),
    "withdraw": (
        lambda a: arrangement_steps.withdraw_arrangement(a, LATER, countered=False),
        set(), {REQUEST},
    ),
    "agree": (
        lambda a: arrangement_steps.begin_arrangement(a, "arr_1"), set(), {REQUEST, BROKEN},
    ),
    "hold": (lambda a: lifecycle.hold(a, Hold.REVIEW, "why", NOON), set(), set()),
    "closed and back": (_closed_and_back, set(), set()),
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_whatever_is_before_staff_stays_until_it_is_decided(steps: list[str]) -> None:
    account = lifecycle.complete(builders.account(status=Status.ACTIVE, due_at=LATER), NOON)
    waits: set[str] = set()
    for name in steps:
        step, begins, ends = STEPS[name]
        if name == "agree" and account.hold is Hold.PAYMENT_PENDING:
            continue
        account = lifecycle.complete(step(account), NOON)
        waits = (waits | begins) - ends
        if name == "hold" and account.hold is Hold.ARRANGEMENT:
            waits |= {"reply"}
        assert set(account.waiting) == waits, name
        assert len(account.waiting) == len(waits)
        assert not violations(account)
        kinds = queue.kinds_of(account)
        shown = {t if t in queue.KINDS else "escalation" for t in waits}
        assert shown <= set(kinds)
        assert kinds[:1] == (REQUEST,) or REQUEST not in waits


def test_what_staff_release_is_what_stood_in_front() -> None:
    account = builders.account(status=Status.ACTIVE, due_at=LATER)
    for trigger in (STUCK, UNPLACED):
        account = lifecycle.put_before_staff(account, trigger)
    once = lifecycle.complete(lifecycle.release(account, NOON), NOON)
    assert (once.waiting, once.approved_triggers) == ((UNPLACED,), (STUCK,))
    twice = lifecycle.complete(lifecycle.release(once, NOON), NOON)
    assert (twice.waiting, twice.waits_for_staff) == ((), False)


@pytest.mark.parametrize("first", [STUCK, UNPLACED])
def test_an_item_says_what_else_it_waits_for(first: str) -> None:
    account = lifecycle.put_before_staff(builders.account(status=Status.ACTIVE), first)
    account = arrangement_steps.request_arrangement(account, "arr_1")
    account = lifecycle.review(account, "overpaid")
    item = queue.item_of(lifecycle.complete(account, NOON), StaffQueuePolicy())
    assert item is not None
    assert (item.kind, item.also) == (REQUEST, (first, "review"))


def test_a_standing_of_the_version_before_is_read() -> None:
    account = builders.account(status=Status.ACTIVE, due_at=LATER, escalated=STUCK)
    text = Standing.of(account).text()
    assert Standing.read(text.replace(f'["{STUCK}"]', f'"{STUCK}"')) == Standing.of(account)
    assert Standing.read(Standing.of(replace(account, escalated="")).text()).waiting == ()
