"""Executions are lost at once; one look of the deployed reconciler has them back."""

from __future__ import annotations

import pytest

from local.local_stack import LocalStack
from tests.scenarios.mass_failure import lose_and_look

pytestmark = pytest.mark.cloud


def test_whoever_was_lost_at_once_is_back_after_one_look(still_stack: LocalStack) -> None:
    # More than are described one by one. The bench does the same with five hundred.
    assert lose_and_look(still_stack, 120) == [120, 0]
