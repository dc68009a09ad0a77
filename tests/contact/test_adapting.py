"""A ladder follows what reaches the person; every choice can be worked out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from dunlin.cli.card import for_staff
from dunlin.domain.accounts.account import Account, Override, Status
from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    ContactHistory,
    PastContact,
    Preferences,
)
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.contact import planner
from dunlin.domain.money import Money
from dunlin.domain.reports.decision_card import card, cards
from dunlin.domain.strategy.strategy_document import read_strategy
from tests.contact.walk import FOUR, Walk, rungs
from tests.support import builders, ground
from tests.support.builders import NOON

NO_TEXTS = {Channel.EMAIL: Consent(state=ConsentState.IMPLIED, version=1)}
MONTH = timedelta(days=30)
WHOLE = ground.gate()


def contact(n: int, *, read: str = "", channel: str = "email", direction: str = "out",
            template: str = "reminder.gentle", account_id: str = "") -> PastContact:  # fmt: skip
    return PastContact(
        at=NOON - MONTH + timedelta(days=n), channel=channel, direction=direction, outcome="sent",
        account_id=account_id or ACCOUNT.account_id, template=template, touch_id=f"past-{n}",
        read=read, read_at=NOON - MONTH + timedelta(days=n) if read else None,
    )  # fmt: skip


ACCOUNT = replace(
    ground.active("ada"), ladder="standard", sent=("one",), rung=1,
    touched_at=NOON - timedelta(days=20), activated_at=NOON - MONTH,
)  # fmt: skip


def choice(
    *contacts: PastContact,
    document: dict[str, object] = FOUR,
    account: Account = ACCOUNT,
    others: Sequence[Account] = (),
    **person: object,
) -> tuple[list[str], str, planner.Plan]:
    strategy = read_strategy(
        builders.strategy_document(**document), creditor=builders.CREDITOR, version=1
    )
    consumer = builders.consumer("ada", **person)
    result = planner.plan(
        account=account,
        consumer=consumer,
        history=ContactHistory(consumer_id=consumer.consumer_id, contacts=contacts),
        strategy=strategy,
        paused="",
        now=NOON,
        others=others,
    )
    channels = [offer.channel.value for offer in result.offers]
    return channels, result.offers[0].template if result.offers else "", result


def unread(count: int) -> list[PastContact]:
    return [contact(n) for n in range(count)]


def test_three_unread_emails_make_the_next_touch_a_text_with_consent_alone() -> None:
    assert choice(*unread(3))[0] == ["sms", "email"]
    assert choice(*unread(2))[0] == ["email", "sms"]
    assert choice(*unread(3), consents=NO_TEXTS)[0] == ["email", "sms"]
    read_between = [*unread(2), contact(2, read="opened"), contact(3)]
    assert choice(*read_between)[0] == ["email", "sms"]
    bounced = [replace(c, outcome="bounced") for c in unread(3)]
    assert choice(*bounced)[0] == ["email", "sms"]


def test_where_opens_are_off_nobody_counts_as_not_reading() -> None:
    assert choice(*unread(5), document=FOUR | {"opens": False})[0] == ["email", "sms"]


def test_who_answers_email_stays_on_it_and_who_answers_texts_alone_becomes_text_first() -> None:
    texts_first = rungs({"name": "one", "days": 0}, {"name": "two", "channels": ["sms", "email"]})
    on_email = [contact(1, read="clicked"), contact(2, read="visited"), contact(3, channel="sms")]
    channels, _, plan = choice(*on_email, document=texts_first)
    assert (channels, plan.choice and plan.choice.label) == (["email", "sms"], "email-first")
    on_texts = [contact(1), contact(2, channel="sms", direction="in"),
                contact(3, channel="sms", read="clicked"), contact(4)]  # fmt: skip
    channels, _, plan = choice(*on_texts)
    assert (channels, plan.choice and plan.choice.label) == (["sms", "email"], "text-first")
    # An open is never a response, and without consent nobody becomes text-first in deed.
    opened = [contact(1, read="opened"), contact(2, read="opened")]
    assert choice(*opened)[2].choice.label == ""  # type: ignore[union-attr]
    assert choice(*on_texts, consents=NO_TEXTS)[0] == ["email", "sms"]


@pytest.mark.parametrize(
    ("read", "before", "template", "longer"),
    [
        ("", "reminder.gentle", "reminder.neutral", False),
        ("opened", "reminder.gentle", "arrangement_offer.neutral", False),
        ("opened", "arrangement_offer.neutral", "answers.neutral", False),
        ("clicked", "reminder.gentle", "arrangement_offer.neutral", True),
        ("visited", "arrangement_offer.neutral", "arrangement_offer.neutral", True),
    ],
)
def test_reading_without_paying_changes_what_is_offered_next(
    read: str, before: str, template: str, longer: bool
) -> None:
    old = replace(contact(1, read=read, template=before), at=NOON - timedelta(days=10))
    old = replace(old, read_at=old.at if read else None)
    _, chosen, plan = choice(old)
    assert plan.choice is not None
    assert (chosen, plan.choice.longer) == (template, longer)


def test_a_final_notice_stays_what_it_is() -> None:
    at_last = replace(ACCOUNT, sent=("one", "two", "three"), rung=3)
    old = replace(contact(1, read="clicked"), read_at=NOON - timedelta(days=9))
    assert choice(old, account=at_last)[1] == "final_notice.firm"


def settled(rungs_used: int) -> Account:
    return replace(
        ground.active("ada-old"), consumer_id=ACCOUNT.consumer_id, status=Status.SETTLED,
        balance=Money(0, "USD"), touched_at=NOON - timedelta(days=200),
        sent=tuple(f"r{n}" for n in range(rungs_used)),
    )  # fmt: skip


def test_who_paid_after_a_mild_first_notice_is_treated_mildly_again_and_with_more_time() -> None:
    assert choice(others=[settled(1)])[1] == "reminder.gentle"
    assert choice(others=[settled(3)])[1] == "reminder.neutral"
    early = replace(ACCOUNT, touched_at=NOON - timedelta(days=11))
    assert choice(account=early, others=[settled(1)])[2].until == NOON + timedelta(days=4)
    assert choice(account=early, others=[settled(3)])[2].step == "offer"


def test_a_stated_wish_beats_staff_and_staff_beat_what_was_inferred() -> None:
    wish = Preferences(channels=(Channel.EMAIL,))
    by_staff = replace(ACCOUNT, override=Override(channel="sms", tone="firm", by="lee", why="x"))
    assert choice(*unread(3), preferences=wish)[0][0] == "email"
    assert choice(account=by_staff)[0][0] == "sms"
    assert choice(account=by_staff)[1] == "reminder.firm"
    assert choice(account=by_staff, preferences=wish)[0][0] == "email"
    answers_email = [contact(1, read="clicked"), contact(2, read="clicked")]
    assert choice(*answers_email, account=by_staff)[0][0] == "sms"


def test_switched_off_it_follows_the_ladder_as_written() -> None:
    off = FOUR | {"adapt": {"enabled": False}}
    read = contact(1, read="clicked")
    assert choice(read, *unread(4), document=off)[:2] == (["email", "sms"], "reminder.neutral")


def test_reading_moves_the_contact_and_never_back() -> None:
    walk = Walk()
    account_id = walk.owes("INV-1", walk.person())
    walk.start(account_id)
    walk.until(1)
    (touch,) = walk.touches()

    def chosen() -> str:
        return walk.book.histories[touch.consumer_id].contacts[-1].read

    for kind, read in [
        (SignalKind.OPEN, "opened"),
        (SignalKind.CLICK, "clicked"),
        (SignalKind.OPEN, "clicked"),
        (SignalKind.PORTAL_VISIT, "visited"),
        (SignalKind.CLICK, "visited"),
    ]:
        walk.now += timedelta(minutes=5)
        walk.signal(kind, account_id, touch)
        assert chosen() == read
    walk.until(30)
    assert "arrangement_offer.neutral" in [t.template for t in walk.touches()]


def random_walk(seed: int) -> Walk:
    """A person with some accounts who reads, clicks and stays silent by chance."""
    chance = Random(seed)
    walk = Walk(gate=WHOLE)
    person = walk.person(preferences=Preferences(
        channels=chance.choice([(), (), (Channel.SMS,)])))  # fmt: skip
    if chance.random() < 0.3:
        walk.prefer(person, consents=NO_TEXTS)
    ids = [walk.owes(f"INV-{n}", person) for n in range(chance.randint(1, 3))]
    walk.start(*ids)
    for _ in range(20):
        walk.until(chance.uniform(1, 4))
        for touch in walk.touches()[-1:]:
            kind = chance.choice([None, SignalKind.OPEN, SignalKind.CLICK])
            if kind is not None:
                walk.signal(kind, touch.account_id, touch)
    return walk


def test_the_cards_of_a_hundred_decisions_are_what_a_recomputation_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plans: dict[tuple[str, object], planner.Plan] = {}
    real = planner.plan

    def spied(**asked: object) -> planner.Plan:
        first, again = real(**asked), real(**asked)  # type: ignore[arg-type]
        assert first == again
        plans[asked["account"].account_id, asked["now"]] = first  # type: ignore[attr-defined]
        return first

    monkeypatch.setattr(planner, "plan", spied)
    compared = 0
    for seed in range(40):
        walk = random_walk(seed)
        for touch in walk.touches():
            chain = walk.book.chains[f"account#{touch.account_id}"]
            card_shown, plan = (
                card(chain, touch.touch_id),
                plans[touch.account_id, touch.permitted_at],
            )
            assert plan.choice is not None
            assert plan.rung is not None
            assert (card_shown.rung, card_shown.template, card_shown.channel) == (
                plan.rung.name, plan.choice.template, touch.channel.value,
            )  # fmt: skip
            assert dict(card_shown.signals) == plan.choice.signals
            assert (card_shown.reasons, card_shown.label) == (
                plan.choice.reasons,
                plan.choice.label,
            )
            assert card_shown.probability == "1"
            taken = (card_shown.channel, card_shown.template)
            lost = [x for x in plan.choice.lost if (x.channel, x.template) != taken]
            shown = [f"{x.channel}, {x.template}: {x.because}" for x in lost]
            assert (
                list(card_shown.alternatives)[-len(shown) or len(card_shown.alternatives) :]
                == shown
            )
            assert card_shown.passed
            compared += 1
    assert compared >= 100


def test_a_card_names_what_put_a_touch_off_and_speaks_plainly() -> None:
    walk = Walk(gate=ground.gate("PLAT-OPTOUT-ALL", "PLAT-TIME"))
    account_id = walk.owes("INV-1", walk.person())
    walk.start(account_id)
    walk.now = NOON + timedelta(hours=12)  # after midnight where the person is
    walk.look(account_id)
    walk.until(1)
    (decision,) = cards(walk.book.chains[f"account#{account_id}"])
    assert [d.rules for d in decision.delays] == [("PLAT-TIME",)]
    staff, plain = "\n".join(for_staff(decision)), decision.plain
    assert "put off 24 Nov 2026 06:00 UTC: PLAT-TIME" in staff
    assert "known: unread emails 0" in staff
    assert "rules passed: " in staff
    assert plain.startswith("We wrote to you by e-mail on November 24, 2026, to tell you what")
    assert "put off 1 time" in plain
    assert "12,500" not in plain + staff


def test_what_a_person_let_go_goes_on_its_own_channel_alone() -> None:
    document = rungs(
        {"name": "one", "days": 0},
        {"name": "two", "channels": ["email"], "template": "lien_notice", "approval": True},
    )
    released = replace(ACCOUNT, approved_triggers=("approval:two",))
    wish = Preferences(channels=(Channel.SMS,))
    assert choice(document=document, account=released, preferences=wish)[0] == ["email"]
    free = rungs({"name": "one", "days": 0}, {"name": "two", "channels": ["email"]})
    assert choice(document=free, preferences=wish)[0] == ["sms", "email"]
