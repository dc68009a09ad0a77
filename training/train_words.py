"""Trains the words model on the texts beside this file and writes its JSON.

python -m training.train_words             write the model
python -m training.train_words --check     prove that the committed model is this one
python -m training.train_words --measure   cross-validation by line, as it is judged
"""

import argparse
import hashlib
import json
import random
import re
import sys
from base64 import b64encode
from collections import Counter
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from dunlin.domain.messages.spelling import KnownWords, fold
from dunlin.domain.messages.threats import threats
from dunlin.domain.messages.words_model import WordsModel, features, sentences, stretches
from training.phrase_grammar import expanded

HERE = Path(__file__).parent
MODEL = HERE.parent / "layers" / "core" / "dunlin" / "words" / "model.json"
WORDS, CHARS, NAMING = 32_768, 32_768, 4_096  # buckets; those of words that name the kind
HARMLESS = ("benign", "harmless")
REFUSE_AT, SENTENCE_AT, HARMLESS_BELOW = 0.35, 0.45, -0.3
STRENGTH = 1.0
BENIGN_SHARE, HOSTILE_SHARE = 2.5, 1.6  # drafts of a line of a grammar, as its ways double
SEED = 20_261_130
_LETTERS = re.compile(r"[a-z]+(?:'[a-z]+)?")
_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7"}
_LOOKALIKE = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "i": "і"}


class Draft(NamedTuple):
    """One draft, what is wrong with it (or that nothing is), its language and where it stands."""

    text: str
    kind: str
    language: str
    line: str


def drafts() -> list[Draft]:
    """Every draft of the texts and of the grammars, each once."""
    rows: dict[tuple[str, str], Draft] = {}
    for path in sorted(HERE.glob("words_*.txt")):
        kind = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.startswith("["):
                kind = line.strip("[]")
            elif line and not line.startswith("#"):
                for text in variants(line):
                    _put(rows, Draft(text, kind, path.stem[-2:], f"{path.stem}:{number}"))
    for path in sorted(HERE.glob("phrases_*.txt")):
        share = BENIGN_SHARE if "benign" in path.stem else HOSTILE_SHARE
        for text, kind, number in expanded(path, share):
            _put(rows, Draft(text, kind, path.stem[-2:], f"{path.stem}:{number}"))
    return list(rows.values())


def _put(rows: dict[tuple[str, str], Draft], draft: Draft) -> None:
    rows.setdefault((draft.text.casefold(), draft.language), draft)


def variants(line: str) -> list[str]:
    """`Pay {now|today}` as two drafts; several choices in a line go together."""
    most = max((m[1].count("|") + 1 for m in _CHOICE.finditer(line)), default=1)
    return [_CHOICE.sub(partial(_of, number=n), line) for n in range(most)]


def _of(choices: re.Match[str], number: int) -> str:
    options = choices[1].split("|")
    return options[number % len(options)]


def disguised(text: str, chance: random.Random) -> str:
    """The draft in one of the spellings that people try, or as it is mistyped in haste."""
    words = text.split(" ")
    longer = [n for n, w in enumerate(words) if sum(c.isalpha() for c in w) > 3 and "{" not in w]
    way = chance.choice((_leet, _spaced, _parted, _masked, _unseen, _alike, _slip, _thin, _long))
    for n in chance.sample(longer, min(len(longer), 3)):
        words[n] = way(words[n], chance)
    return " ".join(words)


def _leet(word: str, chance: random.Random) -> str:
    return "".join(
        chance.choice(_LEET[c]) if c in _LEET and chance.random() < 0.7 else c for c in word
    )


def _spaced(word: str, chance: random.Random) -> str:
    return chance.choice(" .-_").join(word.rstrip(".,!?"))


def _parted(word: str, chance: random.Random) -> str:
    at = chance.randrange(2, len(word) - 1)
    return word[:at] + chance.choice("-. *") + word[at:]


