"""Replay: what a decision was made from, recorded so that it can be judged again from that alone.

A record holds the facts as judged, the versions of the rulebook and of the time zone data, the
instant and each verdict; it goes into the audit entry of the permit, the deferral or the hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dunlin.domain.audit.audit import AuditEntry
from dunlin.domain.contact.planner import Offer
from dunlin.domain.instants import utc_text
from dunlin.domain.rulebook import ContactFacts, Rulebook, RuleError, Verdict, decide
from dunlin.domain.rulebook.records import plain_facts, plain_verdict, read_facts
from dunlin.ports.accounts import Facts
from dunlin.service.contact.gate import Gate, contact_facts

FORM = 1
KEY = "record"  # of the audit entry's data


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One verdict judged again. `faults` says in what it differs, in plain words; empty where it
    holds. `rulebook` and `tzdata` are the versions it was judged under, `under` and `clocks` those
    it was judged again under."""

    at: datetime
    channel: str
    outcome: str
    rulebook: str
    tzdata: str
    under: str
    clocks: str
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.faults

    @property
    def otherwise(self) -> tuple[str, ...]:
        """What differs between then and now other than the answer, in plain words."""
        differences = []
        if self.rulebook != self.under:
            differences.append(f"judged under rulebook {self.rulebook}, again under {self.under}")
        if self.tzdata != self.clocks:
            then = self.tzdata or "of no stated version"
            differences.append(f"judged with time zone data {then}, again with {self.clocks}")
        return tuple(differences)


def decision_record(
    asked: Sequence[tuple[ContactFacts, Verdict]], *, rulebook: Rulebook, now: datetime
) -> dict[str, Any]:
    """The record of one decision: everything that was asked of the rulebook at `now`, in order.

    The facts of the first stand in full, of the others what differs.
    """
    rows = [plain_facts(facts, rulebook) for facts, _ in asked]
    base: dict[str, Any] = rows[0] if rows else {}
    return {
        "form": FORM,
        "rulebook": rulebook.version,
        "tzdata": rulebook.tzdata,
        "now": utc_text(now),
        "facts": base,
        "asked": [
            _difference(row, base) | plain_verdict(verdict)
            for row, (_, verdict) in zip(rows, asked, strict=True)
        ],
    }


def record_of(
    facts: Facts,
    asked: Sequence[tuple[Offer, Verdict]],
    *,
    purpose: str = "",
    gate: Gate,
    now: datetime,
) -> dict[str, Any]:
    """What an audit entry keeps of a decision on one account: `{record: ...}`, nothing where the
    rulebook was not asked."""
    if not asked:
        return {}
    judged = [
        (
            contact_facts(
                facts, channel=offer.channel, template=offer.template, purpose=purpose, now=now
            ),
            verdict,
        )
        for offer, verdict in asked
    ]
    return {KEY: decision_record(judged, rulebook=gate.rulebook, now=now)}


def _difference(row: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    changed = {key: value for key, value in row.items() if base.get(key) != value}
    gone = sorted(set(base) - set(row))
    return ({"facts": changed} if changed else {}) | ({"without": gone} if gone else {})


def replay(
    record: Mapping[str, Any],
    *,
    rulebook: Rulebook,
    edition: Callable[[str], Rulebook | None] = lambda _version: None,
) -> list[Replayed]:
    """Judge a decision again from its record alone, under the edition that judged it where
    `edition` still has it, else under `rulebook`. A record that cannot be read is a fault, never
    an exception."""
    version = str(record.get("rulebook", ""))
    book = edition(version) or rulebook
    try:
        now = datetime.fromisoformat(record["now"])
        base = dict(record["facts"])
        return [_again(base, row, now=now, record=record, book=book) for row in record["asked"]]
    except (KeyError, TypeError, ValueError, AttributeError, RuleError) as error:
        fault = f"the record cannot be judged: {type(error).__name__} {error}"
        return [Replayed(at=datetime.min.replace(tzinfo=UTC), channel="", outcome="",
                         rulebook=version, tzdata=str(record.get("tzdata", "")),
                         under=book.version, clocks=book.tzdata, faults=(fault,))]  # fmt: skip


def _again(
    base: Mapping[str, Any],
    row: Mapping[str, Any],
    *,
    now: datetime,
    record: Mapping[str, Any],
    book: Rulebook,
) -> Replayed:
    left_out = frozenset(row.get("without", ()))
    plain = {k: v for k, v in base.items() if k not in left_out} | dict(row.get("facts", {}))
    facts = read_facts(plain)
    verdict = plain_verdict(decide(book, facts, now))
    return Replayed(
        at=now,
        channel=facts.channel,
        outcome=str(row["outcome"]),
        rulebook=str(record["rulebook"]),
        tzdata=str(record.get("tzdata", "")),
        under=book.version,
        clocks=book.tzdata,
        faults=tuple(_faults(row, verdict)),
    )


def _faults(recorded: Mapping[str, Any], verdict: Mapping[str, Any]) -> list[str]:
    faults = [
        f"{key} was {recorded.get(key)}, is {verdict.get(key)}"
        for key in ("outcome", "until", "valid_until")
        if recorded.get(key) != verdict.get(key)
    ]
    was, now = _by_rule(recorded), _by_rule(verdict)
    faults += [
        f"{rule} was {was.get(rule, 'no obstacle')}, is {now.get(rule, 'no obstacle')}"
        for rule in sorted(was.keys() | now.keys())
        if was.get(rule) != now.get(rule)
    ]
    if not faults and recorded.get("digest") != verdict["digest"]:
        faults.append("the same outcome, but not every rule says the same")
    return faults


def _by_rule(verdict: Mapping[str, Any]) -> dict[str, str]:
    waits = {rule: f"defer until {until}" for rule, until in verdict.get("defer", {}).items()}
    return waits | dict.fromkeys(verdict.get("block", ()), "block")


def recorded(entries: Iterable[AuditEntry]) -> list[tuple[AuditEntry, Mapping[str, Any]]]:
    """The audit entries that carry a record of their decision, with it, oldest first."""
    records = [(e, e.data[KEY]) for e in entries if isinstance(e.data.get(KEY), Mapping)]
    return sorted(records, key=lambda pair: pair[0].sequence)
