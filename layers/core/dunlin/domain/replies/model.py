"""The reply model: a linear classifier over hashed n-grams, scored in plain Python.

It is asked beside the fixed lists and may only add to what they heard (`reading`). Trained by
training.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt
from typing import Any

from dunlin.domain.packed_numbers import unpacked
from dunlin.domain.replies.folding import fold, own_words, pictures
from dunlin.domain.replies.signals import classify_reply

_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_MOST = 1_000  # characters of one text that are scored
_MASK = 0xFFFFFFFF


def prepare(text: str) -> str:
    """The person's own words, folded, with their emoji in words and every digit alike; what
    training and scoring both read."""
    own = own_words(text)[:_MOST]
    return _DIGIT.sub("0", f"{fold(own)} {pictures(own)}".strip())


def prepare_words(text: str) -> str:
    """The same, and what the fixed lists hear in it as words of their own."""
    heard = classify_reply(text)
    marks = sorted(heard.signals) + ["ambiguous"] * heard.ambiguous + ["keeps"] * heard.keeps
    return " ".join([prepare(text), *(f"heard_{mark}" for mark in marks)])


def char_grams(text: str) -> Iterator[str]:
    """Runs of two to five characters inside words, each word with a space on both sides."""
    for word in text.split():
        padded = f" {word} "
        for n in range(2, 6):
            if len(padded) <= n:
                yield padded
                break  # a short word counts once
            for start in range(len(padded) - n + 1):
                yield padded[start : start + n]


def word_grams(text: str) -> Iterator[str]:
    """Words, and pairs of neighbours."""
    words = _WORD.findall(text)
    yield from words
    for left, right in pairwise(words):
        yield f"{left} {right}"


def murmur(token: str) -> int:
    """MurmurHash3, 32 bits, seed 0, of the UTF-8 bytes, as an unsigned number."""
    data = token.encode()
    whole = len(data) & ~3
    h = 0
    for at in range(0, whole, 4):
        h ^= _mixed(int.from_bytes(data[at : at + 4], "little"))
        h = ((h << 13) | (h >> 19)) & _MASK
        h = (h * 5 + 0xE6546B64) & _MASK
    if whole < len(data):
        h ^= _mixed(int.from_bytes(data[whole:], "little"))
    h ^= len(data)
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & _MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & _MASK
    return h ^ (h >> 16)


def _mixed(k: int) -> int:
    k = (k * 0xCC9E2D51) & _MASK
    k = ((k << 15) | (k >> 17)) & _MASK
    return (k * 0x1B873593) & _MASK


def bucket(token: str, size: int) -> int:
    """Where a token is counted: the absolute value of its signed hash, modulo the size."""
    h = murmur(token)
    return (h if h < 0x80000000 else 0x100000000 - h) % size


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """How likely each label is (they sum to one), and that the text holds an opt-out, whatever
    else it says."""

    labels: Mapping[str, float]
    stops: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyModel:
    """Weights by bucket, a number for each label and one for the opt-out; `counts` by bucket.

    Buckets of characters come first, then those of words. `stop_at` is the probability from
    which a text is an opt-out, `doubt_at` that from which it may be one, `pause_at` that from
    which it may hold a matter that halts, `idle_at` that from
    which it may hold either and does not go on by itself, `hold_at` what a label must reach to be
    obeyed.
    """

    version: str
    labels: tuple[str, ...]
    chars: int
    words: int
    documents: int
    counts: array[int]
    weights: array[int]
    scales: tuple[float, ...]
    intercepts: tuple[float, ...]
    stop_at: float
    doubt_at: float
    pause_at: float
    idle_at: float
    hold_at: float

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> ReplyModel:
        """The model of an exported document. Raises `KeyError` or `ValueError` for another."""
        size = document["chars"] + document["words"]
        width = len(document["labels"]) + 1
        counts, weights = unpacked(document, counts=("H", size), weights=("b", size * width))
        return cls(
            version=document["version"],
            labels=tuple(document["labels"]),
            chars=document["chars"],
            words=document["words"],
            documents=document["documents"],
            counts=counts,
            weights=weights,
            scales=tuple(document["scales"]),
            intercepts=tuple(document["intercepts"]),
            stop_at=document["stop_at"],
            doubt_at=document["doubt_at"],
            pause_at=document["pause_at"],
            idle_at=document["idle_at"],
            hold_at=document["hold_at"],
        )

    def scores(self, text: str) -> list[float]:
        """The linear score of each label, in the order of `labels`, then that of the opt-out."""
        features: dict[int, int] = {}
        plain = prepare(text)
        for gram in char_grams(plain):
            at = bucket(gram, self.chars)
            features[at] = features.get(at, 0) + 1
        for gram in word_grams(prepare_words(text)):
            at = self.chars + bucket(gram, self.words)
            features[at] = features.get(at, 0) + 1
        values = {
            at: (1 + log(n)) * (log((1 + self.documents) / (1 + self.counts[at])) + 1)
            for at, n in features.items()
        }
        length = sqrt(sum(v * v for v in values.values())) or 1.0
        width = len(self.labels) + 1
        sums = [0.0] * width
        for at, value in values.items():
            row = self.weights[at * width : (at + 1) * width]
            for i, weight in enumerate(row):
                sums[i] += weight * value
        return [
            s * scale / length + base
            for s, scale, base in zip(sums, self.scales, self.intercepts, strict=True)
        ]

    def likely(self, text: str) -> Likely:
        """How likely each label is."""
        *scores, stops = self.scores(text)
        most = max(scores)
        raised = [exp(s - most) for s in scores]
        total = sum(raised)
        return Likely(
            labels={label: r / total for label, r in zip(self.labels, raised, strict=True)},
            stops=1 / (1 + exp(-stops)),
        )
