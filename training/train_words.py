"""Trains the words model on the texts beside this file and writes its JSON.

python training/train_words.py             write the model
python training/train_words.py --check     prove that the committed model is this one
python training/train_words.py --measure   cross-validation by draft, as it is judged
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

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from dunlin.domain.messages.spelling import Lexicon, fold
from dunlin.domain.messages.threats import threats
from dunlin.domain.messages.words_model import WordsModel, features, sentences, stretches

HERE = Path(__file__).parent
MODEL = HERE.parent / "layers" / "core" / "dunlin" / "words" / "model.json"
WORDS, CHARS = 8_192, 32_768
HARMLESS = ("benign", "harmless")
REFUSE_AT, SENTENCE_AT = 0.8, 0.82
STRENGTH = 10.0
SEED = 20_261_130
_LETTERS = re.compile(r"[a-z]+(?:'[a-z]+)?")
_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7"}
_LOOKALIKE = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "i": "і"}


def drafts() -> list[tuple[str, str, str]]:
    """(text, kind, language) of every draft. Raises `ValueError` for one that stands twice."""
    rows: list[tuple[str, str, str]] = []
    for path in sorted(HERE.glob("words_*.txt")):
        kind, language = "", path.stem[-2:]
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                kind = line.strip("[]")
            elif line and not line.startswith("#"):
                rows += [(text, kind, language) for text in variants(line)]
    if len({(text.casefold(), language) for text, _, language in rows}) != len(rows):
        raise ValueError("a draft stands twice")
    return rows


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


def with_disguises(rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Every draft, each once more in a disguise, and each among sentences that may be said.

    Hostile and benign alike, so that an odd spelling or a long draft by itself speaks against
    nobody.
    """
    chance = random.Random(SEED)  # noqa: S311 - drafts, not secrets
    benign = {
        language: [text for text, kind, given in rows if kind in HARMLESS and given == language]
        for language in ("en", "es")
    }
    more = [(disguised(text, chance), kind, language) for text, kind, language in rows]
    for text, kind, language in rows:
        around = chance.sample(benign[language], 2)
        around.insert(chance.randrange(3), text)
        more.append((" ".join(around), kind, language))
    return rows + more


def lexicon_of(rows: list[tuple[str, str, str]]) -> list[str]:
    """The words of the drafts, the commoner first."""
    met = Counter(word for text, _, _ in rows for word in _LETTERS.findall(fold(text)))
    return [word for word, _ in sorted(met.items(), key=lambda each: (-each[1], each[0]))]


def counted(texts: list[str], lexicon: Lexicon) -> csr_matrix:
    """Bucket counts, as the model reads them at run time."""
    pointers, buckets, numbers = [0], [], []
    for text in texts:
        met = features(text, WORDS, CHARS, lexicon)
        buckets += met
        numbers += met.values()
        pointers.append(len(buckets))
    return csr_matrix(
        (np.array(numbers, float), buckets, pointers), shape=(len(texts), WORDS + CHARS)
    )


def rounded(linear: LogisticRegression) -> tuple[np.ndarray, list[float]]:
    """Weights as whole numbers with a scale for each row; the model is set to what they give."""
    scales = [float(f"{s:.6g}") for s in np.abs(linear.coef_).max(axis=1) / 127]
    whole = np.rint(linear.coef_ / np.array(scales)[:, None]).astype("i1")
    linear.intercept_ = np.array([float(f"{b:.5f}") for b in linear.intercept_])
    linear.coef_ = whole * np.array(scales)[:, None]
    return whole, scales


def fit(
    plainly: list[tuple[str, str, str]], strength: float = STRENGTH
) -> tuple[TfidfTransformer, LogisticRegression, LogisticRegression, dict[str, object]]:
    """The fitted parts, set to what is exported, and the document. A hostile draft counts whole; of
    a benign one each sentence may be said too."""
    known = lexicon_of(plainly)
    rows = with_disguises(plainly)
    units = {text: kind for text, kind, _ in rows}
    for text, kind, _ in rows:
        if kind in HARMLESS:
            parts = sentences(text)
            units |= dict.fromkeys((*parts, *stretches(parts)), kind)
    hostile = np.array([kind not in HARMLESS for kind in units.values()])
    counts = counted(list(units), Lexicon(known))
    tfidf = TfidfTransformer(sublinear_tf=True)
    values = tfidf.fit_transform(counts)
    linear = LogisticRegression(C=strength, tol=1e-4, max_iter=500)
    kinds = LogisticRegression(C=10, tol=1e-3, max_iter=100)
    with threadpool_limits(1):  # many small steps: threads only wait for each other
        linear.fit(values, hostile)
        names = [kind for kind in units.values() if kind not in HARMLESS]
        kinds.fit(values[hostile][:, :WORDS], names)
    whole, [scale] = rounded(linear)
    kind_whole, kind_scales = rounded(kinds)
    seen = np.minimum(np.asarray((counts > 0).sum(axis=0)).ravel(), 65_535).astype("<u2")
    document: dict[str, object] = {
        "kinds": [str(c) for c in kinds.classes_],
        "lexicon": " ".join(known),
        "words": WORDS,
        "chars": CHARS,
        "documents": len(units),
        "refuse_at": REFUSE_AT,
        "sentence_at": SENTENCE_AT,
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


def cross_validated(
    rows: list[tuple[str, str, str]], strength: float = STRENGTH
) -> tuple[np.ndarray, np.ndarray]:
    """How likely each draft is refused as a whole and by its worst sentence, by a model that never
    saw it."""
    whole, worst = np.zeros(len(rows)), np.zeros(len(rows))
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    kinds = [kind for _, kind, _ in rows]
    for train, held_out in folds.split(kinds, kinds):
        *_, document = fit([rows[i] for i in train], strength)
        model = WordsModel.of(document)
        for i in held_out:
            parts = sentences(rows[i][0])
            whole[i] = max(map(model.probability, stretches(parts)))
            worst[i] = max(map(model.probability, parts or [""]))
    return whole, worst


def exported(document: dict[str, object]) -> str:
    return json.dumps(document, sort_keys=True, indent=1) + "\n"


def measure(rows: list[tuple[str, str, str]]) -> dict[str, float]:
    """Cross-validation of the words check without its lists: grammar and model together."""
    whole, worst = cross_validated(rows)
    refused = (whole >= REFUSE_AT) | (worst >= SENTENCE_AT)
    lexicon = Lexicon(lexicon_of(rows))
    by_grammar = [
        any(any(threats(lexicon.plain(s))) for s in sentences(text)) for text, _, _ in rows
    ]
    refused |= np.array(by_grammar)
    result: dict[str, float] = {"drafts": len(rows)}
    for language in ("en", "es"):
        for name, kinds in (("benign", ("benign",)), ("harmless", ("harmless",)), ("hostile", ())):
            those = np.array(
                [
                    given == language and (kind in kinds if kinds else kind not in HARMLESS)
                    for _, kind, given in rows
                ]
            )
            result[f"{name}_{language}"] = int(those.sum())
            result[f"{name}_{language}_refused"] = round(float(refused[those].mean()), 4)
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
