"""What a person may see, keep and send: the statement, the list of their papers, a file of
theirs, all their data, the other accounts of theirs with the same creditor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dunlin.domain.accounts.ledger import allocate, itemise
from dunlin.domain.accounts.signal import SignalKind
from dunlin.domain.money import Money
from dunlin.domain.portal.page import Download, GoTo, Page
from dunlin.domain.portal.upload import FILES_A_DAY, read_upload
from dunlin.ports.portal import Session
from dunlin.service.portal import GONE, PortalPorts
from dunlin.service.portal.inside import Inside
from dunlin.service.portal.pages import (
    AccountsPage,
    DataPage,
    StatementLine,
    StatementPage,
)

LINES = 80  # of a statement, on one page
FILE_KINDS = ("insurance", "paid", "dispute", "hardship", "other")


def statement(portal: PortalPorts, session: Session, number: str, *, now: datetime) -> Page:
    """Every line of the ledger from the first on, with what was owed after each; in pages where
    there are many. The last line ends at the balance."""
    inside = portal.inside(session, now=now)
    account, entries = inside.account, inside.record.ledger
    owed = Money(0, account.balance.currency)
    rule = inside.strategy.payments.allocation
    allocation = allocate(entries, owed.currency, rule)
    went = {line.entry_id: line.parts for line in allocation.lines}
    lines = []
    for entry in entries:
        owed += entry.amount
        paid = went.get(entry.entry_id, ()) if entry.amount.minor < 0 else ()
        lines.append(StatementLine(entry=entry, then=owed, paid=paid))
    pages = max(1, -(-len(lines) // LINES))
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1
    shown = min(max(1, wanted), pages)
    return inside.page(
        "statement",
        StatementPage(
            person=inside.consumer.name,
            reference=account.reference,
            owed_to=account.extras.get("original_creditor", "") or inside.strategy.brand.name,
            today=inside.today,
            itemisation=itemise(entries, owed.currency),
            lines=lines[(shown - 1) * LINES : shown * LINES],
            pages=pages,
            page_number=shown,
            shares=tuple(share for share in allocation.shares if share.charged.minor),
            rule=rule,
        ),
    )


def send_file(
    portal: PortalPorts,
    session: Session,
    form: Mapping[str, str],
    file: bytes | None,
    *,
    now: datetime,
    wall: datetime,
) -> Page:
    """Keep a file that the person sends and tell staff. It is known by its content, kept under
    a random name and never shown again here."""
    inside = portal.inside(session, now=now)
    read, about = read_upload(file), form.get("about", "")
    errors = []
    if about not in FILE_KINDS:
        errors.append(("about", "about_missing"))
    if isinstance(read, str):
        errors.append(("file", read))
    elif portal.sessions.count_attempt(f"file-{session.account_id}", wall) > FILES_A_DAY:
        errors.append(("file", "file_many"))
    if errors or isinstance(read, str):
        return portal.form("documents", inside, form, errors)
    name = portal.evidence.keep(
        read.content, creditor=session.creditor, content_type=read.content_type
    )
    case = portal.say(
        session,
        SignalKind.REPLY,
        form,
        f"{about}: {read.content_type}, {len(read.content):,} bytes, kept as {name}",
        now=now,
        detail={"labels": ["evidence"]},
        labels=("evidence", about),
    )
    return portal.told("file_done", inside, case, "reply")


def accounts(portal: PortalPorts, session: Session, *, now: datetime) -> Page:
    """All that the person owes this creditor, the open account first, with what is asked in all."""
    inside = portal.inside(session, now=now)
    everything = [inside.account, *portal.siblings(session)]
    return inside.page("accounts", AccountsPage.of(everything, session.account_id))


def change_account(portal: PortalPorts, session: Session, form: Mapping[str, str]) -> Page | GoTo:
    """Turn the session to another account of the same person. Its nonce changes with it, so a
    form that is still open in another tab cannot act on the wrong account."""
    wanted = form.get("account", "")
    chosen = next((a for a in portal.siblings(session) if a.reference == wanted), None)
    if chosen is None:
        return replace(GONE, session=None)
    stored = portal.book.account(chosen.account_id)
    if stored is None or stored.consumer_id != session.consumer_id:
        return replace(GONE, session=None)
    portal.sessions.put_session(
        replace(session, account_id=chosen.account_id, csrf=portal.new_token())
    )
    return GoTo(place="/account")


def own_data(portal: PortalPorts, session: Session, *, now: datetime) -> Page:
    """Everything we hold that is about the person or came from them, to read."""
    inside = portal.inside(session, now=now)
    content = DataPage(data=_own_data(portal, inside), form_id=portal.new_token())
    return inside.page("data", content)


def data_file(portal: PortalPorts, session: Session, *, now: datetime) -> Download:
    """The same as a document, to keep."""
    document = _own_data(portal, portal.inside(session, now=now))
    return Download(
        filename=f"account-{now:%Y-%m-%d}.json",
        content_type="application/json; charset=utf-8",
        text=json.dumps(document, ensure_ascii=False, indent=2),
    )


def _own_data(portal: PortalPorts, inside: Inside) -> dict[str, Any]:
    """The person's own data as a document. What staff and rules concluded is not in it."""
    person, account, strategy = inside.consumer, inside.account, inside.strategy
    conversation = portal.book.conversation(account.account_id)
    wishes = person.preferences
    return {
        "made_at": inside.now.isoformat(),
        "held_by": {"name": strategy.brand.name, "address": strategy.brand.address},
        "you": {
            "name": person.name,
            "emails": [point for point in person.all_points if "@" in point],
            "phones": [point for point in person.all_points if "@" not in point],
            "street": person.street,
            "city": person.city,
            "state": person.state,
            "zip": person.zip,
            "language": person.language,
            "time_zone": person.tz_known,
        },
        "wishes": {
            "channels": [channel.value for channel in wishes.channels],
            "hours": list(wishes.hours) if wishes.hours else None,
            "days": list(wishes.days),
            "payday": wishes.payday,
        },
        "permissions": [
            {
                "channel": channel.value,
                "state": consent.state.value,
                "at": consent.at.isoformat() if consent.at else None,
            }
            for channel, consent in sorted(person.consents.items())
        ],
        "account": {
            "reference": account.reference,
            "invoice": account.invoice,
            "balance": str(account.balance),
            "issued_on": account.issued_on.isoformat() if account.issued_on else None,
            "due_on": account.due_on.isoformat() if account.due_on else None,
        },
        "ledger": [
            {"on": e.on.isoformat(), "kind": e.kind, "amount": str(e.amount)}
            for e in inside.record.ledger
        ],
        "messages_to_you": [
            {
                "channel": touch.channel.value,
                "template": touch.template,
                "state": touch.state.value,
                "at": (touch.sent_at or touch.permitted_at).isoformat(),
            }
            for touch in conversation.touches
        ],
        "messages_from_you": [
            {"channel": reply.channel, "at": reply.at.isoformat(), "text": reply.text}
            for reply in conversation.replies
        ],
    }
