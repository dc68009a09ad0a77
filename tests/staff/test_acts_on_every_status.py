"""What staff do about an account works, or is refused with a reason, whatever its standing."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.cli.main import app
from dunlin.cli.target import Target
from dunlin.domain.accounts.account import Status
from dunlin.runtime import wiring
from dunlin.service.staff import queue as staff_queue
from dunlin.views.messages.jinja_messages import JinjaMessages
from tests.staff.acts import ACTS, STANDINGS, Act, Standing, kind_of, letter_written, set_up
from tests.staff.builders import ChainLog
from tests.support import ground
from tests.support.builders import CREDITOR, NOON

pytestmark = pytest.mark.slow

RUN, COMMAND = CliRunner(), get_command(app)  # the tree of commands is made once, not each time
GATE, MESSAGES = ground.gate(), JinjaMessages()
ROOT = Path(__file__).resolve().parents[2]
# Commands about one account that need what only a stack has: they run there.
ON_A_STACK = {"audit export"}


def about_one_account(command: Any, name: str = "") -> set[str]:
    """The names of all commands that take an account."""
    if hasattr(command, "commands"):
        below = command.commands.items()
        return {c for word, row in below for c in about_one_account(row, f"{name} {word}".strip())}
    return {name} if any(p.name == "which" for p in command.params) else set()


def test_every_command_about_an_account_is_an_act_here() -> None:
    assert {act.command for act in ACTS} | ON_A_STACK == about_one_account(COMMAND)


def function(name: str) -> ModuleType:
    """A function's own module, as Lambda loads it."""
    module_name = f"dunlin_{name}"
    if module_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            module_name, ROOT / f"functions/{name}/handler.py"
        )
        assert spec is not None
        assert spec.loader is not None
        sys.modules[module_name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[module_name])
    return sys.modules[module_name]


class Functions:
    """The stack's functions, called in this process."""

    def invoke(self, **asked: str) -> dict[str, Any]:
        answer = function("refund_excess").handler(json.loads(asked["Payload"]), None)
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("acts")


@pytest.fixture
def waker() -> MemoryWaker:
    return MemoryWaker()


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch, waker: MemoryWaker) -> MemoryBook:
    memory, owed = ground.memory_world()
    person_at_home = replace(
        memory.consumers[owed.consumer_id], street="5 Sample Road", city="Springfield"
    )
    memory.consumers[owed.consumer_id] = person_at_home
    target = Target(
        where="here", outputs={"RefundExcessFunctionName": "RefundExcess"}, time_lapse="",
        endpoint="http://127.0.0.1:1", urls={},
    )  # fmt: skip
    monkeypatch.setattr("typer.testing._get_command", lambda _: COMMAND)
    monkeypatch.setattr(Target, "client", lambda *_: Functions())
    for name, value in {
        "account_book": memory, "creditors": memory.creditors, "audit_archive": ChainLog(memory),
        "waker": waker, "arranging_waker": waker, "clock": FixedClock(NOON),
        "gate": GATE, "templates": MESSAGES, "processor": None,
    }.items():  # fmt: skip
        monkeypatch.setattr(wiring, name, lambda value=value: value)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: target)
    return memory


def run(act: Act, reference: str, folder: Path) -> tuple[int, str]:
    """Run a command about the account as staff do."""
    (folder / "answer.txt").write_text("It is for the visit of 1 September.\n")
    files = {
        "answer": str(folder / "answer.txt"),
        "letter": str(folder / "letter.html"),
        "export": str(folder / "person.json"),
    }
    more = [word.format(**files) for word in act.more]
    words = [*act.command.split(), reference, *more, "--creditor", CREDITOR]
    (folder / "person.json").unlink(missing_ok=True)
    done = RUN.invoke(app, words, env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.mark.parametrize("at", STANDINGS, ids=str)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_act_works_or_says_why_not(
    act: Act, at: Standing, book: MemoryBook, waker: MemoryWaker, folder: Path
) -> None:
    (first,) = book.accounts.values()
    before = set_up(first, at, book=book, creditors=book.creditors, waker=MemoryWaker())
    if act.command == "letter proof":
        letter_written(before, book)
    account_id = before.account_id
    chains = [f"account#{account_id}", f"consumer#{before.consumer_id}"]
    written = {name: len(book.chains[name]) for name in chains}
    rows = (
        book.accounts[account_id],
        book.consumers[before.consumer_id],
        book.arrangements(account_id),
    )

    code, output = run(act, first.reference, folder)

    expected = act.leaves(at)
    assert (code, expected.says in output) == (expected.code, True), output
    assert output.strip(), "a command that says nothing"
    entries = [entry for name in chains for entry in book.chains[name][written[name] :]]
    if expected.what:
        assert expected.what in [e.what for e in entries]
        assert {e.actor for e in entries} == {"staff:ana"}
    else:
        assert entries == []
        assert rows == (
            book.accounts[account_id],
            book.consumers[before.consumer_id],
            book.arrangements(account_id),
        )
    # Who sees it afterwards.
    items = staff_queue.listing(creditor=CREDITOR, book=book, creditors=book.creditors, now=NOON)
    wanted = kind_afterwards(act, at)
    assert [item.kind for item in items] == ([wanted] if wanted else [])
    # Nobody is put on a ladder by surprise: a failed one begins anew, an ended one enters again.
    after = book.accounts[account_id]
    begun = after.on_ladder and not before.on_ladder
    freed = expected.what == "ReleaseApproved" and at.status is Status.FAILED
    assert begun is (freed or expected.what == "AccountReentered")
    assert bool(waker.started) is freed


def kind_afterwards(act: Act, at: Standing) -> str:
    """The account's kind in the queue after a command, "" where it waits for nobody."""
    expected = act.leaves(at)
    wanted = kind_of(at) if expected.kind is None else expected.kind
    if act.name == "account flag hardship" and at.owes:
        wanted = "reply" if at.before == "arranged" else wanted or "review"
    if act.name == "account flag dispute" and at.owes and wanted in ("", "failed"):
        wanted = "dispute"
    return wanted
