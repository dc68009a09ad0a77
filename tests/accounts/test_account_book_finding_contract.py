"""One suite for every account book: what is found and read, by which index, in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dunlin.adapters.randomness import new_token
from dunlin.domain import ids
from dunlin.domain.accounts.account import Case, Hold, Override, Status
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Consumer
from dunlin.domain.accounts.merging import merge, taken_in
from dunlin.domain.errors import Conflict
from dunlin.ports.accounts import (
    Answer,
    Change,
    Conversation,
    Reply,
)
from dunlin.service.accounts.writing import entry_of, next_version
from tests.accounts.books import (
    Book,
    attempt,
    change_account,
    change_consumer,
    eventually,
    fresh,
    write,
)
from tests.support import builders
from tests.support.builders import CREDITOR, NOON
from tests.support.wholes import AccountBook


def test_people_are_found_by_address(stored_account: tuple[AccountBook, str]) -> None:
    book, account_id = stored_account
    person = book.facts(account_id).consumer
    (match,) = book.consumers_at(person.emails[0].upper())
    assert match.consumer_id == person.consumer_id
    assert book.consumers_at("nobody@example.org") == []


def test_people_are_found_by_any_words_of_their_name(under_test: Book) -> None:
    book = under_test.book
    stem = "".join(c for c in new_token() if c.isalpha()).lower()[:12]
    names = {
        "a": ("Zoë", f"Zoë {stem.title()} O’Hara"),
        "b": ("", f"{stem.upper()}-Lindqvist, Max"),
        "c": ("Max", f"Max {stem}x"),
        "d": (stem, f"{stem} Elsewhere"),
    }
    people = {}
    for key, (given, name) in names.items():
        account = book.account(fresh(under_test, f"{stem}{key}"))
        assert account is not None
        people[key] = account.consumer_id
        change_consumer(book, account.consumer_id, name=name, given_name=given)

    def called(name: str, creditor: str = CREDITOR) -> set[str]:
        return {c.name for c in book.consumers_called(creditor, name)}

    eventually(lambda: called(stem) == {names["a"][1], names["b"][1]})
    assert called(f"zoe  {stem}") == {names["a"][1]}
    assert called(f"ohara {stem}") == {names["a"][1]}
    assert called(f"Max {stem} Lindqvist") == {names["b"][1]}
    assert called(f"max {stem} nobody") == set()
    assert called(f"elsewhere {stem}") == {names["d"][1]}
    assert called(f"{stem}", "other") == set()
    assert called(" . ") == set()
    change_consumer(book, people["a"], name="", given_name="")
    book.drop_points(people["a"])
    eventually(lambda: called(stem) == {names["b"][1]})
    change_consumer(book, people["a"], name=f"New {stem}")
    book.index_people(book.read_consumers(people.values()).values())
    eventually(lambda: called(stem) == {names["b"][1], f"New {stem}"})


def test_accounts_are_found_by_what_their_creditor_calls_them(under_test: Book) -> None:
    book = under_test.book
    stem = new_token()[:12].replace("-", "x")
    patients = [
        builders.account(f"{stem} {day}", extras={"consumer_reference": stem}, invoice=invoice)
        for day, invoice in (("2026-08-14", ""), ("2026-09-20", f"Inv {stem}"))
    ]
    # Their ids are not made of their references, as of debts that a file tells by who owes.
    first, second = (
        replace(a, account_id=ids.account_id(CREDITOR, f"{n}|{stem}"))
        for n, a in enumerate(patients)
    )
    plain = builders.account(f"R-{stem}")
    for account in (first, second, plain):
        entry = entry_of(account, now=NOON, what="AccountImported", data={})
        book.apply(Change(account=next_version(account, entry), audit=[entry]))

    def named(name: str, creditor: str = CREDITOR) -> set[str]:
        return {a.account_id for a in book.accounts_named(creditor, name)}

    assert named(f"{stem.upper()}  2026-08-14") == {first.account_id}
    assert named(f"inv {stem}") == {second.account_id}
    assert named(f"{stem} 2026-09-20/Inv {stem}") == {second.account_id}
    assert named(stem) == {first.account_id, second.account_id}
    assert named(f"R-{stem}") == {plain.account_id}
    assert named(stem, creditor="somebody-else") == set()


def test_a_record_that_was_taken_in_leads_to_the_one_that_holds_the_person(
    under_test: Book,
) -> None:
    book = under_test.book
    kept_id, left_id = fresh(under_test, "kept"), fresh(under_test, "left")
    kept, other = book.facts(kept_id).consumer, book.facts(left_id).consumer
    attempt(book, kept_id)
    merged = merge(kept, other)
    book.apply(
        Change(
            consumer=replace(merged, version=kept.version + 1),
            taken_in=replace(taken_in(other, kept), version=other.version + 1),
        )
    )
    assert book.consumer(other.consumer_id) == book.consumer(kept.consumer_id)
    facts = book.facts(left_id)
    assert facts.consumer.consumer_id == kept.consumer_id == facts.history.consumer_id
    assert len(facts.history.contacts) == 1
    read = book.read_consumers([kept.consumer_id, other.consumer_id])
    assert read[other.consumer_id] == read[kept.consumer_id] == facts.consumer
    assert book.account_history(left_id).consumer == facts.consumer
    assert book.consumers_at(other.emails[0]) == [facts.consumer]
    with pytest.raises(Conflict):
        book.apply(
            Change(
                consumer=replace(facts.consumer, version=facts.consumer.version + 1),
                taken_in=replace(other, version=other.version + 1),
            )
        )
    assert book.facts(kept_id).consumer == facts.consumer


def test_people_are_found_by_the_day_they_closed_email(
    stored_account: tuple[AccountBook, str],
) -> None:
    book, account_id = stored_account
    person = book.facts(account_id).consumer
    day = date(2026, 3, 14)
    assert book.email_closed_on(day) == []

    def consent(state: ConsentState, at: datetime) -> Consumer:
        now = book.consumer(person.consumer_id)
        assert now is not None
        email = Consent(state=state, version=now.version, at=at, evidence="portal")
        return replace(now, consents={**now.consents, Channel.EMAIL: email},
                       version=now.version + 1)  # fmt: skip

    late = datetime(2026, 3, 14, 23, 59, tzinfo=UTC)
    book.apply(Change(consumer=consent(ConsentState.REVOKED, late)))
    assert [p.consumer_id for p in book.email_closed_on(day)] == [person.consumer_id]
    assert book.email_closed_on(day + timedelta(days=1)) == []
    book.apply(Change(consumer=consent(ConsentState.GRANTED, late)))
    assert book.email_closed_on(day) == []


def test_what_rests_without_a_ladder_is_found_when_its_rest_is_over(under_test: Book) -> None:
    ended, begun = fresh(under_test, "rests-ended"), fresh(under_test, "rests-begun")
    day = NOON + timedelta(days=5)
    rest: dict[str, Any] = {"hold": Hold.PROMISE, "hold_reason": "Promises to pay", "due_at": day}
    change_account(under_test.book, ended, status=Status.EXHAUSTED, **rest)
    change_account(under_test.book, begun, **rest)
    mine = {ended, begun}
    assert [a.account_id for a in under_test.book.rests_over(day) if a.account_id in mine] == [
        ended
    ]
    assert mine.isdisjoint(
        a.account_id for a in under_test.book.rests_over(day - timedelta(seconds=1))
    )
    assert ended not in {a.account_id for a in under_test.book.due(day)}
    change_account(under_test.book, ended, hold=Hold.REVIEW)
    assert mine.isdisjoint(a.account_id for a in under_test.book.rests_over(day))


def test_a_person_has_other_accounts_beside_the_one_that_was_read(under_test: Book) -> None:
    person = builders.consumer("two-debts")
    first, second = (
        builders.account(f"INV-{n}-of-two", consumer_id=person.consumer_id) for n in "ab"
    )
    builders.store(under_test.book, under_test.creditors, first, second, person=person)

    def theirs(beside: str = "") -> set[str]:
        of_person = under_test.book.accounts_of_consumer(person.consumer_id, beside=beside)
        return {a.account_id for a in of_person}

    assert theirs() == {first.account_id, second.account_id}
    assert theirs(beside=first.account_id) == {second.account_id}


def test_due_accounts_come_in_order_and_held_ones_wait_for_staff(under_test: Book) -> None:
    early, late = fresh(under_test, "due-early"), fresh(under_test, "due-late")
    change_account(under_test.book, early, due_at=NOON - timedelta(days=9))
    change_account(under_test.book, late, due_at=NOON - timedelta(days=8))
    due = [a.account_id for a in under_test.book.due(NOON - timedelta(days=7))]
    assert due == [early, late]
    change_account(under_test.book, late, hold=Hold.REVIEW, due_at=None)
    assert late in {a.account_id for a in under_test.book.waiting_for_staff(CREDITOR)}
    assert [a.account_id for a in under_test.book.due(NOON - timedelta(days=7))] == [early]


def test_replies_stand_in_the_conversation(stored_account: tuple[AccountBook, str]) -> None:
    book, account_id = stored_account
    consumer_id = book.facts(account_id).consumer.consumer_id
    reply = Reply(
        reply_id=f"r-{account_id}",
        account_id=account_id,
        consumer_id=consumer_id,
        channel="sms",
        at=NOON,
        text="Can I pay on Friday? <b>",
        labels=("question",),
    )
    book.apply(Change(reply=reply))
    assert book.account_history(account_id).replies == (reply,)


def test_what_nobody_attends_is_listed_until_it_is_attended(
    stored_account: tuple[AccountBook, str],
) -> None:
    book, account_id = stored_account

    def listed() -> bool:
        return account_id in {a.account_id for a in book.unattended(CREDITOR)}

    assert not listed()
    write(book, account_id, due_at=None)
    eventually(listed)
    write(book, account_id, due_at=NOON)
    eventually(lambda: not listed())
    write(book, account_id, due_at=None, hold=Hold.DISPUTE)
    assert not listed()


def test_an_active_account_is_on_its_ladder_by_its_run(
    stored_account: tuple[AccountBook, str],
) -> None:
    book, account_id = stored_account

    def run() -> int | None:
        return dict(book.on_ladders(CREDITOR)).get(account_id)

    eventually(lambda: run() == 1)
    write(book, account_id, ladder_run=2)
    eventually(lambda: run() == 2)
    assert account_id in dict(book.on_ladders(CREDITOR, after=account_id[:-1]))
    assert account_id not in dict(book.on_ladders(CREDITOR, after=account_id))
    write(book, account_id, status=Status.CLOSED)
    eventually(lambda: run() is None)


def test_an_answer_is_kept_once_with_the_conversation(
    stored_account: tuple[AccountBook, str],
) -> None:
    book, account_id = stored_account
    answer = Answer(
        answer_id=f"ans_{account_id}",
        account_id=account_id,
        at=NOON,
        by="ana",
        channel="sms",
        text="Línea una\nlínea dos",
    )
    book.apply(Change(answer=answer))
    assert book.account_history(account_id).answers == (answer,)
    with pytest.raises(Conflict):
        book.apply(Change(answer=answer))


def test_an_account_is_read_whole_and_in_parts(stored_account: tuple[AccountBook, str]) -> None:
    book, account_id = stored_account
    stored = book.account(account_id)
    assert stored is not None
    debt = book.ledger(account_id)[0]
    paid = replace(debt, entry_id=f"ent_{account_id}", kind="payment", amount=-debt.amount)
    answer = Answer(
        answer_id=f"ans_{account_id}",
        account_id=account_id,
        at=NOON,
        by="ana",
        channel="",
        text="?",
    )
    touch = attempt(book, account_id)
    stored = book.account(account_id)
    assert stored is not None
    entry = entry_of(stored, now=NOON, what="Paid", data={})
    after = next_version(stored, entry)
    book.apply(Change(account=after, ledger=[paid], answer=answer, audit=[entry]))
    record, conversation = book.account_record(account_id), book.conversation(account_id)
    assert record is not None
    assert (record.account, record.arrangements, record.arrangement) == (after, (), None)
    assert set(record.ledger) == {debt, paid}
    assert record.ledger == book.ledger(account_id) == book.account_history(account_id).ledger
    assert ([t.key for t in conversation.touches], conversation.replies, conversation.answers) == (
        [touch.key], (), (answer,),
    )  # fmt: skip
    assert book.strategy_of(after) == book.facts(account_id).strategy


def test_nothing_is_read_of_an_account_that_is_not_there(under_test: Book) -> None:
    book = under_test.book
    assert book.account_record("acc_nobody") is None
    assert book.ledger("acc_nobody") == ()
    assert book.conversation("acc_nobody") == Conversation()


def test_a_case_and_an_override_come_back_as_they_were(
    stored_account: tuple[AccountBook, str],
) -> None:
    book, account_id = stored_account
    case = Case(since=NOON, kind="question", asked_at=NOON, owner="ana", lapsed=True)
    override = Override(tone="gentle", longest_months=18, paused=True, by="ana", why="case-7")
    write(book, account_id, case=case, override=override)
    stored = book.account(account_id)
    assert stored is not None
    assert (stored.case, stored.override, stored.waits_for_staff) == (case, override, True)
    eventually(lambda: account_id in {a.account_id for a in book.waiting_for_staff(CREDITOR)})


def test_a_person_without_contact_points_is_found_by_none(
    stored_account: tuple[AccountBook, str],
) -> None:
    book, account_id = stored_account
    person = book.facts(account_id).consumer
    assert book.consumers_at(person.emails[0])
    change_consumer(book, person.consumer_id, emails=(), phones=())
    book.drop_points(person.consumer_id)
    assert all(
        match.consumer_id != person.consumer_id for match in book.consumers_at(person.emails[0])
    )


def test_the_touches_of_a_span_are_found_among_all(
    stored_account: tuple[AccountBook, str],
) -> None:
    book, account_id = stored_account
    touch = attempt(book, account_id)
    hour = timedelta(hours=1)
    within = [t.touch_id for t in book.touches_permitted(NOON - hour, NOON + hour)]
    assert within.count(touch.touch_id) == 1
    assert touch.touch_id not in {t.touch_id for t in book.touches_permitted(NOON - hour, NOON)}
    # Whoever stops reading holds nothing up.
    assert next(iter(book.touches_permitted(NOON - hour, NOON + hour)))


def test_a_creditors_accounts_are_read_page_by_page_each_once(
    under_test: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dunlin.adapters.dynamo import account_reads as dynamo
    from dunlin.adapters.memory import account_reads as memory

    for module in (dynamo, memory):
        monkeypatch.setattr(module, "_PAGE", 3)
    monkeypatch.setattr(dynamo, "LOOKED_AT", 4)
    book, creditor = under_test.book, f"paged-{new_token()[:8].lower()}"
    accounts = [
        builders.account(
            f"INV-{n}",
            account_id=ids.account_id(creditor, f"INV-{n}"),
            creditor=creditor,
            cohort=f"{creditor}.1" if n % 2 else "",
        )
        for n in range(17)
    ]
    for account in accounts:
        entry = entry_of(account, now=NOON, what="AccountImported", data={})
        book.apply(Change(account=next_version(account, entry), audit=[entry]))

    def pages(**only: str) -> list[str]:
        found_ids, after, first = [], "", True
        while after or first:
            first = False
            page, after = book.page_of_creditor(creditor, after=after, **only)
            assert len(page) <= 3
            found_ids += [account.account_id for account in page]
        return sorted(found_ids)

    everybody = sorted(account.account_id for account in accounts)
    eventually(lambda: len(list(book.accounts_of_creditor(creditor))) == 17)
    assert pages() == everybody
    assert pages(status=Status.IMPORTED.value) == everybody
    assert pages(cohort=f"{creditor}.1") == sorted(a.account_id for a in accounts if a.cohort)
    assert pages(cohort="none.1") == []
