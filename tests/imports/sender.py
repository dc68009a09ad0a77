"""Somebody who drops files on the deployed stack and looks at what became of them."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from dunlin.cli.drop import follow, put_strategy
from dunlin.domain import ids
from dunlin.domain.accounts.account import Account
from dunlin.domain.imports import file_names
from dunlin.runtime import wiring
from local.local_stack import LocalStack
from tests.support.builders import CREDITOR, strategy_document


class Sender:
    """Somebody who may put files into the drop bucket and press the dashboard's buttons."""

    def __init__(self, stack: LocalStack, creditor: str = CREDITOR) -> None:
        self.outputs = stack.outputs
        self.client = stack.cloud.client
        self.creditor = creditor
        document = yaml.safe_dump(strategy_document()).encode()
        put_strategy(self, creditor, document)  # type: ignore[arg-type]

    def put(self, key: str, content: str | bytes) -> str:
        put = self.client("s3").put_object(
            Bucket=self.outputs["DropBucketName"],
            Key=key,
            Body=content.encode() if isinstance(content, str) else content,
        )
        return str(put["VersionId"])

    def read(self, key: str) -> str:
        stored = self.client("s3").get_object(Bucket=self.outputs["DropBucketName"], Key=key)
        return stored["Body"].read().decode("utf-8-sig")

    def drop(self, name: str, content: str | bytes) -> dict[str, Any]:
        key = self.key(name)
        return self.follow(key, self.put(key, content))

    def key(self, name: str) -> str:
        return f"drop/{self.creditor}/{name}"

    def follow(self, key: str, version: str, after: str = "") -> dict[str, Any]:
        wanted = ids.import_id(self.creditor, key, version)
        return follow(self, key, wanted, after=after)  # type: ignore[arg-type]

    def page(self, name: str) -> str:
        """The dashboard's page of a file's import."""
        answer = self._arn("AnswerImportFunctionName")
        key = file_names.summary_name(self.key(name))
        return self._call(self._arn("ShowImportFunctionName"), {"key": key, "answer": answer})

    def press(self, page: str, label: str) -> str:
        """What the dashboard shows after the button of a page."""
        pressed = re.search(
            rf'>{label}</button><cwdb-action action="call" display="widget"[^>]*'
            r' endpoint="([^"]*)"[^>]*>([^<]*)<',
            page,
        )
        assert pressed is not None, page
        return self._call(pressed[1], json.loads(html.unescape(pressed[2])))

    def _arn(self, output: str) -> str:
        name = self.outputs[output]
        described = self.client("lambda").get_function_configuration(FunctionName=name)
        return str(described["FunctionArn"])

    def _call(self, function: str, payload: dict[str, Any]) -> str:
        called = self.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(payload).encode()
        )
        page = json.loads(called["Payload"].read())
        assert "FunctionError" not in called, page
        return str(page)

    def account(self, reference: str) -> Account:
        accounts = wiring.account_book().accounts_of_creditor(self.creditor)
        return next(a for a in accounts if reference in (a.reference, a.invoice))

    def counted(self, metric: str) -> int:
        """How often the functions have counted something in these tests."""
        now = datetime.now(UTC)
        points = self.client("cloudwatch").get_metric_statistics(
            Namespace="Dunlin/dunlin",
            MetricName=metric,
            StartTime=now - timedelta(days=1),
            EndTime=now + timedelta(hours=1),
            Period=86_400,
            Statistics=["Sum"],
        )["Datapoints"]
        return int(sum(point["Sum"] for point in points))

    def sounds(self, alarm: str) -> bool:
        alarms = self.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"dunlin-{alarm}")
        return [a["StateValue"] for a in alarms["MetricAlarms"]] == ["ALARM"]


def eventually(look: Callable[[], Any], *, seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)
    return seen
