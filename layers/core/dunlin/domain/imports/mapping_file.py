"""Writes `NAME.mapping.yaml`: the questions with their answers, and what each column was taken for.

The file says nothing until a person writes behind a colon: read back as it was written, it is an
empty sidecar, so it never counts as anybody's word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from dunlin.domain.imports import fields
from dunlin.domain.imports.field_words import field_words
from dunlin.domain.imports.question_words import ELSEWHERE, spoken
from dunlin.domain.imports.sidecar import VERSION, Sidecar
from dunlin.domain.imports.types import FileProfile, ImportQuestion
from dunlin.domain.plain_text import wrapped

WIDTH = 78
_SIGN = "# Dunlin wrote this"
_SETTINGS = (
    ("industry", "dental, freight, property: whose bills these are"),
    ("debt_kind", "consumer or business: who owes, where the file does not say"),
    ("complete", "true: an open account that this file lacks is closed"),
    ("written_off", "true: rows written off are debts to be asked for"),
)


def mapping_file(name: str, profile: FileProfile, sidecar: Sidecar) -> str:
    """The text of the mapping file of `name`, with what a person said before kept in it."""
    lines = [
        *_comment(f"How Dunlin reads {name}."),
        *_comment(
            "Write behind a colon, save, and import again. A line with nothing behind its colon"
            " changes nothing."
        ),
        f"version: {VERSION}",
        "",
        *_answers(profile, sidecar),
        *_mapping(profile, sidecar),
        "",
        *_comment("Settings of the whole file."),
        *_settings(profile, sidecar),
    ]
    return signed("\n".join(lines) + "\n")


def signed(text: str) -> str:
    """The text under a line that tells whether anybody has changed it since."""
    rest = text.split("\n", 1)[1] if text.startswith(_SIGN) else text
    return f"{_SIGN} ({_checksum(rest)}); changed by hand, it is left as it is.\n{rest}"


def untouched(text: str) -> bool:
    """True for a mapping file that is as it was written, so that it may be written anew."""
    first, _, rest = text.partition("\n")
    return first.startswith(f"{_SIGN} ({_checksum(rest)})")


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _answers(profile: FileProfile, sidecar: Sidecar) -> Iterator[str]:
    asked = [q for q in profile.decisions if q.kind not in ELSEWHERE]
    open_ids = {q.id for q in asked}
    before = {q: a for q, a in sidecar.answers.items() if q not in open_ids}
    if not asked and not before:
        return
    yield "answers:"
    for name, answer in before.items():
        yield f"  {quoted(name)}: {quoted(answer)}"
    for question in asked:
        yield ""
        yield from _question(question, profile)
    yield ""


def _question(question: ImportQuestion, profile: FileProfile) -> list[str]:
    """One question as comments, with a line to answer it on."""
    asked = spoken(question, [(c.key, c.field) for c in profile.mapping])
    lines = _comment(asked.asks, indent=2)
    for line, cells in asked.rows:
        told_by = ", ".join(f"{key} {cell}" for key, _, cell in cells)
        lines += _comment(f"row {line}: {told_by}", indent=2, deeper=2)
    lines += _comment(
        "Write one of these:" if asked.blocking else "Where that is wrong, write one of these:",
        indent=2,
    )
    for answer in asked.answers:
        words = answer.words if answer.words != answer.choice else ""
        after = "; ".join(w for w in (words, answer.meaning) if w)
        lines += _comment(f"  {answer.choice}  {after}".rstrip(), indent=2, deeper=6)
    return [*lines, f"  {quoted(question.id)}:"]


def _mapping(profile: FileProfile, sidecar: Sidecar) -> Iterator[str]:
    yield from _comment(
        "What each column was taken for. Another field behind the colon changes it,"
    )
    yield from _comment("`ignore` leaves the column out. The fields are listed at the end.")
    yield "mapping:"
    for column in profile.mapping:
        own = sidecar.mapping.get(column.key)
        words = "not used" if column.field == fields.IGNORE else field_words(column.field)
        why = " ".join(column.why.split())
        value = f" {own}" if own else ""
        yield f"  {quoted(column.key)}:{value}  # {words} ({column.score:.2f}: {why})"


def _settings(profile: FileProfile, sidecar: Sidecar) -> Iterator[str]:
    order = _single_order(profile)
    yield _setting("date_order", sidecar.date_order, f"ymd, mdy or dmy; read as {order or 'open'}")
    yield _setting("country", sidecar.country, f"a code; taken: {profile.country}")
    yield _setting("state", sidecar.state, "where all live whose row names no state or ZIP code")
    yield _setting("currency", sidecar.currency, f"a code; taken: {profile.currency}")
    for key, words in _SETTINGS:
        value = getattr(sidecar, key)
        text = ("true" if value else "") if isinstance(value, bool) else value
        yield _setting(key, text, words)
    yield ""
    yield from _comment("Fields: " + ", ".join(sorted(fields.FIELDS)) + ", ignore.")


def _setting(key: str, value: str, words: str) -> str:
    written = f" {value if value in ('true', '') else quoted(value)}" if value else ""
    return f"{key}:{written}  # {words}"


def _comment(text: str, *, indent: int = 0, deeper: int = 0) -> list[str]:
    """The text as comment lines; a file's own line breaks and control characters are spaces."""
    return wrapped(text, indent, deeper, mark="# ", width=WIDTH)


def _single_order(profile: FileProfile) -> str:
    orders = {order for _, order in profile.date_orders if order}
    return orders.pop() if len(orders) == 1 else ""


def quoted(text: str) -> str:
    """A YAML double-quoted scalar; every control character is escaped."""
    out = []
    for c in text:
        if c in '"\\':
            out.append("\\" + c)
        elif c == "\n":
            out.append("\\n")
        elif c == "\t":
            out.append("\\t")
        elif not c.isprintable():
            out.append(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}")
        else:
            out.append(c)
    return '"' + "".join(out) + '"'
