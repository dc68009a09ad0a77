"""What leaves an adapter when DynamoDB refuses: a machine retries by the name of the class."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pynamodb.exceptions import (
    CancellationReason,
    QueryError,
    TransactWriteError,
    VerboseClientError,
)

import dunlin
from dunlin.adapters.dynamo import back_off, reading
from dunlin.adapters.dynamo.account_book import DynamoBook
from dunlin.adapters.dynamo.rows.accounts import META, AccountRow
from dunlin.domain.errors import Conflict, Defect, DomainError, Unavailable
from dunlin.ports.accounts import Change
from dunlin.service.accounts.writing import entry_of, next_version
from tests.support import builders
from tests.support.builders import NOON
from tests.wiring import stack

FAMILIES = (Conflict, Defect, DomainError, Unavailable)


class Refusing:
    """DynamoDB that answers every transaction with these reasons, and counts them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *codes: str | None) -> None:
        self.asked = 0

        reasons = [CancellationReason(code, "") if code else None for code in codes]
        cause = VerboseClientError(
            {"Error": {"Code": "TransactionCanceledException", "Message": ""}},
            "TransactWriteItems",
            cancellation_reasons=reasons,
        )

        def commit(_: Any) -> None:
            self.asked += 1
            raise TransactWriteError("canceled", cause)

        monkeypatch.setattr("pynamodb.transactions.TransactWrite._commit", commit)
        monkeypatch.setattr("dunlin.adapters.dynamo.back_off.time.sleep", lambda _: None)


def _book() -> DynamoBook:
    book = DynamoBook.__new__(DynamoBook)
    book._connection = None  # type: ignore[assignment]
    return book


def _change() -> Change:
    account = builders.account("INV-refused")
    entry = entry_of(account, now=NOON, what="Changed", data={})
    return Change(account=next_version(account, entry), audit=[entry])


def test_two_transactions_that_meet_raise_a_conflict_by_its_own_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Refusing(monkeypatch, None, "TransactionConflict")
    with pytest.raises(Conflict) as met:
        _book().apply(_change())
    assert type(met.value) is Conflict
    assert met.value.contended


def test_a_condition_that_is_false_raises_a_conflict_that_no_repeat_overcomes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Refusing(monkeypatch, "ConditionalCheckFailed", "TransactionConflict")
    with pytest.raises(Conflict) as met:
        _book().apply(_change())
    assert not met.value.contended


def test_a_batch_that_meets_another_is_tried_again_before_it_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusing = Refusing(monkeypatch, None, "TransactionConflict")
    change = _change()
    assert _book().apply_many([change]) == [change]
    assert refusing.asked == len(back_off.LONG) + 1


_THROTTLED = ClientError(
    {"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "GetItem"
)


class _Throttling:
    """DynamoDB that answers no read. PynamoDB wraps what its own calls raise; ours come bare."""

    client: Any

    def __init__(self) -> None:
        self.client = self

    def batch_get_item(self, **_: Any) -> None:
        raise _THROTTLED

    query = batch_get_item


def _wrapped() -> Iterator[Any]:
    raise QueryError("wrapped", _THROTTLED)
    yield


@pytest.mark.parametrize(
    "read",
    [
        lambda connection: list(reading.found(_wrapped())),
        lambda connection: list(reading.by_keys(connection, AccountRow, ["acc_1"], META)),
        lambda connection: reading.together(connection, [(AccountRow, "acc_1", META)]),
        lambda connection: reading.partition(connection, {META: AccountRow}, "acc_1"),
    ],
    ids=["a query", "many by key", "a few together", "a partition"],
)
def test_a_read_that_is_throttled_raises_unavailable_by_its_own_name(
    read: Callable[[Any], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dunlin.adapters.dynamo.back_off.time.sleep", lambda _: None)
    with pytest.raises(Unavailable) as met:
        read(_Throttling())
    assert type(met.value) is Unavailable
    assert met.value.certain


def _classes() -> Iterator[type[Exception]]:
    """Every class of the package that belongs to a family, the families themselves apart."""
    for module in pkgutil.walk_packages(dunlin.__path__, "dunlin."):
        importlib.import_module(module.name)
    for family in FAMILIES:
        yield from _below(family)


def _below(family: type[Exception]) -> Iterator[type[Exception]]:
    for kind in family.__subclasses__():
        yield kind
        yield from _below(kind)


def _retried_by_name() -> set[str]:
    """The names of our own that some machine retries. A class below one that is named to be let
    go at once is tried thrice by the last resort, which costs time alone."""
    names = {
        name
        for machine in stack.machines().values()
        for _, state in stack.states(machine)
        for retrier in state.get("Retry", ())
        if retrier.get("MaxAttempts") != 0
        for name in retrier["ErrorEquals"]
    }
    return names & {family.__name__ for family in FAMILIES}


def test_no_class_stands_below_one_that_a_machine_retries_by_name() -> None:
    retried = _retried_by_name()
    assert retried == {"Conflict", "Unavailable"}
    ours = [c for c in _classes() if c.__module__.startswith("dunlin.")]
    assert [c for c in ours if retried & {b.__name__ for b in c.__mro__}] == []
    # An adapter speaks in the four families alone; what stands below them is the domain's.
    assert [c for c in ours if c.__module__.startswith("dunlin.adapters.")] == []
