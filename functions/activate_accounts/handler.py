"""ActivateAccounts: begins, promotes and halts rollouts, and every hour lets them go on."""

from __future__ import annotations

from typing import Any

from dunlin.runtime import wiring
from dunlin.runtime.telemetry import logger
from dunlin.service.rollouts import rollouts


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{begin: {creditor, segment: {name, when}, stage, size}}`, `{promote: id}`,
    `{halt: id, by, why}`, or a schedule's event for every rollout → what was done."""
    ports, now = wiring.rollout_ports(), wiring.clock().now()
    done: rollouts.Done
    match event:
        case {"begin": asked}:
            done = rollouts.begin(
                asked["creditor"],
                rollouts.segment_of(asked["segment"]),
                stage=asked["stage"],
                size=asked["size"],
                ports=ports,
                now=now,
            )
        case {"promote": rollout_id}:
            done = rollouts.promote(
                rollout_id, ports=ports, link_checker=wiring.link_checker(), now=now
            )
        case {"halt": rollout_id, "by": by, "why": why}:
            done = rollouts.halt_by_staff(rollout_id, by=by, why=why, ports=ports, now=now)
        case _:
            done = rollouts.advance_all(ports=ports, now=now)
    outcome = rollouts.told(done)
    logger.info("rollouts", extra={"done": outcome})
    return outcome
