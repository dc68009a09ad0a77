"""What the stages of an import hand on through `work/` in the drop bucket, as lines of JSON.

`work/{import_id}/` is one import's own: its profile, its rows, its shares. `work/{creditor}/` is
what the next files need to know: which accounts a source named, which contacts files there are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, NamedTuple

from dunlin.domain.errors import DomainError
from dunlin.domain.imports.file_names import words_of_name
from dunlin.domain.imports.names import name_key
from dunlin.domain.imports.types import (
    ColumnMap,
    FileConsent,
    FileEntry,
    FileProfile,
    ImportQuestion,
    NormalisedAccount,
    NormalisedConsumer,
    Refusal,
    RowOutcome,
    RowProblem,
)
from dunlin.domain.money import Money
from dunlin.ports.imports import DropBox

_JSON = "application/json"
_A_PART = 20_000


class Named(NamedTuple):
    """One account as a source named it. `as_of`: the day of which the source last told it;
    `missing`: since when its files lack it, "" where the newest names it; `person`: a hash of who
    owes, the same at every creditor; `called`: a hash of their name alone; `part`: the key of an
    instalment, "" of a whole debt; `minor` and `currency`: what that source last said is owed."""

    account_id: str
    consumer_id: str
    reference: str
    invoice: str
    consumer_reference: str
    as_of: str = ""
    missing: str = ""
    person: str = ""
    called: str = ""
    part: str = ""
    minor: int = 0
    currency: str = ""


def name_mark(name: str) -> str:
    """A hash of somebody's name, however it is written; "" where there is none."""
    key = name_key(name)
    return hashlib.sha256(key.encode()).hexdigest()[:12] if key else ""


def write_json(drop_box: DropBox, key: str, content: object) -> None:
    drop_box.write(key, json.dumps(content, ensure_ascii=False).encode(), _JSON)


def read_json(drop_box: DropBox, key: str) -> Any:
    """What was written, None where nothing was."""
    try:
        return json.loads(drop_box.read(key))
    except DomainError:
        return None


_SUMMARY = {"file": str, "state": str, "import_id": str, "outcomes": dict, "codes": dict,
            "owed": dict, "reconciliation": dict, "buckets": dict, "mapping": dict,
            "decisions_needed": list}  # fmt: skip
"""What every summary has: whoever may drop files may drop one of his own making."""
_LARGEST_SUMMARY = 8 << 20


