"""What there is to write of one file, an item each: accounts, absentees, contacts, payments."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from datetime import date
from typing import Any

from dunlin.domain import ids
from dunlin.domain.imports.assemble import Assembly
from dunlin.domain.imports.contact_filling import names_of_two
from dunlin.domain.imports.guard import REASON_COLUMN
from dunlin.domain.imports.matching import match_keys
from dunlin.domain.imports.names import name_key
from dunlin.domain.imports.types import (
    CONTACTS,
    PAYMENTS,
    RECEIVABLES,
    FileProfile,
    NormalisedAccount,
)
from dunlin.domain.strategy.strategy import MissingBound
from dunlin.ports.imports import DropBox
from dunlin.service.imports import missing, whole_file, work
from dunlin.service.imports.job import Job
from dunlin.service.imports.known_instalments import DebtAccount, KnownInstalments
from dunlin.service.imports.payers import payment_items
from dunlin.service.imports.work import Named

_MENDED = re.compile(r"\.(rejected|mended)\b")


def items_of(
    job: Job,
    profile: FileProfile,
    assembly: Assembly,
    drop_box: DropBox,
    *,
    here: MutableMapping[str, Any],
    today: date,
    bound: MissingBound,
    known: whole_file.KnownFile,
) -> Iterator[dict[str, Any]]:
    """Everything that there is to write, one item each, in one fixed order.

    `here` is an empty mapping that may grow to an entry for each account.
    """
    if profile.kind == RECEIVABLES:
        parts = KnownInstalments(job, assembly, drop_box)
        for key, account in assembly.accounts.items():
            account_id, _, unclear = parts.of(key)
            held = replace(account, holds=(*account.holds, "instalments")) if unclear else account
            yield {"what": "account", "key": key, "id": account_id, "account": work.packed(held)}
        if not known.code:  # what brings no news says nothing by what it lacks
            yield from _absent(
                job, profile, assembly, drop_box, parts, here=here, today=today, bound=bound
            )
    elif profile.kind == CONTACTS:
        # Kept first: accounts that are loaded meanwhile find the contacts there.
        name = job.key.rpartition("/")[2]
        pointer = f"work/{job.creditor}/contacts/{work.source_of(name, '')}.json"
        kept = {"key": job.key, "version": job.version}
        if work.read_json(drop_box, pointer) != kept:
            work.write_json(drop_box, pointer, kept)
        yield from _contact_items(job, assembly, drop_box)
    elif profile.kind == PAYMENTS:
        yield from payment_items(job, assembly, drop_box)


def _absent(
    job: Job,
    profile: FileProfile,
    assembly: Assembly,
    drop_box: DropBox,
    parts: KnownInstalments,
    *,
    here: MutableMapping[str, Any],
    today: date,
    bound: MissingBound,
) -> Iterator[dict[str, Any]]:
    """Accounts of the last export of this source that this one does not name. A file of mended
    rows names only those, so nothing is missing from it."""
    source = work.source_of(job.key, profile.header_fingerprint)
    days = whole_file.days(job, profile, today)
    as_of = (profile.as_of or today).isoformat()
    manifest = work.previous_of(drop_box, job.creditor, source, job.import_id)
    mended = REASON_COLUMN in profile.headers or bool(_MENDED.search(job.key))

    def absent() -> Iterator[Named]:
        before = work.named_by(drop_box, job.creditor, manifest)
        return (n for n in before if n.account_id not in here)

    def named() -> Iterator[Named]:
        for key, account in assembly.accounts.items():
            item = _named(job.creditor, parts.of(key), account)._replace(as_of=as_of)
            if manifest is not None:
                here[item.account_id] = True
            yield item
        for each in absent():
            yield each if mended or each.missing else each._replace(missing=as_of)

    work.write_source(
        drop_box,
        job.creditor,
        source,
        import_id=job.import_id,
        sha256=profile.sha256,
        days=days.text() if days is not None else None,
        named=named(),
    )
    if mended:
        return
    standing = sum(not n.missing for n in work.named_by(drop_box, job.creditor, manifest))
    lacks = sum(not n.missing for n in absent())
    asked = profile.complete and bound.beyond(lacks, standing)
    if asked:
        missing.write_down(job, absent(), before=standing, drop_box=drop_box)
    for each in absent():
        rests = asked and not each.missing
        yield {
            "what": "absent",
            "key": each.account_id,
            "reference": each.reference,
            "rests": rests,
        }


def _named(creditor: str, known: DebtAccount, account: NormalisedAccount) -> Named:
    return Named(
        known.account_id,
        ids.consumer_id(creditor, account.identity),
        account.reference,
        account.invoice,
        dict(account.extras).get("consumer_reference", ""),
        person=whole_file.person_mark(account),
        called=work.name_mark(account.consumer.name),
        part=known.part,
        minor=account.balance.minor,
        currency=account.balance.currency,
    )


def told_before(job: Job, profile: FileProfile, drop_box: DropBox) -> bool:
    """True where the source's file before this one was the same to the byte."""
    source = work.source_of(job.key, profile.header_fingerprint)
    before = work.previous_of(drop_box, job.creditor, source, job.import_id)
    return before is not None and before["sha256"] == profile.sha256


