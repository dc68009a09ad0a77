"""`NAME.mapping.yaml` from its bytes, and with a person's answer put into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import yaml

from dunlin.adapters.files.plain_yaml import PlainLoader, read_as
from dunlin.domain.errors import DomainError
from dunlin.domain.imports.mapping_file import quoted
from dunlin.domain.imports.sidecar import LARGEST, Sidecar, SidecarErrors, check_sidecar

_SECTIONS = ("answers", "mapping")
_WORDS = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:null")


class _WordLoader(PlainLoader):
    """YAML of words alone: what stands there is text, true, false or nothing, so `007` stays
    `007`."""


read_as(_WordLoader, only=_WORDS)


def read_sidecar(data: bytes) -> Sidecar | SidecarErrors:
    """The checked sidecar, or everything that is wrong with it."""
    if len(data) > LARGEST:
        return SidecarErrors(errors=("the mapping file is larger than a megabyte",))
    try:
        text = data.decode("utf-8-sig")
        raw = yaml.load(text, Loader=_WordLoader)  # noqa: S506 (a safe one)
        root = yaml.compose(text, Loader=_WordLoader)
    except UnicodeDecodeError:
        return SidecarErrors(errors=("the mapping file is not UTF-8 text",))
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        hint = "this is not YAML: one `name: word` a line, names under a heading two spaces in"
        return SidecarErrors(errors=(f"{where}{hint}",))
    except RecursionError:
        return SidecarErrors(errors=("the mapping file is nested too deeply",))
    twice = tuple(_twice(root))
    return SidecarErrors(errors=twice) if twice else check_sidecar(raw, dict(_places(root)))


def with_answers(data: bytes, answers: Mapping[str, str]) -> bytes:
    """The mapping file with answers written into it; all else stays as a person wrote it.

    Raises `DomainError` where the file is not one that can be read.
    """
    before = read_sidecar(data)
    if isinstance(before, SidecarErrors):
        raise DomainError("; ".join(before.errors))
    text = data.decode("utf-8-sig")
    try:
        for question, answer in answers.items():
            text = _with_answer(text, question, answer)
    except yaml.YAMLError:
        text = ""
    after = read_sidecar(text.encode())
    wanted = {**before.answers, **answers}
    if isinstance(after, SidecarErrors) or after.answers != wanted:
        raise DomainError("the mapping file is written in a way that takes no answer: start anew")
    return text.encode()


def _with_answer(text: str, question: str, answer: str) -> str:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    root = yaml.compose(text, Loader=_WordLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    section = next((v for k, v in pairs if k.value == "answers"), None)
    heading = next((k for k, _ in pairs if k.value == "answers"), None)
    written = f"{quoted(question)}: {quoted(answer)}\n"
    if heading is None:
        return "".join([*lines, "answers:\n", f"  {written}"])
    inside = section.value if isinstance(section, yaml.MappingNode) else []
    for key, value in inside:
        if key.value == question and key.start_mark.line == value.end_mark.line:
            at = key.start_mark
            lines[at.line] = lines[at.line][: at.column] + written
            return "".join(lines)
        if key.value == question:  # a null value ends where the next thing begins
            lines[key.start_mark.line] = " " * key.start_mark.column + written
            return "".join(lines)
    if isinstance(section, yaml.MappingNode) and not inside:
        lines[heading.start_mark.line] = "answers:\n"  # {} stood there
    first = inside[0][0].start_mark if inside else None
    at_line = first.line if first else heading.start_mark.line + 1
    return "".join([*lines[:at_line], " " * (first.column if first else 2) + written,
                    *lines[at_line:]])  # fmt: skip


def _pairs(root: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """(section, key) of everything that stands in the file."""
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        yield "", key
        if key.value in _SECTIONS and isinstance(value, yaml.MappingNode):
            for inner, _ in value.value:
                yield key.value, inner


def _places(root: yaml.Node | None) -> Iterator[tuple[tuple[str, str], int]]:
    for section, key in _pairs(root):
        yield (section, str(key.value)), key.start_mark.line + 1


def _twice(root: yaml.Node | None) -> Iterator[str]:
    """What is said twice; YAML would take the last one without a word."""
    seen: dict[tuple[str, str], int] = {}
    for section, key in _pairs(root):
        name, line = (section, str(key.value)), key.start_mark.line + 1
        if name in seen:
            yield f"line {line}: {key.value!r} is said on line {seen[name]} already: keep one"
        seen.setdefault(name, line)
