"""Trains the reply model on the templates and texts beside this file and writes its JSON.

python -m training.train_replies             write the model
python -m training.train_replies --check     prove that the committed model is this one
python -m training.train_replies --measure   on templates that the model was not trained on
"""

import argparse
import hashlib
import json
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from threadpoolctl import threadpool_limits

from dunlin.domain.replies.model import ReplyModel, prepare, prepare_words
from training.reply_grammar import ReplyTemplate, draws, pairs, retyped, templates
from training.reply_measures import Judged, measures

HERE = Path(__file__).parent
MODEL = HERE.parent / "layers" / "core" / "dunlin" / "replies" / "model.json"
CHARS, WORDS = 16_384, 8_192
# See `ReplyModel`.
THRESHOLDS = {"stop_at": 0.14, "doubt_at": 0.07, "pause_at": 0.22, "idle_at": 0.19, "hold_at": 0.5}
PAIRS = 3_000
RETYPED = 2
"""How often a text written one by one is drawn again with the slips of a hurried thumb."""
SAME = 0.995
"""Part of the weights that must be equal for a model to be this one: rounding differs between
processors."""


@dataclass(frozen=True, slots=True)
class TrainingText:
    """One training text of one label; `stops` where its words hold an opt-out."""

    text: str
    label: str
    stops: bool
    language: str
    weight: float = 1.0


def written() -> list[TrainingText]:
    """The texts that were written one by one, which count double beside what is drawn. Raises
    `ValueError` for one that stands twice."""
    rows: list[TrainingText] = []
    for path in sorted(HERE.glob("replies_*.txt")):
        label = ""
        language = "es" if path.stem.endswith("_es") else "en"
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                label = line.strip("[]")
            elif line and not line.startswith("#"):
                rows.append(TrainingText(line, label, label == "opt_out", language, 2.0))
    if len({row.text.casefold() for row in rows}) != len(rows):
        raise ValueError("a training text stands twice")
    return rows


def apart() -> list[TrainingText]:
    """Replies that were written apart from the others, to measure, and trained on once they had
    been looked at: a row for each intent, the first of several counting double."""
    rows: list[TrainingText] = []
    for path in sorted(HERE.glob("replies_apart_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            reply = json.loads(line)
            for label in dict.fromkeys((reply["label"], *reply["intents"])):
                several = len(reply["intents"]) > 1
                weight = (1.4 if label == reply["label"] else 0.7) if several else 2.0
                stops, language = reply["opt_out"], path.stem[-2:]
                rows.append(TrainingText(reply["text"], label, stops, language, weight))
    return rows


def gathered(keep: Callable[[int], bool] = lambda _: True) -> list[TrainingText]:
    """Every row whose template or text has a number that is kept."""
    pool = [t for t in templates() if keep(t.number)]
    by_hand = [row for row in written() if keep(crc32(row.text.encode()))]
    rows = by_hand + [row for row in apart() if keep(crc32(row.text.encode()))]
    rows += [
        replace(row, text=text, weight=1.0)
        for row in by_hand
        for text in retyped(row.text, row.language, RETYPED)
    ]
    rows += [_row(text, t) for t in pool for text in draws(t)]
    for text, labels, language in pairs(pool, PAIRS):
        stops = "opt_out" in labels
        rows += [TrainingText(text, label, stops, language, 0.5) for label in labels]
    return rows


def _row(text: str, template: ReplyTemplate) -> TrainingText:
    return TrainingText(text, template.label, template.label == "opt_out", template.language)


def features() -> Pipeline:
    """Unfitted: hashed counts of characters and words, TF-IDF."""
    plain = {"alternate_sign": False, "norm": None}
    chars = HashingVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), n_features=CHARS, preprocessor=prepare, **plain
    )
    pairs_of = {"ngram_range": (1, 2), "token_pattern": r"\w+", "preprocessor": prepare_words}
    words = HashingVectorizer(n_features=WORDS, **pairs_of, **plain)
    return make_pipeline(make_union(chars, words), TfidfTransformer(sublinear_tf=True))


