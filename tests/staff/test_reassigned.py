"""Numbers that may be somebody else's: what is asked, what an answer does, and what goes without.

47 CFR 64.1200(m): who asked about the day of consent or a later one, and was told no, is safe.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dunlin.adapters.files.reassigned_numbers import NumberFiles
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts.consumer import (
    Channel,
    Consent,
    ConsentState,
    Consumer,
    ContactHistory,
    PastContact,
)
from dunlin.domain.accounts.reassigned import (
    REASSIGNED,
    RESTS,
    AnswerPolicy,
    BadAnswer,
    NumberAnswer,
    NumberQuery,
    NumberWord,
    answered,
    concerns,
    confirmed,
    known_since,
    needs_asking,
)
from dunlin.domain.audit.audit import verify
from dunlin.domain.errors import DomainError
from dunlin.domain.staff.queue import kind_of
from dunlin.domain.strategy.strategy import StrategyError
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.service.staff.contact_points import give_point
from dunlin.service.staff.facts import set_fact
from dunlin.service.staff.reassigned import AnsweredNumbers, ask_about_numbers, take_answers
from tests.support import ground
from tests.support.builders import CREDITOR, NOON, account, consumer, strategy_document

TODAY = NOON.date()
NUMBER = "+12175550142"
USUAL = AnswerPolicy()


def granted(ago: int | None, **changes: Any) -> Consumer:
    """Ada, whose permission for texts is of so many days ago; None where nobody knows."""
    at = None if ago is None else NOON - timedelta(days=ago)
    consent = Consent(state=ConsentState.GRANTED, version=1, at=at, evidence="import: yes")
    return consumer(consents={Channel.SMS: consent}, **changes)


def told(person: Consumer, answer: NumberWord, *, since: int, ago: int) -> Consumer:
    """The person after an answer of so many days ago about a day of so many days ago."""
    query = NumberQuery(number=NUMBER, since=TODAY - timedelta(days=since))
    given = NumberAnswer(query=query, answer=answer)
    on = TODAY - timedelta(days=ago)
    return answered(person, given, on=on, at=NOON, by="staff:desk-1", evidence="rnd-1")


@pytest.mark.parametrize(
    ("person", "sure"),
    [
        (granted(None), False),
        (granted(44), True),
        (granted(45), False),
        (told(granted(400), NumberWord.NO, since=400, ago=0), True),
        (told(granted(400), NumberWord.NO, since=401, ago=30), True),
        (told(granted(400), NumberWord.NO, since=400, ago=31), False),
        (told(granted(400), NumberWord.NO, since=399, ago=0), False),
        (told(granted(400), NumberWord.NO_DATA, since=400, ago=0), False),
        (told(granted(None), NumberWord.NO, since=400, ago=0), False),
        (granted(1, phones=()), False),
    ],
)
def test_a_number_is_known_by_the_persons_word_or_by_a_fresh_no(
    person: Consumer, sure: bool
) -> None:
    assert confirmed(person, None, USUAL, TODAY) is sure


def test_what_proves_the_number_later_counts_before_the_day_of_permission() -> None:
    proof = NOON - timedelta(days=3)
    assert known_since(granted(400), proof) == proof.date()
    assert known_since(consumer(consents={}), None) is None
    assert confirmed(granted(400), proof, USUAL, TODAY)


@pytest.mark.parametrize(
    ("answer", "since", "asked", "tells"),
    [
        (NumberWord.YES, 400, 400, True),
        (NumberWord.YES, 400, 399, True),
        (NumberWord.YES, 400, 401, False),
        (NumberWord.NO, 400, 400, True),
        (NumberWord.NO, 400, 401, True),
        (NumberWord.NO, 400, 399, False),
    ],
)
def test_an_answer_concerns_whose_number_was_known_on_the_right_side_of_its_day(
    answer: NumberWord, since: int, asked: int, tells: bool
) -> None:
    query = NumberQuery(number=NUMBER, since=TODAY - timedelta(days=asked))
    given = NumberAnswer(query=query, answer=answer)
    assert concerns(given, TODAY - timedelta(days=since)) is tells
    assert not concerns(given, None)


def test_a_number_that_somebody_else_has_is_closed_and_another_is_not() -> None:
    person = told(granted(400), NumberWord.YES, since=400, ago=0)
    assert person.consent(Channel.SMS).state is ConsentState.REVOKED
    assert {"reassigned", "wrong_number"} <= person.flags.keys()
    second = "+12175550143"
    query = NumberQuery(number=second, since=TODAY)
    two = granted(10, phones=(NUMBER, second))
    given = NumberAnswer(query=query, answer=NumberWord.YES)
    after = answered(two, given, on=TODAY, at=NOON, by="staff:desk-1", evidence="rnd-1")
    assert after.consent(Channel.SMS).open
    assert "wrong_number" not in after.flags
    assert answered(after, given, on=TODAY, at=NOON, by="staff:a", evidence="rnd-2") is after


def test_no_data_is_asked_again_when_an_answer_would_be_old() -> None:
    assert needs_asking(granted(400), None, USUAL, TODAY)
    assert not needs_asking(
        told(granted(400), NumberWord.NO_DATA, since=400, ago=30), None, USUAL, TODAY
    )
    assert needs_asking(
        told(granted(400), NumberWord.NO_DATA, since=400, ago=31), None, USUAL, TODAY
    )
    assert not needs_asking(consumer(consents={}), None, USUAL, TODAY)


class Desk:
    """One debt of Ada's under a strategy, and the files of the database."""

    def __init__(self, folder: Path, person: Consumer, policy: dict[str, Any]) -> None:
        self.folder, self.waker = folder, MemoryWaker()
        self.book, self.account = ground.memory_world()
        self.book.creditors.put_strategy(
            CREDITOR, strategy_document(reassigned_numbers=policy), NOON
        )
        newest = self.book.creditors.strategy(CREDITOR)
        assert newest is not None
        self.book.accounts[self.account.account_id] = replace(
            self.account, strategy_version=newest.version
        )
        stored = self.book.consumers[person.consumer_id]
        self.book.consumers[person.consumer_id] = replace(
            person, version=stored.version, audit_head=stored.audit_head
        )

    @property
    def person(self) -> Consumer:
        return self.book.consumers[self.account.consumer_id]

    def text(self, now: datetime = NOON) -> str:
        facts = self.book.facts(self.account.account_id)
        verdict = ground.gate("PLAT-NUMBER", "US-TCPA-RND").judge(
            facts, channel=Channel.SMS, template="reminder", purpose="", now=now
        )
        return verdict.outcome

    def export(self, name: str = "numbers.csv", **options: Any) -> tuple[str, tuple[str, ...]]:
        path = self.folder / name
        files = NumberFiles(today=TODAY, questions=path, **options)
        asked = ask_about_numbers(CREDITOR, book=self.book, database=files, now=NOON)
        return path.read_text(), asked.undated

    def take(self, text: str, *, on: date = TODAY, asked: str = "") -> AnsweredNumbers:
        path = self.folder / "answers.csv"
        path.write_text(text)
        files = NumberFiles(
            today=TODAY, answered=path, asked=self.folder / asked if asked else None
        )
        return take_answers(
            CREDITOR,
            database=files,
            on=on,
            by="desk-1",
            evidence="rnd-1",
            book=self.book,
            waker=self.waker,
            now=NOON,
        )


