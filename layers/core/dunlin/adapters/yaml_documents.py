"""YAML documents that people write: read safely, errors with their line."""

from __future__ import annotations

import yaml

from dunlin.domain.errors import DomainError


def parse(content: bytes) -> object:
    """The document as plain values. Raises `DomainError` with line and column."""
    try:
        return yaml.safe_load(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DomainError(f"not UTF-8 text: {error.reason} at byte {error.start}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise DomainError(f"{where}{error.problem or 'not YAML'}") from error
    except yaml.YAMLError as error:
        raise DomainError(f"not YAML: {error}") from error
