"""`dunlin words check`: whether drafts may be said, one JSON object a line, without a stack."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from dunlin.cli.commands import Commands
from dunlin.cli.json_lines import lines_of, write_answers
from dunlin.domain.messages.tone import CEILINGS
from dunlin.domain.messages.wording import judged
from dunlin.domain.messages.words_model import WordsModel

app = Commands("Words that somebody wants to send: may they be said?", example="dunlin words check")
_LANGUAGES, _CHANNELS = ("en", "es"), ("email", "sms", "portal", "letter")


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="Drafts, one a line; standard input without.")
    ] = None,
) -> None:
    """Judge drafts, one answer a line. A draft that passes still needs a person's approval.

    Example: dunlin words check drafts.jsonl
    """
    from dunlin.runtime import wiring

    write_answers(judge_drafts(lines_of(file), wiring.words_model()))


def judge_drafts(lines: Iterable[str], model: WordsModel) -> Iterator[dict[str, Any]]:
    """One answer for each line that is not empty, in the same order."""
    for line in lines:
        if line.strip():
            yield _answer(line, model)


def _answer(line: str, model: WordsModel) -> dict[str, Any]:
    try:
        draft = json.loads(line)
    except ValueError as error:
        return {"id": None, "error": f"no JSON: {error}"}
    if not isinstance(draft, dict):
        return {"id": None, "error": "a draft is an object"}
    for field, allowed in (("language", _LANGUAGES), ("channel", _CHANNELS), ("tone", CEILINGS)):
        value = draft.get(field) or ""
        if value and value not in allowed:
            return {"id": draft.get("id"), "error": f"{field} is one of {', '.join(allowed)}"}
    if not isinstance(text := draft.get("text"), str):
        return {"id": draft.get("id"), "error": "text is required"}
    findings = judged(
        text, model=model, language=draft.get("language") or "en", tone_of=draft.get("tone") or ""
    )
    return {
        "id": draft.get("id"),
        "ok": not findings,
        "findings": [asdict(finding) for finding in findings],
    }
