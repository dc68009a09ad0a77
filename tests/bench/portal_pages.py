"""What each page of the portal weighs, and how long its function takes once it is warm.

The function's own module over ports in memory: parsing, use case and rendering, without the
tables. `kB` is the page with the stylesheet, uncompressed and as the API compresses it.
"""

from __future__ import annotations

import gzip
import statistics
import time

from tests.bench.tables import table
from tests.portal.harness import STRATEGY, Browser, PortalHarness, load_app
from tests.portal.test_arranging import LIMITS
from tests.portal.test_words import message_to

_TIMES = 40


def report() -> str:
    """Every page that can be fetched, heaviest first."""
    harness = PortalHarness(strategy=STRATEGY | {"arrangement": LIMITS, "industry": "healthcare"})
    person = harness.person()
    account = harness.debt(person, industry="healthcare", extras={"payer": "Example Mutual"})
    harness.debt(person)
    message_to(harness, account)
    browser = Browser(harness)
    browser.sign_in(account)
    css = harness.call("GET", "/site.css?a=1f5f4a").body.encode()
    token = harness.link(account)
    rows = []
    for route, methods in load_app().app.routes.items():
        if "GET" not in methods or route in ("/u/{token}", "/receipt/{reference}"):
            continue
        path = route.replace("{token}", token)
        body = browser.get(path).body.encode()
        taken = [_milliseconds(browser, path) for _ in range(_TIMES)]
        whole = body if route == "/site.css" else body + css
        rows.append(
            [
                route,
                f"{len(whole) / 1000:.1f}",
                f"{len(gzip.compress(whole)) / 1000:.1f}",
                f"{statistics.median(taken):.1f}",
                f"{sorted(taken)[int(_TIMES * 0.95)]:.1f}",
            ]
        )
    rows.sort(key=lambda row: -float(row[1]))
    heads = ["page", "kB", "kB compressed", "ms, median", "ms, 95 %"]
    return f"## Portal, page by page\n\n{table(heads, rows)}"


def _milliseconds(browser: Browser, path: str) -> float:
    began = time.perf_counter()
    browser.get(path)
    return (time.perf_counter() - began) * 1000
