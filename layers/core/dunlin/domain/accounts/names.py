"""Names: how a creditor's own word for an account, and what a person is called, are compared."""

from __future__ import annotations

import re
import unicodedata

_MOST = 4  # words of a name that a person is found by
_APOSTROPHES = re.compile("['\u2019\u02bc`]")
_WORD = re.compile(r"[^\W_]{2,}")


def plain(name: str) -> str:
    """A name as it is looked up: capitals and the number of spaces say nothing."""
    return " ".join(name.casefold().split())


def name_words(name: str) -> tuple[str, ...]:
    """The words that somebody is found by: without accents, capitals, signs and initials; of a
    long name its first ones and its last."""
    parted = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", name)).casefold()
    letters = "".join(c for c in parted if not unicodedata.combining(c))
    words = tuple(dict.fromkeys(_WORD.findall(letters)))
    return words if len(words) <= _MOST else (*words[: _MOST - 1], words[-1])


def telling_words(name: str, given_name: str) -> tuple[str, ...]:
    """The words of a name by which people are looked for: not the given ones, which very many
    share, unless there are no others."""
    words, given = name_words(name), name_words(given_name)
    return tuple(word for word in words if word not in given) or words
