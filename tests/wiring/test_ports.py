"""Ports are narrow: a use case is handed what it needs and little else."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import dunlin.ports
import dunlin.service

CODE = Path(dunlin.ports.__file__).parents[1]
FUNCTIONS = Path(__file__).parents[2] / "functions"
FLOORS = [CODE / floor for floor in ("service", "views", "cli", "runtime")] + [FUNCTIONS]

MOST = 10
WIDER = {
    "RehearsalBook": "one book in memory on which ladder, sender, person and bank are all played",
}


def _protocols(package: Any) -> Iterator[type]:
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        for _, known in inspect.getmembers(import_module(module.name), inspect.isclass):
            if known.__module__ == module.name and getattr(known, "_is_protocol", False):
                yield known


def _methods(protocol: type) -> set[str]:
    """All that its user can call, inherited as well."""
    bases = [base for base in protocol.__mro__ if getattr(base, "_is_protocol", False)]
    return {name for base in bases for name in vars(base) if _public(base, name)}


def _public(base: type, name: str) -> bool:
    written = inspect.isroutine(vars(base)[name]) or isinstance(vars(base)[name], property)
    return written and not name.startswith("_")


PORTS = list(_protocols(dunlin.ports))
ALL = [*PORTS, *_protocols(dunlin.service)]
METHODS = sorted(
    {(port.__name__, name) for port in PORTS for name in vars(port) if _public(port, name)}
)


@cache
def _called() -> frozenset[str]:
    """Every name after a dot on the floors that use ports."""
    trees = (ast.parse(f.read_text()) for floor in FLOORS for f in floor.rglob("*.py"))
    return frozenset(n.attr for t in trees for n in ast.walk(t) if isinstance(n, ast.Attribute))


@cache
def _named() -> frozenset[str]:
    """Every class that an annotation, or a class on top of it, names: not an import alone."""
    trees = (
        ast.parse(f.read_text()) for floor in [*FLOORS, CODE / "ports"] for f in floor.rglob("*.py")
    )
    return frozenset(n.id for t in trees for n in ast.walk(t) if isinstance(n, ast.Name))


def test_the_ports_are_found() -> None:
    assert {"Accounts", "PermitTaking", "Sessions", "Checkouts", "Mailbox"} <= {
        port.__name__ for port in PORTS
    }
    assert {"apply", "facts", "account", "consumer"} <= _methods(
        next(port for port in PORTS if port.__name__ == "AccountsAndPeople")
    )


@pytest.mark.parametrize("protocol", ALL, ids=lambda protocol: protocol.__name__)
def test_no_protocol_has_more_than_ten_methods(protocol: type) -> None:
    wider = len(_methods(protocol)) > MOST
    assert wider == (protocol.__name__ in WIDER), sorted(_methods(protocol))


@pytest.mark.parametrize("protocol", ALL, ids=lambda protocol: protocol.__name__)
def test_every_protocol_is_asked_for(protocol: type) -> None:
    assert protocol.__name__ in _named()


@pytest.mark.parametrize(("port", "method"), METHODS, ids=lambda part: part)
def test_every_method_of_a_port_has_a_caller(port: str, method: str) -> None:
    assert method in _called(), f"nobody calls {port}.{method}"
