"""Consumer: the person or company that owes, one across their accounts with a creditor."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from dunlin.domain.zone_names import place_zone

_KEPT = timedelta(days=31)
_LATEST = 12


class Channel(StrEnum):
    """The channels that Dunlin sends on by itself."""

    EMAIL = "email"
    SMS = "sms"


def channel_of(point: str) -> Channel:
    """The channel that a contact point is of."""
    return Channel.EMAIL if "@" in point else Channel.SMS


class ConsentState(StrEnum):
    """implied: a first-party e-mail address given with the debt; granted: recorded permission."""

    NONE = "none"
    IMPLIED = "implied"
    GRANTED = "granted"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Recorded permission of one consumer for one channel; `version` moves with every change."""

    state: ConsentState = ConsentState.NONE
    version: int = 0
    at: datetime | None = None
    evidence: str = ""  # where it came from: import row, portal form, reply; never the text itself

    @property
    def open(self) -> bool:
        return self.state in (ConsentState.IMPLIED, ConsentState.GRANTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A fact about a consumer that binds the gate (attorney, cease, deceased ...).

    `detail` carries the keys by which the rule files ask for that flag; `by` is who set it.
    """

    at: datetime
    by: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person chose for themselves; it beats whatever was inferred.

    `channels` in order of preference, empty where none was stated. `hours` are local, [from, to),
    within one day. `days` are ISO weekdays (1 Monday), empty for any. `payday` is a day of the
    month. Rules that bind (a time or place called inconvenient) are flags; these are wishes.
    """

    channels: tuple[Channel, ...] = ()
    hours: tuple[int, int] | None = None
    days: tuple[int, ...] = ()
    payday: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastContact:
    """One contact as the caps count it. Never holds the message text.

    `read` is how far the person came with it: "", opened, clicked, visited. An open is never a
    response; it may choose the next template or channel and nothing else.
    """

    at: datetime
    channel: str
    direction: str  # out, in
    outcome: str  # permitted, sent, delivered, bounced, failed, released, unknown, received
    account_id: str | None
    template: str
    touch_id: str
    read: str = ""
    read_at: datetime | None = None  # when they last came so far
    covers: tuple[str, ...] = ()  # the person's other accounts that the message named


_READ = ("", "opened", "clicked", "visited")


def read_on(contact: PastContact, how: str, at: datetime) -> PastContact:
    """The contact after the person came so far with it; less than before changes nothing."""
    if _READ.index(how) < _READ.index(contact.read):
        return contact
    return replace(contact, read=how, read_at=max(at, contact.read_at or at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """One person or company owing. E-mails and phones are in order of preference.

    Phones are E.164. `resting` are contact points that the creditor has replaced: nothing is sent
    there, and what comes from there is theirs still. `given_here` are those that the person gave
    to us. `wrong` are the hashes of those that reached somebody else. `date_of_birth` is for the
    identity check only and never leaves it.
    `tz_known` is a place such as `America/New_York`; `tz_by` is who said it, `person` or `file`,
    and `tz_at` when the person did, None where nobody knows or they moved since. `placed_by` is who
    said where they live, `file` or `staff`.
    `taken_in_by` is the record that took this one in, once they were found to be one person, ""
    where none did: whoever asks for this record is given that one.
    """

    consumer_id: str
    creditor: str
    name: str
    given_name: str = ""
    company: bool = False
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    street: str = ""
    city: str = ""
    state: str | None = None
    zip: str | None = None
    country: str = "US"
    date_of_birth: date | None = None
    language: str = "en"
    tz_known: str | None = None
    tz_by: str = "file"
    tz_at: datetime | None = None
    placed_by: str = "file"
    consents: dict[Channel, Consent] = field(default_factory=dict)
    flags: dict[str, Flag] = field(default_factory=dict)
    preferences: Preferences = Preferences()
    resting: tuple[str, ...] = ()
    given_here: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    matched_by: str = ""
    taken_in_by: str = ""
    version: int = 0
    audit_head: str = ""

    def consent(self, channel: Channel) -> Consent:
        return self.consents.get(channel, Consent())

    def dead(self, channel: Channel) -> bool:
        """True where every contact point of a channel bounced for good."""
        closed = self.consent(channel).state is ConsentState.REVOKED
        return closed and f"{channel.value}_bounced" in self.flags

    def email_closed_on(self) -> date | None:
        """The day, UTC, on which permission for e-mail was revoked; None where it is not."""
        consent = self.consent(Channel.EMAIL)
        if consent.state is not ConsentState.REVOKED or consent.at is None:
            return None
        return consent.at.astimezone(UTC).date()

    def address(self, channel: Channel) -> str | None:
        """The contact point of a channel, None where we hold none."""
        points = self.points(channel)
        return points[0] if points else None

    def points(self, channel: Channel) -> tuple[str, ...]:
        """The contact points of a channel that are in use."""
        return self.emails if channel is Channel.EMAIL else self.phones

    @property
    def all_points(self) -> tuple[str, ...]:
        """Every contact point that we know them by, in use or at rest."""
        return (*self.emails, *self.phones, *self.resting)

    def bounced(self, channel: Channel) -> frozenset[str]:
        """The hashes of the contact points of a channel that take nothing any more."""
        flag = self.flags.get(f"{channel.value}_bounced")
        return frozenset(flag.detail.get("address_hashes", ())) if flag else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactHistory:
    """The contacts of the last 31 days of one consumer over all accounts, and the latest twelve
    whatever their age, from which a ladder learns what reaches the person. Newest last.

    One row for all accounts: each contact names its account, so the caps per debt are a filter.
    """

    consumer_id: str
    contacts: tuple[PastContact, ...] = ()
    version: int = 0

    def kept(self, now: datetime) -> tuple[PastContact, ...]:
        """The contacts that a cap or the planner still needs; a write drops the others."""
        latest = len(self.contacts) - _LATEST
        return tuple(c for n, c in enumerate(self.contacts) if n >= latest or now - c.at < _KEPT)


def zone_of(consumer: Consumer) -> ZoneInfo:
    """The person's zone; where no place is known, that of the middle of the US."""
    return ZoneInfo(place_zone(consumer.tz_known or "") or "America/Chicago")
