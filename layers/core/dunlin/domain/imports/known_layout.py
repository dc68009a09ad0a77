"""How files of one layout are read, as people answered: found again, and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from dunlin.domain.imports.file_names import words_of_name
from dunlin.domain.imports.opened import Dropped
from dunlin.domain.imports.sidecar import Sidecar
from dunlin.domain.imports.types import ImportQuestion

LAYOUT = "layout"
"""The id of the question what an earlier answer means for columns that changed."""
AS_BEFORE, ANEW = "as_before", "anew"
_ALIKE = 0.6
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLayout:
    """What people said of files with these columns. `file` and `at` are those of the file that it
    was last said of; `columns` are the keys of its columns."""

    fingerprint: str
    file: str
    at: str
    columns: tuple[str, ...]
    sidecar: Sidecar


def recalled(
    file: Dropped,
    *,
    columns: Sequence[str],
    known: KnownLayout | None,
    others: Callable[[], Iterable[KnownLayout]],
) -> Dropped:
    """The file under what was said before of its layout; what is said of the file itself counts
    more. Where the layout changed since, a person is asked what the earlier answers mean now.

    `columns` are the file's, `known` is what is remembered of exactly these, `others` are the
    creditor's other layouts.
    """
    if known is not None:
        notes = f"Read as it was said of {known.file} on {known.at[:10]}."
        return _under(file, known.sidecar, notes)
    before = _most_alike(file.name, columns, others())
    return file if before is None else _asking(file, columns, before)


def _asking(file: Dropped, columns: Sequence[str], before: KnownLayout) -> Dropped:
    answer = file.hints.sidecar.answers.get(LAYOUT, "")
    if answer == AS_BEFORE:
        opened = _under(file, _fitting(before.sidecar, columns), f"Read as {before.file} was.")
    elif answer == ANEW:
        opened = file
    else:
        question = ImportQuestion(
            kind=LAYOUT, column=None, choices=(AS_BEFORE, ANEW), lasting=False,
            why=f"it was said how {before.file} is read, and the columns changed since: "
            f"{_changes(before.columns, columns)}. Is this file read as that one was?",
        )  # fmt: skip
        hints = replace(file.hints, asks=(*file.hints.asks, question))
        opened = replace(file, hints=hints)
    return replace(opened, reopened=lambda sidecar: _asking(file.under(sidecar), columns, before))


def _under(file: Dropped, kept: Sidecar, note: str) -> Dropped:
    own = file.hints.sidecar
    both = replace(
        own,
        mapping={**kept.mapping, **own.mapping},
        answers={**kept.answers, **own.answers},
        date_order=own.date_order or kept.date_order,
        country=own.country or kept.country,
        state=own.state or kept.state,
        currency=own.currency or kept.currency,
        industry=own.industry or kept.industry,
        debt_kind=own.debt_kind or kept.debt_kind,
        written_off=own.written_off or kept.written_off,
        recalled=frozenset(kept.answers) - frozenset(own.answers),
    )
    opened = file.under(both)
    return replace(opened, hints=replace(opened.hints, notes=(*opened.hints.notes, note)))


def _fitting(kept: Sidecar, columns: Sequence[str]) -> Sidecar:
    """What was said of columns that are still there, and of the file."""
    have = set(columns)
    return replace(
        kept,
        mapping={key: field for key, field in kept.mapping.items() if key in have},
        answers={
            question: answer
            for question, answer in kept.answers.items()
            if ":" not in question or question.partition(":")[2] in have
        },
    )


def _most_alike(
    name: str, columns: Sequence[str], layouts: Iterable[KnownLayout]
) -> KnownLayout | None:
    """The layout that this file's was before: of a file of the same name but for its figures, or
    with most of the same columns."""
    have = {c for c in columns if not c.startswith("#")}
    if not have:
        return None
    scored = []
    for layout in layouts:
        if not (layout.sidecar.mapping or layout.sidecar.answers or layout.sidecar.date_order):
            continue  # nothing was said of its columns
        there = {c for c in layout.columns if not c.startswith("#")}
        shared = len(have & there) / len(have | there)
        named_alike = bool(shared) and words_of_name(layout.file) == words_of_name(name)
        if shared >= _ALIKE or named_alike:
            scored.append((shared, layout.at, layout))
    return max(scored, key=lambda s: s[:2])[2] if scored else None


def _changes(before: Sequence[str], now: Sequence[str]) -> str:
    new = [c for c in now if c not in before]
    gone = [c for c in before if c not in now]
    parts = [
        f"{word} {_named(columns)}" for word, columns in (("new", new), ("gone", gone)) if columns
    ]
    return "; ".join(parts) or "they stand in another order"


def _named(columns: Sequence[str]) -> str:
    names = ", ".join(f'"{c}"' for c in columns[:_MOST_NAMED])
    more = len(columns) - _MOST_NAMED
    return f"{names} and {more} more" if more > 0 else names
