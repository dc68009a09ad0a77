"""The list of accounts on the dashboard: its form, its pages, and the figures that lead into it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.counters import fold, portfolio, share_of
from dunlin.domain.errors import DomainError
from dunlin.domain.money import Money
from dunlin.service.staff.account_list import every_page, list_accounts, people_of
from dunlin.views.widgets.accounts import AccountsWidget
from dunlin.views.widgets.portfolio import Widgets
from tests.staff import builders
from tests.staff.builders import CREDITOR, NOW
from tests.staff.test_account_list import ports_of, some_accounts
from tests.staff.test_widgets import EVIL, Actions, event

LIST = "arn:aws:lambda:us-east-1:000000000000:function:ShowAccounts"
SHEET = "arn:aws:lambda:us-east-1:000000000000:function:ShowAccount"
PARAMS = {"creditor": "", "account": SHEET}
TODAY = NOW.date()
WIDGET = AccountsWidget()


class ListPage(Actions):
    """A page of the list, and what it is written in."""

    def __init__(self, html: str) -> None:
        self.html = html
        super().__init__(html)


def drawn(accounts: list[Account], **asked: Any) -> ListPage:
    """The page that the widget draws of these accounts, with its actions."""
    ports = ports_of(accounts)
    ask = WIDGET.read(event(params=PARAMS, **asked), LIST)
    page = list_accounts(WIDGET.request(ask), ports=ports, today=TODAY)
    return ListPage(str(WIDGET.accounts(ask, page, people_of(page, ports=ports), TODAY)))


def shown(page: ListPage) -> list[str]:
    """The accounts on a page, by the buttons that open them."""
    return [json["account_id"] for _, json in page.actions if "account_id" in json]


@pytest.mark.parametrize("sort", ["due", "owed-back"])
def test_the_pages_lead_through_all_that_is_asked_for(sort: str) -> None:
    accounts = some_accounts(160)
    page = drawn(accounts, forms={"status": "open", "sort": sort})
    seen = shown(page)
    while following := [j for _, j in page.actions if j.get("after")]:
        (question,) = following
        page = drawn(accounts, **question, forms={"status": "closed"})  # what was typed since
        assert "To the beginning" in page.html
        seen += shown(page)
    wanted = [a.account_id for a in accounts if a.status.value not in ("settled", "closed")]
    assert len(seen) == len(wanted) > 50
    assert set(seen) == set(wanted)


def test_every_figure_of_the_portfolio_opens_the_accounts_that_it_counts() -> None:
    accounts = [
        replace(a, balance=Money(max(a.balance.minor, 1), a.balance.currency))
        for a in some_accounts(200)
    ]
    ports = ports_of(accounts)
    parts = portfolio(fold(share_of(a) for a in accounts), TODAY)
    params = {"creditor": CREDITOR, "accounts": LIST, "account": SHEET}
    card = Widgets().portfolio(Widgets().read(event(params=params), SHEET), parts, [CREDITOR])
    links = [(attrs, json) for attrs, json in Actions(str(card)).actions]
    named = re.compile(r"</cwdb-action></td>.*?<td class=\"n\">([\d,]+)</td>", re.DOTALL)
    figures = named.findall(str(card))
    assert len(links) == len(figures) > 20
    for (attrs, json), figure in zip(links, figures, strict=True):
        assert (attrs["endpoint"], attrs["display"]) == (LIST, "popup")
        ask = WIDGET.read(event(params=params, **json), LIST)
        pages = every_page(WIDGET.request(ask), ports=ports, today=TODAY)
        assert sum(map(len, pages)) == int(figure), json


def test_a_portfolio_without_a_list_links_to_none() -> None:
    parts = portfolio(fold([share_of(builders.account())]), TODAY)
    card = Widgets().portfolio(Widgets().read(event(), SHEET), parts, [CREDITOR])
    assert Actions(str(card)).actions == []


def test_names_are_masked_and_nothing_of_a_file_runs() -> None:
    account = builders.account(EVIL, hold=Hold.DISPUTE, extras={"property": EVIL})
    page = drawn([account], forms={"find": EVIL})
    assert "Castellano" not in page.html
    assert "R••• C•••" in drawn([account]).html
    for asked in ({}, {"forms": {"find": EVIL}}, {"listed": "yes", "location": EVIL}):
        tags = drawn([account], **asked).tags
        assert not {"img", "script"} & set(tags)


def test_a_view_is_saved_as_the_parameters_of_a_widget() -> None:
    accounts = some_accounts(120)
    view = {"status": "open", "bucket": "61-90", "industry": "dental", "sort": "owed-back"}
    ports = ports_of(accounts)

    def asked(forms: dict[str, str]) -> list[str]:
        ask = WIDGET.read(event(params=PARAMS | view, forms=forms), LIST)
        page = list_accounts(WIDGET.request(ask), ports=ports, today=TODAY)
        return [account.account_id for account in page.accounts]

    assert asked({}) == shown(drawn(accounts, forms=view)) != []
    cleared = dict.fromkeys(view, "") | {"sort": "due"}
    assert asked(cleared) == shown(drawn(accounts))


def test_a_balance_is_asked_for_as_people_write_it() -> None:
    accounts = [builders.account(f"R{n}", balance=Money(n * 100, "USD")) for n in range(1, 9)]
    page = drawn(accounts, forms={"min_balance": "$3.00", "max_balance": "5", "sort": "owed"})
    assert shown(page) == [a.account_id for a in accounts[2:5]]


def test_a_short_page_says_how_many_were_looked_at_and_goes_on() -> None:
    accounts = [builders.account(f"R{n}") for n in range(510)]
    page = drawn(accounts, forms={"industry": "dental"})
    assert "None of the 500 accounts" in page.html
    assert "Look further" in page.html


def test_what_means_nothing_is_said_beside_what_was_typed() -> None:
    ask = WIDGET.read(event(params=PARAMS, forms={"min_balance": "<b>lots</b>"}), LIST)
    with pytest.raises(DomainError, match="is no balance") as refusal:
        WIDGET.request(ask)
    html = str(WIDGET.refused(ask, refusal.value))
    assert html.count("&lt;b&gt;lots&lt;/b&gt;") == 2
    assert "<b>" not in html
