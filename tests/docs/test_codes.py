"""A code or a section that a reader meets is explained where he can open it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT
from tests.docs.test_names import there

EXPLAINED = {
    code
    for name in ("requirements", "architecture")
    for row, invariant in re.findall(
        r"^(?:\| ([SLF]\d[^|]*)\||- \*\*(I\d)\*\*)",
        (ROOT / f"docs/{name}.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    for code in [*row.replace(",", " ").split(), invariant]
}
SOURCES = {
    row.split(" | ")[0][2:]
    for row in (ROOT / "docs/sources.md").read_text(encoding="utf-8").splitlines()
    if row.startswith("| src-")
}
# Letters and a number that mean something else: the lint's rules, AWS's S3, what Nacha calls a
# return, a cell of a sheet, invented references of tests.
_ELSEWHERE = re.compile(r"noqa|type: ignore|\bS3\b")
_CODE = re.compile(r"(?<![\w/.+#-])(?:I[1-9]|[SFL]\d{1,3})(?![\w.-])")
_SECTION = re.compile(r"\b([A-Z][A-Z_]+\.md)\b")
_TEXT = {
    ".py",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".j2",
    ".html",
    ".css",
    ".txt",
    ".json",
    ".in",
    ".sh",
}
# Files that hold texts of others or test data, where such words are no codes.
_DATA = (
    "tests/imports/vendors",
    "tests/imports/bad_input",
    "tests/imports/expected",
    "tests/rulebook/cases",
    "requirements/",
)


def _files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [
        ROOT / name
        for name in listed
        if Path(name).suffix in _TEXT and not name.startswith(_DATA) and (ROOT / name).exists()
    ]


def _unexplained(text: str) -> list[str]:
    """Codes and documents named in a text that no page explains."""
    unexplained = []
    for line in text.splitlines():
        if "S3" not in line and not _ELSEWHERE.search(line):
            unexplained += [c for c in _CODE.findall(line) if c not in EXPLAINED]
        unexplained += [d for d in _SECTION.findall(line) if not there(d)]
        if re.search(r"\.md,? sections? \d", line):
            unexplained.append(line.strip())
    return unexplained


def _own_words(path: Path) -> str:
    """The text in which codes are looked for: of Python its strings and comments too."""
    if path.suffix == ".json":
        return "\n".join(re.findall(r"[A-Z_]+\.md sections? \d+", path.read_text(encoding="utf-8")))
    return path.read_text(encoding="utf-8")


def test_every_code_is_explained_and_every_document_is_there() -> None:
    wrong = {
        str(path.relative_to(ROOT)): unexplained
        for path in _files()
        if path.name != "test_codes.py" and (unexplained := _unexplained(_own_words(path)))
    }
    assert wrong == {}


def test_every_source_of_a_rule_is_listed_and_none_is_idle() -> None:
    folder = ROOT / "layers/core/dunlin/rulebook"
    named = {
        source
        for path in folder.rglob("*.yaml")
        for source in re.findall(r"\bsrc-\w+", path.read_text(encoding="utf-8"))
    }
    assert named == SOURCES


def test_no_banner_stands_in_python() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _files()
        if path.suffix == ".py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.match(r"\s*#\s*[-=]{2,}.*[-=]{2,}\s*$", line)
    ]
    assert wrong == []


@pytest.mark.parametrize("text", ["keeps S999", "see WISHES.md", "README.md section 5"])
def test_a_code_that_nobody_explains_is_found(text: str) -> None:
    assert _unexplained(text) != []
