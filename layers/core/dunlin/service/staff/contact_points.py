"""Contact points that a person gave to staff: used first, whatever a file says later."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from dunlin.domain.accounts.consumer import Channel, Consumer, channel_of
from dunlin.domain.accounts.points import closed_by_word, take_given
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import AccountsAndPeople, Change
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.staff_command import code, consumer_entry, staff, wake_all
from dunlin.service.accounts.writing import retry_on_conflict

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_E164 = re.compile(r"\+[1-9]\d{7,14}")


def give_point(
    account_id: str,
    point: str,
    *,
    by: str,
    evidence: str,
    book: AccountsAndPeople,
    waker: LadderWaker,
    now: datetime,
) -> bool:
    """Write down an e-mail address or an E.164 number that the person of an account gave; False
    where it stood first already. It opens what an address closed by itself, never what somebody's
    word closed, and no text goes to a number without a permission of its own. Raises
    `DomainError`, `Conflict`."""
    actor, proof = staff(by), code(evidence, "the evidence")
    if not (_EMAIL.fullmatch(point) or _E164.fullmatch(point)):
        raise DomainError("a contact point is an e-mail address, or a number such as +12175550142")

    def attempt() -> bool:
        account = book.account(account_id)
        person = book.consumer(account.consumer_id) if account is not None else None
        if person is None:
            raise DomainError(f"no account {account_id}")
        after = take_given(person, point, at=now, evidence=f"{actor} {proof}")
        if after == person:
            return False
        entry = consumer_entry(
            person,
            now=now,
            actor=actor,
            what="ContactPointGiven",
            data={"evidence": proof, "channel": channel_of(point).value},
        )
        written = replace(after, version=person.version + 1, audit_head=entry.hash)
        book.apply(Change(consumer=written, audit=[entry]))
        return True

    given: bool = retry_on_conflict(attempt)
    account = book.account(account_id)
    if given and account is not None:
        wake_all(account, book=book, waker=waker)
    return given


def channel_standing(person: Consumer, channel: Channel) -> str:
    """Whether a channel may be used, and what closed it, in a few words without an address."""
    if not person.points(channel):
        return "no contact point"
    if person.consent(channel).open:
        return "open"
    if closed_by_word(person, channel):
        return "closed by the person, or by the creditor's file"
    if person.dead(channel):
        return "closed: no address takes anything any more; give another"
    if set(person.wrong):
        return "closed: it reached somebody else; give another"
    return "no permission"
