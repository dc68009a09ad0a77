"""An arrangement's life: kept, late, missed, broken, mended, paid off early, stopped and frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dunlin.domain.accounts.account import Hold, LedgerEntry, Status
from dunlin.domain.arrangements.arrangement import (
    Arrangement,
    ArrangementState,
    InstalmentState,
    TryState,
    charge_at,
)
from dunlin.domain.audit.audit import verify
from dunlin.domain.money import Money
from dunlin.domain.payments.payments import Decline, DeclineReason, PaymentState, Retry
from dunlin.ports.accounts import Change
from dunlin.service import arrangements
from dunlin.service.accounts.writing import entry_of, next_version
from tests.arrangements.ground import FIRST, NOW, days
from tests.arrangements.life import Life
from tests.arrangements.saved_methods import BANK, CARD, NEW_CARD
from tests.support import builders


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 15, tzinfo=UTC)


def with_card(**more: object) -> Life:
    life = Life(**more)  # type: ignore[arg-type]
    life.agreed(autopay=True)
    life.save()
    return life


def states(life: Life) -> list[str]:
    return [i.state(life.now.date()).value for i in life.newest.instalments]


def test_kept_by_autopay_each_on_its_date_and_nothing_is_demanded() -> None:
    life = with_card()
    arrangement = life.after(200)
    assert arrangement.state is ArrangementState.KEPT
    assert life.account.status is Status.SETTLED
    assert (life.account.hold, life.account.arrangement_id) == (None, "")
    assert life.processor.taken == 60_000
    days_charged = [t.at for i in arrangement.instalments for t in i.tries]
    assert days_charged == [at(i.due_on) for i in arrangement.instalments]
    assert life.notices("instalment_due") == ["1", "2", "3", "4", "5", "6"]
    assert life.notices("broken_instalment") == []
    assert life.notices("paid_in_full") == [""]
    assert not verify(life.book.chains[f"account#{life.account_id}"], head=life.account.audit_head)


def test_kept_by_hand_reminded_three_days_before_each_date() -> None:
    life = Life()
    arrangement = life.agreed(terms=life.terms(3))
    reminded: list[datetime] = []
    for instalment in arrangement.instalments:
        life.go(at(instalment.due_on - days(3)))
        reminded += [
            i.told_at
            for i in life.newest.instalments
            if i.number == instalment.number and i.told_at
        ]
        life.go(at(instalment.due_on))
        assert life.newest.amount_due(instalment.due_on) == Money(20_000, "USD")
        life.pay(20_000)
    assert reminded == [at(i.due_on - days(3)) for i in arrangement.instalments]
    assert life.newest.state is ArrangementState.KEPT
    assert life.notices("broken_instalment") == []


def test_late_then_paid_inside_the_grace_goes_on() -> None:
    life = Life()
    life.agreed()
    life.go(at(FIRST + days(1)))
    assert states(life)[0] == InstalmentState.LATE
    assert life.notices("broken_instalment") == ["1"]
    life.go(at(FIRST + days(7)))
    assert life.newest.in_force
    life.pay(10_000)
    assert life.go(at(FIRST + days(20))).in_force
    assert states(life)[0] == InstalmentState.PAID


def test_missed_it_breaks_and_a_person_looks() -> None:
    life = Life()
    life.agreed()
    arrangement = life.go(at(FIRST + days(8)))
    assert arrangement.state is ArrangementState.BROKEN
    assert states(life)[0] == InstalmentState.MISSED
    account = life.account
    assert (account.hold, account.arrangement_id) == (None, "")
    assert account.escalated == "broken_arrangement"
    assert account.due_at is not None
    assert life.waker.woken[-1] == life.account_id
    broken = life.book.chains[f"account#{life.account_id}"][-1]
    assert (broken.what, broken.data["signal"]) == ("ArrangementBroken", "plan_missed")


def test_without_the_trigger_the_ladder_goes_on_by_itself() -> None:
    life = Life(escalation={"broken_arrangement": False})
    life.agreed()
    life.go(at(FIRST + days(8)))
    assert (life.account.escalated, life.account.hold) == ("", None)
    assert life.account.due_at == at(FIRST + days(8)) + days(2)


@pytest.mark.parametrize("earlier", [(), ("broken_arrangement",)])
def test_where_no_ladder_goes_on_a_person_always_looks(earlier: tuple[str, ...]) -> None:
    life = Life(escalation={"broken_arrangement": False})
    entry = entry_of(life.account, now=NOW, what="LadderExhausted", data={})
    after = next_version(
        replace(life.account, status=Status.EXHAUSTED, approved_triggers=earlier), entry
    )
    life.book.apply(Change(account=after, audit=[entry]))
    arrangement = life.agreed()
    assert life.account.hold is Hold.ARRANGEMENT
    assert life.go(at(FIRST + days(8))).state is ArrangementState.BROKEN
    account = life.account
    assert (account.status, account.hold, account.due_at) == (Status.EXHAUSTED, None, None)
    assert (account.escalated, account.waits_for_staff) == ("broken_arrangement", True)
    notices = {
        kind
        for _, kind, cause in life.waker.notices
        if cause.startswith(arrangement.arrangement_id)
    }
    assert {"instalment_due", "broken_instalment"} <= notices


def test_a_late_instalment_can_be_arranged_anew() -> None:
    life = Life()
    life.agreed()
    life.go(at(FIRST + days(2)))
    first_on = life.now.date() + days(10)
    anew = life.ask(life.terms(8, first_on=first_on, today=life.now.date()), now=life.now)
    assert isinstance(anew, Arrangement)
    assert anew.in_force
    assert anew.left == Money(60_000, "USD")
    assert life.go(at(FIRST + days(9))).in_force
    assert life.notices("broken_instalment") == ["1"]


def test_paid_off_early() -> None:
    life = with_card()
    life.go(at(FIRST))
    assert states(life)[:2] == ["paid", "due"]
    life.pay(50_000)
    assert life.newest.state is ArrangementState.PAID_OFF
    assert life.account.status is Status.SETTLED
    life.after(200)
    assert life.processor.taken == 60_000
    assert life.notices("paid_in_full") == [""]


def test_a_part_payment_is_laid_over_the_oldest_and_the_rest_is_debited() -> None:
    life = with_card()
    life.pay(13_000)
    assert [i.paid_minor for i in life.newest.instalments][:3] == [10_000, 3_000, 0]
    life.after(200)
    assert life.processor.taken == 60_000
    assert [len(i.tries) for i in life.newest.instalments] == [0, 1, 1, 1, 1, 1]
    assert life.newest.instalments[1].tries[0].amount == Money(7_000, "USD")


def test_another_card_may_follow_the_first_while_the_clock_stands_still() -> None:
    life = with_card()
    life.save(NEW_CARD)
    assert len(life.processor.setups) == 2
    assert life.newest.autopay is not None
    assert life.newest.autopay.label == NEW_CARD.label
    assert life.processor.forgotten == [CARD.method_ref]


def test_a_card_that_expired_is_mended_and_tried_at_once() -> None:
    life = with_card()
    life.go(at(FIRST + days(10)))
    life.processor.declines[CARD.method_ref] = DeclineReason.EXPIRED_CARD
    second = life.newest.instalments[1]
    life.go(at(second.due_on))
    assert life.newest.autopay is not None
    assert life.newest.autopay.paused == "expired_card"
    assert life.notices("broken_instalment") == ["2"]
    life.after(4)
    assert len(life.newest.instalments[1].tries) == 1
    life.save(NEW_CARD)
    assert life.processor.forgotten == [CARD.method_ref]
    life.look()
    assert states(life)[1] == "paid"
    life.after(200)
    assert life.newest.state is ArrangementState.KEPT
    assert life.processor.taken == 60_000


def test_want_of_funds_is_tried_three_times_and_no_more() -> None:
    life = with_card()
    life.processor.declines[CARD.method_ref] = DeclineReason.INSUFFICIENT_FUNDS
    life.go(at(FIRST + days(7)))
    tries = life.newest.instalments[0].tries
    assert [t.at for t in tries] == [at(FIRST), at(FIRST + days(3)), at(FIRST + days(6))]
    assert len({t.attempt_id for t in tries}) == 3
    assert life.notices("broken_instalment") == ["1"]
    assert life.after(2).state is ArrangementState.BROKEN


@pytest.mark.parametrize(
    "reason", [DeclineReason.LOST_OR_STOLEN, DeclineReason.REVOKED, DeclineReason.SUSPECTED_FRAUD]
)
def test_what_may_never_be_tried_again_is_not(reason: DeclineReason) -> None:
    life = with_card()
    life.processor.declines[CARD.method_ref] = reason
    life.go(at(FIRST + days(40)))
    assert [len(i.tries) for i in life.newest.instalments] == [1, 0, 0, 0, 0, 0]


def test_stopped_autopay_debits_nothing_more_and_the_arrangement_stands() -> None:
    life = with_card()
    life.go(at(FIRST))
    arrangements.stop_autopay(
        life.account_id, by="consumer", book=life.book, waker=life.waker, now=life.now
    )
    arrangement = life.go(at(life.newest.instalments[1].due_on))
    assert arrangement.in_force
    assert life.processor.taken == 10_000
    life.after(1)
    assert life.notices("broken_instalment") == ["2"]


def test_a_held_account_is_left_alone_and_gets_its_time_back() -> None:
    life = with_card()
    life.look()
    life.hold(Hold.DISPUTE)
    life.look()
    life.now = at(FIRST + days(30))
    life.look()
    assert life.processor.taken == 0
    assert life.newest.in_force
    life.hold(None)
    life.look()
    assert life.account.hold is Hold.ARRANGEMENT
    assert life.newest.instalments[0].not_before == life.now.date()
    assert life.processor.taken == 10_000
    assert life.newest.in_force


def test_a_paused_creditor_takes_nothing() -> None:
    life = with_card()
    life.book.pause("acme-clinic", on=True, actor="ana", at=NOW)
    life.go(at(FIRST + days(3)))
    assert life.processor.taken == 0
    life.book.pause("acme-clinic", on=False, actor="ana", at=NOW)
    life.after(2)
    assert life.processor.taken == 10_000


def test_a_bankrupt_person_is_not_debited() -> None:
    from dunlin.domain.accounts.consumer import Flag

    life = with_card()
    person = life.book.consumers[life.account.consumer_id]
    flag = Flag(at=NOW, by="staff:ana", detail={"value": "stay"})
    life.book.consumers[person.consumer_id] = replace(person, flags={"bankruptcy": flag})
    life.go(at(FIRST))
    assert life.processor.taken == 0
    assert life.newest.autopay is not None
    assert "US-BK-STAY" in life.newest.autopay.paused


def test_a_bank_debit_is_pending_then_paid() -> None:
    life = Life()
    arrangement = life.agreed(autopay=True)
    life.save(BANK)
    life.sent("arrangement_confirmation", arrangement.arrangement_id)
    life.go(at(FIRST + days(2)))
    assert states(life)[0] == "pending"
    assert life.newest.amount_due(life.now.date()) == Money(10_000, "USD")  # the next one
    life.go(at(FIRST + days(9)))
    assert life.newest.in_force
    life.processor.clear("pi_1")
    life.hear()
    assert states(life)[0] == "paid"


def test_a_bank_debit_needs_the_persons_copy() -> None:
    life = Life()
    life.agreed(autopay=True)
    life.save(BANK)
    life.go(at(FIRST))
    assert life.processor.payments == {}
    assert life.newest.autopay is not None
    assert life.newest.autopay.paused == "US-REGE-AUTH"


def test_a_bank_return_for_want_of_funds_is_tried_twice_more() -> None:
    life = Life()
    arrangement = life.agreed(autopay=True)
    life.save(BANK)
    life.sent("arrangement_confirmation", arrangement.arrangement_id)
    life.processor.declines[BANK.method_ref] = DeclineReason.INSUFFICIENT_FUNDS
    life.go(at(FIRST))
    for number in (1, 2, 3):
        life.after(1)
        life.processor.clear(f"pi_{number}")
        life.hear()
        life.after(3)
    assert len(life.newest.instalments[0].tries) == 3
    assert life.processor.taken == 0


def test_a_bank_return_of_another_kind_is_never_tried_again() -> None:
    life = Life()
    arrangement = life.agreed(autopay=True)
    life.save(BANK)
    life.sent("arrangement_confirmation", arrangement.arrangement_id)
    life.processor.declines[BANK.method_ref] = DeclineReason.NOT_AUTHORISED
    life.go(at(FIRST))
    life.processor.clear("pi_1")
    life.hear()
    life.go(at(FIRST + days(6)))
    assert len(life.newest.instalments[0].tries) == 1


def test_another_amount_from_a_bank_waits_ten_days_from_its_notice() -> None:
    life = Life()
    arrangement = life.agreed(autopay=True)
    life.save(BANK)
    life.sent("arrangement_confirmation", arrangement.arrangement_id)
    life.go(at(FIRST - days(5)))
    life.pay(4_000)
    life.look()
    cause = f"{arrangement.arrangement_id}.1.6000"
    assert life.notices("changed_debit") == ["1.6000"]
    noticed_at = life.now
    life.sent("changed_debit", cause)
    life.go(at(FIRST))
    assert len(life.processor.payments) == 1  # the person's own alone
    life.go(noticed_at + days(11))
    debit = life.newest.instalments[0].tries[0]
    assert debit.amount == Money(6_000, "USD")
    assert debit.at >= noticed_at + days(10)


def test_a_payment_by_hand_under_way_stops_the_clock() -> None:
    life = Life()
    life.agreed()
    life.go(at(FIRST))
    paid = life.pay(10_000, state=PaymentState.PENDING)
    assert life.newest.pending == (paid.id,)
    life.go(at(FIRST + days(12)))
    assert life.newest.in_force
    assert life.notices("broken_instalment") == []
    life.processor.payments[paid.id] = replace(paid, state=PaymentState.FAILED)
    life.hear()
    assert life.newest.pending == ()
    assert states(life)[0] == "due"
    assert life.after(8).state is ArrangementState.BROKEN


def test_a_lost_event_is_asked_after_and_never_charged_again() -> None:
    life = with_card()
    life.deaf = True
    life.go(at(FIRST + days(12)))
    first = life.newest.instalments[0]
    assert [t.state for t in first.tries] == [TryState.TAKEN]
    assert life.newest.in_force
    assert life.account.escalated == "stuck_payment"
    life.deaf = False
    life.hear()
    assert states(life)[0] == "paid"


def test_a_refund_is_owed_again_from_today_with_its_grace() -> None:
    life = Life()
    life.agreed()
    life.go(at(FIRST))
    life.pay(10_000)
    life.go(at(FIRST + days(20)))
    account = life.account
    arrangement = life.newest
    refunded, arranged = arrangements.credit(
        replace(account, balance=Money(60_000, "USD")),
        [_refund(life, 10_000)],
        life.processor.payments["pi_hand1"],
        book=life.book,
        at=life.now,
    )
    assert refunded.hold is Hold.ARRANGEMENT
    assert arranged[0].left == Money(60_000, "USD")
    assert arranged[0].instalments[0].not_before == life.now.date()
    assert arranged[0].version == arrangement.version + 1


def _refund(life: Life, minor: int) -> LedgerEntry:
    return LedgerEntry(
        entry_id="ent_refund", account_id=life.account_id, kind="refund",
        amount=Money(minor, "USD"), on=life.now.date(), source="re_1",
    )  # fmt: skip


def test_a_credit_of_the_creditor_shortens_it() -> None:
    life = Life()
    life.agreed()
    account = life.account
    entry = entry_of(account, now=NOW, what="AccountUpdated", data={})
    less = next_version(replace(account, balance=Money(45_000, "USD")), entry)
    line = builders.adjusted(account, less.balance, NOW)
    life.book.apply(Change(account=less, ledger=line, audit=[entry]))
    life.look()
    assert life.newest.left == Money(45_000, "USD")
    assert [i.paid_minor for i in life.newest.instalments][:3] == [10_000, 5_000, 0]


def test_taken_back_by_the_creditor_it_ends() -> None:
    life = with_card()
    account = life.account
    entry = entry_of(account, now=NOW, what="AccountClosed", data={})
    closed = next_version(replace(account, status=Status.CLOSED, hold=None), entry)
    life.book.apply(Change(account=closed, audit=[entry]))
    life.after(40)
    assert life.newest.state is ArrangementState.CANCELLED
    assert life.processor.taken == 0


def test_made_by_hand_a_missed_payment_is_for_staff() -> None:
    life = Life()
    arrangements.record(
        life.account_id,
        life.terms(2),
        by="ana",
        why="case-7",
        book=life.book,
        waker=life.waker,
        now=NOW,
    )
    arrangement = life.go(at(FIRST + days(8)))
    assert arrangement.state is ArrangementState.BROKEN
    assert life.account.hold is Hold.REVIEW
    assert life.account.waits_for_staff
    assert life.waker.notices == []


def test_a_method_that_is_gone_is_no_error() -> None:
    life = with_card()
    life.processor.forgotten.append(CARD.method_ref)
    life.go(at(FIRST))
    tried = life.newest.instalments[0].tries[0]
    assert tried.decline == Decline(reason=DeclineReason.REVOKED, code="method_gone")
    assert life.newest.in_force


def test_a_down_payment_is_debited_at_once() -> None:
    life = Life(arrangement={"lowest_instalment_minor": 5_000, "down_payment_percent": 10})
    life.agreed(terms=life.terms(6), autopay=True)
    life.save()
    life.look()
    assert life.processor.taken == 6_000
    assert states(life)[0] == "paid"
    assert life.after(200).state is ArrangementState.KEPT


def test_an_older_run_leaves_it_to_the_newer() -> None:
    life = with_card()
    arrangement = life.newest
    newer = replace(arrangement, run=2, version=arrangement.version + 1)
    life.book.arranged[arrangement.arrangement_id] = newer
    look = arrangements.advance(life.account_id, arrangement.arrangement_id, 1, life.means)
    assert look.outcome == "replaced"
    assert life.processor.taken == 0


def test_a_lost_machine_is_started_again_once_and_only_when_it_is_due() -> None:
    life = with_card()
    life.look()

    def reconcile(at_: datetime) -> int:
        return arrangements.restart_lost(book=life.book, waker=life.waker, now=at_)

    assert reconcile(at(FIRST - days(4))) == 0
    due = at(FIRST - days(3)) + days(1)
    assert reconcile(due) == 0  # its execution lives and was woken
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(life.waker, "wake_arrangement", lambda _one: False)
        assert reconcile(due) == 0  # it is at work this moment, so no token waits
    life.waker.arrangements.clear()
    assert reconcile(due) == 1
    assert reconcile(due) == 0
    assert life.newest.run == 2
    assert [k for _, k, _ in life.waker.notices].count("arrangement_confirmation") == 1
    assert f"{life.newest.arrangement_id}-2" in life.waker.arrangements
    life.now = due
    assert life.after(200).state is ArrangementState.KEPT


def test_a_method_saved_by_someone_who_never_came_back_is_taken_up() -> None:
    life = Life()
    life.agreed(autopay=True)
    life.save(returns=False)
    assert not life.newest.autopays
    life.go(at(FIRST))
    assert life.newest.autopays
    assert states(life)[0] == "paid"


def test_money_under_way_is_taken_over_by_the_arrangement_that_replaces() -> None:
    life = Life()
    arrangement = life.agreed(autopay=True)
    life.save(BANK)
    life.sent("arrangement_confirmation", arrangement.arrangement_id)
    life.go(at(FIRST))
    today = life.now.date()
    anew = life.ask(
        life.terms(6, frequency="monthly", first_on=today + days(1), today=today), now=life.now
    )
    assert isinstance(anew, Arrangement)
    assert anew.in_force
    assert anew.pending == ("pi_1",)
    life.after(3)
    assert len(life.processor.payments) == 1  # nothing is late or taken while a bank has the money
    life.processor.clear("pi_1")
    life.hear()
    assert life.newest.pending == ()
    assert [i.paid_minor for i in life.newest.instalments][:2] == [10_000, 0]


def test_after_a_long_hold_nobody_is_debited_for_all_of_it_on_one_day() -> None:
    life = with_card()
    life.hold(Hold.DISPUTE)
    life.look()
    life.now = at(FIRST + days(70))  # three dates have passed
    life.hold(None)
    life.look()
    assert life.processor.taken == 10_000
    today = life.now.date()
    counts = [i.counts_from for i in life.newest.instalments]
    assert counts[:3] == [today, date(2027, 3, 9), date(2027, 4, 9)]
    assert counts[3:] == [i.due_on for i in life.newest.instalments][3:]
    assert life.after(200).state is ArrangementState.KEPT


def test_a_debit_whose_money_went_to_an_older_instalment_is_made_again_days_later() -> None:
    life = Life()
    life.agreed(terms=life.terms(6, frequency="weekly"), autopay=True)
    life.save()
    life.processor.declines[CARD.method_ref] = DeclineReason.INSUFFICIENT_FUNDS
    life.go(at(FIRST + days(6)))
    life.processor.declines.clear()
    life.go(at(FIRST + days(7)))  # the second's money pays the first, which was still owed
    assert states(life)[:2] == ["paid", "due"]
    life.after(3)
    assert states(life)[:2] == ["paid", "paid"]
    assert life.after(60).state is ArrangementState.KEPT
    assert life.processor.taken == 60_000


def test_a_bank_debit_due_at_once_waits_for_the_persons_copy_to_go_out() -> None:
    life = Life(arrangement={"lowest_instalment_minor": 5_000, "down_payment_percent": 10})
    arrangement = life.agreed(terms=life.terms(6), autopay=True)
    life.save(BANK)
    life.look()
    assert life.processor.payments == {}
    assert life.newest.autopays
    life.sent("arrangement_confirmation", arrangement.arrangement_id)
    life.after(1)
    assert [p.amount.minor for p in life.processor.payments.values()] == [6_000]


def test_a_permission_given_later_has_a_copy_of_its_own() -> None:
    life = Life()
    arrangement = life.agreed()
    life.sent("arrangement_confirmation", arrangement.arrangement_id)
    life.go(at(FIRST - days(5)))
    life.save(BANK)
    stamp = str(int(life.now.timestamp()))
    assert life.notices("arrangement_confirmation") == ["", stamp]
    life.go(at(FIRST))
    assert life.processor.payments == {}  # the copy of the permission never went out
    assert life.newest.autopay is not None
    assert life.newest.autopay.paused == "US-REGE-AUTH"


@pytest.mark.parametrize("reason", list(DeclineReason))
def test_a_refusal_that_only_the_person_can_mend_is_no_reason_to_try_again(
    reason: DeclineReason,
) -> None:
    life = with_card()
    life.processor.declines[CARD.method_ref] = reason
    life.go(at(FIRST))
    arrangement = life.newest
    assert arrangement.autopay is not None
    going = replace(arrangement, autopay=replace(arrangement.autopay, paused=""))
    again = charge_at(going, going.instalments[0])
    later = at(FIRST + days(3)) if Decline(reason=reason, code="").retry is Retry.LATER else None
    assert again == later