def desk(folder: Path, ago: int | None, **policy: Any) -> Desk:
    return Desk(folder, granted(ago), policy)


def test_what_is_asked_is_answered_and_texts_go_while_the_answer_is_fresh(tmp_path: Path) -> None:
    at = desk(tmp_path, 400)
    assert at.text() == "block"
    day = TODAY - timedelta(days=400)
    assert at.export() == (f"number,date\n2175550142,{day}\n", ())
    heard = at.take(f"number,date,answer\n2175550142,{day},NO\n")
    assert (heard.people[NumberWord.NO], heard.bad, heard.before_staff) == (1, [], [])
    assert at.text() == "allow"
    assert at.text(NOON + timedelta(days=31)) == "block"
    assert at.export("again.csv")[0] == "number,date\n"
    chain = at.book.chains[f"consumer#{at.person.consumer_id}"]
    assert chain[-1].what == "NumberAnswered"
    assert "2175550142" not in str(chain[-1])
    assert not verify(chain, head=at.person.audit_head)


def test_a_number_that_was_reassigned_is_closed_and_staff_are_told(tmp_path: Path) -> None:
    at = desk(tmp_path, 400, without_answer="proceed")
    assert at.text() == "allow"
    day = TODAY - timedelta(days=400)
    heard = at.take(f"2175550142,{day},yes\n")
    assert (heard.people[NumberWord.YES], heard.before_staff) == (1, [at.account.reference])
    assert at.text() == "block"
    assert not at.person.consent(Channel.SMS).open
    waits = at.book.accounts[at.account.account_id]
    assert (waits.escalated, waits.waits_for_staff, kind_of(waits)) == (
        REASSIGNED,
        True,
        "escalation",
    )
    assert at.waker.woken == [at.account.account_id]
    chain = at.book.chains[f"consumer#{at.person.consumer_id}"]
    assert chain[-1].what == "NumberReassigned"
    again = at.take(f"2175550142,{day},yes\n")
    assert again.before_staff == []
    assert at.book.chains[f"consumer#{at.person.consumer_id}"] == chain
    assert at.export("again.csv")[0] == "number,date\n"


def test_a_number_that_the_person_gives_to_us_is_theirs_again(tmp_path: Path) -> None:
    at = desk(tmp_path, 400, without_answer="proceed")
    at.take(f"2175550142,{TODAY - timedelta(days=400)},yes\n")
    give_point(
        at.account.account_id,
        NUMBER,
        by="desk-1",
        evidence="call-9",
        book=at.book,
        waker=at.waker,
        now=NOON,
    )
    assert "reassigned" not in at.person.flags
    assert not at.person.consent(Channel.SMS).open, "a permission of its own is wanted"


