"""The portal's sessions, the inbox and the queue in memory, true to the tables."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dunlin.domain.errors import Conflict
from dunlin.ports.portal import FormDraft, Link, PaymentAttempt, Session


class MemoryPortalSessions:
    """Links, sessions, attempts and codes in dictionaries."""

    def __init__(self) -> None:
        self.links: dict[str, Link] = {}
        self.sessions: dict[str, Session] = {}
        self.drafts: dict[str, FormDraft] = {}
        self.attempts: dict[str, tuple[int, datetime]] = {}
        self.codes: dict[str, tuple[str, datetime]] = {}
        self.payments: dict[str, tuple[PaymentAttempt, ...]] = {}
        self._lock = threading.Lock()

    def put_link(self, link: Link) -> None:
        self.links[link.token_hash] = link

    def link(self, token_hash: str) -> Link | None:
        return self.links.get(token_hash)

    def put_session(self, session: Session) -> None:
        self.sessions[session.session_hash] = session

    def session(self, session_hash: str) -> Session | None:
        return self.sessions.get(session_hash)

    def drop_session(self, session_hash: str) -> None:
        self.sessions.pop(session_hash, None)

    def put_draft(self, draft: FormDraft) -> None:
        self.drafts[draft.account_id] = draft

    def draft(self, account_id: str) -> FormDraft | None:
        return self.drafts.get(account_id)

    def drop_draft(self, account_id: str) -> None:
        self.drafts.pop(account_id, None)

    def count_attempt(self, subject: str, now: datetime) -> int:
        with self._lock:
            count, until = self.attempts.get(subject, (0, now))
            if until <= now:
                count, until = 0, now + timedelta(days=1)
            self.attempts[subject] = (count + 1, until)
            return count + 1

    def clear_attempts(self, subject: str) -> None:
        with self._lock:
            self.attempts.pop(subject, None)

    def put_code(self, subject: str, code_hash: str, expires_at: datetime) -> None:
        self.codes[subject] = (code_hash, expires_at)

    def code(self, subject: str, now: datetime) -> str | None:
        code_hash, until = self.codes.get(subject, ("", now))
        return code_hash if now < until else None

    def payment_attempts(self, consumer_id: str) -> tuple[PaymentAttempt, ...]:
        return self.payments.get(consumer_id, ())

    def put_payment_attempts(
        self,
        consumer_id: str,
        attempts: Sequence[PaymentAttempt],
        *,
        replaces: Sequence[PaymentAttempt],
    ) -> None:
        with self._lock:
            if self.payments.get(consumer_id, ()) != tuple(replaces):
                raise Conflict("payment attempts moved")
            self.payments[consumer_id] = tuple(attempts)


class MemoryEvidence:
    """Files by name."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}

    def keep(self, content: bytes, *, creditor: str, content_type: str, once: str = "") -> str:
        name = f"evidence/{creditor}/{once or f'{len(self.files) + 1:032x}'}"
        self.files[name] = (content, content_type)
        return name


class MemoryInbox:
    """Raw provider events by id."""

    def __init__(self) -> None:
        self.events: dict[str, str] = {}

    def store(self, event_id: str, body: str, at: datetime) -> bool:
        if event_id in self.events:
            return False
        self.events[event_id] = body
        return True

    def event(self, event_id: str) -> str | None:
        return self.events.get(event_id)


class MemoryQueue:
    """Remembers what was put."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def put(self, message: Mapping[str, Any]) -> None:
        self.messages.append(dict(message))
