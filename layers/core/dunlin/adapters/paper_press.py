"""Prints letters: one page of HTML that fits a window envelope, with every value escaped.

The windows hold the two addresses alone; no amount, reference or word about a balance shows
through the envelope (US-REGF-THIRDPARTY).
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dunlin.domain.errors import DomainError
from dunlin.domain.letters import day_in_words
from dunlin.ports import Facts, Printed

FOLDER = Path(__file__).parent.parent / "paper"


class PaperPress:
    """Letters of the words and the page in a folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def _words(self) -> dict[str, Any]:
        words: dict[str, Any] = json.loads((self._folder / "words.json").read_text("utf-8"))
        return words

    def print(self, template: str, *, facts: Facts, on: date) -> Printed:
        """See `ports.Press`."""
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
        html = page.render(
            language=language,
            words=words[template],
            frame=words["frame"],
            brand=facts.strategy.brand,
            name=person.name,
            street=person.street,
            city=person.city,
            state=person.state,
            zip=person.zip,
            on=day_in_words(on.isoformat(), language),
            reference=account.reference,
            amount=str(account.balance),
            due=day_in_words(account.due_on.isoformat(), language) if account.due_on else "",
            third_party=account.debt_role == "third",
        )
        version = hashlib.sha256(f"{source}\x1f{json.dumps(words[template])}".encode())
        return Printed(
            html=html,
            sha256=hashlib.sha256(html.encode()).hexdigest(),
            version=version.hexdigest()[:16],
            language=language,
        )
