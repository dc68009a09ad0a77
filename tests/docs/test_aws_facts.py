"""docs/aws-facts.md names every feature of AWS that template and machines use, and no other."""

from __future__ import annotations

import json
import re

import pytest

from dunlin.adapters.aws.smoke import LOOKS
from tests.docs.markdown import ROOT
from tests.wiring import stack

PAGE = (ROOT / "docs" / "aws-facts.md").read_text(encoding="utf-8")


def _named(section: str) -> set[str]:
    """The names in the first column of a section's table."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def _translated() -> str:
    return json.dumps(stack.translated(), default=str)


def _kinds() -> set[str]:
    return {resource["Type"] for resource in stack.translated()["Resources"].values()}


def _functions() -> set[str]:
    used = set(re.findall(r'"(Fn::\w+|Ref|Condition)": ', _translated()))
    return used | set(re.findall(r"Fn::ForEach", stack.TEMPLATE.read_text()))


def _events() -> set[str]:
    events = (f.get("Events", {}).values() for f in stack.functions().values())
    return {event["Type"] for each in events for event in each}


def _machines() -> set[str]:
    used = {"Retry", "Catch"}
    for definition in stack.machines().values():
        used.add(definition["QueryLanguage"])
        for _, state in stack.states(definition):
            used |= {state["Resource"]} if "Resource" in state else set()
            if "ItemProcessor" in state:
                used.add(state["ItemProcessor"]["ProcessorConfig"]["Mode"])
    return used


def _conditions() -> set[str]:
    return set(re.findall(r'"((?:aws|dynamodb|events|kms|ses):\w[\w:]+)": ', _translated()))


def _services() -> set[str]:
    return {action.split(":")[0] for role in stack.roles() for action, _ in stack.grants(role)}


@pytest.mark.parametrize(
    ("section", "used"),
    [
        ("Resources", _kinds),
        ("Functions of the template", _functions),
        ("What starts a function", _events),
        ("State machines", _machines),
        ("Conditions of policies", _conditions),
        ("Services that a function or a machine calls", _services),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_used_is_documented_and_nothing_else(section, used):
    assert _named(section) == used()


def test_every_feature_has_its_page():
    for line in PAGE.partition("\n## Settled by")[0].splitlines():
        if line.startswith("| ") and not line.startswith(("| type", "|---")) and "<" in line:
            assert re.search(r"<https://docs\.aws\.amazon\.com/\S+\.html>", line), line
        elif line.startswith("| `"):
            raise AssertionError(f"no page: {line}")


def test_what_a_first_deployment_settles_has_a_look_by_its_name():
    assert _named("Settled by a first deployment alone") == set(LOOKS)
