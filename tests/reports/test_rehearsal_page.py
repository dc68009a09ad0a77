"""A rehearsal's page: its figures, the columns of its days, its calendar; nothing breaks out."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element, fromstring

import pytest

from dunlin.domain.reports.forecast import Forecast, Message, compare
from dunlin.views.reports.rehearsal_report import page

START = datetime(2026, 9, 2, 15, tzinfo=UTC)  # a Wednesday
EVIL = "<b>acme</b>"


def message(day: int, channel: str = "email", template: str = "reminder") -> Message:
    return Message(
        account_id=f"acc_{day}",
        reference="INV-1",
        at=START + timedelta(days=day),
        zone="America/New_York",
        channel=channel,
        template=template,
        rung=True,
        cost_micro=100_000,
    )


def forecast(*messages: Message) -> Forecast:
    return Forecast(
        start=START,
        days=20,
        started=1_234,
        passed_over={EVIL: 3},
        messages=messages,
        refusals={"US-HOURS": 12_000},
        deferred=7,
        ends={"exhausted": 1_230},
    )


def chart_of(page: str) -> Element:
    return fromstring(re.findall("<svg.*?</svg>", page, re.DOTALL)[0])


def test_each_day_is_a_column_with_its_texts_upon_its_e_mails() -> None:
    drawn = chart_of(page([("acme", forecast(*[message(0)] * 3, message(0, "sms"), message(2)))]))
    bars = list(drawn.iter("rect"))
    assert [bar.findtext("title") for bar in bars] == [
        "2026-09-02: 3 e-mails",
        "2026-09-02: 1 texts",
        "2026-09-04: 1 e-mails",
    ]
    mail, text, later = ([float(bar.get(key, "")) for key in ("y", "height")] for bar in bars)
    assert mail[1] == pytest.approx(3 * text[1], abs=0.2)
    assert text[0] + text[1] == pytest.approx(mail[0], abs=0.2)
    assert later[0] + later[1] == pytest.approx(mail[0] + mail[1], abs=0.2)
    assert [t.text for t in drawn.iter("text")] == ["4", "0", "Sep 02", "Sep 16"]


def test_a_date_at_the_edge_ends_there() -> None:
    drawn = chart_of(page([("acme", replace(forecast(message(42)), days=42))]))
    assert drawn.findall("text")[-1].get("text-anchor") == "end"


def test_the_calendar_begins_on_monday_and_is_darkest_on_the_busiest_day() -> None:
    written = page([("acme", forecast(message(0), *[message(5)] * 2))])
    calendar = written.partition('<table class="calendar">')[2].partition("</table>")[0]
    weeks = re.findall("<tr>(.*?)</tr>", calendar)[1:]
    assert [week.count("<td>") for week in weeks] == [7, 7, 7, 2]
    assert weeks[0].startswith("<td></td><td></td><td><div")
    shares = Counter(re.findall(r"(\d+)%", calendar))
    assert shares == {"70": 1, "35": 1, "0": 19}


def test_the_figures_stand_in_tables() -> None:
    written = html.unescape(page([("acme", forecast(message(0), message(1, "sms", "final")))]))
    for text in ("<b>1,234</b>", "<b>$0.20</b>", "12,000", "1,230", "final"):
        assert text in written
    assert "Refusals by rule" not in page([("acme", replace(forecast(), refusals={}))])


def test_two_forecasts_stand_beside_what_sets_them_apart() -> None:
    first, second = forecast(message(0), message(1)), forecast(message(0))
    written = page([(EVIL, first), ("other", second)], compare(first, second))
    for text in ('messages in both, alike</td><td class="n">1<', "only with other"):
        assert text in written
    assert written.count("<svg") == 2


def test_what_is_given_never_becomes_markup() -> None:
    foretold = forecast(message(0, template=EVIL))
    written = page([(EVIL, foretold), ("b", foretold)], compare(foretold, foretold))
    assert EVIL not in written
    assert html.escape(EVIL) in written


def test_a_rehearsal_without_a_message_is_drawn() -> None:
    assert list(chart_of(page([("acme", forecast())])).iter("rect")) == []
