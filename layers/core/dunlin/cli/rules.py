"""`dunlin rules`: list the rules, show one, check their files; what a change of them does, the
book that counsel reads, and whether recorded decisions still hold."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from dunlin.adapters.files.rulebook_files import (
    check_rulebook,
    edition,
    editions,
    load_rulebook,
    read_rulebook,
    write_compiled,
)
from dunlin.cli.account import Creditor, Which, find_account
from dunlin.cli.judge import judge_line
from dunlin.cli.scoring import faults
from dunlin.cli.stack import Aws, StackName, console, target_or_exit
from dunlin.cli.target import NoStack, project_root
from dunlin.domain.rulebook import Rulebook, RuleError
from dunlin.domain.rulebook.changes import rulebook_changes
from dunlin.service.contact.replay import recorded
from dunlin.service.contact.replay import replay as judge_again
from dunlin.service.reports.rule_impact import Touched, effects

if TYPE_CHECKING:
    from dunlin.views.reports.rulebook_book import Example

app = typer.Typer(no_args_is_help=True, help="The rulebook: every rule, its source, its checks.")

AsOf = Annotated[str, typer.Option("--as-of", help="Only what was in force on this day.")]
Edition = Annotated[str, typer.Option("--edition", help="An edition kept, by its version.")]


@app.command("list")
def list_rules(
    layer: Annotated[str, typer.Option(help="Only this layer, such as federal or state.")] = "",
    tier: Annotated[str, typer.Option(help="Only this tier: S, S*, C, N, I or P.")] = "",
    as_of: AsOf = "",
    of: Edition = "",
) -> None:
    """One line a rule: id, tier, layer, title; with a date only those in force on that day."""
    rulebook = _edition(of)
    typer.echo(f"rulebook {rulebook.version}, time zone data {rulebook.tzdata}")
    for rule in _in_force(rulebook, as_of):
        if (layer and rule["layer"] != layer) or (tier and rule["tier"] != tier):
            continue
        typer.echo(f"{rule['id']:<22} {rule['tier']:<3} {rule['layer']:<9} {rule['title']}")


@app.command("editions")
def list_editions() -> None:
    """Every edition of the rulebook that is kept, the one in force marked."""
    in_force = load_rulebook().version
    for version in editions():
        typer.echo(f"{version}{'  in force' if version == in_force else ''}")


def _edition(version: str) -> Rulebook:
    if not version:
        return load_rulebook()
    kept = edition(version)
    if kept is None:
        typer.echo(f"No edition {version} is kept; `dunlin rules editions` lists them.", err=True)
        raise typer.Exit(2)
    return kept


def _in_force(rulebook: Rulebook, as_of: str) -> list[Mapping[str, Any]]:
    """The documents in force at noon, New York, of a day; all of them without one."""
    if not as_of:
        return list(rulebook.documents)
    noon = datetime.combine(_day(as_of), time(17), tzinfo=UTC)
    return [rule.document for rule in rulebook.rules if rule.in_force(noon)]


def _dates(rule: dict[str, Any]) -> str:
    ends = rule["effective"]["to"]
    return f"{rule['effective']['from']} until {ends or 'changed'}"


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(help="The rule's id, in any case.")],
    as_of: AsOf = "",
    of: Edition = "",
) -> None:
    """One rule in full: plain words, sources, dates, who may change it, what it is made of."""
    rules = [r for r in _in_force(_edition(of), as_of) if r["id"] == rule_id.upper()]
    if not rules:
        typer.echo(f"No rule {rule_id}{' in force on ' + as_of if as_of else ''}.", err=True)
        raise typer.Exit(1)
    for rule in map(dict, rules):
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


def _rulebook(path: Path) -> Rulebook:
    try:
        return read_rulebook(path)
    except RuleError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A folder of rule files, or a rulebook.json.")],
    new: Annotated[Path, typer.Argument(help="The same, as it is to become.")],
    portfolio: Annotated[
        bool, typer.Option("--portfolio", help="Also list whose next touch comes out otherwise.")
    ] = False,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Rules added, removed and changed, field by field, and what that does to a portfolio."""
    before, after = _rulebook(old), _rulebook(new)
    changes = rulebook_changes(before, after)
    typer.echo(f"{before.version} -> {after.version}: {len(changes)} changes")
    for change in changes:
        typer.echo(f"{change.kind:<8} {change.name}  {change.title}")
        known = [
            f"version {change.version}" if change.version else "",
            "the rule changed and its number did not" if change.unmoved else "",
            change.review,
            "; ".join(change.cites),
        ]
        typer.echo(f"    {', '.join(part for part in known if part)}")
        for path, was, now in change.fields:
            typer.echo(f"    {path}: {was or 'nothing'} -> {now or 'nothing'}")
    if portfolio:
        target_or_exit(stack=stack, aws=aws)
        _show_effects(before, after)


