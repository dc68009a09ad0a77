"""Trains the reply model on the texts beside this file and writes its JSON.

python training/train_replies.py             write the model
python training/train_replies.py --check     prove that the committed model is this one
python training/train_replies.py --measure   cross-validation, lists and model together
python training/train_replies.py --measure --ham FILE   false alarms on other texts too
"""

import argparse
import hashlib
import json
import sys
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_union
from threadpoolctl import threadpool_limits

from dunlin.domain.replies.model import ReplyModel, prepare
from dunlin.domain.replies.reading import HALTING, ReplyReading, labels_of, read
from dunlin.domain.replies.signals import classify_reply

HERE = Path(__file__).parent
MODEL = HERE.parent / "layers" / "core" / "dunlin" / "replies" / "model.json"
CHARS, WORDS = 8_192, 2_048
STOP_AT, DOUBT_AT, HOLD_AT = 0.32, 0.15, 0.5
SEED = 20_261_121
NOW, ZONE = datetime(2026, 11, 23, 17, tzinfo=UTC), ZoneInfo("America/New_York")


def texts() -> list[tuple[str, str]]:
    """(text, label) of every training text. Raises `ValueError` for a text that stands twice."""
    labelled: list[tuple[str, str]] = []
    for path in sorted(HERE.glob("replies_*.txt")):
        label = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                label = line.strip("[]")
            elif line and not line.startswith("#"):
                labelled.append((line, label))
    if len({text.casefold() for text, _ in labelled}) != len(labelled):
        raise ValueError("a training text stands twice")
    return labelled


def pipeline() -> Pipeline:
    """Unfitted: hashed counts of characters and words, TF-IDF, one linear model."""
    plain = {"preprocessor": prepare, "alternate_sign": False, "norm": None}
    words = {"token_pattern": r"\w+"}
    return Pipeline(
        [
            (
                "counts",
                make_union(
                    HashingVectorizer(
                        analyzer="char_wb", ngram_range=(2, 5), n_features=CHARS, **plain
                    ),
                    HashingVectorizer(ngram_range=(1, 2), n_features=WORDS, **words, **plain),
                ),
            ),
            ("tfidf", TfidfTransformer(sublinear_tf=True)),
            ("linear", LogisticRegression(C=30, class_weight="balanced", tol=1e-4, max_iter=500)),
        ]
    )


def fit(rows: list[tuple[str, str]]) -> tuple[Pipeline, dict[str, object]]:
    """The fitted pipeline, its weights rounded to what is exported, and the document."""
    with threadpool_limits(1):  # many small steps: threads only wait for each other
        model = pipeline().fit([t for t, _ in rows], [label for _, label in rows])
    counted = model["counts"].transform([t for t, _ in rows])
    linear = model["linear"]
    scales = [float(f"{s:.6g}") for s in np.abs(linear.coef_).max(axis=1) / 127]
    whole = np.rint(linear.coef_ / np.array(scales)[:, None]).astype("i1")
    # Seven digits: the last ones differ between processors and decide nothing.
    linear.intercept_ = np.array([float(f"{b:.5f}") for b in linear.intercept_])
    linear.coef_ = whole * np.array(scales)[:, None]
    seen = np.asarray((counted > 0).sum(axis=0)).ravel().astype("<u2")
    document: dict[str, object] = {
        "labels": [str(c) for c in linear.classes_],
        "chars": CHARS,
        "words": WORDS,
        "documents": len(rows),
        "stop_at": STOP_AT,
        "doubt_at": DOUBT_AT,
        "hold_at": HOLD_AT,
        "scales": scales,
        "intercepts": linear.intercept_.tolist(),
        "counts": b64encode(seen.tobytes()).decode(),
        "weights": b64encode(np.ascontiguousarray(whole.T).tobytes()).decode(),
    }
    content = json.dumps(document, sort_keys=True)
    document["version"] = hashlib.sha256(content.encode()).hexdigest()[:16]
    return model, document


def exported(document: dict[str, object]) -> str:
    return json.dumps(document, sort_keys=True, indent=1) + "\n"


def measure(rows: list[tuple[str, str]]) -> dict[str, float]:
    """Five-fold cross-validation of the lists and the model together: opt-outs and pauses as
    production takes them, and one label a text, the lists' where they heard a matter."""
    truth = np.array([label for _, label in rows])
    readings: list[ReplyReading] = []
    order: list[int] = []
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    for train, held_out in folds.split(truth, truth):
        _, document = fit([rows[i] for i in train])
        model = ReplyModel.of(document)
        for i in held_out:
            readings.append(reading_of(rows[i][0], model))
            order.append(i)
    readings = [readings[at] for at in np.argsort(order)]
    together = np.array([reading.label for reading in readings])
    stops = np.array([reading.opt_out for reading in readings])
    paused = np.array([reading.opt_out or reading.pause for reading in readings])
    alone = np.array(["opt_out" in labels_of(classify_reply(text)) for text, _ in rows])
    pausing = np.isin(truth, [*HALTING, "opt_out"])
    wanted = truth == "opt_out"
    known = set(spanish())
    in_spanish = np.array([i for i, row in enumerate(rows) if row in known])
    result = {
        "texts": len(rows),
        "opt_out_recall_lists": alone[wanted].mean(),
        "opt_out_recall": stops[wanted].mean(),
        "opt_out_false_alarms_lists": alone[~wanted].mean(),
        "opt_out_false_alarms": stops[~wanted].mean(),
        "must_pause_recall": paused[pausing].mean(),
        "paused_without_need": paused[~pausing].mean(),
        "macro_f1": f1_score(truth, together, average="macro"),
        "macro_f1_spanish": f1_score(truth[in_spanish], together[in_spanish], average="macro"),
        "opt_out_recall_spanish": stops[in_spanish][wanted[in_spanish]].mean(),
    }
    return {name: round(float(value), 4) for name, value in result.items()}


def reading_of(text: str, model: ReplyModel) -> ReplyReading:
    return read(text, channel="sms", now=NOW, zone=ZONE, model=model)


def spanish() -> list[tuple[str, str]]:
    lines = set((HERE / "replies_es.txt").read_text(encoding="utf-8").splitlines())
    return [row for row in texts() if row[0] in lines]


def false_alarms(path: Path, document: dict[str, object]) -> dict[str, float]:
    """On texts of people who write to nobody about a debt (`label<TAB>text`, those named ham)."""
    model = ReplyModel.of(document)
    lines = [line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines()]
    ham = [parts[1] for parts in lines if len(parts) == 2 and parts[0] == "ham"]
    lists = [labels_of(classify_reply(text)) for text in ham]
    both = [reading_of(text, model) for text in ham]
    return {
        "ham": len(ham),
        "opt_out_lists": round(sum("opt_out" in h for h in lists) / len(ham), 4),
        "opt_out": round(sum(r.opt_out for r in both) / len(ham), 4),
        "paused": round(sum(r.pause for r in both) / len(ham), 4),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--measure", action="store_true", help="cross-validate")
    parser.add_argument("--ham", type=Path, help="texts to count false alarms on")
    asked = parser.parse_args()
    rows = texts()
    if asked.measure:
        sys.stdout.write(json.dumps(measure(rows), indent=1) + "\n")
    _, document = fit(rows)
    if asked.ham:
        sys.stdout.write(json.dumps(false_alarms(asked.ham, document), indent=1) + "\n")
    model = exported(document)
    if asked.check:
        if MODEL.read_text(encoding="utf-8") != model:
            sys.stderr.write(
                "The committed model is not what the texts train; run without --check\n"
            )
            return 1
        return 0
    if not asked.measure:
        MODEL.write_text(model, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