def test_a_number_of_which_no_day_is_known_is_named_and_not_asked_about(tmp_path: Path) -> None:
    at = desk(tmp_path, None)
    assert at.export() == ("number,date\n", (at.account.reference,))
    assert at.text() == "block"
    set_fact(
        at.account.account_id,
        "text_verified_at",
        (TODAY - timedelta(days=2)).isoformat(),
        by="desk-1",
        evidence="call-1",
        book=at.book,
        waker=at.waker,
        now=NOON,
    )
    assert at.text() == "allow"


def test_the_persons_own_text_needs_no_question(tmp_path: Path) -> None:
    at = desk(tmp_path, 400)
    wrote = PastContact(
        at=NOON - timedelta(days=5),
        channel="sms",
        direction="in",
        outcome="received",
        account_id=at.account.account_id,
        template="question",
        touch_id="in-1",
    )
    person = at.person.consumer_id
    at.book.histories[person] = ContactHistory(consumer_id=person, contacts=(wrote,))
    assert at.text() == "allow"
    assert at.export()[0] == "number,date\n"


def test_each_number_is_asked_about_once_for_each_day_and_firms_are_not(tmp_path: Path) -> None:
    at = desk(tmp_path, 400)
    for name, ago, company in (("ben", 400, False), ("cy", 90, False), ("firm", 90, True)):
        other = granted(ago, consumer_id=f"con_{name}", company=company)
        debt = account(name.upper(), consumer_id=other.consumer_id)
        at.book.accounts[debt.account_id] = debt
        at.book.consumers[other.consumer_id] = other
    text, undated = at.export(headings=False)
    days = [TODAY - timedelta(days=ago) for ago in (400, 90)]
    assert sorted(text.splitlines()) == sorted(f"2175550142,{day}" for day in days)
    assert undated == ()
    # Who had it on an earlier day has it no more, either; a firm's number is nobody else's there.
    heard = at.take(f"2175550142,{days[1]},yes\n")
    assert heard.people[NumberWord.YES] == 4


BAD = [
    ("12345,2026-11-01,no", "bad_number"),
    ("5550142,2026-11-01,no", "bad_number"),
    ("=2175550142,2026-11-01,no", "bad_number"),
    ("2175550142,yesterday,no", "bad_date"),
    ("2175550142,2026-13-01,no", "bad_date"),
    ("2175550142,2099-01-01,no", "future_date"),
    ("2175550142,,no", "no_date"),
    ("2175550142,2026-11-01,maybe", "bad_answer"),
    ("2175550142,2026-11-01,", "bad_answer"),
]


def test_rows_that_tell_nothing_are_named_and_the_others_are_heard(tmp_path: Path) -> None:
    at = desk(tmp_path, 400)
    day = TODAY - timedelta(days=400)
    rows = "".join(f"{row}\n" for row, _ in BAD)
    heard = at.take(f"Phone Number,Date,Response\n{rows}(217) 555-0142,{day:%m/%d/%Y},No_Data\n")
    assert [(bad.row, bad.code) for bad in heard.bad] == [
        (line, code) for line, (_, code) in enumerate(BAD, start=2)
    ]
    assert heard.people == {NumberWord.YES: 0, NumberWord.NO: 0, NumberWord.NO_DATA: 1}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"number,day\n2175550142,2026-11-01\n", "no column called answer"),
        (b"a,b,c,d\n", "no column called number"),
        (b'2175550142,2026-11-01,"no\n', "cannot be read"),
        (b"\xff\xfe\x00", "not in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(
    tmp_path: Path, content: bytes, why: str
) -> None:
    (tmp_path / "answers.csv").write_bytes(content)
    with pytest.raises(DomainError, match=why):
        list(NumberFiles(today=TODAY, answered=tmp_path / "answers.csv").answers())


def test_answers_without_a_day_take_that_of_the_file_that_was_asked(tmp_path: Path) -> None:
    at = desk(tmp_path, 400)
    at.export()
    heard = at.take("2175550142,no\n", asked="numbers.csv")
    assert (heard.people[NumberWord.NO], heard.bad) == (1, [])
    assert at.text() == "allow"
    lacking = at.take("2175550143,no\n", asked="numbers.csv")
    assert lacking.bad == [BadAnswer(row=1, code="no_date")]


def test_a_file_that_is_there_is_not_written_over_and_no_answer_is_of_a_day_to_come(
    tmp_path: Path,
) -> None:
    at = desk(tmp_path, 400)
    at.export()
    with pytest.raises(DomainError, match="there already"):
        at.export()
    with pytest.raises(DomainError, match="still to come"):
        at.take("2175550142,2026-01-01,no\n", on=TODAY + timedelta(days=1))


def test_the_setting_is_strict_unless_it_is_said_and_knows_its_bounds() -> None:
    document = {k: v for k, v in strategy_document().items() if k != "reassigned_numbers"}
    assert read_strategy(document, creditor=CREDITOR, version=1).reassigned_numbers == USUAL
    assert USUAL.without_answer == "refuse"
    for wrong in ({"answer_days": RESTS.days + 1}, {"answer_days": 0}, {"without_answer": "ask"}):
        with pytest.raises(StrategyError):
            read_strategy(document | {"reassigned_numbers": wrong}, creditor=CREDITOR, version=1)
