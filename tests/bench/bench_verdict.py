"""How long a verdict takes with the whole rulebook, and how long the rulebook takes to load.

Not a test: `python tests/bench/bench_verdict.py` prints medians for 20 and 200 past contacts.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dunlin.adapters.files.rulebook_files as files
from dunlin.domain.rulebook import Contact, ContactFacts, Rulebook, decide

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
FOLDER = Path(files.__file__).parents[2] / "rulebook"


def facts(channel: str, contacts: int) -> ContactFacts:
    """A New York City consumer of a collector, whom most rules of one place concern."""
    history = tuple(
        Contact(
            at=NOW - timedelta(hours=30 * n + 5),
            channel=("sms", "email", "call")[n % 3],
            direction="in" if n % 5 == 0 else "out",
            outcome="delivered",
            account_id=f"D{n % 2}",
            event_id=f"e{n}",
            text="I will pay on Friday" if n % 5 == 0 else "",
        )
        for n in range(contacts)
    )
    return ContactFacts(
        channel=channel,
        debt_role="third",
        account_id="D1",
        state="NY",
        zip="10001",
        phones=("+12125550123",),
        consents={
            "sms": True,
            "nyc_electronic": True,
            "text_verified_at": NOW - timedelta(days=3),
            "email_basis": "consumer_used",
            "ny_email_written": True,
        },
        flags={"validation": {"sent_at": NOW - timedelta(days=60)}},
        history=history,
        profile="baseline",
    )


def microseconds(work: Callable[[], object], times: int) -> float:
    """The median of `times` runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e6


def main() -> None:
    texts = [(FOLDER / name).read_text("utf-8") for name in ("rulebook.json", "zones.json")]
    tracemalloc.start()
    book = Rulebook(*(json.loads(text) for text in texts))
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    load = microseconds(lambda: Rulebook(*(json.loads(t) for t in texts)), 20)
    lines = [
        f"rulebook {book.version}: {len(book.documents)} rules",
        f"load from compiled form: {load / 1000:.1f} ms, {held / 1e6:.1f} MB held",
    ]
    for channel in ("email", "sms", "call"):
        for contacts in (20, 200):
            case = facts(channel, contacts)
            outcome = decide(book, case, NOW).outcome
            taken = microseconds(lambda case=case: decide(book, case, NOW), 2000)  # type: ignore[misc]
            lines.append(f"{channel}, {contacts} contacts: {taken:.0f} us ({outcome})")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
