"""One person's data: whole when given out, gone when erased, but for what must stay."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.cli.main import app
from dunlin.cli.target import Target
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState
from dunlin.domain.accounts.erasure import ALWAYS
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.audit import audit
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.ports.accounts import Answer, Change, Reply
from dunlin.runtime import wiring
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.accounts.writing import entry_of, next_version
from dunlin.service.staff.person import Erasure, erase_person, export_person
from tests.reports.members import touch as touch_of
from tests.support import builders
from tests.support.builders import NOON
from tests.support.evidence import MemoryArchive

BY = StaffCommand(by="desk-7", why="request-12")
WORDS = ("Dear Ada, your statement", "I have paid", "Thank you, Ada")
PRIVATE = (*WORDS, "Ada Example", "ada@example.com", "+12175550142")


def person_book(*accounts: Account, **document: Any) -> MemoryBook:
    """A person with accounts, each with one message, one reply and one answer of staff."""
    book = MemoryBook()
    revoked = Consent(state=ConsentState.REVOKED, version=2, at=NOON)
    person = builders.consumer()
    person = replace(person, consents=person.consents | {Channel.SMS: revoked})
    builders.store(book, book.creditors, *accounts, person=person, **document)
    for account in accounts:
        name = account.account_id
        touch = replace(touch_of(name, 0, clicked=False), content=WORDS[0], body_sha256="ab")
        book.touches[name, touch.key] = replace(touch, state=TouchState.DELIVERED)
        stored = book.accounts[name]
        entry = entry_of(stored, now=NOON, what="ReplyReceived", data={})
        book.apply(
            Change(
                account=next_version(stored, entry),
                reply=Reply(
                    reply_id=f"r{name}", account_id=name, consumer_id=stored.consumer_id,
                    channel="sms", at=NOON, text=WORDS[1],
                ),
                answer=Answer(
                    answer_id=f"a{name}", account_id=name, at=NOON, by="desk", channel="sms",
                    text=WORDS[2],
                ),
                audit=[entry],
            )
        )  # fmt: skip
    return book


def settled(reference: str = "INV-1", **changes: Any) -> Account:
    return builders.account(reference, **{"status": Status.SETTLED} | changes)


def erase(book: MemoryBook, **asked: Any) -> Erasure:
    (consumer_id,) = book.consumers
    wanted = {"now": NOON} | asked
    return erase_person(consumer_id, BY, book=book, creditors=book.creditors, **wanted)


def exported(book: MemoryBook) -> str:
    (consumer_id,) = book.consumers
    log = MemoryArchive(lambda: book.chains)
    return json.dumps(export_person(consumer_id, book=book, log=log, now=NOON))


def check_chains(book: MemoryBook) -> None:
    for subject, chain in book.chains.items():
        assert audit.verify(chain) == [], subject


def test_what_is_given_out_is_everything() -> None:
    book = person_book(settled(), settled("INV-2"))
    document = exported(book)
    assert all(private in document for private in PRIVATE)
    given = json.loads(document)
    assert [a["reference"] for a in given["accounts"]] == sorted(
        ["INV-1", "INV-2"], key=lambda r: builders.account(r).account_id
    )
    assert [e["minor"] for a in given["accounts"] for e in a["ledger"]] == [12_500, 12_500]
    assert len(given["log"]) == 3


def test_nothing_is_left_but_what_must_stay_and_is_listed() -> None:
    book = person_book(settled(), settled("INV-2"))
    before = {name: dict(lines) for name, lines in book.ledgers.items()}
    done = erase(book)
    assert (done.contact_points, done.messages) == (2, 6)
    assert [(h.what, h.reason) for h in done.held] == list(ALWAYS)
    document = exported(book)
    assert not any(private in document for private in PRIVATE)
    assert book.ledgers == before
    (person,) = book.consumers.values()
    assert person.consent(Channel.SMS).state is ConsentState.REVOKED
    assert all(t.body_sha256 == "ab" for t in book.touches.values())
    check_chains(book)
    last = book.chains[f"consumer#{person.consumer_id}"][-1]
    assert (last.what, last.actor) == ("PersonErased", "staff:desk-7")
    assert not any(private in json.dumps(audit.to_json(last)) for private in PRIVATE)
    # Done again it finds nothing, and writes nothing.
    again = erase(book)
    assert (again.contact_points, again.messages) == (0, 0)
    assert book.chains[f"consumer#{person.consumer_id}"][-1] is last


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (builders.account("INV-2", status=Status.ACTIVE), "owed"),
        (settled("INV-2", hold=Hold.REVIEW, balance=Money(0, "USD")), "Staff"),
    ],
)
def test_an_account_that_is_not_over_keeps_its_words_and_the_contact_points(
    account: Account, words: str
) -> None:
    book = person_book(settled(), account)
    done = erase(book)
    assert (done.contact_points, done.messages) == (0, 3)
    assert [(h.what, h.reference) for h in done.held][:2] == [
        ("messages", "INV-2"),
        ("contact points", ""),
    ]
    assert words in done.held[0].reason
    assert all(private in exported(book) for private in PRIVATE)
    assert book.texts(account.account_id) == 3
    check_chains(book)


def test_a_third_party_keeps_evidence_three_years_and_not_a_day_more() -> None:
    book = person_book(settled(), debt_role="third")
    assert "1006.100" in erase(book).held[0].reason
    assert "1006.100" in erase(book, now=NOON + timedelta(days=3 * 366 - 1)).held[0].reason
    assert erase(book, now=NOON + timedelta(days=3 * 366)).messages == 3


def test_a_crash_before_the_words_went_is_mended_by_doing_it_again() -> None:
    class Dies(MemoryBook):
        alive = False

        def erase_texts(self, owner: str) -> int:
            if not self.alive:
                raise KeyboardInterrupt
            return super().erase_texts(owner)

    book = person_book(settled())
    book.__class__ = Dies
    with pytest.raises(KeyboardInterrupt):
        erase(book)
    Dies.alive = True
    assert erase(book).messages == 3
    assert not any(private in exported(book) for private in PRIVATE)
    check_chains(book)


def test_an_unknown_person_is_refused() -> None:
    book = MemoryBook()
    with pytest.raises(DomainError):
        erase_person("con_x", BY, book=book, creditors=book.creditors, now=NOON)


def test_the_command_needs_who_why_and_a_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = person_book(settled())
    here = Target(where="here", outputs={}, time_lapse="", endpoint="http://127.0.0.1:1", urls={})
    monkeypatch.setattr("dunlin.cli.stack.find_target", lambda **_: here)
    monkeypatch.setattr(wiring, "account_book", lambda: book)
    monkeypatch.setattr(wiring, "creditors", lambda: book.creditors)
    monkeypatch.setattr(wiring, "audit_archive", lambda: MemoryArchive(lambda: book.chains))
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(NOON))
    run, out = CliRunner(), tmp_path / "ada.json"
    which = [next(iter(book.consumers))]
    assert run.invoke(app, ["person", "export", *which, "-o", str(out)]).exit_code == 0
    assert "ada@example.com" in out.read_text()
    assert run.invoke(app, ["person", "export", *which, "-o", str(out)]).exit_code == 2
    codes = ["--by", "desk", "--why", "req-1"]
    assert run.invoke(app, ["person", "erase", *which, "--yes"]).exit_code == 2
    assert run.invoke(app, ["person", "erase", *which, *codes]).exit_code == 2
    assert book.consumers[which[0]].emails
    done = run.invoke(app, ["person", "erase", *which, *codes, "--yes"])
    assert done.exit_code == 0
    assert "2 contact points and 3 messages are gone." in done.output
    assert "kept: ledger." in done.output
    assert not book.consumers[which[0]].emails
