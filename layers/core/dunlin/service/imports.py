"""The import in the cloud: a dropped file becomes accounts, and a report lies beside it.

ProfileFile reads the file once, joins its rows and leaves shares of accounts under `work/`;
LoadRows writes one share each; ReconcileImport counts and reports. A share needs nothing of the
others, and running any stage again changes nothing: what a row makes is named by what it is.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any

from dunlin.domain import ids
from dunlin.domain.account import Account, Hold, LedgerEntry, Status
from dunlin.domain.audit import AuditEntry, append
from dunlin.domain.consumer import Channel, Consent, ConsentState, Consumer
from dunlin.domain.errors import DomainError
from dunlin.domain.intake.assemble import Assembly, ByLine
from dunlin.domain.intake.guard import REASON_COLUMN, csv_line
from dunlin.domain.intake.matching import match_keys
from dunlin.domain.intake.profile import Dropped, Hints, profile, refused
from dunlin.domain.intake.report import rejected_csv, report_csv, summary
from dunlin.domain.intake.sidecar import Sidecar, sidecar_yaml
from dunlin.domain.intake.types import (
    CONTACTS,
    CREATED,
    OPEN,
    PAYMENTS,
    RECEIVABLES,
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
from dunlin.service import import_work as work
from dunlin.service.import_work import Named
from dunlin.service.intake_file import FileResult, read_files, rows
from dunlin.service.permits import entry_of, until_nobody_interferes, written

_KEY = re.compile(r"drop/([^/]+)/([^/]+)")
_OURS = (".report.csv", ".rejected.csv", ".summary.json", ".mapping.yaml")
_MENDED = re.compile(r"\.(rejected|mended)\b")
MOST_LINES = 250_000
"""Lines of a file in the cloud; more would not fit the time and memory of its functions."""
_A_SHARE = 2_000
_MOST_SHARES = 200
_AT_ONCE = 400
_MOST_ENTRIES = 50  # ledger entries of one write; a transaction holds a hundred items in all
_MOST_POINTS = 15  # e-mail addresses, and phone numbers, of one consumer
_TEXT, _CSV = "text/plain; charset=utf-8", "text/csv; charset=utf-8"
_HOLDS = {
    "no_contact": (Hold.NO_CONTACT_POINT, "No e-mail address or phone number in the file."),
    "disputed": (Hold.DISPUTE, "The file says that it is disputed."),
    "probable_match": (Hold.REVIEW, "Probably the same person as another; confirm it."),
    "unknown_status": (Hold.REVIEW, "The file gives a status that is not known."),
    "no_due_date": (Hold.REVIEW, "The file gives no due date."),
    "not_due": (Hold.NOT_DUE, "The due date lies ahead."),
}
# What the files said last, kept with the account: a file that says it again is no news, whatever
# was paid or decided here since.
_MADE_BY, _MOVED_BY = "import", "import_update"
_SAID, _SAID_DISPUTED, _ABSENT = "file_balance_minor", "file_disputed", "missing_since"
MISSING, CLOSED, UNMATCHED = "missing", "closed", "unmatched"
_CAN_CLOSE = frozenset({Status.IMPORTED, Status.ACTIVE, Status.EXHAUSTED, Status.FAILED})


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
        packed = name.lower().endswith(".gz")
        return f"{folder}/{name.split('.', 1)[0] if packed else name.rsplit('.', 1)[0]}"

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


# -- ProfileFile -------------------------------------------------------------------------------


def profile_file(
    job: Job, *, intake: Intake, creditors: Creditors, drop_box: DropBox, today: date
) -> dict[str, Any]:
    """Read the file once; `{outcome: ready | rejected | waiting, ranges: [...]}` and the ids.

    What is ready lies in shares under `work/`, a range each. What is not is reported beside the
    file at once, and nothing is created.
    """
    opened, result = _read(job, intake=intake, creditors=creditors, drop_box=drop_box, today=today)
    made = result.profile
    outcome = "rejected" if made.refusal else "waiting" if made.waits else "ready"
    shares = 0
    text = sidecar_yaml(made, opened.hints.sidecar) if opened else ""
    if outcome == "ready" and opened is not None and result.assembly is not None:
        if opened.hints.sidecar != Sidecar():
            intake.remember(job.creditor, made.header_fingerprint, job.key)
        _write_rejected(job, opened, made, result.assembly, drop_box)
        shares = _hand_on(job, made, result.assembly, text, drop_box)
    else:
        _report(job, result, text, drop_box=drop_box, today=today)
    return {
        "outcome": outcome,
        "import_id": job.import_id,
        "creditor": job.creditor,
        "key": job.key,
        "version": job.version,
        "ranges": [{"share": n, "of": shares} for n in range(shares)],
    }


def _read(
    job: Job, *, intake: Intake, creditors: Creditors, drop_box: DropBox, today: date
) -> tuple[Dropped | None, FileResult]:
    """The opened file (None where refused) and what is in it."""
    name = job.key.rsplit("/", 1)[-1]
    if _known(job.creditor, creditors) is None:
        unknown = refused(
            "unknown_creditor",
            f"creditor {job.creditor!r} has no strategy: drop config/{job.creditor}/strategy.yaml"
            " first, then drop this file again",
        )
        return None, FileResult(name=name, profile=unknown, assembly=None)
    opened = intake.open(job.key, job.version)
    if not isinstance(opened, Dropped):
        return None, FileResult(name=name, profile=opened, assembly=None)
    if _lines(opened) > MOST_LINES:
        told = f"the file has over {MOST_LINES} lines: split it into smaller files"
        profiled = refused("too_many_rows", told, opened.hints)
        return None, FileResult(name=name, profile=profiled, assembly=None)
    opened = _as_before(job, opened, intake)
    result, *_ = read_files(
        [opened, *_contacts_files(job, intake, drop_box)],
        checks=intake.checks,
        today=today,
        large=intake.shelves,
    )
    return (None if result.profile.refusal else opened), result


def _lines(opened: Dropped) -> int:
    """Physical lines; counting stops soon after the most there may be."""
    feeds = returns = 0
    with opened.open() as stream:
        while (piece := stream.read(1 << 20)) and max(feeds, returns) <= MOST_LINES:
            feeds += piece.count(b"\n")
            returns += piece.count(b"\r")
    return max(feeds, returns)


def _known(creditor: str, creditors: Creditors) -> Strategy | None:
    try:
        return creditors.strategy(ids.creditor_id(creditor))
    except DomainError:
        return None


def _as_before(job: Job, opened: Dropped, intake: Intake) -> Dropped:
    """The file with the sidecar that this creditor gave for the same header, if it has none.

    Whether a file is complete is said of one file and not remembered.
    """
    if opened.hints.sidecar != Sidecar():
        return opened
    with opened.open() as stream:
        head = stream.read(1 << 18)
    lines = head.rfind(b"\n") + 1 or len(head)
    hints = Hints(encoding=opened.hints.encoding, delimiter=opened.hints.delimiter)
    fingerprint = profile(io.BytesIO(head[:lines]), hints).header_fingerprint
    kept = intake.remembered(job.creditor, fingerprint) if fingerprint else None
    if kept is None:
        return opened
    return replace(opened, hints=replace(opened.hints, sidecar=replace(kept, complete=False)))


def _contacts_files(job: Job, intake: Intake, drop_box: DropBox) -> Iterator[Dropped]:
    """The contacts files that this creditor dropped before."""
    for key in drop_box.keys(f"work/{job.creditor}/contacts/"):
        kept = work.read_json(drop_box, key)
        if kept["key"] != job.key:
            try:
                opened = intake.open(kept["key"], kept["version"])
            except DomainError:  # deleted since
                continue
            if isinstance(opened, Dropped):
                yield _as_before(job, opened, intake)


def _write_rejected(
    job: Job, opened: Dropped, made: FileProfile, assembly: Assembly, drop_box: DropBox
) -> None:
    rejected = {o.line: o.code for o in assembly.outcomes if o.outcome == REJECTED}
    if rejected:
        cells = (
            (row.cells, rejected[row.line]) for row in rows(opened, made) if row.line in rejected
        )
        lines = rejected_csv(made.headers, cells)
        drop_box.write(f"{job.stem}.rejected.csv", _joined(lines), _CSV)


def _hand_on(
    job: Job, made: FileProfile, assembly: Assembly, sidecar: str, drop_box: DropBox
) -> int:
    """Leave rows and shares under `work/`; the number of shares, at least one."""
    parts = work.write_parts(
        drop_box, job.work("rows"), (work.packed_row(o) for o in assembly.outcomes)
    )
    size = max(_A_SHARE, -(-len(assembly.accounts) // _MOST_SHARES))
    items = _items(job, made, assembly, drop_box)
    terms = {"industry": made.industry, "debt_kind": made.debt_kind, "complete": made.complete}
    shares = 0
    while (share := list(islice(items, size))) or not shares:
        work.write_lines(drop_box, job.work(f"share-{shares}.jsonl"), [terms, *share])
        shares += 1
    told = {
        "profile": work.packed_profile(made),
        "sidecar": sidecar,
        "rows": parts,
        "shares": shares,
    }
    work.write_json(drop_box, job.work("profile.json"), told)
    return shares


def _items(
    job: Job, made: FileProfile, assembly: Assembly, drop_box: DropBox
) -> Iterator[dict[str, Any]]:
    """Everything that there is to write, one item each, in one fixed order."""
    if made.kind == RECEIVABLES:
        for key, account in assembly.accounts.items():
            yield {"what": "account", "key": key, "account": work.packed(account)}
        yield from _absent(job, made, assembly, drop_box)
    elif made.kind == CONTACTS:
        # Kept first: accounts that are loaded meanwhile find the contacts there.
        name = job.key.rpartition("/")[2]
        pointer = f"work/{job.creditor}/contacts/{work.source_of(name, '')}.json"
        kept = {"key": job.key, "version": job.version}
        if work.read_json(drop_box, pointer) != kept:
            work.write_json(drop_box, pointer, kept)
        yield from _contact_items(job, assembly, drop_box)
    elif made.kind == PAYMENTS:
        yield from _payment_items(job, assembly, drop_box)


def _absent(
    job: Job, made: FileProfile, assembly: Assembly, drop_box: DropBox
) -> Iterator[dict[str, Any]]:
    """Accounts of the last export of this source that this one does not name. A file of mended
    rows names only those, so nothing is missing from it."""
    source = work.source_of(job.key, made.header_fingerprint)
    manifest = work.previous_of(drop_box, job.creditor, source, job.import_id)
    mended = REASON_COLUMN in made.headers or bool(_MENDED.search(job.key))
    here: set[str] = set()
    absent: list[Named] = []

    def named() -> Iterator[Named]:
        for key, account in assembly.accounts.items():
            one = _named(job.creditor, key, account)
            here.add(one.account_id)
            yield one
        before = (
            n for n in work.named_by(drop_box, job.creditor, manifest) if n.account_id not in here
        )
        for one in before:
            absent.append(one)
            yield one

    work.write_source(drop_box, job.creditor, source, job.import_id, named())
    if not mended:
        for one in absent:
            yield {"what": "absent", "key": one.account_id, "reference": one.reference}


def _named(creditor: str, key: str, account: NormalisedAccount) -> Named:
    return Named(
        ids.account_id(creditor, key),
        ids.consumer_id(creditor, account.identity),
        account.reference,
        account.invoice,
        dict(account.extras).get("consumer_reference", ""),
    )


def _contact_items(job: Job, assembly: Assembly, drop_box: DropBox) -> Iterator[dict[str, Any]]:
    """Each contact with the consumers it may mean, likeliest first, and their accounts."""
    told = [(key, a, dict(a.extras)) for key, a in assembly.accounts.items()]
    wanted: set[str] = set()
    for _, one, extras in told:
        wanted |= {one.reference, one.invoice, extras.get("consumer_reference", "")} - {""}
    by_name: dict[str, str] = {}
    for named in work.all_named(drop_box, job.creditor):
        for name in (named.consumer_reference, named.reference, named.invoice):
            if name in wanted:
                by_name.setdefault(name, named.consumer_id)
    candidates: dict[str, list[str]] = {}
    for key, one, extras in told:
        own = (extras.get("consumer_reference", ""), one.reference)
        found = [ids.consumer_id(job.creditor, f"ref:{r}") for r in own if r]
        names = (one.reference, one.invoice, extras.get("consumer_reference", ""))
        found += [by_name[n] for n in names if n in by_name]
        found += [ids.consumer_id(job.creditor, k) for k in match_keys("", one.consumer)]
        candidates[key] = list(dict.fromkeys(found))
    likely = {c for found in candidates.values() for c in found}
    accounts: dict[str, list[str]] = defaultdict(list)
    for named in work.all_named(drop_box, job.creditor):
        if named.consumer_id in likely and named.account_id not in accounts[named.consumer_id]:
            accounts[named.consumer_id].append(named.account_id)
    for key, one, _ in told:
        yield {
            "what": "contact",
            "key": key,
            "consumers": {c: accounts.get(c, []) for c in candidates[key]},
            "consumer": work.packed(one)["consumer"],
        }


def _payment_items(job: Job, assembly: Assembly, drop_box: DropBox) -> Iterator[dict[str, Any]]:
    """Payments grouped by the accounts they may mean, likeliest first."""
    groups: dict[tuple[str, str], list[tuple[str, NormalisedAccount]]] = defaultdict(list)
    for key, one in assembly.accounts.items():
        groups[one.reference, one.invoice].append((key, one))
    wanted = {name for group in groups for name in group if name}
    by_name: dict[str, str] = {}
    for named in work.all_named(drop_box, job.creditor):
        for name in (named.invoice, named.reference):
            if name in wanted:
                by_name.setdefault(name, named.account_id)
    for (reference, invoice), payments in groups.items():
        both = f"{reference}/{invoice}" if reference and invoice else ""
        names = [n for n in (both, invoice, reference) if n]
        found = [ids.account_id(job.creditor, n) for n in names]
        found += [by_name[n] for n in names if n in by_name]
        alike: Counter[tuple[str, int]] = Counter()
        lines = []
        for key, one in payments:
            minor = int(dict(one.extras).get("payment_minor", "0"))
            day = one.paid_on.isoformat() if one.paid_on else ""
            alike[day, minor] += 1
            if minor:
                lines.append([key, minor, one.balance.currency, day, alike[day, minor]])
        for start in range(0, len(lines), _MOST_ENTRIES):
            yield {
                "what": "payment",
                "accounts": list(dict.fromkeys(found)),
                "payments": lines[start : start + _MOST_ENTRIES],
            }


# -- LoadRows ----------------------------------------------------------------------------------


def load_rows(
    job: Job,
    *,
    share: int,
    of: int,
    creditors: Creditors,
    book: AccountBook,
    alarm: Alarm,
    drop_box: DropBox,
    now: datetime,
) -> dict[str, int]:
    """Write the accounts of one share; counts by outcome. Safe to run again."""
    strategy = _known(job.creditor, creditors)
    if strategy is None or not 0 <= share < of:
        raise DomainError(f"share {share} of {of} of {job.key} cannot be loaded")
    lines = work.read_lines(drop_box, job.work(f"share-{share}.jsonl"))
    loader = _Loader(job=job, terms=next(lines), strategy=strategy, book=book, alarm=alarm, now=now)
    outcomes: dict[str, str] = {}
    while items := list(islice(lines, _AT_ONCE)):
        outcomes |= loader.load(items)
    work.write_json(drop_box, job.work(f"outcomes-{share}.json"), outcomes)
    return dict(Counter(outcomes.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What becomes of one item: outcomes by key, what to write, which ladder to wake after."""

    outcomes: dict[str, str]
    changes: tuple[Change, ...] = ()
    wake: tuple[str, ...] = ()


