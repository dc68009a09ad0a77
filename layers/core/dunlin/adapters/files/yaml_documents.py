"""YAML documents that people write: read safely, errors with their line.

A key that stands twice is refused, since one of the two would be lost, and so is an alias or a
tag; days stay text, so that
a document is the same from YAML and from the JSON it is stored as.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from dunlin.adapters.files.plain_yaml import PlainLoader, read_as
from dunlin.domain.errors import DomainError
from dunlin.domain.strategy.document import Path

_DAY = "tag:yaml.org,2002:timestamp"


class _YamlLoader(PlainLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} stands there twice", key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


read_as(_YamlLoader, but=[_DAY])


def parse(content: bytes) -> object:
    """The document as plain values. Raises `DomainError` with line and column."""
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=_YamlLoader)  # noqa: S506 (a safe one)
    except UnicodeDecodeError as error:
        raise DomainError(f"not UTF-8 text: {error.reason} at byte {error.start}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise DomainError(f"{where}{error.problem or 'not YAML'}") from error
    except yaml.YAMLError as error:
        raise DomainError(f"not YAML: {error}") from error
    except RecursionError as error:
        raise DomainError("nested too deeply") from error


def line_of(content: bytes, path: Path) -> int:
    """The line, from 1, of a place in a document that `parse` takes. The first step of `path`
    names the whole document; where the place is missing, the line of what should hold it."""
    node = yaml.compose(content.decode("utf-8-sig"), Loader=_YamlLoader)
    line = 1
    for step in path[1:]:
        if isinstance(node, yaml.MappingNode):
            pairs = [(k, v) for k, v in node.value if k.value == str(step)]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            pairs = [(v, v) for v in node.value[step : step + 1]]
        else:
            break
        if not pairs:
            break
        key, node = pairs[0]
        line = key.start_mark.line + 1
    return line


def with_numbers(content: bytes, changes: Mapping[Path, int]) -> bytes:
    """The same text with other whole numbers at these places; comments and form stay. Raises
    `DomainError` where a place holds no single value."""
    text = content.decode("utf-8-sig")
    root = yaml.compose(text, Loader=_YamlLoader)
    marks = [(*_span(root, path), str(number)) for path, number in changes.items()]
    for start, end, number in sorted(marks, reverse=True):
        text = text[:start] + number + text[end:]
    return text.encode()


def _span(node: yaml.Node | None, path: Path) -> tuple[int, int]:
    """Where in the text the value at a place begins and ends."""
    for step in path:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = next(iter(node.value[step : step + 1]), None)
        else:
            node = None
    if not isinstance(node, yaml.ScalarNode):
        raise DomainError(f"no value at {'.'.join(map(str, path))}")
    return node.start_mark.index, node.end_mark.index
