"""What two rulebooks differ in: rules and tables added, removed, and changed field by field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dunlin.domain.rulebook.engine import Rulebook

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One rule or table that differs. `name` is the rule's id (with its version where there are
    several) or `table NAME`; `fields` holds path, before and after, as JSON, "" for nothing."""

    name: str
    title: str
    kind: Kind
    fields: tuple[tuple[str, str, str], ...] = ()


def rulebook_changes(old: Rulebook, new: Rulebook) -> list[RuleChange]:
    """Every difference between two rulebooks, rules by id, then tables by name."""
    before, after = _by_name(old.documents), _by_name(new.documents)
    before |= {f"table {k}": v for k, v in old.tables.items()}
    after |= {f"table {k}": v for k, v in new.tables.items()}
    names = sorted(before.keys() | after.keys(), key=lambda n: (n.startswith("table "), n))
    found = (_change(name, before.get(name), after.get(name)) for name in names)
    return [change for change in found if change is not None]


def _by_name(documents: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for document in sorted(documents, key=lambda d: str(d["effective"].get("from"))):
        name = str(document["id"])
        if name in found:
            name = f"{name} from {document['effective'].get('from')}"
        constraint = document["constraint"]
        found[name] = {
            **document,
            # One constraint and a list of one are the same.
            "constraint": [constraint] if isinstance(constraint, Mapping) else constraint,
        }
    return found


def _change(
    name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> RuleChange | None:
    title = str((after or before or {}).get("title", ""))
    if before is None or after is None:
        return RuleChange(name=name, title=title, kind="added" if before is None else "removed")
    was, now = dict(_leaves(before)), dict(_leaves(after))
    fields = tuple(
        (path, was.get(path, ""), now.get(path, ""))
        for path in sorted(was.keys() | now.keys())
        if was.get(path) != now.get(path)
    )
    return RuleChange(name=name, title=title, kind="changed", fields=fields) if fields else None


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(x, Mapping) for x in value):
        for place, item in enumerate(value):
            yield from _leaves(item, f"{path}[{place}]")
    else:
        yield path, json.dumps(value, ensure_ascii=False, sort_keys=True)
