"""The rulebook's files: YAML a rule is the source, `rulebook.json` the compiled form that ships.

Production reads JSON alone; PyYAML is imported only to compile and to check.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from dunlin.domain.rulebook import Rulebook, RuleError
from dunlin.domain.rulebook.checks import check_rules

EDITION = "2026.11.1"


def _folder() -> Path:
    return Path(str(resources.files("dunlin") / "rulebook"))


@functools.cache
def load_rulebook() -> Rulebook:
    """The rulebook that ships with the package, read once from its compiled form."""
    folder = _folder()
    compiled = json.loads((folder / "rulebook.json").read_text(encoding="utf-8"))
    zones = json.loads((folder / "zones.json").read_text(encoding="utf-8"))
    return Rulebook(compiled, zones)


def read_rulebook(path: Path) -> Rulebook:
    """A rulebook kept elsewhere: a folder of rule files, a folder with a `rulebook.json`, or that
    file itself. Zones are the ones beside it, else the package's own.

    Raises `RuleError` for files that cannot be used.
    """
    folder = path if path.is_dir() else path.parent
    compiled: Any
    try:
        if path.is_dir() and rule_files(path):
            compiled = compile_rulebook(path)
        else:
            file = path / "rulebook.json" if path.is_dir() else path
            compiled = json.loads(file.read_text(encoding="utf-8"))
        zones = folder / "zones.json"
        zones = zones if zones.exists() else _folder() / "zones.json"
        return Rulebook(compiled, json.loads(zones.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RuleError(path.name, f"no rulebook can be read there: {error}") from error


def rule_files(folder: Path | None = None) -> list[Path]:
    """The YAML files of the rules, by name."""
    return sorted((folder or _folder()).glob("rules/*/*.yaml"))


def _documents(paths: Iterable[Path]) -> Iterator[tuple[Path, Any]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in paths:
        yield path, _plain(yaml.load(path.read_text(encoding="utf-8"), Loader=loader))  # noqa: S506


def _plain(value: Any) -> Any:
    """YAML's dates as ISO texts, so that the compiled form is plain JSON."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def compile_rulebook(folder: Path | None = None) -> dict[str, Any]:
    """The compiled form of the YAML files: every rule by id, the tables, and a version that is
    the edition and a hash of the content. Raises `RuleError` for a file that cannot be used."""
    folder = folder or _folder()
    rules: list[Mapping[str, Any]] = []
    for path, document in _documents(rule_files(folder)):
        if not isinstance(document, Mapping) or "id" not in document:
            raise RuleError(path.stem, "the file holds no rule")
        if str(document["id"]).lower() != path.stem:
            raise RuleError(path.stem, f"the file holds {document['id']}")
        rules.append({**document, "layer": path.parent.name})
    rules.sort(key=lambda r: (r["id"], str(r["version"])))
    tables = {p.stem: d for p, d in _documents(sorted(folder.glob("tables/*.yaml")))}
    content = json.dumps({"rules": rules, "tables": tables}, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(content.encode()).hexdigest()
    return {"version": f"{EDITION}+{digest[:12]}", "rules": rules, "tables": tables}


def compiled_text(folder: Path | None = None) -> str:
    """The text of `rulebook.json`: one rule a line, so that a change reads as one line."""
    compiled = compile_rulebook(folder)

    def line(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    rules = ",\n".join(line(r) for r in compiled["rules"])
    return (
        f'{{"version":{line(compiled["version"])},\n"tables":{line(compiled["tables"])},\n'
        f'"rules":[\n{rules}\n]}}\n'
    )


def write_compiled(folder: Path | None = None) -> Path:
    """Write `rulebook.json` beside its sources and return where."""
    target = (folder or _folder()) / "rulebook.json"
    target.write_text(compiled_text(folder), encoding="utf-8")
    return target


def check_rulebook(
    folder: Path | None = None, *, test_ids: Iterable[str] | None = None
) -> list[str]:
    """Everything wrong with the rule files, one sentence each; empty where nothing is."""
    folder = folder or _folder()
    try:
        compiled = compile_rulebook(folder)
    except RuleError as error:
        return [str(error)]
    problems = check_rules(compiled["rules"], compiled["tables"], test_ids=test_ids)
    if not problems:
        on_disk = folder / "rulebook.json"
        if not on_disk.exists() or on_disk.read_text(encoding="utf-8") != compiled_text(folder):
            problems.append("rulebook.json is not what the files compile to")
    return problems
