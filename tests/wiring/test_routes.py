"""The API's routes and the portal's are the same: Chalice finds a route by its resource path."""

import importlib.util
import sys
from typing import Any

from tests.wiring import stack

PORTAL = stack.ROOT / "functions" / "portal"


def _paths() -> dict[str, dict[str, Any]]:
    body = stack.template()["Resources"]["PortalApi"]["Properties"]["DefinitionBody"]
    return dict(body["paths"])


def _function(method: dict[str, Any]) -> str:
    uri = method["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    return str(uri.partition(":function:${AWS::StackName}-")[2].partition("/")[0])


def _routes(folder: str) -> set[tuple[str, str]]:
    return {
        (path, verb.upper())
        for path, methods in _paths().items()
        for verb, method in methods.items()
        if verb != "parameters" and _function(method) == folder
    }


def _app() -> Any:
    spec = importlib.util.spec_from_file_location("portal_app", PORTAL / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(PORTAL))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(PORTAL))
    return module.app


def test_the_api_has_the_routes_of_the_portal():
    routes = {(path, method) for path, methods in _app().routes.items() for method in methods}
    assert _routes("portal") == routes


def test_what_signs_its_requests_has_the_only_other_routes():
    assert _routes("receive_webhook") == {("/webhooks/stripe", "POST")}
    assert _routes("receive_changes") == {("/billing/{creditor}/changes", "POST")}
    served = {_function(m) for ms in _paths().values() for v, m in ms.items() if v != "parameters"}
    assert served == {"portal", "receive_webhook", "receive_changes"}


def test_integrations_name_functions_that_exist_and_that_the_api_may_call():
    names = {
        f["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        for f in stack.functions().values()
    }
    assert {"portal", "receive_webhook", "receive_changes"} <= names
    called = {
        stack.target(p["Properties"]["FunctionName"])
        for p in stack.resources("AWS::Lambda::Permission").values()
        if p["Properties"]["Principal"] == "apigateway.amazonaws.com"
    }
    assert called == {"PortalFunction", "ReceiveWebhookFunction", "ReceiveChangesFunction"}


def test_every_method_is_proxied_and_parameters_are_declared():
    for path, methods in _paths().items():
        declared = {p["name"] for p in methods.get("parameters", [])}
        assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}
        for verb, method in methods.items():
            if verb != "parameters":
                integration = method["x-amazon-apigateway-integration"]
                assert (integration["type"], integration["httpMethod"]) == ("aws_proxy", "POST")


def test_what_the_gateway_itself_refuses_carries_security_headers():
    body = stack.template()["Resources"]["PortalApi"]["Properties"]["DefinitionBody"]
    for kind, response in body["x-amazon-apigateway-gateway-responses"].items():
        headers = {
            name.removeprefix("gatewayresponse.header."): value[1:-1]
            for name, value in response["responseParameters"].items()
        }
        assert headers["Referrer-Policy"] == "no-referrer", kind
        assert headers["Cache-Control"] == "no-store", kind
        assert headers["X-Content-Type-Options"] == "nosniff", kind
        assert headers["Content-Security-Policy"] == "default-src ''none''", kind
