"""The letters port over one compiled frame and words that are data: Jinja2 alone runs in a sender.

Words are the shipped ones with the creditor's own laid over them, read from the account's version
of the strategy, so what was previewed from that version is what it sends. HTML escapes every value
and every word; a field that is not there is a `Defect`; and what was rendered passes the content
check or is not handed out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import Defect, DomainError
from dunlin.domain.messages.content import ContentFinding, MessageDraft, check, disclosures
from dunlin.domain.messages.sms_parts import plain
from dunlin.domain.messages.templates import (
    GIVEN_AS,
    LANGUAGES,
    NOTICE_FIELDS,
    EmailWords,
    MessageKind,
    Template,
    day_in_words,
    filled,
    greeting_name,
    laid_over,
    read_template,
    runs,
    shown_reference,
)
from dunlin.domain.strategy.strategy import Strategy
from dunlin.ports.accounts import Facts
from dunlin.ports.messages import Rendered
from dunlin.views.jinja import environment

COMPILED = Path(__file__).parents[2] / "messages" / "compiled"

_URL = re.compile(r"https?://[\w.\-:\[\]]+/[\w.\-~/%]*")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_KEPT_LINES = 60  # the longest schedule or answer that a message carries


_PARTS = environment(Path(__file__).parent / "templates")


class JinjaMessages:
    """Renders the templates of a folder that `letter_press` compiled."""

    def __init__(self, folder: Path = COMPILED) -> None:
        self._folder = folder
        self._shipped: dict[str, Template] = {}
        self._versions: dict[tuple[str, Channel], str] = {}

    def _read(self, name: str) -> Any:
        return json.loads((self._folder / name).read_text("utf-8"))

    @cached_property
    def _documents(self) -> dict[str, dict[str, Any]]:
        documents: dict[str, dict[str, Any]] = self._read("words.json")
        return documents

    @cached_property
    def _frames(self) -> dict[str, dict[str, str]]:
        frames: dict[str, dict[str, str]] = self._read("frame.json")
        return frames

    @cached_property
    def _layout(self) -> dict[Channel, bytes]:
        """What surrounds the words on each channel, for the version."""
        names = [f"{lang}.{end}" for lang in LANGUAGES for end in ("html", "txt")]
        mail = b"\x1e".join((self._folder / name).read_bytes() for name in names)
        texts = [v for f in self._frames.values() for k, v in sorted(f.items()) if "sms" in k]
        return {Channel.EMAIL: mail, Channel.SMS: "\x1e".join(texts).encode()}

    def _environment(self, *, html: bool) -> ImmutableSandboxedEnvironment:
        return ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(self._folder),
            undefined=StrictUndefined,
            autoescape=html,
            trim_blocks=not html,
            keep_trailing_newline=True,
        )

    @cached_property
    def _html(self) -> ImmutableSandboxedEnvironment:
        return self._environment(html=True)

    @cached_property
    def _text(self) -> ImmutableSandboxedEnvironment:
        return self._environment(html=False)

    def templates(self, own: Mapping[str, Any] | None = None) -> dict[str, tuple[Channel, ...]]:
        """Every template and the channels it is written for, with the creditor's own."""
        names = sorted({*self._documents, *(own or {})})
        return {name: self.template(name, own or {}).channels for name in names}

    def template(self, name: str, own: Mapping[str, Any]) -> Template:
        """A template with the creditor's own words over the shipped ones. Raises `TemplateError`
        for words that cannot be used and `DomainError` where there is no such template."""
        shipped = self._documents.get(name)
        if name not in own:
            if shipped is None:
                raise DomainError(f"there is no template {name!r}")
            if name not in self._shipped:
                self._shipped[name] = read_template(shipped, name=name)
            return self._shipped[name]
        document = shipped or {"kind": MessageKind.RUNG.value, "fields": ["link"]}
        return read_template(laid_over(document, own[name], f"templates.{name}"), name=name)

    def version(self, template: str, channel: Channel, *, strategy: Strategy) -> str:
        return self._version(self._written(template, channel, strategy), channel)

    def _written(self, template: str, channel: Channel, strategy: Strategy) -> Template:
        written = self.template(template, strategy.templates)
        if channel not in written.channels:
            raise DomainError(f"there is no template {template!r} for {channel.value}")
        return written

    def _version(self, template: Template, channel: Channel) -> str:
        """The content hash of a template on one channel: every language, audience and the frame."""
        key = (template.name, channel)
        if self._shipped.get(template.name) is not template:
            return self._hash(template, channel)
        if key not in self._versions:
            self._versions[key] = self._hash(template, channel)
        return self._versions[key]

    def _hash(self, template: Template, channel: Channel) -> str:
        digest = hashlib.sha256(self._layout[channel])
        for audience, words in sorted(template.audiences.items()):
            versions = words.email if channel is Channel.EMAIL else words.sms
            for lang in sorted(versions):
                body = f"{template.name}\x1f{audience}\x1f{lang}\x1f{versions[lang]!r}\x1e"
                digest.update(body.encode())
        return digest.hexdigest()[:16]

    def render(
        self,
        template: str,
        channel: Channel,
        *,
        facts: Facts,
        link: str,
        stop_link: str,
        fields: Mapping[str, str],
        accounts: Sequence[Account] = (),
    ) -> Rendered:
        rendered, findings = self.review(
            template,
            channel,
            facts=facts,
            link=link,
            stop_link=stop_link,
            fields=fields,
            accounts=accounts,
        )
        if findings:
            raise Defect(f"the content check refuses {template}: {_say(findings)}")
        return rendered

    def review(
        self,
        template: str,
        channel: Channel,
        *,
        facts: Facts,
        link: str,
        stop_link: str,
        fields: Mapping[str, str],
        accounts: Sequence[Account] = (),
    ) -> tuple[Rendered, tuple[ContentFinding, ...]]:
        """As `render`, with the findings of the content check instead of a refusal."""
        written = self._written(template, channel, facts.strategy)
        draft = _draft(written, channel, facts, link, stop_link)
        audience = "business" if facts.consumer.company or draft.business else "consumer"
        words = written.audiences[audience]
        language = language_of(facts)
        if language not in (words.sms if channel is Channel.SMS else words.email):
            language = "en"
        frame = self._frames[language]
        values = _values(written, frame, language, fields, len(accounts))
        values |= {"creditor": draft.creditor, "link": link}
        brand = facts.strategy.brand
        around = {
            "link": _page(link),
            "stop_link": _page(stop_link),
            "given_name": _given_name(facts),
            "creditor": draft.creditor,
            "address": draft.address,
            "phone": _one_line(brand.phone),
            "signature": _one_line(brand.signature),
            "accent": brand.accent,
            "stoppable": written.kind is not MessageKind.OPT_OUT_CONFIRMATION,
            "disclosures": [frame[key] for key in disclosures(draft)],
            "sms_disclosures": disclosures(draft),
        }
        subject = preheader = html = ""
        try:
            if channel is Channel.SMS:
                text = _text_message(filled(words.sms[language], values), around, frame)
            else:
                email_words = words.email[language]
                subject, preheader = (
                    filled(email_words.subject, values),
                    filled(email_words.preheader, values),
                )
                items = _listed(frame, language, accounts)
                rows = _rows(email_words, values, items)
                draft = replace(draft, listed=tuple(filter(None, chain(*items))))
                if written.kind is MessageKind.RUNG and _paid_lately(facts.account):
                    email_words = _thanking(email_words, frame["thanks"])
                text = self._plain(email_words, language, values, around, rows)
                html = self._mail(email_words, language, values, around, rows)
        except (JinjaError, KeyError) as error:
            raise Defect(f"{template}.{language} cannot be rendered: {error}") from error
        rendered = Rendered(
            subject=subject,
            html=html,
            text=text,
            version=self._version(written, channel),
            sha256=_sha256(subject, html, text),
        )
        said_so = replace(draft, subject=subject, preheader=preheader, text=text, html=html)
        return rendered, check(said_so)

    def _plain(
        self,
        email_words: EmailWords,
        language: str,
        values: Mapping[str, str],
        around: Mapping[str, object],
        rows: Sequence[tuple[str, ...]],
    ) -> str:
        """The text part: the hand-written words, and the accounts where there are several."""
        body = "".join(piece for piece, _ in runs(filled(email_words.text, values))).replace(
            "\t", ": "
        )
        if rows and not email_words.lines:
            body += "\n\n" + "\n".join(f"- {', '.join(cells)}" for cells in rows)
        return self._text.get_template(f"{language}.txt").render(around, text=body)

    def _mail(
        self,
        email_words: EmailWords,
        language: str,
        values: Mapping[str, str],
        around: Mapping[str, object],
        rows: Sequence[tuple[str, ...]],
    ) -> str:
        return self._html.get_template(f"{language}.html").render(
            around,
            subject=filled(email_words.subject, values),
            preheader=filled(email_words.preheader, values),
            heading=filled(email_words.heading, values),
            before=[_marked(filled(line, values)) for line in email_words.before],
            after=[_marked(filled(line, values)) for line in email_words.after],
            big=filled(email_words.big, values),
            button=filled(email_words.button, values),
            rows=rows,
            shape="lines" if email_words.lines else "stacked",
        )


