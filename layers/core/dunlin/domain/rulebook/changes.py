"""What two rulebooks differ in: rules and tables added, removed, and changed field by field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dunlin.domain.rulebook.engine import Rulebook

ChangeKind = Literal["added", "removed", "changed"]

# What says something about a rule and nothing about what it does.
_ABOUT = frozenset({"version", "status", "tests"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One rule or table that differs. `name` is the rule's id (with its version where there are
    several) or `table NAME`; `fields` holds path, before and after, as JSON, "" for nothing.

    `version` is the rule's own, `1 -> 2` where it moved; `unmoved` says that the rule now means
    something else under the same number. `cites` are its sources, or a table's one; `review` says
    who read it."""

    name: str
    title: str
    kind: ChangeKind
    fields: tuple[tuple[str, str, str], ...] = ()
    version: str = ""
    unmoved: bool = False
    cites: tuple[str, ...] = ()
    review: str = ""


def rulebook_changes(old: Rulebook, new: Rulebook) -> list[RuleChange]:
    """Every difference between two rulebooks, rules by id, then tables by name."""
    before, after = _by_name(old.documents), _by_name(new.documents)
    before |= {f"table {k}": v for k, v in old.tables.items()}
    after |= {f"table {k}": v for k, v in new.tables.items()}
    names = sorted(before.keys() | after.keys(), key=lambda n: (n.startswith("table "), n))
    changes = (_change(name, before.get(name), after.get(name)) for name in names)
    return [change for change in changes if change is not None]


def place_changes(old: Rulebook, new: Rulebook) -> list[tuple[str, tuple[str, ...]]]:
    """Each table of places that differs, and the keys that lie elsewhere in it."""
    before, after = old.zones.entries, new.zones.entries
    differing = (
        (
            table,
            tuple(
                sorted(
                    key
                    for key in before[table].keys() | after[table].keys()
                    if before[table].get(key) != after[table].get(key)
                )
            ),
        )
        for table in after
    )
    return [(table, keys) for table, keys in differing if keys]


def _by_name(documents: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    documents_by_name: dict[str, Mapping[str, Any]] = {}
    for document in sorted(documents, key=lambda d: str(d["effective"].get("from"))):
        name = str(document["id"])
        if name in documents_by_name:
            name = f"{name} from {document['effective'].get('from')}"
        constraint = document["constraint"]
        documents_by_name[name] = {
            **document,
            # One constraint and a list of one are the same.
            "constraint": [constraint] if isinstance(constraint, Mapping) else constraint,
        }
    return documents_by_name


def _change(
    name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> RuleChange | None:
    newest = after or before or {}
    title = str(newest.get("title", ""))
    cites, review = _cites(newest), _review(newest)
    if before is None or after is None:
        return RuleChange(
            name=name,
            title=title,
            kind="added" if before is None else "removed",
            version=str(newest.get("version", "")),
            cites=cites,
            review=review,
        )
    was, now = dict(_leaves(before)), dict(_leaves(after))
    fields = tuple(
        (path, was.get(path, ""), now.get(path, ""))
        for path in sorted(was.keys() | now.keys())
        if was.get(path) != now.get(path)
    )
    if not fields:
        return None
    old, new = before.get("version"), after.get("version")
    meant = [path for path, _, _ in fields if path.split(".")[0] not in _ABOUT]
    return RuleChange(
        name=name,
        title=title,
        kind="changed",
        fields=fields,
        version="" if new is None else f"{old} -> {new}" if old != new else str(new),
        unmoved=bool(new is not None and old == new and meant),
        cites=cites,
        review=review,
    )


def _cites(document: Mapping[str, Any]) -> tuple[str, ...]:
    if "authority" in document:
        return tuple(str(source["cite"]) for source in document["authority"])
    return (str(document["source"]),) if "source" in document else ()


def _review(document: Mapping[str, Any]) -> str:
    status = document.get("status")
    if not isinstance(status, Mapping):
        return ""
    counsel = status.get("counsel")
    signed = f"signed by {counsel} on {status.get('signed_on')}" if counsel else "not signed yet"
    return f"{status.get('review')}, {signed}"


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(x, Mapping) for x in value):
        for place, item in enumerate(value):
            yield from _leaves(item, f"{path}[{place}]")
    else:
        yield path, json.dumps(value, ensure_ascii=False, sort_keys=True)
