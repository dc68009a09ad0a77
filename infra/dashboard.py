"""Copies infra/dashboards/dunlin.json into template.yaml, one widget a line.

CloudFormation takes the body as text with `Fn::Sub` placeholders and cannot read it from a file.
A test keeps the two equal; run it after the body has changed:

    python infra/dashboard.py
"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BODY = ROOT / "infra" / "dashboards" / "dunlin.json"
TEMPLATE = ROOT / "template.yaml"

_BLOCK = re.compile(r"(?<=      DashboardBody: !Sub \|\n)(?:        .*\n)+")


def embed(template: str, body: str) -> str:
    """The template with the dashboard's body in it."""
    dashboard = json.loads(body)
    widgets = dashboard.pop("widgets")
    head = json.dumps(dashboard, ensure_ascii=False)[1:-1]
    lines = [f"{{{head}," if head else "{", '"widgets": [']
    lines += [json.dumps(w, ensure_ascii=False) + "," for w in widgets]
    lines[-1] = lines[-1].removesuffix(",")
    lines.append("]}")
    text = "".join(f"        {line}\n" for line in lines)
    made, count = _BLOCK.subn(lambda _: text, template)
    if count != 1:
        raise ValueError("template.yaml must hold exactly one DashboardBody")
    return made


if __name__ == "__main__":
    TEMPLATE.write_text(embed(TEMPLATE.read_text(), BODY.read_text()))
