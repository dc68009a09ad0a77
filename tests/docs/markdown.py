"""Reading the project's own pages: their code spans, their commands, their prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "core" / "dunlin"
PAGES = sorted(
    [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    + list((ROOT / "docs").rglob("*.md"))
)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^(?: {4}|\t).*\S.*$", re.MULTILINE)
_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")


def page_id(path: Path) -> str:
    return str(path.relative_to(ROOT))


def spans(text: str) -> list[str]:
    """What stands in backticks, on one line each; the bars of tables unescaped."""
    prose = _FENCE.sub("", text)
    return [re.sub(r"\s+", " ", span).replace("\\|", "|") for span in _SPAN.findall(prose)]


def blocks(text: str) -> Iterator[str]:
    """Lines of code that stand apart, fenced or indented."""
    for block in _FENCE.findall(text):
        yield from block.splitlines()[1:-1]
    for line in _INDENTED.findall(_FENCE.sub("", text)):
        yield line.strip()


def prose(text: str) -> str:
    """What is left without code, addresses, links and tags."""
    text = "\n".join(
        line for line in _FENCE.sub("", text).splitlines() if not _INDENTED.fullmatch(line)
    )
    text = _SPAN.sub("", text)
    text = re.sub(r"<https?://[^>]*>|</?[a-z][^>]*>|https?://\S+", "", text)
    return re.sub(r"\]\([^)]*\)", "]", text)
