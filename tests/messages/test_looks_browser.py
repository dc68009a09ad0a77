"""How the letters look, measured in a browser: every text stands out from what is behind it, in
light and in dark, and nothing is wider than a phone.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from dunlin.domain.accounts.consumer import Channel
from dunlin.views.messages.jinja_messages import JinjaMessages
from tests.messages.samples import LINK, NOTICE, STOP_LINK, facts

pytestmark = pytest.mark.browser

# For each text: its colour, and the first opaque background behind it.
_CONTRASTS = """() => {
  const rgb = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map((v) => {
    v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (el) => {
    for (let e = el; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const out = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement;
    const box = el.getBoundingClientRect();
    if (!walker.currentNode.data.trim() || box.height < 2) continue;
    const a = lum(rgb(getComputedStyle(el).color)), b = lum(behind(el));
    out.push([walker.currentNode.data.trim().slice(0, 40),
              (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]);
  }
  return out;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_letter_can_be_read_on_a_phone(chromium: Browser, scheme: str) -> None:
    templates = JinjaMessages()
    page = chromium.new_page(viewport={"width": 360, "height": 800})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    lead = facts().account
    several = [lead, replace(lead, reference="INV-2026-000142/UNIT-7B")]
    for name in templates.templates():
        for language in ("en", "es"):
            rendered = templates.render(
                name,
                Channel.EMAIL,
                facts=facts(language=language, role="third"),
                link=LINK,
                stop_link=STOP_LINK,
                fields=NOTICE.get(name, {}),
                accounts=several,
            )
            page.set_content(rendered.html)
            contrasts = page.evaluate(_CONTRASTS)
            assert len(contrasts) > 6
            faint = [(text, round(ratio, 1)) for text, ratio in contrasts if ratio < 4.5]
            assert faint == [], f"{name}.{language} in {scheme}"
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            dark = page.evaluate(
                "getComputedStyle(document.querySelector('.card td')).backgroundColor"
            )
            assert (dark == "rgb(30, 36, 38)") is (scheme == "dark")
    page.close()
