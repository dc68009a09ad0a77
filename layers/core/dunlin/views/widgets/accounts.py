"""The list of accounts as a widget: what it is asked by, a page of it, and the way on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.aging import AgingBucket
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.lists import FILTERS, OPEN, AccountFilter, ListOrder
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.amounts import parse_amount
from dunlin.service.staff.account_list import AccountListPage, ListRequest
from dunlin.views.widgets.ask import Ask, read_ask
from dunlin.views.widgets.page import Html, page
from dunlin.views.widgets.words import BUCKETS, HOLDS

_BALANCES = ("min_balance", "max_balance")
_FIELDS = (*FILTERS, "find", "sort")
_SORTS = {
    "due": "Oldest first",
    "due-back": "Newest first",
    "owed-back": "Most owed first",
    "owed": "Least owed first",
}
_IN_WORDS = {
    "strategy": "strategy {}",
    "min_balance": "{} or more",
    "max_balance": "{} or less",
}
_STATUSES = {OPEN: "Open"} | {status.value: status.value.title() for status in Status}
_CHOICES: dict[str, dict[str, str]] = {
    "status": _STATUSES,
    "hold": {hold.value: HOLDS[hold] for hold in Hold},
    "bucket": {bucket.value: BUCKETS[bucket] for bucket in AgingBucket},
    "sort": _SORTS,
}
"""The fields of which a few values alone mean something: each with its values in words."""
_DESCRIBED = (
    "### Accounts\nThe accounts that are asked for, a page at a time, by due date or by balance. "
    "Names are masked.\n\n| parameter | meaning |\n|---|---|\n"
    "| `creditor` | only accounts of this creditor; empty for all |\n"
    "| `account` | ARN of the function that shows one account |\n"
    "| `status`, `hold`, `bucket`, `sort` and the other fields | what it asks for as it is "
    "opened: a saved view |\n"
)


class AccountsWidget:
    """Reads the calls of the list of accounts and draws its pages."""

    def read(self, event: Mapping[str, Any], endpoint: str) -> Ask:
        """The call of a widget; `endpoint` is the ARN that was invoked, with its alias."""
        return read_ask(event, endpoint)

    def describe(self) -> Html:
        """The widget's documentation, as the console asks for it."""
        return {"markdown": _DESCRIBED}

    def request(self, ask: Ask) -> ListRequest:
        """What is asked for. Raises `DomainError` for words that mean nothing."""
        asked = _asked(ask)
        currency = asked["currency"].upper() or "USD"
        balances = {name: _minor(asked[name], currency) for name in _BALANCES}
        order, _, back = (asked["sort"] if asked["sort"] in _SORTS else "due").partition("-")
        return ListRequest(
            creditor=ask.creditor,
            wanted=AccountFilter.read(asked | balances),
            find=asked["find"],
            order=ListOrder(order),
            backwards=bool(back),
            after=ask.values.get("after", ""),
        )

    def accounts(
        self, ask: Ask, shown: AccountListPage, people: Mapping[str, Consumer], today: date
    ) -> Html:
        """The form, a page of accounts, and the buttons to its beginning and to the next one."""
        asked = _asked(ask)
        again = {"listed": "yes", "creditor": ask.creditor, "popup": ask.values.get("popup", "")}
        again |= {"account": _look(ask)} | {name: word for name, word in asked.items() if word}
        rows = [
            {
                "account": account,
                "name": getattr(people.get(account.consumer_id), "name", ""),
                "days": account.days_past_due(today),
                "hold": HOLDS[account.hold] if account.hold else "",
            }
            for account in shown.accounts
        ]
        following = again | {"after": shown.after} if shown.after else None
        return _page(ask, rows=rows, looked_at=shown.looked_at, again=again, following=following)

    def refused(self, ask: Ask, refusal: DomainError) -> Html:
        """The form as it was filled in, and what of it means nothing."""
        return _page(ask, refusal=str(refusal))


def _page(
    ask: Ask,
    *,
    rows: Sequence[Mapping[str, Any]] = (),
    looked_at: int = 0,
    cut_off: bool = False,
    again: Mapping[str, str] | None = None,
    following: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    asked = _asked(ask)
    return page(
        ask,
        "accounts",
        asked=asked,
        choices=_CHOICES,
        words=_words(asked),
        rows=rows,
        looked_at=looked_at,
        cut_off=cut_off,
        again=again if ask.values.get("after") else None,
        following=following,
        look=_look(ask),
        refusal=refusal,
    )


def _look(ask: Ask) -> str:
    """The function that shows one account."""
    return ask.function("account")


def _asked(ask: Ask) -> dict[str, str]:
    """The words of the question: of the button that was pressed, where it carries a question of
    its own, else of the form; of a form that was not drawn yet the widget's own parameters, which
    is how a view is saved."""
    if ask.values.get("listed") == "yes":
        return {name: ask.values.get(name, "").strip() for name in _FIELDS}
    return {name: ask.forms.get(name, ask.params.get(name, "")).strip() for name in _FIELDS}


def _words(asked: Mapping[str, str]) -> list[str]:
    """What is asked for, in words, for the head of the list."""
    words = []
    for name, word in asked.items():
        text = _CHOICES.get(name, {}).get(word, word)
        if word and name != "sort":
            words.append(_IN_WORDS.get(name, "{}").format(text))
    return words


def _minor(text: str, currency: str) -> str:
    """A balance as people write it, in minor units."""
    if not text:
        return ""
    amount = parse_amount(text)
    exact = amount.minor(currency) if amount is not None else None
    if exact is None:
        raise DomainError(f"{text} is no balance, such as 150 or $1,200.50")
    return str(exact)
