"""What a decision may read: the facts of one intended contact, in domain words.

The keys inside `message`, `consents`, `flags` and `policy` are those that the conditions of the
rule files name; instants may be aware datetimes or ISO texts. Nothing here reads a clock or a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from dunlin.domain.replies.signals import ReplySignals

CONTACT_CHANNELS = frozenset(
    {"call", "sms", "email", "voicemail_lcm", "letter", "prerecorded_call", "social_dm"}
)
ACTIONS = frozenset({
    "sms_optout_confirm", "credit_report", "purge_record", "autopay_debit", "nacha_reinitiate",
    "charge_fee", "store_card", "card_mit", "embed_payment_form", "payment_apply", "late_fee",
    "rent_statutory_notice", "lien_notice", "lien_sale", "validation_notice", "third_party_call",
    "sue_threat", "social_public", "postcard", "portal_view", "ccpa_delete",
})  # fmt: skip

# What packs, strategies and files call an industry, and the rulebook's word for it.
_INDUSTRIES = {
    "healthcare": "medical", "dental": "medical", "financial": "lender", "lending": "lender",
    "property": "property_management", "storage": "self_storage",
}  # fmt: skip

ContactProfile = Literal["baseline", "deployment"]


def industry_of(name: str) -> str:
    """The rulebook's word for an industry; one that it does not know stands as it is."""
    return _INDUSTRIES.get(name, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One past contact with a consumer, in either direction.

    `account_id` None counts for every account, a tuple for each it names. `outcome` None counts.
    A contact with outcome `released` was certainly never sent and counts nowhere. `heard` is what
    an inbound text was heard to say, where the text itself is not kept.
    """

    at: datetime
    channel: str
    direction: str = "out"
    outcome: str | None = None
    account_id: str | tuple[str, ...] | None = None
    template: str = ""
    event_id: str = ""
    person: str = ""
    place: str = ""
    text: str = ""
    is_response: bool = False
    consented: bool = False
    heard: ReplySignals | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """The facts of one intended contact or action.

    `channel` is a contact channel or one of `ACTIONS`. `debt_kind` None counts as consumer,
    `days_past_due` None as late, `balance_minor` None as unknown and owing. `policy` is the
    creditor's layer: flat switches, or the `policy` block of strategy.yaml as it stands.
    `tz_by` is who said the zone, "person" or "file". `profile` deployment adds the platform's own
    defaults; `judge` uses the baseline.
    """

    channel: str
    debt_role: str
    account_id: str = ""
    purpose: str = ""
    message: Mapping[str, Any] = field(default_factory=dict)
    debt_kind: str | None = None
    industry: str = "generic"
    days_past_due: int | None = None
    route: str = ""
    balance_minor: int | None = None
    state: str | None = None
    zip: str | None = None
    phones: tuple[str, ...] = ()
    tz_known: str | None = None
    tz_by: str = "person"
    consents: Mapping[str, Any] = field(default_factory=dict)
    flags: Mapping[str, Any] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    history: tuple[Contact, ...] = ()
    profile: ContactProfile = "deployment"
