"""What staff decide in the tests of the queue, and what then stands."""

from __future__ import annotations

from dataclasses import replace

from dunlin.adapters.files.words_model_file import load_words_model
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account
from dunlin.domain.audit import audit
from dunlin.service.accounts.staff_command import CommandResult, StaffCommand
from dunlin.service.staff import queue
from tests.staff.builders import NOW

WORDS = load_words_model()
ORDER = StaffCommand(by="ana", why="case-7")


def decide(book: MemoryBook, waker: MemoryWaker, account: Account, decision: str) -> str:
    return queue.decide(
        account_id=account.account_id,
        decision=decision,
        order=StaffCommand(by="supervisor", why="case-1", version=account.version),
        now=NOW,
        book=book,
        waker=waker,
    ).outcome


def stands(book: MemoryBook, account: Account) -> Account:
    return book.accounts[account.account_id]


def last(book: MemoryBook, account: Account) -> audit.AuditEntry:
    return book.chains[f"account#{account.account_id}"][-1]


def answer(
    book: MemoryBook,
    waker: MemoryWaker,
    account: Account,
    text: str = "It is for the visit of 3 May.",
    release: bool | None = None,
) -> CommandResult:
    return queue.answer(
        account.account_id,
        replace(ORDER, version=account.version),
        text,
        release=release,
        model=WORDS,
        book=book,
        creditors=book.creditors,
        waker=waker,
        now=NOW,
    )
