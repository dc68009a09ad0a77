"""Rows to debts: several rows of one invoice are one account, credits become ledger entries.

Every row ends with exactly one outcome. Accounts and consumers are keyed by what makes them
unique, so the same rows give the same ids wherever and whenever they are read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from dunlin.domain.accounts.known_facts import LAST_PAYMENT
from dunlin.domain.imports import barring, statuses
from dunlin.domain.imports.contact_filling import ContactFiles, DebtKey
from dunlin.domain.imports.debt_keys import debt_key, of_one_debtor, where_of, who_of
from dunlin.domain.imports.file_kind import LINE_FIELDS
from dunlin.domain.imports.industry import PENDING, insurance_of, waits_for_insurer
from dunlin.domain.imports.instalments import INSTALMENT, part_key, parts_of
from dunlin.domain.imports.matching import Consumers, SpillStore, rule_of
from dunlin.domain.imports.row_marks import still_to_pay
from dunlin.domain.imports.types import (
    CREATED,
    CREDIT,
    DUE_BEFORE_BILL,
    DUPLICATE,
    MONEY_HOLDS,
    OPEN,
    PAID,
    REJECTED,
    UNCHANGED,
    VOID,
    FileEntry,
    FileProfile,
    ImportQuestion,
    NormalisedAccount,
    NormalisedConsumer,
    NormalisedRow,
    Rejected,
    RowOutcome,
    RowProblem,
)  # fmt: skip
from dunlin.domain.money import Money

HOLD_CODES = {code: code for code in (*barring.STAFF, *MONEY_HOLDS)} | {
    "no_contact": "missing_contact",
    "no_due_date": "missing_due_date",
    "not_due": "future_due_date",
    "disputed": "disputed",
    "unknown_status": "unknown_status",
    "probable_match": "probable_match",
    "shared_contact": "shared_contact",
    "contact_unclear": "contact_unclear",
    "two_balances": "conflicting_rows",
    "instalments": "instalments",
    "insurer": "insurance_pending",
    "payment_shown": "payment_shown",
    "cleared_with_balance": "cleared_with_balance",
    "payment_ahead": "payment_ahead",
    DUE_BEFORE_BILL: DUE_BEFORE_BILL,
}
"""Reason code of each hold, the gravest first."""


_OF_AGE = 18
_A_MONTH = 31
"""Rent that is posted late falls due a little before; what lies further back is a slip."""
_FEW = 4
"""One row of so many is a slip; where more are so, the bills were written anew."""
_MOST_ROWS = 10_000
"""Rows of one debt; more of one number are no invoice."""


@dataclass(slots=True)
class _Debt:
    """The rows of one key, in file order."""

    key: str
    rows: list[NormalisedRow]
    digests: set[bytes]


class _Draft(NamedTuple):
    """A debt joined: its account, the number of who owes, and what its leading row said."""

    account: NormalisedAccount
    owner: int
    names: tuple[str, str]
    line: int
    status: str
    code: str
    problems: tuple[RowProblem, ...]


class ByLine(Collection[RowOutcome]):
    """Outcomes in the order of their lines, as often as wanted."""

    def __init__(self, kept: Mapping[int, RowOutcome]) -> None:
        self._kept = kept

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[RowOutcome]:
        if isinstance(self._kept, dict):
            return (self._kept[line] for line in sorted(self._kept))
        return iter(self._kept.values())

    def __contains__(self, outcome: object) -> bool:
        return isinstance(outcome, RowOutcome) and self._kept.get(outcome.line) == outcome


@dataclass(frozen=True, slots=True)
class Assembly:
    """What an import would write: accounts by key, one outcome per row, questions for a person."""

    accounts: Mapping[str, NormalisedAccount]
    outcomes: Collection[RowOutcome]
    decisions: list[ImportQuestion]

    def created(self) -> Iterator[NormalisedAccount]:
        """The accounts that would be created, each once."""
        return (self.accounts[o.account] for o in self.outcomes if o.outcome == CREATED)


class Assembler:
    """Collects the rows of an import and joins them."""

    def __init__(
        self, profile: FileProfile, today: dt.date, spill: SpillStore | None = None
    ) -> None:
        spill = spill or SpillStore()
        self.profile = profile
        self.today = today
        self.debts: MutableMapping[str, _Debt] = spill.by_text()
        self.accounts: MutableMapping[str, NormalisedAccount] = spill.by_text()
        self.by_line: MutableMapping[int, RowOutcome] = spill.by_number()
        self.contacts = ContactFiles(spill)
        self._unclear: set[int] = set()
        self.drafts: MutableMapping[str, _Draft] = spill.by_text()
        self.consumers = Consumers(spill)
        self._twins: MutableMapping[str, str] = spill.by_text()
        self._dated = self._due_early = 0
        self._spill = spill
        have = {c.field for c in profile.mapping}
        self._line_level = bool(have & LINE_FIELDS)
        self._sums = (profile.sums_lines and (self._line_level or profile.charges)) or (
            "balance" not in have and bool(have & {"line_amount", "debit", "credit", "side"})
        )

    def add(self, row: NormalisedRow | Rejected) -> None:
        """Takes one row."""
        if isinstance(row, Rejected):
            self._note(row.line, REJECTED, row.code, column=row.column, value=row.value)
            return
        row = still_to_pay(row, self.today)
        if row.due_on is not None and row.issued_on is not None:
            self._dated += 1
            self._due_early += _is_due_early(row.issued_on, row.due_on)
        key = debt_key(row)
        if not key:
            self._note(row.line, REJECTED, "no_reference")
            return
        debt = self.debts.get(key)
        if debt is not None and not of_one_debtor(debt.rows[0], row):
            # Two branches number alike, or two people have one name: a debt of each.
            key = f"{key}|{who_of(row)}"
            debt = self.debts.get(key)
        if debt is None:
            self.debts[key] = _Debt(key, [row], {row.digest})
        elif row.digest in debt.digests:
            self._note(row.line, DUPLICATE, "same_row", account=key)
        elif len(debt.rows) >= _MOST_ROWS:
            self._note(row.line, REJECTED, "too_many_rows")
        else:
            debt.rows.append(row)
            debt.digests.add(row.digest)
            self.debts[key] = debt

    def _note(
        self,
        line: int,
        outcome: str,
        code: str,
        *,
        column: str = "",
        value: str = "",
        account: str = "",
        problems: tuple[RowProblem, ...] = (),
    ) -> None:
        self.by_line[line] = RowOutcome(
            line=line,
            outcome=outcome,
            code=code,
            column=column,
            value=value,
            account=account,
            problems=problems,
        )

    def fill(self, contacts: FileProfile, rows: Iterable[NormalisedRow | Rejected]) -> None:
        """Takes the rows of a contacts file, whichever file came first."""
        self.contacts.add(contacts, self.profile, rows)

    def finish(self) -> Assembly:
        """Joins all rows."""
        owing: list[str] = []
        for key, debt in self._each_debt():
            first = debt.rows[0]
            where = where_of(first)
            at, rule = self.consumers.place(first.consumer_reference, first.consumer, key, where)
            for more in debt.rows[1:]:
                if more.consumer != first.consumer:
                    reference = first.consumer_reference or more.consumer_reference
                    self.consumers.place(reference, more.consumer, key, where)
            lead = next((r for r in debt.rows if r.status == OPEN), first)
            account = self._join(debt, lead, rule)
            self.drafts[key] = _Draft(
                account,
                at,
                (first.reference, first.invoice),
                lead.line,
                lead.status,
                lead.status_code,
                lead.problems,
            )
            if account.status == CREDIT:
                owing.append(key)
        self._flag_twins()
        if len(self.contacts):
            debts = (DebtKey(*draft.names, draft.owner) for draft in self.drafts.values())
            self._unclear = self.contacts.fill(self.consumers, debts)
        if owing:
            self._net(owing)
        barred = self._barred()
        for key, draft in self.drafts.items():
            account = self._held(draft.account, draft.owner, barred.get(draft.owner, ()))
            self.accounts[key] = account
            self._settle(key, draft, account)
        return Assembly(self.accounts, ByLine(self.by_line), self.consumers.decisions)

    def _each_debt(self) -> Iterator[tuple[str, _Debt]]:
        """Every debt, the instalments of one invoice apart."""
        alone = self.profile.shape.running < 0
        for key, debt in self.debts.items():
            parts = parts_of(debt.rows) if alone and self._may_be_parts(debt.rows) else {}
            for part, rows in parts.items():
                own = tuple(row._replace(extras=_with_part(row.extras, part)) for row in rows)
                yield part_key(key, part), _Debt(part_key(key, part), list(own), set())
            if not parts:
                yield key, debt

    def _may_be_parts(self, rows: list[NormalisedRow]) -> bool:
        if len(rows) == 1:
            return any(name == INSTALMENT for name, _ in rows[0].extras)
        return self._split_payments(rows) is None

    # One debt

    def _join(self, debt: _Debt, lead: NormalisedRow, rule: str) -> NormalisedAccount:
        rows = debt.rows
        open_rows = [r for r in rows if r.status == OPEN]
        status = lead.status
        if status == statuses.PAYMENT:  # one that came back is owed anew
            status = OPEN if (lead.balance or 0) > 0 else CREDIT
        entries, balance, conflicts = self._entries(rows, open_rows, lead)
        if status == OPEN and balance <= 0:
            status = PAID if balance == 0 else CREDIT
        if status == VOID or (status == PAID and lead.status == PAID and lead.balance is None):
            balance = lead.balance or 0
        self._mark(debt, lead, conflicts)
        dues = [r.due_on for r in rows if r.due_on]
        issued = [r.issued_on for r in rows if r.issued_on]
        paid_on = [r.paid_on for r in rows if r.paid_on]
        extras: dict[str, str] = {}
        for row in rows:
            for name, value in row.extras:
                extras.setdefault(name, value)
        if lead.consumer_reference:
            extras["consumer_reference"] = lead.consumer_reference
        last = max((r.last_payment_on for r in rows if r.last_payment_on), default=None)
        if last:
            extras[LAST_PAYMENT] = last.isoformat()
        paid_last = next((r.last_payment for r in rows if r.last_payment is not None), None)
        return NormalisedAccount(
            reference=lead.reference or lead.invoice or _spoken(lead) or debt.key,
            invoice=lead.invoice,
            status=status,
            balance=Money(balance, lead.currency),
            issued_on=min(issued, default=None),
            due_on=lead.due_on or min(dues, default=None),
            paid_on=max(paid_on, default=None),
            identity="",
            matched_by=rule,
            consumer=lead.consumer,
            disputed=any(r.disputed for r in rows),
            notes=" · ".join(dict.fromkeys(r.notes for r in rows if r.notes)),
            extras=tuple(sorted(extras.items())),
            entries=tuple(entries),
            lines=tuple(r.line for r in rows),
            last_payment=None if paid_last is None else Money(paid_last, lead.currency),
            holds=(*_said_to_hold(rows, lead), *self._doubted(open_rows, conflicts)),
        )

    def _entries(
        self, rows: list[NormalisedRow], open_rows: list[NormalisedRow], lead: NormalisedRow
    ) -> tuple[list[FileEntry], int, set[int]]:
        """(ledger entries, their sum, lines that contradict the first row)."""
        entries: list[FileEntry] = []
        conflicts: set[int] = set()
        use = open_rows or [lead]
        values = {r.balance for r in use}
        if len(use) == 1 or (len(values) == 1 and not self._sums and not _fall_due_apart(use)):
            split = self._split_payments(use)
            if split is not None:
                entries = split
            else:
                entries += _opening(lead)
        elif self._split_payments(use) is not None:
            entries = self._split_payments(use) or []
        elif self._sums or self._line_level or self.profile.charges or _several(use):
            entries = [
                FileEntry(kind="line", minor=r.balance or 0, on=r.issued_on, source=f"row {r.line}")
                for r in use
            ]
        else:
            entries += _opening(lead)
            conflicts = {r.line for r in use if r.balance != lead.balance}
        if open_rows:
            for row in rows:
                if row.status in (CREDIT, statuses.PAYMENT) and row.balance:
                    kind = "payment" if row.status == statuses.PAYMENT else "credit"
                    entries.append(
                        FileEntry(
                            kind=kind, minor=row.balance, on=row.paid_on or row.issued_on,
                            source=f"row {row.line}",
                        )
                    )  # fmt: skip
        return entries, sum(e.minor for e in entries), conflicts

    def _doubted(self, rows: list[NormalisedRow], conflicts: set[int]) -> list[str]:
        """Why the figures or days of a debt wait for a person: two balances of one number, parts
        that fall due apart, of which not all is owed on the first day, or a due date long before
        the bill in a file in which hardly any other has one."""
        dues = {r.due_on for r in rows if r.due_on}
        parts = len(dues) > 1 and (
            bool(rows[0].invoice) or min(dues) <= self.today < max(dues)
        )  # fmt: skip
        rare = 0 < self._due_early * _FEW <= self._dated
        early = rare and any(
            _is_due_early(r.issued_on, r.due_on) for r in rows if r.issued_on and r.due_on
        )
        return (
            ["two_balances"] * bool(conflicts) + ["instalments"] * parts + [DUE_BEFORE_BILL] * early
        )

    def _split_payments(self, use: list[NormalisedRow]) -> list[FileEntry] | None:
        """Rows that repeat one invoice, each with another of its payments, and no balance."""
        if len(use) < 2 or any(c.field == "balance" for c in self.profile.mapping):
            return None
        originals = {r.original for r in use}
        if len(originals) != 1 or None in originals or any(r.paid is None for r in use):
            return None
        if len({(r.paid, r.last_payment_on, r.paid_on) for r in use}) != len(use):
            return None
        first = use[0]
        out = [
            FileEntry(kind="invoice", minor=first.original or 0, on=first.issued_on,
                        source=f"row {first.line}")
        ]  # fmt: skip
        out += [
            FileEntry(kind="payment", minor=-(r.paid or 0), on=r.last_payment_on or r.paid_on,
                        source=f"row {r.line}")
            for r in use
        ]  # fmt: skip
        return out

    def _mark(self, debt: _Debt, lead: NormalisedRow, conflicts: set[int]) -> None:
        """The outcomes of a debt's rows; the row that creates it is settled at the end."""
        for row in debt.rows:
            if row is lead:
                continue
            if row.line in conflicts:
                self._note(row.line, DUPLICATE, "conflicting_row", account=debt.key)
            else:
                own = (
                    row.status_code
                    if row.status_code not in ("negative_balance", "unknown_status")
                    else ""
                )
                self._note(
                    row.line,
                    UNCHANGED,
                    own or "same_account",
                    account=debt.key,
                    problems=row.problems,
                )

    # All debts

    def _flag_twins(self) -> None:
        """Two debts of one person over one amount and one day may be one debt told twice."""
        for key, draft in self.drafts.items():
            account = draft.account
            if account.status != OPEN or account.due_on is None:
                continue
            twin = f"{draft.owner}|{account.balance.minor}|{account.due_on}|{account.issued_on}"
            other = self._twins.get(twin)
            if other is None:
                self._twins[twin] = account.reference
            else:
                problem = RowProblem(code="probable_duplicate", value=other)
                self.drafts[key] = draft._replace(problems=(*draft.problems, problem))

    def _net(self, owing: list[str]) -> None:
        """Nets the credits of a consumer against the oldest debts in the same currency."""
        owners = {self.drafts[key].owner for key in owing}
        debts: dict[tuple[int, str], list[tuple[dt.date, str]]] = {}
        for key, draft in self.drafts.items():
            account = draft.account
            if draft.owner in owners and account.status == OPEN:
                since = account.due_on or account.issued_on or dt.date.max
                debts.setdefault((draft.owner, account.balance.currency), []).append((since, key))
        for key in owing:
            credit = self.drafts[key]
            left = -credit.account.balance.minor
            same = (credit.owner, credit.account.balance.currency)
            for _, target in sorted(debts.get(same, ())):
                draft = self.drafts[target]
                take = min(left, draft.account.balance.minor)
                if take > 0:
                    left -= take
                    self.drafts[target] = draft._replace(
                        account=_credited(draft.account, take, credit)
                    )

    def _barred(self) -> dict[int, tuple[str, ...]]:
        """By consumer what one row says of the person: it holds all of their debts."""
        barred: dict[int, tuple[str, ...]] = dict(self.contacts.bars)
        for draft in self.drafts.values():
            of_person = tuple(h for h in draft.account.holds if h in barring.PERSONAL)
            born = dict(draft.account.extras).get("birth_year", "")
            owner = self.consumers.all[draft.owner].consumer
            if _is_minor(owner, self.today) or _may_be_minor(born, self.today):
                of_person = (*of_person, barring.MINOR)
            if of_person:
                barred[draft.owner] = (*barred.get(draft.owner, ()), *of_person)
        return barred

    def _held(
        self, account: NormalisedAccount, at: int, barred: tuple[str, ...]
    ) -> NormalisedAccount:
        known = self.consumers.all[at]
        consumer, shared = self.consumers.reached(at)
        holds = list(account.holds)
        maybe = ""
        if account.status == OPEN:
            holds += [h for h in dict.fromkeys(barred) if h not in holds]
            if not consumer.reachable:
                unclear = "contact_unclear" if at in self._unclear else "no_contact"
                holds.append("shared_contact" if shared else unclear)
            if account.due_on is None:
                holds.append("no_due_date")
            elif account.due_on > self.today:
                holds.append("not_due")
            if account.disputed:
                holds.append("disputed")
            if (other := self.consumers.probably(at)) is not None:
                holds.append("probable_match")
                maybe = self.consumers.all[other].identity
            if "insurer" not in holds and self._at_insurer(dict(account.extras)):
                holds.append("insurer")
        order = list(HOLD_CODES)
        rule = account.matched_by if account.matched_by != "new" else rule_of(known.identity)
        return replace(
            account,
            consumer=consumer,
            identity=known.identity,
            maybe=maybe,
            matched_by=rule,
            holds=tuple(sorted(holds, key=order.index)),
        )

    def _at_insurer(self, extras: Mapping[str, str]) -> bool:
        billed = self.profile.billed_to_insurer and waits_for_insurer(extras)
        return billed or insurance_of(extras) == PENDING

    def _settle(self, key: str, lead: _Draft, account: NormalisedAccount) -> None:
        """The outcome of a debt's leading row."""
        code, column, value = "", "", ""
        if account.status == OPEN:
            outcome = CREATED
            if account.holds:
                code = HOLD_CODES[account.holds[0]]
        else:
            outcome = UNCHANGED
            code = lead.code if lead.status != OPEN else "settled_by_credit"
        problems = lead.problems
        if shared := self.consumers.reached(lead.owner)[1]:
            problems += tuple(RowProblem(code="shared_contact", value=s) for s in shared)
        problem = next((p for p in problems if p.code != "probable_duplicate"), None)
        if not code and problem is not None:
            code, column, value = problem.code, problem.column, problem.value
        self._note(
            lead.line,
            outcome,
            code,
            column=column,
            value=value,
            account=key,
            problems=problems,
        )


