"""The HTML of the widgets: the contract of custom widgets, escaping, masking, both themes."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from dunlin.domain.accounts.account import Account, Case, Hold, NextAction, Override, Status
from dunlin.domain.accounts.counters import fold, portfolio, share_of
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.arrangements.arrangement import Arrangement, ArrangementState
from dunlin.domain.arrangements.terms import Frequency, Planned, Terms
from dunlin.domain.audit import audit
from dunlin.domain.money import Money
from dunlin.domain.staff.queue import item_of
from dunlin.domain.strategy.strategy import StaffQueuePolicy
from dunlin.ports.accounts import AccountHistory, Answer, Reply
from dunlin.service.staff.overview import StaffAccount
from dunlin.service.staff.queue import Decided, Waiting
from dunlin.views.widgets.portfolio import Widgets
from dunlin.views.widgets.words import masked
from tests.staff import builders
from tests.staff.builders import NOW

ARN = "arn:aws:lambda:us-east-1:000000000000:function:ShowAccount"
DECIDE = "arn:aws:lambda:us-east-1:000000000000:function:Decide:supervisor"
EVIL = "<img src=x onerror=alert(1)>\"'&{}"
WIDGETS = Widgets()


def event(**values: Any) -> dict[str, Any]:
    """A call as the console makes it."""
    params = values.pop("params", {})
    context = {
        "dashboardName": "dunlin",
        "widgetId": "widget-1",
        "theme": values.pop("theme", "light"),
        "timezone": {"label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0},
        "forms": {"all": values.pop("forms", {})},
        "params": params,
        "width": 588,
        "height": 369,
    }
    return {**(values or params), "widgetContext": context}


class Actions(HTMLParser):
    """Collects the actions of a page, and every attribute and tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.actions: list[tuple[dict[str, str | None], dict[str, Any]]] = []
        self._open: dict[str, str | None] | None = None
        self._previous = ""
        self.buttons: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "cwdb-action":
            assert self._previous == "button", "an action belongs to the element just before it"
            self._open = dict(attrs)
        self._previous = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "cwdb-action":
            self._open = None
        self._previous = tag

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.actions.append((self._open, json.loads(data)))


def waiting(account: Account, since: datetime | None = None, **more: Any) -> Waiting:
    """An account in the queue since then, with the usual hours."""
    item = item_of(replace(account, case=Case(since=since)), StaffQueuePolicy())
    assert item is not None
    return Waiting(**{"item": item, "consumer": None} | more)


def staff_account(text: str = "Robin Castellano") -> StaffAccount:
    account = builders.account(
        text,
        hold_reason=text,
        next_action=NextAction(
            at=NOW + timedelta(days=3), channel="email", template=text, reason=text
        ),
    )
    first = builders.touch(
        account, TouchState.DELIVERED, template=text, reason=text, sent_at=NOW, opened_at=NOW
    )
    reply = Reply(
        reply_id="r1",
        account_id=account.account_id,
        consumer_id=account.consumer_id,
        channel=text,
        at=NOW + timedelta(minutes=5),
        text=text,
        labels=(text,),
    )
    entry = audit.append(
        subject="account#1",
        sequence=1,
        previous="",
        at=NOW,
        actor=text,
        what=text,
        data={"reason": text, "rules": {text: "block"}},
    )
    account_history = AccountHistory(
        account=account,
        consumer=builders.consumer(account, name=text, emails=(text,)),
        ledger=(builders.entry(account, text, 12_345, note=text),),
        touches=(replace(first, key="T#1#1#0"), first),
        replies=(reply,),
    )
    return StaffAccount(account_history=account_history, history=[entry])


def account_page(shown: StaffAccount, **values: Any) -> str:
    page = WIDGETS.account(WIDGETS.read(event(**values), ARN), shown)
    assert isinstance(page, str)
    return page


def decisions_page(**changes: Any) -> str:
    params = {"creditor": "", "decide": DECIDE, "account": ARN}
    account = builders.account(hold=Hold.DISPUTE, **changes)
    item = waiting(account, since=NOW - timedelta(days=4))
    page = WIDGETS.decisions(WIDGETS.read(event(params=params), ARN), [item], 1, NOW)
    assert isinstance(page, str)
    return page


