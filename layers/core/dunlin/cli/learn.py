"""`dunlin learn`: what the learner would bring, tried in worlds of invented people."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dunlin.cli.commands import Commands
from dunlin.cli.speech import say, say_json, write_new
from dunlin.cli.stack import Json
from dunlin.domain.errors import DomainError

if TYPE_CHECKING:
    from dunlin.domain.learning.learner_model import LearnerModel

app = Commands(
    "The learner, and the bench that holds it against fixed rules.",
    example="dunlin learn bench --policy learner --accounts 2000",
)


class PolicyName(StrEnum):
    """The policies of the bench."""

    LEARNER = "learner"
    HEURISTIC = "heuristic"
    RULE = "rule"
    LADDER = "ladder"
    RANDOM = "random"
    NONE = "none"


@app.command()
def bench(
    world: Annotated[
        str, typer.Option(help="private-schedules, fatigue, or FILE.py:CLASS.")
    ] = "private-schedules",
    industry: Annotated[str, typer.Option(help="As the world names it.")] = "dental",
    accounts: Annotated[int, typer.Option(min=10, max=1_000_000)] = 2_000,
    arrival_days: Annotated[int, typer.Option(min=1, max=1_000)] = 60,
    seed: Annotated[int, typer.Option()] = 1,
    policy: Annotated[PolicyName, typer.Option()] = PolicyName.LEARNER,
    budget: Annotated[
        float | None,
        typer.Option(min=0.01, help="Opt-outs per 100 accounts; the heuristic's if left out."),
    ] = None,
    harm_price: Annotated[
        float, typer.Option(min=0, help="Median balances that an opt-out weighs.")
    ] = 3.0,
    prior: Annotated[
        Path | None, typer.Option(help="A model to begin with, as --model wrote it.", exists=True)
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Write the learner's last model here.")] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(help="Write the learner's models and decisions, a JSON line each."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Let a policy collect in a world of invented people and count what it brings. Planner, gate,
    learner and training are the product's own. Nothing is sent.

    Example: dunlin learn bench --policy learner --accounts 2000 --seed 7
    """
    from dunlin.bench.choosing import policy_named, world_named
    from dunlin.bench.gate import BenchGate
    from dunlin.bench.run import BenchRun
    from dunlin.domain.learning.learner_model import model_document

    noted: list[str] = []
    chosen = policy_named(
        policy.value, seed=seed, budget=None if budget is None else budget / 100,
        harm_price=harm_price, shipped=_prior(prior),
        note=None if decisions is None else lambda line: noted.append(json.dumps(line)),
    )  # fmt: skip
    run = BenchRun(world_named(world), chosen, seed, BenchGate())
    measured = run.run(accounts, industry, arrival_days)
    trained: LearnerModel | None = getattr(chosen, "model", None)
    if model is not None and trained is not None:
        write_new(model, json.dumps(model_document(trained)))
    if decisions is not None:
        write_new(decisions, "".join(f"{line}\n" for line in noted))
    if as_json:
        say_json(measured)
        return
    for line in _lines(policy.value, measured):
        say(line)


def _prior(file: Path | None) -> LearnerModel | None:
    from dunlin.domain.learning.learner_model import read_model

    if file is None:
        return None
    try:
        return read_model(json.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise DomainError(f"{file} is no model: {error}") from error


def _lines(name: str, measured: dict[str, Any]) -> list[str]:
    """The measures in words; a world of somebody else's may lack some."""
    touches = measured["bench"].get("touches", 0)
    lines = [f"{name}: {touches:,} touches, {measured['seconds']} s of processor time."]
    if "recovery" in measured:
        lines.append(
            f"Recovered {measured['recovery']:.1%} of what was owed; "
            f"{100 * measured['opt_out_rate']:.2f} opt-outs per 100 accounts; "
            f"{measured['violations']} violations."
        )
    for month, figures in measured.get("months", {}).items():
        lines.append(
            f"Month {int(month) + 1}: {figures['recovery']:.1%} recovered, "
            f"{100 * figures['opt_out_rate']:.2f} opt-outs per 100."
        )
    return lines
