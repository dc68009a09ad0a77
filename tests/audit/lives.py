"""A life that a dossier is made of: a person with two accounts who was written to and opted out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.waker import MemoryWaker
from dunlin.domain.accounts import shown
from dunlin.domain.accounts.account import Account, LedgerEntry
from dunlin.domain.accounts.signal import Signal, SignalKind
from dunlin.domain.audit import audit
from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.money import Money
from dunlin.ports.accounts import Change
from dunlin.service.accounts.creditor_log import record
from dunlin.service.accounts.staff_command import consumer_entry
from dunlin.service.accounts.writing import write
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.sending import send
from dunlin.service.reports.audit_log import archive_entries, dossier, sign_finished_days
from dunlin.service.signals.signals import apply_signal
from tests.support import builders, ground
from tests.support.builders import NOON
from tests.support.evidence import LocalSigner, MemoryArchive

Dossier = dict[str, Any]
DAY = timedelta(days=1)
FIRST = NOON.date()
LAST = FIRST + 2 * DAY
"""The days of it: written to; disputed and opted out; nothing of theirs, but other chains move."""


@dataclass(frozen=True)
class Life:
    """Where it was lived, the account that is asked about, and the other one of the person."""

    book: MemoryBook
    account_id: str
    other_id: str


def lived(*, older: bool = False) -> Life:
    """Written to on the first day; disputed, paid a part and opted out on the second. `older`: the
    accounts began when entries did not name yet what they show."""
    book, account = ground.memory_world()
    other = _joined(book, account)
    if older:
        account = _older(book, account)
    outbox = ground.outbox()
    gate = ground.gate("PLAT-FREQ-ALL")
    permit = check_ladder(
        account.account_id, 1, book=book, gate=gate, templates=outbox.templates, now=NOON
    )
    send(account.account_id, permit.touch_key, permit.permit_id, book=book, ports=outbox, now=NOON)
    _pay(book, account.account_id)
    for kind in (SignalKind.DISPUTE, SignalKind.OPT_OUT):
        signal = Signal(
            signal_id=kind.value,
            kind=kind,
            at=NOON + DAY,
            account_id=account.account_id,
            consumer_id=account.consumer_id,
        )
        apply_signal(signal, book=book, waker=MemoryWaker(), now=NOON + DAY)
    return Life(book, account.account_id, other.account_id)


def _joined(book: MemoryBook, account: Account) -> Account:
    """A second account of the person, as an import adds it."""
    person = book.consumer(account.consumer_id)
    assert person is not None
    other = builders.account("second", consumer_id=account.consumer_id)
    entry = consumer_entry(
        person, person, now=NOON, what="ConsumerUpdated", data={}, actor="import"
    )
    entry = audit.append(
        subject=entry.subject,
        sequence=entry.sequence,
        previous=entry.previous,
        at=NOON,
        actor="import",
        what=entry.what,
        data=shown.of_person(person, account=other.account_id),
    )
    person = replace(person, version=entry.sequence, audit_head=entry.hash)
    line = _line(other, "opening", other.balance.minor)
    book.apply(Change(consumer=person, audit=[entry]))
    return write(
        book, other, other, what="AccountImported", data={}, now=NOON, actor="import",
        besides=Change(ledger=[line]),
    )  # fmt: skip


def _older(book: MemoryBook, account: Account) -> Account:
    """The first entry of an account and of its person, as they were written before."""
    subjects = f"account#{account.account_id}", f"consumer#{account.consumer_id}"
    for subject in subjects:
        (first, *_) = book.chains[subject]
        plain = audit.append(
            subject=subject,
            sequence=1,
            previous="",
            at=first.at,
            actor=first.actor,
            what=first.what,
            data={},
        )
        book.chains[subject] = [plain]
    begun = book.chains[subjects[0]][-1]
    person = book.chains[subjects[1]][-1]
    account = replace(account, audit_head=begun.hash)
    book.accounts[account.account_id] = account
    known = book.consumers[account.consumer_id]
    book.consumers[known.consumer_id] = replace(known, version=1, audit_head=person.hash)
    return account


def _line(account: Account, source: str, minor: int) -> LedgerEntry:
    return LedgerEntry(
        entry_id=f"ent_{source}",
        account_id=account.account_id,
        kind="payment" if minor < 0 else "charge",
        amount=Money(minor, account.balance.currency),
        on=FIRST,
        source=source,
    )


def _pay(book: MemoryBook, account_id: str) -> None:
    account = book.account(account_id)
    assert account is not None
    after = replace(account, balance=Money(account.balance.minor - 500, account.balance.currency))
    write(
        book, account, after, what="PaymentPosted", data={}, now=NOON + DAY,
        besides=Change(ledger=[_line(account, "pi_1", -500)]),
    )  # fmt: skip


def strangers() -> list[tuple[Any, str, AuditEntry]]:
    """Other chains on every day, before and behind ours in the order of the leaves."""
    names = ("account#0", "account#zz", "consumer#0", "consumer#zz")
    rows = []
    for name in names:
        previous = ""
        for day in range(3):
            entry = audit.append(
                subject=name,
                sequence=day + 1,
                previous=previous,
                at=NOON + day * DAY,
                actor="import",
                what="AccountImported",
                data={},
            )
            previous = entry.hash
            rows.append((entry.at, f"{name}{day}", entry))
    return rows


def archived(chains: Callable[[], dict[str, list[AuditEntry]]]) -> MemoryArchive:
    archive = MemoryArchive(chains)
    entries = [e for chain in chains().values() for e in chain]
    records = [(e.at, f"{e.subject}{e.sequence}", e) for e in entries]
    for copied in (*records, *strangers()):
        archive_entries([copied], archive=archive)
    return archive


def exported(signer: LocalSigner, *, until: date = LAST) -> Dossier:
    """The dossier of that life as it lies in a file, once the days until then are signed."""
    life = lived()
    archive = archived(lambda: life.book.chains)
    sign_finished_days(until + DAY, archive=archive, signer=signer)
    document = dossier(life.account_id, book=life.book, archive=archive)
    loaded: Dossier = json.loads(json.dumps(document))
    return loaded


def paused(life: Life) -> None:
    """An entry on the creditor's own chain."""
    archive = MemoryArchive(lambda: life.book.chains)
    record(
        builders.CREDITOR, "PauseSet", {"why": "audit"}, "staff:kim",
        book=life.book, log=archive, now=NOON,
    )  # fmt: skip
