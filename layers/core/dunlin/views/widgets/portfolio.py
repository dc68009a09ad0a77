"""The staff widgets of the dashboard: portfolio, one account, the queue, and what was decided.

A widget is a Lambda function that gets its parameters and a `widgetContext` and returns HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dunlin.domain.accounts.account import Hold
from dunlin.domain.accounts.aging import AgingBucket
from dunlin.domain.accounts.counters import CurrencyPortfolio, Figure
from dunlin.domain.accounts.lists import OPEN
from dunlin.views.widgets.account import account_page
from dunlin.views.widgets.ask import Ask, read_ask, safe_arn
from dunlin.views.widgets.page import Html, page
from dunlin.views.widgets.queue import queue_row
from dunlin.views.widgets.words import BUCKETS, HOLDS

# Only their fields are read here; a widget that draws none of them starts without their use cases.
if TYPE_CHECKING:
    from dunlin.domain.accounts.account import Account
    from dunlin.service.staff.overview import StaffAccount
    from dunlin.service.staff.queue import Decided, Waiting

_DONE = {
    "approve": "Approved. The ladder goes on; every rule still binds.",
    "release": "Released. The ladder goes on; every rule still binds.",
    "decline": "Kept on hold. Nothing is sent until somebody approves or closes it.",
    "close": "Closed. The ladder ends and no message follows.",
}
_NO_LADDER = {
    "approve": "Approved. Its ladder has ended, so no reminder follows.",
    "release": "Released. Its ladder has ended, so no reminder follows.",
    "decline": _DONE["decline"],
    "close": _DONE["close"],
}
_REQUEST = {
    "approve": "Agreed. The person is told, and pays by these terms.",
    "decline": "Declined. The person is told.",
}
_NOT_DONE = {
    "stale": "Nothing was changed: the account has moved since this page was drawn. "
    "Look at it again before you decide.",
    "unmet": "Nothing was changed: there is still no e-mail address and no number. "
    "Drop a contacts file first.",
    "gone": "Nothing was changed: nothing waits for a person on this account any more.",
    "refused": "Nothing was changed.",
}
_DESCRIBED = {
    "portfolio": "### Portfolio\nAccounts and balances by aging bucket, status and hold; "
    "currencies are never mixed.\n\n| parameter | meaning |\n|---|---|\n"
    "| `creditor` | one creditor; empty for all |\n"
    "| `accounts` | ARN of the function that lists accounts, `account` of that which shows one |\n",
    "account": "### Account\nOne account: standing, next action, ledger, conversation, and why a "
    "message was refused. Names are masked until revealed.\n\n| parameter | meaning |\n|---|---|\n"
    "| `creditor` | only accounts of this creditor; empty for all |\n"
    "| `account` | what names an account or its person, also a field of the form |\n",
    "decisions": "### Decisions\nWhat waits for a person, longest first, with approve, keep and "
    "close.\n\n| parameter | meaning |\n|---|---|\n| `creditor` | one creditor; empty for all |\n"
    "| `decide` | ARN of the function that takes decisions |\n"
    "| `account` | ARN of the function that shows one account |\n",
    "decide": "### Decide\nTakes one decision. Called by the buttons of the decisions widget with "
    "`account_id`, `version` and `decision` (`approve`, `decline`, `close`).\n",
}


def _said(decided: Decided) -> str:
    """What became of a decision, in words."""
    if decided.outcome != "done":
        reasons = (why for _, why in decided.because if decided.outcome == "refused")
        return " ".join([_NOT_DONE[decided.outcome], *reasons])
    if decided.request:
        return _REQUEST[decided.decision]
    return (_DONE if decided.on_ladder else _NO_LADDER)[decided.decision]


class Widgets:
    """Reads the calls of the staff widgets and draws their pages."""

    def read(self, event: Mapping[str, Any], endpoint: str) -> Ask:
        """The call of a widget; `endpoint` is the ARN that was invoked, with its alias."""
        return read_ask(event, endpoint)

    def describe(self, widget: str) -> Html:
        """The widget's documentation, as the console asks for it."""
        return {"markdown": _DESCRIBED[widget]}

    def portfolio(
        self, ask: Ask, parts: Sequence[CurrencyPortfolio], creditors: Sequence[str]
    ) -> Html:
        """Accounts and balances by aging bucket, status and hold, a section for each currency.

        A widget that is made for all creditors offers each of them.
        """
        choosable = not ask.params.get("creditor") and len(creditors) > 1
        return page(
            ask,
            "portfolio",
            creditors=list(creditors) if choosable else [],
            sections=[_section(part) for part in parts],
            accounts=ask.function("accounts"),
            look=ask.function("account"),
        )

    def account(self, ask: Ask, staff_account: StaffAccount | list[Account]) -> Html:
        """The form, and the account that was asked for."""
        return account_page(ask, staff_account)

    def decisions(self, ask: Ask, shown: Sequence[Waiting], total: int, now: datetime) -> Html:
        """What waits for a person, with the buttons to decide."""
        return page(
            ask,
            "decisions",
            rows=[queue_row(waiting, now) for waiting in shown],
            total=total,
            now=now,
            decide=ask.function("decide"),
            look=ask.function("account"),
        )

    def decided(self, ask: Ask, decided: Decided) -> Html:
        """What became of a decision, and the way back to the list."""
        return page(
            ask,
            "decided",
            done=decided.outcome == "done",
            said=_said(decided),
            back=safe_arn(ask.value("list")),
            look=safe_arn(ask.params.get("account", "")),
            account_id=decided.account_id,
        )


_COLOURS = {bucket: f"var(--b{n})" for n, bucket in enumerate(AgingBucket)}
_SHOWN_WHERE_SOME = (AgingBucket.NOT_DUE, AgingBucket.UNKNOWN)


def _section(part: CurrencyPortfolio) -> dict[str, Any]:
    """What the template draws of one currency: a figure by its name, by its colour too where it is
    a bar, and by what the list of its accounts is asked by."""
    within = {"currency": part.currency, "status": OPEN, "popup": "yes", "listed": "yes"}
    return {
        "part": part,
        "greatest": max((abs(f.minor) for f in part.by_bucket.values()), default=0),
        "aging": [
            (BUCKETS[bucket], _COLOURS[bucket], figure, within | {"bucket": bucket.value})
            for bucket, figure in part.by_bucket.items()
            if figure.accounts or bucket not in _SHOWN_WHERE_SOME
        ],
        "by_status": [
            (value.title(), figure, within | {"status": value})
            for value, figure in _most_first(part.by_status)
        ],
        "by_hold": [
            (HOLDS[Hold(value)], figure, within | {"hold": value})
            for value, figure in _most_first(part.by_hold)
        ],
    }


def _most_first(figures: Mapping[str, Figure]) -> list[tuple[str, Figure]]:
    return sorted(figures.items(), key=lambda f: (-f[1].accounts, f[0]))
