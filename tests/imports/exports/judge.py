"""What the reader made of an export, against its truth."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.imports.exports.truth import ASK, CHASE, HOLD, LEAVE, PLAIN, Debt, Export, Party

RIGHT, ASKED, NEEDLESS, WRONG, CRASH = (
    "right", "asked rightly", "asked needlessly", "SILENT WRONG", "crash",
)  # fmt: skip
TITLES = re.compile(r"\b(mr|mrs|ms|dr)\b\.?", re.IGNORECASE)
REFUSALS = ("conflicting_row",)
"""Codes of rows that say that they were not used, beside those that are rejected."""

Account = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong that nothing in the dry run says. `kind` names the sort, `text` the case."""

    area: str
    kind: str
    text: str


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What came of a file, with the numbers of debts that were held or refused."""

    outcome: str
    faults: list[Fault] = field(default_factory=list)
    questions: tuple[str, ...] = ()
    held_rightly: int = 0
    held_needlessly: int = 0
    refused_needlessly: int = 0
    codes: tuple[str, ...] = ()
    """Why debts were held or refused that should not have been."""
    words: tuple[str, ...] = ()
    """What the file said of those that were held."""


def judged(export: Export, document: dict[str, Any]) -> Verdict:
    """The verdict on the dry run's JSON of one file."""
    if document["state"] != "done" or document["kind"] != "receivables":
        asked = tuple(
            f"{d['kind']}:{d.get('column') or ''}" for d in document["decisions_needed"]
        ) or (f"{document['kind']}, {document['state']}",)
        needless = export.verdict == PLAIN
        return Verdict(outcome=NEEDLESS if needless else ASKED, questions=asked)
    case = _Case(export, document)
    case.match()
    if export.verdict == ASK and any(not a["held"] for a in case.open_at_first):
        case.fault("whether", "read though nobody can know", "; ".join(export.reasons))
    verdict = case.verdict
    verdict.outcome = WRONG if verdict.faults else RIGHT
    return verdict


def words(name: str | None) -> list[str]:
    """The words of a name, without titles."""
    return re.findall(r"\w+", TITLES.sub("", (name or "").casefold()).replace("'", ""))


