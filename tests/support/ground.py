"""Plain ground for proofs: letters that say little, a gate of chosen rules, a counting outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.senders import MemoryMailbox, MemorySmsSender
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.rulebook import Rulebook
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.accounts import Facts
from dunlin.ports.messages import Mailbox, Rendered, SmsSender
from dunlin.ports.portal import LinksAndCodes
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.sending import SendingPorts
from tests.support import builders

# A strategy under which nothing but the permit keeps two accounts of a person apart, and rungs go
# as they are written.
EACH_ALONE: dict[str, Any] = {
    "coordination": {
        "window_hours": 0,
        "minimum_gap_hours": 1,
        "weekends": True,
        "holidays": True,
    },
    "adapt": {"enabled": False},
}


class PlainLetters:
    """`MessageTemplates` with one version of everything."""

    def version(self, template: str, channel: Channel, *, strategy: Strategy) -> str:
        return "v1"

    def render(
        self,
        template: str,
        channel: Channel,
        *,
        facts: Facts,
        link: str,
        stop_link: str,
        fields: Mapping[str, str],
        accounts: Sequence[Account] = (),
    ) -> Rendered:
        text = f"{facts.consumer.name}: {template} {link} {stop_link}"
        return Rendered(text=text, html=text, subject=template, version="v1", sha256="0" * 64)


def gate(*only: str) -> Gate:
    """The shipped rules, or those named alone."""
    book = load_rulebook()
    if not only:
        return Gate(rulebook=book)
    rules = [d for d in book.documents if d["id"] in only]
    assert len(rules) == len(only)
    compiled = {"version": "+".join(only), "tables": book.tables, "rules": rules}
    return Gate(rulebook=Rulebook(compiled, book.zones))


def outbox(
    channel: Channel = Channel.EMAIL,
    *,
    mailbox: Mailbox | None = None,
    sms_sender: SmsSender | None = None,
    links: LinksAndCodes | None = None,
    at: datetime = builders.NOON,
) -> SendingPorts:
    """A sender's means; tokens are counted, so a run is the same each time."""
    tokens = count(1)
    return SendingPorts(
        channel=channel,
        templates=PlainLetters(),
        links=links or MemoryPortalSessions(),
        portal_url="https://pay.example.org",
        new_token=lambda: f"{next(tokens):022d}",
        new_code=lambda: "123456",
        real_now=lambda: at,
        mailbox=mailbox or (MemoryMailbox() if channel is Channel.EMAIL else None),
        sms_sender=sms_sender or (MemorySmsSender() if channel is Channel.SMS else None),
    )


def active(name: str, *, at: datetime = builders.NOON, **changes: Any) -> Account:
    """An account of `name` whose ladder runs and whose first rung is due."""
    fields: dict[str, Any] = {
        "consumer_id": builders.consumer(name).consumer_id,
        "status": Status.ACTIVE,
        "ladder_run": 1,
        "due_at": at,
    }
    return builders.account(f"INV-{name}", **fields | changes)


def memory_world(name: str = "ada", **changes: Any) -> tuple[MemoryBook, Account]:
    """A book in memory with one active account that is due."""
    book = MemoryBook()
    account = active(name, **changes)
    builders.store(book, book.creditors, account, person=builders.consumer(name))
    stored = book.account(account.account_id)
    assert stored is not None
    return book, stored
