"""HTML, SVG and stylesheets are written in templates and files of their own, not in Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wiring import stack

PLACES = ("layers/core/dunlin", "functions", "local", "tools", "training", "infra")
_TAGS = (
    "a|article|b|base|blockquote|body|br|button|circle|cwdb-action|dd|details|div|dl|dt|em|"
    "fieldset|figure|figcaption|footer|form|g|h[1-6]|head|header|html|iframe|img|input|label|"
    "legend|li|line|link|main|meta|nav|ol|option|p|path|polyline|pre|rect|script|section|select|"
    "small|span|strong|style|sub|sup|summary|svg|table|tbody|td|text|textarea|tfoot|th|thead|"
    "title|tr|ul"
)
# `(?P<text>` of a regular expression is no tag.
_MARKUP = re.compile(rf"(?<!\?P)</?(?:{_TAGS})(?=[\s/>]|$)|<!doctype|\bstyle=", re.IGNORECASE)
_STYLES = re.compile(
    r"(?:^|[\s;{])(?:color|background|margin|padding|font|font-size|border|display|width)"
    r"\s*:[^;{}\n]+[;}]"
)


def _docstrings(tree: ast.AST) -> set[int]:
    """The constants that are docstrings, by identity: they may speak of tags."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def markup_in(source: str) -> Iterator[tuple[int, str]]:
    """The line and the mark of each string in a module that holds markup or a style."""
    tree = ast.parse(source)
    docstrings = _docstrings(tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            match = _MARKUP.search(node.value) or _STYLES.search(node.value)
            if match:
                yield node.lineno, match[0].strip()


def _modules() -> Iterator[Path]:
    for place in PLACES:
        yield from sorted((stack.ROOT / place).rglob("*.py"))


def test_no_string_of_python_holds_markup() -> None:
    marks = {
        f"{path.relative_to(stack.ROOT)}:{line}": mark
        for path in _modules()
        for line, mark in markup_in(path.read_text("utf-8"))
    }
    assert marks == {}


@pytest.mark.parametrize(
    ("planted", "mark"),
    [
        ('page = "<div class=x>hello"', "<div"),
        ("page = f'<td>{name}</td>'", "<td"),
        ('page = f"{name}</p>"', "</p"),
        ('page = Markup("<svg viewBox={}>").format(box)', "<svg"),
        ('page = "a" + "<br/>"', "<br"),
        ("page = \"<rect x='1'/>\"", "<rect"),
        ('page = "<!DOCTYPE html>"', "<!DOCTYPE"),
        ("look = f' style=\"color:{colour}\"'", "style="),
        ('look = ".box { padding: 8px; }"', "padding: 8px;"),
        ('button = "<button"', "<button"),
    ],
)
def test_planted_markup_is_found(planted: str, mark: str) -> None:
    assert mark in [mark for _, mark in markup_in(planted)]


@pytest.mark.parametrize(
    "source",
    [
        '"""The text between <p> and </p>."""',
        'name = re.compile(r"(?P<text>.+)")',
        'sender = "Harbor Dental <billing@example.com>"',
        'said = "a < b and c > d"',
        'said = "no style, no colour: none"',
    ],
)
def test_what_is_no_markup_is_left_alone(source: str) -> None:
    assert list(markup_in(source)) == []
