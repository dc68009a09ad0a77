"""The README's pictures, drawn anew: `make pictures`. Look at what it drew before you keep it.

A person's page on a phone and the dashboard of a morning come from the harnesses of their tests, so
they hold invented people and days that stand; the rehearsal is of the sample.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, sync_playwright

from dunlin.adapters.files.rulebook_files import load_rulebook
from dunlin.adapters.files.yaml_documents import parse
from dunlin.cli.rehearse import play
from dunlin.views.reports.rehearsal_report import page as rehearsal_page
from local.viewer import serve as serve_viewer
from tests.conftest import START
from tests.local.viewer import dashboard
from tests.portal.harness import STRATEGY, PortalHarness
from tests.portal.server import serve as serve_portal
from tools import chromium

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "images"
SAMPLE = ROOT / "local" / "sample" / "harbor-clinic"
Scheme = Literal["light", "dark"]
BRAND: dict[str, Any] = STRATEGY["brand"] | {"name": "Harbor Street Clinic", "accent": "#1f5f7a"}

WAITING = {
    "HD-2001": "I paid this in cash at the desk on October 2 and have a receipt",
    "HD-2003": "The answer to a text may mean that somebody else has this number",
}
"""What the tests' accounts wait for, in words without the tests' traps."""


def person(browser: Browser, scheme: Scheme) -> bytes:
    """What a person with a bill sees on a phone, after the link and one question."""
    harness = PortalHarness(strategy=STRATEGY | {"brand": BRAND})
    token = harness.link(harness.debt(harness.person(), owed=18_450, industry="healthcare"))
    with serve_portal(harness) as base:
        page = browser.new_page(
            viewport={"width": 390, "height": 844}, device_scale_factor=2, color_scheme=scheme
        )
        page.goto(f"{base}/m/{token}")
        for name, value in {"month": "4", "day": "27", "year": "1985"}.items():
            page.fill(f"[name={name}]", value)
        page.click("form:has([name=year]) button")
        return _shot(page)


def morning(browser: Browser, scheme: Scheme) -> bytes:
    """The dashboard: the portfolio, and what waits for a decision."""
    with dashboard.harness() as harness:
        for reference, reason in WAITING.items():
            account = dashboard.account_of(harness, reference)
            harness.held.accounts[account.account_id] = replace(account, hold_reason=reason)
        running = serve_viewer(harness)  # type: ignore[arg-type]
        page = browser.new_page(viewport={"width": 1440, "height": 762}, color_scheme=scheme)
        page.goto(running.url)
        page.wait_for_function(
            "() => [...document.querySelectorAll('.card.custom .host')]"
            ".every(host => host.getAttribute('aria-busy') === 'false')"
        )
        drawn = _shot(page)
        running.stop()
        return drawn


def rehearsal(browser: Browser, scheme: Scheme) -> bytes:
    """Every message of ninety days before anybody gets one."""
    forecast = play(
        [SAMPLE.with_suffix(".csv")],
        parse(SAMPLE.with_suffix(".strategy.yaml").read_bytes()),
        at=datetime.fromisoformat(START),
        days=90,
    )
    page = browser.new_page(viewport={"width": 1100, "height": 1010}, color_scheme=scheme)
    page.set_content(rehearsal_page([("harbor-clinic", forecast)], None, load_rulebook().plain))
    return _shot(page)


PICTURES: dict[str, Callable[[Browser, Scheme], bytes]] = {
    "person": person,
    "morning": morning,
    "rehearsal": rehearsal,
}
"""How each picture is drawn, by its name; its file is `NAME-light.png` or `NAME-dark.png`."""


def _shot(page: Page) -> bytes:
    drawn = page.screenshot(type="png")
    page.close()
    return drawn


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        for name, draw in PICTURES.items():
            schemes: tuple[Scheme, Scheme] = ("light", "dark")
            for scheme in schemes:
                path = FOLDER / f"{name}-{scheme}.png"
                path.write_bytes(draw(browser, scheme))
                sys.stdout.write(f"{path.name} {path.stat().st_size // 1000} kB\n")
        browser.close()


if __name__ == "__main__":
    main()
