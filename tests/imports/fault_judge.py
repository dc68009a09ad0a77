"""Judges a dry run's JSON by what is right of a file, as a line of `expected.jsonl` says it.

A line names its `files` (the debts, and what was dropped with them), the debts that are right
(`want`: [who, minor units, checks]), whether waiting with a question is right too (`ask_ok`), and
why. `who` is an e-mail address or a name, `~x` a name that holds the words of x, `*SUM x` all open
debts of x added up. The checks: `name`, `emails`, `phones`, `not_emails` (none of them), `kind`
(consumer or business), `cur`, `due`, `ref`, `or` (other amounts and currencies that are right),
`closed` (the channels that the person has closed; with none, that nothing is closed) and `held`:
true where a person must look first, null where holding it would be a fault. What is held reaches
nobody, so it need not be closed, nor without the addresses of others.

A file waits where it is waiting, refused or of no known kind; taken for contacts or payments, the
debts that are wanted of it are lost without a word. It is right where every wanted debt is there,
chased or held, or its row is rejected with a reason, and no other debt is open without being held.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

Want = tuple[str, int, dict[str, Any]]
Account = dict[str, Any]


def faults_of(document: Mapping[str, Any], want: Sequence[Want], *, ask_ok: bool) -> list[str]:
    """What is wrong with the reading, a sentence a fault; none where it is right."""
    if document["state"] != "done" or document["kind"] != "receivables":
        waits = document["state"] in ("waiting", "rejected") or document["kind"] == "other"
        if ask_ok and (waits or not want):
            return []
        asked = [question["kind"] for question in document["decisions_needed"]]
        return [f"{document['kind']}, {document['state']}, asks {asked}"]
    left = _open_accounts(document["rows"])
    rejected = sum(row["outcome"] == "rejected" for row in document["rows"])
    faults: list[str] = []
    for who, minor, checks in want:
        if who.startswith("*SUM "):
            theirs = [a for a in left if _is_who(a, who[5:])]
            left = [a for a in left if a not in theirs]
            if not theirs and minor and rejected:
                rejected -= 1
            elif sum(a["balance_minor"] for a in theirs) != minor:
                faults.append(f"{who[5:]}: {minor} in all, not {_amounts(theirs)}")
            faults += [f for a in theirs for f in _failed_checks(a, who[5:], checks)]
            continue
        theirs = [a for a in left if _is_who(a, who)]
        debt = _of_amount(theirs, minor, checks)
        if debt is None and not theirs and rejected and "held" not in checks:
            rejected -= 1
        elif debt is None:
            faults.append(f"{who}: {minor}, not {_amounts(theirs) or 'nothing'}")
            left = [a for a in left if a not in theirs[:1]]
        else:
            left.remove(debt)
            faults += _failed_checks(debt, who, checks)
    faults += [
        f"chased though not owed: {_name_of(a)} {a['balance_minor']} {a['currency']}"
        for a in left
        if a["held"] is None
    ]
    return faults


def _open_accounts(rows: Sequence[Mapping[str, Any]]) -> list[Account]:
    accounts = (row.get("account") for row in rows if row["outcome"] == "created")
    return [account for account in accounts if account and account["status"] == "open"]


def _of_amount(
    accounts: Sequence[Account], minor: int, checks: Mapping[str, Any]
) -> Account | None:
    exact = (a for a in accounts if a["balance_minor"] == minor)
    return next(exact, next((a for a in accounts if _is_other_amount(a, checks)), None))


def _is_other_amount(account: Account, checks: Mapping[str, Any]) -> bool:
    return [account["balance_minor"], account["currency"]] in checks.get("or", [])


def _failed_checks(account: Account, who: str, checks: Mapping[str, Any]) -> list[str]:
    person = account["consumer"]
    got = {
        "cur": account["currency"],
        "due": account["due_on"],
        "ref": account["reference"],
        "kind": account["debt_kind"],
        "emails": person["emails"],
        "phones": person["phones"],
    }
    faults = [
        f"{who}: {name} {checks[name]!r}, not {got[name]!r}"
        for name in got.keys() & checks.keys()
        if got[name] != checks[name] and not (name == "cur" and _is_other_amount(account, checks))
    ]
    if "name" in checks and _plain(person["name"]) != _plain(checks["name"]):
        faults.append(f"{who}: name {checks['name']!r}, not {person['name']!r}")
    if not account["held"] and set(checks.get("not_emails", ())) & set(person["emails"]):
        faults.append(f"{who}: has {person['emails']}")
    if "closed" in checks and _closed_wrongly(account, checks["closed"]):
        faults.append(f"{who}: closed {checks['closed']}, not {account['extras'].get('consents')}")
    if "held" in checks and bool(account["held"]) != bool(checks["held"]):
        faults.append(f"{who}: held {account['held']!r}")
    return sorted(faults)


def _closed_wrongly(account: Account, channels: Sequence[str]) -> bool:
    consents = account["extras"].get("consents", ())
    closed = {consent["channel"] for consent in consents if not consent["granted"]}
    if not channels:
        return bool(closed)
    return not (account["held"] or "all" in closed or closed >= set(channels))


def _is_who(account: Account, who: str) -> bool:
    person = account["consumer"]
    if "@" in who:
        return who in person["emails"]
    if who.startswith("~"):
        return set(_words(who[1:])) <= set(_words(person["name"]))
    return sorted(_words(person["name"])) == sorted(_words(who))


def _words(name: str | None) -> list[str]:
    """The words of a name, without case, marks and title."""
    bare = re.sub(r"\b(mr|mrs|ms|dr)\b\.?", "", (name or "").lower())
    return re.findall(r"\w+", bare)


def _plain(name: str | None) -> str:
    return " ".join(_words(name))


def _name_of(account: Account) -> str:
    person = account["consumer"]
    return str((person["emails"] or [person["name"]])[0])


def _amounts(accounts: Sequence[Account]) -> list[int]:
    return [a["balance_minor"] for a in accounts]
