"""Staff say what a reply is: it is obeyed, logged, and kept to train on without names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dunlin.adapters.files.reply_model_file import load_reply_model
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import DomainError
from dunlin.domain.replies.inbound import Inbound
from dunlin.domain.replies.unnamed import unnamed
from dunlin.service.accounts.staff_command import StaffCommand
from dunlin.service.signals.replies import read_reply
from dunlin.service.staff.corrections import Correction, correct, corrections
from tests.signals.test_signals import ADA, FIRST, LATER, a_touch, book_with
from tests.staff.builders import ChainLog

ORDER = StaffCommand(by="desk-1", why="case-17")


def book_of(text: str) -> MemoryBook:
    book = book_with(touch=a_touch(message_id="out-9"))
    person = book.consumers[ADA]
    book.consumers[ADA] = replace(person, name="Ada Byron", given_name="Ada")
    inbound = Inbound(
        message_id="in-1", sender=person.phones[0], receiver="+12175550101", text=text,
        answers="out-9",
    )  # fmt: skip
    read_reply(
        inbound, book=book, creditors=book.creditors, waker=MemoryWaker(), now=LATER,
        model=load_reply_model(),
    )  # fmt: skip
    return book


def put_right(book: MemoryBook, label: str, **more: str) -> str:
    return correct(
        FIRST.account_id, ORDER, label, book=book, waker=MemoryWaker(), now=LATER, **more
    ).outcome


def kept(book: MemoryBook) -> list[Correction]:
    return list(corrections(FIRST.creditor, book=book, log=ChainLog(book)))


def test_a_corrected_label_binds_and_the_last_is_kept_to_train_on() -> None:
    book = book_of("This is Ada, my cousin Bob Lovelace handles it now, call 217-555-0142")
    assert put_right(book, "question") == "done"
    assert put_right(book, "attorney") == "done"
    assert "attorney" in book.consumers[ADA].flags
    [correction] = kept(book)
    assert correction.label == "attorney"
    assert (
        correction.text == "This is {name}, my cousin {name} {name} handles it now, call {number}"
    )
    entries = book.chains[f"account#{FIRST.account_id}"]
    whats = [entry.what for entry in entries if entry.what == "ReplyCorrected"]
    assert len(whats) == 2
    assert all("Lovelace" not in str(entry.data) for entry in entries)


def test_an_opt_out_that_was_not_heard_closes_the_person() -> None:
    book = book_of("ok thanks")
    assert book.consumers[ADA].consent(Channel.SMS).open
    assert put_right(book, "opt_out") == "done"
    assert not book.consumers[ADA].consent(Channel.SMS).open


def test_what_is_no_reply_or_no_label_is_refused() -> None:
    book = book_of("ok thanks")
    assert put_right(book, "question", reply_id="rep_none") == "gone"
    with pytest.raises(DomainError, match="a label is one of"):
        put_right(book, "spam")
    assert kept(book) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm not Kevin", "I'm not {name}"),
        ("im not kevin", "im not {name}"),
        ("wrong number, Mr. Smith moved", "wrong number, Mr. {name} moved"),
        ("me llamo josé", "me llamo {name}"),
        ("ADA BYRON DIED", "{name} {name} DIED"),
        ("Ada\u2019s bill is paid, ask ada@example.com", "{name} bill is paid, ask {address}"),
        ("I live at 12 Main Street now", "I live at {address} now"),
        ("policy 4471233, paid Friday", "policy {number}, paid Friday"),
        ("I'm not sick. Stop. Please", "I'm not sick. Stop. Please"),
    ],
)
def test_words_that_name_people_are_replaced(text: str, expected: str) -> None:
    assert unnamed(text, ["Ada Byron"]) == expected
