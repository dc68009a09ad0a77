"""ActivateAccounts: begins, promotes and halts rollouts, every hour lets them go on, and every
five minutes takes up what was left in the middle."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import creditor_of
from dunlin.runtime import wiring
from dunlin.runtime.telemetry import logger
from dunlin.service.rollouts import rollouts
from dunlin.service.rollouts.requests import Started, in_words, take

_SECONDS = 240  # of starting accounts in one run: the next begins every 300


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{request, begin: {creditor, segment: {name, when}, stage, size}}`,
    `{request, promote: id}`, `{request, halt: id, by, why}` → the answer to the request;
    `{look: id}` → `{looked: number}` or `{looking: id}`;
    `{go_on: true}` or a schedule's event for every rollout → what was done."""
    ports, now, go_on = wiring.rollout_ports(), wiring.clock().now(), _for_a_while()
    match event:
        case {"request": str(request_id)}:
            asked = RolloutRequest(
                request_id=request_id, creditor=_creditor_of(event), asked_at=now
            )
            outcome = take(asked, lambda kept: _act(kept, event, go_on), ports=ports)
        case {"look": str(rollout_id)}:
            looked = rollouts.look_at(rollout_id, ports=ports, now=now, go_on=go_on)
            outcome = {"looked": looked.number} if looked else {"looking": rollout_id}
        case {"go_on": True}:
            done = rollouts.go_on_all(ports=ports, now=now, go_on=go_on)
            outcome = {"rollouts": [in_words(looked) for looked in done]}
        case _:
            done = rollouts.advance_all(ports=ports, now=now, go_on=go_on)
            outcome = {"rollouts": [in_words(looked) for looked in done]}
    logger.info("rollouts", extra={"done": outcome})
    return outcome


def _creditor_of(event: dict[str, Any]) -> str:
    if "begin" in event:
        return str(event["begin"]["creditor"])
    return creditor_of(event["promote"] if "promote" in event else event["halt"])


def _act(
    asked: RolloutRequest, event: dict[str, Any], go_on: Callable[[], bool]
) -> Started | list[str]:
    ports, now = wiring.rollout_ports(), wiring.clock().now()
    match event:
        case {"begin": begun}:
            return rollouts.begin(
                asked,
                rollouts.segment_of(begun["segment"]),
                stage=begun["stage"],
                size=begun["size"],
                ports=ports,
                now=now,
                go_on=go_on,
            )
        case {"promote": rollout_id}:
            return rollouts.promote(
                asked,
                rollout_id,
                ports=ports,
                link_checker=wiring.link_checker(),
                now=now,
                go_on=go_on,
            )
    return rollouts.halt_by_staff(
        asked, event["halt"], by=event["by"], why=event["why"], ports=ports, now=now, go_on=go_on
    )


def _for_a_while() -> Callable[[], bool]:
    """True until a run has started accounts for as long as it may."""
    end = time.monotonic() + _SECONDS
    return lambda: time.monotonic() < end
