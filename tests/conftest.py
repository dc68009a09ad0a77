"""What tests share: the deployed stack, one a run and rewound for each module, and one browser."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Playwright, sync_playwright

from local import local_stack
from local.cloud import ROOT
from local.local_stack import LocalStack
from tools.chromium import launch

# Two runs at once need two ports, and so do two workers of one run.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORT = int(os.environ.get("DUNLIN_TEST_PORT", "14566")) + 50 * WORKER
# How long an example takes is the machine's affair: a busy one would fail what holds.
settings.register_profile("dunlin", deadline=None)
settings.load_profile("dunlin")
START = "2026-11-23T15:00:00Z"  # a Monday, 09:00 in Chicago


@pytest.fixture(scope="session")
def deployed() -> Iterator[LocalStack]:
    """The real template, built and deployed by sam with IAM enforced; marked when fresh."""
    directory = ROOT / ".local" / f"test-stack-{PORT}"
    local_stack.close_stack(directory)
    stack = local_stack.open_stack(port=PORT, directory=directory, time_lapse=START, say=_quiet)
    for address in ("accounts@creditor.example.com", "accounts@clinic.example.com"):
        local_stack.allow_sender(stack.cloud, address)
    stack.cloud.mark()
    yield stack
    local_stack.close_stack(directory)


def _forget_wiring() -> None:
    """What was made for another module remembers rows that are gone, and a cloud that may be."""
    from dunlin.adapters.dynamo.rows.row import StoredRow
    from dunlin.runtime import wiring

    adapters = [m for name, m in sys.modules.items() if name.startswith("dunlin.adapters.aws.")]
    for module in (wiring, *adapters):
        for factory in vars(module).values():
            if hasattr(factory, "cache_clear"):
                factory.cache_clear()
    tables: list[type[StoredRow]] = [StoredRow]
    for table in tables:
        table._connection = None  # each keeps the address that it first spoke to
        tables += table.__subclasses__()


def _quiet(line: str) -> None:
    with Path(ROOT / ".local" / "test-stack.log").open("a") as log:
        log.write(line + "\n")


@pytest.fixture(scope="module")
def stack(deployed: LocalStack) -> Iterator[LocalStack]:
    """The deployed stack as fresh as on its first day, with its settings in the environment."""
    deployed.cloud.rewind()
    _forget_wiring()
    before = dict(os.environ)
    os.environ.update(deployed.environment())
    yield deployed
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def still_stack(stack: LocalStack) -> Iterator[LocalStack]:
    """The deployed stack whose schedules rest, for tests that write accounts without an execution:
    the safety net would take those for lost and begin a run of its own in the midst of a test."""
    events = stack.cloud.client("events")
    rules = [rule["Name"] for rule in events.list_rules()["Rules"] if "ScheduleExpression" in rule]
    assert rules
    for rule in rules:
        events.disable_rule(Name=rule)
    yield stack
    for rule in rules:
        events.enable_rule(Name=rule)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One for the run: a second one beside it cannot be started."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()
