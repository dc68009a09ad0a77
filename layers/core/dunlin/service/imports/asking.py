"""The questions of a file and a person's answers to them: which still stand, what each would do.

Every answer is tried on the file itself, so what it would mean in debts and money is read, not
guessed, for any kind of question.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from dunlin.domain.imports.answers import choice_of
from dunlin.domain.imports.assemble import Assembly
from dunlin.domain.imports.opened import Dropped
from dunlin.domain.imports.question_words import ELSEWHERE, OF_OTHER_FILES
from dunlin.domain.imports.types import RECEIVABLES, FileProfile, ImportQuestion, Row
from dunlin.domain.money import Money

SAMPLE = 2 << 20
"""Bytes of a file on which answers are tried; a larger one is tried on its beginning."""
_MOST_CHOICES = 8
_ROWS = 3
_A_CELL = 60

Profiled = Callable[[Dropped], FileProfile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a file is read: its profile, its rows, and what its rows are together. `assembled`
    reads a file whether it waits or not."""

    profiled: Profiled
    rows: Callable[[Dropped, FileProfile], list[Row]]
    assembled: Callable[[Dropped, FileProfile], Assembly]


def heard(file: Dropped, profiled: Profiled) -> tuple[Dropped, FileProfile]:
    """The file under those answers that still stand, and its profile.

    An answer to a question that the file does not raise is not obeyed, and the profile's notes
    say so. One that means none of the choices is told with them, and its question waits.
    """
    given = file.hints.sidecar.answers
    if not given:
        return file, profiled(file)
    questions, obeyed = _raised(file, profiled, given)
    notes, wrong = [], set()
    for question_id, answer in given.items():
        question = questions.get(question_id)
        if question is None and question_id in (*file.hints.sidecar.recalled, *OF_OTHER_FILES):
            continue
        if question is None:
            notes.append(f"{_place(file, question_id)} was not used: this file does not ask that.")
        elif question_id not in obeyed:
            allowed = ", ".join(question.choices)
            notes.append(
                f'{_place(file, question_id)}: "{answer}" is no answer to it; choose {allowed}.'
            )
            wrong.add(question_id)
    file = _answering(file, obeyed)
    profile = profiled(file)
    decisions = (replace(q, blocking=True) if q.id in wrong else q for q in profile.decisions)
    return file, replace(
        profile,
        notes=(*profile.notes, *notes),
        decisions=tuple(decisions),
        lasting_answers=tuple((q, a) for q, a in obeyed.items() if questions[q].lasting),
    )


def _raised(
    file: Dropped, profiled: Profiled, given: Mapping[str, str]
) -> tuple[dict[str, ImportQuestion], dict[str, str]]:
    """The questions that the file raises, those that only an answer opens included, and the
    choice that each standing answer means."""
    questions: dict[str, ImportQuestion] = {}
    obeyed: dict[str, str] = {}
    while True:
        raised = {q.id: q for q in profiled(_answering(file, obeyed)).decisions}
        fresh = {name: q for name, q in raised.items() if name not in questions}
        questions |= fresh
        more = {
            name: choice
            for name, question in fresh.items()
            if name in given and (choice := choice_of(question, given[name])) is not None
        }
        if not more:
            return questions, obeyed
        obeyed |= more


def _answering(file: Dropped, answers: Mapping[str, str]) -> Dropped:
    return file.under(replace(file.hints.sidecar, answers=answers))


def _place(file: Dropped, question_id: str) -> str:
    line = file.hints.sidecar.lines.get(("answers", question_id))
    where = f" on line {line} of the mapping file" if line else ""
    return f'The answer "{question_id}"{where}'


def weighed(file: Dropped, profile: FileProfile, reading: Reading) -> FileProfile:
    """The profile whose questions show rows of the file, and say what each answer would make of
    debts and money. What the asker said itself stays."""
    if not profile.decisions or profile.refusal is not None:
        return profile
    seen = reading.rows(file, profile)
    decisions = []
    for asked in profile.decisions:
        question = asked
        if not question.rows:
            question = replace(question, rows=_telling_rows(question, profile, seen))
        if len(question.meanings) != len(question.choices) and question.kind not in ELSEWHERE:
            meanings = tuple(
                _meaning(file, question, choice, reading)
                for choice in question.choices[:_MOST_CHOICES]
            )
            question = replace(question, meanings=meanings)
        decisions.append(question)
    return replace(profile, decisions=tuple(decisions))


def _beginning(file: Dropped) -> tuple[Dropped, bool]:
    """The file cut after a line where it is larger than `SAMPLE`; whether it is whole."""
    with file.open() as stream:
        head = stream.read(SAMPLE + 1)
    if len(head) <= SAMPLE:
        return file, True
    cut = head[: head.rfind(b"\n") + 1] or head
    return replace(file, open=lambda: io.BytesIO(cut), reopened=None), False


def _telling_rows(
    question: ImportQuestion, profile: FileProfile, seen: list[Row]
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Rows in which the column in question says different things; without a column, the first."""
    at = next((c.index for c in profile.mapping if c.key == question.column), None)
    picked: dict[str, Row] = {}
    for row in seen:
        value = str(row.line) if at is None else "".join(row.cells[at : at + 1]).strip()
        if value:
            picked.setdefault(value, row)
    width = len(profile.headers)
    return tuple(
        (row.line, tuple(cell.strip()[:_A_CELL] for cell in row.cells[:width]))
        for row in islice(picked.values(), _ROWS)
    )


def _meaning(file: Dropped, question: ImportQuestion, choice: str, reading: Reading) -> str:
    sidecar = file.hints.sidecar
    other, is_whole = _beginning(
        file.under(replace(sidecar, answers={**sidecar.answers, question.id: choice}))
    )
    profile = reading.profiled(other)
    if profile.refusal is not None:
        return f"no debts; {profile.refusal.detail}"
    if profile.kind != RECEIVABLES:
        return "no debts"
    words = debts_in_words(reading.assembled(other, profile))
    return words if is_whole else f"among its first {profile.records:,} rows {words}"


def debts_in_words(assembly: Assembly) -> str:
    """`12 debts, $1,310.00, due 4 March 2026 to 9 October 2026, 2 held`."""
    owed: Counter[str] = Counter()
    days: list[date] = []
    debts = held = 0
    for account in assembly.created():
        debts += 1
        held += any(h != "not_due" for h in account.holds)
        owed[account.balance.currency] += account.balance.minor
        if account.due_on is not None:
            days.append(account.due_on)
    parts = [f"{debts:,} debt{'' if debts == 1 else 's'}" if debts else "no debts"]
    parts += [str(Money(minor, currency)) for currency, minor in sorted(owed.items())]
    if days:
        first, last = min(days), max(days)
        until = "" if first == last else f" to {_day(last)}"
        parts.append(f"due {_day(first)}{until}")
    if held:
        parts.append(f"{held:,} held")
    return ", ".join(parts)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