def _contact_items(job: Job, assembly: Assembly, drop_box: DropBox) -> Iterator[dict[str, Any]]:
    """Each contact with the consumers it may mean, likeliest first, and their accounts."""
    contacts = [(key, a, _numbers_of(a)) for key, a in assembly.accounts.items()]
    wanted = {number for _, _, numbers in contacts for number in numbers}
    by_number: dict[tuple[str, str], str] = {}
    kinds: set[str] = set()
    for named in work.all_named(drop_box, job.creditor):
        for number in _numbers_named(named):
            kinds.add(number[0])
            if number in wanted:
                by_number.setdefault(number, named.consumer_id)
    shared = names_of_two(account.consumer for _, account, _ in contacts)
    candidates: dict[str, list[str]] = {}
    for key, account, numbers in contacts:
        consumers = [ids.consumer_id(job.creditor, f"ref:{n}") for k, n in numbers if k == "ref"]
        consumers += [by_number[n] for n in numbers if n in by_number]
        if not kinds & {kind for kind, _ in numbers}:
            # No file numbers its debts so: the contact is found by address or name.
            keys = match_keys("", account.consumer)
            if name_key(account.consumer.name) in shared:
                keys = [k for k in keys if not k.startswith("name:")]
            consumers += [ids.consumer_id(job.creditor, k) for k in keys]
        candidates[key] = list(dict.fromkeys(consumers))
    likely = {c for consumers in candidates.values() for c in consumers}
    accounts: dict[str, list[str]] = defaultdict(list)
    for named in work.all_named(drop_box, job.creditor):
        if named.consumer_id in likely and named.account_id not in accounts[named.consumer_id]:
            accounts[named.consumer_id].append(named.account_id)
    for key, account, _ in contacts:
        yield {
            "what": "contact",
            "key": key,
            "consumers": {c: accounts.get(c, []) for c in candidates[key]},
            "consumer": work.packed(account)["consumer"],
            "bars": list(account.holds),
        }


def _numbers_of(contact: NormalisedAccount) -> tuple[tuple[str, str], ...]:
    """(kind, number) of all that a contact is numbered by; kinds never mean each other."""
    customer = dict(contact.extras).get("consumer_reference", "")
    reference = "" if contact.reference == customer else contact.reference
    kinds = (("ref", customer), ("account", reference), ("invoice", contact.invoice))
    return tuple((kind, number) for kind, number in kinds if number)


def _numbers_named(named: Named) -> tuple[tuple[str, str], ...]:
    """(kind, number) of a debt that a file named. A reference is the account's where the invoice
    has another."""
    kinds = (
        ("ref", named.consumer_reference),
        ("account", named.reference),
        ("invoice", named.invoice),
    )
    return tuple((kind, number) for kind, number in kinds if number)
