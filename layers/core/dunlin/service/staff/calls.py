"""Calls and letters of staff: judged by the same rulebook, counted by the same caps.

Dunlin sends neither, so there is no touch and no machine: what staff may do and did stands in the
contact history, which the caps read, and in the account's audit log. Never a name or a note.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from dunlin.domain import ids
from dunlin.domain.accounts import reasons
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.consequences import follow
from dunlin.domain.accounts.consumer import Channel, Consumer, PastContact
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import PERMIT_LIFE
from dunlin.domain.errors import DomainError
from dunlin.domain.rulebook import Verdict, decide
from dunlin.ports.accounts import (
    Accounts,
    AccountsAndPeople,
    Change,
    ChangeWriter,
    Facts,
)
from dunlin.ports.machines import LadderWaker
from dunlin.ports.messages import LetterPrinter, Printed
from dunlin.service.accounts.staff_command import code, consumer_entry, staff, wake_all
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.contact.gate import Gate, contact_facts
from dunlin.service.contact.permits import rules, with_contact

CALL_LIFE = PERMIT_LIFE
OUTCOMES = ("no_answer", "voicemail", "conversation", "busy", "not_in_service", "wrong_number")
_PERMITTED, _SENT = "permitted", "sent"

LIEN = "lien_notice"  # the letter that a person approves and a state's calendar allows
_PENDING_APPROVAL = "A person must approve the lien letter of this account first."

CallOrLetter = Literal["call", "letter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Whether staff may call or write now. `reasons` are (rule id, plain words) of what blocks
    or defers; `until` says when it may be asked again, None where time alone does not help."""

    outcome: Literal["allow", "defer", "block"]
    contact_id: str = ""
    until: datetime | None = None
    valid_until: datetime | None = None
    reasons: tuple[tuple[str, str], ...] = ()


def judge(facts: Facts, *, channel: CallOrLetter, gate: Gate, now: datetime) -> Verdict:
    """The rulebook's verdict on a call or a letter. Pure."""
    asked = contact_facts(facts, channel=Channel.EMAIL, template="", purpose="", now=now)
    return decide(gate.rulebook, replace(asked, channel=channel, message={}), now)


def judge_lien(facts: Facts, *, gate: Gate, now: datetime) -> Verdict:
    """The rulebook's verdict on a statutory lien notice, sent by post with proof. Pure."""
    asked = contact_facts(facts, channel=Channel.EMAIL, template="", purpose="", now=now)
    due = facts.account.due_on
    message = {"via": "certified_mail"} | ({"due_date": due.isoformat()} if due else {})
    return decide(gate.rulebook, replace(asked, channel=LIEN, message=message), now)


def _approved(facts: Facts) -> bool:
    """A person has let a lien rung of this account's strategy go."""
    rungs = (rung for ladder in facts.strategy.ladders.values() for rung in ladder)
    return any(
        rung.template == LIEN and f"approval:{rung.name}" in facts.account.approved_triggers
        for rung in rungs
    )


def _lien_allowance(facts: Facts, *, gate: Gate, now: datetime) -> Allowance | None:
    """What keeps a lien letter back beside what keeps any letter, None where nothing does."""
    if not _approved(facts):
        return Allowance(outcome="block", reasons=(("APPROVAL", _PENDING_APPROVAL),))
    verdict = judge_lien(facts, gate=gate, now=now)
    if verdict.outcome == "allow":
        return None
    failed = tuple((r.id, r.because) for r in verdict.failed)
    return Allowance(outcome=verdict.outcome, until=verdict.until, reasons=failed)


def _refusal(facts: Facts) -> tuple[tuple[str, str], ...]:
    """What the permit transaction asks besides the rulebook."""
    account = facts.account
    if facts.paused:
        return (("PAUSED", f"All contact is paused: {facts.paused}."),)
    if account.paused:
        return (("PAUSED", reasons.PAUSED),)
    if account.status not in (Status.ACTIVE, Status.EXHAUSTED, Status.FAILED):
        return (("STATUS", f"The account is {account.status.value}."),)
    if account.balance.minor <= 0:
        return (("STATUS", "Nothing is owed."),)
    return ()


