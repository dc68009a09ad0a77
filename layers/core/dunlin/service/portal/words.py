"""What a person tells us in words: a dispute, a question, hardship, who acts for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dunlin.domain.form import read_text
from dunlin.domain.page import Page
from dunlin.domain.signal import SignalKind
from dunlin.ports import Session
from dunlin.service.portal import Portal, case_number

DISPUTE_REASONS = ("not_mine", "amount_wrong", "other")
# What a person can write about: the signal it raises and the labels that bind the gate.
MESSAGE_KINDS = {
    "question": (SignalKind.QUESTION, ()),
    "hardship": (SignalKind.HARDSHIP, ()),
    "represented": (SignalKind.REPLY, ("attorney",)),
}


def dispute(portal: Portal, session: Session, form: Mapping[str, str], *, now: datetime) -> Page:
    """Dispute the debt in the words of CFPB Model Form B-1 (12 CFR 1006.34(c)(4)). What
    the person wrote is stored first, then outreach stops."""
    reason, text = form.get("reason", ""), read_text(form.get("text", ""))
    errors = []
    if reason not in DISPUTE_REASONS:
        errors.append(("reason", "reason_missing"))
    if text is None:
        errors.append(("text", "text_long"))
    elif reason == "other" and not text:
        errors.append(("text", "text_missing"))
    if errors or text is None:
        return portal.shown(
            "dispute", session, now=now, status=422, errors=tuple(errors), form=dict(form)
        )
    case = portal.say(
        session,
        SignalKind.DISPUTE,
        form,
        text,
        now=now,
        detail={"reason": reason, "original_creditor": form.get("original") == "yes"},
        labels=("dispute", reason, *(["original_creditor"] if form.get("original") else [])),
    )
    return portal.shown("dispute_done", session, now=now, case=case_number(case))


def message(
    kind: str, portal: Portal, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """A question, or that paying is hard at present."""
    text = read_text(form.get("text", ""))
    wrong = "text_long" if text is None else "text_missing" if not text else ""
    if wrong or text is None:
        return portal.shown(
            kind, session, now=now, status=422, errors=(("text", wrong),), form=dict(form)
        )
    signal, labels = MESSAGE_KINDS[kind]
    case = portal.say(
        session,
        signal,
        form,
        text,
        now=now,
        detail={"labels": list(labels)},
        labels=(*labels, kind),
    )
    return portal.shown("message_done", session, now=now, case=case_number(case))
