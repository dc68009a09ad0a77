"""The held-out replies: written apart from the code, never trained on (tests/held_out/README.md).

python -m training.held_out_replies     the figures by language and kind, of the committed model
"""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from dunlin.adapters.files.reply_model_file import load_reply_model
from training.reply_measures import Judged, figures, readings
from training.train_replies import gathered

FOLDER = Path(__file__).parents[1] / "tests" / "held_out"
SETS = ("replies", "everyday", "turned", "fresh")


def judged(which: str = "replies") -> Iterator[Judged]:
    """Every reply of one of `SETS` with what is right, in groups as `en plain`, without those that
    are trained on word for word."""
    trained = {row.text.casefold().strip() for row in gathered()}
    for language in ("en", "es"):
        text = (FOLDER / f"{which}_{language}.jsonl").read_text(encoding="utf-8")
        for line in text.splitlines():
            row = json.loads(line)
            if row["text"].casefold().strip() in trained:
                continue
            day = row.get("promise_on")
            yield Judged(
                text=row["text"],
                label=row["label"],
                stops=row["opt_out"],
                group=f"{language} {row['kind']}",
                pauses=row["pause"],
                promise_on=date.fromisoformat(day) if day else None,
                channel=row.get("channel") or "sms",
            )


def measured(which: str = "replies") -> dict[str, dict[str, float]]:
    """The figures of one of `SETS` for all, for each language, and for each language and kind."""
    rows = list(judged(which))
    pairs = list(zip(rows, readings(rows, load_reply_model()), strict=True))
    groups: dict[str, list[int]] = {}
    for at, (row, _) in enumerate(pairs):
        for name in ("all", row.group.split()[0], row.group):
            groups.setdefault(name, []).append(at)
    return {name: figures([pairs[at] for at in places]) for name, places in groups.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps({which: measured(which) for which in SETS}, indent=1) + "\n")
