"""`dunlin replies`: how replies are read, and what staff set right about it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from dunlin.cli.account import SteeredAccount
from dunlin.cli.commands import Commands
from dunlin.cli.json_lines import lines_of, write_answers
from dunlin.cli.stack import OnStack
from dunlin.cli.who import tell
from dunlin.domain.replies.model import ReplyModel
from dunlin.domain.replies.reading import CHANNELS, LABELS, read

app = Commands("What people write back.", example="dunlin replies classify < replies.jsonl")

_ZONE = "America/New_York"


class LineError(ValueError):
    """A line that is no reply; the text says what is wrong."""


@app.command()
def classify() -> None:
    """Read replies from standard input, one JSON object a line, one answer a line: `{id, channel,
    text}`, with `now` (an instant) and `tz` (a zone) where a promised day depends on them. Needs
    no stack and stores nothing.

    Example: dunlin replies classify < replies.jsonl
    """
    from dunlin.adapters.files.reply_model_file import load_reply_model

    model, now = load_reply_model(), datetime.now(UTC)
    write_answers(classify_lines(lines_of(), model, now))


@app.command()
def correct(
    steered: SteeredAccount,
    label: Annotated[str, typer.Option(help=f"What it is: {', '.join(sorted(LABELS))}.")],
    reply: Annotated[str, typer.Option(help="The reply's id; the person's last by default.")] = "",
) -> None:
    """Say what a reply is where it was read wrongly; what binds is obeyed at once.

    Example: dunlin replies correct HC-1003 --label question --why case-17 \\
    --by desk-1
    """
    from dunlin.runtime import wiring
    from dunlin.service.staff import corrections

    done = corrections.correct(
        steered.account.account_id,
        steered.order,
        label,
        reply_id=reply,
        book=wiring.account_book(),
        waker=wiring.waker(),
        now=wiring.clock().now(),
    )
    tell(done, f"{steered.account.reference}: the reply is read as {label.replace('_', ' ')}")


@app.command("corrections")
def list_corrections(
    _on: OnStack,
    creditor: Annotated[str, typer.Option(help="Whose replies.")],
) -> None:
    """What staff set right, to train on: a JSON object a line, without words that name people.

    Example: dunlin replies corrections --creditor harbor-clinic
    """
    from dunlin.runtime import wiring
    from dunlin.service.staff import corrections

    kept = corrections.corrections(creditor, book=wiring.account_book(), log=wiring.audit_archive())
    for correction in kept:
        document = {"text": correction.text, "label": correction.label, "was": list(correction.was)}
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


def classify_lines(
    lines: Iterable[str], model: ReplyModel, now: datetime
) -> Iterator[dict[str, Any]]:
    """One answer for each line that is not empty, in the same order; `{id, error}` for a line that
    cannot be read."""
    for line in lines:
        if line.strip():
            yield _classified(line, model, now)


def _classified(line: str, model: ReplyModel, now: datetime) -> dict[str, Any]:
    name: Any = None
    try:
        row = json.loads(line)
        if not isinstance(row, Mapping):
            raise LineError("a reply is a JSON object")
        name = row.get("id")
        text, channel = row.get("text"), row.get("channel") or "sms"
        if not isinstance(text, str):
            raise LineError("text is required")
        if channel not in CHANNELS:
            raise LineError(f"channel is one of {', '.join(CHANNELS)}")
        reading = read(text, channel=channel, now=_instant(row, now), zone=_zone(row), model=model)
    except (ValueError, RecursionError) as error:
        return {"id": name, "error": str(error) or type(error).__name__}
    return {
        "id": name,
        "label": reading.label,
        "intents": list(reading.intents),
        "opt_out": reading.opt_out,
        "pause": reading.pause,
        "promise_on": reading.promise_on and reading.promise_on.isoformat(),
        "why": reading.why,
    }


def _instant(row: Mapping[str, Any], now: datetime) -> datetime:
    value = row.get("now")
    if value is None:
        return now
    if not isinstance(value, str):
        raise LineError("now must be an instant")
    at = datetime.fromisoformat(value)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _zone(row: Mapping[str, Any]) -> ZoneInfo:
    value = row.get("tz") or _ZONE
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, TypeError, OSError) as error:
        raise LineError(f"tz is no zone: {value!r}") from error
