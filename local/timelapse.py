"""The driver of the virtual clock: it stands still while work is in flight, then it jumps.

It waits until every execution waits and every queue is empty, moves the clock to the earliest due
instant or outside event, wakes those ladders, and looks again. Nothing races; the same input
gives the same run.
"""

import heapq
import itertools
import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dunlin.domain.accounts.account import Account
from dunlin.domain.arrangements.arrangement import Arrangement
from dunlin.service.accounts.rests import end_rests
from dunlin.service.reports.audit_log import sign_finished_days
from local.cloud import CloudError
from local.local_stack import LocalStack

# What falls due within this time of the earliest happens together, at the last of it.
TOGETHER = timedelta(minutes=20)


@dataclass(order=True)
class _Event:
    at: datetime
    order: int
    act: Callable[[], None] = field(compare=False)


class TimeLapse:
    """Moves the clock of one local stack. `plan` adds outside events (people, providers)."""

    def __init__(self, stack: LocalStack) -> None:
        os.environ.update(stack.environment())
        from dunlin.adapters.aws.clocks import VirtualClock
        from dunlin.runtime import wiring

        self._cloud = stack.cloud
        self._began = datetime.fromisoformat(stack.time_lapse).date()
        self._stripe = f"{stack.stripe_url}/_test/clock"
        self._ops = stack.outputs["OpsTableName"]
        self._dynamo = stack.cloud.client("dynamodb")
        self._steps = stack.cloud.client("stepfunctions")
        self._book = wiring.account_book()
        self._waker = wiring.waker()
        clock = wiring.clock()
        if not isinstance(clock, VirtualClock):
            raise RuntimeError("this stack reads real time: deploy it with TimeLapse")
        self._clock = clock
        self._events: list[_Event] = []
        self._count = itertools.count()
        self.jumps = 0
        self._lost: dict[str, datetime | None] = {}
        self._processor(self.now)

    @property
    def now(self) -> datetime:
        return self._clock.now()

    def plan(self, at: datetime, act: Callable[[], None]) -> None:
        """Let `act` happen at a virtual instant; past instants happen at the next look."""
        heapq.heappush(self._events, _Event(at, next(self._count), act))

    def sign_days(self) -> None:
        """Sign the audit log of every virtual day that is over; a schedule does, where time passes
        by itself."""
        from dunlin.runtime import wiring

        today = self.now.date()
        sign_finished_days(
            today,
            archive=wiring.audit_archive(),
            signer=wiring.signer(),
            look_back=(today - self._began).days,
        )

    def run(
        self,
        until: datetime,
        *,
        after_each: Callable[[], None] = lambda: None,
        settle: float = 120,
    ) -> None:
        """Let the stack live until a virtual instant or until nothing is left to happen.

        `after_each` is called whenever everything has come to rest, before the clock moves;
        it may plan events. Raises `CloudError` where the stack does not come to rest.
        """
        while True:
            self._come_to_rest(settle)
            after_each()
            following = self._next()
            if following is None or following > until:
                break
            self._jump(max(following, self.now))
        if self.now < until:
            self._clock.move(until)

    def _come_to_rest(self, deadline: float) -> None:
        """Nothing moves in the cloud, and the processor has delivered what it had to say."""
        end = time.monotonic() + deadline
        while True:
            self._cloud.settle(deadline)
            if not self._processor()["deliveries_waiting"]:
                return
            if time.monotonic() > end:
                raise CloudError("the payment processor still has webhooks to deliver")
            time.sleep(0.05)

    def _processor(self, at: datetime | None = None) -> dict[str, Any]:
        """The payment stand-in's clock, which stands unless it is moved here; moves it to `at`."""
        request = urllib.request.Request(self._stripe)
        if at is not None:
            content = {"now": at.timestamp(), "hold": True}
            request = urllib.request.Request(
                self._stripe,
                data=json.dumps(content).encode(),
                headers={"Content-Type": "application/json"},
            )
        with urllib.request.urlopen(request, timeout=30) as answer:
            answered: dict[str, Any] = json.loads(answer.read())
        return answered

    def _due(self, until: datetime) -> Iterator[Account]:
        """Accounts due until then, but for those whose ladder is dead: nothing wakes it, and
        `reconcile_ladders` or a person must start it again."""
        for account in self._book.due(until):
            if self._lost.get(account.account_id) != account.due_at:
                yield account

    def _next(self) -> datetime | None:
        due = next(self._due(datetime.max.replace(tzinfo=self.now.tzinfo)), None)
        instants = [e.at for e in self._events[:1]]
        settles = self._processor()["next_due"]
        if settles:
            instants.append(datetime.fromtimestamp(settles, UTC))
        if due is not None and due.due_at is not None:
            instants.append(due.due_at)
        resting = next(iter(self._book.rests_over(datetime.max.replace(tzinfo=UTC))), None)
        if resting is not None and resting.due_at is not None:
            instants.append(resting.due_at)
        arranged = next(self._due_arrangements(datetime.max.replace(tzinfo=UTC)), None)
        if arranged is not None and arranged.next_at is not None:
            instants.append(arranged.next_at)
        return min(instants, default=None)

    def _due_arrangements(self, until: datetime) -> Iterator[Arrangement]:
        """Arrangements at which something is to be done, but for those whose machine is dead."""
        for arrangement in self._book.due_arrangements(until):
            if self._lost.get(arrangement.arrangement_id) != arrangement.next_at:
                yield arrangement

    def _jump(self, at: datetime) -> None:
        """Move to the last of what falls due soon after `at`, and let all of it happen."""
        self.jumps += 1
        horizon = at + TOGETHER
        due = [a for a in self._due(horizon) if a.due_at is not None]
        arranged = list(self._due_arrangements(horizon))
        happening = []
        while self._events and self._events[0].at <= horizon:
            happening.append(heapq.heappop(self._events))
        self._clock.move(
            max(
                [
                    at,
                    *(a.due_at for a in due if a.due_at),
                    *(a.next_at for a in arranged if a.next_at),
                    *(e.at for e in happening),
                ]
            )
        )
        self._processor(self.now)
        for event in happening:
            event.act()
        end_rests(book=self._book, now=self.now)  # a schedule does, where time passes by itself
        for account in due:
            if not self._waker.wake(account.account_id):
                self._lost[account.account_id] = account.due_at
        for arrangement in arranged:
            if not self._waker.wake_arrangement(arrangement):
                self._lost[arrangement.arrangement_id] = arrangement.next_at
        self._wake_notices()

    def _wake_notices(self) -> None:
        """Notices that wait for a lawful hour keep their tokens in Ops; each looks again."""
        rows = self._dynamo.get_paginator("scan").paginate(
            TableName=self._ops,
            FilterExpression="begins_with(pk, :notice) AND attribute_exists(task_token)",
            ExpressionAttributeValues={":notice": {"S": "NOTICE#"}},
        )
        for row in (item for page in rows for item in page["Items"]):
            try:
                self._steps.send_task_success(taskToken=row["task_token"]["S"], output="{}")
            except self._steps.exceptions.ClientError:
                continue  # it was woken before and has ended
