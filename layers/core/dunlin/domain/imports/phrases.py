"""Phrases found in a short text, whatever its marks and accents, and which of them are denied.

A phrase is words with a meaning; a word that ends in `*` stands for all that begin so. Of two
phrases that begin at one word the longer counts. Words that carry nothing (`the`, `de`, `der`) may
stand between the words of a phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from dunlin.domain.imports.dates import fold

BREAK, COLON, DAY, ASKED = "|", ":", "~", "?"
"""Marks among the words: where a clause ends, what an answer follows, a day, a doubt."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_ABBREVIATED = re.compile(r"\b(?:[a-z]\.){2,}")
_SLASHED = re.compile(r"\b([a-z])\s?([/&])\s?([a-z])\b|\bw/off\b")
_APOSTROPHE = re.compile(r"['’`´](?=[tdsm]\b)")
_DAY = re.compile(r"\b\d{1,4}([./-])\d{1,2}(?:\1\d{1,4})?\b\.?(?:t?\s?\d{1,2}:\d\d(?::\d\d)?z?)?")
_MONEY = re.compile(r"[$€£]?\s?\b\d{1,3}(?:[.,]\d{3})*[.,]\d\d\b(?!\.\d)")
_TOKEN = re.compile(r"[a-z]+|\d+|[%~?]|[:=]|\s[-–—]+(?=\s)|[;,/|()\[\]>+!·•*\n]|\.(?=\s|$)")
_SHORT = frozenset(
    """pd bal ck chk coll bez pmt ins pt acct rep atty no nr dr mr mrs ms st ch verst canc dec est
    pdte sr sra inc co resp pct vs approx rech nro num tel ext""".split()
)
"""Words after which a full stop ends no sentence."""
_FILLERS = frozenset(
    """the a an of to is was are were been be has have had in on at with for from this that its it
    as per via by and he she they his her their our us we you i im
    de del la el los las en al con un una y es ha sido esta este se su
    le les du des une est sont et a au aux par chez l d s ete il elle sa son
    der die das dem den ist wird wurde im bei beim an am zur zum und ein eine ihr er sie hat
    o os as da do dos na em foi e ser um uma""".split()
)
NEGATORS = frozenset(
    """not no never without non isnt hasnt havent didnt wasnt arent doesnt dont nor neither cannot
    cant wont sin nunca ni tampoco ne n pas jamais sans aucun aucune nicht kein keine keinen
    keiner nie niemals ohne nao sem nem nunca false""".split()
)
_OFTEN_MISTYPED = frozenset("paid unpaid void open".split())
"""Short words of which a slip is still read; of others a slip is another word."""
_REACH = 3
"""Words that a denial reaches over."""
_NO = frozenset("no n nein non nao false falsch falso faux".split())
_YES = frozenset("yes y ja si oui sim true".split())


class Phrase(NamedTuple):
    """A phrase in a text: its meaning, where it stands among the words, whether it is denied."""

    meaning: str
    start: int
    end: int
    denied: bool


class Worded(NamedTuple):
    """A text as words and marks, the phrases found in it, and the words that belong to none."""

    words: list[str]
    phrases: list[Phrase]
    left: list[str]


def split(text: str) -> list[str]:
    """The folded words of a text and the marks among them."""
    plain = fold(_CAMEL.sub(" ", text.replace("ß", "ss").replace("_", " ")))
    plain = _APOSTROPHE.sub("", plain)
    plain = _ABBREVIATED.sub(lambda m: m[0].replace(".", "") + " ", plain)
    plain = _DAY.sub(f" {DAY} ", _MONEY.sub(" 0 ", plain))
    plain = _SLASHED.sub(_joined, plain)
    words: list[str] = []
    for token in _TOKEN.findall(plain):
        mark = token.strip() or BREAK
        if mark[0].isalnum() or mark in (DAY, "%"):
            words.append(mark)
        elif mark == "." and words and words[-1] in _SHORT:
            continue
        else:
            mark = {"=": COLON, ":": COLON, "?": ASKED}.get(mark, BREAK)
            words.append(mark)
    return words


def _joined(match: re.Match[str]) -> str:
    return "woff" if match[1] is None else f"{match[1]}{'x' if match[2] == '/' else 'n'}{match[3]}"


