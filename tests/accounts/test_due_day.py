"""A due date is a calendar date: the same one in the file, in the table, in the letter and before
staff, wherever the person and the machine are."""

from __future__ import annotations

import html
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from dunlin.adapters.dynamo.rows.accounts import AccountRow
from dunlin.domain.accounts.consumer import Channel
from dunlin.views.messages.jinja_messages import JinjaMessages
from tests.imports.reading import read
from tests.messages.samples import LINK, STOP_LINK, facts
from tests.staff.test_widgets import account_page, staff_account
from tests.support import builders

DUE = date(2026, 12, 1)
FILE = "Invoice,Name,Email,Amount,Due Date\nINV-1,Ada Example,ada@example.com,125.00,2026-12-01\n"
ZONES = ("Etc/GMT+12", "America/New_York", "UTC", "Asia/Kolkata", "Pacific/Kiritimati")
"""From twelve hours behind UTC to fourteen ahead of it."""


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The zone of the machine, and of the person."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_a_due_date_is_the_same_day_everywhere(zone: str) -> None:
    (line,) = read(FILE)["rows"]
    assert line["account"]["due_on"] == DUE.isoformat()
    account = builders.account(due_on=date.fromisoformat(line["account"]["due_on"]))
    row = AccountRow.from_raw_data(AccountRow.of(account, "2026-11-30T23:30:00Z").serialize())
    stored = row.to_domain()
    assert stored.due_on == DUE
    known = facts()
    letter = JinjaMessages().render(
        "reminder.neutral",
        Channel.EMAIL,
        facts=replace(known, consumer=replace(known.consumer, tz_known=zone, tz_by="person")),
        link=LINK,
        stop_link=STOP_LINK,
        fields={},
        accounts=[stored, builders.account("INV-2", due_on=date(2026, 12, 2))],
    )
    assert "December 1, 2026" in letter.text
    shown = staff_account("word")
    history = replace(shown.account_history, account=stored)
    page = account_page(replace(shown, account_history=history), account_id="x")
    assert "due 01 Dec 2026" in html.unescape(page)
    assert stored.days_past_due(date(2026, 12, 3)) == 2
