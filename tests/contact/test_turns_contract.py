"""The turns of senders and the places of long walks: in memory and over DynamoDB alike."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest

from dunlin.adapters.memory.mail_turns import MemoryMailTurns
from dunlin.adapters.memory.walks import MemoryWalks
from dunlin.domain.contact.pace import SendingPace
from dunlin.ports.contact import Walks
from dunlin.ports.messages import MailTurns
from tests.support.builders import NOON

BOTH = pytest.mark.parametrize(
    "ports", ["memory", pytest.param("dynamo", marks=pytest.mark.cloud)], indirect=True
)
TENTH = timedelta(milliseconds=100)


@pytest.fixture
def ports(request: pytest.FixtureRequest) -> Iterator[tuple[MailTurns, Walks]]:
    if request.param == "memory":
        yield MemoryMailTurns(), MemoryWalks()
        return
    request.getfixturevalue("still_stack")
    from dunlin.adapters.dynamo.mail_turns import DynamoMailTurns
    from dunlin.adapters.dynamo.rows.ops import PaceRow, WalkRow
    from dunlin.adapters.dynamo.walks import DynamoWalks
    from dunlin.runtime import wiring

    wiring.account_book()
    yield DynamoMailTurns(), DynamoWalks()
    PaceRow().delete()
    WalkRow("WALK#ladders").delete()


@BOTH
def test_turns_lie_a_step_apart_and_nobody_waits_who_comes_late(
    ports: tuple[MailTurns, Walks],
) -> None:
    turns, _ = ports
    assert turns.take(NOON) == NOON
    assert turns.pace() is None
    turns.set_pace(SendingPace(step=TENTH, quiet_at=NOON))
    assert turns.pace() == SendingPace(step=TENTH, quiet_at=NOON)
    assert [turns.take(NOON) for _ in range(4)] == [NOON + n * TENTH for n in range(4)]
    later = NOON + timedelta(hours=1)
    assert [turns.take(later) for _ in range(2)] == [later, later + TENTH]


@BOTH
def test_two_never_get_one_turn(ports: tuple[MailTurns, Walks]) -> None:
    turns, _ = ports
    turns.set_pace(SendingPace(step=TENTH))
    with ThreadPoolExecutor(4) as together:
        taken = sorted(together.map(lambda _: turns.take(NOON), range(24)))
    assert all(b - a == TENTH for a, b in pairwise(taken))


@BOTH
def test_a_closed_account_gives_turns_from_its_opening_on(ports: tuple[MailTurns, Walks]) -> None:
    turns, _ = ports
    opens = NOON + timedelta(hours=2)
    turns.set_pace(SendingPace(step=TENTH))
    turns.take(NOON)
    assert turns.closed_until(NOON) is None
    turns.set_pace(SendingPace(step=TENTH, closed_until=opens))
    assert turns.closed_until(NOON) == opens
    assert turns.closed_until(opens) is None
    assert [turns.take(NOON) for _ in range(2)] == [opens, opens + TENTH]


@BOTH
def test_a_walk_is_walked_by_one_and_goes_on_at_its_cursor(ports: tuple[MailTurns, Walks]) -> None:
    _, walks = ports
    until = NOON + timedelta(minutes=15)
    assert walks.begin("ladders", until=until, now=NOON) == ""
    assert walks.begin("ladders", until=until, now=NOON) is None
    walks.end("ladders", "acme acc_5")
    assert walks.begin("ladders", until=until, now=NOON) == "acme acc_5"
    # Whoever died on the way holds nobody up for longer than a call may take.
    assert walks.begin("ladders", until=until + timedelta(minutes=15), now=until) == "acme acc_5"
