"""What a person tells us in words: a dispute, a question, hardship, who acts for them, that it
is paid already, that an insurer should pay, a new address, what is wrong with a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from dunlin.domain.accounts.account import Hold
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.money import Money
from dunlin.domain.portal.form import read_amount, read_line, read_text
from dunlin.domain.portal.page import Page
from dunlin.ports.portal import Session
from dunlin.service.portal import GONE, PortalPorts
from dunlin.service.portal.inside import Inside, case_number, rest_answer
from dunlin.service.portal.pages import Done

DISPUTE_REASONS = ("not_mine", "amount_wrong", "other")
_PARTS = {"amount_small": "part_small", "amount_large": "part_large"}
DOCUMENTS = ("bill", "statement", "proof", "paid_letter")
# What a person can write about: the signal it raises and the labels that bind the gate.
MESSAGE_KINDS = {
    "question": (SignalKind.QUESTION, ()),
    "hardship": (SignalKind.HARDSHIP, ()),
    "delete": (SignalKind.REPLY, ("delete_request",)),
}
_KIND = {"question": "question", "hardship": "hardship"}  # of the staff queue
SPOKEN_TO = {"lawyer": "attorney", "other": "helper"}  # by the form's word, the label
CHEQUE_DAYS = 14  # how long a cheque may be in the post before reminders go on
CONTACT_FIELDS = ("street", "city", "state", "zip", "email", "phone")
INSURANCE_FIELDS = ("payer", "member", "group", "holder", "service")
RATINGS = ("helpful", "not_helpful", "wrong")


def dispute(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """Dispute the debt, or a part of it, in the words of CFPB Model Form B-1 (12 CFR
    1006.34(c)(4)). What the person wrote is stored first, then we stop asking for it."""
    reason, text = form.get("reason", ""), read_text(form.get("text", ""))
    inside = portal.inside(session, now=now)
    balance = inside.account.balance
    part = _part(form, balance)
    errors = []
    if reason not in DISPUTE_REASONS:
        errors.append(("reason", "reason_missing"))
    if isinstance(part, str):
        errors.append(("amount", part))
    if text is None:
        errors.append(("text", "text_long"))
    elif reason == "other" and not text:
        errors.append(("text", "text_missing"))
    if errors or text is None or isinstance(part, str):
        return portal.form("dispute", inside, form, errors)
    asked = [f"Disputes {part} of {balance}."] if part is not None else []
    case = portal.say(
        session,
        SignalKind.DISPUTE,
        form,
        "\n".join([*asked, text]).strip(),
        now=now,
        detail={
            "reason": reason,
            "original_creditor": form.get("original") == "yes",
            "contested_minor": part.minor if part is not None else 0,
        },
        labels=("dispute", reason, *(["original_creditor"] if form.get("original") else [])),
    )
    account = portal.stored(session)
    name = "dispute_part_done" if account.owes else "ended_done"
    name = "dispute_done" if account.hold is Hold.DISPUTE else name
    return portal.told(name, inside, case, "dispute")


def _part(form: Mapping[str, str], balance: Money) -> Money | str | None:
    """How much of the balance a form disputes; None for all of it, or what is wrong with it."""
    if not form.get("amount", "").strip():
        return None
    read = read_amount(form["amount"], balance, replace(balance, minor=1))
    if isinstance(read, str):
        return _PARTS.get(read, read)
    return read if read < balance else None


def message(
    kind: str, portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """A question, that paying is hard at present, a request to delete their data. A question may
    be for documents alone."""
    inside = portal.inside(session, now=now)
    deletes = kind == "delete"  # a button alone, on another page, and a right that is not counted
    text = "" if deletes else read_text(form.get("text", ""))
    wanted = [name for name in DOCUMENTS if kind == "question" and form.get(f"want_{name}")]
    optional = bool(wanted) or deletes
    wrong = "text_long" if text is None else "" if text or optional else "text_missing"
    if not wrong and not deletes and portal.rate_limited(session, now):
        wrong = "messages_many"
    if wrong or text is None:
        return portal.form(kind, inside, form, [("text", wrong)])
    signal, labels = MESSAGE_KINDS[kind]
    asked = [f"Asks for: {', '.join(wanted)}."] if wanted else []
    case = portal.say(
        session,
        signal,
        form,
        "\n".join([*asked, text]).strip(),
        now=now,
        detail={"labels": [*labels, *(["document"] if wanted else [])]},
        labels=(*labels, kind, *wanted),
    )
    return portal.told("message_done", inside, case, _KIND.get(kind, "reply"))


def represented(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """Who acts for the person. A lawyer is whom we speak to from now on; whom else we may speak
    to is for staff, who know what was agreed."""
    inside = portal.inside(session, now=now)
    who, text = form.get("who", ""), read_text(form.get("text", ""))
    errors = []
    if who not in SPOKEN_TO:
        errors.append(("who", "who_missing"))
    if not text:
        errors.append(("text", "text_long" if text is None else "text_missing"))
    if not errors and who != "lawyer" and portal.rate_limited(session, now):
        errors.append(("text", "messages_many"))
    if errors or not text:
        return portal.form("represented", inside, form, errors)
    label = SPOKEN_TO[who]
    case = portal.say(
        session,
        SignalKind.REPLY,
        form,
        text,
        now=now,
        detail={"labels": [label]},
        labels=(label, "represented"),
    )
    return portal.told("message_done", inside, case, "reply")


def paid(portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime) -> Page:
    """It is paid already: a cheque in the post rests the account for two weeks, anything else
    until staff have looked. A proof can be sent with the next page."""
    inside = portal.inside(session, now=now)
    how, text = form.get("how", ""), read_text(form.get("text", ""))
    errors = []
    if how not in ("cheque", "elsewhere"):
        errors.append(("how", "how_missing"))
    if not text:
        errors.append(("text", "text_long" if text is None else "text_missing"))
    if not errors and portal.rate_limited(session, now):
        errors.append(("text", "messages_many"))
    if errors or not text:
        return portal.form("paid", inside, form, errors)
    if how == "cheque":
        until = (now + timedelta(days=CHEQUE_DAYS)).isoformat()
        case = portal.say(
            session,
            SignalKind.PROMISE,
            form,
            text,
            now=now,
            detail={"rest": "cheque", "until": until},
            labels=("cheque",),
        )
    else:
        case = portal.say(
            session,
            SignalKind.REPLY,
            form,
            text,
            now=now,
            detail={"labels": ["already_paid"]},
            labels=("already_paid",),
        )
    if how != "cheque":
        return portal.told("paid_done", inside, case, "reply")
    account = portal.stored(session)
    name = rest_answer(account, "paid_done")
    if not account.owes:
        return portal.told(name, inside, case, "reply")
    # Nobody looks for a cheque before it is there: no hour is promised, unless staff must read it.
    return inside.page(name, Done(case=case_number(case)))


def insurable(inside: Inside) -> bool:
    """True where the account is one that an insurer may have a part in."""
    return inside.insured


def insurance(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """Coverage details of a patient. Saying that the insurer should pay opens a case and rests
    the account until the insurer has answered."""
    inside = portal.inside(session, now=now)
    if not insurable(inside):
        return GONE
    given = {name: read_line(form.get(name, "")) for name in INSURANCE_FIELDS}
    errors = [(name, "line_long") for name, value in given.items() if value is None]
    owes = form.get("owes") == "yes"
    if not errors and not owes and not any(given.values()):
        errors.append(("payer", "payer_missing"))
    if not errors and portal.rate_limited(session, now):
        errors.append(("payer", "messages_many"))
    if errors:
        return portal.form("insurance", inside, form, errors)
    text = "\n".join(f"{name}: {value}" for name, value in given.items() if value)
    case = portal.say(
        session,
        SignalKind.REPLY,
        form,
        text,
        now=now,
        detail={"labels": ["insurer"] if owes else ["coverage"]},
        labels=("insurer",) if owes else ("coverage",),
    )
    return portal.told("insurance_done", inside, case, "reply")


def contact(
    portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime
) -> Page:
    """A new address, e-mail or number. Staff enter it, for it decides the law that applies and
    whom we write to."""
    inside = portal.inside(session, now=now)
    given = {name: read_line(form.get(name, "")) for name in CONTACT_FIELDS}
    errors = [(name, "line_long") for name, value in given.items() if value is None]
    if not errors and not any(given.values()):
        errors.append(("street", "contact_missing"))
    if not errors and portal.rate_limited(session, now):
        errors.append(("street", "messages_many"))
    if errors:
        return portal.form("contact", inside, form, errors)
    text = "\n".join(f"{name}: {value}" for name, value in given.items() if value)
    case = portal.say(
        session,
        SignalKind.REPLY,
        form,
        text,
        now=now,
        detail={"labels": ["contact_details"]},
        labels=("contact_details",),
    )
    return portal.told("contact_done", inside, case, "reply")


def rate(portal: PortalPorts, session: Session, form: Mapping[str, str], *, now: datetime) -> Page:
    """What the person thinks of a message of ours. One that is wrong goes to staff, and nothing
    else is sent until they have looked."""
    inside = portal.inside(session, now=now)
    touches = portal.book.conversation(session.account_id).touches
    touch = next((t for t in touches if t.touch_id == form.get("touch")), None)
    rating, text = form.get("rating", ""), read_text(form.get("text", ""))
    if touch is None:
        return GONE
    errors = []
    if rating not in RATINGS:
        errors.append(("rating", "rating_missing"))
    if text is None:
        errors.append(("text", "text_long"))
    if not errors and portal.rate_limited(session, now):
        errors.append(("text", "messages_many"))
    if errors or text is None:
        return portal.form("messages", inside, form, errors)
    flagged = rating == "wrong"
    # The page lists several messages: each may be rated from it once.
    form = {**form, "form_id": f"{form.get('form_id', '')} {touch.touch_id}"}
    portal.say(
        session,
        SignalKind.REPLY if flagged else SignalKind.PREFERENCE,
        form,
        text,
        now=now,
        detail={
            "labels": ["flagged"] if flagged else [],
            "rating": rating,
            "touch": touch.touch_id,
        },
        labels=("flagged" if flagged else "rating", rating, touch.touch_id),
    )
    return inside.page("rate_done", Done())
