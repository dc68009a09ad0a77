"""A dashboard without a cloud: the committed body, figures made here, and the real handlers of the
widget functions over the ports in memory.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.clock import FixedClock
from dunlin.adapters.memory.counters import MemoryAccountLists, MemoryCounters
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain import ids
from dunlin.domain.accounts.account import Account, Hold, NextAction, Status
from dunlin.domain.accounts.counters import share_of
from dunlin.domain.accounts.lifecycle import attend
from dunlin.domain.accounts.touch import TouchState
from dunlin.domain.audit import audit
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change, Reply
from dunlin.runtime import wiring
from dunlin.service.staff.account_list import AccountListPorts
from dunlin.views.widgets.portfolio import Widgets
from infra.dashboards import body
from local.viewer.charts import ChartSeries, Frame
from local.viewer.cloud import WidgetFailed
from tests.imports.place import Office
from tests.imports.test_arriving import Runner
from tests.staff import builders
from tests.staff.builders import CREDITOR, NOW

FUNCTIONS = Path(__file__).parents[3] / "functions"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:dunlin-{}"
EVIL = 'I paid in cash <img src=x onerror="document.title=\'owned\'"> & have a "receipt"'


def _add(held: MemoryBook, account: Account, name: str, *entries: tuple[int, str, str]) -> Account:
    """Put an account into the book with its audit entries (days ago, what, reason)."""
    held.consumers[account.consumer_id] = builders.consumer(account, name=name)
    for version, (days, what, reason) in enumerate(entries, start=1):
        entry = audit.append(
            subject=f"account#{account.account_id}",
            sequence=version,
            previous=account.audit_head,
            at=NOW - timedelta(days=days),
            actor="dunlin",
            what=what,
            data={"reason": reason} if reason else {},
        )
        account = replace(account, version=version, audit_head=entry.hash)
        if version == len(entries):
            account = attend(account, entry.at)  # it began to wait with the newest entry
        held.apply(Change(account=account, audit=[entry]))
    return account


def portfolio() -> MemoryBook:
    """A small practice: a hundred accounts by age, four of them waiting for a person."""
    held = builders.book()
    for other in ("maple-homes", "northside-fitness"):
        held.creditors.put_strategy(other, {**builders.STRATEGY, "creditor": other}, NOW)
    for number in range(96):
        late = (number * 37) % 140 - 8
        status = (Status.ACTIVE, Status.ACTIVE, Status.ACTIVE, Status.SETTLED, Status.EXHAUSTED)[
            number % 5
        ]
        minor = 0 if status is Status.SETTLED else 2_500 + (number * 7919) % 90_000
        account = builders.account(
            f"HD-{1000 + number}",
            status=status,
            balance=Money(minor, "USD"),
            due_on=NOW.date() - timedelta(days=late) if number % 17 else None,
            hold=Hold.NOT_DUE if late < 0 and minor else None,
            version=0,
        )
        _add(held, account, "Sam Okafor", (30, "AccountImported", ""))
    waiting = [
        ("HD-2001", {"hold": Hold.DISPUTE, "hold_reason": EVIL}, 184_50, 45, 4),
        ("HD-2002", {"escalated": "balance"}, 4_250_00, 75, 1),
        ("HD-2003", {"hold": Hold.REVIEW, "hold_reason": "sms: The reply may mean that another "
                     "person has this number (PLAT-REPLY-UNCLEAR)"}, 96_00, 33, 0),
        ("HD-2004", {"hold": Hold.NO_CONTACT_POINT,
                     "hold_reason": "No e-mail address and no number."}, 320_00, 101, 9),
    ]  # fmt: skip
    for reference, fields, minor, late, days in waiting:
        account = builders.account(
            reference,
            balance=Money(minor, "USD"),
            due_on=NOW.date() - timedelta(days=late),
            version=0,
            **fields,
        )
        what = "AccountEscalated" if "escalated" in fields else "AccountHeld"
        _add(held, account, "Marisol Quintero Vega", (30, "AccountImported", ""), (days, what, ""))
    lost = held.accounts[ids.account_id(CREDITOR, "HD-2004")].consumer_id
    held.consumers[lost] = replace(held.consumers[lost], emails=(), phones=())
    _story(held)
    return held


def _story(held: MemoryBook) -> None:
    """One account with a thread to read: HD-3000."""
    account = builders.account(
        "HD-3000",
        balance=Money(245_00, "USD"),
        due_on=date(2026, 9, 30),
        rung=2,
        version=0,
        next_action=NextAction(
            at=NOW + timedelta(days=3, hours=1),
            channel="email",
            template="second_reminder",
            reason="second reminder, 7 days after the rung before.",
        ),
    )
    account = _add(
        held,
        account,
        "Robin Castellano",
        (30, "AccountImported", ""),
        (16, "AccountActivated", ""),
        (12, "TouchDeferred", "email: It is before 08:00 where this person may be (US-HOURS)"),
        (12, "TouchPermitted", "first: email is choice 1 of this rung"),
        (2, "TouchPermitted", "second: sms is choice 2 of this rung"),
    )
    held.touches[account.account_id, "T#1#0#0"] = builders.touch(
        account,
        TouchState.DELIVERED,
        template="first_reminder",
        permitted_at=NOW - timedelta(days=12),
        sent_at=NOW - timedelta(days=12),
        opened_at=NOW - timedelta(days=11, hours=20),
    )
    held.touches[account.account_id, "T#1#1#0"] = builders.touch(
        account,
        TouchState.BOUNCED,
        key="T#1#1#0",
        template="portal_link",
        permitted_at=NOW - timedelta(days=2),
        sent_at=NOW - timedelta(days=2),
        reason="The address does not exist any more.",
    )
    held.replies["r1"] = Reply(
        reply_id="r1",
        account_id=account.account_id,
        consumer_id=account.consumer_id,
        channel="sms",
        at=NOW - timedelta(days=1),
        text=EVIL,
        labels=("question",),
    )
    held.ledgers[account.account_id] = {
        e.entry_id: e
        for e in (
            builders.entry(account, "charge", 395_00, on=date(2026, 8, 31), note="Invoice HD-3000"),
            builders.entry(account, "payment", -150_00, on=date(2026, 10, 12)),
        )
    }


def resolved() -> dict[str, Any]:
    """The committed body with its placeholders filled in as CloudFormation does."""
    text = body.text()
    names = {n: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", n).lower() for n in
             re.findall(r"\$\{(\w+)Function\.Arn\}", text)}  # fmt: skip
    text = re.sub(r"\$\{(\w+)Function\.Arn\}", lambda m: ARN.format(names[m[1]]), text)
    filled: dict[str, Any] = json.loads(re.sub(r"\$\{([\w:.]+)\}", r"\1", text))
    return filled


class ViewerHarness:
    """Stands where the viewer expects a cloud."""

    dashboard = "dunlin"

    def __init__(self, held: MemoryBook) -> None:
        self.held = held
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.waker = MemoryWaker()
        self.office = Office()
        self.machine = Runner(self.office)
        self.answer: Callable[[str, dict[str, Any]], Any] = self._run

    def body(self) -> dict[str, Any]:
        return resolved()

    def series(
        self, properties: Mapping[str, Any], minutes: int
    ) -> tuple[list[ChartSeries], Frame]:
        end = datetime.now(UTC).timestamp() // 60 * 60
        frame = Frame(start=end - minutes * 60, end=end, period=minutes)
        series = []
        lines = [line[-1] for line in properties["metrics"]]
        if "expression" in lines[0]:
            lines = [{"label": rule} for rule in ("PLAT-FREQ-ALL", "PLAT-OPTOUT-ALL", "US-HOURS")]
        for number, options in enumerate(lines):
            points = tuple(
                (frame.start + step * minutes, float((step * (7 + number * 3)) % (11 - number % 5)))
                for step in range(4, 56, 2 + number)
            )
            series.append(
                ChartSeries(label=options["label"], points=points, colour=options.get("color", ""))
            )
        return series, frame

    def alarms(self, arns: list[str]) -> list[tuple[str, str]]:
        return [(arn, "OK") for arn in arns]

    def call(self, endpoint: str, event: Mapping[str, Any]) -> Any:
        sent = json.loads(json.dumps(event))
        self.events.append((endpoint, sent))
        return self.answer(endpoint, sent)

    def _run(self, endpoint: str, event: dict[str, Any]) -> Any:
        name = endpoint.split(":")[6].removeprefix("dunlin-")
        context = SimpleNamespace(invoked_function_arn=endpoint)
        try:
            return json.loads(json.dumps(_handler(name)(event, context)))
        except KeyError as error:
            raise WidgetFailed(str(error)) from error


def _handler(name: str) -> Callable[[Any, Any], Any]:
    spec = importlib.util.spec_from_file_location(name, FUNCTIONS / name / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Callable[[Any, Any], Any] = module.handler
    return handler


@contextmanager
def harness() -> Iterator[ViewerHarness]:
    """A stack whose functions are wired to a book in memory."""
    viewer = ViewerHarness(portfolio())
    counters = MemoryCounters()
    counters.count([share_of(a) for a in viewer.held.accounts.values()])
    log = builders.ChainLog(viewer.held)
    listed = AccountListPorts(
        lists=MemoryAccountLists(counters), book=viewer.held, creditors=viewer.held.creditors
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "widgets", Widgets)
        patch.setattr(wiring, "clock", lambda: FixedClock(NOW))
        patch.setattr(wiring, "counters", lambda: counters)
        patch.setattr(wiring, "account_list", lambda: listed)
        patch.setattr(wiring, "creditors", lambda: viewer.held.creditors)
        patch.setattr(wiring, "account_book", lambda: viewer.held)
        patch.setattr(wiring, "audit_archive", lambda: log)
        patch.setattr(wiring, "arranging_waker", lambda: viewer.waker)
        patch.setattr(wiring, "drop_box", lambda: viewer.office.box)
        patch.setattr(wiring, "intake", lambda: viewer.office.intake)
        patch.setattr(wiring, "import_machine", lambda: viewer.machine)
        yield viewer


def account_of(viewer: ViewerHarness, reference: str) -> Account:
    return viewer.held.accounts[ids.account_id(CREDITOR, reference)]
