"""Rows of the version before the shapes had numbers, kept as they were written, are still read.

`write_rows.py` wrote them with that version's code; the strategy is one version older still.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dunlin.adapters.dynamo.counters import cells
from dunlin.adapters.dynamo.images import read_records
from dunlin.adapters.dynamo.rows.row import RawItem, StoredRow
from dunlin.domain.accounts.counters import Figure
from dunlin.domain.strategy.strategy_document import read_strategy
from tests.rows import values
from tests.rows.kinds import KINDS
from tests.rows.values import AT, CREDITOR, DAY
from tests.support.builders import strategy_document

TABLES: dict[str, list[RawItem]] = json.loads(
    (Path(__file__).parent / "rows_without_shape.json").read_text()
)


def _stored(table: str, begins: str) -> list[RawItem]:
    """The items of a table whose keys begin so, as `acc_full META`."""
    return [i for i in TABLES[table] if _name(i).startswith(begins)]


def _name(item: RawItem) -> str:
    keys = ("pk", "permit_id", "event_id", "subject", "account_id", "consumer_id")
    first = next(item[key]["S"] for key in keys if key in item)
    return f"{first} {item.get('sk', {}).get('S', '')}".strip()


def _read(kind: str, item: RawItem) -> Any:
    assert "shape" not in item
    return KINDS[kind].read(item)


# Rows from before the account knew when money last came, what waits behind its first matter, and
# how often its ladder was begun again.
BEFORE = replace(values.ACCOUNT, paid_at=None, behind=(), restarts=None)
# A pilot from before those drawn for it, and who halted it, were stored with it.
ROLLOUT_BEFORE = replace(values.ROLLOUT, chosen=(), walk=None, halted_by="", halted_at=None)
LINK_BEFORE = replace(values.LINK, opens_until=None)  # it opened until its row expired
EXPECTED: list[tuple[str, str, str, Any]] = [
    ("account", "accounts", "acc_full META", BEFORE),
    ("account", "accounts", "acc_bare META", values.NEW_ACCOUNT),
    ("ledger entry", "accounts", "acc_full LEDGER#", values.LEDGER_ENTRY),
    ("arrangement", "accounts", "acc_full ARR#arr_full", values.ARRANGEMENT),
    ("arrangement", "accounts", "acc_full ARR#arr_asked", values.REQUEST),
    ("profile", "people", "con_full PROFILE", values.CONSUMER),
    ("profile", "people", "con_bare PROFILE", values.NEW_CONSUMER),
    ("contacts", "people", "con_full CONTACTS", values.HISTORY),
    ("touch", "touches", "acc_full T#", values.TOUCH),
    ("touch", "touches", "acc_full N#", values.NOTICE),
    ("reply", "touches", "acc_full IN#", values.REPLY),
    ("reply", "touches", "con_full IN#", values.STRAY_REPLY),
    ("answer", "touches", "acc_full OUT#", values.ANSWER),
    ("audit entry", "audit", "account#acc_full", values.AUDIT_ENTRY),
    ("segment", "ops", f"ROLLOUTS#{CREDITOR} SEGMENT#", values.SEGMENT),
    ("rollout", "ops", f"ROLLOUTS#{CREDITOR} ROLLOUT#", ROLLOUT_BEFORE),
    ("share", "ops", "AGG#SHARE#acc_full", values.SHARE),
    ("share", "ops", "AGG#SHARE#acc_bare", values.UNDATED_SHARE),
    ("link", "ops", "LINK#", LINK_BEFORE),
    ("session", "ops", "SESSION#", values.SESSION),
    ("draft", "ops", "DRAFT#acc_full", values.DRAFT),
    ("payments", "ops", "PAY#con_full", values.PAYMENT_ATTEMPTS),
    ("contact point", "people", "con_full AT#",
     {"consumer_id": "con_full", "sk": f"AT#{'f' * 64}", "address_hash": "f" * 64}),
    ("signal", "ops", "SEEN#sig_1", {"pk": "SEEN#sig_1", "sk": "SEEN"}),
    ("clock", "ops", "CLOCK", {"pk": "CLOCK", "sk": "CLOCK", "at": AT}),
    ("tries", "ops", "ATTEMPT#con_full",
     {"pk": "ATTEMPT#con_full", "sk": "ATTEMPT", "tries": 2, "expires_at": AT + DAY}),
    ("code", "ops", "CODE#con_full",
     {"pk": "CODE#con_full", "sk": "CODE", "code_hash": "4" * 64, "expires_at": AT + DAY}),
    ("spend", "ops", "SPEND#2026-11",
     {"pk": "SPEND#2026-11", "sk": "SPEND", "micro": 12_000, "stopped_at": 10_000}),
    ("spend", "ops", "SPEND#2026-12", {"pk": "SPEND#2026-12", "sk": "SPEND", "micro": 500}),
    ("creditor", "ops", "CREDITORS", {"pk": "CREDITORS", "sk": CREDITOR, "at": AT}),
    ("event", "webhooks", "evt_1",
     {"event_id": "evt_1", "body": '{"id": "evt_1"}', "at": AT, "expires_at": AT + 400 * DAY}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "table", "begins", "value"),
    [pytest.param(*expected, id=f"{expected[0]}-{expected[2]}") for expected in EXPECTED],
)
def test_an_older_row_is_read_as_what_was_written(
    kind: str, table: str, begins: str, value: Any
) -> None:
    (item,) = _stored(table, begins)
    assert _read(kind, item) == value


def test_an_older_permit_still_stands_for_what_it_was_given_for() -> None:
    (item,) = _stored("permits", "tch_1")
    assert _read("permit", item) == KINDS["permit"].value


def test_every_shard_of_an_older_pause_is_still_on() -> None:
    items = _stored("ops", "PAUSE#")
    assert len(items) == 16
    for item in items:
        pause = _read("pause", item)
        assert (pause["by_platform"], pause["by_creditor"]) == (
            "op_1 2026-11-23T18:00:00.000000Z",
            "op_2 2026-11-23T18:00:00.000000Z",
        )


def test_own_words_that_a_strategy_called_letters_are_its_templates() -> None:
    (item,) = _stored("ops", f"CREDITOR#{CREDITOR} ")
    assert "letters" in item["document"]["S"]
    held = _read("strategy", item)
    expected = strategy_document(**values.OWN_WORDS)
    del expected["reassigned_numbers"]  # no document of that day said what becomes of them
    assert held["document"] == expected
    strategy = read_strategy(held["document"], creditor=CREDITOR, version=1)
    assert strategy.templates == values.OWN_WORDS["templates"]


def test_older_counters_still_sum_to_the_same() -> None:
    months = [i for i in TABLES["ops"] if _name(i).startswith(f"AGG#{CREDITOR}#")]
    sums = {cell: figure for item in months for cell, figure in cells(CREDITOR, item)}
    assert sums == values.TALLY
    (dated,) = (i for i in months if "n01" in i)
    del dated["m01"]
    (figure,) = (figure for _, figure in cells(CREDITOR, dated))
    assert figure == Figure(1, 0)


def test_an_older_image_of_a_stream_is_read() -> None:
    event = {
        "Records": [
            {"eventID": _name(item), "dynamodb": {"NewImage": item}}
            for item in (*TABLES["accounts"], *TABLES["touches"])
        ]
    }
    images = {record.record_id: record.new for record in read_records(event)}
    assert images["acc_full META"] == BEFORE
    assert images["acc_full T#2#1#3"] == values.TOUCH


def test_every_older_row_is_read_by_some_test() -> None:
    heads = {(table, begins) for _, table, begins, _ in EXPECTED} | {
        ("permits", "tch_1"),
        ("ops", "PAUSE#"),
        ("ops", f"CREDITOR#{CREDITOR} "),
        ("ops", f"AGG#{CREDITOR}#"),
    }
    for table, items in TABLES.items():
        for item in items:
            assert any(t == table and _name(item).startswith(b) for t, b in heads), _name(item)


def test_a_row_is_written_again_in_the_newest_shape() -> None:
    (item,) = _stored("accounts", "acc_full ARR#arr_full")
    row: StoredRow = KINDS["arrangement"].of(_read("arrangement", item))
    again = row.serialize()
    assert again["shape"] == {"N": "2"}
    assert KINDS["arrangement"].read(again) == values.ARRANGEMENT
