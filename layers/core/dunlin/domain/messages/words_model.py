"""The words model: a linear classifier over hashed n-grams of a draft's sentences, in plain Python.

It is asked after the lists and may only refuse (US-FDCPA-FALSE and its like): what it lets by is
still approved by a person. Trained by training.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt
from typing import Any
from zlib import crc32

from dunlin.domain.messages.concepts import concepts
from dunlin.domain.messages.spelling import KnownWords
from dunlin.domain.messages.threats import harmless, threats
from dunlin.domain.packed_numbers import unpacked

MOST = 20_000  # characters of one draft that are scored
_ENOUGH = 6  # words
_SENTENCE = re.compile(r"(?:[^.!?;\n]|[.!?](?=[\w/@]))+[.!?;]*")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|0+")
_DIGIT = re.compile(r"\d")
_LINK = re.compile(r"https?://\S+|\{+[^{}]*\}+")


def sentences(text: str) -> list[str]:
    """The sentences of a draft without its links."""
    return [s.strip() for s in _SENTENCE.findall(_LINK.sub(" ", text[:MOST])) if s.strip()]


def stretches(parts: list[str]) -> list[str]:
    """Every three sentences in a row; all of them where there are fewer."""
    return [" ".join(parts[at : at + 3]) for at in range(max(1, len(parts) - 2))]


def word_grams(words: list[str]) -> Iterator[str]:
    """Words, pairs and triples of neighbours, with where the sentence begins and ends."""
    yield from words
    edged = ["^", *words, "$"]
    for left, right in pairwise(edged):
        yield f"{left} {right}"
    for at in range(len(words) - 2):
        yield " ".join(words[at : at + 3])


def char_grams(words: list[str]) -> Iterator[str]:
    """Runs of three to five characters inside words, each word with a space on both sides."""
    for word in words:
        padded = f" {word} "
        for n in range(3, 6):
            for start in range(len(padded) - n + 1):
                yield padded[start : start + n]


def concept_grams(words: list[str]) -> Iterator[str]:
    """What the words are about: alone, next to each other, and any two in one text."""
    met = [names for word in words if (names := concepts(word))]
    flat = sorted({name for names in met for name in names})
    yield from (f"@{name}" for name in flat)
    for n, left in enumerate(flat):
        yield from (f"@{left}&{right}" for right in flat[n + 1 :])
    for before, after in pairwise(met):
        yield from (f"@{left}>{right}" for left in before for right in after)


def _said(spelled: str) -> Iterator[str]:
    """What the grammar makes of it: whether it is denied, tied to paying, or a threat."""
    yield "@@harmless" if harmless(spelled) else "@@plain"
    for kind in {kind for kind, _ in threats(spelled)}:
        yield "@@threat"
        yield f"@@{kind}"


def features(text: str, words: int, chars: int, lexicon: KnownWords) -> dict[int, int]:
    """How often each bucket is met in a text: those of words first, then those of characters."""
    spelled = lexicon.plain(text)
    read = _WORD.findall(_DIGIT.sub("0", spelled))
    counted: dict[int, int] = {}
    for gram in (*word_grams(read), *concept_grams(read), *_said(spelled)):
        at = crc32(gram.encode()) % words
        counted[at] = counted.get(at, 0) + 1
    for gram in char_grams(read):
        at = words + crc32(gram.encode()) % chars
        counted[at] = counted.get(at, 0) + 1
    return counted


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsModel:
    """Weights by bucket, and the words that are known. `weights` decide; those by kind only name
    what was refused, over fewer buckets. `refuse_at` is the score from which some
    sentences in a row are refused, `sentence_at` that from which one of them is, `harmless_below`
    that under which a listed word is let by."""

    version: str
    lexicon: KnownWords
    kinds: tuple[str, ...]
    words: int
    naming: int
    chars: int
    documents: int
    counts: array[int]
    weights: array[int]
    scale: float
    intercept: float
    kind_weights: array[int]
    kind_scales: tuple[float, ...]
    kind_intercepts: tuple[float, ...]
    refuse_at: float
    sentence_at: float
    harmless_below: float

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> WordsModel:
        """The model of an exported document. Raises `KeyError` or `ValueError` for another."""
        size = document["words"] + document["chars"]
        counts, weights, kind_weights = unpacked(
            document,
            counts=("H", size),
            weights=("b", size),
            kind_weights=("b", document["naming"] * len(document["kinds"])),
        )
        return cls(
            version=document["version"],
            lexicon=KnownWords(document["lexicon"].split()),
            kinds=tuple(document["kinds"]),
            words=document["words"],
            naming=document["naming"],
            chars=document["chars"],
            documents=document["documents"],
            counts=counts,
            weights=weights,
            scale=document["scale"],
            intercept=document["intercept"],
            kind_weights=kind_weights,
            kind_scales=tuple(document["kind_scales"]),
            kind_intercepts=tuple(document["kind_intercepts"]),
            refuse_at=document["refuse_at"],
            sentence_at=document["sentence_at"],
            harmless_below=document["harmless_below"],
        )

    def _values(self, text: str) -> dict[int, float]:
        raw = {
            at: (1 + log(n)) * (log((1 + self.documents) / (1 + self.counts[at])) + 1)
            for at, n in features(text, self.words, self.chars, self.lexicon).items()
        }
        length = sqrt(sum(v * v for v in raw.values())) or 1.0
        return {at: value / length for at, value in raw.items()}

    def score(self, text: str) -> float:
        """The linear score of one text: the higher, the less it may be said."""
        total = sum(self.weights[at] * value for at, value in self._values(text).items())
        return total * self.scale + self.intercept

    def reads_as_harmless(self, sentence: str) -> bool:
        """Whether a sentence is so likely decent that a word of the lists in it means no harm; a
        short one says too little."""
        return len(sentence.split()) >= _ENOUGH and self.score(sentence) < self.harmless_below

    def kind_scores(self, text: str) -> list[float]:
        """The linear score of each of `kinds`."""
        width = len(self.kinds)
        sums = [0.0] * width
        for at, value in self._values(text).items():
            if at < self.words:
                row = at % self.naming * width
                for i, weight in enumerate(self.kind_weights[row : row + width]):
                    sums[i] += weight * value
        return [
            total * scale + base
            for total, scale, base in zip(sums, self.kind_scales, self.kind_intercepts, strict=True)
        ]

    def kind(self, text: str) -> str:
        """What a refused text most likely is."""
        scores = self.kind_scores(text)
        return self.kinds[max(range(len(scores)), key=scores.__getitem__)]

    def refused(self, text: str) -> list[tuple[str, str]]:
        """The sentences of a draft that may not be said, each with its kind; some in a row where
        only together they are too much."""
        scored = [(s, self.score(s)) for s in sentences(text)]
        refused = [s for s, score in scored if score >= self.sentence_at]
        if not refused:
            rows = stretches([s for s, _ in scored])
            refused = [row for row in rows if self.score(row) >= self.refuse_at][:1]
        return [(s, self.kind(s)) for s in dict.fromkeys(refused)]
