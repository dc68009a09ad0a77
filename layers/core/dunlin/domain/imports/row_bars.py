"""What a row's notes, names and flags say that forbids to write before a person has looked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dunlin.domain.imports import barring, statuses
from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.columns import LONG, LONGEST, MEMORY, Columns
from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.industry import is_insurer
from dunlin.domain.imports.permissions import opts_out
from dunlin.domain.imports.phrases import BREAK, Lexicon, Worded
from dunlin.domain.imports.row_dates import RowDates

_NOTES = Lexicon(
    (
        *(row for row in barring.SAID if row[0] != barring.INSURER),
        *barring.NOTED,
        ("", barring.OVER),
        ("", barring.HARMLESS),
    )
)
_BARE = Lexicon((*barring.SAID, *barring.BARE, ("", barring.OVER)))
_NAMES = Lexicon((*barring.NAMED, ("", barring.HARMLESS)))
_MARKED = Lexicon(barring.MARKED)
_NOT_YET = frozenset(
    """will would may might could if before unless avoid threatened threaten threatening warned
    warning prior next should until""".split()
)
_LATER = frozenset((barring.AGENCY, barring.LEGAL))
"""What was only announced has not come to pass."""
_OF_AGE = 18
_LAST = frozenset(("zz", "ZZ", "Zz"))
_OUT_OF_USE = re.compile(r"^[zZ]{2,}[-_ ]*(?=[A-Z])")
"""Names are sorted to the end of a list so."""
_SET_BEFORE = re.compile(r"\W*([A-Za-z][A-Za-z ]*?)\s*(?:[\])*]|\s[-\u2013\u2014]\s|:\s)")
"""A mark before a name: `VOID - `, `[HOLD] `."""
_OF_NUMBERS = "0123456789 ()+-./"
_BRIEF = 3
"""Words of a note that is no more than a mark."""
_ALIVE = frozenset("alive living vivo viva lebt vivant vivante a active l".split())
_NEITHER = frozenset(
    """none never inactive ok clear normal civilian resolved withdrawn dropped lifted released ended
    closed settled rejected""".split()
)
"""Words with which a flag is not set; the first where it asks who has died."""
_FLAGS = (*barring.STAFF, barring.DISPUTED)
_JOINED = frozenset(("cxo", "cnd"))
"""`c/o` and `C&D`, as a text is split."""
_WORDS = re.compile("[a-z]+").findall


def _triggers(*lexicons: Iterable[tuple[str, str]]) -> tuple[frozenset[str], frozenset[str]]:
    """The longest word of each phrase, and of those with `*` the first four letters: without any
    of them a text need not be read."""
    whole, begun = set(), set()
    for rows in lexicons:
        for _, phrases in rows:
            for phrase in phrases.split("|"):
                word = max((w for w in phrase.split() if w not in _JOINED), key=len, default="")
                if word.endswith("*"):
                    begun.add(word[:-1][:4])
                else:
                    whole.add(word)
    return frozenset(whole), frozenset(begun)


_WHOLE, _BEGUN = _triggers(barring.SAID, barring.NOTED, barring.NAMED, barring.BARE, barring.MARKED)

_STARTS = frozenset(w[:4] for w in _WHOLE) | _BEGUN


def may_bar(text: str) -> bool:
    """False for a text in which no word of the lists stands."""
    words = _WORDS(text.lower() if text.isascii() else fold(text))
    if _STARTS.isdisjoint([w[:4] for w in words]):
        return "c" in words and "d" in words
    return not _WHOLE.isdisjoint(words) or not _BEGUN.isdisjoint([w[:4] for w in words])


def bars_of_note(text: str) -> tuple[str, ...]:
    """The codes of what a note says, the gravest first."""
    if not may_bar(text):
        return ()
    worded = _NOTES.read(text[:LONGEST])
    codes = {
        phrase.meaning
        for phrase in worded.phrases
        if phrase.meaning
        and not phrase.denied
        and not (phrase.meaning in _LATER and _announced(worded, phrase.start))
    }
    return _sorted(codes | _bare(text))


def _bare(text: str) -> set[str]:
    """The codes of clauses that are no more than a mark: `HOLD - ask Maria`, `Estate`."""
    worded = _BARE.read(text[:LONGEST])
    codes: set[str] = set()
    clause: list[int] = []
    for at, word in enumerate([*worded.words, BREAK]):
        if word != BREAK:
            clause.append(at)
            continue
        if 0 < len(clause) <= _BRIEF:
            here = [p for p in worded.phrases if clause[0] <= p.start <= clause[-1]]
            covered = sum(p.end - p.start for p in here if p.meaning and not p.denied)
            if covered == len([i for i in clause if worded.words[i].isalpha()]):
                codes |= {p.meaning for p in here if p.meaning and not p.denied}
        clause = []
    return codes - {barring.INSURER}


def _announced(worded: Worded, start: int) -> bool:
    clause = worded.words[max(0, start - 6) : start]
    if BREAK in clause:
        clause = clause[len(clause) - clause[::-1].index(BREAK) :]
    return not _NOT_YET.isdisjoint(clause)


def bars_of_name(text: str) -> tuple[str, ...]:
    """The codes of what stands beside a name or in an address, the gravest first."""
    text = _OUT_OF_USE.sub("", text)
    if not may_bar(text) and "\u2020" not in text:
        return ()
    worded = _NAMES.read(text[:LONG])
    codes = {p.meaning for p in worded.phrases if p.meaning and not p.denied}
    if "\u2020" in text:
        codes.add(barring.DECEASED)
    if before := _SET_BEFORE.match(text):
        whole = _MARKED.read(before[1])
        codes |= {p.meaning for p in whole.phrases if p.end - p.start == len(whole.words)}
    marked = _MARKED.read(text[:LONG])
    words = marked.words
    for phrase in marked.phrases:
        ends = phrase.end == len(words) or words[phrase.end] == BREAK
        if phrase.start > 0 and words[phrase.start - 1] == BREAK and ends:
            codes.add(phrase.meaning)
    if len(words) > 2 and words[-1] == "estate" and "real" not in words:
        codes.add(barring.DECEASED)
    return _sorted(codes)


def _sorted(codes: set[str]) -> tuple[str, ...]:
    return tuple(code for code in barring.CODES if code in codes)


class RowBars:
    """Reads the cells in which such words may stand, and remembers those that recur."""

    def __init__(self, columns: Columns, dates: RowDates) -> None:
        by = columns.by
        self._dates = dates
        self._notes = [*by.get("notes", ()), *by.get("lease_status", ())]
        names = ("consumer_name", "company", "last_name", "first_name", "street", "street2")
        self._names = [i for field in names for i in by.get(field, ())]
        self._flags = [(code, i) for code in _FLAGS for i in by.get(code, ())]
        self._closed = by.get("opt_out_all", [])
        self._payers = by.get("payer_kind", [])
        self._ages = by.get("age", [])
        # Who answers for a patient may be their insurer.
        self._answers = by.get("consumer_name", []) if "for" in by else []
        self._points = [*by.get("email", ()), *by.get("phone", ())]
        self._known: dict[str, tuple[str, ...]] = {}

    def read(self, cells: list[str], status_says: str) -> tuple[str, ...]:
        """The codes of what a row and its status say, each once."""
        codes: tuple[str, ...] = (status_says,) if status_says else ()
        for index in self._notes:
            text = cells[index]
            if text:
                codes += self._remembered(text)
        for index in self._points:
            text = cells[index]
            # Most are numbers in pieces, without a letter.
            if " " in text and text.strip(_OF_NUMBERS):
                codes += self._beside_point(text)
        names = " ".join([cells[i] for i in self._names])
        if may_bar(names) or names[:2] in _LAST or "\u2020" in names:
            for index in self._names:
                codes += bars_of_name(cells[index])
        if self._flags:
            codes += self._flagged_codes(cells)
        if self._answers and is_insurer(cells[self._answers[0]]):
            codes += (barring.INSURER,)
        if self._payers or self._ages:
            codes += self._by_payer_and_age(cells)
        for index in self._closed:
            text = cells[index].strip()[:LONG]
            if text and opts_out(text, day=self._dates.is_day(index, text)):
                codes += (barring.DO_NOT_CONTACT,)
        return tuple(dict.fromkeys(codes)) if codes else ()

    def _by_payer_and_age(self, cells: list[str]) -> tuple[str, ...]:
        ages = [cells[i].strip() for i in self._ages]
        child = any(age.isdecimal() and int(age) < _OF_AGE for age in ages)
        insured = any(is_insurer(cells[i]) for i in self._payers)
        return (barring.MINOR,) * child + (barring.INSURER,) * insured

    def _flagged_codes(self, cells: list[str]) -> tuple[str, ...]:
        codes: tuple[str, ...] = ()
        for code, index in self._flags:
            text = cells[index]
            if text and self._flagged(code, text.strip()[:LONG], index):
                codes += (code,)
        return codes

    def _beside_point(self, text: str) -> tuple[str, ...]:
        """The codes of words that stand beside an address or a number, or in its place: `DNC
        312-555-0101`, `do not email`."""
        words = " ".join([w for w in text.split() if "@" not in w and any(map(str.isalpha, w))])
        return self._remembered(words) if words else ()

    def _remembered(self, text: str) -> tuple[str, ...]:
        known = self._known.get(text)
        if known is None:
            known = bars_of_note(text)
            if len(text) <= LONG:
                if len(self._known) > MEMORY:
                    self._known.clear()
                self._known[text] = known
        return known

    def _flagged(self, code: str, text: str, index: int) -> bool:
        """Whether a flag is set: a yes, a day, a number, a name; and not a no or a nought."""
        if is_blank(text) or not text.strip("0.,-/ :"):
            return False
        yes = statuses.yes_no(text)
        if yes is not None:
            return yes
        word = fold(text)
        if word in _NEITHER or (code == barring.DECEASED and word in _ALIVE):
            return False
        return self._dates.is_day(index, text) is not False
