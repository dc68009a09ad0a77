"""The HTML of the CloudWatch custom widgets: no scripts, everything escaped, light and dark.

A widget is a Lambda function that gets its parameters and a `widgetContext` and returns HTML. What
can be clicked is a button followed by a `cwdb-action` element, which calls a function with the
JSON it holds (Amazon CloudWatch user guide, "Create a custom widget": interactivity). Values only
ever enter through `Markup.format`, which escapes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from markupsafe import Markup

from dunlin.domain.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.aging import AgingBucket
from dunlin.domain.audit import AuditEntry
from dunlin.domain.consumer import Consumer
from dunlin.domain.counters import CurrencyPortfolio, Figure
from dunlin.domain.money import Money
from dunlin.domain.queue import Item
from dunlin.domain.touch import Touch, TouchState
from dunlin.ports import Answer, Decided, Reply, StaffAccount, Thread, Waiting

Html = str | dict[str, str]

_ARN = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w$-]{1,128})?")
_LONGEST = 200  # of anything that comes from the page
_HISTORY = 12
_THREAD = 40

_HOLDS = {
    Hold.NO_CONTACT_POINT: "No usable contact point",
    Hold.DISPUTE: "Disputed",
    Hold.PAYMENT_PENDING: "A payment is on its way",
    Hold.ARRANGEMENT: "Paying by arrangement",
    Hold.PROMISE: "Promised to pay",
    Hold.REVIEW: "Needs review",
    Hold.PAUSED: "Paused by staff",
    Hold.CREDIT: "Nothing is owed",
    Hold.NOT_DUE: "Not due yet",
    Hold.SNOOZED: "Left in peace until a day",
    Hold.INSURER: "Waiting for the insurer",
    Hold.HOLDOUT: "Held out, to measure",
}
_KINDS = {
    "failed": "Ladder failed",
    "dispute": "Dispute",
    "wrong_party": "Wrong person",
    "hardship": "Hardship",
    "chargeback": "Chargeback",
    "arrangement_request": "Arrangement asked for",
    "question": "Question",
    "reply": "Reply",
    "approval": "Waits for approval",
    "stuck_payment": "Payment stuck",
    "escalation": "Escalated",
    "match": "Same person?",
    "review": "Needs review",
}
_TRIGGERS = {
    "balance": "The balance is above the creditor's limit",
    "days_past_due": "Overdue for longer than the creditor's limit",
    "silent": "Silent through as many messages as the creditor allows",
    "broken_arrangement": "An arrangement was broken",
    "reply": "Wrote back while money is on its way",
}
_DONE = {
    "approve": "Approved. The ladder goes on; every rule still binds.",
    "decline": "Kept on hold. Nothing is sent until somebody approves or closes it.",
    "close": "Closed. The ladder ends and no message follows.",
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

_NOT_SENT = frozenset({TouchState.PERMITTED, TouchState.RELEASED})

_STYLE = Markup("""<style>
.dn{--ink:#16191f;--soft:#5a6270;--line:#d5dbe1;--back:#fff;--panel:#f4f6f8;--go:#0b5f73;
--on-go:#fff;--bad:#a3251c;--good:#1c6b3f;--b0:#5f8199;--b1:#2f8069;--b2:#9a7614;--b3:#b35c22;
--b4:#a93434;--b5:#6f7884;color:var(--ink);background:var(--back);
font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
padding:2px 2px 8px}
.dn.dark{--ink:#eceff3;--soft:#aab4c0;--line:#3b4553;--back:#161d26;--panel:#202a36;--go:#58c4dc;
--on-go:#06222b;--bad:#ff9d92;--good:#7ddba4;--b0:#87a9c2;--b1:#55b598;--b2:#d4ad45;--b3:#e38f55;
--b4:#ec7a77;--b5:#98a2ae}
.dn h2{font-size:16px;margin:0 0 4px}.dn h3{font-size:13px;margin:16px 0 6px;color:var(--soft);
text-transform:uppercase;letter-spacing:.04em}.dn p{margin:4px 0}
.dn .soft{color:var(--soft)}.dn .bad{color:var(--bad)}.dn .good{color:var(--good)}
.dn .big{font-size:24px;font-weight:650;letter-spacing:-.01em}
.dn .top{display:flex;flex-wrap:wrap;gap:4px 28px;align-items:baseline;
justify-content:space-between}.dn .cols{display:flex;flex-wrap:wrap;gap:0 32px}
.dn .cols>*{flex:1 1 260px;min-width:0}
.dn table{border-collapse:collapse;width:100%}.dn th,.dn td{text-align:left;padding:5px 10px 5px 0;
border-bottom:1px solid var(--line);vertical-align:top}.dn th{font-weight:600;color:var(--soft);
font-size:12px}.dn tr>:last-child{padding-right:0}.dn .n{text-align:right;
font-variant-numeric:tabular-nums;white-space:nowrap}.dn tfoot td{font-weight:650;border-bottom:0}
.dn .when{white-space:nowrap;width:1%;padding-right:18px}
.dn td.bar{width:34%;vertical-align:middle}.dn svg{display:block}
.dn .chip{display:inline-block;border:1px solid var(--line);background:var(--panel);
border-radius:10px;padding:0 9px;font-size:12px;margin-right:4px;white-space:nowrap}
.dn .box{background:var(--panel);border-left:3px solid var(--go);border-radius:3px;
padding:8px 12px;margin:10px 0}.dn .box.stop{border-left-color:var(--bad)}
.dn .box.ok{border-left-color:var(--good)}
.dn form,.dn .ask{display:flex;flex-wrap:wrap;gap:8px;align-items:end;margin:0 0 10px}
.dn label{display:block;font-size:12px;color:var(--soft)}
.dn input{font:inherit;color:inherit;background:var(--back);border:1px solid var(--soft);
border-radius:3px;padding:5px 8px;min-width:15em;box-sizing:border-box}
.dn .btn{font:inherit;font-weight:600;font-size:13px;color:var(--go);background:transparent;
border:1px solid var(--go);border-radius:14px;padding:3px 12px;cursor:pointer;min-height:28px}
.dn .btn-primary{background:var(--go);color:var(--on-go)}
.dn .btn.link{border:0;padding:0;border-radius:2px;text-decoration:underline;text-align:left;
min-height:24px}
.dn .btn:focus-visible,.dn input:focus-visible{outline:3px solid var(--go);outline-offset:2px}
.dn .btn[aria-pressed=true]{background:var(--go);color:var(--on-go)}
.dn section{margin-top:8px}.dn .acts{display:flex;flex-wrap:wrap;gap:6px}
.dn ol{list-style:none;margin:0;padding:0}.dn li{border-left:2px solid var(--line);
padding:0 0 12px 14px;margin-left:5px;position:relative}.dn li:before{content:"";position:absolute;
left:-6px;top:6px;width:10px;height:10px;border-radius:50%;background:var(--go)}
.dn li.in:before{background:var(--b2)}.dn li.bad:before{background:var(--bad)}
.dn li.void:before{background:var(--b5)}
.dn blockquote{margin:4px 0 0;padding:6px 10px;background:var(--panel);border-radius:3px;
white-space:pre-wrap;overflow-wrap:anywhere}
.dn .why{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.dn summary{cursor:pointer;color:var(--go);min-height:24px}
.dn .row{border-bottom:1px solid var(--line);padding:10px 0}
</style>""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a call of a widget asks: its values, and how the page is shown.

    `values` came with the call (the parameters, or an action's JSON), `params` are the widget's
    own, `forms` what stands in its fields. All of it comes from a browser and is not trusted.
    """

    describe: bool
    endpoint: str
    values: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    dark: bool = False
    zone: timezone = UTC

    def value(self, name: str) -> str:
        """A value of the call, else the widget's own parameter, else ""."""
        return self.values.get(name) or self.params.get(name, "")

    @property
    def creditor(self) -> str:
        """The creditor this widget is made for: its own parameter, else the call's."""
        return self.params.get("creditor") or self.values.get("creditor", "")

    @property
    def account(self) -> str:
        """The account asked for: what was clicked, else what was typed."""
        return self.values.get("account_id") or self.forms.get("account") or ""

    @property
    def reveal(self) -> bool:
        return self.values.get("reveal") == "yes"

    @property
    def version(self) -> int:
        """The account's version on the page that was clicked; 0 fits none."""
        text = self.values.get("version", "")
        return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0

    @property
    def by(self) -> str:
        """Who acts, as far as the console tells: the alias of the function that was called, which
        IAM gives to a role or a person. A custom widget's call names no caller."""
        alias = self.endpoint.split(":")[7:8]
        return alias[0] if alias else "dashboard"


def _texts(values: Any) -> dict[str, str]:
    if not isinstance(values, Mapping):
        return {}
    return {
        str(name): str(value)[:_LONGEST]
        for name, value in values.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


def _zone(context: Mapping[str, Any]) -> timezone:
    zone = context.get("timezone")
    minutes = zone.get("offsetInMinutes") if isinstance(zone, Mapping) else 0
    if not isinstance(minutes, int) or abs(minutes) > 14 * 60 or minutes == 0:
        return UTC
    return timezone(timedelta(minutes=minutes))


def _safe_arn(text: str) -> str:
    return text if _ARN.fullmatch(text) else ""


def money(minor: int, currency: str) -> str:
    return str(Money(minor, currency))


def masked(name: str) -> str:
    """The initials of a name with a fixed number of dots: nothing of its length is told."""
    return " ".join(f"{word[0]}•••" for word in name.split()[:2]) or "•••"


class Widgets:
    """Reads the calls of the staff widgets and draws their pages."""

    def read(self, event: Mapping[str, Any], endpoint: str) -> Ask:
        """The call of a widget; `endpoint` is the ARN that was invoked, with its alias."""
        context = event.get("widgetContext")
        context = context if isinstance(context, Mapping) else {}
        forms = context.get("forms")
        return Ask(
            describe=event.get("describe") is True,
            endpoint=_safe_arn(endpoint),
            values=_texts({k: v for k, v in event.items() if k != "widgetContext"}),
            params=_texts(context.get("params")),
            forms=_texts(forms.get("all") if isinstance(forms, Mapping) else None),
            dark=context.get("theme") == "dark",
            zone=_zone(context),
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
            empty = _text("No accounts yet. Drop a file into the drop bucket.")
            return _page(ask, choice, empty)
        return _page(ask, choice, *(_portfolio_part(part) for part in parts))

    def account(self, ask: Ask, found: StaffAccount | None) -> Html:
        """The form, and the account that was asked for."""
        form = Markup(
            '<div class="ask"><div><label for="account">Account id or reference</label>'
            '<input id="account" name="account" value="{}" autocomplete="off"></div>'
            '<button type="button" class="btn btn-primary">Show</button>{}</div>'
        ).format(ask.account, _call(ask.endpoint, {}))
        if ask.values.get("popup") == "yes":
            form = Markup("")
        if not ask.account:
            return _page(ask, form, _text("Type an account id or the creditor's reference."))
        if found is None:
            return _page(ask, form, _box("stop", "No account with this id or reference."))
        return _page(ask, form, _account(ask, found))

    def decisions(self, ask: Ask, shown: Sequence[Waiting], total: int, now: datetime) -> Html:
        """What waits for a person, with the buttons to decide."""
        if not shown:
            return _page(ask, _box("ok", "Nothing waits for a decision."))
        more = f"{total} wait for a decision"
        if total > len(shown):
            more += f"; the {len(shown)} that waited longest are shown"
        rows = Markup("").join(_waiting(ask, one, now) for one in shown)
        return _page(ask, _text(f"{more}."), rows)

    def decided(self, ask: Ask, decided: Decided) -> Html:
        """What became of a decision, and the way back to the list."""
        done = decided.outcome == "done"
        text = _DONE[decided.decision] if done else _NOT_DONE[decided.outcome]
        back = _safe_arn(ask.value("list"))
        again = _safe_arn(ask.params.get("account", ""))
        buttons = Markup("")
        if back:
            buttons += _button("Back to the list", _call(back, dict(ask.params)), primary=True)
        if again:
            action = _call(
                again, {"account_id": decided.account_id, "popup": "yes"}, display="popup"
            )
            buttons += _button("Look at the account", action)
        return _page(
            ask,
            _box("ok" if done else "stop", text),
            Markup('<div class="acts">{}</div>').format(buttons),
        )


def _page(ask: Ask, *parts: Markup) -> str:
    return str(
        Markup('<div class="dn cwdb-no-default-styles {}">{}{}</div>').format(
            "dark" if ask.dark else "light", _STYLE, Markup("").join(parts)
        )
    )


def _text(text: str) -> Markup:
    return Markup('<p class="soft">{}</p>').format(text)


def _box(kind: str, text: str) -> Markup:
    return Markup('<div class="box {}" role="status">{}</div>').format(kind, text)


def _call(
    endpoint: str, payload: Mapping[str, Any], *, display: str = "widget", confirmation: str = ""
) -> Markup:
    """The action of the element just before it."""
    confirm = Markup(' confirmation="{}"').format(confirmation) if confirmation else Markup("")
    return Markup(
        '<cwdb-action action="call" display="{}" endpoint="{}"{}>{}</cwdb-action>'
    ).format(display, endpoint, confirm, json.dumps(payload))


def _button(label: str, action: Markup, *, primary: bool = False, style: str = "") -> Markup:
    look = f"btn {'btn-primary' if primary else ''} {style}".strip()
    return Markup('<button type="button" class="{}">{}</button>{}').format(look, label, action)


def _instant(at: datetime, zone: timezone) -> str:
    label = "UTC" if zone is UTC else f"UTC{at.astimezone(zone):%z}"
    return f"{at.astimezone(zone):%a %d %b %Y, %H:%M} {label}"


def _age(since: datetime | None, now: datetime) -> str:
    if since is None:
        return "unknown"
    hours = int((now - since).total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return f"{hours} hour{'s' if hours > 1 else ''}"
    return f"{hours // 24} days"


# Portfolio

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
            _call(ask.endpoint, {"creditor": creditor}),
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
        hold=_figures(part.by_hold, part.currency, {h.value: t for h, t in _HOLDS.items()})
        if part.by_hold
        else _text("Nothing is on hold."),
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


# One account


def _account(ask: Ask, found: StaffAccount) -> Markup:
    thread = found.thread
    account, consumer = thread.account, thread.consumer
    columns = Markup(
        '<div class="cols"><div><h3>Thread</h3>{}</div><div><h3>Responses</h3>{}'
        "<h3>Ledger</h3>{}{}</div></div>"
    ).format(
        _thread(thread, ask.zone, reveal=ask.reveal),
        _responses(thread),
        _ledger(thread.ledger, account),
        _history(found.history, ask.zone),
    )
    standing = _standing(ask, account, consumer) + _next(account, ask.zone)
    return standing + _steered(account, ask.zone) + columns


def _steered(account: Account, zone: timezone) -> Markup:
    """What staff decided for this account, and what its person still waits to hear."""
    boxes = Markup("")
    if account.paused and account.hold is not Hold.PAUSED:
        boxes += _box("stop", "Paused by staff besides: it stays so when the hold above is lifted.")
    case = account.case
    if case is not None and case.asked_at is not None:
        owner = f", with {case.owner}" if case.owner else ""
        kind = _KINDS.get(case.kind, "Message")
        boxes += _box(
            "stop", f"{kind} without an answer since {_instant(case.asked_at, zone)}{owner}."
        )
    own = account.override
    if own is not None:
        wanted = [
            f"{name} {value}"
            for name, value in (
                ("tone", own.tone),
                ("channel", own.channel),
                ("at most months:", own.longest_months),
                (
                    "instalments from",
                    own.lowest_instalment_minor
                    and money(own.lowest_instalment_minor, account.balance.currency),
                ),
            )
            if value
        ]
        if wanted:
            boxes += _box("", f"Overridden by {own.by}: {', '.join(wanted)}.")
    return boxes


def _responses(thread: Thread) -> Markup:
    """How the person responded, counted from the thread: an open is not counted as a response."""
    out = [t for t in thread.touches if t.state not in _NOT_SENT]
    paid = sum(-e.amount.minor for e in thread.ledger if e.kind == "payment")
    figures: tuple[tuple[str, int | str], ...] = (
        ("Messages sent", len(out)),
        ("Delivered", sum(t.state is TouchState.DELIVERED for t in out)),
        ("Link opened", sum(t.clicked_at is not None for t in out)),
        ("Replies", len(thread.replies)),
        ("Paid so far", money(paid, thread.account.balance.currency)),
    )
    rows = Markup("").join(
        Markup('<tr><td>{}</td><td class="n">{}</td></tr>').format(name, figure)
        for name, figure in figures
    )
    return Markup("<table><tbody>{}</tbody></table>").format(rows)


def _standing(ask: Ask, account: Account, consumer: Consumer) -> Markup:
    if ask.reveal:
        points = Markup("<br>").join([*consumer.emails, *consumer.phones]) or "no contact point"
        who = Markup('{} <span class="soft">{}</span>').format(consumer.name, points)
    else:
        reveal = _call(
            ask.endpoint,
            {"account_id": account.account_id, "reveal": "yes", "popup": "yes"},
            display="popup",
        )
        who = Markup("{} {}").format(
            masked(consumer.name), _button("Reveal name and messages", reveal, style="link")
        )
    chips = [account.status.value.title()]
    if account.hold is not None:
        chips.append(f"On hold: {_HOLDS[account.hold]}")
    if account.escalated:
        chips.append("Escalated")
    facts = [
        account.creditor,
        account.account_id,
        f"due {account.due_on:%d %b %Y}" if account.due_on else "no due date",
        f"version {account.version}",
    ]
    return Markup(
        '<div class="top"><div><h2>{}</h2><p>{}</p><p>{}</p><p class="soft">{}</p></div>'
        '<span class="big">{}</span></div>'
    ).format(
        account.reference,
        who,
        Markup("").join(Markup('<span class="chip">{}</span>').format(c) for c in chips),
        " · ".join(facts),
        str(account.balance),
    )


def _next(account: Account, zone: timezone) -> Markup:
    """The next action with time, channel, template and reason, or why there is none."""
    if account.escalated:
        return _box(
            "stop", f"Waits for a person: {_TRIGGERS.get(account.escalated, account.escalated)}."
        )
    if account.hold is not None:
        why = account.hold_reason or "No reason was recorded."
        return _box("stop", f"Nothing is sent. {_HOLDS[account.hold]}: {why}")
    action = account.next_action
    if account.status is Status.ACTIVE and action is not None:
        what = {"email": "E-mail", "sms": "Text message"}.get(action.channel, "No message")
        return Markup(
            '<div class="box"><strong>Next: {}{}</strong> · {}<br>'
            '<span class="soft">{}</span></div>'
        ).format(
            what,
            f" “{action.template}”" if action.template else "",
            _instant(action.at, zone),
            action.reason,
        )
    ended = {
        Status.IMPORTED: "Not activated yet: nothing is sent.",
        Status.ACTIVE: "The ladder is looking at this account now.",
        Status.SETTLED: "Settled: nothing is owed and nothing is sent.",
        Status.EXHAUSTED: "Every rung was used. Nothing more is sent.",
        Status.FAILED: "The ladder stopped on an error. A person must look.",
        Status.CLOSED: "Closed: the creditor took it back. Nothing is sent.",
    }
    return _box("ok" if account.status is Status.SETTLED else "stop", ended[account.status])


def _thread(thread: Thread, zone: timezone, *, reveal: bool) -> Markup:
    """All that went out and came in, oldest first. What staff wrote stands in the message that
    carried it; until that is sent it stands by itself. What our messages said names the person,
    so it is shown with the name."""
    carried = {t.key.rsplit("#", 1)[-1] for t in thread.touches if t.state not in _NOT_SENT}
    items = [(t.permitted_at, _touch_line(t, zone, reveal=reveal)) for t in thread.touches]
    items += [(r.at, _reply_line(r, zone)) for r in thread.replies]
    items += [(a.at, _answer_line(a, zone)) for a in thread.answers if a.answer_id not in carried]
    if not items:
        return _text("Nothing was sent or received yet.")
    lines = [line for _, line in sorted(items, key=lambda i: i[0])]
    left = _text(f"{len(lines) - _THREAD} older ones are not shown.") if lines[_THREAD:] else ""
    return Markup("{}<ol>{}</ol>").format(left, Markup("").join(lines[-_THREAD:]))


def _touch_line(touch: Touch, zone: timezone, *, reveal: bool) -> Markup:
    seen = [
        f"{word} {_instant(at, zone)}"
        for word, at in (("opened", touch.opened_at), ("link opened", touch.clicked_at))
        if at is not None
    ]
    look = {"bounced": "bad", "failed": "bad", "unknown": "bad", "released": "void"}
    kind = "E-mail" if touch.channel.value == "email" else "Text"
    said = Markup("")
    if touch.content and reveal:
        said = Markup(
            "<details><summary>What it said</summary><blockquote>{}</blockquote></details>"
        ).format(touch.content)
    return Markup(
        '<li class="{}"><strong>{} “{}”</strong> <span class="chip">{}</span>'
        '<br><span class="soft">{}{}</span>{}{}</li>'
    ).format(
        look.get(touch.state.value, "out"),
        kind,
        touch.template,
        touch.state.value,
        _instant(touch.sent_at or touch.permitted_at, zone),
        Markup("").join(Markup(" · {}").format(text) for text in seen),
        Markup("<br>{}").format(touch.reason) if touch.reason else "",
        said,
    )


def _answer_line(answer: Answer, zone: timezone) -> Markup:
    return Markup(
        '<li class="void"><strong>Answer by {}</strong> <span class="chip">not sent yet</span><br>'
        '<span class="soft">{}</span><blockquote>{}</blockquote></li>'
    ).format(answer.by, _instant(answer.at, zone), answer.text)


def _reply_line(reply: Reply, zone: timezone) -> Markup:
    return Markup(
        '<li class="in"><strong>Reply by {}</strong> {}<br><span class="soft">{}</span>'
        "<blockquote>{}</blockquote></li>"
    ).format(
        {"sms": "text", "email": "e-mail"}.get(reply.channel, reply.channel),
        Markup("").join(Markup('<span class="chip">{}</span>').format(x) for x in reply.labels),
        _instant(reply.at, zone),
        reply.text,
    )


def _ledger(entries: Sequence[LedgerEntry], account: Account) -> Markup:
    rows = Markup("").join(
        Markup(
            '<tr><td class="when">{:%d %b %Y}</td><td>{}{}</td><td class="n">{}</td></tr>'
        ).format(
            entry.on,
            entry.kind.title(),
            Markup('<br><span class="soft">{}</span>').format(entry.note) if entry.note else "",
            str(entry.amount),
        )
        for entry in entries
    )
    total = sum(entry.amount.minor for entry in entries)
    differs = Markup("")
    if entries and total != account.balance.minor:
        differs = _box("stop", "The entries do not add up to the balance. Tell an operator.")
    return Markup(
        '<table><tbody>{}</tbody><tfoot><tr><td>Balance</td><td></td><td class="n">{}</td></tr>'
        "</tfoot></table>{}"
    ).format(rows, str(account.balance), differs)


def _history(entries: Sequence[AuditEntry], zone: timezone) -> Markup:
    """The newest entries of the audit log, with the rules that refused."""
    if not entries:
        return Markup("")
    newest = Markup("").join(
        Markup(
            '<tr><td class="when">{}</td><td>{}<br><span class="soft">{}</span></td></tr>'
        ).format(
            f"{entry.at.astimezone(zone):%d %b, %H:%M}",
            _words(entry.what),
            " · ".join([*_reasons(entry.data), f"by {entry.actor}"]),
        )
        for entry in reversed(entries[-_HISTORY:])
    )
    return Markup("<h3>Audit log</h3><table><tbody>{}</tbody></table>").format(newest)


def _words(name: str) -> str:
    """`TouchDeferred` as people read it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").capitalize()


def _reasons(data: Mapping[str, Any]) -> list[str]:
    """Why, in the words of the entry; else the rules that said no."""
    reason = data.get("reason") or data.get("trigger") or data.get("hold")
    if reason:
        return [str(reason)]
    rules = data.get("rules")
    if not isinstance(rules, Mapping):
        return []
    return [f"{rule}: {result}" for rule, result in rules.items() if result in ("block", "defer")]


# Decisions


def _waiting(ask: Ask, one: Waiting, now: datetime) -> Markup:
    account = one.item.account
    days = account.days_past_due(now.date())
    facts = [
        account.creditor,
        masked(one.consumer.name) if one.consumer else "•••",
        f"{days} days past due" if days is not None else "no due date",
        f"waiting for {_age(one.item.since, now)}",
        f"with {one.item.owner}" if one.item.owner else "with nobody yet",
    ]
    title: Markup | str = Markup("<strong>{}</strong>").format(account.reference)
    look = _safe_arn(ask.params.get("account") or ask.values.get("account", ""))
    if look:
        action = _call(look, {"account_id": account.account_id, "popup": "yes"}, display="popup")
        title = _button(account.reference, action, style="link")
    return Markup(
        '<div class="row"><div class="top"><div>{} <span class="chip">{}</span> {}</div>'
        '<strong class="n">{}</strong></div><p class="why">{}</p><p class="soft">{}</p>{}</div>'
    ).format(
        title,
        _KINDS[one.item.kind],
        _due(one.item, now),
        str(account.balance),
        _waits_because(account),
        " · ".join(facts),
        _choices(ask, one),
    )


def _due(item: Item, now: datetime) -> Markup:
    """By when staff are to see to it, marked where that has passed."""
    if item.due is None:
        return Markup("")
    if item.late(now):
        return Markup('<strong class="bad">late by {}</strong>').format(_age(item.due, now))
    return Markup('<span class="soft">due in {}</span>').format(_age(now, item.due))


def _waits_because(account: Account) -> str:
    if account.escalated:
        return f"{_TRIGGERS.get(account.escalated, _words(account.escalated))}."
    if account.hold_reason:
        return account.hold_reason
    return "A message waits for an answer." if account.asked else "No reason was recorded."


def _choices(ask: Ask, one: Waiting) -> Markup:
    account = one.item.account
    decide = _safe_arn(ask.params.get("decide") or ask.values.get("decide", ""))
    if not decide:
        return _text("This dashboard names no function for decisions.")
    name = f"{account.reference} ({account.balance})"
    choices = (
        ("approve", "Approve", f"Lift the hold on {name} and let its ladder continue?"),
        ("decline", "Keep on hold", f"Keep {name} on hold? Nothing is sent meanwhile."),
        ("close", "Close", f"Close {name} for good? Its ladder ends and no message follows."),
    )
    buttons = Markup("").join(
        _button(
            label,
            _call(
                decide,
                {
                    "account_id": account.account_id,
                    "version": account.version,
                    "decision": decision,
                    "list": ask.endpoint,
                },
                confirmation=question,
            ),
            primary=decision == "approve",
        )
        for decision, label, question in choices
        if decision != "approve" or one.approvable
    )
    hint = Markup("") if one.approvable else _text("Drop a contacts file to let it go on.")
    return Markup('{}<div class="acts">{}</div>').format(hint, buttons)
