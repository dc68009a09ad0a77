"""Every command of staff about an account on the deployed stack, where a ladder ended or failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunlin.adapters.aws.clocks import VirtualClock
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.cli.main import app
from dunlin.cli.target import Target
from dunlin.domain.accounts.account import Status
from dunlin.ports.accounts import Change
from dunlin.runtime import wiring
from dunlin.service.accounts.writing import write
from dunlin.service.staff import queue
from local.local_stack import LocalStack
from tests.staff.acts import ACTS, Act, Standing, letter_written, set_up
from tests.staff.test_acts_on_every_status import RUN, kind_afterwards, run
from tests.support import builders, ground
from tests.support.builders import CREDITOR, NOON

pytestmark = pytest.mark.cloud
STANDINGS = (
    Standing(Status.EXHAUSTED),
    Standing(Status.EXHAUSTED, "question"),
    Standing(Status.EXHAUSTED, "request"),
    Standing(Status.FAILED),
)


@pytest.fixture(scope="module")
def target(still_stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The commands work on the deployed stack at noon; a folder for what they read and write."""
    clock = wiring.clock()
    assert isinstance(clock, VirtualClock)
    clock.move(NOON)
    wiring.creditors().put_strategy(CREDITOR, builders.strategy_document(), NOON)
    deployment = Target(
        where="here",
        outputs=still_stack.outputs,
        time_lapse="",
        endpoint="http://127.0.0.1:1",
        urls={},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Target, "client", lambda _, service: still_stack.cloud.client(service))
        patch.setattr("dunlin.cli.stack.find_target", lambda **_: deployment)
        yield tmp_path_factory.mktemp("acts")


@pytest.mark.parametrize("at", STANDINGS, ids=str)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_act_works_or_says_why_not(act: Act, at: Standing, target: Path) -> None:
    book, creditors = wiring.account_book(), wiring.creditors()
    name = f"{act}-{at}".replace(" ", "-")
    person = builders.consumer(name, street="5 Sample Road", city="Springfield", version=1)
    book.apply(Change(consumer=person))
    first = ground.active(name)
    stored = write(book, first, first, what="Imported", data={}, now=NOON)
    before = set_up(stored, at, book=book, creditors=creditors, waker=MemoryWaker())
    if act.command == "letter proof":
        letter_written(before, book)

    code, output = run(act, first.reference, target)

    expected = act.leaves(at)
    assert (code, expected.says in output) == (expected.code, True), output
    after = book.account(before.account_id)
    assert after is not None
    if not expected.what:
        assert (after, book.consumer(person.consumer_id)) == (before, person)
    items = queue.listing(creditor=CREDITOR, book=book, creditors=creditors, now=NOON)
    seen = [item.kind for item in items if item.account.account_id == before.account_id]
    wanted = kind_afterwards(act, at)
    assert seen == ([wanted] if wanted else [])


def test_a_dossier_is_exported_of_an_ended_ladder(target: Path) -> None:
    book = wiring.account_book()
    book.apply(Change(consumer=builders.consumer("dossier", version=1)))
    first = ground.active("dossier")
    stored = write(book, first, first, what="Imported", data={}, now=NOON)
    at = Standing(Status.EXHAUSTED)
    ended = set_up(stored, at, book=book, creditors=wiring.creditors(), waker=MemoryWaker())
    file = target / "dossier.json"
    words = ["audit", "export", ended.reference, "--creditor", CREDITOR, "-o", str(file)]
    done = RUN.invoke(app, words, env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert f"account#{ended.account_id}" in json.loads(file.read_text("utf-8"))["chains"]
