"""Days beside an average day before launch: calls of an imported log, staff, the portal."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from xml.etree.ElementTree import fromstring

import pytest

from dunlin.adapters.memory.drop_box import MemoryDropBox
from dunlin.domain.errors import DomainError
from dunlin.domain.reports.daily_series import (
    INBOUND,
    OUTBOUND,
    Calls,
    calls_by_day,
    first_day,
    read_call_log,
    series,
    visits,
)
from dunlin.service.reports.measures import call_log, keep_calls
from dunlin.views.reports.measures_page import charts
from tests.reports.members import day, member

LOG = """date,reference,direction,minutes
2026-08-30,INV-1,in,4
2026-08-30 14:05,INV-2,Inbound,6
2026-08-31,INV-1,out,
2026-09-01,,incoming,3
2026-09-02,INV-9,in,2
"""


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_call_log_is_counted_by_day_and_keeps_no_reference() -> None:
    log = read_call_log(rows(LOG))
    assert log == [
        Calls(on=date(2026, 8, 30), direction=INBOUND, calls=2, minutes=10),
        Calls(on=date(2026, 8, 31), direction=OUTBOUND, calls=1, minutes=0),
        Calls(on=date(2026, 9, 1), direction=INBOUND, calls=1, minutes=3),
        Calls(on=date(2026, 9, 2), direction=INBOUND, calls=1, minutes=2),
    ]
    box = MemoryDropBox()
    assert call_log("acme-clinic", box) == []
    keep_calls("acme-clinic", log, box)
    assert keep_calls("acme-clinic", log, box) == call_log("acme-clinic", box) == log
    assert b"INV" not in box.files["reports/calls/acme-clinic.json"]
    # A day that is told again is told anew.
    mended = read_call_log(rows("date,direction\n2026-09-02,in\n2026-09-02,in\n"))
    assert keep_calls("acme-clinic", mended, box)[-1].calls == 2
    assert len(call_log("acme-clinic", box)) == 4


def test_a_row_that_says_nothing_is_refused_by_its_line() -> None:
    for line, message in (
        ("01/02/2026,in,", "date"),
        ("2026-01-02,sideways,", "direction"),
        ("2026-01-02,in,-3", "minutes"),
    ):
        with pytest.raises(DomainError, match=f"line 3: {message}"):
            read_call_log(rows(f"date,direction,minutes\n2026-01-01,in,1\n{line}\n"))


def test_each_day_since_launch_stands_beside_an_average_day_before() -> None:
    log = read_call_log(rows(LOG))
    calls = series(
        "inbound calls",
        calls_by_day(log, INBOUND),
        launch=date(2026, 9, 1),
        until=date(2026, 9, 4),
        known_from=first_day(log),
    )
    assert list(calls.days.values()) == [1, 1, 0, 0]
    assert (calls.baseline, calls.average) == (Fraction(2, 2), Fraction(1, 2))
    unknown = series("x", {}, launch=day(0), until=day(0), known_from=None)
    assert (unknown.baseline, unknown.average) == (None, 0)


def test_series_are_charted_with_their_baseline_and_nothing_becomes_markup() -> None:
    known = series(
        "inbound <calls>",
        {day(-2): 4, day(-1): 2, day(0): 6, day(2): 1},
        launch=day(0),
        until=day(2),
        known_from=day(-2),
    )
    page = charts("acme & <b>", [known, replace(known, name="acts", baseline=None)])
    first, second = (fromstring(svg) for svg in re.findall("<svg.*?</svg>", page, re.DOTALL))
    heights = [float(r.get("height", "")) for r in first.iter("rect")]
    assert [round(h / heights[0], 2) for h in heights] == [1.0, 0.17]
    # Half of the highest bar: three a day before, six on the best day since.
    (line,) = first.iter("line")
    floor = 180 - 24
    assert float(line.get("y1", "")) == pytest.approx(floor - heights[0] / 2, abs=0.1)
    assert list(second.iter("line")) == []
    assert "<calls>" not in page
    assert "<b>" not in page


def test_a_visit_is_a_link_that_was_followed() -> None:
    person = member(touched=[0, 3, 6], clicked=[3])
    assert visits(person.touches) == {day(3): 1}
