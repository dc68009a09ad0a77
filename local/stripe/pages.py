"""The hosted pages: paying, proving who you are, and what is left when a page has closed.

Plain HTML without script. Everything from outside is escaped; a card number, security code or
account number that was typed is never written back.
"""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlsplit

from local.stripe.checkout import Typed
from local.stripe.state import Thing
from local.stripe.words import HINT_ROWS, WORDS

_ZERO_DECIMALS = {"jpy", "krw"}
_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
_NEVER_SHOWN = frozenset({"card_number", "card_cvc", "account_number"})

STYLE = """
:root{color-scheme:light;--ink:#1a1f36;--soft:#4f566b;--line:#8792a2;--pale:#f6f8fa;--blue:#0a5fd8;--red:#b3093c;
--amber:#ffd466}
*{box-sizing:border-box}
body{margin:0;background:var(--pale);color:var(--ink);font:16px/1.5 system-ui,"Liberation Sans",
"DejaVu Sans",sans-serif;-webkit-text-size-adjust:100%}
.mode{background:var(--amber);color:#3d2c00;padding:.5rem 1rem;text-align:center;font-size:.9rem}
.mode strong{letter-spacing:.06em;margin-right:.4rem}
.sheet{max-width:30rem;margin:0 auto;padding:1rem 1rem 3rem}
.top{display:flex;justify-content:space-between;align-items:center;min-height:44px}
a{color:var(--blue)}
.back{display:inline-flex;align-items:center;min-height:44px;text-decoration:none;font-weight:600}
.back:hover{text-decoration:underline}
h1{font-size:1rem;font-weight:600;color:var(--soft);margin:.5rem 0 0}
.sum{font-size:2.4rem;font-weight:700;letter-spacing:-.02em;line-height:1.2;margin:.1rem 0 .2rem}
.what{color:var(--soft);margin:0 0 1.25rem;overflow-wrap:anywhere}
form,.card{background:#fff;border:1px solid #d5dbe1;border-radius:14px;padding:1.1rem;
box-shadow:0 1px 2px rgb(26 31 54/.06),0 8px 24px rgb(26 31 54/.06)}
fieldset{border:0;margin:0;padding:0;min-width:0}
legend{font-weight:700;font-size:1.05rem;padding:0;margin:1.1rem 0 .6rem}
label{display:block;font-weight:600;margin:0 0 .25rem}
.hint{display:block;color:var(--soft);font-size:.875rem;margin:0 0 .35rem}
.field{margin:0 0 1rem;min-width:0}
input[type=text],input[type=email]{width:100%;min-height:48px;font:inherit;color:inherit;
background:#fff;border:1px solid var(--line);border-radius:9px;padding:.55rem .75rem}
input:focus-visible,a:focus-visible,button:focus-visible,summary:focus-visible,
.problem:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
.number{font-variant-numeric:tabular-nums;letter-spacing:.04em}
[aria-invalid=true]{border:2px solid var(--red)!important}
.wrong{display:block;color:var(--red);font-weight:600;font-size:.925rem;margin:0 0 .35rem}
.pair{display:grid;grid-template-columns:1fr 1fr;grid-template-rows:repeat(4,auto);gap:0 .8rem}
.pair .field{display:grid;grid-row:span 4;grid-template-rows:subgrid}
.pair label{align-self:end}.pair .hint{grid-row:2}.pair .wrong{grid-row:3}.pair input{grid-row:4}
@media(max-width:340px){.pair{grid-template-columns:1fr;grid-template-rows:none}}
.choice{border:1px solid var(--line);border-radius:10px;margin:0 0 .7rem;overflow:hidden}
.choice>label{display:flex;align-items:center;gap:.7rem;min-height:52px;padding:.4rem .9rem;
margin:0;cursor:pointer}
.choice input[type=radio]{width:22px;height:22px;margin:0;accent-color:var(--blue);flex:none}
.choice:has(input[type=radio]:checked){border-color:var(--blue);box-shadow:0 0 0 1px var(--blue)}
.choice:has(input[type=radio]:focus-visible){outline:3px solid var(--blue);outline-offset:2px}
.choice input[type=radio]:focus-visible{outline:0}
.inside{padding:.4rem .9rem 0}
@supports selector(:has(*)){.choice:not(:has(input[type=radio]:checked)) .inside{display:none}}
.terms{color:var(--soft);font-size:.875rem;margin:0 0 1rem}
button{width:100%;min-height:52px;font:inherit;font-weight:700;border-radius:10px;cursor:pointer;
border:1px solid var(--blue);background:var(--blue);color:#fff;margin-top:.4rem}
button:hover{background:#084bab}
button.plain{background:#fff;color:var(--ink);border-color:var(--line)}
button.plain:hover{background:var(--pale)}
.problem{border:2px solid var(--red);border-radius:12px;background:#fff;padding:.9rem 1rem;
margin:0 0 1rem}
.problem h2{font-size:1.05rem;margin:0 0 .3rem}
.problem ul{margin:0;padding-left:1.1rem}
.problem a{color:var(--red);font-weight:600}
details{margin-top:1.2rem}
summary{min-height:44px;display:flex;align-items:center;cursor:pointer;color:var(--soft);
font-weight:600}
summary::before{content:"+";display:inline-block;width:1.2em;font-weight:700}
details[open] summary::before{content:"–"}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{text-align:left;padding:.4rem .5rem .4rem 0;border-bottom:1px solid #d5dbe1;
vertical-align:top}
td:first-child{font-variant-numeric:tabular-nums}
.foot{color:var(--soft);font-size:.875rem;text-align:center;margin:1rem 0 0}
.bank{font-weight:700;color:var(--soft);margin:0}
.card h1,.lead{font-size:1.5rem;line-height:1.25;color:var(--ink);margin:.2rem 0 .6rem}
.lead{margin-bottom:1.25rem}
.card form{border:0;box-shadow:none;padding:.4rem 0 0}
"""


