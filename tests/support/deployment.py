"""The stack of the tests, as the command line finds one."""

from __future__ import annotations

from dunlin.cli.target import Target
from local.local_stack import LocalStack


def target_of(stack: LocalStack) -> Target:
    """What `find_target` would give, were this the house in whose folder one stands."""
    return Target(
        where="here",
        outputs=stack.outputs,
        time_lapse=stack.time_lapse,
        endpoint=stack.endpoint,
        urls={},
    )
