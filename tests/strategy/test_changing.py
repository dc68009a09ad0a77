"""A strategy that changes: shown before and after, rungs still to come move, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import yaml

from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.domain.accounts.account import Hold, NextAction, Status
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.strategy.strategy_document import read_strategy, settings_of
from dunlin.runtime import wiring
from dunlin.service.contact.replanning import move_pending, moves, told
from dunlin.service.contact.strategies import load_strategy
from tests.contact.walk import FOUR, Walk, rungs
from tests.support import builders

FASTER = rungs(
    {"name": "one", "days": 0, "tone": "gentle"},
    {"name": "extra", "days": 4, "channels": ["sms", "email"], "template": "answers"},
    {"name": "two"},
    {"name": "last", "template": "final_notice", "offer": "final", "tone": "firm"},
)


def started_walk() -> tuple[Walk, dict[str, str]]:
    """Accounts in every state a new version may find them in."""
    walk = Walk(document=FOUR)
    ids = {
        name: walk.owes(name, walk.person(name))
        for name in ("running", "held", "agreed", "promised", "deferred", "settled", "imported")
    }
    walk.start(*(ids[n] for n in ids if n != "imported"))
    walk.until(2)
    walk.change(ids["held"], hold=Hold.DISPUTE, hold_reason="Disputes it")
    walk.change(ids["agreed"], hold=Hold.ARRANGEMENT)
    later = walk.now + timedelta(days=30)
    walk.change(ids["promised"], hold=Hold.PROMISE, due_at=later)
    walk.change(ids["settled"], status=Status.SETTLED, due_at=None)
    action = walk.account(ids["deferred"]).next_action
    assert isinstance(action, NextAction)
    walk.change(ids["deferred"], due_at=later)
    return walk, ids


def changed(walk: Walk, document: dict[str, Any]) -> Strategy:
    version = walk.put(document)
    strategy = walk.book.creditors.strategy(builders.CREDITOR, version)
    assert strategy is not None
    return strategy


def moving(walk: Walk, strategy: Strategy) -> int:
    return move_pending(
        strategy, book=walk.book, creditors=walk.book.creditors, waker=walk.waker, now=walk.now
    )


def test_what_is_shown_is_what_moves_and_what_was_sent_is_not_redone() -> None:
    walk, ids = started_walk()
    before = {n: walk.account(i) for n, i in ids.items()}
    strategy = changed(walk, FASTER)
    shown = {
        m.account_id: m
        for m in moves(strategy, book=walk.book, creditors=walk.book.creditors, now=walk.now)
    }
    assert {walk.account(i) == before[n] for n, i in ids.items()} == {True}  # only looked at
    walk.now += timedelta(minutes=10)
    assert moving(walk, strategy) == len(shown)
    after = {n: walk.account(i) for n, i in ids.items()}
    for name in ("running", "held", "promised", "deferred"):
        assert after[name].strategy_version == strategy.version
        assert after[name].next_action == shown[ids[name]].after
        assert after[name].sent == before[name].sent == ("one",)
    assert after["running"].due_at == after["running"].next_action.at  # type: ignore[union-attr]
    assert after["running"].due_at < before["running"].due_at  # type: ignore[operator]
    assert after["running"].next_action.channel == "sms"  # type: ignore[union-attr]
    assert (after["held"].due_at, after["promised"].due_at) == (
        before["held"].due_at,
        before["promised"].due_at,
    )
    for name in ("agreed", "settled", "imported"):
        assert after[name] == before[name]
    assert moving(walk, strategy) == 0
    walk.until(60)
    assert walk.names(ids["running"]) == ["one", "extra", "two", "last"]


def test_a_change_that_moves_no_rung_leaves_what_put_it_off_since() -> None:
    walk, ids = started_walk()
    strategy = changed(walk, FOUR | {"escalation": {"balance_over_minor": 900_000}})
    due = {n: walk.account(i).due_at for n, i in ids.items()}
    moving(walk, strategy)
    assert {n: walk.account(i).due_at for n, i in ids.items()} == due
    assert walk.account(ids["deferred"]).strategy_version == strategy.version


def test_before_and_after_are_told_in_lines() -> None:
    walk, _ = started_walk()
    strategy = changed(walk, FASTER)
    moved = list(moves(strategy, book=walk.book, creditors=walk.book.creditors, now=walk.now))
    lines = told(moved, most=1).splitlines()
    assert lines[0] == "4 active accounts, 2 of them with another next touch."
    assert " email reminder.neutral -> 2026-11-" in lines[1] + lines[2]
    assert lines[-1] == "... and 1 more."


def test_a_dropped_strategy_is_stored_and_moves_the_accounts() -> None:
    walk, ids = started_walk()
    box = MemoryDropBox()
    key = f"config/{builders.CREDITOR}/strategy.yaml"
    text = yaml.safe_dump(builders.strategy_document(**FASTER)).encode()
    box.write(key, text, "text/yaml")

    def load() -> int | None:
        return load_strategy(
            key, version=None, reader=wiring.strategy_reader(), creditors=walk.book.creditors,
            book=walk.book, waker=walk.waker, drop_box=box, now=walk.now,
        )  # fmt: skip

    assert load() == 2
    errors = box.read(key.replace("yaml", "errors.txt")).decode()
    assert errors == "No errors. Stored as version 2. 4 active accounts follow it.\n"
    assert "running:" in box.read(key.replace("yaml", "changes.txt")).decode()
    assert walk.account(ids["running"]).strategy_version == 2
    assert load() == 2  # delivered again: nothing moves twice
    assert len(walk.entries(ids["running"], "StrategyMoved")) == 1
    box.write(key, text.replace(b"days: 4", b"days: never"), "text/yaml")
    assert load() is None
    refused = box.read(key.replace("yaml", "errors.txt")).decode()
    assert refused.startswith("line ")
    assert "strategy.ladders.standard[1].days: a whole number from 0 to 365" in refused
    assert walk.account(ids["running"]).strategy_version == 2


@pytest.mark.parametrize("changes", [{"paused": True}, {"holdout_percent": 7}])
def test_settings_name_what_differs(changes: dict[str, object]) -> None:
    def settings(**more: object) -> dict[str, str]:
        document = builders.strategy_document(**more)
        return settings_of(read_strategy(document, creditor=builders.CREDITOR, version=1))

    before, after = settings(), settings(**changes)
    assert {k for k in before | after if before.get(k) != after.get(k)} == set(changes)
