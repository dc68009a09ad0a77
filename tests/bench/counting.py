"""A road in front of the local cloud that counts what functions ask of AWS, by function.

Deployed functions are pointed at it (AWS_ENDPOINT_URL) and name themselves in the user agent
(AWS_SDK_UA_APP_ID). It passes every request on unchanged, but asks DynamoDB for the capacity
each call consumed, which the local cloud reckons as AWS does.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})
_REST = {"sesv2": {("POST", "/v2/email/outbound-emails"): "SendEmail"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `entries` is how many billed things it held (events of a PutEvents)."""

    function: str
    service: str
    operation: str
    status: int
    reads: float = 0.0
    writes: float = 0.0
    copies: float = 0.0
    """The write units of `writes` that went into indexes."""
    entries: int = 1
    clock: bool = False
    """True for a read of the virtual clock, which a real stack does not make."""


@dataclass(slots=True)
class Counter:
    """Every call so far. `url` is where functions are pointed."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)

    def forget(self) -> None:
        """Begin anew."""
        self.calls.clear()


@contextmanager
def counting(port: int) -> Iterator[Counter]:
    """Count in front of the local cloud on `port` until the block ends."""
    counter = Counter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(counter, port))
    server.daemon_threads = True
    counter.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield counter
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(counter: Counter, port: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: Any) -> None:
            """Silent: the tables are the answer."""

        def _pass_on(self) -> None:
            body = _body(self)
            service, operation = _named(self, body)
            asked: dict[str, Any] = {}
            if service == "dynamodb":
                asked = json.loads(body)
                body = json.dumps({**asked, "ReturnConsumedCapacity": "INDEXES"}).encode()
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in ("content-length", "transfer-encoding", "connection")
            }
            upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            upstream.request(self.command, self.path, body=body, headers=headers)
            answer = upstream.getresponse()
            content = answer.read()
            upstream.close()
            counter.calls.append(
                _call(self, service, operation, (asked, body), (answer.status, content))
            )
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in (
                    "content-length", "transfer-encoding", "connection", "date", "server",
                    "x-amz-crc32",
                ):  # fmt: skip
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _pass_on  # noqa: N815

    return Handler


def _body(request: BaseHTTPRequestHandler) -> bytes:
    if "chunked" not in request.headers.get("transfer-encoding", ""):
        return request.rfile.read(int(request.headers.get("content-length", 0)))
    parts = []
    while size := int(request.rfile.readline().split(b";")[0], 16):
        parts.append(request.rfile.read(size))
        request.rfile.readline()
    request.rfile.readline()
    return b"".join(parts)


def _named(request: BaseHTTPRequestHandler, body: bytes) -> tuple[str, str]:
    """Service and operation of a signed request."""
    scope = re.search(
        r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", request.headers.get("authorization", "")
    )
    service = scope[1] if scope else "unsigned"
    target = request.headers.get("x-amz-target", "")
    if target:
        return service, target.rpartition(".")[2]
    if b"Action=" in body:
        return service, parse_qs(body.decode())["Action"][0]
    path = request.path.partition("?")[0]
    service = {"ses": "sesv2"}.get(service, service)
    named = _REST.get(service, {}).get((request.command, path))
    return service, named or request.command


def _call(
    request: BaseHTTPRequestHandler,
    service: str,
    operation: str,
    bodies: tuple[dict[str, Any], bytes],
    answer: tuple[int, bytes],
) -> Call:
    (asked, body), (status, content) = bodies, answer
    app = re.search(r"\bapp/(\S+)", request.headers.get("user-agent", ""))
    units, copies, clock, entries = 0.0, 0.0, False, 1
    if service == "dynamodb" and status == 200:
        capacities = json.loads(content).get("ConsumedCapacity") or []
        tables = capacities if isinstance(capacities, list) else [capacities]
        units = sum(table["CapacityUnits"] for table in tables)
        indexes = (i for table in tables for i in table.get("GlobalSecondaryIndexes", {}).values())
        copies = sum(index["CapacityUnits"] for index in indexes)
        clock = asked.get("Key", {}).get("pk", {}).get("S") == "CLOCK"
    elif service == "dynamodb" and operation in _WRITES:
        # A failed condition is billed as a write of the row; one unit is the least it can be.
        units = float(len(asked.get("TransactItems", [None])))
        units *= 2 if operation == "TransactWriteItems" else 1
    if operation == "PutEvents":
        entries = len(json.loads(body)["Entries"])
    wrote = operation in _WRITES
    return Call(
        function=app[1] if app else "?",
        service=service,
        operation=operation,
        status=status,
        reads=0.0 if wrote else units,
        writes=units if wrote else 0.0,
        copies=copies if wrote else 0.0,
        entries=entries,
        clock=clock,
    )
