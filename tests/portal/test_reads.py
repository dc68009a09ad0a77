"""A request reads what it needs once: what the portal asks of its ports, counted in memory.

Each method counts as the requests of DynamoDB that it makes there (`tests/portal/test_reads_cloud`
counts those themselves); the wakers' own reads are not in it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from dunlin.service.signals.signals import apply_signal
from tests.bench.flows import LIMITS, OWN_TERMS
from tests.portal.harness import STRATEGY, Browser, PortalHarness

# Those that make no request, or more than one.
WEIGHTS = {"strategy_of": 0, "facts": 2, "arrangement": 2, "account_history": 3}


class Counted:
    """A port that counts what is asked of it."""

    def __init__(self, port: Any, calls: list[str]) -> None:
        self._port, self._calls = port, calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def counted(*given: Any, **named: Any) -> Any:
            self._calls += [name] * WEIGHTS.get(name, 1)
            return method(*given, **named)

        return counted


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def browser(calls: list[str]) -> Browser:
    """A person inside; what the portal's ports are asked is in `calls`."""
    harness = PortalHarness(strategy=STRATEGY | {"arrangement": LIMITS})
    browser = Browser(harness)
    browser.sign_in(harness.debt(harness.person(), strategy_version=1))
    book: Any = Counted(harness.book, calls)
    sessions: Any = Counted(harness.sessions, calls)
    creditors: Any = Counted(harness.creditors, calls)

    def raise_signal(signal: Any, reply: Any, now: Any) -> None:
        apply_signal(signal, book=book, waker=harness.waker, now=now, reply=reply)

    harness.portal = replace(
        harness.portal,
        book=book,
        sessions=sessions,
        drafts=sessions,
        attempts=sessions,
        creditors=creditors,
        raise_signal=raise_signal,
    )
    return browser


def asked(browser: Browser, calls: list[str], path: str, **form: str) -> str:
    """The page that answers a form, or a GET without one; `calls` are of this request alone."""
    nonce = browser.get("/account").field("nonce") if form else ""
    calls.clear()
    answer = browser.post(path, {"nonce": nonce} | form) if form else browser.get(path)
    assert answer.status in (200, 303), answer.text
    return answer.body


@pytest.mark.parametrize(
    ("path", "most"),
    [("/account", 6), ("/plan", 6), ("/statement", 5), ("/messages", 6), ("/data", 6),
     ("/preferences", 6), ("/channels", 6), ("/dispute", 6), ("/return", 6), ("/accounts", 6)],
)  # fmt: skip
def test_a_page_reads_the_account_once(
    browser: Browser, calls: list[str], path: str, most: int
) -> None:
    asked(browser, calls, path)
    assert 0 < len(calls) <= most, calls
    assert calls.count("account_record") == 1, calls


def test_a_plan_is_checked_and_agreed_in_few_calls(browser: Browser, calls: list[str]) -> None:
    page = asked(browser, calls, "/plan", **OWN_TERMS)
    assert len(calls) <= 6, calls
    form = page[page.index('value="agree"') - 60 :]
    hidden = dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', form))
    assert "Your plan is in place" in asked(browser, calls, "/plan", **hidden, pays="self")
    assert len(calls) <= 8, calls


def test_a_promise_and_a_payment_take_few_calls(browser: Browser, calls: list[str]) -> None:
    day = {name: OWN_TERMS[name] for name in ("day", "month", "year")}
    assert "November 28, 2026" in asked(browser, calls, "/promise", **day, form_id="f")
    assert len(calls) <= 9, calls
    asked(browser, calls, "/pay", choice="all")
    assert len(calls) <= 7, calls
