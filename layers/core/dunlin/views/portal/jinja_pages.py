"""The portal's pages: Jinja2 templates, strings in two languages, one stylesheet.

Every value is escaped; every address is built from the base path the portal is served under.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import Markup

from dunlin.domain.messages.colour import until_readable
from dunlin.domain.money import Money
from dunlin.domain.portal.page import SESSION_LIFE, Page
from dunlin.views.jinja import environment

LANGUAGES = ("en", "es")
_ACCENT = re.compile(r"#[0-9a-f]{6}")
DEFAULT_ACCENT = "#1f5f4a"
_FOLDER = Path(__file__).parent
_TEMPLATES = environment(_FOLDER / "templates")
# Order in which people write a date: month first in English here, day first in Spanish.
_DATE_ORDER = {
    "en": (("month", 2), ("day", 2), ("year", 4)),
    "es": (("day", 2), ("month", 2), ("year", 4)),
}
# Pages that say what was done, all of one shape.
_SIMPLE = frozenset(
    {
        "gone", "link_sent", "trouble", "refused", "stale", "not_me_done", "stop_done",
        "signed_out",
        "dispute_done", "dispute_part_done", "message_done", "stop_all_done", "promise_done",
        "promise_asked",
        "autopay_stopped", "plan_cancelled", "method_away", "method_asked", "paid_done",
        "insurance_done",
        "contact_done", "preferences_done", "channels_done", "snooze_done", "rate_done",
        "file_done", "ended_done", "rest_ended_done", "rest_held_done", "rest_plan_done",
        "taken_back", "take_back_asked",
    }
)  # fmt: skip
_TEMPLATE = {
    "question": "message",
    "hardship": "message",
    "represented": "message",
    "plan_done": "plan_agreed",
}


class PortalPages:
    """Renders pages under one base address, and their stylesheet."""

    def __init__(self, *, base_url: str, checkout_origin: str) -> None:
        self.base = urlsplit(base_url).path.rstrip("/")
        self._checkout_origin = checkout_origin

    @property
    def headers(self) -> dict[str, str]:
        """Of every page. No script at all; a form may lead to us and to the checkout only,
        because Chromium applies form-action to the redirect that follows a POST too."""
        return {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": (
                "default-src 'none'; style-src 'self'; img-src 'self'; "
                f"form-action 'self' {self._checkout_origin}; "
                "base-uri 'none'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex, nofollow, noarchive",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "Strict-Transport-Security": "max-age=31536000",
        }

    def render(self, page: Page, *, language: str, here: str, kept: str = "") -> str:
        """One page. `here` is the route it can be fetched by again, for the language links;
        `kept` is what a person wrote into a form whose session has ended."""
        say = _speaker(language)
        brand = page.brand
        inside = bool(page.nonce)
        content = page.content if is_dataclass(page.content) else None
        shown = {f.name: getattr(content, f.name) for f in fields(content)} if content else {}
        accent = brand.accent.lower() if brand else DEFAULT_ACCENT
        context = {
            "t": say,
            "lang": language,
            "other": next(code for code in LANGUAGES if code != language),
            "page": page.name,
            "base": self.base,
            "here": self.base + here,
            "css": f"{self.base}/site.css?a={accent[1:]}&v={_fingerprint()}",
            "brand": brand,
            "brand_name": (brand.name if inside and brand else "") or shown.get("sender", ""),
            "phone": brand.phone if brand else "",
            "dialled": _dialled(brand.phone) if brand else "",
            "inside": inside,
            "csrf": page.nonce,
            "session_minutes": int(SESSION_LIFE.total_seconds() // 60),
            "money": _money,
            "day": functools.partial(_day, language),
            "order_of_date": _DATE_ORDER[language],
            "kept": kept,
            "masked": _masked,
            "readable": _readable,
            "refusal": lambda word: say(_declined(word)),
            "errors": _errors(page, say),
            **shown,
        }
        return _TEMPLATES.get_template(template_of(page.name)).render(context)

    def stylesheet(self, accent: str) -> str:
        """The stylesheet with the creditor's accent, made dark enough for white text by day
        and light enough for dark text by night (WCAG 2.2, 1.4.3)."""
        colour = f"#{accent.lower()}"
        if not _ACCENT.fullmatch(colour):
            colour = DEFAULT_ACCENT
        by_day = until_readable(colour, against="#ffffff", towards="#000000")
        by_night = until_readable(colour, against="#1c2023", towards="#ffffff")
        return _TEMPLATES.get_template("accented.css.j2").render(by_day=by_day, by_night=by_night)


def template_of(page: str) -> str:
    """The template that shows a page."""
    name = "simple" if page in _SIMPLE else _TEMPLATE.get(page, page)
    return f"{name}.html.j2"


def _errors(page: Page, say: Callable[..., str]) -> tuple[tuple[str, str], ...]:
    """The errors of a page as (field, sentence)."""
    messages = []
    for name, word in page.errors:
        if page.name == "identity":
            messages.append((name, say(f"identity.{word}")))
        elif page.between is not None and word.startswith("amount_") and word != "amount_each":
            least, most = page.between
            messages.append((name, say(f"pay.{word}", least=_money(least), most=_money(most))))
        else:
            messages.append((name, say(f"form.{word}")))
    return tuple(messages)


def _money(amount: Money) -> Markup:
    """`$1,234.50`, the same in both languages as the US writes it; never broken over lines."""
    text = str(amount).replace(" ", "\N{NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")
    return Markup(text)  # noqa: S704 - digits only


def _declined(word: str) -> str:
    """The key of the sentence about a refused method; the general one where a word has none."""
    key = f"declined.{word}"
    return key if key in _strings(LANGUAGES[0]) else "declined.declined"


def _dialled(phone: str) -> str:
    """A number as a `tel:` address carries it; one of ten digits is North American."""
    digits = re.sub(r"\D", "", phone)
    return f"+1{digits}" if len(digits) == 10 and "+" not in phone else f"+{digits}"


_NORTH_AMERICAN = re.compile(r"\+?1?[ .-]?\(?(\d{3})\)?[ .-]?(\d{3})[ .-]?(\d{4})")


def _readable(phone: str) -> str:
    """A North American number as people there write it, never broken over lines; another as it
    is."""
    parts = _NORTH_AMERICAN.fullmatch(phone.strip())
    return f"({parts[1]})\N{NO-BREAK SPACE}{parts[2]}-{parts[3]}" if parts else phone


def _masked(address: str) -> str:
    """Enough of an e-mail or number to know it by, not enough for somebody who looks on."""
    name, at, host = address.partition("@")
    return f"{name[:2]}…@{host}" if at else f"… {address[-4:]}" if len(address) > 4 else address


def _day(language: str, on: date) -> str:
    strings = _strings(language)
    month = strings["months"].split()[on.month - 1]
    return strings["day"].format(month=month, day=on.day, year=on.year)


@functools.cache
def _strings(language: str) -> dict[str, str]:
    text = (_FOLDER / "strings" / f"{language}.json").read_text("utf-8")
    strings: dict[str, str] = json.loads(text)
    return strings


def _speaker(language: str) -> Callable[..., str]:
    strings = _strings(language)

    def say(key: str, **values: object) -> str:
        # Joined as plain text; the template escapes the whole.
        return strings[key].format(**{k: str(v) for k, v in values.items()})

    return say


@functools.cache
def _fingerprint() -> str:
    """Of the stylesheet, so that a browser fetches it anew when it has changed."""
    css = (_FOLDER / "templates" / "site.css").read_bytes()
    return hashlib.sha256(css).hexdigest()[:8]
