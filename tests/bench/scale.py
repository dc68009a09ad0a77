"""What a walk over a creditor's accounts takes at 1,000, 10,000 and 100,000 of them, over the book
in memory: calls to the stores, seconds, megabytes.

Each walk is run in a process of its own, which has the accounts before it starts to count. A walk
is a line in `WALKS`: its name, what is there before, and what is run.
"""

from __future__ import annotations

import heapq
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from dunlin.adapters.dynamo.account_reads import LOOKED_AT
from dunlin.adapters.dynamo.account_writes import packed
from dunlin.adapters.memory.account_book import MemoryBook
from dunlin.adapters.memory.counters import MemoryAccountLists, MemoryCounters
from dunlin.adapters.memory.mail_turns import MemoryMailTurns
from dunlin.adapters.memory.portal_sessions import MemoryPortalSessions
from dunlin.adapters.memory.rollouts import MemoryRollouts
from dunlin.adapters.memory.senders import MemoryMailbox
from dunlin.domain.accounts.account import Account, Status
from dunlin.domain.accounts.counters import share_of
from dunlin.domain.accounts.lists import AccountFilter
from dunlin.domain.audit.audit import AuditEntry, SignedRoot, append
from dunlin.domain.contact.pace import SendingAllowance, pace_of
from dunlin.domain.ids import execution_name
from dunlin.domain.rollouts.request import RolloutRequest
from dunlin.domain.rollouts.rollout import Segment
from dunlin.domain.strategy.strategy import Selection
from dunlin.service.contact.ladders import check_ladder
from dunlin.service.contact.recovery import Recovery, reconcile
from dunlin.service.contact.sending import send
from dunlin.service.reports.audit_log import sign_day
from dunlin.service.reports.measures import versus
from dunlin.service.reports.publishing import recount_all
from dunlin.service.rollouts import rollouts
from dunlin.service.rollouts.looking import report_of
from dunlin.service.rollouts.requests import stored
from dunlin.service.rollouts.rollout_ports import RolloutPorts
from dunlin.service.staff.account_list import (
    AccountListPage,
    AccountListPorts,
    ListRequest,
    list_accounts,
)
from dunlin.service.staff.overview import bounced
from tests.bench.tables import say, table
from tests.support import builders, ground
from tests.support.builders import CREDITOR, NOON
from tests.support.evidence import LocalSigner, MemoryArchive

SIZES = (1_000, 10_000, 100_000)
_ENTRIES = 5_000
"""Entries of an index that lead to accounts in one answer of DynamoDB (1 MB), at 200 bytes each."""
_ROWS = 500
"""Whole rows of an index in one, at 2 KB each."""
_READ_AT_ONCE = 100
"""Keys of a BatchGetItem."""
_REQUESTS = {"facts": 2, "account_history": 3}
"""What is read in more requests than one: an account and what lies around it, and all of it."""
_LISTED = 1_000
"""Executions in an answer of ListExecutions."""
_OF_A_BATCH = 100
"""Entries in an object of the audit archive: a batch of the stream."""
EVERYBODY = Segment(name="everybody", when=Selection())


