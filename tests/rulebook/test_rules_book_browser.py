"""The book that counsel reads, in a browser."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from typer.testing import CliRunner

from dunlin.cli.main import app

CASES = Path(__file__).parent / "cases"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    result = CliRunner().invoke(
        app, ["rules", "book", "--output", str(folder), "--cases", str(CASES)]
    )
    assert result.exit_code == 0, result.output
    return folder / "index.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_is_accessible_fits_and_asks_nobody_for_anything(chromium, page, scheme, width):
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    tab = context.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())
    results = Axe().run(tab)
    assert results.violations_count == 0, results.generate_report()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert asked == [page.as_uri()]
    context.close()