def _is_due_early(issued: dt.date, due: dt.date) -> bool:
    return (issued - due).days > _A_MONTH


def _is_minor(consumer: NormalisedConsumer, today: dt.date) -> bool:
    born = consumer.date_of_birth
    if born is None:
        return False
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return 0 <= years < _OF_AGE


def _may_be_minor(year: str, today: dt.date) -> bool:
    """Whether somebody born in a year may be under age: they may be born on its last day."""
    return year.isdecimal() and len(year) == 4 and 0 <= today.year - int(year) <= _OF_AGE


def _said_to_hold(rows: list[NormalisedRow], lead: NormalisedRow) -> tuple[str, ...]:
    """Holds that the words of a debt's rows ask for, each once."""
    unknown = ("unknown_status",) if lead.status_code == "unknown_status" else ()
    return tuple(dict.fromkeys((*(h for r in rows for h in r.holds), *unknown)))


def _with_part(extras: tuple[tuple[str, str], ...], part: str) -> tuple[tuple[str, str], ...]:
    return (*((n, v) for n, v in extras if n != INSTALMENT), (INSTALMENT, part))


def _fall_due_apart(rows: list[NormalisedRow]) -> bool:
    return len({r.due_on for r in rows if r.due_on}) > 1


def _several(rows: list[NormalisedRow]) -> bool:
    """True where rows of one number are charges of their own and not two tellings of one debt."""
    days = {(r.due_on, r.issued_on) for r in rows}
    return len(days) > 1 or any((r.balance or 0) < 0 for r in rows)


