"""What staff see as next is what goes out: months of ladders, looked at before each step."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Preferences
from dunlin.domain.accounts.signal import SignalKind
from dunlin.service.staff.overview import next_of
from tests.contact.walk import Walk, rungs
from tests.support import ground

STRATEGY = rungs(
    {"name": "one", "days": 0, "tone": "gentle"},
    {"name": "two", "days": 5, "channels": ["sms", "email"]},
    {"name": "three", "days": 5, "template": "arrangement_offer", "channels": ["sms", "email"]},
    {"name": "four", "days": 5},
    {"name": "five", "days": 5, "channels": ["sms"]},
    {"name": "last", "template": "final_notice", "tone": "firm", "days": 5},
)
NO_TEXTS = {"consents": {Channel.EMAIL: Consent(state=ConsentState.IMPLIED, version=1)}}
GATE = ground.gate("PLAT-OPTOUT-ALL", "US-TCPA-CONSENT")
READ = (SignalKind.OPEN, SignalKind.CLICK, SignalKind.PORTAL_VISIT)


@pytest.mark.parametrize("seed", range(12))
def test_what_was_shown_before_a_step_is_what_the_step_sent(seed: int) -> None:
    chance = random.Random(seed)
    walk = Walk(document=STRATEGY, gate=GATE)
    person = walk.person(f"p{seed}", **(NO_TEXTS if seed % 3 == 0 else {}))
    account_id = walk.owes("INV-1", person)
    walk.start(account_id)
    compared = 0
    while walk.account(account_id).status is Status.ACTIVE:
        account = walk.account(account_id)
        assert account.due_at is not None
        walk.now = max(walk.now, account.due_at - timedelta(seconds=10))
        shown = next_of(account, book=walk.book, now=walk.now)
        before = len(walk.touches())
        walk.now = max(walk.now, account.due_at)
        walk.look(account_id)
        for touch in walk.touches()[before:]:
            compared += 1
            assert shown is not None
            assert (shown.channel, shown.template) == (touch.channel.value, touch.template)
            walk.now += timedelta(hours=chance.randint(1, 60))
            if chance.random() < 0.7:
                walk.signal(chance.choice(READ), account_id, touch)
            if chance.random() < 0.2:
                wish = Preferences(channels=(chance.choice(list(Channel)),))
                walk.prefer(person, preferences=wish)
    assert compared >= 1