def _show_effects(old: Rulebook, new: Rulebook) -> None:
    from dunlin.runtime import wiring

    book = wiring.account_book()
    ids = (
        account.account_id
        for creditor in wiring.creditors().all()
        for account in book.accounts_of_creditor(creditor, status="active")
    )
    differing = list(effects(ids, old=old, new=new, book=book, now=wiring.clock().now()))
    changed = [effect for effect in differing if effect.outcome_changes]
    table = Table("account", "creditor", "reference", "planned (UTC)", "before", "after", "rules")
    for effect in changed:
        table.add_row(
            effect.account_id,
            effect.creditor,
            escape(effect.reference),
            f"{effect.at:%Y-%m-%d %H:%M}",
            _said(effect.before),
            _said(effect.after),
            ", ".join(effect.rules),
        )
    if changed:
        console.print(table)
    console.print(f"{len(changed)} accounts: their next touch changes outcome.")
    others = len(differing) - len(changed)
    if others:
        console.print(f"{others} more keep theirs, by another channel, time or reason.")


def _said(touch: Touched) -> str:
    if touch.until is not None:
        return f"{touch.outcome} until {touch.until:%Y-%m-%d %H:%M}"
    return f"{touch.outcome} {touch.channel}".strip()


@app.command()
def replay(
    which: Which,
    creditor: Creditor = "",
    rulebook: Annotated[
        Path | None, typer.Option(help="Judge by this one instead of the edition of that time.")
    ] = None,
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Judge an account's recorded decisions again, each from its record alone and under the
    edition that judged it; exit 1 where one does not hold."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring

    book = _rulebook(rulebook) if rulebook else load_rulebook()
    account = find_account(which, creditor)
    chain = wiring.audit_archive().chain(f"account#{account.account_id}")
    count = failed = 0
    for entry, record in recorded(chain):
        kept = judge_again(record, rulebook=book) if rulebook else judge_again(
            record, rulebook=book, edition=edition)  # fmt: skip
        for again in kept:
            count += 1
            failed += not again.holds
            verdict = "[green]holds[/]" if again.holds else "[red]differs[/]"
            console.print(f"{entry.sequence:>4} {again.at:%Y-%m-%d %H:%M:%S} {entry.what}"
                          f" {again.channel} {again.outcome}: {verdict}")  # fmt: skip
            for fault in again.faults:
                console.print(f"       {escape(fault)}")
            for difference in again.otherwise:
                console.print(f"       {escape(difference)}")
    console.print(f"{count} recorded verdicts, {count - failed} hold.")
    if failed:
        raise typer.Exit(1)


@app.command()
def exposure(
    first: Annotated[
        str, typer.Option("--from", help="First day, UTC; 30 days ago if left out.")
    ] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, UTC; today if left out.")] = "",
    creditor: Creditor = "",
    form: Annotated[str, typer.Option("--form", help="table, json or markdown.")] = "table",
    aws: Aws = False,
    stack: StackName = "dunlin",
) -> None:
    """Refused touches by rule, with an estimated range of what they might have cost."""
    target_or_exit(stack=stack, aws=aws)
    from dunlin.runtime import wiring
    from dunlin.service.reports.exposure import exposure_report

    today = wiring.clock().now().date()
    report = exposure_report(
        first=_day(first) if first else today - timedelta(days=30),
        last=_day(last) if last else today,
        creditor=creditor,
        archive=wiring.audit_archive(),
        book=wiring.account_book(),
        rulebook=load_rulebook(),
    )
    if form == "table":
        typer.echo(report.markdown())
    elif form == "markdown":
        typer.echo(json.dumps({"markdown": report.markdown()}))
    else:
        typer.echo(json.dumps(report.plain()))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no date like 2026-11-22") from error


def _read(folder: Path) -> list[dict[str, Any]]:
    texts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.jsonl")))
    return [json.loads(line) for text in texts for line in text.split("\n") if line]


@app.command()
def book(
    output: Annotated[Path, typer.Option("--output", help="Folder to write into.")] = Path(
        "rulebook"
    ),
    cases: Annotated[
        Path | None,
        typer.Option(help="A folder of case files (.jsonl); the project's own if left out."),
    ] = None,
) -> None:
    """Write the rulebook as a static page for counsel to read."""
    from dunlin.views.reports.rulebook_book import write_book

    folder = cases or _project_cases()
    examples = None if folder is None else _examples(_read(folder))
    target = write_book(load_rulebook(), output, examples=examples, today=datetime.now(UTC).date())
    typer.echo(f"{len(load_rulebook().documents)} rules written to {target}")
    if examples is None:
        typer.echo("Without examples: their cases are only in the project; give them by --cases.")


def _project_cases() -> Path | None:
    try:
        folder = project_root() / "tests" / "domain" / "rulebook" / "cases"
    except NoStack:
        return None
    return folder if folder.is_dir() else None


def _examples(cases: list[dict[str, Any]]) -> dict[str, list[Example]]:
    """Each rule's cases as judged now, by the rule that a case names first."""
    from dunlin.views.reports.rulebook_book import Example, channel_word

    rulebook, examples = load_rulebook(), defaultdict[str, list[Example]](list)
    for case in cases:
        given, rule_id = case["given"], str(case["rule_ids"][0])
        answer = judge_line(rulebook, json.dumps(case), case.get("profile", "baseline"))
        if "error" in answer:
            raise typer.BadParameter(f"{case['id']}: {answer['error']}")
        answered = next(r for r in answer["rules"] if r["id"] == rule_id)
        role = {"first": "first party", "third": "third party"}.get(given["debt_role"], "")
        place = given["consumer"].get("state") or "state unknown"
        words = (channel_word(given["channel"]), role, given.get("industry", ""), place)
        examples[rule_id].append(
            Example(
                case_id=str(case["id"]),
                story=str(case.get("why", "")),
                setting=", ".join(w.replace("_", " ") for w in words if w and w != "generic"),
                judged_at=_moment(given["now_utc"]),
                outcome=answer["outcome"],
                until=_moment(answer["earliest_utc"]) if answer["earliest_utc"] else "",
                result=answered["result"].replace("_", " "),
                because=answered["because"],
                agrees=not faults(case, answer),
            )
        )
    return dict(examples)


def _moment(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{at.day} {at:%b %Y %H:%M:%S} UTC"


def _failing(cases: list[dict[str, Any]]) -> list[str]:
    """The cases that the rulebook answers otherwise than they expect."""
    rulebook, failures = load_rulebook(), []
    for case in cases:
        answer = judge_line(rulebook, json.dumps(case), case.get("profile", "baseline"))
        failures += [f"{case['id']}: {fault}" for fault in faults(case, answer)]
    return failures
