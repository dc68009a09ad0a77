"""The portal of a `PortalHarness` over HTTP on this machine, under a stage prefix like API
Gateway's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.portal.harness import Answer, PortalHarness

PREFIX = "/live"


Webhook = Callable[[bytes, dict[str, str]], int]


@contextmanager
def serve(harness: PortalHarness, webhook: Webhook | None = None) -> Iterator[str]:
    """Serve until left; gives the base address, which the portal's links then have. `webhook`
    takes what is posted to `/webhooks/stripe` and gives the status."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, method: str) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length) if method == "POST" else None
            if self.path == "/webhooks/stripe" and webhook is not None:
                with lock:
                    answer = Answer(webhook(body or b"", dict(self.headers.items())), {}, "")
            elif self.path.startswith("/c/pay/"):
                answer = Answer(200, {"content-type": ["text/html"]}, "<h1>Checkout</h1>")
            elif self.path.startswith(PREFIX):
                with lock:  # the current request is a global of Chalice, as in one Lambda
                    answer = harness.call(
                        method,
                        self.path.removeprefix(PREFIX) or "/",
                        body=body,
                        headers=dict(self.headers.items()),
                    )
            else:
                answer = Answer(404, {}, "")
            self.send_response(answer.status)
            for name, values in answer.headers.items():
                for value in values:
                    self.send_header(name, value)
            data = answer.body.encode()
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def log_message(self, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        origin = f"http://127.0.0.1:{server.server_port}"
        harness.move_to(f"{origin}{PREFIX}", checkout=origin)
        try:
            yield origin + PREFIX
        finally:
            server.shutdown()
            thread.join()
