"""The environment of the pages' templates: what enters one is escaped, and a name that it does not
know is an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_CHARTS = Path(__file__).parent / "charts" / "templates"


def environment(*folders: Path, **filters: Callable[..., Any]) -> Environment:
    """The templates of these folders and of the charts. `filters` write values as people read
    them; what one returns is escaped as well unless it is `Markup`."""
    jinja = Environment(
        loader=FileSystemLoader([*folders, _CHARTS]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    jinja.filters.update(filters)
    return jinja
