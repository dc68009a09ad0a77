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

from dunlin.adapters.files.rulebook_files import load_rulebook
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


# The same five hard stops, as the rulebook holds them and as a general rule engine takes them.
_FIVE = ("US-DECEASED", "US-MINOR", "US-BK-STAY", "US-REGF-ATTY", "US-REGF-CEASE")
_SAME_FIVE = (
    "deceased and recipient != 'personal_representative'",
    "is_minor and not (recipient == 'parent' or recipient == 'guardian')",
    "bankruptcy and bankruptcy != 'dismissed' and bankruptcy_includes_debt",
    "attorney and not attorney_consents_direct",
    "cease and not (channel == 'letter' and purpose in ['cease_ack', 'remedy_notice'])",
)


def _beside_a_general_engine(whole: Rulebook) -> tuple[float, float]:
    """Median microseconds for the five rules: ours (verdict, zones and reasons included), and
    the engine's yes or no alone."""
    from rule_engine import Rule

    rules = [d for d in whole.documents if d["id"] in _FIVE]
    ours = Rulebook({"version": "five", "tables": whole.tables, "rules": rules}, whole.zones)
    facts = _facts("email", 20)
    known = {
        "deceased": False, "is_minor": False, "bankruptcy": "", "bankruptcy_includes_debt": True,
        "attorney": False, "attorney_consents_direct": False, "cease": False, "recipient": "",
        "channel": "email", "purpose": "",
    }  # fmt: skip
    general = [Rule(text) for text in _SAME_FIVE]
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(RUNS):
        began = time.thread_time_ns()
        decide(ours, facts, NOON)
        between = time.thread_time_ns()
        refused = [rule.matches(known) for rule in general]
        taken[1].append((time.thread_time_ns() - between) / 1e3)
        taken[0].append((between - began) / 1e3)
        assert not any(refused)
    return statistics.median(taken[0]), statistics.median(taken[1])


def _held_mb() -> float:
    """Memory that the loaded rulebook holds, MB."""
    import tracemalloc

    load_rulebook.cache_clear()
    tracemalloc.start()
    load_rulebook()
    held = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    return held


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
    ours, general = _beside_a_general_engine(rulebook)
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
            (
                f"Five hard stops: {ours:.0f} µs for our verdict with its reasons and zones,"
                f" {general:.0f} µs for the yes or no of the general engine `rule-engine`:"
                f" **{general / ours:.1f} times** ours, most of which is spent once a verdict."
                f" A rule of the whole book takes {1000 * at_noon / len(rulebook.rules):.1f} µs,"
                f" one of the general engine {general / 5:.1f} µs."
                f" The loaded rulebook holds {_held_mb():.1f} MB."
            ),
        ]
    )
