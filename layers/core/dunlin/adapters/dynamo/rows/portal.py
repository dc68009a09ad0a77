"""Rows of the table Ops that the portal keeps, each read by its whole key: the sort key only tells
them apart in a listing.

Every row expires by `expires_at`; DynamoDB deletes late, so readers compare times themselves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from dunlin.adapters.dynamo.rows.forms import INSTANT, TABLE, Fields, Missing
from dunlin.adapters.dynamo.rows.row import (
    EpochAttribute,
    JsonAttribute,
    StoredRow,
    TextAttribute,
    WholeAttribute,
)
from dunlin.adapters.dynamo.rows.tables import OPS
from dunlin.domain.money import Money
from dunlin.ports.portal import FormDraft, Link, PaymentAttempt, Session

DAY = timedelta(days=1)
_PAYMENTS_KEPT = timedelta(days=400)


class LinkRow(StoredRow):
    Meta: Any = OPS
    KEY, SK = "LINK#", "LINK"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=SK)
    account_id = UnicodeAttribute()
    consumer_id = UnicodeAttribute()
    creditor = UnicodeAttribute()
    touch_id = UnicodeAttribute()
    channel = UnicodeAttribute()
    address_hash = UnicodeAttribute()
    opens_until = TextAttribute(INSTANT, null=True)
    expires_at = EpochAttribute()

    @classmethod
    def of(cls, link: Link) -> LinkRow:
        return cls.holding(link, pk=cls.KEY + link.token_hash)

    def to_domain(self) -> Link:
        return Link(**self.fields_of(Link), token_hash=self.pk.removeprefix(self.KEY))


class SessionRow(StoredRow):
    """Kept a day longer, so that what is typed after its end can find its person."""

    Meta: Any = OPS
    KEY, SK = "SESSION#", "SESSION"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=SK)
    account_id = UnicodeAttribute()
    consumer_id = UnicodeAttribute()
    creditor = UnicodeAttribute()
    csrf = UnicodeAttribute()
    language = UnicodeAttribute()
    expires_at = TextAttribute(INSTANT, attr_name="at")
    cleared_at = EpochAttribute(attr_name="expires_at", null=True)

    @classmethod
    def of(cls, session: Session) -> SessionRow:
        return cls.holding(
            session, pk=cls.KEY + session.session_hash, cleared_at=session.expires_at + DAY
        )

    def to_domain(self) -> Session:
        return Session(**self.fields_of(Session), session_hash=self.pk.removeprefix(self.KEY))


class DraftRow(StoredRow):
    Meta: Any = OPS
    KEY, SK = "DRAFT#", "DRAFT"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=SK)
    consumer_id = UnicodeAttribute()
    place = UnicodeAttribute()
    form = JsonAttribute(TABLE)
    expires_at = EpochAttribute()

    @classmethod
    def of(cls, draft: FormDraft) -> DraftRow:
        return cls.holding(draft, pk=cls.KEY + draft.account_id)

    def to_domain(self) -> FormDraft:
        return FormDraft(**self.fields_of(FormDraft), account_id=self.pk.removeprefix(self.KEY))


class TriesRow(StoredRow):
    """How often somebody tried to prove who they are, until `expires_at`."""

    Meta: Any = OPS
    KEY, SK = "ATTEMPT#", "ATTEMPT"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=SK)
    tries = WholeAttribute(null=True)
    expires_at = EpochAttribute(null=True)


class CodeRow(StoredRow):
    Meta: Any = OPS
    KEY, SK = "CODE#", "CODE"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=SK)
    code_hash = UnicodeAttribute()
    expires_at = EpochAttribute()


# What the processor was asked, as text: a write compares it whole.
_ATTEMPT = Fields(
    PaymentAttempt,
    *("attempt_id", "account_id", "locale", "checkout_id", "url", "closed"),
    at=INSTANT,
)


class PaymentsRow(StoredRow):
    """A person's newest attempts to pay, one an account."""

    Meta: Any = OPS
    KEY, SK = "PAY#", "PAY"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=SK)
    attempts = UnicodeAttribute()
    expires_at = EpochAttribute(null=True)

    @classmethod
    def of(cls, consumer_id: str, attempts: Sequence[PaymentAttempt]) -> PaymentsRow:
        return cls(
            cls.KEY + consumer_id,
            attempts=cls.text(attempts),
            expires_at=max(attempt.at for attempt in attempts) + _PAYMENTS_KEPT,
        )

    @staticmethod
    def text(attempts: Sequence[PaymentAttempt]) -> str:
        """How attempts are spelled today."""
        return json.dumps(
            [
                _ATTEMPT.write(attempt)
                | {"minor": attempt.amount.minor, "currency": attempt.amount.currency}
                for attempt in attempts
            ]
        )

    def to_domain(self) -> tuple[PaymentAttempt, ...]:
        self.complete()
        try:
            return tuple(
                PaymentAttempt(**_ATTEMPT.read(kept), amount=Money(kept["minor"], kept["currency"]))
                for kept in json.loads(self.attempts)
            )
        except (Missing, KeyError) as gone:
            raise self.lacking(f"attempts.{gone.args[0]}") from gone
