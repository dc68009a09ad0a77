"""Headings whose words say that a cell allows, forbids or settles, though no table names them.

`Customer is deceased`, `May we contact this customer?`, `Texting allowed`, `Still owing`: a column
of yes and no, of days or of ticks under such a heading is a flag. Which way it runs is read from
its words; a heading that only hints at permission leaves that to a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from dunlin.domain.imports import barring, fields
from dunlin.domain.imports.content import Content
from dunlin.domain.imports.dates import fold
from dunlin.domain.imports.header_names import permissions as names
from dunlin.domain.imports.header_names import roles
from dunlin.domain.imports.phrases import Lexicon
from dunlin.domain.imports.row_bars import bars_of_note
from dunlin.domain.imports.types import ImportQuestion

WHICH_WAY = ("opt_out_all", "consent_all", fields.IGNORE)
"""What a person may say of a column that hints at permission."""
FLAGGED = 0.8
"""How sure a meaning is that is read from a heading's words, 0 to 1."""
_SURE = 0.8


class FlagHeading(NamedTuple):
    """The field that a heading's words mean, "" where they only hint at one, and why."""

    field: str
    why: str


class _Words:
    """A set of words and beginnings of words."""

    def __init__(self, listed: str) -> None:
        words = listed.split()
        self._whole = frozenset(w for w in words if "*" not in w)
        self._begun = tuple(w[:-1] for w in words if w.endswith("*"))
        self._ended = tuple(w[1:] for w in words if w.startswith("*"))

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and (
            word in self._whole
            or word.startswith(self._begun)
            or (bool(self._ended) and word.endswith(self._ended))
        )

    def any_of(self, words: Sequence[str]) -> bool:
        return any(word in self for word in words)


_DENIES, _NEGATES, _GRANTS = _Words(names.DENIES), _Words(names.NEGATES), _Words(names.GRANTS)
_ABOUT, _ENOUGH, _UNSURE = _Words(names.ABOUT), _Words(names.ENOUGH), _Words(names.UNSURE)
_EMAIL, _TEXT, _CALL = _Words(names.BY_EMAIL), _Words(names.BY_TEXT), _Words(names.BY_CALL)
_STOPS_WHAT, _PLAIN, _OTHERWISE = (
    _Words(names.STOPS_WHAT), _Words(names.PLAIN), _Words(names.OTHERWISE),
)  # fmt: skip
_ADVERTISES, _OURS = _Words(names.ADVERTISES), _Words(names.OURS)
_HALTS, _MONEY = _Words(names.HALTS), _Words(names.ASKS_FOR_MONEY)
_BESIDE = _Words(names.BESIDE)
_REASONS, _SORTS, _TRADES = _Words(names.REASONS), _Words(names.SORTS), _Words(names.TRADES)
_CERTAIN = frozenset((barring.DECEASED, barring.DO_NOT_CONTACT))
_UNCERTAIN = barring.PERSONAL - _CERTAIN - {barring.MINOR}
"""What a practice or an insurer sorts its work by too."""
_JOINED = {
    ("opt", "out"): "optout", ("opted", "out"): "optedout", ("opt", "in"): "optin",
    ("opted", "in"): "optedin", ("e", "mail"): "email", ("e", "mails"): "email",
    ("un", "subscribed"): "unsubscribed", ("c", "d"): "cease",
}  # fmt: skip

_BARS = Lexicon(
    (
        *(row for row in barring.SAID if row[0] != barring.INSURER),
        *barring.NOTED,
        *barring.HEADED,
        ("", barring.OVER),
        ("", barring.HARMLESS),
        ("", barring.CHECKED),
    )
)
_POINTS = frozenset(
    w
    for listed in (
        roles.POINTS["email"],
        roles.POINTS["phone"],
        "fax name names nom address",
    )
    for w in listed.split()
)
_CONSENT_BY = {"email": "consent_email", "sms": "consent_sms", "call": "consent_sms"}
_OVER = Lexicon((("over", barring.OVER),))
_DEAD = re.compile(
    r"(?:deceased|dcsd|died|passed away|fallecid[oa]|difunt[oa]|decedee?|defunte?|verstorben"
    r"|gestorben|falecid[oa])\b"
)
_STANDINGS = frozenset(("paid_flag", "open_flag", "deleted"))


def flag_heading(header: str, content: Content) -> FlagHeading | None:
    """What a heading's words say of a column of flags; None where they say nothing of the sort, or
    a table names the heading."""
    words = _words(header)
    if _is_named(header) or not (content.is_flag or _gives_reason(words)):
        return None
    meant = _bar(header) or _permission(words, content) or _halt(words)
    if meant is not None:
        return meant
    if not _hints(header, words, content):
        return _standing(header, words, content)
    if content.share("permission") >= _SURE > content.share("bool") and not _advertises(words):
        return FlagHeading("consent_all", "its values say who may be written to")
    return None


def asks_which_way(key: str, header: str, content: Content) -> ImportQuestion | None:
    """The question about a column that is not used though it hints at permission."""
    if not content.filled or not (content.is_flag or content.codes):
        return None
    words = _words(header)
    if not _hints(header, words, content):
        return None
    return ImportQuestion(
        kind="mapping",
        column=key,
        choices=WHICH_WAY,
        why="it seems to say who may be written to; which way does it run?",
    )


