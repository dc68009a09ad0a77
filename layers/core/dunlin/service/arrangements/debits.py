"""May this instalment be debited now: the rulebook's answer, as for every message.

A bank debit needs the authorisation and the person's copy of it, and ten days' notice of another
amount (12 CFR 1005.10(b)-(d)); trying it again has Nacha's limits; a card needs the agreement and
the transaction it was first stored with. Bankruptcy, a dispute and a zero balance stop them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.arrangements.arrangement import (
    Arrangement,
    Autopay,
    Instalment,
    Try,
    TryState,
    varies,
)
from dunlin.domain.payments.payments import DeclineReason, MethodKind
from dunlin.domain.rulebook import Verdict, decide
from dunlin.ports.accounts import Conversations, Facts
from dunlin.service.contact.arrangement_notices import copy_cause
from dunlin.service.contact.gate import Gate, contact_facts

_TOLD = frozenset({TouchState.SENT, TouchState.DELIVERED})
# What a bank returns for want of funds (R01, R09) is one word at the processor.
_RETURNS = {DeclineReason.INSUFFICIENT_FUNDS: "R01"}


def announcement(arrangement: Arrangement, instalment: Instalment) -> tuple[str, str]:
    """Kind and cause of the notice before a date; one for each other amount of a bank debit."""
    cause = f"{arrangement.arrangement_id}.{instalment.number}"
    if varies(arrangement, instalment):
        return "changed_debit", f"{cause}.{instalment.left.minor}"
    return "instalment_due", cause


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesSent:
    """When the person was sent their copy of the agreement, and the notice of this amount; None
    where they were not."""

    copy_at: datetime | None
    notice_at: datetime | None


def told(arrangement: Arrangement, instalment: Instalment, book: Conversations) -> NoticesSent:
    """What was really sent, by the touches. A card's debit does not depend on it."""
    if arrangement.autopay is None or arrangement.autopay.kind is not MethodKind.BANK:
        return NoticesSent(copy_at=None, notice_at=None)
    touches = book.conversation(arrangement.account_id).touches

    def sent(kind: str, cause: str) -> datetime | None:
        key = f"N#{kind}#{cause}"  # with ~2 after it where the first permit was void
        mine = (t for t in touches if t.key == key or t.key.startswith(f"{key}~"))
        return next((t.sent_at for t in mine if t.state in _TOLD), None)

    return NoticesSent(
        copy_at=sent("arrangement_confirmation", copy_cause(arrangement)),
        notice_at=sent(*announcement(arrangement, instalment)),
    )


def judge(
    facts: Facts,
    arrangement: Arrangement,
    instalment: Instalment,
    known: NoticesSent,
    *,
    gate: Gate,
    now: datetime,
) -> list[Verdict]:
    """The verdicts that a debit needs, every one of which must allow it."""
    autopay = arrangement.autopay
    if autopay is None:
        return []
    failed = {"failed_transfers": len(_failed_running(arrangement))}
    if autopay.kind is not MethodKind.BANK:
        card = _card(autopay) | failed
        return [_judge(facts, "card_mit", card, autopay, known, gate=gate, now=now)]
    message = {"amount_varies": varies(arrangement, instalment)} | failed
    verdicts = [_judge(facts, "autopay_debit", message, autopay, known, gate=gate, now=now)]
    returned = [t for t in instalment.tries if t.state is TryState.FAILED]
    if returned:
        again = _again(returned)
        verdicts.append(
            _judge(facts, "nacha_reinitiate", again, autopay, known, gate=gate, now=now)
        )
    return verdicts


def _failed_running(arrangement: Arrangement) -> list[Try]:
    """The debits that failed one after the other since one last succeeded, or since the person
    allowed them anew (12 CFR 1041.8(b), (c))."""
    tries = sorted((t for i in arrangement.instalments for t in i.tries), key=lambda t: t.at)
    running: list[Try] = []
    for attempt in tries:
        running = [*running, attempt] if attempt.state is TryState.FAILED else []
    allowed = arrangement.autopay.consent.at if arrangement.autopay is not None else None
    return [t for t in running if allowed is None or t.at >= allowed]


def _card(autopay: Autopay) -> dict[str, Any]:
    """The processor keeps the network's id of the transaction that stored the card under its own
    id of that set-up, and sends it along with each debit."""
    return {"network_transaction_id": autopay.setup_ref, "full_redirect": True}


def _again(returned: Sequence[Try]) -> dict[str, Any]:
    first = returned[0].decline
    return {
        "return_code": _RETURNS.get(first.reason, "") if first is not None else "",
        "prior_reinitiations": len(returned) - 1,
        "original_return_at": returned[0].at,
    }


def _judge(
    facts: Facts,
    action: str,
    message: dict[str, Any],
    autopay: Autopay,
    known: NoticesSent,
    *,
    gate: Gate,
    now: datetime,
) -> Verdict:
    base = contact_facts(facts, channel=Channel.EMAIL, template="", purpose="", now=now)
    flags = dict(base.flags)
    if autopay.stopped_at is not None:
        flags |= {"stop_payment_at": autopay.stopped_at, "card_consent_withdrawn": True}
    if known.notice_at is not None:
        flags["varying_notice_at"] = known.notice_at
    signed = bool(autopay.consent.text_sha256)
    consents = {
        **base.consents,
        "stored_credential_agreement": signed,
        "ach_authorization_signed": signed,
        "ach_copy_provided": known.copy_at is not None,
    }
    asked = replace(base, channel=action, message=message, flags=flags, consents=consents)
    return decide(gate.rulebook, asked, now)
