"""Saved segments and rollouts in memory."""

from __future__ import annotations

import copy

from dunlin.domain.errors import Conflict
from dunlin.domain.reports.outcome import RolloutLook
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import Rollout, Segment


class MemoryRollouts:
    """`Rollouts` in dictionaries."""

    def __init__(self) -> None:
        self._segments: dict[tuple[str, str], Segment] = {}
        self._rollouts: dict[str, Rollout] = {}
        self._looks: dict[tuple[str, bool], RolloutLook] = {}
        self._requests: dict[tuple[str, str], RolloutRequest] = {}

    def segments(self, creditor: str) -> list[Segment]:
        return [s for (who, _), s in sorted(self._segments.items()) if who == creditor]

    def put_segment(self, creditor: str, segment: Segment) -> None:
        self._segments[creditor, segment.name] = segment

    def rollout(self, rollout_id: str) -> Rollout | None:
        return self._rollouts.get(rollout_id)

    def rollouts(self, creditor: str) -> list[Rollout]:
        rollouts = [r for r in self._rollouts.values() if r.creditor == creditor]
        return sorted(rollouts, key=lambda r: r.started_at)

    def put_rollout(self, rollout: Rollout) -> None:
        self._unmoved(rollout)
        self._rollouts[rollout.rollout_id] = rollout

    def _unmoved(self, rollout: Rollout) -> None:
        stored = self._rollouts.get(rollout.rollout_id)
        if (stored.version if stored else 0) != rollout.version - 1:
            raise Conflict(f"rollout {rollout.rollout_id} moved")

    def request(self, creditor: str, request_id: str) -> RolloutRequest | None:
        return self._requests.get((creditor, request_id))

    def put_request(self, request: RolloutRequest, rollout: Rollout | None = None) -> None:
        stored = self.request(request.creditor, request.request_id)
        if (stored.version if stored else 0) != request.version - 1:
            raise Conflict(f"request {request.request_id} moved")
        if rollout is not None:
            self.put_rollout(rollout)
        self._requests[request.creditor, request.request_id] = request

    def look(self, rollout_id: str, *, finished: bool = True) -> RolloutLook | None:
        return copy.deepcopy(self._looks.get((rollout_id, finished)))

    def put_look(self, look: RolloutLook) -> None:
        self._looks[look.rollout_id, not look.after] = copy.deepcopy(look)
