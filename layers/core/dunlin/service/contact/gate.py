"""The gate: translates what the tables hold into the facts that the rulebook judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dunlin.domain.accounts.account import Account, Hold
from dunlin.domain.accounts.consumer import Channel, ConsentState, PastContact
from dunlin.domain.accounts.known_facts import FACTS, LAST_PAYMENT, known
from dunlin.domain.accounts.reassigned import ANSWERS, confirmed
from dunlin.domain.accounts.whereabouts import zone_by
from dunlin.domain.accounts.wishes import agreed_here
from dunlin.domain.rulebook import (
    Contact,
    ContactFacts,
    Rulebook,
    Verdict,
    decide,
    industry_of,
)
from dunlin.domain.rulebook.limitations import UNKNOWN
from dunlin.domain.rulebook.values import instant, local_date
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
    if purpose == "response" and template in ("code", "new_link"):
        # Asking for a code or a link on the portal is the message that it answers.
        asked = Contact(at=now, channel=channel.value, direction="in", outcome="received")
        history.append(asked)
    # A notice is one for its cause; a second code or receipt is no repetition of the first.
    message: dict[str, Any] = {"purpose": purpose} if purpose else {"template": template}
    policy = dict(strategy.policy)
    if strategy.licensed_states is not None:
        policy["licensed_states"] = list(strategy.licensed_states)
    policy["number_answers"] = strategy.reassigned_numbers.without_answer
    spoken = known(account, consumer, strategy.facts)
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
        tz_by=zone_by(consumer, now),
        consents=stated(_consents(facts, channel, now), spoken, "consents")
        | {"number_confirmed": _number_known(facts, now)},
        flags=stated(_flags(facts, now), spoken, "flags"),
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


_OF_ANOTHER = frozenset({"dispute", "attorney"})


def stated(reckoned: dict[str, Any], spoken: Mapping[str, Any], root: str) -> dict[str, Any]:
    """The facts of one root with what somebody said laid over what was reckoned."""
    for path, value in spoken.items():
        top, *steps = path.split(".")
        # How a dispute was answered, or an attorney behaves, says nothing where there is none.
        lacking = len(steps) > 1 and steps[0] in _OF_ANOTHER and steps[0] not in reckoned
        if top != root or lacking:
            continue
        at = reckoned
        for step in steps[:-1]:
            inner = at.get(step)
            at[step] = at = dict(inner) if isinstance(inner, Mapping) else {}
        at[steps[-1]] = value
    return reckoned


def _consents(facts: Facts, channel: Channel, now: datetime) -> dict[str, Any]:
    """Recorded permissions; a first-party e-mail address needs none, a text always does.

    What a person agreed to on the portal, in writing and of the address shown there, is consent to
    electronic messages wherever a rule asks for one (12 CFR 1006.6(d)(4)(i) and (5)(ii)). A
    message of theirs by the same medium is use of it, and its age counts.
    """
    consumer = facts.consumer
    texts, mail = consumer.consent(Channel.SMS), consumer.consent(Channel.EMAIL)
    consents: dict[str, Any] = {"sms": texts.state is ConsentState.GRANTED}
    used = {medium: _last_from(facts, medium.value, now) for medium in Channel}
    if agreed_here(mail):
        consents |= {"email_basis": "consumer_consent", "ny_email_written": True}
    elif used[Channel.EMAIL] is not None:
        consents["email_basis"] = "consumer_used"
    if agreed_here(consumer.consent(channel)):
        consents |= {"dc_electronic": True, "nyc_electronic": True}
    if used[channel] is not None:
        consents["consumer_used_at"] = used[channel]
    verified = [at for at in (used[Channel.SMS], texts.at if agreed_here(texts) else None) if at]
    if verified:
        consents["text_verified_at"] = max(verified)
    return consents


def verified_at(facts: Facts, now: datetime) -> datetime | None:
    """When the number that texts go to last proved to be the person's: by their own text, by their
    word on the portal, or as staff say; None where it never did."""
    spoken = known(facts.account, facts.consumer)
    consents = stated(_consents(facts, Channel.SMS, now), spoken, "consents")
    return instant(consents.get("text_verified_at"))


def _number_known(facts: Facts, now: datetime) -> bool:
    """Whether the number that texts go to is known to be the person's still."""
    policy = facts.strategy.reassigned_numbers
    return confirmed(facts.consumer, verified_at(facts, now), policy, now.date())


def _last_from(facts: Facts, medium: str, now: datetime) -> datetime | None:
    """When the person last wrote by a medium, as far back as contacts are kept."""
    own = [
        c.at
        for c in facts.history.contacts
        # A wish on the portal stands among them as if it had been written, and a stop is no use.
        if c.direction == "in" and c.channel == medium and c.template not in _SPOKEN
    ]
    return min(max(own), now) if own else None


def _flags(facts: Facts, now: datetime) -> dict[str, Any]:
    """What is known about the person and the debt, under the rulebook's names.

    A channel that is closed because its addresses are dead is no opt-out, which would close all.
    Addresses that are dead say nothing of another that is in use.
    """
    account, consumer = facts.account, facts.consumer
    flags: dict[str, Any] = {
        name: flag.detail.get("value", flag.detail)
        for name, flag in consumer.flags.items()
        if name not in FACTS and name != ANSWERS
    }
    # Dunning for what is past due is a creditor's collection procedure, which New York City's
    # rules bind as they bind a collector's (6 RCNY 5-76).
    if account.debt_role == "first" and (first := _first_contact(facts)) is not None:
        flags["validation"] = {"initial_comm_at": first}
    owed_since = _owed_since(account)
    flags["owed_since"] = owed_since.isoformat() if owed_since is not None else UNKNOWN
    if served := account.extras.get("date_of_service", ""):
        flags["services_at"] = served
    late = account.days_past_due(now.date())
    flags["in_collection_procedures"] = late is None or late > 0
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


def _owed_since(account: Account) -> date | None:
    """The day from which a debt's age counts: the earliest of the due day, else the day of issue,
    and the last payment that its file tells of. That a payment begins the period anew is counsel's
    to say, and one that came to us proves nothing of a debt whose day nobody knows."""
    paid = local_date(account.extras.get(LAST_PAYMENT))
    return min(filter(None, (account.due_on or account.issued_on, paid)), default=None)


def _first_contact(facts: Facts) -> datetime | None:
    """When the debt was first written or called about, as far back as contacts are kept; where the
    first is forgotten, when its ladder began."""
    account = facts.account
    own = [
        c.at
        for c in facts.history.contacts
        if c.direction == "out" and account.account_id in (c.account_id, *c.covers)
    ]
    began = [account.activated_at] if account.sent and account.activated_at else []
    return min([*own, *began], default=None)