class _Case:
    def __init__(self, export: Export, document: dict[str, Any]) -> None:
        self.export = export
        self.verdict = Verdict(outcome=RIGHT)
        self.rows = {row["row"]: row for row in document["rows"]}
        self.open = [
            row["account"]
            for row in document["rows"]
            if row["outcome"] in ("created", "updated")
            and (row.get("account") or {}).get("status") == "open"
        ]
        self.open_at_first = list(self.open)
        emails = Counter(p.email for p in {d.party for d in export.debts})
        self.names = Counter(p.name for p in {d.party for d in export.debts})
        self.own = {email for email, count in emails.items() if email and count == 1}

    def fault(self, area: str, kind: str, text: str) -> None:
        self.verdict.faults.append(Fault(area, kind, text))

    def match(self) -> None:
        sums = [d.party for d in self.export.debts if d.net]
        for party in dict.fromkeys(sums):
            self._sum(party)
        rest = [d for d in self.export.debts if not d.net]
        rest.sort(key=lambda d: d.want == LEAVE)
        for fits in (self._same, self._numbered, self._as_much, self._of_person):
            rest = [d for d in rest if not self._settled(d, fits)]
        for debt in rest:
            self._missing(debt)
        for account in self.open:
            if not account["held"]:
                self.fault("whether", "chased though not owed", _summary(account))

    def _settled(self, debt: Debt, fits) -> bool:
        account = next((a for a in self.open if fits(debt, a)), None)
        if account is None:
            return False
        self.open.remove(account)
        self._compare(debt, account)
        return True

    def _same(self, debt: Debt, account: Account) -> bool:
        if not _is_amount(debt, account):
            return False
        return _has_number(debt, account) or self._is(debt.party, account)

    def _is(self, party: Party, account: Account) -> bool:
        person = account["consumer"]
        if party.email in self.own and person["emails"]:
            return party.email in {email.lower() for email in person["emails"]}
        if self.names[party.name] > 1 and party.phone and person["phones"]:
            return party.phone in person["phones"]
        names: Iterable[Sequence[str]] = (sorted(words(n)) for n in (party.name, *party.also))
        return sorted(words(person["name"])) in list(names)

    def _numbered(self, debt: Debt, account: Account) -> bool:
        return "number" in self.export.sees and _has_number(debt, account)

    def _as_much(self, debt: Debt, account: Account) -> bool:
        return _is_amount(debt, account)

    def _of_person(self, debt: Debt, account: Account) -> bool:
        return debt.want == CHASE and self._is(debt.party, account)

    def _sum(self, party: Party) -> None:
        mine = [a for a in self.open if self._is(party, a)]
        self.open = [a for a in self.open if a not in mine]
        debts = [d for d in self.export.debts if d.party is party]
        for debt in debts:
            debt.net = True
        for account in mine:
            self._who(debts[0], account, numbered=False)
        kept = [d for d in debts if d.want == HOLD]
        held = [a for a in mine if a["held"] or any(_closed(d, a) for d in kept)]
        if any(self._refused(d) for d in debts) or (held and all(d.may_hold for d in debts)):
            return
        right = max(0, sum(d.minor for d in debts if d.want == CHASE))
        got = sum(a["balance_minor"] for a in mine if a not in held)
        if got != right and not (held and got < right):
            text = f"{party.name}: {right} wanted, {got} found"
            if got > right and any(d.want != CHASE for d in debts):
                self.fault("whether", "chased in a sum though it must be held or left", text)
            else:
                self.fault("money", "sum of a party", text)
        elif held and not any(d.want == HOLD or d.may_hold for d in debts):
            self._held_needlessly(debts[0], str(held[0]["held"]))

    def _refused(self, debt: Debt) -> bool:
        lines = self.export.lines.get(debt, ())
        rows = [self.rows.get(n, {}) for n in lines]
        return any(r.get("outcome") == "rejected" or r.get("code") in REFUSALS for r in rows)

    def _codes(self, debt: Debt) -> str:
        rows = (self.rows.get(n, {}) for n in self.export.lines.get(debt, ()))
        return ", ".join(f"{r.get('outcome')} {r.get('code', '')}".strip() for r in rows)

    def _missing(self, debt: Debt) -> None:
        if debt.want != CHASE:
            self.verdict.held_rightly += debt.want == HOLD
            return
        if self._refused(debt):
            if not debt.may_refuse:
                self.verdict.refused_needlessly += 1
                self.verdict.codes += (self._codes(debt),)
            return
        text = f"{debt.party.name} {debt.minor} ({debt.why!r}): {self._codes(debt)}"
        self.fault("whether", "debt lost", text)

    def _compare(self, debt: Debt, account: Account) -> None:
        held = account["held"] or (debt.want == HOLD and _closed(debt, account))
        if debt.want == LEAVE:
            if not held:
                text = f"{debt.why!r}: {_summary(account)}"
                self.fault("whether", f"chased though {debt.standing}", text)
            else:
                self._held_needlessly(debt, held)
            return
        if debt.want == HOLD:
            if not held:
                text = f"{debt.why!r}: {_summary(account)}"
                self.fault("whether", "chased though it must be held", text)
                return
            self.verdict.held_rightly += 1
        elif held:
            self._held_needlessly(debt, held)
        self._money(debt, account)
        self._who(debt, account)
        self._when(debt, account)

    def _held_needlessly(self, debt: Debt, code: str) -> None:
        if not debt.may_hold:
            self.verdict.held_needlessly += 1
            self.verdict.codes += (f"held {code} ({debt.standing})",)
            self.verdict.words += (debt.why,)

    def _money(self, debt: Debt, account: Account) -> None:
        if debt.foreign and (account["balance_minor"], account["currency"]) == (
            debt.foreign, "EUR",
        ):  # fmt: skip
            return
        if account["balance_minor"] != debt.minor:
            self.fault("money", "wrong amount", f"{debt.minor} wanted: {_summary(account)}")
        currency = debt.currency or self.export.currency
        if account["currency"] != currency:
            self.fault("money", "wrong currency", f"{currency}: {_summary(account)}")

    def _who(self, debt: Debt, account: Account, *, numbered: bool = True) -> None:
        party, sees, person = debt.party, self.export.sees, account["consumer"]
        if "name" in sees:
            names = [party.name, *party.also]
            if words(person["name"]) not in [words(n) for n in names]:
                turned = sorted(words(person["name"])) in [sorted(words(n)) for n in names]
                kind = "name turned round" if turned else "wrong name"
                self.fault("who", kind, f"{party.name!r} wanted, {person['name']!r} found")
        for sort in ("email", "phone"):
            own, got = {getattr(party, sort)} - {""}, {p.lower() for p in person[f"{sort}s"]}
            own |= set(party.more_emails) if sort == "email" else set()
            self._points(sort, party, own if sort in sees else got & own, got)
        if numbered and "number" in sees and debt.number and not _has_number(debt, account):
            refers = f"{account['reference']!r}, {account['invoice']!r}"
            self.fault("who", "wrong reference", f"{debt.number!r} wanted, {refers} found")
        if "kind" in sees and account["debt_kind"] != ("business" if party.firm else "consumer"):
            kind = "firm read as a person" if party.firm else "person read as a firm"
            self.fault("who", kind, party.name)

    def _points(self, sort: str, party: Party, own: set[str], got: set[str]) -> None:
        if got - own:
            self.fault("who", f"{sort} of another", f"{party.name}: {sorted(got - own)}")
        if own - got and not party.unsure:
            self.fault("who", f"{sort} lost", f"{party.name}: {sorted(own - got)}")

    def _when(self, debt: Debt, account: Account) -> None:
        if "due" not in self.export.sees:
            return
        want = debt.due.isoformat() if debt.due else None
        if account["due_on"] != want:
            kind = "wrong due day" if account["due_on"] else "due day lost"
            self.fault("whether", kind, f"{want} wanted, {account['due_on']} found")


def _is_amount(debt: Debt, account: Account) -> bool:
    return account["balance_minor"] in {debt.minor, debt.foreign} - {0}


ONE_WAY = {"DO NOT CALL", "do not email per customer"}
"""Notes that forbid one way of writing alone."""


def _closed(debt: Debt, account: Account) -> str:
    """The word of the file that withdraws permission to write, '' where none does."""
    for consent in account["extras"].get("consents", ()):
        all_ways = consent["channel"] == "all" or debt.note in ONE_WAY
        if not consent["granted"] and all_ways:
            return str(consent["evidence"])
    return ""


def _has_number(debt: Debt, account: Account) -> bool:
    return bool(debt.number) and debt.number in (account["reference"], account["invoice"])


def _summary(account: Account) -> str:
    person = account["consumer"]
    who = (person["emails"] or [person["name"]])[0]
    return f"{who} {account['balance_minor']} {account['currency']} due {account['due_on']}"