def test_every_widget_describes_itself() -> None:
    assert WIDGETS.read({"describe": True}, ARN).describe
    for name in ("portfolio", "account", "decisions", "decide"):
        described = WIDGETS.describe(name)
        assert isinstance(described, dict)
        assert set(described) == {"markdown"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_take_the_theme_of_the_dashboard(theme: str) -> None:
    assert f'class="dn cwdb-no-default-styles {theme}"' in account_page(
        staff_account(), theme=theme, account_id="x"
    )


def test_nothing_that_somebody_wrote_becomes_markup() -> None:
    shown = staff_account(EVIL)
    held = builders.account(EVIL, hold=Hold.DISPUTE, hold_reason=EVIL, creditor="x")
    item = waiting(held, since=NOW, consumer=builders.consumer(held, name=EVIL))
    params = {"decide": DECIDE, "account": ARN, "creditor": EVIL}
    pages = [
        account_page(shown, account_id=EVIL, reveal="yes"),
        account_page(shown, forms={"account": EVIL}),
        WIDGETS.decisions(WIDGETS.read(event(params=params), ARN), [item], 1, NOW),
        WIDGETS.decided(
            WIDGETS.read(event(params=params, account_id=EVIL, list=ARN), DECIDE),
            Decided(outcome="done", account_id=EVIL, decision="approve"),
        ),
    ]
    for page in pages:
        read = Actions(str(page))
        assert not {"img", "script", "iframe", "use", "a"} & set(read.tags)
        assert not {name for name in read.attributes if name.startswith("on")}
        assert EVIL not in str(page)
        assert "alert(1)" in html.unescape(str(page))


def test_a_parameter_that_is_no_function_arn_is_not_called() -> None:
    params = {"decide": "https://example.com/", "account": "javascript:alert(1)"}
    item = waiting(builders.account(hold=Hold.DISPUTE))
    page = WIDGETS.decisions(WIDGETS.read(event(params=params), ARN), [item], 1, NOW)
    assert Actions(str(page)).actions == []
    assert "names no function" in str(page)


def test_a_name_is_masked_until_it_is_revealed() -> None:
    shown = staff_account()
    shown = replace(shown, account_history=replace(shown.account_history, replies=(), touches=()))
    account = replace(
        shown.account_history.account, reference="INV-1", hold_reason="", next_action=None
    )
    shown = StaffAccount(
        account_history=replace(shown.account_history, account=account, ledger=()), history=[]
    )
    page = account_page(shown, forms={"account": "INV-1"})
    assert "R••• C•••" in page
    assert "Castellano" not in page
    ((_, show), (attributes, payload)) = Actions(page).actions
    assert show == {}
    assert attributes["display"] == "popup"
    assert payload == {"account_id": account.account_id, "reveal": "yes", "popup": "yes"}
    assert "Robin Castellano" in account_page(shown, **payload)


def test_a_mask_tells_nothing_of_the_length() -> None:
    assert masked("Al Li") == masked("Alexandra Lindqvist-Moreno") == "A••• L•••"
    assert masked("") == "•••"


def test_the_thread_is_in_order_and_the_next_action_is_complete() -> None:
    page = account_page(staff_account("word"), account_id="x")
    text = html.unescape(page)
    assert text.index("E-mail “word”") < text.index("Reply by word")
    assert "Next: E-mail “word”" in text
    assert "Tue 24 Nov 2026, 15:00 UTC" in text
    assert "do not add up" not in text


def test_a_long_thread_shows_its_newest_part() -> None:
    shown = staff_account("word")
    many = tuple(
        builders.touch(shown.account_history.account, key=f"T#1#0#{n}", template=f"number{n}.")
        for n in range(50)
    )
    page = account_page(
        replace(shown, account_history=replace(shown.account_history, touches=many, replies=())),
        account_id="x",
    )
    assert "10 older ones are not shown" in page
    assert "number9." not in page
    assert "number10." in page


def test_a_ledger_that_does_not_add_up_is_said() -> None:
    shown = staff_account("word")
    account = replace(shown.account_history.account, balance=Money(1, "USD"))
    shown = replace(shown, account_history=replace(shown.account_history, account=account))
    assert "do not add up" in account_page(shown, account_id="x")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"hold": Hold.DISPUTE, "hold_reason": "Says it was paid"}, "Disputed: Says it was paid"),
        ({"escalated": "balance"}, "above the creditor's limit"),
        ({"status": Status.SETTLED, "balance": Money(0, "USD")}, "nothing is owed"),
        ({"status": Status.EXHAUSTED}, "Every rung was used"),
        ({"status": Status.FAILED}, "stopped on an error"),
        ({"status": Status.CLOSED}, "took it back"),
        ({"status": Status.IMPORTED}, "Not activated"),
    ],
)
def test_why_nothing_happens_is_always_said(changes: dict[str, Any], sentence: str) -> None:
    shown = staff_account("word")
    account = replace(shown.account_history.account, **changes)
    shown = replace(shown, account_history=replace(shown.account_history, account=account))
    assert sentence in html.unescape(account_page(shown, account_id="x"))


