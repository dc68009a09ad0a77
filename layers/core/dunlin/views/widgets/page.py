"""Draws a widget's page.

What can be clicked is a button followed by a `cwdb-action` element, which calls a function with the
JSON it holds (Amazon CloudWatch user guide, "Create a custom widget": interactivity). No scripts;
light and dark.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dunlin.views.jinja import environment
from dunlin.views.widgets.ask import Ask
from dunlin.views.widgets.words import age, instant, masked, money, words

Html = str | dict[str, str]

_TEMPLATES = environment(
    Path(__file__).parent / "templates",
    age=age,
    instant=instant,
    masked=masked,
    money=money,
    words=words,
)


def page(ask: Ask, template: str, **values: Any) -> str:
    """The page of a template, in the theme of the dashboard that asks."""
    return _TEMPLATES.get_template(f"{template}.html.j2").render(ask=ask, **values)