def _allowance(
    facts: Facts, *, channel: CallOrLetter, gate: Gate, now: datetime
) -> tuple[Allowance, Any]:
    reasons = _refusal(facts)
    if reasons:
        return Allowance(outcome="block", reasons=reasons), {}
    if channel == "call" and not facts.consumer.phones:
        return Allowance(outcome="block", reasons=(("ADDRESS", "There is no number."),)), {}
    verdict = judge(facts, channel=channel, gate=gate, now=now)
    if verdict.outcome != "allow":
        failed = tuple((r.id, r.because) for r in verdict.failed)
        return Allowance(outcome=verdict.outcome, until=verdict.until, reasons=failed), {}
    ends = now + CALL_LIFE
    if verdict.valid_until is not None:
        ends = min(ends, verdict.valid_until)
    data = {"rules": rules(verdict), "rulebook": gate.version}
    return Allowance(outcome="allow", valid_until=ends), data


def check_call(account_id: str, *, by: str, book: Accounts, gate: Gate, now: datetime) -> Allowance:
    """Judge a call now; where it is allowed, take the permit for it: it counts from here on, so
    two members of staff cannot both use the last call. Raises `DomainError`, `Conflict`."""
    actor = staff(by)

    def attempt() -> Allowance:
        facts = book.facts(account_id)
        allowance, data = _allowance(facts, channel="call", gate=gate, now=now)
        if allowance.outcome != "allow":
            return allowance
        contact = _contact(facts.account, "call", _PERMITTED, now)
        _write(facts, contact, "CallPermitted", data, book=book, actor=actor, now=now)
        return replace(allowance, contact_id=contact.touch_id)

    allowed: Allowance = retry_on_conflict(attempt)
    return allowed


def log_call(
    account_id: str,
    *,
    outcome: str,
    by: str,
    book: AccountsAndPeople,
    waker: LadderWaker,
    now: datetime,
    note_code: str = "",
) -> str:
    """Record what became of a call; returns its id. The newest permit of this account that was
    not logged is used up; a call without one is recorded too, since it was made. A wrong number
    closes the number. Raises `DomainError`, `Conflict`."""
    if outcome not in OUTCOMES:
        raise DomainError(f"an outcome is one of {', '.join(OUTCOMES)}")
    actor = staff(by)
    note = code(note_code, "a note code") if note_code else ""

    def attempt() -> str:
        facts = book.facts(account_id)
        permit = _open_permit(facts, now)
        contact = replace(
            permit or _contact(facts.account, "call", "", now), at=now, outcome=outcome
        )
        data = {"outcome": outcome, "note_code": note, "permitted": permit is not None}
        person = _not_theirs(facts, contact, now) if outcome == "wrong_number" else None
        _write(facts, contact, "CallLogged", data, book=book, actor=actor, now=now, person=person)
        return contact.touch_id

    contact_id: str = retry_on_conflict(attempt)
    if outcome == "wrong_number":
        _wake(account_id, book=book, waker=waker)
    return contact_id


