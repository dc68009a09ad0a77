"""The viewer over a running local cloud, and the parts of it that need none."""

from __future__ import annotations

import io
import json
import socket
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.cloud import Cloud
from local.outside import OutsideWorld
from local.people import start as start_people
from local.viewer import charts, start
from local.viewer.charts import ChartSeries, Frame
from local.viewer.clean import answer, clean
from local.viewer.cloud import Source, WidgetFailed, minutes_of, spelled_out
from local.viewer.server import ViewerPages
from tests.support.emulator import emulator

ECHO = """
import json
def handler(event, context):
    if event.get("fail"):
        raise ValueError("somebody's name")
    return "<p>" + json.dumps(event).replace("<", "&lt;") + "</p>"
"""


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
    made = bare.client("lambda").create_function(
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
            Namespace="Dunlin",
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
        Namespace="Dunlin",
        MetricName="MessagesSent",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1000,
        ComparisonOperator="GreaterThanThreshold",
    )
    alarm = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:too-many"
    place = {"x": 0, "y": 0, "width": 12, "height": 6}
    sent = ["Dunlin", "MessagesSent", "channel"]
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
                            "expression": "SEARCH('{Dunlin,channel} MetricName=\"MessagesSent\"',"
                            " 'Sum', 60)"
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
                "endpoint": made["FunctionArn"],
                "params": {"creditor": "a"},
            },
        },
        {"type": "explorer", **place, "properties": {}},
    ]
    metrics.put_dashboard(
        DashboardName="dunlin", DashboardBody=json.dumps({"start": "-PT1H", "widgets": widgets})
    )
    return Source(endpoint=bare.endpoint, dashboard="dunlin", region="us-east-1")


@pytest.mark.cloud
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


@pytest.mark.cloud
def test_a_custom_widget_is_called_with_its_context(source: Source) -> None:
    got = ViewerPages(source).call(5, {"forms": {"q": "<b>"}, "theme": "dark", "width": 400})
    assert '"creditor": "a"' in got["html"]
    assert '"theme": "dark"' in got["html"]
    assert '{"all": {"q": "&lt;b&gt;"}}' in got["html"]


@pytest.mark.cloud
def test_a_function_that_raises_tells_its_class_only(source: Source) -> None:
    got = ViewerPages(source).call(5, {"payload": {"fail": True}})
    assert got["failed"]
    assert "ValueError" in got["html"]
    assert "somebody" not in got["html"]
    with pytest.raises(WidgetFailed):
        source.call("arn:aws:lambda:us-east-1:000000000000:function:none", {})


@pytest.mark.cloud
def test_a_dashboard_that_is_not_there_says_so(bare: Cloud) -> None:
    page = ViewerPages(Source(endpoint=bare.endpoint, dashboard="none", region="us-east-1")).page(
        {}
    )
    assert "no dashboard named none" in page


def fetched(url: str, data: bytes | None = None, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as got:
            return got.status, got.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_pages_say_that_the_cloud_does_not_answer(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    viewer = start(f"http://127.0.0.1:{port}", "dunlin")
    people = start_people(OutsideWorld(cloud=Cloud(pid=0, port=port, directory=tmp_path)))
    try:
        for url in (viewer.url, people.url):
            status, page = fetched(url)
            assert status == 502
            assert "The cloud does not answer" in page
        origin = viewer.url.rstrip("/")
        status, page = fetched(
            f"{origin}/widget/1", b"{}", Origin=origin, **{"Content-Type": "application/json"}
        )
        assert (status, "The cloud does not answer" in page) == (200, True)
        origin = people.url.rstrip("/")
        assert fetched(f"{origin}/mail/x/opened", b"", Origin=origin)[0] == 502
    finally:
        viewer.stop()
        people.stop()


@pytest.mark.parametrize(
    ("text", "minutes"), [("-PT3H", 180), ("-PT15M", 15), ("-P7D", 10080), ("", 180), ("x", 180)]
)
def test_relative_starts_are_read(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


def test_short_forms_of_metrics_are_spelled_out() -> None:
    lines = spelled_out(
        [["N", "A", "d", "1"], [".", "B", ".", "."], ["...", "2", {"label": "two"}]]
    )
    assert [(line["name"], line["dimensions"][0]["Value"]) for line in lines] == [
        ("A", "1"),
        ("B", "1"),
        ("B", "2"),
    ]
    assert lines[2]["options"] == {"label": "two"}


def test_a_chart_escapes_labels_and_leaves_out_what_is_empty() -> None:
    frame = Frame(start=0, end=600, period=60)
    drawn = str(
        charts.chart(
            "<title>",
            [
                ChartSeries(label="<b>", points=((60, 3), (120, 5))),
                ChartSeries(label="none", points=()),
            ],
            frame,
            stacked=False,
        )
    )
    assert "<b>" not in drawn.replace("<b>8</b>", "")
    assert "none" not in drawn.replace('fill="none"', "")
    assert charts.chart("t", [], frame, stacked=True).count("No data") == 1


def test_axes_have_whole_steps() -> None:
    frame = Frame(start=0, end=600, period=60)
    for highest in (1, 5, 9, 11, 37, 99, 1001):
        drawn = str(
            charts.chart("t", [ChartSeries(label="a", points=((0, highest),))], frame, stacked=True)
        )
        assert ".50<" not in drawn
        assert ".25<" not in drawn


def test_cleaning_keeps_what_widgets_need_and_drops_what_runs() -> None:
    kept = clean(
        '<style>.a{color:red}</style><svg viewBox="0 0 1 1"><rect width="1"></rect></svg>'
        '<button type="button" class="btn">Go</button><cwdb-action action="call" display="popup" '
        'endpoint="arn" confirmation="sure?">{&quot;a&quot;: 1}</cwdb-action>'
        '<input name="q" value="x">'
    )
    for part in ("<style>", "viewBox", "<button", "cwdb-action", 'confirmation="sure?"', "<input"):
        assert part in kept
    gone = clean(
        '<script>1</script><iframe src="x"></iframe><p onclick="x">a</p><use href="#a"></use>'
        '<a href="javascript:x">b</a><form action="https://example.com"><object></object></form>'
    )
    for part in ("script", "iframe", "onclick", "<use", "javascript", "action", "object"):
        assert part not in gone


def test_answers_of_every_kind_become_html() -> None:
    assert answer({"markdown": "**x** <i>"}).strip() == "<p><strong>x</strong> &lt;i&gt;</p>"
    assert answer([1, "<b>"]).startswith("<pre>[\n  1,\n  &#34;&lt;b&gt;")
