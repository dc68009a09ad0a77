"""`dunlin rules`: list the rules, show one, check their files; what a change of them does, the
book that counsel reads, and whether recorded decisions still hold."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dunlin.adapters.files.rulebook_files import (
    check_rulebook,
    edition,
    editions,
    load_rulebook,
    read_rulebook,
    write_compiled,
)
from dunlin.cli.account import Creditor, ThisAccount, channel_word
from dunlin.cli.commands import Commands
from dunlin.cli.judge import judge_line
from dunlin.cli.scoring import faults
from dunlin.cli.speech import (
    count,
    day,
    minute,
    not_in_order,
    refused,
    say,
    say_json,
    say_table,
    say_whole,
)
from dunlin.cli.stack import Aws, Json, OnStack, StackName, on_stack
from dunlin.cli.target import NoStack, project_root
from dunlin.domain.rulebook import Rulebook, RuleError
from dunlin.domain.rulebook.changes import rulebook_changes
from dunlin.domain.rulebook.checks import reading, readings
from dunlin.service.contact.replay import recorded
from dunlin.service.contact.replay import replay as judge_again
from dunlin.service.reports.rule_impact import Effect, Touched, effects
from dunlin.views.widgets.words import words

if TYPE_CHECKING:
    from dunlin.views.reports.rulebook_book import Example

app = Commands(
    "The rulebook: every rule, its source, its checks.", example="dunlin rules show US-REGF-7IN7"
)

AsOf = Annotated[str, typer.Option("--as-of", help="Only what was in force on this day.")]
Edition = Annotated[str, typer.Option("--edition", help="An edition kept, by its version.")]


@app.command("list")
def list_rules(
    layer: Annotated[str, typer.Option(help="Only this layer, such as federal or state.")] = "",
    tier: Annotated[str, typer.Option(help="Only this tier: S, S*, C, N, I or P.")] = "",
    as_of: AsOf = "",
    of: Edition = "",
) -> None:
    """One line a rule: id, tier, layer, whether its sources were read, title; with a date only
    those in force on that day. The last line counts the rules by their reading.

    Example: dunlin rules list --layer state --as-of 2026-12-31
    """
    rulebook = _edition(of)
    say(f"rulebook {rulebook.version}, time zone data {rulebook.tzdata}")
    say_table(
        ("rule", "tier", "layer", "sources", "title"),
        [
            (rule["id"], rule["tier"], rule["layer"], _reading(rule), rule["title"])
            for rule in _in_force(rulebook, as_of)
            if layer in ("", rule["layer"]) and tier in ("", rule["tier"])
        ],
    )
    say(readings(rulebook.documents))


def _read_by(source: Mapping[str, Any]) -> str:
    if not source["read_on"]:
        return "not read"
    return f"read on {_day_of(source['read_on'])} by {source['read_by']}"


def _reading(rule: Mapping[str, Any]) -> str:
    return f"{reading(rule)}, off" if rule.get("switched") else reading(rule)


@app.command("editions")
def list_editions() -> None:
    """Every edition of the rulebook that is kept, the one in force marked.

    Example: dunlin rules editions
    """
    in_force = load_rulebook().version
    for version in editions():
        say(f"{version}{'  in force' if version == in_force else ''}")


def _edition(version: str) -> Rulebook:
    if not version:
        return load_rulebook()
    kept = edition(version)
    if kept is None:
        raise refused(f"No edition {version} is kept; `dunlin rules editions` lists them.")
    return kept


def _in_force(rulebook: Rulebook, as_of: str) -> list[Mapping[str, Any]]:
    """The documents in force at noon, New York, of a day; all of them without one."""
    if not as_of:
        return list(rulebook.documents)
    noon = datetime.combine(_day(as_of), time(17), tzinfo=UTC)
    return [rule.document for rule in rulebook.rules if rule.in_force(noon)]


def _dates(rule: dict[str, Any]) -> str:
    begins, ends = rule["effective"]["from"], rule["effective"]["to"]
    return f"{_day_of(begins)} until {_day_of(ends) if ends else 'changed'}"


def _day_of(text: str) -> str:
    return day(date.fromisoformat(text))


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(help="The rule's id, in any case.")],
    as_of: AsOf = "",
    of: Edition = "",
) -> None:
    """One rule in full: plain words, sources, dates, who may change it, what it is made of.

    Example: dunlin rules show US-REGF-7IN7
    """
    rules = [r for r in _in_force(_edition(of), as_of) if r["id"] == rule_id.upper()]
    if not rules:
        raise refused(f"No rule {rule_id}{' in force on ' + as_of if as_of else ''}.")
    for rule in map(dict, rules):
        say(f"{rule['id']}: {rule['title']} (tier {rule['tier']}, {rule['layer']})")
        say(f"\n{rule['plain']}\n")
        for source in rule["authority"]:
            say(f"{source['cite']} ({_read_by(source)})", 2, 2)
            if source["url"]:
                say_whole(f"    {source['url']}")
        status = rule["status"]
        say(f"\nIn force: {_dates(rule)}. Version {rule['version']}.")
        if rule.get("switched"):
            say("Off by default: its source was not confirmed. A creditor may switch it on.")
        say(f"Review: {status['review']}, next {_day_of(status['next_review'])}.")
        say(f"May be loosened by: {_stated(rule['loosenable'])}", deeper=2)
        say(f"May be tightened: {_stated(rule['tightenable'])}", deeper=2)
        say(f"On failure: {rule['on_fail']}, lifted by: {rule['lifted_by']}", deeper=2)
        if rule["contested"]:
            say(f"Contested: {rule['contested']}", deeper=2)
        say(f"Applies when: {_stated(rule['applies_when'])}", deeper=2)
        say(f"Constraint: {_stated(rule['constraint'])}", deeper=2)
        say(f"Tests: {', '.join(rule['tests'])}", deeper=2)


def _stated(value: Any) -> str:
    """A part of a rule's document in words: its keys and values, inner ones in brackets."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {_inner(inner)}" for key, inner in value.items()) or "always"
    if isinstance(value, list):
        return ", ".join(_inner(inner) for inner in value) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None else str(value)