def amount_text(minor: int | None, currency: str | None) -> str:
    """`$1,234.50`; currencies without a sign of their own carry their code."""
    if minor is None or currency is None:
        return ""
    figure = f"{minor:,}" if currency in _ZERO_DECIMALS else f"{minor / 100:,.2f}"
    sign = _SIGNS.get(currency, f"{currency.upper()} ")
    return f"{sign}{figure}"


def _page(lang: str, title: str, body: str, *, error: bool = False) -> str:
    words = WORDS[lang]
    prefix = "Error: " if error else ""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex"><link rel="icon" href="data:,">'
        f"<title>{prefix}{escape(title)}</title><style>{STYLE}</style></head><body>"
        f'<div class="mode" role="region" aria-label="{words["test_mode"]}">'
        f"<strong>{words['test_mode']}</strong> {words['test_note']}</div>"
        f'<main class="sheet">{body}</main></body></html>'
    )


def business_of(session: Thing | None, business: str) -> str:
    """Who is paid: the session's own branding, or the account's name."""
    return ((session or {}).get("branding_settings") or {}).get("display_name") or business


def pay(session: Thing, business: str, lang: str, typed: Typed | None = None) -> str:
    """The page where a session is paid, or a method saved."""
    words = WORDS[lang]
    typed = typed or Typed({})
    name = business_of(session, business)
    amount = amount_text(session["amount_total"], session["currency"])
    setup = session["mode"] == "setup"
    title = words["title_setup"] if setup else words["title_pay"].format(amount=amount)
    parts = ['<div class="top">']
    if session["cancel_url"]:
        parts.append(
            f'<a class="back" href="{escape(session["cancel_url"])}">'
            f'<span aria-hidden="true">←&nbsp;</span>{words["back"]}</a>'
        )
    parts.append("</div>")
    if typed.errors:
        parts.append(_summary(words, typed))
    if setup:
        heading = words["setup_for"].format(business=name)
        parts.append(f'<h1 class="lead">{escape(heading)}</h1>')
    else:
        lines = ", ".join(line["description"] for line in session["_lines"])
        parts.append(
            f"<h1>{escape(words['pay_to'].format(business=name))}</h1>"
            f'<p class="sum">{escape(amount)}</p><p class="what">{escape(lines)}</p>'
        )
    parts.append(_form(session, words, typed, name, amount))
    parts.append(_hints(words))
    return _page(lang, title, "".join(parts), error=bool(typed.errors))


def _summary(words: dict[str, str], typed: Typed) -> str:
    rows = []
    for name, key in typed.errors.items():
        text = escape(words.get(key, words["generic_decline"]))
        rows.append(
            f"<li>{text}</li>" if name == "form" else f'<li><a href="#{name}">{text}</a></li>'
        )
    return (
        '<div class="problem" role="alert" tabindex="-1" autofocus aria-labelledby="problem">'
        f'<h2 id="problem">{words["problem"]}</h2><ul>{"".join(rows)}</ul></div>'
    )


def _form(session: Thing, words: dict[str, str], typed: Typed, name: str, amount: str) -> str:
    kinds = session["payment_method_types"]
    chosen = typed.get("method") or kinds[0]
    setup = session["mode"] == "setup"
    parts = [f'<form method="post" action="/c/pay/{session["id"]}" novalidate autocomplete="on">']
    if session["customer_email"]:
        parts.append(
            f'<p class="field"><strong>{words["email"]}</strong><br>'
            f"{escape(session['customer_email'])}</p>"
        )
    else:
        asked = "" if setup else "email_hint"
        parts.append(_field(words, typed, "email", hint=asked, kind="email",
                            auto="email", mode="email"))  # fmt: skip
    parts.append(f"<fieldset><legend>{words['method']}</legend>")
    panels = {
        "card": (words["card"], _card_fields(words, typed, name, setup=setup)),
        "us_bank_account": (words["bank"], _bank_fields(words, typed, name, amount, setup=setup)),
    }
    for kind in kinds:
        label, inside = panels[kind]
        on = " checked" if kind == chosen else ""
        parts.append(
            f'<div class="choice"><label><input type="radio" name="method" value="{kind}"{on}>'
            f'{label}</label><div class="inside">{inside}</div></div>'
        )
    button = words["save"] if setup else words["pay"].format(amount=amount)
    parts.append(
        f'</fieldset><button type="submit">{escape(button)}</button>'
        f'<p class="foot">{words["secure"]}</p></form>'
    )
    return "".join(parts)


