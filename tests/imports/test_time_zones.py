"""A column of time zones: places are kept, anything else is told by row and counts for nothing."""

from __future__ import annotations

import pytest

from tests.imports.reading import read, result_of, rows_by

HEADER = "Invoice,Customer,Email,State,ZIP,Time Zone,Due Date,Balance\n"


def _row(zone: str) -> str:
    return f'{HEADER}1,Ada Abbott,ada@example.com,NY,12207,"{zone}",2026-01-15,10.00\n'


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("America/New_York", "America/New_York"),
        ("america/chicago", "America/Chicago"),
        ("Eastern", "America/New_York"),
        ("Pacific Time (US & Canada)", "America/Los_Angeles"),
    ],
)
def test_a_place_is_kept_under_its_own_name(text: str, zone: str) -> None:
    row = rows_by(read(_row(text)))[2]
    assert row["account"]["extras"] == {"time_zone": zone}
    assert _problems(_row(text)) == []


@pytest.mark.parametrize("text", ["EST", "UTC", "MST", "-05:00", "GMT-5", "Etc/GMT+5", "Local"])
def test_what_is_no_place_is_told_with_row_column_and_value(text: str) -> None:
    row = rows_by(read(_row(text)))[2]
    assert row["account"]["extras"] == {}
    assert row["account"]["held"] is None
    assert _problems(_row(text)) == [("bad_time_zone", "Time Zone", text)]


@pytest.mark.parametrize("text", ["", "n/a", "-"])
def test_an_empty_cell_says_nothing(text: str) -> None:
    assert rows_by(read(_row(text)))[2]["account"]["extras"] == {}
    assert _problems(_row(text)) == []


def _problems(text: str) -> list[tuple[str, str, str]]:
    result = result_of(text)
    assert result.assembly is not None
    (outcome,) = result.assembly.outcomes
    return [(p.code, p.column, p.value) for p in outcome.problems]
