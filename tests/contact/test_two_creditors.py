"""Two creditors whose ladders are interleaved a thousand times: no header, footer, subject, link
or sender of one ever stands on a message of the other."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.senders import MemoryMailbox, MemorySmsSender
from dunlin.domain import ids
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState
from dunlin.domain.tokens import token_hash
from dunlin.ports.accounts import Change
from dunlin.ports.messages import Email, Text
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from dunlin.views.messages.jinja_messages import JinjaMessages
from tests.support import builders, ground
from tests.support.builders import NOON

MESSAGES = 1_000
BRANDS: dict[str, dict[str, str]] = {
    "north-dental": {
        "name": "North Dental",
        "address": "11 North Street, Springfield, IL 62701",
        "phone": "+12175550111",
        "email_from": "desk@north.example.com",
        "reply_to": "answers@north.example.com",
        "sms_origination": "+12175550112",
        "accent": "#1f5f4a",
        "signature": "The people at North",
    },
    "south-freight": {
        "name": "South Freight",
        "address": "99 South Road, Dallas, TX 75201",
        "phone": "+12145550199",
        "email_from": "billing@south.example.org",
        "reply_to": "office@south.example.org",
        "sms_origination": "+12145550198",
        "accent": "#5b1f7a",
        "signature": "Your drivers of South",
    },
}
TEXTED = {
    Channel.SMS: Consent(state=ConsentState.GRANTED, version=1),
    Channel.EMAIL: Consent(state=ConsentState.IMPLIED, version=1),
}


def book_of_two() -> tuple[MemoryBook, list[Account]]:
    """The same people owe both creditors, by the same reference."""
    book = MemoryBook()
    for creditor, brand in BRANDS.items():
        document = builders.strategy_document(
            brand=brand,
            ladders={"standard": [
                {"name": "one", "days": 0, "channels": ["email", "sms"], "template": "reminder"},
            ]},
        )  # fmt: skip
        book.creditors.put_strategy(creditor, document, NOON)
    due: list[Account] = []
    for n in range(MESSAGES // 2):
        for creditor in BRANDS:
            person = replace(
                builders.consumer(f"p{n}"),
                consumer_id=ids.consumer_id(creditor, f"p{n}"),
                creditor=creditor,
                version=1,
                consents=TEXTED,
                emails=() if n % 4 == 0 else (f"p{n}@example.com",),
                language="es" if n % 3 == 0 else "en",
            )
            book.consumers[person.consumer_id] = person
            account = replace(
                ground.active(f"p{n}"),
                account_id=ids.account_id(creditor, f"INV-{n}"),
                creditor=creditor,
                consumer_id=person.consumer_id,
                reference=f"INV-{n}",
                language=person.language,
            )
            entry = entry_of(account, now=NOON, what="AccountImported", data={})
            book.apply(Change(account=next_version(account, entry), audit=[entry]))
            due.append(account)
    return book, due


def marks(brand: dict[str, str]) -> list[str]:
    """What only this creditor's messages may carry, as any of their parts may show it."""
    digits = brand["phone"][2:]
    shown = f"{digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return [*brand.values(), shown, brand["address"].split(",")[0], brand["email_from"]]


@pytest.mark.slow
def test_a_thousand_interleaved_messages_cross_nothing() -> None:
    book, due = book_of_two()
    templates, sessions = JinjaMessages(), MemoryPortalSessions()
    mail, texts = MemoryMailbox(), MemorySmsSender()
    outboxes: dict[str, Any] = {
        "email": replace(ground.outbox(mailbox=mail, links=sessions), templates=templates),
        "sms": replace(
            ground.outbox(Channel.SMS, sms_sender=texts, links=sessions), templates=templates
        ),
    }
    # Each channel has senders of its own; their tokens must not be the same.
    outboxes["sms"] = replace(outboxes["sms"], new_token=outboxes["email"].new_token)
    gate = ground.gate()
    permits = []
    for account in due:  # all permits first: the senders meet them in turn
        decision = check_ladder(
            account.account_id, 1, book=book, gate=gate, templates=templates, now=NOON
        )
        assert decision.permit_id, (account.reference, decision)
        permits.append((account, decision))
    by_touch: dict[str, Account] = {}
    for account, decision in permits:
        by_touch[decision.permit_id] = account
        result = send(
            account.account_id, decision.touch_key, decision.permit_id, book=book,
            ports=outboxes[decision.outcome], now=NOON,
        )  # fmt: skip
        assert result.outcome == "sent"
    sent: list[Email | Text] = [*mail.sent, *texts.sent]
    assert len(sent) == MESSAGES
    assert len(texts.sent) == MESSAGES // 4
    for message in sent:
        account = by_touch[message.tags["touch_id"]]
        own = BRANDS[account.creditor]
        (other,) = (brand for name, brand in BRANDS.items() if name != account.creditor)
        whole = _whole(message)
        assert own["name"] in whole
        assert not [mark for mark in marks(other) if mark in whole]
        _is_sent_by(message, own)
        tokens = {token_hash(t) for t in re.findall(r"/[mu]/([\w-]{22})", whole)}
        assert tokens
        for token in tokens:
            link = sessions.link(token)
            assert link is not None
            assert (link.account_id, link.creditor) == (account.account_id, account.creditor)


def _whole(message: Email | Text) -> str:
    if isinstance(message, Text):
        return f"{message.body}\n{message.origination}"
    parts = [message.subject, message.html, message.text, message.sender, message.reply_to]
    return "\n".join([*parts, *message.headers.values()])


def _is_sent_by(message: Email | Text, brand: dict[str, str]) -> None:
    if isinstance(message, Text):
        assert message.origination == brand["sms_origination"]
        return
    assert (message.sender, message.reply_to) == (brand["email_from"], brand["reply_to"])
    assert brand["name"] in message.subject
    assert brand["accent"] in message.html
    assert brand["address"].split(",")[0] in message.html
    assert brand["reply_to"] in message.headers["List-Unsubscribe"]
