"""The files beside an export: the mapping file that is read and answered, and the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dunlin.adapters.imports.sidecar_file import read_sidecar, with_answers
from dunlin.cli.speech import no_such_file
from dunlin.domain.errors import DomainError
from dunlin.domain.imports import file_names, mapping_file
from dunlin.domain.imports.guard import csv_line
from dunlin.domain.imports.report import REPORT_HEADER
from dunlin.domain.imports.sidecar import Sidecar, SidecarErrors

_BOM = "\ufeff"


class MappingMistake(DomainError):
    """A mapping file that cannot be obeyed; the message has a line for each mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesBeside:
    """What lies beside one export. `given` is a mapping file that was named by hand."""

    export: Path
    given: Path | None = None

    @property
    def mapping(self) -> Path:
        """The mapping file: the one given, else the one that is there, else `NAME.mapping.yaml`."""
        if self.given is not None:
            return self.given
        usual = self.export.with_name(file_names.mapping_name(self.export.name))
        others = (
            self.export.with_suffix(".mapping.yaml"),
            self.export.with_name(f"{self.export.name}.mapping.yaml"),
        )
        return next((path for path in (usual, *others) if path.is_file()), usual)

    @property
    def report(self) -> Path:
        return self.export.with_name(file_names.report_name(self.export.name))

    def sidecar(self) -> Sidecar:
        """What the mapping file says; nothing where there is none. Raises `MappingMistake`."""
        if not self.mapping.is_file():
            if self.given is not None:
                raise MappingMistake(no_such_file(self.given))
            return Sidecar()
        read = read_sidecar(self.mapping.read_bytes())
        if isinstance(read, SidecarErrors):
            raise MappingMistake("\n".join(f"{self.mapping}: {e}" for e in read.errors))
        return read

    def answer(self, answers: Mapping[str, str], text: str) -> None:
        """Put answers into the mapping file; `text` is what it is where there is none yet.
        Raises `MappingMistake`."""
        there = self.mapping.read_text("utf-8-sig") if self.mapping.is_file() else text
        try:
            answered = with_answers(there.encode(), answers).decode()
        except DomainError as error:
            raise MappingMistake(f"{self.mapping}: {error}") from error
        ours = mapping_file.untouched(there)
        self.mapping.write_text(mapping_file.signed(answered) if ours else answered, "utf-8")

    def write(self, mapping: str, report: Iterable[str]) -> list[str]:
        """Write both files, never over what a person changed; a sentence on each."""
        told_of = []
        try:
            told_of.append(self._write_mapping(mapping))
            told_of.append(self._write_report(report))
        except OSError as error:
            told_of.append(f"Nothing could be written beside the file: {error.strerror}.")
        return [sentence for sentence in told_of if sentence]

    def _write_mapping(self, text: str) -> str:
        if not text:
            return ""
        path = self.mapping
        if path.is_file() and not mapping_file.untouched(path.read_text("utf-8-sig")):
            return f"{path.name} holds what you wrote and stays as it is."
        path.write_text(text, "utf-8")
        return f"{path.name}: what each column was taken for, to be changed or answered."

    def _write_report(self, lines: Iterable[str]) -> str:
        path, rest = self.report, iter(lines)
        first = next(rest, "")
        if not first:
            return ""
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as there:
                if there.readline() != csv_line(REPORT_HEADER):
                    return f"{path.name} is not a report of Dunlin's any more and stays as it is."
        with path.open("w", encoding="utf-8", newline="") as out:
            out.write(_BOM)
            out.write(first)
            out.writelines(rest)
        return f"{path.name}: what did not import as it stood, and what to do."
