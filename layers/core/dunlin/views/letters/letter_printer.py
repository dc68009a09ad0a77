"""Prints letters: one page of HTML that fits a window envelope, with every value escaped.

The windows hold the two addresses alone; no amount, reference or word about a balance shows
through the envelope (US-REGF-THIRDPARTY). A letter passes the content check or is not printed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.contact.cadence import claimable_minor
from dunlin.domain.errors import Defect, DomainError
from dunlin.domain.messages.content import MessageDraft, check_paper, disclosures, visible
from dunlin.domain.messages.templates import MessageKind, day_in_words, runs
from dunlin.ports.accounts import Facts
from dunlin.ports.messages import Printed

FOLDER = Path(__file__).parent / "templates"
# How hard a letter may press: no harder than the rung beside which it goes.
_TONES = {"reminder": "neutral", "arrangement_offer": "neutral", "final_notice": "firm"}
# A lien letter gives at least 14 days from the day it is mailed (Cal. Bus. & Prof. Code 21703);
# staff have a week to bring it to the post.
_TO_ANSWER = timedelta(days=14 + 7)


class JinjaLetterPrinter:
    """Letters of the words and the page in a folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def _words(self) -> dict[str, Any]:
        words: dict[str, Any] = json.loads((self._folder / "words.json").read_text("utf-8"))
        return words

    def print(self, template: str, *, facts: Facts, on: date) -> Printed:
        """See `ports.messages.LetterPrinter`."""
        account, person = facts.account, facts.consumer
        wanted = (person.language or account.language).split("-")[0].lower()
        spoken = wanted in self._words and wanted in facts.strategy.languages
        language = wanted if spoken else "en"
        known = [name for name in self._words["en"] if name != "frame"]
        if template not in known:
            raise DomainError(f"a letter is one of {', '.join(known)}")
        if not all((person.street, person.city, person.state, person.zip)):
            raise DomainError("there is no whole postal address")
        source = (self._folder / "letter.html.j2").read_text("utf-8")
        words = self._words[language]
        page = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(self._folder), autoescape=True, undefined=StrictUndefined
        ).from_string(source)
        values = {
            "creditor": facts.strategy.brand.name,
            "until": day_in_words((on + _TO_ANSWER).isoformat(), language),
        }
        paragraphs = [paragraph.format_map(values) for paragraph in words[template]["body"]]
        draft = _draft(template, facts)
        html = page.render(
            language=language,
            words=words[template],
            body=[runs(paragraph) for paragraph in paragraphs],
            frame=words["frame"],
            brand=facts.strategy.brand,
            name=person.name,
            street=person.street,
            city=person.city,
            state=person.state,
            zip=person.zip,
            on=day_in_words(on.isoformat(), language),
            reference=account.reference,
            amount=str(replace(account.balance, minor=claimable_minor(account))),
            due=day_in_words(account.due_on.isoformat(), language) if account.due_on else "",
            disclosures=[words["frame"][key] for key in disclosures(draft)],
        )
        findings = check_paper(replace(draft, text=visible(html)[0]))
        if findings:
            faults = "; ".join(f"{f.rule_id}: {f.because}" for f in findings)
            raise Defect(f"the content check refuses the letter {template}: {faults}")
        version = hashlib.sha256(f"{source}\x1f{json.dumps(words[template])}".encode())
        return Printed(
            html=html,
            sha256=hashlib.sha256(html.encode()).hexdigest(),
            version=version.hexdigest()[:16],
            language=language,
        )


def _draft(template: str, facts: Facts) -> MessageDraft:
    brand, person = facts.strategy.brand, facts.consumer
    return MessageDraft(
        channel=Channel.EMAIL,
        kind=MessageKind.RUNG,
        tone=_TONES.get(template, "firm"),
        creditor=brand.name,
        third_party=facts.account.debt_role == "third",
        state=person.state or "",
        business=facts.account.debt_kind == "business",
        text="",
        address=brand.address,
        names=(person.name, person.street or "", person.city or "", facts.account.reference),
    )
