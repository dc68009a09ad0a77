"""The staff widgets of the dashboard: portfolio, one account, the queue, and what was decided.

A widget is a Lambda function that gets its parameters and a `widgetContext` and returns HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from dunlin.domain.accounts.account import Status
from dunlin.domain.accounts.aging import AgingBucket
from dunlin.domain.accounts.counters import CurrencyPortfolio, Figure
from dunlin.service.staff.queue import Decided, Waiting
from dunlin.service.staff.staff import StaffAccount
from dunlin.views.widgets.account import account_page
from dunlin.views.widgets.parts import (
    HOLDS,
    Ask,
    Html,
    box,
    button,
    call,
    money,
    page,
    safe_arn,
    text,
    texts,
    zone_of,
)
from dunlin.views.widgets.queue import queue_row

_DONE = {
    "approve": "Approved. The ladder goes on; every rule still binds.",
    "decline": "Kept on hold. Nothing is sent until somebody approves or closes it.",
    "close": "Closed. The ladder ends and no message follows.",
}
_REQUEST = {
    "approve": "Agreed. The person is told, and pays by these terms.",
    "decline": "Declined. The person is told, and the ladder goes on.",
}
_NOT_DONE = {
    "stale": "Nothing was changed: the account has moved since this page was drawn. "
    "Look at it again before you decide.",
    "unmet": "Nothing was changed: there is still no e-mail address and no number. "
    "Drop a contacts file first.",
    "gone": "Nothing was changed: nothing waits for a person on this account any more.",
}
_DESCRIBED = {
    "portfolio": "### Portfolio\nAccounts and balances by aging bucket, status and hold; "
    "currencies are never mixed.\n\n| parameter | meaning |\n|---|---|\n"
    "| `creditor` | one creditor; empty for all |\n",
    "account": "### Account\nOne account: standing, next action, ledger, thread, and why a "
    "message was refused. Names are masked until revealed.\n\n| parameter | meaning |\n|---|---|\n"
    "| `creditor` | only accounts of this creditor; empty for all |\n"
    "| `account` | an account id or the creditor's reference, also a field of the form |\n",
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
        return _NOT_DONE[decided.outcome]
    return (_REQUEST if decided.request else _DONE)[decided.decision]


class Widgets:
    """Reads the calls of the staff widgets and draws their pages."""

    def read(self, event: Mapping[str, Any], endpoint: str) -> Ask:
        """The call of a widget; `endpoint` is the ARN that was invoked, with its alias."""
        context = event.get("widgetContext")
        context = context if isinstance(context, Mapping) else {}
        forms = context.get("forms")
        return Ask(
            describe=event.get("describe") is True,
            endpoint=safe_arn(endpoint),
            values=texts({k: v for k, v in event.items() if k != "widgetContext"}),
            params=texts(context.get("params")),
            forms=texts(forms.get("all") if isinstance(forms, Mapping) else None),
            dark=context.get("theme") == "dark",
            zone=zone_of(context),
        )

    def describe(self, widget: str) -> Html:
        """The widget's documentation, as the console asks for it."""
        return {"markdown": _DESCRIBED[widget]}

    def portfolio(
        self, ask: Ask, parts: Sequence[CurrencyPortfolio], creditors: Sequence[str]
    ) -> Html:
        """Accounts and balances by aging bucket, status and hold, a section for each currency.

        A widget that is made for all creditors offers each of them.
        """
        choice = Markup("")
        if not ask.params.get("creditor") and len(creditors) > 1:
            choice = _creditors(ask, creditors)
        if not parts:
            empty = text("No accounts yet. Drop a file into the drop bucket.")
            return page(ask, choice, empty)
        return page(ask, choice, *(_portfolio_part(part) for part in parts))

    def account(self, ask: Ask, found: StaffAccount | None) -> Html:
        """The form, and the account that was asked for."""
        form = Markup(
            '<div class="ask"><div><label for="account">Account id or reference</label>'
            '<input id="account" name="account" value="{}" autocomplete="off"></div>'
            '<button type="button" class="btn btn-primary">Show</button>{}</div>'
        ).format(ask.account, call(ask.endpoint, {}))
        if ask.values.get("popup") == "yes":
            form = Markup("")
        if not ask.account:
            return page(ask, form, text("Type an account id or the creditor's reference."))
        if found is None:
            return page(ask, form, box("stop", "No account with this id or reference."))
        return page(ask, form, account_page(ask, found))

    def decisions(self, ask: Ask, shown: Sequence[Waiting], total: int, now: datetime) -> Html:
        """What waits for a person, with the buttons to decide."""
        if not shown:
            return page(ask, box("ok", "Nothing waits for a decision."))
        more = f"{total} wait{'s' if total == 1 else ''} for a decision"
        if total > len(shown):
            more += f"; the {len(shown)} that waited longest are shown"
        rows = Markup("").join(queue_row(ask, one, now) for one in shown)
        return page(ask, text(f"{more}."), rows)

    def decided(self, ask: Ask, decided: Decided) -> Html:
        """What became of a decision, and the way back to the list."""
        done = decided.outcome == "done"
        text = _said(decided)
        back = safe_arn(ask.value("list"))
        again = safe_arn(ask.params.get("account", ""))
        buttons = Markup("")
        if back:
            buttons += button("Back to the list", call(back, dict(ask.params)), primary=True)
        if again:
            action = call(
                again, {"account_id": decided.account_id, "popup": "yes"}, display="popup"
            )
            buttons += button("Look at the account", action)
        return page(
            ask,
            box("ok" if done else "stop", text),
            Markup('<div class="acts">{}</div>').format(buttons),
        )


