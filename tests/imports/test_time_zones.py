"""A column of time zones: places are kept, anything else is told by row and counts for nothing."""

from __future__ import annotations

import pytest

from dunlin.domain.imports.sidecar import Sidecar, SidecarErrors, check_sidecar
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


NO_ADDRESS = (
    "Invoice,Customer,Email,State,Due Date,Balance\n"
    "1,Ada Abbott,ada@example.com,{},2026-01-15,10.00\n"
)


def test_where_a_row_names_no_place_the_mapping_file_says_it() -> None:
    def state(written: str, **keys: str) -> object:
        return rows_by(read(NO_ADDRESS.format(written), **keys))[2]["account"]["consumer"]["state"]

    assert state("") is None
    assert state("", state="IL") == "IL"
    assert state("WI", state="IL") == "WI"
    assert state("", state="IL", country="DE") is None


@pytest.mark.parametrize(("written", "state"), [("IL", "IL"), ("illinois", "IL"), ("OR", "OR")])
def test_the_state_of_a_mapping_file_is_one_of_the_united_states(written: str, state: str) -> None:
    checked = check_sidecar({"state": written})
    assert isinstance(checked, Sidecar)
    assert checked.state == state


@pytest.mark.parametrize("written", ["ON", "ZZ", "Bavaria", 7, True])
def test_any_other_state_is_refused(written: object) -> None:
    checked = check_sidecar({"state": written})
    assert isinstance(checked, SidecarErrors)
    assert "state must be one of the United States" in checked.errors[0]


def test_a_file_that_tells_of_nobody_where_they_live_is_told_so() -> None:
    def notes(header: str, **keys: str) -> tuple[str, ...]:
        row = "1,Ada Abbott,ada@example.com,IL,2026-01-15,10.00\n"
        return result_of(
            f"Invoice,Customer,Email,{header},Due Date,Balance\n{row}", **keys
        ).profile.notes

    assert [n for n in notes("Rep") if "in which state" in n]
    assert notes("State") == ()
    assert notes("Rep", state="IL") == ()
    assert notes("Rep", country="DE") == ()
