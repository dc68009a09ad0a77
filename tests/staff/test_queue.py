"""The staff queue worked: decisions, answers, timers, over the ports in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Case, Hold, Status
from dunlin.domain.accounts.consequences import ABOUT_ANOTHER
from dunlin.domain.accounts.lifecycle import attend
from dunlin.domain.audit import audit
from dunlin.domain.errors import Conflict, DomainError
from dunlin.domain.staff.queue import HOURS, KINDS, item_of, kind_of
from dunlin.domain.strategy.strategy import StaffQueuePolicy
from dunlin.ports.accounts import Change, Reply
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.staff import queue
from tests.staff import builders
from tests.staff.builders import NOW
from tests.staff.deciding import ORDER, WORDS, answer, decide, last, stands


def test_approve_lifts_the_hold_wakes_the_ladder_and_is_audited() -> None:
    book, account = builders.held_book()
    waker = MemoryWaker()
    assert decide(book, waker, account, "approve") == "done"
    after = book.accounts[account.account_id]
    assert (after.hold, after.hold_reason, after.due_at, after.version) == (None, "", NOW, 2)
    assert not after.waits_for_staff
    assert waker.woken == [account.account_id]
    chain = book.chains[f"account#{account.account_id}"]
    assert audit.verify(chain, head=after.audit_head) == []
    assert (chain[-1].actor, chain[-1].what) == ("staff:supervisor", "ReleaseApproved")


def test_approving_an_escalation_lets_its_trigger_pass_for_good() -> None:
    book, account = builders.held_book(hold=None, escalated="balance")
    assert decide(book, MemoryWaker(), account, "approve") == "done"
    after = book.accounts[account.account_id]
    assert (after.escalated, after.approved_triggers) == ("", ("balance",))


def test_approving_leaves_a_hold_that_is_not_for_staff_to_lift() -> None:
    book, account = builders.held_book(hold=Hold.ARRANGEMENT, escalated="balance")
    decide(book, MemoryWaker(), account, "approve")
    assert book.accounts[account.account_id].hold is Hold.ARRANGEMENT


def test_approving_a_failed_ladder_starts_a_new_run() -> None:
    book, account = builders.held_book(hold=None, status=Status.FAILED)
    waker = MemoryWaker()
    assert decide(book, waker, account, "approve") == "done"
    after = book.accounts[account.account_id]
    assert (after.status, after.ladder_run) == (Status.ACTIVE, 2)
    assert list(waker.started) == [f"{account.account_id}-2"]


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"hold": Hold.DISPUTE}, "dispute"),
        ({"hold": None, "escalated": "arrangement_request"}, "arrangement_request"),
        ({"hold": Hold.REVIEW, "case": Case(kind="question", asked_at=NOW)}, "question"),
        ({"hold": Hold.REVIEW}, "failed"),
    ],
)
def test_what_a_person_said_is_seen_before_that_the_ladder_failed(facts: Any, kind: str) -> None:
    _, account = builders.held_book(status=Status.FAILED, **facts)
    assert kind_of(account) == kind


def test_decline_keeps_the_account_with_a_person_and_wakes_nothing() -> None:
    book, account = builders.held_book(hold=None, escalated="balance")
    waker = MemoryWaker()
    assert decide(book, waker, account, "decline") == "done"
    after = book.accounts[account.account_id]
    assert (after.hold, after.waits_for_staff, waker.woken) == (Hold.REVIEW, True, [])


def test_close_ends_the_account_and_wakes_the_ladder_to_end() -> None:
    book, account = builders.held_book()
    waker = MemoryWaker()
    assert decide(book, waker, account, "close") == "done"
    after = book.accounts[account.account_id]
    assert (after.status, after.hold, after.due_at) == (Status.CLOSED, None, None)
    assert waker.woken == [account.account_id]


def test_a_second_click_changes_nothing() -> None:
    book, account = builders.held_book()
    waker = MemoryWaker()
    assert [decide(book, waker, account, "approve") for _ in range(2)] == ["done", "stale"]
    assert len(book.chains[f"account#{account.account_id}"]) == 2
    assert waker.woken == [account.account_id]


def test_somebody_who_writes_in_between_makes_it_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    book, account = builders.held_book()

    def interfere(change: Change) -> None:
        monkeypatch.undo()
        entry = entry_of(account, now=NOW, what="Changed", data={})
        book.apply(Change(account=next_version(account, entry), audit=[entry]))
        raise Conflict("moved")

    monkeypatch.setattr(book, "apply", interfere)
    waker = MemoryWaker()
    assert decide(book, waker, account, "approve") == "stale"
    assert waker.woken == []


def test_nothing_to_decide_on_an_account_that_does_not_wait() -> None:
    book, account = builders.held_book(hold=None)
    assert decide(book, MemoryWaker(), account, "approve") == "gone"
    assert decide(book, MemoryWaker(), builders.account("NONE"), "approve") == "gone"


def test_nothing_is_approved_that_nobody_could_be_told() -> None:
    book, account = builders.held_book(hold=Hold.NO_CONTACT_POINT)
    person = book.consumers[account.consumer_id]
    book.consumers[account.consumer_id] = replace(person, emails=(), phones=())
    (item,), _ = queue.waiting(creditor="", book=book, creditors=book.creditors, now=NOW)
    assert not item.approvable
    assert decide(book, MemoryWaker(), account, "approve") == "unmet"
    assert book.accounts[account.account_id] == account
    book.consumers[account.consumer_id] = person
    assert decide(book, MemoryWaker(), account, "approve") == "done"


def test_another_word_is_refused() -> None:
    book, account = builders.held_book()
    with pytest.raises(DomainError):
        decide(book, MemoryWaker(), account, "delete")


def asked_book(kind: str = "question", **changes: Any) -> tuple[MemoryBook, Account]:
    """An account whose person wrote a text an hour ago."""
    fields: dict[str, Any] = {
        "hold": Hold.REVIEW,
        "hold_reason": "Asks a question",
        "case": Case(kind=kind, asked_at=NOW - timedelta(hours=1)),
    }
    book, account = builders.held_book(**(fields | changes))
    reply = Reply(
        reply_id="rep_1",
        account_id=account.account_id,
        consumer_id=account.consumer_id,
        channel="sms",
        at=NOW - timedelta(hours=1),
        text="What is this for?",
        labels=("question",),
    )
    book.apply(Change(reply=reply))
    return book, account


def test_an_answer_goes_out_as_a_notice_and_its_words_are_on_no_log() -> None:
    book, account = asked_book()
    waker = MemoryWaker()
    assert answer(book, waker, account).outcome == "done"
    (reply,) = book.account_history(account.account_id).answers
    assert (reply.text, reply.channel, reply.by) == ("It is for the visit of 3 May.", "sms", "ana")
    assert waker.notices == [(account.account_id, "answer", reply.answer_id)]
    assert "visit" not in repr(last(book, account).data)
    after = stands(book, account)
    assert (after.hold, after.case, after.waits_for_staff) == (None, None, False)
    assert waker.woken == [account.account_id]


@pytest.mark.parametrize("hold", [Hold.PROMISE, Hold.SNOOZED, Hold.ARRANGEMENT])
def test_an_answer_shortens_no_wait_that_the_person_was_promised(hold: Hold) -> None:
    until = NOW + timedelta(days=9)
    book, account = asked_book(hold=hold, hold_reason="Said so.", due_at=until)
    assert answer(book, MemoryWaker(), account).outcome == "done"
    after = stands(book, account)
    assert (after.hold, after.due_at, after.has_open_message) == (hold, until, False)


def test_an_answer_to_a_dispute_leaves_the_hold_to_a_decision() -> None:
    book, account = asked_book("dispute", hold=Hold.DISPUTE)
    waker = MemoryWaker()
    assert answer(book, waker, account).outcome == "done"
    after = stands(book, account)
    assert (after.hold, after.has_open_message, after.waits_for_staff) == (
        Hold.DISPUTE,
        False,
        True,
    )
    assert waker.woken == []
    assert answer(book, waker, after, "We looked: you are right.", release=True).outcome == "done"
    assert stands(book, account).hold is None


def test_a_part_in_dispute_waits_for_a_decision_which_lifts_what_the_person_contests() -> None:
    book, account = asked_book("dispute", contested_minor=900)
    answer(book, MemoryWaker(), account)
    after = stands(book, account)
    assert (after.contested_minor, after.has_open_message) == (900, True)
    answer(book, MemoryWaker(), after, "We looked: it is owed.", release=True)
    freed = stands(book, account)
    assert (freed.contested_minor, freed.waits_for_staff) == (0, False)


def test_the_ladder_waits_after_an_answer_as_after_any_reply() -> None:
    book, account = asked_book()
    document = {**builders.STRATEGY, "coordination": {"resume_after_reply_days": 5}}
    book.creditors.put_strategy(builders.CREDITOR, document, NOW)
    answer(book, MemoryWaker(), account)
    assert stands(book, account).due_at == NOW + timedelta(days=5)


def test_the_same_answer_twice_is_one_message() -> None:
    book, account = asked_book()
    waker = MemoryWaker()
    assert [answer(book, waker, account).outcome for _ in range(2)] == ["done", "unchanged"]
    assert len(book.answers) == len(waker.notices) == 1


def test_an_answer_to_an_older_page_is_stale_and_stores_nothing() -> None:
    book, account = asked_book()
    order = replace(ORDER, version=account.version - 1)
    done = queue.answer(
        account.account_id,
        order,
        "Hello.",
        model=WORDS,
        book=book,
        creditors=book.creditors,
        waker=MemoryWaker(),
        now=NOW,
    )
    assert (done.outcome, book.answers) == ("stale", {})


def test_words_that_no_message_may_say_are_refused_with_the_rule() -> None:
    book, account = asked_book()
    waker = MemoryWaker()
    done = answer(book, waker, account, "Pay today or you will be arrested.")
    assert done.outcome == "refused"
    assert done.because[0][0]
    assert (book.answers, waker.notices, stands(book, account)) == ({}, [], account)


@pytest.mark.parametrize("words", ["", " \n\x00 ", "x" * 1001])
def test_an_answer_has_words_and_not_too_many(words: str) -> None:
    book, account = asked_book()
    with pytest.raises(DomainError, match="an answer"):
        answer(book, MemoryWaker(), account, words)


def test_control_characters_never_leave_with_an_answer() -> None:
    book, account = asked_book()
    answer(book, MemoryWaker(), account, "Thank you.\r\nWe moved\x07\x1b[31m\u202e the day.")
    assert (
        book.account_history(account.account_id).answers[0].text
        == "Thank you.\nWe moved[31m the day."
    )


def test_what_was_held_for_a_message_alone_is_freed_with_it() -> None:
    book, account = asked_book()
    sibling = builders.account("INV-2", consumer_id=account.consumer_id, version=0)
    other = builders.account("INV-3", consumer_id=account.consumer_id, version=0)
    for related, hold, why in (
        (sibling, Hold.REVIEW, ABOUT_ANOTHER),
        (other, Hold.DISPUTE, "Disputes what is owed"),
    ):
        held = replace(related, hold=hold, hold_reason=why)
        entry = entry_of(held, now=NOW, what="AccountHeld", data={})
        book.apply(Change(account=next_version(held, entry), audit=[entry]))
    waker = MemoryWaker()
    assert decide(book, waker, account, "approve") == "done"
    assert (stands(book, sibling).hold, stands(book, other).hold) == (None, Hold.DISPUTE)
    assert last(book, sibling).data["with"] == account.account_id
    assert set(waker.woken) == {account.account_id, sibling.account_id}


@pytest.mark.parametrize("escalated", ["arrangement_request", "balance_over:50000"])
def test_what_waits_on_another_account_for_its_own_sake_waits_on(escalated: str) -> None:
    book, account = asked_book()
    sibling = builders.account(
        "INV-2",
        consumer_id=account.consumer_id,
        version=0,
        hold=Hold.REVIEW,
        hold_reason=ABOUT_ANOTHER,
        escalated=escalated,
    )
    entry = entry_of(sibling, now=NOW, what="AccountHeld", data={})
    book.apply(Change(account=next_version(sibling, entry), audit=[entry]))
    decide(book, MemoryWaker(), account, "approve")
    after = stands(book, sibling)
    assert (after.hold, after.escalated, after.approved_triggers) == (None, escalated, ())
    assert after.waits_for_staff


def test_a_second_message_of_the_person_keeps_the_others_held() -> None:
    book, account = asked_book()
    for reference, case in (
        ("INV-2", None),
        ("INV-3", Case(kind="question", asked_at=NOW)),
    ):
        sibling = builders.account(
            reference,
            consumer_id=account.consumer_id,
            version=0,
            hold=Hold.REVIEW,
            hold_reason=ABOUT_ANOTHER,
            case=case,
        )
        entry = entry_of(sibling, now=NOW, what="AccountHeld", data={})
        book.apply(Change(account=next_version(sibling, entry), audit=[entry]))
    decide(book, MemoryWaker(), account, "approve")
    held = [a.reference for a in book.accounts.values() if a.hold]
    assert sorted(held) == ["INV-2", "INV-3"]


def test_an_item_is_taken_and_found_by_its_owner() -> None:
    book, account = asked_book()

    def listed(**only: Any) -> list[str]:
        items = queue.listing(creditor="", book=book, creditors=book.creditors, now=NOW, **only)
        return [item.account.account_id for item in items]

    assert listed(owner="ana") == []
    order = replace(ORDER, version=account.version)
    taken = [
        queue.take(account.account_id, command, owner="ana", book=book, now=NOW).outcome
        for command in (order, order, replace(order, version=None))
    ]
    assert taken == ["done", "stale", "unchanged"]
    assert listed(owner="ana") == listed(kind="question") == [account.account_id]
    assert (listed(owner="bo"), listed(kind="reply"), listed(late=True)) == (
        [],
        [],
        [account.account_id],
    )
    assert last(book, account).data["owner"] == "ana"


def test_an_unanswered_message_stays_in_the_queue_after_its_hold_is_gone() -> None:
    book, account = asked_book(hold=None, hold_reason="")
    (item,) = queue.listing(creditor="", book=book, creditors=book.creditors, now=NOW)
    assert item.kind == "question"
    assert answer(book, MemoryWaker(), account).outcome == "done"
    assert queue.listing(creditor="", book=book, creditors=book.creditors, now=NOW) == []


def test_what_is_due_first_comes_first_and_the_creditor_sets_the_hours() -> None:
    book, _ = builders.held_book()
    for reference, changes in (
        ("INV-2", {"status": Status.FAILED}),
        ("INV-3", {"escalated": "approval:Lien notice"}),
        ("INV-4", {"escalated": "balance"}),
    ):
        account = builders.account(reference, version=0, **changes)
        entry = entry_of(account, now=NOW - timedelta(hours=47), what="AccountHeld", data={})
        book.apply(Change(account=next_version(account, entry), audit=[entry]))
    document = {
        **builders.STRATEGY,
        "queue": {"hours": {"escalation": 100}, "owners": {"approval": "counsel"}},
    }
    book.creditors.put_strategy(builders.CREDITOR, document, NOW)
    items = queue.listing(creditor="", book=book, creditors=book.creditors, now=NOW)
    assert [(item.kind, item.owner, item.late(NOW)) for item in items] == [
        ("failed", "", True),
        ("dispute", "", True),
        ("approval", "counsel", False),
        ("escalation", "", False),
    ]
    assert items[2].due == NOW + timedelta(hours=1)
    shown, total = queue.waiting(creditor="", book=book, creditors=book.creditors, now=NOW)
    assert ([item.item for item in shown], total) == (items, 4)


def test_a_kind_that_does_not_exist_is_refused() -> None:
    book, _ = builders.held_book()
    with pytest.raises(DomainError, match="a kind is one of"):
        queue.listing(creditor="", kind="mood", book=book, creditors=book.creditors, now=NOW)


ACCOUNTS = st.builds(
    builders.account,
    status=st.sampled_from(Status),
    hold=st.none() | st.sampled_from(Hold),
    hold_reason=st.sampled_from(["", "chargeback", "Probably the same person as another."]),
    escalated=st.sampled_from(["", "balance", "reply", "approval:Lien", "arrangement_request"]),
    case=st.none()
    | st.builds(
        Case, kind=st.sampled_from(["", "question", "odd"]), asked_at=st.none() | st.just(NOW)
    ),
)


@given(account=ACCOUNTS)
def test_an_account_is_in_the_queue_exactly_while_it_waits(account: Account) -> None:
    kind = kind_of(account)
    assert bool(kind) is account.waits_for_staff
    assert kind in ("", *KINDS)
    item = item_of(attend(account, NOW), StaffQueuePolicy())
    assert (item is not None) is account.waits_for_staff
    if item is not None:
        assert item.due == NOW + timedelta(hours=HOURS[item.kind])


@given(
    account=ACCOUNTS,
    acts=st.lists(
        st.sampled_from(["approve", "release", "decline", "close", "answer"]), min_size=1
    ),
)
def test_an_act_of_staff_happens_once_whatever_is_clicked_again(
    account: Account, acts: list[str]
) -> None:
    book = builders.book()
    book.consumers[account.consumer_id] = builders.consumer(account)
    entry = entry_of(account := replace(account, version=0), now=NOW, what="Made", data={})
    stored = next_version(account, entry)
    book.apply(Change(account=stored, audit=[entry]))
    for act in acts:
        for _ in range(2):
            if act == "answer":
                answer(book, MemoryWaker(), stored)
            else:
                decide(book, MemoryWaker(), stored, act)
    chain = book.chains[f"account#{account.account_id}"]
    assert len(chain) <= 2, "every act was asked for at the first version: one of them counts"
    assert audit.verify(chain, head=stands(book, account).audit_head) == []
    if account.hold in (Hold.ARRANGEMENT, Hold.PAYMENT_PENDING) and acts[0] != "close":
        assert stands(book, account).hold is account.hold


def test_a_timer_that_runs_out_is_told_once_for_each_wait() -> None:
    book, account = asked_book(case=Case(kind="question", asked_at=NOW))
    soon = NOW - timedelta(days=2) + timedelta(hours=HOURS["question"])

    def tell(at: timedelta) -> int:
        return queue.tell_lapsed(book=book, creditors=book.creditors, now=soon + at)

    assert [tell(timedelta(seconds=s)) for s in (-1, 0, 1, 86_400)] == [0, 1, 0, 0]
    entry = last(book, account)
    assert (entry.what, entry.data["kind"]) == ("ServiceTimerLapsed", "question")
    moved = stands(book, account)
    assert moved.case is not None
    assert (moved.case.lapsed, moved.hold) == (True, account.hold)
    assert decide(book, MemoryWaker(), moved, "approve") == "done"
    freed = stands(book, account)
    again = entry_of(freed, now=soon, what="AccountHeld", data={})
    book.apply(Change(account=next_version(replace(freed, hold=Hold.REVIEW), again), audit=[again]))
    assert tell(timedelta(hours=HOURS["review"] - 1)) == 0
    assert tell(timedelta(hours=HOURS["review"])) == 1
