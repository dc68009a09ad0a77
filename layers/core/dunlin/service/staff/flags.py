"""Flags that staff set on a person: who, when, from what evidence, and what lifts them.

A flag binds the gate from the moment it is written, for every account of the person; then the
ladders are woken. Taking one away gives no permission back: a consent that was revoked stays so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Hold
from dunlin.domain.accounts.consequences import follow
from dunlin.domain.accounts.consumer import Consumer, Flag
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import Accounts, AccountsAndPeople
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.staff_command import (
    PersonChange,
    accounts_of,
    change_person,
    code,
    person_of,
    staff,
    wake_all,
    write_person,
)
from dunlin.service.accounts.writing import retry_on_conflict, write


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagKind:
    """One flag as staff name it: the rulebook's name for it, what it says there, what lifts it,
    and the hold it brings where it is no matter of the rulebook."""

    name: str
    lifts: str
    value: Any = None
    takes_value: bool = False
    hold: Hold | None = None
    reason: str = ""


FLAGS: Mapping[str, FlagKind] = {
    "attorney": FlagKind(
        name="attorney", lifts="the attorney consents, or no longer represents the person"
    ),
    "cease": FlagKind(name="cease", lifts="the person asks for contact again, in writing"),
    "bankruptcy": FlagKind(name="bankruptcy", value="stay", lifts="the case is dismissed"),
    "deceased": FlagKind(name="deceased", value=True, lifts="the report proves wrong"),
    "minor": FlagKind(name="is_minor", value=True, lifts="the person comes of age"),
    "servicemember": FlagKind(name="active_duty", value=True, lifts="the service ends"),
    "hardship": FlagKind(
        name="hardship", value=True, lifts="staff agree a way to pay", hold=Hold.REVIEW,
        reason="Says that paying is hard at present",
    ),
    "dispute": FlagKind(
        name="", lifts="staff answer the dispute", hold=Hold.DISPUTE,
        reason="Disputes what is owed",
    ),
    "wrong_party": FlagKind(
        name="wrong_number", value=True, lifts="a contact point proven to be the person's"
    ),
    "inconvenient": FlagKind(
        name="inconvenient", takes_value=True, lifts="the person names other times"
    ),
    "medium_optout": FlagKind(
        name="medium_optout", takes_value=True, lifts="the person opens the medium again"
    ),
    "only_medium": FlagKind(
        name="only_medium", takes_value=True, lifts="the person opens other media"
    ),
    "no_work_contact": FlagKind(
        name="no_work_contact", value=True, lifts="the person allows contact at work"
    ),
    "confidential": FlagKind(
        name="alt_contact_only", takes_value=True, lifts="the person withdraws the request"
    ),
}  # fmt: skip
_MEDIA = frozenset({"call", "sms", "email", "letter", "social_dm"})


def inconvenient(text: str) -> dict[str, Any]:
    """A bad time as staff type it, `HH:MM-HH:MM` and perhaps `/days` with Monday 0:
    `18:00-24:00/0,2`. Raises `DomainError`."""
    times, _, days = text.partition("/")
    start, _, end = times.partition("-")
    try:
        listed = [int(d) for d in days.split(",")] if days else None
        for clock_time in (start, end if end != "24:00" else "23:59"):
            datetime.strptime(clock_time, "%H:%M")  # noqa: DTZ007 - a time of day has no zone
    except ValueError as error:
        raise DomainError("a bad time is HH:MM-HH:MM, or HH:MM-HH:MM/0,2 (Monday 0)") from error
    if listed is not None and not set(listed) <= set(range(7)):
        raise DomainError("days are 0 (Monday) to 6 (Sunday)")
    return {"days": listed, "start": start, "end": end}


def _value(kind: FlagKind, value: str, earlier: Flag | None) -> Any:
    before = list(earlier.detail.get("value", ())) if earlier else []
    if kind.name == "inconvenient":
        return [*before, inconvenient(value)]
    if kind.name in ("medium_optout", "only_medium") and value not in _MEDIA:
        raise DomainError(f"a medium is one of {', '.join(sorted(_MEDIA))}")
    if kind.name == "medium_optout":
        return sorted({*before, value})
    return code(value, "the value") if kind.takes_value else kind.value


def set_flag(
    account_id: str,
    flag: str,
    *,
    by: str,
    evidence: str,
    book: AccountsAndPeople,
    waker: LadderWaker,
    now: datetime,
    value: str = "",
) -> bool:
    """Set a flag on an account's person, in one write with its audit entry, then wake every
    ladder of theirs; False where it stood already. Raises `DomainError`, `Conflict`."""
    kind, actor = _kind(flag), staff(by)
    proof = code(evidence, "the evidence")
    if kind.takes_value != bool(value):
        needed = "needs" if kind.takes_value else "takes no"
        raise DomainError(f"{flag} {needed} value")

    def attempt() -> bool:
        _, person = person_of(account_id, book)
        flagged = _flagged(person, flag, kind, value, proof=proof, actor=actor, now=now)
        if flagged == person:
            return False
        data = {"flag": flag, "evidence": proof, "lifts": kind.lifts}
        step = PersonChange(what="FlagRaised", person=flagged, data=data)
        write_person(step, person, actor=actor, book=book, now=now)
        return True

    changed: bool = retry_on_conflict(attempt) if kind.name else False
    account, _ = person_of(account_id, book)
    if kind.hold is not None:
        if kind.hold is Hold.DISPUTE and not account.owes:
            raise DomainError(f"nothing is owed on it ({account.status.value}): nothing to hold")
        concerned = [account] if kind.hold is Hold.DISPUTE else accounts_of(account, book)
        for other in concerned:
            changed |= _hold(other.account_id, kind, proof, book=book, actor=actor, now=now)
    wake_all(account, book=book, waker=waker)
    return changed


def lift_flag(
    account_id: str,
    flag: str,
    *,
    by: str,
    evidence: str,
    book: AccountsAndPeople,
    waker: LadderWaker,
    now: datetime,
) -> bool:
    """Take a flag away, with who and from what evidence; False where there was none. Holds that
    came with it are lifted by a decision of their own. Raises `DomainError`, `Conflict`."""
    kind, actor = _kind(flag), staff(by)
    proof = code(evidence, "the evidence")
    if not kind.name:
        raise DomainError(f"{flag} is a hold: decide about the account instead")
    names = {kind.name, *(("email_wrong_party",) if flag == "wrong_party" else ())}

    def freed(person: Consumer) -> PersonChange | None:
        kept = {n: f for n, f in person.flags.items() if n not in names}
        if len(kept) == len(person.flags):
            return None
        data = {"flag": flag, "evidence": proof}
        return PersonChange(what="FlagLifted", person=replace(person, flags=kept), data=data)

    return change_person(account_id, freed, actor=actor, book=book, waker=waker, now=now)


def _kind(flag: str) -> FlagKind:
    if flag not in FLAGS:
        raise DomainError(f"a flag is one of {', '.join(FLAGS)}")
    return FLAGS[flag]


def _flagged(
    person: Consumer,
    flag: str,
    kind: FlagKind,
    value: str,
    *,
    proof: str,
    actor: str,
    now: datetime,
) -> Consumer:
    earlier = person.flags.get(kind.name)
    content = _value(kind, value, earlier)
    if earlier is not None and (content is None or earlier.detail.get("value") == content):
        return person
    detail: dict[str, Any] = {"evidence": proof, "lifts": kind.lifts}
    if content is not None:
        detail["value"] = content
    if kind.name == "cease":
        detail |= {"at": now.isoformat(), "medium": "staff"}
    if flag == "wrong_party":
        signal = Signal(
            signal_id=proof, kind=SignalKind.WRONG_PARTY, at=now, detail={"by": "staff"}
        )
        person = follow(signal, account=None, consumer=person, touch=None).consumer or person
    raised = Flag(at=now, by=actor, detail=detail)
    return replace(person, flags={**person.flags, kind.name: raised})


def _hold(
    account_id: str, kind: FlagKind, proof: str, *, book: Accounts, actor: str, now: datetime
) -> bool:
    wanted = kind.hold or Hold.REVIEW

    def attempt() -> bool:
        stored = book.account(account_id)
        if stored is None or not stored.owes:
            return False
        held = lifecycle.hold(stored, wanted, kind.reason, now)
        if held == stored:
            return False
        data = {"hold": wanted.value, "evidence": proof}
        write(book, stored, held, what="AccountHeld", data=data, now=now, actor=actor)
        return True

    held_now: bool = retry_on_conflict(attempt)
    return held_now