def _inner(value: Any) -> str:
    text = _stated(value)
    return f"({text})" if isinstance(value, Mapping) and len(value) > 1 else text


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
    """Check every rule file, and judge the cases; exit code 1 where something is wrong.

    Example: dunlin rules check
    """
    if write:
        write_compiled(folder)
    known = _read(cases) if cases else None
    ids = None if known is None else [str(case["id"]) for case in known]
    problems = check_rulebook(folder, test_ids=ids)
    if known and not problems and folder is None:
        problems = _failing(known)
    if problems:
        raise not_in_order(*problems)
    say("The rulebook is in order.")


def _rulebook(path: Path) -> Rulebook:
    try:
        return read_rulebook(path)
    except RuleError as error:
        raise refused(error) from error


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
    """Rules added, removed and changed, field by field, and what that does to a portfolio.

    Example: dunlin rules diff old-rulebook.json new-rulebook.json --portfolio
    """
    before, after = _rulebook(old), _rulebook(new)
    changes = rulebook_changes(before, after)
    say(f"{before.version} -> {after.version}: {count(len(changes), 'change')}")
    for change in changes:
        say(f"{change.kind:<8} {change.name}  {change.title}", deeper=9)
        known = [
            f"version {change.version}" if change.version else "",
            "the rule changed and its number did not" if change.unmoved else "",
            change.review,
            "; ".join(change.cites),
        ]
        say(", ".join(part for part in known if part), 4, 2)
        for path, was, now in change.fields:
            say(f"{path}: {was or 'nothing'} -> {now or 'nothing'}", 4, 2)
    if portfolio:
        on_stack(aws, stack)
        _show_effects(before, after)


@app.command()
def preview(
    new: Annotated[
        str,
        typer.Argument(
            metavar="EDITION",
            help="An edition kept, by its version, or its file; a folder of rule files.",
        ),
    ],
    _on: OnStack,
    old: Annotated[
        str, typer.Option("--from", help="The edition in force; this package's if left out.")
    ] = "",
    creditor: Creditor = "",
) -> None:
    """Whose outcome changes before an edition is switched on, by its rules, places and facts, and
    which replies on file the lists of this version read otherwise. Changes nothing.

    Example: dunlin rules preview new-rulebook.json --from 2026.11.3+957bf765fa1c
    """
    from dunlin.runtime import wiring
    from dunlin.service.reports.rule_preview import preview as look_ahead

    before, after = _named(old) if old else load_rulebook(), _named(new)
    if before.version == after.version:
        raise refused(f"{after.version} is in force; name the edition before it with --from.")
    book = wiring.account_book()
    ahead = look_ahead(
        _active(creditor),
        old=before,
        new=after,
        book=book,
        now=wiring.clock().now(),
        model=wiring.reply_model(),
    )
    say(
        f"{before.version} -> {after.version}: {count(len(ahead.changes), 'change')}"
        f" of rules and tables, {count(ahead.accounts, 'account')} looked at"
    )
    for table, keys in ahead.places:
        say(f"places: {table}: {len(keys):,} otherwise ({_some(keys)})", 0, 2)
    for fact in ahead.facts:
        known = f", on file for {fact.known:,}" if fact.name[:5] in ("flags", "conse") else ""
        say(f"read anew: {fact.name}{known}", 0, 2)
    _say_effects(list(ahead.effects))
    for rule, accounts in ahead.by_rule:
        say(f"{count(accounts, 'account')} by {rule}", 2, 2)
    if ahead.replies:
        say_table(
            ("reference", "account", "creditor", "received (UTC)", "kept as", "read today"),
            [
                (r.reference, r.account_id, r.creditor, minute(r.at), r.before, r.after)
                for r in ahead.replies
            ],
        )
    replies = "reply" if len(ahead.replies) == 1 else "replies"
    say(f"{len(ahead.replies):,} {replies} on file read otherwise by the lists of this version.")


def _some(keys: tuple[str, ...]) -> str:
    return ", ".join(keys[:8]) + (" ..." if len(keys) > 8 else "")


