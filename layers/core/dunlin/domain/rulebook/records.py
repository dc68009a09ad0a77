"""Decision records: the facts as judged, as plain JSON from which they can be judged again.

Facts are copied, never referenced, and hold ids, codes, instants and flags. A telephone number is
reduced to its area code, what somebody wrote to what it was heard to say, and any other text that
is no code of the rulebook to its hash.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from dunlin.domain.instants import utc_text
from dunlin.domain.replies.signals import ReplySignals, classify_reply
from dunlin.domain.rulebook.engine import Rulebook
from dunlin.domain.rulebook.facts import ACTIONS, CONTACT_CHANNELS, Contact, ContactFacts
from dunlin.domain.rulebook.values import instant, local_date, number
from dunlin.domain.rulebook.verdict import Verdict
from dunlin.domain.rulebook.zones import area_code

Plain = dict[str, Any]

_DEFAULT = ContactFacts(channel="", debt_role="")
_CODES = ("channel", "debt_role", "purpose", "debt_kind", "industry", "route", "tz_known", "tz_by")
_COUNTS = ("days_past_due", "balance_minor")
_TABLES = ("message", "consents", "flags", "policy")
_HEARD = ("opt_out", "ambiguous", "start", "help")
_SHORT = re.compile(r"[A-Z]{2}|[0-9a-f]{64}|\d\d:\d\d|[A-Z][A-Za-z_]+/[A-Za-z_/+\-0-9]+")
_KEY = re.compile(r"[A-Za-z0-9_]{1,64}")
_WORDS = frozenset({"", "no", "false", "off", "none", "yes", "true", "on", "unknown", "generic",
    "response", "receipt", "consumer", "business", "first", "third", "in", "out", "permitted",
    "sent", "delivered", "bounced", "failed", "released", "received", "conversation", "voicemail",
    "no_answer", "busy", "not_in_service", "work", "home", "other", "person", "file"})  # fmt: skip
_SAME = "="  # the account in question, in a history


def plain_facts(facts: ContactFacts, rulebook: Rulebook) -> Plain:
    """The facts as plain JSON; what is as it is by default is left out.

    Judged again they give the same verdict under the same rulebook and `now`.
    """
    keep = _Keep(_words(rulebook), facts.account_id)
    row: Plain = {key: keep(getattr(facts, key)) for key in _CODES}
    row |= {key: getattr(facts, key) for key in _COUNTS}
    row |= {key: keep(getattr(facts, key)) for key in _TABLES}
    row |= {"account": facts.account_id, "profile": facts.profile, "state": keep(facts.state)}
    if facts.message.get("template"):
        row["message"]["template"] = str(facts.message["template"])
    zip5 = (facts.zip or "")[:5]
    row["zip"] = zip5 if zip5.isdigit() else None
    row["areas"] = [code for phone in facts.phones if (code := area_code(phone))]
    row["history"] = [_plain_contact(item, keep) for item in facts.history]
    return {key: value for key, value in row.items() if value != _default(key)}


def read_facts(row: Mapping[str, Any]) -> ContactFacts:
    """The facts of a record. Raises `ValueError` or `KeyError` for what is none."""
    account = str(row.get("account", ""))
    fields = {key: _read(row[key]) for key in (*_CODES, *_COUNTS, *_TABLES, "state", "zip")
              if key in row}  # fmt: skip
    history = tuple(_read_contact(item, account) for item in row.get("history", ()))
    return ContactFacts(
        **fields,
        account_id=account,
        phones=tuple(f"+1{code}0000000" for code in row.get("areas", ())),
        history=history,
        profile=row.get("profile", _DEFAULT.profile),
    )


def plain_verdict(verdict: Verdict) -> Plain:
    """A verdict as plain JSON: outcome, instants, the rules that block or defer, what they
    counted, and a digest over every rule's result and reason, so that none need be listed."""
    row: Plain = {"outcome": verdict.outcome}
    if verdict.until is not None:
        row["until"] = _text(verdict.until)
    if verdict.valid_until is not None:
        row["valid_until"] = _text(verdict.valid_until)
    blocking = [r.id for r in verdict.results if r.result == "block"]
    waits = {r.id: _text(r.until) for r in verdict.results if r.result == "defer" and r.until}
    counted = {r.id: r.inputs.plain() for r in verdict.failed if r.inputs is not None}
    row |= {k: v for k, v in (("block", blocking), ("defer", waits), ("counted", counted)) if v}
    row["digest"] = digest(verdict)
    return row


