"""Letters and numbers in a column of standings: what `P` or `30` means only a person knows.

Each is asked about once; an answer is remembered for the layout, and a letter that comes later is
held as any standing that is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence

from dunlin.domain.imports import fields
from dunlin.domain.imports.amounts import is_blank
from dunlin.domain.imports.places import state_code
from dunlin.domain.imports.statuses import read_status
from dunlin.domain.imports.types import OPEN, PAID, VOID, ImportQuestion
from dunlin.domain.imports.whose import party_of
from dunlin.domain.imports.whose_contacts import Choice

KIND = "status_code"
HOLD = "hold"
CHOICES = (OPEN, PAID, VOID, HOLD)
_NAMED = frozenset(
    """status statuses stat stats standing stato estado estatus situacion situacao etat
    statut zustand disp dispo disposition""".split()
)
_WHOLE = frozenset(("st", "sts", "stand"))
"""Names of such columns that are parts of other words as well."""
_LETTER = frozenset(("s", "f", "x", "flag", "cd", "code", "state"))
"""Headings of columns of single letters that may say how a debt stands, or anything else."""
_LETTERS = frozenset("o p v c d x w".split())
_SHORT = frozenset("stat stats st sts disp dispo disposition".split())
_LONGEST = 3
_MOST = 8
_TICKS = frozenset("x ✓ ✔ * •".split())
_SOME = 0.2
"""The share of cells with codes below which they are slips, and each row is held by itself."""


def ask_codes(
    headers: Sequence[str],
    keys: Sequence[str],
    samples: Sequence[Sequence[str]],
    chosen: list[Choice],
    by_person: Container[int],
) -> tuple[ImportQuestion, ...]:
    """Takes columns of codes under the name of a standing for that in `chosen`; what is to be
    asked of them."""
    asked: list[ImportQuestion] = []
    for index, header in enumerate(headers):
        _, field, _ = chosen[index]
        free = field == fields.IGNORE or (field == "state" and not _are_states(samples[index]))
        free = free and index not in by_person
        letters = free and fields.key_of(header) in _LETTER and _are_letters(samples[index])
        free = free and party_of(header) is None  # how a person stands: `Patient Status`
        if field != "status" and not letters and not (free and _is_standing(header)):
            continue
        codes = _codes(samples[index])
        short = free and _SHORT & set(fields.words_of(header))
        if not codes and not (short and _says_standings(samples[index])):
            continue
        if field != "status":
            chosen[index] = (0.6, "status", "its codes say how a debt stands")
        asked += [_question(keys[index], code, count) for code, count in codes.items()]
    return tuple(asked)


def codes_in(answers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """(code, standing) of every code that a person explained."""
    return tuple(
        (question.rpartition("=")[2], answer)
        for question, answer in answers.items()
        if question.startswith(f"{KIND}:") and answer in CHOICES
    )


def unanswered(
    questions: Iterable[ImportQuestion], answers: Mapping[str, str]
) -> list[ImportQuestion]:
    """The questions less those about codes that a person explained."""
    return [q for q in questions if q.kind != KIND or answers.get(q.id) not in CHOICES]


def _are_states(cells: Sequence[str]) -> bool:
    filled = [c for c in (cell.strip() for cell in cells) if c]
    return sum(state_code(c) is not None for c in filled) * 2 >= len(filled)


def _are_letters(cells: Sequence[str]) -> bool:
    """Whether the cells are letters as they stand for open, paid and void."""
    filled = {c.strip().lower() for c in cells if c.strip()}
    return filled <= _LETTERS and len(filled) > 1 and "o" in filled


def _is_standing(header: str) -> bool:
    return bool(_NAMED & set(fields.words_of(header))) or fields.key_of(header) in _WHOLE


def _codes(cells: Sequence[str]) -> dict[str, int]:
    """The codes of a column that nobody can read, the most frequent first; none where it says its
    standings in words."""
    filled = [c for c in (cell.strip() for cell in cells) if not is_blank(c)]
    counts = Counter(c for c in filled if c.lower() not in _TICKS and not _is_read(c))
    if not counts or max(map(len, counts)) > _LONGEST or len(counts) > _MOST:
        return {}
    return dict(counts.most_common()) if counts.total() >= _SOME * len(filled) else {}


def _says_standings(cells: Sequence[str]) -> bool:
    """Whether short words of the trade say how debts stand: `PIF`, `BK13`, `CND`."""
    filled = [c for c in (cell.strip() for cell in cells) if not is_blank(c)]
    known = sum(len(c) > 1 and _is_read(c) for c in filled)
    return known * 2 >= len(filled) > 0


def _is_read(text: str) -> bool:
    reading = read_status(text)
    return bool(reading.status or reading.hold)


def _question(key: str, code: str, count: int) -> ImportQuestion:
    of = "a row" if count == 1 else f"{count} rows"
    return ImportQuestion(
        kind=KIND,
        column=f"{key}={code}",
        choices=CHOICES,
        why=f'"{key}" says only "{code}" in {of}; what does that mean of a debt?',
    )
