"""What a change of the rulebook does to a portfolio: whose next touch comes out otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dunlin.domain.accounts.account import Status
from dunlin.domain.contact import planner
from dunlin.domain.rulebook import Rulebook, RuleError
from dunlin.ports.accounts import Accounts, Facts
from dunlin.service.contact.gate import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """How a planned touch comes out: by which channel it goes or until when it waits, and the
    rules that refused a channel on the way."""

    outcome: Literal["allow", "defer", "block"]
    channel: str = ""
    until: datetime | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One account whose next touch, planned for `at`, differs between two rulebooks."""

    account_id: str
    creditor: str
    reference: str
    at: datetime
    before: Touched
    after: Touched

    @property
    def outcome_changes(self) -> bool:
        """Whether allow, defer or block turns into another of the three."""
        return self.before.outcome != self.after.outcome

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that refuse on one side only."""
        return tuple(sorted(set(self.before.rules) ^ set(self.after.rules)))


def effects(
    accounts: Iterable[str], *, old: Rulebook, new: Rulebook, book: Accounts, now: datetime
) -> Iterator[Effect]:
    """The accounts whose next planned touch comes out otherwise under `new`: judged at its due
    time, or at `now` where it is due already. Accounts with no touch planned have none."""
    gates = Gate(rulebook=old), Gate(rulebook=new)
    for account_id in accounts:
        effect = effect_on(book.facts(account_id), old=gates[0], new=gates[1], now=now)
        if effect is not None:
            yield effect


def effect_on(facts: Facts, *, old: Gate, new: Gate, now: datetime) -> Effect | None:
    """What changes for one account, None where nothing does or no touch is planned."""
    account = facts.account
    if account.status is not Status.ACTIVE or account.due_at is None:
        return None
    at = max(account.due_at, now)
    before, after = _next_touch(facts, old, at), _next_touch(facts, new, at)
    if before is None or after is None or before == after:
        return None
    return Effect(
        account_id=account.account_id,
        creditor=account.creditor,
        reference=account.reference,
        at=at,
        before=before,
        after=after,
    )


def _next_touch(facts: Facts, gate: Gate, at: datetime) -> Touched | None:
    """How the touch planned for `at` comes out; a pause is taken to be over by then."""
    plan = planner.plan(
        account=facts.account,
        consumer=facts.consumer,
        history=facts.history,
        strategy=facts.strategy,
        paused="",
        now=at,
    )
    if plan.step != "offer":
        return None
    refused: list[str] = []
    waits: list[datetime] = []
    for offer in plan.offers:
        try:
            verdict = gate.judge(
                facts, channel=offer.channel, template=offer.template, purpose="", now=at
            )
        except RuleError as error:
            # The creditor's own layer does not fit this rulebook: nothing goes out under it.
            return Touched(outcome="block", rules=(error.rule,))
        if verdict.outcome == "allow":
            return Touched(outcome="allow", channel=offer.channel.value, rules=_ids(refused))
        refused += verdict.blocked_by
        if verdict.until is not None:
            waits.append(verdict.until)
    if waits:
        return Touched(outcome="defer", until=min(waits), rules=_ids(refused))
    return Touched(outcome="block", rules=_ids(refused))


def _ids(refused: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(refused)))
