"""What staff know of a person, a contact point or a debt, written down with its evidence.

A fact binds from the moment it is written; then the ladders are woken.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import partial

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.consumer import Consumer
from dunlin.domain.accounts.known_facts import (
    FACTS,
    UNKNOWN,
    of_debt,
    of_person,
    of_point,
    point_of,
)
from dunlin.domain.accounts.whereabouts import BY_FILE, BY_STAFF, say_zone
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.places import US_STATES, state_code
from dunlin.domain.zone_names import place_zone
from dunlin.ports.accounts import AccountsAndPeople
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.staff_command import (
    PersonChange,
    accounts_of,
    change_person,
    code,
    person_of,
    staff,
    wake_all,
)
from dunlin.service.accounts.writing import retry_on_conflict, write

PLACES = ("state", "zip", "time_zone")
"""Where a person is: facts of their own record."""
_ZIP = re.compile(r"\d{5}")


def set_fact(
    account_id: str,
    name: str,
    value: str,
    *,
    by: str,
    evidence: str,
    book: AccountsAndPeople,
    waker: LadderWaker,
    now: datetime,
    point: str = "",
) -> bool:
    """Write down one fact of an account, its person or a contact point of theirs, with who says so
    and from what evidence; `unknown` takes a word back. False where it stood so already. Raises
    `DomainError`, `Conflict`."""
    actor, proof = staff(by), code(evidence, "the evidence")
    if name not in FACTS and name not in PLACES:
        raise DomainError(f"a fact is one of {', '.join((*PLACES, *FACTS))}")
    if point and (name in PLACES or FACTS[name].of != "point"):
        raise DomainError(f"{name} is said of no contact point")

    # The audit log names the fact and its value: codes, days and states, never an address.
    data = {"fact": name, "value": value.strip()[:60], "evidence": proof}
    if name in FACTS and FACTS[name].of == "debt":
        return _say_of_debt(account_id, name, value, data, actor, book=book, waker=waker, now=now)

    def said(person: Consumer) -> PersonChange | None:
        after = _with(person, name, value, point, at=now, by=actor, evidence=proof)
        if _same(after, person, name):
            return None
        return PersonChange(what="FactSaid", person=after, data=data)

    changed = change_person(account_id, said, actor=actor, book=book, waker=waker, now=now)
    if changed and name in ("state", "zip") and value.strip() != UNKNOWN:
        let_go_where_placed(account_id, actor=actor, book=book, waker=waker, now=now)
    return changed


def let_go_where_placed(
    account_id: str, *, actor: str, book: AccountsAndPeople, waker: LadderWaker, now: datetime
) -> None:
    """Let the accounts of a person look again that waited for nothing but to know where they
    live."""

    def attempt(own_id: str) -> bool:
        own = book.account(own_id)
        after = lifecycle.placed(own, now) if own is not None else own
        if own is None or after is None or after == own:
            return False
        data = {"changed": ["place"]}
        write(book, own, after, what="AccountUpdated", data=data, now=now, actor=actor)
        return True

    account, _ = person_of(account_id, book)
    for other in accounts_of(account, book):
        if retry_on_conflict(partial(attempt, other.account_id)):
            waker.wake(other.account_id)


def _say_of_debt(
    account_id: str,
    name: str,
    value: str,
    data: dict[str, str],
    actor: str,
    *,
    book: AccountsAndPeople,
    waker: LadderWaker,
    now: datetime,
) -> bool:
    def attempt() -> bool:
        account, _ = person_of(account_id, book)
        after = of_debt(account, name, value)
        if after == account:
            return False
        write(book, account, after, what="FactSaid", data=data, now=now, actor=actor)
        return True

    changed: bool = retry_on_conflict(attempt)
    if changed:
        wake_all(person_of(account_id, book)[0], book=book, waker=waker)
    return changed


def _same(after: Consumer, before: Consumer, name: str) -> bool:
    """True where nothing is said that was not said before, whoever says it again."""
    if name in PLACES:
        return after == before
    newer, older = after.flags.get(name), before.flags.get(name)
    if newer is None or older is None:
        return newer is older
    keys = ("value", "address_hashes")
    return all(newer.detail.get(k) == older.detail.get(k) for k in keys)


def _with(
    person: Consumer, name: str, value: str, point: str, *, at: datetime, by: str, evidence: str
) -> Consumer:
    if name in PLACES:
        return _placed(person, name, value.strip(), at)
    if FACTS[name].of == "point":
        meant = point_of(person, name, point)
        return of_point(person, name, meant, value, at=at, by=by, evidence=evidence)
    return of_person(person, name, value, at=at, by=by, evidence=evidence)


def _placed(person: Consumer, name: str, text: str, at: datetime) -> Consumer:
    """The person with a state, a ZIP code or a zone; a zone that staff give is the person's own
    word. Where staff know nothing any more, a file may say it. Raises `DomainError`."""
    if name == "time_zone":
        return _by_clock(person, text, at)
    known = text != UNKNOWN
    if name == "state":
        state, zip5 = _state(text) if known else None, person.zip
    else:
        state, zip5 = person.state, _zip(text) if known else None
    after = replace(person, state=state, zip=zip5, placed_by=BY_STAFF if known else BY_FILE)
    moved = (person.state or state, person.zip or zip5) != (state, zip5)
    return replace(after, tz_at=None) if moved else after


def _state(text: str) -> str:
    state = state_code(text) or ""
    if state not in US_STATES:
        raise DomainError("a state is one of the United States such as IL")
    return state


def _zip(text: str) -> str:
    if not _ZIP.fullmatch(text):
        raise DomainError("a ZIP code is five digits")
    return text


def _by_clock(person: Consumer, text: str, at: datetime) -> Consumer:
    if text == UNKNOWN:
        return replace(person, tz_known=None, tz_by=BY_FILE, tz_at=None)
    zone = place_zone(text)
    if zone is None:
        raise DomainError("a time zone is a place such as America/New_York")
    return say_zone(person, zone, at)
