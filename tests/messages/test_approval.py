"""A creditor's own words go out once somebody who did not write them approved them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dunlin.adapters.files import yaml_documents
from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.files.shipped_words import as_shipped
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.creditors import MemoryCreditors
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.cli.packs import PACKS
from dunlin.domain.contact import planner
from dunlin.domain.errors import Conflict, DomainError
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.ports.accounts import Facts
from dunlin.runtime import wiring
from dunlin.service.contact.gate import Gate
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from dunlin.service.contact.strategies import approve_words
from dunlin.views.messages.jinja_messages import JinjaMessages
from tests.staff.builders import ChainLog
from tests.support import builders, ground

LETTERS = JinjaMessages()
GATE = Gate(rulebook=load_rulebook())
READER = wiring.strategy_reader()
LADDER = {
    "standard": [
        {"name": "One", "days": 0, "channels": ["email"], "template": "reminder", "tone": "gentle"}
    ]
}


def document(subject: str = "A word from us", by: str = "ana") -> dict[str, Any]:
    words = {"reminder.gentle": {"email": {"en": {"subject": subject}}}}
    return builders.strategy_document(ladders=LADDER, templates=words, templates_by=by)


def town(by: str = "ana") -> tuple[MemoryBook, MemoryCreditors]:
    book = MemoryBook()
    account = ground.active("ada", strategy_version=1, ladder="standard")
    own = document(by=by)
    builders.store(
        book, book.creditors, account, person=builders.consumer("ada"),
        ladders=LADDER, templates=own["templates"], templates_by=by,
    )  # fmt: skip
    return book, book.creditors


def approve(
    creditors: MemoryCreditors,
    by: str,
    version: int = 0,
    *,
    creditor: str = builders.CREDITOR,
    book: MemoryBook | None = None,
) -> list[str]:
    """Whom the approval woke."""
    waker, book = MemoryWaker(), book or MemoryBook()
    approve_words(
        creditor, version, by=by, reader=READER, creditors=creditors,
        book=book, log=ChainLog(book), waker=waker, now=builders.NOON,
    )  # fmt: skip
    return waker.woken


def look(book: MemoryBook) -> Any:
    account_id = ground.active("ada").account_id
    return check_ladder(account_id, 1, book=book, gate=GATE, templates=LETTERS, now=builders.NOON)


def test_own_words_wait_until_somebody_else_approves_them() -> None:
    book, creditors = town()
    assert look(book).outcome == "wait"
    waiting = book.account(ground.active("ada").account_id)
    assert waiting is not None
    assert waiting.next_action is not None
    assert waiting.next_action.reason == planner.UNAPPROVED
    assert waiting.due_at == builders.NOON + timedelta(days=1)
    with pytest.raises(DomainError, match="ana wrote these words"):
        approve(creditors, "ana")
    approve(creditors, "ben")
    strategy = creditors.strategy(builders.CREDITOR)
    assert strategy is not None
    assert strategy.approved_by == "ben"
    with pytest.raises(Conflict, match="approved by ben"):
        approve(creditors, "eve")


def test_an_approval_stands_in_the_creditors_log_and_wakes_who_waits_for_it() -> None:
    book, creditors = town()
    account_id = ground.active("ada").account_id
    assert approve(creditors, "ben", book=book) == []
    [entry] = book.chains[f"creditor#{builders.CREDITOR}"]
    assert (entry.what, entry.actor) == ("WordsApproved", "staff:ben")
    assert entry.data == {"version": 1, "templates": ["reminder.gentle"]}

    book, creditors = town()
    assert look(book).outcome == "wait"
    assert approve(creditors, "ben", book=book) == [account_id]
    assert look(book).outcome == "email"


class Forgetful(MemoryBook):
    """A book whose strategies have lost their approval since the permit was taken."""

    def facts(self, account_id: str, *, touch_key: str = "") -> Facts:
        facts = super().facts(account_id, touch_key=touch_key)
        return replace(facts, strategy=replace(facts.strategy, approved_by=""))


@pytest.mark.parametrize("approved", [True, False])
def test_approved_words_are_sent_and_unapproved_ones_never_leave_the_sender(approved: bool) -> None:
    book, creditors = town()
    approve(creditors, "ben")
    run = look(book)
    assert run.outcome == "email"
    mailbox = MemoryMailbox()
    outbox = replace(ground.outbox(mailbox=mailbox), templates=LETTERS)
    if not approved:
        book.__class__ = Forgetful
    account_id = ground.active("ada").account_id
    sent = send(
        account_id, run.touch_key, run.permit_id, book=book, ports=outbox, now=builders.NOON
    )
    assert sent.outcome == ("sent" if approved else "void")
    assert len(mailbox.sent) == approved


def test_words_without_a_writer_or_without_words_are_not_approved() -> None:
    _, creditors = town(by="")
    with pytest.raises(DomainError, match="templates_by"):
        approve(creditors, "ben")
    creditors.put_strategy("plain", builders.strategy_document(creditor="plain"), builders.NOON)
    for creditor, version in (("plain", 0), ("plain", 7), ("nobody", 0)):
        with pytest.raises(DomainError, match=r"no words of its own|there is no strategy"):
            approve(creditors, "ben", version, creditor=creditor)


def test_words_that_may_not_be_said_today_are_not_approved() -> None:
    creditors = MemoryCreditors()
    creditors.put_strategy(builders.CREDITOR, document("We will sue you"), builders.NOON)
    with pytest.raises(DomainError, match="US-FDCPA-FALSE"):
        approve(creditors, "ben")


def test_an_approval_stays_with_the_words_and_ends_with_them() -> None:
    _, creditors = town()
    approve(creditors, "ben")

    def approved_by(changed: dict[str, Any]) -> str:
        version = creditors.put_strategy(builders.CREDITOR, changed, builders.NOON)
        strategy = creditors.strategy(builders.CREDITOR, version)
        assert strategy is not None
        return strategy.approved_by

    same = document() | {"holdout_percent": 7}
    assert approved_by(same) == "ben"
    assert approved_by(document("Another word from us")) == ""
    first = creditors.strategy(builders.CREDITOR, 1)
    assert first is not None
    assert first.approved_by == "ben"


@pytest.mark.parametrize("pack", sorted(PACKS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_words_of_a_pack_are_approved_as_shipped(pack: Any) -> None:
    shipped: Any = yaml_documents.parse(pack.read_bytes())
    strategy = read_strategy(shipped, creditor="pack", version=1)
    assert as_shipped(strategy)
    changed = {name: {"email": {"en": {"subject": "Ours"}}} for name in strategy.templates}
    assert as_shipped(replace(strategy, templates=changed)) is not bool(strategy.templates)
