"""`dunlin smoke`: what only a deployed stack can tell of AWS, asked in one go."""

from __future__ import annotations

from collections import Counter

from dunlin.cli.speech import not_in_order, say
from dunlin.cli.stack import StackName, ToWrite
from dunlin.domain.errors import DomainError

_COLOURS = {"holds": "green", "fails": "red", "open": "yellow"}


def smoke(target: ToWrite, stack: StackName = "dunlin") -> None:
    """Settle what no page of AWS's documentation settles, in an account to throw away.

    It sends staff one message, opens pages and posts a file, and removes the queue that it makes.
    Exit code 1 where a fact fails. docs/aws-facts.md says what each fact is.

    Example: dunlin smoke --aws --stack dunlin-sandbox
    """
    from dunlin.adapters.aws.smoke import Deployment, look_at_all

    if target.outputs["Stage"] == "prod":
        raise DomainError("This stack is production; smoke is for an account to throw away.")
    deployment = Deployment(
        stack=stack,
        outputs=target.outputs,
        portal=target.urls["portal"],
        clients=target.client,
        on_aws=not target.endpoint,
    )
    states: Counter[str] = Counter()
    for fact, answer in look_at_all(deployment):
        states[answer.state] += 1
        line = f"{answer.state:5} {fact}: {answer.seen}"
        say(line, deeper=6, colour=_COLOURS[answer.state])
    counts = ", ".join(f"{states[state]} {state}" for state in _COLOURS)
    if states["fails"]:
        raise not_in_order(counts)
    say(counts)
