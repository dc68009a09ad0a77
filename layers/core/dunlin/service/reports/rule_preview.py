"""What an edition of the rulebook would do before it is switched on: to the next touch of every
account, by what facts, and what the lists of today hear in the replies that were read before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dunlin.domain.accounts.consumer import Channel, zone_of
from dunlin.domain.replies.model import ReplyModel
from dunlin.domain.replies.reading import HALTING, read
from dunlin.domain.rulebook import Rulebook
from dunlin.domain.rulebook.changes import RuleChange, place_changes, rulebook_changes
from dunlin.domain.rulebook.reads import facts_read
from dunlin.ports.accounts import Accounts, Conversations, Facts, Reply
from dunlin.service.contact.gate import Gate, contact_facts
from dunlin.service.reports.rule_impact import Effect, effect_on

_STOPS = frozenset({"opt_out", "cease"})
_WAITS = frozenset({"ambiguous", "unclear"})


class PreviewBook(Accounts, Conversations, Protocol):
    """Accounts with their facts and what was written about them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFact:
    """A fact that no rule read before: on file for `known` accounts, assumed for the others."""

    name: str
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOtherwise:
    """A reply that is kept with one meaning and would be read with another today: `stop`, `wait`
    for a person, or `nothing` that holds messages back."""

    account_id: str
    creditor: str
    reference: str
    at: datetime
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """All that changes with an edition. `places`: a table of places and the keys that lie
    elsewhere. `accounts`: how many were looked at."""

    changes: tuple[RuleChange, ...]
    places: tuple[tuple[str, tuple[str, ...]], ...]
    facts: tuple[NewFact, ...]
    effects: tuple[Effect, ...]
    replies: tuple[ReadOtherwise, ...]
    accounts: int

    @property
    def outcomes(self) -> tuple[Effect, ...]:
        """The accounts for which allow, defer or block turns into another of the three."""
        return tuple(e for e in self.effects if e.outcome_changes)

    @property
    def by_rule(self) -> list[tuple[str, int]]:
        """How many accounts change by each rule, the most first."""
        counted = Counter(rule for e in self.outcomes for rule in e.rules)
        return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def preview(
    accounts: Iterable[str],
    *,
    old: Rulebook,
    new: Rulebook,
    book: PreviewBook,
    now: datetime,
    model: ReplyModel | None = None,
) -> Preview:
    """What `new` would change for these accounts, and how the lists and the `model` of this
    version read the replies on file. Reads only."""
    gates = Gate(rulebook=old), Gate(rulebook=new)
    read_anew = sorted(facts_read(new.documents) - facts_read(old.documents))
    known: Counter[str] = Counter()
    effects: list[Effect] = []
    replies: list[ReadOtherwise] = []
    looked_at = 0
    for account_id in accounts:
        looked_at += 1
        facts = book.facts(account_id)
        effect = effect_on(facts, old=gates[0], new=gates[1], now=now)
        if effect is not None:
            effects.append(effect)
        if read_anew:
            on_file = _on_file(facts, now)
            known.update(name for name in read_anew if name in on_file)
        for reply in book.conversation(account_id).replies:
            otherwise = _read_otherwise(reply, facts, model)
            if otherwise is not None:
                replies.append(otherwise)
    return Preview(
        changes=tuple(rulebook_changes(old, new)),
        places=tuple(place_changes(old, new)),
        facts=tuple(NewFact(name=name, known=known[name]) for name in read_anew),
        effects=tuple(effects),
        replies=tuple(replies),
        accounts=looked_at,
    )


def _on_file(facts: Facts, now: datetime) -> frozenset[str]:
    """The facts of a person and an account that the gate would hand to the rules."""
    given = contact_facts(facts, channel=Channel.EMAIL, template="", purpose="", now=now)
    return frozenset(
        [*(f"flags.{name}" for name in given.flags), *(f"consents.{n}" for n in given.consents)]
    )


def _read_otherwise(reply: Reply, facts: Facts, model: ReplyModel | None) -> ReadOtherwise | None:
    if not reply.text:  # taken out, with the person's data
        return None
    zone = zone_of(facts.consumer)
    today = read(reply.text, channel=reply.channel, now=reply.at, zone=zone, model=model)
    before, after = _meaning(reply.labels), _meaning(today.labels)
    if before == after:
        return None
    return ReadOtherwise(
        account_id=facts.account.account_id,
        creditor=facts.account.creditor,
        reference=facts.account.reference,
        at=reply.at,
        before=before,
        after=after,
    )


def _meaning(labels: Iterable[str]) -> str:
    given = frozenset(labels)
    if given & _STOPS:
        return "stop"
    return "wait" if given & (HALTING | _WAITS) else "nothing"
