"""The version of the stack that is deployed, in what a deployment over it may not change at once.

Executions wait for up to a year and keep the definition that they began with; rows keep the form in
which they were written; commands of the version before read its outputs; and CloudFormation makes
some changes only one at a time, or by making a thing anew without what it held. `make released`
writes the facts into infra/released.json after a release; a test compares the template with them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dunlin.adapters.dynamo.rows.row import StoredRow
from tests.rows.kinds import KINDS
from tests.wiring import stack

PATH = stack.ROOT / "infra" / "released.json"
HOLDS = (
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::KMS::Key",
    "AWS::SecretsManager::Secret",
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::StepFunctions::StateMachine",
)
"""What holds data, or an address that somebody outside or a waiting execution has. CloudFormation
knows it by its logical name: under another it is made anew, and empty."""
# Properties of those of which a change makes them anew.
_NAMES = ("QueueName", "TopicName", "StateMachineName", "BucketName", "Name")
_MADE_ANEW = (*_NAMES, "KeySchema", "KeySpec", "KeyUsage", "ObjectLockEnabled", "StateMachineType")

Facts = Mapping[str, Any]


def facts() -> dict[str, Any]:
    """Those of the template and the code as they stand."""
    template, translated = stack.template(), stack.translated()["Resources"]
    return {
        "version": template["Outputs"]["Release"]["Value"],
        "held": {
            name: {
                "type": resource["Type"],
                "made_anew": {k: v for k, v in resource["Properties"].items() if k in _MADE_ANEW},
            }
            for name, resource in sorted(translated.items())
            if resource["Type"] in HOLDS
        },
        "tables": {
            name: {
                "stream": table["Properties"].get("StreamSpecification"),
                "indexes": {
                    index["IndexName"]: {"keys": index["KeySchema"], "copies": index["Projection"]}
                    for index in table["Properties"].get("GlobalSecondaryIndexes", ())
                },
            }
            for name, table in sorted(stack.resources("AWS::DynamoDB::Table").items())
        },
        "called_by_machines": {
            function: translated[function]["Properties"]["FunctionName"]
            for function in sorted(_called(template))
        },
        "executions": {
            name: _execution(definition) for name, definition in stack.machines().items()
        },
        "outputs": sorted(template["Outputs"]),
        "to_be_given": sorted(n for n, p in template["Parameters"].items() if "Default" not in p),
        "rows": {kind: _row(kind) for kind in sorted(KINDS)},
    }


def _called(template: Mapping[str, Any]) -> set[str]:
    """Functions that a definition names: an execution that waits calls them by these names."""
    return {
        stack.target(value).removesuffix(".Arn")
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::StateMachine"
        for name, value in resource["Properties"]["DefinitionSubstitutions"].items()
        if name.endswith("FunctionArn")
    }


def _execution(definition: dict[str, Any]) -> dict[str, Any]:
    """What executions of a definition, which may wait for a year, send to each function, and the
    words of an outcome that they know."""
    words = re.findall(r"input\.outcome (?:= ('\w+')|in \[([^]]+)\])", json.dumps(definition))
    return {
        "sent": {
            name: sorted(payload)
            for name, state in stack.states(definition)
            if isinstance(payload := state.get("Arguments", {}).get("Payload"), dict)
        },
        "words": sorted(set(re.findall(r"\w+", " ".join(map(" ".join, words))))),
    }


def _row(kind: str) -> dict[str, Any]:
    row: type[StoredRow] = KINDS[kind].row
    return {"shape": row.newest_shape(), "attributes": sorted(row.get_attributes())}


def forbidden(before: Facts, after: Facts) -> Iterator[str]:
    """What one deployment of `after` over `before` would break, in sentences."""
    yield from _held(before, after)
    for name, table in before["tables"].items():
        if name in after["tables"]:
            yield from _table(name, table, after["tables"][name])
    for function, name in before["called_by_machines"].items():
        if after["called_by_machines"].get(function) != name:
            yield f"{function}: executions that wait call it by its name; keep it for a release"
    for output in sorted(set(before["outputs"]) - set(after["outputs"])):
        yield f"output {output}: commands of the version before read it; keep it for a release"
    for parameter in sorted(set(after["to_be_given"]) - set(before["to_be_given"])):
        yield f"parameter {parameter}: has no default, and no stage gave it before"
    for kind, row in before["rows"].items():
        yield from _rows(kind, row, after["rows"].get(kind))


def _held(before: Facts, after: Facts) -> Iterator[str]:
    for name, thing in before["held"].items():
        now = after["held"].get(name)
        if now is None or now["type"] != thing["type"]:
            yield f"{name}: is gone or another thing; what it holds would go with it"
        elif now["made_anew"] != thing["made_anew"]:
            yield f"{name}: would be made anew, without what it holds"


def _table(name: str, before: Facts, after: Facts) -> Iterator[str]:
    olds, news = before["indexes"], after["indexes"]
    for index in sorted(olds.keys() & news.keys()):
        if olds[index] != news[index]:
            yield f"{name}.{index}: an index cannot be changed; add one of another name"
    changed = sorted(olds.keys() ^ news.keys())
    if len(changed) > 1:
        yield f"{name}: {', '.join(changed)}: a deployment adds or drops one index of a table"
    if before["stream"] != after["stream"]:
        yield f"{name}: its stream would be made anew, and what was not read of it is lost"


def _rows(kind: str, before: Facts, after: Facts | None) -> Iterator[str]:
    if after is None:
        yield f"rows of {kind}: are stored and would be read by nobody"
        return
    if after["shape"] < before["shape"]:
        yield f"rows of {kind}: shape {before['shape']} is stored already"
    gone = sorted(set(before["attributes"]) - set(after["attributes"]))
    if gone and after["shape"] == before["shape"]:
        yield f"rows of {kind}: {', '.join(gone)} gone without a new shape"


def write(path: Path = PATH) -> None:
    """Keep the facts of this version: it is deployed."""
    path.write_text(json.dumps(facts(), indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