class Lexicon:
    """Phrases by their first letters. `rows` give for each meaning its phrases, divided by `|`."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        self._by_start: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._singles: dict[str, list[tuple[str, str, bool]]] = {}
        for meaning, phrases in rows:
            for phrase in phrases.split("|"):
                words = tuple(phrase.split())
                if words:
                    self._put(words, meaning)
        for known in self._by_start.values():
            known.sort(key=lambda p: (len(p[0]), sum(map(len, p[0]))), reverse=True)

    def _put(self, words: tuple[str, ...], meaning: str) -> None:
        self._by_start.setdefault(words[0].rstrip("*")[:2], []).append((words, meaning))
        bare = words[0].rstrip("*")
        if len(words) == 1 and (len(bare) >= 6 or words[0] in _OFTEN_MISTYPED):
            self._singles.setdefault(bare[:1], []).append((bare, meaning, words[0] != bare))

    @property
    def starts(self) -> frozenset[str]:
        """The first letters with which a phrase can begin."""
        return frozenset(self._by_start)

    def read(self, text: str, *, typos: bool = False) -> Worded:
        """The phrases of a text; with `typos` a word one letter away from a known one is it."""
        words = split(text)
        phrases: list[Phrase] = []
        left: list[str] = []
        at = 0
        taken: set[int] = set()
        while at < len(words):
            match = self._at(words, at)
            if match is None and typos:
                match = self._mistyped(words, at)
            if match is None:
                at += 1
                continue
            meaning, end = match
            phrases.append(Phrase(meaning, at, end, False))
            taken.update(range(at, end))
            at = end
        denied = [f._replace(denied=_is_denied(words, f, taken)) for f in phrases]
        left = [
            w
            for i, w in enumerate(words)
            if i not in taken
            and w.isalpha()
            and w not in _FILLERS
            and w not in NEGATORS
            and not (w in _YES or w in _NO)
        ]
        return Worded(words, denied, left)

    def _at(self, words: list[str], at: int) -> tuple[str, int] | None:
        for phrase, meaning in self._by_start.get(words[at][:2], ()):
            end = _matches(words, at, phrase)
            if end:
                return meaning, end
        return None

    def _mistyped(self, words: list[str], at: int) -> tuple[str, int] | None:
        word = words[at]
        if len(word) < 4 or not word.isalpha() or word in _FILLERS or word in NEGATORS:
            return None
        near = {
            meaning
            for known, meaning, stem in self._singles.get(word[:1], ())
            if (len(word) >= 6 or known in _OFTEN_MISTYPED)
            and _one_off(word[: len(known)] if stem and len(word) > len(known) else word, known)
        }
        return (near.pop(), at + 1) if len(near) == 1 else None


def _matches(words: list[str], at: int, phrase: tuple[str, ...]) -> int:
    """Where a phrase that begins at `at` ends, 0 where it does not stand there."""
    here = at
    for number, wanted in enumerate(phrase):
        while True:
            if here >= len(words):
                return 0
            word = words[here]
            fits = word.startswith(wanted[:-1]) if wanted[-1] == "*" else word == wanted
            if fits:
                here += 1
                break
            if number == 0 or word not in _FILLERS:
                return 0
            here += 1
    return here


def _is_denied(words: list[str], phrase: Phrase, taken: set[int]) -> bool:
    if not NEGATORS.isdisjoint(words[phrase.start : phrase.end]):
        return False  # it denies by itself: "ne ... pas d'accord"
    reach = _REACH
    for i in range(phrase.start - 1, -1, -1):
        word = words[i]
        if word == BREAK or reach == 0:
            break
        if i in taken:
            reach -= 1
            continue
        if word in NEGATORS:
            return True
        reach -= word not in _FILLERS
    return _answered_no(words, phrase.end)


def _answered_no(words: list[str], at: int) -> bool:
    """`Paid: No`, `Paid - no`, `Paid (n)`: an answer after a mark, with which the text ends."""
    rest = [w for w in words[at:] if w not in (BREAK, COLON, ASKED)]
    if rest == ["none"]:
        return True
    marked = at < len(words) and words[at] in (BREAK, COLON, ASKED)
    return marked and len(rest) == 1 and rest[0] in _NO


def _one_off(word: str, known: str) -> bool:
    """True where one letter is wrong, missing, too many, or two neighbours are turned round."""
    if len(known) < 4 or abs(len(word) - len(known)) > 1:
        return False
    same = 0
    while same < min(len(word), len(known)) and word[same] == known[same]:
        same += 1
    a, b = word[same:], known[same:]
    if len(word) == len(known) and len(a) > 1 and a[1] + a[0] + a[2:] == b:
        return True
    return len(known) >= 5 and (a[1:] == b[1:] or a[1:] == b or a == b[1:])