def _card_fields(words: dict[str, str], typed: Typed, name: str, *, setup: bool) -> str:
    terms = f'<p class="terms">{escape(words["card_setup"].format(business=name))}</p>'
    return (
        _field(words, typed, "card_number", auto="cc-number", mode="numeric", css="number",
               longest=23)
        + '<div class="pair">'
        + _field(words, typed, "card_expiry", hint="card_expiry_hint", auto="cc-exp",
                 mode="numeric", css="number", longest=9)
        + _field(words, typed, "card_cvc", hint="card_cvc_hint", auto="cc-csc", mode="numeric",
                 css="number", longest=4)
        + "</div>"
        + _field(words, typed, "card_name", auto="cc-name")
        + _field(words, typed, "postal_code", auto="postal-code", mode="numeric", css="number",
                 longest=5)
        + (terms if setup else "")
    )  # fmt: skip


def _bank_fields(
    words: dict[str, str], typed: Typed, name: str, amount: str, *, setup: bool
) -> str:
    terms = words["mandate_setup" if setup else "mandate"].format(business=name, amount=amount)
    return (
        _field(words, typed, "bank_name", auto="name")
        + _field(words, typed, "routing_number", hint="routing_hint", auto="off", mode="numeric",
                 css="number", longest=9)
        + _field(words, typed, "account_number", hint="account_hint", auto="off", mode="numeric",
                 css="number", longest=17)
        + f'<p class="terms">{escape(terms)}</p>'
    )  # fmt: skip


def _field(
    words: dict[str, str],
    typed: Typed,
    name: str,
    *,
    auto: str,
    hint: str = "",
    kind: str = "text",
    mode: str = "text",
    css: str = "",
    longest: int = 200,
) -> str:
    value = "" if name in _NEVER_SHOWN else typed.get(name)
    described = [f"{name}-hint"] if hint else []
    parts = [f'<div class="field"><label for="{name}">{words[name]}</label>']
    if hint:
        parts.append(f'<span class="hint" id="{name}-hint">{words[hint]}</span>')
    invalid = ""
    if name in typed.errors:
        described.append(f"{name}-error")
        parts.append(
            f'<span class="wrong" id="{name}-error">{escape(words[typed.errors[name]])}</span>'
        )
        invalid = ' aria-invalid="true"'
    by = f' aria-describedby="{" ".join(described)}"' if described else ""
    parts.append(
        f'<input id="{name}" name="{name}" type="{kind}" inputmode="{mode}" autocomplete="{auto}" '
        f'class="{css}" maxlength="{longest}" value="{escape(value)}" spellcheck="false"'
        f"{by}{invalid}></div>"
    )
    return "".join(parts)


def _hints(words: dict[str, str]) -> str:
    rows = "".join(f"<tr><td>{number}</td><td>{words[key]}</td></tr>" for number, key in HINT_ROWS)
    return (
        f"<details><summary>{words['test_cards']}</summary><table><thead><tr>"
        f'<th scope="col">{words["card_number"]}</th><th scope="col">{words["test_what"]}</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></details>"
    )


def prove(intent: Thing, method: Thing, business: str, lang: str) -> str:
    """The bank's page where the person says it was they who pay (3-D Secure)."""
    words = WORDS[lang]
    values = {
        "business": business,
        "last4": method["card"]["last4"],
        "amount": amount_text(intent.get("amount"), intent.get("currency")),
    }
    text = words["3ds_text" if "amount" in intent else "3ds_setup"].format(**values)
    body = (
        f'<div class="card"><p class="bank">{words["3ds_bank"]}</p><h1>{words["3ds_title"]}</h1>'
        f"<p>{escape(text)}</p>"
        f'<form method="post" action="/3ds/{intent["id"]}">'
        f'<button name="answer" value="pass">{words["3ds_pass"]}</button>'
        f'<button name="answer" value="fail" class="plain">{words["3ds_fail"]}</button>'
        "</form></div>"
    )
    return _page(lang, words["3ds_title"], body)


def gone(session: Thing | None, business: str, lang: str) -> str:
    """A page that can no longer be used, with the way back."""
    words = WORDS[lang]
    if session is None:
        text, link = words["missing"], ""
    else:
        done = session["status"] == "complete"
        text = words["gone_complete" if done else "gone_expired"]
        target = session["success_url"] if done else session["cancel_url"]
        link = _way_back(words, target, business_of(session, business), session["id"])
    body = f'<div class="card"><h1>{words["gone_title"]}</h1><p>{text}</p>{link}</div>'
    return _page(lang, words["gone_title"], body)


def _way_back(words: dict[str, str], target: Any, business: str, identifier: str) -> str:
    if not target or urlsplit(target).scheme not in ("http", "https"):
        return ""
    place = escape(target.replace("{CHECKOUT_SESSION_ID}", identifier))
    text = escape(words["back_to"].format(business=business))
    return f'<p><a class="back" href="{place}">{text}</a></p>'