@dataclass(frozen=True, slots=True)
class Trained:
    """The fitted parts, their weights rounded to what is exported, and the document."""

    features: Pipeline
    labels: LogisticRegression
    stops: LogisticRegression
    document: dict[str, object]

    def scores(self, texts: list[str]) -> np.ndarray:
        """As scikit-learn has them: a column for each label, then one for the opt-out."""
        matrix = self.features.transform(texts)
        stops = self.stops.decision_function(matrix)[:, None]
        return np.hstack([self.labels.decision_function(matrix), stops])


def fit(rows: list[TrainingText], strength: float = 5.0) -> Trained:
    """One linear model for the labels and one for the opt-out, on the same features."""
    texts = [row.text for row in rows]
    weights = np.array([row.weight for row in rows])
    extract = features()
    matrix = extract.fit_transform(texts)
    common = {"C": strength, "tol": 1e-4, "max_iter": 400}
    with threadpool_limits(1):  # many small steps: threads only wait for each other
        labels = LogisticRegression(**common, class_weight="balanced").fit(
            matrix, [row.label for row in rows], sample_weight=weights
        )
        stops = LogisticRegression(**common).fit(
            matrix, [row.stops for row in rows], sample_weight=weights
        )
    coefficients = np.vstack([labels.coef_, stops.coef_])
    scales = [float(f"{s:.6g}") for s in np.abs(coefficients).max(axis=1) / 127]
    whole = np.rint(coefficients / np.array(scales)[:, None]).astype("i1")
    # Seven digits: the last ones differ between processors and decide nothing.
    bases = [float(f"{b:.5f}") for b in (*labels.intercept_, *stops.intercept_)]
    rounded = whole * np.array(scales)[:, None]
    labels.coef_, stops.coef_ = rounded[:-1], rounded[-1:]
    labels.intercept_, stops.intercept_ = np.array(bases[:-1]), np.array(bases[-1:])
    counted = extract[0].transform(texts)
    seen = np.minimum(np.asarray((counted > 0).sum(axis=0)).ravel(), 65_535).astype("<u2")
    document: dict[str, object] = {
        "labels": [str(c) for c in labels.classes_],
        "chars": CHARS,
        "words": WORDS,
        "documents": len(rows),
        **THRESHOLDS,
        "scales": scales,
        "intercepts": bases,
        "counts": b64encode(seen.tobytes()).decode(),
        "weights": b64encode(np.ascontiguousarray(whole.T).tobytes()).decode(),
    }
    content = json.dumps(document, sort_keys=True)
    document["version"] = hashlib.sha256(content.encode()).hexdigest()[:16]
    return Trained(extract, labels, stops, document)


def exported(document: dict[str, object]) -> str:
    return json.dumps(document, sort_keys=True, indent=1) + "\n"


def measured() -> dict[str, dict[str, float]]:
    """On a fifth of the templates and texts, none of which the model was trained on."""
    model = ReplyModel.of(fit(gathered(lambda number: number % 5 != 0)).document)
    judged = [
        Judged(row.text, row.label, row.stops, row.language)
        for row in gathered(lambda number: number % 5 == 0)
        if row.weight in (1, 2)  # of one intent
    ]
    return measures(judged, model)


def same(ours: ReplyModel, theirs: ReplyModel) -> bool:
    """Whether one is the other but for what two processors round differently."""
    if (ours.labels, ours.counts) != (theirs.labels, theirs.counts):
        return False
    steps = np.abs(np.array(ours.weights, dtype=int) - np.array(theirs.weights, dtype=int))
    return bool(steps.max() <= 1 and (steps == 0).mean() >= SAME)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--measure", action="store_true", help="on templates held out")
    asked = parser.parse_args()
    if asked.measure:
        sys.stdout.write(json.dumps(measured(), indent=1) + "\n")
        return 0
    document = fit(gathered()).document
    if not asked.check:
        MODEL.write_text(exported(document), encoding="utf-8")
        return 0
    committed = ReplyModel.of(json.loads(MODEL.read_text(encoding="utf-8")))
    if same(committed, ReplyModel.of(document)):
        return 0
    sys.stderr.write("The committed model is not what the texts train; run without --check\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
