"""What the viewer asks of the cloud: the dashboard, metric values, alarms, and widget functions."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from local.viewer.charts import ChartSeries, Frame

_DURATION = re.compile(r"-P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_SEARCH = re.compile(
    r"SEARCH\('\{(?P<schema>[^}]+)\} MetricName=\"(?P<name>\w+)\"', '(?P<stat>\w+)', \d+\)"
)
_MOST_POINTS = 180


class DashboardMissing(Exception):
    """The cloud has no dashboard of this name."""


@dataclass(frozen=True)
class Source:
    """One cloud and one dashboard in it."""

    endpoint: str
    dashboard: str
    region: str

    def _client(self, service: str) -> Any:
        make: Any = boto3.client  # its stubs want each service as a literal
        return make(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "test"),
            aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "test"),
            config=Config(connect_timeout=3, read_timeout=60, retries={"max_attempts": 1}),
        )

    @cached_property
    def _metrics(self) -> Any:
        return self._client("cloudwatch")

    @cached_property
    def _functions(self) -> Any:
        return self._client("lambda")

    @cached_property
    def _queues(self) -> Any:
        return self._client("sqs")

    def body(self) -> dict[str, Any]:
        """The deployed dashboard body. Raises `DashboardMissing`."""
        from botocore.exceptions import ClientError

        try:
            answer = self._metrics.get_dashboard(DashboardName=self.dashboard)
        except ClientError as error:
            raise DashboardMissing(self.dashboard) from error
        body: dict[str, Any] = json.loads(answer["DashboardBody"])
        return body

    def series(
        self, properties: Mapping[str, Any], minutes: int
    ) -> tuple[list[ChartSeries], Frame]:
        """The series of a metric widget over the last minutes."""
        end = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        start = end - timedelta(minutes=minutes)
        lines = [
            line
            for given in spelled_out(properties["metrics"])
            for line in (self._search(given) if "expression" in given["options"] else [given])
        ]
        single = properties.get("view") == "singleValue"
        wanted = int(properties.get("period", 300))
        coarse = math_ceil(minutes * 60, _MOST_POINTS, step=60)
        period = min(max(wanted, coarse), minutes * 60) if not single else 60
        frame = Frame(start=start.timestamp(), end=end.timestamp(), period=period)
        asked = [
            {
                "Id": f"m{n}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": line["namespace"],
                        "MetricName": line["name"],
                        "Dimensions": line["dimensions"],
                    },
                    "Period": period,
                    "Stat": line["options"].get("stat", properties.get("stat", "Average")),
                },
            }
            for n, line in enumerate(lines)
        ]
        by_line: dict[str, list[tuple[float, float]]] = {f"m{n}": [] for n in range(len(lines))}
        for first in range(0, len(asked), 100):
            answer = self._metrics.get_metric_data(
                MetricDataQueries=asked[first : first + 100], StartTime=start, EndTime=end
            )
            for result in answer["MetricDataResults"]:
                stamps = (stamp.timestamp() for stamp in result["Timestamps"])
                by_line[result["Id"]] += zip(stamps, result["Values"], strict=True)
        series = []
        for n, line in enumerate(lines):
            points = sorted(by_line[f"m{n}"])
            if not points and line["name"] == "ApproximateNumberOfMessagesVisible":
                points = self._depth(line, end.timestamp() - 60)
            series.append(
                ChartSeries(
                    label=line["options"].get("label", line["name"]),
                    points=tuple(points),
                    colour=line["options"].get("color", ""),
                )
            )
        return series, frame

    def _search(self, line: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The metrics that a search finds: of one namespace, set of dimensions and name."""
        match = _SEARCH.fullmatch(line["options"]["expression"])
        if match is None:
            return []
        namespace, *wanted = match["schema"].replace('"', "").split(",")
        pages = self._metrics.get_paginator("list_metrics").paginate(
            Namespace=namespace, MetricName=match["name"]
        )
        return sorted(
            (
                {
                    "namespace": namespace,
                    "name": match["name"],
                    "dimensions": metric["Dimensions"],
                    "options": {
                        "label": " ".join(d["Value"] for d in metric["Dimensions"]),
                        "stat": match["stat"],
                    },
                }
                for page in pages
                for metric in page["Metrics"]
                if {d["Name"] for d in metric["Dimensions"]} == set(wanted)
            ),
            key=lambda line: str(line["options"]["label"]),
        )

    def _depth(self, line: Mapping[str, Any], at: float) -> list[tuple[float, float]]:
        """The local cloud keeps no queue metrics: the queue itself knows its depth now."""
        from botocore.exceptions import ClientError

        names = [d["Value"] for d in line["dimensions"] if d["Name"] == "QueueName"]
        try:
            url = self._queues.get_queue_url(QueueName=names[0])["QueueUrl"]
            wanted = ["ApproximateNumberOfMessages"]
            attributes = self._queues.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)
        except (ClientError, IndexError):
            return []
        return [(at, float(attributes["Attributes"][wanted[0]]))]

    def alarms(self, arns: list[str]) -> list[tuple[str, str]]:
        """Name and state of alarms, in the order of the widget."""
        names = [arn.rpartition(":alarm:")[2] for arn in arns]
        alarms = self._metrics.describe_alarms(AlarmNames=names)["MetricAlarms"]
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
        return [(name, states.get(name, "UNKNOWN")) for name in names]

    def call(self, endpoint: str, event: Mapping[str, Any]) -> Any:
        """Invoke a widget's function with the viewer's rights; what it returned.

        Raises `WidgetFailed` where the function raised or could not be called.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._functions.invoke(
                FunctionName=endpoint, Payload=json.dumps(event).encode()
            )
        except (ClientError, BotoCoreError) as error:
            raise WidgetFailed(str(error)) from error
        value = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError"):
            kind = value.get("errorType", "Error") if isinstance(value, dict) else "Error"
            raise WidgetFailed(f"{kind}: the function's log says more")
        return value


class WidgetFailed(Exception):
    """A widget's function raised, or could not be called."""


def math_ceil(total: int, parts: int, *, step: int) -> int:
    """The smallest multiple of `step` that covers `total` in at most `parts`."""
    return -(-total // (parts * step)) * step


def minutes_of(text: str) -> int:
    """Minutes of a dashboard's relative start such as `-PT3H`; three hours for anything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return 180
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return days * 1440 + hours * 60 + minutes or 180


def spelled_out(lines: list[list[Any]]) -> list[dict[str, Any]]:
    """The metrics array without its short forms: `.` repeats a part of the line before, `...`
    all the parts that stand before it (CloudWatch user guide, dashboard body structure)."""
    full: list[dict[str, Any]] = []
    before: list[str] = []
    for line in lines:
        options = line[-1] if isinstance(line[-1], dict) else {}
        parts = [part for part in line if not isinstance(part, dict)]
        if not parts:
            full.append({"options": options})
            continue
        if parts[0] == "...":
            parts = before[: len(before) - len(parts) + 1] + parts[1:]
        parts = [before[n] if part == "." else part for n, part in enumerate(parts)]
        before = parts
        full.append(
            {
                "namespace": parts[0],
                "name": parts[1],
                "dimensions": [
                    {"Name": name, "Value": value}
                    for name, value in zip(parts[2::2], parts[3::2], strict=True)
                ],
                "options": options,
            }
        )
    return full
