"""A shadow beside the present process: how far they agree, and what the rules would have refused
of the contacts that were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dunlin.domain.accounts.consumer import Channel, ContactHistory, PastContact
from dunlin.domain.errors import DomainError
from dunlin.domain.reports.shadow_comparison import Agreement, Spoken, agreement, read_contacts
from dunlin.domain.rollouts.rollout import RolloutStage
from dunlin.domain.rulebook import Verdict
from dunlin.ports.accounts import Facts
from dunlin.service.contact.gate import Gate
from dunlin.service.rollouts.rollout_ports import RolloutPorts
from dunlin.service.staff import calls

_TEMPLATE = "present_process"  # words that nobody here has read


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedContact:
    """A contact that the gate would not have let happen then, with rule ids and reasons."""

    contact: Spoken
    because: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The comparison; `others` counts contacts of the log about accounts outside the shadow."""

    agreement: Agreement
    contacts: int
    others: int
    refused: tuple[RefusedContact, ...]


def beside(
    rollout_id: str, rows: Sequence[Mapping[str, str]], *, ports: RolloutPorts, gate: Gate
) -> Beside:
    """Hold a contact log against a shadow's proposals. Each contact is judged at its instant,
    after those that the log has before it, by what is known of the person and the account today.
    Raises `DomainError`."""
    rollout = ports.rollouts.rollout(rollout_id)
    if rollout is None:
        raise DomainError(f"no rollout {rollout_id}")
    if rollout.stage is not RolloutStage.SHADOW:
        raise DomainError(f"{rollout_id} is a {rollout.stage.value}, not a shadow")
    mine = [
        a
        for a in ports.book.accounts_of_creditor(rollout.creditor)
        if a.cohort == rollout_id and not a.held_out
    ]
    practice, others = read_contacts(rows, {a.reference: a.account_id for a in mine})
    proposed = [
        Spoken(at=entry.at, account_id=a.account_id, channel=str(entry.data["channel"]))
        for a in mine
        for entry in ports.log.chain(f"account#{a.account_id}")
        if entry.what == "TouchProposed"
    ]
    return Beside(
        agreement=agreement(practice, proposed),
        contacts=len(practice),
        others=others,
        refused=tuple(_refused(practice, ports, gate)),
    )


def _refused(practice: Sequence[Spoken], ports: RolloutPorts, gate: Gate) -> list[RefusedContact]:
    refused = []
    histories: dict[str, ContactHistory] = {}
    for number, contact in enumerate(sorted(practice, key=lambda c: c.at)):
        facts = ports.book.facts(contact.account_id)
        person = facts.consumer.consumer_id
        before = histories.get(person, ContactHistory(consumer_id=person))
        verdict = _judged(replace(facts, history=before), contact.channel, gate, contact.at)
        if verdict.outcome != "allow":
            because = tuple((r.id, r.because) for r in verdict.failed)
            refused.append(RefusedContact(contact=contact, because=because))
        histories[person] = replace(before, contacts=(*before.contacts, _past(contact, number)))
    return refused


def _judged(facts: Facts, channel: str, gate: Gate, at: datetime) -> Verdict:
    if channel in tuple(Channel):
        return gate.judge(facts, channel=Channel(channel), template=_TEMPLATE, purpose="", now=at)
    return calls.judge(facts, channel="call" if channel == "call" else "letter", gate=gate, now=at)


def _past(contact: Spoken, number: int) -> PastContact:
    """A log does not say what became of a contact: it counts as one that was made."""
    return PastContact(
        at=contact.at,
        channel=contact.channel,
        direction="out",
        outcome="no_answer" if contact.channel == "call" else "sent",
        account_id=contact.account_id,
        template="",
        touch_id=f"log-{number}",
    )
