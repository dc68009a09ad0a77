"""Adapting: what reaches a person, read from their contacts, and how the next rung follows it.

Fixed rules in a fixed order, so that every choice can be worked out again and explained. An open
is never a response: it may choose the next template or channel and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dunlin.domain.accounts.account import Account, Override, Status
from dunlin.domain.accounts.consumer import (
    Channel,
    ConsentState,
    Consumer,
    ContactHistory,
    PastContact,
)
from dunlin.domain.messages.templates import nearest_tone, template_id
from dunlin.domain.strategy.strategy import Basis, Rung, RungOffer, Strategy

EMAIL_FIRST, TEXT_FIRST = "email-first", "text-first"
# Contacts that nobody can have read.
NEVER_ARRIVED = frozenset({"released", "bounced", "failed"})
_FOLLOWED = ("clicked", "visited")
# Families of templates that stand in for a plain demand.
_ARRANGEMENT, _ANSWERS = "arrangement_offer", "answers"
_MILD_AFTER = 1  # paid after so many rungs last time


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What the contacts of a person say. Counts of contacts; `last_read` is how far they came
    with the newest message about this account, `paid_after` the rungs that the newest settled
    account of theirs took, None where there is none."""

    unread_emails: int = 0
    email_answers: int = 0
    sms_answers: int = 0
    last_read: str = ""
    last_family: str = ""
    paid_after: int | None = None

    @property
    def mild(self) -> bool:
        return self.paid_after is not None and self.paid_after <= _MILD_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedChoice:
    """An alternative that was not taken, and why."""

    channel: str
    template: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchChoice:
    """How a rung is put to one person: channels in order, the message, and everything that led
    to it. `signals` are plain values; `longer` asks for the longest terms inside the limits,
    `slower` gives the rung before half as long again."""

    channels: tuple[Channel, ...]
    family: str
    tone: str
    offer: RungOffer
    longer: bool = False
    slower: bool = False
    label: str = ""
    reasons: tuple[str, ...] = ()
    lost: tuple[RejectedChoice, ...] = ()
    signals: dict[str, Any] = field(default_factory=dict)

    @property
    def template(self) -> str:
        return f"{self.family}.{self.tone}"


def family_of(template: str) -> str:
    """The family of a message's id."""
    return template.partition(".")[0]


def features(
    account: Account, history: ContactHistory, strategy: Strategy, others: Sequence[Account] = ()
) -> Features:
    """Read a person's contacts. Without the creditor's opens nobody knows what was left unread."""
    arrived = [c for c in history.contacts if c.outcome not in NEVER_ARRIVED]
    emails = [c for c in arrived if c.channel == Channel.EMAIL and c.direction == "out"]
    own = [c for c in arrived if _about(c, account) and c.direction == "out"]
    unread = 0
    for contact in reversed(emails):
        if contact.read:
            break
        unread += 1
    settled = [a for a in others if a.status is Status.SETTLED and a.touched_at and a.sent]
    newest = max(settled, key=lambda a: (a.touched_at, a.account_id), default=None)
    return Features(
        unread_emails=unread if strategy.opens else 0,
        email_answers=_answers(arrived, Channel.EMAIL),
        sms_answers=_answers(arrived, Channel.SMS),
        last_read=own[-1].read if own else "",
        last_family=family_of(own[-1].template) if own else "",
        paid_after=len(newest.sent) if newest else None,
    )


def _about(contact: PastContact, account: Account) -> bool:
    return contact.account_id == account.account_id or account.account_id in contact.covers


def _answers(contacts: Sequence[PastContact], channel: Channel) -> int:
    """Contacts on a channel that the person followed or wrote themselves."""
    return sum(
        c.channel == channel and (c.direction == "in" or c.read in _FOLLOWED) for c in contacts
    )


