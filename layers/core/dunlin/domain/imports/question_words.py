"""A question as a person hears it: at the terminal, in the mapping file, on the dashboard."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dunlin.domain.imports.field_words import answer_words
from dunlin.domain.imports.types import ImportQuestion

ELSEWHERE = frozenset({"match"})
"""Kinds of question that staff answer on the account, not for the file."""

OF_OTHER_FILES = frozenset({"other_creditor"})
"""Kinds of question that no file raises by itself: they compare it with what others said."""

_TELLING = ("consumer_name", "last_name", "company", "account_reference", "invoice_number",
            "balance", "amount")  # fmt: skip
_MOST_CELLS = 6

KeysAndFields = Sequence[tuple[str, str]]
"""The columns of a file in their order, as (key, field)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenAnswer:
    """One answer: the word that means it, and what it would make of the debts."""

    choice: str
    words: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenQuestion:
    """What is asked, a few rows as (line, [(column, field, cell)]), and what may be answered."""

    id: str
    asks: str
    rows: tuple[tuple[int, tuple[tuple[str, str, str], ...]], ...]
    answers: tuple[SpokenAnswer, ...]
    blocking: bool


def spoken(question: ImportQuestion, columns: KeysAndFields) -> SpokenQuestion:
    """The question in words; of its rows the cells that show what is meant."""
    named = not question.column or f'"{question.column}"' in question.why
    about = "" if named else f"{question.column}: "
    sentence = f"{about}{question.why}"
    sentence = sentence[:1].upper() + sentence[1:] if not about else sentence
    telling = _telling_columns(question, columns)
    meanings = (*question.meanings, *("" for _ in question.choices))
    return SpokenQuestion(
        id=question.id,
        asks=sentence if sentence.endswith((".", "?")) else f"{sentence}.",
        rows=tuple((line, _cells(cells, columns, telling)) for line, cells in question.rows),
        answers=tuple(
            SpokenAnswer(choice=c, words=answer_words(question.kind, c), meaning=meaning)
            for c, meaning in zip(question.choices, meanings, strict=False)
        ),
        blocking=question.blocking,
    )


def _cells(
    cells: Sequence[str], columns: KeysAndFields, telling: frozenset[str]
) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (key, field, " ".join(cell.split()))
        for (key, field), cell in zip(columns, cells, strict=False)
        if key in telling and cell.strip()
    )


def _telling_columns(question: ImportQuestion, columns: KeysAndFields) -> frozenset[str]:
    """The columns that show what is asked: the one in question, those among the choices and those
    that its words name, and who owes how much."""
    asked = [
        key
        for key, _ in columns
        if key == question.column or key in question.choices or f'"{key}"' in question.why
    ]
    by_field = {field: key for key, field in reversed(columns)}
    who = [by_field[field] for field in _TELLING if field in by_field]
    return frozenset(list(dict.fromkeys([*asked, *who]))[:_MOST_CELLS])


def mark_of(question: ImportQuestion) -> str:
    """A short name of a question and its choices, for a button: another question has another."""
    text = "\x1f".join((question.id, *question.choices))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def question_of(raw: Mapping[str, Any]) -> ImportQuestion:
    """The question of `ImportQuestion.wire`."""
    return ImportQuestion(
        kind=raw["kind"],
        column=raw.get("column"),
        choices=tuple(raw["choices"]),
        why=raw["why"],
        blocking=raw.get("blocking", True),
        meanings=tuple(raw.get("meanings", ())),
        rows=tuple((row["row"], tuple(row["cells"])) for row in raw.get("rows", ())),
    )


def asked_of_the_file(document: Mapping[str, Any]) -> list[tuple[ImportQuestion, SpokenQuestion]]:
    """The questions of a summary that are answered for the file, with their words."""
    columns = [(key, column["field"]) for key, column in document["mapping"].items()]
    questions = (question_of(raw) for raw in document["decisions_needed"])
    return [(q, spoken(q, columns)) for q in questions if q.kind not in ELSEWHERE]
