"""What a person wishes of our messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dunlin.domain.page import Page
from dunlin.domain.signal import Signal, SignalKind
from dunlin.ports import Session
from dunlin.service.portal import Portal


def stop_all(portal: Portal, session: Session, _form: Mapping[str, str], *, now: datetime) -> Page:
    """Stop every message on every channel for this person and creditor."""
    portal.raise_signal(
        Signal(
            signal_id=f"stop-{session.session_hash[:32]}",
            kind=SignalKind.OPT_OUT,
            at=now,
            account_id=session.account_id,
            consumer_id=session.consumer_id,
            channel="portal",
            detail={"by": "portal", "scope": "all"},
        ),
        None,
        now,
    )
    return portal.shown("stop_all_done", session, now=now)
