"""The letters port over compiled Jinja2 templates: nothing but Jinja2 runs in a sender.

HTML escapes every value; subjects and texts hold one-line values only; a field that is not there
is a `Defect`; and what was rendered passes the content check or is not handed out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dunlin.domain.consumer import Channel
from dunlin.domain.content import Draft, Finding, check
from dunlin.domain.errors import Defect, DomainError
from dunlin.domain.letters import LANGUAGES, NOTICE_FIELDS, Kind, day_in_words, greeting_name
from dunlin.domain.segments import plain
from dunlin.ports import Facts, Rendered

COMPILED = Path(__file__).parent.parent / "letters" / "compiled"

_URL = re.compile(r"https?://[\w.\-:\[\]]+/[\w.\-~/%]*")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


class JinjaLetters:
    """Renders the compiled templates of a folder."""

    def __init__(self, folder: Path = COMPILED) -> None:
        self._folder = folder

    @cached_property
    def _index(self) -> dict[str, Any]:
        index: dict[str, Any] = json.loads((self._folder / "index.json").read_text("utf-8"))
        return index

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

    def templates(self) -> dict[str, tuple[Channel, ...]]:
        """Every template and the channels it is written for."""
        return {n: tuple(Channel(c) for c in t["channels"]) for n, t in self._index.items()}

    def version(self, template: str, channel: Channel) -> str:
        return str(self._entry(template, channel)["channels"][channel.value])

    def _entry(self, template: str, channel: Channel) -> dict[str, Any]:
        entry: dict[str, Any] = self._index.get(template, {})
        if channel.value not in entry.get("channels", {}):
            raise DomainError(f"there is no template {template!r} for {channel.value}")
        return entry

    def render(
        self,
        template: str,
        channel: Channel,
        *,
        facts: Facts,
        link: str,
        stop_link: str,
        fields: Mapping[str, str],
    ) -> Rendered:
        rendered, findings = self.review(
            template, channel, facts=facts, link=link, stop_link=stop_link, fields=fields
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
    ) -> tuple[Rendered, tuple[Finding, ...]]:
        """As `render`, with the findings of the content check instead of a refusal."""
        entry = self._entry(template, channel)
        values = _values(entry, facts, link, stop_link, fields)
        if channel is Channel.SMS:
            values["creditor"] = plain(str(values["creditor"]))
        stem = f"{template}.{_language(facts)}"
        try:
            head, text, html = self._parts(stem, channel, values)
        except (JinjaError, TemplateNotFound) as error:
            raise Defect(f"{stem} cannot be rendered: {error}") from error
        subject, _, preheader = head.strip().partition("\n")
        rendered = Rendered(
            subject=subject,
            html=html,
            text=text,
            version=str(entry["channels"][channel.value]),
            sha256=_sha256(subject, html, text),
        )
        return rendered, check(
            Draft(
                channel=channel,
                kind=Kind(entry["kind"]),
                creditor=str(values["creditor"]),
                third_party=bool(values["third_party"]),
                subject=subject,
                preheader=preheader,
                text=text,
                html=html,
                address=str(values["address"]),
                link=link,
                stop_link=stop_link,
                names=tuple(filter(None, (str(values["given_name"]), str(values["phone"])))),
            )
        )

    def _parts(
        self, stem: str, channel: Channel, values: Mapping[str, object]
    ) -> tuple[str, str, str]:
        """Subject with preheader, text and HTML; an SMS has its text alone."""
        if channel is Channel.SMS:
            return "", self._text_part(f"{stem}.sms.txt", values).strip(), ""
        return (
            self._text_part(f"{stem}.subject.txt", values),
            self._text_part(f"{stem}.txt", values),
            self._html.get_template(f"{stem}.html").render(values),
        )

    def _text_part(self, name: str, values: Mapping[str, object]) -> str:
        return self._text.get_template(name).render(values)


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _say(findings: tuple[Finding, ...]) -> str:
    return "; ".join(f"{f.rule_id} ({f.part}: {f.because})" for f in findings)


def _language(facts: Facts) -> str:
    wanted = (facts.consumer.language or facts.account.language).split("-")[0].lower()
    return wanted if wanted in LANGUAGES and wanted in facts.strategy.languages else "en"


def _values(
    entry: Mapping[str, Any],
    facts: Facts,
    link: str,
    stop_link: str,
    fields: Mapping[str, str],
) -> dict[str, object]:
    """The values of a message: what its template declares and the frame, nothing else."""
    for what, url in (("link", link), ("stop_link", stop_link)):
        if not _URL.fullmatch(url):
            raise Defect(f"{what} is not the address of a page")
    wanted = NOTICE_FIELDS & set(entry["fields"])
    if not wanted <= set(fields) <= NOTICE_FIELDS:
        raise Defect(f"the notice must give {sorted(wanted)}, it gives {sorted(fields)}")
    brand, consumer = facts.strategy.brand, facts.consumer
    known: dict[str, object] = {
        "link": link,
        **{name: _BREAKS.sub(" ", text) for name, text in fields.items()},
    }
    if "paid_on" in fields:
        known["paid_on"] = day_in_words(fields["paid_on"], _language(facts))
    return {
        **{name: known[name] for name in entry["fields"]},
        "given_name": greeting_name("" if consumer.company else consumer.given_name),
        "creditor": _one_line(brand.name),
        "address": _one_line(brand.address),
        "phone": _one_line(brand.phone),
        "accent": brand.accent,
        "third_party": facts.strategy.debt_role == "third",
        "stop_link": stop_link,
    }


def _one_line(text: str) -> str:
    if _BREAKS.search(text):
        raise Defect("a value of the brand holds a line break")
    return text
