"""The gate: translates what the tables hold into the facts that the rulebook judges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consumer import Channel, ConsentState, Consumer, PastContact
from dunlin.domain.accounts.wishes import agreed_here
from dunlin.domain.rulebook import (
    Contact,
    ContactFacts,
    Rulebook,
    Verdict,
    decide,
    industry_of,
)
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The rulebook under the deployment's defaults (every opt-out closes all, one weekly cap)."""

    rulebook: Rulebook

    @property
    def version(self) -> str:
        return self.rulebook.version

    def judge(
        self, facts: Facts, *, channel: Channel, template: str, purpose: str, now: datetime
    ) -> Verdict:
        """The verdict on one touch at `now`. Pure: the same facts give the same verdict."""
        return decide(
            self.rulebook,
            contact_facts(facts, channel=channel, template=template, purpose=purpose, now=now),
            now,
        )


def contact_facts(
    facts: Facts, *, channel: Channel, template: str, purpose: str, now: datetime
) -> ContactFacts:
    """What the rulebook may know about one touch, from one read of the tables."""
    account, consumer, strategy = facts.account, facts.consumer, facts.strategy
    history = [_contact(c, now) for c in facts.history.contacts]
    if purpose == "response" and template == "code":
        # Asking for a code on the portal is the message that the code answers.
        asked = Contact(at=now, channel=channel.value, direction="in", outcome="received")
        history.append(asked)
    # A notice is one for its cause; a second code or receipt is no repetition of the first.
    message: dict[str, Any] = {"purpose": purpose} if purpose else {"template": template}
    policy = dict(strategy.policy)
    if strategy.licensed_states is not None:
        policy["licensed_states"] = list(strategy.licensed_states)
    action = "sms_optout_confirm" if template == "opt_out_confirmation" else channel.value
    return ContactFacts(
        channel=action,
        debt_role=account.debt_role,
        account_id=account.account_id,
        purpose=purpose,
        message=message,
        debt_kind=account.debt_kind,
        industry=industry_of(account.industry),
        # The date in UTC is never before the consumer's: an account counts as late too early
        # by some hours, never too late.
        days_past_due=account.days_past_due(now.date()),
        balance_minor=account.balance.minor,
        state=consumer.state,
        zip=consumer.zip,
        phones=consumer.phones,
        tz_known=consumer.tz_known,
        tz_by=consumer.tz_by,
        consents=_consents(consumer),
        flags=_flags(account, consumer),
        policy=policy,
        history=tuple(history),
        profile="deployment",
    )


# A history never holds what a person wrote, only its label; the rulebook listens to words.
_SPOKEN = {"opt_out": "STOP", "start": "START"}


def _contact(past: PastContact, now: datetime) -> Contact:
    return Contact(
        # Another gate's clock may run ahead of ours: what was done is past, and counts.
        at=min(past.at, now),
        channel=past.channel,
        direction=past.direction,
        outcome=past.outcome,
        account_id=past.account_id,
        template=past.template,
        event_id=past.touch_id,
        text=_SPOKEN.get(past.template, "") if past.direction == "in" else "",
    )


def _consents(consumer: Consumer) -> dict[str, Any]:
    """Recorded permissions; a first-party e-mail address needs none, a text always does. A
    collector may use an address that the person agreed to here (12 CFR 1006.6(d)(4)(i))."""
    consents: dict[str, Any] = {"sms": consumer.consent(Channel.SMS).state is ConsentState.GRANTED}
    if agreed_here(consumer.consent(Channel.EMAIL)):
        consents["email_basis"] = "consumer_consent"
    return consents


def _flags(account: Account, consumer: Consumer) -> dict[str, Any]:
    """What is known about the person and the debt, under the rulebook's names.

    A channel that is closed because its addresses are dead is no opt-out, which would close all.
    Addresses that are dead say nothing of another that is in use.
    """
    flags: dict[str, Any] = {
        name: flag.detail.get("value", flag.detail) for name, flag in consumer.flags.items()
    }
    for channel in Channel:
        used = consumer.address(channel)
        if used is not None and address_hash(used) not in consumer.bounced(channel):
            flags.pop(f"{channel.value}_bounced", None)
        revoked = consumer.consent(channel).state is ConsentState.REVOKED
        if revoked and not consumer.dead(channel):
            flags[f"{channel.value}_optout"] = True
    if account.hold is Hold.DISPUTE:
        flags.setdefault("dispute", {"debt_id": account.account_id})
    return flags
