"""Requests: what is asked of rollouts is done once, however often it is asked.

A request is stored before anything is done for it and answered when all of it is done. A second
delivery goes on where the first has come to, and gives the same answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from dunlin.domain.errors import Conflict, DomainError
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import Rollout, Walk
from dunlin.service.accounts.writing import retry_on_conflict
from dunlin.service.rollouts.rollout_ports import RolloutPorts

WORKING = "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What was done since it was asked for: ladders started, accounts held out, and who was
    passed over, by reason. `finished` is false where time ran out: it goes on by itself."""

    rollout: Rollout
    started: int
    held_out: int
    passed_over: dict[str, int]
    finished: bool = True


def started_by(rollout: Rollout, walk: Walk, *, finished: bool = True) -> Started:
    """What a walk has done."""
    counts = Counter(walk.outcomes)
    return Started(
        rollout=rollout,
        started=counts.pop("started", 0),
        held_out=counts.pop("held out", 0),
        passed_over=dict(sorted(counts.items())),
        finished=finished,
    )


def in_words(done: Started) -> dict[str, Any]:
    """What was done, as a function answers it: counts and ids alone."""
    return {
        "rollout": done.rollout.rollout_id,
        "stage": done.rollout.stage.value,
        "halted": done.rollout.halted,
        "size": done.rollout.size,
        "started": done.started,
        "held_out": done.held_out,
        "passed_over": done.passed_over,
    }


def stored(asked: RolloutRequest, ports: RolloutPorts) -> RolloutRequest:
    """The request as it stands, stored now where it comes for the first time."""

    def attempt() -> RolloutRequest:
        kept = ports.rollouts.request(asked.creditor, asked.request_id)
        if kept is None:
            kept = replace(asked, version=1)
            ports.rollouts.put_request(kept)
        return kept

    return retry_on_conflict(attempt)


def answer_with(done: Started, request_id: str, *, ports: RolloutPorts) -> None:
    """Answer a request together with the last write of what was done for it. Raises
    `Conflict`."""
    kept = ports.rollouts.request(done.rollout.creditor, request_id)
    if kept is None or kept.answer is not None:
        ports.rollouts.put_rollout(done.rollout)
        return
    answered = replace(kept, answer=in_words(done), version=kept.version + 1)
    ports.rollouts.put_request(answered, done.rollout)


def take(
    asked: RolloutRequest,
    act: Callable[[RolloutRequest], Started | list[str]],
    *,
    ports: RolloutPorts,
) -> dict[str, Any]:
    """Do what is asked and answer it: `in_words`, `{obstacles: [text]}`, `{refused: text}`, or
    `{working: request id}` where it takes longer or another delivery is at it."""
    kept = stored(asked, ports)
    if kept.answer is not None:
        return dict(kept.answer)
    working = {WORKING: asked.request_id}
    try:
        done = act(kept)
    except DomainError as error:
        return _answered(kept, {"refused": str(error)}, ports)
    except Conflict:  # another delivery came further, perhaps to the end
        return dict(stored(asked, ports).answer or working)
    if isinstance(done, list):
        return _answered(kept, {"obstacles": done}, ports)
    return _answered(kept, in_words(done), ports) if done.finished else working


def _answered(asked: RolloutRequest, answer: dict[str, Any], ports: RolloutPorts) -> dict[str, Any]:
    """The answer that stands: this one, or the one that was given first."""

    def attempt() -> dict[str, Any]:
        kept = stored(asked, ports)
        if kept.answer is None:
            kept = replace(kept, answer=answer, version=kept.version + 1)
            ports.rollouts.put_request(kept)
        return dict(kept.answer or {})

    return retry_on_conflict(attempt)
