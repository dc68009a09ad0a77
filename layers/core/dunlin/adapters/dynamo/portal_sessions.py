"""Links, sessions, drafts, identity attempts, codes and payment attempts: rows of the Ops table.

Every row expires by `expires_at`; DynamoDB deletes late, so readers compare times themselves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from dunlin.adapters.dynamo.faults import translated
from dunlin.domain.errors import Conflict
from dunlin.domain.instants import sortable_text
from dunlin.domain.money import Money
from dunlin.ports.portal import FormDraft, Link, PaymentAttempt, Session

_DAY = timedelta(days=1)
# Every kind of row is read by its whole key; the sort key only tells them apart in a listing.
_LINK, _SESSION, _DRAFT, _ATTEMPT, _CODE, _PAY = (
    "LINK", "SESSION", "DRAFT", "ATTEMPT", "CODE", "PAY",
)  # fmt: skip
_PAY_LIFE = timedelta(days=400)


class _SessionRow(Model):
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    expires_at = NumberAttribute()
    account_id = UnicodeAttribute(null=True)
    consumer_id = UnicodeAttribute(null=True)
    creditor = UnicodeAttribute(null=True)
    touch_id = UnicodeAttribute(null=True)
    channel = UnicodeAttribute(null=True)
    address_hash = UnicodeAttribute(null=True)
    csrf = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    tries = NumberAttribute(null=True)
    code_hash = UnicodeAttribute(null=True)
    attempts = UnicodeAttribute(null=True)
    at = UnicodeAttribute(null=True)
    place = UnicodeAttribute(null=True)
    form = JSONAttribute(null=True)


def _rows(table: str) -> type[_SessionRow]:
    meta = type(
        "Meta",
        (),
        {"table_name": table, "connect_timeout_seconds": 1, "read_timeout_seconds": 3},
    )
    return type("Row", (_SessionRow,), {"Meta": meta})


def _epoch(at: datetime) -> int:
    return int(at.timestamp())


def _instant(epoch: float) -> datetime:
    return datetime.fromtimestamp(int(epoch), UTC)


class DynamoPortalSessions:
    """`PortalSessions` over the Ops table."""

    def __init__(self, *, ops_table: str) -> None:
        self._rows = _rows(ops_table)

    def _read(self, key: str, kind: str) -> _SessionRow | None:
        with translated(kind):
            try:
                return self._rows.get(key, kind, consistent_read=True)
            except self._rows.DoesNotExist:
                return None

    def put_link(self, link: Link) -> None:
        with translated("link"):
            self._rows(
                pk=f"LINK#{link.token_hash}",
                sk=_LINK,
                expires_at=_epoch(link.expires_at),
                account_id=link.account_id,
                consumer_id=link.consumer_id,
                creditor=link.creditor,
                touch_id=link.touch_id,
                channel=link.channel,
                address_hash=link.address_hash,
            ).save()

    def link(self, token_hash: str) -> Link | None:
        row = self._read(f"LINK#{token_hash}", _LINK)
        if row is None:
            return None
        return Link(
            token_hash=token_hash,
            account_id=row.account_id,
            consumer_id=row.consumer_id,
            creditor=row.creditor,
            touch_id=row.touch_id or "",
            channel=row.channel or "",
            address_hash=row.address_hash or "",
            expires_at=_instant(row.expires_at),
        )

    def put_session(self, session: Session) -> None:
        with translated("session"):
            self._rows(
                pk=f"SESSION#{session.session_hash}",
                sk=_SESSION,
                # Kept a day longer, so that what is typed after its end can find its person.
                expires_at=_epoch(session.expires_at + _DAY),
                at=sortable_text(session.expires_at),
                account_id=session.account_id,
                consumer_id=session.consumer_id,
                creditor=session.creditor,
                csrf=session.csrf,
                language=session.language,
            ).save()

    def session(self, session_hash: str) -> Session | None:
        row = self._read(f"SESSION#{session_hash}", _SESSION)
        if row is None:
            return None
        return Session(
            session_hash=session_hash,
            account_id=row.account_id,
            consumer_id=row.consumer_id,
            creditor=row.creditor,
            csrf=row.csrf,
            language=row.language,
            expires_at=datetime.fromisoformat(row.at),
        )

    def drop_session(self, session_hash: str) -> None:
        with translated("session"):
            self._rows(f"SESSION#{session_hash}", _SESSION).delete()

    def put_draft(self, draft: FormDraft) -> None:
        with translated("draft"):
            self._rows(
                pk=f"DRAFT#{draft.account_id}",
                sk=_DRAFT,
                expires_at=_epoch(draft.expires_at),
                consumer_id=draft.consumer_id,
                place=draft.place,
                form=dict(draft.form),
            ).save()

    def draft(self, account_id: str) -> FormDraft | None:
        row = self._read(f"DRAFT#{account_id}", _DRAFT)
        if row is None:
            return None
        return FormDraft(
            account_id=account_id,
            consumer_id=row.consumer_id,
            place=row.place,
            form=dict(row.form),
            expires_at=_instant(row.expires_at),
        )

    def drop_draft(self, account_id: str) -> None:
        with translated("draft"):
            self._rows(f"DRAFT#{account_id}", _DRAFT).delete()

    def count_attempt(self, subject: str, now: datetime) -> int:
        """One conditional update, so that parallel guesses cannot share a try."""
        row = self._rows(f"ATTEMPT#{subject}", _ATTEMPT)
        running = self._rows.expires_at > _epoch(now)
        while True:
            try:
                with translated("attempt"):
                    row.update(actions=[self._rows.tries.add(1)], condition=running)
                return int(row.tries)
            except Conflict:
                pass
            over = self._rows.pk.does_not_exist() | (self._rows.expires_at <= _epoch(now))
            fresh: list[Action] = [
                self._rows.tries.set(1),
                self._rows.expires_at.set(_epoch(now + _DAY)),
            ]
            try:
                with translated("attempt"):
                    row.update(actions=fresh, condition=over)
                return 1
            except Conflict:
                continue  # another request began the count in between: add to it

    def clear_attempts(self, subject: str) -> None:
        with translated("attempt"):
            self._rows(f"ATTEMPT#{subject}", _ATTEMPT).delete()

    def put_code(self, subject: str, code_hash: str, expires_at: datetime) -> None:
        with translated("code"):
            self._rows(
                pk=f"CODE#{subject}", sk=_CODE, expires_at=_epoch(expires_at), code_hash=code_hash
            ).save()

    def code(self, subject: str, now: datetime) -> str | None:
        row = self._read(f"CODE#{subject}", _CODE)
        return None if row is None or row.expires_at <= _epoch(now) else row.code_hash

    def payment_attempts(self, consumer_id: str) -> tuple[PaymentAttempt, ...]:
        row = self._read(f"PAY#{consumer_id}", _PAY)
        return () if row is None else tuple(_attempt(one) for one in json.loads(row.attempts))

    def put_payment_attempts(
        self,
        consumer_id: str,
        attempts: Sequence[PaymentAttempt],
        *,
        replaces: Sequence[PaymentAttempt],
    ) -> None:
        """One row a person: what is stored is compared whole, so nobody's attempt is lost."""
        expected = (
            self._rows.attempts == _text(replaces) if replaces else self._rows.pk.does_not_exist()
        )
        newest = max(one.at for one in attempts)
        with translated("payment attempt"):
            self._rows(
                pk=f"PAY#{consumer_id}",
                sk=_PAY,
                expires_at=_epoch(newest + _PAY_LIFE),
                attempts=_text(attempts),
            ).save(condition=expected)


def _text(attempts: Sequence[PaymentAttempt]) -> str:
    return json.dumps(
        [
            {
                "attempt_id": one.attempt_id,
                "account_id": one.account_id,
                "minor": one.amount.minor,
                "currency": one.amount.currency,
                "locale": one.locale,
                "at": one.at.astimezone(UTC).isoformat(),
                "checkout_id": one.checkout_id,
                "url": one.url,
                "closed": one.closed,
            }
            for one in attempts
        ]
    )


def _attempt(stored: dict[str, Any]) -> PaymentAttempt:
    return PaymentAttempt(
        attempt_id=stored["attempt_id"],
        account_id=stored["account_id"],
        amount=Money(stored["minor"], stored["currency"]),
        locale=stored["locale"],
        at=datetime.fromisoformat(stored["at"]),
        checkout_id=stored["checkout_id"],
        url=stored["url"],
        closed=stored["closed"],
    )
