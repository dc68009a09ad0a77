"""Segments and rollouts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dunlin.domain.reports.outcome import RolloutLook
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import Rollout, Segment

if TYPE_CHECKING:
    pass


class Rollouts(Protocol):
    """Saved segments and rollouts of a creditor."""

    def segments(self, creditor: str) -> list[Segment]:
        """By name."""

    def put_segment(self, creditor: str, segment: Segment) -> None:
        """Store a segment in place of the one of this name."""

    def rollout(self, rollout_id: str) -> Rollout | None: ...

    def rollouts(self, creditor: str) -> list[Rollout]:
        """Oldest first."""

    def put_rollout(self, rollout: Rollout) -> None:
        """Store it where the stored version is exactly one less. Raises `Conflict`."""

    def request(self, creditor: str, request_id: str) -> RolloutRequest | None:
        """What was asked under this id, read consistently."""

    def put_request(self, request: RolloutRequest, rollout: Rollout | None = None) -> None:
        """Store it where the stored version is exactly one less, and a rollout with it as
        `put_rollout` does, both or neither. Raises `Conflict`."""

    def look(self, rollout_id: str, *, finished: bool = True) -> RolloutLook | None:
        """The last look that was finished, or the last that was not."""

    def put_look(self, look: RolloutLook) -> None:
        """Store a look in place of the last that was finished as it is, or was not."""
