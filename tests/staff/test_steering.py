"""Staff skip, move and override a rung; none of it makes the rules allow what they refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Hold, Override
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Flag
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import Change
from dunlin.service.accounts.staff_command import CommandResult, StaffCommand
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.permits import LadderDecision
from dunlin.service.staff import steering
from tests.support import builders, ground
from tests.support.builders import NOON

ORDER = StaffCommand(by="ana", why="case-7")
ALL_RULES = ground.gate()
TUESDAY = NOON + timedelta(days=1)
NIGHT = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # 22:30 on Tuesday in Chicago


def active_book(**changes: Any) -> tuple[MemoryBook, Account]:
    return ground.memory_world(**changes)


def stands(book: MemoryBook, account: Account) -> Account:
    return book.accounts[account.account_id]


def check(book: MemoryBook, account: Account, at: datetime) -> LadderDecision:
    return check_ladder(
        account.account_id,
        account.ladder_run,
        book=book,
        gate=ALL_RULES,
        templates=ground.PlainLetters(),
        now=at,
    )


def move(book: MemoryBook, account: Account, to: datetime, now: datetime = NOON) -> CommandResult:
    return steering.move(
        account.account_id,
        ORDER,
        at=to,
        book=book,
        gate=ALL_RULES,
        waker=MemoryWaker(),
        now=now,
    )


def skip(book: MemoryBook, account: Account, order: StaffCommand = ORDER) -> CommandResult:
    return steering.skip(account.account_id, order, book=book, waker=MemoryWaker(), now=NOON)


def override(book: MemoryBook, account: Account, **wanted: Any) -> CommandResult:
    return steering.override(
        account.account_id,
        ORDER,
        steering.Wanted(**wanted),
        book=book,
        gate=ALL_RULES,
        waker=MemoryWaker(),
        now=NOON,
    )


def refuse_texts(book: MemoryBook, account: Account) -> None:
    person = book.consumers[account.consumer_id]
    none = Consent(state=ConsentState.NONE, version=2)
    book.consumers[account.consumer_id] = replace(
        person, consents={**person.consents, Channel.SMS: none}
    )


def test_a_moved_rung_goes_when_staff_said() -> None:
    book, account = active_book(due_at=NOON + timedelta(days=9))
    assert move(book, account, TUESDAY).outcome == "done"
    moved = stands(book, account)
    assert moved.due_at == TUESDAY
    entry = book.chains[f"account#{account.account_id}"][-1]
    assert (entry.what, entry.actor, entry.data["why"]) == ("RungMoved", "staff:ana", "case-7")
    assert check(book, account, TUESDAY - timedelta(minutes=1)).outcome == "wait"
    assert check(book, account, TUESDAY).outcome == "email"


def test_a_rung_is_not_moved_into_the_night_and_the_verdict_says_why() -> None:
    book, account = active_book()
    done = move(book, account, NIGHT)
    assert done.outcome == "refused"
    assert any("US-REGF-TIME" in rule or "TIME" in rule for rule, _ in done.because)
    assert stands(book, account) == account


def test_a_rung_moves_neither_into_the_past_nor_beyond_a_year() -> None:
    book, account = active_book()
    for to in (NOON - timedelta(seconds=1), NOON + timedelta(days=400)):
        with pytest.raises(DomainError, match="later instant"):
            move(book, account, to)


def test_a_rung_moves_to_no_time_at_which_the_creditors_own_plan_has_none() -> None:
    book, account = active_book()
    first = check(book, account, NOON)
    assert first.outcome == "email"
    used = stands(book, account)
    assert move(book, used, NOON + timedelta(minutes=2), NOON + timedelta(minutes=1)).outcome == (
        "busy"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"hold": Hold.DISPUTE},
        {"hold": Hold.PROMISE, "due_at": NOON + timedelta(days=4)},
        {"escalated": "balance"},
        {"override": Override(paused=True)},
    ],
)
def test_what_something_else_holds_is_neither_moved_nor_skipped(changes: dict[str, Any]) -> None:
    book, account = active_book(**changes)
    assert (move(book, account, TUESDAY).outcome, skip(book, account).outcome) == ("held", "held")
    assert stands(book, account) == account


def test_a_skipped_rung_is_never_sent_and_the_next_is_planned() -> None:
    book, account = active_book()
    strategy = book.facts(account.account_id).strategy
    first, second = strategy.ladder("standard")[:2]
    assert skip(book, account).outcome == "done"
    after = stands(book, account)
    assert (after.sent, after.rung) == ((first.name,), 1)
    assert after.due_at is not None
    decision = check(book, account, after.due_at)
    touch = book.touches[account.account_id, decision.touch_key]
    assert touch.template.split(".")[0] == second.template.split(".")[0]


def test_a_second_click_does_not_skip_a_second_rung() -> None:
    book, account = active_book()
    order = replace(ORDER, version=account.version)
    assert [skip(book, account, order).outcome for _ in range(2)] == ["done", "stale"]
    assert len(stands(book, account).sent) == 1


def test_every_rung_can_be_skipped_and_then_there_is_none() -> None:
    book, account = active_book()
    rungs = len(book.facts(account.account_id).strategy.ladder("standard"))
    outcomes = [skip(book, account).outcome for _ in range(rungs + 1)]
    assert outcomes == ["done"] * rungs + ["refused"]


def test_an_overridden_tone_and_channel_are_what_is_shown_and_what_is_sent() -> None:
    book, account = active_book()
    assert override(book, account, tone="gentle", channel="sms").outcome == "done"
    after = stands(book, account)
    assert after.override == Override(tone="gentle", channel="sms", by="ana", why="case-7")
    decision = check(book, account, NOON)
    touch = book.touches[account.account_id, decision.touch_key]
    assert (decision.outcome, touch.template.endswith(".gentle")) == ("sms", True)
    if after.next_action is not None:
        assert (after.next_action.channel, after.next_action.template) == ("sms", touch.template)


def test_a_channel_without_consent_is_refused_with_the_verdict() -> None:
    book, account = active_book()
    refuse_texts(book, account)
    done = override(book, account, channel="sms")
    assert done.outcome == "refused"
    assert done.because
    assert stands(book, account).override is None


def test_a_message_that_was_never_approved_in_a_tone_keeps_its_own() -> None:
    ladders = {
        "standard": [
            {"name": "Lien", "days": 0, "basis": "activation", "channels": ["email"],
             "template": "lien_notice"},
        ]
    }  # fmt: skip
    book, account = active_book()
    document = builders.strategy_document(ladders=ladders)
    book.creditors.put_strategy(builders.CREDITOR, document, NOON)
    assert override(book, account, tone="gentle").outcome == "done"
    decision = check(book, account, NOON)
    touch = book.touches[account.account_id, decision.touch_key]
    assert touch.template == "lien_notice.neutral"


def test_limits_are_overridden_and_cleared_again() -> None:
    book, account = active_book()
    assert override(book, account, longest_months=18, lowest_instalment_minor=2_000).outcome == (
        "done"
    )
    assert override(book, account, longest_months=18).outcome == "unchanged"
    assert override(book, account, tone="gentle").outcome == "done"
    stored = stands(book, account).override
    assert stored is not None
    assert (stored.longest_months, stored.lowest_instalment_minor, stored.tone) == (
        18,
        2_000,
        "gentle",
    )
    assert override(book, account, clear=True).outcome == "done"
    assert stands(book, account).override in (None, Override(by="ana", why="case-7"))


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"tone": "angry"},
        {"channel": "call"},
        {"longest_months": 121},
        {"longest_months": 0},
        {"lowest_instalment_minor": -1},
        {"tone": "firm", "clear": True},
    ],
)
def test_nonsense_is_no_override(wanted: dict[str, Any]) -> None:
    book, account = active_book()
    with pytest.raises(DomainError):
        override(book, account, **wanted)


FLAGS = ("attorney", "cease", "bankruptcy", "deceased", "email_optout", "sms_optout")


@settings(max_examples=60)
@given(
    flag=st.none() | st.sampled_from(FLAGS),
    channel=st.sampled_from(["", "email", "sms"]),
    tone=st.sampled_from(["", "gentle", "firm"]),
    to=st.integers(0, 30 * 24 * 4),
    at=st.integers(0, 30 * 24 * 4),
)
def test_nothing_that_staff_steer_makes_the_rules_allow_a_touch(
    flag: str | None, channel: str, tone: str, to: int, at: int
) -> None:
    """Whatever is overridden and moved, a permit is taken only where the gate allows that very
    touch at that very moment for the facts as they are."""
    book, account = active_book()
    if channel or tone:
        override(book, account, channel=channel, tone=tone)
    move(book, account, NOON + timedelta(minutes=15) * to)
    if flag is not None:
        person = book.consumers[account.consumer_id]
        raised = {flag: Flag(at=NOON, by="test", detail={"value": True})}
        book.consumers[account.consumer_id] = replace(person, flags=raised)
    facts = book.facts(account.account_id)
    now = NOON + timedelta(minutes=15) * at
    decision = check(book, account, now)
    if decision.outcome in ("email", "sms"):
        touch = book.touches[account.account_id, decision.touch_key]
        verdict = ALL_RULES.judge(
            facts, channel=touch.channel, template=touch.template, purpose="", now=now
        )
        assert verdict.outcome == "allow"
        assert flag is None


def test_the_account_that_moves_in_between_is_read_again() -> None:
    class Busy(MemoryBook):
        moved = False

        def apply(self, change: Change) -> None:
            if not self.moved and change.account is not None and change.account.version == 3:
                self.moved = True
                stored = self.accounts[change.account.account_id]
                entry = entry_of(stored, now=NOON, what="Changed", data={})
                super().apply(Change(account=next_version(stored, entry), audit=[entry]))
            super().apply(change)

    book = Busy()
    account = ground.active("ada")
    builders.store(book, book.creditors, account, person=builders.consumer("ada"))
    assert move(book, stands(book, account), TUESDAY).outcome == "done"
    assert skip(book, stands(book, account)).outcome == "done"
    assert len(stands(book, account).sent) == 1
