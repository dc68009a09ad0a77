"""Worlds and policies by name, and worlds of others by file and class."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dunlin.bench.fatigue import Fatigue
from dunlin.bench.policies import Chance, Learner, Policy, Silence, Static
from dunlin.bench.private_schedules import PrivateSchedules
from dunlin.bench.world import BenchWorld
from dunlin.domain.errors import DomainError
from dunlin.domain.learning.decision import LearnerSettings
from dunlin.domain.learning.learner_model import LearnerModel
from dunlin.domain.learning.static_rules import BEST_RULE, HEURISTIC, LADDER

WORLDS: dict[str, Callable[[], BenchWorld]] = {
    "private-schedules": PrivateSchedules,
    "fatigue": Fatigue,
}


def world_named(name: str) -> BenchWorld:
    """A world of the project by its name, or a class by its file: FILE.py:CLASS. Raises
    `DomainError`."""
    if name in WORLDS:
        return WORLDS[name]()
    file, _, kind = name.rpartition(":")
    path = Path(file)
    if not file or not path.is_file():
        raise DomainError(f"No world {name!r}: take {', '.join(WORLDS)}, or FILE.py:CLASS.")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise DomainError(f"{path} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    world = getattr(module, kind, None)
    lacking = [n for n in ("reset", "step", "advance", "metrics") if not hasattr(world, n)]
    if world is None or lacking:
        raise DomainError(f"{path} has no world {kind}; a world has reset, step, advance, metrics.")
    built: BenchWorld = world()
    return built


def policy_named(
    name: str,
    *,
    seed: int,
    budget: float | None,
    harm_price: float,
    shipped: LearnerModel | None,
    note: Callable[[Mapping[str, Any]], None] | None = None,
) -> Policy:
    """A policy by its name. `budget` is in opt-outs per account; `note` takes the learner's models
    and decisions as they come about."""
    static = {"heuristic": HEURISTIC, "rule": BEST_RULE, "ladder": LADDER}
    if name in static:
        return Static(static[name])
    if name == "learner":
        return Learner(
            rule=BEST_RULE,
            seed=seed,
            budget=budget,
            settings=LearnerSettings(harm_price=harm_price),
            shipped=shipped,
            note=note,
        )
    return Chance() if name == "random" else Silence()