def read_summary(drop_box: DropBox, key: str) -> dict[str, Any] | None:
    """The summary that lies beside a dropped file; None where there is none, where a person's own
    file lies under its name, or where it is no summary."""
    if not drop_box.ours(key, ""):
        return None
    try:
        content = json.loads(drop_box.read(key, end=_LARGEST_SUMMARY))
    except (DomainError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    kinds = all(isinstance(content.get(name), kind) for name, kind in _SUMMARY.items())
    counts = kinds and all(type(n) is int for n in content["outcomes"].values())
    missing = content.get("missing", {})
    return content if counts and isinstance(missing, dict) else None


def write_lines(drop_box: DropBox, key: str, lines: Iterable[object]) -> None:
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    # A file of JSON may hold half a character; what reads it refuses that by name.
    drop_box.write(key, text.encode("utf-8", "surrogatepass"), _JSON)


def read_lines(drop_box: DropBox, key: str) -> Iterator[Any]:
    content = drop_box.read(key)
    at = 0
    while at < len(content):
        end = content.find(b"\n", at)
        end = len(content) if end < 0 else end
        yield json.loads(content[at:end])
        at = end + 1


def write_parts(drop_box: DropBox, prefix: str, lines: Iterable[object]) -> int:
    """Lines in files of bounded size, `{prefix}-0.jsonl` and on; how many there are."""
    part: list[object] = []
    number = 0
    for line in lines:
        part.append(line)
        if len(part) == _A_PART:
            write_lines(drop_box, f"{prefix}-{number}.jsonl", part)
            part, number = [], number + 1
    if part:
        write_lines(drop_box, f"{prefix}-{number}.jsonl", part)
        number += 1
    return number


def read_parts(drop_box: DropBox, prefix: str, parts: int) -> Iterator[Any]:
    for number in range(parts):
        yield from read_lines(drop_box, f"{prefix}-{number}.jsonl")


def source_of(file_name: str, fingerprint: str) -> str:
    """What makes two files exports of one source: the same header, and the same name but for
    figures, which count days and versions."""
    name = f"{fingerprint} {words_of_name(file_name)}"
    return hashlib.sha256(name.encode()).hexdigest()[:24]


def write_source(
    drop_box: DropBox,
    creditor: str,
    source: str,
    *,
    import_id: str,
    sha256: str,
    days: list[str] | None,
    named: Iterable[Named],
) -> None:
    """Make an import the newest of its source. The one before stays readable, so that running
    this import again compares with the same."""
    manifest = f"work/{creditor}/sources/{source}.json"
    before = previous_of(drop_box, creditor, source, import_id)
    instalments = False

    def noted() -> Iterator[Named]:
        nonlocal instalments
        for each in named:
            instalments = instalments or bool(each.part)
            yield each

    parts = write_parts(drop_box, _named_key(creditor, import_id), noted())
    newest = {
        "import": import_id,
        "sha256": sha256,
        "parts": parts,
        "days": days or (before or {}).get("days"),
        "instalments": instalments,
        "before": before,
    }
    if read_json(drop_box, manifest) != newest:
        write_json(drop_box, manifest, newest)


def previous_of(
    drop_box: DropBox, creditor: str, source: str, import_id: str
) -> dict[str, Any] | None:
    """The import of a source before this one: `{import, sha256, parts, days}`."""
    newest = read_json(drop_box, f"work/{creditor}/sources/{source}.json")
    if newest is None:
        return None
    if newest["import"] == import_id:
        before: dict[str, Any] | None = newest["before"]
        return before
    return {name: newest.get(name) for name in ("import", "sha256", "parts", "days")}


def named_by(
    drop_box: DropBox, creditor: str, manifest: Mapping[str, Any] | None
) -> Iterator[Named]:
    """The accounts that an import of a source named."""
    if manifest is not None:
        prefix = _named_key(creditor, manifest["import"])
        for line in read_parts(drop_box, prefix, manifest["parts"]):
            yield Named(*line)


def _named_key(creditor: str, import_id: str) -> str:
    return f"work/{creditor}/named/{import_id}"


def has_sources(drop_box: DropBox, creditor: str, import_id: str) -> bool:
    """True where another import named accounts of this creditor before."""
    manifests = (read_json(drop_box, k) for k in drop_box.keys(f"work/{creditor}/sources/"))
    return any(m["import"] != import_id or m["before"] is not None for m in manifests)


def has_instalments(drop_box: DropBox, creditor: str) -> bool:
    """True where a source's newest file holds instalments."""
    manifests = (read_json(drop_box, k) for k in drop_box.keys(f"work/{creditor}/sources/"))
    return any(m.get("instalments") for m in manifests)


def all_named(drop_box: DropBox, creditor: str) -> Iterator[Named]:
    """The accounts that the newest import of every source named."""
    for key in drop_box.keys(f"work/{creditor}/sources/"):
        yield from named_by(drop_box, creditor, read_json(drop_box, key))


def packed(account: NormalisedAccount) -> dict[str, Any]:
    """An account as JSON."""
    person = account.consumer._asdict()
    person["consents"] = [
        [c.channel, c.granted, c.evidence, _iso(c.given_on)] for c in account.consumer.consents
    ]
    person["date_of_birth"] = _iso(account.consumer.date_of_birth)
    return {
        "reference": account.reference,
        "invoice": account.invoice,
        "status": account.status,
        "minor": account.balance.minor,
        "currency": account.balance.currency,
        "days": [_iso(d) for d in (account.issued_on, account.due_on, account.paid_on)],
        "identity": account.identity,
        "matched_by": account.matched_by,
        "consumer": {name: value for name, value in person.items() if value},
        "disputed": account.disputed,
        "extras": dict(account.extras),
        "entries": [[e.kind, e.minor, _iso(e.on), e.source] for e in account.entries],
        "holds": account.holds,
        "maybe": account.maybe,
        "lines": account.lines[:20],
    }


def unpacked(raw: Mapping[str, Any]) -> NormalisedAccount:
    """The account of `packed`, without what only the report of its rows needs."""
    issued, due, paid = (_day(d) for d in raw["days"])
    return NormalisedAccount(
        reference=raw["reference"],
        invoice=raw["invoice"],
        status=raw["status"],
        balance=Money(raw["minor"], raw["currency"]),
        issued_on=issued,
        due_on=due,
        paid_on=paid,
        identity=raw["identity"],
        matched_by=raw["matched_by"],
        consumer=unpacked_consumer(raw["consumer"]),
        disputed=raw["disputed"],
        extras=tuple(raw["extras"].items()),
        entries=tuple(
            FileEntry(kind=k, minor=m, on=_day(d), source=s) for k, m, d, s in raw["entries"]
        ),
        holds=tuple(raw["holds"]),
        maybe=raw["maybe"],
        lines=tuple(raw["lines"]),
    )


def unpacked_consumer(raw: Mapping[str, Any]) -> NormalisedConsumer:
    values: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in raw.items()
    }
    values["consents"] = tuple(
        FileConsent(channel=c, granted=g, evidence=e, given_on=_day(on))
        for c, g, e, on in raw.get("consents", ())
    )
    values["extensions"] = tuple((p, x) for p, x in raw.get("extensions", ()))
    values["date_of_birth"] = _day(raw.get("date_of_birth"))
    return NormalisedConsumer(**values)


