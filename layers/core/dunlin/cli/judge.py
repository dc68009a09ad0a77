"""`dunlin judge`: cases in the format of docs/rulebook.md, one JSON object a line.

The words of the case format are translated here: client = creditor, person = consumer,
debt = account. It runs under the baseline profile plus the case's own `client_policy`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from dunlin.adapters.files.reply_model_file import load_reply_model
from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.cli.json_lines import lines_of, write_answers
from dunlin.domain.replies.heard import heard_in
from dunlin.domain.replies.model import ReplyModel
from dunlin.domain.replies.signals import ReplySignals
from dunlin.domain.rulebook import (
    Contact,
    ContactFacts,
    ContactProfile,
    Rulebook,
    decide,
    industry_of,
)

# Only a promise's day depends on it, and no rule reads that.
_ZONE = ZoneInfo("America/New_York")


class CaseError(ValueError):
    """A line that is no case; the text says what is wrong."""


def _instant(value: Any, where: str) -> datetime:
    if not isinstance(value, str):
        raise CaseError(f"{where} is required and must be an instant")
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise CaseError(f"{where} is not an instant: {value!r}") from error
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.replace(microsecond=0)


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise CaseError(f"{where} must be an object")
    return value


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _accounts(value: Any) -> str | tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(str(v) for v in value) if isinstance(value, list) else str(value)


def _contact(item: Any, position: int) -> Contact:
    where = f"history[{position}]"
    if not isinstance(item, Mapping):
        raise CaseError(f"{where} must be an object")
    channel = item.get("channel")
    if not isinstance(channel, str):
        raise CaseError(f"{where}.channel is required")
    outcome = item.get("outcome")
    at, direction = _instant(item.get("ts"), f"{where}.ts"), _text(item.get("direction")) or "out"
    text = _text(item.get("text"))
    return Contact(
        at=at,
        channel=channel,
        direction=direction,
        outcome=None if outcome is None else str(outcome),
        account_id=_accounts(item.get("debt_id")),
        template=_text(item.get("template")),
        event_id=_text(item.get("event_id")),
        person=_text(item.get("person")),
        place=_text(item.get("place")),
        text=text,
        is_response=item.get("is_response") is True,
        consented=item.get("consented") is True,
        heard=_heard(text, channel, at) if text and direction == "in" else None,
    )


def _heard(text: str, channel: str, at: datetime) -> ReplySignals:
    """What a reply is heard to say, as it is where it arrives."""
    return heard_in(text, channel=channel, now=at, zone=_ZONE, model=_reply_model())


@cache
def _reply_model() -> ReplyModel:
    return load_reply_model()


def case_facts(
    given: Mapping[str, Any], profile: ContactProfile = "baseline"
) -> tuple[ContactFacts, datetime]:
    """The facts and the instant of a case. Raises `CaseError` for what cannot be read."""
    channel = given.get("channel")
    if not isinstance(channel, str):
        raise CaseError("channel is required")
    now = _instant(given.get("now_utc"), "now_utc")
    if not isinstance(given.get("consumer"), Mapping):
        raise CaseError("consumer is required")
    consumer = _mapping(given["consumer"], "consumer")
    message = _mapping(given.get("message"), "message")
    history = given.get("history")
    if not isinstance(history, list):
        raise CaseError("history is required and must be a list")
    late = given.get("dpd")
    phone, zip5 = consumer.get("phone"), consumer.get("zip")
    state, tz_known = consumer.get("state"), consumer.get("tz_known")
    return ContactFacts(
        channel=channel,
        debt_role=_text(given.get("debt_role")),
        account_id=_text(given.get("debt_id")) or "D1",
        purpose=_text(message.get("purpose")),
        message=message,
        debt_kind=given.get("debt_kind"),
        industry=industry_of(_text(given.get("industry")) or "generic"),
        days_past_due=late if isinstance(late, int) and not isinstance(late, bool) else None,
        route=_text(given.get("route")),
        state=state.upper() if isinstance(state, str) and state else None,
        zip=str(zip5) if zip5 else None,
        phones=(str(phone),) if phone else (),
        tz_known=str(tz_known) if tz_known else None,
        tz_by="file" if consumer.get("tz_by") == "file" else "person",
        consents=_mapping(consumer.get("consents"), "consumer.consents"),
        flags=_mapping(consumer.get("flags"), "consumer.flags"),
        policy=_mapping(given.get("client_policy"), "client_policy"),
        history=tuple(_contact(item, i) for i, item in enumerate(history)),
        profile=profile,
    ), now


def judge_line(
    rulebook: Rulebook, line: str, profile: ContactProfile = "baseline"
) -> dict[str, Any]:
    """The answer to one line; one that cannot be read gives `{id, error}`."""
    case_id: Any = None
    try:
        case = json.loads(line)
        if not isinstance(case, Mapping):
            raise CaseError("a case is a JSON object")
        case_id = case.get("id")
        given = case.get("given")
        if not isinstance(given, Mapping):
            raise CaseError("given is required")
        facts, now = case_facts(given, profile)
        verdict = decide(rulebook, facts, now)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        return {"id": case_id, "error": str(error) or type(error).__name__}
    until = verdict.until.strftime("%Y-%m-%dT%H:%M:%SZ") if verdict.until else None
    return {
        "id": case_id,
        "outcome": verdict.outcome,
        "earliest_utc": until,
        "rules": [{"id": r.id, "result": r.result, "because": r.because} for r in verdict.results],
    }


def judge_lines(rulebook: Rulebook, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One answer for each line that is not empty, in the same order."""
    for line in lines:
        if line.strip():
            yield judge_line(rulebook, line)


def judge() -> None:
    """Judge cases from standard input, one JSON object a line, one answer a line.

    Example: dunlin judge < cases.jsonl
    """
    write_answers(judge_lines(load_rulebook(), lines_of()))
