"""The AWS services that functions call, read from the code they can reach."""

import ast
import re
from functools import cache
from pathlib import Path

import grimp

from tests.wiring import stack

MAKERS = frozenset({"client", "create_client", "resource"})
CORE = stack.ROOT / "layers" / "core"
MAKEFILE = stack.ROOT / "layers" / "runtime" / "Makefile"


def carried() -> set[str]:
    """The services whose models the layer keeps."""
    text = MAKEFILE.read_text().replace("\\\n", " ")
    line = re.search(r"^SERVICES = (.+)$", text, re.MULTILINE)
    assert line
    return set(line[1].split())


@cache
def called() -> dict[str, set[str]]:
    """Service → the modules of functions and of the core layer that make a client of it. What the
    command alone imports is left out: it runs with a botocore that is whole. PynamoDB makes its
    own clients, of `dynamodb`."""
    services: dict[str, set[str]] = {"dynamodb": {"pynamodb"}}
    for path in reached():
        for service in services_in(path.read_text()):
            services.setdefault(service, set()).add(str(path.relative_to(stack.ROOT)))
    return services


def services_in(source: str) -> set[str]:
    """The services of the clients that a module makes; `?` for one that the code does not name."""
    services = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in MAKERS:
            name = node.args[0] if node.args else None
            services.add(str(name.value) if isinstance(name, ast.Constant) else "?")
    return services


def reached() -> set[Path]:
    """The files of all functions, and of every module of `dunlin` that one of them imports, at its
    head or later, at first or second hand."""
    files = set((stack.ROOT / "functions").glob("*/*.py"))
    graph = grimp.build_graph("dunlin", cache_dir=None)
    modules: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            else:
                continue
            modules |= names & graph.modules
    waiting = list(modules)
    while waiting:
        further = graph.find_modules_directly_imported_by(waiting.pop()) - modules
        modules |= further
        waiting += further
    assert "dunlin.runtime.wiring" in modules
    return files | {_file(module) for module in modules}


def _file(module: str) -> Path:
    place = CORE.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
