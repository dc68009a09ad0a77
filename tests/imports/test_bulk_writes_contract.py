"""Bulk writes and reads of the account book: in memory and over DynamoDB on the local cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.domain import ids
from dunlin.domain.accounts.account import LedgerEntry
from dunlin.domain.audit.audit import append
from dunlin.domain.errors import Conflict, Unavailable
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from tests.support import builders
from tests.support.builders import CREDITOR, NOON
from tests.support.wholes import AccountBook


@pytest.fixture(scope="module", params=["memory", pytest.param("dynamo", marks=pytest.mark.cloud)])
def book(request: pytest.FixtureRequest) -> AccountBook:
    if request.param == "memory":
        return MemoryBook()
    request.getfixturevalue("still_stack")
    from dunlin.runtime import wiring

    return wiring.account_book()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    return request.node.name.split("[")[0]


def newcomer(name: str, **changes: Any) -> Change:
    """A new account with its consumer, opening charge and first audit entries."""
    person = builders.consumer(name)
    account = builders.account(f"INV-{name}", consumer_id=person.consumer_id, **changes)
    audit_entry = append(
        subject=f"consumer#{person.consumer_id}",
        sequence=1,
        previous="",
        at=NOON,
        actor="import",
        what="ConsumerImported",
        data={},
    )
    entry = entry_of(account, now=NOON, what="AccountImported", data={}, actor="import")
    charge = LedgerEntry(
        entry_id=ids.entry_id(account.account_id, "opening"),
        account_id=account.account_id,
        kind="charge",
        amount=account.balance,
        on=NOON.date(),
        source="import",
    )
    return Change(
        account=next_version(account, entry),
        consumer=replace(person, version=1, audit_head=audit_entry.hash),
        ledger=[charge],
        audit=[entry, audit_entry],
    )


def account_ids(changes: list[Change]) -> Iterator[str]:
    return (c.account.account_id for c in changes if c.account is not None)


def test_many_changes_are_written_and_read_back(book: AccountBook, name: str) -> None:
    changes = [newcomer(f"{name}-{n}") for n in range(120)]
    assert book.apply_many(changes) == []
    accounts = book.read_accounts([*account_ids(changes), "acc_nobody"])
    assert accounts == {c.account.account_id: c.account for c in changes if c.account}
    people = book.read_consumers(a.consumer_id for a in accounts.values())
    assert people == {c.consumer.consumer_id: c.consumer for c in changes if c.consumer}
    first = changes[0].ledger[0]
    assert book.has_entry(first.account_id, first.entry_id)
    assert not book.has_entry(first.account_id, "ent_nobody")


def test_a_change_that_is_too_late_comes_back_and_nothing_of_it_is_written(
    book: AccountBook, name: str
) -> None:
    early = newcomer(f"{name}-early")
    assert book.apply_many([early]) == []
    charge = replace(early.ledger[0], entry_id=ids.entry_id(f"INV-{name}", "another"))
    late = replace(newcomer(f"{name}-early"), ledger=[charge])
    others = [newcomer(f"{name}-{n}") for n in range(3)]
    refused = book.apply_many([late, *others])
    assert late in refused
    # Those that shared its transaction come back as well; each is whole or not there at all.
    written_now = book.read_accounts(account_ids(others))
    for change in others:
        assert (change in refused) == (change.account is not None and
                                       change.account.account_id not in written_now)  # fmt: skip
    assert not book.has_entry(late.ledger[0].account_id, late.ledger[0].entry_id)


def test_two_changes_of_one_account_are_written_in_order(book: AccountBook, name: str) -> None:
    first = newcomer(name)
    assert first.account is not None
    entry = entry_of(first.account, now=NOON, what="Changed", data={})
    after = next_version(replace(first.account, balance=Money(1, "USD")), entry)
    ledger = builders.adjusted(first.account, after.balance, NOON)
    second = Change(account=after, ledger=ledger, audit=[entry])
    assert book.apply_many([first, second]) == []
    stored = book.account(first.account.account_id)
    assert stored is not None
    assert (stored.version, stored.balance.minor, stored.creditor) == (2, 1, CREDITOR)


def test_transactions_hold_at_most_a_hundred_items_and_each_subject_once() -> None:
    from dunlin.adapters.dynamo.account_writes import items_of, packed

    changes = [newcomer(f"p-{n}") for n in range(200)]
    batches = list(packed([*changes, changes[-1]]))
    assert [c for batch in batches for c in batch] == [*changes, changes[-1]]
    assert all(sum(map(items_of, batch)) <= 100 for batch in batches)
    # An account, a consumer, two addresses, an entry, two audit entries, and nothing left free.
    assert items_of(changes[0]) >= 7
    assert len(batches[0]) == 100 // items_of(changes[0])
    assert len(batches[-1]) == 1
    large = [newcomer(f"l-{n}", extras={"notes": "x" * 300_000}) for n in range(8)]
    assert [len(batch) for batch in packed(large)] == [2, 2, 2, 2]


def test_a_throttled_batch_is_tried_again_with_longer_pauses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dunlin.adapters.dynamo import account_book, back_off

    answers: list[Exception | None] = [Unavailable("dynamodb", "throttled", certain=True)] * 2
    pauses: list[float] = []

    class Answering:
        def __init__(self, *_: object, **__: object) -> None:
            """Takes what a transaction takes."""

        def __enter__(self) -> Answering:
            return self

        def __exit__(self, *_: object) -> None:
            answer = answers.pop(0)
            if answer is not None:
                raise answer

        def put(self, *_: object) -> None:
            """Collects nothing: the answers are given."""

    monkeypatch.setattr("dunlin.adapters.dynamo.back_off.time.sleep", pauses.append)
    bound = account_book.DynamoBook.__new__(account_book.DynamoBook)
    bound.transaction = Answering  # type: ignore[assignment]
    bound._connection = None  # type: ignore[assignment]
    answers.append(None)
    assert bound.apply_many([newcomer("t-1")]) == []
    assert len(pauses) == 2
    assert all(0 <= p <= most for p, most in zip(pauses, back_off.LONG, strict=False))
    answers.extend([Conflict("moved")])
    change = newcomer("t-2")
    assert bound.apply_many([change]) == [change]
    answers.extend([Unavailable("dynamodb", "throttled", certain=True)] * 20)
    with pytest.raises(Unavailable):
        bound.apply_many([newcomer("t-3")])


def test_keys_that_a_batch_left_unread_are_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from dunlin.adapters.dynamo import back_off, reading

    asked: list[int] = []

    class Table:
        """DynamoDB, which reads two keys of a request and leaves the others."""

        def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
            keys = RequestItems["t"]["Keys"]
            asked.append(len(keys))
            left = {"t": {**RequestItems["t"], "Keys": keys[2:]}} if keys[2:] else {}
            return {"Responses": {"t": keys[:2]}, "UnprocessedKeys": left}

    class Connection:
        client = Table()

    monkeypatch.setattr("dunlin.adapters.dynamo.back_off.time.sleep", lambda _: None)
    keys = [{"account_id": {"S": f"acc_{n}"}} for n in range(7)]
    wanted: Any = {"t": {"Keys": keys}}
    connection: Any = Connection()
    read = reading._batch_get(connection, wanted, pauses=back_off.LONG)
    assert [item for _, item in read] == keys
    assert asked == [7, 5, 3, 1]
