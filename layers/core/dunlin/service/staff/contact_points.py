"""Contact points that a person gave to staff: used first, whatever a file says later."""

from __future__ import annotations

import re
from datetime import datetime

from dunlin.domain.accounts.consumer import Channel, Consumer, channel_of
from dunlin.domain.accounts.points import closed_by_word, take_given
from dunlin.domain.errors import DomainError
from dunlin.ports.accounts import AccountsAndPeople
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.staff_command import PersonChange, change_person, code, staff

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

    def given(person: Consumer) -> PersonChange | None:
        after = take_given(person, point, at=now, evidence=f"{actor} {proof}")
        if after == person:
            return None
        data = {"evidence": proof, "channel": channel_of(point).value}
        return PersonChange(what="ContactPointGiven", person=after, data=data)

    return change_person(account_id, given, actor=actor, book=book, waker=waker, now=now)


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
