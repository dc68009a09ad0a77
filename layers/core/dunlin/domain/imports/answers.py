"""Answers to a file's questions: which of the choices one means, and what it settles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dunlin.domain.imports import fields
from dunlin.domain.imports.field_words import answer_words
from dunlin.domain.imports.missing_columns import NONE, OWED
from dunlin.domain.imports.places import country_code
from dunlin.domain.imports.sidecar import Sidecar
from dunlin.domain.imports.types import ImportQuestion
from dunlin.domain.money import CURRENCIES


def choice_of(question: ImportQuestion, answer: str) -> str | None:
    """The choice that an answer means: its word, what it is called, or its number from 1. None
    where it means none. Of currencies and countries, choices are only the likely ones."""
    text = " ".join(answer.split())
    for choice in question.choices:
        if text.casefold() in (choice.casefold(), answer_words(question.kind, choice).casefold()):
            return choice
    if question.id == "currency" and text.upper() in CURRENCIES:
        return text.upper()
    if question.kind == "country":
        return country_code(text)
    if question.kind == "mapping":
        return fields.canonical_field(text)
    if text.isdecimal() and len(text) < 3 and 0 < int(text) <= len(question.choices):
        return question.choices[int(text) - 1]
    return None


def settled(sidecar: Sidecar) -> Sidecar:
    """The sidecar in which answers that stand for a key of their own are said there: a column's
    field, the currency, the country. What the person wrote under that key goes before."""
    mapping = dict(sidecar.mapping)
    currency, country = sidecar.currency, sidecar.country
    for question, answer in sidecar.answers.items():
        kind, _, column = question.partition(":")
        if kind == "mapping" and column:
            field = fields.canonical_field(answer)
            if field is not None:
                mapping.setdefault(column, field)
        elif question == OWED and answer != NONE:
            mapping.setdefault(answer, "balance")
        elif question == "currency" and answer.upper() in CURRENCIES:
            currency = currency or answer.upper()
        elif kind == "country":
            country = country or country_code(answer) or ""
    return replace(sidecar, mapping=mapping, currency=currency, country=country)


def without(sidecar: Sidecar, questions: Iterable[str]) -> Sidecar:
    """The sidecar less its answers to some questions."""
    gone = set(questions)
    kept = {q: a for q, a in sidecar.answers.items() if q not in gone}
    return replace(sidecar, answers=kept)
