"""Patches of Lambda workers, shown with and without."""

import os
import subprocess

import pytest

from local.cloud import INTERPRETER, ROOT
from tests.local.place import Place

pytestmark = pytest.mark.cloud

IMPORTS = """
import importlib
def handler(event, context):
    found = {}
    for name in event:
        try:
            importlib.import_module(name)
            found[name] = True
        except ImportError:
            found[name] = False
    return found
"""

RAISES = """
import os
class Conflict(Exception):
    pass
def handler(event, context):
    if event == "raise":
        raise Conflict("somebody else wrote first")
    return os.getpid()
"""

LOGS = """
import json
def handler(event, context):
    if event:
        print(json.dumps(event))
"""


def test_own_packages_only(patched, bare):
    names = ["yaml", "ministack", "aws_lambda_powertools", "boto3", "botocore", "json"]
    for place in (patched, bare):
        place.function("imports", IMPORTS)
    strict, loose = patched.call("imports", names), bare.call("imports", names)
    assert strict == {
        "yaml": False,
        "ministack": False,
        "aws_lambda_powertools": False,
        "boto3": True,
        "botocore": True,
        "json": True,
    }
    assert loose["yaml"]
    assert loose["ministack"]


def test_exception_names(patched, bare):
    for place in (patched, bare):
        place.function("raises", RAISES)
    before = [patched.call("raises"), bare.call("raises")]
    failed = [patched.call("raises", "raise"), bare.call("raises", "raise")]
    after = [patched.call("raises"), bare.call("raises")]
    assert failed[0]["errorType"] == "Conflict"
    assert failed[0]["errorMessage"] == "somebody else wrote first"
    assert any("in handler" in line for line in failed[0]["stackTrace"])
    assert before[0] == after[0]
    assert failed[1]["errorType"] == "Runtime.HandlerError"
    assert before[1] != after[1]


def _unpacked(place, name):
    process = place.call(name, None)
    return os.path.realpath(f"/proc/{process}/cwd")


def test_unpack_once(patched, bare):
    folders = []
    for place in (patched, bare):
        for name in ("one", "other"):
            place.function(name, RAISES)
        folders.append({_unpacked(place, name) for name in ("one", "other")})
    assert len(folders[0]) == 1
    assert len(folders[1]) == 2


def test_idle_workers(clouds):
    """A worker that nobody calls ends; upstream keeps the first of each function for ever."""
    place = Place(clouds(idle_seconds=1))
    place.function("idles")
    place.call("idles")
    place.until(lambda: len(place.cloud.processes()) == 1)
    assert place.call("idles", 1) == 1
    kept = """
from ministack.core import lambda_runtime as runtime
runtime._workers["key"] = [runtime.Worker("idles", {}, b"")]
print(runtime.reap_idle_workers(ttl=-1))
"""
    asked = [str(INTERPRETER), "-I", "-c", kept]
    assert subprocess.check_output(asked, text=True).split()[-1] == "0"


_ENDS_OF_LOGS = """
import io, queue, sys, zipfile
from ministack.core import lambda_runtime as runtime
if sys.argv[1:]:
    sys.path.insert(0, sys.argv[1])
    from local.emulator_patches import functions
    functions.log_marks()

class Waits(queue.Queue):
    empty_handed = 0
    def get(self, block=True, timeout=None):
        try:
            return super().get(block, timeout)
        except queue.Empty:
            self.empty_handed += 1
            raise

packed = io.BytesIO()
with zipfile.ZipFile(packed, "w") as archive:
    archive.writestr("app.py", "def handler(event, context):\\n    event and print(event)\\n")
version = f"python{sys.version_info.major}.{sys.version_info.minor}"
arn = "arn:aws:lambda:us-east-1:000000000000:function:logs"
config = {"Runtime": version, "Handler": "app.handler", "Timeout": 20, "FunctionArn": arn}
worker = runtime.Worker("logs", config, packed.getvalue())
runtime.queue.Queue = Waits
logs = [worker.invoke(event, "request")["log"] for event in ({}, {"a": "line"}, {})]
worker.kill()
print(worker._stderr_queue.empty_handed, logs)
"""


def test_log_marks():
    """The end of a call's log is read, not waited for: nobody looks for a line that never comes."""
    reads, waits = (
        subprocess.check_output(
            [str(INTERPRETER), "-I", "-c", _ENDS_OF_LOGS, *given], text=True
        ).splitlines()[-1]
        for given in ([str(ROOT)], [])
    )
    assert reads == "0 ['', \"{'a': 'line'}\", '']"
    assert int(waits.split()[0]) > 0


def test_metrics_from_logs(patched, bare):
    line = {
        "_aws": {
            "Timestamp": 1,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Dunlin",
                    "Dimensions": [["creditor"]],
                    "Metrics": [{"Name": "Sent", "Unit": "Count"}],
                }
            ],
        },
        "creditor": "acme",
        "Sent": [1, 1],
    }
    for place in (patched, bare):
        place.client("cloudwatch").put_metric_alarm(
            AlarmName="loud",
            Namespace="Dunlin",
            MetricName="Sent",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        place.function("counts", LOGS)
        place.call("counts", line)
    listed = [
        place.client("cloudwatch").list_metrics(Namespace="Dunlin")["Metrics"]
        for place in (patched, bare)
    ]
    assert listed[0] == [
        {
            "Namespace": "Dunlin",
            "MetricName": "Sent",
            "Dimensions": [{"Name": "creditor", "Value": "acme"}],
        }
    ]
    assert listed[1] == []
    states = [
        place.client("cloudwatch").describe_alarms(AlarmNames=["loud"])["MetricAlarms"][0][
            "StateValue"
        ]
        for place in (patched, bare)
    ]
    assert states[0] == "ALARM"
    assert states[1] != "ALARM"
