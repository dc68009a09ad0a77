"""Message templates: what one is, which fields it may bind, and the words around every message.

A template is words and nothing else: plain text with `{{ field }}` and `**strong**`, so it holds no
markup and no logic, whoever wrote it. It declares its fields and can bind no other. None is
clinical and none is of a card: a template that shows a diagnosis or a card number cannot exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import DomainError

LANGUAGES = ("en", "es")
TONES = ("gentle", "neutral", "firm")
AUDIENCES = ("consumer", "business")


class MessageKind(StrEnum):
    """Why a message is written. Everything but a rung answers something that happened."""

    RUNG = "rung"
    RECEIPT = "receipt"
    CODE = "code"
    NEW_LINK = "new_link"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    ARRANGEMENT_CONFIRMATION = "arrangement_confirmation"
    INSTALMENT_DUE = "instalment_due"
    BROKEN_INSTALMENT = "broken_instalment"
    CHANGED_DEBIT = "changed_debit"
    ARRANGEMENT_DECLINED = "arrangement_declined"
    COUNTER_OFFER = "counter_offer"
    PAID_IN_FULL = "paid_in_full"
    PAYMENT_FAILED = "payment_failed"
    ANSWER = "answer"
    HELP = "help"


# What a template may say beside its own words, and where the value comes from.
FIELDS: Mapping[str, str] = {
    "creditor": "the creditor's name, from its strategy",
    "about": "your account, or your 3 accounts where one message is about several",
    "link": "opens the portal, made for this touch",
    "amount": "what was paid or will be taken, from the notice",
    "paid_on": "the day of a payment, from the notice",
    "remaining": "what is owed after a payment, from the notice",
    "reference": "the creditor's own number of the account, from the notice",
    "code": "six digits, from the notice",
    "schedule": "the day and amount of every instalment, from the notice",
    "total": "the sum of the instalments, from the notice",
    "how_paid": "whether the instalments are taken by themselves, from the notice",
    "due_on": "the day of an instalment, from the notice",
    "phone": "the creditor's telephone number, from the notice",
    "words": "what a member of staff wrote, from the notice",
}
# Given with the notice that is sent, and for notices only; the others come from facts.
# An amount in a reminder would be stale when it is read and is seen by whoever opens the mailbox.
NOTICE_FIELDS = frozenset(FIELDS) - {"creditor", "about", "link"}
# Values of several lines, which stand alone in `lines` of an e-mail.
BLOCKS = frozenset({"schedule", "words"})
# Set by the frame around the words: no template needs to declare them.
FRAME = frozenset({"creditor", "about"})
# How a notice names what the frame words in a language: the field it gives, the field it fills.
GIVEN_AS = {"how_paid": "autopay"}

# The shipped families of rungs and the tones each is written in, mildest first.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "upcoming": ("gentle", "neutral"),
    "reminder": TONES,
    "second_reminder": TONES,
    "arrangement_offer": TONES,
    "answers": ("gentle", "neutral"),
    "final_notice": ("neutral", "firm"),
    "closing_statement": ("gentle", "neutral"),
    "insurance_update": ("gentle", "neutral"),
    "claim_update": ("neutral",),
    "lien_notice": ("neutral",),
}


def nearest_tone(family: str, tone: str, own: Iterable[str] = ()) -> str:
    """The tone, or the nearest one that the family is written in, the milder of two. `own` are
    the templates that the creditor has words for."""
    named = {name.partition(".")[2] for name in own if name.startswith(f"{family}.")}
    written = [
        named_tone
        for named_tone in TONES
        if named_tone in named or named_tone in FAMILIES.get(family, ())
    ]
    wanted = TONES.index(tone)
    return min(written, key=lambda candidate: abs(TONES.index(candidate) - wanted), default=tone)


def template_id(family: str, tone: str, own: Iterable[str] = ()) -> str:
    """The template of a family in a tone, or in the nearest one that it is written in."""
    return f"{family}.{nearest_tone(family, tone, own)}"


_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_GREETING = re.compile(r"[^\W\d_][\w'’.\- ]{0,39}")
_FIELD = re.compile(r"\{\{ ?([a-z_]+) ?\}\}")
_CLAIM = re.compile(
    r"[$€£%]|\d|https?:|www\.|\b[\w-]+\.(com|org|net|io|co|us|info|biz|gov)\b|\b[\w.]+@[\w.]+",
    re.IGNORECASE,
)
_STRONG = re.compile(r"\*\*(.+?)\*\*")


class TemplateError(DomainError):
    """A template that cannot be used; `field` is the path inside its document."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailWords:
    """The words of an e-mail in one language.

    `text` is the hand-written text part without its frame; `button` is "" where the message
    leads nowhere (a code, a confirmation); `big` a field shown large and alone, `lines` one
    shown line by line.
    """

    subject: str
    preheader: str
    heading: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    text: str
    button: str = ""
    big: str = ""
    lines: str = ""

    def pieces(self) -> Iterator[str]:
        """Every piece of text in it."""
        yield from (self.subject, self.preheader, self.heading, *self.before, *self.after)
        yield from (self.text, self.button, self.big, self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one audience reads, by language. `sms` is the body between name and opt-out."""

    email: Mapping[str, EmailWords]
    sms: Mapping[str, str]

    def pieces(self) -> Iterator[str]:
        """Every piece of text in it."""
        for words in self.email.values():
            yield from words.pieces()
        yield from self.sms.values()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template in all its languages and for every audience. `tone` is "" for a notice."""

    name: str
    kind: MessageKind
    tone: str
    fields: frozenset[str]
    audiences: Mapping[str, Words]

    @property
    def channels(self) -> tuple[Channel, ...]:
        words = self.audiences["consumer"]
        wordings = ((Channel.EMAIL, words.email), (Channel.SMS, words.sms))
        return tuple(channel for channel, wording in wordings if wording)


def _line(doc: Mapping[str, Any], path: str, key: str, *, required: bool = True) -> str:
    value = doc.get(key, "")
    if not isinstance(value, str) or (required and not value.strip()):
        raise TemplateError(f"{path}.{key}", "a text is required")
    if any(ord(c) < 32 and c != "\n" for c in value):
        raise TemplateError(f"{path}.{key}", "holds a control character")
    rest = _FIELD.sub("", value)
    if any(mark in rest for mark in ("{{", "}}", "{%", "{#", "[[", "]]")):
        raise TemplateError(f"{path}.{key}", "may hold {{ field }} and no other template code")
    return value.strip()


def _lines(doc: Mapping[str, Any], path: str, key: str) -> tuple[str, ...]:
    value = doc.get(key, [])
    if not isinstance(value, list):
        raise TemplateError(f"{path}.{key}", "a list of paragraphs is required")
    return tuple(_line({key: line}, path, key) for line in value)


def _only(doc: Any, path: str, keys: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(doc, Mapping):
        raise TemplateError(path, "a mapping is required")
    for key in doc:
        if key not in keys:
            raise TemplateError(f"{path}.{key}", "is not a known setting")
    return doc


EMAIL_KEYS = frozenset(
    {"subject", "preheader", "heading", "before", "big", "lines", "button", "after", "text"}
)
_ONE_LINE = ("subject", "preheader", "heading", "button", "big", "lines")


def _email(doc: Any, path: str) -> EmailWords:
    doc = _only(doc, path, EMAIL_KEYS)
    words = EmailWords(
        subject=_line(doc, path, "subject"),
        preheader=_line(doc, path, "preheader"),
        heading=_line(doc, path, "heading"),
        before=_lines(doc, path, "before"),
        after=_lines(doc, path, "after"),
        text=_line(doc, path, "text"),
        **{key: _line(doc, path, key, required=False) for key in ("button", "big", "lines")},
    )
    for key in _ONE_LINE:
        if "\n" in getattr(words, key):
            raise TemplateError(f"{path}.{key}", "must be one line")
    if words.lines and words.lines not in {f"{{{{ {field} }}}}" for field in BLOCKS}:
        raise TemplateError(f"{path}.lines", f"is one of the fields {', '.join(sorted(BLOCKS))}")
    return words


def _words(doc: Mapping[str, Any], path: str) -> Words:
    email = _only(doc.get("email", {}), f"{path}.email", frozenset(LANGUAGES))
    sms = _only(doc.get("sms", {}), f"{path}.sms", frozenset(LANGUAGES))
    if not email and not sms:
        raise TemplateError(path, "an e-mail or an SMS is required")
    for channel, words in (("email", email), ("sms", sms)):
        if words and "en" not in words:
            raise TemplateError(f"{path}.{channel}", "English is required")
    for lang in sms:
        if "\n" in str(sms[lang]).strip():
            raise TemplateError(f"{path}.sms.{lang}", "must be one line")
    return Words(
        email={lang: _email(email[lang], f"{path}.email.{lang}") for lang in email},
        sms={lang: _line(sms, f"{path}.sms", lang) for lang in sms},
    )


TEMPLATE_KEYS = frozenset({"kind", "tone", "fields", "email", "sms", "business"})


def laid_over(doc: Mapping[str, Any], over: Any, path: str) -> dict[str, Any]:
    """A document with the words of another laid over it: channels, languages and keys of an
    e-mail one by one. Who changes what an e-mail says must change its text part with it."""
    over = _only(over, path, frozenset({"email", "sms", "business"}))
    merged: dict[str, Any] = dict(doc)
    for channel in ("email", "sms"):
        if channel not in over:
            continue
        words = _only(over[channel], f"{path}.{channel}", frozenset(LANGUAGES))
        merged[channel] = dict(merged.get(channel, {}))
        for lang, wording in words.items():
            merged[channel][lang] = (
                _email_over(merged[channel].get(lang, {}), wording, f"{path}.email.{lang}")
                if channel == "email"
                else wording
            )
    if "business" in over:
        merged["business"] = laid_over(doc.get("business", {}), over["business"], path)
    return merged


def _email_over(doc: Mapping[str, Any], over: Any, path: str) -> dict[str, Any]:
    over = _only(over, path, EMAIL_KEYS)
    changed = next((key for key in ("before", "after", "big", "lines") if key in over), None)
    if changed and "text" not in over:
        raise TemplateError(f"{path}.text", f"is required where {changed} is changed")
    return {**doc, **over}


def read_template(doc: Any, *, name: str) -> Template:
    """Check one template's document and build the template. Raises `TemplateError`."""
    family, dot, tone = name.partition(".")
    if not _NAME.fullmatch(family) or (dot and tone not in TONES):
        raise TemplateError("template", f"{name!r} is not a name (family, or family.tone)")
    doc = _only(doc, name, TEMPLATE_KEYS)
    try:
        kind = MessageKind(doc.get("kind", ""))
    except ValueError:
        raise TemplateError(f"{name}.kind", f"must be one of {', '.join(MessageKind)}") from None
    if (kind is MessageKind.RUNG) != bool(dot):
        raise TemplateError("template", f"{name!r}: a rung has a tone and a notice has none")
    declared = doc.get("fields")
    if not isinstance(declared, list):
        raise TemplateError(f"{name}.fields", "a list of fields is required")
    for field in declared:
        if field not in FIELDS:
            raise TemplateError(f"{name}.fields", f"there is no field {field!r}")
        if kind is MessageKind.RUNG and field in NOTICE_FIELDS:
            raise TemplateError(f"{name}.fields", f"{field!r} may stand in a notice only")
    consumer = _words(doc, name)
    business = consumer
    if "business" in doc:
        plain = {"email": doc.get("email", {}), "sms": doc.get("sms", {})}
        business = _words(laid_over(plain, doc["business"], f"{name}.business"), name)
    template = Template(
        name=name,
        kind=kind,
        tone=tone,
        fields=frozenset(declared),
        audiences={"consumer": consumer, "business": business},
    )
    _check_bindings(template)
    _check_claims(template)
    return template


def _check_bindings(template: Template) -> None:
    """Refuse a template that binds a field it does not declare, or declares one in vain."""
    bound = {f for w in template.audiences.values() for p in w.pieces() for f in _FIELD.findall(p)}
    for field in sorted(bound - template.fields - FRAME):
        raise TemplateError(f"{template.name}.fields", f"{field!r} is bound and not declared")
    for field in sorted(template.fields - bound):
        raise TemplateError(f"{template.name}.fields", f"{field!r} is declared and not bound")


def _check_claims(template: Template) -> None:
    """Refuse words with a figure, an address or a way to pay of their own: what is true of one
    account stands in a field, and a fixed text that names an amount, a day, a rate or a site is a
    claim that nobody checks."""
    for words in template.audiences.values():
        for piece in words.pieces():
            claim = _CLAIM.search(_FIELD.sub("", piece))
            if claim:
                raise TemplateError(template.name, f"{claim[0]!r} belongs into a field")


def read_family(doc: Any, *, name: str) -> dict[str, Any]:
    """The documents of a file by template name: one a tone where it has `tones`, else itself."""
    if not isinstance(doc, Mapping) or "tones" not in doc:
        return {name: doc}
    shared: dict[str, Any] = dict(_only(doc, name, frozenset({"kind", "fields", "tones"})))
    tones: Mapping[str, Mapping[str, Any]] = _only(
        shared.pop("tones"), f"{name}.tones", frozenset(TONES)
    )
    return {f"{name}.{tone}": {**shared, **wording} for tone, wording in tones.items()}


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with every field in its place. Raises `KeyError` for one that is not there."""
    return _FIELD.sub(lambda field: values[field[1]], text)


def runs(text: str) -> list[tuple[str, bool]]:
    """The text cut where `**` makes it strong, as (piece, strong) in order."""
    pieces = _STRONG.split(text)
    return [(piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece]


def greeting_name(text: str) -> str:
    """The name to greet with, or "" where what the file held is no name (a link, a number, a
    line break): a greeting must not carry somebody else's message."""
    text = text.strip()
    return text if _GREETING.fullmatch(text) and ".." not in text and "www" not in text else ""


_REFERENCE = re.compile(r"(?=.*\d)[^\W_][\w./#-]{0,23}")
_LONG_NUMBER = re.compile(r"(?:\d[ -]?){9,}")


def shown_reference(text: str) -> str:
    """An account's reference as a message may list it: whole where it is one short word
    with a digit and no long number, else its last four signs alone."""
    text = text.strip()
    if _REFERENCE.fullmatch(text) and not _LONG_NUMBER.search(text):
        return text
    return "…" + "".join(c for c in text if c.isalnum())[-4:]


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
