"""What a person may take along: their own data."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from dunlin.domain.page import Download
from dunlin.domain.strategy import Strategy
from dunlin.ports import Session, Thread
from dunlin.service.portal import Portal


def own_data(portal: Portal, session: Session, *, now: datetime) -> Download:
    """Everything we hold that is about the person or came from them, to keep."""
    thread, strategy = portal.inside(session)
    document = _own_data(thread, strategy, now)
    return Download(
        filename=f"account-{now:%Y-%m-%d}.json",
        content_type="application/json; charset=utf-8",
        text=json.dumps(document, ensure_ascii=False, indent=2),
    )


def _own_data(thread: Thread, strategy: Strategy, now: datetime) -> dict[str, Any]:
    """The person's own data as a document. What staff and rules concluded is not in it."""
    person, account = thread.consumer, thread.account
    return {
        "made_at": now.isoformat(),
        "held_by": {"name": strategy.brand.name, "address": strategy.brand.address},
        "you": {
            "name": person.name,
            "emails": list(person.emails),
            "phones": list(person.phones),
            "street": person.street,
            "city": person.city,
            "state": person.state,
            "zip": person.zip,
            "language": person.language,
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
            {"on": e.on.isoformat(), "kind": e.kind, "amount": str(e.amount)} for e in thread.ledger
        ],
        "messages_to_you": [
            {
                "channel": touch.channel.value,
                "template": touch.template,
                "state": touch.state.value,
                "at": (touch.sent_at or touch.permitted_at).isoformat(),
            }
            for touch in thread.touches
        ],
        "messages_from_you": [
            {"channel": reply.channel, "at": reply.at.isoformat(), "text": reply.text}
            for reply in thread.replies
        ],
    }
