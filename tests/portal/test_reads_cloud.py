"""A request reads what it needs once: bounds on the calls of the tables, counted on the cloud."""

from __future__ import annotations

import pytest

from local.local_stack import LocalStack
from tests.bench.flows import Flows

pytestmark = pytest.mark.cloud

MOST = {
    "portal GET /account": 6,
    "portal GET /plan": 5,
    "portal POST /plan, check": 10,
    "portal POST /plan, agree": 10,
    "portal POST /promise": 11,
    "portal POST /pay": 7,
    "webhook that posts money": 6,
    "webhook that pays an instalment": 8,
    "staff decision, release": 6,
    "widget of one account": 8,
    "check_compliance, permitted": 4,
    "send, a link, a reply address and a message": 8,
}


@pytest.fixture(scope="module")
def flows(stack: LocalStack) -> Flows:
    counted = Flows()
    counted.walk()
    return counted


@pytest.mark.parametrize("flow", MOST)
def test_a_flow_asks_the_tables_no_oftener_than_it_needs(flows: Flows, flow: str) -> None:
    operations = [call.operation for call in flows.calls[flow]]
    assert 0 < len(operations) <= MOST[flow], operations


def test_every_flow_is_bounded_or_counted_by_rows(flows: Flows) -> None:
    (imported,) = set(flows.calls) - set(MOST)
    assert len(flows.calls[imported]) <= 12


def test_the_cloud_reckons_what_a_flow_consumed(flows: Flows) -> None:
    for flow, calls in flows.calls.items():
        assert sum(call.reads + call.writes for call in calls) > 0, flow
