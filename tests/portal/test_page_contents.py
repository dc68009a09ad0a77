"""What a page is given is what its template reads: nothing is missing, nothing is given in vain."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from jinja2 import meta, nodes

from dunlin.domain.portal.page import Page
from dunlin.service import portal
from dunlin.service.portal import pages
from dunlin.views.portal import jinja_pages
from dunlin.views.portal.jinja_pages import PortalPages, template_of

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*Path(portal.__file__).parent.glob("*.py"), ROOT / "functions/portal/app.py"]
# Frames and macros, which no page is made of alone.
PARTS = {"base.html.j2", "parts.html.j2", "schedule.html.j2", "sums.html.j2"}


def given() -> dict[str, set[type[Any] | None]]:
    """Every page that the use cases and the function name, and the classes they give it."""
    contents: dict[str, set[type[Any] | None]] = {}
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call):
                continue
            named = {k.arg: k.value for k in call.keywords}
            name = call.args[0] if call.args else named.get("name")
            content = named.get("content")
            if isinstance(call.func, ast.Attribute) and call.func.attr == "page":
                content = call.args[1] if len(call.args) > 1 else content
            elif not (isinstance(call.func, ast.Name) and call.func.id == "Page"):
                continue
            if isinstance(name, ast.Constant) and isinstance(content, ast.Call):
                maker = ast.unparse(content.func).removesuffix(".of")
                contents.setdefault(str(name.value), set()).add(getattr(pages, maker))
    for form, make in pages.FORMS.items():
        contents.setdefault(form, set()).add(_made(make))
    contents["messages"] = {_made(pages.messages)}
    contents["account"] = {pages.AccountPage}
    # Those whose content is built a line before.
    contents |= {"receipt": {pages.ReceiptPage}, "accounts": {pages.AccountsPage}}
    contents |= {"data": {pages.DataPage}, "plan_agreed": {pages.PlanAgreedPage}}
    return contents


def _made(make: Any) -> type[Any] | None:
    name = inspect.get_annotations(make)["return"]
    return None if name == "None" else getattr(pages, name)


def read_by(template: str) -> set[str]:
    """Every name that a template, its frame and its macros read and do not set themselves."""
    environment = jinja_pages._TEMPLATES
    source = environment.loader.get_source(environment, template)[0] if environment.loader else ""
    tree = environment.parse(source)
    read = set(meta.find_undeclared_variables(tree))
    for part in meta.find_referenced_templates(tree):
        read |= read_by(part) if part else set()
    own = {n.name for n in tree.find_all(nodes.Name) if n.ctx == "store"}
    own |= {macro.name for macro in tree.find_all(nodes.Macro)}
    for taken in tree.find_all(nodes.FromImport):
        own |= {name if isinstance(name, str) else name[1] for name in taken.names}
    return read - own


def always() -> set[str]:
    """What the renderer gives every page, found by rendering one with nothing on it."""
    seen: set[str] = set()

    class Template:
        def render(self, context: dict[str, Any]) -> str:
            seen.update(context)
            return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            jinja_pages, "_TEMPLATES", type("T", (), {"get_template": lambda *_: Template()})()
        )
        PortalPages(base_url="https://pay.example.com", checkout_origin="").render(
            Page(name="home"), language="en", here="/"
        )
    return seen


@pytest.mark.parametrize("page", sorted(given()))
def test_a_page_is_given_what_its_template_reads(page: str) -> None:
    read = read_by(template_of(page)) - always()
    for content in given()[page]:
        names = {f.name for f in fields(content)} if content is not None else set()
        assert names == read, (page, content)


def test_every_template_is_shown_by_a_page_that_is_looked_at_here() -> None:
    shown = {template_of(page) for page in given()}
    stored = {path.name for path in Path(jinja_pages.__file__).parent.glob("templates/*.html.j2")}
    assert shown == stored - PARTS


def test_every_page_of_words_alone_is_given_as_such() -> None:
    assert {page for page, kinds in given().items() if kinds == {pages.Done}} <= jinja_pages._SIMPLE
