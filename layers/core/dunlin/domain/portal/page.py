"""What a use case of the portal answers: a page to show, or another place to go to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dunlin.domain.money import Money
from dunlin.domain.strategy.strategy import Brand

SESSION_LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to show: its name, what stands on it, and whose brand it carries (None: nobody's).

    `content` is the dataclass of that page, None where it shows words alone; its fields are what
    the template reads. `nonce` is the signed-in person's, "" before identity is proven. `errors`
    are (field, word); `between` is the least and the most that a sentence about an amount names.
    `session` is a new cookie, "" to take the old one away, None to leave it. `language` is one
    that the person has just chosen, to be remembered; `their_language` is the one we know of
    them, for a visit that names none.
    """

    name: str
    status: int = 200
    language: str = ""
    their_language: str = ""
    brand: Brand | None = None
    content: object = None
    nonce: str = ""
    errors: tuple[tuple[str, str], ...] = ()
    between: tuple[Money, Money] | None = None
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
