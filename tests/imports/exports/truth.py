"""What is right about an export: the debts, and whether anything in it calls for a question."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

AS_OF = dt.date(2026, 11, 20)
"""The day on which all exports are taken."""

CHASE, HOLD, LEAVE = "chase", "hold", "leave"
"""What may be made of a debt: ask for it; ask nothing until a person has looked; ask nothing."""

SWAPPED = "days and months turned round by a spreadsheet"
"""Why a file is not plain in which a spreadsheet took texts day first for days month first."""

PLAIN, EITHER, ASK = "plain", "either", "ask"
"""Of a file: a person reads it without a question; reading it right and asking are both right;
only asking is right."""


@dataclass(slots=True, kw_only=True, eq=False)
class Party:
    """Somebody who may owe. An empty text is a thing that the file does not say."""

    first: str
    last: str
    number: str
    email: str = ""
    more_emails: tuple[str, ...] = ()
    phone: str = ""
    """In E.164; '' where there is none."""
    unsure: bool = False
    """Somebody else gives the same address or number: to leave it out is right as well."""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    firm: str = ""
    """The firm's name; a party with one is a business."""
    shown: str = ""
    """The name as this file writes it, where that differs from `name`."""
    born: dt.date | None = None
    also: tuple[str, ...] = ()
    """Other names under which the reader may rightly keep the party."""

    @property
    def name(self) -> str:
        """The name as a person says it."""
        return self.firm or f"{self.first} {self.last}"


@dataclass(slots=True, kw_only=True, eq=False)
class Debt:
    """A line of the creditor's books. Money in minor units."""

    party: Party
    number: str
    minor: int
    """What is owed today; for a debt left alone, what it was."""
    billed: int
    issued: dt.date
    due: dt.date | None
    want: str = CHASE
    standing: str = "open"
    """The key of its words of standing in `words.STANDING`."""
    word: str = ""
    """The word of standing that the file gives it."""
    may_hold: bool = False
    """A hold is right as well."""
    may_refuse: bool = False
    """A row refused with a reason is right as well."""
    note: str = ""
    currency: str = ""
    """Where it is not the file's."""
    foreign: int = 0
    """The same in euros, where the file says that too; either may be asked for."""
    net: bool = False
    """A credit of the same party stands elsewhere: only the party's sum is sure."""

    @property
    def why(self) -> str:
        """Its standing in the file's own words."""
        return self.note or self.word or self.standing


@dataclass(slots=True, kw_only=True)
class Export:
    """A generated file and its truth.

    `sees` names what the file says at all: of name, number, email, phone, due, kind.
    """

    seed: int
    shape: str
    mutations: tuple[str, ...]
    filename: str
    content: bytes
    settings: str
    """The mapping file to lie beside it, '' for none."""
    currency: str
    verdict: str
    debts: list[Debt]
    sees: frozenset[str]
    lines: dict[Debt, tuple[int, ...]]
    """The lines of the file on which each debt stands."""
    reasons: tuple[str, ...] = ()
    """Why the verdict is not plain."""
