"""The page for whoever is woken: each alarm names its section, and each section says what to do, by
commands that there are. Those of `dunlin` are run: tests/cli/test_examples_cloud.py runs every
command on a stack, and dead letters and a restore have tests of their own beside it.
"""

from __future__ import annotations

import re

import botocore.session
import pytest
from botocore import xform_name

from tests.cli.examples import commands, is_group
from tests.docs.markdown import ROOT, spans
from tests.wiring import stack

PAGE = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
SECTIONS = {
    title.lower().replace(" ", "-"): text
    for title, _, text in (part.partition("\n") for part in PAGE.split("\n## ")[1:])
}
NO_ALARM = {"restore"}
"""What is done by a person's decision, not by an alarm."""


def alarms() -> dict[str, str]:
    """The description of each alarm, by its name in the template."""
    described = {
        name: resource["Properties"]["AlarmDescription"]
        for name, resource in stack.translated()["Resources"].items()
        if resource["Type"] in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    }
    return {
        name: text if isinstance(text, str) else str(text["Fn::Sub"])
        for name, text in described.items()
    }


def named(description: str) -> str:
    """The section that a description ends with, "" for none."""
    match = re.search(r"\bdocs/runbook\.md#([a-z-]+)\s*$", description)
    return match[1] if match else ""


def test_each_alarm_names_its_section_and_each_section_has_an_alarm() -> None:
    sections = {name: named(text) for name, text in alarms().items()}
    assert len(sections) > 80
    assert {name: s for name, s in sections.items() if s not in SECTIONS} == {}
    assert set(SECTIONS) - set(sections.values()) <= NO_ALARM


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_a_section_says_what_it_means_what_to_look_at_and_what_mends_it(section: str) -> None:
    text = SECTIONS[section]
    parts = [text.find(f"**{word}") for word in ("Means", "Look at", "Mend")]
    assert -1 not in parts
    assert parts == sorted(parts)
    assert [span for span in spans(text) if span.startswith(("dunlin ", "aws "))]


def test_every_order_to_aws_is_one_that_aws_takes() -> None:
    session = botocore.session.get_session()
    orders = [span.split() for span in spans(PAGE) if span.startswith("aws ")]
    assert orders
    for _, service, order, *_ in orders:
        operations = session.get_service_model(service).operation_names
        assert order in {xform_name(name, "-") for name in operations}, (service, order)


def test_every_order_to_dunlin_is_one_whose_example_is_run() -> None:
    run = {name for name in commands() if name and not is_group(name)}
    for span in spans(PAGE):
        words = span.split()
        if words[:1] == ["dunlin"] and len(words) > 1:
            assert " ".join(words[1:3]) in run or words[1] in run, span
