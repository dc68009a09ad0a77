"""ChangeBalance: the billing system's word about one account, applied before the next touch."""

from __future__ import annotations

from typing import Any

from dunlin.domain import ids
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.billing_words import listed
from dunlin.runtime import wiring
from dunlin.runtime.telemetry import count, logger
from dunlin.service.imports import changes
from dunlin.service.imports.job import Job
from dunlin.service.payments.billing import ChangeAnswer, apply_changes, apply_document
from dunlin.service.payments.dropped_changes import apply_share


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{creditor, reference, change_id, kind, ...}`, the words of docs/billing.md → `{outcome:
    applied | known, account_id, balance_minor}`, or `{outcome: refused, reason}`.

    `{creditor, changes}` with 1 to 500 of them → `{changes}`, an answer each as the endpoint's.

    `{import_id, creditor, key, version, range: {share, of}}`, a share of a dropped file → the same
    with the next share, and the outcome `changes`, or `told` after the last."""
    if "import_id" in event:
        return _share_of_file(event)
    if "changes" in event:
        return _many(event)
    document = {name: value for name, value in event.items() if name != "creditor"}
    try:
        creditor = _creditor(event)
        answer = apply_document(
            creditor, document, ports=wiring.billing(), now=wiring.clock().now()
        )
    except DomainError as refusal:
        answer = ChangeAnswer(outcome="refused", reason=str(refusal))
    count("BalanceChanges", outcome=answer.outcome)
    account = answer.account
    if account is None:
        return {"outcome": "refused", "reason": answer.reason}
    logger.info("balance", extra={"account_id": account.account_id, "outcome": answer.outcome})
    return {
        "outcome": answer.outcome,
        "account_id": account.account_id,
        "balance_minor": account.balance.minor,
    }


def _many(event: dict[str, Any]) -> dict[str, Any]:
    try:
        documents = listed(event["changes"])
        answers = apply_changes(
            _creditor(event), documents, ports=wiring.billing(), now=wiring.clock().now()
        )
    except DomainError as refusal:
        return {"outcome": "refused", "reason": str(refusal)}
    for answer in answers:
        count("BalanceChanges", outcome=answer.outcome)
    logger.info("balances", extra={"creditor": event["creditor"], "changes": len(answers)})
    return {"changes": [answer.wire() for answer in answers]}


def _share_of_file(event: dict[str, Any]) -> dict[str, Any]:
    part = event.pop("range")
    job, share, of = Job(**event), part["share"], part["of"]
    outcomes = apply_share(
        job,
        share,
        ports=wiring.billing(),
        drop_box=wiring.drop_box(),
        now=wiring.clock().now(),
    )
    for outcome in outcomes:
        count("BalanceChanges", outcome=outcome)
    logger.info("told", extra={"import_id": job.import_id, **part, "changes": len(outcomes)})
    after = share + 1
    return changes.step(job, "changes" if after < of else "told", after, of)


def _creditor(event: dict[str, Any]) -> str:
    if "creditor" not in event:
        raise DomainError("missing 'creditor'")
    if type(event["creditor"]) is not str:
        raise DomainError("'creditor' is not text")
    return ids.creditor_id(event["creditor"])
