"""Pacing: the turns of all senders follow what the mail provider allows."""

from __future__ import annotations

from datetime import datetime

from dunlin.domain.contact.pace import SendingAllowance, pace_of
from dunlin.ports.messages import MailTurns, SendingAccount


def keep_pace(*, account: SendingAccount, turns: MailTurns, now: datetime) -> SendingAllowance:
    """Read what the provider allows and let the turns follow it. Raises `Unavailable`."""
    allowance = account.allowance()
    turns.set_pace(pace_of(allowance, turns.pace(), now))
    return allowance
