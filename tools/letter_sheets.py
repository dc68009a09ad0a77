"""Pictures of every letter on a phone, in both languages, light and dark: docs/images/letters.

Run it after a change of words or layout and look at what it drew.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from dunlin.cli.template import SAMPLE
from dunlin.domain.accounts.consumer import Channel
from dunlin.domain.strategy.strategy_document import read_strategy
from dunlin.views.jinja import environment
from dunlin.views.messages.jinja_messages import JinjaMessages
from dunlin.views.messages.message_samples import samples
from tools import chromium

FOLDER = Path(__file__).parent.parent / "docs" / "images" / "letters"
WIDTH = 390  # CSS pixels of a common phone
COLUMNS, THUMB = 9, 184
_SHEET = environment(Path(__file__).parent / "templates").get_template("letter_sheet.html.j2")


def shots(browser: Browser, language: str, scheme: str) -> list[tuple[str, bytes]]:
    """One picture a template: what an invented person reads, by the template's name."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 600})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    strategy = read_strategy(SAMPLE | {"debt_role": "first"}, creditor="sheet", version=1)
    sheets = []
    for sample in samples(JinjaMessages(), strategy):
        if (sample.channel, sample.language, sample.audience) != (
            Channel.EMAIL,
            language,
            "consumer",
        ):
            continue
        page.set_content(sample.rendered.html)
        sheets.append((sample.template, page.screenshot(full_page=True, type="png")))
    page.close()
    return sheets


def sheet(browser: Browser, pictures: list[tuple[str, bytes]], scheme: str) -> bytes:
    """All pictures on one page, small."""
    width = COLUMNS * (THUMB + 14)
    page = browser.new_page(viewport={"width": width + 28, "height": 600})
    figures = [(name, base64.b64encode(picture).decode()) for name, picture in pictures]
    page.set_content(
        _SHEET.render(
            width=width, columns=COLUMNS, thumb=THUMB, figures=figures, dark=scheme == "dark"
        )
    )
    drawn = page.screenshot(full_page=True, type="jpeg", quality=38)
    page.close()
    return drawn


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        for language in ("en", "es"):
            for scheme in ("light", "dark"):
                drawn = sheet(browser, shots(browser, language, scheme), scheme)
                path = FOLDER / f"{language}-{scheme}.jpg"
                path.write_bytes(drawn)
                sys.stdout.write(f"{path.name} {len(drawn) // 1000} kB\n")
        browser.close()


if __name__ == "__main__":
    main()
