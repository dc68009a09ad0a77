"""Cleans the HTML of widgets as the console does: no scripts, no frames, no event attributes.

Kept are nearly all tags, styles, SVG and `cwdb-action`; what is left is shown in a shadow root
under a policy that lets no other origin be reached.
"""

import json
from pathlib import Path
from typing import Any

import nh3
from markdown_it import MarkdownIt

from dunlin.views.jinja import environment

_TEMPLATES = environment(Path(__file__).parent / "templates")

_SVG = {
    "svg", "g", "rect", "circle", "ellipse", "line", "path", "polyline", "polygon", "text",
    "tspan", "title", "desc", "defs", "linearGradient", "stop",
}  # fmt: skip
_FORMS = {"form", "input", "label", "select", "option", "optgroup", "textarea", "button",
          "fieldset", "legend"}  # fmt: skip
_TAGS = (
    nh3.ALLOWED_TAGS
    | _SVG
    | _FORMS
    | {"style", "section", "main", "cwdb-action", "progress", "tfoot"}
)
_EVERYWHERE = {
    "class", "id", "style", "title", "role", "tabindex", "width", "height", "colspan", "rowspan",
    "scope", "lang", "dir", "hidden", "open",
    "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "d", "points", "fill",
    "stroke", "stroke-width", "transform", "viewBox", "preserveAspectRatio", "text-anchor",
    "font-size", "opacity", "offset", "stop-color",
}  # fmt: skip
_OWN = {
    "a": {"href", "target"},
    "img": {"src", "alt"},
    "input": {"name", "value", "type", "placeholder", "checked", "min", "max", "step",
              "autocomplete", "disabled", "readonly"},
    "label": {"for"},
    "select": {"name", "multiple", "disabled"},
    "option": {"value", "selected"},
    "textarea": {"name", "rows", "cols", "placeholder"},
    "button": {"type", "name", "value", "disabled"},
    "progress": {"value", "max"},
    "cwdb-action": {"action", "display", "endpoint", "confirmation", "event"},
}  # fmt: skip


def clean(html: str) -> str:
    """The part of a widget's HTML that may be shown."""
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "iframe", "object", "embed"},
        attributes={"*": _EVERYWHERE} | _OWN,
        generic_attribute_prefixes={"aria-", "data-"},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def markdown(text: str) -> str:
    """Markdown as HTML; tags inside it stay text."""
    return clean(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))


def answer(value: Any) -> str:
    """What a widget's function returned, as HTML: HTML text, markdown, or any JSON."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict) and set(value) == {"markdown"}:
        return markdown(str(value["markdown"]))
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return _TEMPLATES.get_template("answer.html.j2").render(said=text)
