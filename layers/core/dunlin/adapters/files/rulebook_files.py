"""The rulebook's files: YAML a rule is the source, `rulebook.json` the compiled form that ships.

Production reads JSON alone; PyYAML is imported only to compile and to check. `editions/` keeps
every edition that was ever in force, so that an old decision is judged again by what judged it.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import importlib
import json
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from dunlin.domain.rulebook import Rulebook, RuleError
from dunlin.domain.rulebook.checks import check_rules
from dunlin.domain.rulebook.holidays import federal_holidays, tennessee_holidays

EDITION = "2026.12.1"
_HOLIDAY_YEARS = range(2020, 2060)


def _folder() -> Path:
    return Path(str(resources.files("dunlin") / "rulebook"))


@functools.cache
def load_rulebook() -> Rulebook:
    """The rulebook that ships with the package, read once from its compiled form."""
    folder = _folder()
    compiled = json.loads((folder / "rulebook.json").read_text(encoding="utf-8"))
    zones = json.loads((folder / "zones.json").read_text(encoding="utf-8"))
    return Rulebook(compiled, zones, tzdata=pinned_clocks())


@functools.cache
def pinned_clocks() -> str:
    """The version of the time zone data, after making the pinned package the only source of it:
    a machine's own copy may be years apart, and would not be told in a record."""
    version: str = importlib.import_module("tzdata").IANA_VERSION
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    return version


def editions(folder: Path | None = None) -> list[str]:
    """The versions of every edition that is kept, by name."""
    files = ((folder or _folder()) / "editions").glob("*.json.gz")
    return sorted(path.name.removesuffix(".json.gz") for path in files)


@functools.lru_cache(maxsize=8)
def edition(version: str) -> Rulebook | None:
    """The rulebook of that version, the one in force or one that was; None where it is not kept."""
    now = load_rulebook()
    if version == now.version:
        return now
    if version not in editions():
        return None
    packed = (_folder() / "editions" / f"{version}.json.gz").read_bytes()
    kept = json.loads(gzip.decompress(packed))
    return Rulebook(kept["rulebook"], kept["zones"], tzdata=pinned_clocks())


def read_rulebook(path: Path) -> Rulebook:
    """A rulebook kept elsewhere: a folder of rule files, a folder with a `rulebook.json`, that
    file itself, or an edition as it is kept (`.json.gz`), which brings its zones. The zones of the
    others are the ones beside them, else the package's own.

    Raises `RuleError` for files that cannot be used.
    """
    folder = path if path.is_dir() else path.parent
    compiled: Any
    try:
        if path.suffix == ".gz":
            kept = json.loads(gzip.decompress(path.read_bytes()))
            return Rulebook(kept["rulebook"], kept["zones"], tzdata=pinned_clocks())
        if path.is_dir() and rule_files(path):
            compiled = compile_rulebook(path)
        else:
            file = path / "rulebook.json" if path.is_dir() else path
            compiled = json.loads(file.read_text(encoding="utf-8"))
        zones = folder / "zones.json"
        zones = zones if zones.exists() else _folder() / "zones.json"
        plain = json.loads(zones.read_text(encoding="utf-8"))
        return Rulebook(compiled, plain, tzdata=pinned_clocks())
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
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
    the edition and a hash of all that a verdict can depend on: rules, tables, the tables of time
    zones, the holidays. Raises `RuleError` for a file that cannot be used."""
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
    return {"version": f"{EDITION}+{_digest(rules, tables, _zones(folder))}", "rules": rules,
            "tables": tables}  # fmt: skip


def _zones(folder: Path) -> Any:
    own = folder / "zones.json"
    return json.loads((own if own.exists() else _folder() / "zones.json").read_text("utf-8"))


def _digest(rules: Any, tables: Any, zones: Any) -> str:
    """Twelve hexadecimal digits over the content of an edition."""
    free = [sorted(day.isoformat() for day in federal_holidays(y)) for y in _HOLIDAY_YEARS]
    content = {"rules": rules, "tables": tables, "zones": zones, "holidays": free}
    if any(row.get("rolls") for row in tables.get("late_fees", {"states": {}})["states"].values()):
        content["tennessee"] = [
            sorted(day.isoformat() for day in tennessee_holidays(y)) for y in _HOLIDAY_YEARS
        ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


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
    """Write `rulebook.json` beside its sources, keep the edition, and return where."""
    folder = folder or _folder()
    target, text = folder / "rulebook.json", compiled_text(folder)
    target.write_text(text, encoding="utf-8")
    compiled = json.loads(text)
    kept = folder / "editions" / f"{compiled['version']}.json.gz"
    kept.parent.mkdir(exist_ok=True)
    whole = json.dumps({"rulebook": compiled, "zones": _zones(folder)}, ensure_ascii=False)
    kept.write_bytes(gzip.compress(whole.encode(), mtime=0))
    return target


def check_editions(folder: Path | None = None) -> list[str]:
    """What is wrong with the editions kept: one that is not what its name says, and the one in
    force if it is not among them."""
    folder, problems = folder or _folder(), []
    for version in editions(folder):
        kept = json.loads(
            gzip.decompress((folder / "editions" / f"{version}.json.gz").read_bytes())
        )
        book = kept["rulebook"]
        digest = _digest(book["rules"], book["tables"], kept["zones"])
        if version != book["version"] or version.rpartition("+")[2] != digest:
            problems.append(f"edition {version} is not what was in force under that name")
    in_force = json.loads((folder / "rulebook.json").read_text(encoding="utf-8"))["version"]
    if in_force not in editions(folder):
        problems.append(f"edition {in_force} is not kept")
    return problems


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
        else:
            problems += check_editions(folder)
    return problems
