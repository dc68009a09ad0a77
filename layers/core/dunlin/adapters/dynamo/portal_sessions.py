"""Links, sessions, drafts, identity attempts, codes and payment attempts: rows of the Ops table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from dunlin.adapters.dynamo import reading
from dunlin.adapters.dynamo.faults import translated
from dunlin.adapters.dynamo.rows.portal import (
    DAY,
    CodeRow,
    DraftRow,
    LinkRow,
    PaymentsRow,
    SessionRow,
    TriesRow,
)
from dunlin.adapters.dynamo.rows.row import StoredRow
from dunlin.domain.errors import Conflict
from dunlin.ports.portal import FormDraft, Link, PaymentAttempt, Session


class DynamoPortalSessions:
    """`PortalSessions`, `Drafts` and `PaymentAttempts` over the Ops table."""

    def put_link(self, link: Link) -> None:
        _save(LinkRow.of(link))

    def link(self, token_hash: str) -> Link | None:
        row = reading.get(LinkRow, LinkRow.KEY + token_hash, LinkRow.SK)
        return row.to_domain() if row else None

    def put_session(self, session: Session) -> None:
        _save(SessionRow.of(session))

    def session(self, session_hash: str) -> Session | None:
        row = reading.get(SessionRow, SessionRow.KEY + session_hash, SessionRow.SK)
        return row.to_domain() if row else None

    def drop_session(self, session_hash: str) -> None:
        _drop(SessionRow(SessionRow.KEY + session_hash))

    def put_draft(self, draft: FormDraft) -> None:
        _save(DraftRow.of(draft))

    def draft(self, account_id: str) -> FormDraft | None:
        row = reading.get(DraftRow, DraftRow.KEY + account_id, DraftRow.SK)
        return row.to_domain() if row else None

    def drop_draft(self, account_id: str) -> None:
        _drop(DraftRow(DraftRow.KEY + account_id))

    def count_attempt(self, subject: str, now: datetime) -> int:
        """One conditional update, so that parallel guesses cannot share a try."""
        row = TriesRow(TriesRow.KEY + subject)
        running = TriesRow.expires_at > now
        while True:
            try:
                with translated("attempt"):
                    row.update(actions=[TriesRow.tries.add(1)], condition=running)
                return row.tries
            except Conflict:
                pass
            over = TriesRow.pk.does_not_exist() | (TriesRow.expires_at <= now)
            fresh: list[Action] = [
                TriesRow.tries.set(1),
                TriesRow.expires_at.set(now + DAY),
                TriesRow.shape_set(),
            ]
            try:
                with translated("attempt"):
                    row.update(actions=fresh, condition=over)
                return 1
            except Conflict:
                continue  # another request began the count in between: add to it

    def clear_attempts(self, subject: str) -> None:
        _drop(TriesRow(TriesRow.KEY + subject))

    def put_code(self, subject: str, code_hash: str, expires_at: datetime) -> None:
        _save(CodeRow(CodeRow.KEY + subject, code_hash=code_hash, expires_at=expires_at))

    def code(self, subject: str, now: datetime) -> str | None:
        row = reading.get(CodeRow, CodeRow.KEY + subject, CodeRow.SK)
        if row is None:
            return None
        row.complete()
        return row.code_hash if row.expires_at > now else None

    def payment_attempts(self, consumer_id: str) -> tuple[PaymentAttempt, ...]:
        row = self._payments(consumer_id)
        return row.to_domain() if row else ()

    def _payments(self, consumer_id: str) -> PaymentsRow | None:
        return reading.get(PaymentsRow, PaymentsRow.KEY + consumer_id, PaymentsRow.SK)

    def put_payment_attempts(
        self,
        consumer_id: str,
        attempts: Sequence[PaymentAttempt],
        *,
        replaces: Sequence[PaymentAttempt],
    ) -> None:
        """One row a person: what is stored is compared whole, so nobody's attempt is lost."""
        row = PaymentsRow.of(consumer_id, attempts)
        if not replaces:
            _save(row, PaymentsRow.pk.does_not_exist())
            return
        try:
            _save(row, PaymentsRow.attempts == PaymentsRow.text(replaces))
        except Conflict:
            stored = self._payments(consumer_id)
            if stored is None or stored.to_domain() != tuple(replaces):
                raise
            # The same attempts, as a version before spelled them.
            _save(row, PaymentsRow.attempts == stored.attempts)


def _save(row: StoredRow, condition: Any = None) -> None:
    with translated(type(row).__name__):
        row.save(condition=condition)


def _drop(row: StoredRow) -> None:
    with translated(type(row).__name__):
        row.delete()
