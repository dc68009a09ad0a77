"""A test file says by its name what it needs: `_cloud` a local cloud, `_browser` a browser,
`_contract` holds several providers to one suite, of which those marked need one. All others need
neither."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted(TESTS.rglob("test_*.py"))
KINDS = ("cloud", "browser")


def _kind(node: ast.AST) -> str | None:
    """cloud or browser where the expression is that mark."""
    match node:
        case ast.Attribute(attr=kind, value=ast.Attribute(attr="mark")) if kind in KINDS:
            return kind
    return None


def _marks(tree: ast.AST) -> tuple[set[str], set[str]]:
    """(marks that lie on a test or on the file, marks of one parameter among others)"""
    of_parameters = {
        id(inner)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "param"
        for inner in ast.walk(call)
    }
    whole: set[str] = set()
    half: set[str] = set()
    for node in ast.walk(tree):
        if (kind := _kind(node)) is not None:
            (half if id(node) in of_parameters else whole).add(kind)
    return whole, half


def _wrong(name: str, tree: ast.Module) -> str | None:
    """What is wrong with the name of a test file, None where nothing is."""
    whole, half = _marks(tree)
    suffix = name.removesuffix(".py").rsplit("_", 1)[1]
    if suffix in KINDS:
        on_the_file = {
            kind
            for node in tree.body
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "pytestmark"
            for kind in map(_kind, ast.walk(node.value))
        }
        return None if suffix in on_the_file else f"pytestmark does not say {suffix}"
    if whole:
        return f"marks {', '.join(sorted(whole))} in a file of another kind"
    return "a half of it needs more: _contract" if half and suffix != "contract" else None


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(TESTS)))
def test_a_files_name_says_what_its_tests_need(path: Path) -> None:
    assert _wrong(path.name, ast.parse(path.read_text(encoding="utf-8"))) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("test_a.py", "@pytest.mark.cloud\ndef test(): ..."),
        ("test_a_contract.py", "@pytest.mark.browser\ndef test(): ..."),
        ("test_a.py", "P = pytest.param('dynamo', marks=pytest.mark.cloud)"),
        ("test_a_cloud.py", "@pytest.mark.cloud\ndef test(): ..."),
        ("test_a_cloud.py", "pytestmark = pytest.mark.browser"),
    ],
)
def test_a_wrong_name_is_found(name: str, text: str) -> None:
    assert _wrong(name, ast.parse(text)) is not None
