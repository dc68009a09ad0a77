"""Letters: what a template is, which fields it may bind, and the words around every message.

A template declares its fields and can bind no other. The fields below are all there are: none is
clinical and none is of a card, so a template that shows a diagnosis or a card number cannot exist.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from dunlin.domain.consumer import Channel
from dunlin.domain.errors import DomainError

LANGUAGES = ("en", "es")


class Kind(StrEnum):
    """Why a message is written. Everything but a rung answers something that happened."""

    RUNG = "rung"
    RECEIPT = "receipt"
    CODE = "code"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"


# What a template may say beside its own words, and where the value comes from.
FIELDS: Mapping[str, str] = {
    "creditor": "the creditor's name, from its strategy",
    "address": "the creditor's postal address, from its strategy",
    "phone": "the creditor's telephone number, from its strategy",
    "accent": "the creditor's colour, from its strategy",
    "third_party": "true where the strategy is a collector's",
    "given_name": "the person's first name, empty where there is none fit to greet with",
    "link": "opens the portal, made for this touch",
    "stop_link": "the one-click opt-out, made for this touch",
    "amount": "what was paid, from the notice",
    "paid_on": "the day of a payment, from the notice",
    "remaining": "what is owed after a payment, from the notice",
    "reference": "the creditor's own number of the account, from the notice",
    "code": "six digits, from the notice",
}
# Given with the notice that is sent, and for notices only; the others come from facts.
# An amount in a reminder would be stale when it is read and is seen by whoever opens the mailbox.
NOTICE_FIELDS = frozenset({"amount", "paid_on", "remaining", "reference", "code"})
# Set by the frame around the words: no template needs to declare them.
FRAME = frozenset(
    {"creditor", "address", "phone", "accent", "third_party", "given_name", "stop_link"}
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_GREETING = re.compile(r"[^\W\d_][\w'’.\- ]{0,39}")


class TemplateError(DomainError):
    """A template that cannot be used; `field` is the path inside its document."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailWords:
    """The words of an e-mail in one language, with fields as `{{ field }}`.

    `text` is the hand-written text part without its frame; `button` is "" where the message
    leads nowhere (a code, a confirmation).
    """

    subject: str
    preheader: str
    heading: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    text: str
    button: str = ""
    big: str = ""  # a field shown large and alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template in all its languages. `sms` is the body between name and opt-out sentence."""

    name: str
    kind: Kind
    fields: frozenset[str]
    email: Mapping[str, EmailWords]
    sms: Mapping[str, str]

    @property
    def channels(self) -> tuple[Channel, ...]:
        return tuple(
            c for c, words in ((Channel.EMAIL, self.email), (Channel.SMS, self.sms)) if words
        )


def _line(doc: Mapping[str, Any], path: str, key: str, *, required: bool = True) -> str:
    value = doc.get(key, "")
    if not isinstance(value, str) or (required and not value.strip()):
        raise TemplateError(f"{path}.{key}", "a text is required")
    return value.strip()


def _lines(doc: Mapping[str, Any], path: str, key: str) -> tuple[str, ...]:
    value = doc.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise TemplateError(f"{path}.{key}", "a list of paragraphs is required")
    return tuple(v.strip() for v in value)


def _only(doc: Any, path: str, keys: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(doc, Mapping):
        raise TemplateError(path, "a mapping is required")
    for key in doc:
        if key not in keys:
            raise TemplateError(f"{path}.{key}", "is not a known setting")
    return doc


_EMAIL_KEYS = frozenset(
    {"subject", "preheader", "heading", "before", "big", "button", "after", "text"}
)


def _email(doc: Any, path: str) -> EmailWords:
    doc = _only(doc, path, _EMAIL_KEYS)
    words = EmailWords(
        subject=_line(doc, path, "subject"),
        preheader=_line(doc, path, "preheader"),
        heading=_line(doc, path, "heading"),
        before=_lines(doc, path, "before"),
        after=_lines(doc, path, "after"),
        text=_line(doc, path, "text"),
        button=_line(doc, path, "button", required=False),
        big=_line(doc, path, "big", required=False),
    )
    for key in ("subject", "preheader", "heading", "button"):
        if "\n" in getattr(words, key):
            raise TemplateError(f"{path}.{key}", "must be one line")
    return words


def read_template(doc: Any, *, name: str) -> Template:
    """Check a parsed template document and build the template. Raises `TemplateError`."""
    if not _NAME.fullmatch(name):
        raise TemplateError("template", f"{name!r} is not a name (a-z, 0-9 and _)")
    doc = _only(doc, name, frozenset({"kind", "fields", "email", "sms"}))
    try:
        kind = Kind(doc.get("kind", ""))
    except ValueError:
        raise TemplateError(f"{name}.kind", f"must be one of {', '.join(Kind)}") from None
    declared = doc.get("fields")
    if not isinstance(declared, list):
        raise TemplateError(f"{name}.fields", "a list of fields is required")
    for field in declared:
        if field not in FIELDS:
            raise TemplateError(f"{name}.fields", f"there is no field {field!r}")
        if kind is Kind.RUNG and field in NOTICE_FIELDS:
            raise TemplateError(f"{name}.fields", f"{field!r} may stand in a notice only")
    email = _only(doc.get("email", {}), f"{name}.email", frozenset(LANGUAGES))
    sms = _only(doc.get("sms", {}), f"{name}.sms", frozenset(LANGUAGES))
    if not email and not sms:
        raise TemplateError(name, "an e-mail or an SMS is required")
    for channel, words in (("email", email), ("sms", sms)):
        if words and "en" not in words:
            raise TemplateError(f"{name}.{channel}", "English is required")
    return Template(
        name=name,
        kind=kind,
        fields=frozenset(declared),
        email={lang: _email(email[lang], f"{name}.email.{lang}") for lang in email},
        sms={lang: _line(sms, f"{name}.sms", lang) for lang in sms},
    )


def check_bindings(template: Template, bound: frozenset[str]) -> None:
    """Refuse a template that binds a field it does not declare, or declares one in vain."""
    for field in sorted(bound - template.fields - FRAME):
        raise TemplateError(f"{template.name}.fields", f"{field!r} is bound and not declared")
    for field in sorted(template.fields - bound):
        raise TemplateError(f"{template.name}.fields", f"{field!r} is declared and not bound")


def greeting_name(text: str) -> str:
    """The name to greet with, or "" where what the file held is no name (a link, a number, a
    line break): a greeting must not carry somebody else's message."""
    text = text.strip()
    return text if _GREETING.fullmatch(text) and ".." not in text and "www" not in text else ""


_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
        "octubre", "noviembre", "diciembre",
    ),
}  # fmt: skip


def day_in_words(day: str, language: str) -> str:
    """An ISO date as people write it: `November 21, 2026`, `21 de noviembre de 2026`."""
    on = date.fromisoformat(day)
    month = _MONTHS[language][on.month - 1]
    if language == "es":
        return f"{on.day} de {month} de {on.year}"
    return f"{month} {on.day}, {on.year}"
