"""What a use case of the portal answers: a page to show, or another place to go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dunlin.domain.strategy.strategy import Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to show: its name, its fields, and whose brand it carries (None: nobody's).

    `session` is a new cookie, "" to take the old one away, None to leave it. `language` is one
    that the person has just chosen, to be remembered.
    """

    name: str
    status: int = 200
    language: str = ""
    brand: Brand | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoTo:
    """Another place: a route of the portal (`/account`) or the processor's own address."""

    place: str
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file to keep, made of the person's own data."""

    filename: str
    content_type: str
    text: str