def choose(
    rung: Rung,
    *,
    account: Account,
    consumer: Consumer,
    history: ContactHistory,
    strategy: Strategy,
    others: Sequence[Account] = (),
) -> TouchChoice:
    """How a rung is put to this person. Stated wishes beat staff's choice, that beats what was
    inferred, that beats the rung as written."""
    seen = features(account, history, strategy, others)
    label = _label(seen, strategy)
    channels, why_channel = _channels(
        rung, seen, label, strategy, override=account.override, consumer=consumer
    )
    family, offer, longer, why_family = _message(rung, seen, strategy)
    wanted, why_tone = _tone(rung, seen, account, strategy)
    tone = nearest_tone(family, wanted, strategy.templates)
    reasons = tuple(filter(None, (why_channel, why_family, why_tone)))
    lost = [
        RejectedChoice(
            channel=c.value, template=f"{family}.{tone}", because=f"it is choice {place}"
        )
        for place, c in enumerate(channels[1:], start=2)
    ]
    written = template_id(rung.template, rung.tone, strategy.templates)
    if written != f"{family}.{tone}":
        because = why_family or why_tone
        lost.append(RejectedChoice(channel=channels[0].value, template=written, because=because))
    override = account.override
    return TouchChoice(
        channels=channels,
        family=family,
        tone=tone,
        offer=offer,
        longer=longer,
        slower=strategy.adapt.enabled and seen.mild and rung.basis is Basis.PREVIOUS,
        label=label,
        reasons=reasons or ("As the ladder says.",),
        lost=tuple(lost),
        signals={
            "unread_emails": seen.unread_emails,
            "email_answers": seen.email_answers,
            "sms_answers": seen.sms_answers,
            "last_read": seen.last_read,
            "last_message": seen.last_family,
            "paid_after_rungs": seen.paid_after,
            "sms_consent": consumer.consent(Channel.SMS).state is ConsentState.GRANTED,
            "wished_channels": [c.value for c in consumer.preferences.channels],
            "staff_tone": override.tone if override else "",
            "staff_channel": override.channel if override else "",
        },
    )


def _label(seen: Features, strategy: Strategy) -> str:
    if not strategy.adapt.enabled:
        return ""
    enough = strategy.adapt.answered
    if seen.email_answers >= enough and seen.email_answers >= seen.sms_answers:
        return EMAIL_FIRST
    return TEXT_FIRST if seen.sms_answers >= enough and not seen.email_answers else ""


def _channels(
    rung: Rung,
    seen: Features,
    label: str,
    strategy: Strategy,
    *,
    override: Override | None,
    consumer: Consumer,
) -> tuple[tuple[Channel, ...], str]:
    """The channels in order, and what set the order apart from the rung's own."""
    wished = consumer.preferences.channels
    texts = consumer.consent(Channel.SMS).state is ConsentState.GRANTED
    unread = strategy.adapt.enabled and seen.unread_emails >= strategy.adapt.unread_emails
    if wished:
        return _first(wished, rung), "The person asked for it this way."
    if override is not None and override.channel:
        return _first((Channel(override.channel),), rung), "Staff chose the channel."
    if label == EMAIL_FIRST:
        return _first((Channel.EMAIL,), rung), "The person answers e-mail."
    if label == TEXT_FIRST and texts:
        return _first((Channel.SMS,), rung), "The person answers texts alone."
    if unread and texts:
        why = f"The last {seen.unread_emails} e-mails were not read and texts are consented to."
        return _first((Channel.SMS,), rung), why
    return rung.channels, ""


def _first(ahead: Sequence[Channel], rung: Rung) -> tuple[Channel, ...]:
    """The channels with some ahead. What a person let go goes on no channel but its own."""
    kept = [c for c in ahead if not rung.approval or c in rung.channels]
    return tuple(dict.fromkeys((*kept, *rung.channels)))


def _message(rung: Rung, seen: Features, strategy: Strategy) -> tuple[str, RungOffer, bool, str]:
    """The family of the message, its offer, whether the longest terms are meant, and why it is
    not the rung's own. What is final, needs approval or comes before the due date stays."""
    own = (rung.template, rung.offer, False, "")
    fixed = rung.offer is RungOffer.FINAL or rung.approval or rung.pre_due
    if fixed or not strategy.adapt.enabled:
        return own
    if seen.last_read in _FOLLOWED:
        why = "The person looked and did not pay: longer terms."
        return _ARRANGEMENT, RungOffer.ARRANGEMENT, True, why
    if seen.last_read != "opened":
        return own
    if rung.offer is not RungOffer.PAY_NOW and rung.template != seen.last_family:
        return own
    why = "The person read and did not follow the link: "
    if seen.last_family == _ARRANGEMENT:
        return _ANSWERS, RungOffer.ANSWERS, False, why + "answers to common questions."
    return _ARRANGEMENT, RungOffer.ARRANGEMENT, False, why + "an arrangement."


def _tone(rung: Rung, seen: Features, account: Account, strategy: Strategy) -> tuple[str, str]:
    override = account.override
    if override is not None and override.tone:
        return override.tone, "Staff chose the tone."
    if rung.offer is RungOffer.FINAL or rung.approval:
        return rung.tone, ""
    if strategy.adapt.enabled and seen.mild and rung.tone != "gentle":
        return "gentle", "The person paid after a mild first notice last time."
    return rung.tone, ""
