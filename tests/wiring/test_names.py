"""What a reader may count on in the code: files of a length one can read, one meaning for a class
name, variables that say what they hold."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ("layers/core/dunlin", "functions", "local", "tools", "training")
LONGEST = 600
# They say that something was done, not what came of it.
SILENT = {"one", "found", "made", "told", "said"}
# PynamoDB finds a table's settings under this name in each of its models.
FRAMEWORK = {"Meta"}


def modules(*folders: str) -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def too_long(files: dict[str, str]) -> list[str]:
    lengths = {path: len(text.splitlines()) for path, text in files.items()}
    return [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > LONGEST]


def kinds(tree: ast.Module) -> Iterator[str]:
    """The classes of a module, and its aliases of types: names in capitals bound to `X[...]`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            yield from (n for n in names if n.lstrip("_")[:1].isupper() and not n.isupper())


def defined_twice(files: dict[str, str]) -> list[str]:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path, text in files.items():
        for name in kinds(ast.parse(text)):
            places[name].append(path)
    return [
        f"{name}: {', '.join(where)}"
        for name, where in sorted(places.items())
        if len(where) > 1 and name not in FRAMEWORK
    ]


def bound_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, name) of each variable, parameter and caught error."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)):
                yield node.lineno, name


def silent_names(files: dict[str, str]) -> list[str]:
    return [
        f"{path}:{line}: {name}"
        for path, text in files.items()
        for line, name in bound_names(ast.parse(text))
        if name in SILENT
    ]


def test_no_file_is_longer_than_one_reads() -> None:
    assert too_long(modules(*PACKAGE, "tests", "infra")) == []


def test_a_class_name_means_one_thing() -> None:
    assert defined_twice(modules(*PACKAGE)) == []


def test_a_variable_says_what_it_holds() -> None:
    assert silent_names(modules(*PACKAGE, "tests", "infra")) == []


@pytest.mark.parametrize(
    "second",
    ["class Rung: ...", "class Other:\n    class Rung: ...", "Rung = Annotated[str, 1]"],
)
def test_a_second_meaning_is_found(second: str) -> None:
    files = {"a.py": "class Rung: ...\nRUNG = SIZES[0]", "b.py": second}
    assert defined_twice(files) == ["Rung: a.py, b.py"]


@pytest.mark.parametrize(
    "code",
    [
        "found = 1", "for one in x: ...", "y = [told for told in x]", "if (made := x): ...",
        "with x as said: ...", "a, found = x", "class X:\n    one: int",
        "def f(told): ...", "lambda one: 1", "try: ...\nexcept E as found: ...",
    ],
)  # fmt: skip
def test_a_name_that_says_nothing_is_found(code: str) -> None:
    assert len(silent_names({"a.py": code})) == 1


def test_a_long_file_is_found() -> None:
    files = {"a.py": "x = 1\n" * LONGEST, "b.py": "x = 1\n" * (LONGEST + 1)}
    assert too_long(files) == ["b.py: 601 lines"]
