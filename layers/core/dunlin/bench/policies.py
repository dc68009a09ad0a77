"""The policies of the bench: the learner, static rules, the fixed ladder, chance, and nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

import numpy as np

from dunlin.bench.batch_votes import BatchVotes
from dunlin.bench.expected_harm import expected_harm
from dunlin.bench.training import TouchRows, enough, train
from dunlin.bench.underway import KeepRates, SentTouch, Underway
from dunlin.bench.world import DAY
from dunlin.domain.learning.decision import (
    WAIT,
    LearnedChoice,
    LearnerSettings,
    allowed_arms,
    choose_by_votes,
)
from dunlin.domain.learning.decision_record import decision_record
from dunlin.domain.learning.features import KnownState
from dunlin.domain.learning.harm_budget import HarmBudget
from dunlin.domain.learning.learner_model import LearnerModel, model_document, read_model
from dunlin.domain.learning.static_rules import HEURISTIC, StaticRule


@dataclass(frozen=True, slots=True)
class DayAccount:
    """One account of today's batch; `lot` is its number for the day."""

    account: Underway
    known: KnownState
    lot: float


class Policy(Protocol):
    def choose(self, day: date, asked: Sequence[DayAccount]) -> list[LearnedChoice]: ...

    def night(self, day: date, now: float, accounts: Sequence[Underway]) -> None: ...


def _certain(arm: int, wait_days: int = 1) -> LearnedChoice:
    return LearnedChoice(
        arm=arm, wait_days=wait_days, probabilities={arm: 1.0}, favourite=arm, explored=False,
        lot=0.0,
    )  # fmt: skip


class Silence:
    """Nobody is written to."""

    def choose(self, day: date, asked: Sequence[DayAccount]) -> list[LearnedChoice]:
        return [_certain(WAIT, 30) for _ in asked]

    def night(self, day: date, now: float, accounts: Sequence[Underway]) -> None:
        pass


class Static(Silence):
    """A static rule, `explore` of it tried out on neighbours."""

    def __init__(self, rule: StaticRule, explore: float = 0.0) -> None:
        self._rule, self._explore = rule, explore

    def choose(self, day: date, asked: Sequence[DayAccount]) -> list[LearnedChoice]:
        return [self._next(day, each) for each in asked]

    def _next(self, day: date, each: DayAccount) -> LearnedChoice:
        known, account, rule = each.known, each.account, self._rule
        since = known.days_since_touch
        gap = rule.gap(known.touches)
        if since is not None and since < gap:
            return _certain(WAIT, max(1, int(gap - since)))
        email, sms = account.channels["email"], account.channels["sms"]
        arm = rule.arm(known, last=account.last, followed=account.followed, email=email, sms=sms)
        if arm is None:
            return _certain(WAIT, 5)
        if not self._explore:
            return _certain(arm.index)
        allowed = allowed_arms(
            known, LearnerSettings(spacing=0, most=rule.most), email=email, sms=sms
        )
        return choose_by_votes(
            [(arm.index, 0)], allowed=allowed | {arm.index}, explore=self._explore, lot=each.lot
        )


class Chance(Silence):
    """Any allowed arm, whenever the spacing lets it."""

    def choose(self, day: date, asked: Sequence[DayAccount]) -> list[LearnedChoice]:
        settings, choices = LearnerSettings(), []
        for each in asked:
            channels = each.account.channels
            allowed = sorted(
                allowed_arms(each.known, settings, email=channels["email"], sms=channels["sms"])
            )
            arm = allowed[int(each.lot * len(allowed))] if allowed else WAIT
            choices.append(_certain(arm))
        return choices


