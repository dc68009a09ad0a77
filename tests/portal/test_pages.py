"""The pages' strings and colours: every sentence in both languages, readable in every accent."""

from __future__ import annotations

import json
import re
import string
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunlin.domain.messages.colour import contrast
from dunlin.domain.payments.payments import TEXT_KEYS
from dunlin.views.portal.jinja_pages import LANGUAGES, PortalPages

PAGES = resources.files("dunlin.views.portal")
STRINGS = {
    code: json.loads((PAGES / "strings" / f"{code}.json").read_text("utf-8")) for code in LANGUAGES
}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_everything_with_the_same_figures() -> None:
    english, spanish = STRINGS["en"], STRINGS["es"]
    assert set(english) == set(spanish)
    for key, text in english.items():
        assert places(text) == places(spanish[key]), key


def test_every_refused_payment_has_its_sentence() -> None:
    assert set(STRINGS["en"]) >= TEXT_KEYS


def test_every_sentence_that_a_page_names_exists() -> None:
    named = set()
    for file in (PAGES / "templates").iterdir():
        if file.name.endswith(".j2"):
            named |= set(re.findall(r"\bt\('([a-z_.]+)'[,)]", file.read_text("utf-8")))
    assert named
    assert named <= set(STRINGS["en"])


@pytest.mark.parametrize("code", LANGUAGES)
def test_sentences_are_short_and_carry_no_markup(code: str) -> None:
    for key, text in STRINGS[code].items():
        assert "<" not in text
        assert "&" not in text
        for sentence in re.split(r"[.:?!] ", text):
            assert len(sentence.split()) <= 26, (key, sentence)


@given(st.integers(0, 0xFFFFFF))
def test_any_accent_becomes_readable_by_day_and_by_night(colour: int) -> None:
    css = PortalPages(base_url="https://pay.example.com", checkout_origin="x").stylesheet(
        f"{colour:06x}"
    )
    day, night = re.findall(r"--accent-(?:day|night): (#[0-9a-f]{6})", css)[:2]
    assert contrast(day, "#ffffff") >= 4.5
    assert contrast(night, "#1c2023") >= 4.5
    assert contrast(night, "#101315") >= 4.5


@pytest.mark.parametrize("bad", ["", "xyz", "fff", "1f5f4a;}body{display:none", "../../x", "ÄÖ"])
def test_what_is_no_colour_never_reaches_the_stylesheet(bad: str) -> None:
    pages = PortalPages(base_url="https://pay.example.com", checkout_origin="x")
    assert pages.stylesheet(bad) == pages.stylesheet("1f5f4a")
