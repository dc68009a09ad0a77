"""A person answers what an import asks on the dashboard: a question of the file, after the last of
which it goes on by itself, or what became of the accounts that a complete file lacks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from dunlin.domain.errors import DomainError
from dunlin.domain.imports.question_words import ELSEWHERE, mark_of, question_of
from dunlin.ports.accounts import Accounts, ChangeWriter
from dunlin.ports.audit import AuditLog
from dunlin.ports.imports import DropBox, Intake
from dunlin.ports.machines import LadderWaker, Machine
from dunlin.service.accounts.creditor_log import record
from dunlin.service.accounts.staff_command import StaffCommand, staff
from dunlin.service.imports import missing
from dunlin.service.imports.arriving import start_again, waiting_job
from dunlin.service.imports.remembering import answer_digest
from dunlin.service.imports.shown import import_at

MISSING, GONE, STAY = "missing", "gone", "stay"
"""The question about accounts that a complete file lacks, and its two answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOrder:
    """Which question of which import is answered how. `key` is that of its summary, `question`
    the question's mark, `answer` the number of a choice, from 1; or `MISSING`, `GONE`, `STAY`."""

    creditor: str
    key: str
    import_id: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTaken:
    """What became of an answer.

    going on (nothing is left open) · noted (`left` questions are open still) · stale (the file
    was dropped anew or goes on already) · gone (no such import or question) · refused (the
    mapping file beside it cannot be read; `why` says more).
    """

    outcome: Literal["going_on", "noted", "stale", "gone", "refused"]
    left: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingTaken:
    """What became of the accounts that a file lacks.

    closed · going on (as they stood), `done` of them now, and `left` to be said once more · stale
    (somebody has said, or a file has named them) · gone (there is no such import or answer).
    """

    outcome: Literal["closed", "going_on", "stale", "gone"]
    done: int = 0
    left: int = 0


def answer_import(
    order: AnswerOrder,
    *,
    by: str,
    intake: Intake,
    drop_box: DropBox,
    machine: Machine,
    book: ChangeWriter,
    log: AuditLog,
    now: datetime,
) -> AnswerTaken:
    """Put an answer into the mapping file, on the creditor's record first, and let the import go
    on where it was the last. Raises `DomainError` where `by` is no code."""
    actor = staff(by)
    document = import_at(drop_box, order.creditor, order.key)
    if document is None:
        return AnswerTaken(outcome="gone")
    job = waiting_job(document, order.key)
    if job is None or document["import_id"] != order.import_id:
        return AnswerTaken(outcome="stale")
    asked = [question_of(raw) for raw in document["decisions_needed"]]
    question = next((q for q in asked if mark_of(q) == order.question), None)
    if question is None or question.kind in ELSEWHERE:
        return AnswerTaken(outcome="stale")
    if not order.answer.isdecimal() or not 0 < int(order.answer) <= len(question.choices):
        return AnswerTaken(outcome="gone")
    choice = question.choices[int(order.answer) - 1]
    data = {
        "import": job.import_id,
        "kind": question.kind,
        "answer_sha256": answer_digest(question.id, choice),
    }
    record(job.creditor, "ImportAnswered", data, actor, book=book, log=log, now=now)
    try:
        answers = intake.answer(job.key, {question.id: choice})
    except DomainError as wrong:
        return AnswerTaken(outcome="refused", why=str(wrong))
    left = sum(q.blocking and q.id not in answers for q in asked)
    if left:
        _note(document, order.key, answers, drop_box)
        return AnswerTaken(outcome="noted", left=left)
    mark = json.dumps(dict(answers), sort_keys=True).encode()
    start_again(job, mark, drop_box=drop_box, machine=machine, now=now)
    return AnswerTaken(outcome="going_on")


def answer_missing(
    order: AnswerOrder,
    *,
    by: str,
    book: Accounts,
    waker: LadderWaker,
    drop_box: DropBox,
    now: datetime,
) -> MissingTaken:
    """Close what a file lacks (`answer` is "gone") or let it go on as it stood ("stay"), at most
    `missing.A_PRESS` accounts. Raises `DomainError` where `by` is no code, `Conflict`."""
    document = import_at(drop_box, order.creditor, order.key)
    if document is None or order.answer not in (GONE, STAY):
        return MissingTaken(outcome="gone")
    asked = missing.question(document["creditor"], order.import_id, drop_box=drop_box)
    if asked is None:
        return MissingTaken(outcome="stale")
    settled = missing.settle(
        asked,
        StaffCommand(by=by, why="dashboard"),
        gone=order.answer == GONE,
        book=book,
        waker=waker,
        drop_box=drop_box,
        now=now,
        at_once=missing.A_PRESS,
    )
    outcome: Literal["closed", "going_on"] = "closed" if order.answer == GONE else "going_on"
    return MissingTaken(outcome=outcome, done=settled.done, left=settled.left)


def _note(document: dict[str, Any], key: str, answers: Any, drop_box: DropBox) -> None:
    """The summary says what is answered, until the last answer lets the import go on."""
    shown = {k: v for k, v in document.items() if k not in ("key", "creditor")}
    content = shown | {"answered": dict(answers)}
    drop_box.write(key, json.dumps(content, indent=1, ensure_ascii=False).encode(),
                   "application/json")  # fmt: skip
