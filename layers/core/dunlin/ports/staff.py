"""What staff alone do: the queue, the pauses, the erasure of words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dunlin.domain.accounts.account import Account
from dunlin.domain.rollouts.rollout import Segment
from dunlin.ports.accounts import (
    ChangeWriter,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayMail:
    """A mail to a creditor that belongs to no message and nobody we know. `key` is where it lies;
    who wrote it and what stands in it is there alone."""

    mail_id: str
    creditor: str
    at: datetime
    key: str


class StrayMails(Protocol):
    """Mail that waits for a person though no account does."""

    def keep_stray(self, mail: StrayMail) -> None:
        """Put a mail before staff; again is harmless."""

    def strays(self, creditor: str) -> list[StrayMail]:
        """What waits of a creditor, the oldest first."""

    def settle_stray(self, creditor: str, mail_id: str) -> bool:
        """Somebody has seen to it; False where it does not wait."""


class WaitingForStaff(Protocol):
    """What a person must look at."""

    def waiting_for_staff(self, creditor: str | None = None) -> Iterable[Account]:
        """Accounts that are held or escalated and wait for a person."""


class Pauses(ChangeWriter, Protocol):
    """The switch that stops every message of a creditor or of the platform."""

    def pause(self, scope: str, *, on: bool, actor: str, at: datetime) -> None:
        """Switch a pause: scope is `platform` or a creditor id. Binds the next permit and
        every permit not yet spent."""

    def pause_segment(
        self, creditor: str, segment: Segment, *, on: bool, actor: str, at: datetime
    ) -> bool:
        """Switch the pause of a segment as it is saved now, for the accounts that it takes and
        those that it will take. Binds as the pause of a creditor does, for ladders. False where
        it was so already."""


class Erasures(Protocol):
    """The words that a person wrote or was written, taken out for good."""

    def texts(self, owner: str) -> int:
        """How many messages, replies and answers of an account hold words; of a person's id,
        how many replies about no account do."""

    def erase_texts(self, owner: str) -> int:
        """Take the words out of these; ids, times, labels and hashes stay. How many lost them:
        none where it is done again."""

    def drop_points(self, consumer_id: str) -> None:
        """Drop from the index by address what the person's row no longer holds."""
