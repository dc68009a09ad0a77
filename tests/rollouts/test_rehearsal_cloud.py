"""The forecast is what the local cloud sends, for a hundred accounts under the same events."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dunlin.cli.rehearse import play
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.accounts.touch import TouchState
from dunlin.service.signals.signals import apply_signal
from local.local_stack import LocalStack
from local.timelapse import TimeLapse
from tests.imports.test_import_cloud import ImportOperator
from tests.support.builders import CREDITOR, strategy_document
from tests.support.launch import launch

pytestmark = pytest.mark.cloud

ACCOUNTS, DAYS = 100, 40
PLACES = [("IL", "62701"), ("TX", "75001"), ("CA", "90001"), ("NY", "10001"), ("AZ", "86045")]
HEADER = "Invoice,Customer No,Customer,Email,Phone,SMS consent,Balance,Due date,State,ZIP"


def rows(dice: random.Random) -> list[str]:
    """Open invoices; some people have several, some no e-mail, some a text consent."""
    rows_found = []
    for n in range(ACCOUNTS):
        person = dice.randrange(80)
        state, code = PLACES[person % len(PLACES)]
        rows_found.append(
            ",".join(
                [
                    f"F-{n}",
                    f"P{person}",
                    f"Pat{chr(65 + person % 26)} Sample{chr(65 + person // 26)}",
                    f"p{person}@example.com" if person % 9 else "",
                    f"+1217555{100 + person:04d}",
                    "yes" if person % 2 else "",
                    f"{dice.randrange(2_000, 90_000) / 100:.2f}",
                    (date(2026, 11, 20) - timedelta(days=dice.randrange(5, 90))).isoformat(),
                    state,
                    code,
                ]
            )
        )
    return rows_found


def test_the_forecast_is_what_the_cloud_sends(stack: LocalStack, tmp_path: Path) -> None:
    dice = random.Random(9)
    lapse = TimeLapse(stack)
    operator = ImportOperator(stack, tmp_path)
    start = lapse.now
    export = tmp_path / "open.csv"
    export.write_text("\n".join([HEADER, *rows(dice)]) + "\n")
    sequence = [
        {"reference": f"F-{n}", "at": (start + timedelta(days=day)).isoformat(), "kind": kind}
        for n, day, kind in ((3, 2, "opt_out"), (17, 6, "dispute"), (40, 12, "opt_out"))
    ]
    events = tmp_path / "events.jsonl"
    events.write_text("\n".join(json.dumps(message) for message in sequence))

    forecast = play(
        [export], strategy_document(), at=start, days=DAYS, events=events, creditor=CREDITOR
    )

    operator.drop("open.csv", export.read_text())
    by_reference = operator.accounts()
    for number, message in enumerate(sequence):
        account = by_reference[message["reference"]]
        signal = Signal(
            signal_id=f"event-{number}",
            kind=SignalKind(message["kind"]),
            at=datetime.fromisoformat(message["at"]),
            account_id=account.account_id,
            consumer_id=account.consumer_id,
            channel=Channel.EMAIL.value,
        )
        lapse.plan(signal.at, partial(_raise, signal, lapse))
    assert launch(stack)["started"] == forecast.started
    lapse.run(start + timedelta(days=DAYS))

    zones = {m.account_id: m.zone for m in forecast.messages}
    sent = Counter(
        (
            account.reference,
            _day(touch.permitted_at, zones.get(account.account_id, "UTC")),
            touch.channel.value,
            touch.template,
        )
        for account in operator.accounts().values()
        for touch in operator.book.account_history(account.account_id).touches
        if touch.run and touch.state in (TouchState.SENT, TouchState.DELIVERED)
    )
    foreseen = Counter(
        (m.reference, m.local.date(), m.channel, m.template) for m in forecast.messages if m.rung
    )
    assert foreseen.total() > ACCOUNTS
    assert sent - foreseen == Counter()
    assert foreseen - sent == Counter()


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _raise(signal: Signal, lapse: TimeLapse) -> None:
    from dunlin.runtime import wiring

    apply_signal(signal, book=wiring.account_book(), waker=wiring.waker(), now=lapse.now)
