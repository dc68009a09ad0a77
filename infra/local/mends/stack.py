"""Mends of CloudFormation: properties it drops and the types of a canary deployment."""

from collections.abc import Callable
from typing import Any

from ministack.services import iam, s3
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]


def _afterwards(kind: str, act: Callable[[str, Properties], None]) -> None:
    """Call `act` with the physical name and the properties when a resource was made or changed."""
    handlers = provisioners._RESOURCE_HANDLERS
    create, update = handlers[kind]["create"], handlers[kind]["update"]

    def created(logical: str, properties: Properties, stack: str, *more: Any) -> tuple[str, Any]:
        made: tuple[str, Any] = create(logical, properties, stack, *more)
        act(made[0], properties)
        return made

    def updated(
        physical: str, old: Properties, new: Properties, *more: Any, **options: Any
    ) -> tuple[str, Any]:
        made: tuple[str, Any] = update(physical, old, new, *more, **options)
        act(made[0], new)
        return made

    handlers[kind] = {**handlers[kind], "create": created, "update": updated}


def object_lock() -> None:
    """A bucket gets the Object Lock its template asks for; upstream drops both properties.

    Without it the write-once archive would be an ordinary bucket, and no test would see it.
    """

    def lock(name: str, properties: Properties) -> None:
        if str(properties.get("ObjectLockEnabled", "")).lower() != "true":
            return
        rule = (properties.get("ObjectLockConfiguration") or {}).get("Rule") or {}
        retention = rule.get("DefaultRetention")
        if retention:
            counted = {key: int(value) for key, value in retention.items() if key != "Mode"}
            retention = {"Mode": retention["Mode"], **counted}
        s3._bucket_versioning[name] = "Enabled"
        s3._bucket_object_lock[name] = {"enabled": True, "default_retention": retention}

    _afterwards("AWS::S3::Bucket", lock)


def permissions_boundary() -> None:
    """A role made by CloudFormation keeps its permissions boundary; upstream drops it."""

    def bound(name: str, properties: Properties) -> None:
        if boundary := properties.get("PermissionsBoundary"):
            iam._roles[name]["PermissionsBoundary"] = boundary

    _afterwards("AWS::IAM::Role", bound)


def canary_deployments() -> None:
    """CodeDeploy's application and group are recorded without effect.

    Upstream refuses the whole stack, and SAM writes them for every `DeploymentPreference`, even
    one whose `Enabled` is a parameter. Here an alias moves at once.
    """

    def create(logical: str, _properties: Properties, stack: str) -> tuple[str, Properties]:
        return f"{stack}-{logical}", {}

    def update(
        physical: str, _old: Properties, _new: Properties, _stack: str
    ) -> tuple[str, Properties]:
        return physical, {}

    def delete(_physical: str, _properties: Properties) -> None:
        return None

    for kind in ("AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup"):
        provisioners._RESOURCE_HANDLERS.setdefault(
            kind, {"create": create, "update": update, "delete": delete}
        )
