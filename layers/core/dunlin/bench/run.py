"""The bench's run: the product's own planner, gate and learner on a virtual clock against a world.

Every account is looked at once a day at seven in the morning of its zone; what is chosen goes out
within its two-hour block, if the gate still lets it then.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dunlin.bench.gate import BenchGate
from dunlin.bench.policies import DayAccount, Policy, lots
from dunlin.bench.underway import LOOK_HOUR, SentTouch, Underway, local_hour, place
from dunlin.bench.world import DAY, HOUR, BenchWorld
from dunlin.domain.learning.arms import ARMS
from dunlin.domain.learning.decision import WAIT, LearnedChoice
from dunlin.domain.learning.features import day_part, person_part


@dataclass(slots=True)
class BenchRun:
    """One policy in one world. Without a `gate` nobody judges but the policy's own masks: that is
    for tuning, which the gate would only slow."""

    world: BenchWorld
    policy: Policy
    seed: int
    gate: BenchGate | None = None
    accounts: list[Underway] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def run(self, n: int, industry: str, arrival_days: int) -> dict[str, Any]:
        """Drive every account to its horizon and measure."""
        began = time.process_time()
        placed = self.world.reset(self.seed, n, industry, arrival_days)
        # The industry's median is what the tenant's books show before anything is sent.
        median = statistics.median(float(a["balance"]) for a in placed)
        self.accounts = [place(a, median, self.world.horizon_days) for a in placed]
        self.accounts.sort(key=lambda account: account.placed)
        first = datetime.fromtimestamp(self.accounts[0].placed, UTC).date()
        draws, waiting = lots(self.seed), list(reversed(self.accounts))
        live: list[Underway] = []
        day = first
        while waiting or live:
            while waiting and waiting[-1].placed < local_hour(day, waiting[-1].zone, LOOK_HOUR):
                live.append(waiting.pop())
            asked = self._asked(day, live, draws)
            for each, choice in zip(asked, self.policy.choose(day, asked), strict=True):
                self._act(day, each, choice)
            live = [a for a in live if not self._over(a, day)]
            self._night(day)
            day += timedelta(days=1)
        return {
            **self.world.metrics(),
            "bench": dict(self.counts),
            "seconds": round(time.process_time() - began, 1),
        }

    def _asked(self, day: date, live: Sequence[Underway], draws: Any) -> list[DayAccount]:
        asked = []
        for account in live:
            if account.next_look > day:
                continue
            now = local_hour(day, account.zone, LOOK_HOUR)
            self._look(account, min(now, account.ends))
            if account.closed or account.waits_for_promise(day) or now >= account.ends:
                continue
            if not any(account.channels.values()):
                account.closed = "no channel"
                continue
            asked.append(DayAccount(account, account.known(day, now), draws.random()))
        return asked

    def _look(self, account: Underway, until: float) -> None:
        account.expect(self.world.advance(account.public["account_id"], until))
        account.see(until)

    def _act(self, day: date, each: DayAccount, choice: LearnedChoice) -> None:
        account = each.account
        if choice.arm == WAIT:
            self.counts["waits"] += 1
            account.next_look = day + timedelta(days=choice.wait_days)
            return
        arm = ARMS[choice.arm]
        # Spread over the block by the lot, so that nobody is written to on the hour.
        at = local_hour(day, account.zone, arm.block) + (60 + each.lot * 6000)
        if at >= account.ends:
            return
        self._look(account, at)
        if account.closed or not account.channels[arm.channel]:
            self.counts["called off"] += 1
            return
        if self.gate is not None and not self.gate.allows(account, arm.channel, at):
            self.counts["refusals"] += 1
            account.next_look = day + timedelta(days=1)
            return
        touch = {
            "channel": arm.channel,
            "send_at_utc": datetime.fromtimestamp(at, UTC).isoformat(),
            "tone": arm.tone,
            "offer": arm.offer,
        }
        sent = SentTouch(
            at=at,
            arm=choice.arm,
            person=person_part(each.known),
            day=day_part(each.known, day, 0),
            probability=choice.probabilities[choice.arm],
            owed=account.left,
            days_left=(account.ends - at) / DAY,
        )
        account.sent(sent, arm.channel, arm.tone)
        account.expect(self.world.step(account.public["account_id"], touch))
        self.counts["touches"] += 1
        self.counts["explored"] += choice.explored
        account.next_look = day + timedelta(days=1)

    def _over(self, account: Underway, day: date) -> bool:
        if local_hour(day, account.zone, LOOK_HOUR) < account.ends:
            return False
        self._look(account, account.ends)
        account.see(account.ends + HOUR)
        return True

    def _night(self, day: date) -> None:
        """What is trained on must have been seen, of those too that are not looked at daily."""
        now = datetime.combine(day, datetime.min.time(), UTC).timestamp()
        self.policy.night(day, now, self.accounts)
