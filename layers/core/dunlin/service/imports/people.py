"""Consumers of a file: made, reached by its newest contact points, closed where it says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from dunlin.domain import ids
from dunlin.domain.accounts import lifecycle, shown
from dunlin.domain.accounts.account import Account, Hold, Status
from dunlin.domain.accounts.consumer import Channel, Consent, ConsentState, Consumer, Flag
from dunlin.domain.accounts.known_facts import BY_FILE, FACTS, UNKNOWN, of_person, of_point
from dunlin.domain.accounts.points import DENIED, MOST_POINTS, NamedPoints, deny, take_named
from dunlin.domain.accounts.whereabouts import BY_STAFF, Address, differs, is_placed, take_address
from dunlin.domain.audit.audit import AuditEntry, append
from dunlin.domain.imports.matching import SHARED_ADDRESS_LIMIT, compatible
from dunlin.domain.imports.names import name_key
from dunlin.domain.imports.types import (
    UNCHANGED,
    UPDATED,
    FileConsent,
    NormalisedAccount,
    NormalisedConsumer,
)
from dunlin.domain.strategy.strategy import Strategy
from dunlin.domain.tokens import address_hash
from dunlin.ports.accounts import Addresses, Change, People
from dunlin.service.imports import work
from dunlin.service.imports.bars import barred_anew, hold_others, marked, personal
from dunlin.service.imports.job import Job
from dunlin.service.imports.plans import (
    PLACE_KEPT,
    UNMATCHED,
    WITHDRAWN,
    ImportContext,
    ImportPlan,
    Read,
)
from dunlin.service.imports.whose import strangers

_LOOKED_UP = 3
OF_PERSON = {f"{BY_FILE}{name}": name for name, kind in FACTS.items() if kind.of != "debt"}
"""What a row says of its person, by the name under which the reader leaves it."""


def fill(context: ImportContext, item: dict[str, Any], read: Read) -> ImportPlan:
    """What a contacts file knows of a consumer; lifts the holds that waited for it."""
    key = item["key"]
    person_read = work.unpacked_consumer(item["consumer"])
    meant = (c for c in item["consumers"] if c in read.consumers)
    known = next((c for c in meant if not strangers(read.consumers[c], person_read)), None)
    if known is None:
        return ImportPlan(outcomes={key: UNMATCHED})
    consumer = read.consumers[known]
    bars = item["bars"]
    person, entries = with_contacts(context, consumer, person_read, bars=bars)
    own = [read.accounts[a] for a in item["consumers"][known] if a in read.accounts]
    reachable = bool((person or consumer).emails or (person or consumer).phones)
    changes, wake = [], []
    for number, account in enumerate(own):
        lifted = reachable and account.hold is Hold.NO_CONTACT_POINT
        after = lifecycle.lift(account, context.now) if lifted else account
        after = placed(after, person or consumer, context)
        after = taken_up(after, context.strategy) if reached_again(consumer, person) else after
        after = barred_anew(account, after, bars)
        first = number == 0 and person is not None
        if after == account and not first:
            continue
        changes.append(
            context.changed(
                account,
                "AccountUpdated",
                data={"changed": ["contact"]},
                after=after,
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
        return ImportPlan(outcomes={key: before}, codes=told_otherwise(key, consumer, person_read))
    codes = {**told_otherwise(key, consumer, person_read), **withdrawal(key, consumer, person)}
    return ImportPlan(
        outcomes={key: UPDATED}, changes=tuple(changes), wake=tuple(wake), codes=codes
    )


def hear(
    context: ImportContext,
    key: str,
    account_read: NormalisedAccount,
    read: Read,
    *,
    book: People,
    holder: Consumer | None = None,
) -> ImportPlan:
    """What a row says of a known person though it makes no debt: that they are not to be written
    to, or have died, binds for what they owe elsewhere. `holder`: of the account that the row
    names."""
    consumer_id = ids.consumer_id(context.job.creditor, account_read.identity)
    known = holder or read.consumers.get(consumer_id)
    denied = tuple(c for c in account_read.consumer.consents if not c.granted)
    bars = personal(account_read)
    heard = ImportPlan(outcomes={key: UNCHANGED})
    if known is None or not (denied or bars) or strangers(known, account_read.consumer):
        return heard
    person, entries = with_contacts(context, known, NormalisedConsumer(consents=denied), bars=bars)
    if person is not None:
        change = Change(consumer=person, audit=entries)
        codes = withdrawal(key, known, person)
        heard = ImportPlan(outcomes={key: UPDATED}, changes=(change,), codes=codes)
    return hold_others(heard, bars, known.consumer_id, book=book, context=context, read=read)


def next_consumer(
    context: ImportContext, consumer: Consumer, what: str, *, account: str = ""
) -> tuple[Consumer, list[AuditEntry]]:
    """The consumer one version on, and the audit entry that says so, naming the `account` that
    becomes theirs with it."""
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
            **shown.of_person(consumer, account=account),
        },
    )
    after = replace(consumer, version=consumer.version + 1, audit_head=entry.hash)
    return after, [entry]


def known_by_address(
    book: Addresses, context: ImportContext, person: NormalisedConsumer, read: Read
) -> tuple[Consumer | None, str, frozenset[str]]:
    """(the consumer that an earlier file told of under another key, the id of one who is only
    probably the same, the addresses that stand on record under so many others that they are
    nobody's).

    The rule of a file: the same e-mail address or phone number and no other name. An address of
    a whole office says nothing.
    """
    doubted = ""
    crowded = set()
    for address in (*person.emails[:_LOOKED_UP], *person.phones[:_LOOKED_UP]):
        known = [c for c in book.consumers_at(address) if c.creditor == context.job.creditor]
        alike = [c for c in known if _one_name(person, c)]
        if len(known) > SHARED_ADDRESS_LIMIT:
            if not alike and not person.company:
                crowded.add(address)
            continue
        if alike:
            return read.consumers.setdefault(alike[0].consumer_id, alike[0]), "", frozenset()
        doubted = doubted or next((c.consumer_id for c in known), "")
    return None, doubted, frozenset(crowded)


def _one_name(person: NormalisedConsumer, stored: Consumer) -> bool:
    return compatible(name_key(person.name), {name_key(stored.name)} - {""})


def without_points(account_read: NormalisedAccount, addresses: frozenset[str]) -> NormalisedAccount:
    """A debt whose person is not reached at some addresses; held where none is left."""
    if not addresses:
        return account_read
    person = account_read.consumer._replace(
        emails=tuple(e for e in account_read.consumer.emails if e not in addresses),
        phones=tuple(p for p in account_read.consumer.phones if p not in addresses),
    )
    holds = account_read.holds if person.reachable else (*account_read.holds, "shared_contact")
    return replace(account_read, consumer=person, holds=holds)


def new_consumer(
    context: ImportContext, consumer_id: str, account_read: NormalisedAccount
) -> Consumer:
    """The consumer as the file tells of them."""
    person = account_read.consumer
    consumer = Consumer(
        consumer_id=consumer_id,
        creditor=context.job.creditor,
        name=person.name,
        given_name=person.given,
        company=person.company,
        emails=person.emails[:MOST_POINTS],
        phones=person.phones[:MOST_POINTS],
        street=person.street,
        city=person.city,
        state=person.state or None,
        zip=person.zip[:5] or None,
        country=person.country or "US",
        date_of_birth=person.date_of_birth,
        language=person.language or "en",
        tz_known=person.time_zone or None,
        consents=_consents(person, context.job),
        flags={
            DENIED[channel]: _denial(context)
            for channel in Channel
            if any(_denies(consent, channel) for consent in person.consents)
        },
        matched_by=account_read.matched_by,
    )
    consumer = heard_of(consumer, person, of_person_in(account_read), context)
    return marked(at_work(consumer, person, context), personal(account_read), context)


def of_person_in(account_read: NormalisedAccount) -> dict[str, str]:
    """What a row says of its person or their telephone, beside the debt: facts by name."""
    return {OF_PERSON[n]: text for n, text in account_read.extras if n in OF_PERSON}


def heard_of(
    consumer: Consumer, person: NormalisedConsumer, facts: Mapping[str, str], context: ImportContext
) -> Consumer:
    """The consumer with what a file says of them; what they or staff said stands. A telephone is
    the first that the row names."""
    by = f"import {context.job.import_id}"
    for name, text in facts.items():
        before, kind = consumer.flags.get(name), FACTS[name]
        known = before is not None and before.detail.get("value") is True
        if before is not None and not before.by.startswith("import "):
            continue
        if kind.of == "person":
            if known is not (text == "yes"):
                value = text if text == "yes" else UNKNOWN
                consumer = of_person(
                    consumer, name, value, at=context.now, by=by, evidence="import"
                )
            continue
        for point in person.phones[:1]:
            has = before is not None and address_hash(point) in _hashes(before)
            if has is not (text == "yes"):
                consumer = of_point(
                    consumer, name, point, text, at=context.now, by=by, evidence="import"
                )
    return consumer


def at_work(consumer: Consumer, person: NormalisedConsumer, context: ImportContext) -> Consumer:
    """The consumer with the points that the file names as those of a workplace marked so; what the
    person gave to us themselves is theirs to use."""
    for point in person.at_work:
        if point not in consumer.all_points or point in consumer.given_here:
            continue
        name = "work_email" if "@" in point else "work_phone"
        by, proof = f"import {context.job.import_id}", "import"
        told_so = of_point(consumer, name, point, "yes", at=context.now, by=by, evidence=proof)
        # A file that says it again is no news.
        before, after = consumer.flags.get(name), told_so.flags.get(name)
        if before is None or after is None or _hashes(before) != _hashes(after):
            consumer = told_so
    return consumer


def _hashes(flag: Flag) -> list[str]:
    return list(flag.detail.get("address_hashes", ()))


def with_contacts(
    context: ImportContext,
    stored: Consumer,
    person: NormalisedConsumer,
    *,
    before: Collection[str] | None = None,
    first: bool = True,
    bars: Collection[str] = (),
    facts: Mapping[str, str] | None = None,
    account: str = "",
) -> tuple[Consumer | None, list[AuditEntry]]:
    """Take the file's contact points, fill what was empty, and close what the file closes; None
    where nothing is new, not even an `account` that becomes theirs. A file never opens what is
    closed but for an address that it corrects: what a person said to us outlives what a file says.
    `before` and `first` as in `NamedPoints`; `bars` are the codes of what the file says of the
    person that forbids to write, `facts` those that it tells of them.
    """
    named = NamedPoints(emails=person.emails, phones=person.phones, before=before, first=first)
    source = f"import {context.job.import_id}"
    after = take_named(stored, named, at=context.now, evidence=source)
    after = _permitted(stored, after, person, context)
    changes: dict[str, Any] = {}
    if not stored.name and person.name:
        changes |= {"name": person.name, "given_name": person.given}
    fields = {"date_of_birth": person.date_of_birth, "tz_known": person.time_zone}
    changes |= {n: value for n, value in fields.items() if value and not getattr(stored, n)}
    after = take_address(after, address_of(person), newest=first)
    after = heard_of(replace(after, **changes), person, facts or {}, context)
    after = marked(at_work(after, person, context), bars, context)
    if after == stored and not account:
        return None, []
    what = "PermissionWithdrawn" if _shut(stored, after) else "ConsumerUpdated"
    return next_consumer(context, after, what, account=account)


def address_of(person: NormalisedConsumer) -> Address:
    """Where a file says that a person lives."""
    return Address(street=person.street, city=person.city, state=person.state, zip=person.zip[:5])


def told_otherwise(key: str, stored: Consumer, person: NormalisedConsumer) -> dict[str, str]:
    """The code of a row that names another place than staff wrote down: theirs stands."""
    kept = stored.placed_by == BY_STAFF and differs(stored, address_of(person))
    return {key: PLACE_KEPT} if kept else {}


def withdrawal(key: str, before: Consumer, after: Consumer | None) -> dict[str, str]:
    """The code of a row by which a permission ended that stood until now."""
    return {key: WITHDRAWN} if after is not None and _shut(before, after) else {}


def reached_again(before: Consumer, after: Consumer | None) -> bool:
    """True where a channel that was closed is open again, as by a corrected address."""
    return after is not None and _shut(after, before)


def _shut(one_time: Consumer, another: Consumer) -> bool:
    """True where a channel is open at one time and closed at another."""
    return any(one_time.consent(c).open and not another.consent(c).open for c in Channel)


def placed(account: Account, person: Consumer, context: ImportContext) -> Account:
    """The account let go where it waited for nothing but to know where its person lives."""
    return lifecycle.placed(account, context.now) if is_placed(person) else account


def place_others(
    plan: ImportPlan,
    before: Consumer | None,
    after: Consumer | None,
    *,
    book: People,
    context: ImportContext,
    read: Read,
) -> ImportPlan:
    """The plan with every other debt of a person let go that waited to know where they live, once
    a file says it."""
    if before is None or after is None or is_placed(before) or not is_placed(after):
        return plan
    written = {change.account.account_id for change in plan.changes if change.account is not None}
    changes, wake = [], []
    for known in book.accounts_of_consumer(after.consumer_id):
        account = read.accounts.get(known.account_id, known)
        free = placed(account, after, context)
        if account.account_id in written or free == account:
            continue
        data = {"changed": ["place"]}
        changes.append(context.changed(account, "AccountUpdated", data=data, after=free))
        wake.append(account.account_id)
    return replace(plan, changes=(*plan.changes, *changes), wake=(*plan.wake, *wake))


def taken_up(account: Account, strategy: Strategy) -> Account:
    """An account whose person can be reached again: a ladder that ended before its last rung, for
    nobody could be written to, begins with the next rollout where it stood."""
    left = set(account.sent) < {rung.name for rung in strategy.ladder(account.ladder)}
    if account.status is not Status.EXHAUSTED or account.hold is not None or not left:
        return account
    return lifecycle.reenter(account)


def _denies(consent: FileConsent, channel: Channel) -> bool:
    return not consent.granted and consent.channel in ("all", channel.value)


def _permitted(
    stored: Consumer, after: Consumer, person: NormalisedConsumer, context: ImportContext
) -> Consumer:
    """The person without the permissions that the file denies. A permission that it states counts
    only for an address that it has just given in place of one that had the same."""
    for channel in Channel:
        stated = [c for c in person.consents if c.channel in ("all", channel.value)]
        now, denied = after.consent(channel), next((c for c in stated if not c.granted), None)
        if denied is not None:
            by, evidence = f"import {context.job.import_id}", f"import: {denied.evidence}"
            after = deny(after, channel, at=context.now, by=by, evidence=evidence)
        elif stated and now.version > stored.consent(channel).version:
            granted = Consent(
                state=ConsentState.GRANTED,
                version=now.version + 1,
                at=_given_at(stated[0].given_on),
                evidence=f"import: {stated[0].evidence}"[:200],
            )
            after = replace(after, consents={**after.consents, channel: granted})
    return after


def _given_at(day: date | None) -> datetime | None:
    """The beginning of the day on which a permission was given: what is older counts less."""
    return None if day is None else datetime.combine(day, time(), UTC)


def _denial(context: ImportContext) -> Flag:
    by = f"import {context.job.import_id}"
    return Flag(at=context.now, by=by, detail={"value": True})


def _consents(person: NormalisedConsumer, job: Job) -> dict[Channel, Consent]:
    """An e-mail address given with the debt may be written to; a text needs recorded consent."""
    consents: dict[str, FileConsent] = {}
    for consent in person.consents:
        for channel in Channel:
            known = consents.get(channel.value)
            # Of a yes and a no, in whatever order, the no counts.
            if consent.channel in ("all", channel.value) and (known is None or known.granted):
                consents[channel.value] = consent

    def of(channel: Channel, silent: ConsentState) -> Consent:
        if channel.value not in consents:
            return Consent(state=silent, version=1, evidence=f"import {job.import_id}")
        stated = consents[channel.value]
        # A "no" in a file is no permission; it is not a person telling us to stop.
        state = ConsentState.GRANTED if stated.granted else ConsentState.NONE
        return Consent(
            state=state,
            version=1,
            at=_given_at(stated.given_on),
            evidence=f"import: {stated.evidence}"[:200],
        )

    return {
        Channel.EMAIL: of(Channel.EMAIL, ConsentState.IMPLIED),
        Channel.SMS: of(Channel.SMS, ConsentState.NONE),
    }
