"""Patches of CloudFormation: properties it drops, canary deployments, REST APIs from OpenAPI."""

from collections.abc import Callable
from typing import Any

from ministack.services import apigateway_v1, iam, s3
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]


def _afterwards(kind: str, act: Callable[[str, Properties], None]) -> None:
    """Call `act` with the physical name and the properties when a resource was made or changed."""
    handlers = provisioners._RESOURCE_HANDLERS
    create, update = handlers[kind]["create"], handlers[kind]["update"]

    def created(logical: str, properties: Properties, stack: str, *more: Any) -> tuple[str, Any]:
        resource: tuple[str, Any] = create(logical, properties, stack, *more)
        act(resource[0], properties)
        return resource

    def updated(
        physical: str, old: Properties, new: Properties, *more: Any, **options: Any
    ) -> tuple[str, Any]:
        resource: tuple[str, Any] = update(physical, old, new, *more, **options)
        act(resource[0], new)
        return resource

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


def api_bodies() -> None:
    """A REST API's gateway responses and binary media types are read from its OpenAPI body.

    Upstream imports the paths alone, and SAM writes both settings into the body, so errors of
    the gateway would come without the security headers that the template gives them.
    """
    read = apigateway_v1._import_rest_api

    def import_rest_api(spec: Properties, data: Properties | None = None) -> str:
        api_id = str(read(spec, data))
        responses = spec.get("x-amazon-apigateway-gateway-responses") or {}
        for kind, response in responses.items():
            apigateway_v1._put_gateway_response(api_id, kind, response)
        if binary := spec.get("x-amazon-apigateway-binary-media-types"):
            apigateway_v1._rest_apis[api_id]["binaryMediaTypes"] = list(binary)
        return api_id

    apigateway_v1._import_rest_api = import_rest_api


# What an import of an OpenAPI body makes, by API.
_API_PARTS = (
    apigateway_v1._resources,
    apigateway_v1._authorizers_v1,
    apigateway_v1._models,
    apigateway_v1._gateway_responses,
)


def api_addresses() -> None:
    """A stack's REST API has its name as its id, and keeps it when its routes change.

    Upstream draws a new id at every change of the OpenAPI body, where AWS keeps it. That the id
    is known before the stack is made is ours: links, webhooks and the stand-in for the payment
    processor need the address. Upstream's own tag for it does not survive SAM.
    """
    handlers = provisioners._RESOURCE_HANDLERS
    kind = "AWS::ApiGateway::RestApi"
    create, update = handlers[kind]["create"], handlers[kind]["update"]

    def created(logical: str, properties: Properties, stack: str) -> tuple[str, Any]:
        if "Name" in properties:
            named = {"Key": "ms-custom-id", "Value": properties["Name"]}
            properties = {**properties, "Tags": [*properties.get("Tags", []), named]}
        resource: tuple[str, Any] = create(logical, properties, stack)
        return resource

    def updated(
        physical: str, old: Properties, new: Properties, stack: str, logical_id: str | None = None
    ) -> tuple[str, Any]:
        if new.get("Body") != old.get("Body"):
            fresh, _ = create(logical_id or physical, new, stack)
            for part in _API_PARTS:
                part[physical] = part[fresh]
            types = apigateway_v1._rest_apis[fresh]["binaryMediaTypes"]
            apigateway_v1._rest_apis[physical]["binaryMediaTypes"] = types
            apigateway_v1._delete_rest_api(fresh)
        resource: tuple[str, Any] = update(
            physical, {**old, "Body": new.get("Body")}, new, stack, logical_id=logical_id
        )
        return resource

    handlers[kind] = {**handlers[kind], "create": created, "update": updated}
