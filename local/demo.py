"""The demo: three creditors' files (or your own) go the whole way in sixty virtual days: rehearsed,
imported, looked at as a pilot, activated, lived, summed up.

Everything is real but the outside world: the deployed stack, its state machines and tables, the
portal, the payment page; sends and charges end on this machine.
"""

import csv
import io
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from local import local_stack
from local.days import live, world
from local.local_stack import LocalStack
from local.outside import OutsideWorld
from local.progress import Progress
from local.simulated_consumers import SimulatedConsumers
from local.timelapse import TimeLapse

SAMPLE = Path(__file__).parent / "sample"
WRITTEN_ON = date(2026, 11, 23)  # the Monday that the sample's dates look back from
DAYS = 60
PILOT = 10  # so many that the list fits a screen
_RULES_SHOWN = 5
_DATE_FORMS = ("%m/%d/%Y", "%Y-%m-%d", "%d-%b-%Y")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """One creditor's file and strategy, ready to be dropped."""

    creditor: str
    name: str
    content: bytes
    strategy: bytes


def monday() -> datetime:
    """15:00 UTC of this week's Monday, or of the next from Tuesday on: a working day's morning
    in America, and never before today, since links and rows expire by real time too."""
    today = datetime.now(UTC).date()
    start = today + timedelta(days=-today.weekday() % 7)
    return datetime(start.year, start.month, start.day, 15, tzinfo=UTC)


def sample(start: date) -> list[Drop]:
    """The sample portfolio, its dates moved by the days that passed since it was written."""
    days = (start - WRITTEN_ON).days
    return [
        Drop(
            creditor=path.stem,
            name=path.name,
            content=_moved(path.read_text(), days).encode(),
            strategy=path.with_suffix(".strategy.yaml").read_bytes(),
        )
        for path in sorted(SAMPLE.glob("*.csv"))
    ]


def _moved(text: str, days: int) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in csv.reader(io.StringIO(text)):
        writer.writerow(_moved_cell(cell, days) for cell in row)
    return out.getvalue()


