"""Calls and letters of staff over the account book in memory, under the shipped rulebook."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consumer import Channel, ConsentState, Consumer, Flag
from dunlin.domain.audit import audit
from dunlin.domain.errors import DomainError
from dunlin.ports.messages import Printed
from dunlin.service.contact.gate import Gate
from dunlin.service.staff import calls
from dunlin.views.letters.letter_printer import JinjaLetterPrinter
from tests.support.builders import NOON, account, consumer, store

ONE = account("INV-1")
ADA = consumer().consumer_id
GATE = Gate(rulebook=load_rulebook())
AT_HOME = {"street": "5 Sample Road", "city": "Springfield"}


def book_with(person: Consumer | None = None, *accounts: Account, **document: Any) -> MemoryBook:
    book = MemoryBook()
    active = [replace(a, status=Status.ACTIVE, ladder_run=1) for a in accounts or (ONE,)]
    store(book, book.creditors, *active, person=person, **document)
    return book


def check(book: MemoryBook, at: object = NOON) -> calls.Allowance:
    return calls.check_call(ONE.account_id, by="op-7", book=book, gate=GATE, now=at)  # type: ignore[arg-type]


def log(book: MemoryBook, outcome: str, at: object = NOON, note: str = "") -> list[str]:
    waker = MemoryWaker()
    calls.log_call(
        ONE.account_id,
        outcome=outcome,
        by="op-7",
        note_code=note,
        book=book,
        waker=waker,
        now=at,  # type: ignore[arg-type]
    )
    for subject, chain in book.chains.items():
        assert audit.verify(chain) == [], subject
    return waker.woken


def write(book: MemoryBook, template: str = "reminder") -> tuple[calls.Allowance, Printed | None]:
    return calls.write_letter(
        ONE.account_id,
        template=template,
        by="op-7",
        book=book,
        gate=GATE,
        printer=JinjaLetterPrinter(),
        now=NOON,
    )


def test_a_call_at_noon_is_allowed_and_counts_from_the_check_on() -> None:
    book = book_with()
    allowed = check(book)
    assert allowed.outcome == "allow"
    assert allowed.valid_until == NOON + calls.CALL_LIFE
    (contact,) = book.histories[ADA].contacts
    assert (contact.channel, contact.outcome, contact.touch_id) == (
        "call",
        "permitted",
        allowed.contact_id,
    )
    entry = book.chains[f"account#{ONE.account_id}"][-1]
    assert (entry.what, entry.actor) == ("CallPermitted", "staff:op-7")
    assert entry.data["rules"]["PLAT-TIME"] == "pass"
    assert entry.data["rulebook"] == GATE.version


def test_a_logged_call_uses_the_permit_up_and_does_not_count_twice() -> None:
    book = book_with()
    allowed = check(book)
    log(book, "no_answer", NOON + timedelta(minutes=3), "left-line-1")
    (contact,) = book.histories[ADA].contacts
    assert (contact.outcome, contact.touch_id) == ("no_answer", allowed.contact_id)
    entry = book.chains[f"account#{ONE.account_id}"][-1]
    assert (entry.data["permitted"], entry.data["note_code"]) == (True, "left-line-1")


def test_a_call_without_a_permit_is_recorded_as_one() -> None:
    book = book_with()
    log(book, "voicemail")
    entry = book.chains[f"account#{ONE.account_id}"][-1]
    assert (entry.what, entry.data["permitted"]) == ("CallLogged", False)
    assert len(book.histories[ADA].contacts) == 1


def test_the_cap_counts_logged_calls_and_says_until_when() -> None:
    book = book_with()
    for day in range(3):
        for hour in range(3):
            log(book, "no_answer", NOON - timedelta(days=1 + day, hours=hour))
    refused = check(book)
    assert refused.outcome == "defer"
    assert refused.until is not None
    assert refused.until > NOON
    assert any("FREQ" in rule for rule, _ in refused.reasons)
    assert all(c.outcome != "permitted" for c in book.histories[ADA].contacts)


def test_a_conversation_keeps_the_phone_still_for_a_week() -> None:
    book = book_with()
    assert check(book).outcome == "allow"
    log(book, "conversation")
    refused = check(book, NOON + timedelta(days=1))
    assert refused.outcome == "defer"
    assert refused.until is not None
    assert refused.until.date() == date(2026, 11, 30)


def test_the_wrong_hour_says_until_when() -> None:
    book = book_with()
    night = NOON + timedelta(hours=13)  # one in the morning in Chicago
    refused = check(book, night)
    assert refused.outcome == "defer"
    assert refused.until == NOON + timedelta(hours=20, seconds=1)  # after eight in Chicago
    assert ("PLAT-TIME" in dict(refused.reasons)) is True
    assert ADA not in book.histories


@pytest.mark.parametrize(
    ("name", "rule"),
    [("attorney", "US-REGF-ATTY"), ("cease", "US-REGF-CEASE"), ("deceased", "US-DECEASED")],
)
def test_a_flag_of_the_person_blocks_calls(name: str, rule: str) -> None:
    flag = Flag(at=NOON, by="staff:op-7", detail={"value": True})
    book = book_with(replace(consumer(), flags={name: flag}))
    refused = check(book)
    assert (refused.outcome, refused.until) == ("block", None)
    assert rule in dict(refused.reasons)


def test_nobody_calls_under_a_pause_or_about_nothing_owed_or_without_a_number() -> None:
    book = book_with()
    book.pause("platform", on=True, actor="op", at=NOON)
    assert dict(check(book).reasons) == {"PAUSED": "All contact is paused: platform."}
    book = book_with(None, replace(ONE, balance=replace(ONE.balance, minor=0)))
    assert check(book).outcome == "block"
    book = book_with(replace(consumer(), phones=()))
    assert dict(check(book).reasons) == {"ADDRESS": "There is no number."}


def test_two_members_of_staff_cannot_take_the_same_permit() -> None:
    book = book_with()
    apply = book.apply
    raced: list[bool] = []

    def late(change: object) -> None:
        if not raced:
            raced.append(True)
            calls.check_call(ONE.account_id, by="op-8", book=book, gate=GATE, now=NOON)
        apply(change)  # type: ignore[arg-type]

    book.apply = late  # type: ignore[method-assign]
    check(book)
    assert len({c.touch_id for c in book.histories[ADA].contacts}) == 2


def test_a_wrong_number_closes_texts_and_calls_and_wakes() -> None:
    book = book_with()
    check(book)
    assert log(book, "wrong_number") == [ONE.account_id]
    person = book.consumers[ADA]
    assert "wrong_number" in person.flags
    assert person.consent(Channel.SMS).state is ConsentState.REVOKED
    assert person.consent(Channel.EMAIL).open
    assert check(book, NOON + timedelta(days=3)).outcome == "block"


def test_words_are_no_codes() -> None:
    book = book_with()
    with pytest.raises(DomainError, match="note code"):
        log(book, "voicemail", note="she said her mother is ill")
    with pytest.raises(DomainError, match="outcome"):
        log(book, "shouted")
    with pytest.raises(DomainError, match="who"):
        calls.check_call(ONE.account_id, by="Ada Example", book=book, gate=GATE, now=NOON)


class Windows(HTMLParser):
    """The text inside the address windows, and all other text."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.shown, self.rest = False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = self.inside or "window" in (dict(attrs).get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "address"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.shown += data + "\n"
        else:
            self.rest += data + "\n"