def _masked(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    return f"{word[:at]}*{word[at + 1 :]}"


def _unseen(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    return word[:at] + chance.choice("\u200b\u00ad\u2060") + word[at:]


def _alike(word: str, _chance: random.Random) -> str:
    return "".join(_LOOKALIKE.get(c, c) for c in word)


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _thin(word: str, _chance: random.Random) -> str:
    return word[0] + re.sub(r"[aeiou]", "", word[1:])


def _long(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    return word[:at] + word[at] * 3 + word[at + 1 :]


def with_disguises(rows: list[Draft]) -> list[Draft]:
    """Every draft, every second once more in a disguise, and every third among sentences that may
    be said.

    Hostile and benign alike, so that an odd spelling or a long draft by itself speaks against
    nobody.
    """
    chance = random.Random(SEED)  # noqa: S311 - drafts, not secrets
    benign = {
        language: [d.text for d in rows if d.kind in HARMLESS and d.language == language]
        for language in ("en", "es")
    }
    more = [draft._replace(text=disguised(draft.text, chance)) for draft in rows[::2]]
    for draft in rows[::3]:
        around = chance.sample(benign[draft.language], 2)
        around.insert(chance.randrange(3), draft.text)
        more.append(draft._replace(text=" ".join(around)))
    return rows + more


def lexicon_of(rows: list[Draft]) -> list[str]:
    """The words of the drafts, the commoner first."""
    met = Counter(word for draft in rows for word in _LETTERS.findall(fold(draft.text)))
    return [word for word, _ in sorted(met.items(), key=lambda each: (-each[1], each[0]))]


def counted(texts: list[str], lexicon: KnownWords) -> csr_matrix:
    """Bucket counts, as the model reads them at run time."""
    pointers: list[int] = [0]
    buckets: list[int] = []
    numbers: list[float] = []
    for text in texts:
        met = features(text, WORDS, CHARS, lexicon)
        buckets += met
        numbers += met.values()
        pointers.append(len(buckets))
    shape = (len(texts), WORDS + CHARS)
    return csr_matrix((np.array(numbers), buckets, pointers), shape=shape)


def naming(values: csr_matrix) -> csr_matrix:
    """The buckets of words, folded into the fewer ones that name a kind."""
    words = values[:, :WORDS].tocoo()
    shape = (values.shape[0], NAMING)
    return csr_matrix((words.data, (words.row, words.col % NAMING)), shape=shape)


def rounded(linear: LinearSVC | LogisticRegression) -> tuple[np.ndarray, list[float]]:
    """Weights as whole numbers with a scale for each row; the model is set to what they give."""
    scales = [float(f"{s:.6g}") for s in np.abs(linear.coef_).max(axis=1) / 127]
    whole = np.rint(linear.coef_ / np.array(scales)[:, None]).astype("i1")
    linear.intercept_ = np.array([float(f"{b:.5f}") for b in np.atleast_1d(linear.intercept_)])
    linear.coef_ = whole * np.array(scales)[:, None]
    return whole, scales


def fit(
    plainly: list[Draft], strength: float = STRENGTH
) -> tuple[TfidfTransformer, LinearSVC, LogisticRegression, dict[str, object]]:
    """The fitted parts, set to what is exported, and the document. A hostile draft counts whole; of
    a benign one each sentence may be said too."""
    known = lexicon_of(plainly)
    rows = with_disguises(plainly)
    units = {draft.text: draft.kind for draft in rows}
    for draft in plainly:
        if draft.kind in HARMLESS:
            for part in sentences(draft.text):
                units.setdefault(part, draft.kind)
    hostile = np.array([kind not in HARMLESS for kind in units.values()])
    counts = counted(list(units), KnownWords(known))
    tfidf = TfidfTransformer(sublinear_tf=True)
    values = tfidf.fit_transform(counts)
    linear = LinearSVC(C=strength, random_state=SEED, fit_intercept=False)
    kinds = LogisticRegression(C=10, tol=1e-3, max_iter=100)
    with threadpool_limits(1):  # many small steps: threads only wait for each other
        linear.fit(values, hostile)
        names = [kind for kind in units.values() if kind not in HARMLESS]
        kinds.fit(naming(values[hostile]), names)
    whole, [scale] = rounded(linear)
    kind_whole, kind_scales = rounded(kinds)
    seen = np.minimum(np.asarray((counts > 0).sum(axis=0)).ravel(), 65_535).astype("<u2")
    document: dict[str, object] = {
        "kinds": [str(c) for c in kinds.classes_],
        "lexicon": " ".join(known),
        "words": WORDS,
        "naming": NAMING,
        "chars": CHARS,
        "documents": len(units),
        "refuse_at": REFUSE_AT,
        "sentence_at": SENTENCE_AT,
        "harmless_below": HARMLESS_BELOW,
        "scale": scale,
        "intercept": float(linear.intercept_[0]),
        "kind_scales": kind_scales,
        "kind_intercepts": kinds.intercept_.tolist(),
        "counts": b64encode(seen.tobytes()).decode(),
        "weights": b64encode(np.ascontiguousarray(whole).tobytes()).decode(),
        "kind_weights": b64encode(np.ascontiguousarray(kind_whole.T).tobytes()).decode(),
    }
    content = json.dumps(document, sort_keys=True)
    document["version"] = hashlib.sha256(content.encode()).hexdigest()[:16]
    return tfidf, linear, kinds, document


def cross_validated(rows: list[Draft], folds: list[set[int]]) -> list[tuple[float, float, bool]]:
    """Of each draft, how likely it is refused by its worst stretch and by its worst sentence, by a
    model that saw neither it nor its line, and whether the grammar of threats refuses it."""
    scored = [(0.0, 0.0, False)] * len(rows)
    for held_out in folds:
        *_, document = fit([row for at, row in enumerate(rows) if at not in held_out])
        model = WordsModel.of(document)
        for at in held_out:
            parts = sentences(rows[at].text)
            scored[at] = (
                max(map(model.score, stretches(parts))),
                max(map(model.score, parts or [""])),
                any(
                    not model.reads_as_harmless(part) and any(threats(model.lexicon.plain(part)))
                    for part in parts
                ),
            )
    return scored


def by_line(rows: list[Draft], folds: int = 5) -> list[set[int]]:
    """Folds in which the drafts of one line stand together."""
    return [
        {at for at, row in enumerate(rows) if crc32(row.line.encode()) % folds == fold}
        for fold in range(folds)
    ]


def exported(document: dict[str, object]) -> str:
    return json.dumps(document, sort_keys=True, indent=1) + "\n"


def measure(rows: list[Draft]) -> dict[str, float]:
    """Cross-validation by line of the words check without its lists: grammar and model together."""
    result: dict[str, float] = {"drafts": len(rows)}
    scored = cross_validated(rows, by_line(rows))
    for language in ("en", "es"):
        for name, harmless in (("benign", True), ("hostile", False)):
            those = [
                whole >= REFUSE_AT or worst >= SENTENCE_AT or threatens
                for row, (whole, worst, threatens) in zip(rows, scored, strict=True)
                if row.language == language and (row.kind in HARMLESS) is harmless
            ]
            result[f"{name}_{language}"] = len(those)
            result[f"{name}_{language}_refused"] = round(sum(those) / len(those), 4)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--measure", action="store_true", help="cross-validate, write nothing")
    asked = parser.parse_args()
    rows = drafts()
    if asked.measure:
        sys.stdout.write(json.dumps(measure(rows), indent=1) + "\n")
        return 0
    *_, document = fit(rows)
    if not asked.check:
        MODEL.write_text(exported(document), encoding="utf-8")
    elif MODEL.read_text(encoding="utf-8") != exported(document):
        sys.stderr.write("The committed model is not what the texts train; run without --check\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
