"""The portal over ports in memory, and a browser in front of it."""

from __future__ import annotations

import pytest

from tests.portal.harness import Browser, PortalHarness


@pytest.fixture
def harness() -> PortalHarness:
    return PortalHarness()


@pytest.fixture
def browser(harness: PortalHarness) -> Browser:
    return Browser(harness)