def test_a_letter_shows_addresses_alone_through_its_windows() -> None:
    book = book_with(replace(consumer(**AT_HOME), name="Ada <b>Example</b>"))
    allowed, printed = write(book)
    assert allowed.outcome == "allow"
    assert printed is not None
    windows = Windows()
    windows.feed(printed.html)
    assert windows.shown.split("\n") == [
        "Acme Clinic",
        "100 Example Street, Springfield, IL 62701",
        "Ada <b>Example</b>",
        "5 Sample Road",
        "Springfield, IL 62701",
        "",
    ]
    assert "$125.00" in windows.rest
    assert "INV-1" in windows.rest
    assert "debt collector" not in windows.rest


def test_a_letter_speaks_spanish_and_says_who_collects() -> None:
    book = book_with(
        consumer(**AT_HOME, language="es"),
        replace(ONE, debt_role="third"),
        languages=["en", "es"],
    )
    facts = book.facts(ONE.account_id)
    printed = JinjaLetterPrinter().print("arrangement_offer", facts=facts, on=NOON.date())
    assert printed.language == "es"
    assert "23 de noviembre de 2026" in printed.html
    assert "cobrador de deudas" in printed.html


def test_a_letter_is_recorded_with_its_hash_and_later_its_proof() -> None:
    book = book_with(consumer(**AT_HOME))
    allowed, printed = write(book)
    assert printed is not None
    entry = book.chains[f"account#{ONE.account_id}"][-1]
    assert (entry.what, entry.data["sha256"]) == ("LetterPrinted", printed.sha256)
    calls.prove_letter(
        ONE.account_id,
        allowed.contact_id,
        mailed_on=NOON.date(),
        proof="9400-5550-1234",
        by="op-7",
        book=book,
        now=NOON + timedelta(hours=2),
    )
    (contact,) = book.histories[ADA].contacts
    assert (contact.channel, contact.outcome, contact.template) == ("letter", "sent", "reminder")
    entry = book.chains[f"account#{ONE.account_id}"][-1]
    assert entry.data["mailed_on"] == "2026-11-23"
    with pytest.raises(DomainError, match="no letter"):
        calls.prove_letter(
            ONE.account_id,
            "tch_other",
            mailed_on=NOON.date(),
            proof="1",
            by="op-7",
            book=book,
            now=NOON,
        )
    with pytest.raises(DomainError, match="not come"):
        calls.prove_letter(
            ONE.account_id,
            allowed.contact_id,
            mailed_on=date(2026, 11, 24),
            proof="1",
            by="op-7",
            book=book,
            now=NOON,
        )


def test_no_letter_without_an_address_or_against_a_cease() -> None:
    with pytest.raises(DomainError, match="postal address"):
        write(book_with(replace(consumer(), street="")))
    flag = Flag(at=NOON, by="staff:op-7", detail={"at": NOON.isoformat()})
    allowed, printed = write(book_with(replace(consumer(**AT_HOME), flags={"cease": flag})))
    assert printed is None
    assert "US-REGF-CEASE" in dict(allowed.reasons)
    with pytest.raises(DomainError, match="a letter is one of"):
        write(book_with(consumer(**AT_HOME)), "threat")


def test_nothing_personal_stands_in_the_audit_log() -> None:
    person = consumer(**AT_HOME)
    book = book_with(person)
    check(book)
    log(book, "wrong_number", note="n-1")
    book2 = book_with(person)
    write(book2)
    written = json.dumps([e.data for b in (book, book2) for c in b.chains.values() for e in c])
    for secret in ("Ada", *person.emails, *person.phones, "5 Sample", "$125"):
        assert secret not in written
