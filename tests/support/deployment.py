"""The stack of the tests, as the command line finds one."""

from __future__ import annotations

from dunlin.cli.target import Target
from local.local_stack import LocalStack

LAPTOP = Target(
    where="local cloud at http://127.0.0.1:1",
    outputs={},
    time_lapse="",
    endpoint="http://127.0.0.1:1",
    urls={},
)
"""A local house of which a command reads nothing but that it is local."""


def target_of(stack: LocalStack) -> Target:
    """What `find_target` would give, were this the house in whose folder one stands."""
    return Target(
        where="here",
        outputs=stack.outputs,
        time_lapse=stack.time_lapse,
        endpoint=stack.endpoint,
        urls={},
    )
