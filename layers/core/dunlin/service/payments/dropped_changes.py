"""ChangeBalance over a file of changes that was dropped: a share of it, answered like a call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dunlin.domain.errors import DomainError
from dunlin.ports.imports import DropBox
from dunlin.service.imports import changes
from dunlin.service.imports.job import Job
from dunlin.service.payments.billing import BillingPorts, apply_changes


def apply_share(
    job: Job, share: int, *, ports: BillingPorts, drop_box: DropBox, now: datetime
) -> list[str]:
    """Apply one share, each change once, and keep the answers; the outcomes. A share that was
    answered is not applied again; one that broke off is, and what it had applied already it tells
    as applied. Raises `Unavailable` or `Conflict`: say it again."""
    try:
        return [answer["outcome"] for answer in changes.answers_of(job, share, drop_box)]
    except DomainError:
        own = changes.share_of(job, share, drop_box)
    documents = [change.document for change in own]
    origins = [f"{job.import_id}/{share}/{change.row}" for change in own]
    applied = apply_changes(job.creditor, documents, ports=ports, now=now, origins=origins)
    answers = [
        {"row": change.row, **_printable(answer.wire())}
        for change, answer in zip(own, applied, strict=True)
    ]
    changes.keep_answers(job, share, answers, drop_box)
    return [answer["outcome"] for answer in answers]


def _printable(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without halves of characters, which a file of JSON may name in it."""
    return {
        name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for name, value in answer.items()
    }
