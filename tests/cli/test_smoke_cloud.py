"""`dunlin smoke` on the deployed stack: the looks of AWS, as far as the local cloud goes."""

from __future__ import annotations

import pytest

from dunlin.adapters.aws.smoke import LOOKS, Deployment, look_at_all
from local.local_stack import LocalStack

pytestmark = pytest.mark.cloud

# What the local cloud cannot settle: no access log, no firewall, a simulator that reads no keys and
# no receipts; and no ladder waits on a fresh stack.
OPEN = {
    "access-log-is-written",
    "firewall-lets-people-pass",
    "firewall-log-is-written",
    "leading-keys-bind",
    "token-fits",
    "texts-are-receipted",
}


def test_every_fact_is_asked_and_what_the_local_cloud_can_settle_holds(stack: LocalStack) -> None:
    deployment = Deployment(
        stack="dunlin",
        outputs=stack.outputs,
        portal=stack.portal_url,
        clients=stack.cloud.client,
        on_aws=False,
        patience=30,
    )
    answers = {finding.fact: finding.answer for finding in look_at_all(deployment)}
    assert list(answers) == list(LOOKS)
    assert {fact: a.state for fact, a in answers.items()} == {
        fact: "open" if fact in OPEN else "holds" for fact in LOOKS
    }, answers
    queues = stack.cloud.client("sqs").list_queues(QueueNamePrefix="dunlin-smoke")
    assert queues.get("QueueUrls", []) == []
