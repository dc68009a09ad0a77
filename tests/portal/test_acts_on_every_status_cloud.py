"""Every act of the portal on the deployed stack, on accounts whose ladder has ended or failed."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from dunlin.adapters.dynamo.rows.touches import TouchRow
from dunlin.adapters.randomness import new_token
from dunlin.domain.accounts.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.ids import entry_id
from dunlin.domain.tokens import address_hash, token_hash
from dunlin.ports.accounts import Change
from dunlin.ports.portal import Link
from dunlin.runtime import wiring
from dunlin.service.accounts.writing import write
from dunlin.service.staff import queue
from local.local_stack import LocalStack
from tests.portal.acts import ACTS, Act, Standing, Visitor, heading
from tests.portal.harness import STRATEGY, Answer, Browser, PortalHarness
from tests.portal.test_acts_on_every_status import (
    LEAVES_THE_ACCOUNT,
    account_page_is_true,
    first_words,
)

pytestmark = pytest.mark.cloud
STANDINGS = (Standing(Status.EXHAUSTED), Standing(Status.FAILED))


class _Stays(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer, not a way to go."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


OPENER = urllib.request.build_opener(_Stays)


class StackBrowser(Browser):
    """A person's browser in front of the deployed portal."""

    base_url = ""

    def _send(
        self, method: str, path: str, body: str | bytes | None, visitor: str = "", **headers: str
    ) -> Answer:
        sent = {"Accept-Language": self.accepts, "Sec-Fetch-Site": "same-origin"}
        sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.jar.items())
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        sent |= {k.replace("_", "-"): v for k, v in headers.items()}
        data = body.encode() if isinstance(body, str) else body
        request = urllib.request.Request(
            f"{self.base_url}{path}", data=data, headers=sent, method=method
        )
        try:
            with OPENER.open(request, timeout=30) as answer:
                response = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            response = refused.code, refused.headers, refused.read()
        status, answer_headers, content = response
        cookies = answer_headers.get_all("Set-Cookie") or []
        for cookie in cookies:
            name, _, rest = cookie.partition("=")
            self.jar[name] = rest.split(";")[0]
        return Answer(status, {"set-cookie": cookies}, content.decode())


@pytest.fixture(scope="module")
def people(stack: LocalStack) -> Mapping[tuple[str, Standing], Visitor]:
    """One person with two debts for each act and standing, signed in."""
    now = wiring.clock().now()
    wiring.creditors().put_strategy("harbor", STRATEGY, now)
    town = PortalHarness()  # invents people and debts; they are kept in the deployed tables
    return {(str(act), at): _moves_in(town, at, stack, now) for act in ACTS for at in STANDINGS}


def _moves_in(town: PortalHarness, at: Standing, stack: LocalStack, now: datetime) -> Visitor:
    person = town.person()
    account = town.debt(person, status=at.status, industry="medical")
    sibling = town.debt(person, status=Status.SETTLED, balance=replace(account.balance, minor=0))
    book = wiring.account_book()
    book.apply(Change(consumer=replace(person, version=1)))
    kept = [
        write(
            book, account, account, what="BroughtHere", data={}, now=now,
            besides=Change(ledger=_charge(account)),
        )
        for account in (account, sibling)
    ]  # fmt: skip
    token = new_token()
    link = Link(
        token_hash=token_hash(token), account_id=account.account_id,
        consumer_id=account.consumer_id, creditor="harbor", touch_id="tch_" + "0" * 32,
        channel="email", address_hash=address_hash(person.emails[0]),
        expires_at=now + timedelta(days=45),
    )  # fmt: skip
    wiring.sessions().put_link(link)
    browser = StackBrowser(town)
    browser.base_url = stack.portal_url
    return Visitor(
        keep=lambda touch: TouchRow.of(touch).save(),
        browser=browser,
        account=kept[0],
        token=token,
        sibling=sibling.reference,
    )


def _charge(account: Account) -> tuple[LedgerEntry, ...]:
    charge = LedgerEntry(
        entry_id=entry_id(account.account_id, "invoice"), account_id=account.account_id,
        kind="charge", amount=account.balance, on=date(2026, 9, 1), source="invoice",
    )  # fmt: skip
    return (charge,)


@pytest.mark.parametrize("at", STANDINGS, ids=str)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_act_is_kept_seen_and_answered_truly(
    act: Act, at: Standing, people: Mapping[tuple[str, Standing], Visitor]
) -> None:
    visitor, book = people[str(act), at], wiring.account_book()
    birth = {"month": "4", "day": "27", "year": "1985"}
    assert visitor.browser.post(f"/m/{visitor.token}", birth).status == 303
    answer = act.do(visitor)
    expected = act.leaves(at)
    assert answer.status == expected.status, heading(answer)
    history = book.account_history(visitor.account.account_id)
    after = history.account
    assert bool(history.replies) is (act.kept and expected.status == 200)
    assert (after.hold, after.status) == (expected.hold, at.status)
    items = queue.listing(
        creditor="harbor", book=book, creditors=wiring.creditors(), now=wiring.clock().now()
    )
    seen = [i.kind for i in items if i.account.account_id == after.account_id]
    wanted = at.kind if expected.kind is None else expected.kind
    assert seen == ([wanted] if wanted else [])
    if expected.page:
        key = expected.page if "." in expected.page else f"{expected.page}.title"
        assert first_words("en", key) in answer.text
    if act.name not in LEAVES_THE_ACCOUNT:
        account_page_is_true(visitor.browser, after, "en")
    if after.hold is Hold.DISPUTE:
        assert "Pay $" not in visitor.browser.get("/account").text
