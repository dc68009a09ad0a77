"""Every function is named by a test, which calls it as Lambda does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_NAMED = re.compile(r"functions[./](\w+)[./]")


def _functions_named_in(path: Path) -> set[str]:
    """The folders of functions/ that a module imports, or whose file it loads by a path."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.ImportFrom(module=str(module)):
                named.update(_NAMED.findall(f"{module}."))
            case ast.Constant(value=str(text)):
                named.update(_NAMED.findall(text))
            case _:
                pass
    return named


def test_every_function_is_named_by_a_test() -> None:
    folders = {handler.parent.name for handler in (ROOT / "functions").glob("*/*.py")}
    assert len(folders) > 30
    modules = (ROOT / "tests").rglob("*.py")
    named = {
        name for path in modules if path != Path(__file__) for name in _functions_named_in(path)
    }
    assert folders - named == set()
