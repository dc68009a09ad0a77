"""Columns that tell how old somebody is: in years, or by the year of their birth."""

from __future__ import annotations

from collections.abc import Sequence

from dunlin.domain.imports import fields
from dunlin.domain.imports.content import Content
from dunlin.domain.imports.header_names.roles import WARD
from dunlin.domain.imports.whose import Parties

AGE, BIRTH_YEAR = "age", "birth_year"
_AGES = frozenset("age patientage studentage childage edad alter idade".split())
_BORN = frozenset(("date_of_birth", BIRTH_YEAR))
_BORN_WORDS = frozenset(("birth", "year"))
_MOST = 0.9


def years_told(header: str, content: Content, headers: Sequence[str], parties: Parties) -> str:
    """`AGE` or `BIRTH_YEAR` where a column tells how old somebody is, "" where it does not."""
    keys = fields.key_of(header), fields.bare_key(header)
    born = any(_BORN & {*fields.STRONG.get(key, ())} for key in keys)
    if content.share("year") >= _MOST and (born or _BORN_WORDS.issubset(fields.words_of(header))):
        return BIRTH_YEAR
    return AGE if _is_age(keys[0], content, headers, parties) else ""


def _is_age(key: str, content: Content, headers: Sequence[str], parties: Parties) -> bool:
    """`Age` beside a patient or a child, and a due date, is somebody's, and no debt's."""
    dated = any("due_date" in fields.STRONG.get(fields.key_of(h), ()) for h in headers)
    if key not in _AGES or content.share("int") < _MOST or not dated:
        return False
    # `Age` and `Alter` are a debt's as well; `Edad` and `Idade` are a person's alone.
    wards = any(p is not None and p.part == WARD for p in parties.parties)
    return wards or key in ("edad", "idade")
