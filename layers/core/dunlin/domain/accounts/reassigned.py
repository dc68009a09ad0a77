"""Reassigned numbers: whether a number is still the person's, by their own word or by the FCC's
Reassigned Numbers Database (47 CFR 64.1200(m)).

The database is asked with a number and the last day on which it was known to be the person's. It
says `yes` where the number was permanently disconnected on that day or after it, `no` where it was
not, and `no data` where it cannot tell (DA 21-1649). A number rests at least 45 days after it was
disconnected before somebody else may have it (84 FR 11226), so that a day of less than 45 days ago
needs no question. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Consumer, Flag
from dunlin.domain.accounts.known_facts import of_point
from dunlin.domain.accounts.points import WRONG_PARTY
from dunlin.domain.tokens import address_hash

ANSWERS = "number_answers"
"""The flag that keeps the newest answer about each number of a person, by its hash."""
REASSIGNED = "reassigned_number"
"""The trigger that puts an account before staff, for whom a number is closed."""
RESTS = timedelta(days=45)
LONGEST_DAYS = RESTS.days


class NumberWord(StrEnum):
    """What the database says of a number and a day."""

    YES = "yes"
    NO = "no"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPolicy:
    """What a creditor does with texts to numbers of which nothing fresh is known: `refuse` them,
    or `proceed`. An answer is fresh for `answer_days`: the database is brought up to date monthly,
    and who relies on it relies on its newest state."""

    without_answer: str = "refuse"
    answer_days: int = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberQuery:
    """One question for the database: an E.164 number, and the last day on which it was known to be
    the person's."""

    number: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberAnswer:
    """One answer of the database to a question."""

    query: NumberQuery
    answer: NumberWord


@dataclass(frozen=True, slots=True, kw_only=True)
class BadAnswer:
    """A row of answers that tells nothing: the line, a code, and the cell that is at fault."""

    row: int
    code: str
    value: str = ""


def known_since(person: Consumer, verified_at: datetime | None) -> date | None:
    """The last day, UTC, on which the number that texts go to was known to be the person's: when
    they gave permission for it, or proved it later (`verified_at`); None where neither is dated.
    The day on which a file was read tells nothing of it."""
    texts = person.consent(Channel.SMS)
    given = texts.at if texts.state is ConsentState.GRANTED else None
    return max((at.date() for at in (given, verified_at) if at is not None), default=None)


def confirmed(
    person: Consumer, verified_at: datetime | None, policy: AnswerPolicy, today: date
) -> bool:
    """Whether the number that texts go to is known to be the person's still."""
    number = person.address(Channel.SMS)
    if number is None:
        return False
    since = known_since(person, verified_at)
    if since is not None and today - since < RESTS:
        return True
    kept = _answers(person).get(address_hash(number))
    if kept is None or kept["answer"] != NumberWord.NO or since is None:
        return False
    asked, on = date.fromisoformat(kept["since"]), date.fromisoformat(kept["on"])
    # An answer about a later day says nothing of the time before it.
    return asked <= since and today - on < timedelta(days=policy.answer_days)


def answered(
    person: Consumer, given: NumberAnswer, *, on: date, at: datetime, by: str, evidence: str
) -> Consumer:
    """The person with an answer about a number of theirs, of the day `on`. A number that is
    somebody else's is closed: nothing goes there, whatever a file says later, and where texts went
    to it their permission has ended with it."""
    hashed, before = address_hash(given.query.number), _answers(person)
    entry = {
        "answer": given.answer.value,
        "since": given.query.since.isoformat(),
        "on": on.isoformat(),
    }
    if before.get(hashed) == entry:
        return person
    detail = {"answers": {**before, hashed: entry}, "evidence": evidence}
    flag = Flag(at=at, by=by, detail=detail)
    person = replace(person, flags={**person.flags, ANSWERS: flag})
    if given.answer is not NumberWord.YES:
        return person
    texts, used = person.consent(Channel.SMS), person.address(Channel.SMS)
    person = of_point(
        person, "reassigned", given.query.number, "yes", at=at, by=by, evidence=evidence
    )
    person = replace(person, wrong=tuple(dict.fromkeys((*person.wrong, hashed))))
    if used != given.query.number:
        return person
    name = WRONG_PARTY[Channel.SMS]
    closed = Consent(
        state=ConsentState.REVOKED, version=texts.version + 1, at=at, evidence=evidence
    )
    raised = person.flags.get(name) or Flag(at=at, by=by, detail={"value": True})
    return replace(
        person,
        flags={**person.flags, name: raised},
        consents={**person.consents, Channel.SMS: closed},
    )


def concerns(given: NumberAnswer, since: date | None) -> bool:
    """Whether an answer tells anything of a person whose number was last known to be theirs on a
    day: a yes is of the days from the one asked about, a no as well; neither is of days before."""
    if since is None:
        return False
    if given.answer is NumberWord.YES:
        return since <= given.query.since
    return given.query.since <= since


def needs_asking(
    person: Consumer, verified_at: datetime | None, policy: AnswerPolicy, today: date
) -> bool:
    """Whether the database is to be asked about the number that texts go to. What has no data
    today has none tomorrow: it is asked again as an old answer is."""
    number = person.address(Channel.SMS)
    if number is None or not person.consent(Channel.SMS).open:
        return False
    kept = _answers(person).get(address_hash(number))
    if kept is not None and kept["answer"] == NumberWord.NO_DATA:
        return today - date.fromisoformat(kept["on"]) >= timedelta(days=policy.answer_days)
    return not confirmed(person, verified_at, policy, today)


def _answers(person: Consumer) -> Mapping[str, Mapping[str, Any]]:
    flag = person.flags.get(ANSWERS)
    return flag.detail.get("answers", {}) if flag is not None else {}