_COLOURS = {bucket: f"var(--b{n})" for n, bucket in enumerate(AgingBucket)}
_NAMES = {
    AgingBucket.NOT_DUE: "Not due yet",
    AgingBucket.TO_30: "0–30 days",
    AgingBucket.TO_60: "31–60 days",
    AgingBucket.TO_90: "61–90 days",
    AgingBucket.OVER_90: "Over 90 days",
    AgingBucket.UNKNOWN: "No due date",
}


def _creditors(ask: Ask, creditors: Sequence[str]) -> Markup:
    """A button for all creditors and for each; the one on the screen is marked."""
    buttons = Markup("").join(
        Markup('<button type="button" class="btn" aria-pressed="{}">{}</button>{}').format(
            "true" if creditor == ask.creditor else "false",
            creditor or "All",
            call(ask.endpoint, {"creditor": creditor}),
        )
        for creditor in ("", *creditors)
    )
    return Markup('<div class="acts" role="group" aria-label="Creditor">{}</div>').format(buttons)


def _portfolio_part(part: CurrencyPortfolio) -> Markup:
    return Markup(
        '<section><div class="top"><h2>{currency}</h2>'
        '<span><span class="big">{owing}</span> <span class="soft">owed on {accounts:,} of '
        "{all:,} accounts</span></span></div>{aging}"
        '<div class="cols"><div><h3>By status</h3>{status}</div>'
        "<div><h3>On hold</h3>{hold}</div></div></section>"
    ).format(
        currency=part.currency,
        owing=money(part.owing.minor, part.currency),
        accounts=part.owing.accounts,
        all=part.all.accounts,
        aging=_aging(part),
        status=_figures(part.by_status, part.currency, {s.value: s.value.title() for s in Status}),
        hold=_figures(part.by_hold, part.currency, {h.value: t for h, t in HOLDS.items()})
        if part.by_hold
        else text("Nothing is on hold."),
    )


def _aging(part: CurrencyPortfolio) -> Markup:
    greatest = max((abs(f.minor) for f in part.by_bucket.values()), default=0)
    rows = Markup("").join(
        Markup(
            '<tr><td>{}</td><td class="bar">{}</td>'
            '<td class="n">{:,}</td><td class="n">{}</td></tr>'
        ).format(
            _NAMES[bucket],
            _bar(figure, greatest, _COLOURS[bucket], f"{_NAMES[bucket]}: share of the largest"),
            figure.accounts,
            money(figure.minor, part.currency),
        )
        for bucket, figure in part.by_bucket.items()
        if figure.accounts or bucket not in (AgingBucket.NOT_DUE, AgingBucket.UNKNOWN)
    )
    return Markup(
        '<table><thead><tr><th scope="col">Past due</th><td></td>'
        '<th scope="col" class="n">Accounts</th><th scope="col" class="n">Balance</th></tr></thead>'
        '<tbody>{}</tbody><tfoot><tr><td>Total</td><td></td><td class="n">{:,}</td>'
        '<td class="n">{}</td></tr></tfoot></table>'
    ).format(rows, part.owing.accounts, money(part.owing.minor, part.currency))


def _bar(figure: Figure, greatest: int, colour: str, label: str) -> Markup:
    share = 100 * abs(figure.minor) // greatest if greatest else 0
    width = max(share, 1) if figure.accounts else 0
    return Markup(
        '<svg width="100%" height="14" role="img" aria-label="{}, {} percent">'
        '<rect width="100%" height="14" rx="2" style="fill:var(--panel)"></rect>'
        '<rect width="{}%" height="14" rx="2" style="fill:{}"></rect></svg>'
    ).format(label, share, width, colour)


def _figures(figures: Mapping[str, Figure], currency: str, names: Mapping[str, str]) -> Markup:
    rows = Markup("").join(
        Markup('<tr><td>{}</td><td class="n">{:,}</td><td class="n">{}</td></tr>').format(
            names.get(key, key), figure.accounts, money(figure.minor, currency)
        )
        for key, figure in sorted(figures.items(), key=lambda f: (-f[1].accounts, f[0]))
    )
    return Markup("<table><tbody>{}</tbody></table>").format(rows)
