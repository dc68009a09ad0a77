"""An arrangement's row gives back what it was given, field by field."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunlin.adapters.dynamo.rows.arrangements import ArrangementRow
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.domain.money import Money

INSTANTS = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - the zone is drawn
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1))
AMOUNTS = st.builds(Money, st.integers(0, 10**9), st.just("USD"))


for kind, strategy in ((datetime, INSTANTS), (date, DAYS), (Money, AMOUNTS)):
    st.register_type_strategy(kind, strategy)


@pytest.mark.slow
@given(st.from_type(Arrangement))
def test_a_row_keeps_every_field(arrangement: Arrangement) -> None:
    assert ArrangementRow.of(arrangement).to_domain() == arrangement