def language_of(facts: Facts) -> str:
    """The language a person is written to: theirs where the strategy has it, else English."""
    wanted = (facts.consumer.language or facts.account.language).split("-")[0].lower()
    return wanted if wanted in LANGUAGES and wanted in facts.strategy.languages else "en"


def _draft(
    template: Template, channel: Channel, facts: Facts, link: str, stop_link: str
) -> MessageDraft:
    brand = facts.strategy.brand
    name = _one_line(brand.name)
    return MessageDraft(
        channel=channel,
        kind=template.kind,
        tone=template.tone,
        creditor=plain(name) if channel is Channel.SMS else name,
        third_party=facts.strategy.debt_role == "third",
        state=facts.consumer.state or "",
        business=facts.account.debt_kind == "business",
        text="",
        address=_one_line(brand.address),
        link=link,
        stop_link=stop_link,
        person=_given_name(facts),
        names=(brand.phone,) if brand.phone else (),
    )


def _text_message(body: str, around: Mapping[str, Any], frame: Mapping[str, str]) -> str:
    """Name, body, disclosures and the way out, on one line."""
    disclosures = [frame[f"sms_{key}"] for key in around["sms_disclosures"]]
    parts = [f"{around['creditor']}: {body}", *disclosures]
    if around["stoppable"]:
        parts.append(frame["sms_stop"])
    return " ".join(parts)