def write_letter(
    account_id: str,
    *,
    template: str,
    by: str,
    book: Accounts,
    gate: Gate,
    printer: LetterPrinter,
    now: datetime,
) -> tuple[Allowance, Printed | None]:
    """Judge a letter now and print it where it is allowed; its hash stands in the audit log.
    Raises `DomainError`, `Conflict`."""
    actor = staff(by)

    def attempt() -> tuple[Allowance, Printed | None]:
        facts = book.facts(account_id)
        allowance, data = _allowance(facts, channel="letter", gate=gate, now=now)
        if allowance.outcome == "allow" and template == LIEN:
            allowance = _lien_allowance(facts, gate=gate, now=now) or allowance
        if allowance.outcome != "allow":
            return allowance, None
        printed = printer.print(template, facts=facts, on=now.date())
        contact = replace(_contact(facts.account, "letter", _PERMITTED, now), template=template)
        data |= {
            "template": template,
            "template_version": printed.version,
            "language": printed.language,
            "sha256": printed.sha256,
        }
        _write(facts, contact, "LetterPrinted", data, book=book, actor=actor, now=now)
        return replace(allowance, contact_id=contact.touch_id), printed

    result: tuple[Allowance, Printed | None] = retry_on_conflict(attempt)
    return result


def prove_letter(
    account_id: str,
    contact_id: str,
    *,
    mailed_on: date,
    proof: str,
    by: str,
    book: Accounts,
    now: datetime,
) -> None:
    """Record that a printed letter was mailed, and the carrier's or clerk's proof of it.

    Raises `DomainError` for a letter that is not in the last 31 days' history, or for a day that
    has not come, and `Conflict`."""
    actor, proven = staff(by), code(proof, "a proof")
    if mailed_on > now.date():
        raise DomainError("the day of mailing has not come yet")

    def attempt() -> None:
        facts = book.facts(account_id)
        letters = [c for c in facts.history.contacts if c.touch_id == contact_id]
        if not letters or letters[0].channel != "letter" or letters[0].account_id != account_id:
            raise DomainError(f"no letter {contact_id} of this account in the last 31 days")
        data = {"mailed_on": mailed_on.isoformat(), "proof": proven}
        contact = replace(letters[0], outcome=_SENT)
        _write(facts, contact, "LetterMailed", data, book=book, actor=actor, now=now)

    retry_on_conflict(attempt)


def _contact(account: Account, channel: CallOrLetter, outcome: str, now: datetime) -> PastContact:
    return PastContact(
        at=now,
        channel=channel,
        direction="out",
        outcome=outcome,
        account_id=account.account_id,
        template="",
        touch_id=ids.notice_touch_id(f"{account.account_id}@{account.version}", channel),
    )


def _open_permit(facts: Facts, now: datetime) -> PastContact | None:
    """The newest call of this account that was permitted in the last day and is not logged."""
    for contact in reversed(facts.history.contacts):
        ours = contact.channel == "call" and contact.account_id == facts.account.account_id
        if ours and contact.outcome == _PERMITTED and now - contact.at < timedelta(days=1):
            return contact
    return None


def _not_theirs(facts: Facts, contact: PastContact, now: datetime) -> Consumer | None:
    signal = Signal(
        signal_id=contact.touch_id,
        kind=SignalKind.WRONG_PARTY,
        at=now,
        account_id=contact.account_id,
        channel=Channel.SMS.value,
        detail={"by": "staff_call"},
    )
    return follow(signal, account=None, consumer=facts.consumer, touch=None).consumer


def _write(
    facts: Facts,
    contact: PastContact,
    what: str,
    data: dict[str, Any],
    *,
    book: ChangeWriter,
    actor: str,
    now: datetime,
    person: Consumer | None = None,
) -> None:
    known = {"contact_id": contact.touch_id, "channel": contact.channel}
    besides = Change(history=with_contact(facts.history, contact, now))
    if person is not None:
        changed = consumer_entry(
            person, person, now=now, what="WrongPartyReported", data=known, actor=actor
        )
        person = replace(person, version=person.version + 1, audit_head=changed.hash)
        besides = replace(besides, consumer=person, audit=[changed])
    write(
        book,
        facts.account,
        facts.account,
        what=what,
        data={**known, **data},
        now=now,
        actor=actor,
        besides=besides,
    )


def _wake(account_id: str, *, book: AccountsAndPeople, waker: LadderWaker) -> None:
    account = book.account(account_id)
    if account is not None:
        wake_all(account, book=book, waker=waker)
