"""A pilot reaches the same fifty however often, however slowly and however brokenly it is asked
for; nothing reaches everybody by omission."""

from __future__ import annotations

import gc
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.config import Config
from typer.testing import CliRunner

from dunlin.adapters.memory.clock import FixedClock
from dunlin.cli.main import app
from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.errors import DomainError
from dunlin.domain.rollouts.rollout import RolloutStage, held_out
from dunlin.runtime import wiring
from dunlin.service.rollouts import rollouts
from dunlin.service.rollouts.requests import take
from functions.activate_accounts.handler import handler as activate_accounts
from tests.rollouts.test_pilot_command import Stack
from tests.rollouts.test_rollouts import EVERYBODY, TWO_DAYS, Town
from tests.scenarios.dying import Deaths, called_again, every_death
from tests.support import builders
from tests.support.builders import CREDITOR, NOON

ASKED = {
    "request": "r1",
    "begin": {"creditor": CREDITOR, "segment": {"name": "everybody"}, "stage": "pilot", "size": 50},
}


def deliver(town: Town, monkeypatch: pytest.MonkeyPatch, asked: Any = ASKED) -> dict[str, Any]:
    """The function called with an event, over the town."""
    monkeypatch.setattr(wiring, "rollout_ports", lambda: town.ports)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(town.now))
    return activate_accounts(asked, None)


def fifty(town: Town) -> set[str]:
    """Whom a pilot of fifty would reach."""
    chosen, _ = rollouts.preview(CREDITOR, EVERYBODY, size=50, ports=town.ports, now=town.now)
    return {account.account_id for account in chosen}


def test_three_deliveries_are_one_pilot_and_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(120)
    chosen = fifty(town)
    answers = [deliver(town, monkeypatch) for _ in range(3)]
    assert (answers[0]["started"], answers[0]["passed_over"]) == (50, {"over the size": 70})
    assert answers[0] == answers[1] == answers[2]
    assert town.active() == chosen == {a.account_id for a, _ in town.waker.started.values()}
    assert len(town.ports.rollouts.rollouts(CREDITOR)) == 1


def test_another_request_is_another_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(120)
    first = deliver(town, monkeypatch)
    other = deliver(town, monkeypatch, ASKED | {"request": "r2"})
    assert first["rollout"] != other["rollout"]
    assert len(town.active()) == 100


@pytest.mark.parametrize("nth", [1, 25, 50])
def test_a_delivery_in_the_middle_of_another_starts_nobody_else(
    nth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(80)
    chosen = fifty(town)
    start = town.waker.start
    other: list[dict[str, Any]] = []

    def interrupted(account: Account, *, wait_seconds: int) -> bool:
        begun = start(account, wait_seconds=wait_seconds)
        if len(town.waker.started) == nth and not other:
            other.append({})
            # Somebody who would have been drawn before them, had they been there.
            _arrives(town)
            other[0] = deliver(town, monkeypatch)
        return begun

    monkeypatch.setattr(town.waker, "start", interrupted)
    answer = deliver(town, monkeypatch)
    assert answer == other[0]
    assert answer["started"] == 50
    assert town.active() == chosen


def _arrives(town: Town) -> None:
    for n in range(40):
        person = builders.consumer(f"late{n}")
        debt = builders.account(f"LATE-{n}", consumer_id=person.consumer_id)
        builders.store(town.book, town.book.creditors, debt, person=person, holdout_percent=0)


@pytest.mark.parametrize("percent", [0, 50])
def test_death_at_any_side_effect_leaves_the_same_people(percent: int) -> None:
    chosen: list[set[str]] = []

    def play(deaths: Deaths) -> None:
        town = Town(9, holdout_percent=percent)
        listed, _ = rollouts.preview(CREDITOR, EVERYBODY, size=3, ports=town.ports, now=NOON)
        town.ports = replace(
            town.ports,
            book=deaths.guard(town.book, "book"),
            rollouts=deaths.guard(town.ports.rollouts, "rollouts"),
            waker=deaths.guard(town.waker, "waker"),
        )
        asked = town.request()

        def function() -> dict[str, Any]:
            return take(
                asked,
                lambda kept: rollouts.begin(
                    kept, EVERYBODY, stage="pilot", size=3, ports=town.ports, now=NOON
                ),
                ports=town.ports,
            )

        answer = called_again(function)
        assert town.active() == {a.account_id for a in listed}
        assert {a.account_id for a, _ in town.waker.started.values()} == town.active()
        assert (answer["started"], len(town.ports.rollouts.rollouts(CREDITOR))) == (3, 1)
        out = {a.account_id for a in town.accounts() if a.hold is Hold.HOLDOUT}
        strategy = town.book.creditors.strategy(CREDITOR)
        assert strategy is not None
        assert out == {a.account_id for a in town.accounts() if held_out(strategy, a.consumer_id)}
        chosen.append(town.active())

    died = {name.split()[1] for name in every_death(play)}
    assert died == {"rollouts.put_request", "book.apply", "waker.start"}
    assert all(people == chosen[0] for people in chosen)


class Slow:
    """Lambda as a client that gives up meets it: each call is taken and worked on, and the first
    `silent` are never answered."""

    def __init__(self, work: Callable[[dict[str, Any]], object], *, silent: int) -> None:
        self.calls: list[dict[str, Any]] = []
        self.clients: list[Any] = []
        self.over = threading.Event()
        slow = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                slow.calls.append(asked)
                number = len(slow.calls)
                work(asked)
                if number <= silent:
                    slow.over.wait(20)
                    return
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing to say."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False  # so that closing waits for each call to end
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def client(self) -> Any:
        """A client that waits for a second and asks again, as the SDK does by itself."""
        client: Any = boto3.client(
            "lambda",
            endpoint_url=f"http://127.0.0.1:{self.server.server_port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(read_timeout=1, retries={"total_max_attempts": 3, "mode": "standard"}),
        )
        self.clients.append(client)
        return client

    def close(self) -> None:
        self.over.set()
        for client in self.clients:
            client.close()
        self.server.shutdown()
        self.server.server_close()
        with warnings.catch_warnings():
            # The SDK leaves the sockets of the calls that it gave up to the collector.
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Town, Slow]]:
    """A town behind a Lambda that leaves two calls without an answer."""
    town = Town(120)
    lock = threading.Lock()

    def work(asked: dict[str, Any]) -> None:
        with lock:
            activate_accounts(asked, None)

    server = Slow(work, silent=2)
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: Stack(town, server.client()))
    monkeypatch.setattr(wiring, "rollout_ports", lambda: town.ports)
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
    yield town, server
    server.close()