def _marked(text: str) -> Markup:
    """A paragraph as HTML: every letter escaped, `**` as strong, line breaks kept."""
    paragraph = _PARTS.get_template("paragraph.html.j2").render(pieces=runs(text))
    return Markup(paragraph)  # noqa: S704 - what a template wrote is escaped


def _rows(
    email_words: EmailWords, values: Mapping[str, str], listed: Sequence[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """The lines that an e-mail shows: those of its own field, or the accounts it is about."""
    if not email_words.lines:
        return list(listed)
    block = filled(email_words.lines, values).split("\n")
    return [tuple(line.split("\t")) for line in block[:_KEPT_LINES] if line]


def _listed(
    frame: Mapping[str, str], language: str, accounts: Sequence[Account]
) -> list[tuple[str, ...]]:
    """Reference and due date of each account, never an amount; none for one account alone."""
    if len(accounts) < 2:
        return []
    return [
        (
            frame["item"].format(reference=shown_reference(listed.reference)),
            frame["item_due"].format(day=day_in_words(listed.due_on.isoformat(), language))
            if listed.due_on
            else "",
        )
        for listed in accounts
    ]


def _values(
    template: Template,
    frame: Mapping[str, str],
    language: str,
    fields: Mapping[str, str],
    count: int,
) -> dict[str, str]:
    """The values of a message: what its template declares and nothing else."""
    given = {GIVEN_AS.get(name, name) for name in NOTICE_FIELDS}
    wanted = {GIVEN_AS.get(name, name) for name in template.fields & NOTICE_FIELDS}
    if not wanted <= set(fields) <= given:
        raise Defect(f"the notice must give {sorted(wanted)}, it gives {sorted(fields)}")
    return {
        "about": frame["about_many" if count > 1 else "about_one"].format(count=count),
        **{
            name: _notice(name, fields[GIVEN_AS.get(name, name)], frame, language)
            for name in template.fields & NOTICE_FIELDS
        },
    }


def _notice(name: str, value: str, frame: Mapping[str, str], language: str) -> str:
    """A value of a notice as it is read: days in words, and one line where it is one."""
    if name == "how_paid":
        return frame["autopay" if value else "by_hand"]
    if name == "words":
        lines = (_BREAKS.sub(" ", line).strip() for line in value.strip().splitlines())
        return "\n".join(lines)
    if name == "schedule":
        pairs = (_BREAKS.sub(" ", line).split(" ", 1) for line in value.strip().splitlines())
        return "\n".join(f"{_said_day(day, language)}\t{amount}" for day, amount in pairs)
    return _said_day(_BREAKS.sub(" ", value), language)


def _said_day(value: str, language: str) -> str:
    return day_in_words(value, language) if _DAY.fullmatch(value) else value


def _paid_lately(account: Account) -> bool:
    """Money came since the newest rung was used."""
    paid, touched = account.paid_at, account.touched_at
    return paid is not None and (touched is None or touched < paid)


def _thanking(email_words: EmailWords, thanks: str) -> EmailWords:
    return replace(
        email_words,
        text=f"{thanks}\n\n{email_words.text}",
        before=(thanks, *email_words.before),
    )


def _given_name(facts: Facts) -> str:
    return greeting_name("" if facts.consumer.company else facts.consumer.given_name)


def _page(url: str) -> str:
    if not _URL.fullmatch(url):
        raise Defect("a link is not the address of a page")
    return url


def _one_line(text: str) -> str:
    if _BREAKS.search(text):
        raise Defect("a value of the brand holds a line break")
    return text


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _say(findings: tuple[ContentFinding, ...]) -> str:
    return "; ".join(f"{f.rule_id} ({f.part}: {f.because})" for f in findings)