def sorts_people(header: str, cells: Sequence[str]) -> str:
    """Whether a column that is not used sorts people, and some of its cells forbid to write:
    `notes` where they do for certain, `ask` where they may speak of something else, "" else."""
    words = _words(header)
    if _TRADES.any_of(words):
        return ""
    if not _SORTS.any_of(words):
        # What can be said of people alone is heard under any heading.
        return "notes" if any(_DEAD.match(fold(cell).strip()) for cell in set(cells)) else ""
    codes = {code for cell in set(cells) if cell for code in bars_of_note(cell)}
    if codes & _CERTAIN:
        return "notes"
    return "ask" if codes & _UNCERTAIN else ""


def _gives_reason(words: Sequence[str]) -> bool:
    """`DNC Reason`: there is one only where nobody may write."""
    return _REASONS.any_of(words) and _DENIES.any_of(words)


def _is_named(header: str) -> bool:
    keys = (fields.key_of(header), fields.bare_key(header))
    return any(key in fields.STRONG for key in keys)


def _words(header: str) -> list[str]:
    words = fields.words_of(header)
    out: list[str] = []
    at = 0
    while at < len(words):
        joined = _JOINED.get(tuple(words[at : at + 2]))  # type: ignore[arg-type]
        out.append(joined or words[at])
        at += 2 if joined else 1
    return out


def _bar(header: str) -> FlagHeading | None:
    """What forbids to write before a person has looked: `Patient deceased?`, `Filed for BK`."""
    if not _POINTS.isdisjoint(fields.words_of(header)):
        return None  # where to reach somebody: `Opposing Counsel Phone`
    phrases = _BARS.read(header, typos=False).phrases
    if any(not p.meaning or p.denied for p in phrases):
        return None
    meanings = {p.meaning for p in phrases} - {barring.DO_NOT_CONTACT}
    code = next((c for c in barring.CODES if c in meanings), "")
    return FlagHeading(code, f'words of "{header.strip()}"') if code else None


def _permission(words: list[str], content: Content) -> FlagHeading | None:
    if _OTHERWISE.any_of(words) or _advertises(words):
        return None
    if not content.filled and not all(_is_known(w) for w in words):
        return None  # of cells that come later nobody knows what they hold
    denies, negates = _DENIES.any_of(words), _NEGATES.any_of(words)
    if "stop" in words and not (_ABOUT.any_of(words) or _way(words) or _STOPS_WHAT.any_of(words)):
        return None
    about = _ABOUT.any_of(words) or _way(words) or _ENOUGH.any_of(words)
    revoked = denies and any(w.startswith(("consent", "einwillig", "permis")) for w in words)
    about = about or revoked or "cease" in words or ("stop" in words)
    if not about or (denies and negates):
        return None
    spoken = " ".join(words)
    if denies or negates:
        way = _way(words)
        field = f"opt_out_{way if way in ('email', 'sms') else 'all'}"
        return FlagHeading(field, f'"{spoken}" takes permission away')
    if _GRANTS.any_of(words):
        field = _CONSENT_BY.get(_way(words), "consent_all")
        return FlagHeading(field, f'"{spoken}" gives permission')
    return None


def _is_known(word: str) -> bool:
    listed = (
        _DENIES,
        _NEGATES,
        _GRANTS,
        _ABOUT,
        _ENOUGH,
        _EMAIL,
        _TEXT,
        _CALL,
        _PLAIN,
        _STOPS_WHAT,
    )
    return any(word in words for words in listed)


def _way(words: Sequence[str]) -> str:
    """The one way of writing that a heading names, `all` where it names two, "" where none."""
    ways = [
        way
        for way, listed in (("email", _EMAIL), ("sms", _TEXT), ("call", _CALL))
        if listed.any_of(words)
    ]
    return ways[0] if len(ways) == 1 else "all" if ways else ""


def _advertises(words: Sequence[str]) -> bool:
    return _ADVERTISES.any_of(words) and not _OURS.any_of(words)


def _standing(header: str, words: Sequence[str], content: Content) -> FlagHeading | None:
    """`Still outstanding`, `Balance settled?`: a known name of a flag among words that say no more
    of it."""
    if content.share("bool") < _SURE:
        return None
    bare = "".join(w for w in words if w not in _BESIDE)
    means = set(fields.STRONG.get(bare, ())) & _STANDINGS
    return FlagHeading(means.pop(), f'words of "{header.strip()}"') if means else None


def _halt(words: list[str]) -> FlagHeading | None:
    """`Skip reminders`, `Relances suspendues`: the debt rests."""
    if _HALTS.any_of(words) and _MONEY.any_of(words):
        return FlagHeading(barring.ON_HOLD, f'"{" ".join(words)}" lets the debt rest')
    return None


def _is_over(header: str) -> bool:
    """`Dispute resolved`: a no there says that something still stands."""
    return any(p.meaning for p in _OVER.read(header, typos=False).phrases)


def _hints(header: str, words: list[str], content: Content) -> bool:
    """Whether a heading speaks of permission without saying which way: by its own words, by a
    denial of what forbids (`Not disputed`), or where advertising is forbidden."""
    if _advertises(words):
        return _DENIES.any_of(words) or _NEGATES.any_of(words)
    if _OTHERWISE.any_of(words):
        return False
    phrases = _BARS.read(header, typos=False).phrases
    if any(p.denied and p.meaning for p in phrases) or _is_over(header):
        # Where every row says the same, it says it of nobody.
        return content.filled * content.distinct > 1
    known = _DENIES.any_of(words) or _NEGATES.any_of(words) or _GRANTS.any_of(words)
    if known and (_ABOUT.any_of(words) or _way(words) or _ENOUGH.any_of(words)):
        return True
    return _UNSURE.any_of(words) and all(w in _UNSURE or w in _PLAIN for w in words)
