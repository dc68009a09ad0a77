"""Notices: messages that are no rung (receipt, code, confirmation). Same gate, same permit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from dunlin.domain import ids
from dunlin.domain.accounts import lifecycle, shown
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.reasons import UNREMINDED
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.contact import planner, refusals
from dunlin.domain.errors import DomainError
from dunlin.domain.rulebook import Verdict
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import Accounts, ChangeWriter, Facts
from dunlin.ports.arrangements import Arrangements
from dunlin.ports.contact import PermitTaking
from dunlin.ports.messages import MessageTemplates
from dunlin.ports.portal import Links
from dunlin.service.accounts.writing import account_change, retry_on_conflict, write, written
from dunlin.service.contact import arrangement_notices
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.permits import (
    LadderDecision,
    because,
    decision,
    new_touch,
    rules,
    take,
    touch_data,
)
from dunlin.service.contact.replay import record_of

# What each kind is for, as the rulebook asks: an answer to something the person just did, or a
# receipt. A kind that is not listed does not exist.
PURPOSES = {
    "receipt": "receipt",
    "code": "response",
    "new_link": "response",
    "opt_out_confirmation": "response",
    "answer": "response",
    "help": "response",
    "payment_failed": "response",
    **arrangement_notices.PURPOSES,
}
_BOTH = (Channel.EMAIL, Channel.SMS)
# Permits for one notice, each after the one before was given back unsent; those that met a limit
# of the provider do not count.
_TRIES = 5


class NoticeBook(Accounts, Arrangements, PermitTaking, Protocol):
    """An account with its arrangements, and the permit that its notice takes."""


class RefusingBook(ChangeWriter, Arrangements, Protocol):
    """Where a notice that is refused is written down."""


def check_notice(
    account_id: str,
    *,
    kind: str,
    cause: str,
    book: NoticeBook,
    links: Links,
    gate: Gate,
    templates: MessageTemplates,
    now: datetime,
) -> LadderDecision:
    """Decide about a message that is no rung and take its permit; one for a cause and kind, and
    another only once that was given back unsent.

    `cause` names what it answers: a payment id, a reply id, a signal id; for a code
    `{token hash of the link}.{number}`, and for a new link that or
    `{hash of the contact point}.{number}`.
    """
    if kind not in PURPOSES:
        raise DomainError(f"no notice of kind {kind!r}")

    def attempt() -> LadderDecision:
        occurrence = tries = 0
        while True:
            facts = book.facts(account_id, touch_key=_key(kind, cause, occurrence))
            if facts.touch is None or facts.touch.state is not TouchState.RELEASED:
                break
            tries += refusals.limit_of(facts.touch) is None
            if tries == _TRIES:
                break
            occurrence += 1
        return _decide(
            facts,
            kind,
            cause,
            occurrence,
            links=links,
            book=book,
            gate=gate,
            templates=templates,
            now=now,
        )

    return retry_on_conflict(attempt)


def _key(kind: str, cause: str, occurrence: int) -> str:
    return f"N#{kind}#{_numbered(cause, occurrence)}"


def _numbered(cause: str, occurrence: int) -> str:
    return f"{cause}~{occurrence + 1}" if occurrence else cause


def _channels(facts: Facts, kind: str, cause: str, *, links: Links) -> tuple[Channel, ...]:
    """Where a notice may go: a confirmation and help where they were asked for, a code or a new
    link only to the contact point that it was asked for at, an answer first to where the question
    came from, the rest to whatever is open."""
    if kind in ("opt_out_confirmation", "help"):
        return (Channel.SMS,)
    if kind == "new_link" and (asked := _asked_at(facts, cause)):
        return asked
    if kind not in ("code", "new_link"):
        held = [c for c in _BOTH if facts.consumer.address(c) is not None]
        if kind == "answer":
            held.sort(key=lambda channel: not cause.startswith(f"{channel.value}."))
        return tuple(held)
    link = links.link(cause.split(".", 1)[0])
    if link is None:
        return ()
    channel = Channel(link.channel)
    address = facts.consumer.address(channel)
    return (channel,) if address and address_hash(address) == link.address_hash else ()


def _asked_at(facts: Facts, cause: str) -> tuple[Channel, ...]:
    """The channel of a contact point of theirs, in use, that somebody named on the front page."""
    named = cause.split(".", 1)[0]
    person = facts.consumer
    return tuple(c for c in _BOTH if named in map(address_hash, person.points(c)))


def _decide(
    facts: Facts,
    kind: str,
    cause: str,
    occurrence: int,
    *,
    links: Links,
    book: NoticeBook,
    gate: Gate,
    templates: MessageTemplates,
    now: datetime,
) -> LadderDecision:
    touch = facts.touch
    if touch is not None:
        if touch.state is TouchState.PERMITTED:
            # Asked again because the first answer was lost; the permit is still single-use, and
            # the sender gives it back where it has run out.
            return decision(
                touch.channel.value,
                facts.account,
                now,
                touch_key=touch.key,
                permit_id=touch.touch_id,
            )
        return decision("refused", facts.account, now)
    if not facts.strategy.may_say(kind):
        return decision("refused", facts.account, now)
    verdicts: list[tuple[planner.Offer, Verdict]] = []
    for channel in _channels(facts, kind, cause, links=links):
        verdict = gate.judge(facts, channel=channel, template=kind, purpose=PURPOSES[kind], now=now)
        offer = planner.Offer(channel=channel, template=kind, rung=0, reason=f"Notice: {kind}")
        if verdict.outcome == "allow":
            return _permit(
                facts,
                cause,
                offer,
                verdict,
                verdicts,
                occurrence=occurrence,
                book=book,
                gate=gate,
                templates=templates,
                now=now,
            )
        verdicts.append((offer, verdict))
    return _refuse(facts, kind, cause, verdicts, book=book, gate=gate, now=now)


def _permit(
    facts: Facts,
    cause: str,
    offer: planner.Offer,
    verdict: Verdict,
    lost: list[tuple[planner.Offer, Verdict]],
    *,
    occurrence: int,
    book: PermitTaking,
    gate: Gate,
    templates: MessageTemplates,
    now: datetime,
) -> LadderDecision:
    channel, kind = offer.channel, offer.template
    touch = new_touch(
        facts,
        touch_id=ids.notice_touch_id(_numbered(cause, occurrence), kind),
        key=_key(kind, cause, occurrence),
        channel=channel,
        template=kind,
        templates=templates,
        verdict=verdict,
        now=now,
    )
    touch = replace(touch, occurrence=occurrence)
    zones = [zone.name for zone in verdict.zones]
    consent = facts.consumer.consent(channel).version
    change = account_change(
        facts.account,
        facts.account,
        now=now,
        what="NoticePermitted",
        touch=shown.of_permit(touch, consent=consent, rulebook=gate.version, zones=zones),
        data={
            **touch_data(touch),
            "rules": rules(verdict),
            "rulebook": gate.version,
            "zones": zones,
            "consent": consent,
            **record_of(
                facts, [*lost, (offer, verdict)], purpose=PURPOSES[kind], gate=gate, now=now
            ),
        },
    )
    take(facts, touch, change, gate=gate, book=book, now=now)
    return decision(
        channel.value, written(change), now, touch_key=touch.key, permit_id=touch.touch_id
    )


def _refuse(
    facts: Facts,
    kind: str,
    cause: str,
    verdicts: list[tuple[planner.Offer, Verdict]],
    *,
    book: RefusingBook,
    gate: Gate,
    now: datetime,
) -> LadderDecision:
    deferred = [v.until for _, v in verdicts if v.outcome == "defer" and v.until is not None]
    refusals = tuple(dict.fromkeys(r for _, v in verdicts for r in v.blocked_by))
    if deferred:
        return decision("wait", facts.account, now, until=min(deferred), refusals=refusals)
    after = write(
        book,
        facts.account,
        _unreminded(facts.account, kind, book),
        now=now,
        what="NoticeRefused",
        data={
            "kind": kind,
            "cause": cause,
            "reason": because(verdicts),
            **record_of(facts, verdicts, purpose=PURPOSES[kind], gate=gate, now=now),
        },
    )
    return decision("refused", after, now, refusals=refusals)


def _unreminded(account: Account, kind: str, book: Arrangements) -> Account:
    """The account before staff, once, where a person who pays by hand is not to be reminded of
    their instalments: else nobody knew until the arrangement broke."""
    waits = account.escalated or UNREMINDED in account.approved_triggers
    if kind != "instalment_due" or not account.arranged or not account.owes or waits:
        return account
    mine = (
        a
        for a in book.arrangements(account.account_id)
        if a.arrangement_id == account.arrangement_id
    )
    by_hand = any(not arrangement.autopays for arrangement in mine)
    return lifecycle.put_before_staff(account, UNREMINDED) if by_hand else account