def digest(verdict: Verdict) -> str:
    """Thirty-two hexadecimal digits over everything a verdict says."""
    parts = [
        verdict.outcome,
        _text(verdict.until),
        _text(verdict.valid_until),
        [
            [r.id, r.result, r.because, _text(r.until), r.lifted_by, r.inputs and r.inputs.plain()]
            for r in verdict.results
        ],
        [[z.name, list(z.sources)] for z in verdict.zones],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


class _Keep:
    """What of a value may stand in a record: codes as they are, any other text as its hash."""

    __slots__ = ("_words", "account")

    def __init__(self, words: frozenset[str], account: str) -> None:
        self.account = account
        self._words = words

    def __call__(self, value: Any) -> Any:
        match value:
            case None | bool() | int():
                return value
            case str():
                return self._string(value)
            case datetime():
                return value.isoformat()
            case date():
                return value.isoformat()
            case float() | Decimal():
                return {"number": str(value)}
            case Mapping():
                return {self._key(str(k)): self(v) for k, v in value.items()}
            case list() | tuple():
                return [self(v) for v in value]
            case _:
                return _hashed(str(value))

    def _key(self, key: str) -> str:
        return key if _KEY.fullmatch(key) else _hashed(key)

    def _string(self, value: str) -> str:
        if value.strip().lower() in self._words or _SHORT.fullmatch(value):
            return value
        if value == self.account:
            return value
        if instant(value) is not None or (len(value) < 9 and number(value) is not None):
            return value
        day = local_date(value)
        return day.isoformat() if day is not None else _hashed(value)


def _hashed(value: str) -> str:
    return "#" + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@lru_cache(maxsize=8)
def _words(rulebook: Rulebook) -> frozenset[str]:
    """Every word that a rule compares with, in lower case: these say nothing of a person."""
    words = {text.lower() for d in rulebook.documents for text in _texts(d)}
    return frozenset(words | _WORDS | CONTACT_CHANNELS | ACTIONS)


def _texts(document: Mapping[str, Any]) -> Iterator[str]:
    for key in ("id", "constraint", "applies_when"):
        yield from _strings(document[key])


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for item in value.values():
                yield from _strings(item)
        case list() | tuple():
            for item in value:
                yield from _strings(item)


def _default(key: str) -> Any:
    match key:
        case "account":
            return ""
        case "areas" | "history":
            return []
        case "channel" | "debt_role":
            return None  # always said
        case _:
            return getattr(_DEFAULT, key)


def _read(value: Any) -> Any:
    match value:
        case {"number": str(text)} if len(value) == 1:
            return Decimal(text)
        case Mapping():
            return {k: _read(v) for k, v in value.items()}
        case list():
            return [_read(v) for v in value]
        case _:
            return value


def _text(at: datetime | None) -> str | None:
    return None if at is None else utc_text(at)


def _plain_contact(item: Contact, keep: _Keep) -> list[Any]:
    """`[at, channel, direction, outcome, account, template, event, more]`; `more` only where
    there is any. `=` stands for the account in question."""
    more: Plain = {}
    more |= {key: keep(value) for key in ("person", "place") if (value := getattr(item, key))}
    more |= {key: True for key in ("is_response", "consented") if getattr(item, key)}
    heard = item.heard
    if heard is None and item.text and item.direction == "in":
        heard = classify_reply(item.text)
    if heard is not None:
        more["heard"] = sorted(heard.signals | {k for k in _HEARD if getattr(heard, k)})
    account: Any = item.account_id
    if isinstance(account, tuple):
        account = list(account)
    elif account is not None and account == keep.account:
        account = _SAME
    row = [
        _text(item.at),
        keep(item.channel),
        keep(item.direction),
        keep(item.outcome),
        account,
        item.template,
        item.event_id,
    ]
    return [*row, more] if more else row


def _read_contact(row: Any, account: str) -> Contact:
    at, channel, direction, outcome, named, template, event, *rest = row
    more = rest[0] if rest else {}
    if isinstance(named, list):
        named = tuple(named)
    heard = more.get("heard")
    return Contact(
        at=datetime.fromisoformat(at),
        channel=channel,
        direction=direction,
        outcome=outcome,
        account_id=account if named == _SAME else named,
        template=template,
        event_id=event,
        person=more.get("person", ""),
        place=more.get("place", ""),
        is_response=more.get("is_response", False),
        consented=more.get("consented", False),
        heard=None if heard is None else _signals(frozenset(heard)),
    )


def _signals(labels: frozenset[str]) -> ReplySignals:
    return ReplySignals(
        opt_out="opt_out" in labels,
        ambiguous="ambiguous" in labels,
        start="start" in labels,
        help="help" in labels,
        signals=labels - frozenset(_HEARD),
    )