def packed_row(row: RowOutcome) -> list[Any]:
    """The outcome of a row as JSON."""
    problems = [[p.code, p.column, p.value] for p in row.problems]
    return [row.line, row.outcome, row.code, row.column, row.value, row.account, problems]


def unpacked_row(raw: list[Any]) -> RowOutcome:
    line, outcome, code, column, value, account, problems = raw
    return RowOutcome(
        line=line,
        outcome=outcome,
        code=code,
        column=column,
        value=value,
        account=account,
        problems=tuple(RowProblem(code=c, column=k, value=v) for c, k, v in problems),
    )


_PLAIN = (
    "kind", "kind_why", "encoding", "delimiter", "header_row", "headers", "currency", "country",
    "records", "header_fingerprint", "file_total", "complete", "debt_kind", "industry",
    "notes", "date_orders",
)  # fmt: skip


def packed_profile(profile: FileProfile) -> dict[str, Any]:
    """What the report needs of a profile, as JSON."""
    return {name: getattr(profile, name) for name in _PLAIN} | {
        "mapping": [asdict(c) for c in profile.mapping],
        "decisions": packed_decisions(profile.decisions),
        "refusal": profile.refusal and asdict(profile.refusal),
    }


def unpacked_profile(raw: Mapping[str, Any]) -> FileProfile:
    plain = {name: raw[name] for name in _PLAIN}
    plain["headers"] = tuple(plain["headers"])
    plain["date_orders"] = tuple((index, order) for index, order in plain["date_orders"])
    plain["notes"] = tuple(plain["notes"])
    plain["file_total"] = tuple((c, n) for c, n in plain["file_total"])
    return FileProfile(
        **plain,
        mapping=tuple(ColumnMap(**c) for c in raw["mapping"]),
        decisions=tuple(unpacked_decisions(raw["decisions"])),
        refusal=Refusal(**raw["refusal"]) if raw["refusal"] else None,
    )


def packed_decisions(decisions: Iterable[ImportQuestion]) -> list[dict[str, Any]]:
    """Questions for a person as JSON."""
    return [asdict(d) for d in decisions]


def unpacked_decisions(raw: Iterable[Mapping[str, Any]]) -> list[ImportQuestion]:
    """The questions of `packed_decisions`."""
    return [
        ImportQuestion(
            **{
                **d,
                "choices": tuple(d["choices"]),
                "meanings": tuple(d["meanings"]),
                "rows": tuple((line, tuple(cells)) for line, cells in d["rows"]),
            }
        )
        for d in raw
    ]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
