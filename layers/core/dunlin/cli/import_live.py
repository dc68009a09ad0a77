"""The live half of `dunlin import`: drops files on a stack, says what became of them in the words
of the dry run, and asks what an import waits for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from botocore.exceptions import ClientError

from dunlin.cli.asking import ask, somebody_is_there
from dunlin.cli.beside import FilesBeside
from dunlin.cli.drop import drop, drop_and_follow, follow
from dunlin.cli.speech import no_such_file, say
from dunlin.cli.target import Target
from dunlin.domain.errors import DomainError
from dunlin.domain.ids import creditor_id
from dunlin.domain.imports import file_names
from dunlin.domain.imports.sidecar import Sidecar
from dunlin.views.imports.import_text import import_lines


def upload(files: Sequence[Path], sidecars: Sequence[Path], creditor: str, target: Target) -> int:
    """Drop files, each with the mapping file beside it, and follow them; the exit code: 1 where
    one was not imported. Raises `DomainError` where a file or a mapping file cannot be read."""
    try:
        creditor_id(creditor)
    except DomainError as error:
        raise DomainError(f"--creditor: {error}") from error
    code = 0
    for number, path in enumerate(files):
        if not path.is_file():
            raise no_such_file(path)
        given = sidecars[number] if number < len(sidecars) else None
        document = _import(target, creditor, FilesBeside(export=path, given=given))
        code = max(code, 0 if document["state"] == "done" else 1)
    return code


def _import(target: Target, creditor: str, place: FilesBeside) -> dict[str, Any]:
    key = f"drop/{creditor}/{place.export.name}"
    mapping = file_names.mapping_name(key)
    if place.sidecar() != Sidecar():
        drop(target, mapping, place.mapping.read_bytes(), ours=True)  # before its file, and alone
    document = drop_and_follow(target, creditor, place.export)
    while True:
        asked_next = document["state"] == "waiting" and somebody_is_there()
        for line in import_lines(document, asked_next=asked_next):
            typer.echo(line)
        answers = ask(document) if asked_next else {}
        if not answers:
            break
        place.answer(answers, _text(target, mapping))
        drop(target, mapping, place.mapping.read_bytes())  # a person's: the import goes on
        seen = document["summary_version"]
        document = follow(target, key, document["import_id"], after=seen)
        say("")
    if asked_next:
        say(f"\n{document['next_step']}")
    _write(target, place, key)
    return document


def _write(target: Target, place: FilesBeside, key: str) -> None:
    report = _text(target, file_names.report_name(key)).removeprefix("\ufeff")
    sentences = place.write(_text(target, file_names.mapping_name(key)), report.splitlines(True))
    if sentences:
        say("\nBeside the file:")
    for sentence in sentences:
        say(sentence, 2, 2)


def _text(target: Target, key: str) -> str:
    """A file of the drop bucket, empty where there is none."""
    try:
        stored = target.client("s3").get_object(Bucket=target.outputs["DropBucketName"], Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return ""
        raise
    content: bytes = stored["Body"].read()
    return content.decode("utf-8")
