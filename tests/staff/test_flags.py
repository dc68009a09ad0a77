"""Flags of staff: what each does to the gate, who is woken, and what the audit log keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.consumer import Channel, ConsentState
from dunlin.domain.audit import audit
from dunlin.domain.errors import DomainError
from dunlin.service.contact.gate import Gate
from dunlin.service.staff import calls, flags
from tests.support.builders import NOON, account, consumer, store

FIRST, SECOND = account("INV-1"), account("INV-2")
ADA = consumer().consumer_id
GATE = Gate(rulebook=load_rulebook())
BOTH = sorted([FIRST.account_id, SECOND.account_id])


def book_with() -> MemoryBook:
    book = MemoryBook()
    store(
        book,
        book.creditors,
        *[replace(a, status=Status.ACTIVE, ladder_run=1) for a in (FIRST, SECOND)],
    )
    return book


def put(book: MemoryBook, flag: str, value: str = "") -> tuple[bool, list[str]]:
    waker = MemoryWaker()
    changed = flags.set_flag(
        FIRST.account_id,
        flag,
        by="op-7",
        evidence="case-12",
        value=value,
        book=book,
        waker=waker,
        now=NOON,
    )
    for subject, chain in book.chains.items():
        assert audit.verify(chain) == [], subject
    return changed, sorted(waker.woken)


def lift(book: MemoryBook, flag: str) -> tuple[bool, list[str]]:
    waker = MemoryWaker()
    lifted = flags.lift_flag(
        FIRST.account_id,
        flag,
        by="op-8",
        evidence="case-13",
        book=book,
        waker=waker,
        now=NOON + timedelta(hours=1),
    )
    return lifted, sorted(waker.woken)


def call_on(book: MemoryBook, account_id: str = SECOND.account_id) -> calls.Allowance:
    return calls.check_call(account_id, by="op-7", book=book, gate=GATE, now=NOON)


@pytest.mark.parametrize(
    ("flag", "value", "rule"),
    [
        ("attorney", "", "US-REGF-ATTY"),
        ("cease", "", "US-REGF-CEASE"),
        ("bankruptcy", "", "US-BK-STAY"),
        ("deceased", "", "US-DECEASED"),
        ("minor", "", "US-MINOR"),
        ("wrong_party", "", "US-REGF-THIRDPARTY"),
        ("inconvenient", "09:00-17:00", "US-REGF-INCONVENIENT"),
        ("medium_optout", "call", "US-REGF-MEDIUM"),
        ("only_medium", "letter", "US-REGF-MEDIUM"),
    ],
)
def test_a_flag_binds_every_account_of_the_person_at_once(flag: str, value: str, rule: str) -> None:
    book = book_with()
    assert call_on(book, FIRST.account_id).outcome == "allow"
    assert put(book, flag, value) == (True, BOTH)
    refused = call_on(book)
    assert refused.outcome in ("block", "defer")
    assert rule in dict(refused.reasons)
    entry = book.chains[f"consumer#{ADA}"][-1]
    assert (entry.what, entry.actor) == ("FlagRaised", "staff:op-7")
    assert (entry.data["flag"], entry.data["evidence"]) == (flag, "case-12")
    assert entry.data["lifts"] == flags.FLAGS[flag].lifts


@pytest.mark.parametrize("flag", ["attorney", "cease", "bankruptcy", "deceased", "minor"])
def test_a_lifted_flag_binds_no_more(flag: str) -> None:
    book = book_with()
    put(book, flag)
    assert lift(book, flag) == (True, BOTH)
    assert call_on(book).outcome == "allow"
    entry = book.chains[f"consumer#{ADA}"][-1]
    assert (entry.what, entry.actor, entry.data["evidence"]) == (
        "FlagLifted",
        "staff:op-8",
        "case-13",
    )
    assert lift(book, flag)[0] is False


def test_the_same_flag_twice_is_written_once() -> None:
    book = book_with()
    put(book, "attorney")
    before = len(book.chains[f"consumer#{ADA}"])
    assert put(book, "attorney") == (False, BOTH)
    assert len(book.chains[f"consumer#{ADA}"]) == before


def test_bad_times_and_media_add_up() -> None:
    book = book_with()
    put(book, "inconvenient", "09:00-12:00")
    put(book, "inconvenient", "18:00-24:00/5,6")
    assert book.consumers[ADA].flags["inconvenient"].detail["value"] == [
        {"days": None, "start": "09:00", "end": "12:00"},
        {"days": [5, 6], "start": "18:00", "end": "24:00"},
    ]
    put(book, "medium_optout", "sms")
    put(book, "medium_optout", "call")
    assert book.consumers[ADA].flags["medium_optout"].detail["value"] == ["call", "sms"]


def test_hardship_holds_every_account_and_a_dispute_its_own() -> None:
    book = book_with()
    assert put(book, "hardship")[0]
    assert {a.hold for a in book.accounts.values()} == {Hold.REVIEW}
    assert "hardship" in book.consumers[ADA].flags
    assert put(book, "dispute")[0]
    assert book.accounts[FIRST.account_id].hold is Hold.DISPUTE
    assert book.accounts[SECOND.account_id].hold is Hold.REVIEW
    entry = book.chains[f"account#{FIRST.account_id}"][-1]
    assert (entry.actor, entry.data["evidence"]) == ("staff:op-7", "case-12")


def test_the_wrong_party_loses_every_permission_and_lifting_gives_none_back() -> None:
    book = book_with()
    put(book, "wrong_party")
    assert {"wrong_number", "email_wrong_party"} <= set(book.consumers[ADA].flags)
    assert lift(book, "wrong_party")[0]
    person = book.consumers[ADA]
    assert not {"wrong_number", "email_wrong_party"} & set(person.flags)
    for channel in Channel:
        assert person.consent(channel).state is ConsentState.REVOKED


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("purple", ""),
        ("attorney", "x"),
        ("inconvenient", ""),
        ("inconvenient", "25:00-26:00"),
        ("inconvenient", "09:00-12:00/7"),
        ("only_medium", "pigeon"),
        ("confidential", "her sister's house"),
    ],
)
def test_what_is_no_flag_changes_nothing(flag: str, value: str) -> None:
    book = book_with()
    before = book.consumers[ADA]
    with pytest.raises(DomainError):
        put(book, flag, value)
    assert book.consumers[ADA] == before
