"""Every function is given the variables that its ports read, and no other.

Read from the code: a handler names factories of `runtime/wiring.py`, those name groups of
`runtime/settings.py`, those name variables.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.wiring import stack

RUNTIME = stack.ROOT / "layers" / "core" / "dunlin" / "runtime"
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")


def _variables(node: ast.AST) -> set[str]:
    """Names of environment variables that stand as text anywhere in the code."""
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant)
        and isinstance(each.value, str)
        and VARIABLE.fullmatch(each.value)
    }


def _attributes(node: ast.AST, of: str) -> set[str]:
    """`x` of every `of.x`."""
    return {
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute)
        and isinstance(each.value, ast.Name)
        and each.value.id == of
    }


def _definitions(path: Path) -> dict[str, ast.AST]:
    body = ast.parse(path.read_text()).body
    return {n.name: n for n in body if isinstance(n, ast.ClassDef | ast.FunctionDef)}


@cache
def _settings() -> dict[str, set[str]]:
    return {name: _variables(node) for name, node in _definitions(RUNTIME / "settings.py").items()}


@cache
def _wiring() -> dict[str, ast.AST]:
    return _definitions(RUNTIME / "wiring.py")


def _read_by(factory: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """Variables that a factory reads, with those of the factories it calls."""
    node = _wiring()[factory]
    names = {
        name
        for name in _variables(node)
        if "queue_url" in _attributes(node, "settings") and name.endswith("_URL")
    }
    for group in _attributes(node, "settings"):
        names |= _settings()[group]
    called = {
        each.func.id
        for each in ast.walk(node)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
    }
    for name in (called & _wiring().keys()) - seen:
        names |= _read_by(name, seen | {factory, name})
    return names


def _shared() -> set[str]:
    return set(stack.template()["Globals"]["Function"]["Environment"]["Variables"])


def _given(folder: str) -> set[str]:
    return set(stack.functions()[folder].get("Environment", {}).get("Variables", {}))


@pytest.mark.parametrize("folder", sorted(stack.functions()))
def test_a_function_is_given_what_its_ports_read(folder):
    read: set[str] = set()
    files = sorted((stack.ROOT / "functions" / folder).rglob("*.py"))
    assert files, f"functions/{folder} is missing"
    for path in files:
        for factory in _attributes(ast.parse(path.read_text()), "wiring"):
            read |= _read_by(factory)
    assert _given(folder) == read - _shared()


def test_the_reading_of_the_code_finds_what_a_factory_needs():
    assert _read_by("waker") >= {"LADDER_MACHINE_ARN", "NOTICE_MACHINE_ARN", "ACCOUNTS_TABLE"}
    assert _read_by("payment_queue") == {"PAYMENT_QUEUE_URL"}
    assert _read_by("signer") == {"AUDIT_KEY_ID"}


def test_the_document_lists_the_same_variables():
    text = (stack.ROOT / "docs" / "architecture.md").read_text().partition("## Environment")[2]
    listed = set(re.findall(r"`([A-Z][A-Z_]+[A-Z])`", text))
    tables = {f"{n.removesuffix('Table').upper()}_TABLE" for n in _tables()}
    given = _shared().union(*(_given(folder) for folder in stack.functions()))
    assert listed | tables == given


def _tables() -> set[str]:
    return set(stack.resources("AWS::DynamoDB::Table"))


def test_nothing_reads_the_environment_but_settings():
    for path in (stack.ROOT / "layers" / "core" / "dunlin").rglob("*.py"):
        if path.parent.name == "cli" or path == RUNTIME / "settings.py":
            continue
        assert "os.environ" not in path.read_text(), path
    for path in (stack.ROOT / "functions").rglob("*.py"):
        assert "environ" not in path.read_text(), path


def test_secrets_are_given_by_name_alone():
    for folder in stack.functions():
        for name, value in (
            stack.functions()[folder].get("Environment", {}).get("Variables", {}).items()
        ):
            assert "resolve:" not in str(value), (folder, name)