class Counted:
    """A store whose calls are counted by name, as its adapter over DynamoDB makes them: of what is
    read one after another a call for each answer of an index, and one for each hundred rows that
    it leads to; of many writes a call for each transaction."""

    def __init__(self, store: Any, calls: Counter[str]) -> None:
        self._store, self._calls = store, calls

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._store, name)
        if not callable(member):
            return member

        def call(*args: Any, **options: Any) -> Any:
            answer = member(*args, **options)
            match name:
                case "apply_many":
                    self._calls[name] += sum(1 for _ in packed(args[0]))
                case "keys":
                    self._calls[name] += len(args[0].lists)
                case "read_accounts":
                    self._calls[name] += max(1, -(-len(answer) // _READ_AT_ONCE))
                case "page_of_creditor":
                    self._calls[name] += self._of_a_page(answer, options)
                case "accounts_of_creditor" | "due":
                    return self._paged(name, answer, _ENTRIES, leads_to_rows=True)
                case "on_ladders":
                    return self._paged(name, answer, _ENTRIES, leads_to_rows=False)
                case "unattended":
                    return self._paged(name, answer, _ROWS, leads_to_rows=False)
                case _:
                    self._calls[name] += _REQUESTS.get(name, 1)
            return answer

        return call

    def _of_a_page(self, answer: tuple[list[Account], str], options: Mapping[str, Any]) -> int:
        """Of a page of some the entries of all the others are read over."""
        page, after = answer
        read_over = int(after or len(self.accounts)) - int(options.get("after") or 0)
        some = options.get("status") or options.get("cohort")
        queries = max(1, -(-read_over // LOOKED_AT)) if some else 1
        return queries + bool(page)

    def _paged(
        self, name: str, rows: Iterable[Any], in_an_answer: int, *, leads_to_rows: bool
    ) -> Iterator[Any]:
        self._calls[name] += 1
        for number, row in enumerate(rows):
            self._calls[name] += bool(number) and number % in_an_answer == 0
            self._calls[name] += leads_to_rows and number % _READ_AT_ONCE == 0
            yield row


class Ringing:
    """State machines that are started and kept nowhere."""

    def start(self, account: Account, *, wait_seconds: int) -> bool:
        return wait_seconds > 0 and bool(account.account_id)

    def wake(self, account_id: str) -> bool:
        return bool(account_id)


class Machines:
    """Executions that live, by the pages of ListExecutions and the calls of DescribeExecution."""

    def __init__(self, book: MemoryBook, calls: Counter[str]) -> None:
        self._book, self._calls = book, calls
        self.lost = False

    def alive(self) -> Iterator[str]:
        for number, account in enumerate(self._book.accounts.values()):
            self._calls["alive"] += number % _LISTED == 0
            if not self.lost:
                yield execution_name(account.account_id, account.ladder_run)

    def running(self, _account: Account) -> bool:
        self._calls["running"] += 1
        return not self.lost

    def wake(self, _account_id: str) -> bool:
        self._calls["wake"] += 1
        return not self.lost

    def start(self, _account: Account, *, wait_seconds: int) -> bool:
        self._calls["start"] += 1
        return wait_seconds > 0


class Day(MemoryArchive):
    """An archive in which two entries of every account were written on one day."""

    def __init__(self, number: int, calls: Counter[str]) -> None:
        super().__init__(dict)
        self._number, self._calls = number, calls

    def archived(self, _day: date) -> Iterator[AuditEntry]:
        for n in range(2 * self._number):
            self._calls["get_object"] += n % _OF_A_BATCH == 0
            yield append(
                subject=f"account#acc_{n // 2:032x}",
                sequence=1 + n % 2,
                previous="",
                at=NOON,
                actor="dunlin",
                what="AccountChanged",
                data={},
            )


class BookOfMany(MemoryBook):
    """A book in which the accounts of a person are found as by an index."""

    def __init__(self) -> None:
        super().__init__(log=False)
        self.of_person: dict[str, list[str]] = {}

    def accounts_of_consumer(self, consumer_id: str, *, beside: str = "") -> list[Account]:
        return [self.accounts[a] for a in self.of_person[consumer_id] if a != beside]


class Portfolio:
    """A creditor with so many accounts, each of a person of its own, and the stores counted."""

    def __init__(self, number: int, **document: Any) -> None:
        self.number, self.calls, self.now = number, Counter[str](), NOON
        self.stored = BookOfMany()
        self.stored.creditors.put_strategy(
            CREDITOR, builders.strategy_document(**{"holdout_percent": 0} | document), NOON
        )
        for n in range(number):
            person = builders.consumer(f"p{n}", version=1)
            days = timedelta(days=n % 97)
            account = builders.account(
                f"INV-{n}", consumer_id=person.consumer_id, due_on=date(2026, 10, 20) - days,
                version=1,
            )  # fmt: skip
            self.stored.consumers[person.consumer_id] = person
            self.stored.accounts[account.account_id] = account
            self.stored.of_person[person.consumer_id] = [account.account_id]
        self.rollouts, self.counters = MemoryRollouts(), MemoryCounters()
        self.book: Any = Counted(self.stored, self.calls)
        self.ports = RolloutPorts(
            book=self.book,
            creditors=self.stored.creditors,
            rollouts=Counted(self.rollouts, self.calls),
            templates=ground.PlainLetters(),
            log=Counted(MemoryArchive(lambda: self.stored.chains), self.calls),
            waker=Counted(Ringing(), self.calls),
        )

    def request(self) -> RolloutRequest:
        number = len(self.rollouts.rollouts(CREDITOR)) + 1
        return RolloutRequest(request_id=f"r{number}", creditor=CREDITOR, asked_at=self.now)

    def begin(self, stage: str, size: int = 0) -> None:
        """Begin a rollout over everybody."""
        rollouts.begin(
            self.request(), EVERYBODY, stage=stage, size=size, ports=self.ports, now=self.now
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One walk: `before` makes what is there, `run` is counted; it may say how long that takes by
    the clock of the accounts. `sizes` where not all are run."""

    name: str
    before: Callable[[int], Portfolio]
    run: Callable[[Portfolio], object]
    sizes: tuple[int, ...] = SIZES


def _started(number: int) -> Portfolio:
    portfolio = Portfolio(number)
    portfolio.begin("full")
    return portfolio


def _look_at(portfolio: Portfolio) -> None:
    rollouts.look_at(f"{CREDITOR}.1", ports=portfolio.ports, now=portfolio.now)


def _halt(portfolio: Portfolio) -> None:
    rollouts.halt_by_staff(
        stored(portfolio.request(), portfolio.ports),
        f"{CREDITOR}.1",
        by="desk-1",
        why="case-17",
        ports=portfolio.ports,
        now=portfolio.now,
    )


def _looked_at(number: int) -> Portfolio:
    portfolio = _started(number)
    _look_at(portfolio)
    return portfolio


def _shown(portfolio: Portfolio) -> None:
    stored = portfolio.ports.rollouts
    rollout, looked = stored.rollout(f"{CREDITOR}.1"), stored.look(f"{CREDITOR}.1")
    if rollout is None or looked is None:
        raise ValueError("nothing was looked at")
    report_of(looked, rollout)


def _on_ladders(number: int, *, due_at: datetime = NOON + timedelta(days=3)) -> Portfolio:
    """Everybody is on a ladder, and due in some days."""
    portfolio = Portfolio(number)
    for account_id, account in portfolio.stored.accounts.items():
        portfolio.stored.accounts[account_id] = replace(
            account,
            status=Status.ACTIVE,
            ladder_run=1,
            due_at=due_at,
            activated_at=NOON - timedelta(days=1),
        )
    return portfolio


def _look(portfolio: Portfolio, *, lost: bool) -> Recovery:
    machines: Any = Machines(portfolio.stored, portfolio.calls)
    machines.lost = lost
    return reconcile(
        book=portfolio.book,
        creditors=portfolio.stored.creditors,
        waker=machines,
        now=portfolio.now,
    )


def _wave(portfolio: Portfolio) -> timedelta:
    """Everybody is due at once, and the mail provider takes fourteen a second; how long it takes
    until each has their message."""
    allowed = SendingAllowance(per_second=14, per_day=50_000, used=0, sending=True)
    turns: Any = Counted(MemoryMailTurns(), portfolio.calls)
    turns.set_pace(pace_of(allowed, None, NOON))
    mailbox = MemoryMailbox()
    outbox = ground.outbox(
        mailbox=cast(Any, Counted(mailbox, portfolio.calls)),
        links=cast(Any, Counted(MemoryPortalSessions(), portfolio.calls)),
    )
    gate, now = ground.gate(), NOON
    waiting = [(NOON, account_id) for account_id in portfolio.stored.accounts]
    while waiting:
        now, account_id = heapq.heappop(waiting)
        decision = check_ladder(
            account_id,
            1,
            book=portfolio.book,
            gate=gate,
            templates=ground.PlainLetters(),
            now=now,
            turns=turns,
        )
        if decision.permit_id:
            key, permit = decision.touch_key, decision.permit_id
            send(account_id, key, permit, book=portfolio.book, ports=outbox, now=now)
            continue
        due = portfolio.stored.accounts[account_id].due_at
        heapq.heappush(waiting, (due or NOON, account_id))
    if len({email.to for email in mailbox.sent}) != portfolio.number:
        raise ValueError("not everybody has a message of their own")
    return now - NOON


def _count(portfolio: Portfolio) -> int:
    counters = MemoryCounters()
    creditors = portfolio.stored.creditors
    return len(recount_all(book=portfolio.book, counters=counters, creditors=creditors))


def _listed(number: int) -> Portfolio:
    """Every account stands in the lists of its creditor."""
    portfolio = Portfolio(number)
    portfolio.counters.count([share_of(a) for a in portfolio.stored.accounts.values()])
    return portfolio


def _list(portfolio: Portfolio, **words: str) -> AccountListPage:
    lists = MemoryAccountLists(portfolio.counters)
    ports = AccountListPorts(
        lists=cast(Any, Counted(lists, portfolio.calls)),
        book=portfolio.book,
        creditors=portfolio.stored.creditors,
    )
    request = ListRequest(creditor=CREDITOR, wanted=AccountFilter.read(words))
    return list_accounts(request, ports=ports, today=NOON.date())


def _two_rollouts(number: int) -> Portfolio:
    portfolio = Portfolio(number)
    for _ in range(2):
        portfolio.begin("pilot", 50)
    return portfolio


def _compare(portfolio: Portfolio) -> None:
    first, second = f"{CREDITOR}.1", f"{CREDITOR}.2"
    versus(first, second, ports=portfolio.ports, ledgers=portfolio.book, now=portfolio.now)


def _sign(portfolio: Portfolio) -> SignedRoot:
    archive = Day(portfolio.number, portfolio.calls)
    return sign_day(NOON.date(), archive=archive, signer=LocalSigner())


WALKS = (
    Walk(name="look at ladders", before=_on_ladders, run=lambda p: _look(p, lost=False)),
    Walk(
        name="a run after all ladders were lost",
        before=_on_ladders,
        run=lambda p: _look(p, lost=True),
    ),
    Walk(
        name="a message to everybody by e-mail",
        before=lambda number: _on_ladders(number, due_at=NOON),
        run=_wave,
        sizes=(1_000, 10_000),
    ),
    Walk(name="nightly count", before=_on_ladders, run=_count),
    Walk(name="root of a day", before=Portfolio, run=_sign),
    Walk(
        name="a page of account list, over 90 days",
        before=_listed,
        run=lambda p: _list(p, bucket="over-90"),
    ),
    Walk(
        name="a page of account list, what nobody has",
        before=_listed,
        run=lambda p: _list(p, industry="dental"),
    ),
    Walk(name="pilot of 50", before=Portfolio, run=lambda p: p.begin("pilot", 50)),
    Walk(name="start everybody", before=Portfolio, run=lambda p: p.begin("full")),
    Walk(
        name="hourly look at a rollout to everybody",
        before=_started,
        run=lambda p: rollouts.advance_all(ports=p.ports, now=p.now),
    ),
    Walk(name="count of a rollout to everybody", before=_started, run=_look_at),
    Walk(name="halt of a rollout to everybody", before=_started, run=_halt),
    Walk(name="pilot show", before=_looked_at, run=_shown),
    Walk(name="pilot compare, of fifty each", before=_two_rollouts, run=_compare),
    Walk(
        name="account bounced",
        before=Portfolio,
        run=lambda p: list(bounced(CREDITOR, book=p.book)),
    ),
    Walk(
        name="segment list",
        before=Portfolio,
        run=lambda p: rollouts.counts(CREDITOR, [], ports=p.ports, now=p.now),
    ),
)


def report() -> str:
    """The section of the bench."""
    rows = []
    for walk in WALKS:
        for size in walk.sizes:
            say(f"{walk.name}, {size:,} accounts")
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.scale", walk.name, str(size)],
                cwd=Path(__file__).parents[2],
                env=dict(os.environ),
                capture_output=True,
                text=True,
                check=True,
            )
            taken = json.loads(done.stdout.splitlines()[-1])
            rows.append(
                [
                    walk.name,
                    f"{size:,}",
                    f"{taken['calls']:,}",
                    f"{taken['seconds']:.1f}",
                    f"{taken['megabytes']:.0f}",
                    f"{taken['grown']:.0f}",
                    taken["clock"],
                ]
            )
    return "\n\n".join(
        [
            "## Scale",
            (
                "Over the book in memory, which holds all accounts itself: `MB` is the process"
                " with them, `of the walk` what it grew by meanwhile, `clock` how long it takes"
                " by the time of the accounts."
            ),
            table(["walk", "accounts", "calls", "seconds", "MB", "of the walk", "clock"], rows),
        ]
    )


def measure(name: str, size: int) -> dict[str, Any]:
    """Run one walk in this process: calls in all and by name, seconds, and the most megabytes."""
    walk = next(walk for walk in WALKS if walk.name == name)
    portfolio = walk.before(size)
    portfolio.calls.clear()
    before = _peak_megabytes(reset=True)
    began = time.monotonic()
    clock = walk.run(portfolio)
    seconds = time.monotonic() - began
    peak = _peak_megabytes()
    return {
        "calls": portfolio.calls.total(),
        "by_name": dict(portfolio.calls),
        "seconds": seconds,
        "megabytes": peak,
        "grown": max(0.0, peak - before),
        "clock": str(clock).partition(".")[0] if isinstance(clock, timedelta) else "",
    }


def _peak_megabytes(*, reset: bool = False) -> float:
    """The most memory that this process held since the last reset (Linux counts it)."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    held = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(held.split()[1]) / 1024


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))  # noqa: T201 - the answer