def _credited(account: NormalisedAccount, minor: int, credit: _Draft) -> NormalisedAccount:
    """The account with a part of a credit as one more ledger entry."""
    rest = account.balance.minor - minor
    extras = dict(account.extras)
    extras["credits_minor"] = str(int(extras.get("credits_minor", "0")) - minor)
    entry = FileEntry(
        kind="credit", minor=-minor, on=credit.account.issued_on, source=f"row {credit.line}"
    )
    return replace(
        account,
        balance=Money(rest, account.balance.currency),
        status=OPEN if rest else PAID,
        entries=(*account.entries, entry),
        extras=tuple(sorted(extras.items())),
    )


def _spoken(row: NormalisedRow) -> str:
    """A reference for people where the file gives none: who owes, for which unit, since when."""
    extras = dict(row.extras)
    own = extras.get("load_number") or extras.get("claim")
    if own:
        return own
    since = row.due_on or row.issued_on
    parts = (
        row.consumer_reference or row.consumer.name,
        extras.get("unit", "") or extras.get("job", ""),
        extras.get("for_reference", ""),
        since.isoformat() if since else "",
    )
    return " ".join(p for p in parts if p)


def _opening(row: NormalisedRow) -> list[FileEntry]:
    """The entries behind one row's balance: the invoice and what was paid, where both are told."""
    balance = row.balance or 0
    source = f"row {row.line}"
    if row.original is not None and row.paid and row.original - row.paid == balance:
        return [
            FileEntry(kind="invoice", minor=row.original, on=row.issued_on, source=source),
            FileEntry(kind="payment", minor=-row.paid, on=row.last_payment_on, source=source),
        ]
    return [FileEntry(kind="opening", minor=balance, on=row.issued_on, source=source)]
