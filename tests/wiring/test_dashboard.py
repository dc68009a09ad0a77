"""The dashboard's body: generated, complete, and nothing that the console would refuse."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

from infra.dashboards import body

ROOT = Path(__file__).parents[2]
BODY: dict[str, Any] = json.loads(body.BODY.read_text())


def test_the_committed_body_is_the_generated_one() -> None:
    assert body.BODY.read_text() == body.text(), "run: python infra/dashboards/body.py"


def test_widgets_lie_on_the_grid_and_never_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for widget in BODY["widgets"]:
        cells = set(
            itertools.product(
                range(widget["x"], widget["x"] + widget["width"]),
                range(widget["y"], widget["y"] + widget["height"]),
            )
        )
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells


def test_every_placeholder_names_a_resource_of_the_template() -> None:
    resources = set(re.findall(r"^  (\w+):$", (ROOT / "template.yaml").read_text(), re.MULTILINE))
    named = set(re.findall(r"\$\{([^}]+)\}", body.text()))
    assert {
        name
        for name in named
        if name.split(".")[0] not in {"AWS::Region", "AWS::StackName", *resources}
    } == set()


def test_the_metrics_stay_few_and_need_no_mathematics() -> None:
    lines = [
        line
        for widget in BODY["widgets"]
        if widget["type"] == "metric"
        for line in widget["properties"]["metrics"]
    ]
    searches = [line[0]["expression"] for line in lines if isinstance(line[0], dict)]
    assert searches == [
        "SEARCH('{\"Dunlin/${AWS::StackName}\",rule} MetricName=\"Refusals\"', 'Sum', 60)"
    ]
    for line in lines:
        if isinstance(line[0], str):
            assert line[0] in ("Dunlin/${AWS::StackName}", "AWS/Lambda", "AWS/SQS")
            assert not {"account_id", "consumer_id", "touch_id"} & set(line[2:-1:2])


def test_five_custom_widgets_and_each_has_the_functions_that_it_calls() -> None:
    custom = {
        w["properties"]["title"]: w["properties"] for w in BODY["widgets"] if w["type"] == "custom"
    }
    assert len(custom) == 5
    assert custom["Waiting for a decision"]["params"]["decide"] == "${DecideFunction.Arn}"
    assert custom["Portfolio"]["params"]["accounts"] == custom["Accounts"]["endpoint"]
    assert custom["Accounts"]["params"]["account"] == custom["One account"]["endpoint"]
    assert custom["Imports"]["params"]["answer"] == "${AnswerImportFunction.Arn}"