def test_decisions_carry_account_version_and_question() -> None:
    read = Actions(decisions_page(version=7))
    (look, look_at), *choices = read.actions
    assert (look["endpoint"], look["display"], look_at["popup"]) == (ARN, "popup", "yes")
    assert [payload["decision"] for _, payload in choices] == ["approve", "decline", "close"]
    for attributes, payload in choices:
        assert attributes["endpoint"] == DECIDE
        assert attributes["confirmation"]
        assert payload["version"] == 7
        assert payload["list"] == ARN


def test_what_cannot_be_approved_offers_no_approval() -> None:
    params = {"decide": DECIDE}
    account = builders.account(hold=Hold.NO_CONTACT_POINT)
    item = waiting(account, approvable=False)
    page = str(WIDGETS.decisions(WIDGETS.read(event(params=params), ARN), [item], 1, NOW))
    assert [p["decision"] for _, p in Actions(page).actions] == ["decline", "close"]
    assert "contacts file" in page


def test_actions_are_reached_by_keyboard() -> None:
    for page in (decisions_page(), account_page(staff_account(), account_id="x")):
        assert "<button" in page
        assert not re.search(r"<(a|span|div)[^>]*>[^<]*</\1><cwdb-action", page)


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("done", "Approved"),
        ("stale", "has moved since"),
        ("gone", "nothing waits"),
        ("unmet", "no e-mail address"),
    ],
)
def test_a_decision_says_what_became_of_it(outcome: str, sentence: str) -> None:
    params = {"decide": DECIDE, "account": ARN}
    ask = WIDGETS.read(event(params=params, list=ARN, account_id="x"), DECIDE)
    page = WIDGETS.decided(ask, Decided(outcome=outcome, account_id="x", decision="approve"))
    assert sentence in str(page)
    assert [a["endpoint"] for a, _ in Actions(str(page)).actions] == [ARN, ARN]


def test_the_actor_is_the_alias_that_was_called() -> None:
    assert WIDGETS.read(event(), DECIDE).by == "supervisor"
    assert WIDGETS.read(event(by="boss"), ARN).by == "dashboard"


def test_the_portfolio_adds_up_on_the_page() -> None:
    tally = fold(
        [
            share_of(builders.account("A", balance=Money(100_00, "USD"))),
            share_of(builders.account("B", balance=Money(50_00, "USD"), hold=Hold.DISPUTE)),
            share_of(builders.account("C", balance=Money(70, "JPY"), due_on=None)),
        ]
    )
    parts = portfolio(tally, NOW.date())
    page = str(WIDGETS.portfolio(WIDGETS.read(event(), ARN), parts, ["x"]))
    assert page.count("$150.00") == 4  # the head, the bucket, the total, the one status
    assert "JPY 70" in page
    assert "No due date" in page
    assert "Disputed" in page


def test_a_portfolio_of_all_creditors_offers_each_and_marks_the_one_shown() -> None:
    page = str(WIDGETS.portfolio(WIDGETS.read(event(creditor="b"), ARN), [], ["a", "b"]))
    assert [payload["creditor"] for _, payload in Actions(page).actions] == ["", "a", "b"]
    assert page.count('aria-pressed="true">b<') == 1
    for call in (event(params={"creditor": "a"}), event(creditor="b", params={"creditor": "a"})):
        ask = WIDGETS.read(call, ARN)
        assert ask.creditor == "a"
        assert Actions(str(WIDGETS.portfolio(ask, [], ["a", "b"]))).actions == []


