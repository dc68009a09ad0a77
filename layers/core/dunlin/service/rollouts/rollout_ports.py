"""What the work on rollouts is done with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dunlin.ports.accounts import Accounts, Batches, Histories, PortfolioPages, Portfolios
from dunlin.ports.arrangements import Arrangements
from dunlin.ports.audit import AuditLog
from dunlin.ports.machines import LadderWaker
from dunlin.ports.messages import MessageTemplates
from dunlin.ports.rollouts import Rollouts
from dunlin.ports.strategies import Creditors


class RolloutBook(Accounts, Histories, Arrangements, Batches, Portfolios, PortfolioPages, Protocol):
    """The members of a rollout, all that happened to them, and what moves them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPorts:
    """What a rollout works on."""

    book: RolloutBook
    creditors: Creditors
    rollouts: Rollouts
    templates: MessageTemplates
    log: AuditLog
    waker: LadderWaker
