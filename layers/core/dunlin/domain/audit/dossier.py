"""A dossier as a person reads it, drawn from the chains that it holds and from nothing else.

The same function draws it for the export and for whoever checks one, so that a row that no entry
vouches for can neither be added nor changed. Rows are those of the JSON document
(docs/audit-format.md): nothing here reads the account book.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dunlin.domain.audit.audit import SHOWS

ExportedEntry = Mapping[str, Any]  # an entry of a chain, as exported
Chains = Mapping[str, Sequence[ExportedEntry]]  # by subject, oldest first

_PERMITS = ("TouchPermitted", "NoticePermitted")
_STANDING = ("person", "creditor", "status", "hold", "balance_minor", "currency")
_PERSON = ("creditor", "consents", "flags", "taken_in_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierView:
    """What chains tell: each account with its touches and ledger, and each person, by id; the
    subjects that belong to the person by the entries' own word; and what no entry vouches for, in
    plain words, since it was written before entries named what they show."""

    accounts: dict[str, dict[str, Any]]
    persons: dict[str, dict[str, Any]]
    subjects: frozenset[str]
    unvouched: list[str] = field(default_factory=list)


def read(person: str, chains: Chains) -> DossierView:
    """What the chains of one person, named by id, tell. Raises `KeyError`, `TypeError` or
    `ValueError` for entries that no Dunlin wrote."""
    unvouched: list[str] = []
    persons = {of: _person(rows) for of, rows in _of("consumer", chains) if rows and _vouched(rows)}
    accounts = {
        of: _account(of, rows, _erased(of, chains), unvouched)
        for of, rows in _of("account", chains)
        if rows and _vouched(rows)
    }
    for subject, rows in chains.items():
        if rows and not subject.startswith("creditor#") and not _vouched(rows):
            unvouched.append(f"{subject}: its entries are older than this form of dossier")
    unvouched += _unnamed(chains)
    return DossierView(
        accounts=accounts,
        persons=persons,
        subjects=related(f"consumer#{person}", chains),
        unvouched=unvouched,
    )


def _of(kind: str, chains: Chains) -> Iterable[tuple[str, Sequence[ExportedEntry]]]:
    for subject, rows in chains.items():
        if subject.startswith(f"{kind}#"):
            yield subject.removeprefix(f"{kind}#"), rows


def _shown(row: ExportedEntry) -> Mapping[str, Any] | None:
    shown: Mapping[str, Any] | None = row["data"].get(SHOWS)
    return shown


def _vouched(rows: Sequence[ExportedEntry]) -> bool:
    """True where the last entry says how its subject stands."""
    return _shown(rows[-1]) is not None


def _person(rows: Sequence[ExportedEntry]) -> dict[str, Any]:
    shown = _shown(rows[-1]) or {}
    return {name: shown[name] for name in _PERSON}


def _account(
    account_id: str, rows: Sequence[ExportedEntry], erased: Sequence[str], unvouched: list[str]
) -> dict[str, Any]:
    touches: dict[str, dict[str, Any]] = {}
    ledger: list[dict[str, Any]] = []
    for row in rows:
        shown = _shown(row)
        if shown is None:
            if row["what"] in _PERMITS:
                unvouched.append(
                    f"account#{account_id}: no entry vouches for touch {row['data']['touch_id']}"
                )
            continue
        ledger += shown.get("ledger", [])
        if touch := shown.get("touch"):
            touches[touch["touch_id"]] = touches.get(touch["touch_id"], {}) | touch
    shown = _shown(rows[-1]) or {}
    if sum(line["minor"] for line in ledger) != shown["balance_minor"]:
        unvouched.append(f"account#{account_id}: its ledger does not add up to its balance")
    return {name: shown[name] for name in _STANDING} | {
        "ledger": ledger,
        "touches": [
            touch | {"words_erased": any(_before(touch["sent_at"], at) for at in erased)}
            for touch in touches.values()
        ],
    }


def _erased(account_id: str, chains: Chains) -> list[str]:
    """When the words about an account were erased, by the chains of its people."""
    return [
        row["at"]
        for _, rows in _of("consumer", chains)
        for row in rows
        if account_id in (_shown(row) or {}).get("erased", ())
    ]


def _before(instant: str | None, other: str) -> bool:
    return instant is not None and datetime.fromisoformat(instant) <= datetime.fromisoformat(other)


def related(start: str, chains: Chains) -> frozenset[str]:
    """The subjects that belong to a first one: those that its entries name, those that theirs
    name, and so on."""
    reached, ahead = {start}, [start]
    while ahead:
        subject = ahead.pop()
        for named in _named(subject, chains.get(subject, ())):
            if named not in reached:
                reached.add(named)
                ahead.append(named)
    return frozenset(reached)


def _named(subject: str, rows: Sequence[ExportedEntry]) -> Iterable[str]:
    """The subjects that a chain's entries name as belonging to its own."""
    if subject.startswith("creditor#"):
        return  # it has many people
    for shown in filter(None, map(_shown, rows)):
        yield f"creditor#{shown['creditor']}"
        if "person" in shown:
            yield f"consumer#{shown['person']}"
        if "account" in shown:
            yield f"account#{shown['account']}"
        for name in ("took_in", "taken_in_by"):
            if shown.get(name):
                yield f"consumer#{shown[name]}"


def _unnamed(chains: Chains) -> list[str]:
    """Accounts that no entry of a person names: whether there are more of them, nobody says."""
    named = {
        f"account#{shown['account']}"
        for _, rows in _of("consumer", chains)
        for shown in filter(None, map(_shown, rows))
        if "account" in shown
    }
    return [
        f"{subject}: no entry of its person names it"
        for subject in chains
        if subject.startswith("account#") and subject not in named
    ]
