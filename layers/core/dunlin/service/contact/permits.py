"""Permits: what a decision is, and the one write that takes a permit.

Load once, decide once, write once. Whatever interferes between the read and the write makes the
transaction fail, and then it is read and decided again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel, ContactHistory, PastContact
from dunlin.domain.accounts.touch import PERMIT_LIFE, Permit, Touch, TouchState
from dunlin.domain.contact import planner
from dunlin.domain.errors import Defect
from dunlin.domain.rulebook import Verdict
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import Change, Facts
from dunlin.ports.contact import PermitTaking
from dunlin.ports.messages import MessageTemplates
from dunlin.service.accounts.writing import seconds, written
from dunlin.service.contact.gate import Gate

Word = Literal["email", "sms", "wait", "held", "escalated", "exhausted", "settled", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderDecision:
    """What a machine does next: one word, and the ids and seconds its next state needs.

    `refusals` are rule ids that blocked or deferred, for the metrics.
    """

    outcome: Word
    account_id: str
    run: int
    version: int
    wait_seconds: int = 1
    touch_key: str = ""
    permit_id: str = ""
    refusals: tuple[str, ...] = ()


def decision(
    outcome: Word, account: Account, now: datetime, *, until: datetime | None = None, **more: Any
) -> LadderDecision:
    return LadderDecision(
        outcome=outcome,
        account_id=account.account_id,
        run=account.ladder_run,
        version=account.version,
        wait_seconds=seconds(until, now),
        **more,
    )


def rules(verdict: Verdict) -> dict[str, str]:
    """Rule ids with their results, as the audit entry keeps them."""
    return {r.id: r.result for r in verdict.results if r.result != "not_applicable"}


def because(verdicts: list[tuple[planner.Offer, Verdict]]) -> str:
    """The reasons of all refusals in one text for staff. A rule that only passes on what another
    one said is left out; the log has it."""
    if not verdicts:
        return "No contact point on any channel of this rung."
    lines = [
        f"{offer.channel.value}: {result.because} ({result.id})"
        for offer, verdict in verdicts
        for result in verdict.results
        if result.result in ("block", "defer") and not result.because.startswith("Through ")
    ]
    return " ".join(dict.fromkeys(lines))


def new_touch(
    facts: Facts,
    *,
    touch_id: str,
    key: str,
    channel: Channel,
    template: str,
    templates: MessageTemplates,
    verdict: Verdict,
    now: datetime,
) -> Touch:
    ends = now + PERMIT_LIFE
    if verdict.valid_until is not None:
        ends = min(ends, verdict.valid_until)
    return Touch(
        touch_id=touch_id,
        key=key,
        account_id=facts.account.account_id,
        consumer_id=facts.consumer.consumer_id,
        creditor=facts.account.creditor,
        channel=channel,
        template=template,
        template_version=templates.version(template, channel, strategy=facts.strategy),
        state=TouchState.PERMITTED,
        permitted_at=now,
        expires_at=ends,
    )


def touch_data(touch: Touch) -> dict[str, Any]:
    return {
        "touch_id": touch.touch_id,
        "key": touch.key,
        "channel": touch.channel.value,
        "template": touch.template,
        "template_version": touch.template_version,
    }


def take(
    facts: Facts,
    touch: Touch,
    change: Change,
    *,
    gate: Gate,
    book: PermitTaking,
    now: datetime,
) -> None:
    address = facts.consumer.address(touch.channel)
    if address is None:
        raise Defect(f"a permit without an address: {touch.touch_id}")
    contact = PastContact(
        at=now,
        channel=touch.channel.value,
        direction="out",
        outcome=TouchState.PERMITTED.value,
        account_id=touch.account_id,
        template=touch.template,
        touch_id=touch.touch_id,
        covers=touch.covers,
    )
    book.take_permit(
        permit=Permit(
            permit_id=touch.touch_id,
            touch_id=touch.touch_id,
            account_id=touch.account_id,
            consumer_id=touch.consumer_id,
            consumer_version=facts.consumer.version,
            creditor=touch.creditor,
            channel=touch.channel,
            address_hash=address_hash(address),
            template_version=touch.template_version,
            rulebook=gate.version,
            expires_at=touch.expires_at,
        ),
        touch=touch,
        account=written(change),
        history=with_contact(facts.history, contact, now),
        consumer=facts.consumer,
        audit=change.audit[0],
        segments_version=facts.segments_version,
    )


def with_contact(history: ContactHistory, contact: PastContact, now: datetime) -> ContactHistory:
    kept = [c for c in history.kept(now) if c.touch_id != contact.touch_id]
    return replace(history, contacts=(*kept, contact), version=history.version + 1)


def without_contact(history: ContactHistory, touch: Touch, now: datetime) -> ContactHistory | None:
    """The history in which a touch no longer counts; None where it is not in there."""
    contact = next((c for c in history.contacts if c.touch_id == touch.touch_id), None)
    if contact is None:
        return None
    return with_contact(history, replace(contact, outcome=TouchState.RELEASED.value), now)
