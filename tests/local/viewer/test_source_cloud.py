"""The viewer over a dashboard that stands in the local cloud."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from local.cloud import Cloud
from local.viewer.cloud import Source, WidgetFailed
from local.viewer.server import ViewerPages
from tests.support.emulator import emulator

ECHO = """
import json
def handler(event, context):
    if event.get("fail"):
        raise ValueError("somebody's name")
    return "<p>" + json.dumps(event).replace("<", "&lt;") + "</p>"
"""
pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with emulator(tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="module")
def source(bare: Cloud) -> Source:
    """A dashboard with one widget of each kind, and what they show."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", ECHO)
    bare.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument="{}")
    function = bare.client("lambda").create_function(
        FunctionName="echo",
        Runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": packed.getvalue()},
    )
    queue = bare.client("sqs").create_queue(QueueName="parked")["QueueUrl"]
    bare.client("sqs").send_message(QueueUrl=queue, MessageBody="x")
    metrics: Any = bare.client("cloudwatch")
    for channel, value in (("email", 3), ("email", 4), ("sms", 2)):
        metrics.put_metric_data(
            Namespace="Dunlin/dunlin",
            MetricData=[
                {
                    "MetricName": "MessagesSent",
                    "Dimensions": [{"Name": "channel", "Value": channel}],
                    "Value": value,
                }
            ],
        )
    metrics.put_metric_alarm(
        AlarmName="too-many",
        Namespace="Dunlin/dunlin",
        MetricName="MessagesSent",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1000,
        ComparisonOperator="GreaterThanThreshold",
    )
    alarm = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:too-many"
    place = {"x": 0, "y": 0, "width": 12, "height": 6}
    sent = ["Dunlin/dunlin", "MessagesSent", "channel"]
    widgets = [
        {"type": "text", **place, "properties": {"markdown": "# Hello <script>1</script>"}},
        {
            "type": "metric",
            **place,
            "properties": {
                "title": "Messages",
                "stat": "Sum",
                "period": 60,
                "stacked": True,
                "metrics": [[*sent, "email", {"label": "e-mail"}], ["...", "sms"]],
            },
        },
        {
            "type": "metric",
            **place,
            "properties": {
                "title": "Found",
                "metrics": [
                    [
                        {
                            "expression": 'SEARCH(\'{"Dunlin/dunlin",channel}'
                            " MetricName=\"MessagesSent\"', 'Sum', 60)"
                        }
                    ]
                ],
            },
        },
        {
            "type": "metric",
            **place,
            "properties": {
                "title": "Parked",
                "stat": "Maximum",
                "view": "singleValue",
                "metrics": [
                    ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "parked"]
                ],
            },
        },
        {"type": "alarm", **place, "properties": {"title": "Alarms", "alarms": [alarm]}},
        {
            "type": "custom",
            **place,
            "properties": {
                "title": "Echo",
                "endpoint": function["FunctionArn"],
                "params": {"creditor": "a"},
            },
        },
        {"type": "explorer", **place, "properties": {}},
    ]
    metrics.put_dashboard(
        DashboardName="dunlin", DashboardBody=json.dumps({"start": "-PT1H", "widgets": widgets})
    )
    return Source(endpoint=bare.endpoint, dashboard="dunlin", region="us-east-1")


def test_every_kind_of_widget_of_the_deployed_body_is_drawn(source: Source) -> None:
    page = ViewerPages(source).page({})
    assert "Hello &lt;script&gt;1&lt;/script&gt;" in page
    assert 'aria-label="Messages: e-mail 7, MessagesSent 2"' in page
    assert 'aria-label="Found: email 7, sms 2"' in page
    assert "<dd>1</dd>" in page
    assert '<span class="state' in page
    assert "too-many" in page
    assert "explorer are not drawn here" in page
    assert '<option value="60" selected>' in page


def test_a_custom_widget_is_called_with_its_context(source: Source) -> None:
    got = ViewerPages(source).call(5, {"forms": {"q": "<b>"}, "theme": "dark", "width": 400})
    assert '"creditor": "a"' in got["html"]
    assert '"theme": "dark"' in got["html"]
    assert '{"all": {"q": "&lt;b&gt;"}}' in got["html"]


def test_a_function_that_raises_tells_its_class_only(source: Source) -> None:
    got = ViewerPages(source).call(5, {"payload": {"fail": True}})
    assert got["failed"]
    assert "ValueError" in got["html"]
    assert "somebody" not in got["html"]
    with pytest.raises(WidgetFailed):
        source.call("arn:aws:lambda:us-east-1:000000000000:function:none", {})


def test_a_dashboard_that_is_not_there_says_so(bare: Cloud) -> None:
    page = ViewerPages(Source(endpoint=bare.endpoint, dashboard="none", region="us-east-1")).page(
        {}
    )
    assert "no dashboard named none" in page
