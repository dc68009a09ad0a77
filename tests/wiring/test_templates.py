"""The pages' templates: what enters one is escaped, an unknown name is an error, each is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from markupsafe import Markup

from dunlin.views.jinja import environment
from tests.wiring import stack

FOLDERS = sorted(
    folder
    for place in ("layers/core/dunlin/views", "local", "tools")
    for folder in (stack.ROOT / place).rglob("templates")
)
FILES = [path for folder in FOLDERS for path in sorted(folder.iterdir()) if path.suffix != ".json"]


def _named_somewhere() -> set[str]:
    """Every quoted word of the project's Python and templates that may name a template."""
    names: set[str] = set()
    for place in ("layers/core/dunlin", "local", "tools"):
        for path in (stack.ROOT / place).rglob("*"):
            if path.suffix in (".py", ".j2"):
                names |= set(re.findall(r"[\"']([\w.-]+)[\"']", path.read_text("utf-8")))
    return names


def test_there_are_templates() -> None:
    assert len(FOLDERS) >= 8
    assert len(FILES) >= 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_a_template_can_be_read_and_never_stops_escaping(path: Path) -> None:
    written = path.read_text("utf-8")
    assert re.search(r"\|\s*safe\b|\bautoescape\b", written) is None
    environment(path.parent).parse(written)


def test_every_template_is_used() -> None:
    named = _named_somewhere()
    lost = [path.name for path in FILES if not {path.name, path.name.partition(".")[0]} & named]
    assert lost == []


def test_what_enters_a_template_is_escaped_whether_filtered_or_not(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text("<p>{{ one }}{{ one | twice }}{{ two }}</p>")
    page = environment(tmp_path, twice=lambda text: text * 2).get_template("page.html.j2")
    assert page.render(one="<i>", two=Markup("<b>")) == "<p>&lt;i&gt;&lt;i&gt;&lt;i&gt;<b></p>"
    with pytest.raises(UndefinedError, match="'two' is undefined"):
        page.render(one="")


def test_every_folder_draws_with_the_charts_and_with_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text('{% from "marks.svg.j2" import bar %}')
    environment(tmp_path).get_template("page.html.j2").render()
    with pytest.raises(TemplateNotFound):
        environment(tmp_path).get_template("widget.html.j2")
