"""Every path, test and name of code on a page is in the tree; links lead somewhere."""

from __future__ import annotations

import fnmatch
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.docs.markdown import PAGES, ROOT, page_id, spans

_PATH = re.compile(
    r"[\w.*-]+(?:/[\w.*-]+)*(?:/|\.(?:py|md|ya?ml|toml|jsonl?|j2|css|html|in|lock|sh))"
    r"|(?:functions|tests|docs|infra|local|layers|tools|domain|service|views|adapters|ports"
    r"|runtime|cli|statemachines)/[\w./*-]+"
)
TEMPLATE = (ROOT / "template.yaml").read_text(encoding="utf-8")
# What a run, a stack or a person makes; no file of the repository.
_MADE = {
    "strategy.yaml", "index.html", "NAME.mapping.yaml", "NAME.summary.json", ".mapping.yaml",
    ".summary.json", "manifest.json", "config/", "drop/", "work/", "reports/", "reports/payments/",
    "reports/messages/", "evidence/", "mail/", "FILE.mapping.yaml", "mapping.yaml",
}  # fmt: skip
# Settings of AWS that a decision left out.
_FOREIGN = {"AutoPublishAlias", "AutoPublishAliasAllProperties", "PublishLambdaVersion"}


@cache
def tracked() -> tuple[str, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    files = [name for name in listed if (ROOT / name).exists()]
    folders = {f"{parent}/" for name in files for parent in Path(name).parents}
    return tuple(["/" + name for name in files] + sorted("/" + f for f in folders))


@cache
def words() -> frozenset[str]:
    """Every word of code, templates, machines and data; of no page, and of no test of pages."""
    texts = [
        (ROOT / name[1:]).read_text(encoding="utf-8", errors="ignore")
        for name in tracked()
        if Path(name).suffix in {".py", ".yaml", ".toml", ".j2", ".json", ".html", ".sh", ".css"}
        and not name.startswith(("/tests/docs/", "/docs/", "/tests/imports/vendors"))
    ]
    words_found = {word for text in texts for word in re.findall(r"\w+", text)}
    outputs = {f"{word}FunctionName" for word in words_found if word.endswith("e")}
    stems = {Path(name).stem for name in tracked()}
    return frozenset(words_found | {w.removeprefix("test_") for w in words_found} | stems | outputs)


@cache
def classes() -> frozenset[str]:
    package = ROOT / "layers/core/dunlin"
    code = "\n".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    return frozenset(re.findall(r"^class (\w+)", code, re.MULTILINE))


def there(path: str) -> bool:
    """True where a file or a folder of that path, or of that ending, is in the repository."""
    wanted = [f"*/{path}"] if path.endswith("/") else [f"*/{path}", f"*/{path}/"]
    return any(fnmatch.fnmatchcase(name, want) for want in wanted for name in tracked())


def _paths(span: str) -> list[str]:
    span = span.split("::", 1)[0]
    return [span] if _PATH.fullmatch(span) and span not in _MADE else []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_path_on_a_page_is_in_the_repository(page: Path) -> None:
    paths = [p for span in spans(page.read_text(encoding="utf-8")) for p in _paths(span)]
    assert [p for p in paths if not there(p)] == []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_test_on_a_page_is_one(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = [(path, [name]) for path, name in re.findall(r"`([\w/]+\.py)::test_(\w+…?)`", text)]
    for path, list_ in re.findall(r"`(tests/[\w/]+\.py)` \(([^)]*)\)", text):
        named.append((path, re.findall(r"`(\w+_\w+…?)`", list_)))
    wrong = []
    for path, names in named:
        code = (ROOT / path).read_text(encoding="utf-8")
        for name in names:
            end = "" if name.endswith("…") else r"\("
            if not re.search(rf"def (?:test_)?{name.rstrip('…')}{end}", code):
                wrong.append(f"{path}: {name}")
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_name_of_code_on_a_page_is_one(page: Path) -> None:
    wrong = set()
    for span in spans(page.read_text(encoding="utf-8")):
        if span.startswith(("dunlin ", "make ", "aws ", "sam ")) or "/" in span or "://" in span:
            continue
        for word in re.findall(r"(?<![\w.@-])[A-Za-z]\w*(?![\w@…-])", span):
            coined = "_" in word.strip("_") or re.search(r"[a-z][A-Z]", word)
            if coined and word not in words() and word not in _FOREIGN:
                wrong.add(word)
        owner = re.match(r"([A-Z]\w*)\.[a-z]\w*$", span)
        if owner and not (owner[1] in classes() or f"\n  {owner[1]}Table:" in TEMPLATE):
            wrong.add(span)
    assert wrong == set()


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        to = (page.parent / path) if path else page
        assert to.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)$", to.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", h.lower()).strip().replace(" ", "-") for h in heads}
            assert anchor in slugs, target


def test_the_floors_and_trades_are_those_of_the_package() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    section = page.split("\n## Floors and trades\n", 1)[1].split("\n## ", 1)[0]
    package = ROOT / "layers/core/dunlin"
    rows = {f for row in re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE) for f in spans(row)}
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
    order = next(c["layers"] for c in contracts if c["layers"][0] == "dunlin.cli")
    assert rows == {f.removeprefix("dunlin.") for layer in order for f in layer.split(" | ")}
    trades = set(next(s for s in spans(section) if s.startswith("audit ")).split())
    folders = {
        p.parent.name
        for floor in ("domain", "service", "views")
        for p in (package / floor).glob("*/__init__.py")
    }
    assert trades | {"signals"} == folders - {"widgets", "charts", "letters"}


def test_the_ports_are_those_of_the_package() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    section = page.split("\n## Ports\n", 1)[1].split("\n## ", 1)[0]
    ports = {n for row in re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE) for n in spans(row)}
    code = "".join(
        p.read_text(encoding="utf-8") for p in (ROOT / "layers/core/dunlin/ports").glob("*.py")
    )
    assert ports == set(re.findall(r"^class (\w+)\((?:\w+, )*Protocol", code, re.MULTILINE))


def test_the_functions_are_those_of_the_tree() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    section = page.split("\n## Functions\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| ([a-z_, ]+) \|", section, re.MULTILINE)
    folders = {p.name for p in (ROOT / "functions").iterdir() if list(p.glob("*.py"))}
    assert {name for row in rows for name in row.split(", ")} - {"folder"} == folders


@pytest.mark.parametrize("path", ["domain/accounts/nothing.py", "tests/staff/test_never.py"])
def test_a_path_that_is_none_is_found(path: str) -> None:
    assert _paths(path)
    assert not there(path)
