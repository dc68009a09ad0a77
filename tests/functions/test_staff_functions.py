"""The functions behind the dashboard: what staff see, and what they decide."""

from __future__ import annotations

from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.counters import MemoryAccountLists, MemoryCounters
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.counters import share_of
from dunlin.domain.errors import Unavailable
from dunlin.service.staff.account_list import AccountListPorts
from functions.decide.handler import handler as decide
from functions.show_account.handler import handler as show_account
from functions.show_accounts.handler import handler as show_accounts
from functions.show_decisions.handler import handler as show_decisions
from functions.show_portfolio.handler import handler as show_portfolio
from tests.functions.metrics import counted
from tests.functions.wire import Context, wire
from tests.staff.builders import CREDITOR, NOW, ChainLog, held_book
from tests.staff.test_widgets import event

SHOWN = {
    "account": show_account,
    "accounts": show_accounts,
    "decisions": show_decisions,
    "portfolio": show_portfolio,
}


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> tuple[MemoryBook, Account]:
    book, account = held_book()
    counters = MemoryCounters()
    counters.count([share_of(account)])
    wire(
        monkeypatch,
        account_book=book,
        creditors=book.creditors,
        audit_archive=ChainLog(book),
        counters=counters,
        account_list=AccountListPorts(
            lists=MemoryAccountLists(counters), book=book, creditors=book.creditors
        ),
        arranging_waker=MemoryWaker(),
        clock=FixedClock(NOW),
    )
    return book, account


def test_accounts_are_listed_as_they_are_asked_for(held: tuple[MemoryBook, Account]) -> None:
    _, account = held
    context = Context("show_accounts")
    assert account.reference in show_accounts(event(forms={"hold": "dispute"}), context)
    assert account.reference not in show_accounts(event(forms={"hold": "promise"}), context)
    assert "no hold anger" in show_accounts(event(forms={"hold": "anger"}), context)


def test_an_account_is_shown_by_its_reference(held: tuple[MemoryBook, Account]) -> None:
    _, account = held
    asked = event(creditor=CREDITOR, account_id=account.reference, params={"creditor": CREDITOR})
    page = show_account(asked, Context("show_account"))
    assert account.account_id in page
    assert "Says it was paid." in page


def test_an_account_that_nobody_knows_is_not_shown(held: tuple[MemoryBook, Account]) -> None:
    _, account = held
    page = show_account(event(account_id="acc_nothing"), Context("show_account"))
    assert account.account_id not in page


def test_what_waits_for_a_person_is_listed(held: tuple[MemoryBook, Account]) -> None:
    _, account = held
    page = show_decisions(event(params={"creditor": CREDITOR}), Context("show_decisions"))
    assert account.reference in page
    other = show_decisions(event(params={"creditor": "other"}), Context("show_decisions"))
    assert account.reference not in other


def test_the_portfolio_names_its_creditors(
    held: tuple[MemoryBook, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = show_portfolio(event(), Context("show_portfolio"))
    assert isinstance(page, str)
    assert "<table" in page or "No accounts" in page


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_each_widget_describes_itself_to_the_console(name: str) -> None:
    described: Any = SHOWN[name]({"describe": True}, Context(f"show_{name}"))
    assert described["markdown"].startswith("### ")


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_a_book_that_is_away_fails_the_widget(
    held: tuple[MemoryBook, Account], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    class Away:
        def __getattr__(self, _name: str) -> Any:
            raise Unavailable("aws", "no answer")

    wire(
        monkeypatch,
        account_book=Away(),
        account_list=AccountListPorts(lists=Away(), book=Away(), creditors=Away()),
        counters=Away(),
        creditors=Away(),
    )
    with pytest.raises(Unavailable):
        SHOWN[name](event(account_id="acc_1"), Context(f"show_{name}"))


def test_a_decision_is_made_once_and_counted(
    held: tuple[MemoryBook, Account], capsys: pytest.CaptureFixture[str]
) -> None:
    book, account = held
    context = Context("decide", "supervisor")
    asked = event(account_id=account.account_id, version=str(account.version), decision="release")
    first = decide(asked, context)
    assert isinstance(first, str)
    assert book.accounts[account.account_id].hold is None
    again = decide(asked, context)
    assert again != first
    counts = [(m["decision"], m["outcome"]) for m in counted("Decisions", capsys)]
    assert counts == [("release", "done"), ("release", "stale")]
    assert book.chains[f"account#{account.account_id}"][-1].actor == "staff:supervisor"
