"""Consumers of a file: made, filled with contact points, never with a decision of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dunlin.domain.accounts import lifecycle
from dunlin.domain.accounts.account import Hold, Status
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Consumer
from dunlin.domain.audit.audit import AuditEntry, append
from dunlin.domain.imports.matching import SHARED_ADDRESS_LIMIT, compatible
from dunlin.domain.imports.names import name_key
from dunlin.domain.imports.types import UNCHANGED, UPDATED, NormalisedAccount, NormalisedConsumer
from dunlin.ports.accounts import Addresses, Change
from dunlin.service.imports import work
from dunlin.service.imports.job import Job
from dunlin.service.imports.plans import UNMATCHED, ImportContext, ImportPlan, Read

_LOOKED_UP = 3
_MOST_POINTS = 15  # e-mail addresses, and phone numbers, of one consumer


def fill(context: ImportContext, item: dict[str, Any], read: Read) -> ImportPlan:
    """What a contacts file knows of a consumer; lifts the holds that waited for it."""
    key = item["key"]
    known = next((c for c in item["consumers"] if c in read.consumers), None)
    if known is None:
        return ImportPlan(outcomes={key: UNMATCHED})
    consumer = read.consumers[known]
    person_read = work.unpacked_consumer(item["consumer"])
    person, entries = with_contacts(context, consumer, person_read)
    own = [read.accounts[a] for a in item["consumers"][known] if a in read.accounts]
    reachable = bool((person or consumer).emails or (person or consumer).phones)
    changes, wake = [], []
    for number, account in enumerate(own):
        lifted = reachable and account.hold is Hold.NO_CONTACT_POINT
        first = number == 0 and person is not None
        if not lifted and not first:
            continue
        changes.append(
            context.changed(
                account,
                "AccountUpdated",
                data={"changed": ["contact"]},
                after=lifecycle.lift(account, context.now) if lifted else account,
                person=person if first else None,
                entries=entries if first else (),
            )
        )
        if account.status is Status.ACTIVE:
            wake.append(account.account_id)
    if person is not None and not own:
        changes.append(Change(consumer=person, audit=entries))
    if not changes:
        before = UPDATED if any(context.before(a) == UPDATED for a in own) else UNCHANGED
        return ImportPlan(outcomes={key: before})
    return ImportPlan(outcomes={key: UPDATED}, changes=tuple(changes), wake=tuple(wake))


def next_consumer(
    context: ImportContext, consumer: Consumer, what: str
) -> tuple[Consumer, list[AuditEntry]]:
    """The consumer one version on, and the audit entry that says so."""
    entry = append(
        subject=f"consumer#{consumer.consumer_id}",
        sequence=consumer.version + 1,
        previous=consumer.audit_head,
        at=context.now,
        actor="import",
        what=what,
        data={
            "import": context.job.import_id,
            "matched_by": consumer.matched_by,
            "consents": {c.value: k.state.value for c, k in consumer.consents.items()},
        },
    )
    after = replace(consumer, version=consumer.version + 1, audit_head=entry.hash)
    return after, [entry]


def known_by_address(
    book: Addresses, context: ImportContext, person: NormalisedConsumer, read: Read
) -> tuple[Consumer | None, str]:
    """(the consumer that an earlier file told of under another key, the id of one who is only
    probably the same).

    The rule of a file: the same e-mail address or phone number and no other name. An address of
    a whole office says nothing.
    """
    doubted = ""
    for address in (*person.emails[:_LOOKED_UP], *person.phones[:_LOOKED_UP]):
        known = [c for c in book.consumers_at(address) if c.creditor == context.job.creditor]
        if len(known) > SHARED_ADDRESS_LIMIT:
            continue
        for stored in known:
            if compatible(name_key(person.name), {name_key(stored.name)} - {""}):
                return read.consumers.setdefault(stored.consumer_id, stored), ""
            doubted = doubted or stored.consumer_id
    return None, doubted


def new_consumer(
    context: ImportContext, consumer_id: str, account_read: NormalisedAccount
) -> Consumer:
    """The consumer as the file tells of them."""
    person = account_read.consumer
    return Consumer(
        consumer_id=consumer_id,
        creditor=context.job.creditor,
        name=person.name,
        given_name=person.given,
        company=person.company,
        emails=person.emails[:_MOST_POINTS],
        phones=person.phones[:_MOST_POINTS],
        street=person.street,
        city=person.city,
        state=person.state or None,
        zip=person.zip[:5] or None,
        country=person.country or "US",
        date_of_birth=person.date_of_birth,
        language=person.language or "en",
        tz_known=person.time_zone or None,
        consents=_consents(person, context.job),
        matched_by=account_read.matched_by,
    )


def with_contacts(
    context: ImportContext, stored: Consumer, person: NormalisedConsumer
) -> tuple[Consumer | None, list[AuditEntry]]:
    """Add contact points and fill what was empty; None where nothing is new. Consents and
    flags are never touched: what a person said to us outlives what a file says."""
    emails = tuple(dict.fromkeys((*stored.emails, *person.emails)))[:_MOST_POINTS]
    phones = tuple(dict.fromkeys((*stored.phones, *person.phones)))[:_MOST_POINTS]
    changes: dict[str, Any] = {}
    if len(emails) > len(stored.emails):
        changes["emails"] = emails
    if len(phones) > len(stored.phones):
        changes["phones"] = phones
    if not stored.name and person.name:
        changes |= {"name": person.name, "given_name": person.given}
    fields = {
        "street": person.street,
        "city": person.city,
        "state": person.state,
        "zip": person.zip[:5],
        "date_of_birth": person.date_of_birth,
    }
    changes |= {n: value for n, value in fields.items() if value and not getattr(stored, n)}
    if not changes:
        return None, []
    return next_consumer(context, replace(stored, **changes), "ConsumerUpdated")


def _consents(person: NormalisedConsumer, job: Job) -> dict[Channel, Consent]:
    """An e-mail address given with the debt may be written to; a text needs recorded consent."""
    consents: dict[str, tuple[bool, str]] = {}
    for consent in person.consents:
        for channel in Channel:
            if consent.channel in ("all", channel.value):
                consents[channel.value] = (consent.granted, consent.evidence)

    def of(channel: Channel, silent: ConsentState) -> Consent:
        if channel.value not in consents:
            return Consent(state=silent, version=1, evidence=f"import {job.import_id}")
        granted, evidence = consents[channel.value]
        # A "no" in a file is no permission; it is not a person telling us to stop.
        state = ConsentState.GRANTED if granted else ConsentState.NONE
        return Consent(state=state, version=1, evidence=f"import: {evidence}"[:200])

    return {
        Channel.EMAIL: of(Channel.EMAIL, ConsentState.IMPLIED),
        Channel.SMS: of(Channel.SMS, ConsentState.NONE),
    }
