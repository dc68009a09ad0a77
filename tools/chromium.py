"""The browser that draws pages for pictures and tests: the system's Chromium, without a window."""

from __future__ import annotations

from playwright.sync_api import Browser, Playwright


def launch(playwright: Playwright) -> Browser:
    """A running browser. As root it has no sandbox, and it only opens pages of our own."""
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