def _moved_cell(cell: str, days: int) -> str:
    for form in _DATE_FORMS:
        try:
            day = datetime.strptime(cell, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        if day.year < WRITTEN_ON.year - 2:  # a date of birth stays
            return cell
        return (day + timedelta(days=days)).strftime(form)
    return cell


def own(path: Path) -> list[Drop]:
    """A user's own file, under the default strategy with a neutral brand."""
    import dunlin

    strategy = Path(dunlin.__file__).parent / "strategies" / "default.yaml"
    return [
        Drop(
            creditor="your-file",
            name=path.name,
            content=path.read_bytes(),
            strategy=strategy.read_bytes(),
        )
    ]


def run(
    file: Path | None = None, *, days: int = DAYS, console: Console | None = None
) -> LocalStack:
    """Open the stack, drop the files, activate, let the days pass, and sum up."""
    console = console or Console()
    began = time.monotonic()
    start = monday()
    local_stack.close_stack()
    drops = own(file) if file else sample(start.date())
    console.rule(f"Rehearsing {days} days: nobody is contacted")
    rehearse(drops, start, days, console)
    console.rule("Starting the local cloud and deploying the stack")
    with Progress(console, "building and deploying") as progress:
        stack = local_stack.open_stack(
            time_lapse=start.strftime("%Y-%m-%dT%H:%M:%SZ"), say=progress.say
        )
    lapse = TimeLapse(stack)
    from dunlin.cli.drop import drop_and_follow, put_strategy
    from dunlin.cli.rollout import EVERYBODY, begin
    from dunlin.cli.target import find_target
    from dunlin.domain.rollouts.rollout import why_not
    from dunlin.runtime import wiring
    from dunlin.views.imports.import_text import import_lines

    target = find_target()
    console.rule("Importing")
    for drop in drops:
        answer = put_strategy(target, drop.creditor, drop.strategy)
        if not answer.startswith("No errors"):
            console.print(f"[red]{drop.creditor}: {answer}")
            continue
        strategy = wiring.creditors().strategy(drop.creditor)
        if strategy is not None:
            local_stack.allow_sender(stack.cloud, strategy.brand.email_from)
        kept = Path(stack.directory) / drop.name
        kept.write_bytes(drop.content)
        document = drop_and_follow(target, drop.creditor, kept)
        shown = import_lines(document) if file else [f"{drop.name}: {document['next_step']}"]
        for line in shown:
            console.print(f"  {line}", markup=False, highlight=False)
    console.rule("A pilot, before everybody")
    preview_pilot(drops[0].creditor, console)
    console.rule("Activating everybody")
    for drop in drops:
        done = begin(target, drop.creditor, segment=EVERYBODY, stage="full")
        passed = "".join(f", {n} {why_not(reason)}" for reason, n in done["passed_over"].items())
        console.print(f"  {drop.creditor}: {done['started']} started{passed}", highlight=False)
    outside, consumers = world(stack, lapse)
    console.rule(f"{days} days of ladders, under the virtual clock")
    live(lapse, consumers, outside, until=start + timedelta(days=days), console=console)
    summary(stack, consumers, [d.creditor for d in drops], console)
    console.print(
        f"\n{lapse.jumps} jumps of the clock; {time.monotonic() - began:.0f} s in all;"
        f" the local cloud holds {stack.cloud.memory_mb():.0f} MB."
    )
    links(stack, console)
    try_next(drops[0].creditor, console)
    return stack


def rehearse(drops: list[Drop], start: datetime, days: int, console: Console) -> None:
    """What each strategy would send if nobody paid or answered, and what that would cost."""
    from dunlin.adapters.files.yaml_documents import parse
    from dunlin.cli.rehearse import play
    from dunlin.domain.errors import DomainError

    table = Table("creditor", "accounts", "e-mails", "texts", "cost at list price", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    with tempfile.TemporaryDirectory() as folder:
        for drop in drops:
            path = Path(folder) / drop.name
            path.write_bytes(drop.content)
            try:
                forecasts = play([path], parse(drop.strategy), at=start, days=days)
            except DomainError as error:
                console.print(f"  {drop.creditor}: {error}", style="red", markup=False)
                continue
            sent = Counter(message.channel for message in forecasts.messages)
            cost = f"${forecasts.cost_micro / 1_000_000:,.2f}"
            table.add_row(
                drop.creditor, str(forecasts.started), str(sent["email"]), str(sent["sms"]), cost
            )
    console.print(table)


def preview_pilot(creditor: str, console: Console) -> None:
    """Exactly whom a pilot would reach. The demo goes on with everybody instead."""
    from dunlin.cli.rollout import EVERYBODY
    from dunlin.domain.errors import DomainError
    from dunlin.runtime import wiring
    from dunlin.service.rollouts.rollouts import preview

    try:
        chosen, _ = preview(
            creditor,
            EVERYBODY,
            size=PILOT,
            ports=wiring.rollout_ports(),
            now=wiring.clock().now(),
        )
    except DomainError as error:
        console.print(f"  {creditor}: {error}", style="red", markup=False)
        return
    console.print(f"  of {creditor} these {len(chosen)} would be contacted, and nobody else:")
    for account in chosen:
        line = f"  {account.reference:12} {account.balance!s:>12}  due {account.due_on}"
        console.print(line, highlight=False, markup=False)


def summary(
    stack: LocalStack, consumers: SimulatedConsumers, creditors: list[str], console: Console
) -> None:
    """Accounts, messages by channel, refusals by rule, arrangements, what waits for staff, and
    recovered money."""
    from dunlin.adapters.files.rulebook_files import load_rulebook
    from dunlin.domain.money import Money
    from dunlin.domain.plain_text import wrapped
    from dunlin.runtime import wiring
    from dunlin.service.staff import queue
    from dunlin.views.widgets.words import HOLDS, KINDS

    book, archive = wiring.account_book(), wiring.audit_archive()
    outside = OutsideWorld(cloud=stack.cloud)
    statuses: Counter[str] = Counter()
    holds: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    recovered: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    waits: Counter[str] = Counter()
    now = wiring.clock().now()
    for creditor in creditors:
        waits.update(
            KINDS.get(item.kind, item.kind).lower()
            for item in queue.listing(
                creditor=creditor, book=book, creditors=wiring.creditors(), now=now
            )
        )
        for account in book.accounts_of_creditor(creditor):
            agreed.update(
                arrangement.state.value.replace("_", " ")
                for arrangement in book.arrangements(account.account_id)
            )
            statuses[account.status.value] += 1
            if account.hold is not None:
                holds[HOLDS[account.hold].lower()] += 1
            for entry in archive.chain(f"account#{account.account_id}"):
                refusals.update(_refused(entry.what, entry.data))
            for line in book.account_history(account.account_id).ledger:
                if line.kind in ("payment", "refund", "chargeback") and not line.source.startswith(
                    "import"
                ):
                    recovered[line.amount.currency] -= line.amount.minor
    console.rule("What happened")
    table = Table(show_header=False, box=None)
    table.add_row("accounts", _list(statuses))
    table.add_row("held", _list(holds) or "none")
    table.add_row("messages", f"{len(outside.emails())} e-mails, {len(outside.texts())} texts")
    table.add_row("people", _list(consumers.did))
    table.add_row("arrangements", _list(agreed) or "none")
    table.add_row("waits for staff", _list(waits) or "nothing")
    table.add_row(
        "recovered", "  ".join(str(Money(n, c)) for c, n in sorted(recovered.items())) or "nothing"
    )
    console.print(table)
    if refusals:
        console.print(f"  The rules that most often kept a message back, of {len(refusals)}:")
    plain = load_rulebook().plain
    for rule, times in refusals.most_common(_RULES_SHOWN):
        for words in wrapped(f"{times} × {rule}: {plain.get(rule, '')}", 4, 4):
            console.print(words, markup=False, highlight=False)


def _refused(what: str, data: Any) -> list[str]:
    if what not in ("TouchDeferred", "AccountHeld", "LadderExhausted"):
        return []
    return [
        rule
        for offer in data.get("offers", [])
        for rule, result in offer.get("rules", {}).items()
        if result in ("block", "defer")
    ]


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {what}" for what, n in counts.most_common())


def links(stack: LocalStack, console: Console) -> None:
    """Where to look. The stack stays up until `make down`."""
    console.rule("Look around")
    for name, url in (
        ("mailboxes and phones", stack.people_url),
        ("portal (open a link in a message)", stack.portal_url),
        ("dashboard", stack.viewer_url),
        ("payment page stand-in", stack.stripe_url),
    ):
        console.print(f"  {name:34} {url}", highlight=False, soft_wrap=True)


def try_next(creditor: str, console: Console) -> None:
    """The operator's commands that show more of what happened."""
    from dunlin.runtime import wiring

    book = wiring.account_book()
    accounts = sorted(book.accounts_of_creditor(creditor), key=lambda account: account.reference)
    agreed = [account for account in accounts if book.arrangements(account.account_id)]
    (shown, *_) = [*agreed, *accounts, None]
    which = f"{shown.reference if shown else 'REFERENCE'} --creditor {creditor}"
    console.rule("What to try next")
    for command, what in (
        ("queue list", "what waits for a person"),
        (f"account show {which}", "one account: where it stands, and why"),
        (f"arrangement show {which}", "what was agreed"),
        (f"pilot list {creditor}", "rollouts; `pilot show` draws one"),
        (f"report {creditor}", "what contact brought"),
        ("new YOUR-OFFICE", "a strategy of your own, in a few questions"),
        ("rehearse YOUR.csv --strategy YOUR-OFFICE.strategy.yaml", "before anybody is contacted"),
    ):
        console.print(f"  {what}:\n    .venv/bin/dunlin {command}", highlight=False, markup=False)
    console.print("  let more days pass with: make days")
    console.print("  stop everything with: make down")
