"""An import in plain words for a terminal: what came of the rows, the money, each column, and what
is asked. The same words for a dry run and for what the stack did; made of `NAME.summary.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dunlin.domain.imports import fields
from dunlin.domain.imports.assemble import HOLD_CODES
from dunlin.domain.imports.field_words import answer_words, field_words
from dunlin.domain.imports.question_words import ELSEWHERE, SpokenQuestion, asked_of_the_file
from dunlin.domain.imports.report import advice
from dunlin.domain.imports.types import (
    APPLIED,
    CHANGES,
    CONTACTS,
    CREATED,
    DUPLICATE,
    KNOWN,
    OTHER,
    PAYABLES,
    PAYMENTS,
    RECEIVABLES,
    REFUSED,
    REJECTED,
    UNCHANGED,
    UPDATED,
)
from dunlin.domain.money import Money
from dunlin.domain.plain_text import shortened, wrapped

_KINDS = {
    RECEIVABLES: "a list of debts",
    CONTACTS: "a list of people and how to reach them",
    PAYMENTS: "a list of payments",
    PAYABLES: "bills that the creditor owes itself",
    CHANGES: "changes that a billing system tells",
    OTHER: "no list of debts",
}
OUTCOMES = {
    CREATED: "new",
    UPDATED: "changed what was known",
    UNCHANGED: "say nothing new",
    DUPLICATE: "stand in the file twice",
    REJECTED: "not imported",
    APPLIED: "applied",
    KNOWN: "known, applied before",
    REFUSED: "refused",
}
"""What became of rows, after their number."""
_UNSURE = 0.75
_COLUMN = 30
_SILENT = frozenset({"same_account", "contact", "payment", "not_a_debt"})
"""Codes of rows that went as they should."""


def import_lines(document: Mapping[str, Any], *, asked_next: bool = False) -> list[str]:
    """The whole import as lines of at most 80 columns, its questions last but one. Those that it
    waits for are left out where they are asked next."""
    if document["state"] == "rejected":
        return [*wrapped(f"{document['file']}: {document['next_step']}"), *_notes(document)]
    rows = document["rows"]
    kind = _KINDS.get(document["kind"], document["kind"])
    lines = wrapped(f"{document['file']}: {_number(rows, 'row')}, {kind}.")
    lines += _notes(document)
    parts = (_debts, _holds, _rows, _refused, _columns)
    for part in (make(document) for make in parts):
        if part:
            lines += ["", *part]
    for number, (_, question) in enumerate(asked_of_the_file(document), 1):
        if not (asked_next and question.blocking):
            lines += ["", *question_lines(question, number)]
    elsewhere = [q for q in document["decisions_needed"] if q["kind"] in ELSEWHERE]
    if elsewhere:
        lines += ["", "Perhaps one person; each waits in the staff queue (kind: match):"]
        for question in elsewhere[:5]:
            lines += wrapped(question["why"], 2)
        if len(elsewhere) > 5:
            lines.append(f"  and {len(elsewhere) - 5} more")
    return lines if asked_next else [*lines, "", *wrapped(document["next_step"])]


def question_lines(question: SpokenQuestion, number: int) -> list[str]:
    """One question with its rows and, under figures from 1, its answers."""
    lead = "Question" if question.blocking else "Taken, unless you say otherwise"
    lines = wrapped(f"{lead} {number}. {question.asks}")
    for line, cells in question.rows:
        words = ", ".join(f"{key} {cell}" for key, _, cell in cells)
        lines += wrapped(f"row {line}: {words}", 4, 2)
    for place, answer in enumerate(question.answers, 1):
        after = f": {answer.meaning}" if answer.meaning else ""
        lines += wrapped(f"{place}  {answer.words}{after}", 2, 3)
    return lines


def _debts(document: Mapping[str, Any]) -> list[str]:
    lines = []
    for currency, sums in document["totals"].items():
        total = Money(sums["balance_minor"], currency)
        lines.append(f"{_number(sums['rows'], 'new debt')}, {total} in all.")
    for currency, own in document["reconciliation"].items():
        total = Money(own["file_total_minor"], currency)
        apart = Money(abs(own["difference_minor"]), currency)
        if own["difference_minor"] == 0:
            lines.append(f"The file's own total, {total}, agrees with its rows.")
        else:
            word = "more" if own["difference_minor"] > 0 else "less"
            lines += wrapped(f"The file's own total is {total}: {apart} {word} than its rows.")
    missing = document.get("missing", {})
    if missing.get("accounts"):
        lines += wrapped(
            f"{_number(missing['accounts'], 'account')} of the file before "
            f"{'is' if missing['accounts'] == 1 else 'are'} not in this one; "
            f"{missing['closed']:,} closed."
        )
    if missing.get("resting"):
        lines += wrapped(
            f"Nothing is sent about {_number(missing['resting'], 'account')} of them until you say"
            " whether they are gone: dunlin missing, or the dashboard's import page."
        )
    return lines


def _holds(document: Mapping[str, Any]) -> list[str]:
    holds = document["holds"]
    if not holds:
        return []
    waiting = document["waiting_accounts"]
    lines = [f"{_number(waiting, 'of them waits', 'of them wait')} before anybody is written to:"]
    return lines + [line for reason in waiting_for(document) for line in _reason(*reason)]


def waiting_for(document: Mapping[str, Any]) -> list[tuple[int, str]]:
    """How many accounts wait for each thing that a person must do, by its code."""
    holds = document["holds"]
    return [(holds[hold], code) for hold, code in HOLD_CODES.items() if hold in holds]


def unusual_rows(document: Mapping[str, Any], outcome: str) -> list[tuple[int, str]]:
    """How many rows of an outcome did not go as they should, by the code that says why; what
    makes new accounts wait is told with them."""
    known = _SILENT | set(HOLD_CODES.values()) if outcome == CREATED else _SILENT
    reasons = document["reasons"].get(outcome, {})
    return [(n, code) for code, n in sorted(reasons.items()) if code not in known]


def _rows(document: Mapping[str, Any]) -> list[str]:
    lines = []
    for outcome, words in OUTCOMES.items():
        count = document["outcomes"].get(outcome, 0)
        if not count:
            continue
        lines.append(f"  {_number(count, 'row')} {words if count > 1 else _of_one(outcome)}.")
        for reason in unusual_rows(document, outcome):
            lines += _reason(*reason)
    return ["What became of the rows", *lines] if lines else []


def _refused(document: Mapping[str, Any]) -> list[str]:
    """Of changes that were refused, the first with the field and the reason."""
    lines = []
    for row, change, field, reason in refused_changes(document):
        of_field = f" ({field})" if field else ""
        lines += wrapped(f"row {row}, {change}{of_field}: {reason}", 4, 2)
    left = document["outcomes"].get(REFUSED, 0) - len(document.get("refused", ()))
    return [*lines, f"    and {left:,} more"] if left > 0 else lines


def refused_changes(document: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """(row, change, field, reason) of the changes of a file that are shown as refused."""
    return [
        (str(no["row"]), no["change_id"] or "without an id", no["field"], no["reason"])
        for no in document.get("refused", ())
    ]


def _of_one(outcome: str) -> str:
    words = {UNCHANGED: "says nothing new", DUPLICATE: "stands in the file twice"}
    return words.get(outcome, OUTCOMES[outcome])


def _reason(number: int, code: str) -> list[str]:
    return wrapped(f"{number:,} {code_words(code)}. {advice(code)}", 4, 2)


def code_words(code: str) -> str:
    """A code as it is read."""
    return code.replace("_", " ")


def _columns(document: Mapping[str, Any]) -> list[str]:
    mapping, orders = document["mapping"], document["date_orders"]
    used = {key: c for key, c in mapping.items() if c["field"] != fields.IGNORE}
    left = [shortened(key, 40) for key, c in mapping.items() if c["field"] == fields.IGNORE]
    if not mapping:
        return []
    lines = ["What each column was taken for"]
    wide = min(_COLUMN, max((len(key) for key in used), default=0))
    for key, column in used.items():
        words = field_words(column["field"])
        if key in orders and orders[key] != "ymd":
            words += f", {answer_words('date_order', orders[key])}"
        if column["score"] < _UNSURE:
            words += f" (unsure: {column['why']})"
        lines += wrapped(f"{shortened(key, wide):<{wide}}  {words}", 2, wide + 2)
    if left:
        lines += wrapped(f"Not used: {', '.join(left)}.", 2, 2)
    return lines


def _notes(document: Mapping[str, Any]) -> list[str]:
    return [line for note in document.get("notes", ()) for line in wrapped(note)]


def _number(count: int, what: str, plural: str = "") -> str:
    return f"{count:,} {what if count == 1 else plural or what + 's'}"
