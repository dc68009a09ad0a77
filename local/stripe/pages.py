"""The hosted pages: paying, proving who you are, and what is left when a page has closed.

Plain HTML without script. Everything from outside is escaped; a card number, security code or
account number that was typed is never written back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dunlin.views.jinja import environment
from local.stripe.checkout import Typed
from local.stripe.state import Thing
from local.stripe.words import HINT_ROWS, WORDS

_TEMPLATES = environment(Path(__file__).parent / "templates")
_ZERO_DECIMALS = {"jpy", "krw"}
_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
_NEVER_SHOWN = frozenset({"card_number", "card_cvc", "account_number"})


def amount_text(minor: int | None, currency: str | None) -> str:
    """`$1,234.50`; currencies without a sign of their own carry their code."""
    if minor is None or currency is None:
        return ""
    figure = f"{minor:,}" if currency in _ZERO_DECIMALS else f"{minor / 100:,.2f}"
    sign = _SIGNS.get(currency, f"{currency.upper()} ")
    return f"{sign}{figure}"


def _page(template: str, lang: str, *, title: str, wrong: bool = False, **values: Any) -> str:
    return _TEMPLATES.get_template(f"{template}.html.j2").render(
        lang=lang, words=WORDS[lang], title=title, wrong=wrong, **values
    )


def business_of(session: Thing | None, business: str) -> str:
    """Who is paid: the session's own branding, or the account's name."""
    return ((session or {}).get("branding_settings") or {}).get("display_name") or business


def pay(session: Thing, business: str, lang: str, typed: Typed | None = None) -> str:
    """The page where a session is paid, or a method saved."""
    words = WORDS[lang]
    typed = typed or Typed({})
    amount = amount_text(session["amount_total"], session["currency"])
    setup = session["mode"] == "setup"
    return _page(
        "pay",
        lang,
        title=words["title_setup"] if setup else words["title_pay"].format(amount=amount),
        wrong=bool(typed.errors),
        session=session,
        setup=setup,
        typed=typed,
        chosen=typed.get("method") or session["payment_method_types"][0],
        business=business_of(session, business),
        amount=amount,
        never_shown=_NEVER_SHOWN,
        hints=HINT_ROWS,
    )


def prove(intent: Thing, method: Thing, business: str, lang: str) -> str:
    """The bank's page where the person says it was they who pay (3-D Secure)."""
    words = WORDS[lang]
    values = {
        "business": business,
        "last4": method["card"]["last4"],
        "amount": amount_text(intent.get("amount"), intent.get("currency")),
    }
    asked = words["3ds_text" if "amount" in intent else "3ds_setup"].format(**values)
    return _page("prove", lang, title=words["3ds_title"], asked=asked, intent_id=intent["id"])


def gone(session: Thing | None, business: str, lang: str) -> str:
    """A page that can no longer be used, with the way back."""
    words = WORDS[lang]
    sentence, back = words["missing"], ""
    if session is not None:
        done = session["status"] == "complete"
        sentence = words["gone_complete" if done else "gone_expired"]
        back = _way_back(session["success_url" if done else "cancel_url"], session["id"])
    return _page(
        "gone",
        lang,
        title=words["gone_title"],
        said=sentence,
        back=back,
        business=business_of(session, business),
    )


def _way_back(target: str | None, identifier: str) -> str:
    """The address that the seller gave for the way back; "" for what is no web address."""
    if not target or urlsplit(target).scheme not in ("http", "https"):
        return ""
    return target.replace("{CHECKOUT_SESSION_ID}", identifier)