class Learner:
    """The learner as the product runs it: a safe start, training every so many days on matured
    touches, the price of harm steered by its budget."""

    def __init__(
        self,
        *,
        rule: StaticRule,
        seed: int,
        budget: float | None,
        settings: LearnerSettings | None = None,
        shipped: LearnerModel | None = None,
        shipped_weight: float = 0.05,
        start_explore: float = 0.15,
        train_days: int = 7,
        note: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        self._settings = settings or LearnerSettings()
        self._start = Static(rule, start_explore)
        self._seed, self._train_days, self._note = seed, train_days, note
        self._shipped, self._shipped_weight = shipped, shipped_weight
        self._fixed_budget = budget
        self._budget = HarmBudget(budget=budget or 0.05, price=self._settings.harm_price)
        self._keep, self._nights, self.model = KeepRates(), 0, shipped
        self.prices: list[float] = []
        self.trainings = 0

    def choose(self, day: date, asked: Sequence[DayAccount]) -> list[LearnedChoice]:
        if self.model is None:
            return self._start.choose(day, asked)
        few = self.model.touches < 2000
        settings = replace(
            self._settings,
            harm_price=self._budget.price,
            explore=0.1 if few else self._settings.explore,
        )
        allowed = [
            allowed_arms(
                each.known, settings, email=each.account.channels["email"],
                sms=each.account.channels["sms"],
            )
            for each in asked
        ]  # fmt: skip
        choices: list[LearnedChoice] = [_certain(WAIT)] * len(asked)
        places = []
        for place, arms in enumerate(allowed):
            if arms:
                places.append(place)
            elif asked[place].known.touches < settings.most:
                since = asked[place].known.days_since_touch or 0
                choices[place] = _certain(WAIT, max(1, int(settings.spacing - since)))
            else:
                choices[place] = _certain(WAIT, 10)
        votes = BatchVotes(self.model, settings)
        for start in range(0, len(places), 256):
            part = places[start : start + 256]
            voted_by = votes.votes([asked[p].known for p in part], day, [allowed[p] for p in part])
            for place, voted in zip(part, voted_by, strict=True):
                each = asked[place]
                choice = choose_by_votes(
                    voted, allowed=allowed[place], explore=settings.explore, lot=each.lot
                )
                choices[place] = choice
                if self._note is not None:
                    self._note(
                        decision_record(
                            each.known, day=day, allowed=allowed[place], model=self.model,
                            settings=settings, choice=choice,
                        )
                    )  # fmt: skip
        return choices

    def night(self, day: date, now: float, accounts: Sequence[Underway]) -> None:
        self._nights += 1
        if self._nights % 7 == 0 and self.model is not None:
            self._measure_budget(day, now, accounts)
            exposed = [(now - a.placed) / DAY for a in accounts if 0 < now - a.placed < 60 * DAY]
            harmed = sum(a.harmed for a in accounts if 0 < now - a.placed < 60 * DAY)
            self._budget = self._budget.steered(exposed, harmed)
            self.prices.append(self._budget.price)
        if self._nights % self._train_days:
            return
        rows = touch_rows(accounts, now, self._keep)
        # An old model is as good as a new one while little came in.
        trained = self.model.touches if self.model and self.trainings else 0
        if rows is not None and enough(rows) and len(rows.arm) >= GROWN * trained:
            self.trainings += 1
            trained_now = train(
                rows,
                seed=self._seed * 1000 + self.trainings,
                at=day.isoformat(),
                shipped=self._shipped,
                shipped_weight=self._shipped_weight,
                before=self.model,
            )
            # It decides by what its document says, as it would after being stored.
            document = model_document(trained_now)
            self.model = read_model(document)
            if self._note is not None:
                self._note(document)

    def _measure_budget(self, day: date, now: float, accounts: Sequence[Underway]) -> None:
        """Where the creditor sets no budget it is what the heuristic would cause."""
        recent = [a for a in accounts if 0 < now - a.placed < 60 * DAY]
        if self._fixed_budget is not None or self.model is None or not recent:
            return
        sample = recent[:: max(1, len(recent) // SAMPLED)]
        placed = [(a.at_placing(), day, a.channels["email"], a.channels["sms"]) for a in sample]
        budget = expected_harm(self.model, HEURISTIC, placed, 60)
        self._budget = replace(self._budget, budget=max(1e-4, budget))


MATURED_DAYS = 10
SAMPLED = 250
"""Accounts on which the budget is measured each week."""
GROWN = 1.12
"""How many times the touches of the last training are wanted for the next."""


def touch_rows(accounts: Sequence[Underway], now: float, keep: KeepRates) -> TouchRows | None:
    """The matured touches of all accounts; None where there is none."""
    touches: list[SentTouch] = []
    over: list[SentTouch] = []
    for account in accounts:
        old = [t for t in account.touches if now - t.at >= MATURED_DAYS * DAY]
        touches += old
        if now >= account.ends:
            over += [t for t in old if t.planned]
    if not touches:
        return None
    keep.learn(over)
    done = {id(t) for t in over}
    value = [
        max(t.value, keep.share(t.days_left)) if t.planned and id(t) not in done else t.value
        for t in touches
    ]
    return TouchRows(
        person=np.array([t.person for t in touches]),
        day=np.array([t.day for t in touches]),
        arm=np.array([t.arm for t in touches]),
        engaged=np.array([t.engaged for t in touches], float),
        value=np.array(value),
        harm=np.array([t.harmed for t in touches], float),
        age_days=np.array([(now - t.at) / DAY for t in touches]),
    )


def lots(seed: int) -> random.Random:
    """The draws of lots of one run."""
    return random.Random(f"lots {seed}")
