"""The stack as the tests of this folder read it: template, translation, machines, folders."""

import copy
import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from cfnlint.template import Template
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from infra.rules.permissions import as_list, statements

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
RULES = ROOT / "infra" / "rules"


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


@cache
def written() -> dict[str, Any]:
    """template.yaml as written, with CloudFormation's short forms spelled out."""
    read: dict[str, Any] = yaml_parse(TEMPLATE.read_text())
    return read


@cache
def template() -> dict[str, Any]:
    """The template with every loop gone through."""
    return without_loops(written())


def without_loops(source: dict[str, Any]) -> dict[str, Any]:
    """A template with each `Fn::ForEach` replaced by what it makes, everything else as it was.

    cfn-lint goes through the loops, as it does before it looks at the source. Inside them it also
    looks values up: what depends on the stage is then production's.
    """
    template = copy.deepcopy(source)
    for section in ("Resources", "Outputs"):
        loops = {key: template[section].pop(key) for key in source[section] if "Fn::ForEach" in key}
        alone = Template(
            None,
            {
                "Transform": "AWS::LanguageExtensions",
                "Mappings": copy.deepcopy(source["Mappings"]),
                section: loops,
            },
        )
        assert alone.transform() == []
        assert not alone.template[section].keys() & template[section].keys()
        template[section] |= alone.template[section]
    del template["Mappings"]["SnakeCase"]  # looked up by the loops alone
    return template


@cache
def translated() -> dict[str, Any]:
    """What SAM makes of the template."""
    return translation(template())


def translation(source: dict[str, Any]) -> dict[str, Any]:
    """What SAM makes of a template without loops; code and definitions are put aside."""
    source = copy.deepcopy(source)
    for resource in source["Resources"].values():
        for place in ("CodeUri", "ContentUri", "DefinitionUri"):
            if place in resource.get("Properties", {}):
                resource["Properties"][place] = "s3://bucket/key"
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    translated: dict[str, Any] = transform(source, {}, _NoManagedPolicies())
    return translated


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Resources of one type of the translated template, by name."""
    return {n: r for n, r in translated()["Resources"].items() if r["Type"] == kind}


def functions() -> dict[str, dict[str, Any]]:
    """Folder → the function as written in the template."""
    handlers = {}
    for name, resource in template()["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            folder = resource["Properties"]["CodeUri"].removeprefix("functions/").rstrip("/")
            handlers[folder] = {"name": name, **resource["Properties"]}
    return handlers


def folders() -> set[str]:
    """Folders of functions that hold code."""
    return {path.parent.name for path in (ROOT / "functions").glob("*/*.py")}


def resource_name(folder: str) -> str:
    """check_compliance → CheckCompliance."""
    return "".join(part.capitalize() for part in folder.split("_"))


@cache
def machines() -> dict[str, dict[str, Any]]:
    """The state machines' definitions by the first word of their file."""
    return {
        path.name.removesuffix(".asl.yaml"): yaml.safe_load(path.read_text())
        for path in sorted((ROOT / "statemachines").glob("*.asl.yaml"))
    }


def states(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state with its name, those inside a Map too."""
    for name, state in definition["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


def target(value: Any) -> str:
    """An intrinsic as text: `PermitsTable.Arn`, `${DropBucket.Arn}/drop/*`, `StripeSecret`."""
    if isinstance(value, dict):
        ((function, argument),) = value.items()
        if function == "Fn::GetAtt":
            return ".".join(argument) if isinstance(argument, list) else argument
        if function in ("Ref", "Fn::Sub"):
            return argument[0] if isinstance(argument, list) else str(argument)
        return json.dumps(value, sort_keys=True)
    return str(value)


def grants(role: str) -> Iterator[tuple[str, str]]:
    """(action, resource) of everything that the policies of a role allow."""
    for statement, path in statements(translated()["Resources"][role], []):
        if "AssumeRolePolicyDocument" in path or statement["Effect"] != "Allow":
            continue
        for action in as_list(statement["Action"]):
            for resource in as_list(statement["Resource"]):
                yield action, target(resource)


def roles() -> list[str]:
    """Names of all roles."""
    return list(resources("AWS::IAM::Role"))


def table_of(resource: str) -> str:
    """`AccountsTable` of an ARN of the table, an index or its stream; "" for anything else."""
    match = re.match(r"(?:\$\{)?(\w+Table)\.", resource)
    return match[1] if match else ""