def test_a_broken_call_is_read_as_an_empty_one() -> None:
    zone = {"params": 3, "timezone": {"offsetInMinutes": "x"}}
    broken: list[Any] = [None, 7, {"forms": []}, zone]
    for context in broken:
        ask = WIDGETS.read({"widgetContext": context, "account_id": ["x"]}, "nonsense")
        assert (ask.account, ask.endpoint, ask.version) == ("", "", 0)


def test_what_our_messages_said_is_shown_with_the_name_alone() -> None:
    shown = staff_account()
    touch = replace(shown.account_history.touches[0], content="Dear Robin, this is a reminder.")
    shown = replace(shown, account_history=replace(shown.account_history, touches=(touch,)))
    account_id = shown.account_history.account.account_id
    masked_page = str(WIDGETS.account(WIDGETS.read(event(account_id=account_id), ARN), shown))
    revealed = str(
        WIDGETS.account(WIDGETS.read(event(account_id=account_id, reveal="yes"), ARN), shown)
    )
    assert ("Dear Robin" in masked_page, "Dear Robin" in revealed) == (False, True)


def test_the_account_page_shows_what_staff_decided_and_what_waits_for_an_answer() -> None:
    shown = staff_account()
    answer = Answer(
        answer_id="ans_1",
        account_id=shown.account_history.account.account_id,
        at=NOW,
        by="ana",
        channel="sms",
        text=EVIL,
    )
    account = replace(
        shown.account_history.account,
        hold=Hold.DISPUTE,
        override=Override(paused=True, tone="gentle", by="ana", why="case-7"),
        case=Case(kind="question", asked_at=NOW, owner="bo"),
    )
    shown = replace(
        shown, account_history=replace(shown.account_history, account=account, answers=(answer,))
    )
    page = str(WIDGETS.account(WIDGETS.read(event(account_id="x"), ARN), shown))
    for words in (
        "Paused by staff besides",
        "with bo",
        "tone gentle",
        "Answer by ana",
        "Link opened",
    ):
        assert words in page
    assert EVIL not in page


def test_a_late_item_says_so_and_names_who_has_it() -> None:
    account = builders.account(hold=Hold.DISPUTE, case=Case(owner="bo"))
    since = NOW - timedelta(hours=30)
    item = item_of(replace(account, case=Case(owner="bo", since=since)), StaffQueuePolicy())
    assert item is not None
    page = str(
        WIDGETS.decisions(WIDGETS.read(event(), ARN), [Waiting(item=item, consumer=None)], 1, NOW)
    )
    assert "late by 6 hours" in page
    assert "with bo" in page
    early = str(
        WIDGETS.decisions(
            WIDGETS.read(event(), ARN),
            [waiting(builders.account(hold=Hold.DISPUTE), since=NOW)],
            1,
            NOW,
        )
    )
    assert "due in 24 hours" in early


def test_a_request_shows_its_terms_and_is_agreed_to_by_its_own_words() -> None:
    account = builders.account(escalated="arrangement_request")
    dates = [date(2027, month, 1) for month in (1, 2)]
    terms = Terms(
        frequency=Frequency.MONTHLY,
        instalments=tuple(
            Planned(number=n, due_on=due, amount=Money(50_00, "USD"))
            for n, due in enumerate(dates, start=1)
        ),
    )
    request = Arrangement(
        arrangement_id="arr_1",
        account_id=account.account_id,
        number=1,
        state=ArrangementState.REQUESTED,
        terms=terms,
        asked_at=NOW,
        asked_by="consumer",
        strategy_version=1,
        version=1,
    )
    item = waiting(account, since=NOW, request=request)
    ask = WIDGETS.read(event(params={"decide": DECIDE}), ARN)
    page = str(WIDGETS.decisions(ask, [item], 1, NOW))
    assert "Asks to pay 2 times, monthly, $100.00 in all: $50.00 on 01 Jan 2027" in page
    assert [values["decision"] for _, values in Actions(page).actions] == [
        "approve",
        "decline",
        "close",
    ]
    decided = Decided(outcome="done", account_id="x", decision="decline", request=True)
    assert "Declined. The person is told" in str(WIDGETS.decided(ask, decided))
