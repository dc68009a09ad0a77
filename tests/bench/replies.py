"""How well replies are read, on those written apart from the code, and what a reading costs.

CPU of one thread, each reading timed alone; loading in a process of its own.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from dunlin.adapters.files.reply_model_file import load_reply_model
from tests.bench.tables import say, table
from training.held_out_replies import SETS, judged, measured
from training.reply_measures import readings

MODEL = Path(__file__).parents[2] / "layers" / "core" / "dunlin" / "replies" / "model.json"
TIMED = 300
_LOAD = """
import json, time
began = time.process_time()
from dunlin.adapters.files.reply_model_file import load_reply_model
from dunlin.domain.replies.reading import read
imported = time.process_time()
load_reply_model()
print(json.dumps([1000 * (imported - began), 1000 * (time.process_time() - imported)]))
"""
_COLUMNS = (
    "texts", "macro_f1", "hard_stops", "false_stops", "stopped_or_paused", "must_pause",
    "needless_pauses", "needless_unpaid", "promise_days",
)  # fmt: skip


def report() -> str:
    """The figures by language and kind, the model's size, and the times."""
    say("reading the held-out replies")
    rows = [
        (f"{which}, {name}", *(figures[column] for column in _COLUMNS))
        for which in SETS
        for name, figures in measured(which).items()
    ]
    model, times = load_reply_model(), []
    for reply in list(judged())[:TIMED]:
        began = time.process_time()
        readings([reply], model)
        times.append(1000 * (time.process_time() - began))
    loaded = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, check=True)
    imports, load = json.loads(loaded.stdout)
    median, slow = statistics.median(times), sorted(times)[int(TIMED * 0.99)]
    costs = (
        f"Model {MODEL.stat().st_size / 1024:.0f} KiB, read in {load:.1f} ms after imports of"
        f" {imports:.0f} ms; a reading takes {median:.1f} ms (99 of 100 under {slow:.1f} ms)."
    )
    return "\n\n".join(
        [
            "## Replies",
            "Held-out replies, each set of one writer (tests/held_out/README.md).",
            table(("replies", *(c.replace("_", " ") for c in _COLUMNS)), rows),
            costs,
        ]
    )
