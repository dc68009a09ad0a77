"""The words of a billing system: what it may say of an account, each a change with an id.

One document is one change: `{change_id, kind, reference, ...}` with the fields of its kind and no
others. A document that cannot be read is refused with the field and the reason.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.contact_points import fast_email, fast_phone
from dunlin.domain.imports.fillers import is_no_email, is_no_phone
from dunlin.domain.money import Money

RETURNED = "returned"
"""A payment that came back: what it had paid is owed again, under its instalments too."""
SIGNS = {"credit": -1, "payment": -1, RETURNED: 1, "charge": 1, "fee": 1, "interest": 1}
_MONEY = {"amount_minor": int, "currency": str}
FIELDS: Mapping[str, Mapping[str, type]] = {
    **dict.fromkeys(SIGNS, _MONEY),
    "balance": {"balance_minor": int, "currency": str},
    "closed": {},
    "reopened": {},
    "contact": {},
    "withdrawn": {"channel": str},
}
"""The fields that each kind must have beside change_id, kind and reference."""
LISTS: Mapping[str, tuple[str, ...]] = {"contact": ("emails", "phones", "replaces")}
"""Lists of text that a kind may have."""
CHANNELS = ("email", "sms", "all")
MOST_POINTS = 10
"""Entries of one list."""
MOST_CHANGES = 500
"""Changes of one call, which must be answered in 29 seconds."""

_EVERY = {"change_id": str, "kind": str, "reference": str}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_E164 = re.compile(r"\+[1-9]\d{7,14}")
_WORD = {str: "text", int: "a whole number"}
_MOST = {"reference": 200, "amount": 10**12}


class ChangeRefused(DomainError):
    """A change that is not made, and which `field` of it says why, "" where the account does."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceChange:
    """One change as the billing system numbers it: `change_id` makes saying it again harmless,
    `amount` is positive and `kind` says which way it goes: credit and payment lower the balance,
    charge, fee and interest raise it, and so does a payment that was returned.

    A fee or interest may be charged only where the contract or the law says so (12 CFR
    1006.22(b)); Dunlin adds none by itself.
    """

    change_id: str
    kind: str
    amount: Money

    def __post_init__(self) -> None:
        if self.kind not in SIGNS:
            raise ChangeRefused(f"the kind is one of {', '.join(SIGNS)}", "kind")
        _check_id(self.change_id)
        if self.amount.minor <= 0:
            raise ChangeRefused("the amount must be positive", "amount_minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedBalance:
    """What the billing system's books say is owed now, 0 or more."""

    change_id: str
    amount: Money

    def __post_init__(self) -> None:
        if self.amount.minor < 0:
            raise ChangeRefused("the balance must not be negative", "balance_minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The creditor takes the account back: nobody is asked for it any more."""

    change_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """What was closed goes on as it stood."""

    change_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """Contact points of the account's person, in order of preference, and those that they
    replace. E-mail addresses in normal form, phones as E.164."""

    change_id: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    replaces: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """The person may not be written to on these channels any more."""

    change_id: str
    channels: tuple[Channel, ...]


BillingChange = BalanceChange | StatedBalance | Closing | Reopening | NewContact | Withdrawal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChange:
    """A change as it was read: which account it names, and a digest of all that it says."""

    reference: str
    change: BillingChange
    digest: str


def read_changes(raw: bytes) -> list[object]:
    """The documents of a body: one change, or `{"changes": [...]}` with 1 to 500 of them. Raises
    `DomainError` where the whole cannot be read."""
    try:
        body = json.loads(raw, parse_constant=no_number)
    except (ValueError, RecursionError):
        raise DomainError("the body is no JSON") from None
    if not isinstance(body, dict):
        raise DomainError("the body is an object: one change, or changes with a list of them")
    if "changes" not in body:
        return [body]
    if len(body) != 1:
        raise DomainError("nothing stands beside 'changes'")
    return listed(body["changes"])


def listed(changes: object) -> list[object]:
    """A list of changes that is neither empty nor too long. Raises `DomainError`."""
    if not isinstance(changes, list) or not 1 <= len(changes) <= MOST_CHANGES:
        raise DomainError(f"'changes' is a list of 1 to {MOST_CHANGES}")
    return changes


def no_number(text: str) -> None:
    """Refuse NaN and Infinity, which Python reads as JSON and nobody else does."""
    raise ValueError(text)


def read_change(document: object) -> ReadChange:
    """The change that a document says. Raises `ChangeRefused` with the field and the reason."""
    if not isinstance(document, Mapping):
        raise ChangeRefused("a change is an object with change_id, kind and reference")
    kind = _known_kind(document)
    for name, wanted in {**_EVERY, **FIELDS[kind]}.items():
        if name not in document:
            raise ChangeRefused(f"missing '{name}'", name)
        if type(document[name]) is not wanted:
            raise ChangeRefused(f"'{name}' is not {_WORD[wanted]}", name)
    lists = LISTS.get(kind, ())
    for name in document:
        if name not in _EVERY and name not in FIELDS[kind] and name not in lists:
            raise ChangeRefused(f"{kind} has no field '{str(name)[:40]}'", str(name)[:40])
    _check_id(document["change_id"])
    reference = document["reference"].strip()
    if not 0 < len(reference) <= _MOST["reference"] or not reference.isprintable():
        raise ChangeRefused("a reference is 1 to 200 characters that can be printed", "reference")
    digest = hashlib.sha256(json.dumps(dict(document), sort_keys=True).encode()).hexdigest()
    return ReadChange(reference=reference, change=_read(kind, document), digest=digest)


def _known_kind(document: Mapping[str, Any]) -> str:
    if "kind" not in document:
        raise ChangeRefused("missing 'kind'", "kind")
    kind = document["kind"]
    if type(kind) is not str:
        raise ChangeRefused("'kind' is not text", "kind")
    if kind not in FIELDS:
        raise ChangeRefused(f"the kind is one of {', '.join(FIELDS)}", "kind")
    return kind


def _read(kind: str, document: Mapping[str, Any]) -> BillingChange:
    change_id = document["change_id"]
    if kind in SIGNS:
        amount = _money(document, "amount_minor")
        return BalanceChange(change_id=change_id, kind=kind, amount=amount)
    if kind == "balance":
        return StatedBalance(change_id=change_id, amount=_money(document, "balance_minor"))
    if kind == "closed":
        return Closing(change_id=change_id)
    if kind == "reopened":
        return Reopening(change_id=change_id)
    if kind == "contact":
        return _contact(change_id, document)
    channel = document["channel"]
    if channel not in CHANNELS:
        raise ChangeRefused(f"the channel is one of {', '.join(CHANNELS)}", "channel")
    channels = tuple(c for c in Channel if channel in ("all", c.value))
    return Withdrawal(change_id=change_id, channels=channels)


def _money(document: Mapping[str, Any], name: str) -> Money:
    if abs(document[name]) > _MOST["amount"]:
        raise ChangeRefused(f"'{name}' is more than any debt", name)
    try:
        return Money(document[name], document["currency"])
    except DomainError as error:
        raise ChangeRefused("'currency' is three capital letters", "currency") from error


def _contact(change_id: str, document: Mapping[str, Any]) -> NewContact:
    emails = tuple(_email(text) for text in _texts(document, "emails"))
    phones = tuple(_phone(text) for text in _texts(document, "phones"))
    if not emails and not phones:
        raise ChangeRefused("a contact names an e-mail address or a phone number", "emails")
    replaces = tuple(
        (fast_email(t) or t) if "@" in t else _phone(t, "replaces")
        for t in _texts(document, "replaces")
    )
    return NewContact(change_id=change_id, emails=emails, phones=phones, replaces=replaces)


def _texts(document: Mapping[str, Any], name: str) -> list[str]:
    texts = document.get(name, [])
    if type(texts) is not list or not all(type(text) is str for text in texts):
        raise ChangeRefused(f"'{name}' is not a list of text", name)
    if not all(text.isprintable() for text in texts):  # half a character among them has no bytes
        raise ChangeRefused(f"'{name}' holds what cannot be printed", name)
    if len(texts) > MOST_POINTS:
        raise ChangeRefused(f"'{name}' has more than {MOST_POINTS} entries", name)
    return [text.strip() for text in texts]


def _email(text: str) -> str:
    address = fast_email(text)
    if address is None or is_no_email(address):
        raise ChangeRefused("'emails' holds what is no e-mail address", "emails")
    return address


def _phone(text: str, name: str = "phones") -> str:
    valid = fast_phone(text, "US") == text if text.startswith("+1") else _E164.fullmatch(text)
    if not valid or is_no_phone(text):
        raise ChangeRefused(f"'{name}' holds what is no E.164 number", name)
    return text


def _check_id(change_id: str) -> None:
    if not _ID.fullmatch(change_id):
        raise ChangeRefused(
            "a change id is 1 to 64 letters, digits, dots, colons and dashes", "change_id"
        )
