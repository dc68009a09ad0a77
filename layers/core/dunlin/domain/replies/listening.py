"""Listening: what the fixed phrase lists hear in an inbound text.

Texts are folded first (`folding`). A model may add opt-outs to what is found here, it may never
remove one.
"""

from __future__ import annotations

import re

from dunlin.domain.replies.folding import MOST, fold, own_words
from dunlin.domain.replies.phrases import (
    BENIGN_WORDS,
    CHAIN,
    FOREIGN,
    HELP_WORDS,
    KEEPS,
    NEVER,
    ONLY,
    OPT_OUT,
    PER_SE,
    PER_SE_RUN,
    PER_SE_WORD,
    POLITE,
    SIGNALS,
    START_WORDS,
    TARGETS,
    TEASED,
    TYPO_WORDS,
)
from dunlin.domain.replies.signals import ReplySignals

_NO_NAMES = (
    "I If What When How Who Why Yet My The Mine Sure A Interested Now Today Really Paying Working "
    "Okay Ok Me Able Home Anything Much Available Good Right Fair True Correct"
).replace(" ", r"\b|")
# A name is known by its capital, so it is looked for before the text is folded.
_NOT_NAMED = re.compile(
    r"\b(?:(?:I[’'`]?m|I am|[Tt]his is|[Ii]t[’'`]?s|[Ii]t is) not|^[Nn]ot|"
    r"(?:[Tt]his|[Ii]t) isn[’'`]?t|[Dd]on[’'`]?t know(?: an?y?| who)?|[Nn]o soy) "
    rf"(?!{_NO_NAMES}\b)[A-Z][a-z]+(?= [A-Z]| is\b|[.!,?]|\s*$)"
)
_LONG_TYPO_WORDS = tuple(w for w in TYPO_WORDS if len(w) > 5)
_SPLIT = re.compile(r"[.!?;:,\n\r\u2026\u2013\u2014()\"]+|\s-+\s|\s-+$|^-+\s")


def _words(sentence: str) -> list[str]:
    return re.findall(r"[a-z0-9$]+", sentence)


def _sentences(folded: str) -> list[list[str]]:
    return [w for part in _SPLIT.split(folded) if (w := _words(part))]


def one_typo(word: str, target: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours makes them equal."""
    if word == target:
        return True
    if abs(len(word) - len(target)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(word, target, strict=False)) if a != b),
              min(len(word), len(target)))  # fmt: skip
    rest, wanted = word[at:], target[at:]
    return (
        rest[1:] == wanted[1:]
        or rest[1:] == wanted
        or rest == wanted[1:]
        or (len(rest) > 1 and rest[1] + rest[0] + rest[2:] == wanted)
    )


def _is_per_se(words: list[str]) -> bool:
    """Whether a sentence is a per se phrase, said politely, twice, or run together."""
    if " ".join(words) in PER_SE:
        return True
    core = [w for w in words if w not in POLITE]
    if not core:
        return False
    joined = " ".join(core)
    negated = " ".join(w for w in words if w not in POLITE or w == "no")
    if PER_SE_RUN.fullmatch(joined) or PER_SE_RUN.fullmatch(negated):
        return True
    return len(core) == 1 and bool(re.fullmatch(r"(?:stop){2,}(?:all)?", core[0]))


def _is_typo(words: list[str]) -> bool:
    """One-typo tolerance, for replies of one word, or of one long word that fell apart."""
    word = "".join(words)
    if len(words) > 3 or word in BENIGN_WORDS or len(word) < 3:
        return False
    targets = TYPO_WORDS if len(words) == 1 else _LONG_TYPO_WORDS
    return any(one_typo(word, target) for target in targets)


def _chains(plain: str) -> set[str]:
    """The media a `stop calling or texting me` names."""
    named: set[str] = set()
    for match in CHAIN.finditer(plain):
        for signal, words in TARGETS.items():
            if not words.isdisjoint(match[0].split()):
                named.add(signal)
    return named


def listen(text: str) -> ReplySignals:
    """What an inbound text says, worked out anew."""
    text = own_words(text[:MOST])
    folded = fold(text)
    if FOREIGN.fullmatch(text):
        return ReplySignals(opt_out=True, signals=frozenset({"message_opt_out"}))
    folded, kept = KEEPS.subn(" ", TEASED.sub(" ", folded))
    sentences = _sentences(folded)
    if not sentences:
        return ReplySignals(keeps=kept > 0)
    whole = [w for s in sentences for w in s]
    plain = NEVER.sub(" ", " ".join(whole))
    bounded = " . ".join(NEVER.sub(" ", " ".join(s)) for s in sentences)
    signals = _chains(bounded)
    signals |= {name for name, heard_in in SIGNALS if heard_in(bounded)}
    if _NOT_NAMED.search(text[:2000]):
        signals.add("wrong_person")
    signals |= {name for name, pattern in ONLY if pattern.search(bounded)}
    if (
        any(_is_per_se(s) for s in sentences)
        or _is_per_se(whole)
        or "".join(whole) in PER_SE
        or _is_typo(whole)
        or OPT_OUT.search(bounded) is not None
    ):
        signals.add("message_opt_out")
    opt_out = not signals.isdisjoint(("message_opt_out", "text_opt_out"))
    spoken = " ".join(w for w in whole if w not in POLITE)
    return ReplySignals(
        opt_out=opt_out,
        ambiguous=not opt_out
        and ("call_opt_out" in signals or PER_SE_WORD.search(plain) is not None),
        start=not opt_out and spoken in START_WORDS,
        help=not opt_out and spoken in HELP_WORDS,
        keeps=not opt_out and kept > 0,
        signals=frozenset(signals),
    )