def test_a_client_that_gives_up_after_a_second_reaches_the_same_fifty(
    slow: tuple[Town, Slow],
) -> None:
    town, server = slow
    town_fifty = fifty(town)
    chosen = ["pilot", "start", CREDITOR, "--segment", "everybody"]
    town.ports.rollouts.put_segment(CREDITOR, EVERYBODY)
    done = CliRunner().invoke(app, chosen)
    assert done.exit_code == 0, done.output
    assert "50 accounts started" in done.output
    assert len(server.calls) == 3
    assert len({call["request"] for call in server.calls}) == 1
    assert town.active() == town_fifty


def test_nothing_starts_everybody_by_omission(slow: tuple[Town, Slow]) -> None:
    town, server = slow
    done = CliRunner().invoke(app, ["activate", CREDITOR])
    assert done.exit_code == 1
    assert "dunlin pilot start" in done.output
    assert "--everybody" in done.output
    assert (server.calls, town.active()) == ([], set())
    for stage, size in (("pilot", 0), ("shadow", 0), ("full", 50), ("ramp", 50)):
        with pytest.raises(DomainError):
            town.begin(stage=stage, size=size)
    assert town.active() == set()


def test_time_that_runs_out_is_taken_up_and_the_request_is_answered_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = Town(250)
    asked = town.request()
    pages = iter([True, False])
    begun = rollouts.begin(
        asked, EVERYBODY, stage="full", size=0, ports=town.ports, now=NOON,
        go_on=lambda: next(pages),
    )  # fmt: skip
    assert (begun.finished, begun.started, len(town.active())) == (False, 100, 100)
    working = take(asked, lambda _: begun, ports=town.ports)
    assert working == {"working": asked.request_id}
    went_on = deliver(town, monkeypatch, {"go_on": True})
    assert [done["started"] for done in went_on["rollouts"]] == [250]
    kept = town.ports.rollouts.request(CREDITOR, asked.request_id)
    assert kept is not None
    assert kept.answer is not None
    assert (kept.answer["started"], kept.answer["size"]) == (250, 250)
    assert len(town.active()) == 250
    assert deliver(town, monkeypatch, {"go_on": True}) == {"rollouts": []}


def test_a_promotion_that_is_asked_three_times_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(400)
    begun = deliver(town, monkeypatch)
    town.contact(hours=2)
    town.now = TWO_DAYS
    monkeypatch.setattr(wiring, "link_checker", lambda: None)
    asked = {"request": "r2", "promote": begun["rollout"]}
    answers = [deliver(town, monkeypatch, asked) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert (answers[0]["stage"], answers[0]["size"], answers[0]["started"]) == ("ramp", 100, 50)
    assert len(town.active()) == 100
    (stored,) = town.ports.rollouts.rollouts(CREDITOR)
    assert stored.stage is RolloutStage.RAMP
