"""The HTTP server of the local pages: one thread a request, quiet about pages that were left."""

from __future__ import annotations

import sys
from http.server import ThreadingHTTPServer
from typing import Any


class PageServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A page that was left before its answer came is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
