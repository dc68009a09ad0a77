"""The import in the cloud: a dropped file becomes accounts, and a report lies beside it.

The stages are those of a dry run. Every share of the work reads the file and joins all its rows,
then writes only the accounts whose id falls to it: shares need nothing of each other, and running
one again changes nothing, because an account is named by what it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from dunlin.domain import ids
from dunlin.domain.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.audit import append
from dunlin.domain.consumer import Channel, Consent, ConsentState, Consumer
from dunlin.domain.errors import DomainError
from dunlin.domain.intake.assemble import Assembly
from dunlin.domain.intake.profile import Dropped, refused
from dunlin.domain.intake.report import rejected_csv, report_csv, summary
from dunlin.domain.intake.sidecar import sidecar_yaml
from dunlin.domain.intake.types import (
    CREATED,
    OPEN,
    REJECTED,
    UNCHANGED,
    UPDATED,
    FileProfile,
    NormalisedAccount,
    NormalisedConsumer,
    RowOutcome,
)
from dunlin.domain.money import Money
from dunlin.domain.strategy import Strategy
from dunlin.ports import AccountBook, Alarm, Change, Creditors, DropBox, Intake
from dunlin.service.intake_file import FileResult, read_files, rows
from dunlin.service.permits import entry_of, until_nobody_interferes, written

_KEY = re.compile(r"drop/([^/]+)/([^/]+)")
_OURS = (".report.csv", ".rejected.csv", ".summary.json", ".mapping.yaml")
_ROWS_A_SHARE = 5_000
_MOST_SHARES = 8
_TEXT, _CSV = "text/plain; charset=utf-8", "text/csv; charset=utf-8"
_HOLDS = {
    "no_contact": (Hold.NO_CONTACT_POINT, "No e-mail address or phone number in the file."),
    "disputed": (Hold.DISPUTE, "The file says that it is disputed."),
    "probable_match": (Hold.REVIEW, "Probably the same person as another; confirm it."),
    "unknown_status": (Hold.REVIEW, "The file gives a status that is not known."),
    "no_due_date": (Hold.REVIEW, "The file gives no due date."),
    "not_due": (Hold.NOT_DUE, "The due date lies ahead."),
}


def dropped_file(key: str) -> tuple[str, str] | None:
    """(creditor, file name) of an import's key; None for our own outputs and other keys."""
    found = _KEY.fullmatch(key)
    if found is None or key.endswith(_OURS):
        return None
    return found[1], found[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One version of one dropped file."""

    import_id: str
    creditor: str
    key: str
    version: str

    @property
    def stem(self) -> str:
        folder, _, name = self.key.rpartition("/")
        return (
            f"{folder}/{name.split('.', 1)[0] if name.endswith('.gz') else name.rsplit('.', 1)[0]}"
        )

    def work(self, name: str) -> str:
        return f"work/{self.import_id}/{name}"


def job_of(key: str, version: str) -> Job | None:
    """The job of a dropped file, None where the key is not one."""
    found = dropped_file(key)
    if found is None:
        return None
    return Job(
        import_id=ids.import_id(found[0], key, version),
        creditor=found[0],
        key=key,
        version=version,
    )


def profile_file(
    job: Job, *, intake: Intake, creditors: Creditors, drop_box: DropBox, today: date
) -> dict[str, Any]:
    """Read the file once; `{outcome: ready | rejected | waiting, ranges: [...]}` and the ids.

    What is not ready is reported beside the file at once, and nothing is created.
    """
    result = _read(job, intake=intake, creditors=creditors, today=today)
    profile = result.profile
    outcome = "rejected" if profile.refusal else "waiting" if profile.waits else "ready"
    shares = _shares(profile)
    if outcome != "ready":
        _report(job, result, drop_box=drop_box, intake=intake, today=today)
    return {
        "outcome": outcome,
        "import_id": job.import_id,
        "creditor": job.creditor,
        "key": job.key,
        "version": job.version,
        "ranges": [{"share": n, "of": shares} for n in range(shares)],
    }


def _shares(profile: FileProfile) -> int:
    return max(1, min(_MOST_SHARES, profile.records // _ROWS_A_SHARE + 1))


def _read(job: Job, *, intake: Intake, creditors: Creditors, today: date) -> FileResult:
    name = job.key.rsplit("/", 1)[-1]
    strategy = _known(job.creditor, creditors)
    if strategy is None:
        unknown = refused(
            "unknown_creditor",
            f"creditor {job.creditor!r} has no strategy: drop config/{job.creditor}/strategy.yaml"
            " first, then drop this file again",
        )
        return FileResult(name=name, profile=unknown, assembly=None)
    opened = intake.open(job.key, job.version)
    if not isinstance(opened, Dropped):
        return FileResult(name=name, profile=opened, assembly=None)
    (result,) = read_files([opened], checks=intake.checks, today=today)
    return result


def _known(creditor: str, creditors: Creditors) -> Strategy | None:
    try:
        return creditors.strategy(ids.creditor_id(creditor))
    except DomainError:
        return None


def load_rows(
    job: Job,
    *,
    share: int,
    of: int,
    intake: Intake,
    creditors: Creditors,
    book: AccountBook,
    alarm: Alarm,
    drop_box: DropBox,
    now: datetime,
) -> dict[str, int]:
    """Write the accounts of one share; counts by outcome. Safe to run again."""
    result = _read(job, intake=intake, creditors=creditors, today=now.date())
    strategy = _known(job.creditor, creditors)
    if result.assembly is None or strategy is None:
        raise DomainError(f"{job.key} cannot be read any more")
    mine = {
        key: account
        for key, account in result.assembly.accounts.items()
        if _share_of(job.creditor, key, of) == share
    }
    outcomes = {
        key: _write(job, key, account, strategy=strategy, book=book, alarm=alarm, now=now)
        for key, account in mine.items()
    }
    # What was created by an earlier, interrupted run of this same share stays "created".
    before = _outcomes(job, share, drop_box)
    merged = {
        key: before.get(key, outcome) if outcome == UNCHANGED else outcome
        for key, outcome in outcomes.items()
    }
    drop_box.write(
        job.work(f"outcomes-{share}.json"), json.dumps(merged).encode(), "application/json"
    )
    return dict(Counter(merged.values()))


def _share_of(creditor: str, key: str, of: int) -> int:
    digest = hashlib.sha256(ids.account_id(creditor, key).encode()).digest()
    return int.from_bytes(digest[:4], "big") % of


def _outcomes(job: Job, share: int, drop_box: DropBox) -> dict[str, str]:
    try:
        content: dict[str, str] = json.loads(drop_box.read(job.work(f"outcomes-{share}.json")))
    except DomainError:
        return {}
    return content


Written = Literal["created", "updated", "unchanged"]


def _write(
    job: Job,
    key: str,
    found: NormalisedAccount,
    *,
    strategy: Strategy,
    book: AccountBook,
    alarm: Alarm,
    now: datetime,
) -> Written:
    account_id = ids.account_id(job.creditor, key)
    result: Written = until_nobody_interferes(
        lambda: _write_once(
            job, account_id, found, strategy=strategy, book=book, alarm=alarm, now=now
        )
    )
    return result


def _write_once(
    job: Job,
    account_id: str,
    found: NormalisedAccount,
    *,
    strategy: Strategy,
    book: AccountBook,
    alarm: Alarm,
    now: datetime,
) -> Written:
    stored = book.account(account_id)
    if stored is not None:
        return _update(job, stored, found, book=book, alarm=alarm, now=now)
    if found.status != OPEN:
        return "unchanged"
    consumer_id = _ensure_consumer(job, found, book=book, now=now)
    account = _new_account(job, account_id, consumer_id, found, strategy)
    entries = _ledger(job, account, found, now)
    entry = entry_of(
        account,
        now=now,
        what="AccountImported",
        data={
            "import": job.import_id,
            "lines": list(found.lines[:20]),
            "matched_by": found.matched_by,
            "balance_minor": account.balance.minor,
            "currency": account.balance.currency,
        },
        actor="import",
    )
    book.apply(Change(account=written(account, entry), ledger=entries, audit=[entry]))
    return "created"


def _new_account(
    job: Job, account_id: str, consumer_id: str, found: NormalisedAccount, strategy: Strategy
) -> Account:
    hold, reason = next((_HOLDS[h] for h in found.holds if h in _HOLDS), (None, ""))
    return Account(
        account_id=account_id,
        creditor=job.creditor,
        consumer_id=consumer_id,
        reference=found.reference,
        invoice=found.invoice,
        status=Status.IMPORTED,
        hold=hold,
        hold_reason=reason,
        balance=found.balance,
        issued_on=found.issued_on,
        due_on=found.due_on,
        industry=strategy.industry,
        debt_kind="business" if found.consumer.company else "consumer",
        debt_role=strategy.debt_role,
        language=found.consumer.language or "en",
        extras=dict(found.extras),
        strategy_version=strategy.version,
    )


def _ledger(
    job: Job, account: Account, found: NormalisedAccount, now: datetime
) -> list[LedgerEntry]:
    """The file's own entries; what they do not explain of the balance is an opening entry."""
    kinds = {"payment": "payment", "credit": "credit"}
    entries = [
        LedgerEntry(
            entry_id=ids.entry_id(account.account_id, f"{job.import_id} {n}"),
            account_id=account.account_id,
            kind=kinds.get(one.kind, "charge"),
            amount=Money(one.minor, account.balance.currency),
            on=one.on or found.issued_on or now.date(),
            source=f"import {one.source}",
        )
        for n, one in enumerate(found.entries)
        if one.minor
    ]
    missing = account.balance.minor - sum(e.amount.minor for e in entries)
    if missing:
        entries.append(
            LedgerEntry(
                entry_id=ids.entry_id(account.account_id, f"{job.import_id} opening"),
                account_id=account.account_id,
                kind="charge" if missing > 0 else "credit",
                amount=Money(missing, account.balance.currency),
                on=found.issued_on or now.date(),
                source="import opening balance",
            )
        )
    return entries


def _update(
    job: Job,
    stored: Account,
    found: NormalisedAccount,
    *,
    book: AccountBook,
    alarm: Alarm,
    now: datetime,
) -> Written:
    """Bring a known account up to the file: balance, settled or not, and a hold that was mended."""
    owed = found.balance.minor if found.status == OPEN else 0
    changes: dict[str, Any] = {}
    ledger: list[LedgerEntry] = []
    if found.balance.currency != stored.balance.currency:
        raise DomainError(f"{stored.account_id} changed its currency")
    difference = owed - stored.balance.minor
    if difference:
        changes["balance"] = Money(owed, stored.balance.currency)
        ledger.append(
            LedgerEntry(
                entry_id=ids.entry_id(stored.account_id, f"{job.import_id} update"),
                account_id=stored.account_id,
                kind="adjustment",
                amount=Money(difference, stored.balance.currency),
                on=found.paid_on or now.date(),
                source="import newer file",
            )
        )
        if owed <= 0:
            changes |= {"status": Status.SETTLED, "due_at": None, "next_action": None}
    if found.due_on is not None and found.due_on != stored.due_on:
        changes["due_on"] = found.due_on
    if found.disputed and stored.hold is None:
        changes["hold"], changes["hold_reason"] = _HOLDS["disputed"]
    mended = _mended_contacts(job, stored, found, book=book, now=now)
    if mended and stored.hold is Hold.NO_CONTACT_POINT:
        changes |= {"hold": None, "hold_reason": ""}
    if not changes:
        return "updated" if mended else "unchanged"
    entry = entry_of(
        stored,
        now=now,
        what="AccountUpdated",
        data={"import": job.import_id, "changed": sorted(changes), "difference_minor": difference},
        actor="import",
    )
    book.apply(Change(account=written(stored, entry, **changes), ledger=ledger, audit=[entry]))
    if stored.status is Status.ACTIVE:
        alarm.wake(stored.account_id)
    return "updated"


def _ensure_consumer(
    job: Job, found: NormalisedAccount, *, book: AccountBook, now: datetime
) -> str:
    """The consumer of an account: a known one with what the file adds, or a new one."""
    consumer_id = ids.consumer_id(job.creditor, found.identity)
    stored = book.consumer(consumer_id)
    if stored is None:
        _apply_consumer(_new_consumer(job, consumer_id, found), "ConsumerImported", job, book, now)
    else:
        _add_contacts(job, stored, found.consumer, book=book, now=now)
    return consumer_id


def _apply_consumer(
    consumer: Consumer, what: str, job: Job, book: AccountBook, now: datetime
) -> None:
    entry = append(
        subject=f"consumer#{consumer.consumer_id}",
        sequence=consumer.version + 1,
        previous=consumer.audit_head,
        at=now,
        actor="import",
        what=what,
        data={
            "import": job.import_id,
            "matched_by": consumer.matched_by,
            "consents": {c.value: k.state.value for c, k in consumer.consents.items()},
        },
    )
    after = replace(consumer, version=consumer.version + 1, audit_head=entry.hash)
    book.apply(Change(consumer=after, audit=[entry]))


def _new_consumer(job: Job, consumer_id: str, found: NormalisedAccount) -> Consumer:
    person = found.consumer
    return Consumer(
        consumer_id=consumer_id,
        creditor=job.creditor,
        name=person.name,
        given_name=person.given,
        company=person.company,
        emails=person.emails,
        phones=person.phones,
        street=person.street,
        city=person.city,
        state=person.state or None,
        zip=person.zip[:5] or None,
        country=person.country or "US",
        date_of_birth=person.date_of_birth,
        language=person.language or "en",
        tz_known=person.time_zone or None,
        consents=_consents(person, job),
        matched_by=found.matched_by,
    )


def _consents(person: NormalisedConsumer, job: Job) -> dict[Channel, Consent]:
    """An e-mail address given with the debt may be written to; a text needs recorded consent."""
    said: dict[str, tuple[bool, str]] = {}
    for consent in person.consents:
        for channel in Channel:
            if consent.channel in ("all", channel.value):
                said[channel.value] = (consent.granted, consent.evidence)

    def of(channel: Channel, silent: ConsentState) -> Consent:
        if channel.value not in said:
            return Consent(state=silent, version=1, evidence=f"import {job.import_id}")
        granted, evidence = said[channel.value]
        # A "no" in a file is no permission; it is not a person telling us to stop.
        state = ConsentState.GRANTED if granted else ConsentState.NONE
        return Consent(state=state, version=1, evidence=f"import: {evidence}"[:200])

    return {
        Channel.EMAIL: of(Channel.EMAIL, ConsentState.IMPLIED),
        Channel.SMS: of(Channel.SMS, ConsentState.NONE),
    }


def _mended_contacts(
    job: Job, stored: Account, found: NormalisedAccount, *, book: AccountBook, now: datetime
) -> bool:
    consumer = book.consumer(stored.consumer_id)
    if consumer is None:
        raise DomainError(f"{stored.account_id} has no consumer")
    return _add_contacts(job, consumer, found.consumer, book=book, now=now)


def _add_contacts(
    job: Job, stored: Consumer, person: NormalisedConsumer, *, book: AccountBook, now: datetime
) -> bool:
    """Add contact points and fill what was empty. Consents and flags are never touched: what a
    person said to us outlives what a file says."""
    emails = tuple(dict.fromkeys((*stored.emails, *person.emails)))
    phones = tuple(dict.fromkeys((*stored.phones, *person.phones)))
    changes: dict[str, Any] = {}
    if emails != stored.emails:
        changes["emails"] = emails
    if phones != stored.phones:
        changes["phones"] = phones
    told = {
        "street": person.street,
        "city": person.city,
        "state": person.state,
        "zip": person.zip[:5],
        "date_of_birth": person.date_of_birth,
    }
    changes |= {n: value for n, value in told.items() if value and not getattr(stored, n)}
    if not changes:
        return False
    _apply_consumer(replace(stored, **changes), "ConsumerUpdated", job, book, now)
    return True


def reconcile_import(
    job: Job,
    *,
    intake: Intake,
    creditors: Creditors,
    drop_box: DropBox,
    today: date,
) -> dict[str, Any]:
    """Give every row its one outcome and write the report, the rejected rows and the summary."""
    result = _read(job, intake=intake, creditors=creditors, today=today)
    said: dict[str, str] = {}
    for share in range(_shares(result.profile)):
        said |= _outcomes(job, share, drop_box)
    if result.assembly is not None:
        result = replace(result, assembly=_with_outcomes(result.assembly, said))
    counts = _report(job, result, drop_box=drop_box, intake=intake, today=today)
    return {"outcome": "done", "import_id": job.import_id, "counts": counts}


def _with_outcomes(assembly: Assembly, said: dict[str, str]) -> Assembly:
    """What the store knew beats what the file alone suggests: updated and unchanged."""

    def known(row: RowOutcome) -> RowOutcome:
        outcome = said.get(row.account, "")
        if row.outcome == CREATED and outcome in (UPDATED, UNCHANGED):
            return replace(row, outcome=outcome, code=row.code or outcome)
        if row.outcome == UNCHANGED and outcome == UPDATED:
            return replace(row, outcome=UPDATED)
        return row

    return replace(assembly, outcomes=[known(row) for row in assembly.outcomes])


def _report(
    job: Job, result: FileResult, *, drop_box: DropBox, intake: Intake, today: date
) -> dict[str, int]:
    assembly, profile = result.assembly, result.profile
    outcomes = assembly.outcomes if assembly else []
    accounts = assembly.accounts if assembly else {}
    drop_box.write(f"{job.stem}.report.csv", _joined(report_csv(profile, outcomes, accounts)), _CSV)
    rejected = {o.line: o.code for o in outcomes if o.outcome == REJECTED}
    if rejected and profile.refusal is None:
        opened = intake.open(job.key, job.version)
        if isinstance(opened, Dropped):
            cells = [
                (row.cells, rejected[row.line])
                for row in rows(opened, profile)
                if row.line in rejected
            ]
            drop_box.write(
                f"{job.stem}.rejected.csv", _joined(rejected_csv(profile.headers, cells)), _CSV
            )
    if profile.refusal is None:
        opened = intake.open(job.key, job.version)
        if isinstance(opened, Dropped):
            text = sidecar_yaml(profile, opened.hints.sidecar)
            drop_box.write(f"{job.stem}.mapping.yaml", text.encode(), _TEXT)
    content = summary(result.name, profile, assembly, today) | {"import_id": job.import_id}
    drop_box.write(
        f"{job.stem}.summary.json",
        json.dumps(content, indent=1, ensure_ascii=False).encode(),
        "application/json",
    )
    return dict(Counter(o.outcome for o in outcomes))


def _joined(lines: Iterable[str]) -> bytes:
    return "".join(lines).encode("utf-8-sig")
