"""`dunlin rules`: list the rules, show one, check the files that they come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from dunlin.adapters.rulebook_files import check_rulebook, load_rulebook, write_compiled
from dunlin.cli.judge import judge_line
from dunlin.cli.scoring import faults

app = typer.Typer(no_args_is_help=True, help="The rulebook: every rule, its source, its checks.")


@app.command("list")
def list_rules(
    layer: Annotated[str, typer.Option(help="Only this layer, such as federal or state.")] = "",
    tier: Annotated[str, typer.Option(help="Only this tier: S, S*, C, N, I or P.")] = "",
) -> None:
    """One line a rule: id, tier, layer, title."""
    rulebook = load_rulebook()
    typer.echo(f"rulebook {rulebook.version}")
    for rule in rulebook.documents:
        if (layer and rule["layer"] != layer) or (tier and rule["tier"] != tier):
            continue
        typer.echo(f"{rule['id']:<22} {rule['tier']:<3} {rule['layer']:<9} {rule['title']}")


def _dates(rule: dict[str, Any]) -> str:
    ends = rule["effective"]["to"]
    return f"{rule['effective']['from']} until {ends or 'changed'}"


@app.command()
def show(rule_id: Annotated[str, typer.Argument(help="The rule's id, in any case.")]) -> None:
    """One rule in full: plain words, sources, dates, who may change it, what it is made of."""
    found = [r for r in load_rulebook().documents if r["id"] == rule_id.upper()]
    if not found:
        typer.echo(f"No rule {rule_id}.", err=True)
        raise typer.Exit(1)
    for rule in map(dict, found):
        typer.echo(f"{rule['id']} - {rule['title']} (tier {rule['tier']}, {rule['layer']})")
        typer.echo(f"\n{rule['plain']}\n")
        for source in rule["authority"]:
            typer.echo(f"  {source['cite']}" + (f"  {source['url']}" if source["url"] else ""))
        typer.echo(f"\nIn force: {_dates(rule)}. Version {rule['version']}.")
        typer.echo(f"Review: {rule['status']['review']}, next {rule['status']['next_review']}.")
        typer.echo(f"May be loosened by: {json.dumps(rule['loosenable'])}")
        typer.echo(f"May be tightened: {json.dumps(rule['tightenable'])}")
        typer.echo(f"On failure: {rule['on_fail']}, lifted by: {rule['lifted_by']}")
        if rule["contested"]:
            typer.echo(f"Contested: {rule['contested']}")
        typer.echo(f"Applies when: {json.dumps(rule['applies_when'])}")
        typer.echo(f"Constraint: {json.dumps(rule['constraint'], indent=2)}")
        typer.echo(f"Tests: {', '.join(rule['tests'])}")


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Option(help="A folder of rule files; the package's own if left out.")
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(help="A folder of case files (.jsonl) that the tests name.")
    ] = None,
    write: Annotated[bool, typer.Option(help="Write rulebook.json from the files first.")] = False,
) -> None:
    """Check every rule file, and judge the cases; exit 1 where something is wrong."""
    if write:
        write_compiled(folder)
    known = _read(cases) if cases else None
    ids = None if known is None else [str(case["id"]) for case in known]
    problems = check_rulebook(folder, test_ids=ids)
    if known and not problems and folder is None:
        problems = _failing(known)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo("The rulebook is in order.")


def _read(folder: Path) -> list[dict[str, Any]]:
    texts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.jsonl")))
    return [json.loads(line) for text in texts for line in text.split("\n") if line]


def _failing(cases: list[dict[str, Any]]) -> list[str]:
    """The cases that the rulebook answers otherwise than they expect."""
    rulebook, found = load_rulebook(), []
    for case in cases:
        answer = judge_line(rulebook, json.dumps(case), case.get("profile", "baseline"))
        found += [f"{case['id']}: {fault}" for fault in faults(case, answer)]
    return found
