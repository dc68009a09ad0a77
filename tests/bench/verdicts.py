"""How long the whole rulebook takes to judge one touch, and to load.

CPU of one thread, each decision timed alone. The facts are a debtor's in Illinois with an
e-mail or a text due; the history holds mails, texts and answers of the last months.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from dunlin.adapters.rulebook_files import load_rulebook
from dunlin.domain.rulebook import Contact, ContactFacts, Rulebook, decide
from tests.bench.tables import say, table

RUNS = 2000
NOON = datetime(2026, 11, 24, 18, tzinfo=UTC)  # a Tuesday, noon in Illinois
NIGHT = datetime(2026, 11, 24, 8, tzinfo=UTC)
_LOAD = """
import json, time
began = time.process_time()
from dunlin.adapters.rulebook_files import load_rulebook
imported = time.process_time()
load_rulebook()
print(json.dumps([1000 * (imported - began), 1000 * (time.process_time() - imported)]))
"""


def _facts(channel: str, contacts: int) -> ContactFacts:
    """A first party's touch; the newest contact is five days old, the others three days apart."""
    kinds = ("email", "sms")
    history = tuple(
        Contact(
            at=NOON - timedelta(days=5 + 3 * number),
            channel=kinds[number % 2],
            direction="in" if number % 7 == 3 else "out",
            outcome="delivered",
            account_id=f"acc_{number % 3}",
            template="reminder",
            event_id=f"event-{number}",
            text="How much is it?" if number % 7 == 3 else "",
        )
        for number in range(contacts)
    )
    return ContactFacts(
        channel=channel,
        debt_role="first",
        account_id="acc_0",
        message={"template": "reminder"},
        days_past_due=40,
        balance_minor=24_000,
        state="IL",
        zip="62701",
        phones=("+12175550100",),
        consents={"sms": True},
        history=history,
    )


def _timed(rulebook: Rulebook, facts: ContactFacts, now: datetime) -> tuple[str, float, float]:
    outcome = decide(rulebook, facts, now).outcome
    took = []
    for _ in range(RUNS):
        began = time.thread_time_ns()
        decide(rulebook, facts, now)
        took.append((time.thread_time_ns() - began) / 1e6)
    took.sort()
    return outcome, statistics.median(took), took[len(took) * 99 // 100]


def report() -> str:
    """The section of the bench."""
    rulebook = load_rulebook()
    rows = []
    at_noon = 0.0
    for channel in ("email", "sms"):
        for contacts in (20, 200):
            for when, now in (("noon", NOON), ("2 at night", NIGHT)):
                say(f"judging {channel}, {contacts} past contacts, at {when}")
                outcome, median, slow = _timed(rulebook, _facts(channel, contacts), now)
                rows.append(
                    (f"{channel}, {contacts} past contacts, {when}", outcome,
                     f"{median:.3f}", f"{slow:.3f}")
                )  # fmt: skip
                if contacts == 20 and now == NOON:
                    at_noon = max(at_noon, median)
    loads = [
        json.loads(subprocess.check_output([sys.executable, "-c", _LOAD], text=True))
        for _ in range(5)
    ]
    imported, loaded = (statistics.median(each) for each in zip(*loads, strict=True))
    return "\n\n".join(
        [
            "## Verdicts",
            (
                f"The whole rulebook, {len(rulebook.rules)} rules, version {rulebook.version}; ms"
                f" of CPU, {RUNS:,} decisions each. Slower of the two channels at noon with 20 past"
                f" contacts: **{at_noon:.3f} ms** at the median (target 0.3). Loading the compiled"
                f" rulebook takes {loaded:.0f} ms of CPU, importing it"
                f" {imported:.0f} ms."
            ),
            table(["decision", "outcome", "median", "p99"], rows),
        ]
    )