@dataclass(slots=True)
class _Read:
    """Accounts and consumers as read, and as the writes planned so far will leave them."""

    accounts: dict[str, Account]
    consumers: dict[str, Consumer]

    def after(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.account is not None:
                self.accounts[change.account.account_id] = change.account
            if change.consumer is not None:
                self.consumers[change.consumer.consumer_id] = change.consumer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loader:
    """Reads many accounts at once, plans what each item changes, writes in large transactions."""

    job: Job
    terms: Mapping[str, Any]
    strategy: Strategy
    book: AccountBook
    alarm: Alarm
    now: datetime

    def load(self, items: list[dict[str, Any]]) -> dict[str, str]:
        """Outcomes by key. What was refused because somebody else wrote is done alone."""
        read = self._read(items)
        plans = []
        for item in items:
            plan = self._plan(item, read)
            read.after(plan.changes)
            plans.append(plan)
        refused = {id(c) for c in self.book.apply_many([c for plan in plans for c in plan.changes])}
        outcomes: dict[str, str] = {}
        for item, planned in zip(items, plans, strict=True):
            plan = planned
            if any(id(change) in refused for change in planned.changes):
                plan = until_nobody_interferes(partial(self._alone, item))
            for account_id in plan.wake:
                self.alarm.wake(account_id)
            outcomes |= plan.outcomes
        return outcomes

    def _alone(self, item: dict[str, Any]) -> _Plan:
        plan = self._plan(item, self._read([item]))
        for change in plan.changes:
            self.book.apply(change)
        return plan

    def _read(self, items: list[dict[str, Any]]) -> _Read:
        accounts: set[str] = set()
        consumers: set[str] = set()
        for item in items:
            if item["what"] == "account":
                accounts.add(ids.account_id(self.job.creditor, item["key"]))
                identity = item["account"]["identity"]
                consumers.add(ids.consumer_id(self.job.creditor, identity))
            elif item["what"] == "contact":
                consumers |= item["consumers"].keys()
                accounts |= {a for own in item["consumers"].values() for a in own}
            else:
                accounts |= set(item.get("accounts", ())) or {item["key"]}
        found = self.book.read_accounts(sorted(accounts))
        consumers |= {a.consumer_id for a in found.values()}
        return _Read(found, self.book.read_consumers(sorted(consumers)))

    def _plan(self, item: dict[str, Any], read: _Read) -> _Plan:
        if item["what"] == "account":
            found = work.unpacked(item["account"])
            account_id = ids.account_id(self.job.creditor, item["key"])
            stored = read.accounts.get(account_id)
            if stored is not None:
                return self._update(item["key"], stored, found, read)
            if found.status != OPEN:
                return _Plan(outcomes={item["key"]: UNCHANGED})
            return self._create(item["key"], account_id, found, read)
        if item["what"] == "contact":
            return self._fill(item, read)
        if item["what"] == "payment":
            return self._pay(item, read)
        return self._miss(item["key"], read)

    # Accounts

    def _create(self, key: str, account_id: str, found: NormalisedAccount, read: _Read) -> _Plan:
        consumer_id = ids.consumer_id(self.job.creditor, found.identity)
        known = read.consumers.get(consumer_id)
        person, said = (
            self._next_consumer(self._new_consumer(consumer_id, found), "ConsumerImported")
            if known is None
            else self._with_contacts(known, found.consumer)
        )
        account = self._new_account(account_id, consumer_id, found)
        entry = entry_of(
            account,
            now=self.now,
            what="AccountImported",
            data={
                "import": self.job.import_id,
                "lines": list(found.lines),
                "matched_by": found.matched_by,
                "balance_minor": account.balance.minor,
                "currency": account.balance.currency,
            },
            actor="import",
        )
        change = Change(
            account=written(account, entry),
            consumer=person,
            ledger=self._ledger(account, found),
            audit=[entry, *said],
        )
        return _Plan(outcomes={key: CREATED}, changes=(change,))

    def _new_account(self, account_id: str, consumer_id: str, found: NormalisedAccount) -> Account:
        hold, reason = next((_HOLDS[h] for h in found.holds if h in _HOLDS), (None, ""))
        extras = dict(found.extras) | {
            _MADE_BY: self.job.import_id,
            _SAID: str(found.balance.minor),
        }
        if found.disputed:
            extras[_SAID_DISPUTED] = "yes"
        company = "business" if found.consumer.company else "consumer"
        return Account(
            account_id=account_id,
            creditor=self.job.creditor,
            consumer_id=consumer_id,
            reference=found.reference,
            invoice=found.invoice,
            status=Status.IMPORTED,
            hold=hold,
            hold_reason=reason,
            balance=found.balance,
            issued_on=found.issued_on,
            due_on=found.due_on,
            industry=self.terms["industry"] or self.strategy.industry,
            debt_kind=self.terms["debt_kind"] or company,
            debt_role=self.strategy.debt_role,
            language=found.consumer.language or "en",
            extras=extras,
            strategy_version=self.strategy.version,
        )

    def _ledger(self, account: Account, found: NormalisedAccount) -> list[LedgerEntry]:
        """The file's own entries; what they do not explain of the balance is an opening entry."""
        currency = account.balance.currency
        alike: Counter[tuple[str, int]] = Counter()
        entries = []
        for number, one in enumerate(found.entries[:_MOST_ENTRIES]):
            if not one.minor:
                continue
            source = f"{self.job.import_id} {number}"
            if one.kind == "payment" and one.on is not None:
                day = one.on.isoformat()
                alike[day, one.minor] += 1
                source = _payment_source(day, one.minor, alike[day, one.minor])
            entries.append(
                LedgerEntry(
                    entry_id=ids.entry_id(account.account_id, source),
                    account_id=account.account_id,
                    kind=one.kind if one.kind in ("payment", "credit") else "charge",
                    amount=Money(one.minor, currency),
                    on=one.on or found.issued_on or self.now.date(),
                    source=f"import {one.source}",
                )
            )
        missing = account.balance.minor - sum(e.amount.minor for e in entries)
        if missing:
            entries.append(
                LedgerEntry(
                    entry_id=ids.entry_id(account.account_id, f"{self.job.import_id} opening"),
                    account_id=account.account_id,
                    kind="charge" if missing > 0 else "credit",
                    amount=Money(missing, currency),
                    on=found.issued_on or self.now.date(),
                    source="import opening balance",
                )
            )
        return entries

    def _update(self, key: str, stored: Account, found: NormalisedAccount, read: _Read) -> _Plan:
        """Bring a known account up to the file: balance, settled or not, mended holds."""
        consumer = read.consumers.get(stored.consumer_id)
        if consumer is None:
            raise DomainError(f"{stored.account_id} has no consumer")
        if found.balance.currency != stored.balance.currency:
            return _Plan(outcomes={key: UNCHANGED})
        person, said = self._with_contacts(consumer, found.consumer)
        owed = found.balance.minor if found.status == OPEN else 0
        changes, difference = _news(stored, found, owed, person or consumer)
        if not changes and person is None:
            return _Plan(outcomes={key: self._before(stored)})
        ledger = []
        if difference:
            ledger.append(
                LedgerEntry(
                    entry_id=ids.entry_id(stored.account_id, f"{self.job.import_id} update"),
                    account_id=stored.account_id,
                    kind="adjustment",
                    amount=Money(difference, stored.balance.currency),
                    on=found.paid_on or self.now.date(),
                    source="import newer file",
                )
            )
        extras = changes.pop("extras", stored.extras) | {_MOVED_BY: self.job.import_id}
        data = {"changed": sorted(changes), "difference_minor": difference}
        change = self._changed(
            stored,
            "AccountUpdated",
            data=data,
            changes=changes | {"extras": extras},
            ledger=ledger,
            person=person,
            said=said,
        )
        wake = (stored.account_id,) if stored.status is Status.ACTIVE else ()
        return _Plan(outcomes={key: UPDATED}, changes=(change,), wake=wake)

    def _changed(
        self,
        stored: Account,
        what: str,
        *,
        data: dict[str, Any],
        changes: dict[str, Any],
        ledger: Sequence[LedgerEntry] = (),
        person: Consumer | None = None,
        said: Iterable[AuditEntry] = (),
    ) -> Change:
        entry = entry_of(
            stored,
            now=self.now,
            what=what,
            data={"import": self.job.import_id} | data,
            actor="import",
        )
        return Change(
            account=written(stored, entry, **changes),
            consumer=person,
            ledger=ledger,
            audit=[entry, *said],
        )

    def _before(self, stored: Account) -> str:
        """What an interrupted run of this same import did to the account."""
        if stored.extras.get(_MOVED_BY) == self.job.import_id:
            return UPDATED
        return CREATED if stored.extras.get(_MADE_BY) == self.job.import_id else UNCHANGED

    def _miss(self, account_id: str, read: _Read) -> _Plan:
        """An account that its source no longer names: told, and closed where the file is whole."""
        stored = read.accounts.get(account_id)
        if stored is None:
            return _Plan(outcomes={account_id: UNCHANGED})
        if stored.status is Status.CLOSED and self._before(stored) == UPDATED:
            return _Plan(outcomes={account_id: CLOSED})
        if stored.status not in _CAN_CLOSE or stored.balance.minor <= 0:
            return _Plan(outcomes={account_id: UNCHANGED})
        if not self.terms["complete"]:
            return _Plan(outcomes={account_id: MISSING})
        extras = stored.extras | {
            _MOVED_BY: self.job.import_id,
            _ABSENT: self.now.date().isoformat(),
        }
        changes = {
            "status": Status.CLOSED,
            "due_at": None,
            "next_action": None,
            "extras": extras,
        }
        change = self._changed(stored, "AccountClosed", data={"why": "absent"}, changes=changes)
        wake = (account_id,) if stored.status is Status.ACTIVE else ()
        return _Plan(outcomes={account_id: CLOSED}, changes=(change,), wake=wake)

    # Contacts and payments

    def _fill(self, item: dict[str, Any], read: _Read) -> _Plan:
        """What a contacts file knows of a consumer; lifts the holds that waited for it."""
        key = item["key"]
        known = next((c for c in item["consumers"] if c in read.consumers), None)
        if known is None:
            return _Plan(outcomes={key: UNMATCHED})
        consumer = read.consumers[known]
        told = work.unpacked_consumer(item["consumer"])
        person, said = self._with_contacts(consumer, told)
        own = [read.accounts[a] for a in item["consumers"][known] if a in read.accounts]
        reachable = bool((person or consumer).emails or (person or consumer).phones)
        changes, wake = [], []
        for number, account in enumerate(own):
            lifted = reachable and account.hold is Hold.NO_CONTACT_POINT
            first = number == 0 and person is not None
            if not lifted and not first:
                continue
            values: dict[str, Any] = {"extras": account.extras | {_MOVED_BY: self.job.import_id}}
            if lifted:
                values |= {"hold": None, "hold_reason": ""}
            changes.append(
                self._changed(
                    account,
                    "AccountUpdated",
                    data={"changed": ["contact"]},
                    changes=values,
                    person=person if first else None,
                    said=said if first else (),
                )
            )
            if account.status is Status.ACTIVE:
                wake.append(account.account_id)
        if person is not None and not own:
            changes.append(Change(consumer=person, audit=said))
        if not changes:
            before = UPDATED if any(self._before(a) == UPDATED for a in own) else UNCHANGED
            return _Plan(outcomes={key: before})
        return _Plan(outcomes={key: UPDATED}, changes=tuple(changes), wake=tuple(wake))

    def _pay(self, item: dict[str, Any], read: _Read) -> _Plan:
        """Payments that the creditor received, each once: what makes it one is account, day,
        amount, and which of several alike it is."""
        keys = [line[0] for line in item["payments"]]
        known = next((a for a in item["accounts"] if a in read.accounts), None)
        if known is None:
            return _Plan(outcomes=dict.fromkeys(keys, UNMATCHED))
        stored = read.accounts[known]
        outcomes = {}
        ledger = []
        for key, minor, currency, day, alike in item["payments"]:
            entry_id = ids.entry_id(known, _payment_source(day, -minor, alike))
            outcomes[key] = UNCHANGED if currency != stored.balance.currency else UPDATED
            if currency != stored.balance.currency:
                continue
            if self.book.has_entry(known, entry_id):
                outcomes[key] = UPDATED if self._before(stored) == UPDATED else UNCHANGED
                continue
            ledger.append(
                LedgerEntry(
                    entry_id=entry_id,
                    account_id=known,
                    kind="payment",
                    amount=Money(-minor, currency),
                    on=date.fromisoformat(day) if day else self.now.date(),
                    source="import payments file",
                )
            )
        if not ledger:
            return _Plan(outcomes=outcomes)
        paid = sum(entry.amount.minor for entry in ledger)
        left = Money(stored.balance.minor + paid, stored.balance.currency)
        changes: dict[str, Any] = {
            "balance": left,
            "extras": stored.extras | {_MOVED_BY: self.job.import_id},
        }
        if left.minor <= 0 and stored.status is not Status.CLOSED:
            changes |= {"status": Status.SETTLED, "due_at": None, "next_action": None}
        data = {"changed": ["balance"], "difference_minor": paid}
        change = self._changed(stored, "AccountUpdated", data=data, changes=changes, ledger=ledger)
        wake = (known,) if stored.status is Status.ACTIVE else ()
        return _Plan(outcomes=outcomes, changes=(change,), wake=wake)

    # Consumers

    def _next_consumer(self, consumer: Consumer, what: str) -> tuple[Consumer, list[AuditEntry]]:
        entry = append(
            subject=f"consumer#{consumer.consumer_id}",
            sequence=consumer.version + 1,
            previous=consumer.audit_head,
            at=self.now,
            actor="import",
            what=what,
            data={
                "import": self.job.import_id,
                "matched_by": consumer.matched_by,
                "consents": {c.value: k.state.value for c, k in consumer.consents.items()},
            },
        )
        after = replace(consumer, version=consumer.version + 1, audit_head=entry.hash)
        return after, [entry]

    def _new_consumer(self, consumer_id: str, found: NormalisedAccount) -> Consumer:
        person = found.consumer
        return Consumer(
            consumer_id=consumer_id,
            creditor=self.job.creditor,
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
            consents=_consents(person, self.job),
            matched_by=found.matched_by,
        )

    def _with_contacts(
        self, stored: Consumer, person: NormalisedConsumer
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
        told = {
            "street": person.street,
            "city": person.city,
            "state": person.state,
            "zip": person.zip[:5],
            "date_of_birth": person.date_of_birth,
        }
        changes |= {n: value for n, value in told.items() if value and not getattr(stored, n)}
        if not changes:
            return None, []
        return self._next_consumer(replace(stored, **changes), "ConsumerUpdated")


def _payment_source(day: str, minor: int, alike: int) -> str:
    return f"payment {day} {minor} {alike}"


def _news(
    stored: Account, found: NormalisedAccount, owed: int, consumer: Consumer
) -> tuple[dict[str, Any], int]:
    """What a file says that it did not say before, as changes, and by how much the balance moves.

    A payment made here may be unknown to the file, so a figure that fell never raises the
    balance, and one that rose raises it by as much as it rose.
    """
    changes: dict[str, Any] = {}
    extras = dict(stored.extras)
    said = int(extras.get(_SAID, stored.balance.minor))
    have = stored.balance.minor
    difference = 0
    if owed != said:
        difference = owed - said if owed > said else min(have, owed) - have
        extras[_SAID] = str(owed)
    if difference:
        left = have + difference
        changes["balance"] = Money(left, stored.balance.currency)
        if left <= 0 and stored.status is not Status.CLOSED:
            changes |= {"status": Status.SETTLED, "due_at": None, "next_action": None}
        elif left > 0 and stored.status is Status.SETTLED:
            changes["status"] = Status.IMPORTED
    if stored.status is Status.CLOSED and _ABSENT in extras and owed > 0:
        del extras[_ABSENT]
        changes["status"] = Status.IMPORTED
    if found.due_on is not None and found.due_on != stored.due_on:
        changes["due_on"] = found.due_on
        if _waits_for_date(stored) and not {"not_due", "no_due_date"} & set(found.holds):
            changes |= {"hold": None, "hold_reason": ""}
    if found.disputed and _SAID_DISPUTED not in extras:
        extras[_SAID_DISPUTED] = "yes"
        if stored.hold is None:
            changes["hold"], changes["hold_reason"] = _HOLDS["disputed"]
    if stored.hold is Hold.NO_CONTACT_POINT and (consumer.emails or consumer.phones):
        changes |= {"hold": None, "hold_reason": ""}
    if extras != stored.extras:
        changes["extras"] = extras
    return changes, difference


def _waits_for_date(stored: Account) -> bool:
    undated = _HOLDS["no_due_date"]
    return stored.hold is Hold.NOT_DUE or (stored.hold, stored.hold_reason) == undated


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


# -- ReconcileImport ---------------------------------------------------------------------------


def reconcile_import(
    job: Job,
    *,
    intake: Intake,
    creditors: Creditors,
    drop_box: DropBox,
    today: date,
) -> dict[str, Any]:
    """Give every row its one outcome and write the report and the summary."""
    told = work.read_json(drop_box, job.work("profile.json"))
    if told is None or _known(job.creditor, creditors) is None:
        raise DomainError(f"{job.key} was not profiled")
    made = work.unpacked_profile(told["profile"])
    shelves = intake.shelves() if made.records > 50_000 else None
    accounts = shelves.by_text() if shelves else {}
    by_line = shelves.by_number() if shelves else {}
    said: dict[str, str] = {}
    absent: list[tuple[str, str]] = []
    for share in range(told["shares"]):
        own = work.read_json(drop_box, job.work(f"outcomes-{share}.json"))
        if own is None:
            raise DomainError(f"share {share} of {job.key} was not loaded")
        said |= own
        for item in islice(work.read_lines(drop_box, job.work(f"share-{share}.jsonl")), 1, None):
            if item["what"] == "account":
                # The report needs the debt alone, not who owes it.
                bare = item["account"] | {"consumer": {}, "entries": [], "extras": {}}
                accounts[item["key"]] = work.unpacked(bare)
            elif item["what"] == "absent" and own[item["key"]] in (MISSING, CLOSED):
                absent.append((item["reference"], own[item["key"]]))
    for raw in work.read_parts(drop_box, job.work("rows"), told["rows"]):
        row = _with_outcome(work.unpacked_row(raw), said)
        by_line[row.line] = row
    result = FileResult(
        name=job.key.rsplit("/", 1)[-1],
        profile=made,
        assembly=Assembly(accounts, ByLine(by_line), []),
    )
    counts = _report(job, result, told["sidecar"], drop_box=drop_box, today=today, absent=absent)
    return {"outcome": "done", "import_id": job.import_id, "counts": counts}


def _with_outcome(row: RowOutcome, said: Mapping[str, str]) -> RowOutcome:
    """What the store knew beats what the file alone suggests: updated and unchanged."""
    outcome = said.get(row.account, "")
    if row.outcome == CREATED and outcome == UPDATED:
        return replace(row, outcome=UPDATED)
    if row.outcome == CREATED and outcome == UNCHANGED:
        return replace(row, outcome=UNCHANGED, code=row.code or "same_account")
    if row.outcome == UNCHANGED and outcome == UPDATED:
        return replace(row, outcome=UPDATED)
    if outcome == UNMATCHED and row.code == "payment":
        return replace(row, code="no_account")
    return row


def _report(
    job: Job,
    result: FileResult,
    sidecar: str,
    *,
    drop_box: DropBox,
    today: date,
    absent: Iterable[tuple[str, str]] = (),
) -> dict[str, int]:
    assembly, made = result.assembly, result.profile
    outcomes = assembly.outcomes if assembly else []
    absent = list(absent)
    lines = list(report_csv(made, outcomes, assembly.accounts if assembly else {}))
    lines += [_absent_line(reference, what) for reference, what in absent]
    drop_box.write(f"{job.stem}.report.csv", _joined(lines), _CSV)
    content = summary(result.name, made, assembly, today) | {
        "import_id": job.import_id,
        "report": f"{job.stem}.report.csv",
        "missing": {
            "accounts": len(absent),
            "closed": sum(what == CLOSED for _, what in absent),
            "references": [reference for reference, _ in absent[:50]],
        },
    }
    drop_box.write(
        f"{job.stem}.summary.json",
        json.dumps(content, indent=1, ensure_ascii=False).encode(),
        "application/json",
    )
    if sidecar:  # last: an import that is run again must not read it as a person's word
        drop_box.write(f"{job.stem}.mapping.yaml", sidecar.encode(), _TEXT)
    return dict(Counter(o.outcome for o in outcomes))


def _absent_line(reference: str, what: str) -> str:
    advice = (
        "Closed: the file is complete and does not name it."
        if what == CLOSED
        else "Nothing was changed: say `complete: true` in the mapping file to close what a file"
        " does not name."
    )
    return csv_line(("", what, "account_reference", reference, "missing_from_file", advice))


def _joined(lines: Iterable[str]) -> bytes:
    return "".join(lines).encode("utf-8-sig")
