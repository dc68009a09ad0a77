"""A rehearsal's page: its figures, the columns of its days, its calendar; nothing breaks out."""

from __future__ import annotations

import html
import re
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


def test_every_message_stands_under_its_person_and_its_day_with_its_words() -> None:
    two = replace(
        message(1, "sms"), person_id="p1", person="Ada", step="First note", text="Hi\nAda"
    )
    written = html.unescape(page([("acme", forecast(two, replace(two, at=START), message(2)))]))
    by_person = written.partition("By person")[2].partition("By day")[0]
    assert "Ada <small>2 messages</small>" in by_person
    assert by_person.count("Wed Sep 02, 11:00 · text · First note · INV-1") == 1
    assert by_person.count("<pre>Hi\nAda</pre>") == 2
    by_day = written.partition("By day")[2]
    assert by_day.index("Wednesday, September 02") < by_day.index("Friday, September 04")


def test_the_figures_stand_in_tables() -> None:
    written = html.unescape(page([("acme", forecast(message(0), message(1, "sms", "final")))]))
    for text in ("<b>1,234</b>", "<b>$0.20</b>", "12,000", "1,230", "final"):
        assert text in written
    assert "Refused or put off" not in page([("acme", replace(forecast(), refusals={}))])


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


def test_the_steps_stand_in_the_order_of_the_ladder_and_a_rule_says_what_it_is_for() -> None:
    many = [message(9, template="final_notice")] * 3
    drawn = page(
        [("acme", forecast(*many, message(0)))], rules={"US-HOURS": "Not before eight <b>"}
    )
    assert drawn.index("<td>reminder</td>") < drawn.index("<td>final_notice</td>")
    assert "Not before eight &lt;b&gt;" in drawn
