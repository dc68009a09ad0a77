"""The permit protocol, explored: nothing goes wrong, and something does without any condition."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from dunlin.service.accounts import writing
from tests.contact.condition_removal import IN_DYNAMO
from tests.contact.permit_explorer import Explored, explore
from tests.contact.permit_protocol import Protocol

# Small deployments in which everything may happen that can, in every order.
DEPLOYMENTS: dict[str, dict[str, Any]] = {
    "one ladder; the person opts out, pays and names a lawyer": {
        "events": (
            "the person opts out",
            "the person pays all",
            "the person names a lawyer",
            "time passes",
        ),
        "mail": ("taken",),
    },
    "one ladder; a dispute, a pause and a bounce": {
        "events": (
            "the person disputes",
            "the gate is paused",
            "a message bounces",
            "time passes",
        ),
    },
    "two accounts of one person and room for one message": {
        "ladders": ("A", "B"),
        "room": 1,
        "mail": ("taken",),
    },
    "two accounts, room for one message, clocks that differ": {
        "ladders": ("A", "B"),
        "room": 1,
        "crashes": 0,
        "mail": ("taken", "lost"),
        "events": ("time passes",),
    },
    "one ladder started twice": {
        "ladders": ("A", "A"),
        "mail": ("taken",),
        "events": ("the person pays all",),
    },
    "senders that die for good and ladders that are found again": {
        "events": (
            "time passes",
            "lost ladders are found",
            "a message is delivered",
            "the person opts out",
        ),
    },
}
# The smallest deployment in which the missing condition shows.
_QUICK: dict[str, Any] = {"crashes": 0, "mail": ("taken",)}
WITHOUT: dict[tuple[str, str], dict[str, Any]] = {
    ("take", "account version"): {"events": ("a write forgets its audit entry",)},
    ("take", "account active"): {
        "events": ("the creditor takes the account back",),
        "misreads": True,
    },
    ("take", "balance"): {"events": ("a payment forgets the status",), "misreads": True},
    ("take", "hold"): {"events": ("the person disputes",), "misreads": True},
    ("take", "consumer version"): {"events": ("the person names a lawyer",)},
    ("take", "consent"): {"events": ("the person opts out",), "misreads": True},
    ("take", "pause of the platform"): {"events": ("the gate is paused",)},
    ("take", "pause of the creditor"): {"events": ("the creditor pauses",)},
    ("take", "paused segments as read"): {"events": ("a segment is paused",)},
    ("take", "contact history version"): {"ladders": ("A", "B"), "room": 1},
    ("take", "touch absent"): {"events": ("a rung is set back",)},
    ("take", "permit absent"): {
        "ladders": ("A", "A"),
        "events": ("a touch row is lost",),
    },
    ("take", "audit entry absent"): {"events": ("an audit entry is planted",)},
    ("spend", "permit exists"): {"events": ("a permit row is lost",)},
    ("spend", "permit of this touch"): {"ladders": ("A", "B"), "mixes": True},
    ("spend", "permit alive"): {"events": ("time passes",)},
    ("spend", "consumer as the gate saw them"): {"events": ("the person names a lawyer",)},
    ("spend", "touch permitted"): {"ladders": ("A", "A"), "events": ("time passes",)},
    ("spend", "account active"): {"events": ("the creditor takes the account back",)},
    ("spend", "balance"): {"events": ("a payment forgets the status",)},
    ("spend", "hold"): {"events": ("the person disputes",)},
    ("spend", "consumer version"): {"events": ("the person names a lawyer",)},
    ("spend", "consent"): {"events": ("a write forgets the person's version",)},
    ("spend", "pause of the platform"): {"events": ("the gate is paused",)},
    ("spend", "pause of the creditor"): {"events": ("the creditor pauses",)},
    ("spend", "paused segments as read"): {"events": ("a segment is paused",)},
}


@pytest.fixture(autouse=True)
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service reads again once before it leaves the rest to the machine that calls it: more
    tries inside one call are the same states again."""
    monkeypatch.setattr(writing, "_TRIES", 2)


def tell(capsys: pytest.CaptureFixture[str], name: str, seen: Explored[Any]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n  {name}: {seen} ")


@pytest.mark.slow
@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_nothing_goes_wrong_in_any_order(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    seen = explore(Protocol(**DEPLOYMENTS[name]))
    tell(capsys, name, seen)
    assert seen.fault == "", str(seen)
    assert seen.finals
    assert seen.states > 300


def test_every_condition_of_the_permit_is_left_out_once() -> None:
    assert set(WITHOUT) == set(IN_DYNAMO)


@pytest.mark.slow
@pytest.mark.parametrize("condition", WITHOUT, ids=[" ".join(c) for c in WITHOUT])
def test_without_a_condition_there_is_a_story(
    condition: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    setting = _QUICK | WITHOUT[condition]
    whole = explore(Protocol(**setting))
    assert whole.fault == "", str(whole)
    less = explore(Protocol(**setting, without=condition))
    assert less.fault, f"{condition} is not needed in {less}"
    assert less.story
    tell(capsys, f"without {' '.join(condition)}", less)


def test_the_same_house_is_explored_the_same_way_each_time() -> None:
    setting = _QUICK | WITHOUT["spend", "hold"]
    assert explore(Protocol(**setting)) == explore(Protocol(**setting))
