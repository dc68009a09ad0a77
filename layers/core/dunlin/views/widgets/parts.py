"""What every staff widget is made of: how a call is read, the style, and the parts of a page.

What can be clicked is a button followed by a `cwdb-action` element, which calls a function with the
JSON it holds (Amazon CloudWatch user guide, "Create a custom widget": interactivity). Values only
ever enter through `Markup.format`, which escapes them. No scripts; light and dark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from markupsafe import Markup

from dunlin.domain.accounts.account import Hold
from dunlin.domain.money import Money

Html = str | dict[str, str]

_ARN = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w$-]{1,128})?")
_LONGEST = 200  # of anything that comes from the page

HOLDS = {
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
KINDS = {
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
TRIGGERS = {
    "balance": "The balance is above the creditor's limit",
    "days_past_due": "Overdue for longer than the creditor's limit",
    "silent": "Silent through as many messages as the creditor allows",
    "broken_arrangement": "An arrangement was broken",
    "reply": "Wrote back while money is on its way",
}
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


def texts(values: Any) -> dict[str, str]:
    if not isinstance(values, Mapping):
        return {}
    return {
        str(name): str(value)[:_LONGEST]
        for name, value in values.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


def zone_of(context: Mapping[str, Any]) -> timezone:
    zone = context.get("timezone")
    minutes = zone.get("offsetInMinutes") if isinstance(zone, Mapping) else 0
    if not isinstance(minutes, int) or abs(minutes) > 14 * 60 or minutes == 0:
        return UTC
    return timezone(timedelta(minutes=minutes))


def safe_arn(text: str) -> str:
    return text if _ARN.fullmatch(text) else ""


def money(minor: int, currency: str) -> str:
    return str(Money(minor, currency))


def masked(name: str) -> str:
    """The initials of a name with a fixed number of dots: nothing of its length is told."""
    return " ".join(f"{word[0]}•••" for word in name.split()[:2]) or "•••"


def page(ask: Ask, *parts: Markup) -> str:
    return str(
        Markup('<div class="dn cwdb-no-default-styles {}">{}{}</div>').format(
            "dark" if ask.dark else "light", _STYLE, Markup("").join(parts)
        )
    )


def text(text: str) -> Markup:
    return Markup('<p class="soft">{}</p>').format(text)


def box(kind: str, text: str) -> Markup:
    return Markup('<div class="box {}" role="status">{}</div>').format(kind, text)


def call(
    endpoint: str, payload: Mapping[str, Any], *, display: str = "widget", confirmation: str = ""
) -> Markup:
    """The action of the element just before it."""
    confirm = Markup(' confirmation="{}"').format(confirmation) if confirmation else Markup("")
    return Markup(
        '<cwdb-action action="call" display="{}" endpoint="{}"{}>{}</cwdb-action>'
    ).format(display, endpoint, confirm, json.dumps(payload))


def button(label: str, action: Markup, *, primary: bool = False, style: str = "") -> Markup:
    look = f"btn {'btn-primary' if primary else ''} {style}".strip()
    return Markup('<button type="button" class="{}">{}</button>{}').format(look, label, action)


def instant(at: datetime, zone: timezone) -> str:
    label = "UTC" if zone is UTC else f"UTC{at.astimezone(zone):%z}"
    return f"{at.astimezone(zone):%a %d %b %Y, %H:%M} {label}"


def age(since: datetime | None, now: datetime) -> str:
    if since is None:
        return "unknown"
    hours = int((now - since).total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return f"{hours} hour{'s' if hours > 1 else ''}"
    return f"{hours // 24} days"


def words(name: str) -> str:
    """`TouchDeferred` as people read it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").capitalize()
