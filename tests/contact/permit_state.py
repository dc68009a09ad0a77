"""States of the permit protocol, told apart by everything but the hashes of the audit log, which
name the way."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import (
    Channel,
    Consumer,
    ContactHistory,
)
from dunlin.domain.accounts.touch import Touch
from dunlin.ports.accounts import Facts


@dataclass(frozen=True)
class Actor:
    """One execution. `answers` is what its present function was answered so far."""

    name: str
    account_id: str
    run: int = 1
    stage: str = "check"  # check, send, idle, gone
    touch_key: str = ""
    permit_id: str = ""
    at: datetime | None = None  # when its present function began
    answers: tuple[Any, ...] = ()
    crashes: int = 1
    looks: int = 2


@dataclass(frozen=True)
class State:
    tables: Mapping[str, Any]
    actors: tuple[Actor, ...]
    taken: tuple[str, ...]  # touch ids of the messages that the provider took
    events: frozenset[str]
    now: datetime
    fault: str = ""


def with_actor(state: State, place: int, actor: Actor) -> State:
    return replace(state, actors=(*state.actors[:place], actor, *state.actors[place + 1 :]))


def account_key(a: Account) -> Hashable:
    return (
        a.account_id, a.version, a.status, a.hold, a.balance.minor, a.rung, a.occurrence,
        a.ladder_run, a.due_at, a.escalated,
    )  # fmt: skip


def consumer_key(c: Consumer) -> Hashable:
    return c.version, frozenset(c.flags), tuple(c.consent(x).version for x in Channel)


def history_key(h: ContactHistory) -> Hashable:
    return h.version, tuple((c.touch_id, c.outcome) for c in h.contacts)


def _answer_key(answer: Any) -> Hashable:
    if isinstance(answer, Facts):
        return (
            account_key(answer.account), consumer_key(answer.consumer),
            history_key(answer.history), answer.paused, answer.touch and answer.touch.state,
        )  # fmt: skip
    if isinstance(answer, Exception):
        return type(answer).__name__
    if isinstance(answer, Touch):
        return answer.touch_id, answer.state
    return answer if isinstance(answer, str | bool) else None


def actor_key(a: Actor) -> Hashable:
    answers = tuple(_answer_key(x) for x in a.answers)
    return a.name, a.run, a.stage, a.touch_key, a.at, answers, a.crashes, a.looks
