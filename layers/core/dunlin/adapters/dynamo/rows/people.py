"""Rows of the table People, one person a partition: profile, contacts, contact points."""

from __future__ import annotations

from datetime import date
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from dunlin.adapters.dynamo.rows.forms import (
    DAY,
    INSTANT,
    PLAIN,
    WORDS,
    Fields,
    Missing,
    by_key,
    document,
    each,
    line,
    word,
)
from dunlin.adapters.dynamo.rows.row import JsonAttribute, StoredRow, WholeAttribute
from dunlin.adapters.dynamo.rows.tables import PEOPLE
from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    Consumer,
    ContactHistory,
    Flag,
    PastContact,
    Preferences,
)
from dunlin.domain.accounts.names import telling_words
from dunlin.domain.tokens import address_hash, name_hash

PROFILE, CONTACTS = "PROFILE", "CONTACTS"
POINT = "AT#"
_CLOSED = "closed#"

_PROFILE = Fields(
    Consumer,
    *("name", "given_name", "company", "street", "city", "state", "zip", "country", "language"),
    *("tz_known", "tz_by", "placed_by", "matched_by", "taken_in_by"),
    emails=WORDS,
    phones=WORDS,
    resting=WORDS,
    given_here=WORDS,
    wrong=WORDS,
    date_of_birth=DAY,
    tz_at=INSTANT,
    preferences=document(Preferences, channels=each(word(Channel)), hours=WORDS, days=WORDS),
)


class ProfileRow(StoredRow):
    """The person. A row without its flags is refused: one of them may forbid every contact."""

    Meta: Any = PEOPLE

    consumer_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=PROFILE)
    creditor = UnicodeAttribute()
    profile = JSONAttribute()
    consents = JsonAttribute(
        by_key(document(Consent, state=word(ConsentState), at=INSTANT), Channel), null=True
    )
    flags = JsonAttribute(by_key(document(Flag, at=INSTANT)))
    # The open channels, each `channel:version`: what the permit's condition reads.
    email_open = WholeAttribute(null=True)
    sms_open = WholeAttribute(null=True)
    version = WholeAttribute()
    audit_head = UnicodeAttribute()

    @classmethod
    def of(cls, consumer: Consumer) -> ProfileRow:
        def open_version(channel: Channel) -> int | None:
            consent = consumer.consent(channel)
            return consent.version if consent.open else None

        return cls.holding(
            consumer,
            profile=_PROFILE.write(consumer),
            email_open=open_version(Channel.EMAIL),
            sms_open=open_version(Channel.SMS),
        )

    def to_domain(self) -> Consumer:
        held = self.fields_of(Consumer)
        try:
            return Consumer(**held, **_PROFILE.read(self.profile))
        except Missing as gone:
            raise self.lacking(f"profile.{gone.path}") from gone


class ContactsRow(StoredRow):
    """The contacts of a person, which every cap counts: never read as none where they lack."""

    Meta: Any = PEOPLE

    consumer_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=CONTACTS)
    contacts = JsonAttribute(
        each(
            line(
                PastContact,
                at=INSTANT,
                channel=PLAIN,
                direction=PLAIN,
                outcome=PLAIN,
                account_id=PLAIN,
                template=PLAIN,
                touch_id=PLAIN,
                read=PLAIN,
                read_at=INSTANT,
                covers=WORDS,
            )
        )
    )
    version = WholeAttribute()

    @classmethod
    def of(cls, history: ContactHistory) -> ContactsRow:
        return cls.holding(history)

    def to_domain(self) -> ContactHistory:
        return ContactHistory(**self.fields_of(ContactHistory))


class ByAddress(GlobalSecondaryIndex["AddressRow"]):
    class Meta:
        index_name = "byAddress"
        projection = KeysOnlyProjection()

    address_hash = UnicodeAttribute(hash_key=True)
    consumer_id = UnicodeAttribute(range_key=True)


class AddressRow(StoredRow):
    """One for each contact point of a consumer, and for each word of their name but the given
    ones: `AT#{address_hash}`."""

    Meta: Any = PEOPLE

    consumer_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    address_hash = UnicodeAttribute()

    by_address = ByAddress()

    @classmethod
    def of(cls, consumer_id: str, hashed: str) -> AddressRow:
        return cls(consumer_id, POINT + hashed, address_hash=hashed)

    @staticmethod
    def hashes(consumer: Consumer) -> list[str]:
        """What a person is found by."""
        points = [address_hash(point) for point in consumer.all_points]
        words = telling_words(consumer.name, consumer.given_name)
        called = [name_hash(consumer.creditor, word) for word in words]
        return list(dict.fromkeys([*points, *called]))

    @staticmethod
    def closed(day: date) -> str:
        """Where the index lists who closed e-mail on a day; no address hashes to it."""
        return f"{_CLOSED}{day.isoformat()}"

    @property
    def marks_a_day(self) -> bool:
        return self.sk.startswith(POINT + _CLOSED)
