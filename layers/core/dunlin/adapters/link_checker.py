"""Tries the links of messages: a GET that follows redirects, five seconds at most."""

from __future__ import annotations

import urllib.error
import urllib.request

_SECONDS = 5


class HttpLinkChecker:
    """`LinkChecker` over the network. Only http and https are tried."""

    def alive(self, url: str) -> bool:
        if not url.startswith(("https://", "http://")):
            return False
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            url, headers={"User-Agent": "Dunlin link check"}
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
                return bool(answer.status < 400)
        except (urllib.error.URLError, TimeoutError, ValueError):
            return False
