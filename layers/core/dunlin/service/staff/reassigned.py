"""Reassigned numbers: what to ask the database, and what follows from its answers.

A number that is somebody else's is closed for its person, and every debt of theirs that is owed
comes before staff: earlier texts may have told a stranger of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Account
from dunlin.domain.accounts.consumer import Channel, Consumer
from dunlin.domain.accounts.reassigned import (
    REASSIGNED,
    BadAnswer,
    NumberAnswer,
    NumberQuery,
    NumberWord,
    answered,
    concerns,
    known_since,
    needs_asking,
)
from dunlin.domain.errors import DomainError
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import AccountsAndPeople, Addresses, Facts, ManyAtOnce, Portfolios
from dunlin.ports.contact import NumberDatabase
from dunlin.ports.machines import LadderWaker
from dunlin.service.accounts.staff_command import PersonChange, change_person, code, staff
from dunlin.service.accounts.writing import retry_on_conflict, write
from dunlin.service.contact.gate import verified_at

_TOGETHER = 100


class AskingBook(AccountsAndPeople, ManyAtOnce, Portfolios, Protocol):
    """A creditor's accounts with their people."""


class AnsweredBook(AccountsAndPeople, Addresses, Protocol):
    """The people who have a number, with their accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedNumbers:
    """How many questions were handed over, and the references of accounts whose number nobody can
    ask about: no day is known on which it was the person's."""

    questions: int
    undated: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class AnsweredNumbers:
    """What became of a file of answers: people by answer, numbers of nobody whom the answer
    concerns, rows that tell nothing, and the references that are before staff now."""

    people: dict[NumberWord, int] = field(default_factory=lambda: dict.fromkeys(NumberWord, 0))
    of_nobody: int = 0
    bad: list[BadAnswer] = field(default_factory=list)
    before_staff: list[str] = field(default_factory=list)


def ask_about_numbers(
    creditor: str, *, book: AskingBook, database: NumberDatabase, now: datetime
) -> AskedNumbers:
    """Ask about every number of a creditor's that texts may go to and of which nothing fresh is
    known, each number and day once. Raises `DomainError`."""
    queries: dict[NumberQuery, None] = {}
    undated = []
    for facts in _texted(creditor, book):
        person, proof = facts.consumer, verified_at(facts, now)
        if not needs_asking(person, proof, facts.strategy.reassigned_numbers, now.date()):
            continue
        since = known_since(person, proof)
        if since is None:
            undated.append(facts.account.reference)
        else:
            number = person.address(Channel.SMS) or ""
            queries[NumberQuery(number=number, since=since)] = None
    database.ask(queries)
    return AskedNumbers(questions=len(queries), undated=tuple(sorted(undated)))


def _texted(creditor: str, book: AskingBook) -> Iterator[Facts]:
    """The facts of one account of each person of a creditor who owes and may be texted."""
    owing: dict[str, Account] = {}
    for account in book.accounts_of_creditor(creditor):
        if account.owes:
            owing.setdefault(account.consumer_id, account)
    ids = sorted(owing)
    for start in range(0, len(ids), _TOGETHER):
        people = book.read_consumers(ids[start : start + _TOGETHER])
        for consumer_id, person in people.items():
            if person.consent(Channel.SMS).open and person.phones and not person.company:
                yield book.facts(owing[consumer_id].account_id)


def take_answers(
    creditor: str,
    *,
    database: NumberDatabase,
    on: date,
    by: str,
    evidence: str,
    book: AnsweredBook,
    waker: LadderWaker,
    now: datetime,
) -> AnsweredNumbers:
    """Write down what the database answered on a day, about the people of a creditor; that a number
    is somebody else's binds for every creditor's. Said again it changes nothing more. Raises
    `DomainError`, `Conflict`."""
    if on > now.date():
        raise DomainError(f"{on} is still to come: an answer is of a day that was")
    hearing = _Hearing(
        creditor=creditor,
        on=on,
        actor=staff(by),
        evidence=code(evidence, "the evidence"),
        book=book,
        waker=waker,
        now=now,
    )
    for given in database.answers():
        if isinstance(given, BadAnswer):
            hearing.result.bad.append(given)
        else:
            hearing.hear(given)
    return hearing.result


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hearing:
    """The answers of one day, written down one by one."""

    creditor: str
    on: date
    actor: str
    evidence: str
    book: AnsweredBook
    waker: LadderWaker
    now: datetime
    result: AnsweredNumbers = field(default_factory=AnsweredNumbers)

    def hear(self, given: NumberAnswer) -> None:
        """Write an answer down about everybody whom it concerns."""
        people = self.book.consumers_at(given.query.number)
        heard = [
            self._write(given, person)
            for person in people
            if person.creditor == self.creditor or given.answer is NumberWord.YES
        ]
        self.result.of_nobody += not any(heard)

    def _write(self, given: NumberAnswer, person: Consumer) -> bool:
        """Whether an answer concerns a person; then it is written down."""
        own = sorted(self.book.accounts_of_consumer(person.consumer_id), key=lambda a: a.account_id)
        if not own or not concerns(given, self._since(own[0].account_id, given)):
            return False
        data = {
            "answer": given.answer.value,
            "on": self.on.isoformat(),
            "since": given.query.since.isoformat(),
            "evidence": self.evidence,
        }

        def answer(read: Consumer) -> PersonChange | None:
            after = answered(
                read, given, on=self.on, at=self.now, by=self.actor, evidence=self.evidence
            )
            if after == read:
                return None
            what = "NumberReassigned" if given.answer is NumberWord.YES else "NumberAnswered"
            return PersonChange(what=what, person=after, data=data)

        change_person(
            own[0].account_id,
            answer,
            actor=self.actor,
            book=self.book,
            waker=self.waker,
            now=self.now,
        )
        self.result.people[given.answer] += 1
        if given.answer is NumberWord.YES:
            put = (self._put_before_staff(account.account_id) for account in own)
            self.result.before_staff += [reference for reference in put if reference]
        return True

    def _since(self, account_id: str, given: NumberAnswer) -> date | None:
        """The last day on which the number asked about was known to be the person's; of a number
        that texts do not go to, or that is closed already, nothing is heard but that somebody has
        it."""
        facts, number = self.book.facts(account_id), given.query.number
        closed = address_hash(number) in facts.consumer.wrong
        if facts.consumer.address(Channel.SMS) == number and not closed:
            return known_since(facts.consumer, verified_at(facts, self.now))
        return given.query.since if given.answer is NumberWord.YES else None

    def _put_before_staff(self, account_id: str) -> str:
        """The reference of an account that is before staff now, "" where it owes nothing or
        was."""

        def attempt() -> str:
            account = self.book.account(account_id)
            if account is None or not account.owes:
                return ""
            if REASSIGNED in (*account.waiting, *account.approved_triggers):
                return ""
            after = lifecycle.put_before_staff(account, REASSIGNED)
            data = {"trigger": REASSIGNED, "evidence": self.evidence}
            write(
                self.book,
                account,
                after,
                what="AccountEscalated",
                data=data,
                now=self.now,
                actor=self.actor,
            )
            return account.reference

        return retry_on_conflict(attempt)
