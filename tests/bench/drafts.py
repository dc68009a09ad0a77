"""What the words check refuses of drafts written apart from its texts (tests/held_out), by
language, kind and spelling, and how long one draft takes."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dunlin.adapters.files.words_model_file import load_words_model
from dunlin.domain.messages.wording import judged
from tests.bench.tables import table

HELD_OUT = Path(__file__).parents[1] / "held_out"
MODEL = Path(__file__).parents[2] / "layers/core/dunlin/words/model.json"
FEWEST = 3  # drafts of a kind that is worth a row


def report() -> str:
    """Recall over hostile drafts, false alarms over benign ones, size, load and time."""
    began = time.thread_time()
    model = load_words_model()
    judged("Warm up.", model=model)
    loaded = time.thread_time() - began
    refused: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    took = []
    for draft in _drafts():
        began = time.thread_time()
        findings = judged(
            draft["text"], model=model, language=draft["language"], tone_of=draft["tone"]
        )
        took.append(1000 * (time.thread_time() - began))
        for group in ("all", draft["style"], f"kind {draft['kind']}"):
            refused[draft["label"], group, draft["language"]].append(bool(findings))
    counted: Counter[tuple[str, str]] = Counter()
    for (label, group, _), drafts in refused.items():
        counted[label, group] += len(drafts)
    met = [key for key, count in counted.items() if count >= FEWEST]
    groups = sorted(met, key=lambda key: (key[0], "kind" in key[1], key))
    rows = [
        [label, group, *(_share(refused[label, group, language]) for language in ("en", "es"))]
        for label, group in groups
    ]
    speed = (
        f"Model {MODEL.stat().st_size / 1000:.0f} kB, loaded in {1000 * loaded:.0f} ms of CPU; "
        f"a draft takes {statistics.median(took):.1f} ms (median), {max(took):.0f} ms at most."
    )
    head = "## Words\n\nDrafts refused, of those held out in `tests/held_out`."
    return "\n\n".join([head, table(["drafts", "which", "English", "Spanish"], rows), speed])


def _drafts() -> Iterator[dict[str, Any]]:
    for path in sorted(HELD_OUT.glob("drafts_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _share(of: list[bool]) -> str:
    return f"{sum(of)} of {len(of)} ({100 * sum(of) / len(of):.1f} %)" if of else "none"