def _named(edition_or_path: str) -> Rulebook:
    kept = edition(edition_or_path)
    return kept if kept is not None else _rulebook(Path(edition_or_path))


def _active(creditor: str = "") -> Iterator[str]:
    from dunlin.runtime import wiring

    book = wiring.account_book()
    for name in [creditor] if creditor else wiring.creditors().all():
        for account in book.accounts_of_creditor(name, status="active"):
            yield account.account_id


def _show_effects(old: Rulebook, new: Rulebook) -> None:
    from dunlin.runtime import wiring

    book, now = wiring.account_book(), wiring.clock().now()
    _say_effects(list(effects(_active(), old=old, new=new, book=book, now=now)))


def _say_effects(differing: list[Effect]) -> None:
    changed = [effect for effect in differing if effect.outcome_changes]
    say_table(
        ("reference", "account", "creditor", "planned (UTC)", "before", "after", "rules"),
        [
            (
                effect.reference,
                effect.account_id,
                effect.creditor,
                minute(effect.at),
                _outcome(effect.before),
                _outcome(effect.after),
                ", ".join(effect.rules),
            )
            for effect in changed
        ],
    )
    say(f"{count(len(changed), 'account')}: the next touch changes outcome.")
    others = len(differing) - len(changed)
    if others:
        say(f"{others:,} more keep theirs, by another channel, time or reason.")


def _outcome(touch: Touched) -> str:
    if touch.until is not None:
        return f"{touch.outcome} until {minute(touch.until)}"
    return f"{touch.outcome} {touch.channel and channel_word(touch.channel)}".strip()


@app.command()
def replay(
    account: ThisAccount,
    rulebook: Annotated[
        Path | None, typer.Option(help="Judge by this one instead of the edition of that time.")
    ] = None,
) -> None:
    """Judge an account's recorded decisions again, each from its record alone and under the
    edition that judged it; exit code 1 where one does not hold.

    Example: dunlin rules replay HC-1003
    """
    from dunlin.runtime import wiring

    book = _rulebook(rulebook) if rulebook else load_rulebook()
    chain = wiring.audit_archive().chain(f"account#{account.account_id}")
    judged = failed = 0
    for entry, record in recorded(chain):
        kept = judge_again(record, rulebook=book) if rulebook else judge_again(
            record, rulebook=book, edition=edition)  # fmt: skip
        for again in kept:
            judged += 1
            failed += not again.holds
            at = f"{day(again.at.date())} {again.at:%H:%M:%S}"
            say(
                f"{entry.sequence:>4} {at} {words(entry.what)} {channel_word(again.channel)}"
                f" {again.outcome}: {'holds' if again.holds else 'differs'}",
                deeper=5,
                colour="" if again.holds else "red",
            )
            for difference in (*again.faults, *again.otherwise):
                say(difference, 7, 2)
    verdicts = f"{count(judged, 'recorded verdict')}, {judged - failed:,} hold."
    if failed:
        raise not_in_order(verdicts)
    say(verdicts)


@app.command()
def exposure(
    _on: OnStack,
    first: Annotated[
        str, typer.Option("--from", help="First day, UTC; 30 days ago if left out.")
    ] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, UTC; today if left out.")] = "",
    creditor: Creditor = "",
    as_json: Json = False,
) -> None:
    """Refused touches by rule, with an estimated range of what they might have cost.

    Example: dunlin rules exposure --from 2026-11-01 --creditor harbor-clinic
    """
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
    if as_json:
        say_json(report.plain())
        return
    say(report.estimate())
    say_table(
        ("rule", "blocked", "deferred", "estimated range", "source"),
        [
            (
                line.rule,
                f"{line.blocked:,}",
                f"{line.deferred:,}",
                line.estimate(),
                "; ".join(line.cites),
            )
            for line in report.rules
        ],
    )


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
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write into.")] = Path(
        "rulebook"
    ),
    cases: Annotated[
        Path | None,
        typer.Option(help="A folder of case files (.jsonl); the project's own if left out."),
    ] = None,
) -> None:
    """Write the rulebook as a static page for counsel to read.

    Example: dunlin rules book -o counsel
    """
    from dunlin.views.reports.rulebook_book import write_book

    folder = cases or _project_cases()
    examples = None if folder is None else _examples(_read(folder))
    target = write_book(load_rulebook(), output, examples=examples, today=datetime.now(UTC).date())
    say(f"{target} holds {count(len(load_rulebook().documents), 'rule')}.")
    if examples is None:
        say("Without examples: their cases are only in the project; give them by --cases.")


def _project_cases() -> Path | None:
    try:
        folder = project_root() / "tests" / "rulebook" / "cases"
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
    return f"{day(at.date())} {at:%H:%M:%S} UTC"


def _failing(cases: list[dict[str, Any]]) -> list[str]:
    """The cases that the rulebook answers otherwise than they expect."""
    rulebook, failures = load_rulebook(), []
    for case in cases:
        answer = judge_line(rulebook, json.dumps(case), case.get("profile", "baseline"))
        failures += [f"{case['id']}: {fault}" for fault in faults(case, answer)]
    return failures
