"""PublishChanges from the stream event to the metric lines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dunlin.adapters.dynamo.rows.accounts import AccountRow, LedgerRow
from dunlin.adapters.memory.counters import MemoryBus, MemoryCounters, MemorySpendMeter
from dunlin.domain.accounts.account import Status
from dunlin.domain.errors import Unavailable
from dunlin.runtime import wiring
from functions.publish_changes.handler import handler
from tests.staff import builders
from tests.staff.builders import CREDITOR


def stream() -> dict[str, Any]:
    active = builders.account(version=1)
    settled = builders.account(version=2, status=Status.SETTLED)
    changes = [
        {"NewImage": LedgerRow.of(builders.entry(active)).serialize()},
        {
            "OldImage": AccountRow.of(active, "2026-11-21T15:00:00Z").serialize(),
            "NewImage": AccountRow.of(settled, "2026-11-21T15:00:00Z").serialize(),
        },
    ]
    return {"Records": [{"eventID": str(n), "dynamodb": c} for n, c in enumerate(changes)]}


def test_a_batch_is_counted_told_and_measured(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    counters, bus = MemoryCounters(), MemoryBus()
    monkeypatch.setattr(wiring, "counters", lambda: counters)
    monkeypatch.setattr(wiring, "event_bus", lambda: bus)
    monkeypatch.setattr(wiring, "spend_meter", MemorySpendMeter)
    handler(stream(), None)
    assert [f.accounts for f in counters.tally(CREDITOR).values()] == [1]
    assert {e.name for e in bus.events.values()} == {"PaymentPosted", "AccountSettled"}
    lines = [json.loads(x) for x in capsys.readouterr().out.splitlines() if '"_aws"' in x]
    measured = {
        (m["Name"], *(line[d] for d in block["Dimensions"][0])): line[m["Name"]]
        for line in lines
        for block in line["_aws"]["CloudWatchMetrics"]
        for m in block["Metrics"]
    }
    assert measured == {
        ("LadderOutcomes", "settled"): [1.0],
        ("Payments",): [1.0],
        ("RecoveredMinor", "USD"): [5000.0],
    }


def test_a_bus_that_refuses_fails_the_batch_and_measures_nothing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Refusing:
        def publish(self, events: object) -> None:
            raise Unavailable("events", "ThrottlingException")

    counters = MemoryCounters()
    monkeypatch.setattr(wiring, "spend_meter", MemorySpendMeter)
    monkeypatch.setattr(wiring, "counters", lambda: counters)
    monkeypatch.setattr(wiring, "event_bus", Refusing)
    with pytest.raises(Unavailable):
        handler(stream(), None)
    assert '"_aws"' not in capsys.readouterr().out
