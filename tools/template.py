"""Writes template.yaml from infra/template: one file for each trade, joined as they stand.

CloudFormation takes one text, with a dashboard's body as text within it, and reads no second file.
So the parts are joined in the order of their numbers, and where one names the file of the body
(`infra/dashboards/dunlin.json`) the body stands, one widget a line. A test keeps the parts and the
whole equal; run it after a change of either. The table of docs/permissions.md is renewed with it:

    make template
"""

import json
from pathlib import Path

from tools import permissions

ROOT = Path(__file__).resolve().parents[1]
PARTS = ROOT / "infra" / "template"
BODY = ROOT / "infra" / "dashboards" / "dunlin.json"
TEMPLATE = ROOT / "template.yaml"

_HEAD = "# Made by `make template` from the files of infra/template; change those.\n\n"
_PLACE = "        infra/dashboards/dunlin.json\n"


def text() -> str:
    """The whole template. Raises `ValueError` unless exactly one place waits for the body."""
    joined = _HEAD + "".join(part.read_text() for part in sorted(PARTS.glob("*.yaml")))
    if joined.count(_PLACE) != 1:
        raise ValueError("infra/template must name infra/dashboards/dunlin.json exactly once")
    return joined.replace(_PLACE, _body())


def _body() -> str:
    dashboard = json.loads(BODY.read_text())
    widgets = dashboard.pop("widgets")
    head = json.dumps(dashboard, ensure_ascii=False)[1:-1]
    lines = [f"{{{head}," if head else "{", '"widgets": [']
    lines += [json.dumps(widget, ensure_ascii=False) + "," for widget in widgets]
    lines[-1] = lines[-1].removesuffix(",")
    lines.append("]}")
    return "".join(f"        {line}\n" for line in lines)


if __name__ == "__main__":
    TEMPLATE.write_text(text())
    permissions.PAGE.write_text(permissions.page(text()))
